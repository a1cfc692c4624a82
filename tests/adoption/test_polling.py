"""Office suites are asked: everything once, nothing lost, and a day is whole only when everything of it is here."""

import base64
import json
from datetime import date
from datetime import datetime
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import clock
from adoption import facts
from adoption import jobs
from adoption import signals
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import Feed
from adoption.models import Participant
from adoption.models import Signal
from adoption.signals import days
from adoption.signals import feeds
from adoption.signals import polling
from adoption.signals import register
from rules import period
from tests import switching
from tests.adoption.test_offices import MICROSOFT
from tests.adoption.test_offices import google
from tests.suites import Google
from tests.suites import Microsoft
from tests.suites import serving

BY = By(None, "test")
MONDAY = date(2026, 11, 2).toordinal()
HOUR, DAY = polling.HOUR, polling.DAY
ALICE, BOB = 1, 2


def at(day, hour=0.0):
    """A moment of a day in UTC, the zone of these tests."""
    return period.microseconds(datetime.fromordinal(day).replace(tzinfo=period.EPOCH.tzinfo)) + int(hour * HOUR)


def written(moment):
    return period.moment(moment).replace(tzinfo=None).isoformat()


def edit(who, moment, number="1", **changes):
    when = {"CreationTime": written(moment), "Id": f"{who}{number}", "UserId": f"{who}@example.com"}
    return MICROSOFT | when | changes


def poll(now, key="suite"):
    db.session.rollback()
    return polling.poll(key, now, lambda _done, _total: None)


def feed(key="suite"):
    db.session.rollback()
    return feeds.get(key)


def state(first, last, key="suite"):
    db.session.rollback()
    return "".join(days.states(key, first, last)[day][0] for day in range(first, last + 1))


def edited(day):
    db.session.rollback()
    return signals.daily(db.session.connection(), day).edited


@pytest.fixture
def people(app):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    for name in ("Alice", "Bob"):
        row = {"email": f"{name.lower()}@example.com", "name": name, "role": "employee"}
        connection.execute(insert(Participant).values(row))
    db.session.commit()
    switching.turn_on()
    register.enrol("Contacts Q4", "name", "Contacts Q4*", by=BY, now=1)
    db.session.commit()
    return app


@pytest.fixture
def microsoft(people):
    settings = {"tenant": "t", "client": "c", "secret": "S3CRET"}
    feeds.connect("suite", "m365", "Suite", settings, by=BY, now=at(MONDAY))
    db.session.commit()
    with serving(Microsoft()) as suite:
        people.extensions["office hosts"] = {"microsoft": suite.base, "microsoft login": suite.base}
        yield suite


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65_537, 2_048)


@pytest.fixture
def drive(people, key):
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {"client_email": "robot@project.iam", "private_key": pem, "private_key_id": "k1", "token_uri": "ignored"}
    given = {"account": json.dumps(account), "subject": "admin@example.com"}
    feeds.connect("suite", "google", "Suite", given, by=BY, now=at(MONDAY))
    db.session.commit()
    with serving(Google()) as suite:
        people.extensions["office hosts"] = {"google": suite.base, "google login": suite.base}
        yield suite


# --- Microsoft 365


def test_the_first_time_it_subscribes_and_from_then_on_it_listens(microsoft):
    assert poll(at(MONDAY, 8)) == (0, None)
    assert microsoft.subscribed
    microsoft.arrives(at(MONDAY, 9), edit("alice", at(MONDAY, 8.5)))
    microsoft.arrives(at(MONDAY, 9.1), edit("bob", at(MONDAY, 8.4)), edit("bob", at(MONDAY, 8.6), "2"))
    microsoft.arrives(at(MONDAY, 9.2), edit("alice", at(MONDAY, 8.5)), edit("alice", at(MONDAY, 8), UserType=4))
    assert poll(at(MONDAY, 10)) == (5, None)  # one blob came twice, and one record in two blobs
    assert db.session.scalar(select(func.count()).select_from(Signal)) == 2  # two people, on one day each
    assert sum("subscriptions/start" in one for one in microsoft.asked) == 2


def listen(suite, first, last, *, every=6):
    """Ask every few hours, from a day on and until the morning of another."""
    for hour in range(0, (last - first) * 24 + 1, every):
        poll(at(first, 8 + hour))


def test_a_day_is_whole_two_days_after_its_end_and_not_before(microsoft):
    microsoft.arrives(at(MONDAY + 1, 12), edit("alice", at(MONDAY + 1, 11)))
    microsoft.arrives(at(MONDAY + 3, 23), edit("bob", at(MONDAY + 1, 15)))  # told two days later
    listen(microsoft, MONDAY, MONDAY + 3)
    assert state(MONDAY, MONDAY + 2) == "mpm"
    assert edited(MONDAY + 1) == {}
    listen(microsoft, MONDAY + 3, MONDAY + 4)
    assert state(MONDAY, MONDAY + 2) == "mwm"  # of Monday only a part was listened to
    assert edited(MONDAY + 1) == {ALICE: True, BOB: True}


def test_an_outage_of_two_days_leaves_them_missing_until_they_are_caught_up(microsoft):
    listen(microsoft, MONDAY, MONDAY + 1)
    microsoft.arrives(at(MONDAY + 2, 12), edit("alice", at(MONDAY + 2, 11)))
    microsoft.fail("subscriptions/content", times=1_000, status=503)
    listen(microsoft, MONDAY + 2, MONDAY + 5)
    assert (feed().fault, feed().cursor) == ("unreachable", at(MONDAY + 1, 8))
    assert state(MONDAY + 1, MONDAY + 3) == "mmm"
    assert edited(MONDAY + 2) == {}
    microsoft.failing.clear()
    poll(at(MONDAY + 6, 8))
    assert (feed().fault, feed().failures) == (None, 0)
    assert state(MONDAY + 1, MONDAY + 4) == "wwwm"
    assert edited(MONDAY + 2) == {ALICE: True}


def test_what_it_forgot_meanwhile_stays_missing_for_ever(microsoft):
    listen(microsoft, MONDAY, MONDAY + 4, every=24)
    poll(at(MONDAY + 14, 8))  # it remembers seven days
    assert feed().fault == "late"
    listen(microsoft, MONDAY + 14, MONDAY + 18, every=24)
    assert state(MONDAY + 1, MONDAY + 13) == "wmmmmmmwwwwww"
    assert feed().fault is None


def test_a_blob_that_is_gone_is_a_gap_and_no_day_is_whole_by_it(microsoft):
    listen(microsoft, MONDAY, MONDAY + 2)
    microsoft.arrives(at(MONDAY + 2, 9), edit("alice", at(MONDAY + 2, 8)))
    microsoft.fail("/audit/0", times=1, status=404)
    listen(microsoft, MONDAY + 2, MONDAY + 7)
    assert state(MONDAY + 1, MONDAY + 4) == "mmww"


@pytest.mark.parametrize(
    ("word", "failure", "code", "said"),
    [
        ("token", {"status": 401, "body": b'{"error": "invalid_client"}'}, "refused", "invalid_client"),
        ("start", {"status": 403, "body": b'{"error": {"code": "AF10001", "message": "No."}}'}, "refused", "AF10001"),
        ("subscriptions/content", {"status": 500}, "unreachable", "500"),
        ("subscriptions/content", {"status": 302, "Location": "http://127.0.0.1:1/"}, "unreadable", "302"),
        ("subscriptions/content", {"status": 200, "body": b"<html>"}, "unreadable", "no JSON"),
        ("subscriptions/content", {"status": 200, "body": b'{"a": 1}'}, "unreadable", "list of objects"),
        ("audit", {"status": 200, "body": b'[{"Id": "1", "Crea', "Torn": "1"}, "unreadable", "breaks off"),
        ("audit", {"status": 200, "body": b'[{"a": 1}, {"b": 2}]'}, "unreadable", "cannot be read"),
        (
            "subscriptions/content",
            {"status": 200, "body": b'[{"contentUri": "http://elsewhere.example/1"}]'},
            "unreadable",
            "its own",
        ),
    ],
)
def test_whatever_goes_wrong_is_named_and_tried_again_without_losing_anything(microsoft, word, failure, code, said):
    poll(at(MONDAY, 8))
    microsoft.arrives(at(MONDAY, 9), edit("alice", at(MONDAY, 8.5)))
    microsoft.fail(word, **failure)
    assert poll(at(MONDAY, 10))[1] == code
    found = feed()
    assert (found.fault, found.failures, found.cursor) == (code, 1, at(MONDAY, 8))
    assert said in found.fault_said
    assert at(MONDAY, 10) < found.again <= at(MONDAY, 10) + polling.BACK_OFF
    assert poll(at(MONDAY, 11)) == (2, None)  # the blob came twice
    assert feed().cursor == at(MONDAY, 11)
    assert db.session.scalar(select(func.count()).select_from(Signal)) == 1


def test_it_waits_as_long_as_it_is_asked_to_and_else_longer_and_longer(microsoft):
    poll(at(MONDAY, 8))
    microsoft.fail("subscriptions/content", status=429, Retry_After="90")
    assert poll(at(MONDAY, 9))[1] == "limited"
    assert feed().again == at(MONDAY, 9) + 90 * period.SECOND
    moment = (period.moment(0).now(period.EPOCH.tzinfo) + timedelta(hours=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    microsoft.fail("subscriptions/content", status=429, Retry_After=moment)
    poll(at(MONDAY, 9))
    assert abs(feed().again - at(MONDAY, 11)) < 60 * period.SECOND
    waits = []
    microsoft.fail("subscriptions/content", times=12, status=500)
    for _ in range(12):
        poll(at(MONDAY, 12))
        waits.append(feed().again - at(MONDAY, 12))
    assert waits == sorted(waits)
    assert waits[-1] == polling.LONGEST_BACK_OFF


def test_a_token_that_is_over_is_renewed_once(microsoft):
    poll(at(MONDAY, 8))
    microsoft.arrives(at(MONDAY, 9), edit("alice", at(MONDAY, 8.5)))
    microsoft.fail("audit", status=401)
    assert poll(at(MONDAY, 10)) == (2, None)
    assert microsoft.tokens == 3
    microsoft.fail("audit", times=2, status=401)
    assert poll(at(MONDAY, 11))[1] == "refused"


def test_nobody_listens_at_the_address_is_told(microsoft, people):
    people.extensions["office hosts"] = {"microsoft": "http://127.0.0.1:1", "microsoft login": "http://127.0.0.1:1"}
    assert poll(at(MONDAY, 8)) == (0, "unreachable")


def test_a_wrong_secret_is_refused_until_it_is_entered_anew(microsoft):
    feeds.change("suite", "Suite", {"tenant": "t", "client": "c", "secret": "wrong"}, by=BY, now=1)
    db.session.commit()
    assert poll(at(MONDAY, 8))[1] == "refused"
    assert "AADSTS7000215" in feed().fault_said
    assert polling.due(at(MONDAY, 8)) == []
    feeds.change("suite", "Suite", {"tenant": "t", "client": "c", "secret": "S3CRET"}, by=BY, now=1)
    db.session.commit()
    assert polling.due(at(MONDAY, 8)) == ["suite"]
    assert poll(at(MONDAY, 8)) == (0, None)


def test_a_paused_feed_is_not_asked_and_catches_up_afterwards(microsoft):
    listen(microsoft, MONDAY, MONDAY + 1)
    feeds.pause("suite", by=BY, now=at(MONDAY + 1, 9))
    db.session.commit()
    assert polling.due(at(MONDAY + 3)) == []
    microsoft.arrives(at(MONDAY + 2), edit("alice", at(MONDAY + 1, 20)))
    feeds.resume("suite", by=BY, now=at(MONDAY + 4))
    db.session.commit()
    assert polling.due(at(MONDAY + 4)) == ["suite"]
    poll(at(MONDAY + 4))
    assert edited(MONDAY + 1) == {ALICE: True}


def test_a_feed_that_is_removed_while_it_is_asked_tells_nothing_more(microsoft, monkeypatch):
    poll(at(MONDAY, 8))
    microsoft.arrives(at(MONDAY, 9), edit("alice", at(MONDAY, 8.5)))
    read = polling.offices.read

    def removed(page):
        feeds.remove("suite", by=BY, now=at(MONDAY, 10))
        db.session.commit()
        return read(page)

    monkeypatch.setattr(polling.offices, "read", removed)
    assert poll(at(MONDAY, 10)) == (0, None)
    assert db.session.scalar(select(func.count()).select_from(Signal)) == 0


def test_settings_that_were_sealed_with_another_secret_are_told(microsoft):
    begin_write().execute(update(Feed).values(settings="nonsense"))
    db.session.commit()
    assert poll(at(MONDAY, 8)) == (0, "sealed")


def test_the_job_asks_whoever_is_due_and_says_what_came(microsoft, monkeypatch):
    time = {"now": at(MONDAY, 8)}
    monkeypatch.setattr(clock, "now", lambda: time["now"])
    assert jobs.run("poll-feeds", lambda _done, _total: None, scheduled=True) == "suite: 0 records"
    assert jobs.run("poll-feeds", lambda _done, _total: None, scheduled=True) is None
    time["now"] = at(MONDAY, 8.3)
    microsoft.fail("subscriptions/content", status=503)
    said = jobs.run("poll-feeds", lambda _done, _total: None, scheduled=True)
    assert said == "suite: 0 records, then unreachable"


def test_a_job_that_is_stopped_goes_on_where_it_was(microsoft):
    poll(at(MONDAY, 8))
    microsoft.arrives(at(MONDAY + 1), edit("alice", at(MONDAY, 20)))

    def stop(_done, _total):
        raise jobs.StoppedError

    with pytest.raises(jobs.StoppedError):
        polling.poll("suite", at(MONDAY + 4), stop)
    assert feed().cursor == at(MONDAY + 1, 5)  # a window of 24 hours, from three hours before
    poll(at(MONDAY + 4))
    assert edited(MONDAY + 1) == {ALICE: False}


def test_where_detection_is_off_nobody_is_asked(microsoft):
    assert polling.due(at(MONDAY, 8)) == ["suite"]
    switching.turn_off()
    assert polling.due(at(MONDAY, 8)) == []


# --- Google


def activity(who, moment, number=1, **parameters):
    head = {"time": f"{written(moment)}Z", "uniqueQualifier": str(number)}
    return google(actor={"email": f"{who}@example.com"}, head=head, **parameters)


def ask(drive, now):
    drive.now = now
    return poll(now)


def test_drive_is_asked_page_by_page_in_the_name_of_an_administrator(drive, key):
    for number in range(5):
        drive.tells(0, activity("alice", at(MONDAY, 8 + number / 10), number))
    assert ask(drive, at(MONDAY, 10)) == (5, None)
    assert sum("pageToken" in one for one in drive.asked) == 2
    head, claims, signature = drive.assertions[0].split(".")
    unpacked = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, claims)]
    assert (unpacked[0]["alg"], unpacked[0]["kid"]) == ("RS256", "k1")
    assert (unpacked[1]["iss"], unpacked[1]["sub"]) == ("robot@project.iam", "admin@example.com")
    assert unpacked[1]["aud"] == f"{drive.base}/token"
    raw = base64.urlsafe_b64decode(signature + "==")
    key.public_key().verify(raw, f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())


def test_what_drive_tells_late_is_there_before_the_day_is_whole(drive):
    drive.tells(at(MONDAY + 2, 20), activity("bob", at(MONDAY, 9)))  # two and a half days late
    for hour in range(0, 24 * 3, 6):
        ask(drive, at(MONDAY, 12 + hour))
        if state(MONDAY, MONDAY) == "w":
            break
        assert edited(MONDAY) == {}
    assert state(MONDAY, MONDAY) == "w"
    assert edited(MONDAY) == {BOB: True}


def test_a_quota_that_is_spent_is_waited_for(drive):
    body = json.dumps({"error": {"code": 403, "message": "Quota", "errors": [{"reason": "userRateLimitExceeded"}]}})
    drive.fail("activity", status=403, body=body.encode())
    assert ask(drive, at(MONDAY, 8)) == (0, "limited")
    drive.fail("activity", status=403, body=b'{"error": {"code": 403, "message": "Not authorised"}}')
    assert ask(drive, at(MONDAY, 9)) == (0, "refused")
    assert "Not authorised" in feed().fault_said


def test_a_private_key_that_is_none_is_told(drive):
    account = json.dumps({"client_email": "x", "private_key": "none", "token_uri": "x"})
    feeds.change("suite", "Suite", {"account": account, "subject": "a@example.com"}, by=BY, now=1)
    db.session.commit()
    assert ask(drive, at(MONDAY, 8)) == (0, "refused")
    assert "private key" in feed().fault_said


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "Pacific/Kiritimati"])
def test_a_local_day_is_asked_for_from_its_beginning_to_its_end(zone):
    from zoneinfo import ZoneInfo  # noqa: PLC0415  # here alone

    day_of = period.local_day(ZoneInfo(zone))
    for day in (MONDAY, date(2026, 3, 8).toordinal(), date(2026, 11, 1).toordinal()):
        first, last = polling._span(day, day_of)
        assert (day_of(first), day_of(first - 1), day_of(last - 1), day_of(last)) == (day, day - 1, day, day + 1)
