"""The outbox page: for the administrator alone, harmless whatever a letter holds, and silent about secrets."""

import re
import time

import pytest
from sqlalchemy import event
from sqlalchemy import select
from sqlalchemy import update

from adoption import mail
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import message
from adoption.mail import outbox
from adoption.mail import sending
from adoption.models import Letter
from adoption.models import Participant
from rules import delivery
from rules.period import SECOND
from tests.postbox import Postbox
from tests.visitors import Visitor

PUBLIC = "https://spoonful.example.com"
TIME_OFF = {"name": "Alice Novak", "rewards": ["Lunch break 10 minutes earlier"], "day": 739_947}


@pytest.fixture
def app(new_app, database, tmp_path):
    with new_app(database, PUBLIC_URL=PUBLIC, MAIL_FOLDER=str(tmp_path / "letters")) as app:
        yield app


def enter(name, role="employee"):
    row = Participant(email=f"{name.lower()}@example.com", name=name, role=role)
    db.session.add(row)
    db.session.flush()
    number = row.id
    db.session.commit()
    return number


@pytest.fixture
def rosa(app):
    return Visitor(app, enter("Rosa", "admin"))


def now():
    return time.time_ns() // 1000


def plan(occasion="1", *, kind="time-off", address="mei@example.com", facts=TIME_OFF, **more):
    mail.plan(begin_write(), kind, address=address, occasion=occasion, facts=facts, now=now(), **more)
    db.session.commit()


def send():
    sending.run(lambda _done, _total: None)


def change(occasion, **values):
    begin_write().execute(update(Letter).where(Letter.occasion == occasion).values(values))
    db.session.commit()


def text(answer):
    found = answer.get_data(as_text=True)
    db.session.rollback()
    return found


PATHS = ("/letters", "/letters/1", "/letters/1/html", "/letters/1.eml")


@pytest.mark.parametrize("role", ["employee", "manager", "hr", "cashier", "lead", "approver"])
def test_nobody_but_the_administrator_reads_letters(app, role):
    plan()
    send()
    somebody = Visitor(app, enter("Sam", role))
    stranger = Visitor(app)
    for path in PATHS:
        assert somebody.get(path).status_code == 403, path
        assert stranger.get(path).status_code == 303, path
    assert 'href="/letters"' not in text(somebody.get("/sign-in"))


def test_the_administrator_finds_the_outbox_beside_the_weekly_letters_which_every_page_leads_to(rosa):
    assert 'href="/hr/digests"' in text(rosa.get("/sign-in"))
    assert 'href="/letters"' in text(rosa.get("/hr/digests"))


def test_an_empty_outbox_says_how_letters_come(rosa):
    page = text(rosa.get("/letters"))
    assert "No letter was written yet" in page
    assert "<table" not in page


def test_every_state_has_a_word_and_the_reason(app, rosa):
    for occasion in ("sent", "waiting", "failed", "doubtful", "twice"):
        plan(occasion)
    plan("stranger", kind="sign-in", facts={"next": None})
    plan("late", due=now() - 2 * delivery.LIVES)
    send()
    change("waiting", state="deferred", tries=2, reply="450 4.2.0 Greylisted")
    change("failed", state="failed", reply="550 5.1.1 User unknown")
    change("doubtful", state="sending", reply=None, changed=now() - outbox.LOST - SECOND)
    change("twice", doubts=1)
    page = text(rosa.get("/letters"))
    for words in (
        "Sent",
        "Waiting",
        "2 tries",
        "again at",
        "450 4.2.0 Greylisted",
        "Given up",
        "550 5.1.1 User unknown",
        "In doubt",
        "perhaps twice",
        "Nobody works here under this address.",
        "It would have come too late.",
    ):
        assert words in page, words
    assert "Failed" not in page
    assert len(re.findall("<tr>", page)) == 8


def test_letters_can_be_narrowed_down_and_turned_over(app, rosa, monkeypatch):
    monkeypatch.setattr("adoption.pages.letters.PAGE", 3)
    for number in range(7):
        plan(str(number), address=f"p{number}@example.com")
    send()
    plan("waiting", address="waiting@example.com", due=now() + 3600 * SECOND)
    first = text(rosa.get("/letters"))
    assert re.findall(r"p\d@example", first) == ["p6@example", "p5@example"]
    older = re.search(r'href="(/letters\?before=\d+)"', first).group(1)
    assert re.findall(r"p\d@example", text(rosa.get(older))) == ["p4@example", "p3@example", "p2@example"]
    waiting = text(rosa.get("/letters?show=waiting"))
    assert re.findall(r"[\w]+@example", waiting) == ["waiting@example"]
    assert "There are no letters of this kind." in text(rosa.get("/letters?show=failed"))
    for odd in ("?show=nonsense", "?before=x", "?before=-1", "?before=99999999999999999999999"):
        assert rosa.get(f"/letters{odd}").status_code == 200, odd


def test_the_number_of_queries_does_not_depend_on_the_number_of_letters(app, rosa):
    done = []
    text(rosa.get("/letters"))  # what is looked up once for all pages
    event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_: done.append(statement))
    counted = []
    for many in (1, 20):
        for number in range(many):
            plan(f"{many}-{number}")
        send()
        done.clear()
        text(rosa.get("/letters"))
        counted.append(sum(statement.lstrip().startswith("SELECT") for statement in done))
    assert counted[0] == counted[1] <= 9


def test_a_letter_is_shown_as_it_looks_and_as_text(app, rosa):
    plan(language="ru")
    send()
    page = rosa.get("/letters/1")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert '<iframe class="letter-page" src="/letters/1/html"' in text(page)
    assert re.search(r"<iframe[^>]* sandbox>", text(page))
    stored = outbox.find(1)
    assert stored.text.splitlines()[0] in text(page)
    assert stored.message_id.strip("<>") in text(page)
    assert '<pre class="letter-text card sunk" lang="ru">' in text(page)


def test_a_letter_can_do_nothing_where_it_is_shown(app, rosa):
    plan()
    send()
    shown = rosa.get("/letters/1/html")
    policy = shown.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert policy.endswith("sandbox")
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert shown.headers["Cache-Control"] == "no-store"
    assert text(shown) == outbox.find(1).html


def test_a_letter_can_be_taken_along_as_the_bytes_that_were_sent(app, rosa):
    plan()
    send()
    file = rosa.get("/letters/1.eml")
    assert file.mimetype == "message/rfc822"
    assert re.search(r'attachment; filename="\d{8}T\d{6}Z-00000001-time-off\.eml"', file.headers["Content-Disposition"])
    assert file.data == message.build(outbox.find(1), app.extensions["settings"].mail_from)


def test_what_is_not_there_is_not_found(app, rosa):
    plan(due=now() + 3600 * SECOND)
    assert rosa.get("/letters/1").status_code == 200
    assert "There is nothing to read" in text(rosa.get("/letters/1"))
    for path in ("/letters/2", "/letters/1/html", "/letters/1.eml", "/letters/2.eml", "/letters/99999999999999999999"):
        assert rosa.get(path).status_code == 404, path


def test_a_doubtful_letter_tells_what_will_happen(app, rosa):
    plan()
    send()
    change("1", state="sending", reply=None, changed=now() - outbox.LOST - SECOND)
    assert "It will be sent again by itself" in text(rosa.get("/letters/1"))
    change("1", reply="timed out")
    assert "flask mail retry 1" in text(rosa.get("/letters/1"))
    change("1", state="failed")
    assert "flask mail retry 1" in text(rosa.get("/letters/1"))


# --- secrets


def test_a_link_is_shown_while_there_is_no_server_that_could_bring_it(app, rosa):
    enter("Mei")
    plan(kind="sign-in", facts={"next": None})
    send()
    assert f"{PUBLIC}/sign-in/" in text(rosa.get("/letters/1"))
    assert rosa.get("/letters/1.eml").status_code == 200


def test_a_link_is_never_shown_once_there_is_a_server(new_app, database):
    with Postbox() as box, new_app(database, PUBLIC_URL=PUBLIC, SMTP_URL=box.url, MAIL_FROM="s@example.com") as app:
        rosa = Visitor(app, enter("Rosa", "admin"))
        enter("Mei")
        box.do("mei@example.com", "450")
        plan(kind="sign-in", facts={"next": None})
        send()
        stored = db.session.execute(select(Letter.state, Letter.text)).one()
        assert (stored.state, "/sign-in/" in stored.text) == ("deferred", True)  # it has to be kept for the next try
        page = text(rosa.get("/letters/1"))
        assert "only for its reader" in page
        assert "/sign-in/" not in page.replace("/sign-in/as", "")
        assert "iframe" not in page
        for path in ("/letters/1/html", "/letters/1.eml"):
            assert rosa.get(path).status_code == 404


# --- commands


def test_commands_list_send_and_try_again(app):
    runner = app.test_cli_runner()
    assert runner.invoke(args=["mail", "send"]).output == "nothing is due\n"
    plan()
    assert runner.invoke(args=["mail", "send"]).output == "1 sent\n"
    listed = runner.invoke(args=["mail", "list"]).output.rstrip("\n").split("\t")
    assert listed[:3] + listed[4:6] == ["1", "sent", "1", "time-off", "mei@example.com"]
    refused = runner.invoke(args=["mail", "retry", "1"])
    assert (refused.exit_code, "only what failed" in refused.output) == (1, True)
    assert runner.invoke(args=["mail", "retry", "2"]).output == "Error: There is no such letter.\n"
    change("1", state="failed")
    assert runner.invoke(args=["mail", "retry", "1"]).output == "letter 1 is due now\n"
    assert runner.invoke(args=["mail", "list", "--only", "waiting"]).output.startswith("1\twaiting")
    assert runner.invoke(args=["mail", "list", "--only", "sent"]).output == ""


def test_an_operator_sees_where_letters_go(new_app, database, tmp_path):
    with new_app(database, MAIL_FOLDER=str(tmp_path)) as app:
        told = app.test_cli_runner().invoke(args=["mail", "check"])
        assert f"the folder {tmp_path}" in told.output
        assert "PUBLIC_URL is not set" in told.output
    with Postbox(users={("s", "right")}) as box:
        for password, code, words in (("right", 0, "mail.example.com takes letters"), ("wrong", 1, "535")):
            url = box.url.replace("//", f"//s:{password}@")
            with new_app(database, PUBLIC_URL=PUBLIC, SMTP_URL=url, MAIL_FROM="s@example.com") as app:
                told = app.test_cli_runner().invoke(args=["mail", "check"])
                assert (told.exit_code, words in told.output) == (code, True), told.output
    assert box.letters == []


def test_monitoring_sees_letters_that_wait_too_long(app):
    def told(name):
        lines = app.test_client().get("/metrics").get_data(as_text=True).splitlines()
        db.session.rollback()
        return [float(line.split()[-1]) for line in lines if line.startswith(name)]

    assert told('spoonful_letters{state="sent"}') == told("spoonful_letters_overdue_seconds") == [0]
    plan()
    send()
    plan("2", due=now() - 600 * SECOND)
    plan("3", due=now() + 600 * SECOND)
    assert told('spoonful_letters{state="sent"}') == [1]
    assert told('spoonful_letters{state="waiting"}') == [2]
    assert told('spoonful_letters{state="doubtful"}') == [0]
    assert 600 <= told("spoonful_letters_overdue_seconds")[0] < 660
