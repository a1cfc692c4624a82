"""After the end of a bonus plan: nobody is paid anew, and what its last periods turn out to owe is still paid."""

import re
from datetime import date

import pytest

from adoption import bonuses
from adoption import clock
from adoption import facts
from adoption.bonuses import disputing
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from rules.__main__ import main
from tests.adoption.test_bonus_runs_pages import at
from tests.adoption.test_bonus_runs_pages import roles
from tests.adoption.test_bonus_runs_pages import text
from tests.adoption.test_bonuses import APRIL
from tests.adoption.test_bonuses import BOOK
from tests.adoption.test_bonuses import DECEMBER
from tests.adoption.test_bonuses import MAY
from tests.adoption.test_bonuses import asked
from tests.adoption.test_bonuses import calls
from tests.adoption.test_bonuses import close
from tests.adoption.test_bonuses import documents
from tests.adoption.test_bonuses import lines
from tests.adoption.test_bonuses import work_out
from tests.house import NOW
from tests.house import House
from tests.leading import let_lead

APRIL_1 = date(2026, 4, 1)
HERE = "/hr/bonuses/sales/2026-12"


@pytest.fixture
def house(app):
    made = House(BOOK, people=("Alice", "Bob", "Hana", "Vic", "Ina", "Mei", "Ada"))
    roles(made)
    made.app = app
    return made


def end(house, day, book=BOOK):
    """Let the plan end with the day before ``day``."""
    house.publish(book.replace("\nprorate = { by", f"\nto = {day}\nprorate = {{ by"), since=day)
    house.settle()


def test_what_is_upheld_after_a_plan_has_ended_is_paid_all_the_same(house):
    run = work_out(house)
    number = asked(house, run)
    close(house, run)
    end(house, APRIL_1)
    disputing.answer(number, "upheld", "It was two.", 600, who=house["Hana"], now=NOW)
    db.session.commit()
    december = work_out(house, DECEMBER)
    assert lines(december, house["Alice"]) == {("adjustment", "adjustment-1"): 600}
    assert documents(december).keys() == {house["Alice"]}


def test_after_the_end_of_a_plan_nobody_is_paid_anew_and_its_last_period_is_still_corrected(house):
    calls(house, "Alice", 3)
    calls(house, "Bob", 1)
    march = work_out(house)
    close(house, march)
    end(house, APRIL_1)
    before = documents(march)
    calls(house, "Alice", 5, on=date(2026, 4, 10))
    assert documents(work_out(house, APRIL)) == {}
    calls(house, "Bob", 4)  # late: it happened in March
    april = work_out(house, APRIL)
    assert lines(april, house["Bob"]) == {
        ("correction", "bounties"): 2500,
        ("correction", "calls"): 2 * 600 + 3 * 900 - 600,
        ("correction", "pool"): 3750,
    }
    assert lines(april, house["Alice"]) == {("correction", "pool"): 3750 - 7500}
    assert documents(march) == before
    close(house, april)
    assert documents(work_out(house, MAY.toordinal())) == {}  # all is paid


def test_a_statement_that_only_settles_is_worked_out_again_by_the_person(house, tmp_path, capsys):
    calls(house, "Alice", 3)
    close(house, work_out(house))
    end(house, APRIL_1)
    calls(house, "Alice", 1)
    path = tmp_path / "statement.json"
    path.write_text(documents(work_out(house, APRIL))[house["Alice"]])
    assert main([str(path)]) == 0
    assert "equal" in capsys.readouterr().out.lower()


def test_an_end_that_was_set_back_takes_nothing_that_was_paid(house):
    calls(house, "Alice", 3)
    close(house, work_out(house))
    calls(house, "Alice", 2, on=date(2026, 4, 10))
    april = work_out(house, APRIL)
    close(house, april)
    end(house, APRIL_1)
    assert documents(work_out(house, MAY.toordinal())) == {}


def test_a_plan_that_goes_on_after_all_pays_the_period_that_had_only_settled(house):
    calls(house, "Alice", 3)
    close(house, work_out(house))
    end(house, APRIL_1)
    calls(house, "Alice", 2, on=date(2026, 4, 20))
    april = work_out(house, APRIL)
    close(house, april)
    assert documents(april) == {}
    house.publish(BOOK, since=date(2026, 4, 15))
    found = lines(work_out(house, MAY.toordinal()), house["Alice"])
    assert found["correction", "calls"] == 2 * 600


def test_before_a_plan_has_begun_there_is_nothing_to_settle(house):
    with pytest.raises(NotFoundError):
        bonuses.begin("sales", date(2025, 11, 1).toordinal(), NOW)


# --- at the pages


@pytest.fixture
def december(monkeypatch):
    """Let it be December, in which the plan has long ended."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


def owed(house):
    """Close the last period, let the plan end, and let something come late."""
    calls(house, "Alice", 3)
    close(house, work_out(house))
    end(house, APRIL_1)
    calls(house, "Alice", 1)


def step(visitor, name):
    found = re.search(r'name="as_of" value="(\d+)"', text(visitor.get(HERE)))
    text(visitor.post(f"{HERE}/{name}", {"as_of": found.group(1)} if found else {}), 303)


def test_what_is_still_owed_is_led_to_payroll_like_any_period(house, december):
    owed(house)
    hana, vic = at(house, "Hana"), at(house, "Vic")
    listed = text(hana.get("/hr/bonuses"))
    assert "December 2026" in listed
    assert "running" not in listed
    assert "what became known later about its last periods" in listed
    step(hana, "freeze")
    page = text(hana.get(HERE))
    assert "nobody earns anything new" in page
    assert "Have a statement" in page
    assert "Take part" not in page
    step(hana, "send")
    step(vic, "approve")
    step(hana, "close")
    statement = text(at(house, "Alice").get("/bonus/sales/2026-12"))
    assert "March 2026" in statement
    assert "9.00" in statement


def test_a_run_that_finds_nothing_owed_says_so_and_is_not_sent_on(house, december):
    calls(house, "Alice", 3)
    close(house, work_out(house))
    end(house, APRIL_1)
    hana = at(house, "Hana")
    step(hana, "freeze")
    page = text(hana.get(HERE))
    assert "Nothing is owed." in page
    assert "Send to review" not in page


def test_a_plan_that_ended_before_anything_was_closed_asks_for_no_run(house, december):
    end(house, APRIL_1)
    assert "December 2026" not in text(at(house, "Hana").get("/hr/bonuses"))


def test_by_hand_something_is_given_to_whoever_had_a_statement_and_to_nobody_else(house, december):
    calls(house, "Alice", 3)
    close(house, work_out(house))
    house.person("Newcomer")
    end(house, APRIL_1)
    hana = at(house, "Hana")
    form = {"amount": "12.50", "reason": "Forgotten in March."}
    text(hana.post(f"{HERE}/adjustments", form | {"who": "alice@example.com"}), 303)
    assert "does not take part" in text(hana.post(f"{HERE}/adjustments", form | {"who": "newcomer@example.com"}), 422)
    step(hana, "freeze")
    assert "12.50" in text(hana.get(HERE))


def test_nobody_is_shown_an_estimate_of_a_plan_that_has_ended(house, december):
    owed(house)
    page = text(at(house, "Alice").get("/bonus"))
    assert "March 2026" in page
    assert "December 2026" not in page


def test_the_page_of_the_team_names_the_periods_of_an_ended_plan_as_they_are(app):
    quarterly = BOOK.replace('per = "month"\nprorate', 'per = "quarter"\nprorate')
    house = House(quarterly, people=("Alice", "Bob", "Hana", "Vic", "Ina", "Mei", "Ada"))
    roles(house)
    house.app = app
    calls(house, "Alice", 3)
    close(house, work_out(house, date(2026, 1, 1).toordinal()))
    end(house, APRIL_1, quarterly)
    calls(house, "Alice", 1)
    close(house, work_out(house, date(2026, 10, 1).toordinal()))
    connection = begin_write()
    facts.changed(connection, rescore=False)
    let_lead(connection, house["Mei"], house["Alice"])
    db.session.commit()
    page = text(at(house, "Mei").get("/bonus/team"))
    assert "October 2026" not in page
    assert "sales/2026-Q4" in page
    assert "€9.00" in page
