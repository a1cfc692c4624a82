"""What a reviewer is shown of a run: what came late, what it costs, what stands out, how pay is spread, statements."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from typing import Any

from flask import request

from adoption import auth
from adoption import facts
from adoption.bonuses import reviewing
from adoption.bonuses import runs
from adoption.languages import gettext
from adoption.pages import payout
from adoption.pages import run_parts
from adoption.pages import statement_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from adoption.bonuses.reviewing import Listed
    from adoption.facts import Known
    from adoption.pages.run_parts import Asked
    from rules.bonus import Plan

REFRESH = 2  # seconds between two looks at a run that is worked out
MOST_FOUND = 200  # participants that a search finds


def of_run(asked: Asked, known: Known) -> dict[str, Any]:
    """Return what there is to show of a run that somebody began."""
    row = asked.row
    assert row is not None  # noqa: S101  # whoever calls has looked
    number, newest = (0, []) if asked.settles else reviewing.late(row, asked.last)
    waiting, questions = reviewing.questions([row.id]).get(row.id, (0, 0))
    shown: dict[str, Any] = {
        "late": number,
        "newest": [(one, _actor(known, one)) for one in newest],
        "records": auth.caller().reach("progress:read") is auth.ALL,
        "stale": asked.stage != "none" and not run_parts.closed(row) and runs.entered_since(runs.Run(row, asked.plan)),
        "waiting": waiting,
        "questions": questions,
        "exports": reviewing.exports(row.id) if run_parts.closed(row) else [],
        "done": run_parts.far(row),
        "tag": tag(row),
        "refresh": REFRESH,
    }
    if row.state != "open":
        shown |= _review(asked, known)
    return shown


def _actor(known: Known, one: reviewing.Late) -> str:
    who = known.participant_of(one.source, one.actor)
    return known.people[who].name if who else one.actor or gettext("nobody")


def _review(asked: Asked, known: Known) -> dict[str, Any]:
    """Return what a reviewer looks at."""
    row = asked.row
    assert row is not None  # noqa: S101  # whoever calls has looked
    past = reviewing.before(row)
    both = [row.id] if past is None else [row.id, past.id]
    costs, parts = reviewing.costs(both), reviewing.parts(both)
    cost = costs.get(row.id, reviewing.Cost(0, 0))
    earlier = costs.get(past.id) if past is not None else None
    bars = reviewing.spread(row.id, past.id if past is not None else None, costs)
    currency = asked.plan.currency
    return {
        "people": cost.people,
        "cost": cost,
        "earlier": earlier,
        "past": None if past is None else run_parts.of(asked.key, runs.plan_of(known, past), past.first, past),
        "more": payout.signed(cost.total - earlier.total, currency) if earlier else None,
        "parts": _parts(asked.plan, parts[row.id], parts[past.id] if past is not None else []),
        "notices": [(name, run_parts.NOTICES[name](), number) for name, number in reviewing.notices(row.id).items()],
        "said": run_parts.NOTICES,
        "listed": _listed(row.id, past.id if past is not None else None),
        "notice": _notice(),
        "query": request.args.get("q", ""),
        "bars": [(payout.amounts(one, currency), one.now, one.then) for one in bars],
        "histogram": payout.histogram(bars, currency),
        "ends": (payout.money(bars[0].low, currency), payout.money(bars[-1].high, currency)) if bars else ("", ""),
    }


def _parts(
    plan: Plan, found: Sequence[reviewing.Part], past: Sequence[reviewing.Part]
) -> list[tuple[str, int, int, int | None]]:
    """Return title, people, cents, and the cents of the run before, of each kind of line."""
    before = {(one.kind, one.key): one.total for one in past}
    return [(_title(plan, one), one.people, one.total, before.get((one.kind, one.key))) for one in found]


def _title(plan: Plan, one: reviewing.Part) -> str:
    if one.kind == "correction":
        return gettext("Corrections of earlier periods: %(what)s", what=statement_parts.component(plan, one.key))
    return statement_parts.title(plan, one.kind, one.key)


def _notice() -> str | None:
    wanted = request.args.get("notice")
    return wanted if wanted in run_parts.NOTICES else None


def _listed(run: int, past: int | None) -> Listed:
    """Return the statements that are asked for: with a notice, of a name, a page of them."""
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1  # noqa: PLR2004  # more is no page
    query = request.args.get("q", "").strip().casefold()[:100]
    only = None
    if query:
        people = facts.current().people.values()
        only = [one.id for one in people if query in one.name.casefold() or query in one.email.casefold()][:MOST_FOUND]
    return reviewing.statements(run, notice=_notice(), only=only, page=number, earlier=past)


def tag(row: Row[Any]) -> str:
    """Return the mark of how far a run is."""
    return hashlib.sha256(f"{row.state}{row.cursor}".encode()).hexdigest()[:20]
