"""What is written for spreadsheets is text, never a formula."""

from __future__ import annotations

# What a spreadsheet would take for the beginning of a formula, also where signs are as wide as letters.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text
