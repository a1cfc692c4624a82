"""Bonuses in words: how far a period is, the state of a statement, and arithmetic in the reader's digits."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from babel import dates
from babel import numbers

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

LONGEST = 5  # digits of a part of a fraction that is shown as it is: 21/31
PLACES = 4  # decimals of one that is not
_NUMBER = re.compile(r"(?P<over>\d+)/(?P<under>\d+)|(?P<plain>\d+(?:\.\d+)?)")

# Messages are called when they are said, so that each reader hears their own language.
SO_FAR: Mapping[str, Callable[[str], str]] = {
    "month": lambda amount: gettext("So far %(amount)s this month.", amount=amount),
    "quarter": lambda amount: gettext("So far %(amount)s this quarter.", amount=amount),
    "year": lambda amount: gettext("So far %(amount)s this year.", amount=amount),
}
AT_PACE: Mapping[str, Callable[[str, str], str]] = {
    "month": lambda amount, pace: gettext(
        "So far %(amount)s this month; at today's pace about %(pace)s.", amount=amount, pace=pace
    ),
    "quarter": lambda amount, pace: gettext(
        "So far %(amount)s this quarter; at today's pace about %(pace)s.", amount=amount, pace=pace
    ),
    "year": lambda amount, pace: gettext(
        "So far %(amount)s this year; at today's pace about %(pace)s.", amount=amount, pace=pace
    ),
}
BEGUN: Mapping[str, Callable[[], str]] = {
    "month": lambda: gettext("A new month has begun. What counts for your bonus shows up here."),
    "quarter": lambda: gettext("A new quarter has begun. What counts for your bonus shows up here."),
    "year": lambda: gettext("A new year has begun. What counts for your bonus shows up here."),
}
NOTHING: Mapping[str, Callable[[], str]] = {
    "month": lambda: gettext("Nothing counts for your bonus yet this month."),
    "quarter": lambda: gettext("Nothing counts for your bonus yet this quarter."),
    "year": lambda: gettext("Nothing counts for your bonus yet this year."),
}
DRAFT: Mapping[str, Callable[[], str]] = {
    "month": lambda: gettext("draft until the month is closed"),
    "quarter": lambda: gettext("draft until the quarter is closed"),
    "year": lambda: gettext("draft until the year is closed"),
}
APPROVED: Mapping[str, Callable[[], str]] = {
    "month": lambda: gettext("approved, draft until the month is closed"),
    "quarter": lambda: gettext("approved, draft until the quarter is closed"),
    "year": lambda: gettext("approved, draft until the year is closed"),
}
LAST: Mapping[str, Callable[[int], str]] = {
    "month": lambda number: ngettext("Last %(n)s month", "Last %(n)s months", number),
    "quarter": lambda number: ngettext("Last %(n)s quarter", "Last %(n)s quarters", number),
    "year": lambda number: ngettext("Last %(n)s year", "Last %(n)s years", number),
}


def so_far(per: str, amount: str, pace: str | None) -> str:
    """Say what the running period comes to so far, and at today's pace where that can be told."""
    return SO_FAR[per](amount) if pace is None else AT_PACE[per](amount, pace)


def begun(per: str, *, first_day: bool) -> str:
    """Say that nothing counts yet in a running period."""
    return BEGUN[per]() if first_day else NOTHING[per]()


def lasts(per: str, number: int) -> str:
    """Name the last so many periods."""
    return LAST[per](number)


def state(per: str, written: str, closed: int | None) -> str:
    """Say the state of a statement; ``closed`` is the local day of the close."""
    if written in {"closed", "exported"} and closed is not None:
        return gettext("closed on %(day)s", day=date(closed))
    if written == "approved":
        return APPROVED[per]()
    return DRAFT[per]() if written == "under review" else gettext("worked out, not under review yet")


def date(day: int) -> str:
    """Write a local day with its year, shortly: "25 Nov 2026"."""
    at = dt.date.fromordinal(day)
    return str(dates.format_skeleton("yMMMd", at, locale=languages.current().locale)).rstrip(".")


def more_of(title: str, units: int) -> str:
    """Say that so many more of a quantity are counted."""
    quoted = wording.quoted(title, languages.current().code)
    return ngettext("%(n)s more for %(title)s", "%(n)s more for %(title)s", units, title=quoted)


def about(amount: int, currency: str) -> str:
    """Write cents rounded to whole units, for what is not exact anyway: €520."""
    locale = languages.current().locale
    pattern = re.sub(r"\.0+", "", locale.currency_formats["standard"].pattern)
    whole = (Decimal(amount) / 100).quantize(Decimal(1))
    return numbers.format_currency(whole, currency, pattern, locale=locale, currency_digits=False)


def formula(written: str) -> str:
    """Write arithmetic in the reader's digits: ``28460.00 × 0.025`` is 28 460,00 × 0,025 in Russian.

    A fraction without an end that is too long to be read stands as its nearest decimal, marked as such.
    """
    return _NUMBER.sub(_number, written.replace("-", "\N{MINUS SIGN}"))


def _number(found: re.Match[str]) -> str:
    if found["plain"]:
        return _written(Decimal(found["plain"]))
    if max(len(found["over"]), len(found["under"])) <= LONGEST:
        return found[0]
    exact = Fraction(int(found["over"]), int(found["under"]))
    nearest = Decimal(round(exact * 10**PLACES)).scaleb(-PLACES).normalize()
    return f"\N{ALMOST EQUAL TO}{_written(nearest)}"


def _written(value: Decimal) -> str:
    """Write a number with all its decimals."""
    places = max(0, -int(value.as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return numbers.format_decimal(value, pattern, locale=languages.current().locale, decimal_quantization=False)
