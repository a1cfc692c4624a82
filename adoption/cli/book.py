"""``flask book``: the rules in force, and new ones."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup
from sqlalchemy import select

from adoption import facts
from adoption import rulebook
from adoption.cli import _common
from adoption.extensions import db
from adoption.models import PublishedBook
from adoption.models import PublishedDefinition
from rules import period
from rules import wording
from rules.book import BookError
from rules.book import check as checked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any
    from typing import BinaryIO

    from flask import Flask

    from adoption.facts import Known
    from rules.book import Book
    from rules.book import Report
    from rules.version import Segment

LARGEST = 1024 * 1024  # bytes; what is longer is a book no more

book = AppGroup("book", help="Check, load and show the book: what is counted and what it earns.", no_args_is_help=True)
_file = click.argument("file", type=click.File("rb"))
_languages = click.Choice(wording.LANGUAGES)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(book)


@book.command("check")
@_file
def check(file: BinaryIO) -> None:
    """Say everything that is wrong with a book, and what looks like a mistake; needs no database."""
    report = _report(file)
    found = report.book
    if found is None:
        raise SystemExit(1)
    sizes = {
        "milestone": found.milestones,
        "metric": found.metrics,
        "reward": found.rewards,
        "incentive": found.incentives,
        "board": found.boards,
    }
    counted = ", ".join(f"{len(part)} {name}{'' if len(part) == 1 else 's'}" for name, part in sizes.items())
    warned = f"; {_times(len(report.warnings), 'warning')}" if report.warnings else ""
    click.echo(f"{file.name} is a sound book: {counted}{warned}.")


@book.command("load")
@_file
@click.option(
    "--from", "since", type=_common.Day(), help="The local day on which it takes force; else the next period."
)
@click.option("--later", is_flag=True, help="Leave scoring again to the scheduler.")
def load(file: BinaryIO, since: int | None, later: bool) -> None:
    """Put a book in force, and say what changes when.

    A definition's own `from` goes before --from. Earlier dates are allowed: what happened since is scored again.
    """
    _common.need_database()
    raw = file.read(LARGEST + 1)
    now = time.time_ns() // 1000
    before = facts.current()
    try:
        text = _text(raw, file.name)
        done = rulebook.publish(text, today=before.today(now), since=since, name=file.name, now=now)
    except BookError as error:
        db.session.rollback()
        for fault in error.faults:
            click.echo(f"{file.name}: {fault}", err=True)
        msg = f"{file.name} was not loaded"
        raise click.ClickException(msg) from None
    db.session.commit()
    for line in _changes(before, facts.current(), done.changed):
        click.echo(line)
    click.echo(f"{file.name} is book {done.book}" + ("." if done.changed else ", and changes nothing that is counted."))
    if done.rescore and later:
        click.echo("The scheduler will score the activities again.")
    elif done.rescore:
        _common.score_again()
        click.echo("The activities were scored again.")


@book.command("show")
@click.option("--language", type=_languages, default="en", show_default=True)
@click.option("--on", type=_common.Day(), help="The local day; today by default.")
def show(language: str, on: int | None) -> None:
    """Put what is in force on a day into words."""
    _common.need_database()
    known = facts.current()
    day = known.today(time.time_ns() // 1000) if on is None else on
    books = _books()
    shown = False
    for kind in ("milestone", "metric", "incentive"):
        for key, line in getattr(known.timelines, f"{kind}s").items():
            for part in (part for part in line if part.ends > day and part.starts < part.ends):
                click.echo(f"{kind} {key} ({_span(part, day)})")
                click.echo(f"  {wording.sentence(part.body, books[kind, key, part.starts], language)}")
                shown = True
    if not shown:
        click.echo("No book is in force.")


def _report(file: BinaryIO) -> Report:
    report = checked(file.read(LARGEST + 1))
    for fault in report.faults:
        click.echo(f"{file.name}: {fault}", err=True)
    for warning in report.warnings:
        click.echo(f"{file.name}: warning: {warning}", err=True)
    if report.faults:
        click.echo(f"{file.name} has {_times(len(report.faults), 'fault')}.", err=True)
    return report


def _books() -> dict[tuple[str, str, int], Book]:
    """Return the book that holds each definition: another one may lack what it is made of."""
    texts = dict(db.session.execute(select(PublishedBook.id, PublishedBook.text)).all())
    table = PublishedDefinition
    rows = db.session.execute(select(table.kind, table.key, table.starts, table.book))
    return {(kind, key, starts): facts.parsed(texts[number]) for kind, key, starts, number in rows}


def _text(raw: bytes, name: str) -> str:
    """Return the text to publish; whatever else is wrong with it, ``publish`` says."""
    report = checked(raw)
    if report.faults:
        raise BookError(report.faults, name)
    return raw.decode("utf-8-sig")


def _times(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _changes(before: Known, after: Known, changed: Iterable[tuple[str, str, int]]) -> list[str]:
    """Say of each definition that changed what it does and when."""
    said = []
    for kind, key, _ in changed:
        old = getattr(before.timelines, f"{kind}s").get(key, ())
        line = getattr(after.timelines, f"{kind}s").get(key, ())
        said.append(f"{kind} {key}: {_change(old, line)}")
    return said


def _change(old: Iterable[Segment[Any]], line: Iterable[Segment[Any]]) -> str:
    parts, known = [part for part in line if part.starts < part.ends], {part.starts: part.body for part in old}
    if not parts:
        return "never takes force"
    last = parts[-1]
    until = "" if last.ends == period.FOREVER else f" until {_common.day_text(last.ends)}"
    if known.get(last.starts) == last.body:
        return f"ends on {_common.day_text(last.ends)}" if until else f"in force from {_common.day_text(last.starts)}"
    return f"{'changes' if known else 'new'} on {_common.day_text(last.starts)}{until}"


def _span(part: Segment[Any], day: int) -> str:
    begins = "" if part.starts <= day else f"from {_common.day_text(part.starts)}"
    ends = "" if part.ends == period.FOREVER else f"until {_common.day_text(part.ends)}"
    return " ".join(filter(None, (begins, ends))) or "in force"
