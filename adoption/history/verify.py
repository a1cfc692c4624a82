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
from adoption.history import comparing_awards
from adoption.history.questions import attached
from adoption.history.sides import EXAMPLES
from adoption.history.sides import Sides
from adoption.models import Edition
from adoption.models import Facts
from adoption.models.base import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from sqlalchemy import Connection

COMPARISONS: dict[str, Callable[[Sides], Iterator[int]]] = {
    "milestones": comparing.milestones,
    "tallies": comparing.tallies,
    "awards": comparing_awards.awards,
    "ledger entries": comparing_awards.ledger,
}


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
        known = facts.of(connection)
        differences.compared["activities"] = archive.rows
        differences.waiting = _waiting(connection)
        with attached(archive, known) as history:
            sides = Sides(connection, history, differences.add)
            comparing.activities(sides, archive)
            if differences.waiting is None:
                comparing.unscored(sides)
                for what, compare in COMPARISONS.items():
                    for count in compare(sides):
                        differences.compared[what] = differences.compared.get(what, 0) + count
                        progress(Step(f"comparing {what}", differences.compared[what], 0))
    return differences


def _waiting(connection: Connection) -> str | None:
    """Say why the live tables cannot agree yet, if they cannot."""
    version, rescored = connection.execute(select(Facts.version, Facts.rescored)).one()
    open_editions = (Edition.state == "building") | ((Edition.state == "active") & (Edition.settled < BUCKETS - 1))
    if rescored < version or connection.execute(select(Edition.id).where(open_editions)).first() is not None:
        return "facts have changed and re-scoring is not finished (`flask scheduler` does it); only activities compared"
    return None
