"""How long a wave's questions waited for an answer, in words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption.languages import ngettext
from adoption.questions import measuring
from rules import period

if TYPE_CHECKING:
    from rules.questions import Measured

HOUR = timedelta(hours=1)


def of_wave(wave: str, now: int) -> dict[str, Any]:
    """Return how many questions a wave asked and how long answers took: of eight weeks together, and of each."""
    found = measuring.of_wave(wave, now)
    return {
        "together": _said(found.together),
        "weeks": [{"week": languages.current().day(monday, "short"), **_said(one)} for monday, one in found.weeks],
        "hours": {"from": f"{period.HOURS[0] // HOUR}:00", "until": f"{period.HOURS[1] // HOUR}:00"},
    }


def _said(one: Measured) -> dict[str, Any]:
    number = languages.current().number
    return {
        "asked": number(one.asked),
        "told": one.waiting is not None,
        "median": None if one.median is None else working(one.median),
        "tenth": None if one.tenth is None else working(one.tenth),
        "waiting": number(one.waiting or 0),
        "help": number(one.help or 0),
    }


def working(microseconds: int) -> str:
    """Say working time: minutes, hours, or working days of as many hours as are counted of a day."""
    hours = Decimal(microseconds) / (3_600 * period.SECOND)
    day = Decimal((period.HOURS[1] - period.HOURS[0]) / HOUR)
    if hours < 1:
        return ngettext("%(n)s minute", "%(n)s minutes", int(hours * 60))
    if hours < day:
        return ngettext("%(n)s hour", "%(n)s hours", round(hours, 1))
    return ngettext("%(n)s working day", "%(n)s working days", round(hours / day, 1))
