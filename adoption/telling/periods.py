"""Periods in words: ``2026-W48`` is week 48 of 2026, ``2026-11`` is November 2026."""

from __future__ import annotations

from datetime import date

from babel import dates

from adoption import languages
from adoption.languages import gettext
from rules import period as periods


def day(number: int) -> str:
    """Say a local day shortly, as it stands before a full stop: "24 Dec", «24 дек» (which has a dot of its own)."""
    return languages.current().day(number, "short").rstrip(".")


def period(text: str) -> str:
    """Say a period as ``rules.period.text`` writes it."""
    kind, first = periods.parse(text)
    at = date.fromordinal(first)
    tongue = languages.current()
    match kind:
        case "day":
            return tongue.day(first, "full")
        case "week":
            year, week, _ = at.isocalendar()
            return gettext("week %(week)s of %(year)s", week=str(week), year=str(year))
        case "month":
            return dates.format_skeleton("yMMMM", at, locale=tongue.locale)
        case "quarter":
            return gettext("quarter %(quarter)s of %(year)s", quarter=str((at.month + 2) // 3), year=str(at.year))
        case "year":
            return str(at.year)
        case _:
            return gettext("in all")


def short_period(per: str, first: int) -> str:
    """Say a period in a few letters, to stand below a column: "Nov", "Q4", "2026"."""
    at = date.fromordinal(first)
    skeleton = {"month": "LLL", "quarter": "QQQ", "year": "y"}[per]
    return str(dates.format_date(at, skeleton, locale=languages.current().locale)).rstrip(".")
