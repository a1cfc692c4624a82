"""The hours that working in the CRM saves, less those that learning and help cost: every line a formula as data.

A line is (a - b) · assumptions ÷ 60: what was counted since the waves began, less what there would have been at the
pace of the weeks before, times what one of it is assumed to be worth.  Its range takes each assumption at its low and
at its high end; that of the whole adds all low ends and all high ends, as if every guess were off to the same side.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules import effect
from rules.rollout import assumptions
from rules.rollout import beside
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.rollout.assumptions import Assumed
    from rules.rollout.beside import Group

MEASURED, ASSUMED, NOT_MEASURED = "measured", "assumption", "not measured"
MEASURES = ("entries", "days", "weeks")  # things recorded by hand; days and weeks with any
HOUR = 60  # minutes


class Term(NamedTuple):
    """A number of a formula: its name, unit and source, and its range in ten-thousandths (``None``: not measured)."""

    name: str
    unit: str
    source: str
    low: int | None
    middle: int | None
    high: int | None


class Range(NamedTuple):
    """Low, middle and high, in ten-thousandths of an hour."""

    low: int
    middle: int
    high: int


class Line(NamedTuple):
    """A part of an estimate: ``counted`` is one term or a difference of two, ``times`` what it is multiplied by.

    ``saves`` is false where the hours are spent.  ``hours`` is ``None`` where a term is not measured.
    """

    name: str
    saves: bool
    counted: tuple[Term, ...]
    times: tuple[Term, ...]
    hours: Range | None


class Count(NamedTuple):
    """How much there was since the waves began, and would have been at the pace before: ten-thousandths."""

    after: int
    as_before: int


class Use(NamedTuple):
    """What was counted of the people who began, over ``weeks`` since the first did.

    ``care`` are weeks of champions and supporters; means are of a person's week, in ten-thousandths.  In ``besides``
    the pace before has grown as that of those who have not begun did; it is ``None`` where these are fewer than five.
    """

    people: int
    weeks: int
    care: int
    counts: dict[str, Count]
    means: dict[str, beside.Means]
    besides: dict[str, Count] | None = None


class Hours(NamedTuple):
    """Hours saved since the first wave began, and in a week of these without what is spent once; with their lines.

    The verdict is about the week.  ``besides`` is a week less what those who have not begun gained in the same weeks,
    ``None`` where there are fewer than five of these.
    """

    verdict: str
    lines: tuple[Line, ...]
    weeks: int
    total: Range | None
    week: Range | None
    besides: Range | None = None


class _Part(NamedTuple):
    name: str
    measure: str
    times: tuple[str, ...]
    saves: bool = True
    once: bool = False


PARTS: tuple[_Part, ...] = (
    _Part("double-entry", "entries", ("elsewhere", "double-entry")),
    _Part("look-up", "days", ("look-up",)),
    _Part("report", "weeks", ("report",)),
    _Part("learning", "people", ("learning",), saves=False, once=True),
    _Part("help", "care", ("help",), saves=False),
)


def used(groups: Iterable[Group], care: Mapping[str, int]) -> tuple[Use | None, str | None]:
    """Add up what groups did; ``care`` says how many people care for each wave.

    Returns nothing, and why, where too little is known.
    """
    found, why = beside.usable(groups)
    if why is None and not any(one.before for group in found for one in group.mine["entries"]):
        why = beside.UNKNOWN
    if why is not None:
        return None, why
    counts = {measure: _count(found, measure) for measure in MEASURES}
    means = {measure: told for measure in MEASURES if (told := beside.means(found, measure)) is not None}
    weeks = sum(one.people * one.after for one in found)
    return Use(
        people=sum(one.people for one in found),
        weeks=max(one.after for one in found),
        care=sum(one.after * care.get(one.wave, 0) for one in found),
        counts=counts,
        means=means,
        besides=_besides(counts, means, weeks),
    ), None


def _besides(counts: Mapping[str, Count], means: Mapping[str, beside.Means], weeks: int) -> dict[str, Count] | None:
    """Return counts whose pace before has grown as that of the others did; ``weeks`` are those of all people."""
    found = {}
    for measure, (after, as_before) in counts.items():
        told = means[measure]
        if told.others_before is None or told.others_after is None:
            return None
        found[measure] = Count(after, as_before + weeks * (told.others_after - told.others_before))
    return found


def _count(groups: Sequence[Group], measure: str) -> Count:
    after = sum(one.after for group in groups for one in group.mine[measure])
    pace = sum(
        (Fraction(one.before * group.after, group.before) for group in groups for one in group.mine[measure]),
        Fraction(),
    )
    return Count(after, effect.near(pace))


def estimate(use: Use | None, why: str | None, assumed: Mapping[str, Assumed]) -> Hours:
    """Return the hours that are saved, whole and by week, by what is assumed."""
    lines = tuple(_line(part, use, assumed) for part in PARTS)
    if use is None:
        return Hours(why or beside.UNKNOWN, lines, 0, None, None)
    week = _week(use, lines)
    verdict = beside.MORE if week.low > 0 else beside.LESS if week.high < 0 else beside.NONE
    besides = None
    if use.besides is not None:
        besides = _week(use, [_line(part, use._replace(counts=use.besides), assumed) for part in PARTS])
    return Hours(verdict, lines, use.weeks, _sum(lines), week, besides)


def _week(use: Use, lines: Iterable[Line]) -> Range:
    running = _sum(one for one, part in zip(lines, PARTS, strict=True) if not part.once)
    return Range(*(effect.near(Fraction(one, use.weeks)) for one in running))


def _sum(lines: Iterable[Line]) -> Range:
    known = [one.hours for one in lines if one.hours is not None]
    return Range(*(sum(one[end] for one in known) for end in range(len(assumptions.PARTS))))


def _line(part: _Part, use: Use | None, assumed: Mapping[str, Assumed]) -> Line:
    counted = _counted(part, use)
    times = tuple(
        Term(name, assumptions.BY_KEY[name].unit, ASSUMED, *assumed.get(name, assumptions.USUAL[name]))
        for name in part.times
    )
    values = [one.middle for one in counted if one.middle is not None]
    if len(values) < len(counted):
        return Line(part.name, part.saves, counted, times, None)
    quantity = Fraction(values[0] - sum(values[1:]), UNIT) * (1 if part.saves else -1)
    ends = [effect.near(quantity * _product(times, end) * UNIT / HOUR) for end in range(len(assumptions.PARTS))]
    return Line(part.name, part.saves, counted, times, Range(min(ends), ends[1], max(ends)))


def _product(times: Sequence[Term], end: int) -> Fraction:
    """Return the product of assumptions at one end; percentages are parts of one."""
    found = Fraction(1)
    for one in times:
        value = (one.low, one.middle, one.high)[end] or 0
        found *= Fraction(value, UNIT) / (100 if one.unit == assumptions.PERCENT else 1)
    return found


def _counted(part: _Part, use: Use | None) -> tuple[Term, ...]:
    names = (part.measure,) if part.measure in {"people", "care"} else (part.measure, f"{part.measure}-before")
    if use is None:
        return tuple(Term(name, part.measure, NOT_MEASURED, None, None, None) for name in names)
    values = {"people": (use.people * UNIT,), "care": (use.care * UNIT,)}.get(part.measure) or use.counts[part.measure]
    return tuple(Term(name, part.measure, MEASURED, *[value] * 3) for name, value in zip(names, values, strict=True))
