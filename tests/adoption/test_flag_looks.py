"""Every look at somebody's flag is noted: all pages, asked by everybody who might see one, whatever its state.

Whatever a page says otherwise because of a flag, it says of the flag.  So each page is asked twice, without the flag
and with it; where the answers differ, there must be a note of who looked, and the reader must be one of those who may.
"""

import re
import time
from collections import defaultdict

import pytest
from sqlalchemy import delete
from sqlalchemy import event
from sqlalchemy import insert
from sqlalchemy import select

from adoption import flags
from adoption import privacy
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Contest
from adoption.models import FlagLook
from adoption.models import Help
from adoption.models import StoredFlag
from adoption.pages import journal_words
from rules.reliance import cycle
from tests import private
from tests import switching
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.places import FACES
from tests.places import FILES
from tests.places import PLACES
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Visitor

READERS = {
    "Leo": cycle.LEAD,
    "Mei": "manager",
    "Dana": "manager",
    "Olga": "",
    "Hana": "",
    "Ada": "",
    "Ann": "",
    "Bob": "",
}
STATES = {
    "a private hint": ("hint", 9, 0),
    "a question within its first five days": ("suspected", 2, 0),
    "a question that waits for a lead": ("suspected", 5, 0),
    "confirmed": ("flagged", 1, 1),
    "contested": ("contested", 1, 0),
    "helped, without anybody knowing": ("helping", 1, 0),
    "helped, and confirmed before": ("helping", 1, 1),
    "recovering": ("recovering", 1, 1),
    "recovered": ("recovered", 1, 0),
    "paused": ("paused", 1, 1),
    "expired": ("expired", 1, 0),
}
CALM = re.compile(
    r'name="(?:csrf_token|once)" value="[^"]*"|\d\d:\d\d(?::\d\d)?|\d+ (?:seconds?|minutes?) ago|just now'
    r'|<nav class="tabs desk".*?</nav>'  # how many wait there, not who
    r"|Looks at somebody[^<]*</th><td[^<]*</td>",  # about how many, by these tests themselves
    re.DOTALL,
)
PERSONAL = {one.table for one in privacy.TABLES if not one.kinds}  # of letters most are of another kind
PAGES = {**PLACES, **FACES, **FILES}


@pytest.fixture(scope="module")
def lived(databases, tmp_path_factory):
    for url in fresh(databases, "sqlite"):
        app = application(url, tmp_path_factory.mktemp("archive"), ORGANISATION_ZONE=zone_at_noon())
        with pushed(app):
            staff = Staff()
            has = staff.live()
            if not privacy.individual():
                switching.turn_on()
            private.feed()
            app.visitors = {name: Visitor(app, staff[name]) for name in (*READERS, "Alice")}
            yield app, staff, has


def be(staff, state):
    """Let Alice's flag be in a state, or let there be none; what belongs to it is there as well."""
    alice, now = staff["Alice"], time.time_ns() // 1000
    connection = begin_write()
    for one in private.ONCE:
        if one.table in {"flag", "contest", "help", "flag_step"}:
            connection.execute(
                delete(privacy.holding.table(one)).where(privacy.holding.table(one).c.participant == alice)
            )
    if state is not None:
        name, waited, confirmed = state
        row = {"participant": alice, "state": name, "waited": waited, "confirmed": staff.today - 1 if confirmed else 0}
        row |= {"since": staff.today - waited, "quiet": 0, "quiet_since": staff.today - 1, "muted_until": 0}
        back = {"came_from": "flagged"} if name in {"contested", "paused"} else {}
        connection.execute(insert(StoredFlag).values(row | back))
        if name == "contested":
            words = {"reason": "other", "words": "It is a price list", "about": "{}", "answer": "", "removed": "[]"}
            connection.execute(insert(Contest).values(participant=alice, opened=now, due=staff.today + 9, **words))
        if name == "helping":
            connection.execute(insert(Help).values(participant=alice, kind="quest", since=now))
    db.session.commit()


def path_of(name, has, staff):
    """Return the address of a page; where it is about somebody whose flag is shown, about Alice."""
    path = PAGES[name].path(has)
    number = str(getattr(has, "noticed", 0) or "")
    return path.replace(f"/lead/flags/{number}", f"/lead/flags/{staff['Alice']}") if number else path


def ask(app, who, path):
    got = app.visitors[who].get(path)
    db.session.rollback()
    return got.status_code, CALM.sub("", got.get_data(as_text=True))


def clear_looks(staff):
    alice = staff["Alice"]
    begin_write().execute(delete(FlagLook).where(FlagLook.participant == alice))
    db.session.commit()


def looks(staff, who):
    query = select(FlagLook.page).where(FlagLook.participant == staff["Alice"], FlagLook.reader == staff[who])
    found = set(db.session.scalars(query))
    db.session.rollback()
    return found


@pytest.fixture(scope="module")
def reading(lived):
    """Return which pages each reader can open that ask the database for something personal at all."""
    app, staff, has = lived
    be(staff, STATES["a question that waits for a lead"])
    found = defaultdict(list)
    asked = []

    def note(_connection, _cursor, statement, _given, _context, _many):
        asked.extend(PERSONAL & set(re.findall(r"\b(?:from|join)\s+\"?(\w+)", statement.lower())))

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        for who in READERS:
            for name, place in PAGES.items():
                if not place.device:
                    asked.clear()
                    app.visitors[who].get(path_of(name, has, staff))
                    db.session.rollback()
                    if asked:
                        found[who].append(name)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return found


def endpoint(app, path, method="GET"):
    adapter = app.url_map.bind("localhost")
    return adapter.match(path.partition("?")[0], method)[0]


@pytest.mark.parametrize("name", STATES)
def test_whatever_is_shown_of_a_flag_is_noted_and_shown_to_readers_alone(lived, reading, name):
    app, staff, has = lived
    state = STATES[name]
    be(staff, None)
    paths = {page: path_of(page, has, staff) for pages in reading.values() for page in pages}
    without = {(who, page): ask(app, who, paths[page]) for who, pages in reading.items() for page in pages}
    clear_looks(staff)
    be(staff, state)
    alice = staff["Alice"]
    flag = flags.of(db.session.connection(), [alice])[alice]
    db.session.rollback()
    shown = set()
    for (who, page), before in without.items():
        if ask(app, who, paths[page]) != before:
            shown.add(who)
            assert endpoint(app, paths[page]) in looks(staff, who), (who, page)
    allowed = {who for who, role in READERS.items() if role and role in cycle.readers(flag)}
    assert shown <= allowed
    assert not {who for who in READERS if looks(staff, who)} - allowed
    if allowed:
        assert shown == allowed


@pytest.mark.parametrize(
    ("form", "given", "state"),
    [
        ("/lead/champions", {"who": ""}, "contested"),
        ("/lead/flags/{alice}/decline", {"why": ""}, "a question that waits for a lead"),
        ("/lead/flags/{alice}/answer", {"why": ""}, "contested"),
    ],
)
def test_what_answers_a_form_that_could_not_be_used_is_noted_too(lived, form, given, state):
    app, staff, _ = lived
    be(staff, STATES[state])
    clear_looks(staff)
    path = form.format(alice=staff["Alice"])
    answer = app.visitors["Leo"].post(path, given)
    assert answer.status_code == 422
    assert "Alice" in answer.get_data(as_text=True)
    assert looks(staff, "Leo") == {endpoint(app, path, "POST")}
    assert endpoint(app, path, "POST") in journal_words.PAGES


def test_the_walk_asks_the_lead_and_managers_and_finds_their_pages(reading):
    assert {"flag_queue.index", "flag_queue.one"} <= set(reading["Leo"])
    assert "team.index" in reading["Mei"]


def test_under_me_the_person_reads_who_looked(lived):
    app, staff, has = lived
    be(staff, STATES["confirmed"])
    clear_looks(staff)
    for who, page in (("Leo", "flag_queue.index"), ("Mei", "team.index")):
        ask(app, who, path_of(page, has, staff))
    shown = app.visitors["Alice"].get("/me").get_data(as_text=True)
    for who in ("Leo", "Mei"):
        assert looks(staff, who), who
        assert who in shown


def test_in_the_shadow_run_nobody_but_the_person_is_shown_anything(lived, reading):
    app, staff, has = lived
    switching.turn_off()
    privacy.forget(time.time_ns() // 1000)
    switching.turn_on(days_ago=0)
    be(staff, None)
    paths = {page: path_of(page, has, staff) for pages in reading.values() for page in pages}
    without = {(who, page): ask(app, who, paths[page]) for who, pages in reading.items() for page in pages}
    clear_looks(staff)
    for name in ("a question that waits for a lead", "confirmed", "contested"):
        be(staff, STATES[name])
        for (who, page), before in without.items():
            assert ask(app, who, paths[page]) == before, (name, who, page)
    assert not any(looks(staff, who) for who in READERS)
