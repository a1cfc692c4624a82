"""``flask tallies`` and ``flask awards``: what everybody has, as JSON lines."""

from __future__ import annotations

import json
from heapq import merge
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from adoption import exports
from adoption import facts
from adoption.cli import _common
from adoption.exports import TallyLine
from rules import period
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from flask import Flask

tallies = AppGroup("tallies", help="What was counted, for whom, when.", no_args_is_help=True)
awards = AppGroup("awards", help="What was earned.", no_args_is_help=True)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(tallies)
    app.cli.add_command(awards)


@tallies.command("export")
@click.option("--metric", metavar="KEY", help="Only this metric.")
@click.option("--per", type=click.Choice(period.KINDS), help="Only by this kind of period; any may be asked for.")
def export_tallies(metric: str | None, per: str | None) -> None:
    """Write tallies as JSON lines: metric, holder (an e-mail address or team:NAME), period, value.

    A kind of period by which a metric is not kept is counted from the archive of all activities.
    """
    _common.need_database()
    kept = exports.kept()
    asked = _known(metric, kept, "metric")
    _warn()
    stored = {key for key in asked if per is None or per in kept[key]}
    lines = exports.tallies(stored, per)
    if per is not None and stored != asked:
        lines = merge(lines, _counted(sorted(asked - stored), per), key=lambda line: line.metric)
    for line in lines:
        _write(line._asdict() | {"value": text_of_units(line.value)})


@awards.command("export")
@click.option("--incentive", metavar="KEY", help="Only this incentive.")
def export_awards(incentive: str | None) -> None:
    """Write awards as JSON lines: incentive, holder, period, ordinal, status, reward.

    All of them, those that were taken back too; the reward is null as long as it is not chosen.
    """
    _common.need_database()
    if incentive is not None:
        _known(incentive, facts.current().timelines.incentives, "incentive")
    _warn()
    for line in exports.awards(incentive):
        _write(line._asdict())


def _counted(metrics: list[str], per: str) -> Iterator[TallyLine]:
    """Count from the archive, one metric after the other."""
    from adoption.history import questions  # noqa: PLC0415  # its engine takes a while to load, and is seldom needed

    known = facts.current()
    for metric in metrics:
        found = [(known.holder_name(holder), first, value) for holder, first, value in questions.tallies(metric, per)]
        for holder, first, value in sorted(found):
            yield TallyLine(metric, holder, period.text(per, first), value)


def _known(key: str | None, all_keys: Iterable[str], what: str) -> set[str]:
    if key is None:
        return set(all_keys)
    if key not in all_keys:
        listed = ", ".join(sorted(all_keys)) or "none: no book was loaded"
        msg = f"there is no {what} {key!r}; there are {listed}"
        raise click.ClickException(msg)
    return {key}


def _warn() -> None:
    if exports.behind():
        click.echo("Facts have changed, and what follows is as before: `flask rescore` brings it in line.", err=True)


def _write(line: dict[str, object]) -> None:
    click.echo(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
