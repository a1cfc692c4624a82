"""Rows of an audit as files: a list that a CRM imports, with the headings it knows, and everything there is.

No cell is ever a formula.  A number in the form of E.164 stays as it is (``+49…``): CRMs need it so, and as a formula
it would be that number.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import xlsxwriter

from adoption.sheets import leading
from adoption.sheets import safe
from rules.audit import keys
from rules.audit import names

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Row

# Headings as HubSpot, Salesforce, Pipedrive, Bitrix24, amoCRM and 纷享销客 recognise them.
IMPORT: Mapping[str, tuple[str, ...]] = {
    "en": (
        "First Name", "Last Name", "Full Name", "Company", "Email", "Phone", "Contact Owner", "Amount",
        "Last Contacted", "Notes",
    ),
    "ru": (
        "Имя", "Фамилия", "Полное имя", "Компания", "Email", "Телефон", "Ответственный", "Сумма", "Последний контакт",
        "Примечание",
    ),
    "zh": ("名字", "姓氏", "姓名", "公司名称", "邮箱", "手机", "负责人", "金额", "最后联系日期", "备注"),
}  # fmt: skip  # a language each
ALL = (
    "line", "state", "verdict", "why", "name", "company", "email", "phone", "owner", "value", "last_contact", "notes",
    "same_as_line", "contact", "contact_name", "contact_company", "contact_email", "contact_phone", "changed",
    "given_to", "closed", "closed_by", "closed_how",
)  # fmt: skip  # headings of everything
E164 = re.compile(r"\+\d{7,15}")
WIDTHS = (14, 18, 24, 26, 30, 18, 18, 14, 16, 40)  # of columns in a workbook, in letters


def importable(rows: Iterable[Row[Any]], language: str, country: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows as a CRM imports them, with headings."""
    yield IMPORT[language]
    for row in rows:
        given, family = (row.first_name, row.last_name) if row.last_name else names.split(row.name)
        number = keys.phone(row.phone, country) if row.phone else None
        phone = f"+{number}" if number else row.phone
        yield (
            given, family, row.name, row.company, keys.mail(row.email) or row.email, phone, row.owner, row.value,
            row.last_contact, row.notes,
        )  # fmt: skip  # as in IMPORT


def everything(
    rows: Iterable[Row[Any]], called: Mapping[int, str], day_of: Mapping[int, str]
) -> Iterator[tuple[str, ...]]:
    """Yield every row with what became of it; ``called`` are e-mail addresses of people, ``day_of`` days in words."""
    yield ALL
    for row in rows:
        yield (
            str(row.line), row.state, row.verdict, row.why, row.name, row.company, row.email, row.phone, row.owner,
            row.value, row.last_contact, row.notes, "" if row.twice is None else str(row.twice), row.contact,
            row.contact_name, row.contact_company, row.contact_email, row.contact_phone, row.changed,
            called.get(row.assigned or 0, ""), day_of.get(row.closed_day or 0, ""), called.get(row.closed_by or 0, ""),
            row.closed_how,
        )  # fmt: skip  # as in ALL


def _cell(text: str, told: Callable[[str], str]) -> str:
    return text if E164.fullmatch(text) else told(text)


def as_csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    """Write rows as CSV: UTF-8 with its mark, so that spreadsheets read all letters."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_cell(text, safe) for text in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[tuple[str, ...]]) -> bytes:
    """Write rows as a workbook in which every cell is text."""
    packed = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(packed, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for place, width in enumerate(WIDTHS):
            sheet.set_column(place, place, width)
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                sheet.write_string(number, place, _cell(text, leading), None if number else bold)
        sheet.freeze_panes(1, 0)
    return packed.getvalue()
