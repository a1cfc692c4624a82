"""The definitions of the book over time: in force, coming or ended; in words; their versions and what uses them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption import languages
from adoption.extensions import db
from adoption.journal import By
from adoption.languages import gettext
from adoption.models import JournalEntry
from adoption.models import PublishedBook
from adoption.models import PublishedDefinition
from adoption.pages import book_parts
from adoption.pages import drawing
from rules import period
from rules import wording
from rules.wording import differing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.drafts import Draft
    from adoption.facts import Known
    from rules.book import Book
    from rules.version import Segment
    from rules.wording.differing import Piece

TIMED = ("incentive", "metric", "milestone", "plan")  # kinds of which each definition has days of its own
KINDS = ("incentive", "reward", "metric", "milestone", "board", "plan")
MOST_NOTES = 200  # of the journal, about one definition

today = book_parts.today


@dataclass(frozen=True, slots=True)
class Line:
    """A definition: what it says now, and its state as a word and a look; ``over`` if it has ended."""

    kind: str
    key: str
    title: str
    said: str
    state: str
    look: str
    over: bool
    drafts: Sequence[int]
    thing: Any
    segments: Sequence[Segment[Any]] = ()


class Version(NamedTuple):
    """What a definition said on which days, how that differs from before, and who put it in force."""

    days: str
    said: str
    pieces: Sequence[Piece]
    by: str | None
    when: str | None
    why: str
    now: bool


def lines(known: Known, today: int, drafts: Iterable[Draft]) -> list[Line]:
    """Return a line for every definition that ever was in force or will be, by title."""
    changed: dict[tuple[str, str], list[int]] = {}
    for draft in drafts:
        for name in draft.changes:
            changed.setdefault(name, []).append(draft.number)
    code = languages.current().code
    found = []
    for kind in KINDS:
        for key, thing, segments in _definitions(known, kind, today):
            state, look, over = _state(known, kind, key, segments, today)
            said = wording.sentence(thing, known.book, code)
            title = wording.title_of(thing, key, code)
            found.append(Line(kind, key, title, said, state, look, over, changed.get((kind, key), []), thing, segments))
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.title.casefold(), one.key))


def _definitions(known: Known, kind: str, today: int) -> Iterable[tuple[str, Any, Sequence[Segment[Any]]]]:
    if kind == "reward":
        return [(key, thing, ()) for key, thing in known.offered(today).items()]
    if kind not in TIMED:
        return [(key, thing, ()) for key, thing in getattr(known.book, f"{kind}s").items()]
    timed: Mapping[str, Sequence[Segment[Any]]] = getattr(known.timelines, f"{kind}s")
    return [(key, in_force(line, today).body, line) for key, line in timed.items() if line]


def in_force(line: Sequence[Segment[Any]], today: int) -> Segment[Any]:
    """Return the segment that is in force; else the one that comes; else the last one."""
    real = [part for part in line if part.starts < part.ends] or line
    now = [part for part in real if part.starts <= today < part.ends]
    coming = [part for part in real if part.starts > today]
    return (now or coming or [real[-1]])[0]


def _state(  # noqa: PLR0911  # a state each
    known: Known, kind: str, key: str, segments: Sequence[Segment[Any]], today: int
) -> tuple[str, str, bool]:
    """Return the state of a definition in words, the look of its chip, and whether it has ended."""
    tongue = languages.current()
    if not segments:
        if kind == "reward" and key in known.left_out:
            return gettext("still promised, no longer in the book"), "note", True
        return gettext("in the book"), "good", False
    part = in_force(segments, today)
    if part.starts >= part.ends or part.ends <= today:
        return gettext("ended on %(day)s", day=tongue.day(part.ends - 1, "full")), "", True
    if kind == "incentive" and key in known.stopped:
        return gettext("stopped"), "note", False
    if part.starts > today:
        return gettext("from %(day)s on", day=tongue.day(part.starts, "full")), "accent", False
    following = [one for one in segments if one.starts > today and one.starts < one.ends]
    if following:
        return gettext("in force; changes on %(day)s", day=tongue.day(following[0].starts, "short")), "good", False
    if part.ends < period.FOREVER:
        return gettext("in force until %(day)s", day=tongue.day(part.ends - 1, "full")), "good", False
    return gettext("since %(when)s", when=_since(part.starts, today)), "good", False


def _since(day: int, today: int) -> str:
    """Write a day shortly, with its year if that is past."""
    shape = "short" if date.fromordinal(day).year == date.fromordinal(today).year else "full"
    return languages.current().day(day, shape)


def matches(line: Line, asked: str) -> bool:
    """Say whether every word that is asked for stands in the title, the sentence or the key."""
    text = f"{line.title} {line.said} {line.key}".casefold()
    return all(word in text for word in asked.casefold().split())


def said_everywhere(line: Line, known: Known) -> dict[str, str]:
    """Return the sentence of a definition in every language."""
    return {code: wording.sentence(line.thing, known.book, code) for code in wording.LANGUAGES}


# --- versions


def versions(line: Line, today: int) -> list[Version]:
    """Return what a definition said over time, the newest first, with who published it."""
    told = _timed(line, today) if line.segments else _untimed(line)
    notes = _notes(line)
    found = []
    texts = ["", *(said for _, said, _, _ in told)]
    for (before, said), (days, _, published, now) in zip(pairwise(texts), told, strict=True):
        note = notes.get(published)
        found.append(
            Version(
                days=days,
                said=said,
                pieces=differing.pieces(before, said) if before and before != said else (),
                by=book_parts.called(By(note.participant, note.name)) if note else None,
                when=book_parts.when(published) if published else None,
                why=note.why if note else "",
                now=now,
            )
        )
    return found[::-1]


def _timed(line: Line, today: int) -> list[tuple[str, str, int, bool]]:
    """Return days, sentence, moment of publishing and whether it is in force, of each segment."""
    table, book = PublishedDefinition, PublishedBook
    query = select(table.starts, book.text, book.published).join(book, table.book == book.id)
    rows = {row.starts: row for row in db.session.execute(query.where(table.kind == line.kind, table.key == line.key))}
    code = languages.current().code
    return [
        (
            drawing.in_force(part.starts, part.ends),
            wording.sentence(part.body, facts.parsed(rows[part.starts].text), code),
            rows[part.starts].published,
            part.starts <= today < part.ends,
        )
        for part in line.segments
        if part.starts in rows
    ]


def _untimed(line: Line) -> list[tuple[str, str, int, bool]]:
    """Return the same of a definition without days: what each book says, where that differs from the book before."""
    code, found = languages.current().code, list[tuple[str, str, int, bool]]()
    query = select(PublishedBook.text, PublishedBook.published).order_by(PublishedBook.id)
    for row in db.session.execute(query):
        book: Book = facts.parsed(row.text)
        thing = getattr(book, f"{line.kind}s").get(line.key)
        said = "" if thing is None else wording.sentence(thing, book, code)
        if said and (not found or found[-1][1] != said):
            days = gettext("since %(when)s", when=book_parts.when(row.published))
            found.append((days, said, row.published, False))
    return [*found[:-1], (*found[-1][:3], True)] if found else []


def _notes(line: Line) -> dict[int, Any]:
    """Return what the journal says about a definition, by moment."""
    table = JournalEntry
    query = select(table.moment, table.participant, table.name, table.why).where(
        table.thing == f"{line.kind}/{line.key}"
    )
    rows = db.session.execute(query.order_by(table.number.desc()).limit(MOST_NOTES))
    return {row.moment: row for row in rows}


# --- uses


def uses(line: Line, known: Known) -> list[tuple[str, str, str]]:
    """Return what rests on a definition: kind, key, title."""
    book, key = known.book, line.key
    found: list[tuple[str, str, Any]] = []
    if line.kind == "milestone":
        found += [("metric", name, one) for name, one in book.metrics.items() if key in one.counts]
    if line.kind == "metric":
        found += [("incentive", name, one) for name, one in book.incentives.items() if one.metric == key]
        found += [("board", name, one) for name, one in book.boards.items() if one.metric == key]
        found += [("plan", name, one) for name, one in book.plans.items() if key in one.quantities()]
    if line.kind == "reward":
        found += [("incentive", name, one) for name, one in book.incentives.items() if key in one.earns]
        found += [("plan", name, one) for name, one in book.plans.items() if f"award.{key}" in one.quantities()]
    return _titled(found)


def made_of(line: Line, known: Known) -> list[tuple[str, str, str]]:
    """Return what a definition rests on: kind, key, title."""
    book, thing = known.book, line.thing
    found: list[tuple[str, str, Any]] = []
    if line.kind in {"incentive", "board"} and thing.metric in book.metrics:
        found.append(("metric", thing.metric, book.metrics[thing.metric]))
    if line.kind == "incentive":
        found += [("reward", key, book.rewards[key]) for key in thing.earns if key in book.rewards]
    if line.kind == "metric":
        found += [("milestone", key, book.milestones[key]) for key in thing.counts if key in book.milestones]
    if line.kind == "plan":
        found += [("metric", key, book.metrics[key]) for key in sorted(thing.quantities()) if key in book.metrics]
    return _titled(found)


def _titled(found: Iterable[tuple[str, str, Any]]) -> list[tuple[str, str, str]]:
    code = languages.current().code
    return [(kind, key, wording.title_of(one, key, code)) for kind, key, one in found]
