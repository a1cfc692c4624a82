"""The figures of the monthly report to the directors, at a moment: a few queries, and a look at the archive.

The same for every reader, so that what a page shows is what was sent: a report is stored with each letter.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec
from flask import current_app
from sqlalchemy import select

from adoption import evidence
from adoption import facts
from adoption import feed
from adoption import rollout
from adoption.digests import counts
from adoption.digests import spending
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.models import Letter
from rules import period
from rules.digest import directors as rule
from rules.digest import timing
from rules.digest.directors import Effect
from rules.digest.directors import Hours
from rules.digest.directors import Part
from rules.digest.directors import Point
from rules.digest.directors import Report
from rules.digest.directors import Trend
from rules.standing import SMALLEST_GROUP
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Sequence

    from adoption.digests.subscribing import Chosen
    from adoption.evidence.teams import Figures
    from adoption.facts import Known

KIND = "directors"
CENTS = 100
THURSDAY = 3  # days after a Monday: a week belongs to the month in which its Thursday lies
MOST = 12  # incentives whose effect is looked at


@dataclass(frozen=True, slots=True)
class Gathered:
    """A report as it is before anything is left out of it, of which month, and at which moment."""

    known: Known
    now: int
    report: Report


def latest(now: int, chosen: Chosen, participant: int) -> tuple[int, int]:
    """Return the month whose report was due last to somebody, and when it was (UTC microseconds)."""
    known = facts.current()
    month = period.start("month", known.today(now))
    while (moment := due(known, month, chosen, participant)) > now:
        month = period.start("month", month - 1)
    return month, moment


def following(now: int, chosen: Chosen, participant: int) -> tuple[int, int]:
    """Return the month whose report is due next to somebody, and when that is."""
    month = period.end("month", latest(now, chosen, participant)[0])
    return month, due(facts.current(), month, chosen, participant)


def due(known: Known, month: int, chosen: Chosen, participant: int) -> int:
    """Return when the report of a month is due: on a working day after it, by the organisation's calendar and zone."""
    return timing.working_day(
        period.end("month", month), chosen.weekday, chosen.hour, known.zone, known.calendar.works
    ) + timing.jitter(participant)


def gather(month: int, now: int, *, look: bool = True) -> Gathered:
    """Read what the report of a month (its first day) is made of, as it is at a moment in UTC microseconds.

    To ``look`` at effects takes seconds; without, there are those that this process has looked at today.
    """
    known = facts.current()
    whole, teams = _adoption(known, month)
    edges = (counts.midnight(known, month), counts.midnight(known, period.end("month", month)))
    booked = spending.booked(edges)
    report = Report(
        month=month,
        begun=counts.first_day(),
        whole=whole,
        teams=teams,
        costs=spending.costs(known, month, edges),
        points=booked.get("points", 0),
        money={unit: amount * CENTS // UNIT for unit, amount in sorted(booked.items()) if unit != "points" and amount},
        effects=_effects(known, month, known.today(now), look=look),
        bonuses=spending.bonuses(known, month),
        hours=_hours(),
        as_of=counts.as_of(feed.state(now)),
    )
    return Gathered(known, now, report)


def facts_of(found: Gathered, readers: Collection[int]) -> dict[int, Report]:
    """Return the report of each of these readers: all read the same."""
    return dict.fromkeys(readers, found.report)


# --- as it was sent


def kept(found: Report) -> dict[str, object]:
    """Return a report as a letter keeps it."""
    plain: dict[str, object] = msgspec.to_builtins(found)
    return plain


def sent(month: int) -> Report | None:
    """Return the report of a month as it was sent to whoever got it first; one query."""
    query = select(Letter.facts).where(Letter.kind == KIND, Letter.week == month, Letter.html.is_not(None))
    told = db.session.scalar(query.order_by(Letter.id).limit(1))
    if told is None:
        return None
    return msgspec.convert(msgspec.json.decode(told)["report"], Report)


# --- adoption


def _adoption(known: Known, month: int) -> tuple[Trend | None, tuple[Trend, ...]]:
    """Return the months of all teams of five or more, together and by name; one query."""
    months = [month]
    while len(months) < rule.MONTHS:
        months.insert(0, period.start("month", months[0] - 1))
    last = period.end("month", month)
    weeks = range(period.start("week", months[0]), last, counts.WEEK)
    mondays = [one for one in weeks if months[0] <= one + THURSDAY < last]
    by_month: dict[tuple[int, int], list[Figures]] = defaultdict(list)
    for (team, monday), figures in sorted(evidence.figures_of(list(known.teams), mondays).items()):
        if figures.people >= SMALLEST_GROUP:
            by_month[team, period.start("month", monday + THURSDAY)].append(figures)
    teams = tuple(
        Trend(name, tuple(_point(one, by_month.get((team, one), ())) for one in months))
        for team, name in sorted(known.teams.items())
        if by_month.get((team, month))
    )
    whole = [_joined(one, [trend.points[place] for trend in teams]) for place, one in enumerate(months)]
    return (Trend(None, tuple(whole)) if teams else None), teams


def _point(month: int, weeks: Sequence[Figures]) -> Point:
    """Return a team's month: the mean of its weeks, and how many people there were in the last of them."""
    if not weeks:
        return Point(month, 0)
    scores = [one.score for one in weeks if one.score is not None]
    parts = [one.counts["activation"] for one in weeks if "activation" in one.counts]
    part, of = (sum(side) for side in zip(*parts, strict=True)) if parts else (0, 0)
    score = round(sum(map(Fraction, scores)) / len(scores)) if scores else None
    return Point(month, weeks[-1].people, score, round(Fraction(CENTS * part, of)) if of else None)


def _joined(month: int, points: Sequence[Point]) -> Point:
    """Return the month of several teams together: each weighs as much as it has people."""
    people = sum(one.people for one in points)
    return Point(month, people, _weighed(points, "score"), _weighed(points, "active"))


def _weighed(points: Sequence[Point], name: str) -> int | None:
    known = [(one.people, getattr(one, name)) for one in points if getattr(one, name) is not None]
    people = sum(weight for weight, _ in known)
    return round(Fraction(sum(weight * value for weight, value in known), people)) if people else None


# --- what they did


def _effects(known: Known, month: int, today: int, *, look: bool) -> tuple[Effect, ...] | None:
    """Return what incentives for people have done since they began; ``None`` where the archive cannot be read.

    Looked at once a day by each process: it costs a pass over the archive for each.
    """
    key = (known.version, today, month)
    remembered: dict[object, tuple[Effect, ...] | None] = current_app.extensions.setdefault("directors_effects", {})
    if look and key not in remembered:
        remembered.clear()
        remembered[key] = _looked(known, month)
    return remembered.get(key)


def _looked(known: Known, month: int) -> tuple[Effect, ...] | None:
    from adoption.history import effects  # noqa: PLC0415  # its engine takes a while to load

    last = period.end("month", month)
    found: list[Effect] = []
    try:
        for key, incentive in known.book.incentives.items():
            told = effects.effect(key, last) if incentive.holder == "participant" and len(found) < MOST else None
            if told is not None:
                one = told.effect
                found.append(
                    Effect(
                        key=key, title=counts.titles(incentive, key), holder=incentive.holder, verdict=one.verdict,
                        weeks=one.weeks, effect=one.effect, low=one.low, high=one.high,
                    )
                )  # fmt: skip  # a record
    except AdoptionError:  # the archive is damaged, or another process extends it: said as "not measured"
        current_app.logger.warning("The archive cannot be read for the monthly report.", exc_info=True)
        return None
    return tuple(found)


def _hours() -> Hours | None:
    """Return the hours saved as the roll-out estimates them; ``None`` before it was ever counted; two queries."""
    found = rollout.estimate(db.session.connection())
    if found is None:
        return None
    hours = found.hours
    week = hours.week._asdict() if hours.week is not None else {}
    parts = tuple(
        Part(name=one.name, saves=one.saves, **(one.hours._asdict() if one.hours is not None else {}))
        for one in hours.lines
    )
    return Hours(verdict=hours.verdict, weeks=hours.weeks, parts=parts if week else (), **week)
