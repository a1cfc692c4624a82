"""Score a batch: what is new is counted, what is gone is taken back."""

from __future__ import annotations

from collections import Counter as Tallied
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from adoption import awards
from adoption import facts
from adoption import inforce
from adoption import statements
from adoption.models import bucket_of
from adoption.scoring import counting
from adoption.scoring import milestones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.inforce import InForce
    from rules.activity import Activity

ALL = 255  # the last bucket
UNSCORED = ("bucket", "source", "id")


LONGEST_REASON = 1_000  # characters


class ScoringError(Exception):
    """A rule failed on a batch; the message says how."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a transaction scores with: the facts, and what is in force in the active edition and one being built."""

    known: Known
    editions: tuple[tuple[InForce, int, bool], ...]  # force, last bucket in it, whether people see it


@dataclass(slots=True)
class Notes:
    """What scoring noticed: values that a sum could not read, by source."""

    unreadable: Tallied[str] = field(default_factory=Tallied)


def prepare(connection: Connection) -> Stage:
    """Look up the facts and compile what is in force, in the running transaction (which holds the facts still)."""
    version, editions = facts.header(connection)
    known = facts.at(connection, version)
    return Stage(
        known,
        tuple(
            (inforce.of(connection, known, number), ALL if state == "active" else cursor, state == "active")
            for number, state, cursor in editions
        ),
    )


def score(connection: Connection, stage: Stage, new: Sequence[Activity], gone: Sequence[Activity], now: int) -> Notes:
    """Score a batch in every edition it belongs to.

    Raises:
        ScoringError: a rule failed; the caller rolls back, stores the batch again and calls ``park``.
    """
    notes = Notes()
    if not new and not gone:
        return notes
    gone = _unlisted(connection, gone) if gone else gone
    try:
        for force, until, active in stage.editions:
            came, went = _within(new, until), _within(gone, until)
            changes = apply(connection, stage.known, force, came, went, until, notes, now)
            if active:
                awards.follow(connection, stage.known, force, changes, now)
    except DBAPIError:
        raise  # the database's own trouble: nothing is stored, the sender tries again
    except Exception as error:  # whatever a rule does wrong, the activities are kept
        raise ScoringError(f"{type(error).__name__}: {error}"[:LONGEST_REASON]) from error
    return notes


def park(connection: Connection, new: Sequence[Activity], gone: Sequence[Activity], reason: str, now: int) -> None:
    """List activities as unscored, with the reason; a job tries each of them again."""
    gone = _unlisted(connection, gone) if gone else gone
    rows = sorted((bucket_of(*one[:2]), *one[:2], reason, now, 0) for one in new)
    statements.insert_new(connection, "unscored", (*UNSCORED, "reason", "since", "tries"), rows)
    if gone:  # what they added is still counted
        facts.fall_behind(connection)


def apply(  # noqa: PLR0913, PLR0917  # the facts of one step, each of them needed
    connection: Connection,
    known: Known,
    force: InForce,
    new: Sequence[Activity],
    gone: Sequence[Activity],
    until: int,
    notes: Notes,
    now: int,
) -> list[inforce.Change]:
    """Count new activities, and take back gone ones, in one edition; return the tallies that changed."""
    increments = counting.Increments(strangers=_strangers(known, new))
    by_type = force.by_type
    for activities, sign in ((new, 1), (gone, -1)):
        for activity in activities:
            counters = by_type.get(activity.type)
            if counters:
                counting.count(increments, known, counters, activity, sign, (activity.source, activity.actor))
    for track, sign, derived, credited in milestones.follow(connection, known, force, new, gone, until):
        counting.count(increments, known, force.by_track[track], derived, sign, credited)
    changes = counting.write(connection, force, known, increments)
    if increments.strangers:
        rows = sorted((*key, now) for key in increments.strangers)
        statements.insert_new(connection, "stranger", ("source", "actor", "seen"), rows)
    notes.unreadable.update(increments.unreadable)
    return changes


def _strangers(known: Known, activities: Sequence[Activity]) -> set[tuple[str, str]]:
    """Return whom nobody knows, also where no rule counts what they did: who they are is asked before there is one."""
    actors = {(one.source, one.actor) for one in activities if one.actor is not None}
    return {(source, actor) for source, actor in actors if known.participant_of(source, actor) is None}


def _within(activities: Sequence[Activity], until: int) -> Sequence[Activity]:
    return activities if until >= ALL else [one for one in activities if bucket_of(*one[:2]) <= until]


def _unlisted(connection: Connection, gone: Sequence[Activity]) -> list[Activity]:
    """Leave out what was never scored; it need not be any more."""
    keys = [(bucket_of(*one[:2]), *one[:2]) for one in gone]
    listed = {(row[1], row[2]) for row in statements.find(connection, "unscored", UNSCORED, UNSCORED, sorted(keys))}
    if listed:
        statements.delete(connection, "unscored", UNSCORED, sorted(key for key in keys if key[1:] in listed))
    return [one for one in gone if one[:2] not in listed]
