"""``flask sources``: who may post to hooks, how it is read, what came."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

import click
from flask import current_app

from adoption import clock
from adoption import records
from adoption.cli._common import need_database
from adoption.connectors import verification
from adoption.connectors.mapping import MappingError
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.journal import By
from adoption.sources import deliveries
from adoption.sources import presets
from adoption.sources import registry
from adoption.sources import replaying
from config import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from flask import Flask

KINDS = click.Choice(list(verification.VERIFICATIONS))
CHOSEN = click.option(
    "--secret-file", type=click.File(encoding="utf-8"), help="A secret the CRM chose (- is standard input)."
)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(sources)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1e6, UTC).date().isoformat()


def _by(command: str) -> By:
    return By(None, f"flask sources {command}")


@contextmanager
def _said() -> Iterator[None]:
    """Say on one line each what is wrong, instead of where in the code."""
    try:
        yield
    except MappingError as error:
        raise click.ClickException("\n".join(error.faults)) from None
    except (AdoptionError, SettingsError) as error:
        raise click.ClickException(str(error)) from None


@click.group()
def sources() -> None:
    """Sources that post to /hooks/KEY."""


@sources.command("add")
@click.argument("key")
@click.option("--verification", "kind", type=KINDS, help="How its deliveries prove themselves.")
@click.option("--mapping", type=click.File(encoding="utf-8"), help="TOML; without it the source speaks CloudEvents.")
@click.option("--preset", type=click.Choice(list(presets.PRESETS)), help="A mapping for a known CRM, with its proof.")
@CHOSEN
def add(key: str, kind: str | None, mapping: TextIO | None, preset: str | None, secret_file: TextIO | None) -> None:
    """Connect a source; print its secret, once."""
    need_database()
    if preset is not None and mapping is not None:
        msg = "choose --preset or --mapping, not both"
        raise click.UsageError(msg)
    known = presets.PRESETS[preset] if preset else None
    proof = kind or (known.verification if known else None)
    if proof is None:
        msg = "Missing option '--verification'."
        raise click.UsageError(msg)
    address = f"{current_app.extensions['settings'].public_url or 'https://…'}/hooks/{key}"
    text = known.mapping(address) if known else _read(mapping) if mapping else ""
    with _said():
        secret = registry.connect(key, proof, text, _chosen(secret_file), by=_by("add"), now=clock.now())
    db.session.commit()
    click.echo(secret)


@sources.command("remap")
@click.argument("key")
@click.argument("mapping", type=click.File(encoding="utf-8"))
def remap(key: str, mapping: TextIO) -> None:
    """Give a source another mapping; its secret stays."""
    need_database()
    with _said():
        registry.remap(key, _read(mapping), by=_by("remap"), now=clock.now())
    db.session.commit()
    click.echo(f"{key} has a new mapping")


@sources.command("rotate")
@click.argument("key")
@click.option(
    "--overlap", type=click.Choice(list(registry.OVERLAPS)), default="none", show_default=True,
    help="For how long the old secret stays good.",
)  # fmt: skip
@CHOSEN
def rotate(key: str, overlap: str, secret_file: TextIO | None) -> None:
    """Give a source a new secret and print it, once; the old one stops at once, or after the overlap."""
    need_database()
    chosen, span = _chosen(secret_file), registry.OVERLAPS[overlap]
    with _said():
        secret = registry.rotate(key, chosen, overlap=span, by=_by("rotate"), now=clock.now())
    db.session.commit()
    click.echo(secret)


@sources.command("end-old")
@click.argument("key")
def end_old(key: str) -> None:
    """End the old secret of a source at once."""
    need_database()
    with _said():
        was = registry.end_old(key, by=_by("end-old"), now=clock.now())
    db.session.commit()
    click.echo(f"the old secret of {key} is good no more" if was else f"{key} has one secret only")


@sources.command("pause")
@click.argument("key")
def pause(key: str) -> None:
    """Take no deliveries for now; senders are asked to try later."""
    need_database()
    with _said():
        registry.pause(key, by=_by("pause"), now=clock.now())
    db.session.commit()
    click.echo(f"{key} is paused")


@sources.command("resume")
@click.argument("key")
def resume(key: str) -> None:
    """Take deliveries again."""
    need_database()
    with _said():
        registry.resume(key, by=_by("resume"), now=clock.now())
    db.session.commit()
    click.echo(f"{key} takes deliveries")


@sources.command("list")
def list_sources() -> None:
    """List the sources."""
    need_database()
    for one in registry.listed():
        state = "takes deliveries" if one.paused is None else f"paused {_day(one.paused)}"
        click.echo(f"{one.key}\t{one.verification}\t/hooks/{one.key}\t{_day(one.created)}\t{state}")


@sources.command("deliveries")
@click.argument("key")
def list_deliveries(key: str) -> None:
    """List the last deliveries of a source, the newest first, and what became of each."""
    need_database()
    with _said():
        registry.get(key)
    for one in deliveries.listed(key):
        counts = f"{one.accepted} accepted, {one.duplicates} duplicates, {one.refused} refused"
        moment = datetime.fromtimestamp(one.latest / 1e6, UTC).isoformat(timespec="seconds")
        click.echo(f"{one.id}\t{moment}\t{one.times}×\t{one.verdict}\t{counts}\t{one.reason}")


@sources.command("replay")
@click.argument("key")
@click.argument("number", type=int, required=False)
def replay(key: str, number: int | None) -> None:
    """Read a delivery again by the present mapping; without NUMBER, all that were refused before it changed."""
    need_database()
    with _said():
        source = registry.get(key)
        for one in deliveries.refused_before(source) if number is None else [number]:
            found = replaying.replay(source, one, by=_by("replay"), now=clock.now())
            counts = f"{found.accepted} accepted, {found.duplicates} duplicates, {found.refused} refused"
            click.echo(f"{one}\t{found.verdict}\t{counts}\t{found.reason}")


@sources.command("link")
@click.argument("key")
@click.argument("template", required=False)
@click.option("--remove", is_flag=True, help="Show its records nowhere.")
def link_records(key: str, template: str | None, remove: bool) -> None:
    """Say where a CRM shows a record: https://crm.example.com/{kind}s/{id} opens contact/42 at …/contacts/42.

    {record} stands for all of it. KEY is a source as activities name it. Without a TEMPLATE, show the present one.
    """
    need_database()
    if not template and not remove:
        click.echo(records.templates().get(key, f"{key} shows its records nowhere"))
        return
    with _said():
        registry.link(key, None if remove else template, by=_by("link"), now=clock.now())
    db.session.commit()
    click.echo(f"{key} shows its records nowhere" if remove else f"{key} shows its records at {template}")


def _read(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as error:
        msg = f"{file.name} is not UTF-8: {error}"
        raise click.ClickException(msg) from None


def _chosen(file: TextIO | None) -> str | None:
    """Return the secret of the file, if there is one."""
    return None if file is None else _read(file).strip()
