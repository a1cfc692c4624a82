"""What the CRM is worth: hours by formula, weeks before and since beside others, and customers who buy again."""

from fractions import Fraction
from itertools import pairwise
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.rollout import again
from rules.rollout import assumptions
from rules.rollout import beside
from rules.rollout import chain
from rules.rollout import hours
from rules.rollout.again import Bought
from rules.rollout.assumptions import ASSUMPTIONS
from rules.rollout.assumptions import USUAL
from rules.rollout.assumptions import Assumed
from rules.rollout.beside import Group
from rules.rollout.beside import Pair
from rules.rollout.chain import Deed
from rules.value import UNIT

DAY = 739_579
HOUR = 60


def group(  # noqa: PLR0913  # a group has these parts
    mine, others=(), *, before=4, after=8, starts=DAY, wave="first"
):
    """Return people of whom each recorded so many things before and since, on as many days, in each week."""
    measures = {
        "entries": lambda one: Pair(one[0] * UNIT, one[1] * UNIT),
        "days": lambda one: Pair(one[0] * UNIT, one[1] * UNIT),
        "weeks": lambda _: Pair(before * UNIT, after * UNIT),
        "won": lambda one: Pair(*one),
    }
    sides = [{name: [of(one) for one in side] for name, of in measures.items()} for side in (mine, others)]
    return Group(wave, starts, before, after, len(mine), *sides)


def assumed(**given):
    return USUAL | {key.replace("_", "-"): Assumed(*(one * UNIT for one in ends)) for key, ends in given.items()}


def estimate(groups, care=0, given=USUAL):
    use, why = hours.used(groups, {"first": care})
    return hours.estimate(use, why, given)


def line(found, name):
    return next(one for one in found.lines if one.name == name)


def mixed(things, seed):
    return Random(seed).sample(things, len(things))  # noqa: S311  # an order, not a secret


# --- hours


def test_what_came_on_top_and_was_in_a_sheet_before_is_no_longer_typed_twice():
    """Five people, four weeks before and eight since.  Each recorded 40 things before, 10 a week, and 200 since.

    At the pace before, five people would have recorded 5 · 10 · 8 = 400 things; they recorded 1,000.  Of the 600 on top
    half was in a sheet before, and to type one again takes a minute: 600 · 50 % · 1 = 300 minutes = 5 hours.
    At the low end 600 · 25 % · 0.5 = 75 minutes = 1.25 hours, at the high end 600 · 75 % · 2 = 900 minutes = 15 hours.
    """
    found = line(estimate([group([(40, 200)] * 5)]), "double-entry")
    assert [term.middle for term in found.counted] == [1000 * UNIT, 400 * UNIT]
    assert found.hours == (12_500, 50_000, 150_000)


def test_learning_and_help_are_taken_off():
    """Five people who learned for 4 hours each (2 to 8): 20 hours (10 to 40) are spent.

    Two people care for the wave for eight weeks, an hour a week (a half to two): 16 hours (8 to 32).
    """
    found = estimate([group([(40, 200)] * 5)], care=2)
    assert line(found, "learning").hours == (-40 * UNIT, -20 * UNIT, -10 * UNIT)
    assert line(found, "help").hours == (-32 * UNIT, -16 * UNIT, -8 * UNIT)
    assert not line(found, "help").saves


def test_the_whole_is_the_sum_of_its_parts_and_a_week_is_without_what_is_spent_once():
    found = estimate([group([(40, 200)] * 5)], care=2)
    assert found.total == tuple(sum(one.hours[end] for one in found.lines) for end in range(3))
    running = [one for one in found.lines if one.name != "learning"]
    assert found.week == pytest.approx([sum(one.hours[end] for one in running) / 8 for end in range(3)], abs=1)
    assert found.weeks == 8


def test_what_the_others_gained_as_well_is_taken_off_beside_it():
    """Five people rose from 10 to 25 a week in eight weeks, five others from 10 to 20: a third of the 15 is left.

    5 people · 8 weeks · 5 more a week = 200 things · 50 % · 1 minute = 100 minutes; 12.5 minutes a week.  The days are
    the same numbers: 200 days · 3 minutes = 600 minutes, 75 a week.  Together 87.5 minutes.
    """
    found = estimate([group([(40, 200)] * 5, [(40, 160)] * 5)])
    assert found.besides.middle == pytest.approx(87.5 / HOUR * UNIT, abs=2)
    assert found.besides.middle < found.week.middle
    assert estimate([group([(40, 200)] * 5, [(40, 160)] * 4)]).besides is None
    assert estimate([group([(40, 200)] * 5, [(40, 200)] * 5)]).besides == (0, 0, 0)


def test_a_verdict_is_given_where_the_whole_range_is_on_one_side():
    assert estimate([group([(40, 200)] * 5)]).verdict == beside.MORE
    assert estimate([group([(40, 80)] * 5)]).verdict == beside.NONE  # nothing on top: nothing saved
    assert estimate([group([(40, 80)] * 5)], care=1).verdict == beside.LESS  # somebody helps
    assert estimate([group([(40, 200)] * 5)], care=1, given=assumed(help=(0, 60, 2400))).verdict == beside.NONE


def test_what_is_not_measured_is_said_and_is_not_zero():
    for groups, why in (
        ([group([(40, 200)] * 4)], beside.TOO_FEW),
        ([group([(40, 200)] * 5, after=2)], beside.TOO_EARLY),
        ([group([(40, 200)] * 5, before=2)], beside.UNKNOWN),
        ([group([(0, 200)] * 5)], beside.UNKNOWN),  # the history begins with the wave
        ([], beside.TOO_EARLY),
    ):
        found = estimate(groups)
        assert (found.verdict, found.total, found.week) == (why, None, None)
        assert all(one.hours is None for one in found.lines)
        assert {term.source for one in found.lines for term in one.counted} == {hours.NOT_MEASURED}


people = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 200)), min_size=5, max_size=12)
minutes = st.lists(st.integers(0, 60 * UNIT), min_size=3, max_size=3).map(lambda ends: Assumed(*sorted(ends)))
every = st.fixed_dictionaries({one.key: minutes for one in ASSUMPTIONS if one.key != "again"})


@given(people, every, st.integers(0, 3))
def test_the_range_holds_the_middle(mine, given, care):
    found = estimate([group(mine)], care, given)
    for one in (*(each.hours for each in found.lines), found.total, found.week):
        assert one is None or one.low <= one.middle <= one.high


@given(
    people, every, st.sampled_from([one.key for one in ASSUMPTIONS if one.key != "again"]), st.integers(1, 30 * UNIT)
)
def test_hours_rise_with_what_a_saved_minute_is_worth_and_fall_with_what_is_spent(mine, given, key, more):
    one = given[key]
    before = estimate([group(mine)], 1, given)
    after = estimate([group(mine)], 1, given | {key: Assumed(*(end + more for end in one))})
    for was, now in zip(before.lines, after.lines, strict=True):
        if was.hours is None or key not in {term.name for term in was.times}:
            assert was.hours == now.hours
            continue
        on_top = was.counted[0].middle - sum(term.middle for term in was.counted[1:])
        rises = was.saves and on_top >= 0
        assert now.hours.middle >= was.hours.middle if rises else now.hours.middle <= was.hours.middle


@given(people, st.integers(2, 5))
def test_as_many_people_again_are_as_many_hours_again(mine, times):
    one, many = estimate([group(mine)]), estimate([group(mine * times)])
    if one.total is not None:
        for end in range(3):
            assert many.total[end] == pytest.approx(one.total[end] * times, abs=5 * times)


@given(people, people, st.integers(0, 999))
def test_the_order_of_people_changes_nothing(mine, others, seed):
    before = group(mine, others)
    shuffled = [mixed(side, seed) for side in (mine, others)]
    after = group(*shuffled)
    assert estimate([before]) == estimate([after])
    assert beside.difference([before], "won") == beside.difference([after], "won")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 14), st.integers(0, 14)), max_size=4), st.integers(0, 9))
def test_no_group_under_five_is_in_any_figure(drawn, others):
    groups = [
        group([(3, 9)] * many, [(3, 5)] * others, before=before, after=after, starts=DAY + place, wave=str(place))
        for place, (many, before, after) in enumerate(drawn)
    ]
    large = [one for one in groups if one.people >= 5]
    assert estimate(groups).total == estimate(large).total
    found = beside.difference(groups, "won")
    if found.means is not None:
        assert found.means.people == sum(one.people for one in beside.usable(groups)[0]) >= 5
        assert (found.means.others is None) == (others < 5)


# --- weeks before and since, beside others


def test_the_difference_is_that_of_those_who_began_less_that_of_the_others():
    """Five people sold 400 cents in four weeks and 1,600 in eight: 100 and 200 a week, so d = 100.

    Those who have not begun sold 400 and 1,200: 100 and 150 a week, so d = 50.  The difference is 50, with no spread.
    """
    found = beside.difference([group([(400, 1_600)] * 5, [(400, 1_200)] * 6)], "won")
    assert found.means == (5, 100, 200, 6, 100, 150)
    assert (found.verdict, found.low, found.middle, found.high) == (beside.MORE, 50, 50, 50)


def test_waves_have_their_own_weeks_and_the_others_are_measured_in_the_weeks_of_each():
    """The first wave of ten rose by 100 a week, the second of five by 10: the mean d is (10 · 100 + 5 · 10) ÷ 15 = 70.

    The others rose by 30 in the weeks of the first and by 0 in those of the second: (10 · 30 + 5 · 0) ÷ 15 = 20.
    """
    first = group([(400, 1_600)] * 10, [(400, 8 * 130)] * 5)
    second = group([(400, 4 * 110)] * 5, [(400, 400)] * 5, after=4, starts=DAY + 28, wave="second")
    found = beside.difference([first, second], "won")
    assert found.middle == 50
    assert beside.difference([second, first], "won") == found


def test_nothing_is_claimed_where_the_range_holds_zero():
    mine, others = [(0, 0), (0, 9_000), (300, 0), (0, 50), (900, 700)], [(0, 100), (0, 0), (0, 0), (500, 0), (0, 90)]
    found = beside.difference([group(mine, others)], "won")
    assert found.verdict == beside.NONE
    assert found.low < 0 < found.high


def test_without_five_others_the_change_stands_alone():
    found = beside.difference([group([(400, 1_600)] * 5, [(400, 8_000)] * 4)], "won")
    assert (found.middle, found.means.others, found.means.others_after) == (100, None, None)


@given(people, people)
def test_the_range_of_a_difference_holds_its_middle(mine, others):
    found = beside.difference([group(mine, others)], "won")
    if found.middle is not None:
        assert found.low <= found.middle <= found.high
        assert (found.verdict == beside.NONE) == (found.low <= 0 <= found.high)


# --- deals


def test_what_a_deal_is_worth_is_what_was_told_last():
    told = [
        Deed("deal.created", DAY, {"amount": "100.00", "currency": "eur", "company": "Acme"}, 7),
        Deed("deal.updated", DAY + 1, {"amount": 250}, 7),
        Deed("deal.won", DAY + 2, {}, 8),
        Deed("note.created", DAY + 5, {"text": "paid"}, 9),
    ]
    assert chain.won(told) == (DAY + 2, 8, "Acme", 25_000, "EUR")
    assert chain.won(told[:2]) is None
    assert chain.won([*told, Deed("deal.deleted", DAY + 6, {})]) is None
    assert chain.won([*told, Deed("deal.stage_changed", DAY + 6, {"stage": "Talks"})]) is None


def test_a_deal_without_an_amount_is_worth_nothing_that_is_known():
    assert chain.won([Deed("deal.won", DAY, {"amount": "much"}, 7)]) == (DAY, 7, "", None, "")


# --- customers who buy again


def buyers(first, many, back, *, starts=DAY, name=""):
    """Return customers who bought on a day, of whom the first ``back`` bought again ten days later."""
    found = [Bought(f"{name}{number}", first, starts) for number in range(many)]
    return found + [Bought(f"{name}{number}", first + 10, starts) for number in range(back)]


def compared(  # noqa: PLR0913  # what is known has these parts
    bought, *, starts=(DAY,), days=30, since=DAY - 200, today=DAY + 100, others=True
):
    return again.compare(bought, starts, days, since=since, today=today, others=others)


def test_two_cohorts_of_equal_length_are_followed_for_the_whole_time():
    """100 days have passed; 30 are needed to see whether somebody bought again: the cohort since is [0, 70) days.

    The one before is [-100, -30), so that its thirty days are over when the wave begins.  Before, 2 of 10 bought again,
    since 6 of 10: 40 points more.  Of the others 3 of 10 did both times.
    """
    bought = (
        *buyers(DAY - 60, 10, 2, name="a"),
        *buyers(DAY + 5, 10, 6, name="b"),
        *buyers(DAY - 60, 10, 3, starts=None, name="c"),
        *buyers(DAY + 5, 10, 3, starts=None, name="d"),
        *buyers(DAY - 20, 9, 9, name="too late to be over, and too early"),
        *buyers(DAY + 5, 9, 9, starts=again.NEITHER, name="of nobody"),
    )
    found = compared(bought)
    assert (found.length, found.before[:2], found.after[:2]) == (70, (2, 10), (6, 10))
    assert (found.others_before[:2], found.others_after[:2]) == ((3, 10), (3, 10))
    assert (found.middle, found.verdict) == (4_000, beside.NONE)
    assert found.low < 0 < found.high
    alone = compared(bought, others=False)
    assert (alone.middle, alone.others_after) == (4_000, None)
    assert found.low < alone.low < alone.high < found.high, "what the others did is not certain either"


def test_it_is_told_from_when_on_it_can_be_seen():
    found = compared((), today=DAY + 20)
    assert (found.verdict, found.ripe, found.middle) == (beside.TOO_EARLY, DAY + 37, None)
    assert compared((), since=DAY - 20).verdict == beside.UNKNOWN
    assert compared((), since=None).verdict == beside.UNKNOWN
    assert compared((), starts=()).verdict == beside.TOO_FEW
    assert compared(buyers(DAY + 5, 9, 3)).verdict == beside.TOO_FEW


def test_a_share_has_the_range_that_wilson_worked_out():
    """Newcombe 1998, table I: 81 of 263 is .3080, from .2553 to .3662; 15 of 148 is .1014, from .0624 to .1605."""
    for part, whole, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)):
        found = again.wilson(part, whole)
        assert float(found.low) == pytest.approx(low, abs=0.0002)
        assert float(found.high) == pytest.approx(high, abs=0.0002)


def test_a_difference_has_the_range_that_newcombe_worked_out():
    """Newcombe 1998, table II, method 10: 56 of 70 less 48 of 80 is .2, from .0524 to .3339."""
    bought = (*buyers(DAY - 60, 80, 48, name="a"), *buyers(DAY + 5, 70, 56, name="b"))
    found = compared(bought, others=False)
    assert (found.low, found.middle, found.high) == (pytest.approx(524, abs=3), 2_000, pytest.approx(3_339, abs=3))
    assert found.verdict == beside.MORE


@given(st.integers(1, 300).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_a_share_is_within_its_range_and_that_within_nothing_and_all(counts):
    low, middle, high = again.wilson(*counts)
    assert 0 <= low <= middle == Fraction(*counts) <= high <= 1
    p, n, z = counts[0] / counts[1], counts[1], 1.96
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert float(high) == pytest.approx(min(1, (p + z * z / (2 * n)) / (1 + z * z / n) + half), abs=0.002)


cohort = st.integers(5, 40).flatmap(lambda many: st.tuples(st.just(many), st.integers(0, many)))


@given(cohort, cohort, cohort, cohort, st.integers(0, 999))
def test_the_range_of_buying_again_holds_its_middle_in_any_order(one, two, three, four, seed):
    bought = [
        *buyers(DAY - 60, *one, name="a"),
        *buyers(DAY + 5, *two, name="b"),
        *buyers(DAY - 60, *three, starts=None, name="c"),
        *buyers(DAY + 5, *four, starts=None, name="d"),
    ]
    found = compared(bought)
    assert found.low <= found.middle <= found.high
    assert compared(mixed(bought, seed)) == found


# --- assumptions


def test_what_is_usually_assumed_is_within_its_own_bounds():
    assert all(assumptions.fault(one, one.usual) is None for one in ASSUMPTIONS)
    assert all(low <= high for one in ASSUMPTIONS for low, high in pairwise(one.usual))


@pytest.mark.parametrize(
    ("key", "given", "wrong"),
    [
        ("help", (0, 0, 0), None),
        ("help", (-1, 0, 1), ("low", assumptions.BEYOND)),
        ("help", (5, 4, 6), ("middle", assumptions.FALLS)),
        ("help", (5, 6, 5), ("high", assumptions.FALLS)),
        ("elsewhere", (10, 50, 101), ("high", assumptions.BEYOND)),
        ("again", (6, 6, 6), ("middle", assumptions.BEYOND)),
        ("again", (7.5, 7.5, 7.5), ("middle", assumptions.BROKEN)),
    ],
)
def test_a_number_that_does_not_do_is_named(key, given, wrong):
    one = Assumed(*(int(end * UNIT) for end in given))
    assert assumptions.fault(assumptions.BY_KEY[key], one) == wrong
