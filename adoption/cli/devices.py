"""Devices at counters: ``flask devices add|list|revoke``."""

from __future__ import annotations

from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

import click

from adoption import clock
from adoption import journal
from adoption.auth import devices as registered
from adoption.cli._common import need_database
from adoption.extensions import db

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(devices)


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1e6, UTC).date().isoformat()


def _note(action: str, canteen: str, command: str) -> None:
    journal.write(db.session.connection(), journal.By(None, command), action, f"device/{canteen}", now=clock.now())


@click.group()
def devices() -> None:
    """Devices at counters, which redeem vouchers."""


@devices.command("add")
@click.argument("canteen")
def add(canteen: str) -> None:
    """Register a device at CANTEEN and print its token, once: it is entered at /counter/token on the device."""
    need_database()
    name = registered.named(canteen)
    if name is None:
        msg = f"a canteen has a name of at most {registered.LONGEST} letters"
        raise click.ClickException(msg)
    token = registered.register(name, by=None, now=clock.now())
    _note("registered", name, "flask devices add")
    db.session.commit()
    click.echo(token)


@devices.command("list")
def list_devices() -> None:
    """List the devices, those taken back too."""
    need_database()
    for line in registered.devices():
        state = "registered" if line.revoked is None else f"taken back {_day(line.revoked)}"
        click.echo(f"{line.id}\t{line.canteen}\t{_day(line.created)}\t{state}")


@devices.command("revoke")
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """Take the device of that NUMBER back; it redeems nothing from now on."""
    need_database()
    if not registered.revoke(number):
        msg = f"there is no device {number} that is registered"
        raise click.ClickException(msg)
    canteen = next(one.canteen for one in registered.devices() if one.id == number)
    _note("revoked", canteen, "flask devices revoke")
    db.session.commit()
    click.echo(f"device {number} is taken back")
