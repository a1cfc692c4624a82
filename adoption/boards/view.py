"""A board as one viewer sees it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption import facts
from adoption.boards import ranking
from adoption.boards import snapshots
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from rules import period as periods
from rules import standing
from rules import wording

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.boards.ranking import Ground
    from adoption.facts import Known
    from rules.book import Board
    from rules.standing import Standing


@dataclass(frozen=True, slots=True)
class BoardView:
    """A board as one viewer sees it: visible lines, best first.  ``size`` counts everybody on it."""

    key: str
    title: str
    period: str
    as_of: datetime
    lines: list[Standing]
    size: int


class Found(NamedTuple):
    """The visible places, of which moment they are, and how many there are in all."""

    rows: list[Row[Any]]
    as_of: int
    size: int


def standings(key: str, *, period: str | None, me: int | None, language: str = "en") -> BoardView:
    """Return a board in a period (by default the running one), with the neighbourhood of ``me``.

    Only holders with a tally above zero are on a board.  On a board of teams a participant sees the own team's
    neighbourhood.  The number of queries does not depend on the number of holders.

    Raises:
        NotFoundError: the book in force has no such board.
        RefusedError: the period is not one by which this board is kept.
    """
    known = facts.current()
    board = _board(known, key)
    now = time.time_ns() // 1000
    first = _first(board, period, known.today(now))
    viewer = _viewer(known, board, me, first, known.today(now))
    connection = db.session.connection()
    ground = ranking.ground_of(connection, known, board, first, known.today(now))
    found = _read(connection, ground, board.top, viewer, now) if ground else Found([], now, 0)
    gone = ground.gone if ground else 0
    named = ((row, _name(known, row.holder, gone)) for row in found.rows)
    places = [standing.Place(row.rank, row.holder, row.value, name) for row, name in named if name is not None]
    lines = standing.arrange(places, me=viewer, shown_as=lambda place: place.name)
    title, written = wording.title_of(board, board.key, language), periods.text(board.per, first)
    return BoardView(key, title, written, periods.moment(found.as_of), lines, found.size)


def _board(known: Known, key: str) -> Board:
    board = known.book.boards.get(key)
    if board is None:
        msg = f"There is no board {key[:80]!r}; the book has {', '.join(sorted(known.book.boards)) or 'none'}."
        raise NotFoundError(msg)
    return board


def _first(board: Board, period: str | None, today: int) -> int:
    """Return the first day of the period that is asked for."""
    if period is None:
        return periods.start(board.per, today)
    try:
        kind, first = periods.parse(period)
    except ValueError as error:
        raise RefusedError(str(error)) from None
    if kind != board.per:
        msg = f"The board {board.key} is kept by the {board.per}; {period} is another kind of period."
        raise RefusedError(msg)
    return first


def _viewer(known: Known, board: Board, me: int | None, first: int, today: int) -> int | None:
    """Return the holder whose neighbourhood is shown: on a board of teams the participant's own team."""
    if me is None or (me < 0) == (board.holder == "team"):
        return me
    if me < 0:
        return None
    teams = known.teams_on(me, max(first, min(today, periods.end(board.per, first) - 1)))
    return -teams[0] if teams else None


def _name(known: Known, holder: int, gone: int) -> str | None:
    """Return the name to show; ``None`` for somebody who has left, perhaps since a snapshot was taken."""
    if holder < 0:
        return known.teams.get(-holder)
    person = known.people.get(holder)
    if person is None or (person.left_on is not None and person.left_on <= gone):
        return None
    return person.name


def _read(connection: Connection, ground: Ground, top: int, me: int | None, now: int) -> Found:
    """Return the top and the neighbourhood, from a snapshot if there is one or should be."""
    snapshot = snapshots.find(connection, ground)
    if snapshot is not None and not snapshots.is_late(snapshot, now):
        return Found(snapshots.places(connection, ground, top, me), snapshot.taken, snapshot.size)
    busy = connection.get_execution_options().get("writes")  # its own transaction would wait for this one for ever
    if busy or (snapshot is None and not ranking.is_large(connection, ground)):
        rows = ranking.live(connection, ground, top, me)
        return Found(rows, now, rows[0].size if rows else 0)
    with db.engine.connect().execution_options(writes=True) as own, own.begin():  # nothing of the caller's is committed
        snapshots.refresh(own, ground, now)
        made = snapshots.find(own, ground)
        taken, size = (made.taken, made.size) if made else (now, 0)
        return Found(snapshots.places(own, ground, top, me), taken, size)
