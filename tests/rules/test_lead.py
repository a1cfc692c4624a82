"""Which incentive is nearest, and what is said first about somebody's week."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import lead
from rules.lead import Goal
from rules.lead import Situation
from rules.lead import Week
from rules.value import UNIT


def goal(key="lunch", have=6, target=10, **more):
    given = {"per": "week", "order": 0, "step": target} | more
    return Goal(key=key, have=have * UNIT, target=target * UNIT, **given | {"step": given["step"] * UNIT})


LUNCH = goal()


@pytest.mark.parametrize(
    ("week", "situation"),
    [
        (Week(goals=[LUNCH]), "more"),
        (Week(goals=[replace(LUNCH, earned=1)]), "again"),
        (Week(goals=[replace(LUNCH, earned=2, open=False)]), "all"),
        (Week(goals=[replace(LUNCH, earned=2, open=False)], ready=True), "ready"),
        (Week(goals=[LUNCH], ready=True), "more"),
        (Week(goals=[LUNCH], choosing=True), "choose"),
        (Week(goals=[goal(have=0)], begun=False, counted=False), "first"),
        (Week(goals=[goal(have=0)], counted=False), "more"),
        (Week(goals=[goal(have=0)], counted=False, late=True), "late"),
        (Week(goals=[LUNCH], late=True), "more"),
        (Week(goals=[LUNCH], away=True, choosing=True), "away"),
        (Week(), "nothing"),
        (Week(begun=False, counted=False), "nothing"),
        (Week(ready=True), "ready"),
        (Week(goals=[replace(LUNCH, open=False)]), "nothing"),  # offered no longer, and nothing earned
    ],
)
def test_a_week_is_of_one_kind(week, situation):
    assert lead.lead(week).situation == situation


def test_the_gap_is_what_the_next_award_lacks():
    assert lead.lead(Week(goals=[goal(have=13, target=20, step=10, earned=1)])).more == 7 * UNIT
    assert lead.lead(Week()).more == 0
    assert goal(have=12).more == 0  # a target that was overtaken lacks nothing


def test_the_nearest_is_the_one_with_the_least_of_its_way_ahead():
    talks, cards = goal("talks", 4, 5, order=2), goal("cards", 19, 40, step=20, order=1)
    assert lead.nearest([LUNCH, cards, talks]) == talks
    assert lead.nearest([LUNCH, cards]) == LUNCH
    assert lead.nearest([]) is None


def test_equals_stand_in_the_books_order():
    assert lead.nearest([goal("b", 1, 2, order=1), goal("a", 5, 10, order=3)]).key == "b"


def test_a_streak_whose_day_is_done_rests_until_tomorrow():
    streak = goal("steady", 4, 5, streak=True, order=1)
    assert lead.nearest([LUNCH, streak]) == streak
    assert lead.nearest([LUNCH, replace(streak, resting=True)]) == LUNCH
    assert lead.nearest([replace(streak, resting=True)]).key == "steady"


def test_ones_own_goal_comes_before_the_teams_and_an_open_one_before_one_that_is_done():
    team = goal("together", 39, 40, own=False)
    done = goal("first", 1, 1, open=False, earned=1)
    assert [one.key for one in lead.in_order([done, team, LUNCH])] == ["lunch", "first", "together"]


goals = st.builds(
    Goal,
    key=st.sampled_from("abcdef"),
    per=st.just("week"),
    have=st.integers(0, 50 * UNIT),
    target=st.integers(1, 50 * UNIT),
    step=st.integers(0, 50 * UNIT),
    order=st.integers(0, 5),
    earned=st.integers(0, 3),
    open=st.booleans(),
    resting=st.booleans(),
    streak=st.booleans(),
    own=st.booleans(),
)
lists = st.lists(goals, max_size=6, unique_by=lambda one: one.key)
weeks = st.builds(
    Week,
    goals=lists,
    away=st.booleans(),
    late=st.booleans(),
    begun=st.booleans(),
    counted=st.booleans(),
    choosing=st.booleans(),
    ready=st.booleans(),
)


@given(weeks)
def test_every_week_has_one_thing_to_say_first(week):
    found = lead.lead(week)
    assert found.situation in Situation
    assert found.more >= 0
    if found.situation in {Situation.MORE, Situation.AGAIN, Situation.FIRST, Situation.ALL}:
        assert found.goal is not None


@given(weeks, st.randoms(use_true_random=False))
def test_the_order_in_which_goals_are_given_changes_nothing(week, chance):
    shuffled = list(week.goals)
    chance.shuffle(shuffled)
    assert lead.lead(replace(week, goals=shuffled)) == lead.lead(week)


@given(weeks, goals)
def test_a_goal_that_is_farther_away_changes_nothing(week, other):
    keys = {one.key for one in week.goals}
    before = lead.nearest(week.goals)
    if before is None or other.key in keys or lead.in_order([before, other])[0] == other:
        return
    assert lead.lead(replace(week, goals=[*week.goals, other])) == lead.lead(week)
