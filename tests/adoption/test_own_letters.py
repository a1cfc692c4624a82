"""The weekly letter about one's own week: for whoever asks for it, about nobody else, once for a week."""

import re
from dataclasses import replace
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy import select

from adoption import facts
from adoption import languages
from adoption import mail
from adoption.digests import mine
from adoption.digests import planning
from adoption.digests import posts
from adoption.digests import reading
from adoption.digests import subscribing
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import kinds
from adoption.mail import links
from adoption.mail import looking
from adoption.mail import message
from adoption.models import Letter
from adoption.pages import comparing
from adoption.pages import week
from rules.period import SECOND
from tests.bureau import BOOK
from tests.bureau import LEADERS
from tests.bureau import MONDAY
from tests.bureau import NORTH
from tests.bureau import NOW
from tests.bureau import WEEK
from tests.bureau import Bureau
from tests.bureau import at
from tests.bureau import email
from tests.racing import at_once
from tests.visitors import Visitor

SETTINGS = {"PUBLIC_URL": "https://spoonful.example.com", "MAIL_FROM": "Spoonful <spoonful@example.com>"}
HOUR = 3_600 * SECOND
FIRST = WEEK.toordinal()
KIND = mine.KIND


@pytest.fixture
def app(new_app, database):
    with new_app(database, **SETTINGS) as app:
        yield app


@pytest.fixture
def bureau(app):
    return Bureau()


@pytest.fixture
def monday(bureau):
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC)):
        yield bureau


def ask(bureau, *names, now=NOW, **chosen):
    for name in names:
        subscribing.choose(bureau[name], KIND, now, **{"active": True} | chosen)
        db.session.commit()


def run(now=NOW):
    planning.run(now, lambda _done, _total: None)
    query = select(Letter.participant, Letter.state, Letter.reply).where(Letter.kind == KIND)
    found = [tuple(row) for row in db.session.execute(query.order_by(Letter.week, Letter.participant))]
    db.session.rollback()
    return found


def letter(who, week=FIRST):
    found = reading.of_week(who, week, KIND)
    db.session.rollback()
    return found


def made(bureau, *names, now=NOW):
    house = mine.house(FIRST, now)
    return mine.facts_of(house, [bureau[name] for name in names])


def statements(work):
    """Return how many statements something takes."""
    seen = []

    def note(_connection, _cursor, sql, *_):
        seen.append(sql)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


# --- who gets it


def test_nobody_gets_it_who_did_not_ask_for_it(bureau):
    assert run() == []
    ask(bureau, "Alice")
    assert run() == [(bureau["Alice"], "rendered", None)]


def test_it_tells_of_oneself_and_of_nobody_else(bureau):
    ask(bureau, *NORTH)
    run()
    everybody = {name for leader, team in LEADERS.items() for name in (leader, *team)}
    for name in NORTH:
        said = letter(bureau[name])
        named = set(re.findall(r"\w+", said.text + re.sub("<[^>]*>", " ", said.html)))
        assert not (everybody - {name}) & named


def test_it_says_what_one_did_beside_the_own_average_and_what_was_earned(bureau):
    ask(bureau, "Alice")
    run()
    said = letter(bureau["Alice"])
    assert said.subject == "Your week: Developed contacts 6"
    assert "Developed contacts: 6, that is 2 more than in your average week of the four before." in said.text
    assert "- A free lunch, for “Four contacts”" in said.text


def test_it_begins_as_home_does(app, monday):
    ask(monday, "Alice", "Anna", "Bob", "Lena")
    run()
    for name in ("Alice", "Anna", "Bob", "Lena"):
        with app.test_request_context(), languages.speaking("en"):
            lead = week.of(monday[name], NOW).said
        db.session.rollback()
        assert lead in letter(monday[name]).text, name


def test_home_and_letters_compare_weeks_by_the_metric_of_the_main_board(app, monday):
    calls = '[metric.calls]\ntitle = "Calls"\ncounts = "call.completed"\n[metric.contacts]'
    five = '[incentive.five]\ntitle = "Five"\nmetric = "calls"\nevery = 5\nper = "week"\nearns = "lunch"\n[board.c'
    text = BOOK.replace("[metric.contacts]", calls).replace("[board.c", five)
    text = text.replace('metric = "contacts"\nper = "week"\n', 'metric = "contacts"\nper = "month"\n')
    monday.publish(text, since=WEEK + timedelta(weeks=1))
    with app.test_request_context(), languages.speaking("en"):
        found = comparing.of(facts.current(), monday["Alice"], MONDAY.toordinal(), NOW)
        assert found.metric == "Developed contacts"
        assert mine.house(FIRST, NOW).metric == "contacts"
        assert found.neighbour is None, "the board is one of months"


def test_it_leads_to_the_records_that_are_one_step_from_counting(app, bureau):
    bureau.work("Alice", 0, WEEK, half=2)
    ask(bureau, "Alice")
    run()
    said = letter(bureau["Alice"])
    assert "2 records are one step from done: a next step." in said.text
    last = bureau.contacts
    assert f"- Contact {last}: https://spoonful.example.com/records/contact/{last}" in said.text
    found = set(re.findall(r'href="([^"]+)"', said.html)) | set(re.findall(r"https://\S+", said.text))
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC), tick=False):
        alice = Visitor(app, bureau["Alice"])
        for address in found:
            path = address.replace("&amp;", "&").removeprefix("https://spoonful.example.com")
            assert alice.get(path).status_code == 200, address


def test_a_thank_you_is_told_once_for_each_who_sent_it(bureau):
    for number in range(2):
        told = {"by": "Mei", "lines": ["Thank you"]}
        moment = at(WEEK + timedelta(days=1 + number))
        mail.plan(
            begin_write(), "thanks", address=email("Bob"), occasion=str(number), facts=told, now=moment,
            participant=bureau["Bob"],
        )  # fmt: skip  # one letter
    db.session.commit()
    assert made(bureau, "Bob")[bureau["Bob"]].thanked_by == ["Mei"]
    assert made(bureau, "Alice")[bureau["Alice"]].thanked_by == ()


def test_whoever_was_away_reads_that_and_no_zero(bureau):
    bureau.absent("Fred", WEEK, MONDAY + timedelta(days=2))
    bureau.settle()
    ask(bureau, "Fred")
    run()
    said = letter(bureau["Fred"])
    assert "You are away until" in said.text
    facts_of = made(bureau, "Fred")[bureau["Fred"]]
    assert (facts_of.days[-1], facts_of.away[-1]) == (5, 5)


def test_it_is_read_in_the_language_that_was_chosen(bureau):
    ask(bureau, "Alice", language="ru")
    run()
    assert letter(bureau["Alice"]).subject.startswith("Ваша неделя: Проработанные контакты 6")


# --- once, in bulk


def test_no_more_queries_for_more_readers(bureau):
    ask(bureau, "Alice", "Anna", "Bob", "Carlo", "Hugo")

    def letters_to(*names):
        house = mine.house(FIRST, NOW)
        due = [subscribing.Due(bureau[name], FIRST, NOW, subscribing.Chosen(), KIND) for name in names]
        assert {one.state for one in planning.make(house, due)} == {"rendered"}
        db.session.rollback()

    letters_to("Alice")
    assert statements(lambda: letters_to("Alice")) == statements(
        lambda: letters_to("Alice", "Anna", "Bob", "Carlo", "Hugo")
    )


def test_many_readers_are_written_in_batches(bureau, monkeypatch):
    monkeypatch.setattr(posts, "POSTS", {KIND: replace(posts.POSTS[KIND], chunk=2)})
    ask(bureau, *NORTH)
    seen = []
    planning.run(NOW, lambda done, total: seen.append((done, total)))
    assert seen == [(2, 5), (4, 5), (5, 5)]


def test_a_week_is_written_once_whatever_the_zone(bureau):
    ask(bureau, "Alice")
    assert len(run()) == 1
    ask(bureau, "Alice", zone="America/Los_Angeles")
    for hours in range(0, 36, 4):
        assert len(run(NOW + hours * HOUR)) == 1


def test_four_processes_at_once_write_one_letter_each(bureau):
    ask(bureau, *NORTH)
    found = at_once(*[lambda: dict(planning.run(NOW, lambda _done, _total: None))] * 4)
    assert all(isinstance(one, dict) for one in found), found
    assert len(run()) == len(NORTH)


def test_stale_data_sends_nothing_and_tells_hr_once(bureau):
    ask(bureau, "Alice", "Bob", weekday=1, hour=6)
    assert {reply for *_, reply in run(at(MONDAY + timedelta(days=1), 7))} == {"stale"}
    told = db.session.scalars(select(Letter.address).where(Letter.kind == "feed-alert")).all()
    assert sorted(told) == [email("Ada"), email("Hana")]


# --- ways out, and pages


def test_one_click_ends_it_and_leaves_the_managers_letter_as_it_is(app, bureau):
    ask(bureau, "Mei")
    run()
    parsed = message_from_bytes(message.build(letter(bureau["Mei"]), "spoonful@example.com"), policy=default)
    assert parsed["List-Unsubscribe"] == f"<{links.stop(bureau['Mei'], KIND)}>"
    path = links.stop(bureau["Mei"], KIND).removeprefix("https://spoonful.example.com")
    assert app.test_client().post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    db.session.rollback()
    assert not subscribing.of(bureau["Mei"], KIND).active
    assert subscribing.of(bureau["Mei"], "digest").active


def test_the_page_shows_the_very_bytes(app, monday):
    ask(monday, "Alice")
    alice = Visitor(app, monday["Alice"])
    before = alice.get("/me/letters/letter").get_data(as_text=True)
    db.session.rollback()
    run()
    said = letter(monday["Alice"])
    assert before == said.html
    for path in ("/me/letters/letter", "/me/letters/2026-W48"):
        assert alice.get(path).get_data(as_text=True) == said.html
        db.session.rollback()


def test_it_is_shown_before_one_turns_it_on(app, monday):
    alice = Visitor(app, monday["Alice"])
    page = alice.get("/me/letters").get_data(as_text=True)
    assert "It is switched off." in page
    assert "As it would be now." in page
    form = {"active": "1", "weekday": "4", "hour": "16", "zone": "", "language": ""}
    assert alice.post("/me/letters", form).status_code == 303
    db.session.rollback()
    assert subscribing.of(monday["Alice"], KIND)._replace(changed=0) == subscribing.Chosen(True, 4, 16)


def test_a_wrong_wish_changes_nothing(app, monday):
    form = {"active": "1", "weekday": "7", "hour": "16", "zone": "", "language": ""}
    answer = Visitor(app, monday["Alice"]).post("/me/letters", form)
    assert answer.status_code == 422
    assert "Choose a day of the week." in answer.get_data(as_text=True)
    db.session.rollback()
    assert not subscribing.of(monday["Alice"], KIND).active


def test_nobody_else_sees_that_there_is_such_a_letter(app, monday):
    ask(monday, "Alice")
    run()
    Visitor(app, monday["Alice"]).post("/me/letters/test")
    db.session.rollback()
    shown = {one.kind for one in looking.listed(NOW)}
    db.session.rollback()
    assert not shown & {KIND, f"{KIND}-copy"}
    assert {KIND, f"{KIND}-copy"} <= set(kinds.private())
    copy = db.session.execute(select(Letter.html, Letter.address).where(Letter.kind == f"{KIND}-copy")).one()
    assert tuple(copy) == (letter(monday["Alice"]).html, email("Alice"))
