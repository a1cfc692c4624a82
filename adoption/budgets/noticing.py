"""Telling HR, once for each budget, period and threshold: at 80 %, at 100 %, and when awards wait for an answer.

Which thresholds a budget has passed is kept in a table, so that the desk of every page can say so in one small query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import facts
from adoption import languages
from adoption import mail
from adoption import statements
from adoption import telling
from adoption.auth import roles
from adoption.budgets import reading
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import to_channels
from adoption.models import BudgetAlert
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from adoption.budgets.reading import Pool
    from adoption.facts import Known

THRESHOLDS = (80, 100)  # per cent of a budget
ASKED = 0  # stands for awards that wait for HR
KEY = ("reward", "allotment", "threshold")


def needed(now: int) -> bool:
    """Say whether a threshold was passed, or is passed no more, and nobody has noted it yet."""
    return bool(_changes(now))


def watch(now: int) -> int:
    """Note the thresholds that were passed, and plan a letter to HR for each; return how many; the caller commits."""
    changes = _changes(now)  # read before the writing begins: who comes second writes the same
    connection = begin_write()
    known = facts.current()
    raised = 0
    for (name, first, threshold), (pool, raise_it) in changes.items():
        statements.put(connection, "budget_alert", KEY, ("passed", "noted"), [(name, first, threshold, +raise_it, now)])
        if raise_it and pool is not None:
            raised += 1
            _tell(connection, known, pool, threshold, now)
    return raised


def open_alerts(now: int) -> list[tuple[str, int]]:
    """Return the rewards whose running budgets have passed a threshold, and the highest; one query."""
    known = facts.current()
    table = BudgetAlert
    rows = db.session.execute(select(table.reward, table.allotment, table.threshold).where(table.passed == 1))
    found: dict[str, int] = {}
    for name, first, threshold in rows:
        reward = known.book.rewards.get(name)
        runs = reward is not None and reward.budget is not None and first <= known.today(now)
        if runs and reward is not None and reward.budget is not None:
            asked = threshold == ASKED and reward.budget.when_spent == "ask"
            if asked or (threshold and known.today(now) < period.end(reward.budget.per, first)):
                found[name] = max(threshold, found.get(name, 0))
    return sorted(found.items())


def _changes(now: int) -> dict[tuple[str, int, int], tuple[Pool | None, bool]]:
    """Return the thresholds of budgets that were passed (true) or left (false) since the last look.

    Those of a budget that is over, or gone, come without it.
    """
    table = BudgetAlert
    rows = db.session.execute(select(table.reward, table.allotment, table.threshold, table.passed))
    noted = {(name, first, threshold): bool(passed) for name, first, threshold, passed in rows}
    changes: dict[tuple[str, int, int], tuple[Pool | None, bool]] = {}
    for pool in _pools(now):
        for threshold, passed in _passed(pool):
            key = pool.reward.key, pool.first, threshold
            if noted.pop(key, False) != passed:
                changes[key] = pool, passed
    for key in [key for key, passed in noted.items() if passed]:  # nothing waits for it, or it is shown no more
        changes[key] = None, False
    return changes


def _pools(now: int) -> Iterator[Pool]:
    for shelf in reading.overview(now).shelves.values():
        if shelf.budgeted:
            yield shelf.running
            yield from (pool for pool in shelf.past if pool.waiting)


def _passed(pool: Pool) -> Iterator[tuple[int, bool]]:
    share = pool.share or 0
    yield from ((threshold, share >= threshold) for threshold in THRESHOLDS)
    asks = pool.reward.budget is not None and pool.reward.budget.when_spent == "ask"
    yield ASKED, asks and pool.waiting > 0


def _in_every_language(name: str) -> dict[str, str]:
    found = {}
    for code in languages.LOCALES:
        with languages.speaking(code):
            found[code] = telling.period(name)
    return found


def _tell(connection: Connection, known: Known, pool: Pool, threshold: int, now: int) -> None:
    """Plan a letter to everybody in HR, and a message to each channel of alerts, once for ever."""
    reward = pool.reward
    if reward.budget is None:
        return
    name = period.text(reward.budget.per, pool.first)
    told = {
        "key": reward.key,
        "reward": {**reward.titles, "en": reward.title},
        "period": _in_every_language(name),
        "threshold": threshold,
        "share": pool.share,
        "drawn": pool.drawn,
        "pieces": pool.pieces,
        "waiting": pool.waiting,
        "when_spent": reward.budget.when_spent,
    }
    occasion = f"{reward.key}/{name}/{threshold}"
    to_channels.tell(connection, "budget", occasion=occasion, facts=told, now=now)
    hr = roles.having("hr", known.today(now))
    for person in known.people.values():
        if person.id in hr:
            mail.plan(
                connection,
                "budget",
                address=person.email,
                occasion=occasion,
                facts=told,
                now=now,
                participant=person.id,
            )
