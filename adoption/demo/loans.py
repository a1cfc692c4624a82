"""A real log instead of the made-up company: the loan applications of a bank (BPI Challenge 2012).

The log names people by pseudonyms.  Their teams are not in it: each is put into the team of the work they finish most.
The most frequent actor is the bank's system and no person, so nobody is made for it, and it stays a stranger.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from adoption import clock
from adoption import facts
from adoption import files
from adoption import loading
from adoption.connectors import mapping as mappings
from adoption.demo import story
from adoption.errors import AdoptionError
from adoption.files.rows import BadRow
from adoption.files.rows import Table
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

COLUMNS = ("person", "ts", "action", "phase", "case")
SIZE = 5_000
SOURCE = "bank"
DOMAIN = "bank.example"
TEAMS = {
    "W_Afhandelen leads": "Leads",
    "W_Completeren aanvraag": "Applications",
    "W_Nabellen offertes": "Offers",
    "W_Nabellen incomplete dossiers": "Files",
    "W_Valideren aanvraag": "Validation",
    "W_Beoordelen fraude": "Fraud",
}


class OtherLogError(AdoptionError):
    """The file is not the log of loan applications."""


@dataclass
class _Survey:
    """What one look through the log tells."""

    rows: Counter[str] = field(default_factory=Counter)  # by person
    work: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    first: str = "9"
    last: str = ""


def fill(name: str, report: Callable[[int, int], None]) -> tuple[int, tuple[int, int]]:
    """Load people, book and log; return the last day in it, and how many were accepted and were there twice.

    Raises:
        adoption.files.FileError: the file cannot be read.
    """
    survey = _surveyed(name)
    now = clock.now()
    day_of = facts.current().day_of
    first, last = (day_of(_moment(text)) for text in (survey.first, survey.last))
    story.people(_people(survey), on=first)
    story.publish(story.BOOKS / "loans.toml", today=facts.current().today(now), since=first, now=now)
    totals = loading.Totals()
    with files.opened(name, sys.stdin.buffer) as source:
        size = source.size or 1
        batches = files.batches(source, SIZE, mapping())
        loading.load(
            batches, door="file", totals=totals, refuse=_refuse, report=lambda batch: report(batch.position, size)
        )
    return last, (totals.accepted, totals.duplicates)


def mapping() -> mappings.Mapping:
    """Return how rows of the log become activities."""
    return mappings.load((Path(__file__).parent / "loans_mapping.toml").read_text(encoding="utf-8"))


def _refuse(refused: object) -> None:
    msg = f"A row of the log is refused: {refused}"
    raise OtherLogError(msg)


def _surveyed(name: str) -> _Survey:
    survey = _Survey()
    for row in _rows(name):
        person, action = row["person"], row["action"]
        survey.rows[person] += 1
        if row["phase"] == "COMPLETE" and action in TEAMS:
            survey.work[person][TEAMS[action]] += 1
        survey.first = min(survey.first, row["ts"])
        survey.last = max(survey.last, row["ts"])
    if not survey.rows:
        raise OtherLogError
    return survey


def _rows(name: str) -> Iterator[dict[str, str]]:
    with files.opened(name, sys.stdin.buffer) as source:
        table = Table(source.lines(), source.name)
        if not set(COLUMNS) <= set(table.headings):
            msg = (
                f"{OtherLogError.__doc__} {name} has the columns {', '.join(table.headings)}, not {', '.join(COLUMNS)}."
            )
            raise OtherLogError(msg)
        for number, row in table:
            if isinstance(row, BadRow):
                msg = f"{name} line {number}: {row.fault}"
                raise OtherLogError(msg)
            yield row


def _moment(text: str) -> int:
    try:
        return period.microseconds(datetime.fromisoformat(text))
    except (ValueError, TypeError):
        msg = f"{OtherLogError.__doc__} {text!r} is no time with a zone."
        raise OtherLogError(msg) from None


def _people(survey: _Survey) -> bytes:
    """Write the list of people, without the most frequent actor."""
    _system, *others = survey.rows.most_common()
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("email", "name", "team", "role", "identities"))
    for person, _ in sorted(others):
        teams = survey.work[person].most_common(1)
        team = teams[0][0] if teams else "Office"
        writer.writerow((f"{person}@{DOMAIN}", f"Clerk {person}", team, "employee", f"{SOURCE}={person}"))
    return text.getvalue().encode()
