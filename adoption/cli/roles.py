"""``flask roles``: who has which role, and a first administrator."""

from __future__ import annotations

import click
from flask import Flask  # noqa: TC002  # shown by click
from flask.cli import AppGroup

from adoption import clock
from adoption import facts
from adoption.auth import roles as given
from adoption.cli import _common
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.journal import By
from rules.period import FOREVER

group = AppGroup("roles", help="Who has which role, besides that of the directory.", no_args_is_help=True)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)


def _whom(email: str) -> int:
    who = None if email.startswith("team:") else facts.current().holder_of(email.strip())
    if who is None:
        msg = f"there is no participant {email}"
        raise click.ClickException(msg)
    return who


@group.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice(given.GIVEN))
@click.option("--until", type=_common.Day(), help="The last day; without it, until it is taken back.")
@click.option("--why", required=True, help="A reason, for the journal.")
def grant(email: str, role: str, until: int | None, why: str) -> None:
    """Give somebody a role from today on, such as the first administrator's."""
    _common.need_database()
    now, who = clock.now(), _whom(email)
    today, ends = facts.current().today(now), None if until is None else until + 1
    try:
        by = By(None, "flask roles grant")
        given.grant(who, role, starts=today, ends=ends, why=why, by=by, having=None, now=now)
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(f"{email} has the role {role} from today on")


@group.command("revoke")
@click.argument("email")
@click.argument("role", type=click.Choice(given.GIVEN))
def revoke(email: str, role: str) -> None:
    """Take back a role that was given here; what the directory says is changed by its list."""
    _common.need_database()
    now = clock.now()
    who, today = _whom(email), facts.current().today(now)
    found = [one for one in given.of(who) if one.role == role and one.revoked is None and one.ends > today]
    if not found:
        msg = f"{email} was not given the role {role}"
        raise click.ClickException(msg)
    try:
        for one in found:
            given.revoke(one.id, by=By(None, "flask roles revoke"), having=None, now=now)
            db.session.commit()
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} has the role {role} no longer")


@group.command("list")
def listing() -> None:
    """List who is more than an employee, by the directory and by what was given here."""
    _common.need_database()
    known, now = facts.current(), clock.now()
    today = known.today(now)
    for person in sorted(known.people.values(), key=lambda one: one.email):
        if person.role != "employee" and not person.has_left(today):
            click.echo(f"{person.email}\t{person.role}\tin the directory")
    for one in given.in_force(today):
        until = "" if one.ends >= FOREVER else f" until {_common.day_text(one.ends - 1)}"
        email = known.people[one.participant].email
        click.echo(f"{email}\t{one.role}\tfrom {_common.day_text(one.starts)}{until}: {one.why}")
