"""Letters on their way: servers that refuse, hang up or say nothing, several senders at once, and killed ones."""

import os
import signal
import smtplib
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from adoption import jobs
from adoption import mail
from adoption.auth import sessions
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import kinds
from adoption.mail import looking
from adoption.mail import outbox
from adoption.mail import sending
from adoption.mail import transport
from adoption.models import JobRun
from adoption.models import Letter
from adoption.models import Participant
from rules.delivery import DELAYS
from rules.delivery import MINUTE
from rules.period import SECOND
from tests import certificates
from tests.adoption.test_jobs import Process
from tests.conftest import application
from tests.conftest import pushed
from tests.postbox import Postbox

ROOT = Path(__file__).parent.parent.parent
TIME_OFF = {"name": "Alice Novak", "rewards": ["Lunch break 10 minutes earlier"], "day": 739_947}
MEI = "mei@example.com"
SETTINGS = {
    "PUBLIC_URL": "https://spoonful.example.com",
    "MAIL_FROM": "Spoonful <spoonful@example.com>",
    "MAIL_PER_MINUTE": "10000",
}


@pytest.fixture
def box():
    with Postbox() as box:
        yield box


@pytest.fixture
def app(new_app, database, box):
    with new_app(database, SMTP_URL=box.url, **SETTINGS) as app:
        yield app


def now():
    return time.time_ns() // 1000


def plan(*, address=MEI, occasion="1", kind="time-off", facts=TIME_OFF, **more):
    mail.plan(begin_write(), kind, address=address, occasion=occasion, facts=facts, now=now(), **more)
    db.session.commit()


def send():
    return dict(sending.run(lambda _done, _total: None))


def letter(occasion="1"):
    number = db.session.scalar(select(Letter.id).where(Letter.occasion == occasion))
    found = outbox.find(number)
    db.session.rollback()
    return found


def group(occasion="1"):
    return looking.group_of(letter(occasion), now())


def claimed(occasion, post, *, at=None):
    """Render and claim a letter, as a sender does before it talks to a server."""
    assert sending._advance(letter(occasion), post) == ""
    seen = letter(occasion)
    taken = outbox.claim(begin_write(), seen, at or now())
    db.session.commit()
    return taken


def told(box):
    return [one.message["message-id"] for one in box.letters]


# --- all goes well


def test_a_letter_arrives_as_it_is_stored(app, box):
    plan()
    assert send() == {"sent": 1}
    (taken,) = box.letters
    stored = letter()
    assert (taken.sender, taken.to) == ("spoonful@example.com", MEI)
    assert taken.message["message-id"] == stored.message_id
    assert taken.message["subject"] == stored.subject
    assert taken.text.splitlines() == stored.text.splitlines()
    assert taken.html.splitlines() == stored.html.splitlines()
    assert (stored.state, stored.tries, stored.reply) == ("sent", 1, "250 2.0.0 Ok: queued as 1")


def test_lines_that_begin_with_a_dot_arrive(app, box):
    plan(facts=TIME_OFF | {"rewards": [".", "..x"]})
    send()
    assert "- .\n- ..x\n" in box.letters[0].text.replace("\r\n", "\n")


def test_a_run_of_letters_goes_over_one_connection(app, box):
    for number in range(5):
        plan(occasion=str(number))
    assert send() == {"sent": 5}
    assert box.connections == 1


def test_no_transaction_is_open_while_a_server_is_talked_to(app, box):
    held = []
    pool = db.engine.pool
    box.on_data = lambda: held.append(pool.checkedout())
    plan()
    plan(occasion="2")
    send()
    assert held == [0, 0]


def test_the_timetable_sends_what_is_due_and_leaves_no_row_when_nothing_is(app, box):
    def quiet(_done, _total):
        pass

    assert jobs.run("send-letters", quiet, scheduled=True) is None
    plan()
    assert jobs.run("send-letters", quiet, scheduled=True) == "1 sent"
    assert jobs.run("send-letters", quiet, scheduled=True) is None
    assert len(box.letters) == 1


def test_a_run_ends_where_it_is_asked_to_and_goes_on_later(app, box):
    for number in range(3):
        plan(occasion=str(number))

    def stop(done, _total):
        if done == 2:
            raise jobs.StoppedError

    with pytest.raises(jobs.StoppedError):
        sending.run(stop)
    assert len(box.letters) == 2
    assert send() == {"sent": 1}
    assert len(set(told(box))) == 3


# --- what a server says


@pytest.mark.parametrize("fault", ["421", "450", "421 late", "drop rcpt", "drop before"])
def test_what_may_pass_is_tried_again_later_and_arrives_once(app, box, fault):
    box.do(MEI, fault)
    plan()
    plan(address="hana@example.com", occasion="2")
    assert send() == {"deferred": 1, "sent": 1}
    stored = letter()
    unsure = fault == "drop before"  # all was sent as far as we can tell
    assert (stored.state, stored.tries, stored.doubts) == ("deferred", 1, unsure)
    assert stored.reply
    assert MINUTE <= stored.due - stored.changed <= MINUTE * 1.2
    assert send() == {}
    with time_machine.travel(time.time() + 75):
        assert outbox.needed(now())
        assert send() == {"sent": 1}
    assert len(box.to(MEI)) == 1
    assert letter().tries == 2


@pytest.mark.parametrize("fault", ["550", "554 late"])
def test_what_is_refused_for_good_is_not_tried_again(app, box, fault):
    box.do(MEI, fault)
    plan()
    plan(address="hana@example.com", occasion="2")
    assert send() == {"failed": 1, "sent": 1}
    assert letter().reply.startswith("550 5.1.1" if fault == "550" else "554 5.7.1")
    assert not outbox.needed(now() + 3600 * SECOND)


def test_a_domain_that_could_not_be_looked_up_is_tried_again(app, box):
    box.do(MEI, "554 route")
    plan()
    assert send() == {"deferred": 1}


def test_greylisting_ends_after_a_few_tries(app, box):
    box.do(MEI, "450", "450", "450")
    plan()
    moment = time.time()
    for delay in (0, *DELAYS[:3]):
        moment += delay * 1.3 / SECOND
        with time_machine.travel(moment):
            send()
    assert (letter().state, letter().tries, len(box.letters)) == ("sent", 4, 1)


def test_a_letter_is_given_up_after_a_day(app, box):
    box.do(MEI, *["450"] * 20)
    plan()
    moment = time.time()
    for _ in range(20):
        with time_machine.travel(moment):
            send()
            if not outbox.needed(now() + 5 * 3600 * SECOND):
                break
        moment += 4.9 * 3600
    stored = letter()
    assert stored.state == "failed"
    assert stored.reply.startswith("450 4.2.0")
    assert stored.changed - stored.planned <= 24 * 60 * MINUTE
    assert 5 <= stored.tries <= 11


def test_a_letter_is_not_sent_after_its_time_though_it_was_tried(app, box):
    box.do(MEI, "450")
    plan(expires=now() + 10 * MINUTE)
    send()
    with time_machine.travel(time.time() + 11 * 60):
        assert send() == {"failed": 1}
    assert letter().reply.startswith("450")


def test_a_server_that_hangs_up_between_letters_is_called_again(app, box):
    settings = app.extensions["settings"]
    plan()
    plan(occasion="2")
    with transport.opened(settings) as post:
        assert sending._send(claimed("1", post), post) == "sent"
        post.smtp.sock.shutdown(2)
        assert sending._send(claimed("2", post), post) == "sent"
    assert [one.state for one in looking.listed(now())] == ["sent", "sent"]
    assert box.connections == 2


# --- doubt


@contextmanager
def asking():
    """Ask about doubtful letters instead of sending them again."""
    kept = kinds.KINDS["time-off"]
    kinds.KINDS["time-off"] = kinds.Kind(kept.template, kept.name, kept.subject, doubtful="ask")
    try:
        yield
    finally:
        kinds.KINDS["time-off"] = kept


def test_a_connection_that_ends_before_the_answer_leaves_a_doubt_that_is_noted(app, box):
    box.do(MEI, "drop after")
    plan()
    assert send() == {"deferred": 1}
    assert letter().doubts == 1
    with time_machine.travel(time.time() + 75):
        assert send() == {"sent": 1}
    assert (letter().state, letter().doubts, letter().tries) == ("sent", 1, 2)
    assert len(set(told(box))) == 1  # it came twice, under one name
    assert len(box.letters) == 2
    assert box.letters[0].data == box.letters[1].data


def test_a_slow_answer_leaves_a_doubt_too(app, box, monkeypatch):
    monkeypatch.setattr(transport, "FINAL_TIMEOUT", 0.3)
    box.slow = 2
    box.do(MEI, "slow")
    plan()
    assert send() == {"deferred": 1}
    assert (letter().doubts, letter().reply) == (1, "Connection unexpectedly closed: timed out")


def test_a_server_that_takes_its_time_before_the_letter_leaves_no_doubt(app, box, monkeypatch):
    monkeypatch.setattr(transport, "TIMEOUT", 0.5)
    box.slow = 2
    box.do(MEI, "slow rcpt")
    plan()
    plan(address="hana@example.com", occasion="2")
    assert send() == {"deferred": 1, "sent": 1}
    assert (letter().doubts, letter().reply) == (0, "Connection unexpectedly closed: timed out")


def test_kinds_that_ask_leave_a_doubtful_letter_alone_until_somebody_decides(app, box):
    with asking():
        box.do(MEI, "drop after")
        plan()
        assert send() == {"sending": 1}
        assert group() == "doubtful"
        assert looking.counts(now()) == {"doubtful": 1}
        with time_machine.travel(time.time() + 3600):
            assert not outbox.needed(now())
            assert send() == {}
            outbox.retry(letter().id, now())
            db.session.commit()
            assert send() == {"sent": 1}
    assert len(box.letters) == 2
    assert letter().doubts == 1


# --- a server that cannot be reached


def test_a_server_that_is_away_delays_letters_and_costs_one_try_each_half_minute(new_app, database, caplog):
    with Postbox() as gone:
        url = gone.url
    with new_app(database, SMTP_URL=url, **SETTINGS):
        for number in range(3):
            plan(occasion=str(number))
        assert send() == {}
        assert "Letters wait: [Errno 111] Connection refused" in caplog.text
        tried = [one for one in looking.listed(now()) if one.tries]
        assert [one.state for one in tried] == ["deferred"]
        assert "Connection refused" in tried[0].reply
        assert send() == {}  # it rests
        assert jobs.run("send-letters", lambda _done, _total: None, scheduled=True) is None
        assert db.session.scalar(select(JobRun.id)) is None  # … and leaves no row every two seconds
        assert sum(one.tries for one in looking.listed(now())) == 1
        with time_machine.travel(time.time() + 31):
            send()
            assert sum(one.tries for one in looking.listed(now())) == 2


def test_a_server_that_does_not_like_us_costs_no_letter(app, box):
    box.refuse_sender = "553 5.7.1 Sender address rejected"
    plan()
    send()
    assert (letter().state, letter().reply) == ("deferred", "553 5.7.1 Sender address rejected")
    box.refuse_sender = None
    with time_machine.travel(time.time() + 75):
        assert send() == {"sent": 1}


def test_a_wrong_password_costs_no_letter(new_app, database):
    with Postbox(users={("spoonful", "right")}) as box:
        url = box.url.replace("//", "//spoonful:wrong@")
        with new_app(database, SMTP_URL=url, **SETTINGS):
            plan()
            send()
            assert letter().state == "deferred"
            assert letter().reply.startswith("535 5.7.8")
    assert box.letters == []


def test_a_password_may_hold_any_character(new_app, database):
    with Postbox(users={("spoonful@example.com", "p@ss:w/rd%")}) as box:
        url = box.url.replace("//", "//spoonful%40example.com:p%40ss%3Aw%2Frd%25@")
        with new_app(database, SMTP_URL=url, **SETTINGS):
            plan()
            assert send() == {"sent": 1}


def test_a_password_does_not_travel_in_the_clear(new_app, database, monkeypatch):
    monkeypatch.setattr(transport, "LOCAL", set())
    with Postbox(users={("spoonful", "right")}) as box:
        url = box.url.replace("//", "//spoonful:right@")
        with new_app(database, SMTP_URL=url, **SETTINGS):
            plan()
            send()
            assert "the password was not sent" in letter().reply
    assert box.logins == []


@pytest.fixture
def secured(tmp_path):
    file = certificates.made(tmp_path, "mail.example.com")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    with Postbox(tls=context, users={("spoonful", "right")}) as box:
        yield box, file


def test_a_conversation_is_encrypted_where_that_is_offered(new_app, database, secured, monkeypatch):
    box, file = secured
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    url = f"smtp://spoonful:right@localhost:{box.port}"
    with new_app(database, SMTP_URL=url, **SETTINGS):
        plan()
        assert send() == {"sent": 1}
    assert box.logins


def test_a_certificate_of_somebody_else_is_not_accepted(new_app, database, secured):
    box, _ = secured
    with new_app(database, SMTP_URL=f"smtp://spoonful:right@localhost:{box.port}", **SETTINGS):
        plan()
        send()
        assert "CERTIFICATE_VERIFY_FAILED" in letter().reply
    assert (box.letters, box.logins) == ([], [])


def test_smtps_is_encrypted_from_the_first_byte(monkeypatch):
    seen = []

    def connect(*args, **more):
        seen.append((args, more["context"].verify_mode))
        raise smtplib.SMTPConnectError(421, b"not today")

    monkeypatch.setattr(smtplib, "SMTP_SSL", connect)
    server = transport.Server("smtps://mail.example.com", "Spoonful <spoonful@example.com>")
    with pytest.raises(transport.UnreachableError, match="421 not today"):
        server.check()
    assert seen == [(("mail.example.com", 465, "example.com"), ssl.CERT_REQUIRED)]


# --- how many


def test_a_server_is_spared_by_all_senders_together(new_app, database, box):
    with new_app(database, SMTP_URL=box.url, **SETTINGS | {"MAIL_PER_MINUTE": "300"}):
        for number in range(8):
            plan(occasion=str(number))
        began = time.monotonic()
        assert send() == {"sent": 8}
        assert time.monotonic() - began >= 7 * 60 / 300
    assert len(box.letters) == 8


def test_a_long_wait_for_the_next_turn_ends_the_run(new_app, database, box):
    with new_app(database, SMTP_URL=box.url, **SETTINGS | {"MAIL_PER_MINUTE": "2"}):
        plan()
        plan(occasion="2")
        assert send() == {"sent": 1}
        assert send() == {}
        with time_machine.travel(time.time() + 31):
            assert send() == {"sent": 1}


# --- several senders


def test_four_senders_lose_no_letter_and_send_none_twice(database_url, tmp_path, box):
    faults = ("450", "421", "drop before")
    settings = SETTINGS | {"SMTP_URL": box.url}
    addresses = [f"p{number}@example.com" for number in range(200)]
    with pushed(application(database_url, tmp_path / "archive", **settings)):
        for number, address in enumerate(addresses):
            plan(address=address)
            if number % 10 == 0:
                box.do(address, faults[number // 10 % 3])
    ready = threading.Barrier(4)
    done = []

    def work():
        with pushed(application(database_url, tmp_path / "archive", **settings)):
            ready.wait()
            done.append(send())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with pushed(application(database_url, tmp_path / "archive", **settings)):
        assert looking.counts(now()) == {"sent": 180, "waiting": 20}
        with time_machine.travel(time.time() + 75):
            done.append(send())
        assert looking.counts(now()) == {"sent": 200}
    assert Counter(one.to for one in box.letters) == dict.fromkeys(addresses, 1)
    assert sum((Counter(one) for one in done), Counter()) == {"sent": 200, "deferred": 20}
    assert sum(1 for one in done[:4] if one) > 1


def test_of_two_schedulers_one_is_killed_and_every_letter_comes_once(database_url, tmp_path, box, monkeypatch):
    settings = SETTINGS | {"SMTP_URL": box.url}
    addresses = [f"p{number}@example.com" for number in range(60)]
    with pushed(application(database_url, tmp_path / "archive", **settings)):
        for address in addresses:
            plan(address=address)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    box.on_data = lambda: time.sleep(0.02)
    first = Process(database_url, tmp_path / "archive")
    first.hears("running the jobs", within=90)
    second = Process(database_url, tmp_path / "archive")
    second.hears("standing by", within=90)
    wait_until(lambda: len(box.letters) > 5)
    first.end(signal.SIGKILL)
    second.hears("running the jobs", within=90)
    with pushed(application(database_url, tmp_path / "archive", **settings)):
        wait_until(all_sent)
        assert second.end() == 0
        found = looking.counts(now())
    assert set(found) <= {"sent", "sending"}
    assert found["sent"] >= len(addresses) - 1  # of one nobody knows, until ten minutes are over
    assert set(Counter(one.to for one in box.letters).values()) == {1}


def all_sent():
    left = outbox.needed(now())
    db.session.rollback()
    return not left


def wait_until(done, seconds=60):
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_letter_that_two_want_to_send_is_claimed_by_one(app):
    plan()
    seen = letter()
    assert outbox.fill(begin_write(), seen, {"subject": "one"}, now())
    db.session.commit()
    assert not outbox.fill(begin_write(), seen, {"subject": "two"}, now())
    db.session.rollback()
    seen = letter()
    assert outbox.claim(begin_write(), seen, now())
    db.session.commit()
    assert outbox.claim(begin_write(), seen, now()) is None
    assert not outbox.end(begin_write(), seen, "skipped", "late", now())
    db.session.rollback()
    assert letter().subject == "one"


def test_a_sender_that_comes_back_too_late_changes_nothing(app, box):
    plan()
    with transport.opened(app.extensions["settings"]) as post:
        slow = claimed("1", post, at=now() - outbox.LOST - SECOND)
        assert send() == {"sent": 1}  # as if that one had been killed
        assert (letter().tries, letter().doubts) == (2, 1)
        sending._send(slow, post)
    assert (letter().state, letter().tries) == ("sent", 2)


# --- killed senders


def sender(url, box, tmp_path):
    """Start a process of its own that sends what is due."""
    environ = (
        os.environ | SETTINGS | {"DATABASE_URL": url, "SMTP_URL": box.url, "ORGANISATION_ZONE": "Europe/Amsterdam"}
    )
    environ |= {"SECRET_KEY": "only tests know this one, and they tell everybody", "ARCHIVE_FOLDER": str(tmp_path)}
    command = [sys.executable, "-m", "flask", "mail", "send"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, env=environ, **quiet)  # noqa: S603  # ours


@pytest.mark.parametrize("arrives", [True, False])
def test_a_letter_whose_sender_was_killed_is_known_and_sent_again_under_the_same_name(
    database_url, tmp_path, box, arrives
):
    began = threading.Event()
    box.on_data = began.set
    box.slow = 20.0 if not arrives else 0.0
    box.do(MEI, "slow")
    with pushed(application(database_url, tmp_path / "archive", SMTP_URL=box.url, **SETTINGS)):
        plan()
        process = sender(database_url, box, tmp_path)
        try:
            if arrives:
                box.on_data = lambda: os.kill(process.pid, signal.SIGKILL)
            else:
                assert began.wait(60)
                process.kill()
        finally:
            process.wait(60)
        box.on_data = lambda: None
        assert (letter().state, letter().tries) == ("sending", 1)
        assert group() == "sending"
        assert not outbox.needed(now())
        with time_machine.travel(time.time() + 601):
            assert group() == "doubtful"
            assert looking.counts(now()) == {"doubtful": 1}
            assert outbox.needed(now())
            assert send() == {"sent": 1}
        assert (letter().state, letter().tries, letter().doubts) == ("sent", 2, 1)
    assert len(set(told(box))) == 1
    assert len(box.letters) == (2 if arrives else 1)


def test_a_killed_sender_of_a_kind_that_asks_leaves_the_letter_listed(app, box):
    with asking():
        plan()
        with transport.opened(app.extensions["settings"]) as post:
            claimed("1", post, at=now() - outbox.LOST - SECOND)
        assert group() == "doubtful"
        assert not outbox.needed(now())
        assert send() == {}
        assert [one.occasion for one in looking.listed(now(), shown="doubtful")] == ["1"]
        outbox.retry(letter().id, now())
        db.session.commit()
        assert letter().doubts == 1
        assert send() == {"sent": 1}


# --- secrets


def person():
    db.session.add(Participant(email=MEI, name="Mei", role="employee"))
    db.session.commit()


def test_a_link_is_forgotten_once_it_was_sent(app, box):
    person()
    plan(kind="sign-in", facts={"next": None}, expires=now() + sessions.LINK_LIVES)
    plan(occasion="2")
    assert send() == {"sent": 2}
    stored = letter()
    assert (stored.text, stored.html) == (None, None)
    assert stored.subject
    assert letter("2").text
    (link,) = box.letters[0].links
    token = link.rpartition("/")[2]
    values = [str(value) for row in db.session.execute(select(Letter.__table__)) for value in row]
    assert not any(token in value for value in values)


@pytest.mark.parametrize("fault", ["550", "450"])
def test_a_link_that_could_not_be_sent_is_forgotten_too(app, box, fault):
    person()
    box.do(MEI, *[fault] * 9)
    plan(kind="sign-in", facts={"next": None}, expires=now() + sessions.LINK_LIVES)
    moment = time.time()
    for minutes in (0, 2, 8, 15.1):
        with time_machine.travel(moment + minutes * 60):
            send()
    assert (letter().state, letter().text, letter().html) == ("failed", None, None)


# --- the folder


def test_without_a_server_letters_become_files_that_only_their_owner_reads(new_app, database, tmp_path):
    folder = tmp_path / "made" / "letters"
    with new_app(database, MAIL_FOLDER=str(folder), **SETTINGS):
        plan()
        plan(occasion="2")
        assert send() == {"sent": 2}
        names = sorted(file.name for file in folder.iterdir())
        assert [name[16:] for name in names] == ["-00000001-time-off.eml", "-00000002-time-off.eml"]
        assert letter().reply == names[0]
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_letter_has_one_file_however_often_it_is_written(new_app, database, tmp_path):
    with new_app(database, MAIL_FOLDER=str(tmp_path / "letters"), **SETTINGS):
        plan()
        send()
        begin_write().execute(update(Letter).values(state="sending", changed=now() - outbox.LOST - SECOND, reply=None))
        db.session.commit()
        assert send() == {"sent": 1}
        assert len(list((tmp_path / "letters").iterdir())) == 1


def test_a_folder_that_cannot_be_written_costs_no_letter(new_app, database, tmp_path, caplog):
    folder = tmp_path / "letters"
    with new_app(database, MAIL_FOLDER=str(folder), **SETTINGS):
        folder.write_text("in the way")
        plan()
        send()
        assert letter().state == "deferred"
        assert "Letters wait" in caplog.text
        folder.unlink()
        with time_machine.travel(time.time() + 75):
            assert send() == {"sent": 1}
        assert db.session.scalar(select(func.count()).select_from(Letter)) == 1
