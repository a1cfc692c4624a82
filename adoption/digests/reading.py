"""Letters for pages: what was sent, what would be sent now, and what the last one said."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import null
from sqlalchemy import select

from adoption import facts
from adoption.digests import gathering
from adoption.digests import planning
from adoption.digests import posts
from adoption.digests import subscribing
from adoption.digests.subscribing import Due
from adoption.extensions import db
from adoption.mail.letter import COLUMNS
from adoption.mail.letter import Stored
from adoption.models import Letter
from adoption.telling import digests as say
from rules import digest
from rules import period
from rules.digest import timing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.digest import Digest
    from rules.digest import Silent

KIND = gathering.KIND
KEPT = 30 * timing.LATEST  # how long the link to a letter leads to it
MOST = 60  # letters that are listed


class Preview(NamedTuple):
    """A letter as it was sent or as it would be now: its week, what it says, or why there is none.

    ``letter`` is the one in the outbox, if there is one with these bytes.
    """

    week: int
    moment: int
    subject: str | None
    html: str | None
    text: str | None
    why: str | None
    letter: Stored | None


def preview(participant: int, now: int, kind: str = KIND) -> Preview:
    """Return the letter of a kind that was due last to somebody: the stored bytes, or what they would be now."""
    post = posts.POSTS[kind]
    chosen = subscribing.of(participant, kind)
    first, moment = post.latest(now, chosen, participant)
    letter = of_week(participant, first, kind)
    if letter is not None and letter.html is not None:
        return Preview(first, moment, letter.subject, letter.html, letter.text, None, letter)
    wanted = Due(participant, first, now, chosen._replace(suspended=None), kind)
    (made,) = planning.make(post.gather(first, now), [wanted])
    written = made.written
    if written is None:
        return Preview(first, moment, None, None, None, made.reply, letter)
    return Preview(first, moment, written.subject, written.html, written.text, None, letter)


def of_week(participant: int, week: int, kind: str = KIND) -> Stored | None:
    """Return somebody's letter of a week (or month) of a kind, if there is one."""
    query = select(*COLUMNS).where(Letter.participant == participant, Letter.kind == kind, Letter.week == week)
    row = db.session.execute(query).first()
    return None if row is None else Stored(*row)


def history(
    participant: int | None = None, *, before: int | None = None, limit: int = MOST, kind: str = KIND
) -> list[Stored]:
    """List the regular letters of a kind to somebody, or to everybody, the newest first; bodies are left out."""
    light = [null().label(column.key) if column.key in {"text", "html"} else column for column in COLUMNS]
    query = select(*light).where(Letter.kind == kind)
    if participant is not None:
        query = query.where(Letter.participant == participant)
    if before is not None:
        query = query.where(Letter.id < before)
    return [Stored(*row) for row in db.session.execute(query.order_by(Letter.id.desc()).limit(limit))]


def recipients(now: int) -> list[int]:
    """Return everybody to whom a weekly letter goes unless they switch it off, by name."""
    known = facts.current()
    return sorted(gathering.readers(now), key=lambda one: (known.people[one].name.casefold(), one))


def deed(manager: int, participant: int) -> str | None:
    """Return what the last letters to a manager thanked somebody for, in the words in which they did."""
    query = select(Letter.facts).where(Letter.participant == manager, Letter.kind == KIND, Letter.state != "skipped")
    for told in db.session.scalars(query.order_by(Letter.week.desc()).limit(2)):
        found = msgspec.json.decode(told).get("deeds", {}).get(str(participant))
        if found:
            return str(found)
    return None


class Told(NamedTuple):
    """What the letter about a week said first, and for what it thanked whom, in its language."""

    week: int
    language: str
    lead: str
    deeds: Mapping[int, str]


def told(manager: int, now: int) -> Told | None:
    """Return what the letter about the last whole week said to somebody; one query, since it is stored."""
    week = period.start("week", facts.current().today(now)) - gathering.WEEK
    query = select(Letter.facts, Letter.language).where(Letter.participant == manager, Letter.kind == KIND)
    row = db.session.execute(query.where(Letter.week == week, Letter.text.is_not(None))).first()
    kept = msgspec.json.decode(row.facts) if row else {}
    if row is None or not kept.get("lead"):
        return None
    return Told(week, row.language, kept["lead"], {int(one): said for one, said in kept.get("deeds", {}).items()})


def decided(manager: int, week: int, now: int) -> Digest | Silent:
    """Return what a letter about a week of somebody's team says: what the team page shows, too."""
    found = gathering.company(week, now)
    return digest.make(gathering.facts_of(found, [manager])[manager])


def lead(manager: int, now: int) -> str | None:
    """Say the sentence that the last whole week of somebody's team begins with, in the current language.

    ``None``: there is nothing to say, for instance since nobody reports to them, or since data is too old.
    """
    week = period.start("week", facts.current().today(now)) - gathering.WEEK
    found = decided(manager, week, now)
    return say.lead(found) if isinstance(found, digest.Digest) else None
