"""What is decided, as a list for whoever enters it in the CRM: text, never a formula."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING
from typing import NamedTuple

import xlsxwriter

from adoption import records
from adoption.ownership import listing
from adoption.sheets import safe
from rules import ownership

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Mapping

    from adoption.facts import Known
    from adoption.ownership.listing import Gap

MOST = 10_000  # rows
HEADINGS = (
    *("record", "name", "link", "open_because", "owner_now", "new_owner", "new_owner_email", "new_owner_account"),
    *("decided_by", "decided_on", "why"),
)
Rows = list[tuple[str, ...]]


class Form(NamedTuple):
    """A form in which the list is given."""

    write: Callable[[Rows], bytes]
    type: str


def rows(known: Known, scope: Collection[int] | None) -> Rows:
    """Return the list with its headings: what is assigned, and not yet in the CRM; the most important first."""
    asked = listing.Asked((ownership.DECIDED,), does=(ownership.ASSIGN,))
    gaps, _ = listing.listed(asked, scope, size=MOST, piece=0)
    cards = records.cards(gap.record for gap in gaps)
    reasons = listing.reasons(gap.decision for gap in gaps)
    found: Rows = [HEADINGS]
    for gap in gaps:
        card, person = cards[gap.record], known.people[gap.assigned or 0]
        now = next((fact.who for fact in gap.facts if fact.code == "owner"), None)
        found.append(
            (
                *(gap.record, card.name or "", card.link or "", gap.kind, known.called(now, "")),
                *(person.name, person.email, _account(known, gap)),
                *(known.called(gap.arbiter, ""), _day(known, gap.decided), reasons.get(gap.decision or 0, "")),
            )
        )
    return found


def _account(known: Known, gap: Gap) -> str:
    """Return what the source that told of the record calls its new owner."""
    sources = {source for source, _ in gap.evidence}
    return "; ".join(
        sorted(name for (source, name), who in known.identities.items() if who == gap.assigned and source in sources)
    )


def _day(known: Known, moment: int | None) -> str:
    return date.fromordinal(known.day_of(moment)).isoformat() if moment else ""


def as_csv(given: Rows) -> bytes:
    """Write rows as CSV, so that Excel reads it too."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([safe(cell) for cell in row] for row in given)
    return ("\N{BYTE ORDER MARK}" + text.getvalue()).encode()


def as_xlsx(given: Rows) -> bytes:
    """Write rows as a workbook, text as text."""
    packed = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(packed, settings) as book:
        sheet = book.add_worksheet("owners")
        for number, row in enumerate(given):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return packed.getvalue()


FORMS: Mapping[str, Form] = {
    "csv": Form(as_csv, "text/csv; charset=utf-8"),
    "xlsx": Form(as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
