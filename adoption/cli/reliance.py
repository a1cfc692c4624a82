"""``flask reliance``: the nightly job, a past night again, one participant's evidence, and what is declared."""

from __future__ import annotations

from datetime import date

import click
from flask import Flask  # noqa: TC002  # shown by click
from flask.cli import AppGroup

from adoption import clock
from adoption import evidence
from adoption import facts
from adoption import jobs
from adoption import journal
from adoption import privacy
from adoption.cli import _common
from adoption.errors import AdoptionError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from rules.period import FOREVER

group = AppGroup(
    "reliance", help="Who still works in spreadsheets: the evidence, night by night.", no_args_is_help=True
)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)


@group.command("run")
def run() -> None:
    """Judge the days that can be judged by now, as the job judge-days does."""
    _common.need_database()
    try:
        with _common.progress("judge-days") as report:
            message = jobs.run("judge-days", report)
            report(1, 1)
    except jobs.FailedError as error:
        msg = f"judge-days failed: {error}"
        raise click.ClickException(msg) from None
    click.echo(message or "nothing to do, or another process is doing it")
    if not privacy.individual():
        click.echo("Nothing was concluded about single people: individual detection is off.")


@group.command("replay")
@click.option("--day", required=True, type=_common.Day(), help="A day that was judged, within the last 90.")
def replay(day: int) -> None:
    """Judge a past day again and compare with what is kept, byte for byte; nothing is written."""
    _common.need_database()
    try:
        with _common.progress(f"Judging {_common.day_text(day)} again") as report:
            found = evidence.replay(day, report)
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    for line in _replayed(found):
        click.echo(line)
    if found.differ:
        some = ", ".join(map(str, found.differ[:10]))
        msg = f"{len(found.differ)} people come to something else, first participants {some}"
        raise click.ClickException(msg)


def _replayed(found: evidence.Replay) -> list[str]:
    """Return what a replay found, in words."""
    again = found.people - found.missing - len(found.differ)
    lines = [f"{found.people} people: {again} come to the same, byte for byte"]
    if found.missing:
        lines.append(f"{found.missing} cannot be judged again: the first days of their block are deleted")
    if found.facts and found.changed:
        lines.append(f"{found.facts} would be counted differently today: people, days or the book changed since")
    elif found.facts:
        lines.append(f"{found.facts} are counted differently today")
    return lines


@group.command("show")
@click.argument("email")
@click.option("--why", required=True, help="A reason; the participant can read it.")
def show(email: str, why: str) -> None:
    """Print a participant's evidence, line by line. The look is in the journal, and the participant sees it."""
    _common.need_database()
    who = None if email.startswith("team:") else facts.current().holder_of(email.strip())
    if who is None:
        msg = f"there is no participant {email}"
        raise click.ClickException(msg)
    try:
        said = journal.reason(why)
        connection = begin_write()
        lines = [*_evidence(who)]
        look = {"page": "flask reliance show", "path": "flask reliance show"}
        journal.write(
            connection,
            By(None, "flask reliance show"),
            "read",
            f"participant/{who}",
            after=look,
            why=said,
            now=clock.now(),
        )
        db.session.commit()
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    for line in lines:
        click.echo(line)


def _evidence(who: int) -> list[str]:
    """Return somebody's evidence in words: decibans by family, with the facts of the same days."""
    connection = db.session.connection()
    found = evidence.explained(connection, who)
    if not found.day:
        return ["nothing is known yet"]
    lines = [f"evidence after {_common.day_text(found.day)}, facts since {_common.day_text(found.since)}"]
    for line in found.lines:
        told = ", ".join(f"{name} {value}" for name, value in line.facts.items())
        lines.append(f"{line.points:+4d}  {line.family:<11} {told}".rstrip())
    state = "asks" if found.asks else "hints" if found.hints else "says nothing"
    lines.append(f"{found.total:+4d}  sum; {state}")
    used = evidence.check_in_of(connection, who)
    lines.append(f"      {used.live} live actions on {used.days} expected days, usual {used.usual:g}")
    score = evidence.score_of(connection, facts.current(), who)
    if score is not None:
        parts = ", ".join(f"{name} {value:.2f}" for name, value in score.parts.items())
        lines.append(f"score {score.value:.0f} ({parts})")
    return lines


@group.command("norm")
@click.argument("role")
@click.argument("live", type=float)
@click.option("--from", "starts", type=_common.Day(), help="The first day; today without it.")
@click.option("--why", required=True, help="A reason, for the journal.")
def norm(role: str, live: float, starts: int | None, why: str) -> None:
    """Declare that LIVE actions a day are usual in ROLE: what is learned never sinks below it."""
    _common.need_database()
    now = clock.now()
    first = starts or facts.current().today(now)
    try:
        evidence.declare_norm(
            begin_write(), By(None, "flask reliance norm"), evidence.Whom(role=role), live=live, starts=first, why=why,
            now=now,
        )  # fmt: skip  # one call
        db.session.commit()
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{role}: {live:g} live actions a day from {_common.day_text(first)} on")


@group.command("season")
@click.option("--role", help="Who is quiet: a role …")
@click.option("--team", help="… or a team.")
@click.option("--from", "starts", required=True, type=_common.Day(), help="The first quiet day.")
@click.option("--until", required=True, type=_common.Day(), help="The last quiet day.")
@click.option("--why", required=True, help="A reason, for the journal.")
def season(role: str | None, team: str | None, starts: int, until: int, why: str) -> None:
    """Declare a quiet season, in which no work is expected and nothing is concluded."""
    _common.need_database()
    whom = _whom(role, team)
    until = min(until, FOREVER - 1)
    try:
        evidence.declare_season(
            begin_write(),
            By(None, "flask reliance season"),
            whom,
            starts=starts,
            ends=until + 1,
            why=why,
            now=clock.now(),
        )
        db.session.commit()
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{role or team} is quiet from {date.fromordinal(starts)} to {date.fromordinal(until)}")


def _whom(role: str | None, team: str | None) -> evidence.Whom:
    """Return whom a declaration is about."""
    if (role is None) == (team is None):
        msg = "say either --role or --team"
        raise click.UsageError(msg)
    if team is None:
        return evidence.Whom(role=role)
    number = next((number for number, name in facts.current().teams.items() if name == team), None)
    if number is None:
        msg = f"there is no team {team}"
        raise click.ClickException(msg)
    return evidence.Whom(team=number)
