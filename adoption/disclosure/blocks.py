"""What the pack is made of: sections of paragraphs, lists and tables, in words."""

from __future__ import annotations

from typing import NamedTuple


class Code(str):
    """A cell of names that are the same in every language: tables, types, sources."""

    __slots__ = ()
    code = True  # for templates


class Table(NamedTuple):
    """A table: what it shows, headings, and rows of text."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = str | list[str] | Table  # a paragraph, a list, a table


class Section(NamedTuple):
    """A part of the pack; ``key`` never changes."""

    key: str
    title: str
    blocks: tuple[Block, ...]


class Pack(NamedTuple):
    """The whole pack; ``notes`` say which version it is."""

    title: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
