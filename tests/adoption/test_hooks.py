"""CRMs post what they have; what proves itself is read by the source's mapping."""

import base64
import gzip
import hashlib
import hmac
import json
import time
from datetime import UTC
from datetime import datetime
from textwrap import dedent

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from standardwebhooks.webhooks import Webhook

from adoption import intake
from adoption.connectors import form
from adoption.extensions import db
from adoption.models import Source
from adoption.models import StoredActivity

DEALS = """
    items = "deals"
    [verification]
    {verification}
    [activity]
    id      = {{ text = "{{id}}@{{at}}" }}
    type    = {{ path = "stage", table = {{ won = "deal.won", lost = "deal.lost" }}, otherwise = "skip" }}
    time    = {{ path = "at", format = "s" }}
    subject = {{ text = "deal/{{id}}" }}
    actor   = {{ path = "by" }}
    [activity.data]
    amount  = {{ path = "amount" }}
"""
DEAL = {"id": 7, "at": 1770000000, "stage": "won", "by": 12, "amount": 4000.50}


@pytest.fixture
def connect(app, tmp_path):
    """Connect a source by the command, and return its secret."""

    def add(key, kind, mapping=None, verification="", **options):
        args = ["sources", "add", key, "--verification", kind]
        if mapping is not None:
            file = tmp_path / f"{key}.toml"
            file.write_text(dedent(mapping).format(verification=verification))
            args += ["--mapping", str(file)]
        result = app.test_cli_runner().invoke(args=args, **options)
        assert result.exit_code == 0, result.output
        return result.output.strip()

    return add


@pytest.fixture
def deals(client, connect):
    """Connect a source of deals that proves itself by a secret in a header, and return how to post to it."""
    secret = connect("crm", "secret", DEALS)

    def post(body, kind="application/json", **headers):
        named = {"X-Spoonful-Secret": secret} | {name.replace("_", "-"): text for name, text in headers.items()}
        given = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post("/hooks/crm", data=given, content_type=kind, headers=named)

    return post


def stored():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(StoredActivity))


def counts(response):
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.json["accepted"], response.json["duplicates"], len(response.json["refused"])


# --- deliveries


def test_a_delivery_becomes_activities_of_the_source(deals):
    assert counts(deals({"deals": [DEAL, DEAL | {"id": 8, "stage": "open"}]})) == (1, 0, 0)
    row = db.session.execute(select(StoredActivity)).scalar_one()
    assert (row.source, row.id, row.type, row.subject, row.actor) == ("crm", "7@1770000000", "deal.won", "deal/7", "12")
    assert row.data == '{"amount":4000.5}'


def test_a_delivery_sent_again_is_a_duplicate(deals):
    assert counts(deals({"deals": [DEAL]})) == (1, 0, 0)
    assert counts(deals({"deals": [DEAL]})) == (0, 1, 0)
    assert stored() == 1


def test_a_form_is_as_good_as_json(deals):
    body = b"deals[0][id]=7&deals[0][at]=1770000000&deals[0][stage]=won&deals[0][by]=12&deals[0][amount]=4000.5"
    assert counts(deals(body, "application/x-www-form-urlencoded; charset=utf-8")) == (1, 0, 0)


def test_a_packed_delivery_is_read(deals):
    packed = gzip.compress(json.dumps({"deals": [DEAL]}).encode())
    assert counts(deals(packed, Content_Encoding="gzip")) == (1, 0, 0)


def test_what_is_none_of_our_business_is_taken_and_brings_nothing(deals):
    assert counts(deals({"contacts": [1, 2]})) == (0, 0, 0)
    assert counts(deals({"deals": []})) == (0, 0, 0)


def test_good_items_are_kept_and_bad_ones_named(deals):
    response = deals({"deals": [DEAL | {"at": "soon"}, DEAL, DEAL | {"id": "x" * 300}]})
    assert counts(response) == (1, 0, 2)
    late, long = response.json["refused"]
    said = "'soon' is no time of the format s - at `deals[0].at` of the payload, by `activity.time` of the mapping"
    assert (late["index"], late["fault"]) == (0, said)
    assert long["index"] == 2
    assert "$.id" in long["fault"]
    assert stored() == 1


def test_items_that_could_not_be_read_are_counted(client, deals):
    def count():
        lines = client.get("/metrics").get_data(as_text=True).splitlines()
        return sum(float(line.split()[1]) for line in lines if line.startswith('spoonful_unmapped_total{source="crm"}'))

    before = count()
    deals({"deals": [DEAL, 1, DEAL | {"at": "soon"}]})
    assert count() == before + 2


def test_cloudevents_need_no_mapping(client, connect):
    secret = connect("bus", "secret")
    event = {"specversion": "1.0", "id": "1", "type": "call.completed", "time": "2026-02-03T10:00:00Z"}
    sent = [event, {**event, "id": "2", "source": "bus"}, {**event, "id": "3", "source": "payroll"}]
    response = client.post("/hooks/bus", json=sent, headers={"X-Spoonful-Secret": secret})
    assert counts(response) == (2, 0, 1)
    assert "'bus' only - at `[2].source`" in response.json["refused"][0]["fault"]


# --- proof


def test_a_standard_webhook_is_taken_and_its_id_can_be_the_activitys(client, connect):
    mapping = """
        [activity]
        id   = {{ path = "$header.webhook-id" }}
        type = {{ path = "type" }}
        time = {{ path = "timestamp" }}
        data_from = "data"
    """
    secret = connect("std", "standard-webhooks", mapping)
    body = json.dumps({"type": "deal.won", "timestamp": "2026-02-03T10:00:00Z", "data": {"amount": 5}})
    now = datetime.now(UTC)
    named = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": "v1,bm9uZQ== " + Webhook(secret).sign("msg_1", now, body),
    }
    response = client.post("/hooks/std", data=body, content_type="application/json", headers=named)
    assert counts(response) == (1, 0, 0)
    assert db.session.scalars(select(StoredActivity.id)).one() == "msg_1"
    for name in named:
        wrong = named | {name: "msg_2"}
        assert client.post("/hooks/std", data=body, content_type="application/json", headers=wrong).status_code == 401
    assert client.post("/hooks/std", data=body + " ", content_type="application/json", headers=named).status_code == 401


def test_an_hmac_over_time_and_body_is_taken_while_it_is_fresh(client, connect):
    lines = 'header = "X-Sig"\nprefix = "v0="\nsigns = ["timestamp", "body"]\njoined = ":"\ntimestamp_header = "X-Time"'
    secret = connect("hub", "hmac-sha256", DEALS.replace("    {v", "{v"), verification=lines)
    body = json.dumps({"deals": [DEAL]}).encode()

    def post(stamp, signed=body):
        sign = hmac.new(secret.encode(), f"{stamp}:".encode() + signed, hashlib.sha256).hexdigest()
        named = {"X-Sig": f"v0={sign}", "X-Time": stamp}
        return client.post("/hooks/hub", data=body, content_type="application/json", headers=named)

    now = int(time.time())
    assert counts(post(str(now))) == (1, 0, 0)
    assert post(str(now - 301)).status_code == 401
    assert post(str(now), signed=b"{}").status_code == 401


def test_a_secret_the_crm_chose_is_kept_sealed(client, connect):
    chosen = "token-of-the-portal"
    lines = 'place = "body"\nname = "auth.application_token"'
    mapping = DEALS.replace("    {v", "{v")
    assert connect("b24", "secret", mapping, verification=lines) != chosen
    runner = client.application.test_cli_runner()
    result = runner.invoke(args=["sources", "rotate", "b24", "--secret-file", "-"], input=chosen + "\n")
    assert result.output.strip() == chosen
    assert chosen not in db.session.scalars(select(Source.secret)).one()
    body = "deals[0][id]=7&deals[0][at]=1770000000&deals[0][stage]=won&auth[application_token]="
    form_type = "application/x-www-form-urlencoded"
    assert counts(client.post("/hooks/b24", data=body + chosen, content_type=form_type)) == (1, 0, 0)
    assert client.post("/hooks/b24", data=body + "other", content_type=form_type).status_code == 401
    assert chosen not in db.session.scalars(select(StoredActivity.data)).one()


def test_basic_authentication_is_a_secret_too(client, connect):
    secret = connect("pd", "secret", DEALS, verification='place = "basic"')
    assert counts(client.post("/hooks/pd", json={"deals": [DEAL]}, auth=("spoonful", secret))) == (1, 0, 0)
    assert client.post("/hooks/pd", json={"deals": [DEAL]}, auth=("spoonful", "no")).status_code == 401


def test_a_secret_in_the_address_is_a_secret_too(client, connect):
    secret = connect("dv", "secret", DEALS, verification='place = "query"\n    name = "code"')
    assert counts(client.post(f"/hooks/dv?code={secret}", json={"deals": [DEAL]})) == (1, 0, 0)
    assert client.post("/hooks/dv?code=", json={"deals": [DEAL]}).status_code == 401


def test_after_rotation_only_the_new_secret_opens(client, connect):
    old = connect("crm", "secret", DEALS)
    new = client.application.test_cli_runner().invoke(args=["sources", "rotate", "crm"]).output.strip()
    assert old != new
    assert client.post("/hooks/crm", json={}, headers={"X-Spoonful-Secret": old}).status_code == 401
    assert client.post("/hooks/crm", json={}, headers={"X-Spoonful-Secret": new}).status_code == 200


def test_a_stranger_cannot_tell_which_sources_exist(client, connect):
    connect("crm", "secret", DEALS)
    known, unknown = client.post("/hooks/crm", json={}), client.post("/hooks/none", json={})
    assert (known.status_code, known.json) == (unknown.status_code, unknown.json) == (401, known.json)
    assert known.headers["WWW-Authenticate"] == unknown.headers["WWW-Authenticate"]


# --- hostile and mistaken deliveries that prove themselves: 200, what was refused, nothing stored

FORM = "application/x-www-form-urlencoded"
BAD = [
    ("no JSON", b"hello", "application/json", {}, "invalid character (line 1, column 1"),
    ("nothing", b"", "application/json", {}, "truncated"),
    ("half a JSON", b'{"deals": [', "application/json", {}, "truncated"),
    ("NaN", b'{"deals": [{"id": NaN}]}', "application/json", {}, "column 19"),
    ("not UTF-8", b'{"deals": "\xff"}', "application/json", {}, "not UTF-8"),
    ("deep", b"[" * 100_000, "application/json", {}, "nested too deeply"),
    ("an endless number", b'{"deals": 1e' + b"9" * 30 + b"}", "application/json", {}, "too large"),
    ("XML", b"<deals/>", "text/xml", {}, "'text/xml' is not read"),
    ("files", b"--x--", "multipart/form-data; boundary=x", {}, "'multipart/form-data' is not read"),
    ("no type", b"hello", "", {}, "is not read"),
    ("zip bomb", gzip.compress(b" " * 30_000_000), "application/json", {"Content_Encoding": "gzip"}, "unpacks to more"),
    ("not gzip", b"{}", "application/json", {"Content_Encoding": "gzip"}, "no gzip"),
    ("brotli", b"{}", "application/json", {"Content_Encoding": "br"}, "'br'"),
    ("broken brackets", b"deals[0=1", FORM, {}, "brackets do not match"),
    ("a form's field twice", b"a=1&a=2", FORM, {}, "'a' comes twice"),
    ("a deep form", b"a" + b"[b]" * 20 + b"=1", FORM, {}, "more than 10 keys"),
    ("text and object", b"a=1&a[b]=2", FORM, {}, "another field gives text"),
    ("a large form", b"a=" + b"b" * form.LARGEST, FORM, {}, "larger than"),
    ("many fields", b"&".join(b"a[]=" for _ in range(form.MOST + 1)), FORM, {}, "cannot be read"),
    ("a form that is not UTF-8", b"a=%ff", FORM, {}, "cannot be read"),
    ("items that are no list", {"deals": 5}, "application/json", {}, "not an object - at `deals`"),
    ("items that are no objects", {"deals": [5]}, "application/json", {}, "not an object - at `deals[0]`"),
    ("no id", {"deals": [DEAL | {"id": None}]}, "application/json", {}, "by `activity.id`"),
    (
        "an id that is an object",
        {"deals": [DEAL | {"id": {}}]},
        "application/json",
        {},
        "expected text, found an object",
    ),
    ("an id that is a list", {"deals": [DEAL | {"id": [1]}]}, "application/json", {}, "found a list"),
    ("an id without end", {"deals": [DEAL | {"id": "x" * 300}]}, "application/json", {}, "$.id"),
    ("a huge number as id", b'{"deals":[{"stage":"won","at":1,"id":1e999999}]}', "application/json", {}, "digits"),
    ("no time", {"deals": [DEAL | {"at": None}]}, "application/json", {}, "by `activity.id`"),
    ("a time in words", {"deals": [DEAL | {"at": "now"}]}, "application/json", {}, "'now' is no time"),
    ("a time past all calendars", {"deals": [DEAL | {"at": 10**17}]}, "application/json", {}, "is no time"),
    ("a time in the future", {"deals": [DEAL | {"at": 4_000_000_000}]}, "application/json", {}, "$.time"),
    ("a time before 1970", {"deals": [DEAL | {"at": -1}]}, "application/json", {}, "$.time"),
    (
        "a stage that is an object",
        {"deals": [DEAL | {"stage": {"x": 1}}]},
        "application/json",
        {},
        "by `activity.type`",
    ),
    ("a NUL", {"deals": [DEAL | {"id": "a\0b"}]}, "application/json", {}, "$.id"),
    ("large data", {"deals": [DEAL | {"amount": "x" * 300_000}]}, "application/json", {}, "larger than"),
]


@pytest.mark.parametrize("row", BAD, ids=[row[0] for row in BAD])
def test_a_mistaken_delivery_is_taken_and_its_faults_are_told(deals, row):
    _, body, kind, headers, said = row
    response = deals(body, kind, **headers)
    accepted, duplicates, refused = counts(response)
    assert (accepted, duplicates) == (0, 0)
    assert refused >= 1
    assert said in response.json["refused"][0]["fault"], response.json
    assert stored() == 0


def test_there_are_enough_mistakes_in_the_table():
    assert len(BAD) >= 35


@pytest.mark.parametrize("path", ["/hooks/", "/hooks/a/b", "/hooks/%00", "/hooks/" + "x" * 5_000])
def test_odd_addresses_are_no_failures(client, path):
    assert client.post(path, json={}).status_code in {400, 401, 404}


def test_a_delivery_that_is_too_large_is_not_read(deals):
    assert deals(b'"' + b"x" * 10_000_000 + b'"').status_code == 413


def test_a_failure_to_store_asks_to_be_sent_again(deals, monkeypatch):
    def fail(*_args, **_kwargs):
        statement = "INSERT"
        raise OperationalError(statement, {}, OSError("disk full"))

    monkeypatch.setattr(intake, "accept_and_commit", fail)
    response = deals({"deals": [DEAL]})
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


def test_a_paused_source_asks_to_be_sent_again(client, deals):
    runner = client.application.test_cli_runner()
    assert runner.invoke(args=["sources", "pause", "crm"]).exit_code == 0
    response = deals({"deals": [DEAL]})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "3600")
    assert runner.invoke(args=["sources", "resume", "crm"]).exit_code == 0
    assert counts(deals({"deals": [DEAL]})) == (1, 0, 0)


def test_another_secret_key_asks_to_be_sent_again_and_says_what_to_do(client, deals):
    client.application.extensions["settings"] = type(
        "Settings", (), {"require_secret": lambda _self: "another key, also at least 32 long"}
    )()
    response = deals({"deals": [DEAL]})
    assert response.status_code == 503
    assert "sealed with another SECRET_KEY" in response.json["detail"]


# --- commands


def run(client, *args, **more):
    return client.application.test_cli_runner().invoke(args=["sources", *args], **more)


def test_sources_are_listed_without_their_secrets(client, connect):
    secret = connect("crm", "secret", DEALS)
    listed = run(client, "list").output
    assert listed.startswith("crm\tsecret\t/hooks/crm\t")
    assert secret not in listed


def test_a_mapping_can_be_changed(client, connect, tmp_path):
    secret = connect("crm", "secret", DEALS)
    file = tmp_path / "other.toml"
    file.write_text(dedent(DEALS).format(verification='name = "X-Token"').replace('"deals"', '"leads"'))
    assert run(client, "remap", "crm", str(file)).exit_code == 0
    assert counts(client.post("/hooks/crm", json={"leads": [DEAL]}, headers={"X-Token": secret})) == (1, 0, 0)


MISTAKES = [
    (["add", "crm", "--verification", "secret"], None, "there is a source 'crm' already"),
    (["add", "C R M", "--verification", "secret"], None, "'C R M' is no name for a source"),
    (["add", "x" * 64, "--verification", "secret"], None, "is no name for a source"),
    (["add", "new", "--verification", "none"], None, "'none' is not one of"),
    (["add", "new"], None, "Missing option '--verification'"),
    (
        ["add", "new", "--verification", "secret", "--mapping", "FILE"],
        "[activity]\nid = 3\n",
        "activity.id: must be",
    ),
    (["add", "new", "--verification", "secret", "--mapping", "FILE"], "[activity", "this is no TOML"),
    (["add", "new", "--verification", "secret", "--mapping", "nowhere.toml"], None, "No such file"),
    (["add", "new", "--verification", "secret", "--secret-file", "FILE"], "short", "secret: must have at least"),
    (["add", "new", "--verification", "standard-webhooks", "--secret-file", "FILE"], "x" * 5, "whsec_"),
    (["remap", "none", "FILE"], "", "there is no source 'none'"),
    (["remap", "crm", "FILE"], "itms = 1", "unknown key 'itms'"),
    (["rotate", "none"], None, "there is no source 'none'"),
    (["pause", "none"], None, "there is no source 'none'"),
]


@pytest.mark.parametrize("row", MISTAKES, ids=[" ".join(row[0])[:60] for row in MISTAKES])
def test_mistaken_commands_say_what_is_wrong_and_change_nothing(client, connect, tmp_path, row):
    args, text, said = row
    connect("crm", "secret", DEALS)
    before = run(client, "list").output
    file = tmp_path / "given"
    file.write_text(text or "")
    result = run(client, *(str(file) if arg == "FILE" else arg for arg in args))
    assert result.exit_code > 0
    assert said in result.output
    assert run(client, "list").output == before


def test_a_mapping_that_is_not_utf8_is_named(client, tmp_path):
    file = tmp_path / "latin.toml"
    file.write_bytes('source = "Zoë"'.encode("latin-1"))
    result = run(client, "add", "crm", "--verification", "secret", "--mapping", str(file))
    assert result.exit_code == 1
    assert "latin.toml is not UTF-8" in result.output


def test_commands_need_a_migrated_database(client):
    db.session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    db.session.commit()
    for args in (["sources", "list"], ["tokens", "list"]):
        result = client.application.test_cli_runner().invoke(args=args)
        assert (result.exit_code, "run `flask db upgrade`" in result.output) == (1, True)


def test_made_secrets_are_long_enough(connect):
    assert len(base64.b64decode(connect("a", "standard-webhooks").removeprefix("whsec_"))) == 32
    assert len(connect("b", "hmac-sha256")) >= 43
