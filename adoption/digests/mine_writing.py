"""A letter about one's own week, as text and as a page, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption import records
from adoption.digests import paper
from adoption.digests.paper import Written
from adoption.languages import gettext
from adoption.mail import links
from adoption.mail import rendering
from adoption.telling import own as say
from adoption.telling import record
from rules import period
from rules.digest.own import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from adoption.records import Card
    from rules.digest.own import MyWeek

KIND = "my-week"
WEEK = 7


@dataclass(frozen=True, slots=True)
class Ways(paper.Ways):
    """Where the links of a letter about one's own week lead."""

    kind: str = KIND

    @property
    def home(self) -> str:
        """Home, where all records are listed."""
        return links.to("home.week")

    @property
    def rewards(self) -> str:
        """What was earned."""
        return links.to("rewards.index")

    @property
    def settings(self) -> str:
        """When the letter comes."""
        return links.to("my_letters.index")

    def award(self, name: str) -> str:
        """Return the page of an award."""
        return links.to("rewards.voucher", id=name)


def cards(found: Iterable[MyWeek]) -> Mapping[str, Card]:
    """Return what is known of the records in letters; two queries for all of them."""
    return records.cards(name for one in found for name in _shown(one))


def _shown(found: MyWeek) -> list[str]:
    """Return the records that a letter names."""
    waits = found.offer.open if found.offer and found.goal and found.form == "full" else None
    return list(waits.records[:SHOWN]) if waits else []


def write(week: MyWeek, participant: int, language: str, known: Mapping[str, Card], zone: ZoneInfo) -> Written:
    """Write a letter for somebody; ``zone`` is the organisation's."""
    found = replace(week, thanks=tuple(rendering.one_line(name) for name in week.thanks))
    with languages.speaking(language):
        values = _values(found, participant, known, zone)
        text, html = paper.printed("my_week", values)
    told = {"suggestion": found.suggestion.name if found.suggestion else None}
    return Written(values["subject"], text, html, told, language)


def _values(found: MyWeek, participant: int, known: Mapping[str, Card], zone: ZoneInfo) -> dict[str, Any]:
    last = found.week + WEEK - 1
    shown = _shown(found)
    waits = found.offer.open if shown and found.offer else None
    as_of = None if found.as_of is None else languages.current().moment(period.moment(found.as_of))
    return {
        "week": found,
        "say": say,
        "lead": say.lead(found),
        "subject": rendering.one_line(say.subject(found)),
        "preheader": say.lead(found),
        "span": paper.span(found.week, last),
        "period": paper.period_said(found.week, last, zone),
        "as_of": as_of and gettext("Data as of %(moment)s.", moment=as_of),
        "records": [(name, record(known[name]) if name in known else name) for name in shown],
        "more": len(waits.records) - len(shown) if waits else 0,
        "ways": Ways(participant, found.week) if links.root() else None,
    }
