"""``flask people``: who is who, who is away, which days nobody works, which teams start together."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import BinaryIO

import click
from flask.cli import AppGroup

from adoption import clock
from adoption import directory
from adoption import facts
from adoption import people_csv
from adoption.cli import _common
from adoption.extensions import db
from adoption.journal import By

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

    from adoption.directory import Loaded

people = AppGroup("people", help="Load and list people, absences, holidays and waves.", no_args_is_help=True)

_later = click.option("--later", is_flag=True, help="Leave scoring again to the scheduler.")
_dry_run = click.option("--dry-run", is_flag=True, help="Only say what would change.")
_file = click.argument("file", type=click.File("rb"))
_on = click.option(
    "--on", type=_common.Day(), help="The local day on which changed teams take effect; today by default."
)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(people)


@people.command("load")
@_file
@_on
@_dry_run
@_later
def load(file: BinaryIO, on: int | None, dry_run: bool, later: bool) -> None:
    """Load a list of people.

    Columns: email, name, team, manager (e-mail), role, hired_on, left_on (the first day no longer there), identities
    (source=id;source=id), employee_no (payroll's number). Only email must be there; what the file has no column for
    stays as it is, and so do people whom it does not name.
    """
    found = people_csv.read(_raw(file))
    loaded = directory.load_people(found, on=_today() if on is None else on, by=_by("load"))
    counts = f"{_people(loaded.created)} created, {loaded.changed} changed, {loaded.unchanged} unchanged"
    _check(file.name, found.notes, loaded)
    _finish(file.name, loaded, counts, dry_run=dry_run, later=later)


@people.command("absences")
@_file
@_dry_run
@_later
def absences(file: BinaryIO, dry_run: bool, later: bool) -> None:
    """Load a list of absences: email, from, until (the first day back).

    It is the whole list for everybody in it; a row without days says that somebody is never away.
    """
    found = people_csv.read_absences(_raw(file))
    loaded = directory.load_absences(found, by=_by("absences"))
    _check(file.name, found.notes, loaded)
    _finish(file.name, loaded, _counts("absence", loaded), dry_run=dry_run, later=later)


@people.command("holidays")
@_file
@_dry_run
@_later
def holidays(file: BinaryIO, dry_run: bool, later: bool) -> None:
    """Load a list of holidays: day, name.

    It is the whole list for every year in which it has a day.
    """
    found = people_csv.read_holidays(_raw(file))
    loaded = directory.load_holidays(found, by=_by("holidays"))
    _check(file.name, found.notes, loaded)
    _finish(file.name, loaded, _counts("holiday", loaded), dry_run=dry_run, later=later)


@people.command("waves")
@_file
@_dry_run
@_later
def waves(file: BinaryIO, dry_run: bool, later: bool) -> None:
    """Load a list of the teams that start together: wave, team, from, until (the first day no more).

    It is the whole list for every wave in it; a row without a team empties its wave.
    """
    found = people_csv.read_waves(_raw(file))
    loaded = directory.load_waves(found, by=_by("waves"))
    _check(file.name, found.notes, loaded)
    counts = _counts("team in a wave", loaded, "teams in waves")
    _finish(file.name, loaded, counts, dry_run=dry_run, later=later)


@people.command("list")
@click.option("--on", type=_common.Day(), help="The local day whose teams are shown; today by default.")
def listing(on: int | None) -> None:
    """Print everybody as CSV, which `people load` reads back."""
    _common.need_database()
    rows = directory.listed(_today() if on is None else on)
    click.echo(people_csv.write(rows), nl=False)


def _by(command: str) -> directory.Told:
    return directory.Told(By(None, f"flask people {command}"), clock.now())


def _today() -> int:
    return facts.current().today(clock.now())


def _raw(file: BinaryIO) -> bytes:
    """Return what is in a file, one byte more than is allowed at most, once there is a database to compare it with."""
    _common.need_database()
    return file.read(people_csv.LARGEST + 1)


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _counts(one: str, loaded: Loaded, many: str = "") -> str:
    noun = one if loaded.created == 1 else many or f"{one}s"
    changed = f", {loaded.changed} changed" if loaded.changed else ""
    return f"{loaded.created} {noun} added{changed}, {loaded.removed} removed, {loaded.unchanged} unchanged"


def _check(name: str, notes: Iterable[str], loaded: Loaded) -> None:
    """Say what was left out; with faults say each of them, store nothing and stop."""
    for note in notes:
        click.echo(f"{name}: note: {note}", err=True)
    for fault in loaded.faults:
        place = f" line {fault.line}" if fault.line else ""
        column = f", column {fault.column}" if fault.column else ""
        click.echo(f"{name}{place}{column}: {fault.message}", err=True)
    if loaded.faults:
        db.session.rollback()
        raise SystemExit(1)


def _finish(name: str, loaded: Loaded, counts: str, *, dry_run: bool, later: bool) -> None:
    """Commit, score again where that is needed, and say what happened."""
    if dry_run:
        db.session.rollback()
        click.echo(f"{name}, only tried: {counts}.")
        return
    db.session.commit()
    if not loaded.rescore:
        click.echo(f"{name}: {counts}.")
    elif later:
        click.echo(f"{name}: {counts}; the scheduler will score the activities again.")
    else:
        _common.score_again()
        click.echo(f"{name}: {counts}; the activities were scored again.")
