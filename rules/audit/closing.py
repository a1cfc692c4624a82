"""What becomes of the rows of an audit: the states, the steps of people, what comparing again does, and who earned it.

``found`` and ``twice`` are settled from the beginning; ``open`` and ``put_off`` are still to do; ``imported``,
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
TODO = ("open", "put_off")
CLOSED = ("imported", "confirmed", "not_ours")
SETTLED = ("found", "twice", "agreed")
STATES = (*TODO, *CLOSED, *SETTLED)

NOT_FOUND = ("missing", "probable")  # verdicts that leave something to do
DOES = ("confirm", "differs", "not_ours", "put_off", "again", "agree")
# (state, verdict, what somebody does) → the state after it; nothing else can be done
STEPS: Mapping[tuple[str, str, str], str] = {
    **{(state, "probable", "confirm"): "confirmed" for state in TODO},  # it is this contact
    **{(state, "probable", "differs"): "open" for state in TODO},  # it is not: then it is missing
    **{(state, verdict, "not_ours"): "not_ours" for state in TODO for verdict in NOT_FOUND},  # or never was
    **{("open", verdict, "put_off"): "put_off" for verdict in NOT_FOUND},
    **{(state, verdict, "again"): "open" for state in ("put_off", "confirmed", "not_ours") for verdict in NOT_FOUND},
    ("found", "found", "agree"): "agreed",
}


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
