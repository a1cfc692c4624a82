"""Letters: planned once, stored as they will be sent, safe whatever people are called."""

import json
import re
import threading
import time
from datetime import date
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import mail
from adoption import preferences
from adoption.auth import sessions
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import kinds
from adoption.mail import looking
from adoption.mail import message
from adoption.mail import outbox
from adoption.mail import rendering
from adoption.mail import sending
from adoption.models import Letter
from adoption.models import Participant
from adoption.models import Redemption
from adoption.models import SignInLink
from rules import delivery
from rules.period import SECOND
from tests import queries
from tests.conftest import application
from tests.conftest import pushed

FRIDAY = date(2026, 11, 27).toordinal()
TIME_OFF = {"name": "Alice Novak", "rewards": ["Lunch break 10 minutes earlier"], "day": FRIDAY}
PUBLIC = "https://spoonful.example.com"
FROM = "Spoonful <spoonful@example.com>"


def now():
    return time.time_ns() // 1000


@pytest.fixture
def app(new_app, database, tmp_path):
    with new_app(database, PUBLIC_URL=PUBLIC, MAIL_FROM=FROM, MAIL_FOLDER=str(tmp_path / "letters")) as app:
        yield app


def person(name="Mei", *, left_on=None):
    row = Participant(email=f"{name.lower()}@example.com", name=name, role="employee", left_on=left_on)
    db.session.add(row)
    db.session.commit()
    return row.id


def plan(kind="time-off", *, address="mei@example.com", occasion="1", facts=TIME_OFF, **more):
    given = {"now": now()} | more
    planned = mail.plan(begin_write(), kind, address=address, occasion=occasion, facts=facts, **given)
    db.session.commit()
    return planned


def send():
    return dict(sending.run(lambda _done, _total: None))


def letters():
    found = looking.listed(now())
    db.session.rollback()
    return found


def letter(number=None):
    """Return the letter of that number, or the one that there is."""
    if number is None:
        (number,) = db.session.scalars(select(Letter.id))
    found = outbox.find(number)
    db.session.rollback()
    return found


def parsed(stored):
    return message_from_bytes(message.build(stored, FROM), policy=default)


# --- planning


@pytest.mark.usefixtures("app")
def test_a_letter_is_planned_once():
    assert plan()
    assert not plan()
    assert not plan(address="MEI@example.com ", facts=TIME_OFF | {"day": FRIDAY + 1})
    assert plan(occasion="2")
    assert plan(address="hana@example.com")
    assert len(letters()) == 3


@pytest.mark.usefixtures("app")
def test_a_letter_that_was_sent_is_not_planned_again():
    plan()
    assert send() == {"sent": 1}
    assert not plan()
    assert send() == {}


def test_of_many_that_plan_the_same_letter_at_once_one_does(database_url, tmp_path):
    planned = []
    ready = threading.Barrier(4)

    def work():
        with pushed(application(database_url, tmp_path / "archive")):
            ready.wait()
            planned.extend(plan(occasion=str(number)) for number in range(10))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(planned) == [False] * 30 + [True] * 10


@pytest.mark.usefixtures("app")
def test_a_letter_is_planned_with_what_occasions_it_or_not_at_all():
    mail.plan(begin_write(), "time-off", address="mei@example.com", occasion="1", facts=TIME_OFF, now=now())
    db.session.rollback()
    assert letters() == []


@pytest.mark.usefixtures("app")
def test_a_kind_of_letter_that_nobody_knows_is_not_planned():
    with pytest.raises(KeyError):
        plan("love")


@pytest.mark.usefixtures("app")
def test_the_language_is_the_readers_choice_else_the_given_one_else_english():
    mei, hana = person("Mei"), person("Hana")
    preferences.choose(mei, language="zh")
    db.session.commit()
    plan(address="a@example.com", participant=mei, language="ru")
    plan(address="b@example.com", participant=hana, language="ru")
    plan(address="c@example.com", participant=hana)
    plan(address="d@example.com", language="tlh")
    assert [one.language for one in reversed(letters())] == ["zh", "ru", "en", "en"]


@pytest.mark.usefixtures("app")
def test_a_letter_is_not_sent_before_it_is_due():
    plan(due=now() + 3600 * SECOND)
    assert not outbox.needed(now())
    assert send() == {}
    assert letter().state == "planned"
    assert outbox.needed(now() + 3600 * SECOND)


@pytest.mark.usefixtures("app")
def test_what_expires_first_goes_first():
    plan(occasion="report")
    plan(occasion="link", expires=now() + 900 * SECOND)
    plan(occasion="later", due=now() - SECOND, expires=now() + 900 * SECOND + 1)
    send()
    order = sorted(letters(), key=lambda one: one.changed)
    assert [one.occasion for one in order] == ["link", "later", "report"]


# --- rendering


@pytest.mark.usefixtures("app")
def test_what_is_stored_is_what_is_sent_byte_for_byte(tmp_path):
    plan(facts=TIME_OFF | {"name": "Анна Кузнецова"}, language="ru")
    send()
    stored = letter()
    (file,) = (tmp_path / "letters").iterdir()
    assert file.read_bytes() == message.build(stored, FROM)
    sent = parsed(stored)
    assert sent["subject"] == stored.subject
    assert sent.get_body(("plain",)).get_content().splitlines() == stored.text.splitlines()
    assert sent.get_body(("html",)).get_content().splitlines() == stored.html.splitlines()
    assert sent["message-id"] == stored.message_id


@pytest.mark.usefixtures("app")
def test_a_manager_is_told_who_takes_what_on_which_day():
    plan()
    send()
    said = "Alice Novak takes “Lunch break 10 minutes earlier” on Friday 27 November"
    assert letter().subject == said
    assert letter().text.startswith(said)
    assert said in letter().html


@pytest.mark.usefixtures("app")
def test_several_rewards_on_one_day_are_listed():
    titles = ["Lunch break 10 minutes earlier", {"en": "An hour at home", "ru": "Час дома"}]
    plan(facts=TIME_OFF | {"rewards": titles})
    plan(facts=TIME_OFF | {"rewards": titles}, occasion="2", language="ru")
    send()
    russian, english = letters()
    assert english.subject == "Alice Novak takes time off on Friday 27 November"
    assert "- Lunch break 10 minutes earlier\n- An hour at home\n" in outbox.find(english.id).text
    assert "<li" in outbox.find(english.id).html
    assert "- Lunch break 10 minutes earlier\n- Час дома\n" in outbox.find(russian.id).text


@pytest.mark.usefixtures("app")
def test_a_letter_says_that_a_machine_wrote_it():
    plan()
    send()
    sent = parsed(letter())
    assert sent["auto-submitted"] == "auto-generated"
    assert sent["x-auto-response-suppress"] == "All"
    assert sent["content-language"] == "en"
    assert sent["from"] == FROM
    assert sent["to"] == "mei@example.com"
    assert sent["date"].datetime.timestamp() == letter().rendered // SECOND
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", sent["message-id"])


@pytest.mark.usefixtures("app")
def test_a_letter_has_one_name_wherever_it_is_rendered():
    plan()
    stored = letter()
    assert rendering.message_id(stored, FROM) == rendering.message_id(stored, FROM)
    others = [stored._replace(**{name: "x"}) for name in ("kind", "address", "occasion")]
    assert len({rendering.message_id(one, FROM) for one in [stored, *others]}) == 4


@pytest.mark.usefixtures("app")
def test_text_and_page_say_the_same_in_the_same_order():
    plan(facts=TIME_OFF | {"rewards": ["One", "Two"]})
    send()
    stored = letter()
    body = re.sub(r"<head.*?</head>|<div class=\"before\".*?</div>", "", stored.html, flags=re.DOTALL)
    shown = re.sub(r"<[^>]+>", "\n", body).replace("&nbsp;", " ")
    lines = [line.strip(" -\xa0") for line in stored.text.splitlines()]
    lines = [line for line in lines if line]
    places = [" ".join(shown.split()).find(line) for line in lines]
    assert -1 not in places, lines[places.index(-1)]
    assert places == sorted(places)


@pytest.mark.usefixtures("app")
def test_styles_are_in_the_elements_and_nothing_is_fetched():
    plan()
    send()
    html = letter().html
    assert 'bgcolor="#f8f6f3"' in html
    assert "font-size: 27px" in html
    assert "<script" not in html
    assert re.findall(r"(?:src|background)=|url\(|@import|<link", html) == []
    assert len(html) < 80_000
    assert '<html lang="en">' in html


NASTY = [
    "Alice\r\nBcc: everybody@example.com",
    "Alice\nBcc: everybody@example.com\n\nBuy now",
    "Alice\u2028Bcc: everybody@example.com",
    "Alice\x00\x0b\x85Novak",
    "=?utf-8?q?Alice=0ABcc:?=",
    "Alice\u202enovA",
    "A" * 5000,
]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("name", NASTY)
def test_nobodys_name_adds_a_header_or_a_line(name):
    plan(facts=TIME_OFF | {"name": name})
    send()
    stored = letter()
    assert stored.state == "sent"
    sent = parsed(stored)
    assert set(sent.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version",
        "Content-Type", "Content-Language",
    }  # fmt: skip
    assert "\n" not in stored.subject
    assert stored.text.splitlines()[0] == stored.subject
    raw = message.build(stored, FROM)
    assert b"\nBcc:" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.usefixtures("app")
def test_a_name_is_no_markup():
    plan(facts=TIME_OFF | {"name": "<script>alert(1)</script> & Sons"})
    send()
    assert "<script" not in letter().html
    assert "&lt;script&gt;" in letter().html
    assert "<script>alert(1)</script> & Sons" in letter().text


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "address", ["nobody", "a@b\r\nBcc: c@d", "анна@пример.рф", "a b@c", "a@b@c", "<a@b>", "", "=?utf-8?q?a=0abcc:?=@b"]
)
def test_what_is_no_address_gets_no_letter(address):
    plan(address=address)
    assert send() == {"failed": 1}
    assert letter().reply


# --- links


@pytest.mark.usefixtures("app")
def test_a_link_leads_to_the_public_address_whatever_a_request_said():
    mei = person()
    plan("sign-in", facts={"next": "/rewards?page=2"}, expires=now() + sessions.LINK_LIVES)
    send()
    stored = letter()
    (address,) = re.findall(r"https?://\S+", stored.text)
    assert address.startswith(f"{PUBLIC}/sign-in/")
    assert address.endswith("?next=/rewards?page%3D2")
    assert address.replace("&", "&amp;") in stored.html
    assert stored.participant == mei
    token = address.rpartition("/sign-in/")[2].partition("?")[0]
    assert sessions.link_address(token, now()) == "mei@example.com"


def test_without_a_public_address_no_link_is_made(new_app, database):
    with new_app(database):
        person()
        plan("sign-in", facts={"next": None})
        assert send() == {"failed": 1}
        assert "PUBLIC_URL" in letter().reply
        assert db.session.scalar(select(SignInLink.id)) is None


def test_the_demo_knows_where_it_is(new_app, database, tmp_path):
    with new_app(database, SPOONFUL_DEMO="1", MAIL_FOLDER=str(tmp_path)):
        person()
        plan("sign-in", facts={"next": None})
        assert send() == {"sent": 1}
        assert "http://127.0.0.1:5000/sign-in/" in letter().text


@pytest.mark.usefixtures("app")
def test_the_link_is_as_old_as_the_wish_for_it():
    person()
    asked = now() - 600 * SECOND
    plan("sign-in", facts={"next": None}, now=asked, expires=asked + sessions.LINK_LIVES)
    send()
    assert db.session.scalar(select(SignInLink.ends)) == asked + sessions.LINK_LIVES


@pytest.mark.usefixtures("app")
def test_a_sign_in_letter_speaks_the_language_of_whoever_it_is_for():
    preferences.choose(person(), language="zh")
    db.session.commit()
    plan("sign-in", facts={"next": None}, language="ru")
    send()
    assert letter().language == "zh"


# --- what is not sent


@pytest.mark.usefixtures("app")
def test_a_stranger_gets_no_letter():
    plan("sign-in", facts={"next": None}, address="stranger@example.com")
    assert send() == {"skipped": 1}
    assert (letter().reply, letter().text, letter().subject) == ("unknown", None, None)
    assert db.session.scalar(select(SignInLink.id)) is None


@pytest.mark.usefixtures("app")
def test_somebody_who_has_left_gets_no_letter():
    mei = person(left_on=1)
    plan("sign-in", facts={"next": None})
    plan(participant=mei)
    assert send() == {"skipped": 2}
    assert [one.reply for one in letters()] == ["left", "unknown"]


@pytest.mark.usefixtures("app")
def test_a_manager_hears_nothing_of_time_off_that_was_given_back_at_once():
    taken = {"version": 1, "holder": 1, "period": 1, "ordinal": 1, "day": FRIDAY, "redeemed": 1}
    connection = begin_write()
    connection.execute(insert(Redemption).values([taken | {"undone": undone} for undone in (2, None)]))
    db.session.commit()
    for number in (1, 2):
        plan(occasion=f"redemption {number}", facts=TIME_OFF | {"redemption": number})
    assert send() == {"skipped": 1, "sent": 1}
    assert [(one.state, one.reply) for one in letters() if one.occasion == "redemption 1"] == [("skipped", "undone")]


@pytest.mark.usefixtures("app")
def test_a_letter_that_is_too_late_is_not_sent():
    plan(due=now() - delivery.LIVES - SECOND)
    assert send() == {"skipped": 1}
    assert letter().reply == "late"


@pytest.mark.usefixtures("app")
def test_one_letter_that_cannot_be_written_does_not_stop_the_others(caplog):
    plan(occasion="broken", facts={"name": "Alice"}, expires=now() + 3600 * SECOND)
    plan(occasion="strange", expires=now() + 3600 * SECOND)
    begin_write().execute(update(Letter).where(Letter.occasion == "strange").values(kind="gone"))
    db.session.commit()
    plan(occasion="good")
    assert send() == {"failed": 2, "sent": 1}
    replies = {one.occasion: one.reply for one in letters()}
    assert replies["broken"].startswith("KeyError: 'day'")
    assert replies["strange"].startswith("KeyError: 'gone'")
    assert "cannot be written" in caplog.text


# --- secrets


@pytest.mark.usefixtures("app")
def test_what_is_planned_holds_no_secret():
    person()
    plan("sign-in", facts={"next": None})
    stored = letter()
    assert json.loads(stored.facts) == {"next": None}


def test_kinds_that_hold_a_secret_are_marked():
    assert kinds.secret() == ["sign-in"]
    assert set(kinds.again()) == set(kinds.KINDS)


# --- by hand


@pytest.mark.usefixtures("app")
def test_a_letter_that_could_not_be_written_can_be_tried_again():
    plan(facts={"name": "Alice"})
    send()
    begin_write().execute(update(Letter).values(facts=json.dumps(TIME_OFF)))
    db.session.commit()
    outbox.retry(letter().id, now())
    db.session.commit()
    assert send() == {"sent": 1}


@pytest.mark.usefixtures("app")
def test_a_letter_that_was_sent_is_not_sent_again_by_hand():
    plan()
    with pytest.raises(outbox.NotAgainError, match="It is planned"):
        outbox.retry(letter().id, now())
    send()
    with pytest.raises(outbox.NotAgainError, match="It is sent"):
        outbox.retry(letter().id, now())
    with pytest.raises(outbox.NoLetterError):
        outbox.retry(99, now())


@pytest.mark.usefixtures("app")
def test_an_old_link_is_not_sent_again_by_hand():
    plan("sign-in", facts={"next": None})
    send()
    with pytest.raises(outbox.NotAgainError, match="too old"):
        outbox.retry(letter().id, now())


# --- lists


@pytest.mark.usefixtures("app")
def test_letters_are_listed_newest_first_in_groups_and_pages():
    for number in range(5):
        plan(occasion=str(number))
    send()
    plan(occasion="late", due=now() - 2 * delivery.LIVES)
    send()
    plan(occasion="waiting", due=now() + SECOND * 3600)
    assert looking.counts(now()) == {"sent": 5, "skipped": 1, "waiting": 1}
    assert [one.occasion for one in looking.listed(now(), limit=3)] == ["waiting", "late", "4"]
    third = looking.listed(now(), limit=3)[-1].id
    assert [one.occasion for one in looking.listed(now(), before=third, limit=3)] == ["3", "2", "1"]
    assert [one.occasion for one in looking.listed(now(), shown="skipped")] == ["late"]
    groups = {one.occasion: looking.group_of(one, now()) for one in looking.listed(now())}
    assert (groups["waiting"], groups["late"], groups["4"]) == ("waiting", "skipped", "sent")


@pytest.mark.usefixtures("sqlite_app")
def test_letters_are_counted_and_found_by_state_without_reading_all_of_them():
    counted = queries.plans(lambda: looking.counts(now()))
    assert [line for line in counted if "letter" in line and "INDEX ix_letter_state" not in line] == []
    for group in looking.GROUPS:
        (found, *_) = queries.plans(lambda group=group: looking.listed(now(), shown=group))
        assert "INDEX ix_letter_state" in found, group
    assert "INDEX ix_letter_state_expires" in " ".join(queries.plans(lambda: outbox.next_due(now())))


# --- sweeping


def age(occasion, **values):
    begin_write().execute(update(Letter).where(Letter.occasion == occasion).values(**values))
    db.session.commit()


@pytest.mark.usefixtures("app")
def test_letters_are_deleted_after_ninety_days_but_never_while_they_wait():
    for occasion in ("old", "new", "waiting", "doubtful"):
        plan(occasion=occasion, due=now() + SECOND if occasion == "waiting" else None)
    send()
    old = now() - outbox.KEPT - SECOND
    for occasion in ("old", "waiting"):
        age(occasion, changed=old)
    age("doubtful", changed=old, state="sending")
    assert outbox.sweep(now()) == 2
    db.session.commit()
    assert {one.occasion for one in letters()} == {"new", "waiting"}


@pytest.mark.usefixtures("app")
def test_addresses_of_strangers_are_forgotten_after_a_day():
    plan("sign-in", facts={"next": None}, occasion="stranger")
    plan(occasion="late", due=now() - 2 * delivery.LIVES)
    send()
    for occasion in ("stranger", "late"):
        age(occasion, changed=now() - outbox.STRANGERS_KEPT - SECOND)
    outbox.sweep(now())
    db.session.commit()
    assert [one.occasion for one in letters()] == ["late"]


@pytest.mark.usefixtures("app")
def test_links_that_went_to_the_folder_are_forgotten_once_they_are_over():
    person()
    plan("sign-in", facts={"next": None}, expires=now() + sessions.LINK_LIVES)
    send()
    outbox.sweep(now())
    db.session.commit()
    assert letter().text
    outbox.sweep(now() + sessions.LINK_LIVES + SECOND)
    db.session.commit()
    assert (letter().text, letter().html, letter().state) == (None, None, "sent")
