"""``flask book try``: what a book would have done in days past."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from adoption import trials
from adoption.cli import _common
from adoption.cli.book import book
from adoption.errors import AdoptionError
from adoption.trials import files
from rules.book import BookError
from rules.value import text_of_units

if TYPE_CHECKING:
    from typing import BinaryIO

    from flask import Flask

    from rules.trial import Trial

LARGEST = 1024 * 1024  # bytes


def init_app(_app: Flask) -> None:
    """Say that the command is added to ``flask book`` when this module is found."""


@book.command("try")
@click.argument("file", type=click.File("rb"))
@click.option("--from", "first", type=_common.Day(), required=True, help="The first local day.")
@click.option("--to", "until", type=_common.Day(), required=True, help="The last local day.")
@click.option("--incentive", "incentives", multiple=True, help="Its key, again and again; else all that change.")
@click.option("--csv", "as_csv", is_flag=True, help="Write a line for everybody, as CSV.")
@with_appcontext
def attempt(file: BinaryIO, first: int, until: int, incentives: tuple[str, ...], as_csv: bool) -> None:
    """Say what a book would have given to whom, beside what was in force.  Nothing is written but the archive."""
    _common.need_database()
    try:
        text = file.read(LARGEST).decode("utf-8-sig")
        question = trials.question(text, first, until, incentives)
        with _common.progress("Trying") as report:
            found = trials.work_out(question, report)
    except UnicodeDecodeError:
        msg = f"{file.name} is no text in UTF-8"
        raise click.ClickException(msg) from None
    except BookError as error:
        for fault in error.faults:
            click.echo(f"{file.name}: {fault}", err=True)
        msg = f"{file.name} was not tried"
        raise click.ClickException(msg) from None
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    if as_csv:
        sys.stdout.write(files.as_csv(files.people(found)).decode())
        return
    for line in _said(found):
        click.echo(line)


def _said(tried: Trial) -> list[str]:
    """Put the totals into lines."""
    said = [f"{', '.join(tried.incentives)}, {_common.day_text(tried.first)} to {_common.day_text(tried.last - 1)}"]
    said.append(f"{'':12}{'today':>16}{'draft':>16}")
    said.append(f"{'who earn':12}{tried.earn_today:>16}{tried.earn_draft:>16}   of {len(tried.lines)}")
    said.append(f"{'awards':12}{tried.today.awards:>16}{tried.draft.awards:>16}")
    was = {one.unit: one for one in tried.today.worth}
    now = {one.unit: one for one in tried.draft.worth}
    for unit in files.units_of(tried):
        before = text_of_units(was[unit].likely) if unit in was else "0"
        after = text_of_units(now[unit].likely) if unit in now else "0"
        least, most = (text_of_units(getattr(now[unit], name)) if unit in now else "0" for name in ("least", "most"))
        range_ = "" if least == most else f"   between {least} and {most}, as people choose"
        said.append(f"{unit:12}{before:>16}{after:>16}{range_}")
    said += [
        f"warning: {one.code} {' '.join(f'{name}={value}' for name, value in one.values)}".rstrip()
        for one in tried.warnings
    ]
    return said
