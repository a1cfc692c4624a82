"""Which jobs there are, and when each of them runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import func
from sqlalchemy import select

from adoption import budgets
from adoption import clock
from adoption import disclosure
from adoption import evidence
from adoption import facts
from adoption import privacy
from adoption import rescoring
from adoption import trials
from adoption import unscored
from adoption import waiting
from adoption.audits import keeping
from adoption.audits import watching
from adoption.bonuses import working
from adoption.digests import for_channels
from adoption.digests import planning
from adoption.extensions import db
from adoption.jobs import work
from adoption.mail import sending
from adoption.models import JobRun
from adoption.models import JobWish
from adoption.signals import polling
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable

    from apscheduler.triggers.base import BaseTrigger
    from sqlalchemy import Row

    from adoption.jobs.work import Report


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do: the function that does all of it and says what it did (``None``: there was nothing), and when.

    The scheduler asks ``needed`` first, so that an idle job leaves no row; ``None`` means that only trying tells.
    """

    run: Callable[[Report], str | None]
    trigger: BaseTrigger
    description: str
    needed: Callable[[], bool | None] = lambda: True


def _new_day(name: str) -> bool:
    """Say whether a job has not been done yet on this local day."""
    last = db.session.scalar(select(func.max(JobRun.started)).where(JobRun.job == name, JobRun.state == "done"))
    day_of = facts.day_of()
    return last is None or day_of(last) < day_of(clock.now())


def _every(seconds: int) -> BaseTrigger:
    return IntervalTrigger(seconds=seconds, timezone="UTC")


def _daily(hour: str, minute: int) -> BaseTrigger:
    return CronTrigger(hour=hour, minute=minute, timezone="UTC")


JOBS: dict[str, Job] = {
    "rescore": Job(work.rescore, _every(5), "bring the tallies in line with changed facts", rescoring.needed),
    "score-unscored": Job(
        work.score_unscored,
        _every(30),
        "score what could not be scored when it came",
        lambda: bool(unscored.due(clock.now())),
    ),
    "release-waiting": Job(
        work.release_waiting,
        _every(60),
        "issue awards that waited for budget or stock",
        lambda: waiting.releasable(clock.now()),
    ),
    "refresh-boards": Job(work.refresh_boards, _every(5), "rank large boards anew", lambda: None),
    "expire-awards": Job(
        work.expire_awards, _every(300), "let awards expire whose last day is over", lambda: _new_day("expire-awards")
    ),
    "watch-budgets": Job(
        work.watch_budgets,
        _every(300),
        "tell HR of budgets that come to their end",
        lambda: budgets.needed(clock.now()),
    ),
    "archive": Job(work.archive, _daily("*", 7), "write new activities to the archive"),
    "work-out-bonuses": Job(
        work.work_out_bonuses, _every(5), "freeze and work out bonus runs", lambda: bool(working.waiting())
    ),
    "try-drafts": Job(work.try_drafts, _every(2), "work out long dry runs", lambda: bool(trials.waiting())),
    "judge-days": Job(
        work.judge_days,
        _every(300),
        "follow the evidence of days that are over",
        lambda: bool(evidence.due(clock.now())),
    ),
    "compare-audits": Job(
        work.compare_audits, _every(2), "compare large spreadsheets with the CRM", lambda: bool(keeping.waiting())
    ),
    "watch-audits": Job(
        work.watch_audits, _every(60), "close rows of audits that new activities brought", watching.needed
    ),
    "remind-of-ends": Job(
        work.remind_of_ends, _every(600), "tell HR of rules that end soon", lambda: _new_day("remind-of-ends")
    ),
    "find-gaps": Job(work.find_gaps, _daily("2", 20), "find records of which it is not clear whose they are"),
    "write-digests": Job(
        work.write_digests, _every(30), "write weekly letters that are due", lambda: bool(planning.due(clock.now()))
    ),
    "send-letters": Job(work.send_letters, _every(2), "send letters that are due", lambda: sending.needed(clock.now())),
    "write-channels": Job(
        work.write_channels,
        _every(30),
        "write what chats are told about a week",
        lambda: bool(for_channels.due(clock.now())),
    ),
    "post-to-channels": Job(
        work.post_to_channels, _every(2), "post to channels of chats", lambda: sending.needed(clock.now(), chat=True)
    ),
    "poll-feeds": Job(
        work.poll_feeds, _every(60), "ask office suites what they saw", lambda: bool(polling.due(clock.now()))
    ),
    "take-vital-signs": Job(work.take_vital_signs, _daily("4", 20), "take the vital signs of teams"),
    "count-quests": Job(work.count_quests, _daily("4", 40), "count who uses what quests show"),
    "look-at-data": Job(work.look_at_data, _daily("4", 30), "look at what the data says for the diagnosis"),
    "weigh-value": Job(work.weigh_value, _daily("4", 40), "count what the CRM is worth"),
    "gather-practice": Job(work.gather_practice, _daily("4", 50), "see how deals are run by those who agreed"),
    "check-journal": Job(work.check_journal, _daily("3", 0), "verify the chain of the journal"),
    "forget-evidence": Job(
        work.forget_evidence,
        _every(60),
        "delete evidence that is too old",
        lambda: _new_day("forget-evidence") or privacy.left_over(),
    ),
    "note-privacy": Job(work.note_privacy, _every(120), "note changes of what is processed", disclosure.needed),
    "sweep-letters": Job(work.sweep_letters, _daily("3", 43), "delete old letters"),
    "sweep-sign-ins": Job(work.sweep_sign_ins, _daily("3", 47), "delete links and sessions that are over"),
    "sweep-deliveries": Job(work.sweep_deliveries, _daily("*", 23), "delete old deliveries and secrets that ended"),
    "sweep-uploads": Job(work.sweep_uploads, _daily("3", 51), "delete uploads that nobody confirmed"),
    "sweep-audits": Job(
        work.sweep_audits, _every(600), "delete audits whose last day is over", lambda: _new_day("sweep-audits")
    ),
    "remind-of-questions": Job(
        work.remind_of_questions, _daily("6", 10), "tell whoever can answer that questions wait"
    ),
    "sweep-questions": Job(
        work.sweep_questions, _every(600), "delete questions that are too old", lambda: _new_day("sweep-questions")
    ),
    "sweep-runs": Job(work.sweep_runs, _daily("3", 41), "delete rows of old runs"),
}


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
