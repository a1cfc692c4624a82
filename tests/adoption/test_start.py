"""The first run: seven steps with live states, each put aside and taken up again, from nothing to the first reward."""

import json
import re
import time
from datetime import UTC
from datetime import date
from datetime import datetime
from io import BytesIO

import pytest
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from adoption import directory
from adoption import facts
from adoption import people_csv
from adoption import sampledata
from adoption import start
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.mail import sending
from adoption.models import Award
from adoption.models import JournalEntry
from adoption.models import Letter
from adoption.models import StartStep
from adoption.models import StoredActivity
from tests.staff import NORTH
from tests.staff import Staff
from tests.staff import zone_at_noon
from tests.visitors import Visitor

PATH = "/hr/start"
BY = By(None, "a test")


@pytest.fixture
def empty(new_app, database, tmp_path):
    """Return a service of which nobody but Hana is known."""
    settings = {"ORGANISATION_ZONE": zone_at_noon(), "PUBLIC_URL": "http://localhost", "MAIL_FOLDER": str(tmp_path)}
    with new_app(database, **settings) as app:
        people("email,name,role\nhana@example.com,Hana,hr\n")
        yield app


@pytest.fixture
def town(new_app, database, tmp_path):
    settings = {"ORGANISATION_ZONE": zone_at_noon(), "PUBLIC_URL": "http://localhost", "MAIL_FOLDER": str(tmp_path)}
    with new_app(database, **settings) as app:
        app.staff = Staff()
        yield app


def people(csv, on=None):
    today = facts.current().today(now())
    loaded = directory.load_people(people_csv.read(csv.encode()), on=on or today)
    assert not loaded.faults, loaded.faults
    db.session.commit()


def now():
    return time.time_ns() // 1000


def hana(app, **more):
    number = facts.current().holder_of("hana@example.com")
    db.session.rollback()
    return Visitor(app, number, **more)


def page(visitor, path=PATH):
    answer = visitor.get(path, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def line(html, key):
    """Return what stands in one step, without tags."""
    found = re.search(rf'<li class="row" id="{key}".*?(?=<li class="row"|</ol>)', html, re.DOTALL).group(0)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


# --- live states


def test_nothing_is_there_yet(empty):
    said = page(hana(empty))
    assert "0 of 7 steps done" in said
    assert "Nothing is connected yet" in line(said, "source")
    assert "1 person" in line(said, "people")
    assert "No rule yet" in line(said, "rule")
    assert "0 vouchers to earn · 0 devices at counters" in line(said, "reward")
    assert "Not sent yet" in line(said, "letter")
    assert "There is no team yet" in line(said, "pilot")
    assert re.findall(r'aria-current="step"', said) == ['aria-current="step"']


def test_states_are_what_is_there(town):
    staff, visitor = town.staff, hana(town)
    said = page(visitor)
    assert "7 rules are published" in line(said, "rule")
    assert "done" in line(said, "rule")
    calls = ("Alice", "contact/1"), ("temp", "contact/2")
    staff.send([staff.event(who, "call.completed", contact) for who, contact in calls])
    said = page(visitor)
    assert "2 activities received" in line(said, "source")
    assert "1 account is nobody's yet" in line(said, "people").replace("&#39;", "'")
    people(f"email,name,team,role\ntemp@example.com,Temp,{NORTH},employee\n")
    begin_write()
    staff.till("Canteen 1")
    said = page(visitor)
    assert "1 device at a counter" in line(said, "reward")
    assert "done" in line(said, "reward")


def test_steps_are_put_aside_and_taken_up_again(empty):
    visitor = hana(empty)
    for step in start.STEPS:
        assert visitor.post(f"{PATH}/steps/{step}", {"do": "skip"}).status_code == 303
    said = page(visitor)
    assert "0 of 7 steps done · 7 skipped" in " ".join(re.sub(r"<[^>]+>", "", said).split())
    assert "Everything is set up" in said
    visitor.post(f"{PATH}/steps/people", {"do": "take up"})
    assert "6 skipped" in page(visitor)
    rows = db.session.execute(select(JournalEntry.action, JournalEntry.thing)).all()
    assert ("put aside", "start/people") in rows
    assert ("took up", "start/people") in rows


def test_skipping_twice_is_skipping_once(empty):
    visitor = hana(empty)
    for _ in range(2):
        visitor.post(f"{PATH}/steps/people", {"do": "skip"})
    assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == 1


def test_what_was_put_aside_and_comes_after_all_is_done(town):
    visitor = hana(town)
    visitor.post(f"{PATH}/steps/rule", {"do": "skip"})
    assert "skipped" not in line(page(visitor), "rule")


def test_there_is_no_eighth_step(empty):
    assert hana(empty).post(f"{PATH}/steps/nothing", {"do": "skip"}).status_code == 404


def test_the_list_lies_on_the_desk_until_it_is_put_away_and_can_come_back(empty):
    visitor = hana(empty)
    desk = f'<a href="{PATH}"'
    assert desk in page(visitor, "/hr/book/packs")
    visitor.post(f"{PATH}/steps/list", {"do": "skip"})
    assert desk not in page(visitor, "/hr/book/packs")
    assert "Show this list" in page(visitor)
    visitor.post(f"{PATH}/steps/list", {"do": "take up"})
    assert desk in page(visitor, "/hr/book/packs")


def test_looking_at_a_dry_run_is_noted_once(empty):
    for _ in range(2):
        start.note_trial(now())
        db.session.commit()
    assert "Looked at" in line(page(hana(empty)), "trial")


def test_nobody_who_looks_at_a_dry_run_waits_until_it_is_noted(empty):
    other = db.engine.connect().execution_options(writes=True)
    with other, other.begin() as writing:
        other.execute(insert(StartStep).values(step="trial", state="done", moment=1))
        before = time.monotonic()
        start.note_trial(now())
        assert time.monotonic() - before < 5
        writing.rollback()
    assert db.session.scalar(select(StartStep.moment)) is None
    start.note_trial(now())
    assert db.session.scalar(select(StartStep.state)) == "done"


@pytest.mark.parametrize(("language", "said"), [("ru", "Первые шаги"), ("zh", "第一步")])
def test_it_speaks_the_readers_language(empty, language, said):
    assert said in page(hana(empty, language=language))


# --- the letter to oneself


def test_a_letter_comes_to_whoever_asks_and_its_state_is_told(empty, tmp_path):
    visitor = hana(empty)
    visitor.post(f"{PATH}/letter")
    assert "On its way" in line(page(visitor), "letter")
    visitor.post(f"{PATH}/letter")
    assert "wait a minute" in page(visitor)
    sending.run(lambda _done, _total: None)
    (kept,) = db.session.execute(select(Letter.kind, Letter.address, Letter.state, Letter.text)).all()
    assert kept[:3] == ("test", "hana@example.com", "sent")
    assert "Hana" in kept.text
    assert "Sent" in line(page(visitor), "letter")
    assert "done" in line(page(visitor), "letter")


# --- inviting


def test_a_team_is_invited_once_each_with_how_to_sign_in(town):
    visitor = hana(town)
    team = next(number for number, name in facts.current().teams.items() if name == NORTH)
    visitor.post(f"{PATH}/invite", {"team": team})
    sending.run(lambda _done, _total: None)
    letters = db.session.execute(select(Letter.address, Letter.state, Letter.text).order_by(Letter.address)).all()
    assert [one.address.partition("@")[0] for one in letters] == ["alice", "bob", "cora", "dave", "erin", "mei"]
    assert {one.state for one in letters} == {"sent"}  # Lea has left, and was not invited
    assert all("http://localhost/sign-in" in one.text and "Hana" in one.text for one in letters)
    assert "6 people invited" in line(page(visitor), "pilot")
    visitor.post(f"{PATH}/invite", {"team": team})
    assert "nobody gets the same letter twice" in page(visitor)
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 6


@pytest.mark.parametrize("team", ["", "x", "999"])
def test_without_a_team_nobody_is_invited(town, team):
    visitor = hana(town)
    visitor.post(f"{PATH}/invite", {"team": team})
    assert "Choose a team first" in page(visitor)
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_without_an_address_of_the_service_nobody_is_invited(new_app):
    with new_app("sqlite", ORGANISATION_ZONE=zone_at_noon()) as app:
        Staff()
        visitor = hana(app)
        assert "set PUBLIC_URL" in page(visitor)
        visitor.post(f"{PATH}/invite", {"team": next(iter(facts.current().teams))})
        assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


# --- sample data


def test_sample_data_comes_and_goes_with_one_click_each(empty):
    visitor = hana(empty)
    assert visitor.post(f"{PATH}/samples", {"do": "load"}).status_code == 303
    said = page(visitor)
    assert "A sample company with" in said
    assert "Remove the sample data" in said
    assert "Nothing is connected yet" in line(said, "source")  # samples set nothing up
    assert "No rule yet" in line(said, "rule")
    assert "Sample North" not in line(said, "pilot")
    visitor.post(f"{PATH}/samples", {"do": "remove"})
    assert "Load sample data" in page(visitor)
    assert db.session.scalar(select(func.count()).select_from(StoredActivity)) == 0


def test_it_says_why_sample_data_cannot_come(town):
    town.staff.send([one for number in range(12) for one in town.staff.contact("Alice", number)])
    visitor = hana(town)
    assert "draw on the same budgets" in page(visitor)
    visitor.post(f"{PATH}/samples", {"do": "load"})
    assert "was not loaded" in page(visitor)
    assert not sampledata.is_there()


# --- the whole way


def test_from_an_empty_service_to_the_first_reward_through_pages(empty, capsys):
    """Hana comes to an empty service, goes through the list, and Alice has a reward: how many requests that takes."""
    visitor, asked = hana(empty), []

    def opened(path):
        asked.append(f"GET {path}")
        return page(visitor, path)

    def sent(path, form):
        asked.append(f"POST {path}")
        answer = visitor.post(path, form)
        assert answer.status_code in {200, 303}, answer.get_data(as_text=True)
        return answer

    begun = time.monotonic()
    assert "0 of 7" in opened(PATH)
    connected = sent("/hr/new-source", {"key": "crm", "proof": "standard-webhooks"}).get_data(as_text=True)
    secret = re.search(r'id="secret" value="([^"]+)"', connected).group(1)
    opened("/hr/people/upload")
    csv = (
        "email,name,team,manager,role,identities\n"
        "mei@example.com,Mei,North,,manager,crm=mei\nalice@example.com,Alice,North,mei@example.com,employee,crm=alice\n"
    )
    shown = sent("/hr/people/upload/people", {"file": (BytesIO(csv.encode()), "people.csv"), "absent": "stay"})
    kept = re.search(r'name="kept" value="([^"]+)"', shown.get_data(as_text=True)).group(1)
    sent("/hr/people/upload/people/confirm", {"kept": kept})
    opened("/hr/book/packs")
    draft = sent("/hr/book/packs/first-weeks", {"draft": "new"}).headers["Location"]
    revision = re.search(r'name="revision" value="(\d+)"', opened(draft)).group(1)
    assert "Nothing is written." in opened(f"{draft}/dry-run")
    today = date.fromordinal(facts.current().today(now())).isoformat()
    db.session.rollback()
    assert f'name="starts" value="{today}"' in page(visitor, draft), "whoever goes by what is offered has points today"
    from_today = {"act": "publish", "revision": revision, "starts": today, "why": "a pilot"}
    sent(draft, from_today)
    sent("/counter/register", {"canteen": "Canteen 1"})
    sent(f"{PATH}/letter", {})
    sending.run(lambda _done, _total: None)
    team = next(iter(facts.current().teams))
    sent(f"{PATH}/invite", {"team": team})
    event = {
        "specversion": "1.0", "id": "1", "source": "crm", "type": "call.completed", "subject": "contact/1",
        "actor": "alice", "time": "now", "data": {"outcome": "reached"},
    }  # fmt: skip  # what it is about, and who
    event["time"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    asked.append("POST /hooks/crm")
    body, moment = json.dumps(event), datetime.now(UTC)
    proof = {
        "webhook-id": "1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign("1", moment, body),
        "Content-Type": "application/cloudevents+json",
    }
    answer = empty.test_client().post("/hooks/crm", data=body, headers=proof)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    said = opened(PATH)
    assert "7 of 7 steps done" in " ".join(re.sub(r"<[^>]+>", "", said).split())
    alice = facts.current().holder_of("alice@example.com")
    (award,) = db.session.execute(select(Award.holder, Award.reward, Award.status)).all()
    assert award == (alice, "ten-points", "issued")
    with capsys.disabled():
        print(f"\nfirst run: {len(asked)} requests, {time.monotonic() - begun:.1f} s: {', '.join(asked)}")  # noqa: T201
