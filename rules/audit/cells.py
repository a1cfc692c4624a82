"""Amounts and days as people and programs write them in the cells of a spreadsheet, in three languages."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from decimal import InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 15  # digits of an amount: what is longer is a number of something
SIZES = {
    "k": 3, "tsd": 3, "thousand": 3, "тыс": 3, "千": 3, "万": 4, "百万": 6, "m": 6, "mn": 6, "mln": 6, "mio": 6,
    "million": 6, "millionen": 6, "millions": 6, "млн": 6, "千万": 7, "亿": 8, "bn": 9, "mrd": 9, "billion": 9,
    "млрд": 9,
}  # fmt: skip  # what stands behind a number → powers of ten
CHINESE_SIZES = ("百万", "千万", "千", "万", "亿")  # behind which other signs may follow, as in 30万元
MONTHS = (
    ("jan", "jän", "янв"), ("feb", "фев"), ("mar", "mär", "мар"), ("apr", "апр"), ("may", "mai", "май", "мая"),
    ("jun", "июн"), ("jul", "июл"), ("aug", "авг"), ("sep", "сен"), ("oct", "okt", "окт"), ("nov", "ноя"),
    ("dec", "dez", "дек"),
)  # fmt: skip  # how the names of months begin
FIRST = date(1899, 12, 30).toordinal()  # the day that spreadsheets call 0
SERIALS = range(20_000, 80_000)  # their numbers of days from 1954 to 2119; other numbers are no days
CENTURY = 70  # 69 is 2069, 70 is 1970
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})[.\s-]{1,2}([^\W\d_]{3,})\.?,?[\s-](\d{4}|\d{2})(?!\d)")  # 3. November 2026
_NAMED_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s(\d{1,2}),?\s(\d{4})(?!\d)")  # November 3, 2026
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_BEHIND = re.compile(r"\d\W*?([^\W\d_]+)")


def amount(text: str) -> Decimal | None:
    """Read an amount as people write it: 1.234,50 €, 1,234.50, 1 234,5, 1.2 Mio, 30万; ``None`` if it is none."""
    kept = re.sub(r"[^\d.,-]", "", text)
    kept = kept.rstrip(".,-") if any(map(str.isdigit, kept)) else kept  # 1.200,-
    comma, point = kept.rfind(","), kept.rfind(".")
    if comma > point:
        thousands = kept.count(",") > 1 or (point < 0 and _of_thousands(kept, comma))
        kept = kept.replace(",", "") if thousands else kept.replace(".", "").replace(",", ".")
    else:
        kept = kept.replace(",", "")
        thousands = kept.count(".") > 1 or (comma < 0 <= point and _of_thousands(kept, point))
        kept = kept.replace(".", "") if thousands else kept
    try:
        found = Decimal(kept) * 10 ** _size(text)
    except InvalidOperation:
        return None
    return found if found.adjusted() <= LARGEST else None


def _of_thousands(kept: str, mark: int) -> bool:
    """Say whether a mark parts thousands: money has two decimals, so that 1.234 is more than a thousand."""
    return len(kept) - mark == len(".234") and not kept.lstrip("-").startswith("0")


def _size(text: str) -> int:
    """Return of how many powers of ten the word behind the number tells."""
    found = _BEHIND.search(text)
    word = found[1].casefold() if found else ""
    return SIZES.get(word) or next((SIZES[one] for one in CHINESE_SIZES if word.startswith(one)), 0)


def month_first(texts: Iterable[str]) -> bool:
    """Say whether days of a column are written as in America, 11/25/2026: one must be, and none may be otherwise."""
    american = False
    for text in texts:
        found = _YEAR_LAST.search(text)
        if found is None or found[2] == ".":
            continue  # nobody in America writes a day with points
        if int(found[1]) > len(MONTHS):
            return False
        american = american or int(found[3]) > len(MONTHS)
    return american


def day(text: str, *, american: bool = False) -> str:
    """Read a day as people and spreadsheets write it, as 2026-11-25; empty if it is none.

    ``american``: the month stands first where the year is last (``month_first``).  A number of days since 1899 is what
    a spreadsheet shows where a cell is not formatted as a date.
    """
    if found := _SERIAL.fullmatch(text.strip()):
        serial = int(found[1])
        return date.fromordinal(FIRST + serial).isoformat() if serial in SERIALS else ""
    if found := _YEAR_FIRST.search(text):
        return _written(found[1], int(found[2]), found[3])
    if found := _YEAR_LAST.search(text):
        american = found[2] != "." and (american or int(found[3]) > len(MONTHS))
        month, number = (found[1], found[3]) if american else (found[3], found[1])
        return _written(found[4], int(month), number)
    if found := _NAMED.search(text):
        return _written(found[3], _month(found[2]), found[1])
    if found := _NAMED_FIRST.search(text):
        return _written(found[3], _month(found[1]), found[2])
    return ""


def _month(name: str) -> int:
    """Return the number of a month by its name; 0 if it is none."""
    folded = name.casefold()
    return next((place for place, begins in enumerate(MONTHS, 1) if folded.startswith(begins)), 0)


def _written(year: str, month: int, number: str) -> str:
    whole = int(year) if len(year) > len("26") else int(year) + (1900 if int(year) >= CENTURY else 2000)
    try:
        return date(whole, month, int(number)).isoformat()
    except ValueError:
        return ""
