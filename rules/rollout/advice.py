"""Whether the next wave should begin: go or hold, with each reason, and what to do about it.  A person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.rollout import vital
from rules.rollout.course import KNOWN
from rules.rollout.course import Finding
from rules.rollout.course import Sign
from rules.rollout.course import measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.rollout.course import WaveFacts
    from rules.rollout.vital import Week

GO, HOLD = "go", "hold"
FULL_WEEKS = 3  # that a wave has had before the next one begins
ASKED: tuple[Sign, ...] = (  # of the wave before
    Sign("activation", 700, 2),
    Sign("frequency", 500, 2),
    Sign("lateness", 300, 2),
    Sign("help", 150, few=True),
)
RISE = 20  # thousandths by which gaps of ownership may have grown within four weeks
WATCHED = 5  # weeks in which gaps are compared: the last with that four weeks before


class Advice(NamedTuple):
    """What is advised, and everything that was looked at; what speaks against it comes first."""

    says: str
    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """What speaks against going on: not so, or not measured."""
        return tuple(one for one in self.findings if not one.met)


def advise(following: WaveFacts, before: WaveFacts | None, *, feed: bool) -> Advice:
    """Say whether a wave should begin, looking at the one that began last before it.

    The first wave only has to be prepared.  What is not measured is no reason to go: somebody has to look.
    """
    findings = [*_prepared(following), Finding("feed", feed)]
    if before is not None:
        after = [one for one in before.weeks if one.monday >= before.starts]
        findings.append(Finding("time", len(after) >= FULL_WEEKS, (len(after),), FULL_WEEKS))
        findings += [measured(sign, after) for sign in ASKED]
        findings.append(_gaps(after))
    order = {False: 0, None: 1, True: 2}
    findings.sort(key=lambda one: order[one.met])
    return Advice(GO if all(one.met for one in findings) else HOLD, tuple(findings))


def _prepared(wave: WaveFacts) -> list[Finding]:
    share = vital.WHOLE * wave.known // wave.people if wave.people else None
    return [
        Finding("champion", wave.champion),
        Finding("supporter", wave.supporter),
        Finding("known", None if share is None else share >= KNOWN, (share,), KNOWN),
    ]


def _gaps(weeks: Sequence[Week]) -> Finding:
    """Say whether records that are nobody's have become more; few weeks are compared with the first of them."""
    values = [value for value in vital.last(weeks, "gaps", WATCHED) if value is not None]
    if not values:
        return Finding("gaps", None, (None,), RISE, more=False)
    rise = values[-1] - values[0]
    return Finding("gaps", rise <= RISE, (values[0], values[-1]), RISE, more=False)
