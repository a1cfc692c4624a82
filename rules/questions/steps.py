"""What may be done with a question in which state, and in which state it is then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WAITING, ASKED_BACK, ANSWERED, HELPED = STATES = ("waiting", "asked_back", "answered", "helped")
READER, ASKER = "reader", "asker"

# who and what they do → the states in which they may → the state after
STEPS: Mapping[tuple[str, str], tuple[frozenset[str], str]] = {
    (READER, "answer"): (frozenset({WAITING, ASKED_BACK, ANSWERED}), ANSWERED),
    (READER, "back"): (frozenset({WAITING}), ASKED_BACK),
    (READER, "pass"): (frozenset({WAITING}), WAITING),
    (ASKER, "more"): (frozenset({WAITING, ASKED_BACK}), WAITING),
    (ASKER, "not_yet"): (frozenset({ANSWERED, HELPED}), WAITING),
    (ASKER, "helped"): (frozenset({ANSWERED}), HELPED),
}


def after(state: str, who: str, does: str) -> str | None:
    """Return the state after a step; ``None`` if there is no such step from here."""
    states, then = STEPS.get((who, does), (frozenset(), ""))
    return then if state in states else None
