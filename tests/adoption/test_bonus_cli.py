"""``flask bonuses``: a run is worked out, shown and written out without a browser; approval needs people."""

import csv
import json
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy import update

from adoption import bonuses
from adoption import facts
from adoption.bonuses import calculating
from adoption.bonuses import payroll
from adoption.cli import bonuses as commands
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusStatement
from adoption.models import Figure
from adoption.models import Participant
from rules.__main__ import main
from tests.house import NOW
from tests.house import House

BOOK = """
[metric.calls]
counts = "call.completed"
[plan.sales]
currency = "EUR"
per = "month"
[[plan.sales.components]]
key = "calls"
kind = "flat"
of = "calls"
pays = 6
[[plan.sales.components]]
key = "quota"
kind = "curve"
of = "calls"
pays = 100
target = "figure.quota"
"""
MARCH = date(2026, 3, 1).toordinal()


@pytest.fixture
def house(app):
    made = House(BOOK, people=("Alice", "Bob", "Hana", "Vic"))
    made.settle()
    made.send(*(made.event("Alice", "call.completed", on=date(2026, 3, 10)) for _ in range(3)))
    return made


@pytest.fixture
def flask(app, house, tmp_path, monkeypatch):
    """Run a command in a folder of the test."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: app.test_cli_runner().invoke(args=["bonuses", *map(str, arguments)])


def test_a_run_is_begun_worked_out_and_shown(flask):
    assert flask("begin", "sales", "2026-03").stdout == "sales, 2026-03: open.\n"
    assert flask("work-out", "sales", "2026-03").stdout.startswith("sales, 2026-03: 4 statements, 18.00 EUR (")
    assert flask("list").stdout == "sales  2026-03  calculated  4 statements  18.00 EUR\n"
    shown = flask("show", "sales", "2026-03").stdout
    assert "sales, 2026-03: calculated" in shown
    assert "To look at: zero 3" in shown
    lines = flask("show", "sales", "2026-03", "--person", "alice@example.com").stdout
    assert "3 × 6" in lines
    assert "18.00 EUR" in lines.splitlines()[-1]


def test_a_run_is_worked_out_without_being_begun_and_again(flask):
    for _ in range(2):
        assert "4 statements, 18.00 EUR" in flask("work-out", "sales", "2026-03").stdout


def test_the_statement_that_is_written_is_worked_out_again(flask, tmp_path, capsys):
    flask("work-out", "sales", "2026-03")
    (tmp_path / "statement.json").write_text(flask("statement", "sales", "2026-03", "alice@example.com").stdout)
    assert main([str(tmp_path / "statement.json")]) == 0
    assert "equal" in capsys.readouterr().out


def test_an_interrupted_run_goes_on_where_it_was_unless_it_is_to_begin_anew(flask, house, monkeypatch):
    run = bonuses.begin("sales", MARCH, NOW)
    db.session.commit()
    bonuses.freeze(run, NOW)
    db.session.commit()
    monkeypatch.setattr(calculating, "ENOUGH", 1)

    def stop(done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bonuses.calculate(run, NOW, stop)
    db.session.rollback()
    house.send(house.event("Alice", "call.completed", on=date(2026, 3, 11)))
    assert "4 statements, 18.00 EUR" in flask("work-out", "sales", "2026-03").stdout  # as it was frozen
    assert bonuses.find(run).row.state == "calculated"
    assert "4 statements, 24.00 EUR" in flask("work-out", "sales", "2026-03", "--anew").stdout


def test_nothing_under_review_is_touched_and_no_command_approves(flask, house):
    flask("work-out", "sales", "2026-03")
    (run,) = (row.id for row in bonuses.listed())
    bonuses.take(run, "send", who=house["Hana"], now=NOW)
    db.session.commit()
    refused = flask("work-out", "sales", "2026-03")
    assert refused.exit_code == 1
    assert "The run is in another state by now." in refused.stderr
    assert set(commands.group.commands) == {"list", "begin", "work-out", "show", "statement", "export", "figures"}


def test_an_export_is_written_again_byte_for_byte(flask, house, tmp_path):
    flask("work-out", "sales", "2026-03")
    (run,) = (row.id for row in bonuses.listed())
    for step, who in (("send", "Hana"), ("approve", "Vic"), ("close", "Hana")):
        bonuses.take(run, step, who=house[who], now=NOW + 10**15)  # after it was frozen, which was just now
        db.session.commit()
    begin_write().execute(update(Participant).where(Participant.id == house["Alice"]).values(employee_no="00017"))
    db.session.commit()
    batch = payroll.export(run, payroll.USUAL, who=house["Hana"], now=NOW)
    db.session.commit()
    files = ("--csv", "pay.csv", "--xlsx", "pay.xlsx", "--totals", "totals.csv")
    assert flask("export", batch, *files).stderr == f"sales, 2026-03, batch {batch}: 1 rows, 18.00 EUR.\n"
    written = [(tmp_path / name).read_bytes() for name in files[1::2]]
    assert written == [payroll.as_csv(batch), payroll.as_xlsx(batch), payroll.totals(batch)]
    assert next(csv.DictReader(written[0].decode().splitlines()))["employee_no"] == "00017"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("begin", "sales", "soon"), "is no period"),
        (("begin", "purchases", "2026-03"), "There is no bonus plan 'purchases'"),
        (("begin", "sales", "2126-03"), "That period has not begun."),
        (("show", "sales", "2026-03"), "There is no run of 'sales' for 2026-03"),
        (("show", "sales", "2026-03-01"), "There is no run of 'sales' for 2026-03-01"),
        (("statement", "sales", "2026-03", "alice@example.com"), "There is no run of 'sales'"),
        (("export", "7", "--csv", "x.csv"), "There is no such thing."),
        (("export", "7"), "say what to write"),
        (("figures", "height", "2026-03", "figures.csv"), "No plan asks for figure.height in 2026-03."),
        (("figures", "quota", "2026-03-01", "figures.csv"), "No plan asks for figure.quota in 2026-03-01."),
    ],
)
def test_what_is_not_there_is_named(flask, tmp_path, command, said):
    (tmp_path / "figures.csv").write_text("email,value\n")
    refused = flask(*command)
    assert refused.exit_code
    assert said in refused.stderr
    assert "Traceback" not in refused.output


def test_a_statement_of_nobody_is_named(flask):
    flask("work-out", "sales", "2026-03")
    refused = flask("statement", "sales", "2026-03", "nobody@example.com")
    assert "There is no statement of nobody@example.com" in refused.stderr


def test_nothing_is_frozen_before_changed_facts_are_counted(flask):
    connection = begin_write()
    facts.changed(connection, rescore=True)
    db.session.commit()
    refused = flask("work-out", "sales", "2026-03")
    assert refused.exit_code == 1
    assert "still being brought in line" in refused.stderr
    assert bonuses.listed() == []


def test_figures_are_loaded_and_pay(flask, house, tmp_path):
    (tmp_path / "quota.csv").write_text("email,value\nalice@example.com,2\nbob@example.com,1500.50\n")
    tried = flask("figures", "quota", "2026-03", "quota.csv", "--dry-run")
    assert tried.stdout == "quota.csv, only tried: 2 changed, 0 unchanged, 2 still without a value.\n"
    assert db.session.scalars(select(Figure.value)).all() == []
    loaded = flask("figures", "quota", "2026-03", "quota.csv")
    assert loaded.stdout == "quota.csv: 2 changed, 0 unchanged, 2 still without a value.\n"
    flask("work-out", "sales", "2026-03")
    query = select(BonusStatement.document).where(BonusStatement.participant == house["Alice"])
    assert json.loads(db.session.scalar(query))["total"] == 1800 + 15000  # 3 of 2 is half as much again


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("nobody@example.com,5", "line 2: nobody has the e-mail address 'nobody@example.com'"),
        ("alice@example.com,five", "line 2: 'five' is no number"),
        ('alice@example.com,"1,500"', "line 2: '1,500' can be read in two ways"),
        ("alice@example.com,", "line 2: there is no value"),
        ("alice@example.com,9999999999999", "line 2: 9999999999999 is too large"),
        ("alice@example.com,5\nalice@example.com,6", "line 3: alice@example.com is there already, on line 2"),
    ],
)
def test_a_figure_that_cannot_be_used_is_named_and_nothing_is_loaded(flask, tmp_path, row, said):
    (tmp_path / "quota.csv").write_text(f"email,value\n{row}\nbob@example.com,5\n")
    refused = flask("figures", "quota", "2026-03", "quota.csv")
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert db.session.scalars(select(Figure.value)).all() == []


def test_figures_of_a_run_under_review_stay(flask, house, tmp_path):
    flask("work-out", "sales", "2026-03")
    (run,) = (row.id for row in bonuses.listed())
    bonuses.take(run, "send", who=house["Hana"], now=NOW)
    db.session.commit()
    (tmp_path / "quota.csv").write_text("email,value\nalice@example.com,2\n")
    refused = flask("figures", "quota", "2026-03", "quota.csv")
    assert refused.exit_code == 1
    assert "The figures of this period cannot be changed now" in refused.stderr
