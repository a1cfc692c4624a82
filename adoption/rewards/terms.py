"""What a reward was when it was issued, whatever the book says now: a promise that was made is kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import select

from adoption import facts
from adoption.models import PublishedBook
from rules import voucher
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.incentive import Reward

USABLE = ("voucher", "time_off")  # kinds that are used once; the others are simply had
Dated = tuple[int, "Reward"]  # from a moment (UTC microseconds) on, the reward as a book words it


@dataclass(frozen=True, slots=True)
class Terms:
    """Every reward of every published book, by key and in order of time."""

    known: Known
    lines: Mapping[str, Sequence[Dated]]

    def of(self, key: str | None, issued: int) -> Reward | None:
        """Return a reward as it was promised at a moment (UTC microseconds), under the title it has now."""
        line = self.lines.get(key or "")
        if not line:
            return None
        promised = next((one for since, one in reversed(line) if since <= issued), line[0][1])
        newest = line[-1][1]
        if newest.kind != promised.kind:
            return promised
        return replace(promised, title=newest.title, titles=newest.titles)

    def valid_until(self, reward: Reward, issued: int) -> int | None:
        """Return the last local day on which a reward issued at a moment can be used; ``None``: there is none."""
        if reward.kind not in USABLE:
            return None
        return voucher.valid_until(self.known.day_of(issued), reward.valid_days)

    def usable(self) -> list[str]:
        """List the keys of rewards that are, or ever were, used once."""
        return sorted(key for key, line in self.lines.items() if any(one.kind in USABLE for _, one in line))


def current(connection: Connection, known: Known) -> Terms:
    """Return the terms by these facts; read once for them."""
    kept: Terms | None = current_app.extensions.get("terms")
    if kept is None or kept.known is not known:
        kept = current_app.extensions["terms"] = _read(connection, known)
    return kept


def title_of(reward: Reward, language: str) -> str:
    """Return what a reward is called in a language."""
    return wording.title_of(reward, reward.key, language)


def _read(connection: Connection, known: Known) -> Terms:
    lines: dict[str, list[Dated]] = defaultdict(list)
    query = select(PublishedBook.published, PublishedBook.text).order_by(PublishedBook.id)
    for published, text in connection.execute(query):
        for key, reward in facts.parsed(text).rewards.items():
            if not lines[key] or lines[key][-1][1] != reward or lines[key][-1][1].titles != reward.titles:
                lines[key].append((published, reward))
    return Terms(known, dict(lines))
