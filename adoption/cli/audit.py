"""``flask audit``: which customers of a spreadsheet never arrived in the CRM."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app

from adoption import clock
from adoption.audits import checking
from adoption.audits import comparing
from adoption.audits import contacts
from adoption.audits import keeping
from adoption.audits import reading
from adoption.audits import rows
from adoption.audits import taking
from adoption.cli import _common
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.journal import By
from adoption.sheets import safe
from rules.audit import columns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from typing import BinaryIO
    from typing import TextIO

    from flask import Flask

    from adoption.audits.checking import Outcome

MOST = 15  # customers that are shown
HEADINGS = (
    "line", "verdict", "why", "name", "company", "email", "phone", "owner", "value", "last_contact", "contact",
    "contact_name", "changed", "same_as_line",
)  # fmt: skip  # of the file that is written
SAID = {"found": "found", "probable": "probably found, to be confirmed", "missing": "missing in the CRM"}


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(audit)


@click.command("audit")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--contacts", "others", type=click.File("rb"), help="A list exported from the CRM; else what activities tell."
)
@click.option(
    "--column",
    "given",
    multiple=True,
    metavar="PART=HEADING",
    help=f"Which column is which: {', '.join(columns.PARTS)}.",
)
@click.option("--country", help="The calling code of telephone numbers without one; CALLING_CODE by default.")
@click.option("--save", is_flag=True, help="Keep it as an audit of the organisation, on the page /audits.")
@click.option("--csv", "out", type=click.File("w", encoding="utf-8"), help="Write every row with what became of it.")
def audit(  # noqa: PLR0913, PLR0917  # its options
    file: BinaryIO,
    others: BinaryIO | None,
    given: Sequence[str],
    country: str | None,
    save: bool,
    out: TextIO | None,
) -> None:
    """Compare a spreadsheet with customers (.xlsx, .xls, .ods or CSV) with the contacts of the CRM.

    Found is who has the same address or number, or the same name at the same company, in whatever script and spelling.
    The missing come first, the most valuable and the most recently spoken to on top.
    """
    code = country or current_app.extensions["settings"].calling_code
    try:
        raw = file.read(reading.LARGEST + 1)
        grid = reading.read(raw)
        at, places = checking.columns_of(grid)
        headings = columns.headings(grid.rows, at)
        places |= _given(given, headings)
        customers = list(checking.customers(grid, at, places))
        listed = None if others is None else others.read(reading.LARGEST + 1)
        if save:
            _save(raw, listed, file.name, places, code)
            return
        if listed is not None:
            known = contacts.of_grid(reading.read(listed))
        else:
            _common.need_database()
            known = contacts.of_activities(db.session.connection())
        for note in grid.notes:
            click.echo(f"Note: {note.said}.", err=True)
        click.echo(
            "Read as " + ", ".join(f"{part}: “{headings[place] or place + 1}”" for part, place in places.items()) + "."
        )
        outcomes = checking.check(customers, known, country=code, report=_progress)
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    _tell(outcomes)
    if out is not None:
        _write(out, outcomes)
        click.echo(f"Every row is in {out.name}.")


def _save(raw: bytes, listed: bytes | None, name: str, places: Mapping[str, int], country: str) -> None:
    """Keep a sheet as an audit of the organisation, and compare it; the page takes it from there."""
    _common.need_database()
    by, now = By(None, "flask audit"), clock.now()
    number = taking.take(raw, Path(name).name, contacts=listed, by=by, shared=True, country=country, now=now)
    db.session.commit()
    taking.confirm(keeping.find(number), places, country=country, counts=False, by=by, now=now)
    db.session.commit()
    comparing.compare(number, clock.now, lambda done, _all: _progress(done))
    kept, counted = keeping.find(number), rows.counts(number)
    if kept.state != keeping.OPEN:
        keeping.remove(kept, by, now)
        db.session.commit()
        if kept.message == comparing.BROKEN:
            msg = "The sheet cannot be compared; the log of the service says why."
            raise click.ClickException(msg)
        raise comparing.NoContactsError
    click.echo(f"Audit {number} is kept: {counted.todo} of {counted.rows} customers are to do. See /audits/{number}.")


def _given(given: Sequence[str], headings: Sequence[str]) -> dict[str, int]:
    """Return the columns that the command names."""
    found = {}
    for one in given:
        part, _, heading = one.partition("=")
        if part not in columns.PARTS:
            msg = f"{part!r} is no part of a customer: there are {', '.join(columns.PARTS)}"
            raise click.ClickException(msg)
        if heading not in headings:
            msg = f"there is no column {heading!r}; there are {', '.join(filter(None, headings))}"
            raise click.ClickException(msg)
        found[part] = list(headings).index(heading)
    return found


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} contacts compared", nl=False, err=True)


def _tell(outcomes: Sequence[Outcome]) -> None:
    found = checking.counts(outcomes)
    click.echo(
        f"{len(outcomes)} customers: " + ", ".join(f"{found[verdict]} {said}" for verdict, said in SAID.items()) + "."
    )
    click.echo(
        f"{found['changed']} changed meanwhile, {found['twice']} stand in the sheet twice, "
        f"{found['nobodys']} of the missing are nobody's."
    )
    missing = [one for one in outcomes if one.match.verdict == "missing" and one.twice is None]
    for one in missing[:MOST]:
        card = one.customer.card
        worth = f"{one.customer.value:,}" if one.customer.value is not None else ""
        cells = (
            f"line {one.customer.line}",
            card.name,
            card.company,
            worth,
            one.customer.last,
            one.customer.owner or "nobody's",
        )
        click.echo("  " + "  ".join(filter(None, cells)))
    if len(missing) > MOST:
        click.echo(f"  and {len(missing) - MOST} more")


def _write(out: TextIO, outcomes: Sequence[Outcome]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    for one in outcomes:
        customer, match = one.customer, one.match
        contact = match.contact
        cells = (
            str(customer.line), match.verdict, match.why, *customer.card[1:], customer.owner,
            "" if customer.value is None else str(customer.value), customer.last,
            contact.key if contact and match.verdict != "missing" else "",
            contact.name if contact and match.verdict != "missing" else "",
            " ".join(one.changed), "" if one.twice is None else str(one.twice),
        )  # fmt: skip  # as in HEADINGS
        writer.writerow(map(safe, cells))
