"""What follows from a mail server's answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import delivery
from rules.delivery import MINUTE
from rules.delivery import Answer

NOW = 1_800_000_000_000_000
DAY = NOW + delivery.LIVES


def judge(code, words="", *, doubtful=False, policy="again", expires=DAY):
    answer = Answer(code, words, doubtful)
    return delivery.judge(answer, policy, number=7, tries=1, now=NOW, expires=expires)


def test_a_letter_that_was_taken_is_sent():
    assert judge(250, "2.0.0 Ok: queued as 4F1").state == "sent"
    assert judge(252).state == "sent"


@pytest.mark.parametrize("code", [421, 450, 451, 452, None])
def test_what_may_pass_is_tried_again_after_a_minute(code):
    verdict = judge(code)
    assert verdict.state == "deferred"
    assert MINUTE <= verdict.due - NOW <= MINUTE * 1.2


@pytest.mark.parametrize(
    ("code", "words"),
    [(550, "5.1.1 User unknown"), (552, "mailbox full"), (554, "5.7.1 Rejected"), (550, "host 15.4.4.1 said no")],
)
def test_what_is_refused_for_good_is_not_tried_again(code, words):
    assert judge(code, words) == ("failed", None)


def test_a_domain_that_could_not_be_looked_up_is_tried_again():
    assert judge(554, "5.4.4 Unable to route: host not found").state == "deferred"


def test_a_doubtful_letter_is_sent_again_or_asked_about():
    assert judge(None, doubtful=True).state == "deferred"
    assert judge(None, doubtful=True, policy="ask") == ("sending", None)
    assert judge(450, policy="ask").state == "deferred"  # that one surely did not arrive


def test_a_letter_is_given_up_when_it_would_come_too_late():
    assert judge(450, expires=NOW + 2 * MINUTE).state == "deferred"
    assert judge(450, expires=NOW + MINUTE) == ("failed", None)


def test_tries_rest_longer_and_longer():
    rests = [delivery.delay(7, tries) for tries in range(1, 8)]
    for rest, base in zip(rests, (1, 5, 15, 60, 240, 240, 240), strict=True):
        assert base * MINUTE <= rest <= base * MINUTE * 1.2


@given(st.integers(min_value=1), st.integers(min_value=1, max_value=100))
def test_a_rest_is_always_the_same_for_the_same_letter(number, tries):
    assert delivery.delay(number, tries) == delivery.delay(number, tries)


def test_letters_that_were_put_off_together_come_back_apart():
    assert len({delivery.delay(number, 1) for number in range(200)}) > 100


@given(st.integers(min_value=1, max_value=10_000), st.integers(min_value=0, max_value=2**32))
def test_a_letter_that_is_never_taken_ends(number, start):
    now, tries, expires = start, 0, start + delivery.LIVES
    while True:
        tries += 1
        verdict = delivery.judge(Answer(450, ""), "again", number=number, tries=tries, now=now, expires=expires)
        if verdict.state == "failed":
            break
        now = verdict.due
    assert 8 <= tries <= 11
    assert now < expires
