"""Who may send: ``flask tokens …`` for the API, ``flask sources …`` for hooks."""

from __future__ import annotations

import base64
import re
import secrets
import time
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

import click
from flask import current_app
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import auth
from adoption import connectors
from adoption import records
from adoption.cli._common import need_database
from adoption.connectors import sealing
from adoption.connectors import verification
from adoption.connectors.mapping import MappingError
from adoption.errors import AdoptionError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Source
from config import SettingsError

if TYPE_CHECKING:
    from typing import TextIO

    from flask import Flask
    from sqlalchemy import Row

KEY = r"[a-z0-9][a-z0-9._-]{0,62}"
KINDS = click.Choice(list(verification.VERIFICATIONS))


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(tokens)
    app.cli.add_command(sources)


def _now() -> int:
    return time.time_ns() // 1000


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1e6, UTC).date().isoformat()


@click.group()
def tokens() -> None:
    """Bearer tokens of the API."""


@tokens.command("create")
@click.option("--name", required=True, help="What the token is for; unique among those in force.")
@click.option("--scope", "scopes", multiple=True, required=True, help=f"One or more of {', '.join(auth.SCOPES)}.")
@click.option("--for", "email", help="E-mail address of the participant it belongs to; without, it is a service's.")
def create(name: str, scopes: tuple[str, ...], email: str | None) -> None:
    """Make a token and print it, once."""
    need_database()
    try:
        token = auth.create_token(name, scopes, email=email, now=_now())
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(token)


@tokens.command("list")
def list_tokens() -> None:
    """List the tokens, revoked ones too."""
    need_database()
    for line in auth.tokens():
        state = "in force" if line.revoked is None else f"revoked {_day(line.revoked)}"
        click.echo(f"{line.name}\t{line.scopes}\t{line.email or 'service'}\t{_day(line.created)}\t{state}")


@tokens.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke a token; every process knows within five seconds."""
    need_database()
    if not auth.revoke_token(name, now=_now()):
        msg = f"there is no token {name!r} in force"
        raise click.ClickException(msg)
    db.session.commit()
    click.echo(f"{name} is revoked")


@click.group()
def sources() -> None:
    """Sources that post to /hooks/KEY."""


@sources.command("add")
@click.argument("key")
@click.option("--verification", "kind", type=KINDS, required=True, help="How its deliveries prove themselves.")
@click.option("--mapping", type=click.File(encoding="utf-8"), help="TOML; without it the source speaks CloudEvents.")
@click.option("--secret-file", type=click.File(encoding="utf-8"), help="A secret the CRM chose (- is standard input).")
def add(key: str, kind: str, mapping: TextIO | None, secret_file: TextIO | None) -> None:
    """Connect a source, or give a known one another mapping; print the secret, once."""
    need_database()
    text = _read(mapping) if mapping else ""
    try:
        connectors.load(kind, text)
        secret = _secret(kind, secret_file)
        sealed = sealing.seal(secret, current_app.extensions["settings"].require_secret())
    except MappingError as error:
        raise click.ClickException("\n".join(error.faults)) from None
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    _check_key(key)
    connection = begin_write()
    if connection.execute(select(Source.key).where(Source.key == key)).first():
        msg = f"there is a source {key!r} already; `sources remap` changes its mapping, `sources rotate` its secret"
        raise click.ClickException(msg)
    row = {"key": key, "verification": kind, "secret": sealed, "mapping": text, "created": _now()}
    connection.execute(insert(Source).values(row))
    db.session.commit()
    click.echo(secret)


@sources.command("remap")
@click.argument("key")
@click.argument("mapping", type=click.File(encoding="utf-8"))
def remap(key: str, mapping: TextIO) -> None:
    """Give a source another mapping; its secret stays."""
    need_database()
    row, text = _source(key), _read(mapping)
    try:
        connectors.load(row.verification, text)
    except MappingError as error:
        raise click.ClickException("\n".join(error.faults)) from None
    _change(key, mapping=text)
    click.echo(f"{key} has a new mapping")


@sources.command("rotate")
@click.argument("key")
@click.option("--secret-file", type=click.File(encoding="utf-8"), help="A secret the CRM chose (- is standard input).")
def rotate(key: str, secret_file: TextIO | None) -> None:
    """Give a source a new secret and print it, once; the old one stops at once."""
    need_database()
    try:
        secret = _secret(_source(key).verification, secret_file)
        sealed = sealing.seal(secret, current_app.extensions["settings"].require_secret())
    except (MappingError, SettingsError) as error:
        raise click.ClickException(str(error)) from None
    _change(key, secret=sealed)
    click.echo(secret)


@sources.command("pause")
@click.argument("key")
def pause(key: str) -> None:
    """Take no deliveries for now; senders are asked to try later."""
    need_database()
    _source(key)
    _change(key, paused=_now())
    click.echo(f"{key} is paused")


@sources.command("resume")
@click.argument("key")
def resume(key: str) -> None:
    """Take deliveries again."""
    need_database()
    _source(key)
    _change(key, paused=None)
    click.echo(f"{key} takes deliveries")


@sources.command("list")
def list_sources() -> None:
    """List the sources."""
    need_database()
    rows = select(Source.key, Source.verification, Source.created, Source.paused).order_by(Source.key)
    for row in db.session.execute(rows):
        state = "takes deliveries" if row.paused is None else f"paused {_day(row.paused)}"
        click.echo(f"{row.key}\t{row.verification}\t/hooks/{row.key}\t{_day(row.created)}\t{state}")


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
    try:
        records.link(key, None if remove else template)
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(f"{key} shows its records nowhere" if remove else f"{key} shows its records at {template}")


def _check_key(key: str) -> None:
    if not re.fullmatch(KEY, key):
        msg = f"{key!r} is no name for a source: small letters, digits, dot, dash and underscore, at most 63"
        raise click.ClickException(msg)


def _read(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as error:
        msg = f"{file.name} is not UTF-8: {error}"
        raise click.ClickException(msg) from None


def _secret(kind: str, file: TextIO | None) -> str:
    """Return the secret of the file, or a new one of the kind's shape."""
    if file is not None:
        secret = _read(file).strip()
        verification.check_secret(kind, secret)
        return secret
    if kind == "standard-webhooks":
        return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)


def _source(key: str) -> Row[str]:
    row = db.session.execute(select(Source.verification).where(Source.key == key)).first()
    if row is None:
        msg = f"there is no source {key!r}"
        raise click.ClickException(msg)
    return row


def _change(key: str, **values: object) -> None:
    begin_write().execute(update(Source).where(Source.key == key).values(values))
    db.session.commit()
