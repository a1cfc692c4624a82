"""Which sentences the definitions of each kind have, and which slots stand in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adoption.languages import gettext
from adoption.pages import book_words as words
from adoption.pages.book_forms import conditions
from adoption.pages.book_forms import metric
from adoption.pages.book_slots import Option
from adoption.pages.book_slots import Slot
from adoption.pages.book_slots import choice
from adoption.pages.book_slots import field_slot
from adoption.pages.book_slots import metric_slot
from adoption.pages.book_slots import offered_slot
from adoption.pages.book_slots import reward_slots
from adoption.pages.book_slots import sentence
from adoption.pages.book_slots import type_slots
from adoption.pages.book_slots import written
from rules.metric import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.pages.book_forms.fields import Typed
    from adoption.pages.book_slots import Choices
    from adoption.pages.book_slots import Sentence


def dates(typed: Typed) -> Sentence | None:
    """Return the sentence of a definition's own first and last day; ``None`` for kinds that have none."""
    if "last" not in typed:
        return None
    return sentence("dates", {"from": written("from", typed, "date"), "last": written("last", typed, "date")})


def _incentive(typed: Typed, at: Choices) -> list[Sentence]:
    slots = {
        "how": choice("how", typed, words.HOWS, redraw=True),
        "target": written("target", typed),
        "metric": metric_slot(typed, at),
        "per": choice("per", typed, words.PER),
        "holder": choice("holder", typed, words.RECEIVERS),
        "earns": reward_slots(typed, at),
        "limit": written("limit", typed),
    }
    offered = sentence("incentive.offered", {"offered": offered_slot(typed, at)})
    return [sentence(f"incentive.{typed['how']}", slots), offered]


def _metric(typed: Typed, at: Choices) -> list[Sentence]:
    of = replace(field_slot("of", typed["of"], typed["counts"], at, words.said(words.LABELS, "of")), at="of")
    if typed["measure"] == "values":
        named = [
            Option(one, words.said(words.ATTRIBUTES, one), one == typed["of"])
            for one in ATTRIBUTES
            if one in words.ATTRIBUTES
        ]
        of = replace(of, groups=[*of.groups, (gettext("Of the activity itself"), named)])
    slots: dict[str, Sequence[str | Slot]] = {
        "measure": choice("measure", typed, words.MEASURES, redraw=True),
        "of": [of],
        "counts": type_slots("counts", typed, at, milestones=True),
    }
    if typed["measure"] in metric.WITH_A_FIELD and typed["of"] == conditions.OTHER:
        slots["of"] = [of, Slot("of_other", words.said(words.LABELS, "of"), "", kind="text", at="of")]
    return [sentence(f"metric.{typed['measure']}", slots)]


def _milestone(typed: Typed, at: Choices) -> list[Sentence]:
    record = written("record", typed, "text", suggestions=at.sent.records or ("contact", "company", "deal"))
    main = sentence("milestone", {"record": record, "credit": choice("credit", typed, words.CREDITS)})
    undone = {"undone_by": type_slots("undone_by", typed, at), "holds_for": written("holds_for", typed)}
    return [main, sentence("milestone.undone", undone)]


def _reward(typed: Typed, _at: Choices) -> list[Sentence]:
    currency = written("currency", typed, "text")
    slots: dict[str, Sequence[str | Slot]] = {
        "kind": choice("kind", typed, words.REWARDS, redraw=True),
        "currency": currency,
        **{name: written(name, typed) for name in ("worth", "amount", "valid_days", "budget", "stock")},
        "per": choice("per", typed, words.EACH),
        "spent": choice("spent", typed, words.SPENT),
        "said": [typed["currency"] or gettext("in money")],
    }
    costs = bool(typed["amount"]) if typed["kind"] == "money" else bool(typed["worth"])
    budget = "reward.budget.money" if costs else "reward.budget.pieces"
    return [sentence(name, slots) for name in (f"reward.{typed['kind']}", budget, "reward.spent", "reward.stock")]


def _board(typed: Typed, at: Choices) -> list[Sentence]:
    slots = {
        "holder": choice("holder", typed, words.RANKED),
        "metric": metric_slot(typed, at),
        "per": choice("per", typed, words.PER),
        "top": written("top", typed),
    }
    return [sentence("board", slots)]


SENTENCES: Mapping[str, Callable[[Typed, Choices], list[Sentence]]] = {
    "incentive": _incentive,
    "metric": _metric,
    "milestone": _milestone,
    "reward": _reward,
    "board": _board,
}


def sentences(kind: str, typed: Typed, at: Choices) -> list[Sentence]:
    """Return the sentences of a definition, with what was typed in their slots."""
    return SENTENCES[kind](typed, at)
