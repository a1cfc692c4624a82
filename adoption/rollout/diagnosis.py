"""The diagnosis: what is asked before the first wave, and what the data says about the chain order → deal → resale."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from adoption import evidence
from adoption import facts
from adoption import journal
from adoption import ownership
from adoption import statements
from adoption.errors import ConflictError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import Deed
from adoption.models import DiagnosisAnswer
from adoption.models import DiagnosisData
from adoption.rollout import deeds
from rules.rollout import chain

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.journal import By

# In the order in which they are asked; the pages have the words.
QUESTIONS = (
    "structure", "products", "channels", "audience", "order", "deal", "sale", "resale", "measured", "sheets",
    "obstacles",
)  # fmt: skip
ENOUGH = 8  # answers with which the diagnosis counts as made
LONGEST = 4_000  # characters of an answer


class UnknownQuestionError(RefusedError):
    """There is no such question."""


class AnsweredError(ConflictError):
    """Somebody has answered these questions otherwise in the meantime."""

    def __init__(self, questions: Collection[str]) -> None:
        super().__init__()
        self.questions = frozenset(questions)


class Answer(NamedTuple):
    """What was answered, when (UTC microseconds) and by whom."""

    answer: str
    moment: int
    by: int | None


class Findings(msgspec.Struct, frozen=True):
    """What the data said at a moment (UTC microseconds): counts of records, never of single people."""

    moment: int
    deals: int
    breaks: tuple[chain.Break, ...]
    buyers: chain.Buyers
    survey: chain.Survey


_findings = msgspec.json.Decoder(Findings)


def answers() -> dict[str, Answer]:
    """Return what was answered, by question."""
    table = DiagnosisAnswer
    rows = db.session.execute(select(table.question, table.answer, table.moment, table.by))
    return {row.question: Answer(row.answer, row.moment, row.by) for row in rows}


def made(found: dict[str, Answer]) -> bool:
    """Say whether enough was answered for a plan to be made."""
    return sum(bool(one.answer) for one in found.values()) >= ENOUGH


def mark(answer: str) -> str:
    """Return a mark of an answer that was shown, however a browser writes the ends of its lines."""
    return hashlib.sha256(_plain(answer).encode()).hexdigest()[:16]


def _plain(answer: str) -> str:
    return answer.replace("\r\n", "\n").strip()[:LONGEST]


def answer(
    connection: Connection, given: Mapping[str, str], *, by: By, now: int, seen: Mapping[str, str] | None = None
) -> int:
    """Keep answers; return how many are new.  The caller commits.

    ``seen`` holds the ``mark`` of each answer that was shown: one that was left as it was shown changes nothing,
    whatever another has written meanwhile.

    Raises:
        UnknownQuestionError: one is about something else.
        AnsweredError: somebody has changed one that was changed here, too; nothing is kept.
    """
    if given.keys() - set(QUESTIONS):
        raise UnknownQuestionError
    journal.take_turn(connection)  # of two who answer at the same moment, the second sees what the first said
    before = answers()
    stood = {name: before[name].answer if name in before else "" for name in given}
    shown = {name: (seen or {}).get(name) or mark(stood[name]) for name in given}
    new = {
        name: _plain(text)
        for name, text in given.items()
        if mark(text) != shown[name] and _plain(text) != _plain(stood[name])
    }
    crossed = {name for name in new if shown[name] != mark(stood[name])}
    if crossed:
        raise AnsweredError(crossed)
    rows = [(name, text, now, by.participant) for name, text in sorted(new.items())]
    statements.put(connection, "diagnosis_answer", ("question",), ("answer", "moment", "by"), rows)
    deeds = [
        Deed("answered", f"diagnosis/{name}", before[name].answer if name in before else None, text)
        for name, text in sorted(new.items())
    ]
    journal.write_all(connection, by, deeds, now=now)
    return len(new)


def findings() -> Findings | None:
    """Return what the data said when somebody last looked; ``None`` before that."""
    found = db.session.scalar(select(DiagnosisData.found))
    return None if found is None else _findings.decode(found)


def look(now: int) -> Findings:
    """Look at the data and keep what it says: one pass over deals and one over all records.

    One record is held at a time; a million activities take some ten seconds, so that a job does it.  It looks before
    anything is locked; keeping what it found begins a transaction that writes, which the caller commits.
    """
    known, connection = facts.current(), db.session.connection()
    today = known.today(now)
    deals = [found for told in deeds.of_deals(connection, known) if (found := chain.deal(told)) is not None]
    here = (number for number, one in known.people.items() if one.here(today))
    team_of = {number: evidence.team_of(known, number, today) for number in here}
    survey = chain.surveyed(ownership.records(connection, known), team_of, today)
    said = Findings(now, len(deals), tuple(chain.breaks(deals)), chain.buyers(deals, today), survey)
    statements.put(begin_write(), "diagnosis_data", ("id",), ("found",), [(1, msgspec.json.encode(said).decode())])
    return said
