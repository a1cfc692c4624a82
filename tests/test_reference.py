"""The reference says what a person would work out by hand."""

import json
import tomllib
from dataclasses import replace
from datetime import UTC
from datetime import date
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import event
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from tests.reference import Load
from tests.reference import Person
from tests.reference import World
from tests.reference import awards
from tests.reference import holds
from tests.reference import milestones
from tests.reference import number
from tests.reference import tallies
from tests.reference import text
from tests.reference import timelines
from tests.reference import versions
from tests.worlds import deliveries
from tests.worlds import to_json
from tests.worlds import to_toml
from tests.worlds import world

ALICE = Person("alice@example.com", "Alice", [("north", None, None)], identities=[("crm", "7")])
BOB = Person("bob@example.com", "Bob", [("north", None, date(2026, 9, 9)), ("south", date(2026, 9, 9), None)])
MONDAY = date(2026, 9, 7)

DEVELOPED = """
[milestone."contact.developed"]
record = "contact"
credit = "last"
undone_by = "contact.deleted"
holds_for = 2
[[milestone."contact.developed".needs]]
key = "reachable"
on = ["contact.created", "contact.updated"]
where = { any = [{ field = "email", filled = true }, { field = "phone", filled = true }] }
[[milestone."contact.developed".needs]]
key = "talked-to"
on = "call.completed"
[[milestone."contact.developed".needs]]
key = "next-step"
on = "task.created"
[metric.developed]
counts = "contact.developed"
measure = "distinct"
of = "subject"
"""
CALLS = """
[metric.calls]
counts = "call.completed"
measure = "count"
"""


def incentive(name="lunch", **fields):
    given_ = {"metric": "calls", "per": "week", "earns": "free-lunch"} | fields
    return to_toml({"incentive": {name: {key: value for key, value in given_.items() if value is not None}}})


def load(*parts, on=date(2026, 8, 3), since=date(2026, 8, 3)):
    return Load(tomllib.loads("".join(parts), parse_float=Decimal), on, since)


def a_world(loads, activities, **fields):
    loads = loads if isinstance(loads, list) else [loads]
    everybody = {"zone": "Europe/Amsterdam", "people": [ALICE, BOB], "holidays": frozenset()}
    return World(loads=loads, activities=activities, **everybody | fields)


def activity(id_, type_="call.completed", at="2026-09-07T12:00:00+02:00", actor="7", **fields):
    """Describe a call by Alice on a Monday."""
    event_ = {"source": "crm", "id": id_, "type": type_, "time": at, "actor": actor} | fields
    return {key: value for key, value in event_.items() if value is not None}


def calls_on(*days, **fields):
    """Describe a call by Alice at noon of each day of September 2026."""
    return [
        activity(f"{day}/{index}", at=f"2026-09-{day:02}T12:00:00+02:00", **fields) for index, day in enumerate(days)
    ]


def due(world_, holder="alice@example.com"):
    """List what is due to a holder as (start of the version, period, ordinal)."""
    return sorted((starts, period, ordinal) for _, starts, who, period, ordinal in awards(world_) if who == holder)


# Incentives


def test_27_at_every_10_earn_2():
    world_ = a_world(load(CALLS, incentive(every=10)), calls_on(*[7] * 27))
    assert due(world_) == [(date(2026, 8, 3), "2026-W37", 1), (date(2026, 8, 3), "2026-W37", 2)]
    assert tallies(world_, "week") == {
        ("calls", "alice@example.com", "2026-W37"): 27,
        ("calls", "team:north", "2026-W37"): 27,
    }


def test_a_repetition_counts_once():
    [call] = calls_on(7)
    assert due(a_world(load(CALLS, incentive(every=1)), [call, dict(call)])) == [(date(2026, 8, 3), "2026-W37", 1)]


def test_at_most_bounds_what_is_due():
    assert len(due(a_world(load(CALLS, incentive(every=10, at_most=1)), calls_on(*[7] * 27)))) == 1


def test_reach_is_due_once_and_at_the_number_itself():
    assert len(due(a_world(load(CALLS, incentive(reach=3)), calls_on(7, 8, 9)))) == 1
    assert len(due(a_world(load(CALLS, incentive(reach=3)), calls_on(*[7] * 9)))) == 1
    assert due(a_world(load(CALLS, incentive(reach=3)), calls_on(7, 8))) == []


def test_a_negative_sum_is_due_nothing_and_is_exported():
    book = load('[metric.calls]\ncounts = "call.completed"\nmeasure = "sum"\nof = "amount"\n', incentive(every=2))
    world_ = a_world(book, calls_on(7, data={"amount": -5}))
    assert due(world_) == []
    assert tallies(world_, "month")["calls", "alice@example.com", "2026-09"] == -5


def test_a_streak_goes_on_over_a_weekend_a_holiday_and_an_absence():
    # Thursday 3, Friday 4, (weekend), Monday 7, (holiday 8), (absent 9), Thursday 10, Friday 11; 12 is a Saturday.
    away = replace(ALICE, absences=[(date(2026, 9, 9), date(2026, 9, 10))])
    book = load(CALLS, incentive(in_a_row=5))
    world_ = a_world(book, calls_on(3, 4, 7, 10, 11, 12), people=[away], holidays=frozenset({date(2026, 9, 8)}))
    assert due(world_) == [(date(2026, 8, 3), "2026-W37", 1)]  # the block belongs to the week of its last day
    assert due(replace(world_, people=[ALICE])) == []  # the 9th is a working day that was not met
    assert due(replace(world_, holidays=frozenset())) == []


def test_a_team_has_no_absences():
    away = replace(ALICE, absences=[(date(2026, 9, 8), date(2026, 9, 9))])
    world_ = a_world(load(CALLS, incentive(in_a_row=2, holder="team")), calls_on(7, 9), people=[away])
    assert awards(world_) == set()


def test_a_streak_gives_a_block_for_every_k_days_each_in_the_period_of_its_last_day():
    world_ = a_world(load(CALLS, incentive(in_a_row=2)), calls_on(3, 4, 7, 8, 9))  # Thursday to Wednesday
    assert due(world_) == [(date(2026, 8, 3), "2026-W36", 1), (date(2026, 8, 3), "2026-W37", 1)]


def test_a_day_is_met_by_a_tally_of_1_not_by_an_activity():
    book = load('[metric.calls]\ncounts = "call.completed"\nmeasure = "sum"\nof = "amount"\n', incentive(in_a_row=1))
    halves = [activity(str(i), data={"amount": Decimal("0.5")}) for i in range(2)]
    assert due(a_world(book, halves[:1])) == []
    assert len(due(a_world(book, halves))) == 1


def test_who_must_hold_on_one_day_of_the_whole_period():
    asks = load(CALLS, incentive(every=1, who={"team": "south"}))
    monday, earlier = (activity(str(day), at=f"2026-09-{day:02}T12:00:00Z", actor="BOB@example.com") for day in (7, 4))
    assert due(a_world(asks, [monday]), "bob@example.com") == [(date(2026, 8, 3), "2026-W37", 1)]  # south from the 9th
    assert due(a_world(asks, [earlier]), "bob@example.com") == []
    waves = {"south": ("first", date(2026, 9, 20), None)}
    asks_both = load(CALLS, incentive(every=1, per="month", who={"team": "south", "wave": ["first"]}))
    assert due(a_world(asks_both, [monday], waves=waves), "bob@example.com") == [(date(2026, 8, 3), "2026-09", 1)]
    asks_week = load(CALLS, incentive(every=1, who={"wave": "first"}))
    assert due(a_world(asks_week, [monday], waves=waves), "bob@example.com") == []
    asks_north = load(CALLS, incentive(every=1, per="month", who={"team": "north", "wave": "first"}))
    assert due(a_world(asks_north, [monday], waves=waves), "bob@example.com") == []  # never on the same day


def test_a_call_counts_for_the_team_of_its_day():
    days = [activity(str(day), at=f"2026-09-{day:02}T12:00:00Z", actor="bob@example.com") for day in (8, 9, 10)]
    answer = tallies(a_world(load(CALLS), days), "month")
    assert (answer["calls", "team:north", "2026-09"], answer["calls", "team:south", "2026-09"]) == (1, 2)


# Retractions and unknown actors


def test_a_retraction_takes_its_target_away_and_counts_for_nothing_itself():
    one, two = calls_on(7, 8)
    retraction = activity("r", at="2026-09-01T00:00:00Z", retracts=one["id"])  # even one that happened before
    other_source = activity("r", source="mail", retracts=two["id"])
    of_the_retraction = activity("s", retracts="r")
    of_itself = activity("t", retracts="t")
    world_ = a_world(load(CALLS), [of_the_retraction, of_itself, retraction, other_source, one, two])
    assert tallies(world_, "ever")["calls", "alice@example.com", "ever"] == 1


def test_an_identity_goes_before_an_e_mail_and_an_unknown_actor_credits_nobody():
    odd = replace(ALICE, identities=[("crm", "bob@example.com")])
    calls = [activity("1", actor="bob@example.com"), activity("2", actor="BOB@example.com"), activity("3", actor="x")]
    calls.append(activity("4", actor=None, authid="bob@example.com"))
    answer = tallies(a_world(load(CALLS), calls, people=[odd, BOB]), "ever")
    assert (answer["calls", odd.email, "ever"], answer["calls", BOB.email, "ever"]) == (2, 1)


# Milestones

CREATED = activity("1", "contact.created", "2026-09-07T09:00:00+02:00", subject="contact/1", data={"email": "a@b.c"})
CALLED = activity("2", "call.completed", "2026-09-07T10:00:00+02:00", subject="contact/1", actor="stranger")
PLANNED = activity("3", "task.created", "2026-09-06T23:00:00+02:00", subject="contact/1", actor="bob@example.com")
R = int(datetime(2026, 9, 7, 8, tzinfo=UTC).timestamp()) * 1_000_000  # the call
DEVELOPED_1 = ("contact.developed", date(2026, 8, 3), "contact/1")


def test_a_contact_is_developed_by_three_activities_in_any_order():
    unreachable = activity("0", "contact.updated", subject="contact/1", data={"email": " ", "phone": None})
    assert milestones(a_world(load(DEVELOPED), [unreachable, PLANNED, CALLED])) == {}
    for order in ([CREATED, CALLED, PLANNED], [PLANNED, CALLED, CREATED]):
        assert milestones(a_world(load(DEVELOPED), order)) == {DEVELOPED_1: (R, None)}


def test_a_late_activity_that_happened_earlier_moves_the_milestone_and_its_credit():
    earlier_call = CALLED | {"id": "late", "time": "2026-09-05T10:00:00+02:00", "actor": "bob@example.com"}
    world_ = a_world(load(DEVELOPED), [CREATED, CALLED, PLANNED, earlier_call])
    at = int(datetime(2026, 9, 7, 7, tzinfo=UTC).timestamp()) * 1_000_000
    assert milestones(world_) == {DEVELOPED_1: (at, "alice@example.com")}  # the contact came last
    assert tallies(world_, "day", "developed") == {
        ("developed", "alice@example.com", "2026-09-07"): 1,
        ("developed", "team:north", "2026-09-07"): 1,
    }
    retraction = activity("r", retracts="late")
    assert milestones(a_world(load(DEVELOPED), [*world_.activities, retraction])) == {DEVELOPED_1: (R, None)}


@pytest.mark.parametrize(
    ("deleted_at", "counts"),
    [
        ("2026-09-07T09:59:59.999999+02:00", True),  # before R
        ("2026-09-07T10:00:00+02:00", False),
        ("2026-09-09T10:00:00+02:00", False),  # two days later, to the microsecond
        ("2026-09-09T10:00:00.000001+02:00", True),
    ],
)
def test_a_milestone_is_undone_within_holds_for(deleted_at, counts):
    deleted = activity("d", "contact.deleted", deleted_at, subject="contact/1", actor=None)
    assert bool(milestones(a_world(load(DEVELOPED), [CREATED, CALLED, PLANNED, deleted]))) is counts
    undeleted = activity("r", retracts="d")
    assert milestones(a_world(load(DEVELOPED), [undeleted, CREATED, CALLED, PLANNED, deleted])) == {
        DEVELOPED_1: (R, None)
    }


def test_without_holds_for_it_may_be_undone_at_any_time():
    book = load(DEVELOPED.replace("holds_for = 2", ""))
    deleted = activity("d", "contact.deleted", "2026-10-30T10:00:00+02:00", subject="contact/1", actor=None)
    assert milestones(a_world(book, [CREATED, CALLED, PLANNED, deleted])) == {}


def test_the_owner_is_the_latest_known_at_r():
    book = load(DEVELOPED.replace('"last"', '"owner"'))
    first = CREATED | {"data": {"email": "a@b.c", "owner": "bob@example.com"}}
    moved = activity(
        "m", "note.added", "2026-09-07T09:30:00+02:00", subject="contact/1", data={"owner": Decimal("7.0")}
    )
    blank = activity("n", "note.added", "2026-09-07T09:40:00+02:00", subject="contact/1", data={"owner": " "})
    after = activity("o", "note.added", "2026-09-07T10:00:01+02:00", subject="contact/1", data={"owner": "stranger"})
    everything = [first, CALLED, PLANNED, moved, blank, after]
    assert milestones(a_world(book, everything)) == {DEVELOPED_1: (R, "alice@example.com")}  # 7 is Alice in the CRM
    assert milestones(a_world(book, [first, CALLED, PLANNED, blank])) == {DEVELOPED_1: (R, "bob@example.com")}
    together = after | {"time": CALLED["time"]}
    assert milestones(a_world(book, [first, CALLED, PLANNED, together])) == {DEVELOPED_1: (R, None)}  # known at R
    elsewhere = moved | {"source": "mail"}  # which does not know a 7
    assert milestones(a_world(book, [first, CALLED, PLANNED, elsewhere])) == {DEVELOPED_1: (R, None)}


def test_the_creator_is_the_actor_of_the_earliest_created():
    book = load(DEVELOPED.replace('"last"', '"creator"'))
    again = CREATED | {"id": "00", "actor": "bob@example.com"}  # at the same time, and its id sorts first
    assert milestones(a_world(book, [CREATED, again, CALLED, PLANNED])) == {DEVELOPED_1: (R, "bob@example.com")}


def test_a_milestone_counts_only_on_days_on_which_it_is_in_force():
    book = load(DEVELOPED, since=date(2026, 9, 8))
    world_ = a_world(book, [CREATED, CALLED | {"actor": "7"}, PLANNED])
    assert list(milestones(world_)) == [("contact.developed", date(2026, 9, 8), "contact/1")]
    assert milestones(world_, in_force=True) == {}
    assert tallies(world_, "day", "developed") == {}


# Versions


def test_a_version_that_changes_on_wednesday_clips_the_week_and_shares_at_most():
    book = load(CALLS, incentive(every=2, at_most=2))
    wednesday = load(CALLS, incentive(every=1, at_most=2), on=date(2026, 9, 8), since=date(2026, 9, 9))
    calls = calls_on(7, 7, 8, 9, 10, 11)  # three before, three from Wednesday on
    assert due(a_world([book, wednesday], calls)) == [
        (date(2026, 8, 3), "2026-W37", 1),  # 3 // 2
        (date(2026, 9, 9), "2026-W37", 1),  # 3, but two in all
    ]
    assert tallies(a_world([book, wednesday], calls), "week")["calls", "alice@example.com", "2026-W37"] == 6


def test_a_changed_metric_counts_what_is_distinct_in_each_of_its_versions():
    metric = '[metric.calls]\ncounts = ["call.completed"]\nmeasure = "distinct"\nof = "subject"\n'
    changed = metric.replace('"call.completed"', '"call.completed", "meeting.completed"')
    loads = [load(metric), load(changed, on=date(2026, 9, 8), since=date(2026, 9, 9))]
    world_ = a_world(loads, calls_on(7, 8, 9, 10, subject="contact/1"))
    assert tallies(world_, "week")["calls", "alice@example.com", "2026-W37"] == 2


def starts_of(loads, kind, key):
    return [(one.starts, one.ends) for one in timelines(a_world(loads, []))[kind][key]]


def test_a_definition_takes_force_at_its_own_from_else_since_else_the_next_period():
    tuesday = date(2026, 9, 8)
    own = load(CALLS, incentive(**{"every": 1, "from": date(2026, 9, 1), "to": date(2026, 9, 20)}), on=tuesday)
    assert starts_of([own], "incentive", "lunch") == [(date(2026, 9, 1), date(2026, 9, 20))]
    assert starts_of([load(CALLS, incentive(every=1), on=tuesday)], "incentive", "lunch")[0][0] == date(2026, 8, 3)
    by_period = {"day": (9, 9), "week": (9, 14), "month": (10, 1), "quarter": (10, 1), "ever": (9, 9)}
    for per, (month, day) in by_period.items():
        loads = [load(CALLS, incentive(every=1, per=per), on=tuesday, since=None)]
        assert starts_of(loads, "incentive", "lunch")[0][0] == date(2026, month, day)
        assert starts_of(loads, "metric", "calls")[0][0] == date(2026, month, day)  # with its earliest incentive
    assert starts_of([load(CALLS, on=tuesday, since=None)], "metric", "calls")[0][0] == date(2026, 9, 14)


def test_a_new_title_changes_nothing_and_a_key_left_out_ends():
    before = load(CALLS, incentive(every=1))
    titled = load(CALLS, incentive(every=1, title="New"), on=date(2026, 9, 8), since=None)
    without = load(CALLS, on=date(2026, 9, 8), since=None)
    assert len(starts_of([before, titled], "incentive", "lunch")) == 1
    assert starts_of([before, without], "incentive", "lunch") == [(date(2026, 8, 3), date(2026, 9, 14))]
    assert starts_of([before, without], "metric", "calls") == [(date(2026, 8, 3), date.max)]


def test_an_earlier_from_moves_the_start_and_cuts_what_was_before():
    loads = [
        load(CALLS, incentive(every=1)),
        load(CALLS, incentive(every=2), on=date(2026, 9, 8), since=date(2026, 9, 14)),
        load(CALLS, incentive(**{"every": 2, "from": date(2026, 9, 1)}), on=date(2026, 9, 9), since=None),
    ]
    assert starts_of(loads[:2], "incentive", "lunch")[1] == (date(2026, 9, 14), date.max)
    expected = [(date(2026, 8, 3), date(2026, 9, 1)), (date(2026, 9, 1), date.max)]
    assert starts_of(loads, "incentive", "lunch") == expected


def test_an_end_of_its_own_may_be_moved_and_the_definition_goes_on():
    ending = load(CALLS, incentive(every=1, to=date(2026, 9, 7)))
    reopened = load(CALLS, incentive(every=1), on=date(2026, 9, 20), since=None)
    assert starts_of([ending], "incentive", "lunch") == [(date(2026, 8, 3), date(2026, 9, 7))]
    assert starts_of([ending, reopened], "incentive", "lunch") == [(date(2026, 8, 3), date.max)]


def test_a_definition_replaced_from_its_first_day_vanishes():
    loads = [load(CALLS, incentive(every=every)) for every in (1, 2)]
    assert starts_of(loads, "incentive", "lunch") == [(date(2026, 8, 3), date.max)]


def test_what_comes_back_after_it_was_left_out_is_new():
    loads = [
        load(CALLS, incentive(every=1)),
        load(CALLS, on=date(2026, 9, 8), since=None),
        load(CALLS, incentive(every=1), on=date(2026, 9, 22), since=None),
    ]
    expected = [(date(2026, 8, 3), date(2026, 9, 14)), (date(2026, 9, 28), date.max)]
    assert starts_of(loads, "incentive", "lunch") == expected


def test_a_changed_metric_and_its_milestone_wait_for_the_shortest_period_that_uses_them():
    both = incentive(metric="developed", every=1, per="year") + incentive(
        "dinner", metric="developed", every=9, per="month"
    )
    changed = DEVELOPED.replace("distinct", "count").replace('of = "subject"', "").replace('"last"', '"owner"')
    loads = [load(DEVELOPED, both), load(changed, both, on=date(2026, 9, 8), since=None)]
    october = date(2026, 10, 1)
    assert starts_of(loads, "metric", "developed") == [(date(2026, 8, 3), october), (october, date.max)]
    assert starts_of(loads, "milestone", "contact.developed") == [(date(2026, 8, 3), october), (october, date.max)]
    gone = [*loads[:1], load(CALLS, on=date(2026, 9, 8), since=None)]
    assert starts_of(gone, "milestone", "contact.developed") == [(date(2026, 8, 3), october)]


def test_a_change_taken_back_before_it_took_force_leaves_one_version():
    books = [load(CALLS, incentive(every=every), on=date(2026, 9, 8), since=None) for every in (2, 1)]
    lines = timelines(a_world([load(CALLS, incentive(every=1)), *books], []))
    assert [one.starts for one in versions(lines, "incentive", "lunch")] == [date(2026, 8, 3)]


def test_a_changed_milestone_makes_a_new_version_of_the_incentive():
    lunch = incentive(metric="developed", every=1)
    loads = [
        load(DEVELOPED, lunch),
        load(DEVELOPED.replace('"last"', '"owner"'), lunch, on=date(2026, 9, 8), since=None),
    ]
    lines = timelines(a_world(loads, []))
    days = [(one.starts, one.ends) for one in versions(lines, "incentive", "lunch")]
    assert days == [(date(2026, 8, 3), date(2026, 9, 14)), (date(2026, 9, 14), date.max)]
    assert len(lines["incentive"]["lunch"]) == 1


# Values


def test_distinct_takes_a_text_and_a_number_for_one_when_they_read_the_same():
    metric = '[metric.calls]\ncounts = "call.completed"\nmeasure = "distinct"\nof = "amount"\n'
    values = [10, "10", Decimal("10.0"), Decimal("1E+1"), "10.0", True, "true", None, 1234567890123, "1234567890123"]
    calls = [activity(str(index), data={"amount": value}) for index, value in enumerate(values)]
    answer = tallies(a_world(load(metric), calls), "ever")
    assert answer["calls", "alice@example.com", "ever"] == 4  # 10, "10.0", true, 1234567890123


def test_a_sum_rounds_each_activity_half_away_from_zero():
    metric = '[metric.calls]\ncounts = "call.completed"\nmeasure = "sum"\nof = "amount"\n'
    values = ["0.00005", Decimal("0.00005"), Decimal("0.00004"), "1e3", "", None, True, [1], 1234567890123, "-1"]
    calls = [activity(str(index), data={"amount": value}) for index, value in enumerate(values)]
    answer = tallies(a_world(load(metric), calls), "ever")
    assert answer["calls", "alice@example.com", "ever"] == Decimal("-0.9998")


def test_numbers_are_read_exactly_or_not_at_all():
    assert number(Decimal("1E+3")) == 1000
    assert number("-000000000001.50") == Decimal("-1.5")
    unreadable = [
        "1e3",
        "+1",
        ".5",
        "1.",
        " 1",
        "1\n",
        "٣",
        "1,5",
        "0000000000001",
        10**12,
        Decimal("1E-13"),
        True,
        [1],
    ]
    assert [number(value) for value in unreadable] == [None] * len(unreadable)
    assert [text(value) for value in (Decimal("1.50"), Decimal("-0.0"), "1.50", False)] == ["1.5", "0", "1.50", "false"]


@pytest.mark.parametrize(
    ("condition", "data", "expected"),
    [
        ({"field": "a", "is_not": "x"}, {}, False),
        ({"field": "a", "is_not": "x"}, {"a": None}, False),
        ({"not": {"field": "a", "is": "x"}}, {}, True),
        ({"field": "a", "filled": False}, {"a": " \t"}, True),
        ({"field": "a", "filled": True}, {"a": False}, True),
        ({"field": "a", "is": 1}, {"a": True}, False),
        ({"field": "a", "is": 1}, {"a": "1.0"}, True),
        ({"field": "a", "is": "1"}, {"a": 1}, False),
        ({"field": "a", "in": ["x", True]}, {"a": True}, True),
        ({"field": "a", "at_least": 2}, {"a": "2"}, True),
        ({"field": "a", "less_than": 2}, {"a": "two"}, False),
        ({"field": "a", "contains": "vip"}, {"a": ["vip"]}, True),
        ({"field": "a", "contains": "vip"}, {"a": ["a vip"]}, False),
        ({"field": "a", "contains": "vip"}, {"a": "a vip"}, True),
        ({"field": "a.b", "is": "x"}, {"a": {"b": "x"}}, True),
        ({"field": "a.b", "is": "x"}, {"a.b": "y", "a": {"b": "x"}}, False),
    ],
)
def test_conditions(condition, data, expected):
    assert holds(condition, data) is expected


def test_the_local_day_decides_at_midnight_and_at_the_turn_of_the_iso_year():
    calls = [
        activity("1", at="2025-12-31T22:59:59.999999Z"),
        activity("2", at="2025-12-31T23:00:00Z"),  # midnight in Amsterdam
        activity("3", at="2025-10-26T00:30:00Z"),  # 02:30, the first time
        activity("4", at="2025-10-26T01:30:00Z"),  # 02:30, the second time
    ]
    world_ = a_world(load(CALLS, since=date(2025, 1, 1)), calls)
    alice = {
        per: {period: int(value) for (_, holder, period), value in tallies(world_, per).items() if "@" in holder}
        for per in ("day", "week", "quarter", "year")
    }
    assert alice["day"] == {"2025-12-31": 1, "2026-01-01": 1, "2025-10-26": 2}
    assert alice["week"] == {"2026-W01": 2, "2025-W43": 2}
    assert alice["quarter"] == {"2025-Q4": 3, "2026-Q1": 1}
    assert alice["year"] == {"2025": 3, "2026": 1}


# Worlds


@given(world(waves=True), st.data())
@settings(max_examples=50, deadline=None)
def test_worlds_are_valid_and_their_order_does_not_matter(drawn, data):
    once = {}
    for one in drawn.activities:
        assert json.loads(to_json(one), parse_float=Decimal) == one
        assert once.setdefault((one["source"], one["id"]), one) == one
        moment = datetime.fromisoformat(one["time"])
        assert moment.tzinfo
        assert moment < datetime(2026, 11, 1, tzinfo=UTC)
    for one in drawn.loads:
        assert tomllib.loads(to_toml(one.book), parse_float=Decimal) == one.book
    batches = data.draw(deliveries(drawn))
    delivered = replace(drawn, activities=[one for batch in batches for one in batch])
    assert awards(delivered) == awards(drawn)
    event("has an award" if awards(drawn) else "has no award")
    event("reaches a milestone" if milestones(drawn, in_force=True) else "reaches no milestone")
    kept = replace(drawn, activities=[one for one in drawn.activities if "retracts" not in one])
    counted = [(tallies(one, "day"), milestones(one)) for one in (drawn, kept)]
    event("a retraction counts" if counted[0] != counted[1] else "no retraction counts")
