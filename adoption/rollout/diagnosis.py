"""The diagnosis: what is asked before the first wave, and what the data says about the chain order → deal → resale."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import DiagnosisAnswer
from adoption.models import StoredActivity
from adoption.wire import data_of
from rules.rollout import chain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.journal import By

# In the order in which they are asked; the pages have the words.
QUESTIONS = (
    "structure", "products", "channels", "audience", "order", "deal", "sale", "resale", "measured", "sheets",
    "obstacles",
)  # fmt: skip
ENOUGH = 8  # answers with which the diagnosis counts as made
LONGEST = 4_000  # characters of an answer
FETCH = 5_000  # rows read at once
OWNER = (*chain.ASSIGNEE, "owner_email")


class UnknownQuestionError(RefusedError):
    """There is no such question."""


class Answer(NamedTuple):
    """What was answered, when (UTC microseconds) and by whom."""

    answer: str
    moment: int
    by: int | None


class Findings(NamedTuple):
    """What the data says; counts of records, never of single people."""

    deals: int
    breaks: tuple[chain.Break, ...]
    buyers: chain.Buyers
    overdue: tuple[tuple[int | None, int], ...]  # team → tasks
    owners: tuple[tuple[str, int, int], ...]  # kind of record → with an owner, without
    activities: int


def answers() -> dict[str, Answer]:
    """Return what was answered, by question."""
    table = DiagnosisAnswer
    rows = db.session.execute(select(table.question, table.answer, table.moment, table.by))
    return {row.question: Answer(row.answer, row.moment, row.by) for row in rows}


def made(found: dict[str, Answer]) -> bool:
    """Say whether enough was answered for a plan to be made."""
    return sum(bool(one.answer) for one in found.values()) >= ENOUGH


def answer(connection: Connection, given: dict[str, str], *, by: By, now: int) -> int:
    """Keep answers; return how many are new.  The caller commits.

    Raises:
        UnknownQuestionError: one is about something else.
    """
    if given.keys() - set(QUESTIONS):
        raise UnknownQuestionError
    before = answers()
    kept = {name: text.strip()[:LONGEST] for name, text in given.items()}
    new = {name: text for name, text in kept.items() if text != (before[name].answer if name in before else "")}
    rows = [(name, text, now, by.participant) for name, text in sorted(new.items())]
    statements.put(connection, "diagnosis_answer", ("question",), ("answer", "moment", "by"), rows)
    return len(new)


def findings(now: int) -> Findings:
    """Return what the data says: one pass over deals and one over tasks, one record held at a time."""
    known, connection = facts.current(), db.session.connection()
    today = known.today(now)
    deals = [found for deeds in _records(connection, known, "deal") if (found := chain.deal(deeds)) is not None]
    days = _Days()
    tasks = (chain.task(deeds, days) for deeds in _records(connection, known, "task"))
    late = chain.overdue(filter(None, tasks), today)
    return Findings(
        deals=len(deals),
        breaks=tuple(chain.breaks(deals)),
        buyers=chain.buyers(deals, today),
        overdue=tuple(sorted(late.items(), key=lambda pair: (-pair[1], pair[0] or 0))),
        owners=tuple(_owners(connection, known)),
        activities=connection.scalar(select(func.count()).select_from(StoredActivity)) or 0,
    )


def _records(connection: Connection, known: Known, kind: str) -> Iterator[list[chain.Deed]]:
    """Yield the activities of each record of a kind, in order of time."""
    table = StoredActivity
    query = (
        select(table.subject, table.type, table.day, table.source, table.actor, table.data)
        .where(table.subject >= f"{kind}/", table.subject < f"{kind}0", table.type.is_not(None), table.retracted == 0)
        .order_by(table.subject, table.time, table.source, table.id)
        .execution_options(yield_per=FETCH)
    )
    for _, told in groupby(connection.execute(query), key=itemgetter(0)):
        yield [chain.Deed(row.type, row.day, data_of(row.data), _team(known, row)) for row in told]


def _team(known: Known, row: object) -> int | None:
    who = known.participant_of(row.source, row.actor)  # type: ignore[attr-defined]  # a row of ``_records``
    return None if who is None else min(known.teams_on(who, row.day), default=None)  # type: ignore[attr-defined]  # the same


def _owners(connection: Connection, known: Known) -> Iterator[tuple[str, int, int]]:
    """Yield for each kind of record how many are somebody's, and how many are not."""
    for kind in ("company", "contact", "deal", "lead", "task"):
        counts: Counter[bool] = Counter()
        for deeds in _records(connection, known, kind):
            if not deeds[-1].type.endswith((".deleted", ".merged")):
                counts[any(chain.first(one.data, OWNER) for one in deeds)] += 1
        if counts:
            yield kind, counts[True], counts[False]


class _Days(dict[str, int]):
    """Days as they are written (2026-11-25) → local days; what is none is remembered as none."""

    def get(self, written: str, otherwise: int | None = None) -> int | None:  # type: ignore[override]  # narrower
        """Return the day, or what stands for one that cannot be read."""
        try:
            return date.fromisoformat(written).toordinal()
        except ValueError:
            return otherwise
