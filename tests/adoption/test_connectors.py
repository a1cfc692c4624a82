"""Payloads of CRMs become activities; what cannot become one is named by its place."""

import base64
import hashlib
import hmac
from datetime import UTC
from datetime import datetime
from decimal import Decimal
from textwrap import dedent

import pytest
from standardwebhooks.webhooks import Webhook

from adoption import connectors
from adoption.connectors import form
from adoption.connectors import mapping
from adoption.connectors import payload
from adoption.connectors import sealing
from adoption.connectors import verification
from adoption.connectors.mapping import Fault
from adoption.connectors.mapping import MappingError

NOW = 1_760_000_000
SECRET = "a secret of the CRM"


def mapped(text, found, **more):
    return mapping.load(dedent(text)).activities(found, source="crm", **more)


def basic(**lines):
    """Write the smallest mapping, with some lines changed or added."""
    given = {"id": '{ path = "id" }', "type": '"contact.created"', "time": '{ path = "at" }'} | lines
    return "[activity]\n" + "\n".join(f"{name} = {spec}" for name, spec in given.items() if spec)


ITEM = {"id": 7, "at": "2026-02-03T10:00:00Z"}


def only(text, found=ITEM, **more):
    (made,) = mapped(text, found, **more)
    return made


# --- finding values


def test_a_delivery_becomes_an_activity():
    text = """
        [activity]
        id      = { paths = ["contact.id", "rev"], joined = "@" }
        type    = { path = "event", table = { add = "contact.created" } }
        time    = { path = "at" }
        subject = { text = "contact/{contact.id}" }
        actor   = { path = "by", without = "userId:" }
        retracts = { path = "undo" }
        recordedtime = { path = "noted", format = "s" }
        [activity.data]
        email   = { path = "contact.mails.0.address", lower = true }
        kind    = "person"
        nothing = { path = "nowhere" }
    """
    found = {
        "event": "add",
        "rev": 2,
        "at": "2026-02-03T10:00:00+01:00",
        "noted": "1770000000",
        "by": "userId:12",
        "contact": {"id": 42, "mails": [{"address": "Ada@Example.com"}]},
    }
    assert mapped(text, found) == [
        {
            "source": "crm",
            "type": "contact.created",
            "id": "42@2",
            "time": "2026-02-03T09:00:00+00:00",
            "subject": "contact/42",
            "actor": "12",
            "recordedtime": "2026-02-02T02:40:00+00:00",
            "data": {"email": "ada@example.com", "kind": "person"},
        }
    ]


def test_a_list_of_events_is_read_one_by_one():
    assert [made["id"] for made in mapped(basic(), [{**ITEM, "id": 1}, {**ITEM, "id": 2}])] == ["1", "2"]


def test_items_may_lie_in_several_places_and_see_the_whole_delivery():
    text = """
        items = ["leads.add", "leads.update"]
        [activity]
        id   = { text = "{$.account}-{id}" }
        type = "deal.updated"
        time = { path = "$header.sent", format = "s" }
    """
    found = {"account": "a", "leads": {"add": [{"id": 1}], "update": {"0": {"id": 2}, "7": {"id": 3}}}}
    made = mapped(text, found, headers={"sent": "1770000000"})
    assert [one["id"] for one in made] == ["a-1", "a-2", "a-3"]


def test_a_delivery_without_the_items_brings_nothing():
    assert mapped('items = "leads.add"\n' + basic(), {"contacts": {}}) == []


def test_one_item_may_tell_of_several_activities():
    text = """
        [[activity]]
        id   = { text = "{id}-won" }
        type = "deal.won"
        time = { path = "at" }
        when = { field = "status", is = 142 }
        [[activity]]
        id   = { text = "{id}-moved" }
        type = "deal.moved"
        time = { path = "at" }
    """
    assert [one["type"] for one in mapped(text, {**ITEM, "status": "142"})] == ["deal.won", "deal.moved"]
    assert [one["type"] for one in mapped(text, {**ITEM, "status": "1"})] == ["deal.moved"]


@pytest.mark.parametrize(
    "when",
    [
        '{ field = "a.b", at_least = 3 }',
        '{ all = [{ field = "a.b", is = 3 }, { not = { field = "c", filled = true } }] }',
        '{ any = [{ field = "c", filled = true }, { field = "a.b", in = [3, 4] }] }',
    ],
)
def test_conditions_are_those_of_the_book(when):
    assert len(mapped(basic(when=when), {**ITEM, "a": {"b": "3"}})) == 1
    assert mapped(basic(when=when), {**ITEM, "a": {"b": "2"}}) == []


def test_an_uninteresting_type_is_skipped_before_anything_else_is_looked_at():
    text = basic(type='{ path = "status", table = { 142 = "deal.won" }, otherwise = "skip" }')
    assert mapped(text, {"status": 7}) == []


def test_an_id_can_be_made_from_what_was_sent():
    text = basic(id='{ digest = ["at", "who", "gone"] }')
    first, again = only(text, ITEM | {"who": {"b": 1, "a": 2}}), only(text, ITEM | {"who": {"a": 2, "b": 1}})
    other = only(text, ITEM | {"who": None})
    assert len(first["id"]) == 64
    assert first["id"] == again["id"] != other["id"]


def test_all_fields_of_an_object_can_be_taken_over():
    text = basic(data_from='"fields"') + '\n[activity.data]\nprice = { path = "amount" }\n'
    assert only(text, ITEM | {"fields": {"a": 1, "price": 3}, "amount": 4})["data"] == {"a": 1, "price": 4}
    assert only(text, ITEM | {"amount": 4})["data"] == {"price": 4}


def test_numbers_stay_exact():
    found = payload.json(b'{"id": 1745500706683617281, "at": "2026-02-03T10:00:00Z", "price": 59.999999999999999999}')
    made = only(basic() + '\n[activity.data]\nprice = { path = "price" }\n', found)
    assert made["id"] == "1745500706683617281"
    assert made["data"]["price"] == Decimal("59.999999999999999999")


@pytest.mark.parametrize(
    ("spec", "sent", "meant"),
    [
        ('{ path = "t" }', "2026-02-03T10:00:00Z", "2026-02-03T10:00:00+00:00"),
        ('{ path = "t" }', "2026-02-03T10:00:00.1234567+05:30", "2026-02-03T04:30:00.123456+00:00"),
        ('{ path = "t", zone = "UTC" }', "2026-02-03 10:00:00", "2026-02-03T10:00:00+00:00"),
        ('{ path = "t", zone = "Europe/Amsterdam" }', "2026-10-25T02:30:00", "2026-10-25T00:30:00+00:00"),
        ('{ path = "t", format = "s" }', "1770000000", "2026-02-02T02:40:00+00:00"),
        ('{ path = "t", format = "s" }', 1770000000.5, "2026-02-02T02:40:00.500000+00:00"),
        ('{ path = "t", format = "ms" }', 1770000000123, "2026-02-02T02:40:00.123000+00:00"),
        ('{ path = "t", format = "us" }', 1770000000123456, "2026-02-02T02:40:00.123456+00:00"),
        ('{ path = "t", format = "dotnet" }', "/Date(1506409448000-0700)/", "2017-09-26T07:04:08+00:00"),
        (
            '{ path = "t", format = "%d.%m.%Y %H:%M", zone = "Asia/Tokyo" }',
            "03.02.2026 10:00",
            "2026-02-03T01:00:00+00:00",
        ),
    ],
)
def test_times_are_read_as_their_sender_writes_them(spec, sent, meant):
    sent = Decimal(str(sent)) if isinstance(sent, float) else sent
    assert only(basic(time=spec), ITEM | {"t": sent})["time"] == meant


def test_a_row_of_a_file_is_an_item_whose_blank_cells_are_missing():
    ready = mapping.load(
        'source = "file"\n' + basic(actor='{ path = "User name" }') + '\n[activity.data]\nx = { path = "x" }'
    )
    row = {"id": "1", "at": "2026-02-03T10:00:00Z", "User name": " ", "x": ""}
    assert ready.row(row) == [
        {"source": "file", "type": "contact.created", "id": "1", "time": "2026-02-03T10:00:00+00:00", "data": {}}
    ]


@pytest.mark.parametrize(
    ("lines", "found", "place", "said"),
    [
        ({}, {"at": ITEM["at"]}, "activity.id", "there is nothing"),
        ({}, {"id": " ", "at": ITEM["at"]}, "activity.id", "there is nothing"),
        ({}, {"id": "1"}, "activity.time", "there is nothing"),
        ({}, {"id": {"a": 1}, "at": ITEM["at"]}, "activity.id", "expected text, found an object - at `id`"),
        ({}, {"id": [1], "at": ITEM["at"]}, "activity.id", "expected text, found a list - at `id`"),
        ({}, {"id": "1", "at": "yesterday"}, "activity.time", "'yesterday' is no time of the format iso - at `at`"),
        ({}, {"id": "1", "at": "2026-02-03T10:00:00"}, "activity.time", "has no time zone"),
        ({"time": '{ path = "at", format = "s" }'}, {"id": "1", "at": "1e99999999"}, "activity.time", "no time of the"),
        ({"time": '{ path = "at", format = "s" }'}, {"id": "1", "at": "9" * 18}, "activity.time", "no time of the"),
        ({"time": '{ path = "at", format = "dotnet" }'}, ITEM, "activity.time", "no time of the format dotnet"),
        (
            {"type": '{ path = "s", table = { a = "b.c" } }'},
            {**ITEM, "s": "z"},
            "activity.type",
            "'z' is not in the table",
        ),
        ({"data_from": '"at"'}, ITEM, "activity.data", "expected an object - at `data_from`"),
        ({}, 5, "activity.items", "the item is not an object"),
        ({}, {"id": Decimal("1e999999999"), "at": ITEM["at"]}, "activity.id", "more than 40 digits"),
    ],
)
def test_a_fault_names_its_place_in_the_mapping_and_in_the_payload(lines, found, place, said):
    fault = only(basic(**lines), found)
    assert isinstance(fault, Fault)
    assert fault.mapping == place
    assert said in str(fault)


def test_a_fault_among_several_items_names_which():
    made = mapped('items = "deals"\n' + basic(), {"deals": [ITEM, {"id": {}, "at": ITEM["at"]}]})
    assert made[1].payload == "deals[1].id"


# --- mappings that are wrong


def test_all_faults_of_a_mapping_are_told_at_once():
    text = """
        itms = "x"
        source = ""
        when = { field = "a", iz = 1 }
        [activity]
        id = { path = "a", text = "{b}" }
        time = { path = "at", format = "z", zone = "Mars/Base" }
        subjct = "x"
        [activity.data]
        a = { pth = "x" }
    """
    with pytest.raises(MappingError) as caught:
        mapping.load(dedent(text))
    assert [fault.partition(":")[0] for fault in caught.value.faults] == [
        "activity.data.a",
        "activity.data.a",
        "activity.id",
        "activity.time.format",
        "activity.time.zone",
        "activity.type",
        "activity",
        "mapping",
        "source",
        "when.iz",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("=", "this is no TOML"),
        ("", "activity"),
        ("activity = 3", "activity"),
        ("activity = []", "activity"),
        (basic(id='"constant'), "this is no TOML"),
        (basic(id="3"), "activity.id"),
        (basic(id='" "'), "activity.id"),
        (basic(id='{ path = "" }'), "activity.id.path"),
        (basic(id="{ path = 3 }"), "activity.id.path"),
        (basic(id="{ paths = [] }"), "activity.id.paths"),
        (basic(id='{ digest = "a" }'), "activity.id.digest"),
        (basic(id='{ text = "no place" }'), "activity.id.text"),
        (basic(id='{ text = "{open" }'), "activity.id.text"),
        (basic(time='"2026-02-03T10:00:00Z"'), "activity.time"),
        (basic(time='{ path = "at", zone = 3 }'), "activity.time.zone"),
        (basic(time='{ path = "at", zone = "/etc/passwd" }'), "activity.time.zone"),
        (basic(type='{ path = "x", table = [] }'), "activity.type.table"),
        (basic(type='{ path = "x", table = { a = [1] } }'), "activity.type.table"),
        (basic(type='{ path = "x", otherwise = [] }'), "activity.type.otherwise"),
        (basic(when="{}"), "activity.when"),
        (basic(when='{ field = "a", at_least = "3" }'), "activity.when.at_least"),
        (basic(when="{ all = [] }"), "activity.when.all"),
        (basic(when='{ all = [{ field = "a", is = 1, is_not = 2 }] }'), "activity.when.all[0]"),
        (basic(when='{ not = { field = "a", in = [] } }'), "activity.when.not.in"),
        (basic(items="[1]"), "activity.items"),
        (basic(data="3"), "activity.data"),
        (basic(data_from="3"), "activity.data_from"),
    ],
)
def test_a_wrong_mapping_is_refused_with_the_place(text, place):
    with pytest.raises(MappingError) as caught:
        mapping.load(text)
    assert any(fault.startswith(f"{place}:") for fault in caught.value.faults), caught.value.faults


def test_a_source_without_a_mapping_speaks_cloudevents():
    reader = connectors.load("secret", "").reader
    event = {"id": "1", "type": "a.b", "time": "2026-02-03T10:00:00Z"}
    assert reader.activities(event, source="crm") == [{**event, "source": "crm"}]
    assert reader.activities([event, {**event, "source": "crm"}], source="crm") == [{**event, "source": "crm"}] * 2


def test_a_hook_cannot_send_in_the_name_of_another_source():
    (fault,) = connectors.load("secret", "").reader.activities({"id": "1", "source": "payroll"}, source="crm")
    assert str(fault).startswith("this hook takes activities of 'crm' only - at `source`")


def test_an_unknown_connector_is_refused():
    with pytest.raises(MappingError, match="connector: 'soap' is none; choose from mapping, cloudevents"):
        connectors.load("secret", 'connector = "soap"')


# --- forms


def test_bracket_keys_make_objects_and_lists():
    body = b"leads[add][0][id]=7&leads[add][1][id]=8&tags[]=a&tags[]=b&f[12][v]=x&f[3][v]=y&name=Zo%C3%AB+B&blank="
    assert form.parse(body) == {
        "leads": {"add": [{"id": "7"}, {"id": "8"}]},
        "tags": ["a", "b"],
        "f": {"12": {"v": "x"}, "3": {"v": "y"}},
        "name": "Zoë B",
        "blank": "",
    }


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"a", "cannot be read"),
        (b"a=1&&b=2", "cannot be read"),
        (b"a=%ff", "cannot be read"),
        (b"a=\xff", "cannot be read"),
        (b"a[b=1", "'a[b': its brackets do not match"),
        (b"a]b=1", "brackets do not match"),
        (b"[a]=1", "brackets do not match"),
        (b"=1", "brackets do not match"),
        (b"a[b][c]d=1", "brackets do not match"),
        (b"a=1&a=2", "'a' comes twice"),
        (b"a[b]=1&a[b]=2", "'a[b]' comes twice"),
        (b"a=1&a[b]=2", "another field gives text"),
        (b"a[b]=1&a=2", "'a' comes twice"),
        (b"a" + b"[b]" * 10 + b"=1", "more than 10 keys"),
        (b"&".join(b"a[]=" for _ in range(form.MOST + 1)), "cannot be read"),
        (b"a=" + b"b" * form.LARGEST, "larger than"),
    ],
)
def test_a_mistaken_form_is_refused(body, said):
    with pytest.raises(form.FormError) as caught:
        form.parse(body)
    assert said in str(caught.value)


# --- bodies


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"a": "1"}'),
        ("application/json; charset=utf-8", b'\xef\xbb\xbf{"a": "1"}'),
        ("application/vnd.crm+json", b'{"a": "1"}'),
        ("", b' {"a": "1"}'),
        ("application/x-www-form-urlencoded", b"a=1"),
    ],
)
def test_json_and_forms_are_read(kind, body):
    assert payload.parse(kind, body) == {"a": "1"}


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("text/xml", b"<a/>", "'text/xml' is not read"),
        ("multipart/form-data; boundary=x", b"--x", "'multipart/form-data' is not read"),
        ("", b"hello", "'nothing' is not read"),
        ("application/json", b"", "truncated"),
        ("application/json", b'{"a": 1,\n "b": }', "line 2, column 7: byte 15"),
        ("application/json", b'{"a": NaN}', "invalid character (line 1, column 7"),
        ("application/json", b'{"a": "\xff"}', "not UTF-8"),
        ("application/json", b"[" * 100_000, "nested too deeply"),
        ("application/json", b"1" * 5_000, "out of range"),
        ("application/json", b"1e" + b"9" * 30, "too large"),
    ],
)
def test_a_body_that_cannot_be_read_says_where(kind, body, said):
    with pytest.raises(payload.UnreadablePayloadError) as caught:
        payload.parse(kind, body)
    assert said in str(caught.value)


# --- proof


def delivery(body=b"{}", *, method="POST", query=(), password=None, kind="application/json", **headers):
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return verification.Delivery(method, named, dict(query), password, body, kind)


def proof(kind, **options):
    return verification.read(kind, options or None)


def signature(signed, secret=SECRET):
    return hmac.new(secret.encode(), signed, hashlib.sha256)


def test_an_hmac_proves_the_body():
    ready = proof("hmac-sha256")
    good = delivery(b"body", x_signature=signature(b"body").hexdigest())
    assert verification.verify("hmac-sha256", SECRET, ready, good, NOW)
    for bad in (
        delivery(b"Body", x_signature=signature(b"body").hexdigest()),
        delivery(b"body", x_signature=signature(b"body", "another").hexdigest()),
        delivery(b"body", x_signature=""),
        delivery(b"body", x_signature="no hex"),
        delivery(b"body", x_signature="é"),
        delivery(b"body"),
    ):
        assert not verification.verify("hmac-sha256", SECRET, ready, bad, NOW)


def test_an_hmac_may_have_a_prefix():
    ready = proof("hmac-sha256", header="X-Hub-Signature-256", prefix="sha256=")
    good = delivery(b"body", x_hub_signature_256="sha256=" + signature(b"body").hexdigest())
    bare = delivery(b"body", x_hub_signature_256=signature(b"body").hexdigest())
    assert verification.verify("hmac-sha256", SECRET, ready, good, NOW)
    assert not verification.verify("hmac-sha256", SECRET, ready, bare, NOW)


@pytest.mark.parametrize(("late", "holds"), [(0, True), (-299, True), (299, True), (-301, False), (301, False)])
def test_a_signed_timestamp_may_be_five_minutes_off(late, holds):
    url = "https://spoonful.example.com/hooks/hub"
    ready = proof(
        "hmac-sha256",
        header="X-HubSpot-Signature-v3",
        encoding="base64",
        signs=["method", "url", "body", "timestamp"],
        url=url,
        timestamp_header="X-HubSpot-Request-Timestamp",
        timestamp_unit="ms",
    )
    stamp = str((NOW + late) * 1000)
    signed = base64.b64encode(signature(f"POST{url}[]{stamp}".encode()).digest()).decode()
    sent = delivery(b"[]", x_hubspot_signature_v3=signed, x_hubspot_request_timestamp=stamp)
    assert verification.verify("hmac-sha256", SECRET, ready, sent, NOW) is holds


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "9" * 400])
def test_a_timestamp_that_is_none_proves_nothing(stamp):
    ready = proof("hmac-sha256", signs=["timestamp", "body"], joined=".", timestamp_header="X-Time")
    sent = delivery(b"{}", x_signature=signature(f"{stamp}.{{}}".encode()).hexdigest(), x_time=stamp)
    assert not verification.verify("hmac-sha256", SECRET, ready, sent, NOW)


def test_standard_webhooks_prove_themselves():
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    now = datetime.now(UTC)
    signed = Webhook(secret).sign("msg_1", now, "{}")
    good = {"webhook_id": "msg_1", "webhook_timestamp": str(int(now.timestamp())), "webhook_signature": signed}
    ready = proof("standard-webhooks")
    assert verification.verify("standard-webhooks", secret, ready, delivery(b"{}", **good), NOW)
    for bad in (
        {},
        good | {"webhook_id": "msg_2"},
        good | {"webhook_timestamp": "1"},
        good | {"webhook_timestamp": "nan"},
        good | {"webhook_signature": "v1"},
        good | {"webhook_signature": "v1,%%%"},
        good | {"webhook_signature": "v1a," + signed[3:]},
    ):
        assert not verification.verify("standard-webhooks", secret, ready, delivery(b"{}", **bad), NOW)
    assert not verification.verify("standard-webhooks", secret, ready, delivery(b"\xff", **good), NOW)


@pytest.mark.parametrize(
    ("options", "good", "bad"),
    [
        ({}, {"x_spoonful_secret": SECRET}, {"x_spoonful_secret": SECRET + " "}),
        ({"name": "X-Token"}, {"x_token": SECRET}, {"x_spoonful_secret": SECRET}),
        ({"place": "query", "name": "code"}, {"query": {"code": SECRET}}, {"query": {"code": ""}}),
        ({"place": "basic"}, {"password": SECRET}, {"password": "é"}),
        (
            {"place": "body", "name": "auth.token"},
            {"body": b"auth[token]=a+secret+of+the+CRM", "kind": payload.FORM},
            {"body": b"auth[token][x]=a", "kind": payload.FORM},
        ),
        ({"place": "body", "name": "token"}, {"body": b'{"token": "a secret of the CRM"}'}, {"body": b'{"token": }'}),
    ],
)
def test_a_secret_proves_itself_where_the_sender_puts_it(options, good, bad):
    ready = proof("secret", **options)
    assert verification.verify("secret", SECRET, ready, delivery(**good), NOW)
    assert not verification.verify("secret", SECRET, ready, delivery(**bad), NOW)
    assert not verification.verify("secret", SECRET, ready, delivery(), NOW)


@pytest.mark.parametrize(
    ("kind", "options", "place"),
    [
        ("secret", {"header": "X"}, "verification"),
        ("secret", {"place": "path"}, "verification.place"),
        ("secret", {"place": "query"}, "verification.name"),
        ("standard-webhooks", {"header": "X"}, "verification"),
        ("hmac-sha256", {"encoding": "base32"}, "verification.encoding"),
        ("hmac-sha256", {"header": 3}, "verification.header"),
        ("hmac-sha256", {"signs": ["timestamp"]}, "verification.signs"),
        ("hmac-sha256", {"signs": ["timestamp", "body"]}, "verification.timestamp_header"),
        ("hmac-sha256", {"signs": ["url", "body"]}, "verification.url"),
        ("hmac-sha256", {"timestamp_header": "X-Time"}, "verification.signs"),
    ],
)
def test_a_wrong_verification_is_refused_with_the_place(kind, options, place):
    with pytest.raises(MappingError) as caught:
        verification.read(kind, options)
    assert any(fault.startswith(f"{place}:") for fault in caught.value.faults), caught.value.faults


@pytest.mark.parametrize(
    ("kind", "secret"), [("secret", "short"), ("standard-webhooks", "whsec_!"), ("standard-webhooks", "whsec_YQ==")]
)
def test_a_secret_that_proves_nothing_is_refused(kind, secret):
    with pytest.raises(MappingError, match="secret: must"):
        verification.check_secret(kind, secret)


def test_a_sealed_secret_opens_with_its_key_alone():
    sealed = sealing.seal(SECRET, "k" * 32)
    assert SECRET not in sealed
    assert sealing.unseal(sealed, "k" * 32) == SECRET
    with pytest.raises(sealing.SealedElsewhereError):
        sealing.unseal(sealed, "l" * 32)
