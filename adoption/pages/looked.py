"""Who looked at somebody's personal pages, for themselves to see."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import facts
from adoption import languages
from adoption import looks
from adoption.journal import reading
from adoption.pages import journal_words
from rules import period

DAYS = 90  # for which looks are told
SHOWN = 5  # at once
MOST = 100

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.facts import Person
    from adoption.journal.reading import Look


class Line(NamedTuple):
    """Who looked, at which page, when, and in whose place."""

    name: str
    page: str
    when: str
    behalf: str


def lines(participant: int, now: int) -> list[Line]:
    """Return who looked at somebody's pages in the last days, the latest first."""
    since = now - DAYS * 86_400 * period.SECOND
    with facts.held() as known:
        found = [
            (one.moment, _line(one, known.people)) for one in reading.looks_at(participant, since=since, limit=MOST)
        ]
        found += [(one.moment, _flag_line(one, known.people)) for one in looks.at_flags(participant, since)]
    return [line for _, line in sorted(found, key=lambda one: -one[0])][:MOST]


def _flag_line(one: looks.FlagLooked, people: Mapping[int, Person]) -> Line:
    """Say who looked at something of a flag."""
    behalf = people.get(one.behalf or 0)
    return Line(
        people[one.reader].name if one.reader in people else "",
        journal_words.said(journal_words.PAGES_OF_FLAGS, one.page),
        languages.current().moment(period.moment(one.moment), "short"),
        behalf.name if behalf else "",
    )


def _line(one: Look, people: Mapping[int, Person]) -> Line:
    look = looks.read(one.page)
    reader, behalf = people.get(one.participant or 0), people.get(look.behalf or 0)
    return Line(
        reader.name if reader else one.name,
        journal_words.said(journal_words.PAGES, look.page),
        languages.current().moment(period.moment(one.moment), "short"),
        behalf.name if behalf else "",
    )
