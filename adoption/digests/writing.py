"""A letter about a team's week, as text and as a page, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from babel import dates
from flask import current_app

from adoption import languages
from adoption import records
from adoption.languages import gettext
from adoption.mail import links
from adoption.mail import rendering
from adoption.telling import digests as say
from adoption.telling import record
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from adoption.languages import Tongue
    from adoption.records import Card
    from rules.digest import Digest

KIND = "digest"
WEEK = 7


class Written(NamedTuple):
    """What a letter says, and what later letters and pages want to know of it."""

    subject: str
    text: str
    html: str
    facts: Mapping[str, Any]
    language: str


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the links of a letter lead."""

    participant: int
    week: int

    @property
    def team(self) -> str:
        """The page of the team."""
        return links.to("team.index")

    @property
    def counted(self) -> str:
        """What is counted."""
        return links.to("about.counted")

    @property
    def settings(self) -> str:
        """When the letter comes."""
        return links.to("digest.index")

    @property
    def stop(self) -> str:
        """The way out."""
        return links.stop(self.participant, KIND)

    @property
    def view(self) -> str:
        """The letter itself, for a browser."""
        return links.to("letters_out.view", token=links.signed("view", self.participant, KIND, self.week))

    def thank(self, number: int) -> str:
        """Return where somebody can be thanked."""
        return links.to("digest.thank", participant=number)

    def record(self, name: str) -> str:
        """Return the page of a record."""
        return links.to("why.record", record=name)


def cards(found: Iterable[Digest]) -> Mapping[str, Card]:
    """Return what is known of the records in letters; two queries for all of them."""
    return records.cards(name for digest in found for one in digest.obstacles for name in one.records)


def write(digest: Digest, participant: int, language: str, known: Mapping[str, Card], zone: ZoneInfo) -> Written:
    """Write a letter for somebody; ``zone`` is the organisation's."""
    found = _one_line(digest)
    with languages.speaking(language):
        values = _values(found, participant, known, zone)
        templates = current_app.jinja_env
        text = templates.get_template("mail/digest.txt").render(values)
        html = templates.get_template("mail/digest.html").render(values)
        deeds = {str(one.number): f"{one.name} {say.thanks(one, found)}" for one in found.thanks}
        lead = say.lead(found)
    told = {
        "lead": lead,
        "thanks": [one.number for one in found.thanks],
        "deeds": deeds,
        "suggestion": found.suggestion.name if found.suggestion else None,
    }
    return Written(values["subject"], _tidy(text), rendering.inlined(html), told, language)


def _values(found: Digest, participant: int, known: Mapping[str, Card], zone: ZoneInfo) -> dict[str, Any]:
    tongue = languages.current()
    first, last = date.fromordinal(found.week), date.fromordinal(found.week + WEEK - 1)
    place = _place(zone, tongue)
    most = max((one.value or 0 for one in found.bars), default=0)
    as_of = None if found.as_of is None else tongue.moment(period.moment(found.as_of))
    return {
        "digest": found,
        "say": say,
        "subject": rendering.one_line(say.subject(found)),
        "preheader": say.preheader(found) if not found.quiet else say.quiet(found),
        "organisation": current_app.extensions["settings"].organisation_name,
        "team": found.team,
        "span": _span(first, last, "MMMd", tongue),
        "period": gettext(
            "%(first)s to %(last)s; time zone: %(place)s.", first=_full(first), last=_full(last), place=place
        ),
        "as_of": as_of and gettext("Data as of %(moment)s.", moment=as_of),
        "why": gettext("You get this letter because you lead %(team)s.", team=found.team)
        if found.team
        else gettext("You get this letter because people report to you."),
        "ways": Ways(participant, found.week) if links.root() else None,
        "beside": any(one.median is not None for one in found.bars),
        "most": most,
        "week_name": week_name,
        "heading": heading,
        "called": lambda name: record(known[name]) if name in known else name,
    }


@lru_cache(maxsize=64)
def _span(first: date, last: date, skeleton: str, tongue: Tongue) -> str:
    return str(dates.format_interval(first, last, skeleton, locale=tongue.locale))


@lru_cache(maxsize=64)
def _place(zone: ZoneInfo, tongue: Tongue) -> str:
    return str(dates.get_timezone_location(zone, locale=tongue.locale, return_city=True))


def _full(day: date) -> str:
    return languages.current().day(day.toordinal(), "full")


def week_name(monday: int) -> str:
    """Say which week of the year it is."""
    return gettext("week %(week)s", week=str(date.fromordinal(monday).isocalendar().week))


def heading(words: str) -> str:
    """Return a heading of a text."""
    return f"{words}\n{'-' * len(words)}"


def _tidy(text: str) -> str:
    """Return a text with one empty line at most between two others."""
    lines: list[str] = []
    for line in (one.rstrip() if one != "-- " else one for one in text.strip().split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"


def _one_line(digest: Digest) -> Digest:
    """Return a letter in which no name takes more than its line."""
    plain = rendering.one_line
    return replace(
        digest,
        team=plain(digest.team) if digest.team else digest.team,
        thanks=tuple(replace(one, name=plain(one.name)) for one in digest.thanks),
        lines=tuple(replace(one, name=plain(one.name)) for one in digest.lines),
    )
