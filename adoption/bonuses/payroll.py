"""A closed run handed to payroll: CSV and XLSX with the columns that it wants, the same bytes every time.

An export keeps what may change later: who had which number, name and address, and the codes of the plan.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import xlsxwriter
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import literal
from sqlalchemy import select
from sqlalchemy import update

from adoption import statements
from adoption.bonuses import runs
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusStatement
from adoption.models import Participant
from adoption.models import PayrollColumns
from adoption.models import PayrollExport
from adoption.models import PayrollRow
from adoption.sheets import safe
from rules import period as periods
from rules.bonus.closing import FINAL
from rules.bonus.exact import money_text
from rules.period import moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.bonuses.runs import Run

FIELDS = (
    "employee_no",
    "name",
    "email",
    "period",
    "element_code",
    "amount",
    "currency",
    "plan_version",
    "batch_id",
    "line_hash",
)
USUAL = tuple((name, name) for name in FIELDS if name not in {"name", "email"})
MOST_COLUMNS = 40
HEADING_LENGTH = 60
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
Columns = tuple[tuple[str, str], ...]  # heading, field


class ColumnsError(RefusedError):
    """These columns cannot be exported."""


class NoNumberError(RefusedError):
    """Somebody has no employee number."""


class Export(NamedTuple):
    """An export as it is kept."""

    row: Row[Any]
    run: Run
    columns: Columns


def checked(columns: Sequence[Sequence[str]]) -> Columns:
    """Return columns that can be exported.

    Raises:
        ColumnsError: a field is unknown, a heading is empty, too long or there twice, or the amount is missing.
    """
    found = tuple((str(heading).strip(), str(field)) for heading, field in columns)
    headings = [heading for heading, _ in found]
    good = (
        0 < len(found) <= MOST_COLUMNS
        and all(field in FIELDS for _, field in found)
        and all(0 < len(heading) <= HEADING_LENGTH and heading.isprintable() for heading in headings)
        and len(set(headings)) == len(headings)
        and {"amount", "employee_no"} <= {field for _, field in found}
    )
    if not good:
        raise ColumnsError
    return found


def save_columns(name: str, columns: Columns) -> None:
    """Keep a mapping under a name.  The caller commits."""
    row = [(name, json.dumps(columns, ensure_ascii=False))]
    statements.put(begin_write(), "payroll_columns", ("name",), ("columns",), row)


def saved_columns() -> dict[str, Columns]:
    """Return the mappings that were kept, by name."""
    rows = db.session.execute(select(PayrollColumns.name, PayrollColumns.columns).order_by(PayrollColumns.name))
    return {name: tuple((heading, field) for heading, field in json.loads(columns)) for name, columns in rows}


def export(run: int, columns: Columns, *, who: int, now: int, seen: int | None = None) -> int:
    """Hand a closed run to payroll; return the batch number.  The caller commits.

    ``seen`` is the newest batch of the run that was seen before (0: none): a form that is sent twice makes one batch.

    Raises:
        WrongStateError: the run is not closed, or somebody has made another batch since.
        NoNumberError: somebody with an amount has no employee number; their names are in ``people``.
    """
    found = runs.find(run)
    if found.row.state not in FINAL:
        raise runs.WrongStateError
    lacking = [name for name, _ in without_number(run)]
    if lacking:
        raise NoNumberError(people=lacking)
    runs.take(run, "export", who=who, now=now)
    connection = db.session.connection()
    packed = json.dumps(columns, ensure_ascii=False)
    there = None if seen is None else _newest(connection, run)
    if there is not None and there.id > (seen or 0):
        db.session.rollback()
        if (there.columns, there.made_by) != (packed, who):
            raise runs.WrongStateError
        return int(there.id)
    values = {"run": run, "columns": packed, "sha256": "", "rows": 0, "total": 0, "made": now, "made_by": who}
    version = f"{found.plan.key}/{periods.text('day', found.row.version)}"
    values |= {"element": found.plan.element, "version": version}
    batch = connection.execute(insert(PayrollExport).values(values).returning(PayrollExport.id)).scalar_one()
    _keep_names(connection, run, batch)
    rows = list(_rows(find(batch)))
    written = _csv(columns, rows)
    marks = {"sha256": hashlib.sha256(written).hexdigest(), "rows": len(rows), "total": sum(row[0] for row in rows)}
    connection.execute(update(PayrollExport).where(PayrollExport.id == batch).values(marks))
    return int(batch)


def _newest(connection: Connection, run: int) -> Row[Any] | None:
    query = select(PayrollExport.__table__).where(PayrollExport.run == run)
    return connection.execute(query.order_by(PayrollExport.id.desc()).limit(1)).first()


def without_number(run: int) -> list[tuple[str, int]]:
    """Return (name, cents) of those with an amount for whom payroll has no number."""
    query = select(Participant.name, BonusStatement.total).join(
        Participant, Participant.id == BonusStatement.participant
    )
    query = query.where(BonusStatement.run == run, BonusStatement.total != 0, Participant.employee_no.is_(None))
    return [(name, total) for name, total in db.session.execute(query.order_by(Participant.name))]


def _keep_names(connection: Connection, run: int, batch: int) -> None:
    """Keep the number, name and address of every participant with an amount, as they are now."""
    person, table = Participant, BonusStatement
    number = func.coalesce(person.employee_no, "")
    now = select(literal(batch), person.id, number, person.name, person.email)
    now = now.join(table, table.participant == person.id).where(table.run == run, table.total != 0)
    columns = ("batch", "participant", "employee_no", "name", "email")
    connection.execute(insert(PayrollRow).from_select(columns, now))


def _rows(found: Export) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (cents, fields) of every participant with an amount, by employee number."""
    table, person, plan, run = BonusStatement, PayrollRow, found.run.plan, found.run.row
    query = select(person.employee_no, person.name, person.email, table.total, table.document)
    query = query.join(table, table.participant == person.participant)
    query = query.where(person.batch == found.row.id, table.run == run.id)
    query = query.order_by(person.employee_no, person.participant)
    common = {
        "period": found.run.period,
        "element_code": plan.element if found.row.element is None else found.row.element,
        "currency": plan.currency,
        "plan_version": found.row.version or f"{plan.key}/{run.version}",
        "batch_id": str(found.row.id),
    }
    for number, name, email, total, document in db.session.execute(query):
        own = {"employee_no": number, "name": name, "email": email, "amount": money_text(total)}
        yield total, common | own | {"line_hash": json.loads(document)["hash"]}


def find(batch: int) -> Export:
    """Return an export.

    Raises:
        NotFoundError: there is none of that number.
    """
    row = db.session.execute(select(PayrollExport.__table__).where(PayrollExport.id == batch)).first()
    if row is None:
        raise NotFoundError
    columns = tuple((heading, field) for heading, field in json.loads(row.columns))
    return Export(row, runs.find(row.run), columns)


def as_csv(batch: int, *, bom: bool = False) -> bytes:
    """Write an export as CSV (UTF-8): the same bytes every time."""
    found = find(batch)
    written = _csv(found.columns, list(_rows(found)))
    return BOM.encode() + written if bom else written


def _csv(columns: Columns, rows: Sequence[tuple[int, dict[str, str]]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe(heading) for heading, _ in columns])
    for _, fields in rows:
        writer.writerow([fields[field] if field == "amount" else safe(fields[field]) for _, field in columns])
    return text.getvalue().encode()


def as_xlsx(batch: int) -> bytes:
    """Write an export as a workbook: text as text, amounts as numbers; the same bytes every time."""
    found = find(batch)
    packed = io.BytesIO()
    with xlsxwriter.Workbook(
        packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"created": moment(found.row.made).replace(tzinfo=None)})
        sheet, cents = book.add_worksheet("payroll"), book.add_format({"num_format": "0.00"})
        for place, (heading, _) in enumerate(found.columns):
            sheet.write_string(0, place, heading)
        for line, (total, fields) in enumerate(_rows(found), start=1):
            for place, (_, field) in enumerate(found.columns):
                if field == "amount":
                    sheet.write_number(
                        line, place, total / 100, cents
                    )  # a cell holds a binary number, shown with its cents
                else:
                    sheet.write_string(line, place, fields[field])
    return packed.getvalue()


def totals(batch: int) -> bytes:
    """Write what an export must add up to, as CSV: batch, period, rows, total, currency, hash of the file."""
    found = find(batch)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["batch_id", "plan", "period", "rows", "total", "currency", "sha256"])
    plan = found.run.plan
    row = found.row
    writer.writerow(
        [row.id, safe(plan.key), found.run.period, row.rows, money_text(row.total), plan.currency, row.sha256]
    )
    return text.getvalue().encode()
