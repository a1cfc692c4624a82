"""The monthly report to the directors, as text and as a page, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption.digests import directors
from adoption.digests import paper
from adoption.digests.paper import Written
from adoption.languages import gettext
from adoption.mail import links
from adoption.mail import rendering
from adoption.telling import directors as say
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from adoption.records import Card
    from rules.digest.directors import Report

KIND = directors.KIND


@dataclass(frozen=True, slots=True)
class Ways(paper.Ways):
    """Where the links of a report lead."""

    kind: str = KIND

    @property
    def report(self) -> str:
        """The report as a page to be printed, which says where each figure is from."""
        return links.to("directors.show", month=period.text("month", self.first))

    @property
    def settings(self) -> str:
        """When it comes."""
        return links.to("directors.index")


def cards(_found: Iterable[Report]) -> Mapping[str, Card]:
    """Return what is known of the records in reports: none names any."""
    return {}


def write(report: Report, participant: int, language: str, _known: Mapping[str, Card], zone: ZoneInfo) -> Written:
    """Write a report for somebody; ``zone`` is the organisation's."""
    with languages.speaking(language):
        values = _values(report, participant, zone)
        text, html = paper.printed("directors", values)
    return Written(values["subject"], text, html, {"report": directors.kept(report)}, language)


def _values(found: Report, participant: int, zone: ZoneInfo) -> dict[str, Any]:
    as_of = None if found.as_of is None else languages.current().moment(period.moment(found.as_of))
    return {
        "report": found,
        "say": say,
        "lead": say.lead(found),
        "subject": rendering.one_line(say.subject(found)),
        "preheader": say.lead(found),
        "groups": [one for one in (found.whole, *found.teams) if one is not None],
        "period": paper.period_said(found.month, period.end("month", found.month) - 1, zone),
        "as_of": as_of and gettext("Data as of %(moment)s.", moment=as_of),
        "ways": Ways(participant, found.month) if links.root() else None,
    }
