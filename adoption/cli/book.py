"""``flask book``: the rules in force, and new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup
from sqlalchemy import select

from adoption import clock
from adoption import drafts
from adoption import facts
from adoption import rulebook
from adoption import stops
from adoption.cli import _common
from adoption.errors import AdoptionError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import PublishedBook
from adoption.models import PublishedDefinition
from rules import period
from rules import wording
from rules.book import BookError
from rules.book import check as checked
from rules.version import meaning
from rules.version import publish as timelines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any
    from typing import BinaryIO

    from flask import Flask

    from rules.book import Book
    from rules.book import Report
    from rules.version import Segment
    from rules.version import Timelines
    from rules.wording.differing import Difference

LARGEST = 1024 * 1024  # bytes; what is longer is a book no more
_MARKED = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}  # as wdiff writes it

book = AppGroup("book", help="Check, load and show the book: what is counted and what it earns.", no_args_is_help=True)
_file = click.argument("file", type=click.File("rb"))
_since = click.option(
    "--from", "since", type=_common.Day(), help="The local day on which it takes force; else the next period."
)
_later = click.option("--later", is_flag=True, help="Leave scoring again to the scheduler.")
_languages = click.Choice(wording.LANGUAGES)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(book)


@book.command("check")
@_file
def check(file: BinaryIO) -> None:
    """Say everything that is wrong with a book, and what looks like a mistake; needs no database."""
    report = _told(checked(file.read(LARGEST + 1)), file.name)
    found = report.book
    if found is None:
        raise SystemExit(1)
    sizes = {
        "milestone": found.milestones,
        "metric": found.metrics,
        "reward": found.rewards,
        "incentive": found.incentives,
        "board": found.boards,
        "plan": found.plans,
    }
    counted = ", ".join(f"{len(part)} {name}{'' if len(part) == 1 else 's'}" for name, part in sizes.items())
    warned = f"; {_times(len(report.warnings), 'warning')}" if report.warnings else ""
    click.echo(f"{file.name} is a sound book: {counted}{warned}.")


@book.command("load")
@_file
@_since
@_later
def load(file: BinaryIO, since: int | None, later: bool) -> None:
    """Put a book in force, and say what changes when: the same as publish."""
    _publish(file, since, by="flask book load", why="", later=later)


@book.command("publish")
@_file
@_since
@click.option("--why", default="", help="Why; it is kept in the journal.")
@_later
def publish(file: BinaryIO, since: int | None, why: str, later: bool) -> None:
    """Put a book in force, and say what changes when.

    A definition's own `from` goes before --from. Earlier dates are allowed: what happened since is scored again.
    """
    _publish(file, since, by="flask book publish", why=why, later=later)


@book.command("export")
@click.option("--book", "number", type=click.IntRange(1, 2**31 - 1), help="Its number; the newest by default.")
def export(number: int | None) -> None:
    """Write the newest book to standard output, byte for byte as it was published."""
    _common.need_database()
    text = rulebook.newest(db.session.connection()).text if number is None else rulebook.text_of(number)
    if not text:
        msg = "no book is published yet" if number is None else f"there is no book {number}; see flask book history"
        raise click.ClickException(msg)
    click.echo(text.encode(), nl=False)


@book.command("diff")
@_file
@_since
@click.option("--language", type=_languages, default="en", show_default=True)
def diff(file: BinaryIO, since: int | None, language: str) -> None:
    """Say what publishing FILE would change: every definition that begins, changes or ends, and when. Writes nothing.

    What is gone stands in [-…-], what is new in {+…+}.
    """
    _common.need_database()
    raw = file.read(LARGEST + 1)
    report = _told(checked(raw), file.name)
    if report.book is None:
        raise SystemExit(1)
    known = facts.current()
    after = timelines(known.timelines, report.book, today=known.today(clock.now()), since=since)
    found = drafts.compared(drafts.newest().text, raw.decode(), language)
    for one in found:
        click.echo(f"{one.kind} {one.key}: {_when(one, known.timelines, after)}")
        click.echo(f"  {''.join(_MARKED[piece.mark].format(piece.text) for piece in one.pieces)}")
    click.echo(f"{_times(len(found), 'definition')} would read otherwise." if found else "Nothing would change.")


@book.command("history")
@click.option("--last", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many books.")
def history(last: int) -> None:
    """List the books that were published, the newest first: when, by whom, and what changed."""
    _common.need_database()
    lines = rulebook.history(most=last)
    for one in lines:
        click.echo(f"book {one.number}  {_common.day_text(one.day)}  {one.who or '-'}  {one.name}")
        for action, kind, key in one.changes:
            click.echo(f"  {action} {kind} {key}")
    if not lines:
        click.echo("No book is published yet.")


def _publish(file: BinaryIO, since: int | None, *, by: str, why: str, later: bool) -> None:
    _common.need_database()
    raw = file.read(LARGEST + 1)
    now = clock.now()
    before = facts.current()
    try:
        text = _text(raw, file.name)
        connection = begin_write()
        day = before.today(now)
        done = rulebook.put_in_force(
            connection, text, today=day, since=since, name=file.name, now=now, by=By(None, by), why=why
        )
    except BookError as error:
        db.session.rollback()
        for fault in error.faults:
            click.echo(f"{file.name}: {fault}", err=True)
        msg = f"{file.name} was not loaded"
        raise click.ClickException(msg) from None
    db.session.commit()
    for line in _changes(before.timelines, facts.current().timelines, done.changed):
        click.echo(line)
    click.echo(f"{file.name} is book {done.book}" + ("." if done.changed else ", and changes nothing that is counted."))
    if done.rescore and later:
        click.echo("The scheduler will score the activities again.")
    elif done.rescore:
        _common.score_again()
        click.echo("The activities were scored again.")


@book.command("stop")
@click.argument("key")
@click.option("--why", required=True, help="The reason; the journal keeps it.")
def stop(key: str, why: str) -> None:
    """Stop an incentive at once: what people do is still counted, and what they earn waits."""
    _common.need_database()
    try:
        stops.stop(key, why, By(None, "flask book stop"), clock.now())
    except AdoptionError as error:
        db.session.rollback()
        raise click.ClickException(str(error)) from None
    db.session.commit()
    click.echo(f"{key} is stopped. `flask book resume {key} --why …` lets it go on.")


@book.command("resume")
@click.argument("key")
@click.option("--why", required=True, help="The reason; the journal keeps it.")
def resume(key: str, why: str) -> None:
    """Let a stopped incentive go on, and give out what waited."""
    _common.need_database()
    try:
        given, left = stops.resume_and_release(key, why, By(None, "flask book resume"), clock.now())
    except AdoptionError as error:
        db.session.rollback()
        raise click.ClickException(str(error)) from None
    waits = f", {_times(left, 'award')} still wait for budget or stock" if left else ""
    click.echo(f"{key} goes on: {_times(given, 'award')} given out{waits}.")


@book.command("show")
@click.option("--language", type=_languages, default="en", show_default=True)
@click.option("--on", type=_common.Day(), help="The local day; today by default.")
def show(language: str, on: int | None) -> None:
    """Put what is in force on a day into words."""
    _common.need_database()
    known = facts.current()
    day = known.today(clock.now()) if on is None else on
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


def _told(report: Report, name: str) -> Report:
    """Write the faults and warnings of a book to standard error."""
    for fault in report.faults:
        click.echo(f"{name}: {fault}", err=True)
    for warning in report.warnings:
        click.echo(f"{name}: warning: {warning}", err=True)
    if report.faults:
        click.echo(f"{name} has {_times(len(report.faults), 'fault')}.", err=True)
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
    return raw.decode()


def _times(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _when(one: Difference, before: Timelines, after: Timelines) -> str:
    """Say of a definition what happens to it and when; rewards and boards are what the newest book says, at once."""
    if not one.own:
        return "reads otherwise"
    if one.kind in facts.KINDS:
        lines = [getattr(known, f"{one.kind}s").get(one.key, ()) for known in (before, after)]
        changes = [[(p.starts, p.ends, meaning(p.body)) for p in line] for line in lines]
        return _change(*lines) if changes[0] != changes[1] else "reads otherwise; what it means stays"
    return "new at once" if one.before is None else "ends at once" if one.after is None else "changes at once"


def _changes(before: Timelines, after: Timelines, changed: Iterable[tuple[str, str, int]]) -> list[str]:
    """Say of each definition that changed what it does and when."""
    said = []
    for kind, key, _ in changed:
        old = getattr(before, f"{kind}s").get(key, ())
        line = getattr(after, f"{kind}s").get(key, ())
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
