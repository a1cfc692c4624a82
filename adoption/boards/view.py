"""A board as one viewer sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption import clock
from adoption import facts
from adoption import preferences
from adoption.boards import among
from adoption.boards import ranking
from adoption.boards import snapshots
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from rules import period as periods
from rules import standing
from rules import wording
from rules.standing import Place
from rules.standing import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.boards.ranking import Ground
    from adoption.facts import Known
    from adoption.preferences import Preferences
    from rules.book import Board
    from rules.standing import Standing

MOST_READ = standing.SMALLEST_GROUP - 1  # so many places are read at least: all of a group that shows its total only


@dataclass(frozen=True, slots=True)
class BoardView:
    """A board as one viewer sees it: visible lines, best first.

    ``size`` counts everybody on it.  ``unseen`` counts those who would have a line here, and prefer not to be shown.
    ``total`` is what a group too small for lines has together, in ten-thousandths; ``None`` elsewhere, and where it
    would tell what one other has alone.  ``metric`` is the title of what is counted, ``first`` the period's first day.
    """

    key: str
    title: str
    period: str
    as_of: datetime
    lines: list[Standing]
    size: int
    unseen: int
    total: int | None
    metric: str
    measure: str
    per: str
    first: int
    running: bool
    teams: bool

    @property
    def small(self) -> bool:
        """Whether so few stand on it that there are no lines but one's own."""
        return not self.teams and standing.is_small(self.size)

    @property
    def mine(self) -> Standing | None:
        """The viewer's own line."""
        return next((line for line in self.lines if line.me), None)

    @property
    def ahead(self) -> Standing | None:
        """The nearest line that has more than the viewer's own."""
        return standing.ahead(self.lines)


class Found(NamedTuple):
    """Places of a board (the top and the neighbourhood at least), of which moment they are, and how many there are."""

    places: list[Place]
    as_of: int
    size: int


class Asked(NamedTuple):
    """What is asked about a board: its period, whose neighbourhood, among whom, and when."""

    first: int
    me: int | None
    team: int | None
    now: int
    today: int


def standings(
    key: str, *, period: str | None, me: int | None, language: str = "en", team: int | None = None
) -> BoardView:
    """Return a board in a period (by default the running one), with the neighbourhood of ``me``.

    Only holders with a tally above zero are on a board.  On a board of teams a participant sees the own team's
    neighbourhood.  ``team`` narrows a board of participants to the present members of that team; whether it may be
    asked for is the caller's to know.  Everybody is shown as they chose.  The number of queries does not depend on the
    number of holders.

    Raises:
        NotFoundError: the book in force has no such board.
        RefusedError: the period is not one by which this board is kept, or a board of teams is asked for one team.
    """
    known = facts.current()
    board = _board(known, key)
    now = clock.now()
    today, teams = known.today(now), board.holder == "team"
    if teams and team is not None:
        msg = f"The board {board.key} is one of teams."
        raise RefusedError(msg)
    first = _first(board, period, today)
    asked = Asked(first, _viewer(known, board, me, first, today), team, now, today)
    found = _find(known, board, asked)
    places = standing.visible(found.places, size=found.size, top=board.top, me=asked.me, teams=teams)
    running = first <= today < periods.end(board.per, first)
    lines = _lines(known, places, asked.me, today if running else None)
    metric = known.book.metrics[board.metric]
    return BoardView(
        key=key,
        title=wording.title_of(board, board.key, language),
        period=periods.text(board.per, first),
        as_of=periods.moment(found.as_of),
        lines=lines,
        size=found.size,
        unseen=len(places) - len(lines),
        total=None if teams else standing.total(found.places, size=found.size, me=asked.me),
        metric=wording.title_of(metric, metric.key, language),
        measure=metric.measure,
        per=board.per,
        first=first,
        running=running,
        teams=teams,
    )


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


def _find(known: Known, board: Board, asked: Asked) -> Found:
    """Return the places that may be visible."""
    connection = db.session.connection()
    ground = ranking.ground_of(connection, known, board, asked.first, asked.today)
    if ground is None:
        return Found([], asked.now, 0)
    if asked.team is not None:
        all_places = among.places(connection, known, ground, asked.team, asked.today)
        return Found(all_places, asked.now, len(all_places))
    rows, as_of, size = _read(connection, ground, max(board.top, MOST_READ), asked.me, asked.now)
    named = ((row, _name(known, row.holder, ground.gone)) for row in rows)
    places = [Place(row.rank, row.position, row.holder, row.value, name) for row, name in named if name is not None]
    return Found(places, as_of, size)


def _name(known: Known, holder: int, gone: int) -> str | None:
    """Return the name to show; ``None`` for somebody who has left, perhaps since a snapshot was taken."""
    if holder < 0:
        return known.teams.get(-holder)
    person = known.people.get(holder)
    return None if person is None or person.has_left(gone) else person.name


def _read(
    connection: Connection, ground: Ground, top: int, me: int | None, now: int
) -> tuple[Iterable[Row[Any]], int, int]:
    """Return the top and the neighbourhood, of which moment, and the size: from a snapshot if one is, or should be."""
    snapshot = snapshots.find(connection, ground)
    if snapshot is not None and not snapshots.is_late(snapshot, now):
        return snapshots.places(connection, ground, top, me), snapshot.taken, snapshot.size
    busy = connection.get_execution_options().get("writes")  # its own transaction would wait for this one for ever
    if busy or (snapshot is None and not ranking.is_large(connection, ground)):
        rows = ranking.live(connection, ground, top, me)
        return rows, now, rows[0].size if rows else 0
    with db.engine.connect().execution_options(writes=True) as own, own.begin():  # nothing of the caller's is committed
        snapshots.refresh(own, ground, now)
        made = snapshots.find(own, ground)
        taken, size = (made.taken, made.size) if made else (now, 0)
        return snapshots.places(own, ground, top, me), taken, size


def _lines(known: Known, places: Iterable[Place], me: int | None, today: int | None) -> list[Standing]:
    """Show everybody as they chose, and who is away on the day ``today``, if it is one of the period's."""
    visible = list(places)
    chosen = preferences.of_all(place.holder for place in visible if place.holder > 0 and place.holder != me)
    return standing.arrange(visible, me=me, shown_as=lambda place: _shown(known, chosen, place, today))


def _shown(known: Known, chosen: Mapping[int, Preferences], place: Place, today: int | None) -> Shown | None:
    """Say as what somebody is shown.  Of an alias it is not told who is away: that would tell who it is."""
    wish = chosen.get(place.holder)
    if wish is not None and wish.shown == "hidden":
        return None
    if wish is not None and wish.shown == "alias" and wish.alias:
        return Shown(wish.alias, alias=True)
    absent = known.absences.get(place.holder, ()) if today is not None else ()
    return Shown(place.name, away=any(starts <= (today or 0) < ends for starts, ends in absent))
