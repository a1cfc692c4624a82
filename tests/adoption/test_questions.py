"""Questions from any page: who reads them, what becomes of them, and what is told of them."""

import html
import re
import time

import pytest
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update

from adoption import directory
from adoption import facts
from adoption import held
from adoption import people_csv
from adoption import questions
from adoption import rollout
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.mail import rendering
from adoption.mail.letter import COLUMNS
from adoption.mail.letter import Stored as Letter
from adoption.mail.preparing import Prepared
from adoption.models import Absence
from adoption.models import Allowance
from adoption.models import HelpEntry
from adoption.models import JournalEntry
from adoption.models import Letter as StoredLetter
from adoption.models import Participant
from adoption.models import Question
from adoption.models import QuestionWord
from adoption.pages import page_titles
from adoption.questions import helping
from adoption.questions import keeping
from adoption.questions import measuring
from rules import period
from tests.staff import NORTH
from tests.staff import Staff
from tests.staff import email
from tests.visitors import Visitor

DAY = 86_400 * period.SECOND
WAVE = "First wave"


@pytest.fixture
def staff(app):
    """Give a wave of the north with Alice as champion and Olga, who leads others, as supporter."""
    staff = Staff()
    rows = (people_csv.WaveRow(2, WAVE, NORTH, staff.today - 30, None),)
    assert not directory.load_waves(people_csv.Waves(rows, ())).faults
    db.session.commit()
    care(staff, "Alice", "Olga")
    return staff


def care(staff, champion, supporter):
    who = {"champion": champion and staff[champion], "supporter": supporter and staff[supporter]}
    rollout.care(begin_write(), WAVE, **who, by=By(None, "a test"), now=staff.now)
    db.session.commit()


@pytest.fixture
def visit(app, staff):
    """Return how somebody comes to a browser of theirs; each stays signed in."""
    there = {}
    return lambda name: there.setdefault(name, Visitor(app, staff[name]))


def ask(visitor, text="Where is my lunch?", **more):
    answer = visitor.post("/ask", {"text": text, "once": f"o{time.time_ns()}", "page": "1", "letters": "1"} | more)
    db.session.rollback()
    return answer


def shown(page):
    text = page.get_data(as_text=True)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def newest():
    db.session.rollback()
    return db.session.scalar(select(Question.id).order_by(Question.id.desc()))


def say(visitor, number, does, text="", once=""):
    return visitor.post(f"/questions/{number}", {"do": does, "text": text, "once": once or f"o{time.time_ns()}"})


def tell(visitor, number, does, text=""):
    return visitor.post(f"/ask/mine/{number}", {"do": does, "text": text, "once": f"o{time.time_ns()}"})


def letters(kind):
    db.session.rollback()
    query = select(Participant.name).join(StoredLetter, StoredLetter.participant == Participant.id)
    return sorted(db.session.scalars(query.where(StoredLetter.kind == kind)))


def ago(number, days):
    """Let a question have been asked so many days ago."""
    moved = update(Question).where(Question.id == number)
    begin_write().execute(moved.values(asked=Question.asked - days * DAY, since=Question.since - days * DAY))
    db.session.commit()


# --- asking


def test_the_footer_of_every_page_leads_to_the_form_with_the_page_attached(visit):
    page = visit("Bob").get("/boards/contacts-this-week?scope=team").get_data(as_text=True)
    assert '<a href="/ask?about=/boards/contacts-this-week">Ask a question</a>' in page
    form = visit("Bob").get("/ask?about=/boards/contacts-this-week")
    assert "Say that it is about the page “Board”" in shown(form)
    assert "Alice reads it, the champion of your wave." in shown(form)
    assert "Whoever leads you never does." in shown(form)


@pytest.mark.parametrize(
    ("address", "route", "path"),
    [
        ("/", "home.week", "/"),
        ("/boards/contacts-this-week?scope=team&token=secret", "board.show", "/boards/contacts-this-week"),
        ("/records/contact/42#x", "why.record", "/records/contact/42"),
        ("/hr/bonuses/disputes", "bonus_by_hand.disputes", "/hr/bonuses/disputes"),
        ("/sign-in/a-secret-token", "", ""),
        ("/letters/out/a-secret-token", "", ""),
        ("/me/evidence", "", ""),  # nobody else's business
        ("/lead/flags/7", "", ""),
        ("/counter", "", ""),
        ("/api/v1/boards", "", ""),
        ("/nothing-is-here", "", ""),
        ("//evil.example/boards", "", ""),
        ("https://evil.example/", "", ""),
        ("javascript:alert(1)", "", ""),
        ("/boards/" + "x" * 400, "", ""),
        ("", "", ""),
    ],
)
def test_only_a_page_of_ours_is_attached_without_what_stands_behind_it(visit, address, route, path):
    assert ask(visit("Bob"), about=address).status_code == 303
    db.session.rollback()
    assert db.session.execute(select(Question.route, Question.path)).one() == (route, path)


def test_every_page_that_can_be_asked_about_has_a_title_of_ours(app):
    with app.test_request_context("/"):
        for rule in app.url_map.iter_rules():
            blueprint = rule.endpoint.partition(".")[0]
            if "GET" in rule.methods and blueprint in app.extensions["pages"]:
                assert page_titles.title(rule.endpoint) or blueprint in {
                    *page_titles.NEVER, "frame", "sign_in", "counter", "letters_out",
                }, rule.endpoint  # fmt: skip  # a list


def test_somebody_may_leave_the_page_out(visit):
    ask(visit("Bob"), about="/", page="")
    assert db.session.execute(select(Question.route, Question.path)).one() == ("", "")


def test_sent_twice_it_is_asked_once(visit):
    assert ask(visit("Bob"), once="same").status_code == 303
    again = ask(visit("Bob"), once="same")
    assert "This question was asked already." in shown(visit("Bob").get(again.headers["Location"]))
    ask(visit("Cora"), once="same")  # somebody else's form is another one
    assert len(db.session.scalars(select(Question.id)).all()) == 2


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2001])
def test_a_question_has_words_and_not_too_many(visit, text):
    answer = ask(visit("Bob"), text)
    assert answer.status_code == 422
    assert "Write a few words, 2,000 characters at most." in shown(answer)
    assert newest() is None


def test_whoever_asks_very_often_is_told_kindly_and_nothing_they_wrote_is_lost(visit):
    for number in range(10):
        assert ask(visit("Bob"), f"Question {number}").status_code == 303
    answer = ask(visit("Bob"), "Question ten")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "You have asked ten times within an hour" in shown(answer)
    assert "Question ten</textarea>" in answer.get_data(as_text=True)
    assert ask(visit("Cora")).status_code == 303


def test_no_sign_that_databases_refuse_keeps_a_question_back(visit):
    assert ask(visit("Bob"), "Where\0 is it?", once="a\0b").status_code == 303
    assert say(visit("Alice"), newest(), "answer", "Here\0.", once="c\0d").status_code == 303
    assert "Where is it?" in shown(visit("Bob").get("/ask/mine"))


def test_what_somebody_writes_stays_text(visit):
    ask(visit("Bob"), "<script>alert(1)</script> {{ 7 * 7 }}")
    for page in (visit("Bob").get("/ask/mine"), visit("Alice").get(f"/questions/{newest()}")):
        assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in page.get_data(as_text=True)


# --- who reads


def sees(visit, name, number):
    status = visit(name).get(f"/questions/{number}").status_code
    assert status in {200, 404}
    listed = f"/questions/{number}" in visit(name).get("/questions").get_data(as_text=True)
    assert listed is (status == 200), name
    return listed


def readers(visit, number):
    everybody = ("Alice", "Bob", "Cora", "Mei", "Dana", "Olga", "Hana", "Leo", "Ann", "Ada")
    return {name for name in everybody if sees(visit, name, number)}


def test_the_champion_alone_reads_it_then_the_supporter_then_leads_and_hr(visit):
    ask(visit("Bob"))
    assert readers(visit, newest()) == {"Alice"}
    ago(newest(), 4)  # at least two working days
    assert {"Alice", "Olga"} <= readers(visit, newest()) <= {"Alice", "Olga", "Hana", "Leo"}
    ago(newest(), 4)
    assert readers(visit, newest()) == {"Alice", "Olga", "Hana", "Leo"}


def test_while_the_champion_is_away_the_supporter_sees_it_as_well(staff, visit):
    away = {"participant": staff["Alice"], "starts": staff.today - 1, "ends": staff.today + 3}
    connection = begin_write()
    connection.execute(Absence.__table__.insert().values(away))
    facts.changed(connection, rescore=False)
    db.session.commit()
    ask(visit("Bob"))
    assert {"Alice", "Olga"} <= readers(visit, newest())


def test_whoever_leads_the_asker_never_reads_it_whatever_their_part(staff, visit):
    care(staff, "Mei", "Dana")
    ask(visit("Bob"))
    assert "Adoption leads and human resources read it." in shown(visit("Bob").get("/ask"))
    assert readers(visit, newest()) == {"Hana", "Leo"}
    ago(newest(), 30)
    assert readers(visit, newest()) == {"Hana", "Leo"}


def test_whoever_comes_to_lead_the_asker_reads_no_more_of_what_they_answered_before(staff, visit):
    ask(visit("Bob"), "My manager explains it in another way")
    say(visit("Alice"), newest(), "answer", "Ask me.")
    assert "My manager explains" in shown(visit("Alice").get("/questions"))
    led = people_csv.one({"email": email("Bob"), "manager": email("Alice")})
    by = directory.Told(By(None, "a test"), staff.now)
    assert not directory.load_people(led, on=staff.today, by=by).faults
    db.session.commit()
    assert visit("Alice").get(f"/questions/{newest()}").status_code == 404
    assert "My manager explains" not in shown(visit("Alice").get("/questions"))


def test_a_champion_who_asks_is_answered_by_the_supporter(visit):
    ask(visit("Alice"))
    assert readers(visit, newest()) == {"Olga"}


def test_whoever_is_in_no_wave_asks_the_desk(visit):
    ask(visit("Иван"))
    assert readers(visit, newest()) == {"Hana", "Leo"}


def test_a_question_is_passed_on_and_leaves_the_list_of_whoever_passes_it_on(visit):
    ask(visit("Bob"))
    say(visit("Alice"), newest(), "pass", "Olga knows.")
    assert readers(visit, newest()) == {"Olga"}
    say(visit("Olga"), newest(), "pass")
    assert readers(visit, newest()) == {"Hana", "Leo"}
    assert say(visit("Leo"), newest(), "pass").status_code == 409
    assert "Olga knows." in shown(visit("Bob").get("/ask/mine"))


def test_whoever_does_not_read_it_can_do_nothing_with_it(visit):
    ask(visit("Bob"))
    number = newest()
    for name in ("Mei", "Cora", "Olga", "Hana", "Bob"):
        for does in ("answer", "back", "pass"):
            assert say(visit(name), number, does, "x").status_code == 404
        assert visit(name).get(f"/help/write?question={number}").status_code in {403, 404}
    for does in ("helped", "more", "not_yet", "delete"):
        assert tell(visit("Alice"), number, does, "x").status_code == 404
    assert db.session.scalars(select(QuestionWord.id)).all() == []


# --- the thread


def test_a_question_is_answered_did_not_help_yet_is_asked_back_and_helps(visit):
    bob, alice = visit("Bob"), visit("Alice")
    ask(bob, about="/rewards")
    number = newest()
    assert "1 question waits for your answer." in shown(alice.get("/questions"))
    say(alice, number, "answer", "Under Rewards.")
    assert "No question waits for you." in shown(alice.get("/questions"))
    assert "Under Rewards." in shown(bob.get("/ask/mine"))
    tell(bob, number, "not_yet", "There is none.")
    assert "1 question waits for your answer." in shown(alice.get("/questions"))
    say(alice, number, "back", "Which week?")
    tell(bob, number, "more", "This one.")
    say(alice, number, "answer", "It comes on Monday.")
    tell(bob, number, "helped")
    db.session.rollback()
    said = db.session.scalars(select(QuestionWord.does).order_by(QuestionWord.id)).all()
    assert said == ["answer", "not_yet", "back", "more", "answer", "helped"]
    assert "it helped" in shown(alice.get(f"/questions/{number}"))
    assert say(alice, number, "answer", "One more thing").status_code == 409


def test_an_answer_that_is_sent_twice_is_said_once(visit):
    ask(visit("Bob"))
    for _ in range(2):
        assert say(visit("Alice"), newest(), "answer", "Yes.", once="same").status_code == 303
    assert len(db.session.scalars(select(QuestionWord.id)).all()) == 1
    assert letters("question-answered") == ["Bob"]


def test_what_waits_stands_on_home_and_on_the_desk(visit):
    ask(visit("Bob"))
    ask(visit("Иван"), "Где обед?")
    visit("Alice").post("/welcome", {})
    assert "1 question waits for your answer." in shown(visit("Alice").get("/"))
    assert "waits for your answer" not in shown(visit("Bob").get("/"))
    assert re.search(r"Questions 1 notice", shown(visit("Leo").get("/lead/flags")))
    assert re.search(r"Adoption 1 notice", shown(visit("Hana").get("/hr/people")))


def test_letters_go_to_whoever_can_answer_once_a_day_and_to_the_asker_who_wants_one(visit):
    ask(visit("Bob"))
    ask(visit("Bob"), "Another one", letters="")
    assert letters("question-asked") == ["Alice"]
    second = newest()
    say(visit("Alice"), second, "answer", "Yes.")
    say(visit("Alice"), second - 1, "back", "Which?")
    assert letters("question-answered") == ["Bob"]


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_letters_say_nothing_of_what_was_asked_and_answered(visit, monkeypatch, language):
    monkeypatch.setattr("adoption.mail.links.root", lambda: "https://spoonful.example")
    ask(visit("Bob"), "A secret of mine")
    say(visit("Alice"), newest(), "answer", "Another secret")
    for kind in ("question-asked", "question-answered"):
        row = db.session.execute(select(*COLUMNS).where(StoredLetter.kind == kind)).one()
        letter = Letter(*row)
        prepared = rendering.prepare(db.session.connection(), letter, letter.planned)
        written = rendering.render(letter, Prepared(prepared.facts, letter.participant, language))
        assert "secret" not in f"{written}"
        assert "questions" in str(written["text"]) or "/ask/mine" in str(written["text"])


def test_in_the_morning_whoever_has_questions_is_told_also_the_next_one(staff, visit, monkeypatch):
    ask(visit("Bob"))
    ago(newest(), 4)
    begin_write().execute(delete(StoredLetter))
    db.session.commit()
    works = facts.current().calendar.works(staff.today)
    assert (keeping.remind(staff.now) >= 2) is works
    db.session.commit()
    assert keeping.remind(staff.now) == 0
    if works:
        assert {"Alice", "Olga"} <= set(letters("question-asked"))


# --- help


def publish(visitor, title="Where is lunch?", text="Under Rewards.", **more):
    form = {"title": title, "text": text, "language": "en", "route": "rewards.index", "page": "1"}
    return visitor.post("/help/write", form | more)


def answered(visit, about="/rewards"):
    ask(visit("Bob"), "Bob here: where is lunch?\nI looked.", about=about)
    number = newest()
    say(visit("Alice"), number, "answer", "Dear Bob, under Rewards. Alice")
    return number


def test_an_answer_becomes_help_on_its_page_without_names(visit):
    number = answered(visit)
    form = visit("Alice").get(f"/help/write?question={number}").get_data(as_text=True)
    assert 'value="… here: where is lunch?"' in form
    assert "Dear …, under Rewards. …</textarea>" in form
    assert publish(visit("Alice"), question=str(number)).status_code == 303
    assert "Help for this page (1)" in shown(visit("Cora").get("/rewards"))
    assert "Help for this page" not in shown(visit("Cora").get("/me"))
    listed = shown(visit("Cora").get("/help?about=/rewards"))
    assert "About “Rewards”" in listed
    assert "Under Rewards." in listed
    assert "Bob" not in listed.partition("Help")[2]
    assert "Perhaps this helps already" in shown(visit("Cora").get("/ask?about=/rewards"))


def test_publishing_twice_makes_one_entry(visit):
    number = answered(visit)
    for _ in range(2):
        publish(visit("Alice"), question=str(number))
    assert len(db.session.scalars(select(HelpEntry.id)).all()) == 1


def test_help_is_searched_and_what_is_not_there_leads_to_a_question(visit):
    publish(visit("Leo"))
    publish(visit("Leo"), "Где обед?", "Среди наград.", language="ru", page="")
    assert "Where is lunch?" in shown(visit("Bob").get("/help?q=LUNCH+rewards"))
    assert "Где обед?" in shown(visit("Bob").get("/help?q=обед"))
    assert "Where is lunch?" not in shown(visit("Bob").get("/help?q=обед"))
    assert "Nothing holds all these words. Try fewer, or ask." in shown(visit("Bob").get("/help?q=lunch+nowhere"))


def test_of_two_who_change_an_entry_the_second_reads_what_the_first_wrote(visit):
    publish(visit("Leo"))
    number = str(db.session.scalar(select(HelpEntry.id)))
    db.session.rollback()
    page = visit("Hana").get(f"/help/write?entry={number}").get_data(as_text=True)
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    for _ in range(2):  # a double click is no second one
        assert publish(visit("Leo"), text="At noon.", entry=number, seen=seen).status_code == 303
    answer = publish(visit("Hana"), text="In the canteen.", entry=number, seen=seen)
    assert answer.status_code == 422
    assert "It says now: “Where is lunch? At noon.”" in shown(answer)
    assert "In the canteen." in answer.get_data(as_text=True)
    seen = re.search(r'name="seen" value="(\d+)"', answer.get_data(as_text=True))[1]
    assert publish(visit("Hana"), text="At noon, in the canteen.", entry=number, seen=seen).status_code == 303


def test_whoever_wrote_it_leads_and_hr_change_and_withdraw_an_entry_and_the_journal_keeps_it(visit):
    publish(visit("Alice"), question=str(answered(visit)))
    number = db.session.scalar(select(HelpEntry.id))
    for name in ("Bob", "Mei", "Ada"):
        assert visit(name).get(f"/help/write?entry={number}").status_code == 403
        assert publish(visit(name), entry=str(number)).status_code == 403
        assert visit(name).post(f"/help/{number}", {"do": "withdraw"}).status_code == 403
        assert publish(visit(name)).status_code == 403  # out of nothing
    assert publish(visit("Alice"), "Lunch", entry=str(number)).status_code == 303
    assert visit("Hana").post(f"/help/{number}", {"do": "withdraw"}).status_code == 303
    db.session.rollback()
    entries = select(JournalEntry.action, JournalEntry.name).where(JournalEntry.thing == f"help/{number}")
    told = db.session.execute(entries.order_by(JournalEntry.number)).all()
    assert [one.action for one in told] == ["published", "changed", "withdrew"]
    assert "There is no help yet." in shown(visit("Bob").get("/help"))
    assert "Help for this page" not in shown(visit("Bob").get("/rewards"))


@pytest.mark.parametrize(
    ("title", "text", "fault"), [("", "x", "title"), ("x" * 121, "x", "title"), ("x", " ", "text")]
)
def test_an_entry_has_a_title_and_a_text(visit, title, text, fault):
    answer = publish(visit("Leo"), title, text)
    assert answer.status_code == 422
    assert f'id="{fault}-fault"' in answer.get_data(as_text=True)


def test_how_many_it_helped_is_told_when_five_have_said_so(visit):
    publish(visit("Leo"))
    number = db.session.scalar(select(HelpEntry.id))
    for name in ("Alice", "Bob", "Cora", "Dave"):
        visit(name).post(f"/help/{number}", {"do": "useful"})
        visit(name).post(f"/help/{number}", {"do": "not_useful" if name == "Dave" else "useful"})
    assert "who said so" not in shown(visit("Erin").get("/help"))
    visit("Erin").post(f"/help/{number}", {"do": "useful"})
    assert "helped 4 of 5 who said so" in shown(visit("Erin").get("/help"))


def test_pages_ask_the_database_for_help_once_in_ten_minutes(app, visit, monkeypatch):
    visit("Bob").get("/me")
    monkeypatch.setattr(helping, "_entries", None)
    kept = app.extensions[helping.COUNTS]
    visit("Bob").get("/me")
    assert app.extensions[helping.COUNTS] is kept


# --- times


def test_the_wave_is_told_how_long_answers_took_of_five_questions_and_more(staff, visit):
    wave = f"/rollout/wave?name={WAVE}"
    assert "Fewer than five questions in eight weeks" in shown(visit("Hana").get(wave))
    for number in range(5):
        ask(visit("Bob"), f"Question {number}")
        say(visit("Alice"), newest(), "answer", "Yes.")
    publish(visit("Alice"), question=str(newest()))
    begin_write().execute(delete(Allowance))
    db.session.commit()
    ask(visit("Cora"))
    told = measuring.of_wave(WAVE, staff.now).together
    assert (told.asked, told.waiting, told.help) == (6, 1, 1)
    page = shown(visit("Hana").get(wave))
    assert "Half were answered within" in page
    assert "Bob" not in page.partition("Questions and answers")[2].partition("Change the wave")[0]
    alice, by = staff["Alice"], By(None, "a test")
    rollout.care(begin_write(), "New name", champion=alice, supporter=None, by=by, now=staff.now, was=WAVE)
    db.session.commit()
    assert measuring.of_wave("New name", staff.now).together == told


# --- privacy


def test_a_question_is_deleted_with_everything_and_help_made_of_it_stays(visit):
    number = answered(visit)
    publish(visit("Alice"), question=str(number))
    tell(visit("Bob"), number, "delete")
    db.session.rollback()
    assert newest() is None
    assert db.session.scalars(select(QuestionWord.id)).all() == []
    assert db.session.execute(select(HelpEntry.title, HelpEntry.question)).one() == ("Where is lunch?", None)
    assert visit("Alice").get(f"/questions/{number}").status_code == 404


def test_questions_go_after_twelve_months_and_with_whoever_leaves(staff, visit):
    ask(visit("Bob"))
    ago(newest(), 366)
    ask(visit("Cora"))
    ask(visit("Dave"))
    staff.leave("Cora")
    assert keeping.sweep(staff.now) == 2
    db.session.rollback()
    assert db.session.scalars(select(Question.asker)).all() == [staff["Dave"]]
    assert keeping.sweep(staff.now) == 0


def test_one_may_take_along_what_one_asked_and_nobody_elses_question(staff, visit):
    ask(visit("Bob"), "Mine alone")
    say(visit("Alice"), newest(), "answer", "Said to Bob")
    bobs, alices, coras = ("".join(held.document(staff[name], "", staff.now)) for name in ("Bob", "Alice", "Cora"))
    assert "Mine alone" in bobs
    assert "Said to Bob" in bobs
    assert "Mine alone" not in alices
    assert "Said to Bob" in alices
    assert "Said to Bob" not in coras


def test_what_was_asked_is_never_in_the_journal(visit):
    number = answered(visit)
    tell(visit("Bob"), number, "helped")
    db.session.rollback()
    assert not [one for one in db.session.scalars(select(JournalEntry.thing)) if "question" in one]


def test_waiting_costs_the_same_for_many_as_for_few(staff, visit):
    from tests.adoption.test_page_budgets import counted  # noqa: PLC0415  # one helper of another test

    ask(visit("Bob"))
    reader, cora = (questions.Reader(staff[name], desk=False) for name in ("Alice", "Cora"))
    questions.waiting(reader, staff.now)
    with counted(db.engine) as few:
        assert questions.waiting(reader, staff.now) == 1
    for number in range(8):
        ask(visit("Cora"), f"Question {number}")
    questions.waiting(reader, staff.now)
    with counted(db.engine) as many:
        assert questions.waiting(reader, staff.now) == 9
    assert len(many) == len(few)
    with counted(db.engine) as nobody:
        assert questions.waiting(cora, staff.now) == 0
    assert [one for one in nobody if "question" in one] == []
