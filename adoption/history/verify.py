"""The live state against the history: everything is found anew by a second road and compared.

What the database says is streamed into DuckDB and compared there; only differences come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption.history import archive as archives
from adoption.history import comparing
from adoption.history.questions import attached
from adoption.models import Edition
from adoption.models import Facts
from adoption.models.base import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

EXAMPLES = 10  # of each kind of difference


class Step(NamedTuple):
    """What a verification is doing, and how far it is; a total of 0 is not known."""

    doing: str
    done: int
    total: int


@dataclass(slots=True)
class Kind:
    """Differences of one kind: how many, and some of them in words."""

    count: int
    examples: list[str]


@dataclass(slots=True)
class Differences:
    """What was compared, and what differs.  ``waiting`` says why nothing could be compared yet."""

    compared: dict[str, int] = field(default_factory=dict)
    found: dict[str, Kind] = field(default_factory=dict)
    waiting: str | None = None

    @property
    def clean(self) -> bool:
        """Say whether everything is as it should be."""
        return not self.found and self.waiting is None

    def add(self, kind: str, count: int, examples: list[str]) -> None:
        """Note differences of a kind."""
        if count:
            known = self.found.setdefault(kind, Kind(0, []))
            known.count += count
            known.examples += examples[: EXAMPLES - len(known.examples)]

    def lines(self) -> list[str]:
        """Put all of it in words, one line each."""
        said = [self.waiting] if self.waiting else []
        for kind, one in self.found.items():
            said.append(f"{one.count} {kind}:" if one.count <= len(one.examples) else f"{one.count} {kind}, such as:")
            said += [f"  {example}" for example in one.examples]
        return said


def ignore(_step: Step) -> None:
    """Report progress to nobody."""


def verify(progress: Callable[[Step], None] = ignore) -> Differences:
    """Bring the archive up to date, find everything anew and compare it with the live tables, as of one moment.

    Raises:
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    with archives.snapshot() as (connection, horizon):
        differences = Differences()
        if connection.execute(select(Facts.id)).first() is None:
            return differences
        archive = archives.extend(
            connection, horizon, lambda done, total: progress(Step("archiving activities", done, total))
        )
        progress(Step("reading the archive", 0, archive.rows))
        archives.check(archive)
        known = facts.at(connection, facts.version_of(connection))
        differences.compared["activities"] = archive.rows
        differences.waiting = _waiting(connection)
        with attached(archive, known) as history:
            comparison = comparing.Comparison(connection, history, differences.add, EXAMPLES)
            comparison.activities(archive)
            if differences.waiting is None:
                for doing, count in comparison.derived():
                    differences.compared[doing] = differences.compared.get(doing, 0) + count
                    progress(Step(f"comparing {doing}", differences.compared[doing], 0))
    return differences


def _waiting(connection: Connection) -> str | None:
    """Say why the live tables cannot agree yet, if they cannot."""
    version, rescored = connection.execute(select(Facts.version, Facts.rescored)).one()
    open_editions = (Edition.state == "building") | ((Edition.state == "active") & (Edition.settled < BUCKETS - 1))
    if rescored < version or connection.execute(select(Edition.id).where(open_editions)).first() is not None:
        return "facts have changed and re-scoring is not finished (`flask scheduler` does it); only activities compared"
    return None
