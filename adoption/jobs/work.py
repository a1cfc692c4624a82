"""What each job does: it commits piece by piece, and returns what it did in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select

from adoption import boards
from adoption import budgets
from adoption import clock
from adoption import disclosure
from adoption import evidence
from adoption import journal
from adoption import limits
from adoption import ownership
from adoption import practice
from adoption import privacy
from adoption import quests
from adoption import rescoring
from adoption import rewards
from adoption import rollout
from adoption import signals
from adoption import sunsets
from adoption import trials
from adoption import unscored
from adoption import uploads
from adoption import waiting
from adoption.audits import comparing
from adoption.audits import keeping
from adoption.audits import watching
from adoption.auth import sessions
from adoption.bonuses import working
from adoption.digests import for_channels
from adoption.digests import planning
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import outbox
from adoption.mail import sending
from adoption.models import JobRun
from adoption.questions import keeping as questions
from adoption.signals import polling
from adoption.sources import deliveries
from adoption.sources import registry
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[int, int], None]  # steps done, of all; raises StoppedError when the job has to stop

KEPT = 30 * 86_400 * SECOND  # how long rows of runs are kept
SAID = {
    "sent": "sent",
    "deferred": "put off",
    "failed": "given up",
    "skipped": "skipped",
    "rendered": "written",
    "sending": "in doubt",
}


def rescore(report: Report) -> str:
    """Build the tallies anew until they follow the facts."""
    steps = 0
    while (progress := rescoring.step()) is not None:
        steps += 1
        report(progress.done, progress.total)
    return f"{steps} steps taken" if steps else "the tallies follow the facts"


def score_unscored(report: Report) -> str:
    """Try again to score what could not be scored, each activity alone."""
    done = unscored.retry(unscored.due(clock.now()), clock.now(), report)
    return f"{done.scored} scored, {done.dropped} no longer wanted, {done.failed} failed again"


def release_waiting(_report: Report) -> str:
    """Issue awards for which there is budget or stock again."""
    issued, left = waiting.release(clock.now())
    db.session.commit()
    return f"{issued} issued, {left} still wait"


def watch_budgets(_report: Report) -> str:
    """Note which budgets have passed a threshold, and tell HR by letter."""
    told = budgets.watch(clock.now())
    db.session.commit()
    return f"{told} thresholds passed"


def judge_days(report: Report) -> str:
    """Follow everybody's evidence through the days that can be judged by now."""
    return f"{evidence.run(clock.now(), report)} days judged"


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
    done = rewards.expire(clock.now(), report)
    return f"{done} expired" if done else "nothing expired"


def sweep_runs(_report: Report) -> str:
    """Delete rows of old runs; the last one of each job stays."""
    last = select(func.max(JobRun.id)).group_by(JobRun.job)
    old = delete(JobRun).where(JobRun.started < clock.now() - KEPT, JobRun.id.not_in(last), JobRun.state != "running")
    gone = begin_write().execute(old).rowcount
    db.session.commit()
    return f"{gone} rows deleted"


def work_out_bonuses(report: Report) -> str:
    """Freeze and work out the bonus runs that are too large for a page to wait for, and those that were interrupted."""
    return f"{working.go_on(clock.now(), report)} statements worked out"


def check_journal(_report: Report) -> str:
    """Verify the chain of the journal; the message tells its head, to be kept elsewhere."""
    found = journal.check(clock.now())
    db.session.commit()
    if found.first is not None:
        more = f", and {found.flaws - 1} more places" if found.flaws > 1 else ""
        msg = f"entry {found.first.number}: {found.first.said}{more}"
        raise journal.BrokenChainError(msg)
    return f"the chain of {found.entries} entries is whole; its head is {found.head}"


def try_drafts(report: Report) -> str:
    """Work out the dry runs that are too long for a page to wait for."""
    return f"{trials.work(report, clock.now)} dry runs worked out"


def remind_of_ends(_report: Report) -> str:
    """Tell HR of incentives that end in fourteen or in three days."""
    planned = sunsets.remind(clock.now())
    db.session.commit()
    return f"{planned} letters planned"


def find_gaps(report: Report) -> str:
    """Find records that are nobody's, a leaver's or two people's, and tasks nobody took; close what the CRM settled."""
    done = ownership.find(clock.now(), report)
    return f"{done.open} open: {done.opened} new, {done.again} again; {done.closed} closed"


def write_digests(report: Report) -> str | None:
    """Write the weekly letters that are due, and enter them in the outbox."""
    done = planning.run(clock.now(), report)
    return ", ".join(f"{count} {SAID[state]}" for state, count in sorted(done.items())) or None


def take_vital_signs(report: Report) -> str:
    """Take the vital signs of teams for weeks that are over."""
    return f"{rollout.take(clock.now(), report)} weeks taken"


def count_quests(_report: Report) -> str:
    """Count how many people use what quests show, and delete old choices."""
    rows = quests.count(clock.now())
    gone = quests.sweep(db.session.connection(), clock.now())
    db.session.commit()
    return f"{rows} counts taken, {gone} old choices deleted"


def look_at_data(_report: Report) -> str:
    """Look at what the data says for the diagnosis: where deals break, who buys again, whose records are."""
    found = rollout.look(clock.now())
    db.session.commit()
    return f"{found.deals} deals looked at"


def weigh_value(_report: Report) -> str:
    """Count what the CRM is worth: hours, won deals, customers who buy again."""
    found = rollout.weigh(clock.now())
    db.session.commit()
    return f"{len(found.begun)} waves counted, {found.left_out} left out"


def gather_practice(_report: Report) -> str:
    """Find who is asked how they run a deal, and take the patterns of those who agreed."""
    asked = practice.gather(clock.now())
    db.session.commit()
    return f"{asked} people may be asked"


def remind_of_questions(_report: Report) -> str:
    """Tell whoever can answer that questions wait, once a working day."""
    planned = questions.remind(clock.now())
    db.session.commit()
    return f"{planned} letters planned"


def sweep_questions(report: Report) -> str:
    """Delete questions that are old, and those of whoever has left."""
    return f"{questions.sweep(clock.now(), report)} questions deleted"


def send_letters(report: Report) -> str | None:
    """Render and send the letters that are due."""
    done = sending.run(report)
    return ", ".join(f"{count} {SAID[state]}" for state, count in sorted(done.items())) or None


def write_channels(report: Report) -> str | None:
    """Write what channels of chats are told about a week, and enter it in the outbox."""
    done = for_channels.run(clock.now(), report)
    return ", ".join(f"{count} {SAID[state]}" for state, count in sorted(done.items())) or None


def post_to_channels(report: Report) -> str | None:
    """Post what is due to channels of chats."""
    done = sending.run(report, chat=True)
    return ", ".join(f"{count} {SAID[state]}" for state, count in sorted(done.items())) or None


def poll_feeds(report: Report) -> str:
    """Ask the office suites that are due what they saw of registered workbooks."""
    said = []
    for key in polling.due(clock.now()):
        records, fault = polling.poll(key, clock.now(), report)
        said.append(f"{key}: {records} records" + (f", then {fault}" if fault else ""))
    recognised = signals.recognise(begin_write())
    db.session.commit()
    return "; ".join(said) + (f"; {recognised} signals were given to those they are about" if recognised else "")


def sweep_letters(_report: Report) -> str:
    """Delete letters that were sent or given up long ago."""
    gone = outbox.sweep(clock.now())
    db.session.commit()
    return f"{gone} letters deleted"


def sweep_sign_ins(_report: Report) -> str:
    """Delete links and sessions that open nothing any more, and allowances that are whole again."""
    gone = sessions.sweep(clock.now())
    db.session.commit()
    whole = limits.sweep(clock.now())
    db.session.commit()
    return f"{gone} links and sessions deleted, {whole} allowances"


def sweep_deliveries(_report: Report) -> str:
    """Delete what was in old deliveries, deliveries that are too many, and old secrets that are good no more."""
    emptied, gone = deliveries.sweep(clock.now())
    db.session.commit()
    ended = registry.forget_ended(clock.now())
    db.session.commit()
    return f"{emptied} emptied, {gone} deleted, {ended} old secrets forgotten"


def sweep_uploads(_report: Report) -> str:
    """Delete files whose preview nobody confirmed."""
    gone = uploads.sweep(clock.now())
    db.session.commit()
    return f"{gone} uploads deleted"


def forget_evidence(report: Report) -> str:
    """Delete what is personal about spreadsheet work and too old, all of it when detection is off, and of who left."""
    gone = privacy.forget(clock.now(), report)
    return f"{gone} entries deleted"


def note_privacy(_report: Report) -> str:
    """Note a new version of what is told about processing."""
    version = disclosure.note(clock.now())
    db.session.commit()
    return f"version {version.number}: {version.hash}"


def compare_audits(report: Report) -> str:
    """Compare the sheets that are too large for a page to wait for, and those that were interrupted."""
    return f"{comparing.compare_waiting(clock.now, report)} sheets compared"


def watch_audits(report: Report) -> str:
    """Close rows of audits whose customers new activities brought, and open those whose contact is gone."""
    done = watching.watch(clock.now(), report)
    return f"{done.closed} rows closed, {done.reopened} opened again, {done.likely} probably found"


def sweep_audits(report: Report) -> str:
    """Delete audits whose last day is over, with all rows and files."""
    return f"{keeping.sweep(clock.now(), report)} audits deleted"
