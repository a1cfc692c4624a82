"""What is so: everything that decides what is processed about people, as plain JSON, read from code and database.

Nothing in it changes by itself from day to day, so that its hash changes only when somebody changed something.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from sqlalchemy import func
from sqlalchemy import select

from adoption import facts
from adoption import privacy
from adoption.auth.table import PERMISSIONS
from adoption.disclosure.processing import PROCESSING
from adoption.extensions import db
from adoption.models import Feed
from adoption.models import Source
from adoption.models import Workbook
from rules import adoption as score
from rules.reliance import checkin
from rules.reliance import cycle
from rules.reliance import ledger
from rules.reliance import usual
from rules.reliance import weights
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = ("evidence:read", "flags:lead", "team:read", "workbooks:decide", "privacy:manage")  # permissions


def configuration() -> dict[str, Any]:
    """Return what is so now; six queries."""
    return {
        "detection": privacy.current().written(),
        "processed": {
            "sources": _sources(),
            "activities": sorted({kind for metric in facts.current().book.metrics.values() for kind in metric.counts}),
            "feeds": [f"{feed.key} ({feed.kind})" for feed in db.session.scalars(select(Feed).order_by(Feed.key))],
            "workbooks": _workbooks(),
            "tables": {one.key: list(one.tables) for one in PROCESSING},
        },
        "families": _families(),
        "rules": _rules(),
        "score": {"weights": dict(score.WEIGHTS), "span": score.SPAN, "enough": score.ENOUGH, "apart": score.APART},
        "check_in": {"span": checkin.SPAN, "asks": checkin.ASKS, "settles": checkin.SETTLES, "days": checkin.DAYS},
        "readers": {state: list(readers) for state, readers in cycle.READERS.items()},
        "decides": sorted({f"{state} {does}" for (state, does), step in cycle.STEPS.items() if step.by == cycle.LEAD}),
        "waits": {"confirm": cycle.WAITS, "answer": cycle.ANSWER, "muted": cycle.MUTED, "snoozed": cycle.SNOOZED},
        "expires": {"expected": cycle.STALE_EXPECTED, "days": cycle.STALE},
        "periods": {name: asdict(length) for name, length in privacy.PERIODS.items()},
        "least": SMALLEST_GROUP,
        "may": {name: sorted(PERMISSIONS[name]) for name in SHOWN if name in PERMISSIONS},
        "zone": str(current_app.extensions["settings"].organisation_zone),
    }


def _sources() -> list[str]:
    """Return the keys of connected sources, and which are paused."""
    rows = db.session.execute(select(Source.key, Source.paused).order_by(Source.key))
    return [key if paused is None else f"{key} (paused)" for key, paused in rows]


def _workbooks() -> dict[str, Any]:
    """Return how many workbooks are registered by each kind of rule, and their numbers; never their names."""
    which = Workbook.state == "registered"
    counts = db.session.execute(select(Workbook.rule, func.count()).where(which).group_by(Workbook.rule)).all()
    numbers = db.session.scalars(select(Workbook.id).where(which).order_by(Workbook.id)).all()
    return {"rules": dict(sorted((rule, count) for rule, count in counts)), "numbers": list(numbers)}


def _families() -> dict[str, dict[str, float]]:
    """Return the constants of each family of evidence."""
    own: Mapping[str, dict[str, float]] = {
        "activity": {"left": weights.RHO, "dispersion": weights.ALPHA, "silent": weights.SILENT},
        "lateness": {"usual": usual.DEFAULT.otherwise_late, "sheets": weights.LATE, "full": weights.FULL},
        "batch": {
            "usual": usual.DEFAULT.batch, "sheets": weights.BATCH, "dense": usual.DENSE, "typed": usual.TYPED,
            "expected": usual.EXPECTED, "worth": weights.WORTH,
        },
        "round_trip": {
            "trip_usual": weights.TRIP_USUAL, "trip": weights.TRIP, "import_usual": weights.IMPORT_USUAL,
            "import": weights.IMPORT,
        },
        "sheets": {"usual": usual.DEFAULT.sheets, "edits": weights.EDITS, "edits_busy": weights.EDITS_BUSY},
    }  # fmt: skip  # a line for each family
    return {name: dict(family._asdict()) | own[name] for name, family in weights.FAMILIES.items()}


def _rules() -> dict[str, Any]:
    """Return the thresholds and the rules on top of the sum."""
    return {
        "prior": ledger.PRIOR, "raise": ledger.RAISE, "clear": ledger.CLEAR, "hint": ledger.HINT,
        "raise_days": ledger.RAISE_DAYS, "clear_days": ledger.CLEAR_DAYS, "hint_days": ledger.HINT_DAYS,
        "traces": dict(ledger.TRACE), "enough": ledger.ENOUGH, "coaching": ledger.COACHING, "horizon": ledger.HORIZON,
        "keeps": weights.KEEPS, "least": usual.LEAST, "people": usual.PSEUDO_PEOPLE, "days": usual.PSEUDO_DAYS,
    }  # fmt: skip  # what belongs together stands on one line


def canonical(what: Mapping[str, Any]) -> str:
    """Write a configuration so that equal ones are written alike."""
    return json.dumps(what, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(what: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a configuration."""
    return hashlib.sha256(canonical(what).encode()).hexdigest()
