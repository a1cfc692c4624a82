"""From which day on a draft holds: sensible days to choose from, and the one that was chosen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import request

from adoption import languages
from adoption.errors import RefusedError
from adoption.languages import gettext
from adoption.pages import book_parts
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adoption.drafts import Draft
    from rules.wording.differing import Difference

OTHER_DAY = "other"
UNDATED = ("reward", "board")  # kinds of which the newest book tells all there is


class Holding(NamedTuple):
    """Whether anything in a draft holds from the moment of publishing, and anything from the day that is chosen.

    ``fresh`` is whether all of that is new, so that nothing that was promised for today becomes less.
    """

    at_once: bool
    dated: bool
    fresh: bool


class Start(NamedTuple):
    """A day on which a draft may take force."""

    value: str
    said: str
    chosen: bool


def chosen(picked: str, other: str, before: int | None) -> int | None:
    """Read the day on which it takes force; ``None``: each definition with its next period.

    Raises:
        RefusedError: another day was wanted, and none was given.
    """
    if "starts" not in request.form:
        return before
    written = other if picked == OTHER_DAY else picked
    if not written and picked != OTHER_DAY:
        return None
    try:
        return date.fromisoformat(written).toordinal()
    except ValueError:
        raise RefusedError(gettext("Choose the day on which it takes force.")) from None


def choices(found: Draft, holds: Holding) -> list[Start]:
    """Return sensible days on which it may take force, and the one that is chosen."""
    today, tongue = book_parts.today(), languages.current()
    days = {gettext("today"): today} if holds.fresh else {}
    days |= {
        gettext("tomorrow"): today + 1,
        gettext("next Monday"): period.following("week", today),
        gettext("the first of next month"): period.following("month", today),
        gettext("the first of next quarter"): period.following("quarter", today),
    }
    iso = {said: date.fromordinal(day).isoformat() for said, day in days.items()}
    own = None if found.starts is None else date.fromordinal(found.starts).isoformat()
    usual = gettext("with the next period of each, as usual")
    shown = [Start("", usual, own is None)]
    for said, day in days.items():
        if all(one.value != iso[said] for one in shown):
            words_of = gettext("%(when)s (%(day)s)", when=said, day=tongue.day(day, "short"))
            shown.append(Start(iso[said], words_of, own == iso[said]))
    other = own is not None and all(not one.chosen for one in shown)
    return [*shown, Start(OTHER_DAY, gettext("another day"), other)]


def holding(changed: Iterable[Difference]) -> Holding:
    """Say what of a draft holds at once and what from a day on; what only follows from another change says nothing."""
    own = [one for one in changed if one.own]
    return Holding(
        at_once=any(one.kind in UNDATED and one.before is not None for one in own),
        dated=not own or any(one.kind not in UNDATED or one.before is None for one in own),
        fresh=bool(own) and all(one.before is None for one in own if one.kind not in UNDATED),
    )


def written(found: Draft) -> str:
    """Return the day that was chosen, as a date field has it."""
    return "" if found.starts is None else date.fromordinal(found.starts).isoformat()
