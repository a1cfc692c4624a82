"""Features of the CRM that quests are about, read from TOML or JSON, with what is wrong by field.

A feature says ``on`` which types of activities and ``where`` it is recognised, its ``order``, perhaps a ``link`` into
the CRM, and in each of its ``words`` a ``title``, what it is ``good_for``, and three to six ``steps``.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from urllib.parse import urlsplit

from marshmallow import ValidationError

from rules.book import reads
from rules.book.conditions import condition
from rules.rollout.quests import Feature
from rules.rollout.quests import Words
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

FILE = Path(__file__).parent.parent / "books" / "quests" / "features.toml"
FEWEST, MOST = 3, 6  # steps
MOST_TYPES = 10
LONGEST, LONGEST_STEP, LONGEST_LINK = 100, 300, 1_000  # characters
OWN = 1_000  # the order of features that come without one: behind those that ship
_UNSAFE = re.compile(r"[\s\x00-\x20\x7f\\<>\"'`^|{}]")


class FeatureError(ValueError):
    """It is no feature: ``faults`` says what is wrong, by field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Take what is wrong."""
        super().__init__("; ".join(f"{name} {said}" for name, said in faults.items()))
        self.faults = dict(faults)


class Shipped(NamedTuple):
    """A feature that comes with the service, and the body that it was read from."""

    feature: Feature
    body: Mapping[str, Any]


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Shipped]:
    """Return the features that come with the service, by key."""
    bodies = tomllib.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    return {key: Shipped(read(key, body), body) for key, body in bodies.items()}


def read(key: str, body: Mapping[str, Any]) -> Feature:
    """Read a feature.

    Raises:
        FeatureError: with everything that is wrong.
    """
    faults: dict[str, str] = {}

    def part(name: str, reader: Callable[[Any], Any], value: Any) -> Any:
        try:
            return reader(value)
        except ValidationError as error:
            faults.setdefault(name, str(error.messages))
            return None

    on = part("on", reads.listed(reads.activity_type, MOST_TYPES), body.get("on"))
    where = None if not body.get("where") else part("where", condition, body["where"])
    link = part("link", address, body.get("link", ""))
    words: dict[str, Words] = {}
    for language, said in _spoken(body.get("words")):
        title = part("title", lambda text: reads.text(text, LONGEST), said.get("title"))
        good_for = part("good_for", lambda text: reads.text(text, LONGEST_STEP), said.get("good_for"))
        words[language] = Words(title, good_for, part("steps", _steps, said.get("steps")))
    if not on:
        faults.setdefault("on", "is missing; name the types of activities that show the use")
    if not words:
        faults.setdefault("title", "is missing; write it in one language at least")
    if faults:
        raise FeatureError(faults)
    return Feature(key=key, order=int(body.get("order", OWN)), on=on, where=where, words=words, link=link)


def _spoken(words: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the languages that a feature speaks, in our order."""
    there = words if isinstance(words, dict) else {}
    for language in LANGUAGES:
        if isinstance(there.get(language), dict):
            yield language, there[language]


def _steps(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not FEWEST <= len(value) <= MOST:
        reads.refuse(f"must be {FEWEST} to {MOST} steps")
    return tuple(reads.text(one, LONGEST_STEP) for one in value)


def address(value: Any) -> str:
    """Read an address in the CRM: https, a host, nobody's password, nothing that leads elsewhere; "" is none.

    Raises:
        ValidationError: it is something else.
    """
    if value == "":
        return ""
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        fine = parts is not None and parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
        fine = fine and (parts is None or parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine or len(value) > LONGEST_LINK or _UNSAFE.search(value):
        reads.refuse("must be an address that begins with https://")
    return str(value)
