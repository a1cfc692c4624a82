"""What the columns of a spreadsheet hold: by their headings in three languages, and by what stands in them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.audit import keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

WHO = frozenset({"name", "last_name", "company", "email", "phone"})  # of which a sheet needs one
PARTS = ("name", "first_name", "last_name", "company", "email", "phone", "last_contact", "owner", "value", "notes")
HEADINGS: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "e-mail", "mail", "почта", "эл почта", "электронная почта", "имейл", "邮箱", "电子邮件",
        "邮件",
    ),
    "phone": (
        "phone", "telephone", "tel", "mobile", "cell", "telefon", "handy", "телефон", "тел", "мобильный",
        "电话", "手机", "联系电话",
    ),
    "first_name": (
        "first name", "given name", "forename", "vorname", "имя", "名", "名字",
    ),
    "last_name": (
        "last name", "surname", "family name", "nachname", "фамилия", "姓", "姓氏",
    ),
    "name": (
        "name", "full name", "contact", "contact name", "customer", "client", "person", "ansprechpartner",
        "kunde", "фио", "контакт", "клиент", "контактное лицо", "заказчик", "姓名", "联系人", "客户",
        "客户姓名",
    ),
    "company": (
        "company", "account", "organisation", "organization", "firm", "firma", "unternehmen", "компания",
        "организация", "фирма", "предприятие", "公司", "单位", "公司名称", "企业", "account name", "company name",
        "firmenname", "客户名称",
    ),
    "last_contact": (
        "last contact", "last contacted", "last activity", "last call", "last meeting", "letzter kontakt",
        "последний контакт", "последнего контакта", "дата контакта", "последний звонок", "последнее касание",
        "最后联系", "上次联系", "最近联系", "跟进日期",
    ),
    "owner": (
        "owner", "sales rep", "rep", "responsible", "manager", "assigned to", "account manager",
        "betreuer", "zuständig", "ответственный", "менеджер", "владелец", "负责人", "销售", "业务员",
        "跟进人",
    ),
    "value": (
        "value", "amount", "revenue", "turnover", "deal value", "sum", "umsatz", "wert", "сумма", "оборот",
        "выручка", "ценность", "金额", "价值", "销售额", "合同金额",
    ),
    "notes": (
        "notes", "note", "comment", "comments", "remarks", "notizen", "bemerkung", "примечание", "примечания",
        "комментарий", "заметки", "备注", "说明",
    ),
}  # fmt: skip  # as many on a line as it holds
SUMS = frozenset({"total", "grand total", "sum", "summe", "gesamt", "итого", "всего", "合计", "总计", "小计"})
DATES = ("date", "datum", "дата", "日期", "时间")  # in headings of days alone
NUMBERS = frozenset({"id", "nr", "no", "number", "code", "код", "номер"})  # what follows is none of a telephone
CYRILLIC = re.compile("[а-яё]")  # noqa: RUF001  # Russian letters
ENOUGH = 0.6  # of the filled cells must look like a part that is recognised by contents alone
SAMPLE = 200  # rows that are looked at
NONE = -1  # the place of headings that a sheet does not have
ROWS_OF_HEADINGS = 20  # among which they are looked for
_DATE = re.compile(r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")
_NUMBER = re.compile(r"[-+]?[\d\s.,' ]+\s*[€$₽£¥]?|[€$₽£¥]\s*[\d\s.,' ]+")


class Guess(NamedTuple):
    """A column that was recognised: its place, and whether the heading said so or only the contents."""

    column: int
    by_heading: bool


def recognised(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Guess]:
    """Return which column holds which part.  A heading goes before contents, a whole heading before one in part."""
    found: dict[str, Guess] = {}
    folded = [_folded(one) for one in headings]
    whole = [(part, column) for part in HEADINGS for column, one in enumerate(folded) if one in HEADINGS[part]]
    meant = sorted((*_meant(one), column) for column, one in enumerate(folded))
    for part, column in (*whole, *((part, column) for *_, part, column in meant if part)):
        if part not in found and all(column != guess.column for guess in found.values()):
            found[part] = Guess(column, by_heading=True)
    for part in ("email", "last_contact", "phone"):
        if part not in found:
            place = _by_contents(part, len(headings), rows, {guess.column for guess in found.values()})
            if place is not None:
                found[part] = Guess(place, by_heading=False)
    return found


def heading_row(rows: Sequence[Sequence[str]]) -> int:
    """Return the place of the row that looks most like headings, among the first twenty; titles may stand above it.

    Of headings in two rows it is the lower one (``headings``).  Of headings that nobody knows it is the one above the
    first address or number; ``NONE`` if that stands at the top.
    """
    counts = [
        (known(row), sum(bool(cell.strip()) for cell in row), -place)
        for place, row in enumerate(rows[:ROWS_OF_HEADINGS])
    ]
    at = -max(counts, default=(0, 0, 0))[2]
    if not known(rows[at]):
        first = next((place for place, row in enumerate(rows[:ROWS_OF_HEADINGS]) if _is_data(row)), None)
        return at if first is None else first - 1
    below = [cell for cell in rows[at + 1] if cell.strip()] if at + 1 < min(len(rows), ROWS_OF_HEADINGS) else []
    return at + 1 if 2 * known(below) > len(below) else at


def headings(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    """Return the headings in a row; where cells were merged with those above, the ones that stand there."""
    if at == NONE:
        return [""] * len(rows[0])
    here = [cell.strip() for cell in rows[at]]
    above = [cell.strip() for cell in rows[at - 1]] if at else [""] * len(here)
    merged = [two if not one else "" for one, two in zip(here, above, strict=True)]
    return [one or two for one, two in zip(here, merged, strict=True)] if known(merged) else here


def known(row: Sequence[str]) -> int:
    """Return how many cells of a row are headings, word for word."""
    return sum(any(_folded(cell) in names for names in HEADINGS.values()) for cell in row if cell)


def names_customers(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the headings of a sheet, two at least, are those of customers."""
    row = headings(rows, heading_row(rows))
    who = {name for part in WHO for name in HEADINGS[part]}
    return known(row) > 1 and any(_folded(cell) in who for cell in row)


def sums_up(said: Mapping[str, str]) -> bool:
    """Say whether a row is the sum below a table, and nobody: a word for it, and an amount."""
    words = [text for part, text in said.items() if text and part != "value"]
    return len(words) == 1 and words[0].strip(" :").casefold() in SUMS


def _is_data(row: Sequence[str]) -> bool:
    return any(_looks_like("email", cell) or _looks_like("phone", cell) for cell in map(str.strip, row))


def _folded(heading: str) -> str:
    return " ".join(
        re.findall(r"[^\W_]+|-", unicodedata.normalize("NFKC", heading).casefold().replace("_", " "))
    ).replace(" - ", "-")


@lru_cache(maxsize=10_000)
def _meant(heading: str) -> tuple[int, int, int, str]:
    """Return which part a heading names among other words; before it what sorts the clearest first; empty for none.

    Of several the one of more words, then the noun that the others tell about: the last in English (account owner),
    the first in Russian (ответственный за контакт).
    """
    words = heading.replace("e-mail", "email").replace("-", " ").split()
    found = [
        (-len(name.split()), -place, order, part)
        for order, (part, names) in enumerate(HEADINGS.items())
        for name in names
        if (place := _place(name.replace("e-mail", "email"), words, heading))
    ]
    if any(one in heading for one in DATES):
        found = [one for one in found if one[3] == "last_contact"]
    elif words and words[-1] in NUMBERS:
        found = [one for one in found if one[3] == "phone"]
    best = min(found, default=(0, 0, 0, ""))
    return (*best[:3], "name") if {"first_name", "last_name"} <= {one[3] for one in found} else best


def _place(name: str, words: Sequence[str], heading: str) -> int:
    """Return how much a name is what a heading is about, by its place among the words; 0 if it is not there."""
    asked = name.split()
    if set(asked) <= set(words):
        at = max(words.index(word) for word in asked)
    elif not name.isascii() and len(name) > 1 and name in heading:
        at = min(heading[: heading.index(name)].count(" "), len(words) - 1)
    else:
        return 0
    return len(words) - at if CYRILLIC.search(name) else at + 1


def _by_contents(part: str, width: int, rows: Sequence[Sequence[str]], taken: set[int]) -> int | None:
    best: tuple[float, int] | None = None
    for column in range(width):
        cells = [row[column].strip() for row in rows[:SAMPLE] if column < len(row) and row[column].strip()]
        if column in taken or not cells:
            continue
        share = sum(_looks_like(part, cell) for cell in cells) / len(cells)
        if share >= ENOUGH and (best is None or share > best[0]):
            best = share, column
    return None if best is None else best[1]


def _looks_like(part: str, cell: str) -> bool:
    if part == "email":
        return keys.mail(cell) is not None
    if part == "last_contact":
        return _DATE.match(cell) is not None
    return (
        re.fullmatch(r"\+?[\d\s()./-]{7,20}", cell) is not None
        and keys.phone(cell, "1") is not None
        and not _DATE.fullmatch(cell)
    )
