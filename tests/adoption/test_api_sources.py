"""Sources and tokens through the API: secrets are told once, and nobody gives more than they have."""

import logging
import time
from datetime import UTC
from datetime import datetime
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy import update

from adoption import auth
from adoption import clock
from adoption import limits
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import ApiToken
from adoption.models import JournalEntry
from adoption.models import Participant
from adoption.models import Source
from adoption.sources import presets
from rules import period
from tests.adoption.test_api_directory import Asking

ADA, HANA = "ada@example.com", "hana@example.com"
ALL = ("admin",)
MAPPING = """[activity]
id   = { path = "id" }
type = "deal.won"
time = { path = "at" }
[verification]
name = "X-Secret"
"""


@pytest.fixture
def house_of(app):
    for name, role in (("Ada", "admin"), ("Hana", "hr"), ("Alice", "employee")):
        db.session.add(Participant(email=f"{name.lower()}@example.com", name=name, role=role))
    db.session.commit()
    return app


@pytest.fixture
def ask(house_of):
    return Asking(house_of, ADA, ALL, name="terraform")


def deals(app, secret, *numbers, key="crm", status=200, at="2026-11-02T10:00:00Z"):
    body = [{"id": number, "at": at, "when": "2026-11-02T10:00:00Z"} for number in numbers]
    answer = app.test_client().post(f"/hooks/{key}", json=body, headers={"X-Secret": secret})
    db.session.rollback()
    assert answer.status_code == status
    return answer.get_json()


def connected(ask, **more):
    return ask("POST", "/sources", 201, json={"key": "crm", "verification": "secret", "mapping": MAPPING} | more)


def journal():
    table = JournalEntry
    rows = db.session.execute(select(table.action, table.thing, table.name).order_by(table.number)).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


# --- sources


def test_a_source_is_connected_rotated_paused_and_told_how_it_fares(house_of, ask):
    made = connected(ask)
    assert made["source"]["address"].endswith("/hooks/crm")
    assert deals(house_of, made["secret"], 1)["accepted"] == 1
    again = ask("POST", "/sources/crm/rotate", json={"overlap": "1h"})
    assert deals(house_of, made["secret"], 2)["secret"] == "old"
    shown = ask("GET", "/sources/crm")
    assert shown["old_secret_until"] is not None
    assert (shown["health"]["accepted"], len(shown["health"]["hours"])) == (2, 24)
    assert ask("POST", "/sources/crm/end-old")["old_secret_until"] is None
    deals(house_of, made["secret"], 3, status=401)
    assert ask("POST", "/sources/crm/pause")["paused"] is not None
    deals(house_of, again["secret"], 3, status=503)
    assert ask("POST", "/sources/crm/resume")["paused"] is None
    assert deals(house_of, again["secret"], 3)["accepted"] == 1
    assert [one["key"] for one in ask("GET", "/sources")] == ["crm"]
    actions = ("connected", "rotated", "ended the old secret", "paused", "resumed")
    assert journal() == [
        ("created", "token/terraform", "flask tokens"),
        *((action, "source/crm", "terraform") for action in actions),
    ]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"key": "C R M"}, 422, "no name for a source"),
        ({"secret": "short"}, 422, "at least 8"),
        ({"secret": "\ud800" * 9}, 422, "one line"),
        ({"secret": "line\nline line"}, 422, "one line"),
        ({"mapping": "itms = 1"}, 422, "itms"),
        ({"mapping": "# \0"}, 422, "cannot be stored"),
        ({"verification": "hope"}, 422, "hmac-sha256"),
        ({"preset": "hubspot"}, 422, "leave verification and mapping out"),
    ],
)
def test_a_source_that_cannot_be_says_why(ask, body, status, said):
    answer = ask("POST", "/sources", status, json={"key": "crm", "verification": "secret"} | body)
    assert said in str(answer)
    assert ask("GET", "/sources") == []


def test_a_preset_brings_its_mapping_and_its_crm_may_have_to_make_the_secret(ask):
    made = ask("POST", "/sources", 201, json={"key": "pd", "preset": "pipedrive"})
    text = ask("GET", "/sources/pd/mapping")["mapping"]
    assert text == presets.PRESETS["pipedrive"].mapping(made["source"]["address"])
    assert "makes the secret" in ask("POST", "/sources", 422, json={"key": "hs", "preset": "hubspot"})["detail"]
    told = ask("POST", "/sources", 201, json={"key": "hs", "preset": "hubspot", "secret": "of the portal"})
    assert told["secret"] == "of the portal"
    assert ask("POST", "/sources", 409, json={"key": "pd", "preset": "pipedrive"})["type"] == "urn:spoonful:taken"
    assert "preset" in ask("POST", "/sources", 422, json={"key": "x"})["detail"]
    for method, path in (("GET", ""), ("POST", "/pause"), ("GET", "/deliveries"), ("GET", "/mapping")):
        ask(method, f"/sources/nowhere{path}", 404)


def test_deliveries_are_told_with_their_verdicts_opened_and_read_again(house_of, ask):
    secret = connected(ask)["secret"]
    deals(house_of, secret, 1, at="never")
    deals(house_of, "wrong", 2, status=401)
    deals(house_of, secret, 3)
    late, unproven, refused = ask("GET", "/sources/crm/deliveries")
    assert [one["verdict"] for one in (late, unproven, refused)] == ["late", "unproven", "refused"]
    assert (refused["kept"], refused["proof"], unproven["proof"]) == (True, "new", "")
    assert "never" in refused["reason"]
    assert [one["number"] for one in ask("GET", "/sources/crm/deliveries?verdict=refused")] == [refused["number"]]
    opened = ask("GET", f"/sources/crm/deliveries/{late['number']}")
    assert opened["activities"] == [{"source": "crm", "id": "3"}]
    assert (opened["made"][0]["activity"]["type"], opened["made"][0]["fault"]) == ("deal.won", "")
    assert secret not in str(opened)
    assert ask("POST", f"/sources/crm/deliveries/{late['number']}/replay")["verdict"] == "duplicate"
    assert ask("POST", f"/sources/crm/deliveries/{unproven['number']}/replay", 409)["type"] == "urn:spoonful:forgotten"
    fixed = MAPPING.replace('time = { path = "at" }', 'time = { path = "when" }')
    mapping = ask("GET", "/sources/crm/mapping")
    ask("PUT", "/sources/crm/mapping", json={"mapping": fixed, "revision": mapping["revision"]})
    assert ask("POST", "/sources/crm/replay") == {"deliveries": 1, "accepted": 1}
    for number in (999_999, 10**25):
        ask("GET", f"/sources/crm/deliveries/{number}", 404)
        ask("POST", f"/sources/crm/deliveries/{number}/replay", 404)


def test_a_mapping_is_compared_before_it_is_in_force_and_overwrites_nobody_s(house_of, ask):
    deals(house_of, connected(ask)["secret"], 1)
    other = MAPPING.replace("deal.won", "deal.lost")
    found = ask("POST", "/sources/crm/mapping/comparison", json={"mapping": other})
    assert found["read"] == 1
    (pair,) = found["differences"][0]["pairs"]
    assert (pair["before"]["activity"]["type"], pair["after"]["activity"]["type"]) == ("deal.won", "deal.lost")
    assert ask("GET", "/sources/crm/mapping") == {"mapping": MAPPING, "revision": 1}
    assert ask("PUT", "/sources/crm/mapping", json={"mapping": other, "revision": 1})["revision"] == 2
    assert ask("PUT", "/sources/crm/mapping", 409, json={"mapping": MAPPING, "revision": 1})["type"] == (
        "urn:spoonful:stale-mapping"
    )
    assert ask("PUT", "/sources/crm/mapping", 422, json={"mapping": "[", "revision": 2})["faults"]
    assert ask("POST", "/sources/crm/mapping/comparison", 422, json={"mapping": "["})["faults"]
    assert journal()[-1] == ("remapped", "source/crm", "terraform")


# --- secrets


def test_a_secret_that_was_made_appears_in_no_other_answer_log_journal_or_table(house_of, ask, caplog):
    with caplog.at_level(logging.DEBUG):
        first = connected(ask)["secret"]
        second = ask("POST", "/sources/crm/rotate", json={})["secret"]
        chosen = ask("POST", "/sources/crm/rotate", json={"secret": "chosen by the CRM"})["secret"]
        token = ask("POST", "/tokens", 201, json={"name": "board", "scopes": ["boards:read"]})["token"]
        deals(house_of, chosen, 1)
        number = ask("GET", "/sources/crm/deliveries")[0]["number"]
        paths = ["/tokens", "/sources", "/sources/crm", "/sources/crm/deliveries", "/sources/crm/mapping"]
        told = [str(ask("GET", path)) for path in [*paths, f"/sources/crm/deliveries/{number}"]]
        told.append(str(ask("POST", "/sources", 409, json={"key": "crm", "verification": "secret", "secret": first})))
        told.append(str(ask("POST", "/sources/crm/rotate", 422, json={"secret": second, "overlap": "ever"})))
        told.append(str(ask("POST", "/sources/crm/pause")))
    rows = [db.session.execute(select(table.__table__)).all() for table in (JournalEntry, Source, ApiToken)]
    db.session.rollback()
    for hidden in (first, second, chosen, token):
        assert not any(hidden in one for one in told)
        assert hidden not in caplog.text
        assert hidden not in repr(rows)


def test_an_answer_with_a_secret_is_kept_by_nobody(ask):
    answer = ask.client.post("/api/v1/sources", json={"key": "a", "verification": "secret"}, headers=ask.headers)
    db.session.rollback()
    assert answer.headers["Cache-Control"] == "no-store"


def test_secrets_are_made_only_so_often(ask, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "secret by token", limits.Limit(1, 3600))
    connected(ask)
    assert ask("POST", "/sources/crm/rotate", 429, json={})["type"] == "urn:spoonful:too-often"
    ask("POST", "/tokens", 429, json={"name": "x", "scopes": ["boards:read"]})


# --- tokens


def test_a_token_is_made_used_listed_and_revoked(house_of, ask):
    made = ask("POST", "/tokens", 201, json={"name": "board", "scopes": ["boards:read", "people:read"]})
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert house_of.test_client().get("/api/v1/people", headers=headers).status_code == 200
    listed = {one["name"]: one for one in ask("GET", "/tokens")}
    assert listed["board"]["scopes"] == ["boards:read", "people:read"]
    assert listed["board"]["used"] is not None
    assert (listed["terraform"]["email"], listed["board"]["email"]) == (ADA, None)
    number = made["about"]["number"]
    assert ask("POST", f"/tokens/{number}/revoke", json={})["revoked"] is not None
    ask("POST", f"/tokens/{number}/revoke", 404, json={})
    ask("POST", f"/tokens/{10**20}/revoke", 404, json={})
    house_of.extensions["tokens"].clear()  # the five seconds are over
    assert house_of.test_client().get("/api/v1/people", headers=headers).status_code == 401
    assert journal()[-2:] == [("created", "token/board", "terraform"), ("revoked", "token/board", "terraform")]


def test_a_token_never_holds_what_its_maker_lacks(house_of, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "secret by token", limits.Limit(1_000, 3600))
    whole = Asking(house_of, ADA, ALL, name="whole")
    offered = auth.offered(house_of)
    for scope in auth.SCOPES:
        bare = Asking(house_of, ADA, ("tokens:manage",), name=f"bare {scope}")
        same = Asking(house_of, ADA, {"tokens:manage", scope}, name=f"same {scope}")
        role_opens = scope == auth.EVERY or "admin" in auth.PERMISSIONS[scope]
        for ask, held in ((bare, scope == "tokens:manage"), (same, True), (whole, True)):
            status = 422 if scope not in offered else 201 if held and role_opens else 403
            name = f"made {time.time_ns()}"
            ask("POST", "/tokens", status, json={"name": name, "scopes": [scope]})
            made = db.session.scalars(select(ApiToken.scopes).where(ApiToken.name == name)).all()
            assert made == ([scope] if status == 201 else [])


def test_only_administrators_manage_tokens_whatever_the_scopes(house_of):
    for name, email in (("h", HANA), ("s", None), ("e", "alice@example.com")):
        ask = Asking(house_of, email, ALL, name=name)
        ask("GET", "/tokens", 403)
        ask("POST", "/tokens", 403, json={"name": "x", "scopes": ["boards:read"]})
        ask("POST", "/tokens/1/revoke", 403, json={})


def test_a_token_is_made_for_a_service_or_for_oneself(ask):
    assert ask("POST", "/tokens", 201, json={"name": "a", "scopes": ["boards:read"], "email": "Ada@example.com"})
    for email in (HANA, "nobody@example.com", "team:x"):
        said = ask("POST", "/tokens", 403, json={"name": "b", "scopes": ["boards:read"], "email": email})
        assert said["type"] == "urn:spoonful:beyond"


def test_a_token_expires_and_makes_none_that_opens_longer(house_of, ask):
    soon = datetime.now(UTC) + timedelta(hours=1)
    body = {"name": "short", "scopes": ["tokens:manage", "boards:read"], "email": ADA, "expires": soon.isoformat()}
    short = ask("POST", "/tokens", 201, json=body)
    assert datetime.fromisoformat(short["about"]["expires"]) == soon
    maker = {"Authorization": f"Bearer {short['token']}"}

    def make(expires, status):
        json = {"name": f"of {expires}", "scopes": ["boards:read"], "expires": expires}
        answer = house_of.test_client().post("/api/v1/tokens", json=json, headers=maker)
        db.session.rollback()
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    assert make(None, 422)["type"] == "urn:spoonful:outlives"
    assert make((soon + timedelta(seconds=1)).isoformat(), 422)["type"] == "urn:spoonful:outlives"
    make(soon.isoformat(), 201)
    make("2020-01-01T00:00:00Z", 422)
    make("2026-13-01", 422)
    begin_write().execute(update(ApiToken).where(ApiToken.name == "short").values(expires=clock.now() - period.SECOND))
    db.session.commit()
    house_of.extensions["tokens"].clear()
    make(soon.isoformat(), 401)
    ask("POST", "/tokens", 201, json={"name": "short", "scopes": ["boards:read"]})  # the name is free again


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x\ny"},
        {"name": "n" * 101},
        {"name": "\ud800"},
        {"name": "terraform"},
        {"scopes": []},
        {"scopes": ["weather:read"]},
        {"scopes": ["rewards:use"]},
        {"scopes": "admin"},
        {"colour": "red"},
    ],
)
def test_a_token_that_cannot_be_is_refused(ask, body):
    ask("POST", "/tokens", 422, json={"name": "x", "scopes": ["boards:read"]} | body)
    assert [one["name"] for one in ask("GET", "/tokens")] == ["terraform"]


def test_a_token_made_at_the_command_line_may_expire(house_of, runner):
    assert (
        runner.invoke(args=["tokens", "create", "--name", "x", "--scope", "boards:read", "--days", "2"]).exit_code == 0
    )
    assert "expires" in runner.invoke(args=["tokens", "list"]).output
    left = db.session.scalars(select(ApiToken.expires)).one() - time.time_ns() // 1000
    assert 1.9 < left / period.SECOND / 86_400 < 2
