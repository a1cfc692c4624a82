"""Faults of lists in the reader's language.

Lists are read and compared without knowing who reads, so their faults are English sentences with values in them.  Here
each sentence stands once more as a message of the catalogues; one that is not here is shown as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from adoption.languages import gettext

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable

    from adoption.people_csv import Fault


def _(text: str) -> str:
    """Mark a message for the catalogues."""
    return text


SENTENCES: tuple[str, ...] = (
    # cells
    _("there is a control character in it (%(code)s)"),
    _("there is an invisible character in it (%(code)s)"),
    _("“%(cell)s” has %(length)s characters; at most %(most)s are kept"),
    _("“%(cell)s” is no e-mail address"),
    _("“%(cell)s” is no role; did you mean %(role)s?"),
    _("“%(cell)s” is no role; write one of %(roles)s"),
    _("the year %(year)s is a mistake; years are %(first)s to %(last)s"),
    _("there is no day “%(cell)s”"),
    _("“%(cell)s” is no date; write %(one)s or %(other)s"),
    _("“%(cell)s” is no identity; write source=id, several separated by semicolons"),
    _("there is no e-mail address"),
    _("this cell must not be blank"),
    # rows
    _("the day of leaving is before the day of hiring"),
    _("%(number)s is already the number of %(address)s (line %(line)s)"),
    _("%(identity)s already belongs to %(address)s (line %(line)s)"),
    _("this day is already on line %(line)s"),
    _("%(address)s is already on line %(line)s"),
    _("this must be after from: it is the first day no more"),
    _("give both days, or neither for “never absent”"),
    _("%(cells)s cells under %(headings)s headings; quote a cell that holds a delimiter"),
    # what is stored
    _("%(identity)s belongs to %(address)s, who is not in this file"),
    _("%(number)s is the number of %(address)s, who is not in this file"),
    _("hired on %(first)s, but left on %(last)s (%(column)s is stored; list that column too)"),
    _("nobody is called %(address)s, neither here nor in the directory"),
    _("nobody in the directory is called %(address)s"),
    _("there is no team %(team)s; teams come from the list of people"),
    _("a circle: %(circle)s"),
    _("a circle from %(day)s on: %(circle)s"),
    _("nobody changes their own role: yours is %(role)s"),
    _("only an administrator gives or takes the role %(role)s; leave it out, and ask one"),
    _("%(address)s is not in the file: you would leave yourself; add your own row"),
    _("%(address)s is the last administrator; make somebody else one first"),
    # files
    _("the file is empty; its first line must name the columns"),
    _("the file is larger than %(size)s MB; split it"),
    _("The workbook is damaged; open it, save it anew, and try once more."),
    _("The workbook unpacks to %(size)s MB; save the sheet as CSV."),
    _("The workbook takes more memory or time than a table may; save the sheet as CSV."),
    _("The workbook cannot be opened (%(why)s); perhaps it has a password. Save it as .xlsx without one."),
    _("No sheet of the workbook holds anything."),
    _("this is not %(encoding)s (byte %(byte)s); save the file as “CSV UTF-8”"),
    _("there are %(columns)s columns; at most %(most)s are read"),
    _("there are more than %(most)s rows; split the file"),
    _("from here on, more than %(most)s faults are not told"),
    _("a cell is longer than %(most)s characters; perhaps a quotation mark is never closed"),
    _("a quotation mark is opened in this row and never closed"),
    _("a quotation mark stands inside a quoted cell; double it"),
    _("columns %(one)s and %(other)s both say %(column)s"),
    _("this column is not known; did you mean %(column)s?"),
    _("this column is missing; there are %(columns)s"),
    _("this column is missing"),
    # what was left out
    _("the first sheet that holds anything is read: %(name)s"),
    _("column %(column)s is never read"),
    _("column %(column)s is not used: %(name)s is read from %(other)s"),
    _("not known, and left out: %(columns)s"),
    _("rows with fewer cells than headings: %(rows)s, the first on line %(line)s; blank is assumed"),
)
REPORTS_TO = " reports to "


@lru_cache(maxsize=1)
def _shapes() -> list[tuple[re.Pattern[str], str]]:
    """Return each sentence as the pattern of what is said with it."""
    shapes = []
    for sentence in SENTENCES:
        pieces = re.split(r"%\((\w+)\)s", sentence)
        pattern = "".join(f"(?P<{one}>.+)" if index % 2 else re.escape(one) for index, one in enumerate(pieces))
        shapes.append((re.compile(pattern, re.DOTALL), sentence))
    return shapes


def said(message: str) -> str:
    """Say a fault of a list, or a note about it, in the reader's language."""
    for shape, sentence in _shapes():
        found = shape.fullmatch(message)
        if found:
            values = {name: value.replace(REPORTS_TO, " → ") for name, value in found.groupdict().items()}
            return gettext(sentence, **values) if values else gettext(sentence)
    return message


def by_column(faults: Iterable[Fault], columns: Collection[str]) -> dict[str, str]:
    """Return the faults of a form by its fields; under the empty name what belongs to none of them."""
    found: dict[str, str] = {}
    for fault in faults:
        name = fault.column if fault.column in columns else ""
        found.setdefault(name or "", said(fault.message))
    return found
