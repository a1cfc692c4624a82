"""Me: how one is shown, language and appearance, sessions that end at once, and everything that is held."""

import json
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import auth
from adoption import exports
from adoption import facts
from adoption import held
from adoption import preferences
from adoption.auth import devices
from adoption.auth import sessions
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Base
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import Letter
from adoption.models import Participant
from adoption.models import Redemption
from adoption.models import Voucher
from adoption.models import WebSession
from adoption.pages import agents
from rules.value import UNIT
from tests.house import MONDAY
from tests.house import House
from tests.visitors import Visitor

BOOK = """
[metric.calls]
counts = "call.completed"
[reward.cake]
kind = "voucher"
[reward.thanks]
kind = "points"
points = 5
[incentive.two-calls]
metric = "calls"
every = 2
per = "week"
at_most = 2
earns = "cake"
from = 2026-01-05
[incentive.three-calls]
metric = "calls"
reach = 3
per = "week"
earns = "thanks"
from = 2026-01-05
[board.callers]
metric = "calls"
per = "week"
"""
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
)


@pytest.fixture
def house(app):
    return House(BOOK, people=("Alice", "Bob", "Carl", "Dora", "Emil"), teams={"North": ("Alice", "Bob")})


def text(response, code=200):
    whole = response.get_data(as_text=True)  # what is written while it is read is read here
    db.session.rollback()
    assert response.status_code == code, (response.status_code, whole[:800])
    return whole


def saved(response, *, at="/me"):
    db.session.rollback()
    assert (response.status_code, response.headers.get("Location")) == (303, at), response.get_data(as_text=True)[:800]


def heading(page):
    return re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL).group(1).strip()


def toast(page):
    found = re.search(r'<p class="toast" role="status"><span>(.*?)</span>', page)
    return found and found.group(1)


# --- how I am shown


def test_the_page_says_what_colleagues_see(house, app):
    alice = Visitor(app, house["Alice"])
    page = text(alice.get("/me"))
    assert heading(page) == "Colleagues see you as Alice."
    assert "Colleagues see: Alice" in page
    saved(alice.post("/me/shown", {"shown": "alias", "alias": "Night Owl"}))
    page = text(alice.get("/me"))
    assert (heading(page), toast(page)) == (
        "Colleagues see you as Night Owl, marked as an alias.",
        "Saved. Boards show you that way from now on.",
    )
    assert "Colleagues see: Night Owl, marked as an alias" in page
    saved(alice.post("/me/shown", {"shown": "hidden", "alias": "Night Owl"}))
    assert heading(text(alice.get("/me"))) == "Colleagues do not see you on boards."
    assert preferences.of(house["Alice"]) == (None, None, "hidden", "Night Owl", None)


@pytest.mark.parametrize(
    ("alias", "fault"),
    [
        ("bob", "Somebody here is called that already, or so similarly that one could be taken for the other."),
        ("", "An alias is one line of up to 40 letters, with at least one letter or digit."),
        ("<b>…</b>" * 9, "An alias is one line of up to 40 letters, with at least one letter or digit."),
    ],
)
def test_what_is_wrong_with_an_alias_stands_next_to_it_and_what_was_written_is_kept(house, app, alias, fault):
    page = text(Visitor(app, house["Alice"]).post("/me/shown", {"shown": "alias", "alias": alias}), 422)
    field = re.search(r'<input class="input" id="alias"[^>]*>', page).group(0)
    assert 'aria-invalid="true" aria-describedby="alias-fault"' in field
    assert f'value="{alias.replace("<", "&lt;").replace(">", "&gt;")}"' in field
    assert f'<p class="fault" id="alias-fault">{fault}</p>' in page
    assert re.search(r'value="alias" required checked', page)
    assert heading(page) == "Colleagues see you as Alice."
    assert preferences.of(house["Alice"]).shown == "name"


def test_there_is_no_other_way_to_be_shown(house, app):
    text(Visitor(app, house["Alice"]).post("/me/shown", {"shown": "first"}), 422)
    text(Visitor(app, house["Alice"]).post("/me/shown", {}), 422)


@pytest.mark.parametrize("path", ["shown", "speech", "sessions/1/end", "sessions/end-others"])
def test_a_form_that_is_not_ours_changes_nothing(house, app, path):
    text(Visitor(app, house["Alice"]).post(f"/me/{path}", {"shown": "hidden", "theme": "dark"}, proof=False), 400)
    assert preferences.of(house["Alice"]) == preferences.Preferences()


def test_hostile_names_stay_text(app):
    name = '"><script>alert(1)</script>'
    house = House(BOOK, people=(name,))
    page = text(Visitor(app, house[name]).get("/me"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


# --- language and appearance


def test_language_and_appearance_are_chosen_and_given_back_to_browser_and_system(house, app):
    alice = Visitor(app, house["Alice"], language="zh")
    saved(alice.post("/me/speech", {"language": "ru", "theme": "dark"}))
    page = text(alice.get("/me"))
    assert re.search(r'<html lang="ru" data-theme="dark">', page)
    assert toast(page)
    assert [alice.client.get_cookie(name).value for name in ("language", "theme")] == ["ru", "dark"]
    saved(alice.post("/me/speech", {"language": "", "theme": ""}))
    page = text(alice.get("/me"))
    assert re.search(r'<html lang="zh">', page)
    assert [alice.client.get_cookie(name) for name in ("language", "theme")] == [None, None]
    assert preferences.of(house["Alice"]) == preferences.Preferences()


@pytest.mark.parametrize("choice", [{"language": "fr"}, {"theme": "red"}])
def test_there_is_no_other_language_or_appearance(house, app, choice):
    text(Visitor(app, house["Alice"]).post("/me/speech", choice), 422)


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_the_page_is_there_in_every_language(house, app, language):
    assert f'<html lang="{language}"' in text(Visitor(app, house["Alice"], language=language).get("/me"))


# --- where I am signed in


def session_of(visitor):
    digest = auth.digest_of(visitor.client.get_cookie(sessions.COOKIE).value)
    return db.session.scalar(select(WebSession.id).where(WebSession.digest == digest))


def is_in(visitor):
    code = visitor.get("/me").status_code
    db.session.rollback()
    return code == 200


def test_sessions_are_named_in_words_and_this_one_is_marked(house, app):
    here, phone = Visitor(app, house["Alice"]), Visitor(app, house["Alice"])
    db.session.execute(update(WebSession).where(WebSession.id == session_of(phone)).values(agent=ANDROID))
    db.session.commit()
    page = text(here.get("/me"))
    assert page.count("this one</span>") == 1
    assert page.index("this one</span>") < page.index("Chrome on Android")
    assert "the session of Chrome on Android" in page
    assert "Sign out everywhere else" in page
    assert "Sign out everywhere else" not in text(Visitor(app, house["Bob"]).get("/me"))


def test_a_session_that_is_ended_is_out_with_the_next_click(house, app):
    here, other = Visitor(app, house["Alice"]), Visitor(app, house["Alice"])
    ending = f"/me/sessions/{session_of(other)}/end"
    assert is_in(other)
    saved(here.post(ending))
    assert toast(text(here.get("/me"))) == "Signed out there."
    assert (is_in(here), is_in(other)) == (True, False)
    saved(here.post(ending))
    assert toast(text(here.get("/me"))) == "That browser is signed out already."


def test_nobody_ends_a_session_of_somebody_else(house, app):
    alice, bob = Visitor(app, house["Alice"]), Visitor(app, house["Bob"])
    saved(alice.post(f"/me/sessions/{session_of(bob)}/end"))
    saved(alice.post("/me/sessions/end-others"))
    assert (is_in(alice), is_in(bob)) == (True, True)


def test_one_signs_out_everywhere_else(house, app):
    here, *others = (Visitor(app, house["Alice"]) for _ in range(3))
    saved(here.post("/me/sessions/end-others"))
    assert toast(text(here.get("/me"))) == "Signed out everywhere else."
    assert [is_in(one) for one in (here, *others)] == [True, False, False]


def test_one_may_end_the_session_one_is_in(house, app):
    here = Visitor(app, house["Alice"])
    saved(here.post(f"/me/sessions/{session_of(here)}/end"))
    assert not is_in(here)


@pytest.mark.parametrize(
    ("agent", "said", "phone"),
    [
        (ANDROID, "Chrome on Android", True),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone", True),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux", False),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/124.0 YaBrowser/24.6 Safari/537.36", "Yandex Browser on Windows", False),
        ("Mozilla/5.0 (Linux; Android 10) MicroMessenger/8.0 Chrome/107 Mobile", "WeChat on Android", True),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "A browser on Mac", False),
        ("curl/8.5", "A browser", False),
        ("", "A browser", False),
    ],
)
def test_browsers_are_named_in_words(sqlite_app, agent, said, phone):
    assert (agents.described(agent), agents.is_phone(agent)) == (said, phone)


# --- what is in my charge


def test_whoever_keeps_counters_or_the_outbox_finds_them_here(house, app):
    visitor = Visitor(app, house["Alice"])
    found = {}
    for role in ("employee", "cashier", "admin"):
        connection = begin_write()
        facts.changed(connection, rescore=False)
        connection.execute(update(Participant).where(Participant.id == house["Alice"]).values(role=role))
        db.session.commit()
        page = text(visitor.get("/me"))
        found[role] = ['href="/counter/register"' in page, 'href="/letters"' in page]
    assert found == {"employee": [False, False], "cashier": [True, False], "admin": [True, True]}


# --- everything that is held about me


def lived_in(house):
    """Let something of every kind be held about Alice, and as much about Bob."""
    for name in ("Alice", "Bob"):
        for _ in range(3):
            house.did(name, "call.completed", note=f"{name} was here")
        lost = house.did(name, "call.completed", on=MONDAY + timedelta(days=40))
        house.did(name, "call.completed", retracts=lost, on=MONDAY + timedelta(days=40))
        house.did(f"{name.upper()}@example.COM", "meeting.completed", value=1.50)
        house.absent(name, MONDAY, MONDAY + timedelta(days=2))
    house.settle()
    now = time.time_ns() // 1000
    for name in ("Alice", "Bob"):
        who = house[name]
        preferences.choose(who, shown="alias", alias=f"{name} the Great", welcomed=now)
        db.session.commit()
        auth.create_token(f"{name}'s phone", ("boards:read",), email=f"{name.lower()}@example.com", now=now)
        db.session.commit()
        devices.register(f"{name}'s canteen", by=who, now=now)
        db.session.commit()
        connection = begin_write()
        sessions.make_link(connection, f"{name.lower()}@example.com", now)
        place = {"version": 1, "holder": who, "period": MONDAY.toordinal(), "ordinal": 1}
        voucher = {"code": f"CODE{name}", "secret": f"secret of {name}", "made": now}
        connection.execute(insert(Voucher).values(**place, **voucher))
        connection.execute(insert(Redemption).values(**place, day=MONDAY.toordinal(), redeemed=now, participant=who))
        letter = {"kind": "k", "participant": who, "address": f"{name}@x", "occasion": name, "language": "en"}
        letter |= {"facts": "{}", "state": "sent", "planned": now, "due": now, "expires": now, "changed": now}
        connection.execute(insert(Letter).values(**letter, subject=f"Dear {name}", text="a secret link", html="x"))
        db.session.commit()


def test_a_tally_is_taken_along_once_as_boards_and_exports_have_it(house, app):
    for _ in range(3):
        house.did("Alice", "call.completed", on=MONDAY + timedelta(days=3))
    wednesday = MONDAY + timedelta(days=2)
    changed = BOOK.replace("every = 2", "every = 3").replace("from = 2026-01-05", f"from = {wednesday}", 1)
    house.publish(changed, since=wednesday)  # counts the rest of the week for itself
    house.settle()
    found = json.loads(text(Visitor(app, house["Alice"]).get("/me/data.json")))["tallies"]
    assert [(one["per"], one["from"], one["value"]) for one in found] == [("week", "2026-03-02", "3")]
    lines = [one for one in exports.tallies({"calls"}, None) if one.holder == "alice@example.com"]
    assert [(one.period, one.value) for one in lines] == [("2026-W10", 3 * UNIT)]


def test_everything_about_me_and_nothing_about_others_can_be_taken_along(house, app):
    lived_in(house)
    answer = Visitor(app, house["Alice"]).get("/me/data.json")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="spoonful-')
    assert answer.headers["Cache-Control"] == "no-store"
    whole = text(answer)
    found = json.loads(whole)
    assert found["person"]["email"] == "alice@example.com"
    assert found["preferences"]["alias"] == "Alice the Great"
    assert found["teams"] == [{"team": "North", "from": "0001-01-01", "until": None}]
    assert found["identities"] == [{"source": "crm", "id": "alice"}]
    assert found["absences"] == [{"from": "2026-03-02", "until": "2026-03-04"}]
    assert {"metric": "calls", "per": "week", "from": "2026-03-02", "value": "3"} in found["tallies"]
    assert [one["incentive"] for one in found["awards"]] == ["three-calls", "two-calls"]
    assert [(one["unit"], one["amount"]) for one in found["ledger"]] == [("points", "5")]
    assert [one["code"] for one in found["vouchers"]] == ["CODEAlice"]
    assert [one["day"] for one in found["uses"]] == ["2026-03-02"]
    assert [one["subject"] for one in found["letters"]] == ["Dear Alice"]
    assert [one["name"] for one in found["tokens"]] == ["Alice's phone"]
    assert [one["canteen"] for one in found["devices"]] == ["Alice's canteen"]
    assert [len(found[name]) for name in ("sessions", "sign_in_links")] == [1, 1]
    assert [(one["type"], one["actor"], one["taken_back"]) for one in found["activities"]] == [
        *[("call.completed", "alice", False)] * 3,
        ("meeting.completed", "ALICE@example.COM", False),
        *[("call.completed", "alice", True), ("call.completed", "alice", False)],
    ]
    assert '"value":1.5' in whole
    for other in ("Bob", "bob", "BOB", "secret", "digest"):
        assert other not in whole, other


def test_of_somebody_about_whom_little_is_known_little_is_handed_out(house, app):
    found = json.loads(text(Visitor(app, house["Emil"]).get("/me/data.json")))
    assert found["person"]["name"] == "Emil"
    assert [name for name, value in found.items() if isinstance(value, list) and value] == ["identities", "sessions"]


def test_a_statement_is_handed_out_digit_by_digit_once_it_is_closed(house, app):
    connection = begin_write()
    for plan, state in (("sales", "closed"), ("draft", "calculated")):
        run = {"plan": plan, "first": MONDAY.toordinal(), "version": 1, "state": state, "changed": 1, "facts": 1}
        row = insert(BonusRun).values(**run, as_of=1, batch=1, closed=1).returning(BonusRun.id)
        number = connection.execute(row).scalar_one()
        statement = {"total": 120050, "document": '{"total":1200.50}', "notices": ""}
        connection.execute(insert(BonusStatement).values(run=number, participant=house["Alice"], **statement))
    db.session.commit()
    whole = text(Visitor(app, house["Alice"]).get("/me/data.json"))
    assert [one["plan"] for one in json.loads(whole)["statements"]] == ["sales"]
    assert '"document":{"total":1200.50}' in whole


def test_a_stranger_is_asked_to_sign_in_and_nobody_takes_along_without_end(house, app):
    assert Visitor(app).get("/me/data.json").status_code == 303
    alice = Visitor(app, house["Alice"])
    for _ in range(10):
        text(alice.get("/me/data.json"))
    refused = alice.get("/me/data.json")
    assert int(refused.headers["Retry-After"]) > 0
    text(refused, 429)
    text(Visitor(app, house["Bob"]).get("/me/data.json"))


def test_a_copy_takes_as_many_queries_for_much_as_for_little(house, app):
    alice = Visitor(app, house["Alice"])

    def queries():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
        text(alice.get("/me/data.json"))
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    house.did("Alice", "call.completed")
    queries()
    little = queries()
    house.send(*(house.event("Alice", "call.completed", note=number) for number in range(200)))
    assert queries() == little


def test_every_table_that_names_a_participant_is_in_the_copy_or_it_is_said_why_not():
    names = {"participant", "holder", "actor", "registered_by", "entered_by", "manager"}
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        if names & set(table.columns.keys())
        or any(key.column.table.name == "participant" for key in table.foreign_keys)
    }
    written = "".join(file.read_text(encoding="utf-8") for file in Path(held.__file__).parent.glob("*.py"))
    classes = {mapper.local_table.name: mapper.class_.__name__ for mapper in Base.registry.mappers}
    there = {name for name in naming if re.search(rf"\b{classes[name]}\b[.\n]", written)} | {
        "participant",
        "preference",
    }
    assert naming - there - held.LEFT_OUT.keys() == set()
    assert held.LEFT_OUT.keys() - classes.keys() == set()
