"""From text to a book, or to everything that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from marshmallow import ValidationError

from rules.book import checks
from rules.book import lint
from rules.book.faults import BookError
from rules.book.faults import Fault
from rules.book.faults import flat
from rules.book.faults import place
from rules.book.faults import shown
from rules.book.faults import unknown
from rules.book.model import Book
from rules.book.plans import PlanTable
from rules.book.schemas import SECTIONS as COMMON
from rules.book.schemas import Definition

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Mapping

SECTIONS: dict[str, type[Definition]] = {**COMMON, "plan": PlanTable}
LARGEST = 1024 * 1024  # bytes of one book
MOST_DEFINITIONS = 300  # in one section
MOST_DOTS = 500  # in one line: longer dotted keys take the TOML reader minutes
LONGEST_KEY = 80
KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
MILESTONE_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)+")
_AT = re.compile(r" \(at (line \d+, column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Report:
    """What ``check`` found: the book, unless it has faults; and warnings, which do not keep a book from being used.

    ``sound`` are the definitions that can be read by themselves, whatever else is wrong: good to show, not to run.
    """

    book: Book | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    sound: Book


def load(text: str | bytes, *, name: str = "book") -> Book:
    """Read a book.

    Raises:
        BookError: with every fault of the book.
    """
    book, faults = _read(text)
    if faults:
        raise BookError(faults, name)
    return book


def check(text: str | bytes, emitted: Collection[str] | None = None, *, examples: bool = True) -> Report:
    """Read a book and report its faults and warnings.

    ``emitted`` are the activity types that sources send; without it, usual ones are assumed.  Without ``examples``
    those of plans are read but not worked out, for a change that is tried before its examples are written.
    """
    book, faults = _read(text, examples=examples)
    if faults:
        return Report(None, faults, (), book)
    return Report(book, (), tuple(lint.warnings(book, emitted)), book)


def _read(text: str | bytes, *, examples: bool = True) -> tuple[Book, tuple[Fault, ...]]:
    raw, faults = parsed(text)
    sections: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
    known = {name: _names(raw.get(name)) for name in SECTIONS}
    for name, content in raw.items():
        if name not in SECTIONS:
            faults.append(Fault(place(name), unknown(name, SECTIONS, "section")))
        elif not isinstance(content, dict):
            faults.append(Fault(place(name), f"must hold tables, such as [{name}.some-key], not {shown(content)}"))
        elif len(content) > MOST_DEFINITIONS:
            faults.append(Fault(place(name), f"has {len(content)} definitions; {MOST_DEFINITIONS} are the most"))
        else:
            for key, body in content.items():
                wrong = list(_define(name, key, body, sections[name], known))
                faults.extend(wrong)
    if examples:
        faults.extend(fault for plan in sections["plan"].values() for fault in checks.plan_examples(plan))
    if not faults:
        faults.extend(checks.paid_awards(sections["plan"].values(), sections["reward"]))
    return Book(**{f"{name}s": made for name, made in sections.items()}), tuple(dict.fromkeys(faults))


def _names(content: object) -> list[str]:
    return list(content)[:MOST_DEFINITIONS] if isinstance(content, dict) else []


def _define(
    section: str, key: str, body: object, made: dict[str, Any], known: Mapping[str, Collection[str]]
) -> Iterator[Fault]:
    """Make one definition, and yield what is wrong with it."""
    yield from key_faults(section, key)
    if not isinstance(body, dict):
        yield Fault(place(section, key), f"must be a table, such as [{place(section, key)}], not {shown(body)}")
        return
    if section == "plan":
        yield from checks.quantities(key, body, known)
    schema = SECTIONS[section]()
    try:
        values = schema.load(body)
    except ValidationError as fault:
        yield from flat(fault.messages, section, key)
        readable = fault.valid_data if isinstance(fault.valid_data, dict) else {}
        yield from checks.names(section, key, readable, known)
        return
    yield from checks.names(section, key, values, known)
    made[key] = schema.build(key, values)
    if section == "incentive":
        yield from checks.examples(made[key])


def key_faults(section: str, key: str) -> Iterator[Fault]:
    """Yield what is wrong with the key of a definition."""
    if len(key) > LONGEST_KEY:
        yield Fault(place(section, key), f"the key is {len(key)} characters long; shorten it to {LONGEST_KEY}")
    elif section == "milestone" and not MILESTONE_KEY.fullmatch(key):
        remedy = 'as an activity does: small letters and digits, with a dot, in quotes: [milestone."contact.developed"]'
        yield Fault(place(section, key), f"name the milestone {remedy}")
    elif section != "milestone" and not KEY.fullmatch(key):
        yield Fault(place(section, key), "write keys in small letters, digits and hyphens, such as free-lunch")


def parsed(text: str | bytes) -> tuple[dict[str, Any], list[Fault]]:
    """Read TOML; whatever is wrong with it is one fault."""
    try:
        encoded = text if isinstance(text, bytes) else text.encode()
        wrong = _too_much(encoded)
        if wrong is None:
            return tomllib.loads(encoded.decode("utf-8-sig"), parse_float=Decimal), []
    except UnicodeError:
        wrong = Fault("book", "is not UTF-8 text; save it as UTF-8")
    except RecursionError:
        wrong = Fault("book", "is nested too deeply; make it flatter")
    except tomllib.TOMLDecodeError as error:
        wrong = _syntax(str(error), encoded.decode("utf-8-sig"))
    except (ValueError, ArithmeticError):
        wrong = Fault("book", "holds a number too large to read; write at most 12 digits before the point")
    return {}, [wrong]


def _too_much(encoded: bytes) -> Fault | None:
    if len(encoded) > LARGEST:
        return Fault("book", f"is larger than {LARGEST // 1024} KiB; split it, or remove what is not needed")
    for number, line in enumerate(encoded.split(b"\n"), start=1):
        if line.count(b".") > MOST_DOTS:
            return Fault(f"line {number}", f"has more than {MOST_DOTS} dots; split the line")
    return None


def _syntax(message: str, text: str) -> Fault:
    found = _AT.search(message)
    where = found.group(1) if found else "end of document"
    if where == "end of document":
        lines = text.split("\n")
        where = f"line {len(lines)}, column {len(lines[-1]) + 1}"
    wrong = _AT.sub("", message)
    remedy = "the same key or table is written twice; keep one" if "overwrite" in wrong or "twice" in wrong else ""
    return Fault(where, f"this is not TOML: {wrong}; {remedy or 'check quotes, brackets and commas here'}")
