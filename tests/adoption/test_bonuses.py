"""Bonus runs: frozen, worked out, corrected afterwards, closed by two people, the same whatever comes when."""

import json
from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import bonuses
from adoption import facts
from adoption import inforce
from adoption import rescoring
from adoption.bonuses import disputing
from adoption.bonuses import payroll
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusAdjustment
from adoption.models import BonusLine
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import Figure
from adoption.models import Participant
from adoption.models import Weight
from rules.__main__ import main
from tests.house import NOW
from tests.house import House

BOOK = """
[metric.calls]
counts = "call.completed"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"
[reward.bounty]
kind = "money"
pays = { amount = 25, currency = "EUR" }
[incentive.first-call]
metric = "calls"
reach = 2
per = "month"
earns = "bounty"

[plan.sales]
currency = "EUR"
per = "month"
prorate = { by = "calendar", scales = "pay" }
element = "1420"
[[plan.sales.components]]
key = "calls"
kind = "marginal"
of = "calls"
tiers = [ { from = 0, pays = 6 }, { from = 2, pays = 9 } ]
[[plan.sales.components]]
key = "deals"
kind = "percent"
of = "revenue"
percent = 2.5
[[plan.sales.components]]
key = "quota"
kind = "curve"
of = "revenue"
pays = 100
target = "figure.quota"
[[plan.sales.components]]
key = "pool"
kind = "pool"
of = "calls"
amount = 100
by = "units"
prorate = false
[[plan.sales.components]]
key = "bounties"
kind = "awards"
of = "award.bounty"
""".replace("prorate = false\n[[", "[[")
JOINT = """[[plan.sales.components]]
key = "joint"
kind = "flat"
of = "calls"
pays = 10
share = true
prorate = false
"""
MARCH, APRIL = date(2026, 3, 1).toordinal(), date(2026, 4, 1).toordinal()
DECEMBER = date(2026, 12, 1).toordinal()  # the one that runs
MAY = date(2026, 5, 1)
IN_MARCH = date(2026, 3, 10)


@pytest.fixture
def house(app):
    made = House(BOOK, people=("Alice", "Bob", "Hana", "Vic"))
    made.numbers |= {name: made.numbers[name] for name in ("Hana", "Vic")}
    return made


def calls(house, who, times, on=IN_MARCH):
    house.send(*(house.event(who, "call.completed", on=on) for _ in range(times)))


def work_out(house, first=MARCH, now=NOW):
    """Freeze and work out a run; return its number."""
    house.settle()
    run = bonuses.begin("sales", first, now)
    db.session.commit()
    bonuses.freeze(run, now)
    db.session.commit()
    bonuses.calculate(run, now)
    return run


def close(house, run, now=NOW):
    for step, who in (("send", "Hana"), ("approve", "Vic"), ("close", "Hana")):
        bonuses.take(run, step, who=house[who], now=now)
        db.session.commit()


def lines(run, who):
    query = select(BonusLine.kind, BonusLine.key, BonusLine.amount).where(
        BonusLine.run == run, BonusLine.participant == who
    )
    return {(kind, key): amount for kind, key, amount in db.session.execute(query.order_by(BonusLine.place))}


def documents(run):
    query = select(BonusStatement.participant, BonusStatement.document).where(BonusStatement.run == run)
    return dict(db.session.execute(query).all())


def total(run, who):
    at = (BonusStatement.run == run, BonusStatement.participant == who)
    return db.session.scalar(select(BonusStatement.total).where(*at))


def test_a_statement_is_the_sum_of_its_lines(house):
    calls(house, "Alice", 3)
    calls(house, "Bob", 1)
    house.send(house.event("Alice", "deal.won", on=IN_MARCH, amount="1234.56"))
    connection = begin_write()
    row = {"name": "quota", "first": MARCH, "participant": house["Alice"], "value": "2000", "entered": NOW}
    connection.execute(insert(Figure).values(row))
    db.session.commit()
    run = work_out(house)
    assert lines(run, house["Alice"]) == {
        ("component", "calls"): 2100,
        ("component", "deals"): 3086,
        ("component", "quota"): 6173,
        ("component", "pool"): 7500,
        ("component", "bounties"): 2500,
    }
    assert lines(run, house["Bob"])["component", "pool"] == 2500
    assert total(run, house["Alice"]) == sum(lines(run, house["Alice"]).values())


def test_the_person_works_the_statement_out_again(house, tmp_path, capsys):
    calls(house, "Alice", 3)
    run = work_out(house)
    query = select(BonusStatement.document).where(BonusStatement.participant == house["Alice"])
    file = tmp_path / "statement.json"
    file.write_text(db.session.scalar(query), encoding="utf-8")
    assert main([str(file)]) == 0
    assert "equal" in capsys.readouterr().out
    body = json.loads(file.read_text(encoding="utf-8"))
    assert body["about"]["participant"] == "alice@example.com"
    assert body["about"]["period"] == "2026-03"
    assert run


def test_whoever_joined_late_is_paid_for_the_days(house):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    connection.execute(update(Participant).where(Participant.id == house["Bob"]).values(hired_on=MARCH + 10))
    db.session.commit()
    calls(house, "Bob", 1, on=date(2026, 3, 20))
    run = work_out(house)
    assert lines(run, house["Bob"])["component", "calls"] == 406  # 6.00 × 21 ÷ 31
    query = select(BonusStatement.notices).where(BonusStatement.participant == house["Bob"])
    assert db.session.scalar(query).split() == ["joined"]


def test_nobody_approves_what_they_sent(house):
    run = work_out(house)
    bonuses.take(run, "send", who=house["Hana"], now=NOW)
    db.session.commit()
    with pytest.raises(bonuses.SecondPersonError):
        bonuses.take(run, "approve", who=house["Hana"], now=NOW)
    db.session.rollback()
    bonuses.take(run, "approve", who=house["Vic"], now=NOW)
    db.session.commit()
    assert bonuses.find(run).row.state == "approved"


@pytest.mark.parametrize("step", ["send", "approve", "close", "export"])
def test_steps_come_in_their_order(house, step):
    run = bonuses.begin("sales", MARCH, NOW)
    db.session.commit()
    with pytest.raises(bonuses.WrongStateError):
        bonuses.take(run, step, who=house["Hana"], now=NOW)


def test_a_closed_statement_never_changes_and_what_came_late_is_corrected_next_month(house):
    calls(house, "Alice", 3)
    calls(house, "Bob", 1)
    run = work_out(house)
    close(house, run)
    before = documents(run)
    with pytest.raises(bonuses.WrongStateError):
        bonuses.freeze(run, NOW)
    db.session.rollback()
    calls(house, "Bob", 4)  # late: it happened in March
    following = work_out(house, APRIL)
    assert documents(run) == before
    assert lines(following, house["Bob"])["correction", "calls"] == 2 * 600 + 3 * 900 - 600
    shifted = lines(following, house["Alice"])["correction", "pool"]
    assert shifted == 3750 - 7500  # the pool of March is the same, shared anew
    assert lines(following, house["Bob"])["correction", "pool"] == -shifted


def test_a_correction_is_posted_once(house):
    calls(house, "Alice", 1)
    close(house, work_out(house))
    calls(house, "Alice", 1)
    april = work_out(house, APRIL)
    close(house, april)
    may = work_out(house, date(2026, 5, 1).toordinal())
    assert ("correction", "calls") in lines(april, house["Alice"])
    assert ("correction", "calls") not in lines(may, house["Alice"])


def test_any_way_of_learning_of_it_ends_at_the_same_paid_total(new_app, database):
    def paid(batches, closings):
        with new_app(database):
            house = House(BOOK, people=("Alice", "Bob", "Hana", "Vic"))
            months = [MARCH, APRIL, date(2026, 5, 1).toordinal(), date(2026, 6, 1).toordinal()]
            for index, first in enumerate(months):
                for who, times in batches.get(index, ()):
                    calls(house, who, times)
                run = work_out(house, first)
                if index < closings:
                    close(house, run)
            rows = db.session.execute(select(BonusLine.participant, BonusLine.amount)).all()
            return {name: sum(amount for who, amount in rows if who == house[name]) for name in ("Alice", "Bob")}

    at_first = paid({0: [("Alice", 4), ("Bob", 2)]}, 4)
    assert paid({0: [("Bob", 1)], 1: [("Alice", 4)], 2: [("Bob", 1)]}, 4) == at_first


def test_an_interrupted_run_goes_on_where_it_was(house, monkeypatch):
    calls(house, "Alice", 1)
    house.settle()
    run = bonuses.begin("sales", MARCH, NOW)
    db.session.commit()
    bonuses.freeze(run, NOW)
    db.session.commit()
    monkeypatch.setattr("adoption.bonuses.calculating.ENOUGH", 1)

    def stop(done, _total):
        if done > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bonuses.calculate(run, NOW, stop)
    db.session.rollback()
    assert 0 <= bonuses.find(run).row.cursor < 255
    bonuses.calculate(run, NOW)
    assert bonuses.find(run).row.state == "calculated"
    assert total(run, house["Alice"]) is not None


def test_what_arrives_after_the_freeze_is_listed_as_late(house):
    run = work_out(house)
    calls(house, "Alice", 1)
    (late,) = bonuses.late(bonuses.find(run).row, APRIL)
    assert (late.type, late.day) == ("call.completed", IN_MARCH.toordinal())
    assert total(run, house["Alice"]) == 0


def test_splits_pay_once_what_was_done_together(new_app, database):
    pool = '[[plan.sales.components]]\nkey = "pool"'
    book = BOOK.replace(pool, JOINT + pool)
    with new_app(database):
        house = House(book, people=("Alice", "Bob", "Hana", "Vic"))
        connection = begin_write()
        for name, value in (("Alice", "1/3"), ("Bob", "2/3")):
            row = {"plan": "sales", "component": "joint", "first": MARCH, "participant": house[name], "value": value}
            connection.execute(insert(Weight).values(row | {"entered": NOW}))
        db.session.commit()
        calls(house, "Alice", 3)
        calls(house, "Bob", 2)
        run = work_out(house)
        parts = {name: lines(run, house[name])["component", "joint"] for name in ("Alice", "Bob", "Hana")}
        assert parts == {"Alice": 1667, "Bob": 3333, "Hana": 0}


def test_a_factor_of_what_is_split_is_the_mean_of_theirs_by_weight(new_app, database):
    """Three quarters of 0.9 and a quarter of 1.1 are 0.95, not 2."""
    factor = 'multiplier = { of = "figure.quality", at_least = 0.8, at_most = 1.2 }\n'
    with new_app(database):
        house = House(BOOK + JOINT + factor, people=("Alice", "Bob", "Hana", "Vic"))
        calls(house, "Alice", 3)
        calls(house, "Bob", 1)
        connection = begin_write()
        for name, weight, quality in (("Alice", "75", "0.9"), ("Bob", "25", "1.1")):
            row = {"first": MARCH, "participant": house[name], "entered": NOW}
            connection.execute(insert(Weight).values(row | {"plan": "sales", "component": "joint", "value": weight}))
            connection.execute(insert(Figure).values(row | {"name": "quality", "value": quality}))
        db.session.commit()
        run = work_out(house)
        parts = {name: lines(run, house[name])["component", "joint"] for name in ("Alice", "Bob")}
        assert parts == {"Alice": 2850, "Bob": 950}  # 4 × 10 × 0.95 = 38


def test_a_split_pays_by_its_weights_within_its_budget(new_app, database):
    with new_app(database):
        house = House(BOOK + JOINT + "budget = 50\n", people=("Alice", "Bob", "Hana", "Vic"))
        calls(house, "Alice", 8)
        connection = begin_write()
        for name in ("Alice", "Bob"):
            row = {"plan": "sales", "component": "joint", "first": MARCH, "participant": house[name], "value": "1/2"}
            connection.execute(insert(Weight).values(row | {"entered": NOW}))
        db.session.commit()
        run = work_out(house)
        parts = {name: lines(run, house[name])["component", "joint"] for name in ("Alice", "Bob", "Hana")}
        assert parts == {"Alice": 2500, "Bob": 2500, "Hana": 0}


def test_a_pool_is_shared_whole_whoever_has_the_figure_of_its_amount(new_app, database):
    pot = BOOK.replace('amount = 100\nby = "units"', 'amount = "figure.pot"\nby = "units"')
    with new_app(database):
        house = House(pot, people=("Alice", "Bob", "Hana", "Vic"))
        calls(house, "Alice", 2)
        calls(house, "Bob", 1)
        row = {"name": "pot", "first": MARCH, "participant": house["Hana"], "value": "100", "entered": NOW}
        begin_write().execute(insert(Figure).values(row))
        db.session.commit()
        run = work_out(house)
        parts = {name: lines(run, house[name])["component", "pool"] for name in ("Alice", "Bob", "Hana")}
        assert parts == {"Alice": 6667, "Bob": 3333, "Hana": 0}


def test_a_budget_of_the_year_so_far_is_paid_once(new_app, database):
    spree = JOINT.replace("share = true", 'basis = "year"\nbudget = 50')
    with new_app(database):
        house = House(BOOK + spree, people=("Alice", "Bob", "Hana", "Vic"))
        calls(house, "Alice", 4)
        march = work_out(house)
        close(house, march)
        calls(house, "Alice", 2, on=date(2026, 4, 10))
        april = work_out(house, APRIL)
        assert [lines(run, house["Alice"])["component", "joint"] for run in (march, april)] == [4000, 1000]


# --- disputes, adjustments


def test_a_question_that_is_upheld_before_the_close_changes_the_statement(house):
    calls(house, "Alice", 1)
    run = work_out(house)
    number = disputing.ask(run, house["Alice"], 0, "I made two calls, not one?", NOW)
    db.session.commit()
    with pytest.raises(RefusedError):
        disputing.answer(number, "upheld", "Yes.", 600, who=house["Alice"], now=NOW)
    db.session.rollback()
    disputing.answer(number, "upheld", "One was entered under another name.", 600, who=house["Hana"], now=NOW)
    db.session.commit()
    bonuses.freeze(run, NOW)
    db.session.commit()
    bonuses.calculate(run, NOW)
    assert [amount for (kind, _), amount in lines(run, house["Alice"]).items() if kind == "adjustment"] == [600]


def test_an_open_question_holds_up_nobody_and_what_is_upheld_comes_with_the_open_period(house):
    calls(house, "Alice", 1)
    run = work_out(house)
    number = asked(house, run)
    close(house, run)
    before = documents(run)
    disputing.answer(number, "upheld", "It was two.", 600, who=house["Hana"], now=NOW)
    db.session.commit()
    december = work_out(house, DECEMBER, NOW + 1)
    assert {key: amount for key, amount in lines(december, house["Alice"]).items() if key[0] == "adjustment"} == {
        ("adjustment", "adjustment-1"): 600
    }
    assert documents(run) == before


def test_what_is_upheld_goes_into_no_closed_period(house):
    run = work_out(house)
    number = asked(house, run)
    close(house, run)
    close(house, work_out(house, DECEMBER))  # before the month is over
    disputing.answer(number, "upheld", "It was two.", 600, who=house["Hana"], now=NOW)
    db.session.commit()
    assert db.session.scalar(select(BonusAdjustment.first)) == date(2027, 1, 1).toordinal()


def test_where_a_plan_was_taken_away_altogether_nothing_is_upheld_that_nobody_would_pay(house):
    run = work_out(house)
    number = asked(house, run)
    close(house, run)
    house.publish("", since=date(2026, 1, 5))
    house.settle()
    with pytest.raises(disputing.PlanEndedError):
        disputing.answer(number, "upheld", "It was two.", 600, who=house["Hana"], now=NOW)
    db.session.rollback()
    disputing.answer(number, "rejected", "It is right.", 0, who=house["Hana"], now=NOW)


def asked(house, run):
    """Ask about Alice's first line; return the question's number."""
    number = disputing.ask(run, house["Alice"], 0, "Is this right?", NOW)
    db.session.commit()
    return number


# --- payroll


def with_numbers(house):
    connection = begin_write()
    for number, name in enumerate(("Alice", "Bob"), start=20417):
        connection.execute(update(Participant).where(Participant.id == house[name]).values(employee_no=str(number)))
    db.session.commit()


def test_an_export_is_the_same_bytes_every_time(house):
    calls(house, "Alice", 1)
    with_numbers(house)
    run = work_out(house)
    close(house, run)
    batch = payroll.export(run, payroll.USUAL, who=house["Hana"], now=NOW)
    db.session.commit()
    assert bonuses.find(run).row.state == "exported"
    first = payroll.as_csv(batch), payroll.as_xlsx(batch), payroll.totals(batch)
    assert (payroll.as_csv(batch), payroll.as_xlsx(batch), payroll.totals(batch)) == first
    head, row = first[0].decode().splitlines()
    assert head == "employee_no,period,element_code,amount,currency,plan_version,batch_id,line_hash"
    assert row.startswith("20417,2026-03,1420,106.00,EUR,sales/")
    assert f",{total(run, house['Alice']) / 100:.2f}," in first[2].decode()


def test_an_export_stays_what_it_was_whoever_is_called_otherwise_by_now(house):
    calls(house, "Alice", 1)
    calls(house, "Bob", 1)
    with_numbers(house)
    run = work_out(house)
    close(house, run)
    columns = (*payroll.USUAL, ("Who", "name"), ("Mail", "email"))
    batch = payroll.export(run, columns, who=house["Hana"], now=NOW)
    db.session.commit()
    first = payroll.as_csv(batch), payroll.as_xlsx(batch), payroll.totals(batch)
    changed = {"employee_no": "00001", "name": "Bob Married", "email": "bob.married@example.com"}
    begin_write().execute(update(Participant).where(Participant.id == house["Bob"]).values(changed))
    db.session.commit()
    house.publish(BOOK.replace('element = "1420"', 'element = "1421"'), since=date(2026, 1, 5))
    assert (payroll.as_csv(batch), payroll.as_xlsx(batch), payroll.totals(batch)) == first
    again = payroll.export(run, columns, who=house["Hana"], now=NOW)
    assert b"Bob Married" in payroll.as_csv(again)


def test_an_export_names_the_version_of_the_plan_as_the_statement_does(house):
    calls(house, "Alice", 1)
    with_numbers(house)
    run = work_out(house)
    close(house, run)
    batch = payroll.export(run, payroll.USUAL, who=house["Hana"], now=NOW)
    version = json.loads(documents(run)[house["Alice"]])["about"]["version"]
    assert version == "2026-01-05"
    assert f",sales/{version},".encode() in payroll.as_csv(batch)


def test_whoever_has_no_number_is_named_before_anything_is_exported(house):
    calls(house, "Alice", 1)
    run = work_out(house)
    close(house, run)
    with pytest.raises(payroll.NoNumberError) as caught:
        payroll.export(run, payroll.USUAL, who=house["Hana"], now=NOW)
    assert caught.value.members["people"] == ["Alice"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", " =1", "=cmd|' /C calc'!A0"])
def test_no_name_becomes_a_formula(name):
    assert payroll.safe(name) == f"'{name}"


@pytest.mark.parametrize(
    "columns",
    [
        [],
        [["Amount", "amount"]],
        [["x", "wages"], ["y", "amount"], ["z", "employee_no"]],
        [["x", "amount"], ["x", "employee_no"]],
    ],
)
def test_columns_that_payroll_could_not_use_are_refused(columns):
    with pytest.raises(payroll.ColumnsError):
        payroll.checked(columns)


def test_two_people_who_approve_at_once_approve_once(house):
    run = work_out(house)
    bonuses.take(run, "send", who=house["Hana"], now=NOW)
    db.session.commit()
    bonuses.take(run, "approve", who=house["Vic"], now=NOW)
    db.session.commit()
    with pytest.raises(bonuses.WrongStateError):
        bonuses.take(run, "approve", who=house["Alice"], now=NOW)
    assert db.session.scalar(select(BonusRun.approved_by)) == house["Vic"]


def test_the_tallies_are_kept_by_the_plans_period(house):
    rescoring.run_to_end()
    assert "month" in {per for _, per in inforce.current().shown["revenue"]}
