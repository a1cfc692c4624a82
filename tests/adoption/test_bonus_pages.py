"""My bonus and those of whom one leads: who sees which statement, what it says, its file, and questions about it."""

import html
import re
from contextlib import contextmanager
from datetime import date
from datetime import datetime

import pytest
import time_machine
from flask import g
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import bonuses
from adoption import facts
from adoption import languages
from adoption import preferences
from adoption import rescoring
from adoption import telling
from adoption.bonuses import disputing
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusStatement
from adoption.models import Dispute
from adoption.models import Figure
from adoption.models import Participant
from adoption.pages import bonus_parts
from adoption.pages import payout
from rules import period as periods
from rules.__main__ import main
from tests.house import ZONE
from tests.house import House
from tests.leading import let_lead
from tests.visitors import Visitor

BOOK = """
[milestone."contact.developed"]
title  = "Developed contact"
record = "contact"
credit = "last"
[[milestone."contact.developed".needs]]
key = "talked-to"
title = "a conversation"
on  = ["call.completed"]
[metric.contacts]
title   = "Developed contacts"
titles  = { ru = "Проработанные контакты", zh = "已完善的联系人" }
counts  = "contact.developed"
measure = "distinct"
of      = "subject"
[metric.revenue]
title   = "Revenue"
counts  = "deal.won"
measure = "sum"
of      = "amount"
[plan.sales]
title    = "Sales bonus"
titles   = { ru = "Бонус отдела продаж", zh = "销售奖金" }
currency = "EUR"
per      = "month"
cap      = 500
prorate  = { by = "calendar", scales = "pay" }
[[plan.sales.components]]
key   = "contacts"
title = "Developed contacts"
kind  = "marginal"
of    = "contacts"
tiers = [ { from = 0, pays = 6 }, { from = 2, pays = 9.5 } ]
[[plan.sales.components]]
key     = "deals"
title   = "Revenue"
kind    = "percent"
of      = "revenue"
percent = 2.5
"""
QUOTA = """[[plan.sales.components]]
key    = "quota"
title  = "Own target"
kind   = "curve"
of     = "revenue"
pays   = 100
target = "figure.quota"
"""
TEAM = BOOK.replace('per      = "month"', 'per      = "month"\nwho      = { team = ["North"] }', 1)
OCTOBER, NOVEMBER = date(2026, 10, 1).toordinal(), date(2026, 11, 1).toordinal()
IN_OCTOBER = date(2026, 10, 14)
WEDNESDAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)
NOW = periods.microseconds(NOON)
PEOPLE = ("Alice", "Bob", "Cora", "Mei", "Dana", "Olga", "Hana", "Ann", "Ada")
ROLES = {"Mei": "manager", "Dana": "manager", "Olga": "manager", "Hana": "hr", "Ann": "approver", "Ada": "admin"}
MANAGERS = {"Alice": "Mei", "Bob": "Mei", "Mei": "Dana", "Cora": "Olga"}
STATEMENT = "/bonus/sales/2026-10"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def house(app, clock):
    return furnished(BOOK)


def furnished(book):
    """Return a house in which people have roles and managers."""
    made = House(book, people=PEOPLE)
    connection = begin_write()
    facts.changed(connection, rescore=False)
    for name in PEOPLE:
        above = MANAGERS.get(name)
        let_lead(connection, above and made[above], made[name])
        role = ROLES.get(name, "employee")
        connection.execute(update(Participant).where(Participant.id == made[name]).values(role=role))
    db.session.commit()
    for name in PEOPLE:
        preferences.choose(made[name], welcomed=NOW)
        db.session.commit()
    return made


def develop(house, who, *numbers, on=IN_OCTOBER):
    house.send(*(house.event(who, "call.completed", f"contact/{number}", on=on) for number in numbers))


def won(house, who, amount, on=IN_OCTOBER):
    house.did(who, "deal.won", "deal/7", on=on, amount=amount)


def work_out(first=OCTOBER):
    rescoring.run_to_end()
    run = bonuses.begin("sales", first, NOW)
    db.session.commit()
    bonuses.freeze(run, NOW)
    db.session.commit()
    bonuses.calculate(run, NOW)
    return run


def lead(house, run, state, now=NOW):
    """Lead a run that is worked out up to a state."""
    way = {"under review": 1, "approved": 2, "closed": 3}.get(state, 0)
    for step, who in (("send", "Hana"), ("approve", "Ann"), ("close", "Hana"))[:way]:
        bonuses.take(run, step, who=house[who], now=now)
        db.session.commit()
    return run


def answer(app, house, who="Alice", path="/bonus", **more):
    visitor = Visitor(app, house[who] if who else None, **more)
    db.session.rollback()
    found = visitor.get(path)
    db.session.rollback()
    return found


def page(app, house, who="Alice", path="/bonus", **more):
    found = answer(app, house, who, path, **more)
    assert found.status_code == 200, found.get_data(as_text=True)
    return plain(found.get_data(as_text=True))


def plain(text):
    """Return what is read of a page: its main part without tags, each run of white space one space."""
    body = re.search(r"<main.*?</main>", text, re.DOTALL).group(0)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " ").split())


# --- the running period


def test_the_page_begins_with_what_the_month_comes_to_and_where_it_leads(app, house):
    develop(house, "Alice", 1, 2, 3, on=date(2026, 11, 3))
    won(house, "Alice", "1000", on=date(2026, 11, 4))
    text = page(app, house)
    assert (
        "So far €46.50 this month; at today's pace about €55." in text
    )  # 18 of 21 working days: 12 + 1.5 × 9.50 + 29.17
    assert "estimate, not a statement" in text
    assert "2 × 6 + 1 × 9.5" in text
    assert "1 more for “Developed contacts” +€9.50" in text


def test_on_the_first_days_nothing_is_promised(app, house):
    with time_machine.travel(datetime(2026, 11, 2, 9, tzinfo=ZONE), tick=False):  # a Monday, the first working day
        assert "A new month has begun. What counts for your bonus shows up here." in page(app, house)
        develop(house, "Alice", 1, on=date(2026, 11, 2))
        assert "So far €6.00 this month." in page(app, house)


def test_later_in_a_month_without_anything_it_says_so(app, house):
    assert "Nothing counts for your bonus yet this month." in page(app, house)


def test_late_data_is_said(app, house):
    develop(house, "Alice", 1, on=date(2026, 11, 3))
    with time_machine.travel(datetime(2026, 12, 29, 12, tzinfo=ZONE), tick=False):
        assert "CRM data is late, so this may lag behind." in page(app, house)


def test_whoever_no_plan_covers_reads_so_and_finds_no_link(app, clock):
    house = furnished(TEAM)
    house.team("North", "Alice")
    assert "No bonus plan covers you right now." in page(app, house, "Bob")
    for path in ("/", "/me"):
        assert "My bonus" not in page(app, house, "Bob", path)
        assert "My bonus" in page(app, house, "Alice", path)


def test_two_plans_are_two_sentences(app, clock):
    second = BOOK[BOOK.index("[plan.sales]") :].replace("plan.sales", "plan.extra").replace("Sales bonus", "Extra")
    house = furnished(BOOK + second.replace('per      = "month"', 'per      = "quarter"'))
    develop(house, "Alice", 1, on=date(2026, 11, 3))
    text = page(app, house)
    assert "So far €6.00 this month; at today's pace about €7." in text
    assert "So far €6.00 this quarter; at today's pace about" in text


def test_before_the_review_one_sees_the_estimate_and_that_the_statement_follows(app, house):
    develop(house, "Alice", 1)
    lead(house, work_out(), "calculated")
    assert "October 2026 Sales bonus being worked out" in page(app, house)
    text = page(app, house, path=STATEMENT)
    assert "€6.00 as it stands. The statement follows." in text
    assert "You receive" not in text


# --- statements


def test_a_statement_is_told_line_by_line(app, house):
    develop(house, "Alice", 1, 2, 3)
    won(house, "Alice", "30000")
    disputing.adjust("sales", OCTOBER, house["Alice"], 1250, "Helped <b>Bob</b> out", who=house["Hana"], now=NOW)
    db.session.commit()
    lead(house, work_out(), "under review")
    found = answer(app, house, path=STATEMENT).get_data(as_text=True)
    text = plain(found)
    assert "You receive €512.50 draft until the month is closed" in text
    assert "2 × 6 + 1 × 9.5" in text
    assert "30,000 × 0.025" in text
    assert "Limit of the plan −€271.50" in text
    assert "Helped <b>Bob</b> out" in text
    assert "<b>Bob" not in found
    assert "Call logged: Contact" not in text  # of a milestone the record is named
    assert "Contact 3 is now “Developed contact”" in text


def test_a_line_that_pays_nothing_for_want_of_a_target_says_so(app, clock):
    house = furnished(BOOK + QUOTA)
    won(house, "Alice", "30000")
    figure = {"name": "quota", "first": OCTOBER, "participant": house["Bob"], "value": "1000", "entered": NOW - 1}
    begin_write().execute(insert(Figure).values(figure))
    db.session.commit()
    lead(house, work_out(), "under review")
    assert "Revenue: 30,000. The target (quota) is zero or was not given." in page(app, house, path=STATEMENT)
    text = page(app, house, "Bob", path=STATEMENT)
    assert "0 ÷ 1,000" in text
    assert "was not given" not in text


def test_a_correction_names_its_period(app, house):
    develop(house, "Alice", 1)
    lead(house, work_out(), "closed")
    develop(house, "Alice", 2)  # late
    lead(house, work_out(NOVEMBER), "under review")
    corrected = page(app, house, path="/bonus/sales/2026-11")
    assert "Correction of October 2026: Developed contacts €6.00" in corrected
    october = page(app, house, path=STATEMENT)
    assert "Counted as of today: 2. The statement was worked out from 1" in october
    assert "closed on 25 Nov 2026" in october


def test_what_is_behind_a_line_is_counted_as_the_line_is(app, clock):
    once = '[metric.customers]\ntitle = "Customers"\ncounts = "call.completed"\nmeasure = "distinct"\nof = "subject"\n'
    line = '[[plan.sales.components]]\nkind = "flat"\nof = "customers"\npays = 1\nprorate = false\n'
    year = f'{line}key = "year"\ntitle = "The year so far"\nbasis = "year"\n'
    some = f'{line}key = "some"\ntitle = "Some days"\nfrom = 2026-10-12\nto = 2026-10-31\n'
    house = furnished(f"{once}{BOOK}{year}{some}")
    for day in (date(2026, 9, 14), IN_OCTOBER, date(2026, 10, 15)):
        develop(house, "Alice", 1, on=day)
    lead(house, work_out(), "under review")
    text = page(app, house, path=STATEMENT)
    assert "The year so far Customers: 2 €2.00" in text, "once in each of two months"
    assert "Some days Customers: 2 €2.00" in text, "once on each of two days"
    assert "Counted as of today" not in text


def test_past_statements_are_listed_and_drawn(app, house):
    develop(house, "Alice", 1, on=date(2026, 9, 9))
    develop(house, "Alice", 2, 3)
    lead(house, work_out(date(2026, 9, 1).toordinal()), "closed")
    lead(house, work_out(), "under review")
    text = page(app, house)
    assert "October 2026 Sales bonus €12.00 draft until the month is closed" in text
    assert "September 2026 Sales bonus €6.00 closed on 25 Nov 2026" in text
    assert "Last 2 months" in text
    drawn = answer(app, house).get_data(as_text=True)
    assert 'aria-label="September 2026: €6.00, October 2026: €12.00"' in drawn


def test_what_was_paid_can_be_read_also_when_its_plan_was_taken_away_from_its_first_day_on(app, house):
    won(house, "Alice", "1000.00")
    lead(house, work_out(), "closed")
    before = page(app, house, path=STATEMENT)
    house.publish(BOOK[: BOOK.index("[plan.sales]")], since=date(2026, 1, 5))
    house.settle()
    assert page(app, house, path=STATEMENT) == before
    assert "October 2026" in page(app, house)
    assert "no longer in the book" in page(app, house, "Hana", "/hr/bonuses")
    assert "Alice" in page(app, house, "Hana", "/hr/bonuses/sales/2026-10")


def test_a_run_that_was_only_begun_goes_with_its_plan(app, house):
    bonuses.begin("sales", OCTOBER, NOW)
    db.session.commit()
    house.publish(BOOK[: BOOK.index("[plan.sales]")], since=date(2026, 1, 5))
    house.settle()
    assert "Sales bonus" not in page(app, house, "Hana", "/hr/bonuses")
    assert answer(app, house, "Hana", "/hr/bonuses/sales/2026-10").status_code == 404


def test_the_file_is_what_is_stored_and_comes_out_equal(app, house, tmp_path, capsys):
    develop(house, "Alice", 1, 2, 3)
    run = lead(house, work_out(), "under review")
    stored = db.session.scalar(
        select(BonusStatement.document).where(BonusStatement.run == run, BonusStatement.participant == house["Alice"])
    )
    for who, path in (("Alice", STATEMENT), ("Mei", f"{STATEMENT}/{house['Alice']}")):
        found = answer(app, house, who, f"{path}/statement.json")
        assert found.data == stored.encode()
        assert found.content_type == "application/json"
        assert found.headers["Content-Disposition"] == 'attachment; filename="statement-sales-2026-10.json"'
        file = tmp_path / "statement.json"
        file.write_bytes(found.data)
        assert main([str(file)]) == 0
        assert "equal" in capsys.readouterr().out


def test_a_hostile_name_is_text(app, house):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    name = "<script>alert(1)</script>"
    connection.execute(update(Participant).where(Participant.id == house["Alice"]).values(name=name))
    db.session.commit()
    develop(house, "Alice", 1)
    lead(house, work_out(), "under review")
    for who, path in (("Alice", STATEMENT), ("Mei", f"{STATEMENT}/{house['Alice']}"), ("Mei", "/bonus/team")):
        text = answer(app, house, who, path).get_data(as_text=True)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


# --- who sees what


@pytest.fixture(params=["calculated", "under review", "approved", "closed"])
def led(request, sqlite_app, clock):
    """Return a house in which October was led up to a state."""
    house = furnished(BOOK)
    develop(house, "Alice", 1)
    lead(house, work_out(), request.param)
    return sqlite_app, house, request.param


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("Alice", "Bob", 403),
        ("Alice", "Mei", 403),
        ("Mei", "Alice", 200),
        ("Mei", "Cora", 403),
        ("Mei", "Dana", 403),
        ("Dana", "Alice", 200),
        ("Olga", "Alice", 403),
        ("Hana", "Alice", 200),
        ("Ann", "Alice", 200),
        ("Ada", "Alice", 200),
    ],
)
def test_statements_are_for_whom_they_concern_for_those_who_lead_them_and_for_those_who_pay(led, who, whose, status):
    sqlite_app, house, state = led
    wanted = 404 if state == "calculated" and who in {"Mei", "Dana"} and status == 200 else status
    for end in ("", "/statement.json"):
        assert answer(sqlite_app, house, who, f"{STATEMENT}/{house[whose]}{end}").status_code == wanted


@pytest.mark.parametrize("who", ["Alice", "Mei", "Olga"])
def test_what_is_not_ones_own_looks_like_what_does_not_exist(app, house, who):
    lead(house, work_out(), "under review")
    foreign = {"Alice": "Bob", "Mei": "Cora", "Olga": "Alice"}[who]
    told = []
    for number in (house[foreign], 999_999, 10**30):
        for end in ("", "/statement.json"):
            found = answer(app, house, who, f"{STATEMENT}/{number}{end}")
            assert found.status_code == 403
            told.append(re.sub(r'value="[^"]*"|urn:uuid:[\w-]+', "", found.get_data(as_text=True)))
    assert len(set(told)) == 1


@pytest.mark.parametrize(
    "path", ["/bonus/none/2026-10", "/bonus/sales/2026-Q4", "/bonus/sales/x", "/bonus/sales/2020-01"]
)
def test_there_is_nothing_at_other_addresses(app, house, path):
    assert answer(app, house, path=path).status_code == 404
    assert answer(app, house, "Hana", f"{path}/{house['Alice']}").status_code == 404
    assert answer(app, house, "Hana", f"{STATEMENT}/{10**30}").status_code == 404


def test_who_approves_sees_amounts_but_not_what_somebody_did(app, house):
    develop(house, "Alice", 1)
    lead(house, work_out(), "under review")
    path = f"{STATEMENT}/{house['Alice']}"
    assert "Contact 1" in page(app, house, "Mei", path)
    approver = page(app, house, "Ann", path)
    assert "€6.00" in approver
    assert "Contact 1" not in approver


def test_those_one_leads_are_listed_by_name(app, house):
    develop(house, "Bob", 1, 2)
    lead(house, work_out(), "under review")
    text = page(app, house, "Dana", "/bonus/team?of=sales/2026-10")
    assert re.search(r"Alice.*€0\.00.*Bob.*€12\.00.*Mei.*€0\.00.*Together €12\.00", text)
    assert "Cora" not in text
    assert "Dana" not in text
    assert "Cora" in page(app, house, "Olga", "/bonus/team")


def test_whoever_leads_nobody_has_no_such_page(app, house):
    lead(house, work_out(), "under review")
    assert answer(app, house, "Alice", "/bonus/team").status_code == 403
    assert "Nobody reports to you in the directory." in page(app, house, "Hana", "/bonus/team")
    assert "Those you lead" not in page(app, house, "Alice")
    assert "Those you lead" in page(app, house, "Mei")


def test_nothing_of_a_run_is_listed_before_its_review(app, house):
    lead(house, work_out(), "calculated")
    assert "There is no statement to see yet." in page(app, house, "Mei", "/bonus/team")


# --- questions


def ask(app, house, place=0, question="Contact 9 is missing, <i>why</i>?"):
    visitor = Visitor(app, house["Alice"])
    db.session.rollback()
    found = visitor.post(f"{STATEMENT}/ask", {"place": place, "question": question})
    db.session.rollback()
    return found


@pytest.mark.parametrize("place", ["-1", "99", "2147483648", "9" * 30, "x", ""])
def test_a_question_is_about_a_line_that_there_is(app, house, place):
    develop(house, "Alice", 1)
    lead(house, work_out(), "under review")
    assert ask(app, house, place).status_code == 404


def test_no_sign_that_databases_refuse_keeps_a_question_about_a_line_back(app, house):
    develop(house, "Alice", 1)
    lead(house, work_out(), "under review")
    assert ask(app, house, question="\0").status_code == 422
    assert ask(app, house, question="Why\0?").status_code == 303
    assert "Why?" in page(app, house, path=STATEMENT)


def test_a_question_is_asked_answered_and_read(app, house):
    develop(house, "Alice", 1)
    run = lead(house, work_out(), "under review")
    sent = ask(app, house)
    assert (sent.status_code, sent.headers["Location"]) == (303, STATEMENT)
    text = page(app, house, path=STATEMENT)
    assert "Contact 9 is missing, <i>why</i>?" in text
    assert "You have an answer by Saturday 5 December." in text
    assert "You asked about this line." in text
    number = db.session.scalar(select(Dispute.id).where(Dispute.run == run))
    disputing.answer(number, "rejected", "It has no conversation yet.", 0, who=house["Hana"], now=NOW)
    db.session.commit()
    text = page(app, house, path=STATEMENT)
    assert "stays as it is" in text
    assert "It has no conversation yet." in text
    assert ask(app, house).status_code == 303  # and asked once more


@pytest.mark.parametrize(
    ("day", "said"), [(5, "You have an answer by Saturday 5"), (6, "were to have an answer by Saturday 5")]
)
def test_a_day_that_has_passed_is_not_promised(app, house, day, said):
    lead(house, work_out(), "under review")
    assert ask(app, house).status_code == 303
    with time_machine.travel(datetime(2026, 12, day, 12, tzinfo=ZONE), tick=False):
        text = page(app, house, path=STATEMENT)
    assert said in text


def test_a_line_is_asked_about_once_at_a_time(app, house):
    lead(house, work_out(), "under review")
    assert ask(app, house).status_code == 303
    assert ask(app, house).status_code == 409
    assert ask(app, house, place=1).status_code == 303
    assert db.session.query(Dispute).count() == 2


@pytest.mark.parametrize("question", ["", "   ", "x" * 2_001])
def test_a_question_needs_words(app, house, question):
    lead(house, work_out(), "under review")
    found = ask(app, house, question=question)
    assert found.status_code == 422
    assert "Write in a few words what looks wrong." in plain(found.get_data(as_text=True))
    assert db.session.query(Dispute).count() == 0


@pytest.mark.parametrize("place", ["", "99", "-1", "x"])
def test_there_is_no_such_line(app, house, place):
    lead(house, work_out(), "under review")
    assert ask(app, house, place=place).status_code == 404


def test_nobody_asks_about_what_they_do_not_see_yet(app, house):
    lead(house, work_out(), "calculated")
    assert ask(app, house).status_code == 404


def test_questions_are_between_oneself_and_hr(app, house):
    lead(house, work_out(), "under review")
    ask(app, house)
    for who in ("Mei", "Hana"):
        text = page(app, house, who, f"{STATEMENT}/{house['Alice']}")
        assert "Contact 9" not in text
        assert "This line looks wrong" not in text
    assert "Contact 9" not in page(app, house, "Bob", STATEMENT)


def test_a_closed_statement_may_be_asked_about_for_ten_days(app, house):
    lead(house, work_out(), "closed")
    with time_machine.travel(datetime(2026, 12, 5, 12, tzinfo=ZONE), tick=False):
        assert "This line looks wrong" in page(app, house, path=STATEMENT)
        assert ask(app, house).status_code == 303
    with time_machine.travel(datetime(2026, 12, 6, 12, tzinfo=ZONE), tick=False):
        assert "This line looks wrong" not in page(app, house, path=STATEMENT)
        assert ask(app, house, place=1).status_code == 409


# --- what it costs, languages, words


@contextmanager
def counted():
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", ["/bonus", STATEMENT, "/bonus/sales/2026-11", "/bonus/team"])
def test_the_number_of_queries_does_not_depend_on_how_much_there_is(app, house, path):
    develop(house, "Alice", 1)
    develop(house, "Mei", 2)
    lead(house, work_out(), "under review")
    visitor = Visitor(app, house["Mei"])
    numbers = []
    for more in (3, 200):
        db.session.rollback()
        visitor.get(path)
        with counted() as sent:
            assert visitor.get(path).status_code == 200
        numbers.append(len(sent))
        develop(house, "Mei", *range(more, more + 150))
        develop(house, "Mei", *range(more + 1000, more + 1050), on=WEDNESDAY)
    assert numbers[0] == numbers[1] <= 40


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", ("Бонус отдела продаж", "2 × 6 + 1 × 9,5", "21,50 €")), ("zh", ("销售奖金", "2 × 6 + 1 × 9.5", "€21.50"))],
)
def test_statements_speak_other_languages(app, house, language, words):
    develop(house, "Alice", 1, 2, 3)
    lead(house, work_out(), "under review")
    for path in ("/bonus", STATEMENT):
        assert answer(app, house, path=path, language=language).status_code == 200
    text = page(app, house, path=STATEMENT, language=language)
    for each in words:
        assert each in text


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("en", "28460.00 × 0.025", "28,460.00 × 0.025"),
        ("ru", "28460.00 × 0.025", "28 460,00 × 0,025"),
        ("en", "20 × 6 + 1 × 9.5", "20 × 6 + 1 × 9.5"),
        ("en", "406 × 21/31", "406 × 21/31"),
        ("en", "1000000/3 − -5", "≈333,333.3333 − −5"),
        ("en", "min(1200, 100)", "min(1,200, 100)"),
    ],
)
def test_arithmetic_is_written_in_the_readers_digits(sqlite_app, language, written, said):
    with sqlite_app.test_request_context():
        g.language = language
        assert telling.bonuses.formula(written).replace("\xa0", " ") == said


def test_what_is_not_exact_is_told_in_whole_units(sqlite_app):
    with sqlite_app.test_request_context():
        assert telling.bonuses.about(52_049, "EUR") == "€520"
        with languages.speaking("ru"):
            assert telling.bonuses.about(52_049, "EUR").replace("\xa0", " ") == "520 €"


def test_columns_below_zero_hang_below_the_line(sqlite_app):
    def past(total):
        return type("Past", (), {"total": total, "plan": PLAN, "first": OCTOBER})()

    with sqlite_app.test_request_context():
        up, down = bonus_parts._columns([past(10_000), past(-5_000)])
    assert up.y + up.height == pytest.approx(down.y)
    assert up.height == pytest.approx(2 * down.height, abs=0.2)


class PLAN:
    key, per, currency, title, titles = "sales", "month", "EUR", "Sales", {}


def test_amounts_are_written_with_their_sign(sqlite_app):
    with sqlite_app.test_request_context():
        assert payout.signed(-900, "EUR") == "−€9.00"
