"""How sample data is recognised wherever it is: by its source, its addresses, its teams, its part of the book."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rules import book as books

if TYPE_CHECKING:
    from rules.book import Book

SOURCE = "sample"  # of its activities; nobody else may send in this name
DOOR = "sample"  # by which they come
DOMAIN = "@sample.invalid"  # of its addresses: a name that RFC 2606 keeps from ever existing
TEAMS = ("Sample North", "Sample South", "Sample Care")
BOOK = "sample data"  # the name under which its part of the book is published
_FILE = Path(__file__).parent / "books" / "sample" / "sample.toml"
KINDS = ("milestone", "metric", "reward", "incentive", "board")


def is_address(address: str) -> bool:
    """Say whether an e-mail address belongs to a sample person: nobody ever writes to it."""
    return address.casefold().endswith(DOMAIN)


@lru_cache(maxsize=1)
def text() -> str:
    """Return the part of the book by which sample teams are rewarded, and nobody else."""
    return _FILE.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def book() -> Book:
    """Return that part, read."""
    return books.load(text(), name=BOOK)


def names() -> frozenset[tuple[str, str]]:
    """Return what it defines: (kind, key)."""
    return frozenset((kind, key) for kind in KINDS for key in getattr(book(), f"{kind}s"))
