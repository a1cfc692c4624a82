"""The numbers of a bonus plan as the fields of a form ↔ its raw table as a book holds it.  No database.

A field is called as its place in the plan is: ``components.0.tiers.1.pays``.  What no field shows stays as it was, and
what cannot be read stays as it was typed, for the book's own reader to refuse at its place.  A list has an empty row at
its end; a row that is emptied is left out.
"""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption.languages import gettext
from adoption.pages.book_forms.fields import number
from adoption.pages.book_forms.fields import written

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    Words = Callable[[], str]

Path = tuple[str, ...]
MOST_ROWS = 50  # of a list
ABOVE, LEAST, PART, ANY = "above", "least", "part", "any"


class Leaf(NamedTuple):
    """A number: its path within a component or a plan, its name, what it has to be; an ``offered`` one may be added."""

    path: Path
    name: Words
    need: str = LEAST
    optional: bool = False
    offered: bool = False


class Listed(NamedTuple):
    """A list of rows of numbers: the columns are those of tables, places of pairs, or one of plain numbers."""

    path: Path
    columns: tuple[Leaf, ...]


class Field(NamedTuple):
    """A field of the form."""

    at: str
    name: str
    value: str
    need: str


class Rows(NamedTuple):
    """Rows of fields under the names of their columns."""

    at: str
    heads: tuple[str, ...]
    rows: list[list[Field]]


class Group(NamedTuple):
    """The fields of one component, of the plan as a whole, or of one worked example."""

    at: str
    fields: list[Field]
    lists: list[Rows]


PLAN = (
    Leaf(("cap",), lambda: gettext("At most, all together"), ABOVE, optional=True, offered=True),
    Leaf(("floor",), lambda: gettext("At least, all together"), optional=True, offered=True),
)
BOUNDS = (  # of components that are no pool and no awards
    Leaf(("gate", "at_least"), lambda: gettext("Condition: at least"), ANY),
    Leaf(("gate", "otherwise"), lambda: gettext("Else this part of it counts"), PART, optional=True),
    Leaf(("multiplier", "at_least"), lambda: gettext("Factor: at least")),
    Leaf(("multiplier", "at_most"), lambda: gettext("Factor: at most")),
    Leaf(("caps", "credit"), lambda: gettext("Credited at most"), ABOVE, optional=True),
    Leaf(("caps", "rate"), lambda: gettext("Rate at most"), ABOVE, optional=True),
    Leaf(("caps", "pay"), lambda: gettext("Pays at most"), ABOVE, optional=True, offered=True),
    Leaf(("floor",), lambda: gettext("Pays at least"), ANY, optional=True, offered=True),
    Leaf(("budget",), lambda: gettext("Budget"), ABOVE, optional=True),
)
TIERS = Listed(
    ("tiers",),
    (Leaf(("from",), lambda: gettext("Begins at")), Leaf(("pays",), lambda: gettext("Rate"))),
)
OWN: Mapping[str, tuple[Leaf | Listed, ...]] = {
    "flat": (Leaf(("pays",), lambda: gettext("Pays for each")),),
    "percent": (Leaf(("percent",), lambda: gettext("Per cent")),),
    "marginal": (TIERS,),
    "whole": (TIERS,),
    "step": (
        Listed(
            ("steps",),
            (Leaf(("at",), lambda: gettext("Reached"), ABOVE), Leaf(("pays",), lambda: gettext("Pays"))),
        ),
    ),
    "per": (
        Leaf(("every",), lambda: gettext("For every"), ABOVE),
        Leaf(("pays",), lambda: gettext("Pays each time")),
    ),
    "curve": (
        Leaf(("pays",), lambda: gettext("Pays at the target")),
        Leaf(("target",), lambda: gettext("Target"), ABOVE),
        Leaf(("threshold",), lambda: gettext("Counts from this part of the target on"), optional=True),
        Listed(
            ("points",),
            (Leaf(("0",), lambda: gettext("Attainment")), Leaf(("1",), lambda: gettext("Part"))),
        ),
        Leaf(("accelerator",), lambda: gettext("Beyond the target, times"), optional=True),
        Leaf(("cap",), lambda: gettext("Counts up to this part of the target"), ABOVE, optional=True),
    ),
    "pool": (
        Leaf(("amount",), lambda: gettext("To share"), ABOVE),
        Listed(("ranks",), (Leaf((), lambda: gettext("Weight")),)),
    ),
}
UNBOUNDED = ("pool", "awards")
_EXAMPLE_PAYS = Leaf(("pays",), lambda: gettext("Pays"), ANY)


def groups(body: Mapping[str, Any], sent: Mapping[str, str], name_of: Callable[[str], str]) -> list[Group]:
    """Return the fields of a plan's raw table, group by group; ``name_of`` says what a quantity is called.

    ``sent`` are the fields that were sent: what was typed into one stays a field, though it may be no number.
    """
    found = [_group(body, (), PLAN, sent)]
    for index, one in enumerate(_tables(body, "components")):
        found.append(_group(one, ("components", str(index)), _leaves(one), sent))
    for index, one in enumerate(_tables(body, "examples")):
        at = ("examples", str(index))
        values = [Leaf(("values", *path), lambda path=path: name_of(".".join(path)), ANY) for path in _quantities(one)]  # type: ignore[misc]  # a default, so that each keeps its own
        found.append(_group(one, at, (*values, _EXAMPLE_PAYS), sent))
    return [one for one in found if one.fields or one.lists]


def body_of(before: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """Return the raw table with the fields that were sent; one in which nothing was changed stays exactly as it was."""
    body: dict[str, Any] = copy.deepcopy(dict(before))
    _change(body, (), PLAN, sent)
    for index, one in enumerate(_tables(body, "components")):
        _change(one, ("components", str(index)), _leaves(one), sent)
    examples = []
    for index, one in enumerate(_tables(body, "examples")):
        at = ("examples", str(index))
        leaves = [*(Leaf(("values", *path), str, ANY) for path in _quantities(one)), _EXAMPLE_PAYS]
        if any(sent.get(_name(at, leaf.path), "-").strip() for leaf in leaves):
            _change(one, at, leaves, sent)
            examples.append(one)
    if "examples" in body and examples != body["examples"]:
        body["examples"] = examples
    return {name: value for name, value in body.items() if name != "examples" or value}


def place_of(steps: Sequence[str]) -> str:
    """Return the field, or what holds it, at which a fault stands, by the steps of its place."""
    return ".".join(steps)


def remedy(need: str, value: str) -> str:
    """Say what to write into a field whose value is not what it has to be; nothing where it is."""
    exact = number(value)
    good = (
        isinstance(exact, int | Decimal)
        and {
            ABOVE: exact > 0,
            LEAST: exact >= 0,
            PART: 0 <= exact < 1,
            ANY: True,
        }[need]
    )
    said: Mapping[str, Words] = {
        ABOVE: lambda: gettext("Write a number above zero, such as 10."),
        LEAST: lambda: gettext("Write a number that is not below zero, such as 7.50."),
        PART: lambda: gettext("Write a part of one, such as 0.5 for a half."),
        ANY: lambda: gettext("Write a number, such as 10."),
    }
    return "" if good else said[need]()


RELATED: Mapping[str, Words] = {  # what to do where each number is sound, but not beside the others
    "floor": lambda: gettext("It lies above the limit: lower it, or raise the limit."),
    "cap": lambda: gettext("It must lie above where it begins to count."),
    "at_most": lambda: gettext("It must not lie below the least."),
    "tiers": lambda: gettext("Write the rows in rising order, the first from 0 on."),
    "steps": lambda: gettext("Write the rows in rising order."),
    "points": lambda: gettext("Write the rows in rising order, attainment and part."),
    "ranks": lambda: gettext("Write at least one weight."),
}


# --- the walk through a table


def _tables(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _leaves(component: Mapping[str, Any]) -> tuple[Leaf | Listed, ...]:
    kind = component.get("kind")
    own = OWN.get(kind, ()) if isinstance(kind, str) else ()
    return own if kind in UNBOUNDED else (*own, *BOUNDS)


def _quantities(example: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the paths of the quantities of an example: ``figure.quota`` is a table within a table to TOML."""
    values = example.get("values")
    for name, one in values.items() if isinstance(values, dict) else ():
        if isinstance(one, dict):
            yield from ((name, inner) for inner in one)
        else:
            yield (name,)


def _name(at: Path, path: Path) -> str:
    return ".".join((*at, *path))


def _get(table: Any, path: Path) -> Any:
    for step in path:
        if isinstance(table, list):
            table = table[int(step)] if int(step) < len(table) else None
        elif isinstance(table, dict):
            table = table.get(step)
        else:
            return None
    return table


def _group(table: Mapping[str, Any], at: Path, leaves: Sequence[Leaf | Listed], sent: Mapping[str, str]) -> Group:
    group = Group(".".join(at), [], [])
    for leaf in leaves:
        value, name = _get(table, leaf.path), _name(at, leaf.path)
        if isinstance(leaf, Listed):
            if isinstance(value, list):
                group.lists.append(_rows(value, (*at, *leaf.path), leaf.columns))
        elif _is_number(value) or (leaf.offered and value is None) or name in sent:
            group.fields.append(Field(name, leaf.name(), written(value), leaf.need))
    return group


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _rows(found: list[Any], at: Path, columns: Sequence[Leaf]) -> Rows:
    rows = [
        [
            Field(_name((*at, str(index)), leaf.path), leaf.name(), written(_get(one, leaf.path)), leaf.need)
            for leaf in columns
        ]
        for index, one in enumerate([*found, None] if len(found) < MOST_ROWS else found)
    ]
    return Rows(".".join(at), tuple(leaf.name() for leaf in columns), rows)


def _change(table: dict[str, Any], at: Path, leaves: Sequence[Leaf | Listed], sent: Mapping[str, str]) -> None:
    for leaf in leaves:
        if isinstance(leaf, Listed):
            rows = _get(table, leaf.path)
            if isinstance(rows, list):
                table[leaf.path[0]] = _read_rows(rows, (*at, *leaf.path), leaf.columns, sent)
            continue
        name = _name(at, leaf.path)
        if name in sent:
            _put(table, leaf, sent[name].strip())


def _put(table: dict[str, Any], leaf: Leaf, typed: str) -> None:
    if written(_get(table, leaf.path)) == typed:
        return
    *above, last = leaf.path
    inner = table
    for step in above:
        inner = inner.setdefault(step, {})
    if typed or not leaf.optional:
        inner[last] = number(typed)
    else:
        inner.pop(last, None)
    if above and not inner:
        del table[above[0]]


def _read_rows(rows: list[Any], at: Path, columns: Sequence[Leaf], sent: Mapping[str, str]) -> list[Any]:
    found = []
    for index in range(min(len(rows) + 1, MOST_ROWS)):
        old = rows[index] if index < len(rows) else None
        names = [_name((*at, str(index)), leaf.path) for leaf in columns]
        kept = [written(_get(old, leaf.path)) for leaf in columns]
        typed = [sent.get(name, one).strip() for name, one in zip(names, kept, strict=True)]
        if not any(typed):
            continue
        values = [
            _get(old, leaf.path) if old is not None and was == one else number(one)
            for leaf, was, one in zip(columns, kept, typed, strict=True)
        ]
        found.append(_row(old, columns, values))
    return found


def _row(old: Any, columns: Sequence[Leaf], values: list[Any]) -> Any:
    """Make a row of a list: a table, a pair, or a number."""
    if columns[0].path == ():
        return values[0]
    if columns[0].path[0].isdigit():
        return values
    return {**(old or {}), **{leaf.path[0]: value for leaf, value in zip(columns, values, strict=True)}}
