"""``flask privacy``: the switch of individual detection, and the privacy pack as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from adoption import clock
from adoption import disclosure
from adoption import languages
from adoption import privacy as switch
from adoption.cli import _common
from adoption.errors import AdoptionError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from flask import Flask

privacy = AppGroup("privacy", help="What is processed about people, and the switch.", no_args_is_help=True)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(privacy)


@privacy.command("status")
def status() -> None:
    """Say whether anything is concluded about single people."""
    _common.need_database()
    found = switch.current()
    if not found.individual:
        click.echo("Individual detection is off.")
        return
    told, until = (_common.day_text(day or 1) for day in (found.told, found.shadow_until))
    shadow = "runs" if switch.shadow() else "ended"
    click.echo(f"Individual detection is on. People were told on {told}; the shadow run {shadow} (until {until}).")


@privacy.command("on")
@click.option("--told", required=True, type=_common.Day(), help="The day on which people were told.")
@click.option("--until", type=_common.Day(), help="The first day after the shadow run; in four weeks unless said.")
@click.option("--why", required=True, help="Why; it is in the journal.")
def turn_on(told: int, until: int | None, why: str) -> None:
    """Turn individual detection on; a shadow run begins."""
    _common.need_database()
    by, now = By(None, "flask privacy on"), clock.now()
    try:
        found = switch.turn_on(begin_write(), by, told=told, shadow_until=until, why=why, now=now)
    except AdoptionError as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"On. Until {_common.day_text(found.shadow_until or 1)} everybody sees only their own.")


@privacy.command("off")
@click.option("--why", required=True, help="Why; it is in the journal.")
@click.confirmation_option(prompt="All that is personal is deleted, and cannot come back. Go on?")
def turn_off(why: str) -> None:
    """Turn individual detection off, and delete what is personal."""
    _common.need_database()
    try:
        switch.turn_off(begin_write(), By(None, "flask privacy off"), why=why, now=clock.now())
    except AdoptionError as error:
        raise click.ClickException(str(error)) from error
    db.session.commit()
    click.echo(f"Off. {switch.forget(clock.now())} entries deleted.")


@privacy.command("pack")
@click.option("--language", type=click.Choice(LANGUAGES), default=languages.SOURCE, show_default=True)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Its ending says what is written."
)
def pack(language: str, out: Path) -> None:
    """Write the privacy pack: .html or .md, or the table of processing as .csv or .xlsx.

    What is so is noted as a version before, unless it is noted already.
    """
    _common.need_database()
    ending = out.suffix.removeprefix(".").casefold()
    if ending not in disclosure.FORMATS:
        message = f"write a name that ends with one of {', '.join(f'.{one}' for one in disclosure.FORMATS)}"
        raise click.BadParameter(message, param_hint="--out")
    version = disclosure.note(clock.now())
    db.session.commit()
    with languages.speaking(language):
        told = disclosure.pack(version.configuration, version, clock.now())
        out.write_bytes(disclosure.written(ending, told))
    click.echo(f"Version {version.number} ({version.hash[:12]}) written to {out}")
