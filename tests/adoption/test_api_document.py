"""The OpenAPI document and the API agree, whatever is sent."""

import re
from datetime import UTC
from datetime import date
from datetime import datetime
from pathlib import Path

import pytest
import schemathesis
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as described

from adoption import auth
from adoption import drafts
from adoption import facts
from adoption import intake
from adoption import journal
from adoption import rulebook
from adoption.extensions import db
from adoption.models import Participant
from adoption.sources import registry

EXAMPLES = 40  # of each operation
# What is asked of every answer.  (`positive_data_acceptance` is not: only the service knows which board exists, and an
# activity that its schema allows may still lie in the future.)
CHECKS = [
    not_a_server_error,
    described.status_code_conformance,
    described.content_type_conformance,
    described.response_headers_conformance,
    described.response_schema_conformance,
]


BOOKS = Path(__file__).parents[2] / "rules" / "books"
DEEDS = [("contact.created", {"email": "a@example.com"}), ("call.completed", {}), ("task.created", {})]
KNOWN = {
    "email": "alice@example.com",
    "key": "ten-contacts-lunch",
    "id": "1-1-1-1",
    "number": 1,
    "kind": "incentive",
    "line": 2,
}
OF_THE_BOOK = ("/book", "/drafts", "/definitions", "/audits")  # what HR does, and no token that belongs to nobody
OF_THE_HOUSE = ("/people", "/lists", "/absences", "/holidays", "/waves", "/strangers", "/sources")
SPARE = 30  # tokens that a test may revoke


def did(kind, data):
    moment = datetime.now(UTC).isoformat()
    about = {"source": "crm", "subject": "contact/1", "actor": "alice@example.com"}
    return about | {"id": kind, "type": kind, "time": moment, "data": data}


@pytest.fixture
def headers(app):
    """Let Alice develop a contact under the starter book; return tokens of a service and of HR that open everything."""
    today = date.today().toordinal()  # noqa: DTZ011  # any recent day will do
    with app.app_context():
        db.session.add(Participant(id=1, email="alice@example.com", name="Alice", role="employee"))
        db.session.add(Participant(id=2, email="hana@example.com", name="Hana", role="hr"))
        db.session.add(Participant(id=3, email="ada@example.com", name="Ada", role="admin"))
        facts.changed(db.session.connection(), rescore=False)
        db.session.commit()
        book = (BOOKS / "starter.toml").read_text(encoding="utf-8")
        rulebook.publish(book, today=today, since=today - 30, name="starter", now=1)
        db.session.commit()
        receipt = intake.accept_and_commit([did(kind, data) for kind, data in DEEDS], door="api")
        assert receipt.accepted == len(DEEDS)
        for number in range(SPARE):
            auth.create_token(f"spare {number}", ["boards:read"], email=None, now=1)
            db.session.commit()
        service = auth.create_token("all", ["admin"], email=None, now=1)
        db.session.commit()
        hana = auth.create_token("hana", ["admin"], email="hana@example.com", now=1)
        db.session.commit()
        ada = auth.create_token("ada", ["admin"], email="ada@example.com", now=1)
        db.session.commit()
        drafts.begin("A draft", journal.By(2, "hana"), 1)
        db.session.commit()
        registry.connect("ten-contacts-lunch", "secret", "", None, by=journal.By(2, "hana"), now=1)
        db.session.commit()
    tokens = {"service": service, "hr": hana, "admin": ada}
    return {who: {"Authorization": f"Bearer {token}"} for who, token in tokens.items()}


def operations(app):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    return [found.ok() for found in schema.get_all_operations()]


def test_whatever_is_sent_the_answer_is_as_described(app, headers):
    for operation in operations(app):

        @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None)
        @given(case=operation.as_strategy(), known=st.booleans())
        def try_it(case, known):
            if known:
                case.path_parameters = {name: KNOWN[name] for name in case.path_parameters or {}}
                if "/boards/" in case.path:
                    case.path_parameters["key"] = "contacts-this-week"
                if "/lists/" in case.path:
                    case.path_parameters["kind"] = "people"
            path = case.path.removeprefix("/api/v1")
            who = "hr" if path.startswith(OF_THE_BOOK + OF_THE_HOUSE) else "service"
            who = "admin" if path.startswith("/tokens") else who
            case.call_and_validate(checks=CHECKS, headers=headers[who])

        try_it()


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000], ids=["lists", "objects", "digits"])
def test_json_that_nobody_can_hold_is_refused_and_fills_no_log(app, client, headers, body):
    asked = 0
    for operation in operations(app):
        path = operation.path.format_map(KNOWN | {"kind": "people"})
        if operation.body and "/hooks/" not in path:
            answer = client.open(path, method=operation.method.upper(), data=body, headers=headers["admin"],
                                 content_type="application/json")  # fmt: skip  # one request
            assert answer.status_code in {400, 403, 422}, path
            assert answer.content_type == "application/problem+json"
            asked += answer.status_code == 400
    assert asked > 10


@pytest.mark.parametrize("why", ["a\0b", "half a character: \ud800"])
def test_a_reason_is_kept_as_databases_can_keep_it(client, headers, why):
    for step, stopped in (("stop", True), ("resume", False)):
        path = f"/api/v1/incentives/ten-contacts-lunch/{step}"
        answer = client.post(path, json={"why": why}, headers=headers["hr"])
        assert (answer.status_code, answer.json["stopped"] is not None) == (200, stopped)


@pytest.mark.parametrize("period", ["9999-12-31", "9999-W52", "9999-12", "9999"])
def test_the_last_year_of_the_calendar_has_no_progress(client, headers, period):
    answer = client.get(f"/api/v1/participants/alice@example.com/progress?period={period}", headers=headers["hr"])
    assert answer.status_code == 422


def test_the_document_lists_every_route_of_the_api(app):
    listed = {(operation.method.upper(), operation.path) for operation in operations(app)}
    stated = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") and auth.access_of(app, rule.endpoint).permission
    }
    assert listed == stated


def test_the_document_is_openapi_3_1_and_tells_how_to_sign_in(client):
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}


def test_the_document_says_which_scope_each_operation_needs(app, client):
    document = client.get("/api/v1/openapi.json").json
    told = {
        (method.upper(), path): operation["security"][0]["token"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method != "parameters"
    }
    stated = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)): [permission]
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") and (permission := auth.access_of(app, rule.endpoint).permission)
    }
    assert told == stated
    assert "Needs the scope <code>people:write</code>" in client.get("/api/v1/").get_data(as_text=True)
