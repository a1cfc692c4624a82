"""A manager finds no trace of what is not hers to know: by no page, export, address of the API or line of the journal.

Mei leads Alice.  Everything that Mei may open is read while there is nothing about Alice, and again with Alice in each
state that Mei must not know: it says the same.  HR, administrators and colleagues are asked likewise in all states.
"""

import re
import time

import pytest

from adoption import auth
from adoption import flags
from adoption import journal
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.flags import contesting
from adoption.flags import helping
from adoption.flags import reminding
from adoption.models import CheckInAnswer
from adoption.models import Contest
from adoption.models import FlagLook
from adoption.models import FlagStep
from adoption.models import Help
from adoption.models import JournalEntry
from adoption.models import Letter
from adoption.models import StoredFlag
from rules.reliance import cycle
from rules.reliance.cycle import Flag
from tests.adoption.test_matrix import ROUTES
from tests.adoption.test_matrix import enters
from tests.adoption.test_matrix import things
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Visitor

PRIVATE = {
    "hint": ("hint",),
    "suspected": ("raise",),
    "contested": ("raise", "confirm", "contest"),
    "helping by themselves": ("hint", "help"),
    "recovering by themselves": ("hint", "help", "improve"),
    "recovered": ("raise", "confirm", "clear"),
    "dismissed": ("raise", "decline"),
    "paused": ("raise", "confirm", "pause"),
    "expired": ("raise", "expire"),
}
SHOWN = {"flagged": ("raise", "confirm"), "helping": ("raise", "confirm", "help")}
CALM = re.compile(
    r'name="(?:csrf_token|once)" value="[^"]*"|urn:uuid:[\w-]+|\d\d:\d\d(?::\d\d)?|\d+ (?:seconds?|minutes?) ago'
    r"|\.\d+(?:Z|\+00:00)|\d{4}-\d\d-\d\dT|data-etag='[^']*'|\"[0-9a-f]{20}\""
)  # what the clock alone changes
API = (
    "/api/v1/participants/alice@example.com/progress",
    "/api/v1/participants/alice@example.com/awards",
    "/api/v1/participants/alice@example.com/incentives/ten-contacts-lunch/why-not-yet",
    "/api/v1/boards",
    "/api/v1/boards/contacts-this-week/standings",
    "/api/v1/boards/contacts-this-week",
    "/api/v1/incentives",
)
# One's own copy tells of one's own looks; the privacy pack says how old the oldest of each kind is in the whole house.
OTHERS = ("/counter", "/hr/journal", "/hr/sources", "/hr/start", "/sign-in")  # change with each look, or let one in
SILENT = ("me.data", "privacy.index", "privacy.download", "privacy_settings.index")


@pytest.fixture(scope="module")
def town(databases, tmp_path_factory):
    for url in fresh(databases, "sqlite"):
        with pushed(application(url, tmp_path_factory.mktemp("archive"), ORGANISATION_ZONE=zone_at_noon())) as app:
            app.testing = False
            app.staff = Staff()
            app.has = app.staff.live()
            app.visitors = {name: Visitor(app, app.staff[name]) for name in ("Mei", "Hana", "Ada", "Bob")}
            app.things = {name: things(app, name, "Alice") for name in app.visitors}
            app.tokens = {name: token(app, name) for name in ("Mei", "Hana", "Ada", "Bob")}
            yield app


def token(app, name):
    made = auth.create_token(name, (auth.EVERY,), email=f"{name.lower()}@example.com", now=time.time_ns() // 1000)
    db.session.commit()
    return made


def clear():
    """Let nothing be known of anybody."""
    begin_write()
    for table in (FlagStep, FlagLook, Help, Contest, CheckInAnswer, StoredFlag):
        db.session.query(table).delete()
    db.session.commit()


def put(app, steps):
    """Let Alice's flag take these steps, with a case or help where they are."""
    number, leo, now, today = app.staff["Alice"], app.staff["Leo"], time.time_ns() // 1000, app.staff.today
    connection = begin_write()
    flag = Flag()
    for does in steps:
        by = cycle.STEPS[flag.state, does].by
        who = {"person": number, "lead": leo, "service": None}[by]
        if does == "help":
            helping.choose(connection, number, "quest", None, day=today, now=now)
        elif does == "contest":
            case = {"reason": "other", "words": "SECRET", "about": contesting.About(), "now": now}
            contesting.contest(connection, _known(), number, **case)
        else:
            flags.take(connection, number, does, by=by, who=who, day=today - 3, now=now, note="SECRET")
        flag = flags.of(connection, [number]).get(number, Flag())
    reminding.answer(connection, number, "season", "SECRET", day=today, now=now)
    db.session.commit()
    return flag


def _known():
    from adoption import facts  # noqa: PLC0415  # as it is now

    return facts.current()


def told(app, name):
    """Return everything that somebody may open, about Alice where it is about somebody."""
    visitor = app.visitors[name]  # the same browser each time: another one is listed under "Me"
    db.session.rollback()
    found = {}
    for key, route in ROUTES.items():
        method, endpoint = key.split()
        if method != "GET" or endpoint in SILENT or not enters(app, name, key):
            continue
        path = route.path.format_map(app.things[name])
        if not path.startswith(OTHERS):
            found[path] = said(visitor.get(path))
    for path in API:
        headers = {"Authorization": f"Bearer {app.tokens[name]}", "Accept": "application/json"}
        answer = app.test_client().get(path, headers=headers)
        assert answer.status_code != 401, path
        found[path] = said(answer)
    return found


def said(answer):
    db.session.rollback()
    text = CALM.sub("", answer.get_data(as_text=True)) if "spreadsheet" not in (answer.content_type or "") else ""
    answer.close()
    return answer.status_code, text


def differences(before, after):
    assert before.keys() == after.keys()
    return {path: (before[path][0], after[path][0]) for path in before if before[path] != after[path]}


def test_mei_reads_the_same_whatever_is_hers_not_to_know(town):
    clear()
    told(town, "Mei")  # what the first look alone changes
    before = told(town, "Mei")
    for state, steps in PRIVATE.items():
        clear()
        put(town, steps)
        assert differences(before, told(town, "Mei")) == {}, state
        assert db.session.query(FlagLook).count() == 0, state
        db.session.rollback()


def test_what_is_confirmed_is_on_the_team_page_and_nowhere_else(town):
    clear()
    told(town, "Mei")
    before = told(town, "Mei")
    for state, steps in SHOWN.items():
        clear()
        put(town, steps)
        after = told(town, "Mei")
        assert set(differences(before, after)) == {"/team"}, state
        assert "SECRET" not in after["/team"][1]
        assert not re.search(r"deciban|probab|speaks|quiet season|Case ", after["/team"][1]), state


@pytest.mark.parametrize("name", ["Hana", "Ada", "Bob"])
def test_hr_administrators_and_colleagues_read_nothing_in_any_state(town, name):
    clear()
    told(town, name)
    before = told(town, name)
    for state, steps in {**PRIVATE, **SHOWN}.items():
        clear()
        put(town, steps)
        after = told(town, name)
        assert differences(before, after) == {}, state
        assert not [path for path, (_, text) in after.items() if "SECRET" in text], state


def test_no_line_of_the_journal_and_no_letter_that_others_see_says_whose_flag_it_is(town):
    clear()
    before = db.session.query(JournalEntry).count()
    for steps in {**PRIVATE, **SHOWN}.values():
        clear()
        put(town, steps)
        Visitor(town, town.staff["Mei"]).get("/team")
        Visitor(town, town.staff["Leo"]).get("/lead/flags")
    db.session.rollback()
    assert db.session.query(JournalEntry).count() == before
    assert journal.check(time.time_ns() // 1000) is not None
    db.session.rollback()
    private = [one.id for one in db.session.query(Letter).filter(Letter.kind.in_(["hint", "noticed", "offered"]))]
    db.session.rollback()
    assert private
    ada = Visitor(town, town.staff["Ada"])
    for number in private:
        for path in ("", "/html", ".eml"):
            assert ada.get(f"/letters/{number}{path}").status_code == 404
