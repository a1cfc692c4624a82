"""Channels of chats: what is told there and what never is; servers that delay, refuse, hang up and lead elsewhere."""

import ipaddress
import json
import logging
import socket
import time
from collections import Counter

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy import update

from adoption import facts
from adoption import jobs
from adoption import preferences
from adoption.chat import channels
from adoption.chat import posting
from adoption.chat import reaching
from adoption.chat.channels import Wanted
from adoption.digests import for_channels
from adoption.digests import planning
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.mail import chats
from adoption.mail import looking
from adoption.mail import outbox
from adoption.mail import sending
from adoption.mail import to_channels
from adoption.models import Channel
from adoption.models import JournalEntry
from adoption.models import Letter
from adoption.models import Team
from rules.delivery import MINUTE
from rules.period import SECOND
from tests.bureau import MONDAY
from tests.bureau import NOW
from tests.bureau import Bureau
from tests.bureau import at
from tests.hooks import Hooks
from tests.leading import let_lead
from tests.postbox import Postbox
from tests.racing import at_once
from tests.visitors import Visitor

HOOK = "/hooks/0123456789secret"
OTHER = "/hooks/9876543210secret"
BY = By(None, "a test")
STALE = {"why": "stale"}
SETTINGS = {"PUBLIC_URL": "https://spoonful.example.com", "CHAT_INNER_HOSTS": "localhost"}


@pytest.fixture(scope="module")
def hooks(tmp_path_factory):
    with Hooks(tmp_path_factory.mktemp("hooks")) as hooks:
        yield hooks


@pytest.fixture
def box(hooks, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", hooks.certificate)
    hooks.taken.clear()
    hooks.script.clear()
    hooks.connections, hooks.on_post = 0, lambda: None
    return hooks


@pytest.fixture
def app(new_app, database, box):
    with new_app(database, **SETTINGS) as app:
        yield app


@pytest.fixture
def bureau(app):
    return Bureau()


def now():
    return time.time_ns() // 1000


def connect(  # noqa: PLR0913  # what a channel is
    hooks, path=HOOK, *, kind="mattermost", name="Alerts", team=None, topics=("alerts",), at=None, language="en"
):
    wanted = Wanted(kind, name, hooks.url(path), language, team, topics)
    number = channels.connect(wanted, chats.topics(), by=BY, now=at or now())
    db.session.commit()
    return number


def tell(occasion="1", kind="feed-alert", said=STALE):
    told = to_channels.tell(begin_write(), kind, occasion=occasion, facts=said, now=now())
    db.session.commit()
    return told


def post():
    return dict(sending.run(lambda _done, _total: None, chat=True))


def later(seconds):
    return time_machine.travel(time.time() + seconds)


def rows(kind=None):
    query = select(Letter.id).where(Letter.address.startswith("channel:")).order_by(Letter.id)
    found = [
        outbox.find(one) for one in db.session.scalars(query if kind is None else query.where(Letter.kind == kind))
    ]
    db.session.rollback()
    return found


def row():
    (found,) = rows()
    return found


# --- the way there


def test_what_is_told_arrives_as_it_is_stored(app, box):
    connect(box)
    assert tell() == 1
    assert post() == {"sent": 1}
    (came,) = box.taken
    assert came.path == HOOK
    assert came.headers["Content-Type"] == "application/json; charset=utf-8"
    assert came.body.decode() == row().html
    assert "No data from the CRM for a whole working day" in came.said["text"]
    assert (row().state, row().tries, row().reply) == ("sent", 1, "200 ok")
    assert row().text.startswith("No data from the CRM")


def test_each_channel_is_told_once_in_its_own_language(app, box):
    connect(box)
    connect(box, OTHER, name="Тревоги", language="ru", kind="teams")
    assert tell() == 2
    assert tell() == 0
    assert post() == {"sent": 2}
    (card,) = [one.said["attachments"][0]["content"] for one in box.taken if one.path == OTHER]
    assert card["lang"] == "ru"
    assert "CRM" in card["body"][0]["inlines"][0]["text"]
    assert "No data" not in json.dumps(card)


def test_a_channel_hears_what_it_was_connected_for(app, bureau, box):
    connect(box, team=1, topics=())
    assert tell() == 0


@pytest.mark.parametrize("fault", [429, 500, 503, "drop before", "drop after"])
def test_what_may_pass_is_tried_again_later(app, box, fault):
    box.do(HOOK, fault)
    connect(box)
    tell()
    assert post() == {"deferred": 1}
    assert MINUTE <= row().due - row().changed <= MINUTE * 1.2
    assert row().doubts == (1 if isinstance(fault, str) else 0)
    assert post() == {}
    with later(75):
        assert post() == {"sent": 1}
    assert len({came.body for came in box.taken}) == 1


def test_nothing_is_posted_more_than_twice_without_being_asked(app, box):
    box.do(HOOK, "drop after", "drop after")
    connect(box)
    tell()
    assert post() == {"deferred": 1}
    with later(75):
        assert post() == {"sending": 1}
    with later(3_600):
        assert not outbox.needed(now(), chat=True)
        assert post() == {}
        assert looking.counts(now()) == {"doubtful": 1}
        outbox.retry(row().id, now())
        db.session.commit()
        assert post() == {"sent": 1}
    assert len(box.taken) == 3


def test_what_a_killed_process_left_is_posted_again_once(app, box):
    connect(box)
    tell()
    for doubts in (0, 1):
        gone = {"state": "sending", "reply": None, "changed": now() - outbox.LOST - SECOND, "doubts": doubts}
        begin_write().execute(update(Letter).values(gone))
        db.session.commit()
        assert outbox.needed(now(), chat=True) == (not doubts)
    assert not outbox.needed(now())


def test_a_slow_answer_leaves_a_doubt(app, box, monkeypatch):
    monkeypatch.setattr(reaching, "TIMEOUT", 0.3)
    box.slow = 2
    box.do(HOOK, "slow")
    connect(box)
    tell()
    assert post() == {"deferred": 1}
    assert (row().doubts, row().reply) == (1, "no answer: TimeoutError")


def test_an_answer_that_never_ends_is_not_waited_for(app, box, monkeypatch):
    monkeypatch.setattr(posting, "WHOLE_TIMEOUT", 0.5)
    box.do(HOOK, ("drip", "", {}))
    connect(box)
    tell()
    begun = time.monotonic()
    post()
    assert time.monotonic() - begun < 5
    assert (row().state, row().doubts) == ("deferred", 1)


def test_little_is_read_of_an_answer_and_less_is_kept(app, box):
    box.do(HOOK, (500, "x" * 100_000, {}))
    connect(box)
    tell()
    post()
    assert len(row().reply) <= posting.WORDS + 4


def test_who_asks_us_to_wait_is_heeded_by_the_whole_channel(app, box):
    box.do(HOOK, (429, "rate_limited", {"Retry-After": "600"}))
    connect(box)
    tell("1")
    tell("2")
    assert post() == {"deferred": 1}
    assert min(one.due for one in rows()) - now() + 10 * SECOND >= 600 * SECOND
    with later(300):
        assert post() == {}
    with later(620):
        assert post() == {"sent": 1}
    assert box.connections == 2


def test_one_message_a_second_goes_to_a_channel_and_none_waits_for_another_channel(app, box):
    connect(box)
    connect(box, OTHER, name="Other")
    for occasion in ("1", "2", "3"):
        tell(occasion)
    for wait in (0, 1.1, 2.2):
        with time_machine.travel(time.time() + wait, tick=False):
            assert post() == {"sent": 2}
        assert len({came.path for came in box.taken[-2:]}) == 2
    assert {one.tries for one in rows()} == {1}


def test_a_server_that_is_away_holds_up_no_other_channel(app, box):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        gone = probe.getsockname()[1]
    number = connect(box)
    connect(box, OTHER, name="Other")
    url = channels.sealing.seal(f"https://localhost:{gone}{HOOK}", app.extensions["settings"].secret_key)
    begin_write().execute(update(Channel).where(Channel.id == number).values(url=url))
    db.session.commit()
    tell()
    assert post() == {"deferred": 1, "sent": 1}
    first = rows()[0]
    assert first.doubts == 0
    assert "Connection refused" in first.reply
    assert HOOK not in first.reply


def test_a_mail_server_that_is_away_holds_up_no_chat(new_app, database, box):
    with Postbox() as gone:
        url = gone.url
    with new_app(database, SMTP_URL=url, **SETTINGS):
        connect(box)
        outbox.plan(begin_write(), "test", address="a@example.com", occasion="1", facts={"name": "A"}, now=now())
        tell()
        assert dict(sending.run(lambda _done, _total: None)) == {}
        assert post() == {"sent": 1}


def test_the_timetable_posts_what_is_due_and_leaves_no_row_when_nothing_is(app, box):
    def quiet(_done, _total):
        pass

    assert jobs.run("post-to-channels", quiet, scheduled=True) is None
    connect(box)
    tell()
    assert jobs.run("send-letters", quiet, scheduled=True) is None
    assert jobs.run("post-to-channels", quiet, scheduled=True) == "1 sent"
    assert jobs.run("post-to-channels", quiet, scheduled=True) is None


def test_two_workers_post_nothing_twice(app, box):
    for number in range(6):
        connect(box, f"/hooks/secret-{number}", name=f"Channel {number}")
    tell()
    assert len(rows()) == 6
    at_once(*[post] * 2)
    with later(5):
        post()
    assert Counter(came.path for came in box.taken) == {f"/hooks/secret-{number}": 1 for number in range(6)}
    assert {one.state for one in rows()} == {"sent"}


def test_no_transaction_is_open_while_a_webhook_is_talked_to(app, box):
    held, pool = [], db.engine.pool
    box.on_post = lambda: held.append(pool.checkedout())
    connect(box)
    tell()
    post()
    assert held == [0]


# --- channels that are gone


@pytest.mark.parametrize(
    "fault", [404, 410, 403, 302, (400, '{"id":"web.incoming_webhook.invalid.app_error"}', {})]
)  # fmt: skip
def test_a_channel_that_is_gone_is_stopped_and_administrators_are_told(app, bureau, box, fault):
    box.do(HOOK, fault)
    number = connect(box)
    tell("1")
    tell("2")
    post()
    channel = channels.get(number)
    assert channel.stopped is not None
    assert channel.said.startswith(str(fault if isinstance(fault, int) else fault[0]))
    assert {one.state for one in rows()} == {"failed", "skipped"}
    told = db.session.execute(select(Letter.address, Letter.facts).where(Letter.kind == "channel-stopped")).all()
    assert [address for address, _ in told] == ["ada@example.com"]
    assert "Alerts" in told[0].facts
    assert tell("3") == 0
    entry = db.session.scalar(select(JournalEntry.action).where(JournalEntry.thing == f"channel/{number}")
                              .order_by(JournalEntry.number.desc()).limit(1))  # fmt: skip
    assert entry == "stopped"


def test_a_message_that_is_refused_costs_no_channel(app, box):
    box.do(HOOK, (400, "invalid_payload", {}))
    number = connect(box)
    tell()
    assert post() == {"failed": 1}
    assert channels.get(number).is_active


def test_no_redirect_is_followed(app, box):
    box.do(HOOK, (307, "", {"Location": box.url("/elsewhere")}))
    connect(box)
    tell()
    post()
    assert box.connections == 1
    assert row().state == "failed"


def test_a_channel_that_was_stopped_is_told_what_comes_after_it_is_resumed(app, box):
    box.do(HOOK, 404)
    number = connect(box)
    tell("1")
    post()
    channels.resume(number, by=BY, now=now())
    db.session.commit()
    tell("2")
    with later(2):
        assert post() == {"sent": 1}


# --- where nothing goes


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.1.2.3", "100.64.0.1", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
     "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::"],
)  # fmt: skip  # a list of addresses
def test_private_addresses_are_not_public_however_they_are_wrapped(address):
    assert not reaching.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "52.1.2.3", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_public_addresses_are_public(address):
    assert reaching.is_public(ipaddress.ip_address(address))


def test_nothing_is_sent_into_our_own_network_unless_a_setting_allows_the_host(new_app, database, box):
    with new_app(database, PUBLIC_URL="https://spoonful.example.com"):
        connect(box)
        tell()
        assert post() == {"deferred": 1}
        assert "localhost is within a private network" in row().reply
        assert "CHAT_INNER_HOSTS" in row().reply
    assert box.connections == 0


def test_one_private_address_among_public_ones_is_enough_to_go_nowhere(monkeypatch):
    mixed = [(socket.AF_INET, 1, 6, "", (one, 443)) for one in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: mixed)
    with reaching.within(5) as deadline, pytest.raises(reaching.OutOfReachError, match="private network"):
        reaching.connected("https://hooks.example.com/x", (), deadline)


def test_the_address_that_was_looked_at_is_the_one_that_is_called(box, monkeypatch):
    asked, called = [], []
    real, dial = socket.getaddrinfo, socket.create_connection

    def look_up(host, *args, **more):
        asked.append(host)
        return real("127.0.0.1", *args, **more)

    def call(address, *args, **more):
        called.append(address[0])
        return dial(address, *args, **more)

    monkeypatch.setattr(reaching.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(reaching.socket, "create_connection", call)
    assert posting.post(box.url(HOOK), b"{}", {"localhost"}).code == 200
    assert called == ["127.0.0.1"]
    assert asked[0] == "localhost"
    assert set(asked[1:]) <= {"127.0.0.1"}  # a second look-up of the name could lead elsewhere


def test_a_certificate_that_does_not_fit_is_not_accepted(app, box, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    connect(box)
    tell()
    assert post() == {"deferred": 1}
    assert "certificate verify failed" in row().reply.lower()
    assert box.taken == []


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://localhost/hooks/x", "no address"),
        ("https://localhost", "no address"),
        ("https://user:word@localhost/hooks/x", "no address"),
        ("https://localhost/hooks/x y", "no address"),
        ("https://localhost/hooks/x\r\nX-Header: 1", "no address"),
        ("https://localhost/hooks/x#part", "no address"),
        ("https://localhost:0/hooks/x", "no address"),
        ("https://[::1/hooks/x", "no address"),
        ("ftp://localhost/x", "no address"),
        ("https://example.webhook.office.com/webhookb2/x", "retired"),
        ("https://hooks.slack.com/services/T/B/x", "slack"),
        ("https://chat.example.com/hooks/x", None),
        ("https://chat.example.com/hooks/x?y=1", None),
    ],
)  # fmt: skip
def test_addresses_are_checked_when_they_are_typed(url, fault):
    assert channels.fault_of("mattermost", url) == fault


def test_slack_is_where_slack_is():
    assert channels.fault_of("slack", "https://hooks.slack.com/services/T/B/x") is None
    assert channels.fault_of("slack", "https://chat.example.com/hooks/x") == "slack"


# --- the secret


def test_the_address_is_in_no_log_no_row_no_journal_and_no_page(app, bureau, box, caplog):
    caplog.set_level(logging.DEBUG)
    box.do(HOOK, (404, f"no service at {HOOK} {HOOK.rpartition('/')[2]}", {}))
    number = connect(box)
    tell()
    post()
    ada = Visitor(app, bureau["Ada"])
    page = ada.get(f"/channels/{number}").text + ada.get("/channels").text + ada.get("/letters").text
    secret = HOOK.rpartition("/")[2]
    dump = str([tuple(one) for table in ("letter", "journal_entry", "channel", "job_run")
                for one in db.session.execute(sql(f"SELECT * FROM {table}"))])  # names of tables  # fmt: skip
    assert secret not in caplog.text + dump + page
    assert f"localhost …{secret[-4:]}" in page


def test_a_channel_sealed_with_another_key_waits_with_that_reason(app, box):
    number = connect(box)
    tell()
    begin_write().execute(update(Channel).where(Channel.id == number).values(url=channels.sealing.seal("x", "y" * 40)))
    db.session.commit()
    assert post() == {"deferred": 1}
    assert "SECRET_KEY" in row().reply


# --- the week of a team


def team(name="North"):
    return db.session.scalar(select(Team.id).where(Team.name == name))


def write(moment=NOW):
    return dict(for_channels.run(moment, lambda _done, _total: None))


BEFORE = at(MONDAY, 1)


def test_a_channel_is_told_of_the_week_and_not_of_single_people(bureau, box):
    connect(box, team=team(), topics=(), at=BEFORE)
    assert write() == {"rendered": 1}
    said = row().text
    assert said.startswith("North, 23")
    assert "Developed contacts: 21, that is 10 more than the week before." in said
    assert "Goals reached: 3 of 5" in said
    assert "Worth a thank-you\nBob improved most: 6" in said
    assert "Anna reached" in said
    for told in ("Towards", "one step from done", "Lena", "Li", "contact/", "Eight weeks"):
        assert told not in said
    with time_machine.travel(NOW / SECOND):
        assert post() == {"sent": 1}
    assert visible(box.taken[0].said["text"]).startswith("**North, 23")


def visible(text):
    return text.replace("\u2060", "").replace("\\", "")


def test_a_week_is_told_once_whoever_writes_it(bureau, box):
    connect(box, team=team(), topics=(), at=BEFORE)
    found = at_once(*[write] * 2)
    assert all(isinstance(one, dict) for one in found)
    assert write() == {}
    assert len(rows()) == 1


def test_whoever_is_thanked_is_called_as_they_chose(bureau, box):
    preferences.choose(bureau["Alice"], shown="hidden")
    db.session.commit()
    preferences.choose(bureau["Bob"], shown="alias", alias="Otter")
    db.session.commit()
    connect(box, team=team(), topics=(), at=BEFORE)
    write()
    assert "Alice" not in row().text
    assert "Bob" not in row().text
    assert "Otter improved most" in row().text


def test_of_fewer_than_five_people_there_are_totals_alone(bureau, box):
    bureau.lead({"Li": "Olga"})
    connect(box, team=team(), topics=(), at=BEFORE)
    write()
    said = row().text
    assert "Developed contacts: 18, that is 9 more than the week before.\n" in said
    for told in ("Goals", "score", "thank-you", "Alice", "Rewards", "people"):
        assert told not in said


def test_what_was_due_before_a_channel_was_connected_is_not_told(bureau, box):
    connect(box, team=team(), topics=(), at=NOW + SECOND)
    assert write(NOW + 2 * SECOND) == {}


def test_a_week_is_not_told_a_day_late(bureau, box):
    connect(box, team=team(), topics=(), at=BEFORE)
    assert write(at(MONDAY, 8, 30) + 25 * 3_600 * SECOND) == {}


def test_data_that_is_too_old_is_not_told_and_whoever_looks_after_it_is_alerted_in_chat(app, box):
    bureau = Bureau(work=False)
    bureau.work("Alice", 3, MONDAY.replace(day=16))
    connect(box, team=team(), topics=("alerts",), at=BEFORE)
    assert write() == {"skipped": 1}
    planning.run(NOW, lambda _done, _total: None)
    assert {one.kind: one.reply for one in rows()} == {"channel-digest": "stale", "feed-alert": None}


def test_a_team_that_nobody_leads_is_not_told_of(bureau, box):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    let_lead(connection, None, *bureau.numbers.values())
    db.session.commit()
    connect(box, team=team(), topics=(), at=BEFORE)
    assert write() == {"skipped": 1}
    assert row().reply == "nobody"


def test_one_broken_week_stops_no_other(bureau, box, monkeypatch):
    connect(box, team=team(), topics=(), at=BEFORE)
    connect(box, OTHER, team=team("South"), topics=(), at=BEFORE)
    real = for_channels.message_of

    def break_down(found):
        if found.team == "North":
            msg = "broken"
            raise ValueError(msg)
        return real(found)

    monkeypatch.setattr(for_channels, "message_of", break_down)
    assert write() == {"failed": 1, "rendered": 1}


def test_alerts_of_budgets_are_told_without_anybody_in_them(app, box):
    told = {
        "key": "lunch", "reward": {"en": "Free lunch"}, "period": {"en": "November"}, "threshold": 80, "share": 82,
        "drawn": 82, "pieces": 100, "waiting": 3, "when_spent": "wait",
    }  # fmt: skip  # a letter's facts
    connect(box)
    tell(kind="budget", said=told)
    post()
    assert row().subject == "Free lunch: 82% of the budget of November is used"
    assert "82 of 100 are given out." in row().text
    assert "3 awards wait for room." in row().text


# --- the pages


@pytest.fixture
def visit(app, bureau):
    return lambda who: Visitor(app, bureau[who])


def form(box, **more):
    given = {"kind": "mattermost", "name": "Sales", "url": box.url(HOOK), "language": "en", "team": "North"}
    return given | {"topics": "alerts"} | more


def test_hana_connects_a_channel_tries_it_pauses_changes_and_removes_it(visit, box):
    hana = visit("Hana")
    assert "No channel is connected" in hana.get("/channels").text
    assert hana.post("/channels/new", form(box)).status_code == 303
    assert "The week of North" in hana.get("/channels").text
    page = hana.post("/channels/1/test", {})
    assert "It arrived. The answer was: 200 ok" in page.text
    assert "Hana tried whether messages" in box.taken[0].said["text"].replace("\\", "")
    hana.post("/channels/1/pause", {})
    assert tell() == 0
    assert "paused" in hana.get("/channels/1").text
    hana.post("/channels/1/resume", {})
    assert hana.post("/channels/1", form(box, url="", name="Sales North", topics="")).status_code == 303
    assert channels.get(1).name == "Sales North"
    assert channels.url_of(1) == box.url(HOOK)
    assert hana.post("/channels/1/remove", {}).status_code == 422
    assert hana.post("/channels/1/remove", {"sure": "on"}).status_code == 303
    assert hana.get("/channels/1").status_code == 404
    with pytest.raises(channels.UnknownChannelError):
        channels.url_of(1)
    actions = db.session.scalars(
        select(JournalEntry.action).where(JournalEntry.thing == "channel/1").order_by(JournalEntry.number)
    )
    assert list(actions) == ["connected", "paused", "resumed", "changed", "removed"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"url": ""}, "Paste the address of the webhook."),
        ({"url": "http://localhost/hooks/x"}, "This is no address of a webhook"),
        ({"url": "https://x.webhook.office.com/webhookb2/y", "kind": "teams"}, "switched off the old connectors"),
        ({"kind": "slack"}, "Addresses of Slack"),
        ({"kind": "irc"}, "Choose what kind of chat"),
        ({"name": " "}, "Give it a name"),
        ({"team": "Nowhere"}, "There is no team of this name."),
        ({"team": "", "topics": ""}, "Choose a team, or something else"),
        ({"language": "xx"}, "Choose one of the languages."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_the_address_is_not_repeated(visit, box, typed, said):
    page = visit("Hana").post("/channels/new", form(box, **typed))
    assert page.status_code == 422
    assert said in page.text
    assert HOOK not in page.text


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (404, "There is no such webhook"),
        (503, "Not now"),
        ((400, "invalid_payload", {}), "The message was refused. The answer was: 400 invalid_payload"),
        ("drop after", "Nobody knows whether it arrived"),
    ],
)
def test_a_test_message_says_in_words_what_came_of_it(visit, box, fault, said):
    connect(box)
    box.do(HOOK, fault)
    assert said in visit("Ada").post("/channels/1/test", {}).text
    assert channels.get(1).is_active  # somebody tried; nothing was to be told


def test_a_test_message_is_not_sent_for_ever(visit, box):
    connect(box)
    ada = visit("Ada")
    for _ in range(10):
        ada.post("/channels/1/test", {})
    assert "tried often enough" in ada.post("/channels/1/test", {}).text
    assert len(box.taken) == 10


def test_what_waits_is_not_posted_once_a_channel_is_paused(visit, box):
    connect(box)
    tell()
    visit("Ada").post("/channels/1/pause", {})
    assert (row().state, row().reply) == ("skipped", "off")


def test_the_outbox_shows_messages_by_the_name_of_their_channel(visit, box):
    connect(box, name="Sales North")
    tell()
    post()
    ada = visit("Ada")
    assert "Sales North" in ada.get("/letters").text
    page = ada.get(f"/letters/{row().id}").text
    assert "No data from the CRM" in page
    assert "As it is posted" in page
    assert ada.get(f"/letters/{row().id}/html").status_code == 404
    assert ada.get(f"/letters/{row().id}.eml").status_code == 404


def test_who_may_not_sees_no_channel(visit, box):
    connect(box)
    mei = visit("Mei")
    assert mei.get("/channels").status_code == 403
    assert mei.post("/channels/1/test", {}).status_code == 403
    assert box.taken == []
