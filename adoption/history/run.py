"""One draft on some days: what it gives to whom, and what the history shows of gaming it."""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select as from_table
from sqlglot import exp
from sqlglot import select

from adoption import awards
from adoption.history import relations
from adoption.history import suspecting
from adoption.history import tracing
from adoption.history.expressions import col
from adoption.models import Award
from adoption.models import PublishedVersion
from rules.period import EVER
from rules.period import SECOND
from rules.trial import Counts
from rules.trial import Glance
from rules.trial import Trial
from rules.trial import inside
from rules.trial import sums
from rules.trial import suspicions
from rules.trial import worth
from rules.trial.model import PEOPLE
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.history.questions import Due
    from adoption.history.questions import History
    from rules.book import Book
    from rules.incentive import Incentive
    from rules.trial import Budgeted
    from rules.trial import Offer
    from rules.trial import Share
    from rules.trial.suspicions import Bulk
    from rules.trial.suspicions import Loop
    from rules.version import Timelines
    from rules.version import Version

DRAWN = ("issued", "redeemed", "expired", "corrected")
CHOSEN = DRAWN
QUARTER = 900 * SECOND  # offsets of zones change at whole quarters of an hour


class Gaming(NamedTuple):
    """What the history shows of gaming: records made and deleted again, rushes."""

    loops: Sequence[Loop]
    bulks: Sequence[Bulk]


NOTHING = Gaming((), ())


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


class Run:
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
            warnings=suspicions.warnings(self._seen(now, len(lines), budgets, len(never), self._gaming() or NOTHING)),
        )
        step()
        return found

    def short(self, until: float) -> Glance:
        """Return what the builder shows; what is not begun before the moment ``until`` (monotonic) is still waiting."""
        asked, audience = self.asked, self._audience()
        draft, _ = self._side(asked.book, self.drafts, self._shares())
        others = self._others(draft)
        now = sums.earning(draft.awards())
        among = audience | now.keys()
        budgets = sums.budgets(sums.Side({}, draft.prices, ()), draft, others)
        never = audience - now.keys() - self._tallies()[1]
        gaming = self._gaming(until)
        seen = self._seen(now, len(among), budgets, len(never), gaming or NOTHING)
        found = (suspicions.warnings(seen), gaming is None)
        return sums.glance((asked.keys, *asked.days, self._holder()), draft, among, budgets, found)

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
        """Return what awards of other incentives really drew, by the draft's budgets, in pieces."""
        rewards = {key for incentive, _ in draft.counts for key in incentive.earns}
        limits = {key: draft.rewards[key].budget for key in sorted(rewards) if key in draft.rewards}
        pers = {key: budget.per for key, budget in limits.items() if budget is not None}
        if not pers:
            return {}
        mine = from_table(PublishedVersion.id).where(PublishedVersion.incentive.in_(self.asked.keys))
        granted = case((Award.period == EVER, Award.granted // QUARTER), else_=0)  # else it is of no account
        group = (Award.reward, Award.period, Award.allotment, granted)
        query = from_table(*group, func.count()).where(
            Award.reward.in_(sorted(pers)), Award.status.in_(DRAWN), Award.version.not_in(mine)
        )
        found: Counter[tuple[str, int]] = Counter()
        for reward, first, allotment, moment, pieces in self.connection.execute(query.group_by(*group)):
            day = awards.drawn_on(self.known, pers[reward], first, int(moment) * QUARTER, allotment)
            found[reward, day] += pieces
        return found

    def _seen(
        self, awards: Mapping[int, int], among: int, budgets: Sequence[Budgeted], never: int, gaming: Gaming
    ) -> suspicions.Seen:
        top = min(awards, key=lambda holder: (-awards[holder], holder), default=0)
        metrics = sorted({one.counted.metric.key for line in self.drafts.values() for one in line})
        return suspicions.Seen(sums.concentration(awards, among), top, among, budgets, never, metrics, *gaming)

    def _gaming(self, until: float = math.inf) -> Gaming | None:
        """Return loops and rushes of what the draft looks at; ``None`` if they cannot be had in time.

        Where everything else was at hand one of the two is looked for all the same, so that asking again leads on.
        """
        types = suspecting.concerned(one.counted for line in self.drafts.values() for one in line)
        if not types:
            return NOTHING
        engine, seen, days = self.history.engine, self.history.kept.seen, self.asked.days
        looks: dict[str, Callable[[], Sequence[Any]]] = {
            "loops": lambda: suspecting.loops(engine, self.known, types, days),
            "bulks": lambda: suspecting.bulks(engine, types, days),
        }
        worked = self.history.derived > 0
        keys = {what: (what, *types, *days) for what in looks}
        for what, look in looks.items():
            if keys[what] not in seen:
                if worked and time.monotonic() > until:
                    return None
                seen[keys[what]] = look()
                worked = True
        return Gaming(seen[keys["loops"]], seen[keys["bulks"]])
