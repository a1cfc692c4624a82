"""``flask verify``: find everything anew from the activities and compare it with what the database says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from adoption.cli import _common
from adoption.errors import AdoptionError

if TYPE_CHECKING:
    from flask import Flask

    from adoption.history.verify import Step


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(verify)


@click.command()
@click.option("--new-archive", is_flag=True, help="Write the whole archive anew first, from the database.")
@with_appcontext
def verify(new_archive: bool) -> None:
    """Compare tallies, milestones, awards and the ledger with all activities.

    Prints what was compared and what differs; the exit code is 1 if anything does.
    """
    from adoption import history  # noqa: PLC0415  # its engine takes a while to load; other commands need not wait

    _common.need_database()
    started = time.monotonic()
    try:
        if new_archive:
            history.forget()
        differences = history.verify(_Progress())
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    for what, count in differences.compared.items():
        click.echo(f"{count:>12,} {what}".replace(",", " "))
    for line in differences.lines():
        click.echo(line)
    if not differences.clean:
        raise SystemExit(1)
    click.echo(f"Everything agrees ({time.monotonic() - started:.1f} s).")


class _Progress:
    """Say on stderr what is being done: a line when it begins, and every few seconds after."""

    every = 2.0  # seconds

    def __init__(self) -> None:
        self.doing = ""
        self.said = 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if step.doing == self.doing and now - self.said < self.every:
            return
        self.doing, self.said = step.doing, now
        far = f" {step.done:,} of {step.total:,}".replace(",", " ") if step.total else ""
        click.echo(f"{step.doing}{far} …", err=True)
