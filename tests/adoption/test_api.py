"""Activities come in through the API in every envelope; what is mistaken is refused with its place."""

import gzip
import json
import zlib
from urllib.parse import quote

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from adoption import auth
from adoption import intake
from adoption.api import bodies
from adoption.extensions import db
from adoption.models import StoredActivity

NOWHERE = {"type": "call.completed", "time": "2026-02-03T10:00:00+01:00", "subject": "contact/42", "actor": "u1"}


def event(id="1", **more):
    return {"specversion": "1.0", "source": "crm", "id": id, **NOWHERE, "data": {"minutes": 5}, **more}


def stored():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(StoredActivity))


@pytest.fixture
def token(app):
    with app.app_context():
        made = auth.create_token("crm", ["activities:write"], email=None, now=1)
        db.session.commit()
    return made


@pytest.fixture
def send(client, token):
    def post(body, kind="application/json", **headers):
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        named = {"Authorization": f"Bearer {token}", **named}
        given = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post("/api/v1/activities", data=given, content_type=kind, headers=named)

    return post


def receipt(response):
    assert response.status_code == 202, response.get_data(as_text=True)
    return response.json["accepted"], response.json["duplicates"], len(response.json["refused"])


# --- envelopes


@pytest.mark.parametrize(
    ("kind", "body", "count"),
    [
        ("application/json", event(), 1),
        ("application/json", [event("1"), event("2")], 2),
        ("application/json; charset=utf-8", b"\xef\xbb\xbf" + json.dumps(event()).encode(), 1),
        ("application/cloudevents+json", event(), 1),
        ("application/cloudevents+json; charset=utf-8", event(), 1),
        ("application/cloudevents-batch+json", [event("1"), event("2")], 2),
        ("application/x-ndjson", b"\n".join(json.dumps(event(id)).encode() for id in "123") + b"\r\n\n", 3),
    ],
)
def test_activities_come_in_every_envelope(send, kind, body, count):
    assert receipt(send(body, kind)) == (count, 0, 0)
    assert receipt(send(body, kind)) == (0, count, 0)
    assert stored() == count


def test_binary_mode_carries_the_attributes_in_headers(send):
    named = {"ce_" + name: text for name, text in event().items() if isinstance(text, str)}
    named["ce_subject"] = quote("contact/Zoë 7%")
    named["ce_actor"] = '"u\\"1"'
    assert receipt(send({"amount": 5}, **named)) == (1, 0, 0)
    row = db.session.execute(select(StoredActivity.subject, StoredActivity.actor, StoredActivity.data)).one()
    assert row == ("contact/Zoë 7%", 'u"1', '{"amount":5}')


def test_binary_mode_may_have_no_data(send):
    named = {"ce_" + name: text for name, text in event().items() if isinstance(text, str)}
    assert receipt(send(b"", "", **named)) == (1, 0, 0)


def test_both_modes_are_the_same_activity(send):
    named = {"ce_" + name: text for name, text in event().items() if isinstance(text, str)}
    assert receipt(send(event(), "application/cloudevents+json")) == (1, 0, 0)
    assert receipt(send(event()["data"], **named)) == (0, 1, 0)


def test_a_body_may_be_packed(send):
    body = json.dumps([event(str(number)) for number in range(20)]).encode()
    assert receipt(send(gzip.compress(body), Content_Encoding="gzip")) == (20, 0, 0)
    halves = gzip.compress(body[:50]) + gzip.compress(body[50:])
    assert receipt(send(halves, Content_Encoding="GZip")) == (0, 20, 0)


@pytest.mark.parametrize("kind", ["application/json", "application/cloudevents-batch+json"])
def test_an_empty_batch_is_accepted(send, kind):
    assert receipt(send(b" [] ", kind)) == (0, 0, 0)


def test_an_empty_file_of_lines_is_accepted(send):
    assert receipt(send(b"\n \n", "application/x-ndjson")) == (0, 0, 0)


def test_good_activities_are_kept_and_bad_ones_named(send):
    response = send([event("1"), event("2", time="soon"), 3, event("4"), event("1")])
    assert receipt(response) == (2, 1, 2)
    assert [(one["index"], one["id"]) for one in response.json["refused"]] == [(1, "2"), (2, None)]
    assert "$.time" in response.json["refused"][0]["fault"]
    assert stored() == 2


def test_other_content_under_a_known_id_is_a_conflict(send):
    assert receipt(send(event())) == (1, 0, 0)
    response = send(event(data={"minutes": 6}))
    assert response.status_code == 422
    assert response.json["refused"][0]["fault"].startswith("conflict")
    assert stored() == 1


def test_when_everything_is_refused_the_answer_is_a_problem_with_the_same_members(send):
    response = send([event("")])
    assert (response.status_code, response.content_type) == (422, "application/problem+json")
    assert response.json["type"] == "urn:spoonful:all-refused"
    assert (response.json["accepted"], response.json["duplicates"]) == (0, 0)
    assert response.json["refused"][0]["index"] == 0
    assert "$.id" in response.json["refused"][0]["fault"]


def test_a_bad_line_is_refused_alone(send):
    response = send(json.dumps(event()).encode() + b"\n{oops\n", "application/x-ndjson")
    assert receipt(response) == (1, 0, 1)
    assert response.json["refused"][0]["index"] == 1


# --- hostile and mistaken input: a clear error that names the place, nothing stored, no 5xx

DEEP = b"[" * 100_000
BOMB = gzip.compress(b" " * 30_000_000)
ONE = json.dumps(event()).encode()


def changed(**more):
    return json.dumps(event() | more).encode()


def without(name):
    return json.dumps({key: text for key, text in event().items() if key != name}).encode()


JSON, STRUCTURED, BATCH = "application/json", "application/cloudevents+json", "application/cloudevents-batch+json"
BAD = [
    # envelope
    ("no body", b"", JSON, {}, 400, "empty"),
    ("blank body", b" \n", JSON, {}, 400, "empty"),
    ("half of a JSON", b'{"source": "crm"', JSON, {}, 400, "byte 16"),
    ("broken on the second line", b'{"source": "crm",\n "id": }', JSON, {}, 400, "line 2, column 8"),
    ("two JSON texts", ONE + ONE, JSON, {}, 400, "trailing characters"),
    ("NaN", b'{"source":"crm","id":"1","data":{"x":NaN}}', JSON, {}, 400, "column 38"),
    ("Infinity in a list", b'[{"data":{"x":Infinity}}]', JSON, {}, 400, "column 15"),
    ("a trailing comma", b"[" + ONE + b",]", JSON, {}, 400, "trailing comma"),
    ("single quotes", b"{'source': 'crm'}", JSON, {}, 400, "column 2"),
    ("UTF-16", ONE.decode().encode("utf-16"), JSON, {}, 400, "byte 0"),
    ("deep lists", DEEP, JSON, {}, 400, "nested too deeply"),
    ("deep data", b'{"data":' * 100_000 + b"1" + b"}" * 100_000, JSON, {}, 400, "nested too deeply"),
    ("a number", b"42", JSON, {}, 422, "object, or a list"),
    ("a text", b'"hello"', JSON, {}, 422, "object, or a list"),
    ("null", b"null", JSON, {}, 422, "object, or a list"),
    ("a list as one event", b"[" + ONE + b"]", STRUCTURED, {}, 422, "cloudevents-batch+json"),
    ("one event as a batch", ONE, BATCH, {}, 422, "cloudevents+json"),
    ("a batch in a batch", b"[[" + ONE + b"]]", BATCH, {}, 422, "refused"),
    ("XML", b"<a/>", "text/xml", {}, 415, "'text/xml'"[1:-1]),
    ("a form", b"source=crm", "application/x-www-form-urlencoded", {}, 415, "x-www-form-urlencoded"),
    ("no type", ONE, "", {}, 415, "without a type"),
    ("a type with rubbish", ONE, "application/json/../x", {}, 415, "application/json/../x"),
    ("not gzip", ONE, JSON, {"Content_Encoding": "gzip"}, 400, "no gzip"),
    ("half a gzip", gzip.compress(ONE)[:-9], JSON, {"Content_Encoding": "gzip"}, 400, "ends too early"),
    ("rubbish after a gzip", gzip.compress(ONE) + b"x", JSON, {"Content_Encoding": "gzip"}, 400, "gzip"),
    ("a zip bomb", BOMB, JSON, {"Content_Encoding": "gzip"}, 413, "unpacks to more than"),
    ("two zip bombs", BOMB[:-8] + BOMB, JSON, {"Content_Encoding": "gzip"}, 413, "unpacks to more than"),
    ("brotli", ONE, JSON, {"Content_Encoding": "br"}, 415, "'br'"),
    ("deflate", zlib.compress(ONE), JSON, {"Content_Encoding": "deflate"}, 415, "'deflate'"),
    ("gzip twice", ONE, JSON, {"Content_Encoding": "gzip, gzip"}, 415, "gzip, gzip"),
    ("a large body", b'"' + b"x" * 10_000_000 + b'"', JSON, {}, 413, "exceeds"),
    ("too many activities", b"[" + b",".join([b"1"] * (bodies.MOST + 1)) + b"]", JSON, {}, 413, "may bring 50000"),
    # binary mode
    ("binary with text", b"hi", "text/plain", {"ce_id": "1"}, 415, "text/plain"),
    ("binary with half a JSON", b'{"a":', JSON, {"ce_id": "1"}, 400, "byte 5"),
    ("binary with a list", b"[]", JSON, {"ce_id": "1", "ce_source": "s"}, 422, "refused"),
    ("binary without id", b"{}", JSON, {"ce_source": "s", "ce_type": "a.b"}, 422, "`id`"),
    ("binary not UTF-8", b"{}", JSON, {"ce_id": "%ff"}, 400, "ce-id"),
    ("binary data header", b"{}", JSON, {"ce_id": "1", "ce_data": "{}"}, 400, "ce-data"),
    ("binary odd attribute", b"{}", JSON, {"ce_id": "1", "ce_my_name": "x"}, 400, "ce-my-name"),
    # the activity
    ("no id", without("id"), JSON, {}, 422, "`id`"),
    ("no source", without("source"), JSON, {}, 422, "`source`"),
    ("no type of activity", without("type"), JSON, {}, 422, "`type`"),
    ("no time", without("time"), JSON, {}, 422, "`time`"),
    ("an empty id", changed(id=""), JSON, {}, 422, "$.id"),
    ("a number as id", changed(id=7), JSON, {}, 422, "$.id"),
    ("a long id", changed(id="x" * 256), JSON, {}, 422, "$.id"),
    ("null as source", changed(source=None), JSON, {}, 422, "$.source"),
    ("a naive time", changed(time="2026-02-03T10:00:00"), JSON, {}, 422, "$.time"),
    ("a day as time", changed(time="2026-02-03"), JSON, {}, 422, "$.time"),
    ("a number as time", changed(time=1770000000), JSON, {}, 422, "$.time"),
    ("the 30th of February", changed(time="2026-02-30T10:00:00Z"), JSON, {}, 422, "$.time"),
    ("a far future", changed(time="2999-01-01T00:00:00Z"), JSON, {}, 422, "$.time"),
    ("a far past", changed(time="1915-01-01T00:00:00Z"), JSON, {}, 422, "$.time"),
    ("the end of time", changed(time="9999-12-31T23:59:59-14:00"), JSON, {}, 422, "time"),
    ("the beginning of time", changed(time="0001-01-01T00:00:00+14:00"), JSON, {}, 422, "time"),
    ("a list as data", changed(data=[1]), JSON, {}, 422, "$.data"),
    ("text as data", changed(data="x"), JSON, {}, 422, "$.data"),
    ("base64 data", changed(data=None, data_base64="e30="), JSON, {}, 422, "$.data_base64"),
    ("another CloudEvents", changed(specversion="0.3"), JSON, {}, 422, "$.specversion"),
    ("an object as actor", changed(actor={}), JSON, {}, 422, "$.actor"),
    ("an empty retracts", changed(retracts=""), JSON, {}, 422, "$.retracts"),
    ("a naive recordedtime", changed(recordedtime="2026-02-03"), JSON, {}, 422, "$.recordedtime"),
    ("a NUL in the id", changed(id="a\0b"), JSON, {}, 422, "$.id"),
    ("a NUL in the subject", changed(subject="a\0b"), JSON, {}, 422, "$.subject"),
    ("a lone surrogate", changed(id="\ud800"), JSON, {}, 400, "JSON"),
    ("not UTF-8 inside", ONE.replace(b"u1", b"\xff"), JSON, {}, 422, "utf-8"),
    ("an endless number", changed().replace(b"5}", b"1e" + b"9" * 30 + b"}"), JSON, {}, 422, "number"),
    ("a large activity", changed(data={"x": "y" * 300_000}), JSON, {}, 422, "larger than"),
]


@pytest.mark.parametrize("row", BAD, ids=[row[0] for row in BAD])
def test_mistaken_input_is_refused_clearly_and_stores_nothing(send, row):
    _, body, kind, headers, status, said = row
    response = send(body, kind, **headers)
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    text = json.dumps(response.json, ensure_ascii=False)
    assert said in text, text
    assert stored() == 0


def test_there_are_enough_mistakes_in_the_table():
    assert len(BAD) >= 60


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/activities", 405),
        ("DELETE", "/api/v1/activities", 405),
        ("GET", "/api/v2/activities", 404),
        ("POST", "/hooks/%00", 400),
        ("GET", "/api/v1/participants/%ff/awards", 401),
        ("GET", "/hooks/crm", 405),
        ("GET", "/../../etc/passwd", 404),
    ],
)
def test_wrong_addresses_are_problems_too(client, method, path, status):
    response = client.open(path, method=method)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert response.json["status"] == status
    assert ("Allow" in response.headers) is (status == 405)


# --- failures of ours


class BusyError(Exception):
    """database is locked"""


@pytest.mark.parametrize(
    ("failure", "status"),
    [(OperationalError("SELECT 1", {}, BusyError("database is locked")), 503), (RuntimeError("a secret detail"), 500)],
)
def test_our_failures_give_nothing_away(send, monkeypatch, failure, status):
    def fail(*_args, **_kwargs):
        raise failure

    monkeypatch.setattr(intake, "accept_and_commit", fail)
    response = send(event())
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert response.json["instance"].startswith("urn:uuid:")
    assert ("Retry-After" in response.headers) is (status == 503)
    for inside in ("secret", "SELECT", "Traceback", "locked"):
        assert inside not in response.get_data(as_text=True)


# --- health


def test_the_process_says_that_it_lives(client):
    assert client.get("/healthz").json == {"alive": True}


def test_a_migrated_database_is_ready(client):
    assert client.get("/readyz").json == {"ready": True}


def test_a_database_behind_the_code_is_not_ready(client):
    db.session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    db.session.commit()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json["faults"] == ["the database is at migration 0000: run `flask db upgrade`"]


def numbers(client):
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def test_the_numbers_tell_what_came_from_each_source(client, send):
    send([event("1"), event("2"), event("1")])
    send([event("2"), event("3", source="erp", actor=None)])
    found = numbers(client)
    assert found['spoonful_activities_total{outcome="accepted",source="crm"}'] == 2
    assert found['spoonful_activities_total{outcome="duplicates",source="crm"}'] == 2
    assert found['spoonful_activities_total{outcome="accepted",source="erp"}'] == 1
    assert found['spoonful_last_activity_age_seconds{source="crm"}'] > 0
    assert found["spoonful_strangers"] == 1  # nobody is called so by the CRM yet
    assert found["spoonful_unscored"] == 0
    assert found['spoonful_request_duration_seconds_count{method="POST",route="/api/v1/activities",status="2xx"}'] > 0


def test_the_numbers_take_the_same_queries_however_much_there_is(client, send):
    seen = []
    sqlalchemy_event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    numbers(client)
    few = len(seen)
    send([event(str(number), source=f"s{number}") for number in range(20)])
    seen.clear()
    numbers(client)
    assert len(seen) == few


def test_old_receipts_are_summed_once_and_give_the_same_numbers(client, send, monkeypatch):
    monkeypatch.setattr("adoption.health.SETTLED", 1)
    for id in "123":
        send(event(id))
        found = numbers(client)
    assert found['spoonful_activities_total{outcome="accepted",source="crm"}'] == 3
    assert client.application.extensions["receipts"]["upto"] > 0
    assert numbers(client)['spoonful_activities_total{outcome="accepted",source="crm"}'] == 3


def test_the_api_has_a_page_for_people(client):
    page = client.get("/api/v1/").get_data(as_text=True)
    assert "POST /api/v1/activities" in page
    assert "http://" not in page
    assert "https://" not in page
