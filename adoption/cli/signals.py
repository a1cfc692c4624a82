"""``flask signals``: feeds of office suites, and files of what they tell."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import DBAPIError

from adoption import clock
from adoption import facts
from adoption import files
from adoption import people_csv
from adoption import privacy
from adoption import signals
from adoption.cli._common import day_text
from adoption.cli._common import need_database
from adoption.errors import AdoptionError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.signals import days
from adoption.signals import feeds
from adoption.signals import loading
from config import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from flask import Flask

    from adoption.signals.loading import Unreadable

SHOWN = 10  # unreadable lines that are shown at once
LOOKED = 14  # days of a feed that are listed


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(group)


class Days(click.ParamType[range]):
    """Local days from one to another, both of them: ``2026-11-02..2026-11-06``; or one day."""

    name = "FROM..TO"

    def convert(self, value: str | range, param: click.Parameter | None, ctx: click.Context | None) -> range:
        """Return the days."""
        if isinstance(value, range):
            return value
        first, _, last = value.partition("..")
        try:
            found = range(people_csv.day(first), people_csv.day(last or first) + 1)
        except people_csv.CellError as error:
            self.fail(str(error), param, ctx)
        if not found or len(found) > days.MOST:
            self.fail(f"write the first day, two dots and the last one, at most {days.MOST} days", param, ctx)
        return found


@click.group("signals")
def group() -> None:
    """What office suites tell of customer workbooks."""


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except (AdoptionError, SettingsError) as error:
        db.session.rollback()
        raise click.ClickException(str(error)) from None


@group.command("connect")
@click.argument("key")
@click.option("--kind", type=click.Choice(list(feeds.KINDS)), default="file", show_default=True)
@click.option("--title", required=True, help="How people call it.")
@click.option("--settings", type=click.File(encoding="utf-8"), help="JSON with what it needs (- is standard input).")
def connect(key: str, kind: str, title: str, settings: TextIO | None) -> None:
    """Connect the feed KEY.

    What it needs: m365 tenant, client and secret; google account (the key file of a service account, as text) and
    subject (an administrator's address); file nothing.
    """
    need_database()
    try:
        given = json.load(settings) if settings else {}
    except (ValueError, RecursionError) as error:
        msg = f"the settings are no JSON: {error}"
        raise click.ClickException(msg) from None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        msg = "the settings must be an object of texts"
        raise click.ClickException(msg)
    with _said():
        feeds.connect(key, kind, title, given, by=By(None, "flask signals connect"), now=clock.now())
    db.session.commit()
    click.echo(f"{key} is connected")


@group.command("list")
def listed() -> None:
    """List the feeds, and which of their last fourteen days are whole (#), begun (+), deleted (-) or missing (.)."""
    need_database()
    today = facts.current().today(clock.now())
    marks = {"whole": "#", "part": "+", "swept": "-", "missing": "."}
    for one in feeds.listed():
        strip = "".join(marks[state] for state in days.states(one.key, today - LOOKED, today - 1).values())
        fault = f"  {one.fault}: {one.fault_said}" if one.fault else ""
        click.echo(f"{one.key}  {one.kind}  {strip}{'  paused' if one.paused else ''}{fault}")


@group.command("load")
@click.argument("file")
@click.option("--feed", "key", required=True, help="Whose records these are.")
@click.option("--whole", type=Days(), metavar="FROM..TO", help="The local days of which the file holds everything.")
@click.option("--unreadable", "note", type=click.File("w", encoding="utf-8"), help="Where every unreadable line goes.")
def load(file: str, key: str, whole: range | None, note: TextIO | None) -> None:
    """Load what FILE tells (- is standard input): audit records as a JSON list or as JSON lines, packed or not.

    Of records about what is not in the register nothing is kept. Days that are not said to be whole stay missing:
    what a feed does not tell is unknown, never nothing. Loading again changes nothing.
    """
    need_database()
    today = facts.current().today(clock.now())
    if whole and whole[-1] >= today:
        msg = f"{day_text(whole[-1])} is not over yet, so that no file can hold everything of it"
        raise click.BadParameter(msg, param_hint="--whole")
    if not privacy.individual():
        msg = "detection of single people is off, so nothing that a file tells may be kept (/privacy/settings)"
        raise click.ClickException(msg)
    counts, first = {"records": 0, "signals": 0, "unreadable": 0}, list[loading.Unreadable]()
    with _said():
        feeds.get(key)
        db.session.rollback()
        try:
            with files.opened(file, sys.stdin.buffer) as source:
                _pieces(source, key, counts, first, note)
            if whole:
                signals.note_whole(begin_write(), key, whole, clock.now())
                db.session.commit()
        except (files.FileError, DBAPIError) as error:
            db.session.rollback()
            _summary(counts, first)
            more = "; no day is whole by that" if whole else ""
            msg = f"{getattr(error, 'orig', None) or error}{more}"
            raise click.ClickException(msg) from None
    _summary(counts, first)


def _pieces(
    source: files.Source, key: str, counts: dict[str, int], first: list[Unreadable], note: TextIO | None
) -> None:
    with click.progressbar(length=source.size or 1, label=f"Loading {source.name}", file=sys.stderr) as bar:
        for piece in loading.pieces(source, clock.now()):
            accepted = signals.accept(begin_write(), key, piece.told, clock.now())
            db.session.commit()
            counts["records"] += accepted.records
            counts["signals"] += accepted.signals
            counts["unreadable"] += len(piece.unreadable)
            first.extend(piece.unreadable[: SHOWN - len(first)])
            for one in piece.unreadable if note else ():
                click.echo(json.dumps(one._asdict()), file=note)
            if source.size:
                bar.update(piece.position - bar.pos)


def _summary(counts: dict[str, int], first: list[Unreadable]) -> None:
    for one in first:
        click.echo(f"line {one.line}: {one.fault}", err=True)
    if counts["unreadable"] > len(first):
        click.echo(f"… and {counts['unreadable'] - len(first)} more; --unreadable FILE keeps them all", err=True)
    click.echo(json.dumps(counts, separators=(",", ":")))
