"""Exact numbers: fractions until the end, then one rounding of a declared kind."""

from __future__ import annotations

from fractions import Fraction

CENT = 100  # cents of one unit of money
MODES = ("half_up", "half_even", "up", "down")


def cents(amount: Fraction, mode: str) -> int:
    """Round an amount of money to whole cents; ``half_up`` and ``up`` go away from zero, ``down`` towards it."""
    exact = abs(amount) * CENT
    whole, rest = divmod(exact.numerator, exact.denominator)
    twice = 2 * rest - exact.denominator
    more = {
        "half_up": twice >= 0,
        "half_even": twice > 0 or (twice == 0 and whole % 2 == 1),
        "up": rest > 0,
        "down": False,
    }[mode]
    rounded = whole + more
    return rounded if amount >= 0 else -rounded


def money(amount: int) -> Fraction:
    """Return cents as an amount of money."""
    return Fraction(amount, CENT)


def text(value: Fraction) -> str:
    """Write a number: as a plain decimal where it has an end, else as a fraction (``1/3``)."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = 0
    while value.denominator != 1 and 10**places % value.denominator:
        places += 1
    digits = f"{abs(value.numerator) * 10**places // value.denominator:0{places + 1}d}"
    whole, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    return ("-" if value < 0 else "") + whole + ("." + part if part else "")


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
    return Fraction(written)
