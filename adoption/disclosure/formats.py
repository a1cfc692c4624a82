"""The pack as a file: a page that stands alone, Markdown, and the table of processing for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import xlsxwriter
from flask import current_app

from adoption import languages
from adoption.disclosure.blocks import Table
from adoption.disclosure.closing import everything
from adoption.sheets import safe

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from adoption.disclosure.blocks import Block
    from adoption.disclosure.blocks import Pack

WIDTHS = (40, 25, 35, 25, 30, 25)  # of the columns of the table of processing, in characters


def as_html(pack: Pack) -> bytes:
    """Write a page that needs nothing else."""
    template = current_app.jinja_env.get_template("privacy/file.html")  # commands have no request
    return template.render(pack=pack, language=languages.current().code).encode()


def as_markdown(pack: Pack) -> bytes:
    """Write Markdown that is good to read as plain text, too."""
    lines = [f"# {pack.title}", ""]
    for note in pack.notes:
        lines += [note, ""]
    for section in pack.sections:
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += [*_markdown(block), ""]
    return "\n".join(lines).encode()


def _markdown(block: Block) -> Iterator[str]:
    if isinstance(block, str):
        yield block
    elif isinstance(block, Table):
        yield f"**{block.caption}**"
        yield ""
        for row in (block.headings, ("---",) * len(block.headings), *block.rows):
            yield "| " + " | ".join(cell.replace("\\", "\\\\").replace("|", "\\|") for cell in row) + " |"
    else:
        for item in block:
            yield f"- {item}"


def as_csv(_pack: Pack) -> bytes:
    """Write the table of processing as CSV (UTF-8 with a mark, which Excel needs)."""
    table = _table()
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in (table.headings, *table.rows):
        writer.writerow([safe(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(_pack: Pack) -> bytes:
    """Write the table of processing as a workbook: text, never a formula."""
    table = _table()
    packed = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(packed, settings) as book:
        sheet = book.add_worksheet()
        strong, plain = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for line, row in enumerate((table.headings, *table.rows)):
            for place, cell in enumerate(row):
                sheet.write_string(line, place, cell, plain if line else strong)
        for place, width in enumerate(WIDTHS):
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 0)
    return packed.getvalue()


def _table() -> Table:
    return next(block for block in everything() if isinstance(block, Table))


FORMATS: Mapping[str, tuple[Callable[[Pack], bytes], str]] = {
    "html": (as_html, "text/html; charset=utf-8"),
    "md": (as_markdown, "text/markdown; charset=utf-8"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}  # ending → how it is written, and its type


def written(ending: str, pack: Pack) -> bytes:
    """Write a pack as a file with one of these endings."""
    return FORMATS[ending][0](pack)
