"""What a definition in a draft says: parsed and put into words from the very text that would run."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption import drafts
from adoption import facts
from adoption import languages
from adoption import sent
from adoption.pages import book_forms
from adoption.pages.book_forms import fields
from rules import book as books
from rules import wording
from rules.book import Fault
from rules.book import composing
from rules.book import lint
from rules.book.checks import gives_for
from rules.book.faults import place
from rules.book.writing import text_of
from rules.wording import differing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.drafts import Draft
    from adoption.pages.book_forms.fields import Typed
    from rules.book import Book
    from rules.incentive import Incentive
    from rules.wording.differing import Piece

Name = tuple[str, str]


class Example(NamedTuple):
    """A worked example beside its rule: what is typed, and what the rule gives (``None`` while there is no rule)."""

    value: str
    earns: str
    gives: int | None

    @property
    def holds(self) -> bool:
        """Whether the rule gives what the example says."""
        return self.gives is not None and fields.number(self.earns) == self.gives


@dataclass(frozen=True)
class Reading:
    """What one definition says within its draft, and what is wrong or doubtful about it.

    ``said`` is its sentence by language, empty while it cannot be read; ``pieces`` compare it with the one in force, in
    the reader's language.
    """

    said: Mapping[str, str]
    before: str | None
    pieces: Sequence[Piece]
    faults: Mapping[str, Sequence[Fault]]
    elsewhere: Sequence[Fault]
    warnings: Sequence[Fault]
    examples: Sequence[Example] = ()
    thing: Any = field(default=None, repr=False)
    book: Book | None = field(default=None, repr=False)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with this definition."""
        return not self.faults


def emitted() -> frozenset[str]:
    """Return the types that sources are known to send: what came lately, and what CRMs usually send."""
    return lint.USUAL | sent.lately().counts.keys()


def definitions(draft: Draft) -> dict[Name, dict[str, Any]]:
    """Return the raw table of every definition of the book with the draft put in."""
    return composing.definitions(drafts.composed(draft))


def read(draft: Draft, name: Name, body: Mapping[str, Any], typed: Typed) -> Reading:
    """Read a definition as if it stood in the draft; nothing is stored."""
    kind, key = name
    newest = drafts.newest()
    text = composing.put(newest.text, {**draft.changes, name: text_of(kind, key, _readable(body))})
    report = books.check(text, emitted())
    thing = getattr(report.sound, f"{kind}s").get(key)
    own = place(kind, key)
    faults = book_forms.by_field(kind, key, report.faults)
    mine = {fault for found in faults.values() for fault in found}
    only_examples = all(fault.place.startswith(f"{own}.examples") for fault in report.faults)
    book = report.sound if only_examples else None  # what it gives can be told all the same
    worked = examples(thing, typed)
    said = said_of(thing, report.sound)
    before = before_of(name, newest.text)
    after = said.get(languages.current().code, "")
    return Reading(
        said=said,
        before=before,
        pieces=differing.pieces(before, after) if before and after else (),
        faults=_pending(kind, typed, faults, worked),
        elsewhere=[fault for fault in report.faults if fault not in mine],
        warnings=[one for one in _warnings(book) if one.place == own or one.place.startswith((f"{own}.", f"{own}["))],
        examples=worked,
        thing=thing,
        book=book,
    )


def _warnings(book: Book | None) -> Iterable[Fault]:
    return () if book is None else lint.warnings(book, emitted())


def _pending(
    kind: str, typed: Typed, faults: Mapping[str, Sequence[Fault]], worked: Sequence[Example]
) -> dict[str, Sequence[Fault]]:
    """Leave out what is missing where something new is about to be written, or an answer to be filled in."""
    waiting = {slot for slot, _ in book_forms.FORMS[kind].wanted(typed)}
    found = {at: one for at, one in faults.items() if at not in waiting and not at.startswith("examples")}
    for at, one in enumerate(worked):
        answered = one.holds or (one.gives is not None and not one.earns)
        if not answered and (one.value or one.earns):
            found[f"examples.{at}"] = [Fault(f"examples[{at}]", "does not come out; correct the example or the rule")]
    return found


def _readable(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the examples that are half written, so that the rule can be read all the same."""
    rows = [
        one
        for one in fields.rows(body, "examples")
        if all(not isinstance(one.get(name, ""), str) for name in ("value", "earns"))
    ]
    return {**body, "examples": rows} if rows else {name: one for name, one in body.items() if name != "examples"}


def said_of(thing: Any, book: Book) -> dict[str, str]:
    """Return the sentence of a definition in every language; nothing while it cannot be read."""
    return {} if thing is None else {code: wording.sentence(thing, book, code) for code in wording.LANGUAGES}


def before_of(name: Name, text: str) -> str | None:
    """Return the sentence of a definition in a published book, in the reader's language; ``None`` without it."""
    if not text:
        return None
    book = facts.parsed(text)
    thing = getattr(book, f"{name[0]}s").get(name[1])
    return None if thing is None else wording.sentence(thing, book, languages.current().code)


def examples(incentive: Incentive | None, typed: Typed) -> list[Example]:
    """Run the examples that were typed against the rule."""
    found = []
    for row in fields.rows(typed, "examples"):
        value = _units(row["value"])
        gives = None if incentive is None or value is None else gives_for(incentive, value)
        found.append(Example(row["value"], row["earns"], gives))
    return found


def _units(typed: str) -> int | None:
    """Return a number as ten-thousandths; ``None`` while it is none."""
    number = fields.number(typed)
    if isinstance(number, str):
        return None
    exact = Decimal(number).scaleb(4)
    return int(exact) if exact == exact.to_integral_value() else None


def completed(typed: Typed, reading: Reading) -> Typed:
    """Let an example without an answer say what the rule gives."""
    if not reading.examples:
        return typed
    rows = [
        row if row["earns"] or one.gives is None else {**row, "earns": str(one.gives)}
        for row, one in zip(typed["examples"], reading.examples, strict=True)
    ]
    return {**typed, "examples": rows}
