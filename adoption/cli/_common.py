"""What several commands share."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import click

from adoption import health
from adoption import people_csv
from adoption import rescoring

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator


class Day(click.ParamType[int]):
    """A local day, ``2026-11-23``."""

    name = "DATE"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the day as a number."""
        try:
            return value if isinstance(value, int) else people_csv.day(value)
        except people_csv.CellError as error:
            self.fail(str(error), param, ctx)


def need_database() -> None:
    """Stop with a clear word when the database cannot be used yet."""
    faults = health.faults()
    if faults:
        raise click.ClickException("; ".join(faults))


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr for as long as something takes, and give a way to say how far it is."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def report(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(min(done, total) - bar.pos)

        yield report


def score_again() -> None:
    """Bring the tallies in line with the facts, with a bar."""
    with progress("Scoring again") as report:
        rescoring.run_to_end(lambda at: report(at.done, at.total))


def day_text(day: int) -> str:
    """Write a day."""
    return date.fromordinal(day).isoformat()
