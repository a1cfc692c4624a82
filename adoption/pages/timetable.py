"""What the service does by itself: every job with its last run, how it ended, and when it runs next."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import jobs
from adoption import journal
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from rules import period
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.jobs import Line

bp: Blueprint = Blueprint("timetable", __name__)
MINUTE = 60
# What each job does.  Messages are called when they are said, so that each reader hears their own language.
WORDS: Mapping[str, Callable[[], str]] = {
    "rescore": lambda: gettext("Counts anew after people, days or rules changed"),
    "score-unscored": lambda: gettext("Counts what could not be counted when it came"),
    "release-waiting": lambda: gettext("Gives out awards that waited for budget or stock"),
    "refresh-boards": lambda: gettext("Ranks large boards anew"),
    "expire-awards": lambda: gettext("Lets rewards expire whose last day is over"),
    "watch-budgets": lambda: gettext("Tells HR of budgets that come to their end"),
    "archive": lambda: gettext("Writes new activities to the archive"),
    "work-out-bonuses": lambda: gettext("Works out bonus runs"),
    "try-drafts": lambda: gettext("Works out long dry runs"),
    "judge-days": lambda: gettext("Looks at the evidence of days that are over"),
    "take-vital-signs": lambda: gettext("Takes the vital signs of teams"),
    "gather-practice": lambda: gettext("Sees how deals are run by those who agreed"),
    "count-quests": lambda: gettext("Counts how many people use what “Show me how” is about"),
    "look-at-data": lambda: gettext("Looks at what the data says for the diagnosis"),
    "weigh-value": lambda: gettext("Counts what the CRM is worth"),
    "poll-feeds": lambda: gettext("Asks office suites for what they noted"),
    "compare-audits": lambda: gettext("Compares large spreadsheets with the CRM"),
    "watch-audits": lambda: gettext("Closes what new activities brought into the CRM"),
    "remind-of-ends": lambda: gettext("Tells HR of rules that end soon"),
    "find-gaps": lambda: gettext("Finds records of which it is not clear whose they are"),
    "write-digests": lambda: gettext("Writes the weekly letters that are due"),
    "send-letters": lambda: gettext("Sends the letters that are due"),
    "write-channels": lambda: gettext("Writes what channels of chats are told about a week"),
    "post-to-channels": lambda: gettext("Posts to channels of chats"),
    "check-journal": lambda: gettext("Checks that nobody changed the journal"),
    "forget-evidence": lambda: gettext("Deletes evidence that is too old"),
    "note-privacy": lambda: gettext("Notes changes of what is processed about people"),
    "sweep-letters": lambda: gettext("Deletes old letters"),
    "sweep-sign-ins": lambda: gettext("Deletes links and sessions that are over"),
    "sweep-deliveries": lambda: gettext("Deletes old deliveries and secrets that ended"),
    "sweep-uploads": lambda: gettext("Deletes uploads that nobody confirmed"),
    "sweep-audits": lambda: gettext("Deletes audits whose last day is over"),
    "remind-of-questions": lambda: gettext("Tells whoever can answer that questions wait"),
    "sweep-questions": lambda: gettext("Deletes questions that are too old"),
    "sweep-runs": lambda: gettext("Deletes the notes of old runs"),
}


def states() -> Mapping[str, tuple[str, str, str]]:
    """Return how each state of a run is called, its picture, and the look of its chip."""
    return {
        "running": (gettext("Running"), "right", "accent"),
        "done": (gettext("Done"), "check", "good"),
        "failed": (gettext("Did not end well"), "cross", "note"),
        "stopped": (gettext("Interrupted, goes on"), "clock", ""),
    }


@bp.get("/timetable")
@permission("jobs:run", door=SESSION)
def index() -> ResponseReturnValue:
    """Show every job."""
    now = clock.now()
    found = [_line(one, now) for one in jobs.lines(now)]
    return render_template("timetable/index.html", lines=found, failed=sum(one["failed"] for one in found))


@bp.post("/timetable/<name>/run")
@permission("jobs:run", door=SESSION)
def run(name: str) -> ResponseReturnValue:
    """Let the scheduler run a job now."""
    if name not in jobs.JOBS:
        raise NotFoundError
    now, connection = clock.now(), begin_write()
    jobs.ask(connection, name, now)
    journal.write(connection, auth.caller().by, "asked for", f"job/{name}", now=now)
    db.session.commit()
    flash(gettext("It runs as soon as the scheduler looks, within a second or two. Load the page again to see it."))
    return redirect(url_for("timetable.index"), HTTPStatus.SEE_OTHER)


def _line(one: Line, now: int) -> dict[str, Any]:
    """Return a job in words."""
    tongue, last = languages.current(), one.last
    said, picture, look = states().get(last.state, (last.state, "info", "")) if last else ("", "", "")
    return {
        "name": one.name,
        "does": WORDS[one.name](),
        "last": last,
        "state": said,
        "picture": picture,
        "look": look,
        "failed": last is not None and last.state == "failed",
        "when": tongue.moment(period.moment(last.started), "short") if last else "",
        "took": _took((last.finished or now) - last.started) if last else "",
        "next": tongue.moment(period.moment(one.following), "short") if one.following else _every(one.every or 0),
        "asked": one.asked is not None,
    }


def _every(seconds: int) -> str:
    if seconds < MINUTE:
        return ngettext("every %(n)s second", "every %(n)s seconds", seconds)
    return ngettext("every %(n)s minute", "every %(n)s minutes", seconds // MINUTE)


def _took(length: int) -> str:
    seconds = length // SECOND
    if seconds < 1:
        return gettext("less than a second")
    if seconds < MINUTE:
        return ngettext("%(n)s second", "%(n)s seconds", seconds)
    return ngettext("%(n)s minute", "%(n)s minutes", seconds // MINUTE)
