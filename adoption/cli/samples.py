"""``flask samples``: a small company to look at, and to be rid of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from adoption import clock
from adoption import sampledata as data
from adoption.cli import _common
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.journal import By

if TYPE_CHECKING:
    from flask import Flask

samples = AppGroup("samples", help="Sample data: a small company, marked as such everywhere.", no_args_is_help=True)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(samples)


@samples.command("load")
def load() -> None:
    """Load sample people, teams, and eight weeks of what they did and earned."""
    _common.need_database()
    try:
        with _common.progress("Loading sample data") as report:
            done = data.load(By(None, "flask samples load"), clock.now(), report)
    except AdoptionError as error:
        db.session.rollback()
        raise click.ClickException(str(error)) from None
    click.echo(f"{done} activities of the sample company are here; `flask samples remove` takes everything away again.")


@samples.command("remove")
def remove() -> None:
    """Remove everything that belongs to the sample company, and nothing else."""
    _common.need_database()
    try:
        gone = data.remove(By(None, "flask samples remove"), clock.now())
    except AdoptionError as error:
        db.session.rollback()
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo("The sample data is gone." if gone else "There is no sample data.")
