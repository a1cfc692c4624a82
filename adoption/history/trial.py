"""A draft tried on the past: what it would have given to whom, beside what was in force.

The draft counts as if it had been in force on all days ``[first, last)`` (what its definitions say about ``from`` and
``to`` is left aside), what was in force counts as it was, and both count these days alone: of a period that begins
before the first day or ends after the last, only the days within.  Nothing is written but the archive, which may be
brought up to date (docs/decisions/dry-run.md).
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from itertools import count as numbers
from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import func
from sqlalchemy import select as from_table
from sqlglot import exp
from sqlglot import select

from adoption import facts
from adoption.extensions import db
from adoption.history import archive as archives
from adoption.history import relations
from adoption.history import suspecting
from adoption.history import tracing
from adoption.history import warm
from adoption.history.expressions import col
from adoption.history.questions import History
from adoption.models import Award
from adoption.models import PublishedVersion
from rules.trial import Budgeted
from rules.trial import Counts
from rules.trial import Glance
from rules.trial import Offer
from rules.trial import Share
from rules.trial import Trial
from rules.trial import drafted
from rules.trial import inside
from rules.trial import sums
from rules.trial import suspicions
from rules.trial import worth
from rules.trial.model import PEOPLE
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from threading import Event

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.history.manifest import Archive
    from adoption.history.questions import Due
    from rules.book import Book
    from rules.incentive import Incentive
    from rules.version import Timelines
    from rules.version import Version

    Report = Callable[[int, int], None]

DRAWN = ("issued", "redeemed", "expired", "corrected")
CHOSEN = DRAWN
STEPS = 6  # that are reported


class Asked(NamedTuple):
    """What is tried: the draft, the keys of its incentives, and the days ``[first, last)``."""

    book: Book
    keys: tuple[str, ...]
    first: int
    last: int

    @property
    def days(self) -> tuple[int, int]:
        """The days."""
        return self.first, self.last


def quietly(_done: int, _total: int) -> None:
    """Report progress to nobody."""


def trial(  # noqa: PLR0913  # what is tried, and how one follows it
    book: Book, keys: Iterable[str], first: int, last: int, *, report: Report = quietly, stop: Event | None = None
) -> Trial:
    """Try these incentives of a draft on the days ``[first, last)``, beside what was in force then.

    ``report`` is told how many steps of how many are done; ``stop`` interrupts.  The same input gives the same answer,
    byte for byte (``encoded``).

    Raises:
        CancelledError: it was stopped.
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    asked = Asked(book, tuple(sorted(set(keys))), first, last)
    steps = numbers(1)

    def step() -> None:
        report(next(steps), STEPS)
        if stop is not None and stop.is_set():  # an interruption between two queries is lost
            raise warm.CancelledError

    with archives.snapshot() as (connection, horizon):
        known = facts.at(connection, facts.version_of(connection))
        archive = archives.extend(connection, horizon)
        step()
        with _tried(connection, archive, known, asked, stop) as run:
            return run.whole(step)


def glance(book: Book, keys: Iterable[str], first: int, last: int, *, stop: Event | None = None) -> Glance:
    """Try a draft in short, without what was in force; on the archive as it is, unless nothing is archived yet.

    The scheduler brings the archive up to date every hour, so this may be an hour behind.

    Raises:
        CancelledError: it was stopped.
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    asked = Asked(book, tuple(sorted(set(keys))), first, last)
    archive = archives.as_it_is()
    with db.engine.connect() as connection:
        known = facts.at(connection, facts.version_of(connection))
        with _tried(connection, archive, known, asked, stop) as run:
            return run.short()


def encoded(tried: Trial | Glance) -> bytes:
    """Write a trial as JSON, in one way only."""
    return msgspec.json.encode(tried)


def decoded(written: bytes) -> Trial:
    """Read a trial that ``encoded`` wrote."""
    return msgspec.json.decode(written, type=Trial)


@contextmanager
def _tried(connection: Connection, archive: Archive, known: Known, asked: Asked, stop: Event | None) -> Iterator[_Run]:
    lines = drafted(asked.book, asked.keys, known.timelines, *asked.days)
    owners = relations.credits_owners(lines) or relations.credits_owners(known.timelines)
    with warm.lent(archive, known, owners=owners, stop=stop) as (engine, kept):
        yield _Run(connection, History(engine, known, asked.days, kept), asked, lines)


class _Run:
    """One trial under way."""

    def __init__(self, connection: Connection, history: History, asked: Asked, lines: Timelines) -> None:
        """Take the draft's timelines ``lines`` and the history cut to the days asked for."""
        self.connection = connection
        self.history = history
        self.known = history.known
        self.asked = asked
        self.drafts = {key: versions(key, lines) for key in asked.keys}
        present = {key: versions(key, self.known.timelines) for key in asked.keys}
        self.present = {key: inside(line, *asked.days) for key, line in present.items()}

    def whole(self, step: Callable[[], None]) -> Trial:
        """Return everything there is to say."""
        asked, shares, measured = self.asked, self._shares(), self._measured()
        today = self._side(self.known.book, self.present, shares)[0]
        step()
        draft, dues = self._side(asked.book, self.drafts, shares)
        step()
        tallies, active = self._tallies()
        audience = self._audience()
        step()
        samples = tracing.sample(self.history, dues)
        step()
        lines = sums.lines(today, draft, audience, tallies, self._about)
        budgets = sums.budgets(today, draft, self._others(draft))
        was, now = sums.earning(today.awards()), sums.earning(draft.awards())
        never = tuple(line.holder for line in lines if line.holder in audience and line.holder not in active)
        found = Trial(
            incentives=asked.keys,
            first=asked.first,
            last=asked.last,
            holder=self._holder(),
            metric=measured.counted.metric.key if measured else "",
            audience=len(audience),
            earn_today=len(was),
            earn_draft=len(now),
            today=today.prices.earned(sums.total(today.awards().values())),
            draft=draft.prices.earned(sums.total(draft.awards().values())),
            rewards=sums.rewarded(today, draft),
            budgets=budgets,
            shares=shares,
            concentration_today=sums.concentration(was, len(lines)),
            concentration=sums.concentration(now, len(lines)),
            lines=lines,
            groups=sums.groups(today, draft, lines),
            never=never,
            samples=samples,
            warnings=suspicions.warnings(self._seen(now, len(lines), budgets, len(never))),
        )
        step()
        return found

    def short(self) -> Glance:
        """Return what the builder shows."""
        asked = self.asked
        draft, _ = self._side(asked.book, self.drafts, self._shares())
        return sums.glance((asked.keys, *asked.days, self._holder()), draft, self._audience(), self._others(draft))

    def _side(
        self, book: Book, lines: Mapping[str, Sequence[Version]], shares: Sequence[Share]
    ) -> tuple[sums.Side, list[Due]]:
        """Count what these versions give."""
        counts: list[tuple[Incentive, Counts]] = []
        dues: list[Due] = []
        for line in lines.values():
            for due in self.history.due_to(line):
                dues.append(due)
                by_holder = self._summed(due, "holder")
                counts.append((due.version.incentive, Counts(by_holder, self._summed(due, "period"))))
        return sums.Side(book.rewards, worth.Prices(book.rewards, shares), counts), dues

    def _summed(self, due: Due, by: str) -> dict[int, int]:
        awards = exp.cast(exp.Sum(this=col("due")), "BIGINT")
        query = select(by, exp.alias_(awards, "awards")).from_(due.relation).group_by(by).order_by(by)
        return dict(self.history.engine.all(query))

    def _measured(self) -> Version | None:
        """Return the version whose tallies tell how much a holder did: of the first incentive that counts anything."""
        lines = [*self.drafts.values(), *(line[-1:] for line in self.present.values())]
        return next((one for line in lines for one in line), None)

    def _holder(self) -> str:
        found = self._measured()
        return found.incentive.holder if found else PEOPLE

    def _tallies(self) -> tuple[dict[int, int], set[int]]:
        """Return how much each holder did in the range, and who did anything that counts for any of the incentives."""
        measured, active = self._measured(), set[int]()
        tallies: dict[int, int] = {}
        for version in [one for line in self.drafts.values() for one in line] or ([measured] if measured else []):
            query = self.history.version_tallies(version.counted, "ever", *self.asked.days)
            found = {holder: int(value) for holder, _, value in self.history.engine.all(query)}
            active |= found.keys()
            if version is measured:
                tallies = found
        return tallies, active

    def _audience(self) -> set[int]:
        """Return to whom the draft is offered on at least one of the days; people only while they are employed."""
        found: set[int] = set()
        first, last = self.asked.days
        for version in (one for line in self.drafts.values() for one in line):
            people = version.incentive.holder == PEOPLE
            for holder, *offered in relations.offers(self.known, version.incentive.who):
                if people != (holder > 0):
                    continue
                person = self.known.people[holder] if people else None
                starts = max(first, offered[0], (person and person.hired_on) or first)
                ends = min(last, offered[1], (person and person.left_on) or last)
                if starts < ends:
                    found.add(holder)
        return found

    def _about(self, holder: int) -> tuple[str, str, str]:
        """Return name, team at the end of the range (or the last one in it) and role of a holder."""
        if holder < 0:
            name = self.known.teams[-holder]
            return name, name, ""
        first, last = self.asked.days
        spans = [
            (min(ends, last), self.known.teams[team])
            for starts, ends, team in self.known.memberships.get(holder, ())
            if max(starts, first) < min(ends, last)
        ]
        latest = max((ends for ends, _ in spans), default=0)
        team = min((name for ends, name in spans if ends == latest), default="")
        person = self.known.people[holder]
        return person.name or person.email, team, person.role

    def _shares(self) -> tuple[Share, ...]:
        """Return how people have chosen so far among the rewards that are asked about, by what is offered together."""
        lines = [*self.drafts.values(), *self.present.values()]
        offers = {sums.offer_of(one.incentive) for line in lines for one in line}
        if all(len(offer) == 1 for offer in offers):
            return ()
        table = PublishedVersion
        published = self.connection.execute(
            from_table(table.id, table.incentive, table.starts).where(table.starts < table.ends)
        )
        numbered = {(key, starts): number for number, key, starts in published}
        offered: dict[int, Offer] = {}
        for key in self.known.timelines.incentives:
            for one in versions(key, self.known.timelines):
                offer = sums.offer_of(one.incentive)
                if len(offer) > 1 and offer in offers and (key, one.starts) in numbered:
                    offered[numbered[key, one.starts]] = offer
        query = from_table(Award.version, Award.reward, func.count()).where(
            Award.version.in_(sorted(offered)), Award.reward.is_not(None), Award.status.in_(CHOSEN)
        )
        chosen: Counter[tuple[Offer, str]] = Counter()
        for number, reward, times in self.connection.execute(query.group_by(Award.version, Award.reward)):
            chosen[offered[number], str(reward)] += times
        return worth.shares(chosen, sorted(offers))

    def _others(self, draft: sums.Side) -> dict[tuple[str, int], int]:
        """Return what awards of other incentives really drew on the draft's budgets, in pieces."""
        rewards = {key for incentive, _ in draft.counts for key in incentive.earns}
        limited = sorted(key for key in rewards if key in draft.rewards and draft.rewards[key].budget)
        if not limited:
            return {}
        mine = from_table(PublishedVersion.id).where(PublishedVersion.incentive.in_(self.asked.keys))
        query = from_table(Award.reward, Award.allotment, func.count()).where(
            Award.reward.in_(limited), Award.allotment.is_not(None), Award.status.in_(DRAWN), Award.version.not_in(mine)
        )
        rows = self.connection.execute(query.group_by(Award.reward, Award.allotment))
        return {(str(reward), int(first or 0)): pieces for reward, first, pieces in rows}

    def _seen(self, awards: Mapping[int, int], among: int, budgets: Sequence[Budgeted], never: int) -> suspicions.Seen:
        counted = [one.counted for line in self.drafts.values() for one in line]
        types = suspecting.concerned(counted)
        engine, days = self.history.engine, self.asked.days
        top = min(awards, key=lambda holder: (-awards[holder], holder), default=0)
        return suspicions.Seen(
            sums.concentration(awards, among),
            top,
            among,
            budgets,
            never,
            suspecting.loops(engine, self.known, types, days) if types else (),
            suspecting.bulks(engine, types, days) if types else (),
        )
