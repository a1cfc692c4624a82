from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import incentive as rule
from rules import period
from rules.incentive import Held
from rules.incentive import Step
from rules.incentive import Who
from rules.value import UNIT
from tests.rules.strategies import MONDAY
from tests.rules.strategies import incentive
from tests.rules.strategies import kinds

tallies = st.integers(-20 * UNIT, 200 * UNIT)
limits = st.one_of(st.none(), st.integers(1, 5))
targets = st.integers(1, 30 * UNIT)
UNUSED = {"waiting", "choosing", "issued"}
LIVE = {*UNUSED, "redeemed", "expired"}


@pytest.mark.parametrize(("tally", "due"), [(-1, 0), (0, 0), (9.9999, 0), (10, 1), (19, 1), (20, 2), (54, 5)])
def test_every_ten_earn_one(tally, due):
    assert incentive(every=10 * UNIT).due(round(tally * UNIT)) == due


@pytest.mark.parametrize(("tally", "due"), [(9, 0), (10, 1), (99, 1)])
def test_a_target_that_is_reached_is_reached_once(tally, due):
    assert incentive(reach=10 * UNIT).due(tally * UNIT) == due


@given(tallies, targets, limits)
def test_what_is_due_is_the_whole_part_within_the_limit(tally, every, at_most):
    exact = max(0, Fraction(tally, every).__floor__())
    assert incentive(every=every, at_most=at_most).due(tally) == min(exact, at_most or rule.MOST_AWARDS)


@given(tallies, targets, limits)
def test_the_next_target_is_where_one_more_is_due(tally, every, at_most):
    one = incentive(every=every, at_most=at_most)
    target = one.target(tally)
    assert target > tally
    if one.due(tally) < one.limit:
        assert one.due(target) == one.due(tally) + 1
        assert one.due(target - 1) == one.due(tally)


@given(st.lists(st.tuples(st.one_of(limits, st.just("reach")), st.integers(0, 9)), max_size=4))
def test_versions_share_one_limit_earlier_ones_first(drawn):
    offered = [incentive(reach=UNIT) if limit == "reach" else incentive(at_most=limit) for limit, _ in drawn]
    earned = [count for _, count in drawn]
    due = rule.share(offered, earned)
    for index, (one, got) in enumerate(zip(offered, due, strict=True)):
        assert 0 <= got <= earned[index]
        if one.limit is not None:
            assert got == 0 or sum(due[: index + 1]) <= one.limit
            assert got == earned[index] or sum(due[: index + 1]) >= one.limit


@given(st.lists(st.integers(0, 9), max_size=4), st.integers(1, 5))
def test_together_they_never_exceed_it(earned, limit):
    assert sum(rule.share([incentive(at_most=limit)] * len(earned), earned)) == min(limit, sum(earned))


# --- streaks


def plainly(met, length, works, kind):
    """Walk day by day: a missed working day ends the run, a full block begins it anew."""
    ends, run = Counter(), 0
    for day in range(min(met, default=0), max(met, default=-1) + 1):
        if not works(day):
            continue
        run = run + 1 if day in met else 0
        if run == length:
            ends[period.start(kind, day)] += 1
            run = 0
    return ends


@given(st.sets(st.integers(MONDAY, MONDAY + 40)), st.sets(st.integers(MONDAY, MONDAY + 40)), st.integers(1, 6), kinds)
def test_blocks_are_what_a_walk_day_by_day_counts(met, off, length, kind):
    def works(day):
        return day not in off

    assert rule.blocks(met, length, works, kind) == plainly(met, length, works, kind)


def test_a_weekend_neither_helps_nor_hurts():
    works = period.Calendar().works
    friday_and_monday = {MONDAY - 3, MONDAY}
    assert rule.blocks(friday_and_monday, 2, works, "week") == {MONDAY: 1}
    assert rule.blocks({MONDAY - 3, MONDAY - 2}, 2, works, "week") == {}


def test_a_block_belongs_to_the_period_of_its_last_day():
    works = period.Calendar().works
    ten_days = [MONDAY + 2 + day for day in range(12)]
    assert rule.blocks(ten_days, 5, works, "week") == {MONDAY + 7: 1}
    assert rule.blocks([*ten_days, MONDAY + 14, MONDAY + 15], 5, works, "week") == {MONDAY + 7: 1, MONDAY + 14: 1}


def test_a_missed_working_day_begins_a_new_run():
    assert list(rule.runs({1, 2, 4, 5}, lambda _: True)) == [[1, 2], [4, 5]]


# --- the life of awards


def follow(awards, steps):
    """Carry out steps as the ledger of awards does: ordinal → (status, whose use it carries)."""
    for step in steps:
        known = awards.get(step.ordinal)
        if step.does == "grant":
            assert known is None
            awards[step.ordinal] = ["issued", None]
        elif step.does == "reopen":
            assert known[0] in {"voided", "corrected"}
            known[0] = "redeemed" if known[1] is not None else "issued"
        elif step.does == "take_over":
            assert known[0] in UNUSED
            awards[step.ordinal] = ["redeemed", awards[step.use_of][1]]
            awards[step.use_of][1] = None
        elif step.does == "void":
            known[0] = "voided"
        else:
            assert step.does == "correct"
            assert known[0] == "redeemed"
            known[0] = "corrected"
    return awards


events = st.lists(
    st.one_of(st.tuples(st.just("due"), st.integers(0, 6)), st.tuples(st.just("use"), st.integers(1, 6))), max_size=12
)


@given(events)
def test_settling_always_leaves_what_is_due_and_loses_no_use_that_could_be_kept(events):
    awards, due, uses = {}, 0, 0
    for what, number in events:
        if what == "use":
            if awards.get(number, [None])[0] == "issued":
                uses += 1
                awards[number] = ["redeemed", uses]
            continue
        used = sum(status == "redeemed" for status, _ in awards.values())
        room = sum(o <= number and status in UNUSED | {"redeemed"} for o, (status, _) in awards.items())
        due = number
        held = [Held(ordinal, status, None) for ordinal, (status, _) in sorted(awards.items())]
        falling = not any(status in {"voided", "corrected"} and o <= due for o, (status, _) in awards.items())
        follow(awards, rule.settle(held, due))
        assert {o for o, (status, _) in awards.items() if status in LIVE} == set(range(1, due + 1))
        kept = sum(status == "redeemed" for status, _ in awards.values())
        if falling:
            assert kept == min(used, room)
        carried = [use for _, use in awards.values() if use is not None]
        assert len(carried) == len(set(carried)) == uses


@given(events)
def test_settling_twice_changes_nothing_more(events):
    awards = {}
    for what, number in events:
        if what == "use" and awards.get(number, [None])[0] == "issued":
            awards[number] = ["redeemed", number]
        elif what == "due":
            held = [Held(ordinal, status, None) for ordinal, (status, _) in awards.items()]
            follow(awards, rule.settle(held, number))
            assert rule.settle([Held(ordinal, status, None) for ordinal, (status, _) in awards.items()], number) == []


def test_the_highest_are_voided_first():
    held = [Held(1, "issued", "lunch"), Held(2, "choosing", None), Held(3, "waiting", "lunch")]
    assert rule.settle(held, 1) == [Step(3, "void"), Step(2, "void")]


def test_a_use_moves_to_the_highest_unused_award_that_is_due():
    held = [Held(1, "issued", "lunch"), Held(2, "issued", "lunch"), Held(3, "redeemed", "lunch")]
    assert rule.settle(held, 2) == [Step(2, "take_over", use_of=3), Step(3, "void")]


def test_a_use_without_a_place_to_go_is_corrected():
    held = [Held(1, "redeemed", "lunch"), Held(2, "redeemed", "lunch")]
    assert rule.settle(held, 1) == [Step(2, "correct")]


def test_the_same_ordinals_reopen_before_new_ones_are_granted():
    held = [Held(1, "issued", "lunch"), Held(2, "voided", "lunch"), Held(3, "corrected", "lunch")]
    assert rule.settle(held, 4) == [Step(2, "reopen"), Step(3, "reopen"), Step(4, "grant")]


# --- to whom it is offered


@pytest.mark.parametrize(
    ("who", "included"),
    [
        (Who(), True),
        (Who(team=("Sales",)), True),
        (Who(team=("Support", "Sales"), role=("manager",)), True),
        (Who(team=("Support",)), False),
        (Who(team=("Sales",), role=("employee",)), False),
        (Who(wave=("north",)), True),
        (Who(wave=("south",)), False),
    ],
)
def test_everything_that_is_asked_must_hold(who, included):
    assert who.includes(["Sales", "Berlin"], "manager", ["north"]) is included
    assert bool(who) is (who != Who())
