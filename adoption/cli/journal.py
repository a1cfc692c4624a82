"""``flask journal``: is the chain whole, and where does it end?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from adoption import journal as journals
from adoption.cli import _common

if TYPE_CHECKING:
    from flask import Flask

journal = AppGroup("journal", help="The journal: who changed what, when and why.", no_args_is_help=True)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(journal)


class Head(click.ParamType[journals.Head]):
    """A head as ``flask journal head`` prints it."""

    name = "HEAD"

    def convert(
        self, value: str | journals.Head, param: click.Parameter | None, ctx: click.Context | None
    ) -> journals.Head:
        """Return its number and hash."""
        if isinstance(value, journals.Head):
            return value
        number, _, digest = value.strip().partition(":")
        if not number.isdigit() or len(digest) != len(journals.NOTHING):
            self.fail("a head is NUMBER:HASH, as `flask journal head` prints it", param, ctx)
        return journals.Head(int(number), digest)


@journal.command("head")
def head() -> None:
    """Print the end of the chain; keep it somewhere else."""
    _common.need_database()
    found = journals.head()
    click.echo(f"{found.number}:{found.hash}")


@journal.command("verify")
@click.option("--head", "kept", type=Head(), help="A head that was kept elsewhere: also finds a tail that was cut off.")
def verify(kept: journals.Head | None) -> None:
    """Find rows that were changed, deleted or moved; the exit code is 1 if there are any."""
    _common.need_database()
    flaws = list(journals.verify(kept))
    for flaw in flaws:
        click.echo(f"entry {flaw.number}: {flaw.said}", err=True)
    if flaws:
        raise SystemExit(1)
    click.echo(f"The chain of {journals.head().number} entries is whole.")
