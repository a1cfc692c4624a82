"""Who is who, who was where when: lists of people meet the stored directory."""

import json
from copy import deepcopy
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select

from adoption import directory
from adoption import facts
from adoption import journal
from adoption import people_csv
from adoption.extensions import db
from adoption.models import Absence
from adoption.models import Facts
from adoption.models import Holiday
from adoption.models import Identity
from adoption.models import JournalEntry
from adoption.models import Management
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import StoredActivity
from adoption.models import Stranger
from adoption.models import Team
from adoption.models import Wave
from rules.period import EVER
from rules.period import FOREVER

ALICE, BOB, MEI = "alice@example.com", "bob@example.com", "mei@example.com"
pytestmark = pytest.mark.usefixtures("app")  # every test begins with an empty directory
TABLES = (Absence, Wave, Holiday, Identity, Membership, Management, Team)


def day(text):
    return date.fromisoformat(text).toordinal()


TODAY = day("2026-11-23")


def load(text, on=TODAY):
    loaded = directory.load_people(people_csv.read(text.encode()), on=on)
    finish(loaded)
    return loaded


def finish(loaded):
    if loaded.faults:
        db.session.rollback()
    else:
        db.session.commit()
    return loaded


def stored(email=ALICE):
    """Return the columns that tell about a person, with the manager's address."""
    row = db.session.execute(select(Participant).where(Participant.email == email)).scalar_one()
    first, last = row.hired_on or EVER, (row.left_on or FOREVER) - 1
    on = min(max(TODAY, first), last)
    boss = next((manager for manager, starts, ends in managers(email) if starts <= on < ends), None)
    return {"name": row.name, "role": row.role, "manager": boss, "hired_on": row.hired_on, "left_on": row.left_on}


def teams(email=ALICE):
    """Return the memberships as (team, first day, first day no more)."""
    rows = db.session.execute(
        select(Team.name, Membership.starts, Membership.ends)
        .join(Membership, Membership.team == Team.id)
        .join(Participant, Participant.id == Membership.participant)
        .where(Participant.email == email)
        .order_by(Membership.starts, Team.name)
    )
    return [tuple(row) for row in rows]


def managers(email=ALICE):
    """Return who leads somebody as (manager, first day, first day no more)."""
    emails = dict(db.session.execute(select(Participant.id, Participant.email)).all())
    query = select(Management.participant, Management.manager, Management.starts, Management.ends)
    rows = db.session.execute(query.order_by(Management.starts))
    return [(emails[manager], *days) for who, manager, *days in rows if emails[who] == email]


def identities():
    rows = db.session.execute(
        select(Identity.source, Identity.id, Participant.email).join(
            Participant, Participant.id == Identity.participant
        )
    )
    return {(source, name): email for source, name, email in rows}


def everything():
    """Return all rows of all tables of the directory."""
    return [sorted(db.session.execute(select(table.__table__)).all()) for table in (*TABLES, Participant)]


def versions():
    return tuple(db.session.execute(select(Facts.version, Facts.rescored)).one())


def an_activity_is_stored(source="crm", actor=None):
    values = {"bucket": 1, "source": source, "id": "1", "type": "call.completed", "time": 0, "day": TODAY, "data": "{}"}
    db.session.execute(insert(StoredActivity).values(**values, actor=actor, retracted=0, batch=1))
    if actor:
        db.session.execute(insert(Stranger).values(source=source, actor=actor, seen=0))
    db.session.commit()


def test_people_are_stored_as_listed():
    loaded = load(
        "email,name,team,manager,role,hired_on,left_on,identities\n"
        "Alice@example.com,Alice,Sales,mei@example.com,employee,2026-01-05,2027-01-01,crm=17;office=alice\n"
        "mei@example.com,Mei,,,manager,,,\n"
    )
    assert (loaded.created, loaded.changed, loaded.unchanged) == (2, 0, 0)
    assert stored(ALICE) == {
        "name": "Alice",
        "role": "employee",
        "manager": MEI,
        "hired_on": day("2026-01-05"),
        "left_on": day("2027-01-01"),
    }
    assert stored(MEI) == {"name": "Mei", "role": "manager", "manager": None, "hired_on": None, "left_on": None}
    assert teams(ALICE) == [("Sales", day("2026-01-05"), day("2027-01-01"))]
    assert identities() == {("crm", "17"): ALICE, ("office", "alice"): ALICE}


def test_the_facts_follow_what_is_loaded():
    before = facts.current().version
    load(f"email,team,hired_on,identities\n{ALICE},Sales;Pilot,2026-01-05,crm=17\n")
    known = facts.current()
    alice = known.holder_of(ALICE)
    assert known.version == before + 1
    assert known.participant_of("crm", "17") == known.participant_of("any", ALICE.upper()) == alice
    assert {known.teams[team] for team in known.teams_on(alice, TODAY)} == {"Sales", "Pilot"}
    assert known.teams_on(alice, day("2026-01-04")) == ()


def test_without_a_day_of_hiring_somebody_has_always_been_there():
    load(f"email,team\n{ALICE},Sales\n")
    assert teams() == [("Sales", EVER, FOREVER)]


def test_a_changed_team_takes_effect_on_the_day_given():
    load(f"email,team\n{ALICE},Sales\n")
    loaded = load(f"email,team\n{ALICE},Support\n", on=day("2026-12-01"))
    assert (loaded.created, loaded.changed, loaded.unchanged) == (0, 1, 0)
    assert teams() == [("Sales", EVER, day("2026-12-01")), ("Support", day("2026-12-01"), FOREVER)]


def test_a_team_that_has_not_begun_is_replaced():
    load(f"email,team\n{ALICE},Sales\n")
    load(f"email,team\n{ALICE},Support\n", on=day("2026-12-01"))
    load(f"email,team\n{ALICE},Field\n", on=day("2026-11-30"))
    assert teams() == [("Sales", EVER, day("2026-11-30")), ("Field", day("2026-11-30"), FOREVER)]


def test_going_back_to_a_team_before_leaving_it_leaves_no_trace():
    load(f"email,team\n{ALICE},Sales\n")
    load(f"email,team\n{ALICE},Support\n", on=day("2026-12-01"))
    load(f"email,team\n{ALICE},Sales\n", on=TODAY)
    assert teams() == [("Sales", EVER, FOREVER)]


def test_a_blank_team_leaves_and_a_missing_column_does_not():
    load(f"email,team\n{ALICE},Sales\n{BOB},Sales\n")
    load(f"email,name\n{ALICE},Alice\n")
    assert teams(ALICE) == [("Sales", EVER, FOREVER)]
    load(f"email,team\n{ALICE},\n")
    assert teams(ALICE) == [("Sales", EVER, TODAY)]


def test_only_one_of_several_teams_changes():
    load(f"email,team\n{ALICE},Sales;Pilot\n")
    load(f"email,team\n{ALICE},Support;Pilot\n")
    assert teams() == [("Pilot", EVER, FOREVER), ("Sales", EVER, TODAY), ("Support", TODAY, FOREVER)]


def test_a_known_person_without_a_team_joins_one_on_the_day_given():
    load(f"email,hired_on\n{ALICE},2026-01-05\n")
    load(f"email,team,hired_on\n{ALICE},Sales,2026-01-05\n")
    assert teams() == [("Sales", TODAY, FOREVER)]


def test_whoever_has_left_keeps_the_last_team():
    load(f"email,team,left_on\n{ALICE},Sales,2026-06-01\n")
    loaded = load(f"email,team,left_on\n{ALICE},,2026-06-01\n")
    assert loaded.unchanged == 1
    assert teams() == [("Sales", EVER, day("2026-06-01"))]


def test_leaving_cuts_memberships_and_staying_restores_them():
    load(f"email,team,left_on\n{ALICE},Sales,\n")
    load(f"email,left_on\n{ALICE},2026-12-01\n")
    assert teams() == [("Sales", EVER, day("2026-12-01"))]
    load(f"email,left_on\n{ALICE},2027-02-01\n")
    assert teams() == [("Sales", EVER, day("2027-02-01"))]
    load(f"email,left_on\n{ALICE},\n")
    assert teams() == [("Sales", EVER, FOREVER)]


def test_a_corrected_day_of_hiring_moves_the_first_membership():
    load(f"email,team,hired_on\n{ALICE},Sales,2026-03-01\n")
    load(f"email,hired_on\n{ALICE},2026-04-01\n")
    assert teams() == [("Sales", day("2026-04-01"), FOREVER)]
    load(f"email,hired_on\n{ALICE},2026-01-01\n")
    assert teams() == [("Sales", day("2026-01-01"), FOREVER)]
    load(f"email,hired_on\n{ALICE},\n")
    assert teams() == [("Sales", EVER, FOREVER)]


def test_whoever_comes_back_keeps_the_former_time():
    load(f"email,team,hired_on,left_on\n{ALICE},Sales,2025-01-01,2026-01-01\n")
    load(f"email,team,hired_on,left_on\n{ALICE},Support,2026-09-01,\n")
    assert teams() == [
        ("Sales", day("2025-01-01"), day("2026-01-01")),
        ("Support", day("2026-09-01"), FOREVER),
    ]


def test_whoever_starts_later_is_in_the_team_from_then_on():
    load(f"email,team,hired_on\n{ALICE},Sales,2027-01-01\n")
    load(f"email,team,hired_on\n{ALICE},Support,2027-01-01\n")
    assert teams() == [("Support", day("2027-01-01"), FOREVER)]


def test_people_whom_a_list_does_not_name_stay():
    load(f"email,team,identities\n{ALICE},Sales,crm=1\n{BOB},Sales,crm=2\n")
    before = stored(BOB), teams(BOB)
    load(f"email,team,identities\n{ALICE},Support,crm=1\n")
    assert (stored(BOB), teams(BOB)) == before
    assert identities()["crm", "2"] == BOB


def test_columns_that_a_list_lacks_stay_and_blank_cells_do_not():
    load(f"email,name,manager,role,identities\n{ALICE},Alice,{MEI},hr,crm=1\n{MEI},Mei,,manager,\n")
    load(f"email\n{ALICE}\n")
    assert (stored()["name"], stored()["manager"], stored()["role"]) == ("Alice", MEI, "hr")
    assert identities() == {("crm", "1"): ALICE}
    load(f"email,name,manager,role,identities\n{ALICE},,,,\n")
    assert (stored()["name"], stored()["manager"], stored()["role"]) == ("alice", None, "employee")
    assert identities() == {}


def test_payrolls_numbers_are_kept_listed_and_nobody_elses():
    load(f"email,employee_no\n{ALICE},00417\n{BOB},\n")
    load(f"email,name\n{ALICE},Alice\n")
    assert [(row.email, row.employee_no) for row in directory.listed(TODAY)] == [(ALICE, "00417"), (BOB, None)]
    (fault,) = load(f"email,employee_no\n{BOB},00417\n").faults
    assert fault.message == f"00417 is the number of {ALICE}, who is not in this file"
    assert load(f"email,employee_no\n{BOB},00417\n{ALICE},\n").changed == 2


def test_an_identity_moves_between_two_people_of_one_list():
    load(f"email,identities\n{ALICE},crm=1\n{BOB},crm=2\n")
    loaded = load(f"email,identities\n{ALICE},crm=2\n{BOB},crm=1;crm=3\n")
    assert loaded.changed == 2
    assert identities() == {("crm", "1"): BOB, ("crm", "2"): ALICE, ("crm", "3"): BOB}


def test_a_manager_may_come_with_the_list_or_be_known():
    load(f"email,manager\n{ALICE},{MEI}\n{MEI},\n")
    load(f"email,manager\n{BOB},{MEI}\n")
    assert stored(ALICE)["manager"] == stored(BOB)["manager"] == MEI


FAULTS = {
    "an unknown manager": (
        f"email,manager\n{BOB},nobody@example.com\n",
        (2, "manager", "nobody is called nobody@example.com, neither here nor in the directory"),
    ),
    "one's own manager": (
        f"email,manager\n{BOB},{BOB}\n",
        (2, "manager", f"a circle: {BOB} reports to {BOB}"),
    ),
    "a circle in the list": (
        f"email,manager\n{BOB},carl@example.com\ncarl@example.com,{BOB}\n",
        (2, "manager", f"a circle: {BOB} reports to carl@example.com reports to {BOB}"),
    ),
    "a circle through the directory": (
        f"email,Руководитель\n{MEI},{ALICE}\n",
        (2, "Руководитель", f"a circle: {MEI} reports to {ALICE} reports to {MEI}"),
    ),
    "a long circle": (
        "email,manager\n" + "".join(f"p{number}@x,p{(number + 1) % 9}@x\n" for number in range(9)),
        (
            2,
            "manager",
            f"a circle: {' reports to '.join(f'p{number}@x' for number in range(5))} reports to … reports to p0@x",
        ),
    ),
    "an identity of somebody else": (
        f"email,identities\n{BOB},crm=1\n",
        (2, "identities", f"crm=1 belongs to {ALICE}, who is not in this file"),
    ),
    "leaving before the known day of hiring": (
        f"email,left_on\n{ALICE},2025-12-31\n",
        (2, "left_on", "hired on 2026-01-01, but left on 2025-12-31 (hired_on is stored; list that column too)"),
    ),
    "being hired after the known day of leaving": (
        f"email,hired_on\n{ALICE},2026-12-02\n",
        (2, "hired_on", "hired on 2026-12-02, but left on 2026-12-01 (left_on is stored; list that column too)"),
    ),
    "a faulty list": (
        "email,role\nnobody,employee\n",
        (2, "email", "“nobody” is no e-mail address"),
    ),
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_list_that_contradicts_the_directory_changes_nothing(text, fault):
    load(f"email,manager,hired_on,left_on,identities\n{ALICE},{MEI},2026-01-01,2026-12-01,crm=1\n{MEI},,,,\n")
    before = everything(), versions()
    assert load(text).faults == (fault,)
    assert (everything(), versions()) == before


def test_all_faults_are_told_at_once():
    load(f"email,identities\n{ALICE},crm=1\n")
    found = load(f"email,manager,role,identities\n{BOB},x@example.com,king,crm=1\n").faults
    assert [fault.column for fault in found] == ["role", "identities", "manager"]


def test_a_row_that_cannot_be_read_does_not_make_managers_unknown():
    (fault,) = load(f"email,manager\nmei at example,\n{ALICE},{MEI}\n").faults
    assert fault.column == "email"


# What makes stored activities count differently


def test_nothing_is_scored_again_while_there_is_nothing_to_score():
    load(f"email,team,identities\n{ALICE},Sales,crm=1\n")
    assert not load(f"email,team,identities\n{ALICE},Support,crm=2\n").rescore
    version, rescored = versions()
    assert version == rescored


@pytest.mark.parametrize(
    ("text", "rescore"),
    [
        (f"email,team,identities\n{ALICE},Support,crm=1\n", True),
        (f"email,role\n{ALICE},hr\n", True),
        (f"email,identities\n{ALICE},\n", True),
        (f"email,identities\n{ALICE},crm=1;crm=stranger\n", True),
        (f"email,identities\n{BOB},crm=stranger\n", True),
        (f"email,identities\n{BOB},crm={ALICE}\n", True),
        (f"email,left_on\n{ALICE},2026-12-01\n", True),
        ("email\nStranger@example.com\n", True),
        (f"email,identities\n{ALICE},crm=1;crm=2\n", False),
        (f"email,identities\n{ALICE},crm=1;office={ALICE}\n", False),
        (f"email,name,manager\n{ALICE},Alice Liddell,{MEI}\n{MEI},Mei,\n", False),
        (f"email,team,identities\n{BOB},Sales,crm=2\n", False),
    ],
)
def test_activities_are_scored_again_only_where_it_matters(text, rescore):
    load(f"email,team,identities\n{ALICE},Sales,crm=1\n")
    an_activity_is_stored("crm", "stranger")
    an_activity_is_stored("office", "stranger@example.com")
    version, rescored = versions()
    assert load(text).rescore is rescore
    assert versions() == (version + 1, rescored if rescore else rescored + 1)


def test_an_unchanged_list_leaves_the_facts_alone():
    text = f"email,team,manager,identities\n{ALICE},Sales,{MEI},crm=1\n{MEI},,,\n"
    load(text)
    an_activity_is_stored()
    before = versions()
    loaded = load(text, on=TODAY + 30)
    assert (loaded.created, loaded.changed, loaded.unchanged, loaded.rescore) == (0, 0, 2, False)
    assert versions() == before


# Any lists in any order

FIRST = day("2026-06-01")
DAYS = range(FIRST, FIRST + 40)
LATER = DAYS.stop
SOME_DAY = st.just("") | st.integers(FIRST + 2, FIRST + 37).map(lambda one: date.fromordinal(one).isoformat())
CELLS = {
    "name": st.sampled_from(["", "A", "B"]),
    "team": st.lists(st.sampled_from(["Red", "Blue", "Green"]), unique=True, max_size=2).map(";".join),
    "manager": st.sampled_from(["", ALICE, BOB, MEI]),
    "role": st.sampled_from(["", "hr", "manager"]),
    "hired_on": SOME_DAY,
    "left_on": SOME_DAY,
    "identities": st.lists(st.sampled_from(["crm=1", "crm=2", "office=1"]), unique=True, max_size=2).map(";".join),
}


@st.composite
def lists(draw):
    columns = draw(st.lists(st.sampled_from(list(CELLS)), unique=True))
    people = draw(st.lists(st.sampled_from([ALICE, BOB, MEI]), unique=True, min_size=1))
    rows = [{"email": email, **{column: draw(CELLS[column]) for column in columns}} for email in people]
    return columns, rows, draw(st.integers(FIRST, FIRST + 39))


def text_of(columns, rows):
    return "\n".join(",".join([row["email"], *(row[column] for column in columns)]) for row in rows)


class Model:
    """The same meaning, day by day: who is in which teams on each day, and who leads whom."""

    days = (EVER, *DAYS, FOREVER - 1)

    def __init__(self):
        self.stays = {}
        self.teams = {}
        self.managers = {}

    def load(self, row, on):
        email = row["email"]
        first, end = self.stays.get(email, (EVER, FOREVER))
        stay = self.bound(row, "hired_on", first, EVER), self.bound(row, "left_on", end, FOREVER)
        for column, known in (("team", self.teams), ("manager", self.managers)):
            listed = set(filter(None, row[column].split(";"))) if column in row else None
            held = known.setdefault(email, {one: set() for one in self.days})
            if email not in self.stays:
                self.put(held, listed or set(), stay)
                continue
            former = {one: set(names) for one, names in held.items()}
            self.move(held, (first, end), stay, listed)
            if known is self.managers:  # one a day: whoever led already goes before who comes in with a longer stay
                held.update((one, names) for one, names in former.items() if names and held[one] - names)
            if listed is not None and max(on, stay[0]) < stay[1]:
                self.put(held, set(), (max(on, stay[0]), FOREVER))
                self.put(held, listed, (max(on, stay[0]), stay[1]))
        self.stays[email] = stay

    def circle(self):
        """Say whether somebody is, by some steps, their own manager on one day."""
        for one in self.days:
            above = {email: next(iter(held[one]), None) for email, held in self.managers.items()}
            for email, manager in above.items():
                at, steps = manager, 0
                while at is not None and at != email and steps <= len(above):
                    at, steps = above.get(at), steps + 1
                if at is not None:
                    return True
        return False

    def bound(self, row, column, known, default):
        if column not in row:
            return known
        return day(row[column]) if row[column] else default

    def put(self, held, names, span):
        for one in self.days:
            if span[0] <= one < span[1]:
                held[one] = set(names)

    def move(self, held, old, new, listed):
        """Give the days that come into the stay the teams of the nearest day that was in it."""
        if old == new:
            return
        earliest, latest = held[old[0]], held[max(one for one in self.days if one < old[1])]
        apart = old[0] >= old[1] or new[0] >= old[1]
        if apart:
            earliest = latest = latest if listed is None else listed
        for one in self.days:
            was, stays = old[0] <= one < old[1], new[0] <= one < new[1]
            if was and not stays and not apart:
                held[one] = set()
            elif stays and (apart or not was):
                held[one] = held[one] | (earliest if one < old[0] else latest)


def emptied():
    for table in TABLES:
        db.session.execute(delete(table))
    db.session.execute(delete(Participant))
    db.session.commit()


@settings(max_examples=60)
@given(st.lists(lists(), max_size=5))
def test_any_lists_mean_what_they_mean_day_by_day_and_mean_it_once(files):
    emptied()
    model = Model()
    for columns, rows, on in files:
        text = f"{','.join(['email', *columns])}\n{text_of(columns, rows)}\n"
        before, wanted = everything(), deepcopy(model)
        for row in rows:
            wanted.load(row, on)
        loaded = load(text, on)
        if loaded.faults:
            assert everything() == before
            circles = ["a circle" in fault.message for fault in loaded.faults]
            assert not all(circles) or wanted.circle()
            continue
        model = wanted
        assert not model.circle()
        assert_memberships(model)
        assert_managers(model)
        after = everything()
        again = load(text, on)
        assert (again.created, again.changed, again.unchanged) == (0, 0, len(rows))
        assert everything() == after
        own_list = load(people_csv.write(directory.listed(LATER)), LATER)
        assert (own_list.faults, own_list.created, own_list.changed) == ((), 0, 0)
        assert everything() == after


def assert_memberships(model):
    for email, held in model.teams.items():
        spans = teams(email)
        for one in model.days:
            assert {team for team, starts, ends in spans if starts <= one < ends} == held[one], (email, one)
        for (team, _, ends), (following, starts, _) in pairwise(sorted(spans)):
            assert team != following or ends < starts


def assert_managers(model):
    for email, held in model.managers.items():
        line = managers(email)
        for one in model.days:
            assert [manager for manager, starts, ends in line if starts <= one < ends] == list(held[one]), (email, one)
        for (manager, _, ends), (following, starts, _) in pairwise(line):
            assert ends <= starts, "two lead on one day"
            assert manager != following or ends < starts


@settings(max_examples=60)
@given(st.lists(lists(), max_size=4))
def test_identities_and_names_are_those_of_the_last_list(files):
    emptied()
    owners, told = {}, {}
    for columns, rows, on in files:
        if load(f"{','.join(['email', *columns])}\n{text_of(columns, rows)}\n", on).faults:
            continue
        for row in rows:
            told.setdefault(row["email"], {}).update(row)
        if "identities" in columns:
            named = {row["email"] for row in rows}
            owners = {identity: owner for identity, owner in owners.items() if owner not in named}
            owners.update((one, row["email"]) for row in rows for one in row["identities"].split(";") if one)
    assert identities() == {tuple(identity.split("=")): owner for identity, owner in owners.items()}
    for email, row in told.items():
        known = stored(email)
        assert known["name"] == (row.get("name") or email.partition("@")[0])
        assert known["role"] == (row.get("role") or "employee")


# Absences, holidays, waves


def absences(text):
    return finish(directory.load_absences(people_csv.read_absences(f"email,from,until\n{text}\n".encode())))


def holidays(text):
    return finish(directory.load_holidays(people_csv.read_holidays(f"day,name\n{text}\n".encode())))


def waves(text):
    return finish(directory.load_waves(people_csv.read_waves(f"wave,team,from,until\n{text}\n".encode())))


def away(email=ALICE):
    query = select(Absence.starts, Absence.ends).join(Participant, Participant.id == Absence.participant)
    rows = db.session.execute(query.where(Participant.email == email).order_by(Absence.starts))
    return [(date.fromordinal(starts).isoformat(), date.fromordinal(ends).isoformat()) for starts, ends in rows]


@pytest.fixture
def company(app):
    load(f"email,team\n{ALICE},Sales\n{BOB},Support\n")
    return app


@pytest.mark.usefixtures("company")
def test_an_absence_ends_on_the_first_day_back():
    loaded = absences(f"{ALICE},2026-12-21,2026-12-28")
    assert loaded.created == 1
    known = facts.current()
    alice = known.holder_of(ALICE)
    assert not known.works(alice, day("2026-12-25"))
    assert known.works(alice, day("2026-12-28"))


@pytest.mark.usefixtures("company")
def test_absences_that_touch_are_one():
    absences(f"{ALICE},2026-12-21,2026-12-24\n{ALICE},2026-12-23,2026-12-28\n{ALICE},2026-12-28,2026-12-30")
    assert away() == [("2026-12-21", "2026-12-30")]


@pytest.mark.usefixtures("company")
def test_a_list_of_absences_is_whole_for_the_people_it_names():
    absences(f"{ALICE},2026-12-21,2026-12-24\n{BOB},2026-12-21,2026-12-24")
    loaded = absences(f"{ALICE},2026-12-22,2026-12-24")
    assert (loaded.created, loaded.removed) == (1, 1)
    assert (away(ALICE), away(BOB)) == ([("2026-12-22", "2026-12-24")], [("2026-12-21", "2026-12-24")])
    absences(f"{BOB},,")
    assert away(BOB) == []


@pytest.mark.usefixtures("company")
def test_a_list_of_holidays_is_whole_for_its_years():
    holidays("2026-12-25,Christmas\n2026-12-26,\n2027-01-01,New Year")
    loaded = holidays("2026-12-25,Christmas Day\n2026-12-24,Eve")
    assert (loaded.created, loaded.changed, loaded.removed, loaded.unchanged) == (1, 1, 1, 0)
    rows = db.session.execute(select(Holiday.day, Holiday.name).order_by(Holiday.day))
    assert [(date.fromordinal(one).isoformat(), name) for one, name in rows] == [
        ("2026-12-24", "Eve"),
        ("2026-12-25", "Christmas Day"),
        ("2027-01-01", "New Year"),
    ]
    assert not facts.current().calendar.works(day("2026-12-25"))


@pytest.mark.usefixtures("company")
def test_a_list_of_waves_is_whole_for_the_waves_it_names():
    waves("first,Sales,2026-09-01,\nsecond,Support,,2027-01-01")
    waves("first,Support,2026-10-01,2026-11-01\nthird,Sales,,")
    rows = db.session.execute(select(Wave.name, Team.name, Wave.starts, Wave.ends).join(Team, Team.id == Wave.team))
    assert sorted(map(tuple, rows)) == [
        ("first", "Support", day("2026-10-01"), day("2026-11-01")),
        ("second", "Support", EVER, day("2027-01-01")),
        ("third", "Sales", EVER, FOREVER),
    ]
    waves("first,,,")
    assert "first" not in set(db.session.scalars(select(Wave.name)))


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("read", "text"),
    [
        (absences, f"{ALICE},2026-12-21,2026-12-24"),
        (holidays, "2026-12-25,Christmas"),
        (waves, "first,Sales,2026-09-01,"),
    ],
)
def test_calendars_are_scored_again_once(read, text):
    an_activity_is_stored()
    assert read(text).rescore
    before = versions()
    again = read(text)
    assert (again.created, again.removed, again.unchanged, again.rescore) == (0, 0, 1, False)
    assert versions() == before


@pytest.mark.usefixtures("company")
def test_the_name_of_a_holiday_counts_for_nothing():
    holidays("2026-12-25,Christmas")
    an_activity_is_stored()
    assert not holidays("2026-12-25,Noel").rescore


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("read", "text", "line", "column", "message"),
    [
        (absences, "nobody@example.com,2026-12-21,2026-12-24", 2, "email", "nobody in the directory is called"),
        (absences, ",2026-12-21,2026-12-24", 2, "email", "must not be blank"),
        (absences, f"{ALICE},2026-12-24,2026-12-24", 2, "until", "after from: it is the first day no more"),
        (absences, f"{ALICE},2026-12-24,", 2, "until", "give both days"),
        (absences, f"{ALICE},,2026-12-24", 2, "from", "give both days"),
        (absences, f"{ALICE},soon,2026-12-24", 2, "from", "“soon” is no date"),
        (holidays, "2026-12-25,Christmas\n2026-12-25,Again", 3, "day", "already on line 2"),
        (holidays, ",Christmas", 2, "day", "must not be blank"),
        (holidays, "2026-12-32,Christmas", 2, "day", "there is no day"),
        (waves, "first,Slaes,,", 2, "team", "there is no team Slaes"),
        (waves, ",Sales,,", 2, "wave", "must not be blank"),
        (waves, "first,Sales,2026-12-24,2026-12-23", 2, "until", "after from"),
    ],
)
def test_a_faulty_calendar_changes_nothing(read, text, line, column, message):
    before = everything(), versions()
    (fault,) = read(text).faults
    assert (fault.line, fault.column) == (line, column)
    assert message in fault.message
    assert (everything(), versions()) == before


# The commands


@pytest.fixture
def people(app, tmp_path, monkeypatch):
    """Run ``flask people`` on files in the current folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text)
        db.session.remove()
        return app.test_cli_runner().invoke(args=["people", *arguments])

    return run


def test_the_command_says_in_one_sentence_what_it_did(people):
    result = people("load", "staff.csv", staff=f"email,team\n{ALICE},Sales\n")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "staff.csv: 1 person created, 0 changed, 0 unchanged.\n"
    assert teams() == [("Sales", EVER, FOREVER)]


def test_the_command_tells_every_fault_and_stores_nothing(people):
    result = people("load", "staff.csv", staff=f"email,role,Cost\n{ALICE},,\nbob,king,\n")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "staff.csv: note: not known, and left out: Cost",
        "staff.csv line 3, column email: “bob” is no e-mail address",
        "staff.csv line 3, column role: “king” is no role; write one of " + ", ".join(people_csv.ROLES),
    ]
    assert db.session.execute(select(Participant.id)).all() == []


def test_trying_changes_nothing(people):
    result = people("load", "staff.csv", "--dry-run", staff=f"email\n{ALICE}\n")
    assert result.stdout == "staff.csv, only tried: 1 person created, 0 changed, 0 unchanged.\n"
    assert db.session.execute(select(Participant.id)).all() == []


def test_teams_change_on_the_day_given_or_today(people):
    people("load", "staff.csv", staff=f"email,team\n{ALICE},Sales\n")
    people("load", "staff.csv", "--on", "1.12.2026", staff=f"email,team\n{ALICE},Support\n")
    assert teams() == [("Sales", EVER, day("2026-12-01")), ("Support", day("2026-12-01"), FOREVER)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["load", "missing.csv"], "missing.csv"),
        (["load", "staff.csv", "--on", "soon"], "“soon” is no date"),
        (["load"], "Missing argument"),
    ],
)
def test_a_mistaken_command_is_explained(people, arguments, message):
    result = people(*arguments, staff="email\n")
    assert result.exit_code == 2
    assert message in result.stderr


def test_activities_are_scored_again_at_once_or_later(people):
    people("load", "staff.csv", staff=f"email,team\n{ALICE},Sales\n")
    an_activity_is_stored("crm", ALICE)
    result = people("load", "staff.csv", "--later", staff=f"email,team\n{ALICE},Support\n")
    assert result.stdout.endswith("1 changed, 0 unchanged; the scheduler will score the activities again.\n")
    version, rescored = versions()
    assert rescored < version
    result = people("load", "staff.csv", staff=f"email,team\n{ALICE},Field\n")
    assert result.exit_code == 0, result.exception
    assert result.stdout.endswith("1 changed, 0 unchanged; the activities were scored again.\n")
    version, rescored = versions()
    assert rescored == version


def test_the_calendars_have_commands(people):
    people("load", "staff.csv", staff=f"email,team\n{ALICE},Sales\n")
    for command, text, sentence in (
        ("absences", f"email,from,until\n{ALICE},2026-12-21,2026-12-24\n", "1 absence added, 0 removed, 0 unchanged"),
        ("holidays", "day,name\n2026-12-25,\n2026-12-26,\n", "2 holidays added, 0 removed, 0 unchanged"),
        ("waves", "wave,team\nfirst,Sales\n", "1 team in a wave added, 0 removed, 0 unchanged"),
    ):
        assert people(command, "days.csv", days=text).stdout == f"days.csv: {sentence}.\n"


def test_the_list_is_one_that_can_be_loaded(people):
    text = (
        "email,name,team,manager,role,hired_on,left_on,identities,employee_no\n"
        "alice@example.com,'=Alice,Pilot;Sales,mei@example.com,employee,2026-01-05,,crm=1;office=a,00417\n"
        "mei@example.com,Mei,,,manager,,2026-06-01,,\n"
    )
    people("load", "staff.csv", staff=text)
    assert stored()["name"] == "=Alice"
    assert people("list").stdout == text


# --- the journal, and previews


def told(why="a list"):
    return directory.Told(journal.By(None, "hana@example.com"), 5, why)


def entries():
    rows = db.session.execute(select(JournalEntry.__table__).order_by(JournalEntry.number))
    return [(row.action, row.thing, json.loads(row.before or "null"), json.loads(row.after or "null")) for row in rows]


def test_everybody_whom_a_list_changes_is_in_the_journal_field_by_field():
    load("email,name,team\nalice@example.com,Alice,Sales\nbob@example.com,Bob,Sales\n")
    people = people_csv.read(b"email,team,manager\nalice@example.com,Care,mei@example.com\nmei@example.com,,\n")
    finish(directory.load_people(people, on=TODAY, by=told()))
    numbers = dict(db.session.execute(select(Participant.email, Participant.id)).all())
    assert entries() == [
        (
            "changed",
            f"participant/{numbers[ALICE]}",
            {"team": "Sales", "manager": None},
            {"email": ALICE, "team": "Care", "manager": MEI},
        ),
        (
            "created",
            f"participant/{numbers[MEI]}",
            None,
            {"email": MEI, "name": "mei", "role": "employee"},
        ),
    ]
    assert list(journal.verify()) == []
    finish(directory.load_people(people, on=TODAY, by=told()))
    assert len(entries()) == 2, "the same list changes nothing again"


def test_a_preview_reads_only():
    load("email,team\nalice@example.com,Sales\n")
    before = everything()
    people = people_csv.read(b"email,team\nalice@example.com,Care\nbob@example.com,New\n")
    shown = directory.compare_people(people, on=TODAY, missing=TODAY)
    assert (shown.created, shown.changed, shown.teams) == (1, 1, ("Care", "New"))
    db.session.rollback()
    assert everything() == before


def test_whoever_is_missing_leaves_only_where_that_is_asked_for():
    load("email,team,hired_on\nalice@example.com,Sales,\nbob@example.com,Sales,\ncora@example.com,,2027-01-01\n")
    people = people_csv.read(b"email\nalice@example.com\n")
    assert directory.compare_people(people, on=TODAY).left == 0
    shown = directory.compare_people(people, on=TODAY, missing=TODAY)
    assert (shown.left, shown.here) == (1, 2), "who comes later has not begun, and so does not leave"
    finish(directory.load_people(people, on=TODAY, missing=TODAY, by=told("left")))
    assert stored(BOB)["left_on"] == TODAY
    assert stored("cora@example.com")["left_on"] is None
    assert teams(BOB) == [("Sales", EVER, TODAY)]
    assert entries()[-1][0] == "left"


def test_a_directory_that_changed_since_the_preview_is_noticed():
    load("email,team\nalice@example.com,Sales\n")
    people = people_csv.read(b"email,team\nalice@example.com,Care\n")
    seen = directory.compare_people(people, on=TODAY).mark
    load("email,team\nalice@example.com,Other\n")
    with pytest.raises(directory.OutdatedError):
        directory.load_people(people, on=TODAY, seen=seen)
    db.session.rollback()
    assert [name for name, *_ in teams()][-1] == "Other"


def test_nobody_makes_administrators_or_changes_their_own_role_by_a_list_without_being_one():
    load("email,role\nhana@example.com,hr\nada@example.com,admin\n")
    hana = directory.Told(journal.By(None, "Hana"), 5, email="hana@example.com", admin=False)
    for text in (
        "hana@example.com,admin",
        "hana@example.com,approver",
        "x@example.com,admin",
        "x@example.com,hr",
        "ada@example.com,employee",
    ):
        people = people_csv.read(f"email,role\n{text}\n".encode())
        for loaded in (
            directory.compare_people(people, on=TODAY, by=hana),
            directory.load_people(people, on=TODAY, by=hana),
        ):
            assert [fault.column for fault in loaded.faults] == ["role"], text
        db.session.rollback()
    manager = people_csv.read(b"email,role\nx@example.com,manager\n")
    assert not directory.compare_people(manager, on=TODAY, by=hana).faults


def test_an_actor_who_is_recognised_waits_no_more():
    an_activity_is_stored(actor="u17")
    assert load("email,identities\nalice@example.com,crm=u17\n").rescore
    assert db.session.execute(select(Stranger.actor)).all() == []
