"""The register and the feeds, as people meet them: propose, decide, load a file, and see what is known."""

import gzip
import io
import json
from datetime import UTC
from datetime import datetime
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlalchemy import select

from adoption import signals
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import FeedDay
from adoption.models import JournalEntry
from adoption.models import Signal
from adoption.models import Workbook
from adoption.signals import feeds
from adoption.signals import register
from adoption.signals import rows
from tests import switching
from tests.adoption.test_offices import MICROSOFT
from tests.staff import Staff
from tests.staff import email
from tests.visitors import Visitor

CONTACTS = {"title": "Contacts", "rule": "name", "value": "Contacts 2026*", "note": "Ours"}
THEN = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=3)


@pytest.fixture
def staff(app):
    made = Staff()
    switching.turn_on()
    return made


@pytest.fixture
def visit(app, staff):
    return lambda who: Visitor(app, staff[who])


def lines():
    db.session.rollback()
    return {one.title: one for one in register.listed()}


def journal(action):
    db.session.rollback()
    return db.session.scalars(select(JournalEntry.why).where(JournalEntry.action == action)).all()


# --- the register


def test_anybody_proposes_a_workbook_and_their_team_lead_registers_it(visit, staff):
    alice, mei = visit("Alice"), visit("Mei")
    assert "is proposed" in alice.post("/me/workbooks", CONTACTS, follow_redirects=True).text
    assert lines()["Contacts"].state == "proposed"
    page = mei.get("/lead/workbooks").text
    assert "Every spreadsheet with a name like Contacts 2026*" in page
    number = lines()["Contacts"].id
    assert "counts from now on" in mei.post(f"/lead/workbooks/{number}/registered", {}, follow_redirects=True).text
    found = lines()["Contacts"]
    assert (found.state, found.decided_by) == ("registered", staff["Mei"])
    assert found.registered > found.proposed
    assert "Contacts 2026*" in visit("Bob").get("/me/workbooks").text  # everybody sees what counts
    assert (journal("proposed"), journal("registered")) == (["Ours"], [""])


def test_whoever_proposed_reads_why_it_was_declined(visit):
    alice, leo = visit("Alice"), visit("Leo")
    alice.post("/me/workbooks", CONTACTS)
    number = lines()["Contacts"].id
    refused = leo.post(f"/lead/workbooks/{number}/declined", {"reason": " "})
    assert (refused.status_code, lines()["Contacts"].state) == (422, "proposed")
    assert "Say why: whoever proposed it will read it." in refused.text
    leo.post(f"/lead/workbooks/{number}/declined", {"reason": "It holds prices only."})
    assert "It holds prices only." in alice.get("/me/workbooks").text
    assert "It holds prices only." not in visit("Bob").get("/me/workbooks").text
    assert journal("declined") == ["It holds prices only."]


def test_a_workbook_that_is_taken_out_counts_no_more(visit):
    leo = visit("Leo")
    leo.post("/lead/workbooks", CONTACTS)
    number = lines()["Contacts"].id
    assert lines()["Contacts"].state == "registered"
    leo.post(f"/lead/workbooks/{number}/unregistered", {"reason": "It is archived."})
    assert lines()["Contacts"].state == "unregistered"
    assert journal("unregistered") == ["It is archived."]
    leo.post(f"/lead/workbooks/{number}/registered", {})
    assert lines()["Contacts"].state == "registered"


def test_a_manager_decides_only_about_what_their_own_people_proposed(visit, staff):
    visit("Alice").post("/me/workbooks", CONTACTS)
    number = lines()["Contacts"].id
    other = visit("Olga")
    assert (
        "Contacts" not in other.get("/lead/workbooks?show=waiting").text.partition("<main")[2].partition("enrol-h")[0]
    )
    assert other.post(f"/lead/workbooks/{number}/registered", {}).status_code == 403
    assert visit("Dana").post(f"/lead/workbooks/{number}/registered", {}).status_code == 303  # above Mei


def test_two_who_decide_at_once_hear_of_each_other(visit):
    visit("Alice").post("/me/workbooks", CONTACTS)
    number = lines()["Contacts"].id
    visit("Leo").post(f"/lead/workbooks/{number}/declined", {"reason": "No."})
    said = visit("Mei").post(f"/lead/workbooks/{number}/declined", {"reason": "No."}, follow_redirects=True).text
    assert "Somebody has decided about Contacts in the meantime" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "Write how people call it."),
        ({"value": "*"}, "This would mean nearly every file."),
        ({"value": ""}, "Write which file, folder, label or name is meant."),
        ({"rule": "colour"}, "Choose by what it is recognised."),
        ({"rule": "file", "value": "https://x.sharepoint.com/:x:/s/a/EaB"}, "This is a link for sharing"),
        ({"note": "x" * 600}, "Write at most 500 characters."),
        ({"title": "x" * 300}, "Write at most 200 characters."),
        ({"value": "x" * 2000}, "Write at most 1,000 characters."),
    ],
)
@pytest.mark.parametrize(("who", "path"), [("Alice", "/me/workbooks"), ("Leo", "/lead/workbooks")])
def test_a_form_says_beside_the_field_what_is_wrong_and_keeps_what_was_typed(visit, who, path, change, said):
    page = visit(who).post(path, CONTACTS | change)
    assert page.status_code == 422
    assert said in page.text
    if change.get("title") != "":
        assert (CONTACTS | change)["title"] in page.text
    assert lines() == {}


def test_the_same_rule_twice_is_one_line(visit):
    visit("Alice").post("/me/workbooks", CONTACTS)
    visit("Bob").post("/me/workbooks", CONTACTS | {"title": "Ours too"})
    assert list(lines()) == ["Contacts"]
    visit("Leo").post("/lead/workbooks", CONTACTS)
    assert lines()["Contacts"].state == "registered"


def test_of_fewer_than_five_editors_nothing_is_said(visit, staff):
    visit("Leo").post("/lead/workbooks", CONTACTS)
    number = lines()["Contacts"].id
    for count, said in ((4, "by fewer than five people"), (5, "by 5 people")):
        told = [rows.Row("o", f"s{n}", None, f"a{n}", "edit", 1, workbook=number) for n in range(count)]
        rows.add(begin_write(), told)
        db.session.commit()
        assert said in visit("Leo").get("/lead/workbooks?show=registered").text


# --- feeds


def record(number, who, **changes):
    when = {"CreationTime": THEN.replace(tzinfo=None).isoformat(), "Id": f"r{number}", "UserId": email(who)}
    return MICROSOFT | when | changes


@pytest.fixture
def office(visit):
    leo = visit("Leo")
    assert leo.post("/feeds/new", {"key": "office", "kind": "file", "title": "Our office"}).status_code == 303
    leo.post("/lead/workbooks", CONTACTS | {"value": "Contacts Q4"})
    number = lines()["Contacts"].id
    connection = begin_write()
    connection.execute(Workbook.__table__.update().where(Workbook.id == number).values(registered=1))
    db.session.commit()
    return leo


def load(visitor, content, **days):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return visitor.post("/feeds/office/file", {"file": (io.BytesIO(raw), "audit.json"), **days})


def test_a_file_is_loaded_at_a_browser_and_its_days_are_known(office, staff):
    day = THEN.date().isoformat()
    raw = gzip.compress(json.dumps([record(1, "Bob"), record(2, "Alice", Operation="FileAccessed"), {"a": 1}]).encode())
    page = load(office, raw, **{"from": day, "to": day})
    assert page.status_code == 200
    for said in ("2 records by people were read.", "1 is about a registered workbook.", "1 day is whole now."):
        assert said in page.text
    assert "1 line cannot be read." in page.text
    assert "no audit record of Microsoft 365" in page.text
    db.session.rollback()
    found = signals.daily(db.session.connection(), THEN.toordinal()).edited
    assert found == {staff["Bob"]: True, staff["Alice"]: False}
    assert "1 of the last 28 days is whole." in office.get("/feeds").text


def test_without_days_a_file_says_nothing_of_who_did_nothing(office):
    assert "No day was said to be whole" in load(office, [record(1, "Bob")]).text
    db.session.rollback()
    assert db.session.scalars(select(FeedDay.whole)).all() == [None]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"from": "2026-01-01"}, "Write a day, or leave both days empty."),
        ({"from": "x", "to": "2026-01-01"}, "Write a day, or leave both days empty."),
        ({"from": "2026-01-05", "to": "2026-01-01"}, "from the first one on"),
        ({"from": "2020-01-05", "to": "2026-01-01"}, "at most 400 days"),
        ({"from": "2026-01-01", "to": datetime.now(UTC).date().isoformat()}, "Choose a day that is over"),
    ],
)
def test_days_that_cannot_be_whole_are_told_beside_their_field(office, days, said):
    page = load(office, [], **days)
    assert page.status_code == 422
    assert said in page.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 a workbook", "is a zip file"),
        (b'[{"Id": 1', "cannot be read from line 1"),
        (b"nonsense", "No record of this file can be read."),
        (b"\x1f\x8bbroken", "The file cannot be read to its end."),
    ],
)
def test_a_file_of_something_else_is_refused_in_words(office, content, said):
    day = THEN.date().isoformat()
    page = load(office, content, **{"from": day, "to": day})
    assert page.status_code == 422
    assert said in page.text
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(FeedDay)) == 0


def test_where_detection_is_off_no_file_is_taken(office):
    switching.turn_off()
    page = load(office, [record(1, "Bob")])
    assert page.status_code == 422
    assert "Detection of single people is off, so nothing that a file tells may be kept." in page.text
    assert "Nothing is asked and nothing is kept" in page.text
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(FeedDay)) == 0


def test_a_form_without_a_file_asks_for_one(office):
    assert "Choose a file first" in office.post("/feeds/office/file", {}).text


def test_accounts_that_belong_to_nobody_are_named_with_what_to_do(office):
    load(office, [record(1, "Bob", UserId="b.visser@tenant.example")])
    page = office.get("/feeds/office").text
    assert "1 account edited a registered workbook and belongs to nobody here" in page
    assert "office=b.visser@tenant.example" in page


def test_a_secret_is_never_shown_again_and_stays_if_it_is_left_empty(visit):
    ada = visit("Ada")
    given = {"key": "suite", "kind": "m365", "title": "Suite"}
    given |= {"m365-tenant": "T-1", "m365-client": "C-1", "m365-secret": "S3CRET"}
    assert ada.post("/feeds/new", {**given, "m365-secret": ""}).status_code == 422
    assert ada.post("/feeds/new", given).status_code == 303
    page = ada.get("/feeds/suite").text
    assert "T-1" in page
    assert "S3CRET" not in page
    change = {"title": "The suite", "m365-tenant": "T-2", "m365-client": "C-1", "m365-secret": ""}
    assert ada.post("/feeds/suite", change).status_code == 303
    db.session.rollback()
    assert feeds.settings("suite") == {"tenant": "T-2", "client": "C-1", "secret": "S3CRET"}
    told = str(db.session.execute(select(JournalEntry.before, JournalEntry.after)).all())
    assert "T-2" in told
    assert "S3CRET" not in told


def test_a_key_file_of_google_is_checked(visit):
    given = {
        "key": "drive",
        "kind": "google",
        "title": "Drive",
        "google-account": "{}",
        "google-subject": "a@b.example",
    }
    page = visit("Ada").post("/feeds/new", given)
    assert page.status_code == 422
    assert "Paste the whole key file" in page.text


@pytest.mark.parametrize("key", ["", "A B", "-x", "x" * 64])
def test_a_name_that_cannot_be_one_is_told(visit, key):
    page = visit("Ada").post("/feeds/new", {"key": key, "kind": "file", "title": "Office"})
    assert page.status_code == 422
    assert "Write small Latin letters" in page.text


def test_a_name_that_is_taken_is_told(office):
    page = office.post("/feeds/new", {"key": "office", "kind": "file", "title": "Again"})
    assert page.status_code == 422
    assert "There is a feed or a source of this name already." in page.text


def test_a_feed_is_paused_resumed_and_removed_with_all_it_told(office):
    load(office, [record(1, "Bob")])
    office.post("/feeds/office/pause", {})
    assert "Paused since" in office.get("/feeds/office").text
    office.post("/feeds/office/resume", {})
    assert office.post("/feeds/office/remove", {}).status_code == 422
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Signal)) == 1
    assert "is removed" in office.post("/feeds/office/remove", {"sure": "on"}, follow_redirects=True).text
    db.session.rollback()
    assert [db.session.scalar(select(func.count()).select_from(table)) for table in (Signal, FeedDay)] == [0, 0]
    assert office.get("/feeds/office").status_code == 404
