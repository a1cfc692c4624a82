"""Integrators connect sources at a page: secrets are shown once, deliveries are told in words, mappings are tried."""

import dataclasses
import html
import json
import logging
import re
import shutil
import subprocess
import threading
import time
from datetime import UTC
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from adoption import auth
from adoption import connectors
from adoption.connectors import lines
from adoption.connectors import payload
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import ApiToken
from adoption.models import JournalEntry
from adoption.models import Source
from adoption.models import StoredActivity
from adoption.pages import sources_words
from adoption.pages import tokens
from adoption.sources import deliveries
from adoption.sources import presets
from adoption.sources import reading
from adoption.sources import registry
from adoption.sources import verdicts
from rules.period import SECOND
from tests.staff import Staff
from tests.visitors import Visitor

SAMPLES = Path("/work/shared/samples")  # what CRMs really sent; looked at where it is there
COMMAND = re.compile(r'id="curl"[^>]*>(.*?)</textarea>', re.DOTALL)
SECRET = re.compile(r'id="secret" value="([^"]+)"')
MAPPING = """[activity]
id   = { path = "id" }
type = "deal.won"
time = { path = "at" }
[verification]
name = "X-Secret"
"""


@pytest.fixture
def hana(app):
    return Visitor(app, Staff()["Hana"])


@pytest.fixture
def ada(app):
    return Visitor(app, Staff()["Ada"])


def text(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)
    return html.unescape(answer.get_data(as_text=True))


def connected(visitor, key="crm", **form):
    """Connect a source at the page; return its secret."""
    page = text(visitor.post("/hr/new-source", {"key": key, "proof": "secret"} | form))
    return SECRET.search(page).group(1)


def remap(key="crm", mapping=MAPPING):
    registry.remap(key, mapping, by=By(None, "a test"), now=time.time_ns() // 1000)
    db.session.commit()


def number(key="crm"):
    db.session.rollback()
    return deliveries.listed(key)[0].id


def deal(number=1, at="2026-11-02T10:00:00Z", **more):
    return {"id": number, "at": at} | more


# --- connect


def test_a_secret_is_shown_once_and_nowhere_else(app, hana, ada, caplog):
    with caplog.at_level(logging.DEBUG):
        secret = connected(hana)
        second = SECRET.search(text(hana.post("/hr/sources/crm/rotate", {"overlap": "1d"}))).group(1)
        third = app.test_client().post("/hooks/crm", json=[], headers={"X-Spoonful-Secret": second})
        assert third.status_code == 200
        token = re.search(r"spn_[\w-]+", text(ada.post("/hr/tokens", {"name": "x", "scope": "boards:read"}))).group()
        paths = ["/hr/sources", "/hr/sources/crm", f"/hr/sources/crm/deliveries/{number()}", "/hr/sources/crm/mapping"]
        pages = [hana.get(path).get_data(as_text=True) for path in paths] + [text(ada.get("/hr/tokens"))]
    entries = repr([one[:] for one in db.session.execute(select(JournalEntry.__table__)).all()])
    rows = repr(
        db.session.execute(select(Source.__table__)).all() + db.session.execute(select(ApiToken.__table__)).all()
    )
    for hidden in (secret, second, token):
        assert not any(hidden in page for page in pages)
        assert hidden not in caplog.text
        assert hidden not in entries
        assert hidden not in rows
    again = hana.post("/hr/new-source", {"key": "crm", "proof": "secret"})  # the page loaded again
    assert "There is a source of this name already" in text(again, 422)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"key": "C R M"}, "A name has small Latin letters"),
        ({"key": ""}, "A name has small Latin letters"),
        ({"key": "x" * 64}, "A name has small Latin letters"),
        ({"key": "../../etc"}, "A name has small Latin letters"),
        ({"key": "crm", "proof": "trust me"}, "Choose how its deliveries prove"),
        ({"key": "crm", "secret": "short"}, "at least 8 characters"),
        ({"key": "crm", "secret": "x" * 201}, "at most 200"),
        ({"key": "crm", "proof": "standard-webhooks", "secret": "no base 64 at all"}, "whsec_"),
        ({"key": "crm", "preset": "hubspot"}, "HubSpot makes the secret"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(hana, form, said):
    page = text(hana.post("/hr/new-source", {"proof": "secret"} | form), 422)
    assert said in page
    assert f'value="{form["key"]}"' in page
    assert registry.listed() == []


@pytest.fixture
def served(app):
    """Serve the application at a port, which people reach there."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], public_url=address)
    yield
    server.shutdown()
    thread.join()
    server.server_close()


CURLED = [
    {"proof": "standard-webhooks"},
    {"proof": "secret"},
    {"proof": "hmac-sha256"},
    {"preset": "hubspot", "secret": "the client's $ecret"},
    {"preset": "pipedrive"},
    {"preset": "kommo"},
    {"preset": "bitrix24", "secret": "token of the portal"},
]


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl")
@pytest.mark.parametrize("form", CURLED, ids=lambda form: "-".join(form.values())[:24])
def test_the_command_that_is_shown_really_proves_itself(app, served, form):
    hana = Visitor(app, Staff()["Hana"])
    page = hana.post("/hr/new-source", {"key": "crm"} | form)
    command = html.unescape(COMMAND.search(text(page)).group(1))
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603  # our own line
    assert json.loads(done.stdout)["refused"] == []
    db.session.rollback()
    (line,) = deliveries.listed("crm")
    assert (line.verdict, line.proof) in {("accepted", "new"), ("nothing", "new")}, (command, done.stdout)
    if "preset" not in form:
        assert [one.type for one in db.session.scalars(select(StoredActivity))] == ["spoonful.test"]


# --- presets


@pytest.mark.parametrize("preset", presets.PRESETS.values(), ids=lambda one: one.key)
def test_each_preset_reads_the_delivery_beside_it(preset):
    ready = connectors.load(preset.verification, preset.mapping("https://example.com/hooks/crm"))
    found = reading.of_body("crm", ready, preset.kind, preset.sample.encode(), {})
    assert found.items
    assert not found.faults
    assert presets.ADDRESS not in preset.mapping("x")


WON = {"hubspot": "deal.won", "pipedrive": "deal.won", "kommo": "deal.won", "bitrix24": "deal.updated"}


@pytest.mark.parametrize(("key", "expected"), WON.items())
def test_a_preset_says_who_did_what_to_which_record(key, expected):
    preset = presets.PRESETS[key]
    ready = connectors.load(preset.verification, preset.text)
    made = {one["type"]: one for one in reading.of_body("crm", ready, preset.kind, preset.sample.encode(), {}).items}
    assert made[expected]["subject"] == "deal/815"
    if key in {"pipedrive", "kommo"}:
        assert made[expected]["actor"] == "120"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples are not here")
@pytest.mark.parametrize("preset", presets.PRESETS.values(), ids=lambda one: one.key)
def test_presets_meet_what_crms_really_sent(preset):
    ready, met = connectors.load(preset.verification, preset.text), 0
    for file in sorted((SAMPLES / preset.key).iterdir()):
        if file.suffix == ".source" or "headers" in file.name:
            continue
        form = ".form" in file.name
        body = quote(file.read_text().strip(), safe="[]=&+%").encode() if form else file.read_bytes()
        kind = payload.FORM if form else "application/json"
        found = reading.of_body("crm", ready, kind, body, {})
        assert not found.unreadable, file.name
        assert all("time" in fault.mapping for _, fault in found.faults), (file.name, found.faults)
        met += len(found.items)
    assert met >= 2


def test_changes_by_machines_and_bulk_edits_earn_nothing():
    preset = presets.PRESETS["pipedrive"]
    ready = connectors.load(preset.verification, preset.text)
    sent = json.loads(preset.sample)
    for change in ({"change_source": "api"}, {"is_bulk_edit": True}):
        body = json.dumps(sent | {"meta": sent["meta"] | change}).encode()
        assert reading.of_body("crm", ready, preset.kind, body, {}).items == []


# --- verdicts in words


def line(verdict, **more):
    nothing = dict.fromkeys(deliveries.Line._fields, 0)
    words = {"source": "crm", "verdict": verdict, "reason": "", "became": "[]", "kind": "", "proof": "new"}
    return deliveries.Line(**(nothing | words | {"accepted": 2, "duplicates": 2, "refused": 1, "strangers": 1} | more))


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("verdict", verdicts.VERDICTS)
def test_each_verdict_has_words_in_each_language(app, verdict, language):
    with app.test_request_context():
        from flask import g  # noqa: PLC0415  # a request's own

        g.language = "en"
        english = sources_words.verdict(line(verdict, reason="400" if verdict == "stale" else "", late=7_200 * SECOND))
        g.language = language
        said = sources_words.verdict(line(verdict, reason="400" if verdict == "stale" else "", late=7_200 * SECOND))
    assert said.short
    assert said.sentence
    assert (language == "en") == (said.sentence == english.sentence)
    assert "%" not in said.sentence


def test_verdicts_say_what_happened(app):
    with app.test_request_context():
        said = {one: sources_words.verdict(line(one, reason="-400", late=7_200 * SECOND)) for one in verdicts.VERDICTS}
    assert said["accepted"].sentence == "2 activities accepted."
    assert "2 hours" in said["late"].sentence
    assert "left out 1 item" in said["partly"].sentence
    assert "7 minutes ahead" in said["stale"].sentence
    assert "1 is by an unknown person" in said["unknown"].sentence


def test_the_page_tells_each_delivery_and_a_duplicate_names_the_first(app, hana):
    secret, client = connected(hana), app.test_client()
    event = {"specversion": "1.0", "id": "1", "type": "deal.won", "time": datetime.now(UTC).isoformat(), "actor": "zoe"}
    for body in (event, event, {"specversion": "1.0"}, b"<x/>"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        client.post("/hooks/crm", data=data, content_type="application/json", headers={"X-Spoonful-Secret": secret})
    client.post("/hooks/crm", json={})
    page = text(hana.get("/hr/sources/crm"))
    for word in (
        "Unknown person",
        "Known already",
        "Duplicate of the delivery of",
        "Unreadable",
        "Bad signature",
        "Refused",
    ):
        assert word in page, word
    only = text(hana.get("/hr/sources/crm?verdict=duplicate"))
    assert "Duplicate of the delivery of" in only
    assert "It did not know the secret" not in only
    assert text(hana.get("/hr/sources/crm?verdict=%3Cscript%3E")).count("<script>") == 0


# --- a delivery


def test_a_delivery_shows_what_was_in_it_escaped_and_what_it_became(app, hana):
    secret = connected(hana)
    event = {
        "specversion": "1.0",
        "id": "1",
        "type": "deal.won",
        "time": datetime.now(UTC).isoformat(),
        "subject": "deal/7",
        "data": {"note": "<script>alert(1)</script>", "amount": 12345678901234567890.5},
    }
    raw = json.dumps(event).replace("1.2345678901234567e+19", "12345678901234567890.5")
    headers = {"X-Spoonful-Secret": secret, "X-Other": "seen"}
    app.test_client().post("/hooks/crm", data=raw, content_type="application/json", headers=headers)
    answer = hana.get(f"/hr/sources/crm/deliveries/{number()}")
    raw_page, page = answer.get_data(as_text=True), text(answer)
    assert "<script>alert" not in raw_page
    assert "12345678901234567890.5" in page
    assert 'href="/records/deal/7"' in page
    assert "seen" in page
    assert secret not in page


def test_a_delivery_of_another_source_is_not_there(app, hana):
    secret = connected(hana)
    connected(hana, "other")
    app.test_client().post("/hooks/crm", json=[], headers={"X-Spoonful-Secret": secret})
    assert hana.get(f"/hr/sources/other/deliveries/{number()}").status_code == 404
    assert hana.post(f"/hr/sources/other/deliveries/{number()}/replay").status_code == 404
    assert hana.get(f"/hr/sources/crm/deliveries/{10**30}").status_code == 404
    for path in ("", "/mapping", "/deliveries/1"):
        assert hana.get(f"/hr/sources/nowhere{path}").status_code == 404


def test_what_was_refused_is_read_again_at_the_page_once(app, hana):
    secret = connected(hana)
    remap()
    named = {"X-Secret": secret}
    app.test_client().post("/hooks/crm", json=deal(at="02.11.2026 10:00"), headers=named)
    time.sleep(0.001)
    remap(mapping=MAPPING.replace('path = "at"', 'path = "at", format = "%d.%m.%Y %H:%M", zone = "UTC"'))
    assert "1 delivery was refused before the mapping changed" in text(hana.get("/hr/sources/crm"))
    hana.post("/hr/sources/crm/replay")
    page = text(hana.get("/hr/sources/crm"))
    assert "1 delivery was read again. 1 activity accepted." in page
    assert "refused before the mapping changed" not in page
    hana.post(f"/hr/sources/crm/deliveries/{number()}/replay")
    db.session.rollback()
    assert [one.id for one in db.session.scalars(select(StoredActivity))] == ["1"]
    assert "known" in text(hana.get("/hr/sources/crm")).lower()
    told = db.session.scalars(select(JournalEntry.name).where(JournalEntry.action == "replayed")).all()
    assert told == ["hana@example.com"] * 2


# --- changes at the page


def test_pausing_resuming_and_linking_are_done_by_whoever_presses(app, hana):
    connected(hana)
    hana.post("/hr/sources/crm/pause")
    assert "Paused" in text(hana.get("/hr/sources/crm"))
    hana.post("/hr/sources/crm/resume")
    assert "Takes deliveries" in text(hana.get("/hr/sources/crm"))
    hana.post("/hr/sources/crm/link", {"template": "https://crm.example.com/{kind}/{id}"})
    assert "https://crm.example.com/{kind}/{id}" in text(hana.get("/hr/sources/crm"))
    wrong = text(hana.post("/hr/sources/crm/link", {"template": "javascript:alert({id})"}), 422)
    assert "javascript:alert({id})" in wrong
    assert "Write an address like" in wrong
    hana.post("/hr/sources/crm/link", {"template": ""})
    assert db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.number)).all()[-5:] == [
        "connected", "paused", "resumed", "linked", "linked",
    ]  # fmt: skip


def test_the_page_says_until_when_two_secrets_are_good_and_when_the_old_one_was_used(app, hana):
    old = connected(hana)
    page = text(hana.post("/hr/sources/crm/rotate", {"overlap": "7d"}))
    assert "The old one stays good until" in page
    assert "It was not used since the new one was made" in text(hana.get("/hr/sources/crm"))
    app.test_client().post("/hooks/crm", json=[], headers={"X-Spoonful-Secret": old})
    page = text(hana.get("/hr/sources/crm"))
    assert "It was last used" in page
    assert "by the old secret" in page
    hana.post("/hr/sources/crm/end-old")
    assert "The old secret is good no more" in text(hana.get("/hr/sources/crm"))
    assert app.test_client().post("/hooks/crm", json=[], headers={"X-Spoonful-Secret": old}).status_code == 401


def test_a_double_click_makes_one_new_secret_and_the_old_one_stays_good(app, hana, ada):
    old = connected(hana)
    form = {"overlap": "7d", "seen": re.search(r'name="seen" value="(\d+)"', text(hana.get("/hr/sources/crm")))[1]}
    shown = [SECRET.search(text(hana.post("/hr/sources/crm/rotate", form))).group(1) for _ in range(2)]
    assert shown[0] == shown[1] != old
    knocks = [
        app.test_client().post("/hooks/crm", json=[], headers={"X-Spoonful-Secret": one}) for one in (old, shown[0])
    ]
    assert [one.status_code for one in knocks] == [200, 200]
    text(ada.post("/hr/sources/crm/rotate", form), 409)  # somebody else looked before it was made
    form["seen"] = re.search(r'name="seen" value="(\d+)"', text(ada.get("/hr/sources/crm")))[1]
    assert SECRET.search(text(ada.post("/hr/sources/crm/rotate", form))).group(1) not in shown


# --- the mapping


def try_it(visitor, mapping, sample="", status=200, **form):
    form = {"mapping": mapping, "sample": sample, "kind": "application/json", "act": "try"} | form
    return text(visitor.post("/hr/sources/crm/mapping", form), status)


def test_a_mapping_is_tried_on_a_sample_and_nothing_is_stored(hana):
    connected(hana)
    page = try_it(hana, MAPPING, json.dumps([deal(7), deal(None)]))
    assert "deal.won" in page
    assert "2026-11-02T10:00:00+00:00" in page
    assert "there is nothing - at `[1]` of the payload, by `activity.id` of the mapping" in page
    assert registry.get("crm").mapping == ""
    assert db.session.scalars(select(StoredActivity.id)).all() == []


def test_a_fault_stands_with_its_line(hana):
    connected(hana)
    page = try_it(hana, MAPPING.replace('time = { path = "at" }', 'time = "now"'), status=422)
    assert re.search(r"Line 4</span> <span translate=\"no\">time = \"now\"", page)
    assert "activity.time: must be a table" in page


LINES = [
    ("[activity]\nid = 3\n", "activity.id", 2),
    ("itms = 1\n[activity]\n", "unknown key 'itms'", 1),
    ("[activity]\nid = 'a'\n[activity\n", "no TOML", 3),
    ("source = ''\n", "source", 1),
    (
        "[[activity]]\nid='a'\ntype='b'\ntime={path='t'}\n[[activity]]\nid='a'\ntype=5\ntime={path='t'}",
        "activity[1].type",
        7,
    ),
    ("[activity]\nid='a'\ntype='b'\ntime={path='t'}\n[activity.data]\nx = { path = 5 }", "activity.data.x", 6),
    ("[verification]\nplaec = 'x'\n", "unknown key 'plaec'", 2),
    ("[activity]\nid='a'\ntype='b'\ntime={path='t', zone='Moon'}", "activity.time.zone", 4),
    ("note = '''\n[" + " " * 50_000 + "\n'''\nitms = 1\n", "unknown key 'itms'", 4),  # and that at once
]


@pytest.mark.parametrize(("mapping", "said", "at"), LINES)
def test_every_fault_knows_its_line(mapping, said, at):
    with pytest.raises(connectors.mapping.MappingError) as caught:
        connectors.load("secret", mapping)
    (fault, *_) = [one for one in caught.value.faults if said in one]
    assert lines.of_fault(mapping, fault) == at


HOSTILE = [
    "\0",
    "[" * 5_000,
    "a = " + "[" * 3_000,
    ".".join("a" * 1 for _ in range(20_000)) + " = 1",
    "x" * 70_000,
    '[activity]\nid = "<script>alert(1)</script>"',
    "connector = 'os'",
    "[activity]\nid = { path = '__class__.__mro__' }\ntype = 'x'\ntime = { path = 't' }",
    "[activity]\nid = { text = '{}{{}}{' }\ntype = 'x'\ntime = { path = 't' }",
    "[verification]\nplace = 'body'\nname = 'a" + ".a" * 5_000 + "'",
    "\ud800",
    "'''",
    "activity = 5",
    "[activity]\nid = { digest = [] }",
    "[[activity]]\n" * 2_000,
]


@pytest.mark.parametrize("mapping", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_mappings_are_answered_in_words_and_in_time(hana, mapping):
    connected(hana)
    form = {"mapping": mapping.encode("utf-8", "replace").decode(), "sample": '{"id": 1}', "act": "save"}
    began = time.monotonic()
    answer = hana.post("/hr/sources/crm/mapping", form)
    assert time.monotonic() - began < 10
    assert answer.status_code in {303, 422}
    assert "<script>alert" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "sample",
    ["", "<x/>", "{" * 5_000, '{"id": 1e999999}', "[[[]]]", '"\\ud800"', "\0", "x" * 300_000, '[{"id": "\\u0000"}]'],
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/evil"])
def test_hostile_samples_are_answered_in_words(hana, sample, kind):
    connected(hana)
    assert try_it(hana, MAPPING, sample, kind=kind)


def test_what_changes_for_the_last_deliveries_is_seen_before_it_is_saved(app, hana):
    secret = connected(hana)
    remap()
    app.test_client().post("/hooks/crm", json=deal(7), headers={"X-Secret": secret})
    new = MAPPING.replace("deal.won", "deal.closed")
    page = try_it(hana, new, act="compare")
    assert "Of the last 1 deliveries, 1 becomes something else." in page
    assert "Save this mapping" in page
    assert "deal.won" in page
    assert registry.get("crm").mapping == MAPPING
    same = try_it(hana, MAPPING + "# a word\n", act="compare")
    assert "The last delivery becomes the same as before." in same
    revision = registry.get("crm").revision
    saved = hana.post("/hr/sources/crm/mapping", {"mapping": new, "revision": str(revision), "act": "save"})
    assert saved.status_code == 303
    db.session.rollback()
    assert registry.get("crm").mapping == new


def test_two_who_edit_the_same_mapping_lose_nothing(app, hana):
    connected(hana)
    ada = Visitor(app, Staff.__getitem__(type("", (), {})(), "Ada"))
    revision = str(registry.get("crm").revision)
    first = {"mapping": MAPPING, "revision": revision, "act": "save"}
    second = {"mapping": MAPPING.replace("deal.won", "deal.mine"), "revision": revision, "act": "save"}
    assert hana.post("/hr/sources/crm/mapping", first).status_code == 303
    page = text(ada.post("/hr/sources/crm/mapping", second), 409)
    assert "Somebody has changed this mapping in the meantime" in page
    assert "deal.mine" in page
    assert "deal.won" in page
    db.session.rollback()
    assert registry.get("crm").mapping == MAPPING
    again = second | {"revision": re.search(r'name="revision" value="(\d+)"', page).group(1)}
    assert ada.post("/hr/sources/crm/mapping", again).status_code == 303


def test_a_part_of_the_page_shows_the_result_alone(hana):
    connected(hana)
    hana.headers["X-Fragment"] = "1"
    part = try_it(hana, MAPPING, json.dumps(deal(7)))
    assert part.lstrip().startswith('<div id="result"')
    assert "<html" not in part
    assert "The sample becomes 1 activity" in part
    lost = try_it(hana, MAPPING.replace('"at"', '"won_at"'), json.dumps(deal(7)))
    assert "The sample becomes 0 activities" in lost, "what is left out is none"


def test_the_last_delivery_is_the_sample_and_a_new_preset_brings_its_own(app, hana):
    secret = connected(hana, "pd", preset="pipedrive")
    assert "Six canteens" in text(hana.get("/hr/sources/pd/mapping"))
    app.test_client().post("/hooks/pd", json={"came": "just now"}, auth=("x", secret))
    assert "just now" in text(hana.get("/hr/sources/pd/mapping"))


# --- tokens


def test_a_token_is_made_used_and_revoked_at_the_page(app, ada):
    page = text(ada.post("/hr/tokens", {"name": "board on the wall", "scope": "boards:read"}))
    token = re.search(r"spn_[\w-]+", page).group()
    listed = text(ada.get("/hr/tokens"))
    assert "never used" in listed
    assert "read leaderboards" in listed
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/boards/contacts-this-week", headers=headers).status_code == 200
    assert "last used" in text(ada.get("/hr/tokens"))
    row = db.session.scalars(select(ApiToken)).one()
    ada.post(f"/hr/tokens/{row.id}/revoke")
    app.extensions["tokens"].clear()  # the five seconds are over
    assert client.get("/api/v1/boards/contacts-this-week", headers=headers).status_code == 401
    assert ada.post(f"/hr/tokens/{row.id}/revoke").status_code == 404
    entries = db.session.execute(select(JournalEntry.action, JournalEntry.thing, JournalEntry.name)).all()
    assert entries[-2:] == [
        ("created", "token/board on the wall", "ada@example.com"),
        ("revoked", "token/board on the wall", "ada@example.com"),
    ]


def test_the_last_use_of_a_token_costs_one_write_a_minute_and_never_a_request(app, ada, monkeypatch):
    token = re.search(r"spn_[\w-]+", text(ada.post("/hr/tokens", {"name": "x", "scope": "boards:read"}))).group()
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    used = []
    for _ in range(3):
        app.extensions["tokens"].clear()
        assert client.get("/api/v1/boards/contacts-this-week", headers=headers).status_code == 200
        db.session.rollback()
        used.append(db.session.scalars(select(ApiToken.used)).one())
    assert len(set(used)) == 1
    begin_write().execute(ApiToken.__table__.update().values(used=used[0] - 61 * SECOND))
    db.session.commit()
    app.extensions["tokens"].clear()
    with db.engine.connect().execution_options(writes=True) as other:  # somebody else writes for long
        other.execute(ApiToken.__table__.update().values(used=ApiToken.used))
        began = time.monotonic()
        assert client.get("/api/v1/boards/contacts-this-week", headers=headers).status_code == 200
        assert time.monotonic() - began < 5


def test_a_token_is_a_services_or_ones_own_and_never_somebody_elses(ada):
    ada.post("/hr/tokens", {"name": "x", "scope": "boards:read", "email": "alice@example.com"})
    ada.post("/hr/tokens", {"name": "y", "scope": "boards:read", "whose": "mine"})
    told = text(ada.get("/hr/tokens"))
    assert "alice@example.com" not in told
    assert told.count("ada@example.com") == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "scope": "admin"}, "needs a name"),
        ({"name": "x\ny", "scope": "admin"}, "needs a name"),
        ({"name": "n" * 101, "scope": "admin"}, "needs a name"),
        ({"name": "x"}, "Choose at least one thing"),
        ({"name": "x", "scope": "rewards:use"}, "Choose at least one thing"),
    ],
)
def test_a_token_that_cannot_be_says_why_and_keeps_what_was_typed(ada, form, said):
    page = text(ada.post("/hr/tokens", form), 422)
    assert said in page
    assert db.session.scalars(select(ApiToken.id)).all() == []


def test_only_scopes_that_open_something_in_the_api_are_offered(app):
    offered = auth.offered(app)
    assert {"activities:write", "boards:read", "people:write", "tokens:manage", "admin"} <= set(offered)
    assert "rewards:use" not in offered
    with app.test_request_context():
        assert all(tokens.scope_words(scope) != scope for scope in offered)


def test_a_token_may_be_made_for_some_days(ada):
    ada.post("/hr/tokens", {"name": "x", "scope": "boards:read", "lives": "30"})
    assert "expires" in text(ada.get("/hr/tokens"))
    row = db.session.scalars(select(ApiToken)).one()
    assert row.expires - row.created == 30 * 86_400 * SECOND
    begin_write().execute(ApiToken.__table__.update().values(expires=1))
    db.session.commit()
    assert "expired" in text(ada.get("/hr/tokens"))


@pytest.mark.parametrize(
    ("who", "path"), [("Alice", "/hr/sources"), ("Mei", "/hr/sources/crm"), ("Hana", "/hr/tokens")]
)
def test_who_may_not_is_shown_nothing(app, who, path):
    assert Visitor(app, Staff()[who]).get(path).status_code == 403
