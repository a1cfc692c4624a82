"""What loading a list did, or would do, and whether stored activities now count differently."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import auth
from adoption import facts
from adoption import journal
from adoption.errors import ConflictError
from adoption.extensions import begin_write
from adoption.journal import Deed
from adoption.models import StoredActivity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.journal import By
    from adoption.people_csv import Fault

MOST_LEAVE = 10  # of a hundred: more than these leave only after being confirmed twice
FEW = 3  # so many may leave in any case
WHY_LENGTH = 500  # characters of a reason that are kept
DONE = {"new": "created", "changed": "changed", "leaves": "left", "removed": "removed"}


class OutdatedError(ConflictError):
    """What is stored has changed since the list was compared with it."""


def begin(based_on: int | None = None) -> Connection:
    """Begin to change the directory: nobody else does, and nobody scores, until the caller commits.

    ``based_on`` is the version of the facts from which what is to be stored was put together.

    Raises:
        OutdatedError: the facts have changed since, so that it would take back what somebody else has stored.
    """
    connection = begin_write()
    facts.exclusive(connection)
    if based_on is not None and facts.version_of(connection) != based_on:
        raise OutdatedError
    return connection


class Told(NamedTuple):
    """Who loads a list, when (UTC microseconds) and why, for the journal.

    ``email`` is their address, if they are a participant; only an ``admin`` gives guarded roles.
    """

    by: By
    now: int
    why: str = ""
    email: str | None = None
    admin: bool = True

    def enter(self, connection: Connection, deed: Deed) -> None:
        """Enter one thing that was done in the journal."""
        journal.write_all(connection, self.by, [deed], now=self.now, why=self.why)


def told(known: Known, why: str, now: int) -> Told:
    """Return whoever asks as the one who loads a list, with a reason in one line."""
    caller = auth.caller()
    asking = known.people.get(caller.participant or 0)
    said = " ".join(why.split())[:WHY_LENGTH]
    return Told(caller.by, now, said, asking.email if asking else None, "admin" in caller.roles)


class Field(NamedTuple):
    """A field before and after, as a file writes it; ``None`` is blank."""

    name: str
    before: str | None
    after: str | None


class Change(NamedTuple):
    """What becomes of a person, a holiday or a wave: ``new``, ``changed``, ``leaves`` or ``removed``.

    ``line`` is that of the file, 0 if it is not in it; ``email`` is a person's.
    """

    kind: str
    participant: int
    line: int
    email: str
    name: str
    fields: tuple[Field, ...]
    about: str = "participant"

    def deed(self, participant: int) -> Deed:
        """Return it for the journal, in which a person has their number and anything else its name."""
        before = None if self.kind == "new" else {one.name: one.before for one in self.fields}
        after = None if self.kind == "removed" else {one.name: one.after for one in self.fields}
        if after is not None and self.email:
            after = {"email": self.email, **after}
        key = participant if self.about == "participant" else self.name
        return Deed(DONE[self.kind], f"{self.about}/{key}", before, after)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many were created, changed, left alone and removed; with faults nothing was stored.

    ``rescore``: stored activities may count differently now, so the job of ``rescoring`` has work.  Of people also how
    many leave, of how many who are ``here``, what changes about whom, and which teams are new.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rescore: bool = False
    faults: tuple[Fault, ...] = ()
    left: int = 0
    here: int = 0
    changes: tuple[Change, ...] = ()
    teams: tuple[str, ...] = ()

    @property
    def braked(self) -> bool:
        """Say whether so many would leave that it has to be confirmed twice."""
        return self.left > max(FEW, self.here * MOST_LEAVE // 100)

    @property
    def mark(self) -> str:
        """Return a mark of all that a list changes: two lists do the same if their marks are equal."""
        told = [
            sorted([one.kind, one.email, one.name, *map(list, one.fields)] for one in self.changes),
            sorted(self.teams),
            [self.created, self.changed, self.removed, self.left, self.rescore],
            [fault.line for fault in self.faults],
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def write_down(
    connection: Connection, loaded: Loaded, by: Told | None, numbers: Mapping[int, int] | None = None
) -> None:
    """Enter all that a list changed in the journal; ``numbers`` are those that new people were given."""
    if by is not None and loaded.changes:
        given = numbers or {}
        deeds = [one.deed(given.get(one.participant, one.participant)) for one in loaded.changes]
        journal.write_all(connection, by.by, deeds, now=by.now, why=by.why)


def refused(faults: Iterable[Fault]) -> Loaded:
    """Return the outcome of a list that is wrong."""
    return Loaded(faults=tuple(sorted(faults, key=lambda fault: fault.line)))


def anything_to_score(connection: Connection) -> bool:
    """Say whether there are activities at all."""
    return connection.execute(select(StoredActivity.bucket).limit(1)).first() is not None


def announce(connection: Connection, *, counts: bool) -> bool:
    """Raise the facts' version; ``counts`` says that the change bears on what activities count for.

    Returns whether there are activities that must be scored again.
    """
    rescore = counts and anything_to_score(connection)
    facts.changed(connection, rescore=rescore)
    return rescore
