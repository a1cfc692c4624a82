"""Incentive versions as they were published: whatever an award was granted for can be shown again."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import facts
from adoption.models import PublishedBook
from adoption.models import PublishedVersion
from rules import wording
from rules.version import MetricVersion
from rules.version import Version
from rules.version import meaning
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.book import Book
    from rules.incentive import Incentive


@dataclass(frozen=True, slots=True)
class Ruling:
    """A published version.  One that was replaced before it took force has no days."""

    id: int
    number: int
    starts: int
    ends: int
    version: Version

    @property
    def incentive(self) -> Incentive:
        """What it promises."""
        return self.version.incentive

    def title(self, language: str) -> str:
        """Return the incentive's title in a language."""
        return wording.title_of(self.incentive, self.incentive.key, language)


def rulings(connection: Connection, known: Known, wanted: Iterable[int]) -> Mapping[int, Ruling]:
    """Return published versions by their number in the database."""
    table = PublishedVersion
    rows = connection.execute(select(table.__table__).where(table.id.in_(sorted(set(wanted))))).all()
    in_force = {
        (key, one.starts): one for key in {row.incentive for row in rows} for one in versions(key, known.timelines)
    }
    found: dict[int, Ruling] = {}
    books: list[Book] = []
    for row in rows:
        version = in_force.get((row.incentive, row.starts)) if row.starts < row.ends else None
        if version is None:
            books = books or _books(connection)
            version = _replaced(books, row.incentive, row.meaning, row.starts)
        found[row.id] = Ruling(row.id, row.number, row.starts, row.ends, version)
    return found


def _books(connection: Connection) -> list[Book]:
    """Return all books, the newest first."""
    return list(map(facts.parsed, connection.scalars(select(PublishedBook.text).order_by(PublishedBook.id.desc()))))


def _replaced(books: Iterable[Book], key: str, means: str, day: int) -> Version:
    """Look in the books for a version that is no longer in force.

    One made of definitions of several books is in none of them; the newest that has its key comes nearest.
    """
    found = [_version(book, key, day) for book in books if key in book.incentives]
    return next((one for one in found if meaning(one) == means), found[0])


def _version(book: Book, key: str, day: int) -> Version:
    incentive = book.incentives[key]
    metric = book.metrics[incentive.metric]
    counted = tuple(book.milestones[kind] for kind in metric.counts if kind in book.milestones)
    return Version(incentive, MetricVersion(metric, counted, day, day), day, day)


def sentence(known: Known, version: Version, language: str) -> str:
    """Say a version as a sentence, with the titles of its own time."""
    counted = version.counted
    metrics = {**known.book.metrics, counted.metric.key: counted.metric}
    milestones = {**known.book.milestones, **{one.key: one for one in counted.milestones}}
    return wording.sentence(version.incentive, replace(known.book, metrics=metrics, milestones=milestones), language)
