"""Exact numbers: fractions until the end, then one rounding of a declared kind."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

CENT = 100  # cents of one unit of money
MODES = ("half_up", "half_even", "up", "down")


def cents(amount: Fraction, mode: str) -> int:
    """Round an amount of money to whole cents; ``half_up`` and ``up`` go away from zero, ``down`` towards it."""
    numerator, denominator = amount.numerator, amount.denominator
    whole, rest = divmod(abs(numerator) * CENT, denominator)
    rounded = whole + (rest > 0 and _MORE[mode](2 * rest - denominator, whole))
    return rounded if numerator >= 0 else -rounded


# What rounds away from zero, given how much more than a half is left over, and the whole below it.
_MORE: Mapping[str, Callable[[int, int], bool]] = {
    "half_up": lambda beyond, _whole: beyond >= 0,
    "half_even": lambda beyond, whole: beyond > 0 or (beyond == 0 and whole % 2 == 1),
    "up": lambda _beyond, _whole: True,
    "down": lambda _beyond, _whole: False,
}


def money(amount: int) -> Fraction:
    """Return cents as an amount of money."""
    return Fraction(amount, CENT)


def text(value: Fraction) -> str:
    """Write a number: as a plain decimal where it has an end, else as a fraction (``1/3``)."""
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return str(numerator)
    places = _places(denominator)
    if places is None:
        return f"{numerator}/{denominator}"
    digits = f"{abs(numerator) * 10**places // denominator:0{places + 1}d}"
    return f"{'-' if numerator < 0 else ''}{digits[:-places]}.{digits[-places:]}"


@lru_cache(maxsize=4096)
def _places(denominator: int) -> int | None:
    """Return how many decimals a part of this denominator (above 1) has; ``None`` if they have no end."""
    rest = denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    places = 1
    while 10**places % denominator:
        places += 1
    return places


def money_text(amount: int) -> str:
    """Write cents as an amount with two decimals."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // CENT}.{abs(amount) % CENT:02d}"


def number(written: str) -> Fraction:
    """Read what ``text`` writes.

    Raises:
        ValueError: this is no number.
    """
    if len(written) > 200 or "e" in written.lower() or "_" in written:  # noqa: PLR2004  # a number with an end to it
        msg = f"{written[:40]!r} is no plain number"
        raise ValueError(msg)
    whole, point, part = written.partition(".")
    if whole.isdecimal() and (part.isdecimal() or not point):  # nearly all; what Fraction reads is slower
        return Fraction(int(whole + part), 10 ** len(part))
    return Fraction(written)
