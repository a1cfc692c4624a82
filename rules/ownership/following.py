"""What becomes of a gap from one night to the next: found, decided, shown by the CRM, or open again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.ownership.finding import TWO

if TYPE_CHECKING:
    from rules.ownership.seen import Said

OPEN, DECIDED, RESOLVED, GONE = "open", "decided", "resolved", "gone"
ASSIGN, LEAVE, ASK = "assign", "leave", "ask"
DECISIONS = (ASSIGN, LEAVE, ASK)
FOLLOW = 7  # days in which the CRM is to show what was decided


class Was(NamedTuple):
    """A gap as it was: its kind and state; what was decided, for whom, when (UTC microseconds), on which local day."""

    kind: str
    state: str
    does: str | None = None
    to: int | None = None
    decided: int = 0
    day: int = 0


class Move(NamedTuple):
    """What it is now, and why: ``found``, ``again``, ``unfollowed``, ``shown``, ``otherwise``, ``calm`` or ``ended``.

    ``key`` is the activity that shows it.
    """

    state: str
    why: str
    key: tuple[str, str] | None = None


def moved(was: Was | None, *, found: bool, shown: Said | None, today: int) -> Move | None:
    """Return what becomes of a gap; ``None`` if it stays as it is.

    ``found``: it is there.  ``shown``: what the CRM said last about whose it is, if that is somebody who works here.
    """
    if was is None:
        return Move(OPEN, "found") if found else None
    if was.state in {RESOLVED, GONE}:
        return Move(OPEN, "again") if found else None
    if was.state == OPEN or was.does == LEAVE:
        return None if found else _closed(was, shown)
    return _decided(was, shown, found=found, today=today)


def _decided(was: Was, shown: Said | None, *, found: bool, today: int) -> Move | None:
    """Decide about one of which the CRM was to show what was decided."""
    if shown is not None and was.does == ASSIGN and shown.owner == was.to and shown.time > was.decided:
        return Move(RESOLVED, "shown", shown.key)
    late = today - was.day >= FOLLOW
    if was.kind == TWO and not found:  # two who work side by side are seen only after some days
        return Move(RESOLVED, "calm") if late else None
    if not found:
        return _closed(was, shown)
    return Move(OPEN, "unfollowed") if late else None


def _closed(was: Was, shown: Said | None) -> Move:
    if was.kind == TWO or shown is None:
        return Move(GONE, "ended")
    decided = was.does == ASSIGN and was.to is not None
    return Move(RESOLVED, "otherwise" if decided and shown.owner != was.to else "shown", shown.key)
