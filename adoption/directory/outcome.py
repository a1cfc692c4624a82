"""What loading a list did, and whether stored activities now count differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import facts
from adoption.models import StoredActivity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adoption.people_csv import Fault


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many were created, changed, left alone and removed; with faults nothing was stored.

    ``rescore``: stored activities may count differently now, so the job of ``rescoring`` has work.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rescore: bool = False
    faults: tuple[Fault, ...] = ()


def refused(faults: Iterable[Fault]) -> Loaded:
    """Return the outcome of a list that is wrong."""
    return Loaded(faults=tuple(sorted(faults, key=lambda fault: fault.line)))


def announce(connection: Connection, *, counts: bool) -> bool:
    """Raise the facts' version; ``counts`` says that the change bears on what activities count for.

    Returns whether there are activities that must be scored again.
    """
    rescore = counts and connection.execute(select(StoredActivity.bucket).limit(1)).first() is not None
    facts.changed(connection, rescore=rescore)
    return rescore
