"""``flask plans``: what a changed bonus plan would have paid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from adoption import clock
from adoption import facts
from adoption.bonuses import outcome
from adoption.bonuses import runs
from adoption.bonuses import simulating
from adoption.errors import AdoptionError
from rules import book as books
from rules import period as periods
from rules.bonus.exact import money_text

if TYPE_CHECKING:
    from typing import BinaryIO

    from flask import Flask

    from rules.bonus import Plan
    from rules.book import Fault

LARGEST = 1024 * 1024  # bytes; what is longer is a book no more

plans = AppGroup("plans", help="Try a change to a bonus plan.", no_args_is_help=True)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(plans)


@plans.command("simulate")
@click.argument("key", metavar="PLAN")
@click.argument("span", metavar="PERIOD")
@click.argument("book", type=click.File("rb"))
@click.option("--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write a line for everybody here.")
def simulate(key: str, span: str, book: BinaryIO, file: Path | None) -> None:
    """Say what PLAN, as BOOK has it, would have paid in PERIOD (2026-11, or 2026-Q4 for its months).

    It is compared with the plan that was in force. For any number of participants; the page /hr/plans does the same
    for a few thousand. Nothing is written but the file that --csv names.
    """
    try:
        known = facts.current()
        firsts = _firsts(known, key, span)
        after = _plan(key, book.read(LARGEST + 1))
        _stop(simulating.unlike(runs.segment_of(known, key, firsts[-1]).body, after))
        found = simulating.simulate(key, after, firsts, most=None)
    except (AdoptionError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    for word, amount in (("now", found.now), ("then", found.then), ("difference", found.then - found.now)):
        click.echo(f"{word:<12}{money_text(amount):>16} {after.currency}")
    more, less = len(found.winners()), len(found.losers())
    click.echo(f"{more} get more, {less} get less, {len(found.pays) - more - less} the same. Nothing was written.")
    if file is not None:
        file.write_text(outcome.as_csv(found, known, span), encoding="utf-8", newline="")


def _firsts(known: facts.Known, key: str, span: str) -> tuple[int, ...]:
    """Return the periods of the plan within a period that is over.

    Raises:
        ValueError: it is no period, is not over, or holds no whole period of the plan.
        NotFoundError: the plan was not in force.
    """
    kind, first = periods.parse(span)
    if kind == "ever" or periods.end(kind, first) > known.today(clock.now()):
        msg = f"{span} is not over; choose a past period."
        raise ValueError(msg)
    line = known.timelines.plans.get(key, ())
    per = line[-1].body.per if line else kind
    found = simulating.firsts_of(per, kind, first)
    if not found:
        msg = f"{span} holds no whole {per}; write a {per} or several."
        raise ValueError(msg)
    for one in found:
        runs.segment_of(known, key, one)
    return found


def _plan(key: str, text: bytes) -> Plan:
    """Return the plan of a changed book; its examples may still be those of before."""
    report = books.check(text, examples=False)
    _stop(report.faults)
    plan = report.book.plans.get(key) if report.book else None
    if plan is None:
        msg = f"This book has no plan.{key}."
        raise ValueError(msg)
    return plan


def _stop(faults: list[Fault] | tuple[Fault, ...]) -> None:
    if faults:
        raise ValueError("\n".join(map(str, faults)))
