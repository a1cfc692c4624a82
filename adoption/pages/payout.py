"""Payout curves and distributions as drawings, each with the numbers for the table behind it."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import languages
from rules.bonus import shape
from rules.bonus.components import ONE
from rules.bonus.exact import cents
from rules.bonus.plan import Curve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from adoption.bonuses.outcome import Bar
    from rules.bonus import Component
    from rules.bonus import Plan

# The drawing's own units: wide enough for the amounts at its side, readable on a phone.
WIDTH, HEIGHT = 320, 190
LEFT, RIGHT, TOP, BOTTOM = 52, 308, 12, 160
MOST_TICKS = 4


class Tick(NamedTuple):
    """A mark on an axis: where, and what stands there."""

    at: float
    text: str


class Row(NamedTuple):
    """A row of the table behind a curve: the credit, what it pays, and by how much pay jumps there (0: it does not)."""

    credit: str
    pays: str
    jumps: str


class Drawing(NamedTuple):
    """A curve: its pieces between jumps, the jumps as (x, from y, to y), the ticks, and the table."""

    pieces: Sequence[str]
    jumps: Sequence[tuple[float, float, float]]
    across: Sequence[Tick]
    up: Sequence[Tick]
    rows: Sequence[Row]


class Column(NamedTuple):
    """A group of two columns: where, and how tall, now and then."""

    x: float
    width: float
    now: tuple[float, float]  # y, height
    then: tuple[float, float]
    label: str


class Histogram(NamedTuple):
    """Columns now and then, and the ticks of the number of people."""

    columns: Sequence[Column]
    up: Sequence[Tick]


def decimal(value: Fraction, places: int = 2) -> Decimal:
    """Return a fraction as the nearest decimal of at most so many places, for a person to read."""
    scaled = round(value * 10**places)
    return Decimal(scaled).scaleb(-places).normalize()


def amount(value: Fraction, currency: str) -> str:
    """Write an exact amount, rounded to the cent."""
    return money(cents(value, "half_up"), currency)


def money(value: int, currency: str) -> str:
    """Write cents."""
    return languages.current().money(Decimal(value).scaleb(-2), currency)


def signed(value: int, currency: str) -> str:
    """Write cents with their sign."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{money(abs(value), currency)}"


def credit(component: Component, value: Fraction) -> str:
    """Write a credit; that of a curve whose target is each person's own is a part of the target."""
    tongue = languages.current()
    if isinstance(component.terms, Curve) and isinstance(component.terms.target, str):
        return tongue.gettext("%(n)s %%", n=tongue.number(decimal(value * 100)))
    return tongue.number(decimal(value))


def curve(component: Component, plan: Plan) -> Drawing | None:
    """Draw what a component pays by its credit; ``None`` where that hangs on others."""
    points = shape.curve_of(component, plan)
    if not points:
        return None
    most_x, most_y = points[-1][0], max(pay for _, pay in points)
    most_y = most_y or ONE
    jumps = shape.jumps(points)
    places = [(_x(at, most_x), _y(pay, most_y)) for at, pay in points]
    pieces, piece = [], [places[0]]
    for before, here in pairwise(places):
        if before[0] == here[0]:
            pieces.append(piece)
            piece = []
        piece.append(here)
    pieces.append(piece)
    return Drawing(
        [" ".join(f"{x:.1f},{y:.1f}" for x, y in one) for one in pieces if len(one) > 1],
        [(_x(one.at, most_x), _y(one.below, most_y), _y(one.above, most_y)) for one in jumps],
        [Tick(_x(at, most_x), credit(component, at)) for at in _ticks(most_x)],
        [Tick(_y(pay, most_y), languages.current().number(decimal(pay))) for pay in _ticks(most_y)],
        _rows(component, plan, points, {one.at: one for one in jumps}),
    )


def _rows(
    component: Component, plan: Plan, points: Sequence[shape.Point], jumps: dict[Fraction, shape.Jump]
) -> list[Row]:
    """Return the table behind a curve: each bend and jump once."""
    found = []
    for at in dict.fromkeys(at for at, _ in points):
        jump = jumps.get(at)
        differs = 0 if jump is None else cents(jump.above - jump.below, "half_up")
        pays = amount(shape.pay_of(component, plan, at), plan.currency)
        found.append(Row(credit(component, at), pays, signed(differs, plan.currency) if differs else ""))
    return found


def _x(at: Fraction, most: Fraction) -> float:
    return round(LEFT + (RIGHT - LEFT) * float(at / most), 1)


def _y(pay: Fraction, most: Fraction) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * float(pay / most), 1)


def _ticks(most: Fraction) -> list[Fraction]:
    """Return a few round numbers from zero to the most."""
    step = ONE
    while step * MOST_TICKS < most:
        step *= 10
    while step * MOST_TICKS >= most * 10:
        step /= 10
    step = next(step * part / 10 for part in (1, 2, 5, 10) if step * part / 10 * MOST_TICKS >= most)
    return [step * number for number in range(int(most / step) + 1)]


def histogram(bars: Sequence[Bar], currency: str) -> Histogram:
    """Draw how many get how much, now and then, side by side."""
    most = max((max(one.now, one.then) for one in bars), default=0) or 1
    room = (RIGHT - LEFT) / max(1, len(bars))
    width = max(2.0, room / 2 - 2)
    columns = [
        Column(
            round(LEFT + room * place + 1, 1), round(width, 1), _column(one.now, most), _column(one.then, most),
            amounts(one, currency),
        )
        for place, one in enumerate(bars)
    ]  # fmt: skip  # where it stands, then what it says
    up = [Tick(_y(at, ONE * most), languages.current().number(decimal(at))) for at in _whole_ticks(most)]
    return Histogram(columns, up)


def _column(number: int, most: int) -> tuple[float, float]:
    height = (BOTTOM - TOP) * number / most
    return round(BOTTOM - height, 1), round(height, 1)


def _whole_ticks(most: int) -> list[Fraction]:
    """Return ticks for a number of people: whole ones."""
    return [one for one in _ticks(ONE * most) if one.denominator == 1]


def amounts(bar: Bar, currency: str) -> str:
    """Say between which amounts a bar lies."""
    low, high = (languages.current().number(Decimal(one).scaleb(-2)) for one in (bar.low, bar.high))
    return languages.current().gettext("%(low)s to below %(high)s %(currency)s", low=low, high=high, currency=currency)
