"""What a CRM tells of exports, imports and sign-ins comes by every door, and is never an activity."""

import json
import time
from collections import Counter
from datetime import date
from textwrap import dedent

import pytest
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import auth
from adoption import connectors
from adoption import facts
from adoption import intake
from adoption import signals
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Delivery
from adoption.models import Identity
from adoption.models import Participant
from adoption.models import Receipt
from adoption.models import Signal
from adoption.models import StoredActivity
from adoption.models import Stranger
from adoption.sources import presets
from adoption.sources import reading
from rules import period
from rules import sample
from tests import switching

DAY = date(2026, 11, 2).toordinal()
NOW = period.microseconds(period.EPOCH.replace(year=2026, month=11, day=20))
ALICE = 1


def signal(kind, number="1", **more):
    event = {"source": "crm", "id": number, "type": f"signal.{kind}", "time": "2026-11-02T10:00:00Z", "actor": "u1"}
    return event | more


def activity(number="1", **more):
    return signal("", number) | {"type": "contact.created", "subject": f"contact/{number}"} | more


def send(*events):
    return intake.accept_and_commit(list(events), door="api", now=NOW)


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def daily(day=DAY):
    return signals.daily(db.session.connection(), day)


@pytest.fixture
def alice(app):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    connection.execute(insert(Participant).values(email="alice@example.com", name="Alice", role="employee"))
    connection.execute(insert(Identity).values(source="crm", id="u1", participant=ALICE))
    db.session.commit()
    switching.turn_on()
    return app


def test_signals_are_stored_as_signals_and_never_as_activities(alice):
    receipt = send(signal("export"), activity("2"), signal("sign_in", "3"), signal("view", "4"), signal("import", "5"))
    assert receipt == intake.Receipt(1, 0, (), 4)
    assert count(StoredActivity) == 1
    assert count(Stranger) == 0
    assert [row.accepted for row in db.session.execute(select(Receipt.accepted))] == [1]
    assert sorted(db.session.scalars(select(Signal.kind))) == ["export", "import", "sign_in", "view"]


def test_a_signal_that_is_sent_again_is_the_same(alice):
    send(
        signal("export"), signal("export"), signal("sign_in", "2"), signal("sign_in", "3", time="2026-11-02T17:00:00Z")
    )
    send(signal("export"))
    assert sorted(db.session.scalars(select(Signal.kind))) == ["export", "sign_in"]


def test_the_order_of_import_and_export_is_told_by_their_moments(alice):
    send(signal("import", "1", time="2026-11-02T09:59:00Z"), signal("export", "2"))
    assert (daily().trips, daily().imports) == (Counter(), Counter({ALICE: 1}))
    send(signal("import", "3", time="2026-11-02T10:01:00Z"))
    assert (daily().trips, daily().imports) == (Counter({ALICE: 1}), Counter({ALICE: 1}))


def test_records_that_an_import_made_are_one_import_of_their_day(alice):
    made = [activity(str(number), data={"channel": "import"}) for number in range(30)]
    assert send(*made).accepted == 30
    assert daily().imports == {ALICE: 1}
    send(signal("export", "e", time="2026-10-25T10:00:00Z"))
    assert (daily().trips, daily().imports) == (Counter({ALICE: 1}), Counter())


def test_an_import_that_is_told_of_and_seen_in_its_records_is_one(alice):
    send(activity(data={"channel": "import"}), signal("import", "i"))
    assert daily().imports == {ALICE: 1}


def test_an_import_counts_on_the_day_it_was_recorded_whatever_day_its_records_are_of(alice):
    send(activity(time="2026-06-01T10:00:00Z", recordedtime="2026-11-02T10:00:00Z", data={"channel": "import"}))
    assert daily().imports == {ALICE: 1}
    assert daily(date(2026, 6, 1).toordinal()).imports == {}


def test_the_first_record_of_an_import_gives_its_moment_in_whatever_order_they_come(alice):
    later, first = (activity(n, time=f"2026-11-02T{n}:00:00Z", data={"channel": "import"}) for n in ("15", "11"))
    send(later)
    send(first)
    send(signal("export", "e", time="2026-11-02T12:00:00Z"))
    assert daily().trips == {}


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (signal("keystroke"), "is no signal; choose from signal.export, signal.import, signal.sign_in, signal.view"),
        (signal("edit"), "is no signal"),
        ({name: text for name, text in signal("export").items() if name != "actor"}, "needs an actor"),
        (signal("export", retracts="x"), "retracts nothing"),
        (signal("export", source=sample.SOURCE), "sample data"),
        (signal("export", time="2126-01-01T00:00:00Z"), "in the future"),
    ],
)
def test_a_signal_that_cannot_be_kept_is_refused_with_its_reason(alice, event, fault):
    receipt = send(activity("2"), event)
    assert (receipt.accepted, receipt.signals) == (1, 0)
    assert receipt.refused[0].index == 1
    assert fault in receipt.refused[0].fault
    assert count(Signal) == 0


def test_signals_of_somebody_unknown_wait_and_are_not_for_the_queue_of_strangers(alice):
    send(signal("sign_in", actor="u9"))
    assert count(Stranger) == 0
    assert daily().present == set()
    connection = begin_write()
    connection.execute(insert(Identity).values(source="crm", id="u9", participant=ALICE))
    facts.changed(connection, rescore=False)
    db.session.commit()
    assert daily().present == {ALICE}


# --- doors


def test_the_api_says_how_many_were_signals(alice, client):
    token = auth.create_token("crm", ["activities:write"], email=None, now=1)
    db.session.commit()
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post("/api/v1/activities", json=[signal("export"), activity("2")], headers=headers)
    assert answer.status_code == 202
    assert answer.json == {"accepted": 1, "duplicates": 0, "refused": [], "signals": 1}
    answer = client.post("/api/v1/activities", json=[activity("3")], headers=headers)
    assert "signals" not in answer.json


def test_a_file_may_hold_signals(alice, tmp_path):
    file = tmp_path / "signals.ndjson"
    file.write_text("\n".join(map(json.dumps, [signal("export"), activity("2"), signal("nothing", "3")])))
    result = alice.test_cli_runner().invoke(args=["activities", "load", str(file)])
    assert json.loads(result.stdout) == {"accepted": 1, "duplicates": 0, "refused": 1, "signals": 1}
    assert "line 3: 'signal.nothing' is no signal" in result.stderr


EXPORTS = """
    [verification]
    place = "header"
    name = "X-Secret"
    [activity]
    id      = { path = "id" }
    type    = { path = "what", table = { ExportToExcel = "signal.export" }, otherwise = "skip" }
    time    = { path = "at", format = "s" }
    actor   = { path = "by" }
"""


def test_a_mapping_may_make_signals_and_the_delivery_says_what_it_was(alice, client, tmp_path):
    file = tmp_path / "crm.toml"
    file.write_text(dedent(EXPORTS))
    args = ["sources", "add", "crm", "--verification", "secret", "--mapping", str(file)]
    added = alice.test_cli_runner().invoke(args=args)
    assert added.exit_code == 0, added.output
    secret = added.stdout.split()[-1]
    sent = {"id": "9", "what": "ExportToExcel", "at": int(time.time()), "by": "u1"}
    answer = client.post("/hooks/crm", json=sent, headers={"X-Secret": secret})
    assert (answer.status_code, answer.json) == (200, {"accepted": 0, "duplicates": 0, "refused": [], "signals": 1})
    assert db.session.scalars(select(Delivery.verdict)).all() == ["signals"]
    assert (count(Signal), count(StoredActivity)) == (1, 0)


# --- what presets say of how a record came


def made(key, sent):
    preset = presets.PRESETS[key]
    ready = connectors.load(preset.verification, preset.text)
    return {one["type"]: one for one in reading.of_body("crm", ready, preset.kind, json.dumps(sent).encode(), {}).items}


def test_hubspots_imports_are_told_from_what_people_type():
    sent = {"portalId": 1, "objectId": 7, "subscriptionType": "contact.creation", "occurredAt": 1793613600000}
    for source, channel in (("IMPORT", "import"), ("CRM_UI", "ui"), ("INTEGRATION", "api"), ("NEW_ONE", "api")):
        (one,) = made("hubspot", [sent | {"changeSource": source}]).values()
        assert one["data"]["channel"] == channel
    (one,) = made("hubspot", [sent]).values()
    assert one["data"]["channel"] == "api"


@pytest.mark.parametrize(
    ("due", "happened"),
    [
        ({"due_date": "2026-11-02", "due_time": "09:30"}, "2026-11-02T09:30:00+00:00"),  # four days late
        ({"due_date": "2026-11-09", "due_time": "09:30"}, "2026-11-06T10:00:00+00:00"),  # done before it was planned
        ({"due_date": "2026-11-02", "due_time": ""}, "2026-11-06T10:00:00+00:00"),  # nobody said at what time
        ({}, "2026-11-06T10:00:00+00:00"),
    ],
)
def test_what_pipedrive_marks_as_done_happened_when_it_was_due_and_was_recorded_when_it_was_marked(due, happened):
    meta = {"entity": "activity", "action": "change", "entity_id": 5, "company_id": 1, "user_id": 120}
    sent = {
        "meta": meta | {"timestamp": "2026-11-06T10:00:00Z"},
        "data": {"done": True, "person_id": 7, "type": "call"},
    }
    one = made("pipedrive", sent | {"data": sent["data"] | due})["call.completed"]
    assert (one["time"], one["recordedtime"]) == (happened, "2026-11-06T10:00:00+00:00")
