"""What somebody types and what a book holds: text ↔ numbers, dates and lists, without losing either.

Whatever cannot be read stays as it was typed; the book's own reader then refuses it at its place.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from datetime import timedelta
from decimal import Decimal
from decimal import InvalidOperation
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

Typed = dict[str, Any]  # what is typed in a form: text, lists of text, and rows of the same, by name
LONGEST = 2_000  # characters of one field
DEEPEST = 24  # steps of a field's name: a condition 20 deep is refused by the book
MOST_ROWS = 250
TITLES = ("en", "ru", "zh")
_GROUPED = re.compile(r"-?\d{1,3}([.,]\d{3})+")  # 1,000: a thousand to one, one to another
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_PARTS = re.compile(r'\s*"(?:[^"]|"")*"\s*(?=,|\n|$)|[^,\n]+')
_PLAIN = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,12})?")


def nested(pairs: Iterable[tuple[str, str]]) -> Typed:
    """Return the fields of a form by the steps of their names: ``a.0.b`` is ``{"a": [{"b": …}]}``.

    A name that ends in ``[]`` is a list of what is filled in.  Rows come in the order of their numbers.
    """
    root: Typed = {}
    for name, value in pairs:
        steps = name.removesuffix("[]").split(".")
        if len(steps) > DEEPEST:
            continue
        inner = root
        for step in steps[:-1]:
            found = inner.setdefault(step, {})
            if not isinstance(found, dict):
                break
            inner = found
        else:
            _put(inner, steps[-1], _clean(value), several=name.endswith("[]"))
    return {name: _rowed(one) for name, one in root.items()}


def _put(inner: Typed, name: str, value: str, *, several: bool) -> None:
    if not several:
        inner[name] = value
        return
    found = inner.setdefault(name, [])
    if isinstance(found, list) and value and len(found) < MOST_ROWS:
        found.append(value)


def _clean(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\0", "").strip()[:LONGEST]


def _rowed(one: Any) -> Any:
    """Turn tables whose keys are all numbers into lists."""
    if not isinstance(one, dict):
        return one
    inner = {name: _rowed(part) for name, part in one.items()}
    if inner and all(name.isascii() and name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=lambda name: int(name[:9]))][:MOST_ROWS]
    return inner


def text(typed: Mapping[str, Any], name: str, otherwise: str = "") -> str:
    """Return a field; nothing where there is none of that name."""
    found = typed.get(name, otherwise)
    return found if isinstance(found, str) else otherwise


def texts(typed: Mapping[str, Any], name: str) -> list[str]:
    """Return a field that may be given several times."""
    found = typed.get(name, [])
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def rows(typed: Mapping[str, Any], name: str) -> list[Typed]:
    """Return the rows of a name."""
    found = typed.get(name, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def table(typed: Mapping[str, Any], name: str) -> Typed:
    """Return the fields within a name."""
    found = typed.get(name, {})
    return found if isinstance(found, dict) else {}


# --- numbers and days


def number(typed: str) -> int | Decimal | str:
    """Read a number as people write it (``9,50``, ``1 000``); what may mean two numbers stays as it is."""
    plain = unicodedata.normalize("NFKC", typed).replace(" ", "").replace("\N{MINUS SIGN}", "-")
    if "." in plain and "," in plain:
        last = max(plain.rfind("."), plain.rfind(","))
        plain = re.sub("[.,]", "", plain[:last]) + "." + plain[last + 1 :]
    elif _GROUPED.fullmatch(plain):
        return typed
    try:
        exact = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        return typed
    if not exact.is_finite() or abs(exact.adjusted()) > 18:  # noqa: PLR2004  # far beyond what a book takes
        return typed
    return int(exact) if exact == exact.to_integral_value() else exact


def written(value: Any) -> str:
    """Write a number of a book into a field; what is no number, as it is."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value if isinstance(value, str) else ""
    if isinstance(value, int) or not value.is_finite():
        return str(value)
    plain = f"{value.normalize():f}"
    places = len(plain.partition(".")[2])
    return f"{plain}0" if places in {1, 3} else plain  # 9.50, and 1.1250: 1.125 might be a thousand


def day(typed: str, *, later: int = 0) -> date | str:
    """Read a day as a browser sends it, moved by so many days."""
    try:
        return date.fromisoformat(typed) + timedelta(days=later)
    except (ValueError, OverflowError):
        return typed


def day_written(value: Any, *, later: int = 0) -> str:
    """Write a day of a book for a browser."""
    try:
        return (value + timedelta(days=later)).isoformat() if type(value) is date else written(value)
    except OverflowError:
        return ""


# --- what is compared with


def scalar(typed: str) -> Any:
    """Read what a field is compared with: a number, true or false, else text; text in quotes is always text."""
    if len(typed) > 1 and typed[0] == typed[-1] == '"':
        return typed[1:-1]
    if typed in {"true", "false"}:
        return typed == "true"
    if _PLAIN.fullmatch(typed):
        exact = Decimal(typed)
        return int(exact) if exact == exact.to_integral_value() else exact
    return typed


def scalar_written(value: Any) -> str:
    """Write what a field is compared with so that it is read as the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value) if isinstance(value, int) else f"{value:f}"
    if not isinstance(value, str):
        return ""
    same = scalar(value)
    return value if isinstance(same, str) and same == value == value.strip() and value else f'"{value}"'


def several(typed: str) -> list[Any]:
    """Read a list that stands in one field: ``won, lost, "a, b"``; in quotes, two quotes are one."""
    parts = (one.strip() for one in _PARTS.findall(typed))
    return [one[1:-1].replace('""', '"') if _QUOTED.fullmatch(one) else scalar(one) for one in parts if one]


def several_written(values: Any) -> str:
    """Write a list into one field."""
    return ", ".join(_listed(one) for one in (values if isinstance(values, list) else [values]))


def _listed(value: Any) -> str:
    shown = scalar_written(value)
    if isinstance(value, str) and (set(value) & set(',"\n') or shown.startswith('"')):
        return '"' + value.replace('"', '""') + '"'
    return shown


# --- titles, which every definition has


def titles_of(body: Mapping[str, Any]) -> Typed:
    """Return the fields of a definition's titles."""
    own = table(body, "titles")
    return {"title": text(body, "title"), "titles": {code: text(own, code) for code in TITLES}}


def titles_shaped(typed: Mapping[str, Any]) -> Typed:
    """Return the fields of titles as a form sends them."""
    own = table(typed, "titles")
    return {"title": _line(text(typed, "title")), "titles": {code: _line(text(own, code)) for code in TITLES}}


def _line(words: str) -> str:
    return " ".join(words.split())


def titles_body(typed: Mapping[str, Any]) -> Typed:
    """Return the titles as a book holds them."""
    own = {code: said for code, said in table(typed, "titles").items() if said}
    return clean({"title": text(typed, "title"), "titles": own})


def clean(body: Typed) -> Typed:
    """Leave out what says nothing: empty text, lists and tables, and ``None``."""
    return {name: value for name, value in body.items() if value not in ("", [], {}) and value is not None}


def kept(before: Mapping[str, Any], own: Iterable[str], made: Typed) -> Typed:
    """Return a body with what was made, and with everything before that no field stands for."""
    ours = set(own)
    return {name: value for name, value in before.items() if name not in ours} | made
