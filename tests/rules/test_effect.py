"""Whether a rule has had an effect: told from people before and after, and never claimed of few."""

from fractions import Fraction
from math import sqrt
from statistics import mean
from statistics import variance

import pytest
from hypothesis import assume
from hypothesis import given
from hypothesis import strategies as st

from rules import effect

UNIT = 10_000


def people(before_after, *, covered=True, first=1, team="north"):
    return [
        effect.Person(first + place, team, covered, before * UNIT, after * UNIT)
        for place, (before, after) in enumerate(before_after)
    ]


def test_more_is_said_where_those_covered_do_more_than_the_others():
    mine = people([(40, 80), (44, 88), (36, 70), (40, 82), (48, 84), (40, 78)])
    others = people([(40, 42), (44, 40), (36, 40), (40, 40), (48, 46)], covered=False, first=50, team="south")
    found = effect.weigh([*mine, *others], weeks=4)
    assert (found.verdict, found.compared) == (effect.MORE, True)
    assert found.low <= found.effect <= found.high
    assert found.effect == pytest.approx(9.76 * UNIT, rel=0.01)
    assert (found.covered.people, found.covered.before) == (6, round(248 / 24 * UNIT))


def test_what_everybody_did_is_no_effect_of_the_rule():
    mine = people([(40, 60), (44, 66), (36, 52), (40, 61), (48, 69)])
    others = people([(40, 61), (44, 64), (36, 55), (40, 60), (48, 66)], covered=False, first=50)
    assert effect.weigh([*mine, *others], weeks=4).verdict == effect.NONE
    assert effect.weigh(mine, weeks=4).verdict == effect.MORE  # nobody to compare with: it cannot know
    assert not effect.weigh(mine, weeks=4).compared


def test_less_is_said_as_well():
    mine = people([(60, 40), (66, 44), (52, 36), (61, 40), (69, 48)])
    assert effect.weigh(mine, weeks=4).verdict == effect.LESS


def test_nothing_is_claimed_of_few_weeks_or_few_people():
    mine = people([(1, 100)] * 5)
    assert effect.weigh(mine, weeks=2).verdict == effect.TOO_EARLY
    assert effect.weigh(mine[:4], weeks=8).verdict == effect.TOO_FEW
    assert effect.weigh([], weeks=0).verdict == effect.TOO_EARLY


def test_a_history_that_begins_with_the_rule_shows_no_effect():
    assert effect.weigh(people([(0, 100)] * 5), weeks=8).verdict == effect.UNKNOWN


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=40), st.integers(0, 12), st.integers(0, 40))
def test_no_group_under_five_is_ever_shown(drawn, weeks, covered):
    found = effect.weigh([*people(drawn[:covered]), *people(drawn[covered:], covered=False, first=90)], weeks)
    shown = [*found.quarters, *found.teams, *(one for one in (found.covered, found.others) if one)]
    assert all(one.people >= effect.FEWEST for one in shown)


pairs = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=5, max_size=30)


@given(pairs, pairs, st.integers(3, 12))
def test_the_range_is_the_stated_formula(mine, others, weeks):
    assume(any(before for before, _ in (*mine, *others)))
    found = effect.weigh([*people(mine), *people(others, covered=False, first=90)], weeks)
    d1, d2 = ([(after - before) / weeks for before, after in group] for group in (mine, others))
    middle = mean(d1) - mean(d2)
    half = effect.t(min(len(d1), len(d2)) - 1) / 1000 * sqrt(variance(d1) / len(d1) + variance(d2) / len(d2))
    assert found.effect / UNIT == pytest.approx(middle, abs=0.001)
    assert found.low / UNIT == pytest.approx(middle - half, abs=0.002)
    assert found.high / UNIT == pytest.approx(middle + half, abs=0.002)
    assert (found.verdict == effect.NONE) == (found.low <= 0 <= found.high)


@given(st.fractions(0, 10**9))
def test_a_root_is_never_too_small(value):
    found = effect.root(value)
    assert found**2 >= value
    assert max(Fraction(0), found - Fraction(1, 10**4)) ** 2 <= value


def test_the_table_of_t_is_never_too_small_between_its_lines():
    assert [effect.t(n) for n in (0, 1, 5, 11, 14, 29, 59, 10**6)] == [
        12_706,
        12_706,
        2_571,
        2_228,
        2_179,
        2_086,
        2_042,
        1_962,
    ]


def test_a_guard_rises_by_more_than_chance():
    assert effect.Guard("undone", (1, 100), (7, 100)).rose
    assert not effect.Guard("undone", (1, 100), (5, 100)).rose
    assert not effect.Guard("undone", (0, 19), (19, 19)).rose
    assert not effect.Guard("undone", (0, 0), (0, 0)).rose
