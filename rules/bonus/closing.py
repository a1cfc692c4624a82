"""From open to exported: which step leads from which state to which, and who may take it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

STATES = ("open", "calculated", "under review", "approved", "closed", "exported")
FINAL = ("closed", "exported")  # statements of these never change


class Step(NamedTuple):
    """A step: from which states, to which one, and whether it takes another person than the one who sent it."""

    starts: tuple[str, ...]
    ends: str
    second: bool = False


STEPS: Mapping[str, Step] = {
    "calculate": Step(("open", "calculated"), "calculated"),
    "send": Step(("calculated",), "under review"),
    "take back": Step(("under review", "approved"), "calculated"),
    "approve": Step(("under review",), "approved", second=True),
    "close": Step(("approved",), "closed"),
    "export": Step(FINAL, "exported"),
}


def allowed(state: str) -> list[str]:
    """Return the steps that may be taken from a state."""
    return [name for name, step in STEPS.items() if state in step.starts]


def refusal(name: str, state: str, *, who: int, sent_by: int | None) -> str | None:
    """Say why somebody may not take a step now: ``state``, or ``second`` person needed; ``None`` if they may."""
    step = STEPS[name]
    if state not in step.starts:
        return "state"
    if step.second and sent_by in {None, who}:
        return "second"
    return None
