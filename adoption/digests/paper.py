"""What all regular letters are made with: their bytes, where their links lead, and days as readers say them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from babel import dates
from flask import current_app

from adoption import languages
from adoption.languages import gettext
from adoption.mail import links
from adoption.mail import rendering

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from adoption.languages import Tongue


class Written(NamedTuple):
    """What a letter says, and what later letters and pages want to know of it."""

    subject: str
    text: str
    html: str
    facts: Mapping[str, Any]
    language: str


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the links of a letter lead; ``first`` is the first day of the week or month that it tells of."""

    participant: int
    first: int
    kind: str

    @property
    def counted(self) -> str:
        """What is counted."""
        return links.to("about.counted")

    @property
    def stop(self) -> str:
        """The way out."""
        return links.stop(self.participant, self.kind)

    @property
    def view(self) -> str:
        """The letter itself, for a browser."""
        return links.to("letters_out.view", token=links.signed("view", self.participant, self.kind, self.first))

    def record(self, name: str) -> str:
        """Return the page of a record."""
        return links.to("why.record", record=name)

    def page(self, endpoint: str, **values: object) -> str:
        """Return a page of ours."""
        return links.to(endpoint, **values)


def printed(template: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return a letter's text and its page, in the language that is being spoken."""
    templates = current_app.jinja_env
    named = current_app.extensions["settings"].organisation_name
    common = {"organisation": named, "heading": heading, "labelled": labelled}
    text = templates.get_template(f"mail/{template}.txt").render(common, **values)
    html = templates.get_template(f"mail/{template}.html").render(common, **values)
    return _tidy(text), rendering.inlined(html)


def heading(words: str) -> str:
    """Return a heading of a text."""
    return f"{words}\n{'-' * len(words)}"


def labelled(name: str, value: str) -> str:
    """Return a line of a text: what something is, and how much."""
    return gettext("%(name)s: %(value)s", name=name, value=value).rstrip()


def span(first: int, last: int) -> str:
    """Say two local days in short, as one span."""
    return _span(date.fromordinal(first), date.fromordinal(last), languages.current())


@lru_cache(maxsize=64)
def _span(first: date, last: date, tongue: Tongue) -> str:
    return str(dates.format_interval(first, last, "MMMd", locale=tongue.locale))


def period_said(first: int, last: int, zone: ZoneInfo) -> str:
    """Say of which local days a letter tells, and where that is."""
    tongue = languages.current()
    words = {"first": tongue.day(first, "full"), "last": tongue.day(last, "full"), "place": _place(zone, tongue)}
    return gettext("%(first)s to %(last)s; time zone: %(place)s.", **words)


@lru_cache(maxsize=64)
def _place(zone: ZoneInfo, tongue: Tongue) -> str:
    return str(dates.get_timezone_location(zone, locale=tongue.locale, return_city=True))


def _tidy(text: str) -> str:
    """Return a text with one empty line at most between two others."""
    lines: list[str] = []
    for line in (one.rstrip() if one != "-- " else one for one in text.strip().split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
