"""Who led whom when: lists, the page of a person, and what follows from the day that is asked about."""

import itertools
import json
import time
from datetime import date

import pytest
from flask_migrate import downgrade
from flask_migrate import upgrade
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import MetaData
from sqlalchemy import Table
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import directory
from adoption import facts
from adoption import journal
from adoption import people_csv
from adoption.directory import leading
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.models import JournalEntry
from adoption.models import Management
from adoption.models import Participant
from rules.period import EVER
from rules.period import FOREVER
from tests.visitors import Visitor

ADA, ALICE, BOB, DANA, HANA, MEI = (f"{name}@example.com" for name in ("ada", "alice", "bob", "dana", "hana", "mei"))
CAST = (
    "email,name,manager,role,hired_on\n"
    f"{ADA},Ada,,admin,\n{HANA},Hana,,hr,\n{DANA},Dana,,manager,\n{MEI},Mei,{DANA},manager,\n"
    f"{ALICE},Alice,{MEI},employee,2026-01-05\n{BOB},Bob,{MEI},employee,\n"
)


def ordinal(text):
    return date.fromisoformat(text).toordinal()


HIRED = ordinal("2026-01-05")


@pytest.fixture
def cast(app):
    load(CAST)
    return app


def told(why="because"):
    return directory.Told(journal.By(None, HANA), 5, why)


def load(text, on=None, **more):
    loaded = directory.load_people(people_csv.read(text.encode()), on=today() if on is None else on, **more)
    db.session.rollback() if loaded.faults else db.session.commit()
    return loaded


def today():
    found = facts.current().today(time.time_ns() // 1000)
    db.session.rollback()
    return found


def iso(day):
    return date.fromordinal(day).isoformat()


def number(email):
    found = facts.current().holder_of(email)
    db.session.rollback()
    return found


def managers(email=ALICE):
    """Return who leads somebody as (manager, first day, first day no more), the earliest first."""
    db.session.rollback()
    known = facts.current()
    found = [(known.people[one].email, *days) for *days, one in known.managers.get(known.holder_of(email), ())]
    db.session.rollback()
    return found


def entries(email=ALICE):
    query = select(JournalEntry.before, JournalEntry.after).where(JournalEntry.thing == f"participant/{number(email)}")
    query = query.where(JournalEntry.action != "read").order_by(JournalEntry.number)
    rows = [(json.loads(before or "null"), json.loads(after)) for before, after in db.session.execute(query)]
    db.session.rollback()
    return rows


def change(app, form, status=303, whose=ALICE, **fields):
    answer = Visitor(app, number(HANA)).post(f"/hr/people/{number(whose)}/{form}", fields)
    said = answer.get_data(as_text=True)
    assert answer.status_code == status, said
    return said


def page(app, address):
    db.session.rollback()
    return Visitor(app, number(HANA)).get(address).get_data(as_text=True)


# --- lists


def test_the_first_list_counts_from_the_first_day_here_and_a_later_one_from_its_day(cast):
    assert managers() == [(MEI, HIRED, FOREVER)]
    day = today()
    load(f"email,manager\n{ALICE},{DANA}\n", by=told())
    assert managers() == [(MEI, HIRED, day), (DANA, day, FOREVER)]
    assert entries() == [({"manager": MEI}, {"email": ALICE, "manager": DANA})]
    load(f"email,manager\n{ALICE},{DANA}\n", by=told())
    assert len(entries()) == 1, "the same list changes nothing again"
    load(f"email,manager\n{ALICE},\n")
    assert managers() == [(MEI, HIRED, day)]


def test_a_list_replaces_what_was_planned_and_tells_it(cast):
    day = today()
    load(f"email,manager\n{ALICE},{DANA}\n", on=day + 10)
    assert managers() == [(MEI, HIRED, day + 10), (DANA, day + 10, FOREVER)]
    load(f"email,manager\n{ALICE},{MEI}\n", by=told())
    assert managers() == [(MEI, HIRED, FOREVER)], "times of one manager that touch are one"
    ((before, after),) = entries()
    assert before == {"manager_days": f"{MEI} 2026-01-05/{iso(day + 10)}; {DANA} {iso(day + 10)}/.."}
    assert after == {"email": ALICE, "manager_days": f"{MEI} 2026-01-05/.."}


def test_leaving_ends_it_and_coming_back_begins_it_anew(cast):
    day = today()
    load(f"email,left_on\n{ALICE},{iso(day)}\n")
    assert managers() == [(MEI, HIRED, day)]
    load(f"email,manager\n{ALICE},{DANA}\n")
    assert managers() == [(MEI, HIRED, day)], "after leaving the column is not looked at"
    load(f"email,hired_on,left_on,manager\n{ALICE},{iso(day + 5)},,{DANA}\n", on=day + 5)
    assert managers() == [(MEI, HIRED, day), (DANA, day + 5, FOREVER)]


def test_a_longer_stay_gives_no_day_a_second_manager(cast):
    day = today()
    load(f"email,left_on\n{ALICE},{iso(day)}\n")
    load(f"email,hired_on,left_on,manager\n{ALICE},{iso(day + 5)},,{DANA}\n", on=day + 5)
    load(f"email,hired_on\n{ALICE},2026-01-01\n", on=day + 5)
    assert managers() == [(DANA, HIRED - 4, HIRED), (MEI, HIRED, day), (DANA, day, FOREVER)]


def test_a_manager_who_leaves_keeps_her_people_and_that_is_told_as_something_to_do(cast):
    day = today()
    shown = directory.compare_people(people_csv.read(f"email,left_on\n{MEI},{iso(day)}\n".encode()), on=day)
    db.session.rollback()
    assert ("unled", None, f"{ALICE}; {BOB}") in [tuple(one) for one in shown.changes[0].fields]
    assert "has a manager who has left" not in page(cast, "/hr/people")
    load(f"email,left_on\n{MEI},{iso(day)}\n", by=told())
    assert entries(MEI)[-1][1]["unled"] == f"{ALICE}; {BOB}"
    assert managers() == [(MEI, HIRED, FOREVER)]
    listed = page(cast, "/hr/people")
    assert "2 people have a manager who has left." in listed
    assert "show=alone" in listed
    alone = page(cast, "/hr/people?show=alone")
    assert "Alice" in alone
    assert "Dana" not in alone
    assert "From" in page(cast, f"/hr/people/{number(ALICE)}")
    assert "on nobody leads Alice: Mei is no longer here." in page(cast, f"/hr/people/{number(ALICE)}")
    assert "on nobody leads:" in page(cast, f"/hr/people/{number(MEI)}")
    load(f"email,manager\n{ALICE},{DANA}\n{BOB},{DANA}\n")
    assert "a manager who has left" not in page(cast, "/hr/people")
    load(f"email,left_on\n{MEI},\n", by=told())
    assert "unled" not in entries(MEI)[-1][0], "nobody was left without a manager any more"


def test_whoever_leads_the_manager_who_left_still_sees_her_people(cast):
    load(f"email,left_on\n{MEI},{iso(today())}\n")
    known = facts.current()
    assert known.led_by(known.holder_of(DANA), today()) == {known.holder_of(one) for one in (MEI, ALICE, BOB)}


CIRCLES = {
    "today": (0, "a circle: {mei} reports to {alice} reports to {mei}"),
    "on a later day": (10, "a circle from {day} on: {mei} reports to {alice} reports to {mei}"),
}


@pytest.mark.parametrize(("later", "message"), CIRCLES.values(), ids=CIRCLES)
def test_a_circle_on_any_day_is_refused_and_two_who_lead_each_other_in_turn_are_not(cast, later, message):
    day = today()
    load(f"email,manager\n{ALICE},\n", on=day)
    load(f"email,manager\n{ALICE},{MEI}\n", on=day + later)
    before = managers(MEI)
    (fault,) = load(f"email,manager\n{MEI},{ALICE}\n", on=day).faults
    assert fault.message == message.format(mei=MEI, alice=ALICE, day=iso(day + later))
    assert managers(MEI) == before
    load(f"email,manager\n{ALICE},\n", on=day)
    assert not load(f"email,manager\n{MEI},{ALICE}\n", on=day).faults
    assert managers(ALICE) == [(MEI, HIRED, day)], "she led until yesterday, and is led from today on"


def test_the_list_of_a_day_names_the_manager_of_that_day(cast):
    day = today()
    load(f"email,manager\n{ALICE},{DANA}\n", on=day + 10)
    of = {on: {row.email: row.manager for row in directory.listed(on)}[ALICE] for on in (HIRED - 9, day, day + 10)}
    assert of == {HIRED - 9: MEI, day: MEI, day + 10: DANA}


# --- what follows from the day


def test_who_leads_is_asked_of_a_day_and_of_a_leaver_on_their_last(cast):
    day = today()
    load(f"email,manager\n{ALICE},{DANA}\n", on=day + 10)
    load(f"email,left_on\n{BOB},{iso(day - 3)}\n")
    known = facts.current()
    alice, bob, mei, dana = map(known.holder_of, (ALICE, BOB, MEI, DANA))
    assert [known.manager_on(alice, one) for one in (1, HIRED, day + 9, day + 10)] == [mei, mei, mei, dana]
    assert known.manager_on(bob, day) == mei
    assert known.reports_on(day) == {mei: [alice, bob], dana: [mei]}
    assert known.led_by(mei, day + 10) == {bob}
    assert known.led_by(dana, day + 10) == {alice, bob, mei}


def test_a_manager_sees_from_today_whom_they_lead_from_today(cast):
    load(f"email,manager\n{ALICE},{DANA}\n{BOB},{MEI}\n", on=today() + 1)
    assert "Alice" in Visitor(cast, number(MEI)).get("/team").get_data(as_text=True)
    load(f"email,manager\n{ALICE},{DANA}\n")
    db.session.rollback()
    said = Visitor(cast, number(MEI)).get("/team").get_data(as_text=True)
    assert "Bob" in said
    assert "Alice" not in said


# --- the page of a person


def test_another_manager_leads_from_a_day_on(cast):
    day = today() + 7
    change(cast, "manager", manager=DANA, on=iso(day), why="a new team")
    assert managers() == [(MEI, HIRED, day), (DANA, day, FOREVER)]
    said = page(cast, f"/hr/people/{number(ALICE)}")
    assert "a new team" in said
    assert said.index(">Dana</a>") < said.index(">Mei</a>"), "the latest first"
    change(cast, "manager", manager="", on=iso(day + 7))
    assert managers()[-1] == (DANA, day, day + 7)


FAULTY = {  # what is typed, and what is said
    "nobody": ({"manager": "x@example.com"}, "nobody is called x@example.com"),
    "no address": ({"manager": "Mei"}, "“Mei” is no e-mail address"),
    "no day": ({"on": ""}, "Choose a day."),
    "oneself": ({"manager": ALICE}, "a circle: alice@example.com → alice@example.com"),
    "before the first day": (
        {"on": "2026-01-04"},
        "Not all of these days are within the time here (since Monday 5 January 2026)",
    ),
    "a manager who has left": ({"manager": BOB}, "Bob is no longer here from"),
}


def test_what_cannot_be_is_said_beside_the_field(cast):
    load(f"email,left_on\n{BOB},{iso(today())}\n")
    before = managers()
    for fields, said in FAULTY.values():
        assert said in change(cast, "manager", 422, **({"manager": DANA, "on": iso(today())} | fields))
        assert managers() == before
    assert entries() == []


def test_a_circle_is_refused_on_the_page_too(cast):
    said = change(cast, "manager", 422, whose=MEI, manager=ALICE, on=iso(today()))
    assert "a circle: mei@example.com → alice@example.com → mei@example.com" in said


def test_the_days_of_a_time_are_corrected_or_taken_away(cast):
    change(cast, "management", starts=HIRED, first="2026-03-01", last="2026-03-31", why="a mistake")
    first, end = ordinal("2026-03-01"), ordinal("2026-04-01")
    assert managers() == [(MEI, first, end)]
    before, after = entries()[-1]
    assert before == {"managers": f"{MEI} 2026-01-05/.."}
    assert after == {"managers": f"{MEI} 2026-03-01/2026-04-01"}
    change(cast, "management", starts=first, first="", last="")
    assert managers() == [(MEI, HIRED, FOREVER)], "an open side means as long as somebody is here"
    assert "The last day is before the first." in change(
        cast, "management", 422, starts=HIRED, first="2026-05-01", last="2026-04-01"
    )
    outside = change(cast, "management", 422, starts=HIRED, first="2025-05-01", last="2026-04-01")
    assert "Not all of these days are within the time here" in outside
    assert 'value="2025-05-01"' in outside, "what was typed is kept"
    change(cast, "management", starts=HIRED, remove="1")
    assert managers() == []
    change(cast, "management", 404, starts=HIRED, remove="1")


def test_a_time_is_added_where_nobody_leads(cast):
    change(cast, "management", starts=HIRED, first="2026-03-01", last="2026-03-31")
    days = {"first": "2026-02-01", "last": "2026-03-01"}
    said = change(cast, "management", 422, manager=DANA, **days)
    assert "Mei leads on some of these days (Sunday 1 March 2026 to Tuesday 31 March 2026)" in said
    change(cast, "management", manager=DANA, **(days | {"last": "2026-02-28"}))
    change(cast, "management", manager=MEI, first="2026-03-20", last="2026-04-30")
    assert managers() == [
        (DANA, ordinal("2026-02-01"), ordinal("2026-03-01")),
        (MEI, ordinal("2026-03-01"), ordinal("2026-05-01")),
    ]
    days = {"first": "2026-06-01", "last": "2026-06-30"}
    assert "Nobody leads themselves." in change(cast, "management", 422, manager=ALICE, **days)
    assert "Nobody here has this address." in change(cast, "management", 422, manager="x@example.com", **days)
    load(f"email,left_on\n{BOB},2026-05-01\n")
    assert "Bob is no longer here from Friday 1 May 2026 on." in change(cast, "management", 422, manager=BOB, **days)


def test_a_circle_of_some_days_is_named_with_its_first(cast):
    change(cast, "management", starts=HIRED, first="", last="2026-03-31")
    load(f"email,manager\n{MEI},\n", on=ordinal("2026-05-01"))
    days = {"first": "2026-05-01", "last": "2026-05-31"}
    change(cast, "management", whose=MEI, manager=ALICE, **days)
    said = change(cast, "management", 422, manager=MEI, first="2026-04-01", last="2026-05-01")
    assert "That would be a circle from Friday 1 May 2026 on: Alice → Mei → Alice." in said


def test_the_days_of_a_former_time_here_are_corrected_within_it(cast):
    day = today()
    load(f"email,left_on\n{ALICE},2026-06-01\n")
    load(f"email,hired_on,left_on,manager\n{ALICE},2026-09-01,,{DANA}\n", on=ordinal("2026-09-01"))
    change(cast, "management", starts=HIRED, first="2026-01-07", last="2026-05-15")
    assert managers()[0] == (MEI, ordinal("2026-01-07"), ordinal("2026-05-16"))
    said = change(cast, "management", 422, starts=ordinal("2026-01-07"), first="2026-01-07", last=iso(day))
    assert "Not all of these days are within the time here (until Monday 31 August 2026)" in said


# --- any edits


PEOPLE = (ALICE, BOB, MEI)
FIRST = ordinal("2026-06-01")
DAYS = range(FIRST, FIRST + 12)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["list", "add", "correct", "remove"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.integers(0, 11),
        st.integers(0, 11),
    ),
    max_size=12,
)


def edited(held, edit):
    """Return what an edit makes of day → manager of everybody, or ``None`` where it says nothing."""
    how, who, manager, one, other = edit
    days = held[who]
    if how == "list":
        return {day: manager if day >= FIRST + one else led for day, led in days.items()}
    if how == "add":
        return {**days, **dict.fromkeys(range(FIRST + one, FIRST + other + 1), manager)}
    return None


def by_hand(edit):
    how, who, manager, one, other = edit
    first, end = FIRST + one, FIRST + other + 1
    if how == "list":
        return load(f"email,manager\n{who},{manager}\n", on=first).faults
    try:
        if how == "add":
            directory.add_management(number(who), number(manager), (first, end), by=told())
        else:
            line = managers(who)
            start = line[one % len(line)][1] if line else FIRST
            days = (first, end) if how == "correct" else None
            directory.correct_management(number(who), start, days, by=told())
    except AdoptionError as error:
        db.session.rollback()
        return error
    db.session.commit()
    return None


def spread(line):
    return {day: next((one for one, starts, ends in line if starts <= day < ends), None) for day in DAYS}


def closed(held):
    """Say whether anybody is above themselves on a day."""
    for day in DAYS:
        for start in PEOPLE:
            at = held[start][day]
            for _ in PEOPLE:
                if at == start:
                    return True
                at = held[at][day] if at is not None else None
    return False


def begin_anew():
    db.session.execute(Management.__table__.delete())
    facts.changed(db.session.connection(), rescore=False)
    db.session.commit()
    load("email,hired_on,left_on\n" + "".join(f"{one},{iso(FIRST)},{iso(DAYS.stop)}\n" for one in PEOPLE))


def is_sound(held, lines):
    assert not closed(held)
    for line in lines:
        for (one, _, ends), (other, starts, _) in itertools.pairwise(line):
            assert ends <= starts, "two lead on one day"
            assert one != other or ends < starts
    known = facts.current()
    numbers = {one: known.holder_of(one) for one in PEOPLE}
    for one, day in itertools.product(PEOPLE, DAYS):
        assert known.manager_on(numbers[one], day) == numbers.get(held[one][day])
    db.session.rollback()


@settings(max_examples=40)
@given(EDITS)
def test_after_any_edits_one_leads_on_each_day_and_it_is_who_a_naive_calendar_says(sqlite_app, edits):
    begin_anew()
    held = {one: dict.fromkeys(DAYS) for one in PEOPLE}
    for edit in edits:
        how, who, *_ = edit
        before, wanted = {one: managers(one) for one in PEOPLE}, edited(held, edit)
        refused = by_hand(edit)
        after = {one: managers(one) for one in PEOPLE}
        if refused:
            assert after == before
            assert how != "list" or closed(held | {who: wanted})
            continue
        held = {one: spread(line) for one, line in after.items()}
        assert wanted is None or held[who] == wanted
        is_sound(held, after.values())


SPANS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 8), st.integers(1, 8)), max_size=12)


@settings(max_examples=200)
@given(SPANS)
def test_circles_are_those_that_a_walk_on_every_day_finds(rows):
    lines = {}
    for who, manager, starts, ends in rows:
        line = lines.setdefault(who, [])
        if starts < ends and all(ends <= begin or end <= starts for _, begin, end in line):
            line.append((manager, starts, ends))
    wanted = set()
    for day in range(10):
        above = {who: one for who, line in lines.items() for one, starts, ends in line if starts <= day < ends}
        for start, first in above.items():
            walked, at = [start], first
            while at in above and at not in walked:
                walked.append(at)
                at = above[at]
            if at == start:
                wanted.add(frozenset(walked))
    assert {frozenset(one.people) for one in leading.circles(lines)} == wanted


# --- the migration


def test_the_migration_keeps_who_leads_whom_and_can_be_undone(app):
    downgrade(revision="0023")
    with db.engine.begin() as connection:
        table = Table("participant", MetaData(), autoload_with=connection)
        rows = [
            (1, "mei", None, None, None),
            (2, "alice", 1, HIRED, None),
            (3, "bob", 1, None, HIRED + 9),
            (4, "cora", 1, HIRED + 9, HIRED),
            (5, "dana", 2, FOREVER - 9, None),
        ]
        columns = ("id", "name", "manager", "hired_on", "left_on")
        values = [dict(zip(columns, row, strict=True)) for row in rows]
        connection.execute(insert(table), [{**one, "email": one["name"], "role": "employee"} for one in values])
    upgrade(revision="0024")
    with db.engine.begin() as connection:
        query = select(Management.participant, Management.manager, Management.starts, Management.ends)
        found = [tuple(row) for row in connection.execute(query.order_by(Management.participant))]
        assert found == [
            (2, 1, HIRED, FOREVER),
            (3, 1, EVER, HIRED + 9),
            (5, 2, FOREVER - 9, FOREVER),
        ]
        assert "manager" not in {column["name"] for column in db.inspect(connection).get_columns("participant")}
        connection.execute(Management.__table__.update().where(Management.participant == 2).values(ends=HIRED + 1))
        new = {"participant": 2, "manager": 3, "starts": HIRED + 1, "ends": FOREVER}
        connection.execute(insert(Management.__table__).values(new))
    downgrade(revision="0023")
    with db.engine.begin() as connection:
        table = Table("participant", MetaData(), autoload_with=connection)
        found = dict(connection.execute(select(table.c.id, table.c.manager)).all())
        assert found == {1: None, 2: 3, 3: 1, 4: None, 5: 2}
    upgrade()
    with db.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Participant)) == len(rows)
