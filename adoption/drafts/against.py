"""A draft against the newest book: the whole text, its faults, and what others published meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption import clock
from adoption import facts
from adoption import rulebook
from adoption.drafts.stored import PUBLISHED
from adoption.extensions import db
from rules import book as books
from rules import period
from rules import version
from rules.book import composing
from rules.book.faults import Fault
from rules.book.faults import place
from rules.wording import differing

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Sequence

    from adoption.drafts.stored import Draft
    from adoption.drafts.stored import Name
    from adoption.rulebook import Newest
    from rules.book import Book
    from rules.book import Report
    from rules.version import Segment
    from rules.version import Timelines
    from rules.wording.differing import Difference


PAST = "draft.past"  # the fault that only a draft can have


class Conflict(NamedTuple):
    """A definition that a draft changes and that somebody published anew since the draft was looked at last."""

    kind: str
    key: str
    before: str | None  # as it was then
    now: str | None  # as it is in the newest book
    mine: str | None  # as the draft has it


def newest() -> Newest:
    """Return the newest published book."""
    return rulebook.newest(db.session.connection())


def put_into(text: str, draft: Draft) -> str:
    """Return a book with the draft put in."""
    return composing.put(text, draft.changes)


def composed(draft: Draft) -> str:
    """Return the whole text of the newest book with the draft put in; of a published draft, the book it became."""
    return rulebook.text_of(draft.book) if draft.state == PUBLISHED else put_into(newest().text, draft)


def check(draft: Draft, emitted: Collection[str] | None = None, *, now: int | None = None) -> Report:
    """Return the faults and warnings of the whole book with the draft put in.

    One fault only a draft can have: it would change what was promised for days that are over (``now`` is the moment in
    UTC microseconds, by default this one).
    """
    if draft.state == PUBLISHED:
        return books.check(composed(draft), emitted)
    return report(draft, emitted, now=clock.now() if now is None else now)


def report(draft: Draft, emitted: Collection[str] | None = None, *, now: int) -> Report:
    """Return what ``check`` returns, of a draft that is not or only just decided about."""
    found = books.check(put_into(newest().text, draft), emitted)
    if found.book is None:
        return found
    before, today = facts.current().timelines, facts.day_of()(now)
    after = version.publish(before, found.book, today=today, since=draft.starts)
    past = tuple(_past(before, after, today))
    told = {(one.place, one.code) for one in found.warnings}
    late = tuple(one for one in _late(after, draft) if (one.place, one.code) not in told)
    return replace(found, book=None if past else found.book, faults=past, warnings=(*found.warnings, *late))


def _late(after: Timelines, draft: Draft) -> Iterator[Fault]:
    """Yield the incentives of a draft that would begin before what they count does, as it was published."""
    for key, line in after.incentives.items():
        if not line or draft.changes.get(("incentive", key)) is None:
            continue
        starts, metric = line[-1].starts, after.metrics.get(line[-1].body.metric, ())
        counts = metric[-1].body.counts if metric else ()
        lines: list[tuple[str, str, Sequence[Segment[Any]]]] = [("metric", line[-1].body.metric, metric)]
        lines += [("milestone", name, after.milestones.get(name, ())) for name in counts]
        for kind, name, counted in lines:
            begins = min((part.starts for part in counted if part.ends > starts), default=starts)
            if begins > starts:
                day = period.text("day", begins)
                message = f"begins before {place(kind, name)} does on {day}: nothing counts until then"
                values = (("counted", place(kind, name)), ("day", day))
                yield Fault(place("incentive", key), message, "versions.begins-late", values)
                break


def _past(before: Timelines, after: Timelines, today: int) -> Iterator[Fault]:
    """Yield the definitions that would mean something else on days before today."""
    for kind in facts.KINDS:
        was, will = getattr(before, f"{kind}s"), getattr(after, f"{kind}s")
        for key in will:
            if _until(was.get(key, ()), today) != _until(will[key], today):
                message = (
                    "would change what was promised for days that are over; take from and to out, or choose later days,"
                    " also for the draft as a whole"
                )
                yield Fault(place(kind, key), message, PAST)


def _until(line: Sequence[Segment[Any]], today: int) -> list[tuple[int, int, str]]:
    """Return a timeline up to today, in what it means."""
    return [
        (part.starts, min(part.ends, today), version.meaning(part.body))
        for part in line
        if part.starts < min(part.ends, today)
    ]


def conflicts(draft: Draft) -> tuple[Conflict, ...]:
    """List what was published anew since the draft was looked at last, and the draft would undo."""
    return () if draft.state == PUBLISHED else overlaps(draft)


def overlaps(draft: Draft) -> tuple[Conflict, ...]:
    """List what ``conflicts`` lists, of a draft that is not or only just decided about."""
    last = newest()
    if draft.base == last.number:
        return ()
    old, now = rulebook.text_of(draft.base), last.text
    were, are = composing.definitions(old), composing.definitions(now)
    found = {
        name: text
        for name, text in draft.changes.items()
        if were.get(name) != are.get(name) and are.get(name) != _body_of(name, text)
    }
    befores, nows = composing.parts(old, found.keys()), composing.parts(now, found.keys())
    return tuple(Conflict(*name, befores.get(name), nows.get(name), text) for name, text in found.items())


def _body_of(name: Name, text: str | None) -> dict[str, object] | None:
    return None if text is None else composing.definitions(text)[name]


def differences(draft: Draft, language: str) -> tuple[Difference, ...]:
    """Compare the newest book with the draft, sentence by sentence; a published draft with the book it changed.

    What the draft changes comes with what only reads otherwise because of it.  While the whole book has faults there
    are no sentences: the pieces are then of the definitions' TOML.
    """
    before = rulebook.text_of(draft.base) if draft.state == PUBLISHED else newest().text
    return compared(before, composed(draft), language)


def compared(before: str, after: str, language: str) -> tuple[Difference, ...]:
    """Compare the texts of two books as ``differences`` does; the first one is sound."""
    changed = composing.changed(before, after)
    book = books.check(after).book
    if book is not None:
        return differing.differences(_parsed(before), book, language, changed)
    found, olds, news = [], composing.parts(before, changed), composing.parts(after, changed)
    for kind, key in changed:
        old, new = olds.get((kind, key)), news.get((kind, key))
        found.append(differing.Difference(kind, key, key, old, new, differing.pieces(old or "", new or ""), said=False))
    return tuple(found)


def _parsed(text: str) -> Book:
    return facts.parsed(text) if text else facts.NO_BOOK
