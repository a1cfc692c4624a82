"""What is assumed about the value of the roll-out: HR's numbers, or those that stand until somebody gives others."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import journal
from adoption import statements
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.journal import Deed
from adoption.models import ValueAssumption
from rules.rollout.assumptions import BY_KEY
from rules.rollout.assumptions import PARTS
from rules.rollout.assumptions import USUAL
from rules.rollout.assumptions import Assumed
from rules.rollout.assumptions import fault
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.journal import By


class AssumptionError(RefusedError):
    """A number of an assumption is beyond its bounds, or less than the one before it."""

    def __init__(self, key: str, part: str, kind: str) -> None:
        super().__init__(f"{key}, {part}: {kind}")
        self.key = key
        self.part = part
        self.wrong = kind


class AssumedError(ConflictError):
    """Somebody has changed this assumption in the meantime."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class Changed(NamedTuple):
    """When an assumption was changed (UTC microseconds), and by whom."""

    moment: int
    by: int | None


def assumptions(connection: Connection) -> dict[str, Assumed]:
    """Return what is assumed, by key; one query."""
    table = ValueAssumption
    rows = connection.execute(select(table.key, table.low, table.middle, table.high))
    return {**USUAL, **{row.key: Assumed(row.low, row.middle, row.high) for row in rows if row.key in BY_KEY}}


def changes(connection: Connection) -> dict[str, Changed]:
    """Return which assumptions are not as usual, with who changed them last and when; one query."""
    table = ValueAssumption
    rows = connection.execute(select(table.key, table.changed, table.by))
    return {row.key: Changed(row.changed, row.by) for row in rows if row.key in BY_KEY}


def assume(  # noqa: PLR0913  # what, by whom, why, when, on what ground
    connection: Connection,
    given: Mapping[str, Assumed],
    *,
    by: By,
    why: str = "",
    now: int,
    seen: Mapping[str, Assumed] | None = None,
) -> set[str]:
    """Keep other numbers; return the keys of those that are new.  The caller commits.

    What is given as it usually is goes back to being usual.  ``seen`` are numbers that were shown: what was left as it
    was shown changes nothing, whatever another has given meanwhile.

    Raises:
        NotFoundError: there is no such assumption.
        AssumedError: somebody has changed one that was changed here, too; nothing is kept.
        AssumptionError: a number does not do.
    """
    if given.keys() - BY_KEY.keys():
        raise NotFoundError
    for key, one in sorted(given.items()):
        wrong = fault(BY_KEY[key], one)
        if wrong is not None:
            raise AssumptionError(key, *wrong)
    journal.take_turn(connection)  # of two who do so at the same moment, the second sees what the first gave
    before = assumptions(connection)
    shown = before if seen is None else {**before, **seen}
    new = {key: one for key, one in given.items() if one not in {before[key], shown[key]}}
    crossed = next((key for key in sorted(new) if shown[key] != before[key]), None)
    if crossed is not None:
        raise AssumedError(crossed)
    usual = sorted(key for key, one in new.items() if one == USUAL[key])
    rows = [(key, *one, now, by.participant) for key, one in sorted(new.items()) if key not in usual]
    statements.put(connection, "value_assumption", ("key",), (*PARTS, "changed", "by"), rows)
    statements.delete(connection, "value_assumption", ("key",), [(key,) for key in usual])
    deeds = [
        Deed("changed", f"assumption/{key}", _written(before[key]), _written(one)) for key, one in sorted(new.items())
    ]
    journal.write_all(connection, by, deeds, why=why, now=now)
    return set(new)


def _written(one: Assumed) -> dict[str, str]:
    """Return an assumption as the journal keeps it."""
    return {name: text_of_units(value) for name, value in zip(PARTS, one, strict=True)}
