"""The sentence of a reward: what it is, what it costs, for how long it holds, and how much of it there is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption.pages.book_forms import fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.pages.book_forms.fields import Typed

KINDS = ("voucher", "time_off", "points", "badge", "money")
AMOUNTS = {"time_off": "minutes", "points": "points", "money": "pays"}  # what a kind consists of
EXPIRE = ("voucher", "time_off")
OWN = ("title", "titles", "kind", "costs", "valid_days", "minutes", "points", "pays", "budget", "stock")


def fresh(currency: str = "EUR") -> Typed:
    """Return the fields of a new reward: a voucher with a budget that runs out."""
    return shaped({"kind": "voucher", "currency": currency, "valid_days": "30", "budget": "500"})


def typed_of(body: Mapping[str, Any]) -> Typed:
    """Return the fields of a reward as a book holds it."""
    kind = fields.text(body, "kind", "voucher")
    costs, pays, budget = (fields.table(body, name) for name in ("costs", "pays", "budget"))
    own = pays.get("amount") if kind == "money" else body.get(AMOUNTS.get(kind, ""))
    return fields.titles_of(body) | {
        "kind": kind,
        "amount": fields.written(own),
        "worth": fields.written(costs.get("amount")),
        "currency": fields.text(pays if kind == "money" else costs, "currency") or fields.text(costs, "currency"),
        "valid_days": fields.written(body.get("valid_days")),
        "budget": fields.written(budget.get("amount")),
        "per": fields.text(budget, "per", "month"),
        "spent": fields.text(budget, "when_spent", "stop"),
        "stock": fields.written(body.get("stock")),
    }


def shaped(typed: Mapping[str, Any]) -> Typed:
    """Return the fields as a form sends them, whatever else it sends."""
    kind = fields.text(typed, "kind")
    return fields.titles_shaped(typed) | {
        "kind": kind if kind in KINDS else "voucher",
        **{name: fields.text(typed, name) for name in ("amount", "worth", "valid_days", "budget", "stock")},
        "currency": fields.text(typed, "currency").upper(),
        "per": fields.text(typed, "per", "month"),
        "spent": fields.text(typed, "spent", "stop"),
    }


def body_of(typed: Mapping[str, Any], before: Mapping[str, Any]) -> Typed:
    """Return the reward as a book holds it; ``before`` is how it was."""
    kind = typed["kind"]
    own: Typed = {}
    if kind == "money":
        own = {"pays": _money(typed["amount"], typed["currency"])}
    elif kind in AMOUNTS:
        own = {AMOUNTS[kind]: fields.number(typed["amount"])}
    budget = fields.number(typed["budget"])
    made = fields.clean(
        {
            **fields.titles_body(typed),
            "kind": kind,
            "costs": _money(typed["worth"], typed["currency"]),
            "valid_days": fields.number(typed["valid_days"]) if kind in EXPIRE else None,
            **own,
            "budget": None if budget == "" else _budget(budget, typed, fields.table(before, "budget")),
            "stock": fields.number(typed["stock"]),
        }
    )
    return fields.kept(before, OWN, made)


def _money(amount: str, currency: str) -> Typed | None:
    return {"amount": fields.number(amount), "currency": currency} if amount else None


def _budget(amount: Any, typed: Mapping[str, str], before: Mapping[str, Any]) -> Typed:
    """Return a budget; a month, and that it stops when it is spent, go without saying, unless they were said."""
    found: Typed = {"amount": amount}
    if typed["per"] != "month" or not before or "per" in before:
        found["per"] = typed["per"]
    if typed["spent"] != "stop" or "when_spent" in before:
        found["when_spent"] = typed["spent"]
    return fields.kept(before, ("amount", "per", "when_spent"), found)


def place_of(steps: Sequence[str]) -> str:
    """Return the field at which a fault of the book stands."""
    first, last = (steps[0], steps[-1]) if steps else ("kind", "kind")
    if last == "currency":
        return "currency"
    if first == "budget":
        return {"per": "per", "when_spent": "spent"}.get(last, "budget")
    return {"costs": "worth", "minutes": "amount", "points": "amount", "pays": "amount"}.get(first, first)


def wanted(typed: Mapping[str, Any]) -> list[tuple[str, str]]:  # noqa: ARG001  # as for every kind
    """List what something new is wanted for: a reward rests on nothing."""
    return []


def filled(body: Mapping[str, Any], slot: str, key: str) -> Typed:
    """Return the reward with something in a slot; it has none for definitions."""
    return {**body, slot: key}
