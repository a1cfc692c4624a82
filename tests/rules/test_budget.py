"""How many may still be issued, and whose turn it is."""
# ruff: noqa: RUF001  # Cyrillic and full-width letters are meant

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import book as books
from rules import budget
from rules import wording
from rules.budget import Drawn
from rules.incentive import Budget
from rules.incentive import Reward
from rules.incentive import begins_as

OCTOBER, NOVEMBER = 1, 32


def lunch(amount=100, *, costs=10, stock=None, **more):
    own = None if amount is None else Budget(amount=Decimal(amount), **more)
    costs = None if costs is None else Decimal(costs)
    return Reward(key="lunch", kind="voucher", costs=costs, currency="EUR", budget=own, stock=stock)


def test_a_budget_counts_what_one_costs_and_pieces_where_nothing_is_said_of_that():
    assert budget.pieces(lunch(95)) == 9
    assert budget.pieces(lunch(95, costs=None)) == 95
    assert budget.pieces(lunch(None)) is None


@pytest.mark.parametrize(
    ("reward", "drawn", "allowed", "left"),
    [
        (lunch(), Drawn(3), 0, 7),
        (lunch(), Drawn(10), 0, 0),
        (lunch(), Drawn(10), 4, 4),
        (lunch(when_spent="ask"), Drawn(10), 4, 4),
        (lunch(when_spent="continue"), Drawn(99), 0, None),
        (lunch(stock=12), Drawn(3, 11), 0, 1),
        (lunch(when_spent="continue", stock=12), Drawn(99, 11), 5, 1),  # what lies in stock ends all the same
        (lunch(None, stock=5), Drawn(0, 7), 0, -2),
        (lunch(None), Drawn(3, 3), 0, None),
    ],
)
def test_what_is_left_is_the_least_of_what_limits_it(reward, drawn, allowed, left):
    assert budget.left(reward, drawn, allowed) == left


def test_what_goes_beyond_a_budget_is_overspent():
    assert budget.overspent(lunch(when_spent="continue"), Drawn(13)) == 3
    assert budget.overspent(lunch(), Drawn(9)) == 0
    assert budget.overspent(lunch(None), Drawn(9)) == 0


def released(reward, line, *, taken=None, ever=0, allowed=None, running=NOVEMBER):  # noqa: PLR0913  # one of each
    return budget.released(reward, line, taken=taken or {}, ever=ever, allowed=allowed or {}, running=running)


def test_the_earliest_granted_comes_first_whatever_its_key():
    line = [(30, "a", NOVEMBER), (10, "c", NOVEMBER), (20, "b", NOVEMBER)]
    assert list(released(lunch(20), line)) == ["c", "b"]


def test_what_one_month_could_not_pay_the_next_one_does():
    line = [(1, "a", OCTOBER), (2, "b", OCTOBER), (3, "c", NOVEMBER)]
    spent = {OCTOBER: 10, NOVEMBER: 9}
    assert released(lunch(), line, taken=spent) == {"a": NOVEMBER}
    assert released(lunch(), line, taken=spent, running=OCTOBER) == {"c": NOVEMBER}  # November has not come for October


def test_what_hr_allows_is_issued_beyond_the_budget_of_that_month():
    line = [(number, number, NOVEMBER) for number in range(5)]
    reward = lunch(when_spent="ask")
    assert released(reward, line, taken={NOVEMBER: 10}) == {}
    assert list(released(reward, line, taken={NOVEMBER: 10}, allowed={NOVEMBER: 2})) == [0, 1]


def test_a_stock_is_shared_by_all_months():
    line = [(1, "a", OCTOBER), (2, "b", NOVEMBER), (3, "c", NOVEMBER)]
    assert list(released(lunch(stock=2), line, ever=0)) == ["a", "b"]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from((OCTOBER, NOVEMBER))), max_size=12),
    st.integers(0, 8),
    st.one_of(st.none(), st.integers(1, 8)),
    st.sampled_from(("stop", "ask", "continue")),
)
def test_nothing_is_issued_beyond_a_limit_and_nobody_is_passed_over(line, amount, stock, when_spent):
    reward = lunch(amount, costs=1, stock=stock, when_spent=when_spent)
    waiting = [(granted, number, first) for number, (granted, first) in enumerate(line)]
    chosen = released(reward, waiting)
    for first in (OCTOBER, NOVEMBER):
        drawn = sum(paid == first for paid in chosen.values())
        assert when_spent == "continue" or drawn <= amount
    assert stock is None or len(chosen) <= stock
    for granted, number, first in waiting:
        behind = [other for other in waiting if other[2] == first and other[:2] > (granted, number)]
        assert number in chosen or not any(other[1] in chosen for other in behind)


@pytest.mark.parametrize(
    ("chosen", "stopped", "status"),
    [(True, False, "issued"), (False, False, "choosing"), (True, True, "waiting"), (False, True, "waiting")],
)
def test_while_an_incentive_is_stopped_what_becomes_due_waits(chosen, stopped, status):
    assert begins_as(chosen=chosen, stopped=stopped) == status


# --- the book, and its words

BOOK = """
[metric.calls]
counts = "call.completed"
[reward.lunch]
kind = "voucher"
costs = {{ amount = 9.50, currency = "EUR" }}
budget = {{ amount = 1000, per = "{per}"{more} }}
[incentive.calls]
metric = "calls"
every = 5
per = "week"
at_most = 2
earns = "lunch"
"""


def book_of(more="", per="month"):
    return books.load(BOOK.format(more=more, per=per))


@pytest.mark.parametrize("when_spent", ["stop", "ask", "continue"])
def test_a_book_says_what_happens_when_a_budget_is_spent(when_spent):
    assert book_of(f', when_spent = "{when_spent}"').rewards["lunch"].budget.when_spent == when_spent
    assert book_of().rewards["lunch"].budget.when_spent == "stop"


def test_a_book_that_says_anything_else_is_told_what_it_may_say():
    (fault,) = books.check(BOOK.format(per="month", more=', when_spent = "panic"')).faults
    assert fault.place == "reward.lunch.budget.when_spent"
    assert all(word in fault.message for word in ("stop", "ask", "continue"))


@pytest.mark.parametrize(
    ("language", "when_spent", "per", "said"),
    [
        ("en", "stop", "month", "When that is used up, further ones wait for the next month."),
        ("en", "stop", "ever", "When that is used up, further ones wait until there are more."),
        ("en", "ask", "month", "When that is used up, HR is asked, and further ones wait for the answer."),
        ("en", "continue", "week", "When that is used up, further ones are given all the same and count as overspent."),
        ("ru", "stop", "quarter", "Когда это исчерпано, остальные ждут следующего квартала."),
        ("ru", "ask", "month", "Когда это исчерпано, решает отдел кадров, и остальные ждут ответа."),
        ("zh", "continue", "month", "用完后照常发放，计为超支。"),
        ("zh", "stop", "day", "用完后，其余的等到第二天再发放。"),
    ],
)
def test_the_sentence_of_a_reward_says_it_in_every_language(language, when_spent, per, said):
    book = book_of(f', when_spent = "{when_spent}"', per)
    reward = book.rewards["lunch"]
    assert wording.sentence(reward, book, language).endswith(said)
    assert wording.when_spent(reward, language) == said
    assert wording.limits([reward], language)[0].endswith(said)


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_what_nothing_limits_has_no_such_sentence(language):
    assert wording.limits([lunch(None)], language) == []
    assert not wording.when_spent(lunch(None), language)
