"""Every change of a flag: one step by hand, or what a night moved, in bulk.  Callers commit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import clock
from adoption import statements
from adoption.flags import telling
from adoption.models import FlagStep
from adoption.models import Help
from adoption.models import StoredFlag
from rules.reliance import cycle
from rules.reliance.cycle import Flag

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

_COLUMNS = ("participant", *Flag._fields)
_HELPED = ("helping", "recovering", "paused", "contested")  # states in which help that was chosen goes on
_NONE = Flag()


class Past(NamedTuple):
    """A step that was taken; ``who`` is a participant, or nobody: the service."""

    day: int
    moment: int
    before: str
    after: str
    does: str
    by: str
    who: int | None
    why: str
    note: str


class _Move(NamedTuple):
    """A step that is taken: of whom, what, from where to where."""

    participant: int
    does: str
    by: str
    who: int | None
    before: Flag
    after: Flag
    note: str = ""


def of(connection: Connection, participants: Iterable[int]) -> dict[int, Flag]:
    """Return the flags of these participants; who is missing is at "none"."""
    return _read(connection, participants, lock=False)


def standing(connection: Connection, states: Collection[str]) -> dict[int, Flag]:
    """Return all flags that are in one of these states, by participant."""
    columns = [getattr(StoredFlag, name) for name in _COLUMNS]
    query = select(*columns).where(StoredFlag.state.in_(states)).order_by(StoredFlag.participant)
    return {row[0]: Flag(*row[1:]) for row in connection.execute(query)}


def past(connection: Connection, participant: int) -> list[Past]:
    """Return the steps that somebody's flag has taken in the last twelve months, in their order."""
    columns = [getattr(FlagStep, name) for name in Past._fields]
    query = select(*columns).where(FlagStep.participant == participant).order_by(FlagStep.id)
    return [Past(*row) for row in connection.execute(query)]


def take(  # noqa: PLR0913  # of whom, what, by whom, when, with what words
    connection: Connection,
    participant: int,
    does: str,
    *,
    by: str,
    who: int | None,
    day: int,
    now: int,
    note: str = "",
) -> Flag:
    """Take one step of somebody's flag; return the flag after it.  The transaction writes, and the caller commits.

    ``by`` is ``person``, ``lead`` or ``service``, ``who`` the participant who does it.

    Raises:
        ImpossibleStepError: there is no such step from where the flag is, or it is not theirs.
    """
    before = _read(connection, [participant], lock=True).get(participant, _NONE)
    after = cycle.taken(before, does, by=by, day=day)
    _store(connection, {participant: after})
    _note(connection, [_Move(participant, does, by, who, before, after, note)], day, now)
    return after


def follow(
    connection: Connection, day: int, moved: Mapping[int, tuple[Flag, str | None]], *, now: int | None = None
) -> Counter[str]:
    """Store what a night found for many: the flag as it is counted for the day, and the service's step, if any.

    The flag is the one *before* the step (``cycle.counted``); where it leads is decided here.  Whose flag was moved by
    a person meanwhile stays as that person left it.  Return how many steps of each kind were taken.

    Raises:
        ImpossibleStepError: there is no such step of the service; nothing is stored.
    """
    now = clock.now() if now is None else now
    there = _read(connection, moved, lock=True)
    after: dict[int, Flag] = {}
    moves: list[_Move] = []
    for participant, (flag, does) in sorted(moved.items()):
        found = there.get(participant, _NONE)
        if (found.state, found.since) != (flag.state, flag.since) and participant in there:
            continue
        after[participant] = flag if does is None else cycle.taken(flag, does, by=cycle.SERVICE, day=day)
        if does is not None:
            moves.append(_Move(participant, does, cycle.SERVICE, None, flag, after[participant]))
    _store(connection, {one: flag for one, flag in after.items() if flag != there.get(one, _NONE)})
    _note(connection, moves, day, now)
    return Counter(move.does for move in moves)


def forget(connection: Connection, before: int) -> int:
    """Delete the steps of days before a local day; return how many.  The caller commits."""
    return connection.execute(delete(FlagStep).where(FlagStep.day < before)).rowcount


def _read(connection: Connection, participants: Iterable[int], *, lock: bool) -> dict[int, Flag]:
    keys = [(one,) for one in sorted(set(participants))]
    rows = statements.find(connection, "flag", ("participant",), _COLUMNS, keys, lock=lock)
    return {row[0]: Flag(*row[1:]) for row in rows}


def _store(connection: Connection, flags: Mapping[int, Flag]) -> None:
    """Write flags; who is back at "none" leaves no row."""
    kept = [(one, *flag) for one, flag in sorted(flags.items()) if flag.state != "none"]
    statements.put(connection, "flag", ("participant",), Flag._fields, kept)
    gone = [(one,) for one, flag in sorted(flags.items()) if flag.state == "none"]
    statements.delete(connection, "flag", ("participant",), gone)


def _note(connection: Connection, moves: list[_Move], day: int, now: int) -> None:
    """Keep each step with its reason and its reader, and end the help of whom it is over for."""
    rows = [
        {
            "participant": move.participant,
            "day": day,
            "moment": now,
            "before": move.before.state,
            "after": move.after.state,
            "does": move.does,
            "by": move.by,
            "who": move.who,
            "why": cycle.STEPS[move.before.state, move.does].why,
            "note": move.note,
        }
        for move in moves
    ]
    if rows:
        connection.execute(insert(FlagStep), rows)
    over = [move.participant for move in moves if move.after.state not in _HELPED]
    if over:
        ends = update(Help).where(Help.participant.in_(over), Help.ended.is_(None))
        connection.execute(ends.values(ended=now))
    telling.of_steps(connection, ((move.participant, move.does) for move in moves), day, now)
