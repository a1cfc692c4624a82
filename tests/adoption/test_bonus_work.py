"""The work of a run: done at once for few, by the job for many, the same whoever does it and however often."""

from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy import select

from adoption import bonuses
from adoption import facts
from adoption import jobs
from adoption.bonuses import runs
from adoption.bonuses import working
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Absence
from adoption.models import BonusStatement
from tests.adoption.test_bonuses import APRIL
from tests.adoption.test_bonuses import BOOK
from tests.adoption.test_bonuses import MARCH
from tests.adoption.test_bonuses import calls
from tests.adoption.test_bonuses import close
from tests.house import NOW
from tests.house import House

SINCE = date(2026, 1, 5)


@pytest.fixture
def house(app):
    made = House(BOOK, people=("Alice", "Bob", "Hana", "Vic"))
    made.settle()
    calls(made, "Alice", 3)
    return made


def run_of(first=MARCH):
    (row,) = [row for row in bonuses.listed("sales") if row.first == first]
    db.session.rollback()
    return row


def documents():
    found = db.session.execute(select(BonusStatement.participant, BonusStatement.document)).all()
    db.session.rollback()
    return dict(found)


def nothing(_done, _total):
    pass


def test_few_are_worked_out_at_once(house):
    assert working.start("sales", MARCH, NOW)
    assert run_of().state == "calculated"
    assert working.waiting() == []


def test_many_are_left_to_the_job_which_ends_where_one_who_does_it_at_once_ends(house):
    working.start("sales", MARCH, NOW)
    at_once = documents()
    assert not working.start("sales", MARCH, NOW, few=0)
    assert (run_of().state, run_of().cursor) == ("open", working.runs.TO_FREEZE)
    working.go_on(NOW, nothing)
    assert run_of().state == "calculated"
    assert documents() == at_once
    assert jobs.run("work-out-bonuses", nothing, scheduled=True) is None


def test_the_job_goes_on_with_a_run_that_was_interrupted(house, monkeypatch):
    run = bonuses.begin("sales", MARCH, NOW)
    db.session.commit()
    assert working.waiting() == []  # only begun: nobody froze it
    bonuses.freeze(run, NOW)
    db.session.commit()
    assert working.waiting() == [run]
    jobs.run("work-out-bonuses", nothing, scheduled=True)
    assert run_of().state == "calculated"


def test_whoever_freezes_anew_while_it_is_worked_out_gets_the_new_freeze(house, monkeypatch):
    monkeypatch.setattr("adoption.bonuses.calculating.ENOUGH", 1)
    run = bonuses.begin("sales", MARCH, NOW)
    db.session.commit()
    bonuses.freeze(run, NOW)
    db.session.commit()
    calls(house, "Bob", 1)

    def again(done, _total):
        if done < 256 and run_of().cursor >= 0:
            working.start("sales", MARCH, NOW, few=0)

    bonuses.calculate(run, NOW, again)
    assert run_of().cursor == working.runs.TO_FREEZE
    working.go_on(NOW, nothing)
    assert run_of().state == "calculated"
    assert '"calls":"1"' in documents()[house["Bob"]]


def test_nothing_is_frozen_while_changed_facts_are_still_counted(house):
    connection = begin_write()
    facts.changed(connection, rescore=True)
    connection.execute(insert(Absence).values(participant=house["Alice"], starts=MARCH, ends=MARCH + 1))
    db.session.commit()
    with pytest.raises(runs.StillCountingError):
        working.start("sales", MARCH, NOW)
    house.settle()
    assert working.start("sales", MARCH, NOW)


def overtaken():
    """Let facts change that stored activities count by, in the last moment before something else."""
    facts.changed(begin_write(), rescore=True)
    db.session.commit()


def test_facts_that_change_in_the_moment_of_a_freeze_are_not_frozen_half_counted(house):
    run = bonuses.begin("sales", MARCH, NOW)
    overtaken()
    with pytest.raises(runs.StillCountingError):
        bonuses.freeze(run, NOW)


def test_the_job_leaves_a_run_whose_facts_are_still_counted_to_another_time(house):
    working.start("sales", MARCH, NOW, few=0)
    overtaken()
    assert working.go_on(NOW, nothing) == 0
    assert working.waiting() == [run_of().id]
    house.settle()
    assert working.go_on(NOW, nothing) > 0


def both(house):
    """Let two runs of two plans wait for the job."""
    house.publish(BOOK + BOOK[BOOK.index("[plan.sales]") :].replace("plan.sales", "plan.support"), since=SINCE)
    house.settle()
    for plan in ("sales", "support"):
        working.start(plan, MARCH, NOW, few=0)


def test_a_run_whose_plan_was_taken_away_waits_no_longer_and_holds_up_no_other(house):
    both(house)
    house.publish(BOOK.replace("plan.sales", "plan.support"), since=SINCE)
    house.settle()
    jobs.run("work-out-bonuses", nothing, scheduled=True)
    assert (run_of().state, run_of().cursor) == ("open", -1)
    assert [row.state for row in bonuses.listed("support")] == ["calculated"]
    assert working.waiting() == []


def test_a_run_that_a_fault_of_ours_stops_holds_up_no_other(house, monkeypatch):
    both(house)
    faulty, freeze = run_of().id, working.freezing.freeze
    monkeypatch.setattr(working.freezing, "freeze", lambda run, now: 1 / 0 if run == faulty else freeze(run, now))
    with pytest.raises(jobs.FailedError, match="ZeroDivisionError"):
        jobs.run("work-out-bonuses", nothing, scheduled=True)
    assert [row.state for row in bonuses.listed("support")] == ["calculated"]
    assert working.waiting() == [faulty]


def test_a_run_that_is_reviewed_or_closed_is_not_frozen_anew(house):
    working.start("sales", MARCH, NOW)
    close(house, run_of().id)
    before = documents()
    for few in (0, 100):
        with pytest.raises(bonuses.WrongStateError):
            working.start("sales", MARCH, NOW, few=few)
        db.session.rollback()
    assert documents() == before
    assert working.start("sales", APRIL, NOW)
