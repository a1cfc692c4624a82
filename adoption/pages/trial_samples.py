"""Awards of a dry run as a sample, each with the activities that made it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption import records
from adoption import telling
from adoption.pages import drawing
from adoption.pages.trial_parts import title
from rules import period as periods

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.book import Book
    from rules.trial import Sample
    from rules.trial import Step
    from rules.trial import Trial


def samples(tried: Trial, book: Book, *, named: bool) -> list[dict[str, Any]]:
    """Return the sampled awards, each with what made it; ``named`` says whether the viewer may know the records."""
    names = {line.holder: line.name for line in tried.lines}
    several = len(tried.incentives) > 1
    wanted = {step.subject for one in tried.samples for step in one.steps if step.subject and named}
    cards = records.cards(wanted)
    return [_sample(one, book, names, several, cards) for one in tried.samples]


def _sample(
    one: Sample, book: Book, names: Mapping[int, str], several: bool, cards: Mapping[str, records.Card]
) -> dict[str, Any]:
    offer = book.incentives[one.incentive].earns
    return {
        "name": names.get(one.holder, ""),
        "rule": title(book, "incentive", one.incentive) if several else "",
        "reward": book.rewards.get(offer[0]) if len(offer) == 1 else None,
        "period": telling.period(periods.text(one.per, one.first)),
        "target": languages.current().units(one.target),
        "when": drawing.when(periods.moment(one.steps[-1].time)) if one.steps else "",
        "steps": [_step(step, one, names, cards) for step in one.steps],
        "before": one.before,
    }


def _step(step: Step, one: Sample, names: Mapping[int, str], cards: Mapping[str, records.Card]) -> dict[str, Any]:
    tongue = languages.current()
    about = telling.record(cards[step.subject]) if step.subject in cards else None
    return {
        "said": telling.deed(step.type, about),
        "who": names.get(step.who, "") if step.who != one.holder else "",
        "when": drawing.when(periods.moment(step.time)),
        "adds": ("+" if step.adds >= 0 else "\N{MINUS SIGN}") + tongue.units(abs(step.adds)),
        "total": tongue.units(step.total),
    }
