"""What must hold between definitions: names that are used exist, and the worked examples come out."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import Any

from rules.bonus import Given
from rules.bonus import Inputs
from rules.bonus import reckon
from rules.bonus.exact import money_text
from rules.bonus.exact import text
from rules.bonus.plan import AWARD
from rules.bonus.plan import FIGURE
from rules.book.components import MOST_COMPONENTS
from rules.book.faults import Fault
from rules.book.faults import place
from rules.book.faults import shown
from rules.book.faults import unknown
from rules.value import UNIT
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from rules.bonus import Plan
    from rules.incentive import Incentive
    from rules.incentive import Reward

NEVER_PAID = {
    *("evidence", "flag", "flagged", "flagging", "flags", "reliance", "score", "scored", "scores", "signal", "signals")
}  # words of a quantity
NAMES = (("of",), ("gate", "of"), ("multiplier", "of"), ("target",), ("amount",))  # where a component names a quantity
FIGURE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


def names(section: str, key: str, values: Mapping[str, Any], known: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    """Yield the names that a definition uses and the book does not have; ``known`` lists faulty definitions too."""
    if "metric" in values:
        yield from _metric(section, key, values["metric"], known)
    for reward in values.get("earns", ()):
        if reward not in known["reward"]:
            yield Fault(place(section, key, "earns"), unknown(reward, known["reward"], "reward"))
    if section == "milestone":
        yield from _needs(key, values, known["milestone"])


def _metric(section: str, key: str, metric: str, known: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    if metric in known["milestone"]:
        remedy = f"{shown(metric)} is a milestone; write a metric that counts it, and name that metric here"
        yield Fault(place(section, key, "metric"), remedy)
    elif metric not in known["metric"]:
        yield Fault(place(section, key, "metric"), unknown(metric, known["metric"], "metric"))


def _needs(key: str, values: Mapping[str, Any], milestones: Collection[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    remedy = "is a milestone; name the activity types that sources send instead"
    for index, need in enumerate(values.get("needs", ())):
        if need["key"] in seen:
            message = f"{shown(need['key'])} is the key of an earlier need; give each need its own"
            yield Fault(place("milestone", key, "needs", index, "key"), message)
        seen.add(need["key"])
        for kind in need["on"]:
            if kind in milestones:
                yield Fault(place("milestone", key, "needs", index, "on"), f"{shown(kind)} {remedy}")
    for kind in values.get("undone_by", ()):
        if kind in milestones:
            yield Fault(place("milestone", key, "undone_by"), f"{shown(kind)} {remedy}")


def quantities(key: str, body: Mapping[str, Any], known: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    """Yield the quantities of a plan that nobody knows, and those that may never be an input of pay.

    ``body`` is the plan as it is written: the names of a component with other faults are looked at, too.
    """
    components = body.get("components")
    for index, one in enumerate(components[:MOST_COMPONENTS] if isinstance(components, list) else ()):
        for steps, name in _named(one) if isinstance(one, dict) else ():
            wrong = _quantity(name, known)
            if wrong is not None:
                yield Fault(place("plan", key, "components", index, *steps), wrong)


def _named(component: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield where a component names a quantity, and its name."""
    for steps in NAMES:
        inner: Any = component
        for step in steps:
            inner = inner.get(step) if isinstance(inner, dict) else None
        if isinstance(inner, str) and inner.strip():
            yield steps, inner


def _quantity(name: str, known: Mapping[str, Collection[str]]) -> str | None:
    """Say what is wrong with the name of a quantity."""
    rest = name.partition(".")[2]
    if any(word in NEVER_PAID for word in re.split(r"[^a-z]+", name.casefold())):
        return f"{shown(name)}: a flag or a score of a person is never an input of pay"
    if name.startswith(AWARD):
        return None if rest in known["reward"] else unknown(rest, known["reward"], "reward")
    if name.startswith(FIGURE):
        remedy = "name figures in small letters, digits and hyphens, such as figure.quota"
        return None if FIGURE_NAME.fullmatch(rest) else f"{shown(name)}: {remedy}"
    if name in known["milestone"]:
        return f"{shown(name)} is a milestone; write a metric that counts it, and name that metric here"
    return None if name in known["metric"] else unknown(name, [*known["metric"], "figure.…", "award.…"], "metric")


def plan_examples(plan: Plan) -> Iterator[Fault]:
    """Yield the worked examples that a plan does not bear out."""
    asked = plan.quantities()
    for index, (values, pays) in enumerate(plan.examples):
        where = place("plan", plan.key, "examples", index)
        given = dict(values)
        strange = sorted(given.keys() - asked)
        if strange:
            yield Fault(where, unknown(strange[0], sorted(asked), "quantity of this plan"))
            continue
        total = reckon(plan, Inputs({one.key: Given(given) for one in plan.components})).total
        if Fraction(total, 100) != pays:
            gives = money_text(total)
            message = f"pays {text(pays)}, but the plan gives {gives}; correct the example or the plan"
            yield Fault(where, message, "plan.example", (("gives", gives),))


def paid_awards(plans: Iterable[Plan], rewards: Mapping[str, Reward]) -> Iterator[Fault]:
    """Yield the rewards that a plan pays and that are no money, or money of another currency."""
    for plan in plans:
        for name in sorted(plan.quantities()):
            reward = rewards.get(name.removeprefix(AWARD)) if name.startswith(AWARD) else None
            if reward is not None and (reward.kind != "money" or reward.currency != plan.currency):
                where = place("plan", plan.key)
                yield Fault(where, f"{name} is no reward of kind money in {plan.currency}; a plan has one currency")


def gives_for(incentive: Incentive, value: int) -> int | None:
    """Return how many awards an example's value (in ten-thousandths) earns; ``None`` if it is no length of a run."""
    if incentive.in_a_row is None:
        return incentive.due(value)
    if value < 0 or value % UNIT:
        return None
    return incentive.due(value // UNIT // incentive.in_a_row * UNIT)  # the blocks of one run


def examples(incentive: Incentive) -> Iterator[Fault]:
    """Yield the worked examples that the rule does not bear out."""
    for index, (tally, earns) in enumerate(incentive.examples):
        where = place("incentive", incentive.key, "examples", index)
        value = text_of_units(tally)
        gives = gives_for(incentive, tally)
        if gives is None:
            yield Fault(where, f"value is the length of a run of working days; write a whole number, not {value}")
        elif gives != earns:
            yield Fault(where, f"{value} → {earns}, but the rule gives {gives}; correct the example or the rule")
