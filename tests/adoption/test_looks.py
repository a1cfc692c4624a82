"""Looks at somebody else's personal pages are in the journal, and those who were looked at can see that."""

import time

import pytest
from sqlalchemy import select

from adoption import auth
from adoption import clock
from adoption import journal
from adoption import looks
from adoption.extensions import db
from adoption.models import JournalEntry
from adoption.pages import journal_words
from tests.adoption.test_matrix import ROUTES
from tests.conftest import application
from tests.conftest import fresh
from tests.conftest import pushed
from tests.racing import at_once
from tests.staff import Staff
from tests.staff import email
from tests.staff import zone_at_noon
from tests.visitors import Visitor

SETTINGS = {"PUBLIC_URL": "http://localhost", "ORGANISATION_ZONE": zone_at_noon()}
PERSONAL = ("award", "record", "statement", "person")  # kinds of things in addresses that are somebody's
# Pages that are about somebody and can be opened by nobody else, so that there is nothing to note.
OWN = {"rewards.voucher", "rewards.options"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request, databases, tmp_path_factory):
    for url in fresh(databases, request.param):
        with pushed(application(url, tmp_path_factory.mktemp("archive"), **SETTINGS)) as app:
            app.staff = Staff()
            app.has = app.staff.live()
            yield app


@pytest.fixture
def house(town):
    """Return the application on a day on which nobody has looked yet: what was written counts as of long ago."""
    db.session.rollback()
    town.since = journal.head().number
    town.extensions["looks"].clear()
    return town


def seen(app, who):
    """Return whose pages somebody looked at since the test began: (whose number, page)."""
    db.session.rollback()
    table = JournalEntry
    which = (table.number > app.since, table.action == "read", table.participant == app.staff[who])
    rows = db.session.execute(select(table.thing, table.after).where(*which).order_by(table.number)).all()
    return [(int(thing.partition("/")[2]), looks.read(after).page) for thing, after in rows]


def address(app, key, whose):
    parts = app.has[whose].written() | {"month": app.has.month}
    return ROUTES[key].path.format_map(parts)


def about_people():
    return [key for key, route in ROUTES.items() if key.startswith("GET") and route.about in PERSONAL]


@pytest.mark.parametrize("key", about_people())
def test_every_page_of_a_person_that_opens_for_hr_leaves_an_entry(house, key):
    endpoint = key.partition(" ")[2]
    for name in ("Alice", "Bob"):
        before = seen(house, "Hana")
        answer = Visitor(house, house.staff["Hana"]).get(address(house, key, name))
        new = seen(house, "Hana")[len(before) :]
        if answer.status_code == 200:
            already = any(looks.read(kept).path == address(house, key, name) for kept in kept_of(house, "Hana"))
            assert new == [(house.staff[name], endpoint)] or already
        else:
            assert endpoint in OWN
            assert new == []


def refused_forms():
    """Return the forms about a person that are answered with their page, since they could not be used."""
    return [key for key, route in ROUTES.items() if key.startswith("POST") and route.about == "person"]


@pytest.mark.parametrize("key", refused_forms())
def test_a_page_that_answers_a_form_that_could_not_be_used_leaves_an_entry_too(house, key):
    hana, route = Visitor(house, house.staff["Hana"]), ROUTES[key]
    answer = hana.post(address(house, key, "Dave"), route.form)
    shown = email("Dave") in answer.get_data(as_text=True)
    assert shown == (answer.status_code == 422)
    assert seen(house, "Hana") == ([(house.staff["Dave"], key.partition(" ")[2])] if shown else [])


def test_a_bonus_plan_worked_out_for_somebody_is_a_page_of_theirs(house):
    hana = Visitor(house, house.staff["Hana"])
    assert "Cora" in hana.get(f"/hr/plans/sales-bonus?who={email('Cora')}").get_data(as_text=True)
    assert seen(house, "Hana") == [(house.staff["Cora"], "bonus_plans.show")]


def test_pages_that_were_looked_at_are_said_in_words(house):
    letters = {"digest.of_person", "digest.letter_of"}
    looked = {"bonus_plans.show"} | letters | {key.partition(" ")[2] for key in refused_forms()}
    assert looked <= journal_words.PAGES.keys()


def kept_of(app, who):
    which = (JournalEntry.action == "read", JournalEntry.participant == app.staff[who])
    return db.session.scalars(select(JournalEntry.after).where(*which)).all()


@pytest.mark.parametrize("key", about_people())
def test_a_page_of_ones_own_leaves_none_and_neither_does_that_of_a_report(house, key):
    for who, whose in (("Hana", "Hana"), ("Alice", "Alice"), ("Mei", "Alice")):
        Visitor(house, house.staff[who]).get(address(house, key, whose))
        assert seen(house, who) == []


def api_paths(app):
    """Return the addresses of the API that name a person, or a thing of theirs."""
    parts = {"email": email("Bob"), "key": "ten-contacts-lunch", "id": app.has["Bob"].written()["eaten"]}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and {"email", "id"} & rule.arguments and "GET" in rule.methods:
            wanted = {name: parts[name] for name in rule.arguments}
            yield rule.endpoint, app.url_map.bind("localhost").build(rule.endpoint, wanted)
    yield "boards.standings", f"/api/v1/boards/contacts-this-week?me={email('Bob')}"


def test_the_api_leaves_an_entry_too(house):
    headers = bearer("hana@example.com")
    asked = list(api_paths(house))
    assert len(asked) >= 5
    for endpoint, path in asked:
        before = len(seen(house, "Hana"))
        assert house.test_client().get(path, headers=headers).status_code == 200, path
        assert seen(house, "Hana")[before:] == [(house.staff["Bob"], endpoint)]


def bearer(address):
    token = auth.create_token(f"t{time.time_ns()}", ("admin",), email=address, now=1)
    db.session.commit()
    return {"Authorization": f"Bearer {token}"}


def test_a_token_that_belongs_to_nobody_leaves_none(house):
    for _, path in api_paths(house):
        assert house.test_client().get(path, headers=bearer(None)).status_code == 200
    db.session.rollback()
    since = select(JournalEntry.action).where(JournalEntry.number > house.since)
    assert set(db.session.scalars(since)) == {"created"}, "the tokens themselves"


def test_a_page_that_is_loaded_again_and_again_leaves_one_a_day(house):
    path = f"/awards/{house.has['Cora'].written()['eaten']}/why"
    hana, ada = Visitor(house, house.staff["Hana"]), Visitor(house, house.staff["Ada"])
    for _ in range(3):
        hana.get(path)
        house.extensions["looks"].clear()  # another process
    ada.get(path)
    assert seen(house, "Hana") == seen(house, "Ada") == [(house.staff["Cora"], "why.award")]


def test_a_look_yesterday_does_not_stand_for_one_today(house, monkeypatch):
    path = f"/awards/{house.has['Dave'].written()['eaten']}/why"
    hana = Visitor(house, house.staff["Hana"])
    hana.get(path)
    now = clock.now()
    tomorrow = now + 86_400 * 10**6
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    hana.get(path)
    assert len(seen(house, "Hana")) == 2


def test_two_at_the_same_moment_leave_one(house):
    path = f"/awards/{house.has['Erin'].written()['eaten']}/why"
    visitors = [Visitor(house, house.staff["Hana"]) for _ in range(4)]

    def look(visitor):
        def get():
            house.extensions["looks"].clear()
            return visitor.get(path).status_code

        return get

    assert at_once(*map(look, visitors)) == [200] * 4
    assert len(seen(house, "Hana")) == 1


def test_what_is_refused_or_not_there_leaves_none(house):
    hana, alice = (Visitor(house, house.staff[name]) for name in ("Hana", "Alice"))
    assert hana.get(f"/bonus/sales-bonus/2001-01/{house.staff['Alice']}").status_code == 404
    assert alice.get(f"/awards/{house.has['Bob'].written()['eaten']}/why").status_code == 403
    assert seen(house, "Hana") == seen(house, "Alice") == []


def test_the_journal_about_a_person_is_a_page_of_theirs(house):
    hana = Visitor(house, house.staff["Hana"])
    who = house.staff["Gwen"]
    hana.get(f"/hr/journal?about=participant/{who}")
    hana.get("/hr/journal?about=gwen@example.com")
    hana.get("/hr/journal?about=example.com")  # several people: a search
    assert seen(house, "Hana") == [(who, "journal_pages.index")]
    assert (
        Visitor(house, house.staff["Hana"]).get(f"/hr/journal/journal.csv?about=participant/{who}").status_code == 200
    )
    assert seen(house, "Hana")[1:] == [(who, "journal_pages.download")]


def test_nothing_is_shown_that_cannot_be_noted(house, monkeypatch):
    path = f"/awards/{house.has['Иван'].written()['eaten']}/why"
    hana = Visitor(house, house.staff["Hana"])

    def broken(*_args, **_more):
        raise looks.OperationalError("", {}, Exception("disk full"))  # noqa: EM101  # no statement

    with monkeypatch.context() as patched:
        patched.setattr(looks.journal, "write", broken)
        answer = hana.get(path)
    assert answer.status_code == 503
    assert "Robin" not in answer.get_data(as_text=True)
    assert hana.get(path).status_code == 200
    assert len(seen(house, "Hana")) == 1


def test_those_who_were_looked_at_see_by_whom_and_at_what(house):
    path = f"/awards/{house.has['王伟'].written()['eaten']}/why"
    Visitor(house, house.staff["Hana"]).get(path)
    told = Visitor(house, house.staff["王伟"]).get("/me").get_data(as_text=True)
    looked = told[told.index('id="looked-h"') :]
    assert "Hana" in looked
    assert "Page: why there is an award" in looked
    others = Visitor(house, house.staff["Leo"]).get("/me").get_data(as_text=True)
    assert "Nobody." in others[others.index('id="looked-h"') :]


def test_looks_of_long_ago_are_told_no_more(house, monkeypatch):
    path = f"/awards/{house.has['Olga'].written()['eaten']}/why"
    hana, olga = Visitor(house, house.staff["Hana"]), Visitor(house, house.staff["Olga"])
    days = 86_400 * 10**6
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now - 91 * days)
    with monkeypatch.context() as patched:
        patched.setattr("adoption.auth.sessions.IDLE", 200 * days)
        hana.get(path)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert len(seen(house, "Hana")) <= 1
    told = olga.get("/me").get_data(as_text=True)
    assert "Nobody." in told[told.index('id="looked-h"') :]


def test_what_is_noted_is_part_of_the_chain(house):
    db.session.rollback()
    assert list(journal.verify()) == []


def test_whatever_stands_there_can_be_read():
    for kept in (None, "", "x", "[]", "{}", '{"page": 1, "for": "x"}'):
        assert isinstance(looks.read(kept), looks.Look)
