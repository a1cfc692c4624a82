"""The sentence of an incentive: what earns what, how often, for whom, from when."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption.pages.book_forms import fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.pages.book_forms.fields import Typed

HOWS = ("every", "reach", "in_a_row")
ASKED = ("team", "role", "wave")  # what ``who`` asks of those to whom it is offered
OWN = ("title", "titles", "metric", *HOWS, "per", "at_most", "holder", "who", "earns", "from", "to", "examples")
EVERYONE, SEVERAL = "everyone", "several"
MOST_REWARDS = 10


def fresh() -> Typed:
    """Return the fields of a new incentive, with a limit."""
    return shaped({"how": "every", "target": "10", "per": "week", "limit": "2"})


def typed_of(body: Mapping[str, Any]) -> Typed:
    """Return the fields of an incentive as a book holds it."""
    how = next((one for one in HOWS if one in body), "every")
    who = fields.table(body, "who")
    asked = {name: _listed(who.get(name)) for name in ASKED}
    return fields.titles_of(body) | {
        "how": how,
        "target": fields.written(body.get(how)),
        "metric": fields.text(body, "metric"),
        "per": fields.text(body, "per", "week"),
        "limit": fields.written(body.get("at_most")),
        "holder": fields.text(body, "holder", "participant"),
        "offered": _offered(asked),
        **asked,
        "earns": _listed(body.get("earns")),
        "from": fields.day_written(body.get("from")),
        "last": fields.day_written(body.get("to"), later=-1),
        "examples": [
            {"value": fields.written(one.get("value")), "earns": fields.written(one.get("earns"))}
            for one in fields.rows(body, "examples")
        ],
    }


def _listed(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _offered(asked: Mapping[str, Sequence[str]]) -> str:
    """Return the one thing that is asked, everyone, or several where one choice does not say it."""
    named = [f"{name}:{one}" for name, ones in asked.items() for one in ones]
    return EVERYONE if not named else named[0] if len(named) == 1 else SEVERAL


def shaped(typed: Mapping[str, Any]) -> Typed:
    """Return the fields as a form sends them, whatever else it sends."""
    how = fields.text(typed, "how")
    offered = fields.text(typed, "offered", EVERYONE)
    name, _, one = offered.partition(":")
    asked: dict[str, list[str]] = {part: fields.texts(typed, part) if offered == SEVERAL else [] for part in ASKED}
    if name in asked and one:
        asked[name] = [one]
    return fields.titles_shaped(typed) | {
        "how": how if how in HOWS else "every",
        "target": fields.text(typed, "target"),
        "metric": fields.text(typed, "metric"),
        "per": fields.text(typed, "per", "week"),
        "limit": fields.text(typed, "limit"),
        "holder": fields.text(typed, "holder", "participant"),
        "offered": offered if offered == SEVERAL else _offered(asked),
        **asked,
        "earns": list(dict.fromkeys(fields.texts(typed, "earns")))[:MOST_REWARDS],
        "from": fields.text(typed, "from"),
        "last": fields.text(typed, "last"),
        "examples": [
            {name: fields.text(one, name) for name in ("value", "earns")} for one in fields.rows(typed, "examples")
        ],
    }


def body_of(typed: Mapping[str, Any], before: Mapping[str, Any]) -> Typed:
    """Return the incentive as a book holds it; ``before`` is how it was."""
    earns = [one for one in typed["earns"] if not one.startswith("+")]
    how = typed["how"]
    made = fields.clean(
        {
            **fields.titles_body(typed),
            "metric": "" if typed["metric"].startswith("+") else typed["metric"],
            how: fields.number(typed["target"]),
            "per": typed["per"],
            "at_most": None if how == "reach" else fields.number(typed["limit"]),
            "holder": _unless_usual(before, "holder", typed["holder"], "participant"),
            "who": {name: _one_or_all(typed[name]) for name in ASKED if typed[name]},
            "earns": _one_or_all(earns),
            "from": fields.day(typed["from"]),
            "to": fields.day(typed["last"], later=1),
            "examples": [made for one in typed["examples"] if (made := _example(one))],
        }
    )
    return fields.kept(before, OWN, made)


def _one_or_all(names: Sequence[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else list(names)


def _unless_usual(before: Mapping[str, Any], name: str, value: str, usual: str) -> str:
    """Leave out what goes without saying, unless it was said before."""
    return "" if value == usual and name not in before else value


def _example(typed: Mapping[str, str]) -> Typed:
    return fields.clean({name: fields.number(typed[name]) for name in ("value", "earns")})


def place_of(steps: Sequence[str]) -> str:
    """Return the field at which a fault of the book stands."""
    first = steps[0] if steps else ""
    if first in HOWS:
        return "target"
    if first == "examples" and len(steps) > 1:
        return f"examples.{steps[1]}"
    return {"at_most": "limit", "who": "offered", "to": "last", "": "target"}.get(first, first)


def wanted(typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what something new is wanted for: the slot, and the kind of definition."""
    found = [("metric", "metric")] if typed["metric"] == "+new" else []
    return found + [("earns", "reward")] * ("+new" in typed["earns"])


def filled(body: Mapping[str, Any], slot: str, key: str) -> Typed:
    """Return the incentive with a new definition in the slot that it was written for."""
    if slot == "earns":
        return {**body, "earns": _one_or_all([*_listed(body.get("earns")), key])}
    return {**body, slot: key}
