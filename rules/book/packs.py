"""Ready-made packs: parts of a book that are explained and can be added to any other book.

A pack is a file of its own: a ``[pack]`` table, which only this reader knows, and below it an ordinary book.  The table
says ``order``, ``title`` and ``titles``, and in each language ``for_whom`` it is, what it ``does`` and what it
``avoids``.  What its sources must send and what it costs at most is told from its rules, never written down.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from rules.book.faults import BookError
from rules.book.faults import Fault
from rules.book.faults import place
from rules.book.lint import OWN
from rules.book.reading import load
from rules.book.schemas import SECTIONS
from rules.book.schemas import in_words
from rules.book.writing import text_of
from rules.version import meaning
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from rules.book.model import Book
    from rules.incentive import Incentive
    from rules.incentive import Reward

FOLDER = Path(__file__).parent.parent / "books" / "packs"
PEOPLE = 10  # for so many people the cost of a pack is told; they are one team
# How many periods of a kind can begin in one month, at most.  What is earned once for ever is earned in one of them.
IN_A_MONTH = {"day": 31, "week": 5, "month": 1, "quarter": 1, "year": 1, "ever": 1}
MONTH = 31  # days
SAID = ("for_whom", "does", "avoids")
_KNOWN = {"order", "title", "titles", *SAID}
Name = tuple[str, str]  # kind, key


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack: its explanation by language, the text of its book, and the book.  ``titles`` has every language."""

    key: str
    order: int
    titles: Mapping[str, str]
    for_whom: Mapping[str, str]
    does: Mapping[str, str]
    avoids: Mapping[str, str]
    text: str
    book: Book


class Cost(NamedTuple):
    """What ten people can be given in one month at most: money by currency, minutes of time off, points, badges.

    Each figure stands for itself: where people choose, it takes everybody to choose that.  ``None`` has no limit.
    """

    money: Mapping[str, Decimal | None]
    minutes: Decimal | None
    points: Decimal | None
    badges: Decimal | None


@lru_cache(maxsize=1)
def shipped() -> tuple[Pack, ...]:
    """Return the packs that come with the service, in the order in which they are offered."""
    found = (read(file.read_text(encoding="utf-8"), file.stem) for file in FOLDER.glob("*.toml"))
    return tuple(sorted(found, key=lambda pack: (pack.order, pack.key)))


def read(text: str, key: str) -> Pack:
    """Read a pack.

    Raises:
        BookError: with every fault of its explanation, or of its book.
    """
    about, rest = _parts(text, key)
    faults = tuple(_faults(about))
    if faults:
        raise BookError(faults, key)
    return Pack(
        key=key,
        order=about["order"],
        titles={**about["titles"], "en": about["title"]},
        **{name: about[name] for name in SAID},
        text=rest,
        book=load(rest, name=key),
    )


def _parts(text: str, key: str) -> tuple[Mapping[str, Any], str]:
    """Return the ``[pack]`` table, and the text below it."""
    lines = text.splitlines()
    headers = [(at, line) for at, line in enumerate(lines) if line.startswith("[")]
    first = next((at for at, line in headers if not re.match(r"\[pack[].]", line)), len(lines))
    try:
        head = tomllib.loads("\n".join(lines[:first]))
    except tomllib.TOMLDecodeError as error:
        raise BookError((Fault("pack", f"this is not TOML: {error}"),), key) from None
    about = head.get("pack")
    if set(head) != {"pack"} or not isinstance(about, dict):
        raise BookError((Fault("pack", "is missing; a pack begins with [pack], its explanation"),), key)
    return about, "\n".join(lines[first:]) + "\n"


def _faults(about: Mapping[str, Any]) -> Iterator[Fault]:
    for name in sorted(set(about) - _KNOWN):
        yield Fault(place("pack", name), f"is unknown; a pack says {', '.join(sorted(_KNOWN))}")
    if not isinstance(about.get("order"), int):
        yield Fault(place("pack", "order"), "is missing; write its place among the packs, such as 3")
    if not _is_said(about.get("title")):
        yield Fault(place("pack", "title"), "is missing; write what the pack is called")
    for name in ("titles", *SAID):
        said = about.get(name)
        asked = LANGUAGES[1:] if name == "titles" else LANGUAGES
        for language in asked:
            if not isinstance(said, dict) or not _is_said(said.get(language)):
                yield Fault(place("pack", name), f'is missing in "{language}"; a pack explains itself in each language')


def _is_said(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


# --- what a pack needs, and what it costs


def types(book: Book) -> tuple[str, ...]:
    """Return the activity types that sources must send for a book to reward anything, in order.

    What undoes a milestone is not among them: without it a record simply stays done.  Nor is what Spoonful itself sees.
    """
    counted = {kind for metric in book.metrics.values() for kind in metric.counts}
    needed = {kind for one in book.milestones.values() for need in one.needs for kind in need.on}
    return tuple(sorted((counted - book.milestones.keys() - OWN) | needed))


def cost(book: Book, people: int = PEOPLE) -> Cost:
    """Return what so many people, who are one team, can be given in one month by a book at most."""
    sums: dict[Name, Decimal | None] = {}  # (reward's key, unit) → how much
    for incentive in book.incentives.values():
        times = _times(incentive, people)
        for key in incentive.earns:
            for unit, worth in _worth(book.rewards[key]):
                before = sums.get((key, unit), Decimal(0))
                sums[key, unit] = None if times is None or before is None else before + times * worth
    units: dict[str, Decimal | None] = {}
    for (key, unit), amount in sums.items():
        held, before = _held(book.rewards[key], unit, amount), units.get(unit, Decimal(0))
        units[unit] = None if held is None or before is None else before + held
    own = {"minutes", "points", "badges"}
    money = {unit: amount for unit, amount in sorted(units.items()) if unit not in own}
    return Cost(money, *(units.get(name, Decimal(0)) for name in ("minutes", "points", "badges")))


def _times(incentive: Incentive, people: int) -> int | None:
    """Return how often so many people can earn it in a month; ``None`` if nothing limits that."""
    most: int | None = incentive.limit
    if incentive.reach is None and incentive.at_most is None:
        most = None if incentive.in_a_row is None else MONTH // incentive.in_a_row
        return None if most is None else most * _holders(incentive, people)  # a row ends on one day of the month
    return incentive.limit * IN_A_MONTH[incentive.per] * _holders(incentive, people)


def _holders(incentive: Incentive, people: int) -> int:
    return 1 if incentive.holder == "team" else people


def _worth(reward: Reward) -> Iterator[tuple[str, Decimal]]:
    """Yield what one of a reward is worth, and in which unit."""
    if reward.costs is not None and reward.currency is not None:
        yield reward.currency, reward.costs
    if reward.kind == "badge":
        yield "badges", Decimal(1)
    elif reward.kind in {"points", "time_off"} and reward.amount is not None:
        yield ("points" if reward.kind == "points" else "minutes"), reward.amount


def _held(reward: Reward, unit: str, amount: Decimal | None) -> Decimal | None:
    """Return how much of a reward's sum its budget and stock let through in a month."""
    worth = dict(_worth(reward))[unit]
    limits = [] if amount is None else [amount]
    if reward.stock is not None:
        limits.append(reward.stock * worth)
    if reward.budget is not None:  # money where a reward costs some, else pieces; both as adoption.awards draws it
        each = reward.costs or Decimal(1)
        pieces = (reward.budget.amount / each).to_integral_value(rounding="ROUND_FLOOR")
        limits.append(pieces * IN_A_MONTH[reward.budget.per] * worth)
    return min(limits, default=None)


# --- adding a pack to a book


def additions(book: Book, pack: Pack) -> dict[Name, str]:
    """Return the definitions that a book lacks of a pack: (kind, key) → text.

    What the book has under the same key with the same meaning is shared.  What means something else there gets another
    key (``free-lunch-2``), and whatever of the pack names it follows.  Adding a pack twice adds nothing.
    """
    raw = tomllib.loads(pack.text, parse_float=Decimal)
    called: dict[Name, str] = {}  # kind, the pack's key → the key in the book
    added: dict[Name, str] = {}
    for kind in ("milestone", "reward", "metric", "incentive", "board"):
        there: Mapping[str, Any] = getattr(book, f"{kind}s")
        for key, body in raw.get(kind, {}).items():
            renamed = _renamed(kind, body, called)
            ours = SECTIONS[kind]().load(renamed)
            for candidate in _candidates(key):
                made = SECTIONS[kind]().build(candidate, ours)
                if candidate not in there or meaning(_undated(there[candidate])) == meaning(_undated(made)):
                    break
            called[kind, key] = candidate
            if candidate not in there:
                added[kind, candidate] = text_of(kind, candidate, _titled(key, candidate, renamed))
    return added


def _candidates(key: str) -> Iterator[str]:
    yield key
    number = 2
    while True:
        yield f"{key}-{number}"
        number += 1


def _renamed(kind: str, body: Mapping[str, Any], called: Mapping[Name, str]) -> dict[str, Any]:
    """Return a definition in which everything of the pack is called as in the book."""

    def as_called(what: str, names: Any) -> Any:
        if isinstance(names, list):
            return [called.get((what, one), one) for one in names]
        return called.get((what, names), names)

    followed = {"metric": ("counts", "milestone"), "incentive": ("earns", "reward")}
    found = dict(body)
    if kind in followed:
        name, what = followed[kind]
        found[name] = as_called(what, found[name])
    if kind in {"incentive", "board"}:
        found["metric"] = as_called("metric", found["metric"])
    return found


def _titled(key: str, candidate: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body whose title does not change with its key."""
    return dict(body) if key == candidate or "title" in body else {"title": in_words(key), **body}


def _undated(definition: Any) -> Any:
    return replace(definition, starts=None, ends=None) if hasattr(definition, "starts") else definition
