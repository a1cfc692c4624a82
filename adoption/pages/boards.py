"""Leaderboards: the top, oneself and the neighbours; never the bottom."""

from __future__ import annotations

import csv
import hashlib
import io
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import Response
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import boards
from adoption import clock
from adoption import explain
from adoption import facts
from adoption import holders
from adoption import languages
from adoption import preferences
from adoption import telling
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import ForbiddenError
from adoption.languages import gettext
from adoption.pages import comparing
from adoption.pages import places
from adoption.pages import week
from adoption.sheets import safe
from rules import period as periods
from rules import wording
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask.typing import ResponseReturnValue

    from adoption.boards import BoardView
    from adoption.explain import Pace
    from adoption.facts import Known

bp: Blueprint = Blueprint("board", __name__)

REFRESH = 20  # seconds
PODIUM = 3
MOST_PICKS = 4  # choices side by side; more fold away


class Asked(NamedTuple):
    """A board as it is asked for: key, period (``None``: the running one), and the team it is narrowed to."""

    key: str
    period: str | None
    team: int | None
    scope: str | None

    def address(self, *, endpoint: str = "board.show", **other: str | None) -> str:
        """Return the address of this board, with another period, scope or key."""
        given: dict[str, Any] = {"key": self.key, "period": self.period, "scope": self.scope} | other
        return url_for(endpoint, **given)


class Pick(NamedTuple):
    """One of a few to choose from."""

    title: str
    address: str
    chosen: bool


@bp.get("/boards")
@permission("boards:read", door=SESSION)
def index() -> ResponseReturnValue:
    """Go to a board that is asked for, else to the main one; without any, say so."""
    known = facts.current()
    asked = request.args.get("board")
    main = comparing.main_board(known) or next(iter(known.book.boards.values()), None)
    if asked is None and main is None:
        return render_template("board/none.html")
    return redirect(url_for("board.show", key=asked or (main.key if main else "")), HTTPStatus.FOUND)


@bp.get("/boards/<key>")
@permission("boards:read", door=SESSION)
def show(key: str) -> ResponseReturnValue:
    """Show a board; a page that is open already asks for its lines alone, and whether they have changed."""
    asked = _asked(key)
    view = _view(asked, asked.period)
    tag = _tag(view, asked)
    if "X-Fragment" in request.headers:
        return _fragment(asked, view, tag)
    shown = _shown(asked, view, tag)
    return render_template("board/show.html", **shown, **_around(asked, view, shown["before"]))


@bp.get("/boards/<key>/lines.csv")
@permission("boards:read", door=SESSION)
def download(key: str) -> ResponseReturnValue:
    """Hand out the visible lines of a board as a table, to those who lead."""
    if not _may_download():
        msg = "Boards are handed out to those who lead."
        raise ForbiddenError(msg)
    asked = _asked(key)
    view = _view(asked, asked.period)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([gettext("Place"), gettext("Name"), gettext("Alias"), safe(view.metric)])
    for line in view.lines:
        # say: whether a name is an alias
        shown = gettext("yes") if line.alias else gettext("no")
        writer.writerow([line.rank, safe(line.name), shown, text_of_units(line.tally)])
    head = {"Content-Disposition": f'attachment; filename="{view.key}-{view.period}.csv"'}
    return Response("\N{BYTE ORDER MARK}" + out.getvalue(), headers=head, content_type="text/csv; charset=utf-8")


def _may_download() -> bool:
    return (auth.caller().reach("boards:read") or auth.OWN) >= auth.REPORTS


# --- what is asked for


def _asked(key: str) -> Asked:
    known = facts.current()
    scope = request.args.get("scope") or None
    board = known.book.boards.get(key)
    team = _team(known, scope) if scope and not (board and board.holder == "team") else None
    return Asked(key, request.args.get("period") or None, team, f"team:{known.teams[team]}" if team else None)


def _team(known: Known, scope: str) -> int | None:
    """Return the team to which a board is narrowed: ``team`` is one's own, ``team:NAME`` any that one may see.

    Raises:
        ForbiddenError: it is not the caller's to see; also if it does not exist, so that nobody can try names.
    """
    if scope == "team":
        own = known.teams_on(auth.caller().participant or 0, holders.today(known))
        return own[0] if own else None
    holder = known.holder_of(scope) if scope.startswith("team:") else None
    if holder is None or -holder not in holders.teams("boards:read"):
        msg = "You may see your own teams and those you lead."
        raise ForbiddenError(msg)
    return -holder


def _view(asked: Asked, period: str | None) -> BoardView:
    me, code = auth.caller().participant, languages.current().code
    return boards.standings(asked.key, period=period, me=me, language=code, team=asked.team)


# --- what is shown


def _tag(view: BoardView, asked: Asked) -> str:
    """Return what changes whenever the lines do; not with the time at which they were looked at."""
    what = (auth.caller().participant, languages.current().code, asked, view.period, view.running)
    seen = (view.title, view.metric, view.size, view.unseen, view.total, view.lines)
    return hashlib.sha256(repr((what, seen)).encode()).hexdigest()[:20]


def _fragment(asked: Asked, view: BoardView, tag: str) -> Response:
    """Answer with the lines alone, or that they are those the browser has."""
    response = Response()
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-store"
    response.make_conditional(request)
    if response.status_code == HTTPStatus.OK:
        response.set_data(render_template("board/lines.html", **_shown(asked, view, tag)))
    return response


def _shown(asked: Asked, view: BoardView, tag: str) -> dict[str, Any]:
    """Return what the lines are drawn from."""
    before = _before(asked, view)
    return {
        "view": view,
        "asked": asked,
        "tag": tag,
        "refresh": REFRESH,
        "period": _name(view),
        "before": before,
        "began": places.began(view),
        "last_name": places.BEFORE[view.per]() if before else "",
        "podium": PODIUM,
        "change": places.change(view, before),
        "quantity": telling.quantity,
    }


def _name(view: BoardView) -> str:
    """Name the period of a board."""
    today = holders.today(facts.current())
    last = periods.start(view.per, max(periods.EVER, periods.start(view.per, today) - 1))
    return places.name_of(view.per, view.first, running=view.running, before=view.first == last)


def _before(asked: Asked, view: BoardView) -> BoardView | None:
    """Return the same board in the period before a running one."""
    earlier = _earlier(view)
    return _view(asked, earlier) if view.running and earlier else None


def _earlier(view: BoardView) -> str | None:
    """Return the period before, as it is written."""
    if view.per == "ever" or view.first <= periods.EVER:
        return None
    return periods.text(view.per, periods.start(view.per, view.first - 1))


def _around(asked: Asked, view: BoardView, before: BoardView | None) -> dict[str, Any]:
    """Return what stands around the lines."""
    known, who = facts.current(), auth.caller()
    me = who.participant or 0
    board = known.book.boards[asked.key]
    return {
        "headline": places.headline(view, plays=_may_stand(known, asked, me, who.roles)),
        "days": places.days_of(view),
        "had": places.had(view, before),
        "pace": _pace(known, view, board.metric),
        "top": board.top,
        "boards": _boards(known, asked),
        "periods": _periods(known, asked, view),
        "scopes": [] if view.teams else _scopes(known, asked),
        "team": known.teams[asked.team] if asked.team else None,
        "most": MOST_PICKS,
        "me": preferences.of(me),
        "csv": asked.address(endpoint="board.download") if _may_download() and view.lines else None,
    }


def _may_stand(known: Known, asked: Asked, me: int, roles: Collection[str]) -> bool:
    """Say whether somebody may be on a board: they work in the CRM, and belong to the team it is narrowed to."""
    there = asked.team is None or asked.team in known.teams_on(me, holders.today(known))
    return there and week.works_here(me, roles)


def _pace(known: Known, view: BoardView, metric: str) -> Pace | None:
    """Compare the week with the one before up to the same weekday."""
    if view.mine is None or not view.running or view.per != "week":
        return None
    now = clock.now()
    return explain.pace(view.mine.holder, metric, known.today(now), now)


def _boards(known: Known, asked: Asked) -> list[Pick]:
    code = languages.current().code
    return [
        Pick(wording.title_of(one, key, code), url_for("board.show", key=key, scope=asked.scope), key == asked.key)
        for key, one in known.book.boards.items()
    ]


def _periods(known: Known, asked: Asked, view: BoardView) -> list[Pick]:
    """Offer the running period, the one before it, and another one that is looked at."""
    running = periods.start(view.per, holders.today(known))
    found = [Pick(places.RUNNING[view.per](), asked.address(period=None), view.first == running)]
    if view.per == "ever":
        return found
    before = periods.start(view.per, running - 1)
    written = periods.text(view.per, before)
    found.append(Pick(places.BEFORE[view.per](), asked.address(period=written), view.first == before))
    if view.first not in {running, before}:
        found.append(Pick(_name(view), asked.address(), chosen=True))
    return found


def _scopes(known: Known, asked: Asked) -> list[Pick]:
    """Offer everybody, and each team that the caller may see."""
    teams = holders.teams("boards:read")
    return [Pick(gettext("Everybody"), asked.address(scope=None), asked.team is None)] * bool(teams) + [
        Pick(known.teams[team], asked.address(scope=f"team:{known.teams[team]}"), asked.team == team) for team in teams
    ]
