"""Best practice: the pattern of won deals, who is asked, and that nothing is told of fewer than five."""

from hypothesis import given
from hypothesis import strategies as st

from rules.rollout import practice
from rules.rollout.practice import STAGE
from rules.rollout.practice import WON
from rules.rollout.practice import Deal
from rules.rollout.practice import Deed
from rules.rollout.practice import Pattern
from rules.rollout.practice import Step

ALICE = 1


def weekday(day):
    return (day - 1) % 7 < 5


def told(*deeds, who=ALICE):
    """Return deeds of somebody as ``(type, day)`` or ``(type, day, stage)``."""
    return [Deed(kind, day, who, *stage) for kind, day, *stage in deeds]


USUAL = (("deal.created", 1), ("call.completed", 3), ("task.created", 4), (STAGE, 8, "offer"), (WON, 15))


def deal(*deeds, **more):
    return practice.deal(told(*(deeds or USUAL), **more), 1)


# --- a deal


def test_a_deal_is_told_by_the_first_day_of_each_step_up_to_the_end():
    found = deal(*USUAL[:2], ("call.completed", 5), *USUAL[2:])
    assert found.steps == (
        ("deal.created", 1), ("talk", 3), ("task.created", 4), (f"{STAGE}:offer", 8), (WON, 15),
    )  # fmt: skip
    assert (found.talks, found.followed, found.days) == (2, 1, 15)


def test_a_deal_that_was_lost_again_deleted_or_won_long_ago_is_none():
    assert deal(*USUAL, ("deal.lost", 16)) is None
    assert deal(*USUAL, ("deal.deleted", 16)) is None
    assert deal(*USUAL[:-1]) is None
    assert practice.deal(told(*USUAL), 16) is None
    assert deal(who=None) is None


def test_a_deal_that_was_won_twice_is_told_up_to_the_last_time():
    assert deal(*USUAL, ("call.completed", 16), (WON, 20)).days == 20


# --- a pattern


def test_the_pattern_is_the_most_common_chain_with_working_days_between():
    quick = (("deal.created", 1), (WON, 2))
    found = practice.pattern([deal(), deal(), deal(*quick)], weekday, least=3)
    assert found.steps == (
        Step("deal.created", None),
        Step("talk", 2),
        Step("task.created", 1),
        Step(f"{STAGE}:offer", 2),
        Step(WON, 5),
    )
    assert found.days == 10
    assert found.following == 1000


def test_a_step_of_fewer_than_half_of_the_deals_is_not_usual():
    odd = (("deal.created", 1), ("email.sent", 2), (WON, 3))
    found = practice.pattern([deal(*odd), deal(*odd[::2]), deal(*odd[::2])], weekday, least=3)
    assert [step.name for step in found.steps] == ["deal.created", WON]


def test_fewer_than_ten_deals_have_no_pattern():
    assert practice.pattern([deal()] * 9, weekday) is None
    assert practice.pattern([deal()] * 10, weekday) is not None


deals = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["deal.created", "call.completed", "email.sent", "task.created", STAGE]),
            st.integers(1, 30),
        ),
        max_size=6,
    ).map(lambda deeds: deal(*sorted(deeds, key=lambda one: one[1]), (WON, 31))),
    min_size=1,
    max_size=12,
)


@given(deals, st.randoms(use_true_random=False))
def test_the_order_of_deals_does_not_matter(known, chance):
    mixed = list(known)
    chance.shuffle(mixed)
    found = practice.pattern(known, weekday, least=1)
    assert practice.pattern(mixed, weekday, least=1) == found
    assert found.steps[-1].name == WON
    assert all(step.days is None or step.days >= 0 for step in found.steps)


# --- who is asked


def won(number, worth=None, currency="EUR"):
    return [Deal(1, worth, currency, ((WON, 1),), 0, 0)] * number


def test_the_top_quarter_by_number_or_by_worth_is_asked():
    people = {who: won(10 + who, worth=1) for who in range(1, 8)} | {8: won(10, worth=1000)}
    assert practice.top(people) == {7, 6, 8}


def test_nobody_is_asked_where_fewer_than_five_won_enough():
    people = {who: won(10 + who) for who in range(4)} | {9: won(9)}
    assert practice.top(people) == set()


def test_currencies_are_not_compared_with_each_other():
    people = {who: won(10, worth=100 + who) for who in range(4)} | {9: won(10, worth=10**9, currency="JPY")}
    assert 9 in practice.top(people)  # by number, as all of them are
    people[8] = won(12)
    assert practice.top(people) == {8}


counts = st.dictionaries(st.integers(1, 40), st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=25)


@given(counts, st.randoms(use_true_random=False))
def test_who_is_asked_won_enough_and_does_not_depend_on_any_order(numbers, chance):
    people = {who: won(number, worth) for who, (number, worth) in numbers.items()}
    mixed = list(people.items())
    chance.shuffle(mixed)
    found = practice.top(people)
    assert practice.top(dict(mixed)) == found
    assert all(len(people[who]) >= practice.LEAST for who in found)
    assert not found or sum(len(own) >= practice.LEAST for own in people.values()) >= 5


# --- what is told of all


SHAPE = Pattern((Step(f"{STAGE}:x", None), Step(WON, 3)), 3, 10, 500)


def test_the_middle_and_common_steps_are_told_of_five_people_or_more():
    assert practice.middle([SHAPE] * 4) is None
    assert practice.common([SHAPE] * 4) == set()
    assert practice.middle([SHAPE] * 5).days == 3
    assert practice.common([SHAPE] * 5) == {f"{STAGE}:x", WON}


def test_without_a_name_a_stage_of_few_is_told_as_any_stage():
    assert practice.without_name(SHAPE, {WON}).steps[0].name == STAGE
    assert practice.without_name(SHAPE, {f"{STAGE}:x"}) == SHAPE


@given(st.sets(st.integers(1, 20)), st.sets(st.integers(1, 20)))
def test_nobody_is_shown_without_a_name_unless_five_could_be_it(asked, named):
    assert practice.hidden_among(asked, named) is (len(asked - named) >= 5)
