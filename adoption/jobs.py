"""What the service does by itself, and when: ``JOBS`` is the whole timetable.

A job can be killed at any moment and be run again: what it does, it commits piece by piece, and what is done is not
done twice.  One process runs a job at a time; every run leaves a row that tells how far it came.  To add a job: write
its function, enter it in ``JOBS``, and say in docs/decisions/jobs.md what happens when it runs twice.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import current_app
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import boards
from adoption import budgets
from adoption import disclosure
from adoption import evidence
from adoption import facts
from adoption import journal
from adoption import limits
from adoption import locks
from adoption import ownership
from adoption import privacy
from adoption import rescoring
from adoption import rewards
from adoption import rollout
from adoption import signals
from adoption import statements
from adoption import sunsets
from adoption import trials
from adoption import unscored
from adoption import waiting
from adoption.audits import comparing
from adoption.audits import keeping
from adoption.audits import watching
from adoption.auth import sessions
from adoption.bonuses import working
from adoption.digests import planning
from adoption.directory import uploads
from adoption.errors import StoppedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import outbox
from adoption.mail import sending
from adoption.models import JobRun
from adoption.models import JobWish
from adoption.signals import polling
from adoption.sources import deliveries
from adoption.sources import registry
from rules import period
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from apscheduler.triggers.base import BaseTrigger
    from sqlalchemy import Connection
    from sqlalchemy import Row

    Report = Callable[[int, int], None]  # steps done, of all; raises StoppedError when the job has to stop

EVERY = 1.0  # seconds between two notes of how far a job is
KEPT = 30 * 86_400 * SECOND  # how long rows of runs are kept
SAID = {
    "sent": "sent",
    "deferred": "put off",
    "failed": "given up",
    "skipped": "skipped",
    "rendered": "written",
    "sending": "in doubt",
}


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do: the function that does all of it and says what it did (``None``: there was nothing), and when.

    The scheduler asks ``needed`` first, so that an idle job leaves no row; ``None`` means that only trying tells.
    """

    run: Callable[[Report], str | None]
    trigger: BaseTrigger
    description: str
    needed: Callable[[], bool | None] = lambda: True


def rescore(report: Report) -> str:
    """Build the tallies anew until they follow the facts."""
    steps = 0
    while (progress := rescoring.step()) is not None:
        steps += 1
        report(progress.done, progress.total)
    return f"{steps} steps taken" if steps else "the tallies follow the facts"


def score_unscored(report: Report) -> str:
    """Try again to score what could not be scored, each activity alone."""
    done = unscored.retry(unscored.due(_now()), _now(), report)
    return f"{done.scored} scored, {done.dropped} no longer wanted, {done.failed} failed again"


def release_waiting(_report: Report) -> str:
    """Issue awards for which there is budget or stock again."""
    issued, left = waiting.release(_now())
    db.session.commit()
    return f"{issued} issued, {left} still wait"


def watch_budgets(_report: Report) -> str:
    """Note which budgets have passed a threshold, and tell HR by letter."""
    told = budgets.watch(_now())
    db.session.commit()
    return f"{told} thresholds passed"


def judge_days(report: Report) -> str:
    """Follow everybody's evidence through the days that can be judged by now."""
    return f"{evidence.run(_now(), report)} days judged"


def archive(report: Report) -> str:
    """Write new activities to the archive, and merge its small files."""
    from adoption import history  # noqa: PLC0415  # its engine takes a while to load, and web workers need no archive

    found = history.bring_up_to_date(report)
    return f"{found.rows} activities in {len(found.files) - history.merge()} files"


def refresh_boards(report: Report) -> str | None:
    """Rank large boards anew."""
    done = 0
    while boards.refresh_stale():
        db.session.commit()
        done += 1
        report(done, done)
    db.session.rollback()
    return f"{done} ranked" if done else None


def expire_awards(report: Report) -> str:
    """Let awards expire whose last day is over."""
    done = rewards.expire(_now(), report)
    return f"{done} expired" if done else "nothing expired"


def _new_day(name: str) -> bool:
    """Say whether a job has not been done yet on this local day."""
    last = db.session.scalar(select(func.max(JobRun.started)).where(JobRun.job == name, JobRun.state == "done"))
    day_of = facts.day_of()
    return last is None or day_of(last) < day_of(_now())


def sweep_runs(_report: Report) -> str:
    """Delete rows of old runs; the last one of each job stays."""
    last = select(func.max(JobRun.id)).group_by(JobRun.job)
    old = delete(JobRun).where(JobRun.started < _now() - KEPT, JobRun.id.not_in(last), JobRun.state != "running")
    gone = begin_write().execute(old).rowcount
    db.session.commit()
    return f"{gone} rows deleted"


def work_out_bonuses(report: Report) -> str:
    """Freeze and work out the bonus runs that are too large for a page to wait for, and those that were interrupted."""
    return f"{working.go_on(_now(), report)} statements worked out"


def check_journal(_report: Report) -> str:
    """Verify the chain of the journal; the message tells its head, to be kept elsewhere."""
    found = journal.check(_now())
    db.session.commit()
    if found.first is not None:
        more = f", and {found.flaws - 1} more places" if found.flaws > 1 else ""
        msg = f"entry {found.first.number}: {found.first.said}{more}"
        raise journal.BrokenChainError(msg)
    return f"the chain of {found.entries} entries is whole; its head is {found.head}"


def try_drafts(report: Report) -> str:
    """Work out the dry runs that are too long for a page to wait for."""
    return f"{trials.work(report, _now)} dry runs worked out"


def remind_of_ends(_report: Report) -> str:
    """Tell HR of incentives that end in fourteen or in three days."""
    planned = sunsets.remind(_now())
    db.session.commit()
    return f"{planned} letters planned"


def find_gaps(report: Report) -> str:
    """Find records that are nobody's, a leaver's or two people's, and tasks nobody took; close what the CRM settled."""
    done = ownership.find(_now(), report)
    return f"{done.open} open: {done.opened} new, {done.again} again; {done.closed} closed"


def write_digests(report: Report) -> str | None:
    """Write the weekly letters that are due, and enter them in the outbox."""
    done = planning.run(_now(), report)
    return ", ".join(f"{count} {SAID[state]}" for state, count in sorted(done.items())) or None


def take_vital_signs(report: Report) -> str:
    """Take the vital signs of teams for weeks that are over."""
    return f"{rollout.take(_now(), report)} weeks taken"


def send_letters(report: Report) -> str | None:
    """Render and send the letters that are due."""
    done = sending.run(report)
    return ", ".join(f"{count} {SAID[state]}" for state, count in sorted(done.items())) or None


def poll_feeds(report: Report) -> str:
    """Ask the office suites that are due what they saw of registered workbooks."""
    said = []
    for key in polling.due(_now()):
        records, fault = polling.poll(key, _now(), report)
        said.append(f"{key}: {records} records" + (f", then {fault}" if fault else ""))
    recognised = signals.recognise(begin_write())
    db.session.commit()
    return "; ".join(said) + (f"; {recognised} signals were given to those they are about" if recognised else "")


def sweep_letters(_report: Report) -> str:
    """Delete letters that were sent or given up long ago."""
    gone = outbox.sweep(_now())
    db.session.commit()
    return f"{gone} letters deleted"


def sweep_sign_ins(_report: Report) -> str:
    """Delete links and sessions that open nothing any more, and allowances that are whole again."""
    gone = sessions.sweep(_now())
    db.session.commit()
    whole = limits.sweep(_now())
    db.session.commit()
    return f"{gone} links and sessions deleted, {whole} allowances"


def sweep_deliveries(_report: Report) -> str:
    """Delete what was in old deliveries, deliveries that are too many, and old secrets that are good no more."""
    emptied, gone = deliveries.sweep(_now())
    db.session.commit()
    ended = registry.forget_ended(_now())
    db.session.commit()
    return f"{emptied} emptied, {gone} deleted, {ended} old secrets forgotten"


def sweep_uploads(_report: Report) -> str:
    """Delete files whose preview nobody confirmed."""
    gone = uploads.sweep(_now())
    db.session.commit()
    return f"{gone} uploads deleted"


def forget_evidence(report: Report) -> str:
    """Delete what is personal about spreadsheet work and too old, all of it when detection is off, and of who left."""
    gone = privacy.forget(_now(), report)
    return f"{gone} entries deleted"


def note_privacy(_report: Report) -> str:
    """Note a new version of what is told about processing."""
    version = disclosure.note(_now())
    db.session.commit()
    return f"version {version.number}: {version.hash}"


def compare_audits(report: Report) -> str:
    """Compare the sheets that are too large for a page to wait for, and those that were interrupted."""
    return f"{comparing.compare_waiting(_now, report)} sheets compared"


def watch_audits(report: Report) -> str:
    """Close rows of audits whose customers new activities brought, and open those whose contact is gone."""
    done = watching.watch(_now(), report)
    return f"{done.closed} rows closed, {done.reopened} opened again, {done.likely} probably found"


def sweep_audits(report: Report) -> str:
    """Delete audits whose last day is over, with all rows and files."""
    return f"{keeping.sweep(_now(), report)} audits deleted"


def _every(seconds: int) -> BaseTrigger:
    return IntervalTrigger(seconds=seconds, timezone="UTC")


def _daily(hour: str, minute: int) -> BaseTrigger:
    return CronTrigger(hour=hour, minute=minute, timezone="UTC")


JOBS: dict[str, Job] = {
    "rescore": Job(rescore, _every(5), "bring the tallies in line with changed facts", rescoring.needed),
    "score-unscored": Job(
        score_unscored, _every(30), "score what could not be scored when it came", lambda: bool(unscored.due(_now()))
    ),
    "release-waiting": Job(
        release_waiting, _every(60), "issue awards that waited for budget or stock", lambda: waiting.releasable(_now())
    ),
    "refresh-boards": Job(refresh_boards, _every(5), "rank large boards anew", lambda: None),
    "expire-awards": Job(
        expire_awards, _every(300), "let awards expire whose last day is over", lambda: _new_day("expire-awards")
    ),
    "watch-budgets": Job(
        watch_budgets, _every(300), "tell HR of budgets that come to their end", lambda: budgets.needed(_now())
    ),
    "archive": Job(archive, _daily("*", 7), "write new activities to the archive"),
    "work-out-bonuses": Job(
        work_out_bonuses, _every(5), "freeze and work out bonus runs", lambda: bool(working.waiting())
    ),
    "try-drafts": Job(try_drafts, _every(2), "work out long dry runs", lambda: bool(trials.waiting())),
    "judge-days": Job(
        judge_days, _every(300), "follow the evidence of days that are over", lambda: bool(evidence.due(_now()))
    ),
    "compare-audits": Job(
        compare_audits, _every(2), "compare large spreadsheets with the CRM", lambda: bool(keeping.waiting())
    ),
    "watch-audits": Job(watch_audits, _every(60), "close rows of audits that new activities brought", watching.needed),
    "remind-of-ends": Job(
        remind_of_ends, _every(600), "tell HR of rules that end soon", lambda: _new_day("remind-of-ends")
    ),
    "find-gaps": Job(find_gaps, _daily("2", 20), "find records of which it is not clear whose they are"),
    "write-digests": Job(
        write_digests, _every(30), "write weekly letters that are due", lambda: bool(planning.due(_now()))
    ),
    "send-letters": Job(send_letters, _every(2), "send letters that are due", lambda: sending.needed(_now())),
    "poll-feeds": Job(poll_feeds, _every(60), "ask office suites what they saw", lambda: bool(polling.due(_now()))),
    "take-vital-signs": Job(take_vital_signs, _daily("4", 20), "take the vital signs of teams"),
    "check-journal": Job(check_journal, _daily("3", 0), "verify the chain of the journal"),
    "forget-evidence": Job(
        forget_evidence,
        _every(60),
        "delete evidence that is too old",
        lambda: _new_day("forget-evidence") or privacy.left_over(),
    ),
    "note-privacy": Job(note_privacy, _every(120), "note changes of what is processed", disclosure.needed),
    "sweep-letters": Job(sweep_letters, _daily("3", 43), "delete old letters"),
    "sweep-sign-ins": Job(sweep_sign_ins, _daily("3", 47), "delete links and sessions that are over"),
    "sweep-deliveries": Job(sweep_deliveries, _daily("*", 23), "delete old deliveries and secrets that ended"),
    "sweep-uploads": Job(sweep_uploads, _daily("3", 51), "delete uploads that nobody confirmed"),
    "sweep-audits": Job(
        sweep_audits, _every(600), "delete audits whose last day is over", lambda: _new_day("sweep-audits")
    ),
    "sweep-runs": Job(sweep_runs, _daily("3", 41), "delete rows of old runs"),
}


class FailedError(Exception):
    """The job failed; the log and the row of its run tell why."""


def run(name: str, watch: Report, *, scheduled: bool = False) -> str | None:
    """Run a job here and now; return what it did, or ``None`` if there was nothing to do or another process does it.

    ``watch`` is told how far it is, and may raise ``StoppedError``.

    Raises:
        FailedError: it failed.
    """
    job = JOBS[name]
    with locks.held(f"job-{name}") as ours:
        if ours is None:
            return None
        needed = job.needed() if scheduled else True
        db.session.rollback()
        if needed is False:
            return None
        row = _Row(name, watch)
        if needed:
            row.begin()
        return row.follow(job)


def ask(connection: Connection, name: str, now: int) -> None:
    """Let the scheduler run a job as soon as it looks, in the caller's transaction.

    Raises:
        KeyError: there is no such job.
    """
    if name not in JOBS:
        raise KeyError(name)
    statements.put(connection, "job_wish", ("job",), ("asked",), [(name, now)])


def wanted() -> list[str]:
    """Take the jobs that somebody asked for, each once; one query where nobody did."""
    asked = db.session.scalars(select(JobWish.job)).all()
    db.session.rollback()
    if not asked:
        return []
    connection = begin_write()
    taken = connection.execute(delete(JobWish).returning(JobWish.job)).scalars().all()
    db.session.commit()
    return [name for name in taken if name in JOBS]


@dataclass(frozen=True, slots=True)
class Line:
    """A job of the timetable: its last run, if there was one, and since when somebody asks for it.

    ``every`` are the seconds between two looks whether there is something to do; without them ``following`` is when it
    runs next.  Times are UTC microseconds.
    """

    name: str
    job: Job
    last: Row[Any] | None
    every: int | None
    following: int | None
    asked: int | None


def lines(now: int) -> list[Line]:
    """Return the whole timetable; two queries."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.job)
    runs = {row.job: row for row in db.session.execute(select(JobRun.__table__).where(JobRun.id.in_(newest)))}
    asked = dict(db.session.execute(select(JobWish.job, JobWish.asked)).all())
    return [
        Line(name, job, runs.get(name), _every_so_often(job), _following(job, now), asked.get(name))
        for name, job in JOBS.items()
    ]


def _every_so_often(job: Job) -> int | None:
    return int(job.trigger.interval.total_seconds()) if isinstance(job.trigger, IntervalTrigger) else None


def _following(job: Job, now: int) -> int | None:
    if isinstance(job.trigger, IntervalTrigger):
        return None
    found = job.trigger.get_next_fire_time(None, period.moment(now))
    return None if found is None else period.microseconds(found)


class _Row:
    """The row of one run: begun when there is something to do, and kept up to date about once a second."""

    def __init__(self, name: str, watch: Report) -> None:
        self.name = name
        self.watch = watch
        self.number: int | None = None
        self.far: dict[str, int] = {}
        self.noted = 0.0

    def begin(self) -> None:
        """Insert the row.  Whatever row of this job still says ``running`` was left by a process that is gone."""
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            gone = {"state": "failed", "finished": _now(), "message": "the process ended before the job did"}
            connection.execute(update(JobRun).where(JobRun.job == self.name, JobRun.state == "running").values(gone))
            row = {"job": self.name, "state": "running", "started": _now(), "done": 0, "message": ""}
            self.number = connection.execute(insert(JobRun).values(row).returning(JobRun.id)).scalar_one()

    def follow(self, job: Job) -> str | None:
        """Run the job to its end and note how it ended."""
        try:
            message = job.run(self.report)
        except StoppedError:
            db.session.rollback()
            self._note(
                state="stopped", finished=_now(), message="the process was asked to stop; it goes on another time"
            )
            return None
        except Exception as error:
            db.session.rollback()
            current_app.logger.exception("The job %s failed.", self.name)
            reason = f"{type(error).__name__}: {error}"[:1000]
            self._note(state="failed", finished=_now(), message=reason)
            raise FailedError(reason) from error
        if message is not None or self.number is not None:
            self._note(state="done", finished=_now(), message=message or "nothing to do")
        return message

    def report(self, done: int, total: int) -> None:
        """Note how far the job is.  Called between its transactions, never within one."""
        self.far = {"done": done, "total": total}
        if time.monotonic() - self.noted >= EVERY:
            self._note()
            self.noted = time.monotonic()
        self.watch(done, total)

    def _note(self, **values: object) -> None:
        if self.number is None:
            self.begin()
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(update(JobRun).where(JobRun.id == self.number).values(self.far | values))


def _now() -> int:
    return time.time_ns() // 1000
