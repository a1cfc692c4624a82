"""The timetable at a page: every job with its last and next run, and one that somebody asks for runs once."""

import threading
import time

import pytest
from sqlalchemy import select

from adoption import jobs
from adoption import scheduler
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import JobRun
from adoption.models import JournalEntry
from adoption.pages import timetable
from tests.staff import Staff
from tests.visitors import Visitor


@pytest.fixture
def staff(app):
    return Staff()


def page(app, who):
    db.session.rollback()
    answer = Visitor(app, who).get("/timetable")
    db.session.rollback()
    return answer.get_data(as_text=True)


def run(name):
    try:
        return jobs.run(name, lambda *_: None)
    except jobs.FailedError:
        return None


def test_every_job_is_on_the_page_in_words(app, staff):
    shown = page(app, staff["Ada"])
    assert timetable.WORDS.keys() == jobs.JOBS.keys()
    assert all(f">{name}<" in shown for name in jobs.JOBS)


def test_a_run_shows_how_it_ended_and_what_it_did(app, staff, monkeypatch):
    run("sweep-runs")
    monkeypatch.setitem(jobs.JOBS, "archive", jobs.Job(lambda _: 1 // 0, jobs.JOBS["archive"].trigger, "x"))
    run("archive")
    shown = page(app, staff["Ada"])
    assert "0 rows deleted" in shown
    assert "ZeroDivisionError" in shown
    assert "The last run of 1 job did not end well. The others go on." in shown


def test_a_job_has_an_hour_or_looks_every_so_often(app):
    now = time.time_ns() // 1000
    lines = {one.name: one for one in jobs.lines(now)}
    assert all((one.every is None) != (one.following is None) for one in lines.values())
    assert lines["send-letters"].every == 2
    assert lines["check-journal"].following - now <= 24 * 3_600 * 1_000_000


def test_asking_twice_runs_once_and_the_journal_keeps_who_asked(app, staff):
    for _ in range(2):
        assert Visitor(app, staff["Ada"]).post("/timetable/sweep-letters/run").status_code == 303
        db.session.rollback()
    assert "asked for, now" in page(app, staff["Ada"])
    assert jobs.wanted() == ["sweep-letters"]
    run("sweep-letters")
    assert jobs.wanted() == []
    said = db.session.scalars(select(JournalEntry.thing).where(JournalEntry.action == "asked for")).all()
    assert said == ["job/sweep-letters"] * 2


def test_a_job_that_was_asked_for_while_it_ran_runs_once_more(app, monkeypatch):
    ran = []

    def work(_report):
        ran.append(jobs.wanted())
        if len(ran) == 1:
            jobs.ask(begin_write(), "sweep-runs", 1)
            db.session.commit()
            assert run("sweep-runs") is None, "it is running"
        return "done"

    monkeypatch.setitem(jobs.JOBS, "sweep-runs", jobs.Job(work, jobs.JOBS["sweep-runs"].trigger, "x"))
    run("sweep-runs")
    assert jobs.wanted() == ["sweep-runs"]
    run("sweep-runs")
    assert (ran, jobs.wanted()) == ([[], []], [])


def test_a_job_that_there_is_not_cannot_be_asked_for(app, staff):
    assert Visitor(app, staff["Ada"]).post("/timetable/nothing/run").status_code == 404
    assert Visitor(app, staff["Hana"]).post("/timetable/sweep-runs/run").status_code == 403
    with pytest.raises(KeyError):
        jobs.ask(begin_write(), "nothing", 1)


def test_the_scheduler_runs_what_was_asked_for(sqlite_app):
    jobs.ask(begin_write(), "check-journal", 1)
    db.session.commit()
    stop = threading.Event()

    def lead():
        with sqlite_app.app_context():
            scheduler.serve(stop, lambda _said: None)

    thread = threading.Thread(target=lead)
    thread.start()
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            db.session.rollback()
            if db.session.scalar(select(JobRun.state).where(JobRun.job == "check-journal")) == "done":
                break
            time.sleep(0.2)
    finally:
        stop.set()
        thread.join(60)
    db.session.rollback()
    assert db.session.scalar(select(JobRun.state).where(JobRun.job == "check-journal")) == "done"
    assert jobs.wanted() == []
