"""``flask mail``: look into the outbox, send what is due, try again, and see whether the mail server can be reached."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import AppGroup

from adoption import clock
from adoption import journal
from adoption.cli import _common
from adoption.digests import bouncing
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.mail import looking
from adoption.mail import outbox
from adoption.mail import sending
from adoption.mail import transport
from rules import period

if TYPE_CHECKING:
    from flask import Flask

    from adoption.mail.letter import Stored

mail = AppGroup("mail", help="Letters: what became of them, and what is due.", no_args_is_help=True)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(mail)


@mail.command("list")
@click.option("--only", type=click.Choice(looking.GROUPS), help="Only letters of that kind of state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many, newest first.")
def list_letters(only: str | None, limit: int) -> None:
    """List letters: number, state, tries, when, kind, address, and what the server said."""
    _common.need_database()
    now = clock.now()
    for letter in looking.listed(now, shown=only, limit=limit):
        click.echo("\t".join(_cells(letter, now)))


def _cells(letter: Stored, now: int) -> tuple[str, ...]:
    state = looking.group_of(letter, now)
    twice = "perhaps twice" if letter.doubts and state == "sent" else ""
    moment = period.moment(letter.changed).isoformat(timespec="seconds")
    said = " ".join(filter(None, (letter.reply, twice)))
    return (str(letter.id), state, str(letter.tries), moment, letter.kind, letter.address, said)


@mail.command("send")
def send() -> None:
    """Send what is due now, as the scheduler does every two seconds."""
    _common.need_database()
    done = sending.run(lambda _done, _total: None)
    click.echo(", ".join(f"{count} {state}" for state, count in sorted(done.items())) or "nothing is due")


@mail.command("retry")
@click.argument("number", type=int)
def retry(number: int) -> None:
    """Send a letter again that failed, was skipped, or is in doubt."""
    _common.need_database()
    try:
        outbox.retry(number, clock.now())
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    by = journal.By(None, "flask mail retry")
    journal.write(db.session.connection(), by, "sent again", f"letter/{number}", now=clock.now())
    db.session.commit()
    click.echo(f"letter {number} is due now")


@mail.command("bounce")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def bounce(folder: Path | None) -> None:
    """Read what came back: one message from standard input, or every file of a mailbox folder."""
    _common.need_database()
    for name, data in bouncing.messages(folder) if folder else [("-", sys.stdin.buffer.read(bouncing.LARGEST))]:
        click.echo(f"{name}\t{bouncing.take(data, clock.now())}")
        db.session.commit()


@mail.command("check")
def check() -> None:
    """Say where letters go; a mail server is called and signed in to, without sending anything."""
    settings = current_app.extensions["settings"]
    if settings.public_url is None:
        click.echo("PUBLIC_URL is not set, so nobody can be sent a link to sign in", err=True)
    if settings.smtp_url is None:
        click.echo(f"letters go to the folder {settings.mail_folder}; set SMTP_URL to send them")
        return
    server = transport.Server(settings.smtp_url, settings.mail_from)
    try:
        click.echo(f"{server.check()} takes letters")
    except transport.UnreachableError as error:
        raise click.ClickException(str(error)) from None
    finally:
        server.close()
