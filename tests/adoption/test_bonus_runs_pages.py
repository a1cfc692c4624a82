"""Bonus runs at a browser: a period led from the freeze to payroll by two people, and what nobody can do alone."""

import csv
import io
import re
import time
import zipfile
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import bonuses
from adoption import facts
from adoption import jobs
from adoption.bonuses import disputing
from adoption.bonuses import payroll
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusAdjustment
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import Participant
from adoption.models import PayrollExport
from tests.adoption.test_bonuses import BOOK
from tests.adoption.test_bonuses import IN_MARCH
from tests.adoption.test_bonuses import MARCH
from tests.adoption.test_page_budgets import counted
from tests.house import House
from tests.racing import Slowly
from tests.racing import at_once
from tests.racing import waits
from tests.visitors import Visitor

HERE = "/hr/bonuses/sales/2026-03"
CAST = {"Hana": "hr", "Ina": "hr", "Vic": "approver", "Mei": "manager", "Ada": "admin", "Alice": "employee"}
WITHOUT_FIGURES = re.sub(r'\[\[plan\.sales\.components\]\]\nkey = "quota"\n(?:[a-z]+ = .*\n)+', "", BOOK)


def roles(house):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    for number, (name, role) in enumerate(CAST.items(), start=100):
        values = {"role": role, "employee_no": str(number)}
        connection.execute(update(Participant).where(Participant.id == house[name]).values(values))
    connection.execute(update(Participant).where(Participant.id == house["Bob"]).values(employee_no="7"))
    db.session.commit()


@pytest.fixture
def house(app):
    made = House(BOOK, people=(*CAST, "Bob"))
    roles(made)
    made.settle()
    made.send(*(made.event("Alice", "call.completed", on=IN_MARCH) for _ in range(3)))
    made.send(made.event("Bob", "call.completed", on=IN_MARCH))
    made.app = app
    return made


def at(house, name, **more):
    return Visitor(house.app, house[name], **more)


def text(answer, status=200):
    page = answer.get_data(as_text=True)
    assert answer.status_code == status, page
    db.session.rollback()
    return page


def seen(visitor):
    """Return what a page carries along when somebody takes a step on it."""
    found = re.search(r'name="as_of" value="(\d+)"', text(visitor.get(HERE)))
    return {"as_of": found.group(1)} if found else {}


def step(visitor, name, status=303, form=None):
    return text(visitor.post(f"{HERE}/{name}", seen(visitor) if form is None else form), status)


def run():
    row = db.session.execute(select(BonusRun.__table__)).one()
    db.session.rollback()
    return row


def until(house, state):
    """Lead the run on to a state; return Hana and Vic."""
    hana, vic = at(house, "Hana"), at(house, "Vic")
    step(hana, "freeze", form={})
    for who, name, reached in ((hana, "send", "under review"), (vic, "approve", "approved"), (hana, "close", "closed")):
        if run().state == state:
            break
        step(who, name)
        assert run().state == reached
    return hana, vic


# --- a whole period


def test_a_period_is_led_to_payroll_by_two_people(house):
    hana, vic = at(house, "Hana"), at(house, "Vic")
    assert "not begun" in text(hana.get("/hr/bonuses"))
    assert "Freeze and work it out" in text(hana.get(HERE))
    step(hana, "freeze", form={})
    page = text(hana.get(HERE))
    assert "7 people" in page
    assert "€" in page
    assert "Send to review" in page
    assert "Approve</button>" not in page
    step(hana, "send")
    assert "You sent it to review, so somebody else approves it." in text(hana.get(HERE))
    assert "Take back" in text(hana.get(HERE))
    page = text(vic.get(HERE))
    assert "Sent to review by" in page
    assert "Take back" not in page  # HR leads the run
    step(vic, "approve")
    step(hana, "close")
    assert "Closed by" in text(vic.get(HERE))
    payroll_page = text(hana.get(f"{HERE}/payroll"))
    text(hana.post(f"{HERE}/payroll", columns(payroll_page)), 303)
    assert run().state == "exported"
    assert "with payroll" in text(vic.get("/hr/bonuses"))
    assert run().sent_by == house["Hana"]
    assert run().approved_by == house["Vic"]


def test_whoever_sent_it_cannot_approve_it_by_a_forged_form_either(house):
    hana, _ = until(house, "under review")
    refused = step(hana, "approve", 403)
    assert "You sent this to review, so somebody else approves it." in refused
    assert run().state == "under review"
    step(at(house, "Ina"), "approve")  # a colleague of HR's may
    assert run().approved_by == house["Ina"]


def test_of_two_who_approve_at_once_one_does_and_the_sender_never(house):
    until(house, "under review")
    form = seen(at(house, "Vic"))
    visitors = [at(house, name) for name in ("Hana", "Vic", "Ina", "Hana")]
    found = at_once(*(lambda one=one: one.post(f"{HERE}/approve", form).status_code for one in visitors))
    assert {found[0], found[3]} <= {403, 409}
    assert sorted(found[1:3]) == [303, 409]
    assert run().approved_by in {house["Vic"], house["Ina"]}


def test_sending_and_approving_in_turn_does_not_help_the_sender(house):
    hana, _ = until(house, "under review")
    step(hana, "take-back")
    step(at(house, "Ina"), "send")
    step(hana, "approve")  # now Ina is the first person, and Hana the second
    assert (run().sent_by, run().approved_by) == (house["Ina"], house["Hana"])


def test_nobody_approves_what_they_have_not_seen(house):
    hana, vic = until(house, "under review")
    old = seen(vic)
    step(hana, "take-back")
    step(hana, "freeze", form={})
    step(hana, "send")
    assert "at another step by now" in step(vic, "approve", 409, form=old)
    assert run().state == "under review"
    step(vic, "approve")


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("calculated", "approve"),
        ("calculated", "close"),
        ("calculated", "take-back"),
        ("under review", "send"),
        ("under review", "freeze"),
        ("under review", "close"),
        ("approved", "freeze"),
        ("closed", "freeze"),
        ("closed", "take-back"),
        ("closed", "approve"),
    ],
)
def test_a_step_that_is_not_due_is_refused_kindly(house, state, name):
    hana, _ = until(house, state)
    page = step(hana, name, 409)
    assert "at another step by now. Here it is." in page
    assert run().state == state


def test_a_period_that_has_not_begun_or_is_none_of_the_plans_is_not_there(house):
    hana = at(house, "Hana")
    for path in ("2026-W10", "2026-03-01", "2026", "soon", "2025-01"):
        text(hana.get(f"/hr/bonuses/sales/{path}"), 404)
    text(hana.get("/hr/bonuses/nothing/2026-03"), 404)
    text(hana.get(f"{HERE}/999999999999999999999"), 404)
    coming = f"/hr/bonuses/sales/{date.today().year + 1}-01"  # noqa: DTZ011  # far enough ahead in any zone
    assert "has not begun" in text(hana.post(f"{coming}/freeze"), 422)


def test_without_a_plan_the_page_says_how_to_come_to_one(new_app, database):
    with new_app(database) as app:
        house = House('[metric.calls]\ncounts = "call.completed"\n', people=(*CAST, "Bob"))
        roles(house)
        house.app = app
        assert "The book in force has no bonus plan yet." in text(at(house, "Hana").get("/hr/bonuses"))


def test_a_plan_that_is_to_begin_says_so_and_asks_for_no_other(new_app, database):
    with new_app(database) as app:
        house = House(BOOK, since=date(date.today().year + 2, 1, 1), people=(*CAST, "Bob"))  # noqa: DTZ011  # far enough
        roles(house)
        house.app = app
        page = text(at(house, "Hana").get("/hr/bonuses"))
        assert "has no bonus plan yet" not in page
        assert "Its first period is listed here from its first day on." in page
        assert f"1 January {date.today().year + 2} on" in page  # noqa: DTZ011  # as above


# --- who may


PAGES = ("/hr/bonuses", HERE, f"{HERE}/{{alice}}", "/hr/bonuses/disputes")
WORK = (f"{HERE}/payroll", f"{HERE}/figures")
POSTS = ("freeze", "send", "take-back", "close", "adjustments", "adjustments/1/withdraw", "payroll", "payroll/columns")


@pytest.mark.parametrize("name", ["Mei", "Ada", "Alice"])
def test_the_pages_are_hrs_and_the_approvers(house, name):
    until(house, "calculated")
    other = at(house, name)
    for path in (*PAGES, *WORK):
        text(other.get(path.format(alice=house["Alice"])), 403)
    for path in (*POSTS, "approve", "figures", "figures/confirm"):
        text(other.post(f"{HERE}/{path}"), 403)
    text(other.post("/hr/bonuses/disputes/1/answer"), 403)
    text(other.get("/hr/bonuses/payroll/1/payroll.csv"), 403)
    assert run().state == "calculated"


@pytest.mark.parametrize(
    ("name", "path", "there"),
    [("Hana", "/hr/plans", True), ("Vic", "/me", True), ("Alice", "/me", False), ("Ada", "/me", False)],
)
def test_whoever_works_with_runs_finds_them_in_the_bar_beside_the_plans(house, name, path, there):
    assert ('href="/hr/bonuses"' in text(at(house, name).get(path))) is there


def test_an_approver_looks_at_everything_and_leads_nothing(house):
    until(house, "calculated")
    vic = at(house, "Vic")
    for path in PAGES:
        text(vic.get(path.format(alice=house["Alice"])))
    for path in WORK:
        text(vic.get(path), 403)
    for path in POSTS:
        text(vic.post(f"{HERE}/{path}"), 403)
    text(vic.post("/hr/bonuses/disputes/1/answer"), 403)


def test_a_stranger_is_led_to_the_door(house):
    until(house, "calculated")
    stranger = Visitor(house.app)
    for path in PAGES:
        answer = stranger.get(path.format(alice=house["Alice"]))
        assert answer.headers["Location"].startswith("/sign-in"), path


# --- the review


def test_the_review_shows_what_each_component_comes_to_and_who_stands_out(house):
    hana, _ = until(house, "calculated")
    page = text(hana.get(HERE))
    assert "Calls" in page
    total = db.session.scalar(select(BonusStatement.total).where(BonusStatement.participant == house["Alice"]))
    db.session.rollback()
    assert f"{total / 100:.2f}" in page
    some = text(hana.get(f"{HERE}?notice=zero"))
    table = some[some.index('id="people"') :]
    assert "Bob" not in table
    assert "Mei" in table
    assert "Nobody of that name" in text(hana.get(f"{HERE}?q=zoe"))
    assert f"{HERE}/{house['Alice']}" in text(hana.get(f"{HERE}?q=ALICE"))


def test_a_statement_is_shown_with_its_arithmetic(house):
    _, vic = until(house, "calculated")
    page = text(vic.get(f"{HERE}/{house['Alice']}"))
    assert "2 × 6 + 1 × 9 = 21" in page
    assert "€21.00" in page
    assert "100.00 × 3 ÷ 4 = 75" in page


def test_what_came_late_is_listed_and_counted_after_a_new_freeze(house):
    hana, _ = until(house, "calculated")
    house.send(house.event("Bob", "call.completed", "call/7", on=IN_MARCH))
    page = text(hana.get(HERE))
    assert "1 activity of this period" in page
    assert "call/7" in page
    step(hana, "freeze", form={})
    assert "call/7" not in text(hana.get(HERE))
    assert "2 × 6 = 12" in text(hana.get(f"{HERE}/{house['Bob']}"))


def test_a_large_run_is_left_to_the_service_and_shows_how_far_it_is(house, monkeypatch):
    monkeypatch.setattr("adoption.bonuses.working.start.__kwdefaults__", {"few": 2})
    hana = at(house, "Hana")
    step(hana, "freeze", form={})
    page = text(hana.get(HERE))
    assert "The service is about to freeze it" in page
    part = hana.get(HERE, headers={"X-Fragment": "1"})
    assert "data-refresh" in text(part)
    again = hana.get(HERE, headers={"X-Fragment": "1", "If-None-Match": part.headers["ETag"]})
    assert again.status_code == 304
    jobs.run("work-out-bonuses", lambda _done, _total: None, scheduled=True)
    assert "It is worked out." in text(hana.get(HERE, headers={"X-Fragment": "1"}))
    assert "Send to review" in text(hana.get(HERE))


# --- by hand


def adjusts(visitor, status=303, **form):
    usual = {"who": "alice@example.com", "amount": "12.50", "reason": "A fair in March"}
    return text(visitor.post(f"{HERE}/adjustments", usual | form), status)


def test_an_amount_by_hand_needs_a_reason_and_comes_with_a_new_freeze(house):
    hana, vic = until(house, "calculated")
    assert "Say in a few words why" in adjusts(hana, 422, reason=" ")
    adjusts(hana)
    page = text(hana.get(HERE))
    assert "the statements do not have it. Freeze anew." in page
    assert "entered by hand since the freeze" in step(hana, "send", 409)
    assert run().state == "calculated"
    step(hana, "freeze", form={})
    assert "A fair in March" in text(vic.get(f"{HERE}/{house['Alice']}"))
    assert "€12.50" in text(vic.get(f"{HERE}/{house['Alice']}"))
    step(hana, "send")
    page = adjusts(hana, 409)
    assert "under review or closed" in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"amount": "1,500"}, "at most two decimals"),
        ({"amount": "1.005"}, "at most two decimals"),
        ({"amount": "1/3"}, "at most two decimals"),
        ({"amount": "0"}, "cannot be given"),
        ({"amount": "much"}, "at most two decimals"),
        ({"who": "nobody@example.com"}, "Nobody has the e-mail address"),
        ({"who": "team:x"}, "Nobody has the e-mail address"),
        ({"who": "hana@example.com"}, "Nobody gives themselves anything"),
    ],
)
def test_what_cannot_be_given_by_hand_is_said(house, form, said):
    page = adjusts(at(house, "Hana"), 422, **form)
    assert said in page
    assert "A fair in March" in page  # what was typed stays
    assert db.session.scalar(select(BonusAdjustment.id)) is None


@pytest.mark.parametrize(("written", "cents"), [("12,50", 1250), ("-40", -4000), ("1 500.5", 150_050)])
def test_amounts_are_read_to_the_cent(house, written, cents):
    adjusts(at(house, "Hana"), amount=written)
    assert db.session.scalar(select(BonusAdjustment.amount)) == cents


def test_what_is_entered_while_somebody_sends_it_is_not_missed(house):
    """Whichever comes first, the run is not sent without it."""
    hana, _ = until(house, "calculated")
    form, number = seen(hana), run().id

    def enter(pause):
        moment = time.time_ns() // 1000
        disputing.adjust("sales", MARCH, house["Alice"], 100, "A fair", who=house["Ina"], now=moment)
        pause()
        db.session.commit()

    slow = Slowly(enter).until_paused()
    sending = Slowly(lambda _pause: hana.post(f"{HERE}/send", form).status_code)
    assert waits(sending)
    slow.finish()
    assert sending.finish() == 409
    assert bonuses.find(number).row.state == "calculated"


def test_an_amount_that_a_double_click_sends_twice_is_given_once(house):
    hana = at(house, "Hana")
    adjusts(hana)
    assert "This is entered already, with the same reason." in adjusts(hana, 409)
    assert len(db.session.scalars(select(BonusAdjustment.id)).all()) == 1


def test_whoever_does_not_take_part_gets_nothing_by_hand(house):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    connection.execute(update(Participant).where(Participant.id == house["Bob"]).values(left_on=MARCH))
    db.session.commit()
    assert "does not take part" in adjusts(at(house, "Hana"), 422, who="bob@example.com")


def test_an_amount_is_withdrawn_once_and_by_nobody_for_themselves(house):
    hana, ina = at(house, "Hana"), at(house, "Ina")
    adjusts(ina, who="hana@example.com")
    (number,) = db.session.scalars(select(BonusAdjustment.id))
    db.session.rollback()
    path = f"{HERE}/adjustments/{number}/withdraw"
    assert "This amount stays" in text(hana.post(path), 422)
    text(ina.post(path.replace("2026-03", "2026-02")), 404)
    text(ina.post(path), 303)
    text(ina.post(path), 409)
    assert "withdrawn" in text(ina.get(HERE))


# --- questions


def asks(house, who="Alice"):
    number = disputing.ask(run().id, house[who], 0, "I made four calls, <not> three?", time.time_ns() // 1000)
    db.session.commit()
    return number


def answers(visitor, number, status=303, **form):
    usual = {"outcome": "upheld", "amount": "9.00", "words": "One was under another name."}
    return text(visitor.post(f"/hr/bonuses/disputes/{number}/answer", usual | form), status)


def test_a_question_is_answered_with_the_line_before_ones_eyes(house):
    hana, vic = until(house, "under review")
    number = asks(house)
    page = text(vic.get("/hr/bonuses/disputes"))
    assert "I made four calls, &lt;not&gt; three?" in page
    assert "2 × 6 + 1 × 9 = 21" in page
    assert "/answer" not in page  # HR answers
    assert "1 open" in text(vic.get("/hr/bonuses"))
    assert "Answer in a few words" in answers(hana, number, 422, words="")
    assert "by how much" in answers(hana, number, 422, amount="nine").lower()
    answers(hana, number)
    assert "already" in answers(hana, number, 409)
    page = text(vic.get(HERE))
    assert "Take the run back and freeze anew." in page
    assert "entered by hand since the freeze" in step(vic, "approve", 409)
    step(hana, "take-back")
    step(hana, "freeze", form={})
    assert "One was under another name." in text(vic.get(f"{HERE}/{house['Alice']}"))


def test_an_open_question_holds_up_no_close(house):
    hana, _ = until(house, "approved")
    number = asks(house)
    page = text(hana.get(HERE))
    assert "1 question still waits for an answer." in page
    assert "paid with the next period" in page
    step(hana, "close")
    assert run().state == "closed"
    assert "the amount comes with the next one" in text(hana.get("/hr/bonuses/disputes"))
    answers(hana, number)


def test_an_answer_that_comes_while_the_run_is_closed_is_not_missed(house):
    """Whichever comes first, what is upheld is paid."""
    hana, _ = until(house, "approved")
    question, form, number = asks(house), seen(hana), run().id

    def uphold(pause):
        moment = time.time_ns() // 1000
        disputing.answer(question, "upheld", "It was four.", 900, who=house["Ina"], now=moment)
        pause()
        db.session.commit()

    slow = Slowly(uphold).until_paused()
    closing = Slowly(lambda _pause: hana.post(f"{HERE}/close", form).status_code)
    assert waits(closing)
    slow.finish()
    assert closing.finish() == 409
    assert bonuses.find(number).row.state == "approved"


def test_nobody_answers_their_own_question(house):
    until(house, "under review")
    number = asks(house, "Ina")
    ina = at(house, "Ina")
    assert "This is your own question" in text(ina.get("/hr/bonuses/disputes"))
    assert "Nobody answers their own question" in answers(ina, number, 422)
    answers(at(house, "Hana"), number, outcome="rejected")


# --- payroll


def columns(page):
    """Return the columns as the page fills them in."""
    fields = re.findall(r'name="((?:place|heading)-\w+)"[^>]*? value="([^"]*)"', page)
    assert len(fields) == 2 * len(payroll.FIELDS)
    return dict(fields)


FORM = {"place-amount": "1", "heading-amount": "a", "place-employee_no": "2", "heading-employee_no": "n"}


def files(visitor, batch=1):
    return {
        name: visitor.get(f"/hr/bonuses/payroll/{batch}/{name}").data
        for name in ("payroll.csv", "payroll-excel.csv", "payroll.xlsx", "totals.csv")
    }


def test_the_files_are_the_same_whenever_they_are_downloaded(house):
    hana, _ = until(house, "closed")
    text(hana.post(f"{HERE}/payroll", columns(text(hana.get(f"{HERE}/payroll")))), 303)
    first = files(hana)
    house.send(house.event("Alice", "call.completed", on=IN_MARCH))
    assert files(at(house, "Ina")) == first
    assert first["payroll-excel.csv"] == b"\xef\xbb\xbf" + first["payroll.csv"]
    rows = list(csv.DictReader(io.StringIO(first["payroll.csv"].decode())))
    assert [row["employee_no"] for row in rows] == sorted(row["employee_no"] for row in rows)
    assert all(row["amount"].partition(".")[2].isdigit() for row in rows)


def test_a_double_click_hands_a_run_to_payroll_once(house):
    hana, _ = until(house, "closed")
    ina = at(house, "Ina")
    page = text(hana.get(f"{HERE}/payroll"))
    form = columns(page) | {"seen": re.search(r'name="seen" value="(\d+)"', page)[1]}
    for _ in range(2):
        text(hana.post(f"{HERE}/payroll", form), 303)
    assert batches() == 1
    text(ina.post(f"{HERE}/payroll", form), 409)  # she had not seen the batch that there is
    form["seen"] = re.search(r'name="seen" value="(\d+)"', text(hana.get(f"{HERE}/payroll")))[1]
    text(hana.post(f"{HERE}/payroll", form), 303)
    assert batches() == 2


def batches():
    found = len(db.session.scalars(select(PayrollExport.id)).all())
    db.session.rollback()
    return found


def test_columns_are_chosen_named_and_kept(house):
    hana, _ = until(house, "closed")
    form = columns(text(hana.get(f"{HERE}/payroll")))
    form |= {f"place-{field}": "" for field in payroll.FIELDS}
    form |= {"place-amount": "1", "place-employee_no": "2", "place-name": "3", "heading-amount": "Betrag"}
    assert "a heading of its own" in text(hana.post(f"{HERE}/payroll", form | {"place-amount": ""}), 422)
    text(hana.post(f"{HERE}/payroll/columns", form | {"name": " "}), 422)
    text(hana.post(f"{HERE}/payroll/columns", form | {"name": "DATEV"}), 303)
    page = text(hana.get(f"{HERE}/payroll?columns=DATEV"))
    text(hana.post(f"{HERE}/payroll", columns(page)), 303)
    head = files(hana)["payroll.csv"].decode().splitlines()[0]
    assert head == "Betrag,employee_no,name"


def test_whoever_has_no_number_is_named_before_anything_is_handed_over(house):
    connection = begin_write()
    connection.execute(update(Participant).where(Participant.id == house["Bob"]).values(employee_no=None))
    db.session.commit()
    hana, _ = until(house, "closed")
    page = text(hana.get(f"{HERE}/payroll"))
    assert "1 person has no employee number" in page
    assert "Bob" in page
    assert "Hand to payroll</button>" not in page
    text(hana.post(f"{HERE}/payroll", FORM), 422)
    assert run().state == "closed"


def test_payroll_gets_nothing_before_the_close(house):
    hana, _ = until(house, "approved")
    assert "is not closed yet" in text(hana.get(f"{HERE}/payroll"))
    text(hana.post(f"{HERE}/payroll", FORM), 409)
    assert run().state == "approved"


# --- many


def crowd(house, number, prefix="p"):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    rows = [{"email": f"{prefix}{n}@x.example", "name": f"{prefix} {n}", "role": "employee"} for n in range(number)]
    connection.execute(insert(Participant), rows)
    db.session.commit()


def statements(house, path):
    hana = at(house, "Hana")
    text(hana.get(path))
    with counted(db.engine) as sent:
        text(hana.get(path))
    return sent


@pytest.mark.parametrize("path", ["/hr/bonuses", HERE, f"{HERE}?notice=zero&page=2", f"{HERE}/figures", f"{HERE}/{{}}"])
def test_a_page_asks_as_often_for_many_as_for_few(house, path):
    path = path.format(house["Alice"])
    until(house, "calculated")
    few = statements(house, path)
    crowd(house, 200)
    hana = at(house, "Hana")
    step(hana, "freeze", form={})
    many = statements(house, path)
    assert len(many) <= len(few), "\n".join(many)
    assert len(few) <= 40


TRICKS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", " =1", "\n=1", "=cmd|' /C calc'!A0", '"=1', "'=1", "-", "1e5"),
    *("\N{FULLWIDTH EQUALS SIGN}1", "\N{FULLWIDTH COMMERCIAL AT}x"),
)


def test_no_name_of_ten_thousand_becomes_a_formula(sqlite_app):
    house = House(WITHOUT_FIGURES, people=(*CAST, "Bob"))
    roles(house)
    house.settle()
    house.app = sqlite_app
    run = bonuses.begin("sales", MARCH, time.time_ns() // 1000)
    rows, totals = [], []
    for n in range(10_000):
        trick = TRICKS[n % len(TRICKS)]
        name = {"name": f"{trick}{n}", "employee_no": f"{trick}{n}"}
        rows.append({"id": 1000 + n, "email": f"n{n}@x.example", "role": "employee"} | name)
        of = {"run": run, "participant": 1000 + n, "document": '{"hash":"=h"}', "notices": ""}
        totals.append(of | {"total": n - 5000 or 1})
    connection = db.session.connection()
    connection.execute(insert(Participant), rows)
    connection.execute(insert(BonusStatement), totals)
    connection.execute(update(BonusRun).values(state="closed"))
    db.session.commit()
    wanted = (("=Name", "name"), ("no", "employee_no"), ("amount", "amount"), ("mark", "line_hash"))
    batch = payroll.export(run, wanted, who=house["Hana"], now=1)
    db.session.commit()
    hana = at(house, "Hana")
    found = files(hana, batch)
    cells = list(csv.reader(io.StringIO(found["payroll.csv"].decode(), newline="")))
    assert len(cells) == 10_001
    for row in cells[1:]:
        for cell in (row[0], row[1], row[3]):
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")), cell
        assert re.fullmatch(r"-?\d+\.\d\d", row[2])
    with zipfile.ZipFile(io.BytesIO(found["payroll.xlsx"])) as book:
        for name in book.namelist():
            if name.endswith(".xml"):
                parsed = ET.fromstring(book.read(name))  # noqa: S314  # written a moment ago by ourselves
                assert not [one for one in parsed.iter() if one.tag.endswith(("}f", "}hyperlink"))], name
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  # the same
        kinds = {one.get("t") for one in sheet.iter() if one.tag.endswith("}c")}
    assert kinds <= {"s", None}
