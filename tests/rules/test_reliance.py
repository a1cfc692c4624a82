"""Evidence of spreadsheet work: what a day weighs, what may be said of it, and what never is."""

from dataclasses import replace
from math import log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import reliance as bench
from rules.reliance import BEGIN
from rules.reliance import DEFAULT
from rules.reliance import HIRED
from rules.reliance import Arrived
from rules.reliance import Seen
from rules.reliance import Usual
from rules.reliance import checkin
from rules.reliance import cycle
from rules.reliance import explained
from rules.reliance import follow
from rules.reliance import ledger
from rules.reliance import level
from rules.reliance import usual
from rules.reliance import weights
from rules.reliance.seen import Recorded
from rules.reliance.seen import counted

MONDAY = 739_502
LOG = Path(__file__).parents[3] / "shared" / "data" / "bpic2012_loans.csv.gz"
SIX = replace(DEFAULT, live=6.0)
arrivals = st.lists(
    st.builds(Arrived, st.sampled_from(["call", "meeting"]), st.integers(1, 30), st.booleans()), max_size=5
).map(tuple)
days = st.builds(
    Seen,
    day=st.just(0),
    expected=st.booleans(),
    live=st.integers(0, 40),
    present=st.booleans(),
    arrived=arrivals,
    typed=st.integers(0, 60),
    densest=st.integers(0, 60),
    edited=st.sampled_from([None, True, False]),
    trips=st.integers(0, 2),
    imports=st.integers(0, 2),
    exempt=st.booleans(),
)
lives = st.lists(days, max_size=60).map(
    lambda found: [replace(one, day=MONDAY + number) for number, one in enumerate(found)]
)


def followed(life, usually=SIX, account=BEGIN):
    for seen in life:
        account = follow(account, seen, usually)
    return account


def workdays(count, first=MONDAY, **what):
    """That many working days with weekends between them."""
    found, day = [], first
    while len([one for one in found if one.expected]) < count:
        works = (day - 1) % 7 < 5
        found.append(Seen(day=day, expected=True, **what) if works else Seen(day=day, expected=False))
        day += 1
    return found


# --- what a day weighs


def test_the_example_weeks_begin_on_a_monday():
    assert (MONDAY - 1) % 7 == 0


def test_few_actions_speak_for_spreadsheets_and_many_against():
    assert weights.activity(Seen(day=1, expected=True, live=0, present=True), SIX, 0) == pytest.approx(0.526, abs=1e-3)
    assert weights.activity(Seen(day=1, expected=True, live=6), SIX, 0) < 0
    most, more = (weights.activity(Seen(day=1, expected=True, live=live), SIX, 0) for live in (13, 400))
    assert most == more, "a day counts to twice the usual and one"


def test_silence_weighs_half_on_two_days_and_then_nothing():
    silent = Seen(day=1, expected=True)
    whole = weights.activity(replace(silent, present=True), SIX, 0)
    assert [weights.activity(silent, SIX, before) for before in range(4)] == [whole / 2, whole / 2, 0, 0]


def test_lateness_weighs_each_day_by_how_full_it_was():
    full, thin = (Seen(day=1, expected=True, arrived=(Arrived("call", n, late=True),)) for n in (4, 1))
    assert weights.lateness(full, SIX) == pytest.approx(log(0.62 / 0.08))
    assert weights.lateness(thin, SIX) == pytest.approx(log(0.62 / 0.08) / 3.6)


def test_a_kind_that_everybody_files_late_says_nothing():
    claims = Usual(live=6.0, late={"travel.claimed": 0.79})
    assert weights.lateness(Seen(day=1, expected=True, arrived=(Arrived("travel.claimed", 9, late=True),)), claims) == 0


@pytest.mark.parametrize(
    ("typed", "densest", "expected", "says"),
    [(30, 20, 5, "batch"), (30, 10, 5, "spread"), (5, 5, 5, None), (30, 30, 2, None), (6, 6, 5, "batch")],
)
def test_a_week_is_a_batch_when_most_of_it_was_typed_in_one_hour(typed, densest, expected, says):
    weight = weights.batch(typed, densest, expected, replace(SIX, live=2.0))
    assert says == (None if weight is None else "batch" if weight > 0 else "spread")


def test_a_week_with_next_to_nothing_in_it_is_no_batch():
    assert weights.batch(9, 9, 5, replace(SIX, live=40.0)) is None


def test_imports_say_nothing_of_those_whose_task_they_are():
    assert weights.round_trip(Seen(day=1, expected=True, trips=1)) == pytest.approx(log(8.5))
    assert weights.round_trip(Seen(day=1, expected=True, trips=1, exempt=True)) == 0


def test_a_workbook_that_nobody_would_have_told_of_says_nothing():
    there = Seen(day=1, expected=True, present=True)
    assert weights.sheets(there, SIX) == 0
    assert weights.sheets(replace(there, edited=True), SIX) > 0 > weights.sheets(replace(there, edited=False), SIX)
    assert weights.sheets(Seen(day=1, expected=True, edited=False), SIX) == 0, "who is away edits nothing"


# --- days as they come from records


def test_what_is_typed_in_one_go_with_todays_date_has_no_known_day():
    minute = 60_000_000
    burst = [Recorded("call", n * minute, MONDAY, n * minute, MONDAY) for n in range(7)]
    live, arrived, typed, densest = counted(burst, lambda day: day + 1)
    assert (live, arrived, typed, densest) == (7, (), 7, 7)
    spread = [one._replace(recorded=n * 20 * minute, occurred=n * 20 * minute) for n, one in enumerate(burst)]
    assert counted(spread, lambda day: day + 1)[1] == (Arrived("call", 7, late=False),)


def test_what_is_recorded_more_than_one_working_day_later_is_late_and_not_live():
    friday, tuesday = MONDAY + 4, MONDAY + 8
    late = Recorded("call", 10, tuesday, 1, friday)
    monday = late._replace(day=MONDAY + 7)
    assert counted([late], lambda day: day + 3) == (0, (Arrived("call", 1, late=True),), 1, 1)
    assert counted([monday], lambda day: day + 3) == (1, (Arrived("call", 1, late=False),), 1, 1)
    assert counted([late._replace(channel="import")], lambda day: day + 3) == (0, (), 0, 0)


# --- the account


@given(lives)
def test_no_family_leaves_its_bounds(life):
    account = followed(life)
    for name, value in account.sum_of.items():
        assert weights.FAMILIES[name].least <= value <= weights.FAMILIES[name].most


@given(lives, st.integers(0, 60))
def test_a_day_replayed_gives_the_same_account(life, at):
    assert followed(life[at:], account=followed(life[:at])) == followed(life)


@given(lives)
def test_the_lines_of_an_explanation_add_up(life):
    account = followed(life)
    lines, total = explained(account)
    assert sum(line.points for line in lines) == total == round(level(account) * ledger.DECIBANS)
    assert [line.family for line in lines] == ["start", *weights.FAMILIES]


@given(st.integers(0, 80), st.integers(0, 20))
def test_silence_is_never_a_question(silent, before):
    account = followed(workdays(before, live=6, present=True) + workdays(silent, MONDAY + 70))
    assert not account.asks
    assert not account.hints


@given(lives)
def test_a_day_on_which_nothing_is_expected_and_nothing_happens_moves_nothing(life):
    account = followed(life)
    saturday = Seen(day=MONDAY + 5, expected=False)
    after = follow(account, saturday, SIX)
    assert (after.sums, after.raising, after.clearing) == (account.sums, account.raising, account.clearing)


def in_sheets(count, first=MONDAY):
    return workdays(count, first, live=1, present=True, edited=True, typed=1, densest=1)


def test_days_in_a_customer_workbook_raise_the_question_and_live_work_settles_it():
    good = workdays(20, live=6, present=True, edited=False, typed=6, densest=2)
    account = followed(good)
    assert account.clears
    lapsed = [follow(account, in_sheets(1, MONDAY + 28)[0], SIX)]
    for seen in in_sheets(15, MONDAY + 29)[0:]:
        lapsed.append(follow(lapsed[-1], seen, SIX))
    asked = next(number for number, one in enumerate(lapsed) if one.asks)
    hinted = next(number for number, one in enumerate(lapsed) if one.hints)
    assert hinted < asked <= 12
    back = followed(workdays(14, MONDAY + 63, live=6, present=True, edited=False), account=lapsed[-1])
    assert back.clears


def test_nothing_is_said_before_ten_days_or_in_the_first_weeks_of_somebody_new():
    assert not followed(in_sheets(9)).asks
    assert followed(in_sheets(14)).asks
    assert not followed(in_sheets(29), account=HIRED).asks
    assert followed(in_sheets(30), account=HIRED).asks


def test_one_batch_week_is_no_trace_and_two_are():
    week = [*workdays(4, live=6, typed=0), Seen(day=MONDAY + 4, expected=True, typed=30, densest=30, live=6)]
    ends = [Seen(day=MONDAY + 5, expected=False), Seen(day=MONDAY + 6, expected=False)]
    one = followed(week + ends)
    two = followed([replace(seen, day=seen.day + 7) for seen in week + ends], account=one)
    never = replace(SIX, batch=usual.LOWEST_BATCH)
    assert (one.traced, two.traced) == (False, True)
    assert not followed(week + ends, never).traced


def test_the_facts_are_counted_over_the_days_of_the_evidence():
    facts = ledger.facts_of(followed(in_sheets(25)))
    assert facts["sheets"] == {"edited": 10, "covered": 10}
    assert facts["activity"] == {"live": 10, "days": 10, "busy": 0, "usual": 60}


# --- what is usual


def test_a_role_is_its_median_person_pulled_towards_what_is_assumed():
    habits = [usual.Habit(days=10, live=100)] * 5
    assert usual.of_role(habits).live == pytest.approx((5 * 10 + 5 * 5) / 10)
    assert usual.of_role([]) == DEFAULT


def test_nobody_is_measured_by_a_third_of_what_is_usual_nor_below_a_declared_norm():
    role = replace(DEFAULT, live=10.0)
    idle = usual.Habit(days=200, live=20)
    assert usual.of_person(idle, role).live == pytest.approx(3.5)
    assert usual.of_person(idle, role, norm=6.0).live == 6.0


def test_what_nobody_of_a_role_was_seen_to_do_is_still_no_proof_when_somebody_does_it_once():
    nobody = usual.Habit(days=60, live=300, late={"call": (0, 60)}, covered=60)
    role = usual.of_role([nobody] * 40)
    own = usual.of_person(nobody, role)
    assert {role.sheets, own.sheets, role.late_of("call"), own.late_of("call")} == {usual.LOWEST_RARE}
    often = usual.Habit(days=60, live=300, late={"call": (12, 60)}, covered=60, edits=12)
    assert min(usual.of_person(often, role).sheets, usual.of_person(often, role).late_of("call")) > usual.LOWEST_RARE


def test_habits_are_counted_on_days_on_which_somebody_was_there():
    week = workdays(5, live=4, typed=8, densest=7, edited=False)
    silent = workdays(5, MONDAY + 7)
    found = usual.habit([one for one in week + silent if one.expected])
    assert (found.days, found.live, found.weeks, found.batches, found.covered) == (5, 20, 1, 0, 5)


# --- low use


def test_low_use_is_asked_about_after_five_days_and_settled_at_two_fifths():
    use = checkin.Use()
    for seen in workdays(14, live=1):
        use = checkin.follow(use, seen, SIX)
    assert not use.asked
    for seen in workdays(5, live=1):
        use = checkin.follow(use, seen, SIX)
    assert use.asked
    for seen in workdays(12, live=6):
        use = checkin.follow(use, seen, SIX)
    assert not use.asked


# --- the life of a flag


def test_whatever_is_not_in_the_table_cannot_happen():
    with pytest.raises(cycle.ImpossibleStepError):
        cycle.step("none", "confirm", by=cycle.LEAD)
    with pytest.raises(cycle.ImpossibleStepError):
        cycle.step("suspected", "confirm", by=cycle.SERVICE)


def test_every_step_leads_somewhere_known():
    for (state, _), found in cycle.STEPS.items():
        assert state in cycle.STATES
        assert found.to in {*cycle.STATES, cycle.BACK}
        assert found.by in {cycle.PERSON, cycle.LEAD, cycle.SERVICE}
    assert set(cycle.READERS) == set(cycle.STATES)


def test_nobody_is_flagged_but_by_a_person_who_confirms():
    ways = {(state, does, found.by) for (state, does), found in cycle.STEPS.items() if found.to == "flagged"}
    assert ways == {("suspected", "confirm", cycle.LEAD)}


def test_a_manager_sees_nothing_of_hints_suspicions_and_contests():
    seen = {state for state, readers in cycle.READERS.items() if "manager" in readers}
    assert seen == {"flagged", "helping", "recovering"}
    assert all("person" in readers for readers in cycle.READERS.values())


def test_a_contest_and_a_pause_lead_back_to_where_they_began():
    assert cycle.step("contested", "reject", by=cycle.LEAD, came_from="flagged").to == "flagged"
    assert cycle.step("paused", "resume", by=cycle.SERVICE, came_from="hint").to == "hint"


def test_a_lead_confirms_only_after_five_working_days():
    account = followed(in_sheets(20))
    waiting = [cycle.Flag("suspected", waited=days) for days in (4, 5)]
    assert [cycle.may_confirm(one, account) for one in waiting] == [False, True]


MOVES = [
    ("none", in_sheets(20), {}, "raise"),
    ("hint", in_sheets(20), {}, "raise"),
    ("suspected", in_sheets(20), {}, None),
    ("none", workdays(20, live=6), {}, None),
    ("suspected", workdays(20, live=6), {}, "ease"),
    ("flagged", workdays(20, live=6), {}, "clear"),
    ("helping", in_sheets(20), {}, None),
    ("recovering", in_sheets(20), {}, "slip"),
    ("flagged", in_sheets(20), {"quiet": 30}, "expire"),
    ("contested", in_sheets(20), {}, None),
    ("dismissed", in_sheets(20), {"muted_until": MONDAY + 99}, None),
    ("dismissed", in_sheets(20), {"muted_until": MONDAY}, "raise"),
    ("recovered", workdays(20, live=6), {"waited": 20}, "forget"),
]


@pytest.mark.parametrize(("state", "life", "more", "does"), MOVES)
def test_what_the_service_does_by_itself(state, life, more, does):
    flag = cycle.Flag(state, quiet_since=MONDAY + 20, **more)
    assert cycle.moves(flag, followed(life), day=MONDAY + 30, away=False) == does


def test_absence_pauses_an_open_question_and_no_other():
    account = followed(in_sheets(20))
    states = {state: cycle.moves(cycle.Flag(state, quiet_since=9), account, day=9, away=True) for state in cycle.STATES}
    assert {state for state, does in states.items() if does == "pause"} == set(cycle.OPEN)


# --- figures


@pytest.mark.skipif(not LOG.exists(), reason="the real event log is not beside this repository")
def test_a_real_log_of_honest_people_raises_no_question():
    people, flags, months = bench.real_log(LOG)
    assert (people, flags) == (67, 0)
    assert months > 200
