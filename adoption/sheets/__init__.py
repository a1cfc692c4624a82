"""What is written for spreadsheets is text, never a formula."""

from __future__ import annotations

import re

# What a spreadsheet would take for the beginning of a formula, also where signs are as wide as letters.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Where commas are decimal, a spreadsheet opens our files by semicolons: there a cell may begin within another.
PARTING = frozenset(";\t\r\n")
WITHIN = re.compile(r'(?<![;\s"])([;\s"]++)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])')  # each run is looked at once


def safe(text: str) -> str:
    """Return text that no spreadsheet takes for a formula, whichever sign parts its cells."""
    return leading(WITHIN.sub(_text, text))


def _text(found: re.Match[str]) -> str:
    return f"{found[1]}'" if PARTING.intersection(found[1]) else found[1]


def leading(text: str) -> str:
    """Return text that is no formula where a cell is certain to hold all of it."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text
