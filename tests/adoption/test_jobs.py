"""What the service does by itself: again and again, by one process at a time, and not stopped by what is broken."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update

from adoption import exports
from adoption import facts
from adoption import intake
from adoption import jobs
from adoption import ledger
from adoption import locks
from adoption import rescoring
from adoption import rulebook
from adoption import scheduler
from adoption import unscored
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.jobs import running
from adoption.models import Award
from adoption.models import Identity
from adoption.models import JobRun
from adoption.models import Participant
from adoption.models import Unscored
from adoption.models import bucket_of
from adoption.models.base import BUCKETS
from adoption.scoring import counting

ROOT = Path(__file__).parent.parent.parent
NOW = 1_793_491_200_000_000  # 2026-11-01
TODAY = 739_556  # the same day
BOOK = """
[metric.calls]
counts = "call.completed"
[reward.bonus]
kind   = "points"
title  = "Bonus"
points = 5
{limit}
[incentive.one-call]
title  = "A call"
metric = "calls"
every  = 1
per    = "month"
at_most = 3
earns  = "bonus"
"""


def publish(limit=""):
    rulebook.publish(BOOK.format(limit=limit), today=TODAY, since=TODAY - 200, name="test", now=NOW)
    db.session.commit()
    rescoring.run_to_end()


def enter(*people):
    connection = begin_write()
    facts.changed(connection, rescore=True)
    for number, name in enumerate(people, start=1):
        row = {"id": number, "email": f"{name}@example.com", "name": name, "role": "employee"}
        connection.execute(insert(Participant).values(row))
        connection.execute(insert(Identity).values(source="crm", id=name, participant=number))
    db.session.commit()
    rescoring.run_to_end()


def deliver(*events, now=NOW):
    receipt = intake.accept_and_commit(events, door="test", now=now)
    assert receipt.refused == ()


def call(number, actor="alice", **more):
    event = {"source": "crm", "id": f"c{number}", "type": "call.completed", "time": "2026-10-20T10:00:00Z"}
    return event | {"subject": f"contact/{number}", "actor": actor} | more


def retraction(number):
    return call(f"undo-{number}", type="call.corrected", retracts=f"c{number}")


def tally(name):
    found = [line.value for line in exports.tallies({"calls"}, "month") if line.holder == f"{name}@example.com"]
    db.session.rollback()
    return sum(found) / 10_000


def statuses():
    found = [(line.holder.partition("@")[0], line.ordinal, line.status) for line in exports.awards(None)]
    db.session.rollback()
    return found


def runs():
    rows = db.session.execute(select(JobRun.job, JobRun.state, JobRun.message).order_by(JobRun.id)).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


def nothing(_done, _total):
    pass


def job(run, needed=lambda: True):
    return jobs.Job(run, jobs.JOBS["rescore"].trigger, "made for a test", needed)


# --- runs


@pytest.mark.parametrize("name", jobs.JOBS)
@pytest.mark.usefixtures("app")
def test_every_job_can_be_run_twice_on_an_empty_database(name):
    facts.current()
    for _ in range(2):
        jobs.run(name, nothing)
        jobs.run(name, nothing, scheduled=True)
    assert {state for _, state, _ in runs()} <= {"done"}


@pytest.mark.usefixtures("app")
def test_a_job_without_work_leaves_no_row_when_the_timetable_asks():
    facts.current()
    for name in ("rescore", "score-unscored", "release-waiting", "refresh-boards"):
        assert jobs.run(name, nothing, scheduled=True) is None
    assert runs() == []


@pytest.mark.usefixtures("app")
def test_a_run_tells_how_far_it_is(monkeypatch):
    seen = []

    def work(report):
        for done in (1, 2):
            report(done, 2)
            seen.append(db.session.execute(select(JobRun.state, JobRun.done, JobRun.total)).one())
            db.session.rollback()
        return "worked"

    monkeypatch.setattr(running, "EVERY", 0)
    monkeypatch.setitem(jobs.JOBS, "work", job(work))
    assert jobs.run("work", nothing) == "worked"
    assert seen == [("running", 1, 2), ("running", 2, 2)]
    assert runs() == [("work", "done", "worked")]


@pytest.mark.usefixtures("app")
def test_a_failing_job_says_why_and_takes_back_what_it_had_begun(monkeypatch):
    def work(_report):
        begin_write().execute(insert(Participant).values(email="x", name="x", role="employee"))
        msg = "out of paper"
        raise ValueError(msg)

    monkeypatch.setitem(jobs.JOBS, "work", job(work))
    with pytest.raises(jobs.FailedError):
        jobs.run("work", nothing)
    assert runs() == [("work", "failed", "ValueError: out of paper")]
    assert db.session.execute(select(Participant)).first() is None


@pytest.mark.usefixtures("app")
def test_what_a_statement_was_given_stands_neither_in_the_log_nor_on_the_timetable(monkeypatch, caplog):
    word = "Private"  # a traceback shows lines of code: not this one

    def work(_report):
        for _ in range(2):
            row = {"email": "private@example.com", "name": word, "role": "employee"}
            db.session.execute(insert(Participant).values(row))

    def ask(_report):
        db.session.execute(text("SELECT 1 FROM nowhere WHERE word = :word"), {"word": word})

    for name, run in (("work", work), ("ask", ask)):
        monkeypatch.setitem(jobs.JOBS, name, job(run))
        with pytest.raises(jobs.FailedError):
            jobs.run(name, nothing)
    assert [state for _, state, _ in runs()] == ["failed", "failed"]
    assert not [message for _, _, message in runs() if "rivate" in message]
    assert "nowhere" in caplog.text
    assert word not in caplog.text


@pytest.mark.usefixtures("app")
def test_a_job_that_was_killed_is_noted_when_it_runs_again():
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        row = {"job": "sweep-runs", "state": "running", "started": time.time_ns() // 1000, "done": 3, "message": ""}
        connection.execute(insert(JobRun).values(row))
    jobs.run("sweep-runs", nothing)
    assert [(state, message) for _, state, message in runs()] == [
        ("failed", "the process ended before the job did"),
        ("done", "0 rows deleted"),
    ]


@pytest.mark.usefixtures("app")
def test_what_was_killed_does_not_look_as_if_it_went_on_once_a_scheduler_is_there_again():
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        row = {"state": "running", "started": time.time_ns() // 1000, "done": 3, "message": ""}
        for name in ("weigh-value", "sweep-runs"):
            connection.execute(insert(JobRun).values(row | {"job": name}))
    assert jobs.underway("weigh-value")
    with locks.held("job-sweep-runs"):  # somebody runs this one by hand
        assert jobs.leave_none() == 1
    assert not jobs.underway("weigh-value")
    assert jobs.underway("sweep-runs")


@pytest.mark.usefixtures("app")
def test_a_job_is_not_run_by_two_at_once():
    with locks.held("job-sweep-runs") as ours:
        assert ours is not None
        assert jobs.run("sweep-runs", nothing) is None
    assert jobs.run("sweep-runs", nothing) is not None


@pytest.mark.usefixtures("app")
def test_a_job_that_is_asked_to_stop_goes_on_another_time():
    enter("alice")
    publish()
    deliver(*map(call, range(20)))
    facts.changed(begin_write(), rescore=True)
    db.session.commit()

    def stop(_done, _total):
        raise jobs.StoppedError

    assert jobs.run("rescore", stop) is None
    assert [state for _, state, _ in runs()] == ["stopped"]
    assert rescoring.needed()
    jobs.run("rescore", nothing)
    assert not rescoring.needed()
    assert tally("alice") == 20


@pytest.mark.usefixtures("app")
def test_building_anew_looks_only_where_something_is():
    enter("alice")
    publish()
    deliver(*map(call, range(3)))
    facts.changed(begin_write(), rescore=True)
    db.session.commit()
    asked = []
    note = lambda *args: asked.append(args[2])  # noqa: E731  # a word
    event.listen(db.engine, "before_cursor_execute", note)
    rescoring.run_to_end()
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) < BUCKETS / 2
    assert tally("alice") == 3


@pytest.mark.usefixtures("app")
def test_old_rows_are_swept_but_the_last_of_each_job():
    old = {"state": "done", "started": 1, "finished": 2, "done": 0, "message": ""}
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(insert(JobRun), [old | {"job": name} for name in ("a", "a", "b")])
    assert jobs.run("sweep-runs", nothing) == "1 rows deleted"
    assert [name for name, _, _ in runs()] == ["a", "b", "sweep-runs"]


def test_the_list_of_jobs_tells_how_the_last_runs_ended(app):
    runner = app.test_cli_runner()
    assert runner.invoke(args=["jobs", "run", "archive"]).output.endswith("archive: 0 activities in 0 files\n")
    listed = runner.invoke(args=["jobs", "list"]).output
    assert all(name in listed for name in jobs.JOBS)
    assert "done 20" in listed


def test_a_job_that_fails_ends_its_command_with_1(app, monkeypatch):
    def work(_report):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(jobs.JOBS, "archive", job(work))
    result = app.test_cli_runner().invoke(args=["jobs", "run", "archive"])
    assert result.exit_code == 1
    assert "No space left" in result.stderr
    assert app.test_cli_runner().invoke(args=["jobs", "run", "sleep"]).exit_code == 2


# --- what could not be scored


@contextmanager
def broken(monkeypatch, *poisoned):
    """Let scoring fail on some activities (on every batch, if none is named)."""
    original = counting.count

    def count(increments, known, counters, activity, *rest):
        if not poisoned or activity.id in poisoned:
            msg = "division by zero"
            raise ZeroDivisionError(msg)
        original(increments, known, counters, activity, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(counting, "count", count)
        yield


@pytest.fixture
def unscored_calls(app, monkeypatch):
    """Six calls of Alice that could not be scored."""
    enter("alice")
    publish()
    with broken(monkeypatch):
        deliver(*map(call, range(6)))
    assert tally("alice") == 0


def listed():
    rows = db.session.execute(select(Unscored.id, Unscored.tries, Unscored.reason).order_by(Unscored.id)).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


def long_after():
    return unscored.due(NOW + 10**15, every=True)


@pytest.mark.usefixtures("unscored_calls")
def test_one_broken_activity_does_not_hold_up_the_others(monkeypatch):
    with broken(monkeypatch, "c2", "c4"):
        assert unscored.retry(long_after(), NOW, nothing) == (4, 0, 2)
    assert listed() == [(name, 1, "ZeroDivisionError: division by zero") for name in ("c2", "c4")]
    assert tally("alice") == 4
    jobs.run("score-unscored", nothing)
    assert listed() == []
    assert tally("alice") == 6
    assert [ordinal for _, ordinal, _ in statuses()] == [1, 2, 3]


@pytest.mark.usefixtures("unscored_calls")
def test_an_activity_that_was_retracted_meanwhile_is_scored_no_more():
    deliver(retraction(1))
    connection = begin_write()  # as if it had been listed after all
    connection.execute(
        insert(Unscored).values(bucket=bucket_of("crm", "c1"), source="crm", id="c1", reason="", since=1, tries=0)
    )
    db.session.commit()
    assert unscored.retry(long_after(), NOW, nothing) == (5, 1, 0)
    assert tally("alice") == 5
    assert listed() == []


@pytest.mark.usefixtures("unscored_calls")
def test_trying_twice_counts_once():
    keys = long_after()
    unscored.retry(keys, NOW, nothing)
    assert unscored.retry(keys, NOW, nothing) == (0, 6, 0)
    assert tally("alice") == 6


@pytest.mark.usefixtures("unscored_calls")
def test_a_retraction_after_the_retry_takes_back():
    unscored.retry(long_after(), NOW, nothing)
    deliver(retraction(1))
    assert tally("alice") == 5


@pytest.mark.usefixtures("unscored_calls")
def test_what_fails_again_rests_twice_as_long(monkeypatch):
    assert len(unscored.due(NOW)) == 6
    for tries, rest in ((1, 60), (2, 180), (3, 420)):
        with broken(monkeypatch):
            unscored.retry(long_after(), NOW, nothing)
        assert listed()[0][1] == tries
        assert unscored.due(NOW + (rest - 1) * 1_000_000) == []
        assert len(unscored.due(NOW + rest * 1_000_000)) == 6


@pytest.mark.usefixtures("unscored_calls")
def test_retrying_while_tallies_are_built_anew_counts_once_in_the_end():
    facts.changed(begin_write(), rescore=True)
    db.session.commit()
    for _ in range(2):
        rescoring.step()
    unscored.retry(long_after(), NOW, nothing)
    rescoring.run_to_end()
    assert tally("alice") == 6


# --- what waits for budget


@pytest.fixture
def waiting_awards(app):
    """Two bonuses in stock, five earned: Bob's first, one later than the other."""
    enter("alice", "bob")
    publish(limit="stock = 2")
    deliver(call(1, "bob"), now=NOW)
    deliver(call(2, "bob"), now=NOW + 1)
    deliver(call(3, "bob"), now=NOW + 2)
    deliver(call(4, "alice"), now=NOW + 3)
    deliver(call(5, "alice"), now=NOW + 4)
    assert [status for *_, status in statuses()] == ["waiting", "waiting", "issued", "issued", "waiting"]
    assert jobs.run("release-waiting", nothing, scheduled=True) is None


@pytest.mark.usefixtures("waiting_awards")
def test_awards_that_waited_are_issued_in_the_order_in_which_they_were_granted():
    publish(limit="stock = 4")
    assert jobs.run("release-waiting", nothing, scheduled=True) == "2 issued, 1 still wait"
    assert [status for *_, status in statuses()] == ["issued", "waiting", "issued", "issued", "issued"]
    assert jobs.run("release-waiting", nothing) == "0 issued, 1 still wait"


@pytest.mark.usefixtures("waiting_awards")
def test_what_is_taken_back_makes_room():
    deliver(retraction(1))
    assert [one for one in statuses() if one[0] == "bob"] == [
        ("bob", 1, "issued"),
        ("bob", 2, "issued"),
        ("bob", 3, "voided"),
    ]
    deliver(retraction(2))
    jobs.run("release-waiting", nothing, scheduled=True)
    assert statuses()[0] == ("alice", 1, "issued")
    assert statuses()[1] == ("alice", 2, "waiting")


@pytest.mark.usefixtures("waiting_awards")
def test_points_of_an_award_that_waited_are_posted_once():
    number = facts.current().holder_of("alice@example.com")
    assert ledger.balance(number) == {}
    publish()
    assert jobs.run("release-waiting", nothing, scheduled=True) == "3 issued, 0 still wait"
    assert jobs.run("release-waiting", nothing) == "0 issued, 0 still wait"
    assert ledger.balance(number) == {"points": 100_000}
    row = db.session.execute(select(Award.allotment).where(Award.holder == number)).first()
    assert row == (None,)


@pytest.mark.usefixtures("waiting_awards")
def test_a_reward_that_the_book_dropped_is_not_given_out():
    text = BOOK.format(limit="").partition("[reward")[0] + '[board.calls]\nmetric = "calls"\n'
    rulebook.publish(text, today=TODAY, since=TODAY + 30, name="less", now=NOW)
    db.session.commit()
    assert jobs.run("release-waiting", nothing) == "0 issued, 3 still wait"


# --- the scheduler


class Process:
    """A scheduler in a process of its own, and the lines it says."""

    def __init__(self, url, archive):
        environ = os.environ | {
            "DATABASE_URL": url,
            "ORGANISATION_ZONE": "Europe/Amsterdam",
            "ARCHIVE_FOLDER": str(archive),
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, "-m", "flask", "scheduler"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)  # noqa: S603
        self.said = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with self.process.stdout:
            for line in self.process.stdout:
                self.said.put(line.strip().removeprefix("scheduler: ").partition(":")[0])

    def hears(self, expected, within=30):
        assert self.said.get(timeout=within) == expected

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(url):
        started.append(Process(url, tmp_path / "archive"))
        return started[-1]

    yield begin
    for one in started:
        with suppress(ProcessLookupError):
            one.process.kill()
        one.process.wait()
        one.reader.join()


def test_a_second_scheduler_stands_by_and_takes_over(database_url, start):
    first = start(database_url)
    first.hears("running the jobs")
    second = start(database_url)
    second.hears("standing by")
    first.end(signal.SIGKILL)
    killed = time.monotonic()
    second.hears("running the jobs", within=2)
    assert time.monotonic() - killed < 2
    assert second.end() == 0
    second.hears("stopped")


def test_the_scheduler_does_what_there_is_to_do(app, start):
    enter("alice")
    publish()
    deliver(*map(call, range(3)))
    connection = begin_write()
    facts.changed(connection, rescore=True)
    connection.execute(update(Participant).values(role="manager"))
    db.session.commit()
    db.session.remove()
    one = start(app.config["SQLALCHEMY_DATABASE_URI"])
    one.hears("running the jobs")
    until = time.monotonic() + 30
    while ("rescore", "done") not in [run[:2] for run in runs()] and time.monotonic() < until:
        time.sleep(0.1)
    assert not rescoring.needed()
    db.session.rollback()
    assert one.end() == 0


def test_a_scheduler_whose_connection_is_cut_leads_no_longer_on_its_own(postgresql_url, start):
    first = start(postgresql_url)
    first.hears("running the jobs")
    second = start(postgresql_url)
    second.hears("standing by")
    address = postgresql_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [locks.CLASS]
        )
    second.hears("running the jobs", within=5)
    assert first.process.poll() is None
    assert (first.end(), second.end()) == (0, 0)


@pytest.mark.usefixtures("app")
def test_a_stopping_scheduler_stops_the_job_at_its_next_step(monkeypatch):
    begun = threading.Event()

    def work(report):
        for step in range(10_000):
            begun.set()
            time.sleep(0.01)
            report(step, 10_000)

    made = job(work)
    for name in list(jobs.JOBS):
        monkeypatch.delitem(jobs.JOBS, name)
    monkeypatch.setitem(jobs.JOBS, "work", made)
    stop, said = threading.Event(), []
    stopper = threading.Thread(target=lambda: (begun.wait(20), stop.set()))
    stopper.start()
    scheduler.serve(stop, said.append)
    stopper.join()
    assert said == ["running the jobs", "stopped"]
    assert [state for _, state, _ in runs()] == ["stopped"]
