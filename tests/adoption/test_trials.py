"""Dry runs as people ask for them: answered at once, or left to the job, told, cancelled, found again."""

import time

import pytest
from flask import current_app
from sqlalchemy import select
from sqlalchemy import update

from adoption import jobs
from adoption import trials
from adoption.extensions import db
from adoption.history import trial
from adoption.models import StoredTrial
from adoption.trials import asking
from rules.book import BookError
from tests.adoption.test_trial import BOOK
from tests.adoption.test_trial import DRAFT
from tests.adoption.test_trial import FIRST
from tests.adoption.test_trial import LAST
from tests.house import House

ASKED = trials.Question(DRAFT, ("callers",), FIRST.toordinal(), LAST.toordinal())


@pytest.fixture
def house(app):  # the house stands in it
    house = House(BOOK)
    for number in range(5):
        house.did("Alice", "call.completed", f"contact/{number}", at=f"1{number}:00")
    house.settle()
    return house


def now():
    return time.time_ns() // 1000


def ask(question=ASKED):
    trials.ask(question, now())
    db.session.commit()


def work(watch=lambda _done, _total: None):
    return jobs.run("try-drafts", watch)


def state():
    db.session.rollback()
    return trials.find(ASKED).state


def test_a_small_history_is_answered_at_once_and_remembered(house, monkeypatch):
    assert trials.quick()
    found = trials.answer(ASKED)
    assert found.draft.awards == 2
    assert trials.answer(ASKED) is found
    house.did("Alice", "call.completed")
    assert trials.answer(ASKED).draft.awards == 3
    assert trials.answer(ASKED._replace(last=FIRST.toordinal())).draft.awards == 0


def test_only_so_many_answers_are_remembered(house):
    for number in range(asking.REMEMBERED + 3):
        trials.answer(ASKED._replace(last=FIRST.toordinal() + number + 1))
    assert len(asking._remembered()[0]) == asking.REMEMBERED


def test_a_large_history_is_left_to_the_job(house):
    assert not trials.quick(most=-1)
    assert trials.find(ASKED) is None
    ask()
    assert (state(), trials.stored(ASKED)) == ("waiting", None)
    told = []
    assert work(lambda *far: told.append(far)) == "1 dry runs worked out"
    assert told[-1] == (trial.STEPS, trial.STEPS)
    asked = trials.find(ASKED)
    assert (asked.state, asked.done, asked.total) == ("done", trial.STEPS, trial.STEPS)
    assert trials.stored(ASKED) == trials.answer(ASKED)
    assert trials.waiting() == []


def test_asking_twice_asks_once_and_asking_again_begins_anew(house):
    ask()
    ask()
    assert len(trials.waiting()) == 1
    work()
    house.did("Alice", "call.completed")
    ask()
    assert state() == "waiting"
    work()
    assert trials.stored(ASKED).draft.awards == 3


def test_one_that_waits_can_be_cancelled(house):
    ask()
    assert trials.cancel(ASKED)
    db.session.commit()
    assert not trials.cancel(ASKED)
    db.session.commit()
    work()
    assert (state(), trials.stored(ASKED)) == ("cancelled", None)


def test_one_that_runs_can_be_cancelled(house, monkeypatch):
    monkeypatch.setattr(asking, "POLL", 0.01)
    ask()

    def cancel(done, _total):
        if done == 2:
            trials.cancel(ASKED)
            db.session.commit()
            time.sleep(0.3)  # until somebody has seen it

    assert work(cancel) == "0 dry runs worked out"
    assert state() == "cancelled"
    ask()
    work()
    assert state() == "done"


def test_a_run_that_is_stopped_or_left_behind_goes_on_another_time(house):
    def stop(_done, _total):
        raise jobs.StoppedError

    ask()
    assert work(stop) is None
    assert state() == "waiting"
    db.session.execute(update(StoredTrial).values(state="running"))  # its process was killed
    db.session.commit()
    work()
    assert state() == "done"


def test_what_cannot_be_tried_says_why(house):
    question = ASKED._replace(text="[nonsense")
    ask(question)
    work()
    asked = trials.find(question)
    assert asked.state == "failed"
    assert asked.message
    with pytest.raises(BookError):
        trials.answer(question)


def test_a_damaged_archive_is_told_and_stops_nothing_else(house):
    trials.answer(ASKED)
    trial.warm.forget()
    for path in current_app.extensions["settings"].archive_folder.glob("*.parquet"):
        path.write_bytes(b"nonsense")
    ask()
    work()
    assert "is not what was written" in trials.find(ASKED).message


def test_one_that_a_fault_of_ours_stops_says_so_and_the_next_one_is_worked_out(house, monkeypatch):
    ask(broken := ASKED._replace(first=FIRST.toordinal() + 1))
    ask()
    work_out = asking.work_out

    def out_of_memory(question, *more):
        return 1 / 0 if question == broken else work_out(question, *more)

    monkeypatch.setattr(asking, "work_out", out_of_memory)
    assert work() == "1 dry runs worked out"
    assert state() == "done"
    assert (trials.find(broken).state, trials.find(broken).message) == ("failed", asking.BROKEN)
    assert trials.waiting() == []


def test_old_ones_are_forgotten(house):
    trials.ask(ASKED, now() - 8 * 86_400_000_000)
    db.session.commit()
    ask(ASKED._replace(last=LAST.toordinal() + 1))
    assert trials.find(ASKED) is None
    assert len(db.session.scalars(select(StoredTrial.id)).all()) == 1
