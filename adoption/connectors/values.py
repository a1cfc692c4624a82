"""How one value of an activity is found in a payload: what a mapping may write to the right of ``=``.

======================================  ==============================================================================
``"contact.created"``, ``5``, ``true``  the constant itself
``{ path = "a.b.0.c" }``                the value at this place of the item (keys and places in lists, joined by dots);
                                        ``$.a.b`` starts from the whole delivery, ``$header.webhook-id`` is a header
``{ paths = ["a", "b"], joined = ":"}``  several values, all of which must be there, joined into one text
``{ text = "contact/{id}" }``           a text with places in braces
``{ digest = ["a", "b"] }``             SHA-256 of the source and these values: an id where the sender gives none
======================================  ==============================================================================

Then, in this order: ``without = "userId:"`` takes a prefix away (text without it counts as missing), ``lower = true``,
``table = { won = "deal.won" }`` translates, ``otherwise = …`` stands in for a value that is missing or in no table.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from typing import Any
from typing import NamedTuple

from rules import value

SKIP = "skip"  # in a type's table or ``otherwise``: this is none of our business
SOURCES = ("path", "paths", "text", "digest")
DIGITS = 40  # the longest number that is written as text, before and after the point
HUGE = 10**DIGITS
STEPS = ("without", "lower", "table", "otherwise")
_BRACES = re.compile(r"\{([^{}]+)\}")


class Scope(NamedTuple):
    """What a value may be taken from: one item of a delivery, the whole of it, its headers, and its source."""

    item: Any
    payload: Any
    headers: Mapping[str, str]
    source: str


Getter = Callable[[Scope], Any]  # ``None``: there is nothing


class UnreadableError(Exception):
    """The payload holds something else than the mapping expects at ``place``."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{reason} at `{place}`")
        self.place = place
        self.reason = reason


class SkippedError(Exception):
    """The item is none of our business."""


@dataclass
class Faults:
    """The faults of a mapping, each with its place."""

    found: list[str] = field(default_factory=list)

    def add(self, place: str, fault: str) -> None:
        """Keep a fault."""
        self.found.append(f"{place}: {fault}")

    def unknown(self, place: str, table: Mapping[str, object], known: tuple[str, ...]) -> None:
        """Keep a fault for each key that means nothing here."""
        for key in table.keys() - set(known):
            self.add(place, f"unknown key {key!r}; known are {', '.join(known)}")


def path(text: str) -> Getter:
    """Return a look-up of a place; the whole text is tried as one key first, then step by step."""
    if text.startswith("$header."):
        name = text[8:].lower()
        return lambda scope: scope.headers.get(name)
    if text == "$":
        return lambda scope: scope.payload
    whole = text.startswith("$.")
    name = text[2:] if whole else text
    steps = tuple(name.split("."))
    if whole:
        return lambda scope: find(scope.payload, name, steps)
    return lambda scope: find(scope.item, name, steps)


def find(root: Any, name: str, steps: tuple[str, ...]) -> Any:
    """Return what lies at a place; ``None`` if nothing does."""
    if isinstance(root, dict):
        inner = root.get(name)
        if inner is not None or len(steps) == 1:
            return inner
    inner = root
    for step in steps:
        if isinstance(inner, dict):
            inner = inner.get(step)
        elif isinstance(inner, list) and step.isdecimal() and len(step) < 7 and int(step) < len(inner):  # noqa: PLR2004
            inner = inner[int(step)]
        else:
            return None
    return inner


def as_text(found: Any, place: str) -> str | None:
    """Write a value as text, digit by digit; blank text counts as missing."""
    if found is None:
        return None
    if isinstance(found, str):
        return found if found.strip() else None
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, int) and abs(found) < HUGE:
        return str(found)
    if isinstance(found, Decimal) and found.adjusted() < DIGITS and found.as_tuple()[2] >= -DIGITS:  # type: ignore[operator]  # JSON has no NaN
        return value.plain(found)
    if isinstance(found, (int, Decimal)):
        raise UnreadableError(place, f"the number has more than {DIGITS} digits")
    raise UnreadableError(place, f"expected text, found {_kind(found)}")


def _kind(found: object) -> str:
    return "an object" if isinstance(found, dict) else "a list" if isinstance(found, list) else type(found).__name__


def compiled(spec: object, place: str, faults: Faults, *, text: bool = True, skips: bool = False) -> Getter:
    """Turn what a mapping says about one value into a function; faults are kept, and then nothing is found.

    ``text`` says that an attribute needs text (a field of ``data`` takes any value), ``skips`` that ``"skip"`` in a
    table leaves the whole item out.
    """
    if not isinstance(spec, dict):
        return _constant(spec, place, faults, text=text)
    faults.unknown(place, spec, (*SOURCES, "joined", *STEPS))
    getter, where = _source(spec, place, faults)
    if "without" in spec:
        getter = _without(getter, where, _text(spec, "without", place, faults))
    if spec.get("lower"):
        getter = _lower(getter, where)
    if "table" in spec or "otherwise" in spec:
        getter = _translated(getter, where, spec, place, faults, skips=skips)
    if text:
        found = getter
        getter = lambda scope: as_text(found(scope), where)  # noqa: E731
    return getter


def _constant(spec: object, place: str, faults: Faults, *, text: bool) -> Getter:
    if text and (not isinstance(spec, str) or not spec.strip()):
        faults.add(place, 'must be text, or a table such as { path = "…" }')
    if not isinstance(spec, (str, int, Decimal, bool, list)):
        faults.add(place, 'must be text, a number, true or false, a list, or a table such as { path = "…" }')
    return lambda _scope: spec


def _source(spec: Mapping[str, Any], place: str, faults: Faults) -> tuple[Getter, str]:
    """Return the look-up, and how to call the place it looks at."""
    given = [name for name in SOURCES if name in spec]
    if len(given) != 1:
        faults.add(place, f"needs exactly one of {', '.join(SOURCES)}")
        return (lambda _scope: None), ""
    kind = given[0]
    if kind in {"path", "text"}:
        text = _text(spec, kind, place, faults)
        return (path(text), text) if kind == "path" else (_template(text, place, faults), text)
    names = spec[kind]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        faults.add(f"{place}.{kind}", "must be a list of paths")
        return (lambda _scope: None), ""
    where = ", ".join(names)
    if kind == "digest":
        return _digest(names), where
    return _joined(names, str(spec.get("joined", ""))), where


def _text(spec: Mapping[str, Any], key: str, place: str, faults: Faults) -> str:
    text = spec[key]
    if isinstance(text, str) and text:
        return text
    faults.add(f"{place}.{key}", "must be text, and not empty")
    return "?"


def _template(text: str, place: str, faults: Faults) -> Getter:
    pieces = _BRACES.split(text)  # constants at even places, paths at odd ones
    if len(pieces) == 1 or any("{" in piece or "}" in piece for piece in pieces[::2]):
        faults.add(f"{place}.text", f"{text!r} needs at least one place in braces, such as contact/{{id}}")
    getters = [(path(name), name) for name in pieces[1::2]]

    def get(scope: Scope) -> str | None:
        found = [as_text(getter(scope), name) for getter, name in getters]
        if None in found:
            return None
        inner = [part for part in found if part is not None]
        return "".join(c + p for c, p in zip(pieces[::2], [*inner, ""], strict=True))

    return get


def _joined(names: list[str], joint: str) -> Getter:
    getters = [(path(name), name) for name in names]

    def get(scope: Scope) -> str | None:
        found = [as_text(getter(scope), name) for getter, name in getters]
        return None if None in found else joint.join(part for part in found if part is not None)

    return get


def _digest(names: list[str]) -> Getter:
    getters = [path(name) for name in names]

    def get(scope: Scope) -> str | None:
        found = [value.text(getter(scope)) for getter in getters]
        if all(part is None for part in found):
            return None
        written = json.dumps([scope.source, *found], ensure_ascii=True)
        return hashlib.sha256(written.encode()).hexdigest()

    return get


def _without(getter: Getter, where: str, prefix: str) -> Getter:
    def get(scope: Scope) -> str | None:
        text = as_text(getter(scope), where)
        return text[len(prefix) :] if text is not None and text.startswith(prefix) else None

    return get


def _lower(getter: Getter, where: str) -> Getter:
    def get(scope: Scope) -> str | None:
        text = as_text(getter(scope), where)
        return None if text is None else text.lower()

    return get


def _translated(  # noqa: PLR0913
    getter: Getter, where: str, spec: Mapping[str, Any], place: str, faults: Faults, *, skips: bool
) -> Getter:
    table, other = spec.get("table"), spec.get("otherwise")
    plain = (str, int, Decimal, bool)
    if table is not None and not (isinstance(table, dict) and all(isinstance(v, plain) for v in table.values())):
        faults.add(f"{place}.table", "must be a table from what is sent to what is meant, without tables in it")
        table = {}
    if other is not None and not isinstance(other, plain):
        faults.add(f"{place}.otherwise", "must be text, a number, true or false")

    def get(scope: Scope) -> Any:
        found = getter(scope)
        if table is not None:
            text = as_text(found, where)
            found = None if text is None else table.get(text)
            if found is None and other is None and text is not None:
                raise UnreadableError(where, f"{text[:80]!r} is not in the table")
        found = other if found is None else found
        if skips and found == SKIP:
            raise SkippedError
        return found

    return get
