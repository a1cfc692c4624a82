"""What must hold between definitions: names that are used exist, and the worked examples come out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from rules.book.faults import Fault
from rules.book.faults import place
from rules.book.faults import shown
from rules.book.faults import unknown
from rules.value import UNIT
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Mapping

    from rules.incentive import Incentive


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


def examples(incentive: Incentive) -> Iterator[Fault]:
    """Yield the worked examples that the rule does not bear out."""
    for index, (tally, earns) in enumerate(incentive.examples):
        where = place("incentive", incentive.key, "examples", index)
        value = text_of_units(tally)
        if incentive.in_a_row is not None:
            if tally < 0 or tally % UNIT:
                message = f"value is the length of a run of working days; write a whole number, not {value}"
                yield Fault(where, message)
                continue
            tally = tally // UNIT // incentive.in_a_row * UNIT  # noqa: PLW2901  # the blocks of one run
        gives = incentive.due(tally)
        if gives != earns:
            yield Fault(where, f"{value} → {earns}, but the rule gives {gives}; correct the example or the rule")
