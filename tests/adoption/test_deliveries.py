"""What came to a hook is kept with what became of it, without secrets; it holds nobody up, and can be read again."""

import json
import logging
import time
from datetime import UTC
from datetime import datetime
from textwrap import dedent

import pytest
from sqlalchemy import event
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from standardwebhooks.webhooks import Webhook

from adoption import facts
from adoption import jobs
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import Delivery
from adoption.models import Identity
from adoption.models import JournalEntry
from adoption.models import Participant
from adoption.models import Source
from adoption.models import StoredActivity
from adoption.sources import deliveries
from adoption.sources import faring
from adoption.sources import hiding
from adoption.sources import registry
from adoption.sources import replaying
from adoption.sources import trying
from rules.period import SECOND

DEALS = """
    items = "deals"
    {verification}
    [activity]
    id      = {{ path = "id" }}
    type    = {{ path = "stage", table = {{ won = "deal.won" }}, otherwise = "skip" }}
    time    = {{ path = "at", format = "s" }}
    actor   = {{ path = "by" }}
"""
HANA = By(None, "Hana")


def now():
    return time.time_ns() // 1000


def deal(number=1, **more):
    return {"id": number, "at": now() // SECOND - 60, "stage": "won", "by": "alice"} | more


@pytest.fixture
def known(app):
    """Let alice of the CRM be somebody."""
    connection = begin_write()
    facts.changed(connection, rescore=True)
    row = {"email": "alice@example.com", "name": "Alice", "role": "employee"}
    number = connection.execute(insert(Participant).values(row)).inserted_primary_key[0]
    connection.execute(insert(Identity).values(source="crm", id="alice", participant=number))
    db.session.commit()


@pytest.fixture
def connect(app):
    """Return how to connect a source; gives its secret."""

    def connected(key="crm", kind="secret", mapping=DEALS, verification="", secret=None):
        text = dedent(mapping).format(verification=verification) if mapping else ""
        made = registry.connect(key, kind, text, secret, by=HANA, now=now())
        db.session.commit()
        return made

    return connected


@pytest.fixture
def post(client, connect, known):
    """Connect a source of deals, and return how to post to it."""
    secret = connect()

    def posted(body, kind="application/json", **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"X-Spoonful-Secret": secret} | headers
        return client.post("/hooks/crm", data=data, content_type=kind, headers=named)

    posted.secret = secret
    return posted


def rows(key="crm"):
    db.session.rollback()
    return deliveries.listed(key)


def only(key="crm"):
    (row,) = rows(key)
    return row


def contents(row):
    return deliveries.contents([row.id])[row.id]


# --- what is said


def counts(row):
    return row.verdict, row.accepted, row.duplicates, row.refused, row.strangers


def test_what_was_accepted_is_kept_with_what_it_became(post):
    post({"deals": [deal(1), deal(2)]})
    row = only()
    assert counts(row) == ("accepted", 2, 0, 0, 0)
    assert row.activities == [("crm", "1"), ("crm", "2")]
    assert (row.proof, row.kind, row.times) == ("new", "application/json", 1)
    assert json.loads(contents(row).body)["deals"][0]["id"] == 1


SAID = [
    ("unknown", {"deals": [deal(1, by="bob")]}, (1, 0, 0, 1)),
    ("late", {"deals": [deal(1, at=now() // SECOND - 7_300)]}, (1, 0, 0, 0)),
    ("partly", {"deals": [deal(1), deal(2, at="soon")]}, (1, 0, 1, 0)),
    ("refused", {"deals": [deal(1, at="soon"), 7]}, (0, 0, 2, 0)),
    ("refused", {"deals": [deal(1, at=4_000_000_000)]}, (0, 0, 1, 0)),
    ("nothing", {"deals": [deal(1, stage="open")]}, (0, 0, 0, 0)),
    ("nothing", {"contacts": []}, (0, 0, 0, 0)),
    ("unreadable", b"<deals/>", (0, 0, 1, 0)),
]


@pytest.mark.parametrize(("verdict", "body", "numbers"), SAID)
def test_each_verdict_is_told_from_the_others(post, verdict, body, numbers):
    assert post(body).status_code == 200
    assert counts(only()) == (verdict, *numbers)


def test_a_delivery_that_came_before_is_a_duplicate(post):
    post({"deals": [deal(1, at=1770000000)]})
    post({"deals": [deal(1, at=1770000000)]})
    second, first = rows()
    assert (first.verdict, counts(second)) == ("late", ("duplicate", 0, 1, 0, 0))
    assert second.activities == first.activities


def test_the_first_reason_is_kept(post):
    post({"deals": [deal(1), deal(2, at="soon"), deal(3, at="later")]})
    assert only().reason.startswith("'soon' is no time of the format s - at `deals[1].at`")


def test_a_paused_source_notes_who_came_and_keeps_nothing_of_it(client, post):
    registry.pause("crm", by=HANA, now=now())
    db.session.commit()
    assert post({"deals": [deal()]}).status_code == 503
    row = only()
    assert (row.verdict, row.proof, row.kept) == ("paused", "new", False)


def test_a_delivery_without_proof_is_noted_without_what_was_in_it(client, post):
    assert client.post("/hooks/crm", json={"deals": [deal()]}).status_code == 401
    row = only()
    assert (row.verdict, row.proof, row.kept, row.reason) == ("unproven", "", False, "")
    assert row.size > 0


def test_a_delivery_that_is_too_large_is_noted(post):
    assert post(b'"' + b"x" * 10_000_000 + b'"').status_code == 413
    assert (only().verdict, only().kept) == ("large", False)


def test_who_signs_rightly_at_another_time_is_told_from_who_does_not_know_the_secret(client, connect):
    secret = connect("std", "standard-webhooks", None)
    old = int(time.time()) - 1_000
    body = "{}"
    signature = Webhook(secret).sign("m1", datetime.fromtimestamp(old, UTC), body)
    named = {"webhook-id": "m1", "webhook-timestamp": str(old), "webhook-signature": signature}
    assert client.post("/hooks/std", data=body, content_type="application/json", headers=named).status_code == 401
    assert client.post("/hooks/std", data="[]", content_type="application/json", headers=named).status_code == 401
    wrong, stale = rows("std")
    assert (stale.verdict, wrong.verdict) == ("stale", "unproven")
    assert 1_000 <= int(stale.reason) < 1_010


def test_unknown_sources_leave_no_rows(client, app):
    client.post("/hooks/nobody", json={})
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0


# --- strangers cannot fill or push out


def test_alike_refusals_are_one_row_and_are_counted(client, post, monkeypatch):
    post({"deals": [deal()]})
    monkeypatch.setattr(deliveries, "PAUSE", 0)
    for _ in range(150):
        client.post("/hooks/crm", json={})
    refused, proven = rows()
    assert (refused.verdict, refused.times, proven.verdict) == ("unproven", 150, "accepted")


def test_refusals_within_a_second_cost_one_note(client, post):
    sent = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    for _ in range(20):
        client.post("/hooks/crm", json={})
    assert sum("delivery" in one.lower() for one in sent) <= 4
    client.application.extensions["turned away"]["crm", "unproven"] = (0.0, 19)  # the second is over
    client.post("/hooks/crm", json={})
    assert only().times == 21


def test_the_last_hundred_are_kept(app, post):
    post({"deals": []})
    first = only().id
    template = {name: getattr(only(), name) for name in deliveries.Line._fields if name not in {"id", "kept"}}
    many = [template | {"reason": str(number)} for number in range(260)]
    begin_write().execute(insert(Delivery), [*many, *(one | {"proof": ""} for one in many)])
    db.session.commit()
    jobs.run("sweep-deliveries", lambda _done, _total: None)
    left = db.session.execute(select(Delivery.proof, func.count()).group_by(Delivery.proof)).all()
    assert sorted(left) == [("", 100), ("new", 100)]
    assert first not in {row.id for row in rows()}


def test_a_busy_source_is_cut_as_it_goes(post):
    post({"deals": []})
    template = {name: getattr(only(), name) for name in deliveries.Line._fields if name not in {"id", "kept"}}
    begin_write().execute(insert(Delivery), [template] * 300)
    db.session.commit()
    for _ in range(deliveries.OFTEN):
        post({"deals": []})
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Delivery)) < 100 + deliveries.OFTEN


def test_contents_are_kept_for_a_week(post):
    post({"deals": [deal()]})
    begin_write().execute(update(Delivery).values(received=now() - 7 * 86_400 * SECOND - 1))
    db.session.commit()
    assert jobs.run("sweep-deliveries", lambda _done, _total: None).startswith("1 emptied")
    row = only()
    assert (row.kept, row.verdict, row.activities) == (False, "accepted", [("crm", "1")])


# --- it holds nobody up


def test_a_note_that_fails_refuses_no_delivery(app, post, monkeypatch):
    monkeypatch.setattr(deliveries, "_INSERT", text("INSERT INTO no_such_table VALUES (1)"))
    response = post({"deals": [deal()]})
    assert (response.status_code, response.json["accepted"]) == (200, 1)
    assert post({"deals": []}).status_code == 200
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(StoredActivity)) == 1
    assert rows() == []


def test_a_refusal_is_a_refusal_also_where_it_cannot_be_noted(client, post, monkeypatch):
    def fail():
        statement = "INSERT"
        raise OperationalError(statement, {}, OSError("disk full"))

    monkeypatch.setattr("adoption.extensions.written_at_once", fail)
    assert client.post("/hooks/crm", json={}).status_code == 401


def test_a_refusal_waits_for_no_writer(client, post):
    with db.engine.connect().execution_options(writes=True) as other:
        other.execute(update(Delivery).values(times=Delivery.times))  # holds the lock on SQLite
        began = time.monotonic()
        assert client.post("/hooks/crm", json={}).status_code == 401
        assert time.monotonic() - began < 5


def test_a_note_costs_few_statements_and_no_transaction_of_its_own(app, post):
    post({"deals": [deal(1)]})
    sent, commits = [], []
    event.listen(db.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    event.listen(db.engine, "commit", lambda *_: commits.append(1))
    post({"deals": [deal(2)]})
    assert sum("delivery" in one.lower() for one in sent) == 1
    assert len(commits) == 1


# --- secrets


SECRET = "the-token/of+the portal"


@pytest.mark.parametrize(
    "sent",
    [
        ("header", "X-Token", b'{"deals": [], "note": "the-token/of+the portal"}', "application/json"),
        ("query", "code", b"[]", "application/json"),
        ("basic", "", b"[]", "application/json"),
        ("body", "auth.token", b'{"auth": {"token": "the-token/of+the portal"}}', "application/json"),
        ("body", "auth.token", b"auth[token]=the-token%2Fof%2Bthe+portal&a=1", "application/x-www-form-urlencoded"),
        ("body", "auth.token", b"auth[token]=the-token%2Fof%2Bthe%20portal", "application/x-www-form-urlencoded"),
    ],
)
def test_a_secret_is_kept_nowhere_however_it_comes(client, caplog, sent):
    place, name, body, kind = sent
    lines = f'[verification]\nplace = "{place}"\n' + (f'name = "{name}"' if name else "")
    text = "items = 'deals'\n" + lines + "\n[activity]\nid = 'x'\ntype = 'y'\ntime = { path = 'z' }"
    registry.connect("crm", "secret", text, SECRET, by=HANA, now=now())
    db.session.commit()
    named = {"X-Token": SECRET} if place == "header" else {}
    with caplog.at_level(logging.DEBUG):
        response = client.post(
            "/hooks/crm",
            data=body,
            content_type=kind,
            headers=named,
            query_string={"code": SECRET} if place == "query" else None,
            auth=("x", SECRET) if place == "basic" else None,
        )
    assert response.status_code == 200
    row = only()
    kept = contents(row)
    whole = repr(kept) + repr(row) + caplog.text + response.get_data(as_text=True)
    assert "of+the" not in whole
    assert "of%2Bthe" not in whole


def test_tokens_that_open_the_crm_are_struck_out(client, post):
    form = b"auth[access_token]=abc123&auth%5Brefresh_token%5D=def456&a=1"
    post(form, "application/x-www-form-urlencoded")
    post({"auth": {"access_token": "abc123", "deep": {"Password": 'def"456'}}, "deals": []})
    for row in rows():
        assert b"abc123" not in contents(row).body
        assert b"456" not in contents(row).body
    assert json.loads(contents(rows()[0]).body)["auth"]["access_token"] == "***"


def test_what_lies_in_the_table_is_sealed(post):
    post({"deals": [deal(1, note="Zanzibar")]})
    raw = str(db.session.execute(select(Delivery.__table__)).one())
    assert "Zanzibar" not in raw
    assert "Zanzibar" in contents(only()).body.decode()


def test_a_body_that_is_large_is_not_kept_but_counted(post):
    post({"deals": [], "x": "y" * hiding.LARGEST})
    assert (only().kept, only().verdict) == (False, "nothing")


# --- two secrets for a while


def rotated(overlap):
    secret = registry.rotate("crm", None, overlap=overlap, by=HANA, now=now())
    db.session.commit()
    return secret


def knock(client, secret):
    return client.post("/hooks/crm", json={"deals": []}, headers={"X-Spoonful-Secret": secret})


def test_during_the_overlap_both_secrets_are_good_and_it_is_said_which(client, post):
    new = rotated(registry.OVERLAPS["1d"])
    assert knock(client, new).json["secret"] == "new"
    assert registry.get("crm").old_used is None
    assert knock(client, post.secret).json["secret"] == "old"
    assert [row.proof for row in rows()] == ["old", "new"]
    assert registry.get("crm").old_used is not None


def test_after_the_overlap_only_the_new_one_is_good_and_the_old_one_is_forgotten(client, post):
    new = rotated(registry.OVERLAPS["1h"])
    begin_write().execute(update(Source).values(old_ends=now() - 1))
    db.session.commit()
    assert knock(client, post.secret).status_code == 401
    assert "secret" not in knock(client, new).json
    jobs.run("sweep-deliveries", lambda _done, _total: None)
    assert db.session.scalars(select(Source.old_secret)).one() is None


def test_the_old_one_can_be_ended_by_hand(client, post):
    new = rotated(registry.OVERLAPS["7d"])
    assert registry.end_old("crm", by=HANA, now=now())
    db.session.commit()
    assert knock(client, post.secret).status_code == 401
    assert knock(client, new).status_code == 200
    assert not registry.end_old("crm", by=HANA, now=now())


def test_without_overlap_the_old_one_ends_at_once(client, post):
    new = rotated(0)
    assert (knock(client, post.secret).status_code, knock(client, new).status_code) == (401, 200)


def test_two_secrets_are_good_at_a_time_not_three(client, post):
    second = rotated(registry.OVERLAPS["1d"])
    third = rotated(registry.OVERLAPS["1d"])
    assert [knock(client, one).status_code for one in (post.secret, second, third)] == [401, 200, 200]


# --- reading again


def remapped(old, new):
    text = registry.get("crm").mapping
    assert old in text
    registry.remap("crm", text.replace(old, new), by=HANA, now=now())
    db.session.commit()


def test_what_was_refused_is_read_again_by_the_new_mapping(post):
    post({"deals": [deal(1, at="2026-02-03T10:00:00Z")]})
    assert only().verdict == "refused"
    remapped('format = "s"', 'format = "iso"')
    source = registry.get("crm")
    assert deliveries.refused_before(source) == [only().id]
    found = replaying.replay(source, only().id, by=HANA, now=now())
    assert counts(found)[:3] == ("late", 1, 0)
    assert deliveries.refused_before(source) == []
    assert db.session.scalars(select(StoredActivity.id)).all() == ["1"]


def test_reading_again_changes_nothing_that_is_stored(post):
    post({"deals": [deal(1), deal(2)]})
    for times in (2, 3):
        found = replaying.replay(registry.get("crm"), only().id, by=HANA, now=now())
        assert (counts(found)[:4], found.times) == (("duplicate", 0, 2, 0), times)
    assert db.session.scalar(select(func.count()).select_from(StoredActivity)) == 2


def test_what_is_kept_no_more_cannot_be_read_again(post):
    post({"deals": [deal()]})
    begin_write().execute(update(Delivery).values(sealed=None))
    db.session.commit()
    with pytest.raises(replaying.ForgottenError):
        replaying.replay(registry.get("crm"), only().id, by=HANA, now=now())


def test_a_delivery_is_one_of_its_source(post, connect):
    post({"deals": [deal()]})
    connect("other")
    with pytest.raises(deliveries.UnknownDeliveryError):
        replaying.replay(registry.get("other"), only().id, by=HANA, now=now())


# --- trying


def test_a_mapping_is_compared_with_what_the_last_deliveries_became(post):
    post({"deals": [deal(1)]})
    post({"deals": [deal(2, stage="open")]})
    before = registry.get("crm").ready
    after = registry.checked("secret", registry.get("crm").mapping.replace('"deal.won"', '"deal.done"'))
    same = trying.compared("crm", before, before)
    assert (same.read, same.differences) == (2, [])
    (one,) = trying.compared("crm", before, after).differences
    ((old, new),) = one.pairs
    assert (old.activity["type"], new.activity["type"]) == ("deal.won", "deal.done")


def test_what_appears_and_what_goes_is_paired_with_nothing(post):
    post({"deals": [deal(1, stage="lost")]})
    before = registry.get("crm").ready
    after = registry.checked("secret", registry.get("crm").mapping.replace("{ won =", '{ lost = "deal.lost", won ='))
    for one, other, expected in ((before, after, (None, "deal.lost")), (after, before, ("deal.lost", None))):
        (found,) = trying.compared("crm", one, other).differences
        ((old, new),) = found.pairs
        assert (old and old.activity["type"], new and new.activity["type"]) == expected


# --- how a source fares


def test_a_source_tells_how_it_fares(post):
    post({"deals": [deal(1), deal(2, by="zoe")]})
    post({"deals": [deal(3, at="soon")]})
    fare = faring.fares([registry.get("crm")], now())["crm"]
    assert (fare.accepted, fare.strangers, fare.open, len(fare.hours)) == (2, 1, 1, 24)
    assert fare.hours[-1].accepted == 2
    assert 59 * SECOND < fare.lag < 70 * SECOND
    assert now() - fare.last < 30 * SECOND


def test_a_source_of_which_nothing_came_is_quiet(connect):
    connect()
    fare = faring.fares([registry.get("crm")], now())["crm"]
    assert (fare.last, fare.accepted, fare.lag, fare.strangers, fare.open) == (None, 0, None, 0, 0)


# --- who did it


def test_every_change_is_in_the_journal_and_no_secret_is(client, post):
    new = rotated(registry.OVERLAPS["1d"])
    registry.end_old("crm", by=HANA, now=now())
    db.session.commit()
    registry.pause("crm", by=HANA, now=now())
    db.session.commit()
    registry.resume("crm", by=HANA, now=now())
    db.session.commit()
    remapped('"deal.won"', '"deal.done"')
    registry.link("crm", "https://crm.example.com/{kind}/{id}", by=HANA, now=now())
    db.session.commit()
    client.post("/hooks/crm", json={"deals": [deal()]}, headers={"X-Spoonful-Secret": new})
    replaying.replay(registry.get("crm"), only().id, by=HANA, now=now())
    entries = db.session.execute(select(JournalEntry).order_by(JournalEntry.number)).scalars().all()
    assert [one.action for one in entries] == [
        "connected", "rotated", "ended the old secret", "paused", "resumed", "remapped", "linked", "replayed",
    ]  # fmt: skip
    assert {(one.thing, one.name) for one in entries} == {("source/crm", "Hana")}
    whole = repr([(one.before, one.after, one.why) for one in entries])
    assert new not in whole
    assert post.secret not in whole


def test_what_changes_nothing_is_not_in_the_journal(connect):
    connect()
    registry.resume("crm", by=HANA, now=now())
    registry.remap("crm", registry.get("crm").mapping, by=HANA, now=now())
    registry.end_old("crm", by=HANA, now=now())
    db.session.commit()
    assert db.session.scalars(select(JournalEntry.action)).all() == ["connected"]


def test_who_saves_a_mapping_they_have_not_seen_is_told(connect):
    connect()
    seen = registry.get("crm").revision
    registry.remap("crm", "source = 'one'", by=HANA, now=now(), revision=seen)
    db.session.commit()
    with pytest.raises(registry.StaleMappingError):
        registry.remap("crm", "source = 'two'", by=HANA, now=now(), revision=seen)
    db.session.rollback()
    assert registry.get("crm").mapping == "source = 'one'"


# --- commands


def run(app, *args, **more):
    result = app.test_cli_runner().invoke(args=["sources", *args], **more)
    assert result.exit_code == 0, result.output
    return result.output


def test_commands_do_the_same(app, client, post):
    post({"deals": [deal(1, at="2026-02-03T10:00:00Z")]})
    assert "refused" in run(app, "deliveries", "crm")
    remapped('format = "s"', 'format = "iso"')
    assert "1 accepted" in run(app, "replay", "crm")
    new = run(app, "rotate", "crm", "--overlap", "1h").strip()
    assert [knock(client, one).status_code for one in (post.secret, new)] == [200, 200]
    assert "good no more" in run(app, "end-old", "crm")
    assert knock(client, post.secret).status_code == 401
    names = set(db.session.scalars(select(JournalEntry.name)))
    assert {"flask sources rotate", "flask sources replay", "flask sources end-old"} <= names


def test_a_known_crm_is_connected_by_one_command(app, client):
    secret = run(app, "add", "pd", "--preset", "pipedrive").strip()
    assert client.post("/hooks/pd", json=[], auth=("spoonful", secret)).status_code == 200
