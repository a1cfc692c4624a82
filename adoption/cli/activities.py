"""``flask activities``: activities from files."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import TextIO

import click
import msgspec
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from adoption import files
from adoption import loading
from adoption.cli import _common
from adoption.connectors import mapping as mappings
from adoption.errors import AdoptionError
from adoption.extensions import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

    from adoption.files import Batch
    from adoption.files import Refused
    from adoption.files import Source

SIZE = 5_000  # lines of a batch
MOST = 50_000  # a batch is one transaction, and is held in memory
SHOWN = 10  # refused ones that are shown at once

activities = AppGroup("activities", help="Load activities from files.", no_args_is_help=True)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(activities)


@activities.command("load")
@click.argument("file")
@click.option("--batch", "size", type=click.IntRange(1, MOST), default=SIZE, show_default=True, help="Lines at a time.")
@click.option("--mapping", "mapping_file", metavar="FILE.toml", help="How rows become activities; CSV needs one.")
@click.option("--refused", "refused_file", metavar="FILE", help="Where refused lines go, as JSON lines.")
def load(file: str, size: int, mapping_file: str | None, refused_file: str | None) -> None:
    """Load activities from FILE (- is standard input).

    It holds a CloudEvent as JSON on each line; or, with --mapping, rows of CSV or JSON lines of anything. Packed with
    gzip or not. Loading again changes nothing. The last line on standard output says what became of the lines.
    """
    _common.need_database()
    totals = loading.Totals()
    with ExitStack() as open_files:
        mapping = read_mapping(mapping_file) if mapping_file else None
        note = _Refused(open_files.enter_context(_writing(refused_file)) if refused_file else None)
        try:
            source = open_files.enter_context(files.opened(file, sys.stdin.buffer))
            with click.progressbar(length=source.size or 1, label=f"Loading {file}", file=sys.stderr) as bar:
                _load(source, size, mapping, totals, note, bar)
        except files.FileError as error:
            _summary(totals, note)
            raise click.ClickException(str(error)) from None
        except (AdoptionError, DBAPIError) as error:
            db.session.rollback()
            _summary(totals, note)
            reason = getattr(error, "orig", None) or error
            msg = f"{reason}. What comes after line {totals.last} is not loaded; the same command goes on from there."
            raise click.ClickException(msg) from None
    _summary(totals, note)


def _load(  # noqa: PLR0913, PLR0917  # what one load is made of
    source: Source, size: int, mapping: mappings.Mapping | None, totals: loading.Totals, note: _Refused, bar: Any
) -> None:
    def report(batch: Batch) -> None:
        if source.size:
            bar.update(batch.position - bar.pos)

    batches = files.batches(source, size, mapping)
    loading.load(batches, door="file", totals=totals, refuse=note, report=report)


def read_mapping(name: str) -> mappings.Mapping:
    """Read a mapping for files, which must name its source."""
    try:
        mapping = mappings.load(Path(name).read_text(encoding="utf-8-sig"))
    except OSError as error:
        msg = f"{name} cannot be read: {error.strerror or error}"
        raise click.ClickException(msg) from None
    except UnicodeDecodeError as error:
        msg = f"{name} is not UTF-8: {error}"
        raise click.ClickException(msg) from None
    except mappings.MappingError as error:
        raise click.ClickException("\n".join(f"{name}: {fault}" for fault in error.faults)) from None
    if mapping.source is None:
        msg = f'{name}: source: is missing; a file does not say where it comes from, so the mapping must: source = "…"'
        raise click.ClickException(msg)
    return mapping


def _writing(name: str) -> TextIO:
    try:
        return Path(name).open("w", encoding="utf-8")
    except OSError as error:
        msg = f"{name} cannot be written: {error.strerror or error}"
        raise click.ClickException(msg) from None


class _Refused:
    """Write refused lines to a file, and keep the first of them for people."""

    def __init__(self, file: TextIO | None) -> None:
        self.file = file
        self.first: list[Refused] = []

    def __call__(self, refused: Sequence[Refused]) -> None:
        self.first.extend(refused[: SHOWN - len(self.first)])
        if self.file:
            for one in refused:
                self.file.write(_told(one) + "\n")


def _told(one: Refused) -> str:
    """Write a refused line as JSON; what was JSON already stays digit by digit as it came."""
    head = json.dumps({"line": one.line, "id": one.id, "fault": one.fault}, ensure_ascii=False)
    item = json.dumps(one.item, ensure_ascii=False) if not isinstance(one.item, bytes) else _json(one.item)
    return f'{head[:-1]}, "item": {item}}}'


def _json(line: bytes) -> str:
    text = line.decode(errors="replace").strip()
    try:
        msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        return json.dumps(text, ensure_ascii=False)
    return text


def _summary(totals: loading.Totals, note: _Refused) -> None:
    for one in note.first:
        click.echo(f"line {one.line}: {one.fault}" + (f" (id {one.id})" if one.id else ""), err=True)
    if totals.refused > len(note.first):
        more = "all of them are in the file of refused lines" if note.file else "--refused FILE keeps them all"
        click.echo(f"… and {totals.refused - len(note.first)} more; {more}", err=True)
    counts = {"accepted": totals.accepted, "duplicates": totals.duplicates, "refused": totals.refused}
    if totals.signals:
        counts["signals"] = totals.signals  # which never count
    click.echo(json.dumps(counts, separators=(",", ":")))
