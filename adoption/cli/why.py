"""``flask why``: an award or a record, explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adoption import explain
from adoption import facts
from adoption.errors import AdoptionError
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flask import Flask

    from adoption.explain import Met
    from adoption.explain import MilestoneStory
    from adoption.explain import RecordStory
    from adoption.explain import Why


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(why)


@click.command("why")
@click.argument("name", metavar="AWARD|RECORD")
@click.option("--language", type=click.Choice(wording.LANGUAGES), default="en", help="Of the rules; en by default.")
def why(name: str, language: str) -> None:
    """Explain an award (its id, from 'flask awards export' or the API) or a record (contact/42).

    An award: the rule that was in force, the arithmetic, and every activity that was counted. A record: for each
    milestone what met its needs, what is still missing, who is credited, and what undid it.
    """
    try:
        if "/" in name:
            lines = _record(explain.record(name, language=language))
        else:
            lines = _award(explain.why(name, language=language))
        click.echo("\n".join(lines))
    except AdoptionError as error:
        raise click.ClickException(str(error)) from None


def _award(found: Why) -> Iterator[str]:
    award = found.award
    reward = f": {award.reward}" if award.reward else ""
    yield f"{award.title}, {award.period}, no. {award.ordinal}: {award.status}{reward}"
    yield f"Holder      {found.holder}"
    yield f"Granted     {_moment(award.granted)}"
    yield f"Rule        {found.sentence}"
    yield f"In force    {found.in_force} (version {found.version})"
    yield f"Arithmetic  {found.arithmetic}"
    yield f"Tally       {found.tally}, the sum of:"
    width = max((len(one.adds) for one in found.activities), default=0)
    for one in found.activities:
        about = f"  {one.subject}" if one.subject else ""
        yield f"  {one.adds.rjust(width)}  {_moment(one.time)}  {one.type}{about}  ({one.source} {one.id})"


def _record(found: RecordStory) -> Iterator[str]:
    yield found.record
    if not found.milestones:
        yield "No milestone of the book is about such records."
    for one in found.milestones:
        yield ""
        yield f"{one.title}: {_state(one)}"
        yield f"  {one.sentence}"
        for need in one.needs:
            yield f"  {'✓' if need.met else '-'} {need.title}: {_met(need.met) if need.met else 'missing'}"
        if one.undone:
            yield f"  ✗ {_met(one.undone)}"


def _state(story: MilestoneStory) -> str:
    if story.reached is None:
        return "not reached"
    if story.undone:
        return f"reached {_moment(story.reached)}, then undone"
    return f"reached {_moment(story.reached)}, credited to {story.credited or 'nobody'}"


def _met(met: Met) -> str:
    by = f" by {met.actor}" if met.actor else ""
    return f"{met.type} {_moment(met.time)}{by} ({met.source} {met.id})"


def _moment(time: datetime) -> str:
    """Write a moment as the organisation's clocks show it."""
    return time.astimezone(facts.current().zone).strftime("%Y-%m-%d %H:%M")
