"""The nightly job: what a day's facts are, what comes of them, and that nothing but they decides it."""

from itertools import count
from math import log

import pytest
from sqlalchemy import event
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import evidence
from adoption import facts
from adoption import flags
from adoption import privacy
from adoption.evidence import gathering
from adoption.evidence import judging
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import AdoptionWeek
from adoption.models import EvidenceDay
from adoption.models import Feed
from adoption.models import FeedDay
from adoption.models import FeedPerson
from adoption.models import Night
from adoption.models import Norm
from adoption.models import RelianceAccount
from adoption.models import Season
from adoption.models import Signal
from adoption.models import Workbook
from rules.reliance import Arrived
from rules.reliance import level
from tests.nights import HOUR
from tests.nights import MONDAY
from tests.nights import Office
from tests.nights import at
from tests.nights import iso
from tests.nights import kept
from tests.nights import nothing

TUESDAY, FRIDAY = MONDAY + 1, MONDAY + 4
MINUTE = HOUR // 60


@pytest.fixture
def office(app):
    return Office("Alice", "Bob")


def judged(office, day, name="Alice"):
    """Let everything come in, let the nights pass, and return the facts of a day."""
    office.deliver()
    office.judge(day)
    return office.facts(name, day)


def put(table, **row):
    begin_write().execute(insert(table).values(row))
    db.session.commit()


# --- the facts of a day


def test_what_is_typed_on_the_day_it_happens_is_live(office):
    office.did("Alice", MONDAY)
    office.did("Alice", MONDAY, "11:30", kind="contact.created", data={"name": "Chen"})
    found = judged(office, MONDAY)
    assert (found.live, found.typed, found.expected, found.present) == (2, 2, True, True)
    assert found.arrived == (Arrived("call.completed", 1, late=False), Arrived("contact.created", 1, late=False))
    assert (found.actions, found.sources) == (2, ("crm",))


def test_what_is_recorded_more_than_a_working_day_later_is_late(office):
    office.did("Bob", MONDAY)
    office.did("Bob", MONDAY + 7)
    office.did("Alice", MONDAY + 7, happened=at(FRIDAY))  # over the weekend: one working day
    office.did("Alice", MONDAY + 8, happened=at(FRIDAY))
    assert judged(office, MONDAY + 7).arrived == (Arrived("call.completed", 1, late=False),)
    office.judge(MONDAY + 8)
    assert office.facts("Alice", MONDAY + 8).arrived == (Arrived("call.completed", 1, late=True),)
    assert office.facts("Alice", MONDAY + 8).live == 0


def test_a_holiday_between_makes_nothing_late(office):
    office.holiday(TUESDAY)
    office.did("Bob", MONDAY)
    office.did("Alice", MONDAY + 2, happened=at(MONDAY))
    assert judged(office, MONDAY + 2).arrived == (Arrived("call.completed", 1, late=False),)


def test_an_import_and_what_a_program_did_are_not_typed(office):
    for number, channel in enumerate(("import", "api", "mobile", "ui")):
        office.did("Alice", MONDAY, f"{10 + number}:00", data={"channel": channel})
    found = judged(office, MONDAY)
    assert (found.live, found.typed, found.actions) == (2, 2, 2)
    assert found.imports == 1, "the record that an import made tells of it"


def test_the_day_of_receipt_stands_where_a_crm_does_not_say_when_something_was_recorded(office):
    office.did("Bob", MONDAY)
    office.did("Alice", TUESDAY, happened=at(MONDAY), received=at(TUESDAY, "15:00"), recordedtime=None)
    office.deliver()
    office.judge(TUESDAY)
    assert office.facts("Alice", MONDAY).live == 0
    assert office.facts("Alice", TUESDAY).arrived == (Arrived("call.completed", 1, late=False),)


def test_a_file_that_does_not_say_when_something_was_recorded_makes_nobody_late(office):
    office.did("Alice", MONDAY, received=at(TUESDAY, "02:00"), recordedtime=None)
    office.did("Alice", MONDAY - 30, received=at(TUESDAY, "02:00"), recordedtime=None)
    office.deliver(door="file")
    office.judge(TUESDAY)
    assert [(one.day, one.facts.typed, one.facts.arrived) for one in office.past("Alice")] == [
        (MONDAY, 1, ()),
        (TUESDAY, 0, ()),
    ]


def test_what_a_file_tells_the_night_after_is_of_the_day_it_happened(office):
    office.did("Bob", MONDAY)
    office.did("Alice", MONDAY, received=at(TUESDAY, "02:00"), recordedtime=None)
    office.deliver(door="file")
    office.judge(TUESDAY)
    found = office.facts("Alice", MONDAY)
    assert (found.live, found.typed, found.arrived) == (1, 1, ())


def test_what_a_crm_sends_again_after_a_gap_is_not_called_late(office):
    office.did("Alice", MONDAY)
    for day in (TUESDAY, TUESDAY + 1):  # nothing came on these days; on Friday all of it does
        office.did("Alice", day, received=at(FRIDAY, "09:00"), recordedtime=None)
    office.did("Alice", FRIDAY, "10:00", recordedtime=None)
    office.deliver()
    office.judge(FRIDAY)
    assert office.facts("Alice", FRIDAY).arrived == (Arrived("call.completed", 1, late=False),)
    assert not office.facts("Alice", TUESDAY).expected


def test_what_comes_after_the_day_was_judged_counts_for_nobody(office):
    office.did("Alice", MONDAY)
    office.did("Alice", MONDAY, "12:00", received=at(MONDAY + 2, "00:01"))
    office.did("Alice", MONDAY, "13:00", received=at(MONDAY + 1, "23:59"))
    assert judged(office, MONDAY).typed == 2
    assert evidence.replay(MONDAY, nothing).facts == 0


def test_a_night_that_is_late_says_what_one_in_time_would_have_said(new_app, database):
    answers = []
    for late in (False, True):
        with new_app(database):
            office = Office("Alice", "Bob")
            office.works("Alice", range(MONDAY, MONDAY + 12), times=3)
            office.works("Bob", range(MONDAY, MONDAY + 12), times=3, late=4)
            office.deliver()
            for day in () if late else range(MONDAY, MONDAY + 16):
                office.judge(day)
            office.judge(MONDAY + 16)
            answers.append(kept())
    assert answers[0] == answers[1]


def test_what_was_taken_back_before_the_night_does_not_count_and_later_it_does(office):
    early, late = office.did("Alice", MONDAY), office.did("Alice", MONDAY, "12:00")
    office.did("Alice", MONDAY, "14:00")
    for one, received in ((early, at(TUESDAY)), (late, at(FRIDAY))):
        office.did("Alice", MONDAY, "15:00", kind="call.deleted", retracts=one["id"], received=received)
    assert judged(office, MONDAY).live == 2
    again = evidence.replay(MONDAY, nothing)
    assert (again.differ, again.facts) == ((), 0)


def test_a_record_that_was_merged_into_another_was_there_already(office):
    made = {"name": "Chen", "email": "chen@example.com"}
    twice = office.did("Alice", MONDAY, kind="contact.created", data=made)
    office.did("Alice", MONDAY, "11:00", kind="contact.created", data=made)
    office.did("Alice", MONDAY, "12:00", kind="contact.merged", retracts=twice["id"], received=at(TUESDAY))
    found = judged(office, MONDAY)
    assert (found.records, found.doubles, found.actions) == (2, 1, 1)


def test_of_a_record_without_fields_nobody_says_that_it_is_empty(office):
    office.did("Alice", MONDAY, kind="task.created")
    office.did("Alice", MONDAY, "12:00", kind="task.created", data={"title": "", "owner": "alice"})
    office.did("Alice", MONDAY, "14:00", kind="task.created", data={"title": "Call", "owner": "alice"})
    found = judged(office, MONDAY)
    assert (found.live, found.actions, found.records, found.complete) == (3, 2, 2, 10_000)


def test_strangers_and_people_whose_work_is_elsewhere_are_not_judged(app):
    office = Office("Hana", role="hr")
    office.did("Hana", MONDAY)
    office.did("Nobody", MONDAY)
    office.deliver()
    office.judge(MONDAY)
    assert kept()["evidence_day"] == []


def test_an_identity_that_is_known_by_the_night_is_enough(office):
    event_of_carol = office.did("carol@example.com", MONDAY)
    assert event_of_carol["actor"] == "carol@example.com"
    office.deliver()
    connection = begin_write()
    facts.changed(connection, rescore=True)
    office._person(connection, "Carol", "employee")
    db.session.commit()
    office.judge(MONDAY)
    assert office.facts("Carol", MONDAY).live == 1


def test_of_a_long_history_the_last_ninety_days_are_judged(office):
    office.did("Alice", MONDAY)
    office.deliver()
    assert evidence.due(at(MONDAY + 1)) == range(MONDAY, MONDAY)
    assert evidence.due(at(MONDAY + 5)) == range(MONDAY, MONDAY + 4)
    assert evidence.due(at(MONDAY + 302)) == range(MONDAY + 211, MONDAY + 301)


# --- days on which nothing is concluded


def test_a_holiday_moves_nothing(office):
    office.works("Bob", [MONDAY, TUESDAY, FRIDAY, MONDAY + 8], late=4)
    office.holiday(MONDAY + 7)
    office.deliver()
    office.judge(MONDAY + 6)
    before = office.account("Bob")
    office.judge(MONDAY + 7)
    assert office.facts("Bob", MONDAY + 7) == office.facts("Bob", MONDAY + 6)
    assert office.account("Bob") == before


def test_a_day_of_which_nothing_came_is_missing_and_not_silent(office):
    office.works("Alice", [MONDAY, MONDAY + 2])
    office.deliver()
    office.judge(MONDAY + 2)
    found = office.facts("Alice", TUESDAY)
    assert (found.expected, found.away) == (False, True)
    assert office.facts("Bob", MONDAY + 2).expected


def test_whoever_works_in_a_crm_that_was_silent_was_not_expected(office):
    office.did("Alice", MONDAY)
    office.did("Bob", MONDAY, source="other", actor="bob@example.com")
    office.did("Alice", TUESDAY)
    office.deliver()
    office.judge(TUESDAY)
    assert office.facts("Alice", TUESDAY).expected
    assert not office.facts("Bob", TUESDAY).expected


def test_absence_and_quiet_seasons_are_no_days_of_work(office):
    office.works("Bob", range(MONDAY, MONDAY + 5))
    office.absent("Alice", TUESDAY, TUESDAY + 1)
    put(Season, role="employee", starts=FRIDAY, ends=FRIDAY + 1)
    office.deliver()
    office.judge(FRIDAY)
    assert [office.facts("Alice", day).expected for day in range(MONDAY, MONDAY + 5)] == [
        True,
        False,
        True,
        True,
        False,
    ]
    assert [office.facts("Alice", day).away for day in (TUESDAY, FRIDAY)] == [True, False]


def test_signals_join_the_facts_and_a_missing_suite_is_no_word(office):
    row = {"kind": "file", "title": "Office", "failures": 0, "fault_said": "", "created": 0}
    put(Feed, key="office", **row)
    book = {"title": "Contacts", "rule": "name", "value": "contacts", "state": "registered", "proposed": 0, "note": ""}
    put(Workbook, id=1, registered=0, reason="", **book)
    for name in ("Alice", "Bob"):
        put(FeedPerson, feed="office", participant=office.numbers[name], day=MONDAY)
    put(FeedDay, feed="office", day=MONDAY, heard=1, whole=1)
    mine = {"feed": "office", "participant": office.numbers["Alice"], "day": MONDAY}
    put(Signal, id="1", kind="edit", workbook=1, **mine)
    put(Signal, id="2", kind="export", moment=at(MONDAY), **mine)
    put(Signal, id="3", kind="import", moment=at(MONDAY) + HOUR, **mine)
    office.did("Bob", MONDAY)
    office.did("Bob", TUESDAY)
    found = judged(office, MONDAY)
    assert (found.edited, found.trips, found.imports) == (True, 1, 0)
    assert office.facts("Bob", MONDAY).edited is False
    office.judge(TUESDAY)
    assert office.facts("Bob", TUESDAY).edited is None


# --- what comes of it


def backfilled(office, *, weeks=4):
    """Let Alice work as one should, and Bob enter everything four days later."""
    office.works("Alice", range(MONDAY, MONDAY + 7 * weeks))
    office.works("Bob", range(MONDAY, MONDAY + 7 * weeks), late=4)
    office.deliver()
    office.judge(MONDAY + 7 * weeks - 3)


def test_lateness_becomes_a_question_and_its_lines_add_up(office):
    backfilled(office)
    found = evidence.explained(db.session.connection(), office.numbers["Bob"])
    assert sum(line.points for line in found.lines) == found.total
    assert found.asks
    assert round(level(office.account("Bob")) * 10 / log(10)) == found.total
    facts_of = {line.family: line.facts for line in found.lines}
    assert facts_of["lateness"]["late"] == facts_of["lateness"]["all"] > 0
    assert flags.of(db.session.connection(), office.numbers.values())[office.numbers["Bob"]].state == "suspected"
    assert not evidence.explained(db.session.connection(), office.numbers["Alice"]).hints


def test_an_absence_pauses_the_question(office):
    office.works("Alice", range(MONDAY, MONDAY + 35))
    office.works("Bob", range(MONDAY, MONDAY + 28), late=4)
    office.absent("Bob", MONDAY + 28, MONDAY + 35)
    office.deliver()
    office.judge(MONDAY + 28)
    assert flags.of(db.session.connection(), [office.numbers["Bob"]])[office.numbers["Bob"]].state == "paused"


def test_silence_is_no_question_but_the_neutral_one(office):
    office.works("Alice", range(MONDAY, MONDAY + 35))
    office.deliver()
    office.judge(MONDAY + 33)
    connection = db.session.connection()
    assert flags.of(connection, office.numbers.values()) == {}
    assert evidence.check_in_of(connection, office.numbers["Bob"]).asked
    assert not evidence.check_in_of(connection, office.numbers["Alice"]).asked
    assert evidence.check_ins(connection) == (1, 2)


def test_what_is_usual_is_learned_every_four_weeks(office):
    office.works("Alice", range(MONDAY, MONDAY + 35), times=12)
    office.works("Bob", range(MONDAY, MONDAY + 35), times=12)
    office.deliver()
    first = judging.block_of(MONDAY) + judging.BLOCK
    office.judge(first - 1)
    assert evidence.account_of(db.session.connection(), office.numbers["Alice"]).usual.live == 5.0
    office.judge(first)
    assert evidence.account_of(db.session.connection(), office.numbers["Alice"]).usual.live > 6.5


def test_a_declared_norm_holds_for_the_days_that_are_still_to_be_judged(office):
    office.works("Alice", range(MONDAY, MONDAY + 5), times=3)
    office.deliver()
    office.judge(MONDAY + 1)
    by = By(None, "test")
    with pytest.raises(evidence.JudgedError):
        evidence.declare_norm(
            begin_write(), by, evidence.Whom(role="employee"), live=20, starts=TUESDAY, why="pilot", now=at(FRIDAY)
        )
    evidence.declare_norm(
        begin_write(), by, evidence.Whom(role="employee"), live=20, starts=MONDAY + 2, why="pilot", now=at(FRIDAY)
    )
    db.session.commit()
    office.judge(FRIDAY)
    usual = [one.usual for one in office.account("Alice").recent]
    assert usual == [5.0, 5.0, 20.0, 20.0, 20.0]


def test_of_a_day_before_detection_was_turned_on_nothing_is_kept(app):
    office = Office("Alice", since=MONDAY + 3)
    office.works("Alice", range(MONDAY, MONDAY + 5))
    office.deliver()
    office.judge(FRIDAY)
    assert [one.day for one in office.past("Alice")] == [MONDAY + 3, FRIDAY]


def test_where_nothing_is_concluded_about_single_people_nothing_of_them_is_stored(app):
    names = ["Alice", "Bob", "Carol", "Dave", "Eve", "Frank"]
    office = Office(*names, individual=False, teams={"Sales": names, "Care": names[:4]})
    for name in names:
        office.works(name, range(MONDAY, MONDAY + 14))
    office.deliver()
    office.judge(MONDAY + 13)
    found = kept()
    assert {name for name, rows in found.items() if rows} == {"adoption_week"}
    assert db.session.scalar(select(func.count()).select_from(Night)) == 14
    figures = evidence.team_figures(1, MONDAY + 9)
    assert figures is not None
    assert (figures.people, figures.active, figures.on_time) == (6, 6, 100)
    assert figures.score is not None


# --- a past day again


def test_every_day_that_was_judged_comes_to_the_same_again(office):
    backfilled(office, weeks=7)
    for day in range(MONDAY, MONDAY + 7 * 7 - 3, 5):
        found = evidence.replay(day, nothing)
        assert (found.people, found.differ, found.facts, found.changed, found.missing) == (2, (), 0, False, 0)


@pytest.mark.parametrize("what", ["facts", "level", "account"])
def test_what_was_changed_by_hand_is_found_by_a_replay(office, what):
    backfilled(office)
    day, bob = MONDAY + 25, office.numbers["Bob"]
    mine = (EvidenceDay.participant == bob, EvidenceDay.day == day - 3)
    changes = {
        "facts": update(EvidenceDay).where(*mine).values(facts='{"expected":true,"live":90}'),
        "level": update(EvidenceDay).where(EvidenceDay.participant == bob, EvidenceDay.day == day).values(level=0),
        "account": update(RelianceAccount).where(RelianceAccount.participant == bob).values(state='{"sources":["x"]}'),
    }
    begin_write().execute(changes[what])
    db.session.commit()
    assert evidence.replay(day, nothing).differ == (bob,)


def test_a_replay_says_when_other_people_or_days_would_be_counted_now(office):
    backfilled(office)
    for day in (MONDAY + 15, MONDAY + 16, MONDAY + 17):
        office.holiday(day)
    found = evidence.replay(MONDAY + 18, nothing)
    assert found.differ == ()
    assert (found.facts, found.changed) == (1, True), "what Bob entered late would be in time now"


def test_a_day_that_was_not_judged_cannot_be_replayed(office):
    backfilled(office)
    with pytest.raises(evidence.NotJudgedError):
        evidence.replay(MONDAY + 200, nothing)


# --- an accepted contest


def test_evidence_that_is_removed_is_gone_and_everything_is_concluded_anew(office):
    backfilled(office, weeks=6)
    bob = office.numbers["Bob"]
    assert office.account("Bob").asks
    account = evidence.recompute(begin_write(), bob, without=["lateness"])
    db.session.commit()
    assert account == office.account("Bob")
    assert account.sum_of["lateness"] == 0
    assert not account.asks
    assert not any(one.late for past in office.past("Bob") for one in past.facts.arrived)
    for day in (MONDAY + 10, MONDAY + 30, MONDAY + 39):
        assert evidence.replay(day, nothing).differ == ()


def test_days_of_absence_are_taken_out_of_what_was_expected(office):
    backfilled(office)
    bob, span = office.numbers["Bob"], (MONDAY + 7, MONDAY + 14)
    before = office.account("Bob").days
    evidence.recompute(begin_write(), bob, away=span)
    db.session.commit()
    assert office.account("Bob").days == before - 5
    assert not any(office.facts("Bob", day).expected for day in range(*span))
    assert evidence.replay(MONDAY + 25, nothing).differ == ()


def test_a_norm_of_ones_own_is_what_one_is_measured_by_from_then_on(office):
    office.works("Alice", range(MONDAY, MONDAY + 40), times=6)
    office.works("Bob", range(MONDAY, MONDAY + 40), times=1)
    office.deliver()
    office.judge(MONDAY + 30)
    bob = office.numbers["Bob"]
    low = level(office.account("Bob"))
    evidence.recompute(begin_write(), bob, norm=1.0)
    db.session.commit()
    assert level(office.account("Bob")) < low - 1
    office.judge(MONDAY + 37)
    assert {one.usual for one in office.account("Bob").recent} == {1.0}
    assert evidence.replay(MONDAY + 37, nothing).differ == ()
    assert not evidence.check_in_of(db.session.connection(), bob).asked


def test_whose_task_importing_is_makes_no_round_trips(office):
    for day in (MONDAY, TUESDAY):
        put(Signal, feed="crm", id=f"i{day}", kind="import", participant=2, day=day, moment=at(day))
        office.did("Alice", day)
    office.deliver()
    office.judge(MONDAY)
    bob = office.numbers["Bob"]
    assert office.account("Bob").sum_of["round_trip"] > 0
    evidence.recompute(begin_write(), bob, imports=True)
    db.session.commit()
    office.judge(TUESDAY)
    assert office.facts("Bob", TUESDAY).exempt
    assert office.account("Bob").sum_of["round_trip"] <= 0


def test_what_cannot_be_removed_is_refused(office):
    backfilled(office, weeks=1)
    with pytest.raises(ValueError, match="silence"):
        evidence.recompute(begin_write(), office.numbers["Bob"], without=["silence"])
    with pytest.raises(evidence.NormError):
        evidence.recompute(begin_write(), office.numbers["Bob"], norm=0.0)
    assert db.session.scalar(select(func.count()).select_from(Norm)) == 0


def test_of_whom_nothing_is_known_nothing_is_removed(office):
    evidence.recompute(begin_write(), office.numbers["Bob"], without=["sheets"])
    db.session.commit()
    assert evidence.explained(db.session.connection(), office.numbers["Bob"]).day == 0


# --- the score


def test_a_score_comes_with_its_parts_and_the_facts_behind_them(office):
    backfilled(office, weeks=8)
    known = facts.current()
    alice = evidence.score_of(db.session.connection(), known, office.numbers["Alice"])
    bob = evidence.score_of(db.session.connection(), known, office.numbers["Bob"])
    assert alice.value > 90 > bob.value
    assert set(alice.parts) == {"regularity", "timeliness", "quality", "breadth"}
    assert (alice.days, alice.on_time, alice.told) == (20, 20, 20)
    assert bob.on_time == 0
    assert alice.before is not None
    assert evidence.score_of(db.session.connection(), known, 999) is None


def gamed(new_app, database, does):
    """Return the score of somebody who plays the score, among colleagues who work."""
    with new_app(database):
        names = ["Alice", "Bob", "Carol", "Dave", "Eve"]
        office = Office(*names)
        days = [day for day in range(MONDAY, MONDAY + 40) if (day - 1) % 7 < 5]
        for name in names[1:]:
            office.works(name, days, times=8)
            office.works(name, days, times=2, kind="contact.created", data={"name": "C", "email": "c@example.com"})
        for day in days:
            does(office, day)
        office.deliver()
        office.judge(MONDAY + 38)
        found = evidence.score_of(db.session.connection(), facts.current(), office.numbers["Alice"])
        return found.value


def forty_notes(office, day):
    """Write one note after the other on one record."""
    for number in range(40):
        more = {"kind": "note.created", "subject": "deal/1", "data": {"text": "!"}}
        office.did("Alice", day, f"{9 + number // 8:02}:{7 * (number % 8):02}", **more)


def forty_notes_at_once(office, day):
    """Write forty notes on forty records in one minute: by hand nobody does."""
    for number in range(40):
        moment = at(day, "09:00") + number * MINUTE // 60
        office.did("Alice", day, kind="call.completed", subject=f"deal/{number}", recordedtime=iso(moment))


def forty_empty_records(office, day):
    for number in range(40):
        more = {"kind": "contact.created", "data": {"name": "", "email": None, "owner": "alice"}}
        office.did("Alice", day, f"{9 + number // 8:02}:{7 * (number % 8):02}", **more)


@pytest.mark.parametrize(("does", "most"), [(forty_notes, 55), (forty_notes_at_once, 65), (forty_empty_records, 30)])
def test_playing_the_score_is_stopped_at_its_door(new_app, does, most):
    """Without a door each of the three comes to 100; whoever works has above 90 here, and whoever does nothing 26."""
    assert gamed(new_app, "sqlite", does) < most


# --- the work of a night


def test_a_night_asks_no_question_for_each_person(new_app, database):
    asked = {}
    for people in (6, 60):
        with new_app(database):
            names = [f"P{number}" for number in range(people)]
            office = Office(*names)
            for name in names:
                office.works(name, range(MONDAY, MONDAY + 7))
            office.deliver()
            office.judge(MONDAY + 4)
            counted = count()

            def watch(*_arguments, counted=counted):
                next(counted)

            event.listen(db.engine, "before_cursor_execute", watch)
            office.judge(MONDAY + 6)  # a Saturday, and a Sunday with its week
            event.remove(db.engine, "before_cursor_execute", watch)
            asked[people] = next(counted)
    assert asked[6] == asked[60]


def test_small_parts_say_what_large_ones_do(new_app, database):
    answers = []
    for size in (1, 3, 1_000):
        with new_app(database):
            names = [f"P{number}" for number in range(7)]
            office = Office(*names)
            for number, name in enumerate(names):
                office.works(name, range(MONDAY, MONDAY + 35), times=number, late=number % 3)
            office.deliver()
            office.judge(MONDAY + 33, size=size)
            answers.append(kept())
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["adoption_week"]


def test_entries_that_lie_in_a_file_come_back_whole():
    parts = gathering.Parts(range(1, 4), 2)
    made = [
        gathering.Entry(1 + number % 3, MONDAY, "call", number, None, None, True, f"r{number}", 0.5, 0, "crm")
        for number in range(5_000)
    ]
    for one in made:
        parts.add(one)
    back = [one for part in (0, 1) for entries in parts.of(part).values() for one in entries]
    parts.close()
    assert sorted(back) == sorted(made)


def test_figures_of_a_team_are_there_for_five_and_for_no_fewer(app):
    names = [f"P{number}" for number in range(9)]
    office = Office(*names, teams={"Five": names[:5], "Four": names[5:]})
    for name in names:
        office.works(name, range(MONDAY, MONDAY + 7))
    office.deliver()
    office.judge(MONDAY + 6)
    assert evidence.team_figures(1, MONDAY).people == 5
    assert evidence.team_figures(2, MONDAY) is None
    assert db.session.scalars(select(AdoptionWeek.team)).all() == [1]
    assert [week for week, _ in evidence.weeks(1, last=MONDAY, count=3)] == [MONDAY - 14, MONDAY - 7, MONDAY]


def test_a_week_in_which_detection_was_turned_on_is_told_whole(app):
    names = [f"P{number}" for number in range(6)]
    office = Office(*names, since=MONDAY + 5)
    for name in names:
        office.works(name, range(MONDAY, MONDAY + 7))
    office.deliver()
    office.judge(MONDAY + 6)
    figures = evidence.team_figures(1, MONDAY)
    assert figures.active == 6
    assert figures.counts["activation"] == (6, 6)


def test_turning_detection_off_stops_the_accounts_and_not_the_teams(app):
    names = [f"P{number}" for number in range(6)]
    office = Office(*names)
    for name in names:
        office.works(name, range(MONDAY, MONDAY + 21))
    office.deliver()
    office.judge(MONDAY + 6)
    privacy.turn_off(begin_write(), By(None, "test"), why="the council asked", now=at(MONDAY + 9))
    db.session.commit()
    office.judge(MONDAY + 13)
    assert db.session.scalar(select(func.max(EvidenceDay.day))) == MONDAY + 6
    assert evidence.team_figures(1, MONDAY + 7).people == 6
