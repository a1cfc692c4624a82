"""This week beside the last one up to the same weekday: oneself, the team, and the nearest neighbour on a board."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app

from adoption import boards
from adoption import explain
from adoption import languages
from rules import standing
from rules import wording

if TYPE_CHECKING:
    from adoption.explain import Pace
    from adoption.facts import Known
    from rules.book import Board


class Neighbour(NamedTuple):
    """Who is next above, as they want to be shown, and by how much (ten-thousandths); nobody: one is in front."""

    name: str | None
    gap: int


class Comparison(NamedTuple):
    """How the week goes by the main metric.  The team is left out where it is so small that it would show single ones.

    ``board`` is the key of the main board; a neighbour is one of this week.
    """

    metric: str
    mine: Pace
    team: Pace | None
    team_name: str | None
    board: str | None
    neighbour: Neighbour | None


def of(known: Known, who: int, day: int, now: int) -> Comparison | None:
    """Compare somebody's week on a local day; ``None`` where no metric is kept by the week."""
    board = main_board(known)
    metric = board.metric if board and explain.is_weekly(board.metric) else _weekly(known)
    if metric is None:
        return None
    code = languages.current().code
    team = next((one for one in known.teams_on(who, day) if _size(known, one, day) >= standing.SMALLEST_GROUP), None)
    return Comparison(
        metric=wording.title_of(known.book.metrics.get(metric), metric, code),
        mine=explain.pace(who, metric, day, now),
        team=None if team is None else explain.pace(-team, metric, day, now),
        team_name=None if team is None else known.teams[team],
        board=board.key if board else None,
        neighbour=_neighbour(board, who) if board and board.per == "week" else None,
    )


def main_board(known: Known) -> Board | None:
    """Return the board that is shown first: the first of participants by the week, else the first of participants."""
    own = [one for one in known.book.boards.values() if one.holder == "participant"]
    return next((one for one in own if one.per == "week"), own[0] if own else None)


def _weekly(known: Known) -> str | None:
    """Return the first metric that is kept by the week."""
    return next((key for key in known.book.metrics if explain.is_weekly(key)), None)


def _size(known: Known, team: int, day: int) -> int:
    """Return how many are in a team on a day; counted once for each version of the facts."""
    kept: tuple[int, int, Counter[int]] | None = current_app.extensions.get("team_sizes")
    if kept is None or kept[:2] != (known.version, day):
        here = (one for one in known.memberships if not known.people[one].has_left(day))
        sizes = Counter(number for one in here for number in known.teams_on(one, day))
        kept = current_app.extensions["team_sizes"] = known.version, day, sizes
    return kept[2][team]


def _neighbour(board: Board, who: int) -> Neighbour | None:
    view = boards.standings(board.key, period=None, me=who, language=languages.current().code)
    mine = next((line for line in view.lines if line.me), None)
    if mine is None:
        return None
    above = standing.ahead(view.lines)
    if above is not None:
        return Neighbour(above.name, above.tally - mine.tally)
    return Neighbour(None, 0) if mine.rank == 1 else None
