"""Signals: what is seen about spreadsheet work, what a day comes to, and how little of it is kept."""

from datetime import date
from datetime import datetime
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import facts
from adoption import privacy
from adoption import signals
from adoption.connectors.offices import Told
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Feed
from adoption.models import FeedDay
from adoption.models import FeedPerson
from adoption.models import Identity
from adoption.models import Participant
from adoption.models import Signal
from adoption.models import Workbook
from adoption.signals import days
from adoption.signals import rows
from rules import period
from rules.reliance import workbooks
from rules.reliance.workbooks import File
from tests import switching

MONDAY = date(2026, 11, 2).toordinal()
ALICE, BOB, EVE = 1, 2, 3


def at(day, hour=10, minute=0):
    """A moment of a day in UTC, the zone of these tests."""
    return period.microseconds(datetime.combine(date.fromordinal(day), time(hour, minute), period.EPOCH.tzinfo))


NOW = at(MONDAY + 7)


def contacts(name="Contacts Q4.xlsx", **changes):
    usual = File(workbooks.keys_of(name), name, ("Sales/Customers",), (), "xlsx", "team")
    return usual._replace(**changes)


def told(actor, day, *, hour=10, kind="edit", file=None):
    shown = file if file is not None else contacts()
    return Told(f"{actor}{day}{hour}", actor, at(day, hour), kind, shown if kind else None)


def people(*names):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    for name in names:
        row = {"email": f"{name.lower()}@example.com", "name": name, "role": "employee"}
        connection.execute(insert(Participant).values(row))
    db.session.commit()


def feed(key="office", kind="file"):
    row = {"key": key, "kind": kind, "title": key.title(), "failures": 0, "fault_said": "", "created": 0}
    begin_write().execute(insert(Feed).values(row))
    db.session.commit()


def register(value="contacts", *, rule="name", since=None, state="registered"):
    row = {
        "title": "Contacts Q4",
        "rule": rule,
        "value": value,
        "state": state,
        "proposed": 0,
        "note": "",
        "reason": "",
    }
    row["registered"] = at(MONDAY - 30) if since is None else since
    number = begin_write().execute(insert(Workbook).values(row)).inserted_primary_key[0]
    db.session.commit()
    return number


def accept(*records, feed="office", whole=()):
    accepted = signals.accept(begin_write(), feed, records, NOW)
    signals.note_whole(db.session.connection(), feed, whole, NOW)
    db.session.commit()
    return accepted


def crm(*kinds, actor="alice@example.com", source="crm"):
    """Store signals of a CRM: pairs of kind and moment."""
    known = facts.current()
    rows.add(
        begin_write(),
        [
            rows.Row(source, f"{kind}{moment}", *rows.whose(known, source, actor), kind, known.day_of(moment), moment)
            for kind, moment in kinds
        ],
    )
    db.session.commit()


def daily(day):
    return signals.daily(db.session.connection(), day)


@pytest.fixture(autouse=True)
def individual(request):
    """Let detection be on, where there is a database."""
    if "app" in request.fixturenames or "office" in request.fixturenames:
        request.getfixturevalue("app")
        switching.turn_on()


@pytest.fixture
def office(app):
    people("Alice", "Bob", "Eve")
    feed()
    return register()


def kept():
    return db.session.scalar(select(func.count()).select_from(Signal))


# --- workbooks


def test_an_edit_of_a_registered_workbook_is_seen_on_its_day(office):
    accept(told("alice@example.com", MONDAY), told("bob@example.com", MONDAY, kind=None), whole=[MONDAY])
    assert daily(MONDAY).edited == {ALICE: True, BOB: False}


def test_a_missing_day_is_unknown_and_never_a_day_without_edits(office):
    accept(told("alice@example.com", MONDAY), told("bob@example.com", MONDAY, kind=None))
    assert daily(MONDAY).edited == {}
    assert daily(MONDAY + 1).edited == {}


def test_whom_no_feed_knows_is_unknown(office):
    accept(told("alice@example.com", MONDAY), whole=[MONDAY])
    assert EVE not in daily(MONDAY).edited


def test_whom_a_feed_knows_later_is_unknown_before(office):
    accept(told("bob@example.com", MONDAY + 1, kind=None), whole=[MONDAY, MONDAY + 1])
    assert daily(MONDAY).edited == {}
    assert daily(MONDAY + 1).edited == {BOB: False}


def test_an_identity_in_the_feed_is_enough_to_be_covered(office):
    connection = begin_write()
    connection.execute(insert(Identity).values(source="office", id="E.EVE", participant=EVE))
    facts.changed(connection, rescore=False)
    db.session.commit()
    accept(whole=[MONDAY])
    assert daily(MONDAY).edited == {EVE: False}
    accept(told("E.EVE", MONDAY))
    assert daily(MONDAY).edited == {EVE: True}


def test_of_two_feeds_one_that_is_missing_leaves_the_day_unknown_unless_the_other_saw_an_edit(office):
    feed("suite")
    for key in ("office", "suite"):
        accept(told("alice@example.com", MONDAY, kind=None), feed=key)
    accept(told("bob@example.com", MONDAY), whole=[MONDAY])
    accept(told("bob@example.com", MONDAY, kind=None), feed="suite")
    assert daily(MONDAY).edited == {BOB: True}
    accept(feed="suite", whole=[MONDAY])
    assert daily(MONDAY).edited == {ALICE: False, BOB: True}


def test_what_is_not_in_the_register_leaves_no_trace(office):
    private = contacts("Diary 2026.xlsx", folders=("personal/alice",))
    accepted = accept(told("alice@example.com", MONDAY, file=private), whole=[MONDAY])
    assert accepted == (1, 0, 1)
    assert kept() == 0
    assert daily(MONDAY).edited == {ALICE: False}


def test_of_a_file_no_name_and_no_place_is_kept(office):
    accept(told("alice@example.com", MONDAY))
    row = db.session.execute(select(Signal.__table__)).one()
    assert "ontacts" not in str(row)
    assert "Customers" not in str(row)
    assert (row.extension, row.location, row.moment) == ("xlsx", "team", None)


def test_saving_often_and_telling_twice_is_one_day_in_the_workbook(office):
    accept(*(told("alice@example.com", MONDAY, hour=hour) for hour in (9, 9, 11, 15)))
    accept(told("Alice@Example.com", MONDAY, hour=11))
    assert kept() == 1


def test_a_shared_workbook_counts_for_those_who_edited_it_themselves(office):
    accept(
        told("alice@example.com", MONDAY),
        told("bob@example.com", MONDAY),
        told("eve@example.com", MONDAY, kind=None),
        whole=[MONDAY],
    )
    assert daily(MONDAY).edited == {ALICE: True, BOB: True, EVE: False}


def test_what_was_done_before_a_workbook_was_registered_does_not_count(app):
    people("Alice")
    feed()
    register(since=at(MONDAY, 12))
    accept(told("alice@example.com", MONDAY, hour=11), whole=[MONDAY, MONDAY + 1])
    assert daily(MONDAY).edited == {ALICE: False}
    accept(told("alice@example.com", MONDAY, hour=13))
    assert daily(MONDAY).edited == {ALICE: True}


@pytest.mark.parametrize("state", ["proposed", "declined", "unregistered"])
def test_only_registered_workbooks_count(app, state):
    people("Alice")
    feed()
    register(state=state)
    accept(told("alice@example.com", MONDAY), whole=[MONDAY])
    assert kept() == 0


def test_a_workbook_that_is_unregistered_is_no_evidence_of_any_day_unless_another_rule_means_it(office):
    other = register("Sales/Customers", rule="folder")
    accept(told("alice@example.com", MONDAY), whole=[MONDAY])
    for number, still in ((office, True), (other, False)):
        begin_write().execute(Workbook.__table__.update().where(Workbook.id == number).values(state="unregistered"))
        db.session.commit()
        assert daily(MONDAY).edited == {ALICE: still}


def test_somebody_nobody_knows_waits_for_an_identity(office):
    accept(told("new.hire@example.com", MONDAY), whole=[MONDAY])
    assert daily(MONDAY).edited == {}
    people("New.Hire")
    assert daily(MONDAY).edited == {4: True}  # before anything is written
    assert signals.recognise(begin_write()) == 1
    db.session.commit()
    assert daily(MONDAY).edited == {4: True}
    assert db.session.scalars(select(Signal.actor)).all() == [None]


@given(
    st.lists(st.tuples(st.sampled_from(["Alice", "Bob"]), st.integers(0, 2), st.integers(8, 18)), max_size=12),
    st.data(),
)
def test_the_order_and_number_of_tellings_changes_nothing(new_app, database, events, data):
    shuffled = data.draw(st.permutations(events + events[:3]))
    cut = data.draw(st.integers(0, len(shuffled)))
    found = []
    for parts in ([events], [shuffled[:cut], shuffled[cut:]]):
        with new_app(database):
            switching.turn_on()
            people("Alice", "Bob")
            feed()
            register()
            for part in parts:
                accept(*(told(f"{who}@example.com", MONDAY + day, hour=hour) for who, day, hour in part))
            accept(whole=range(MONDAY, MONDAY + 3))
            found.append([daily(MONDAY + day) for day in range(3)])
    assert found[0] == found[1]
    assert {day for day in range(3) if any(found[0][day].edited.values())} == {day for _, day, _ in events}


# --- moving records out and in, and being there


def test_an_import_within_two_weeks_of_an_own_export_is_a_round_trip(office):
    crm(("export", at(MONDAY)), ("import", at(MONDAY + 14)), ("import", at(MONDAY + 15)))
    crm(("export", at(MONDAY)), actor="bob@example.com")
    assert daily(MONDAY + 14).trips == {ALICE: 1}
    assert daily(MONDAY + 14).imports == {}
    assert daily(MONDAY + 15).imports == {ALICE: 1}


def test_somebody_elses_export_makes_no_round_trip(office):
    crm(("export", at(MONDAY)), actor="bob@example.com")
    crm(("import", at(MONDAY + 1)))
    assert daily(MONDAY + 1).imports == {ALICE: 1}
    assert daily(MONDAY + 1).trips == {}


def test_signing_in_and_looking_at_reports_are_signs_of_being_there(office):
    crm(("sign_in", at(MONDAY)))
    crm(("view", at(MONDAY)), actor="bob@example.com")
    assert daily(MONDAY).present == {ALICE, BOB}


# --- where nothing may be known of single people


def test_where_detection_is_off_days_of_feeds_are_heard_and_nothing_of_anybody_is_kept(office):
    switching.turn_off()
    accepted = accept(told("alice@example.com", MONDAY), told("bob@example.com", MONDAY, kind=None), whole=[MONDAY])
    crm(("sign_in", at(MONDAY)), ("export", at(MONDAY)))
    assert accepted == (2, 0, 0)
    assert kept() == 0
    assert db.session.scalar(select(func.count()).select_from(FeedPerson)) == 0
    assert days.states("office", MONDAY, MONDAY) == {MONDAY: "part"}  # of what is not kept nothing is known
    switching.turn_on()
    assert daily(MONDAY) == signals.Daily()


# --- deleting


def test_what_is_forgotten_is_deleted_and_afterwards_unknown(office):
    accept(told("alice@example.com", MONDAY), told("bob@example.com", MONDAY + 1), whole=[MONDAY, MONDAY + 1])
    crm(("sign_in", at(MONDAY)), ("export", at(MONDAY)), ("export", at(MONDAY - 14)))
    assert privacy.forget(at(MONDAY + 14)) == 3
    assert daily(MONDAY) == signals.Daily()
    assert daily(MONDAY + 1).edited == {ALICE: False, BOB: True}
    assert sorted(db.session.scalars(select(Signal.kind))) == ["edit", "export"]
    assert privacy.forget(at(MONDAY + 14)) == 0


def test_a_day_that_is_told_whole_again_after_it_was_forgotten_is_known_again(office):
    accept(told("alice@example.com", MONDAY), whole=[MONDAY])
    privacy.forget(at(MONDAY + 14))
    assert days.states("office", MONDAY, MONDAY + 1) == {MONDAY: "swept", MONDAY + 1: "missing"}
    accept(told("alice@example.com", MONDAY), whole=[MONDAY])
    assert daily(MONDAY).edited == {ALICE: True}


def test_a_day_of_which_something_was_heard_is_not_whole_by_that(office):
    accept(told("alice@example.com", MONDAY))
    assert days.states("office", MONDAY, MONDAY) == {MONDAY: "part"}
    accept(whole=[MONDAY])
    begin_write()
    signals.note_whole(db.session.connection(), "office", [MONDAY], NOW + 5)
    db.session.commit()
    assert days.states("office", MONDAY, MONDAY) == {MONDAY: "whole"}
    assert db.session.scalars(select(FeedDay.whole)).all() == [NOW]  # since when, not when it was last said


# --- many


def test_a_day_of_twenty_thousand_people_takes_as_many_queries_as_that_of_two(app):
    feed()
    feed("suite")
    number = register()
    many = 20_000
    connection = begin_write()
    facts.changed(connection, rescore=False)
    listed = [{"email": f"p{at}@example.com", "name": f"P{at}", "role": "employee"} for at in range(many)]
    connection.execute(insert(Participant), listed)
    db.session.commit()
    with counting() as few:
        daily(MONDAY)
    accept(*(told(f"p{at}@example.com", MONDAY, kind=None) for at in range(many)), whole=[MONDAY])
    accept(*(told(f"p{at}@example.com", MONDAY) for at in range(0, many, 2)), feed="suite", whole=[MONDAY])
    connection = begin_write()
    ids = range(1, many + 1)
    rows.add(connection, [rows.Row("crm", f"e{at}", at, None, "export", MONDAY - 1, at) for at in ids])
    rows.add(connection, [rows.Row("crm", f"i{at}", at, None, "import", MONDAY, at + 1) for at in ids])
    rows.add(connection, [rows.Row("crm", f"s{at}", at, None, "sign_in", MONDAY) for at in ids])
    db.session.commit()
    with counting() as queries:
        found = daily(MONDAY)
    assert number
    assert len(found.edited) == len(found.trips) == len(found.present) == many
    assert sum(found.edited.values()) == many // 2
    assert len(queries) <= 7
    assert len(queries) - len(few) <= 3  # what there is to ask about, never for whom


class counting:  # noqa: N801  # reads as a verb
    """Collect the statements that are sent."""

    def __enter__(self):
        db.session.rollback()
        self.sent = []
        event.listen(db.engine, "before_cursor_execute", self.note)
        return self.sent

    def __exit__(self, *_):
        event.remove(db.engine, "before_cursor_execute", self.note)

    def note(self, _connection, _cursor, statement, *_):
        self.sent.append(statement)
