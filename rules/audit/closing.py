"""What becomes of the rows of an audit: the states, the steps of people, what comparing again does, and who earned it.

``found`` and ``twice`` are settled from the beginning; ``open`` and ``later`` are still to do; ``imported``,
``confirmed`` and ``not_ours`` are closed.  ``agreed``: the CRM says something else than the sheet, and is right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = "spoonful"  # of the activities that closing rows makes; nobody else may send in this name
DOOR = "audit"  # by which they come
TYPE = "audit.row_closed"
TODO = ("open", "later")
CLOSED = ("imported", "confirmed", "not_ours")
SETTLED = ("found", "twice", "agreed")
STATES = (*TODO, *CLOSED, *SETTLED)

# (state, verdict, what somebody does) → the state after it
_PEOPLE: Mapping[tuple[str, str], str] = {
    ("probable", "confirm"): "confirmed",  # it is this contact
    ("probable", "differs"): "open",  # it is not: then it is missing
    ("missing", "not_ours"): "not_ours",  # no customer any more, or never was one
    ("probable", "not_ours"): "not_ours",
    ("missing", "later"): "later",
    ("probable", "later"): "later",
}
STEPS: Mapping[tuple[str, str, str], str] = {
    **{(state, verdict, does): after for (verdict, does), after in _PEOPLE.items() for state in TODO},
    ("found", "found", "agree"): "agreed",
    **{
        (state, verdict, "again"): "open"
        for state in ("later", "confirmed", "not_ours")
        for verdict in ("missing", "probable")
    },
}
DOES = ("confirm", "differs", "not_ours", "later", "again", "agree")


class ImpossibleStepError(ValueError):
    """This row is not in a state in which that can be done."""


def step(state: str, verdict: str, does: str) -> str:
    """Return the state of a row after what somebody did.

    Raises:
        ImpossibleStepError: it cannot be done to such a row.
    """
    after = STEPS.get((state, verdict, does))
    if after is None or (state == "later" and does == "later"):
        raise ImpossibleStepError
    return after


def follow(state: str | None, verdict: str, *, twice: bool, whole: bool = True) -> str:
    """Return the state of a row after it was compared; ``None`` before the first time.

    ``whole``: all contacts were looked at, so that who is missing among them has gone.  What people decided stands,
    but for customers who were there and are missing now: nothing is lost silently.
    """
    if twice and state in {None, "twice", *TODO}:
        return "twice"
    if state in {None, "twice"}:
        return "found" if verdict == "found" else "open"
    if state in TODO:
        return "imported" if verdict == "found" else state
    if verdict == "missing" and whole and state != "not_ours":
        return "open"
    return state


class Closing(NamedTuple):
    """Who closed a row by an activity in the CRM, and how the row came to them; moments are UTC microseconds."""

    counts: bool  # its audit may be rewarded
    opened_by: int | None
    assigned: int | None
    assigned_by: int | None
    assigned_at: int | None
    doer: int | None  # whose activity it was
    time: int  # when it happened


def earned(one: Closing) -> str | None:
    """Return why closing a row earns nothing; ``None`` if it counts.

    Only what was given to somebody by somebody else, and done by themselves after that, so that there is nothing to
    gain from rows that one invents, gives oneself, or enters first and lists afterwards.
    """
    if not one.counts:
        return "does_not_count"
    if one.assigned is None or one.doer != one.assigned:
        return "not_assigned"
    if one.opened_by == one.assigned or one.assigned_by in {None, one.assigned}:
        return "own_doing"
    return "before" if one.time < (one.assigned_at or 0) else None
