"""Which letters are due, written in bulk and entered in the outbox, each at most once for a reader and a period.

Whatever becomes of one letter, the others are written.  Two processes that do this at once write the same letters, and
the outbox keeps one of each.
"""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from adoption import facts
from adoption import languages
from adoption import mail
from adoption import preferences
from adoption.auth import roles
from adoption.digests import posts
from adoption.digests import subscribing
from adoption.errors import StoppedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import outbox
from adoption.mail import rendering
from adoption.mail import to_channels
from rules import period
from rules.digest import Silent
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from adoption.digests.paper import Written
    from adoption.digests.posts import Post
    from adoption.digests.subscribing import Due
    from adoption.facts import Known
    from adoption.records import Card

    Report = Callable[[int, int], None]

ALARMING = ("stale", "silent")


class Made(NamedTuple):
    """What became of a letter: a state of the outbox, why (or nothing), and what it says (or nothing)."""

    due: Due
    state: str
    reply: str | None
    written: Written | None
    facts: Any = None


def due(now: int) -> list[Due]:
    """Return the letters that are due at a moment (UTC microseconds) and are not in the outbox; few queries a kind."""
    known = facts.current()
    found = []
    for post in posts.POSTS.values():
        line = subscribing.due(post.kind, post.readers(now), now, post.latest)
        there = outbox.entered(post.kind, {one.week for one in line})
        found += [
            one
            for one in line
            if (one.participant, one.week) not in there and _wanted_then(known, one, now, post.lasts)
        ]
    return found


def _wanted_then(known: Known, one: Due, now: int, lasts: int) -> bool:
    """Say whether somebody was here, and had asked for the letter at that moment, when it was due.

    Whoever moves the hour back a little gets it at once; one of longer ago they had never asked for.
    """
    here = (known.people[one.participant].hired_on or 0) <= known.day_of(one.moment)
    return here and (one.moment >= one.chosen.changed or one.moment >= now - lasts)


def run(now: int, report: Report) -> Counter[str]:
    """Write and enter the letters that are due, and tell HR where data seems to be missing; commits piece by piece.

    A kind whose facts cannot be gathered stops no other kind; the run fails when the others are written.
    """
    current_app.extensions["settings"].require_secret()  # links are signed; without it no letter is at fault
    done: Counter[str] = Counter()
    alike: dict[tuple[str, int], list[Due]] = defaultdict(list)
    waiting = due(now)
    for one in waiting:
        alike[one.kind, one.week].append(one)
    broken: Exception | None = None
    for (kind, first), line in sorted(alike.items()):
        try:
            for made in _made(kind, first, line, now):
                done.update(one.state for one in made)
                report(done.total(), len(waiting))
        except (StoppedError, SQLAlchemyError):
            raise  # we are to stop, or nothing can be written at all
        except Exception as error:  # whatever is wrong with one kind: it is logged and raised when the others are done
            db.session.rollback()
            current_app.logger.exception("Letters of the kind %s cannot be made.", kind)
            broken = error
    if broken is not None:
        raise broken
    return done


def _made(kind: str, first: int, line: Sequence[Due], now: int) -> Iterator[list[Made]]:
    """Write and enter the letters of one kind and period; yield what is committed, piece by piece."""
    post = posts.POSTS[kind]
    gathered = post.gather(first, now)
    for at in range(0, len(line), post.chunk):
        made = make(gathered, line[at : at + post.chunk])
        _enter(kind, made, now)
        db.session.commit()
        yield made


def make(gathered: Any, line: Sequence[Due]) -> list[Made]:
    """Write the letters of one kind and period to these readers; a fault in one of them is that one's alone."""
    post = posts.POSTS[line[0].kind]
    late = [one for one in line if one.moment < gathered.now - post.lasts]
    stopped = [one for one in line if one.chosen.suspended is not None and one not in late]
    others = [one for one in line if one not in late and one not in stopped]
    made = [Made(one, "skipped", "late", None) for one in late]
    made += [Made(one, "skipped", "suspended", None) for one in stopped]
    known = _facts(post, gathered, [one.participant for one in others]) if others else {}
    decided: list[tuple[Due, Any]] = []
    for one in others:
        told = known[one.participant]
        try:
            decided.append((one, told if isinstance(told, Exception) else post.decide(told)))
        except Exception as error:  # whatever is wrong with one reader's facts: it is logged, and the others get theirs
            current_app.logger.exception("The letter to participant %s cannot be decided.", one.participant)
            decided.append((one, error))
    cards = post.cards(found for _, found in decided if not isinstance(found, Silent | Exception))
    spoken = preferences.of_all(one.participant for one in others)
    for one, found in decided:
        if isinstance(found, Silent):
            made.append(Made(one, "skipped", found.why, None, known[one.participant]))
            continue
        chosen = spoken.get(one.participant)
        language = one.chosen.language or (chosen.language if chosen else None) or languages.SOURCE
        made.append(_written(post, one, found, language, cards, gathered.known.zone))
    return made


def _facts(post: Post, gathered: Any, readers: Sequence[int]) -> Mapping[int, Any]:
    """Return what each of these readers is told; the fault instead, for whom it cannot be read.

    A fault that meets all of them is no reader's: it is raised, and their letters are tried again.
    """
    try:
        return post.facts(gathered, readers)
    except SQLAlchemyError:
        raise  # not a reader's fault
    except Exception as fault:  # whatever it is: whose it is shows when they are looked at one by one
        found = {one: _facts_alone(post, gathered, one) for one in readers}
        if all(isinstance(told, Exception) for told in found.values()):
            raise fault from None
    return found


def _facts_alone(post: Post, gathered: Any, reader: int) -> Any:
    try:
        return post.facts(gathered, [reader])[reader]
    except SQLAlchemyError:
        raise  # not the reader's fault
    except Exception as error:  # whatever is wrong with this one reader: it is logged, and the others get theirs
        current_app.logger.exception("The letter to participant %s cannot be gathered.", reader)
        return error


def _written(  # noqa: PLR0913, PLR0917  # what a letter is made of
    post: Post, one: Due, found: Any, language: str, cards: Mapping[str, Card], zone: ZoneInfo
) -> Made:
    if isinstance(found, Exception):
        return Made(one, "failed", outbox.fault(found), None)
    try:
        written = post.write(found, one.participant, language, cards, zone)
    except SQLAlchemyError:
        raise  # not the letter's fault
    except Exception as error:  # whatever its words trip over: it is logged, and the others get theirs
        current_app.logger.exception("The letter to participant %s cannot be written.", one.participant)
        return Made(one, "failed", outbox.fault(error), None)
    return Made(one, "rendered", None, written)


def _enter(kind: str, made: Sequence[Made], now: int) -> None:
    """Enter letters in the outbox, but those that were switched off meanwhile; tell HR what is missing."""
    connection, known = begin_write(), facts.current()
    chosen = subscribing.of_all(kind)
    plain = subscribing.usual(kind)
    wanted = [one for one in made if chosen.get(one.due.participant, plain).active]
    outbox.enter(connection, [row(known, one, now) for one in wanted])
    _alert(connection, known, [one for one in wanted if one.reply in ALARMING], now)


def row(known: Known, made: Made, now: int) -> dict[str, Any]:
    """Return a letter as the outbox stores it."""
    one, written = made.due, made.written
    person = known.people[one.participant]
    language = written.language if written else one.chosen.language or languages.SOURCE
    kept: dict[str, Any] = {
        "kind": one.kind,
        "participant": one.participant,
        "address": person.email,
        "occasion": period.text(posts.POSTS[one.kind].per, one.week),
        "week": one.week,
        "language": language,
        "facts": msgspec.json.encode(written.facts if written else {}).decode(),
        "state": made.state,
        "planned": one.moment,
        "due": one.moment,
        "expires": one.moment + posts.POSTS[one.kind].lasts,
        "changed": now,
        "tries": 0,
        "doubts": 0,
        "rendered": now if written else None,
        "message_id": None,
        "subject": written.subject if written else None,
        "text": written.text if written else None,
        "html": written.html if written else None,
        "reply": made.reply,
    }
    if written:
        settings = current_app.extensions["settings"]
        kept["message_id"] = rendering.named(kept, settings.mail_from)
    return kept


def _alert(connection: Connection, known: Known, made: Iterable[Made], now: int) -> None:
    """Tell HR and administrators, once for a week and cause, that data seems to be missing."""
    told: dict[str, dict[str, Any]] = {}
    for one in made:
        week = period.text("week", one.due.week)
        if one.reply == "stale":
            told[f"stale/{week}"] = {"why": "stale"}
        elif one.facts is not None:
            large = len(one.facts.reports) >= SMALLEST_GROUP
            told[f"silent/{week}/{one.due.participant}"] = {"why": "silent", "team": one.facts.team if large else None}
    if not told:
        return
    for occasion, facts_told in told.items():
        to_channels.tell(connection, "feed-alert", occasion=occasion, facts=facts_told, now=now)
    today = known.today(now)
    for number in sorted(roles.having("hr", today) | roles.having("admin", today)):
        person = known.people[number]
        for occasion, facts_told in told.items():
            mail.plan(
                connection, "feed-alert", address=person.email, occasion=occasion, facts=facts_told, now=now,
                participant=number,
            )  # fmt: skip  # one letter
