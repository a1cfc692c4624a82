"""What came of a demo, in a few lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import boards
from adoption import exports
from adoption import facts
from adoption.demo.cast import members
from adoption.extensions import db
from adoption.models import Stranger
from rules import period as periods
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adoption.boards import BoardView
    from rules.book import Board

TOP = 5
NARROW = 26  # columns for a name


def lines(day: int) -> Iterator[str]:
    """Yield boards as they stood on a local day, the awards, and what is open."""
    known = facts.current()
    for board in known.book.boards.values():
        yield from _board(board, day)
    yield from _awards()
    yield from _open()


def cast() -> Iterator[str]:
    """Yield whom one may be, and what to try."""
    known = facts.current()
    there = [(known.people[number], one) for one in members() if (number := known.holder_of(one.address)) is not None]
    if there:
        yield "Whom to be, and what to try"
    for person, one in there:
        yield f"  {_padded(person.name)} {one.role}. {one.hint}"
    yield ""


def sample(day: int) -> str:
    """Return the path under which the API shows the first board."""
    view = _view(next(iter(facts.current().book.boards.values())), day)
    return f"boards/{view.key}?period={view.period}"


def _view(board: Board, day: int) -> BoardView:
    """Return a board in the period of that day, or in the one before if nobody is on it yet."""
    first = periods.start(board.per, day)
    view = boards.standings(board.key, period=periods.text(board.per, first), me=None)
    if view.size or board.per == "ever":
        return view
    before = periods.text(board.per, periods.start(board.per, first - 1))
    return boards.standings(board.key, period=before, me=None)


def _board(board: Board, day: int) -> Iterator[str]:
    view = _view(board, day)
    yield f"{view.title}, {view.period} ({view.size} on the board)"
    for line in view.lines[:TOP]:
        yield f"  {line.rank:>3}. {_padded(line.name)} {text_of_units(line.tally):>10}"
    yield ""


def _padded(name: str) -> str:
    wide = sum(1 for letter in name if letter >= "\u2e80")  # these take two columns
    return name + " " * max(0, NARROW - len(name) - wide)


def _awards() -> Iterator[str]:
    statuses: dict[str, Counter[str]] = {}
    for line in exports.awards(None):
        statuses.setdefault(line.incentive, Counter())[line.status] += 1
    yield f"Awards: {sum(one.total() for one in statuses.values())}"
    for key, counts in statuses.items():
        told = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
        yield f"  {_padded(key)} {told}"
    yield ""


def _open() -> Iterator[str]:
    strangers = db.session.execute(select(Stranger.source, Stranger.actor).order_by(Stranger.source, Stranger.actor))
    names = [f"{actor} of {source}" for source, actor in strangers]
    if names:
        yield f"Nobody in the list of people is {', '.join(names[:TOP])}: what they did waits to be credited."
        yield ""
