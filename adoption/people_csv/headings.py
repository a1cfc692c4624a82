"""Headings as people and directories write them → the columns that are known."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

SIMILAR = 0.8  # from here on a heading is taken for a misspelt one
_BRACKETS = re.compile(r"[\[(]([^\])]*)[\])]?")
_PROPERTY = re.compile(r"\[(\w+)\]")  # Entra: User name [userPrincipalName] Required
_MARKS = re.compile(r"[_\-./*:#\s]+")
_SECRETS = ("password", "passwort", "пароль", "密码")


@dataclass(frozen=True, slots=True)
class Layout:
    """Known columns with the headings under which they are found, the preferred ones first."""

    columns: Mapping[str, Sequence[str]]
    required: frozenset[str]


class Places(NamedTuple):
    """Where the known columns stand, what is wrong with the headings, and what is left out."""

    indices: dict[str, int]
    faults: list[tuple[str, str]]  # (column, message)
    notes: list[str]


def find(labels: Sequence[str], layout: Layout) -> Places:
    """Find the known columns among the headings of a file.

    A column that may be read from several headings is read from the preferred one.  A heading nobody knows is left out
    with a note, but is a fault where it looks like a misspelt known one that is missing.
    """
    wanted = {alias: (name, rank) for name, aliases in layout.columns.items() for rank, alias in enumerate(aliases)}
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    strange: list[int] = []
    for index, label in enumerate(labels):
        known = next((wanted[text] for text in _readings(label) if text in wanted), None)
        if known:
            found[known[0]].append((known[1], index))
        elif label.strip():
            strange.append(index)
    places = Places({}, [], [])
    for name, ranked in found.items():
        (rank, index), *others = sorted(ranked)
        places.indices[name] = index
        for other_rank, other in others:
            if other_rank == rank:
                places.faults.append((short(labels[other]), f"columns {index + 1} and {other + 1} both say {name}"))
            else:
                places.notes.append(
                    f"column {short(labels[other])} is not used: {name} is read from {short(labels[index])}"
                )
    _judge([labels[index] for index in strange], layout, places)
    return places


def _judge(strange: Iterable[str], layout: Layout, places: Places) -> None:
    """Say what becomes of the headings nobody knows, and which required ones are missing."""
    absent = {name.replace("_", " "): name for name in layout.columns if name not in places.indices}
    missing = [name for name in layout.columns if name in layout.required and name not in places.indices]
    ignored = []
    for label in strange:
        near = difflib.get_close_matches(normal(label), absent, n=1, cutoff=SIMILAR)
        if any(secret in normal(label) for secret in _SECRETS):
            places.notes.append(f"column {short(label)} is never read")
        elif near:
            places.faults.append((short(label), f"this column is not known; did you mean {absent[near[0]]}?"))
        else:
            ignored.append(short(label))
    for name in missing:
        there = f"; there are {', '.join([*places.indices, *ignored])}" if places.indices or ignored else ""
        places.faults.append((name, f"this column is missing{there}"))
    if ignored and not missing:
        places.notes.append(f"not known, and left out: {', '.join(ignored)}")


def normal(label: str) -> str:
    """Return a heading without case, punctuation and remarks in brackets: ``E-Mail [Required]`` → ``e mail``."""
    text = _BRACKETS.sub(" ", unicodedata.normalize("NFKC", label).casefold())
    text = text.replace("ё", "е").replace("'", "")  # noqa: RUF001  # Russian letters
    return _MARKS.sub(" ", text).strip().removesuffix(" required")


def _readings(label: str) -> tuple[str, ...]:
    inner = _PROPERTY.search(label)
    return (normal(label), normal(inner[1])) if inner else (normal(label),)


def short(text: str, length: int = 40) -> str:
    """Return text on one line, cut where it is too long to show."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
