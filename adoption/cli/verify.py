"""``flask verify``: find everything anew from the activities and compare it with what the database says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from adoption import history
from adoption.history import archive

if TYPE_CHECKING:
    from flask import Flask

    from adoption.history.verify import Step


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(verify)


@click.command()
@click.option("--new-archive", is_flag=True, help="Write the whole archive anew first, from the database.")
def verify(new_archive: bool) -> None:
    """Compare tallies, milestones, awards and the ledger with all activities.

    Prints what was compared and every kind of difference; the exit code is 1 if there is any.
    """
    if new_archive:
        archive.forget()
    started = time.monotonic()
    differences = history.verify(_Progress())
    for doing, count in differences.compared.items():
        click.echo(f"{count:>12,} {doing}".replace(",", " "))
    for line in differences.lines():
        click.echo(line)
    if not differences.clean:
        raise SystemExit(1)
    click.echo(f"Everything agrees ({time.monotonic() - started:.1f} s).")


class _Progress:
    """Show on stderr what is being done, a line for each step and every few seconds within it."""

    every = 2.0  # seconds

    def __init__(self) -> None:
        self.doing = ""
        self.shown = 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if step.doing == self.doing and now - self.shown < self.every:
            return
        self.doing, self.shown = step.doing, now
        far = f" {step.done:,} of {step.total:,}".replace(",", " ") if step.total else ""
        click.echo(f"{step.doing}{far} …", err=True)
