"""A letter about a team's week, as text and as a page, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption import records
from adoption.digests import paper
from adoption.digests.paper import Written
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

    from adoption.records import Card
    from rules.digest import Digest

KIND = "digest"
WEEK = 7


@dataclass(frozen=True, slots=True)
class Ways(paper.Ways):
    """Where the links of a letter to a manager lead."""

    kind: str = KIND

    @property
    def team(self) -> str:
        """The page of the team."""
        return links.to("team.index")

    @property
    def settings(self) -> str:
        """When the letter comes."""
        return links.to("digest.index")

    def thank(self, number: int) -> str:
        """Return where somebody can be thanked."""
        return links.to("digest.thank", participant=number)


def cards(found: Iterable[Digest]) -> Mapping[str, Card]:
    """Return what is known of the records in letters; two queries for all of them."""
    return records.cards(name for digest in found for one in digest.obstacles for name in one.records)


def write(digest: Digest, participant: int, language: str, known: Mapping[str, Card], zone: ZoneInfo) -> Written:
    """Write a letter for somebody; ``zone`` is the organisation's."""
    found = _one_line(digest)
    with languages.speaking(language):
        values = _values(found, participant, known, zone)
        text, html = paper.printed("digest", values)
        deeds = {str(one.number): f"{one.name} {say.thanks(one, found)}" for one in found.thanks}
        lead = say.lead(found)
    told = {
        "lead": lead,
        "thanks": [one.number for one in found.thanks],
        "deeds": deeds,
        "suggestion": found.suggestion.name if found.suggestion else None,
    }
    return Written(values["subject"], text, html, told, language)


def _values(found: Digest, participant: int, known: Mapping[str, Card], zone: ZoneInfo) -> dict[str, Any]:
    last = found.week + WEEK - 1
    most = max((one.value or 0 for one in found.bars), default=0)
    as_of = None if found.as_of is None else languages.current().moment(period.moment(found.as_of))
    return {
        "digest": found,
        "say": say,
        "subject": rendering.one_line(say.subject(found)),
        "preheader": say.preheader(found) if not found.quiet else say.quiet(found),
        "team": found.team,
        "span": paper.span(found.week, last),
        "period": paper.period_said(found.week, last, zone),
        "as_of": as_of and gettext("Data as of %(moment)s.", moment=as_of),
        "why": gettext("You get this letter because you lead %(team)s.", team=found.team)
        if found.team
        else gettext("You get this letter because people report to you."),
        "ways": Ways(participant, found.week) if links.root() else None,
        "beside": any(one.median is not None for one in found.bars),
        "most": most,
        "week_name": week_name,
        "called": lambda name: record(known[name]) if name in known else name,
    }


def week_name(monday: int) -> str:
    """Say which week of the year it is."""
    return gettext("week %(week)s", week=str(date.fromordinal(monday).isocalendar().week))


def _one_line(digest: Digest) -> Digest:
    """Return a letter in which no name takes more than its line."""
    plain = rendering.one_line
    return replace(
        digest,
        team=plain(digest.team) if digest.team else digest.team,
        thanks=tuple(replace(one, name=plain(one.name)) for one in digest.thanks),
        lines=tuple(replace(one, name=plain(one.name)) for one in digest.lines),
    )
