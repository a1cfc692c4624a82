"""The first run: seven steps from an empty database to the first reward, with what is there and what is missing."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import languages
from adoption import sampledata
from adoption import start
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.mail import links
from adoption.pages import start_words as words
from adoption.pages import ways
from adoption.sampledata import Obstacle
from rules import sample

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response
    from flask.typing import ResponseReturnValue

    from adoption.pages.start_words import Told
    from adoption.start import Seen

bp: Blueprint = Blueprint("start", __name__)
DRY_RUN = re.compile(r"/hr/book/drafts/[0-9]+/dry-run")  # the page that shows what a draft would have done


class Team(NamedTuple):
    """A team that can be invited: its number, its name, how many people are in it today."""

    number: int
    name: str
    people: int


@bp.get("/hr/start")
@permission("start:run", door=SESSION)
def index() -> ResponseReturnValue:
    """Show the list."""
    with facts.held():
        return _index(auth.caller().participant or 0, clock.now())


def _index(me: int, now: int) -> str:
    there = start.seen(me)
    states = start.states(there)
    settled = sum(state != start.OPEN for state in states.values())
    return render_template(
        "start/index.html",
        steps=[_step(key, states[key], there) for key in start.STEPS],
        settled=settled,
        done=sum(state == start.DONE for state in states.values()),
        away=there.kept.get(start.LIST) == start.SKIPPED,
        first=next((key for key, state in states.items() if state == start.OPEN), None),
        teams=_teams(now),
        reachable=links.root() is not None,
        samples=sampledata.is_there(),
        obstacle=_why_not(now),
    )


def _step(key: str, state: str, there: Seen) -> dict[str, Any]:
    """Return a step in words, with the page to which it leads, if this service has it."""
    told: Told = words.STEPS[key](there)
    found = next(((way, address) for way in told.ways if (address := ways.to(way.rule))), None)
    return {
        "key": key,
        "state": state,
        "title": told.title,
        "said": told.said,
        "help": "" if state == start.DONE else told.help,
        "address": found[1] if found else None,
        "word": found[0].word if found else "",
    }


def _teams(now: int) -> list[Team]:
    """Return the teams that can be invited, those of the sample data left out."""
    known = facts.current()
    today = known.today(now)
    sizes: dict[int, int] = dict.fromkeys(known.teams, 0)
    for person in known.people.values():
        if not person.has_left(today):
            for team in known.teams_on(person.id, today):
                sizes[team] += 1
    own = [Team(number, known.teams[number], size) for number, size in sizes.items() if size]
    return sorted((one for one in own if one.name not in sample.TEAMS), key=lambda one: one.name)


def _why_not(now: int) -> str | None:
    """Say why sample data may not come now; ``None`` if it may."""
    said: Mapping[Obstacle, str] = {
        Obstacle.THERE: "",
        Obstacle.AWARDS: gettext(
            "Rewards were earned here already. Sample data would draw on the same budgets, so it cannot come."
        ),
        Obstacle.OLD: gettext("Activities have come in for more than 14 days: your own data tells more than a sample."),
        Obstacle.NAME: gettext("A source or a rule of yours is called as the sample data is, so it cannot come."),
    }
    found = sampledata.obstacle(now)
    return None if found is None else said[found]


# --- what one does on it


@bp.post("/hr/start/steps/<step>")
@permission("start:run", door=SESSION)
def keep(step: str) -> ResponseReturnValue:
    """Put a step or the whole list aside, or take it up again."""
    start.keep(step, skipped=request.form.get("do") != "take up", by=auth.caller().by, now=clock.now())
    db.session.commit()
    return _back(step if step in start.STEPS else None)


@bp.post("/hr/start/letter")
@permission("start:run", door=SESSION)
def letter() -> ResponseReturnValue:
    """Send a letter to whoever asks."""
    planned = start.send_test(auth.caller().participant or 0, languages.current().code, clock.now())
    db.session.commit()
    said = (
        gettext("The letter is on its way. Load this page again to see what became of it.")
        if planned
        else gettext("One is on its way already; wait a minute before you send another.")
    )
    flash(said)
    return _back("letter")


@bp.post("/hr/start/invite")
@permission("start:run", door=SESSION)
def invite() -> ResponseReturnValue:
    """Invite the people of a team, each once."""
    team, now = request.form.get("team", type=int), clock.now()
    if team is None or links.root() is None or team not in {one.number for one in _teams(now)}:
        flash(gettext("Nobody was invited. Choose a team first."))
        return _back("pilot")
    number = start.invite(team, languages.current().code, auth.caller().by, now)
    db.session.commit()
    said = (
        ngettext("%(n)s person is invited.", "%(n)s people are invited.", number)
        if number
        else gettext("Everybody of this team was invited before; nobody gets the same letter twice.")
    )
    flash(said)
    return _back("pilot")


@bp.post("/hr/start/samples")
@permission("start:run", door=SESSION)
def samples() -> ResponseReturnValue:
    """Load the sample data, or remove it."""
    by, now = auth.caller().by, clock.now()
    if request.form.get("do") == "remove":
        try:
            sampledata.remove(by, now)
        except sampledata.JournalledError:
            db.session.rollback()
            said = gettext(
                "A sample person has changed something here, which the journal keeps, so the samples must stay."
            )
            flash(said)
            return _back("samples")
        except sampledata.ComingError:
            db.session.rollback()
            flash(gettext("Sample data is coming in at this moment. Remove it once it is here."))
            return _back("samples")
        db.session.commit()
        flash(gettext("The sample data is gone, and nothing of yours with it."))
        return _back("samples")
    try:
        activities = sampledata.load(by, now)
    except sampledata.NotNowError:
        db.session.rollback()
        flash(gettext("Sample data was not loaded; below it says why."))
        return _back("samples")
    said = ngettext(
        "A sample company with %(n)s activity is here.", "A sample company with %(n)s activities is here.", activities
    )
    flash(said)
    return _back("samples")


def _back(place: str | None) -> ResponseReturnValue:
    return redirect(url_for("start.index", _anchor=place), HTTPStatus.SEE_OTHER)


@bp.after_app_request
def _note_trial(answer: Response) -> Response:
    """Note that somebody has looked at a dry run, which leaves no other trace."""
    if answer.status_code == HTTPStatus.OK and DRY_RUN.fullmatch(request.path):
        start.note_trial(clock.now())
    return answer
