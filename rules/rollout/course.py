"""The stages of a wave: what must be so before one begins, and how far that is.

A stage is where a wave stands now, not a medal: who no longer meets what recovery asks is treated again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.rollout import vital
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.rollout.vital import Week

STAGES = ("diagnosis", "plan", "treatment", "side_effects", "recovery")
KNOWN = 900  # thousandths of the people whom at least one source knows


class Check(NamedTuple):
    """Something that is done or is not; its name."""

    name: str


class Sign(NamedTuple):
    """A vital sign that must reach a bound in each of the last weeks: at least it, or at most where less is better."""

    name: str
    bound: int  # thousandths
    weeks: int = 1
    few: bool = False  # a count that is not told, since it is about one to four, is within the bound


ENTRY: Mapping[str, tuple[Check | Sign, ...]] = {
    "plan": (Check("report"), Check("goals")),
    "treatment": (Check("started"), Check("champion"), Check("supporter"), Check("known"), Check("feed")),
    "side_effects": (Sign("activation", 600),),
    "recovery": (
        Sign("activation", 800, 3),
        Sign("frequency", 600, 3),
        Sign("lateness", 200, 3),
        Sign("help", 150, few=True),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFacts:
    """What is known of a wave today.

    ``starts``: its first day; ``weeks``: those that are over, the oldest first, before and after it began; ``known``
    and ``people``: how many of its people a source knows, of all.
    """

    name: str
    starts: int
    champion: bool = False
    supporter: bool = False
    people: int = 0
    known: int = 0
    weeks: Sequence[Week] = ()


class Finding(NamedTuple):
    """How far something is: ``met`` is ``None`` where it is not measured; values and bounds are in thousandths."""

    name: str
    met: bool | None
    values: tuple[int | None, ...] = ()  # of the weeks that were looked at, the oldest first
    bound: int | None = None
    more: bool = True  # the bound is the least; otherwise the most


class Stage(NamedTuple):
    """Where a wave stands, which stage comes next, and how far it is towards that."""

    name: str
    following: str | None
    findings: tuple[Finding, ...]


def stage(wave: WaveFacts, *, today: int, report: bool, goals: bool, feed: bool) -> Stage:
    """Return where a wave stands: the last stage to which every step before it has been made.

    ``report``: there is a diagnosis; ``goals``: what the CRM is for was chosen; ``feed``: data comes as it should.
    """
    done = {
        "report": report,
        "goals": goals,
        "started": wave.starts <= today,
        "champion": wave.champion,
        "supporter": wave.supporter,
        "known": bool(wave.people) and vital.WHOLE * wave.known >= KNOWN * wave.people,
        "feed": feed,
    }
    after = [one for one in wave.weeks if one.monday >= wave.starts]
    reached = STAGES[0]
    for following in STAGES[1:]:
        findings = tuple(_found(one, done, after) for one in ENTRY[following])
        if not all(one.met for one in findings):
            return Stage(reached, following, findings)
        reached = following
    return Stage(reached, None, ())


def _found(one: Check | Sign, done: Mapping[str, bool], weeks: Sequence[Week]) -> Finding:
    return Finding(one.name, done[one.name]) if isinstance(one, Check) else measured(one, weeks)


def measured(sign: Sign, weeks: Sequence[Week]) -> Finding:
    """Compare a sign with its bound in each of the last weeks."""
    values = tuple(vital.last(weeks, sign.name, sign.weeks))
    more = vital.BY_NAME[sign.name].more
    known = [value for value in values if value is not None]
    fails = any(value < sign.bound if more else value > sign.bound for value in known)
    told = sum(one.people >= SMALLEST_GROUP for one in weeks[-sign.weeks :]) if sign.few else len(known)
    met = False if fails else (None if told < sign.weeks else True)
    return Finding(sign.name, met, values, sign.bound, more)
