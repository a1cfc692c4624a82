"""``flask tokens``: who may ask the API."""

from __future__ import annotations

from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

import click

from adoption import auth
from adoption import clock
from adoption.cli._common import need_database
from adoption.errors import AdoptionError
from adoption.extensions import db
from rules.period import SECOND

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(tokens)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1e6, UTC).date().isoformat()


@click.group()
def tokens() -> None:
    """Bearer tokens of the API."""


@tokens.command("create")
@click.option("--name", required=True, help="What the token is for; unique among those in force.")
@click.option("--scope", "scopes", multiple=True, required=True, help=f"One or more of {', '.join(auth.SCOPES)}.")
@click.option("--for", "email", help="E-mail address of the participant it belongs to; without, it is a service's.")
@click.option("--days", type=click.IntRange(1, 3650), help="After so many days it opens nothing; without, it does.")
def create(name: str, scopes: tuple[str, ...], email: str | None, days: int | None) -> None:
    """Make a token and print it, once."""
    need_database()
    now = clock.now()
    expires = None if days is None else now + days * 86_400 * SECOND
    try:
        token = auth.create_token(name, scopes, email=email, now=now, expires=expires)
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(token)


@tokens.command("list")
def list_tokens() -> None:
    """List the tokens, revoked ones too, and when each was last used."""
    need_database()
    for line in auth.tokens():
        state = "in force" if line.revoked is None else f"revoked {_day(line.revoked)}"
        if line.revoked is None and line.expires is not None:
            state = f"{'expires' if line.opens(clock.now()) else 'expired'} {_day(line.expires)}"
        used = "never used" if line.used is None else f"last used {_day(line.used)}"
        click.echo(f"{line.name}\t{line.scopes}\t{line.email or 'service'}\t{_day(line.created)}\t{state}\t{used}")


@tokens.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke a token; every process knows within five seconds."""
    need_database()
    if not auth.revoke_token(name, now=clock.now()):
        msg = f"there is no token {name!r} in force"
        raise click.ClickException(msg)
    db.session.commit()
    click.echo(f"{name} is revoked")
