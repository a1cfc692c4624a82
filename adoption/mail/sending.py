"""The loop that renders and sends what is due, one letter and one step at a time.

Between two steps everything is committed; while a mail server is talked to, no transaction is open and no connection
to the database is kept.  Whatever one letter does, the next one is tried.  What goes to channels of chats goes the same
way, in a run of its own: a mail server that is away holds up no chat.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from adoption import clock
from adoption import limits
from adoption.chat import channels
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import kinds
from adoption.mail import message
from adoption.mail import outbox
from adoption.mail import rendering
from adoption.mail import to_channels
from adoption.mail import transport
from adoption.mail.preparing import SkipError
from adoption.mail.transport import PACE
from adoption.mail.transport import UnreachableError
from rules import delivery
from rules.delivery import Answer
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from adoption.mail.letter import Stored
    from adoption.mail.transport import Post

    Report = Callable[[int, int], None]

PATIENCE = 2 * SECOND  # for how long a run waits for its turn; a longer wait ends the run
PAUSE = 30 * SECOND  # for how long nobody tries a server that cannot be reached


def needed(now: int, *, chat: bool = False) -> bool:
    """Say whether there is something to do, and whether it is our turn, so that a long wait leaves no trace."""
    return outbox.needed(now, chat=chat) and (chat or limits.turn(PACE, now) <= PATIENCE)


def run(report: Report, *, chat: bool = False) -> Counter[str]:
    """Render and send what is due, letters or what goes to channels of chats; return how many came to which state.

    ``report`` is told after every letter, and may end the run by raising.
    """
    settings = current_app.extensions["settings"]
    done: Counter[str] = Counter()
    outbox.recover(begin_write(), clock.now())
    db.session.commit()
    with transport.opened(settings, chat=chat) as post:
        while (letter := outbox.next_due(clock.now(), chat=chat)) is not None:
            db.session.rollback()
            state = _advance(letter, post)
            if state is None:
                break
            if state:
                done[state] += 1
                report(done.total(), done.total())
    db.session.rollback()
    return done


def _advance(letter: Stored, post: Post) -> str | None:
    """Take a letter one step further; return the state it came to ("" if it is on its way), ``None`` to end the run."""
    now = clock.now()
    if letter.expires <= now:
        return _end(letter, "failed" if letter.tries else "skipped", letter.reply or "late")
    if letter.state == "planned":
        return _render(letter)
    claimed = _claim(letter, post)
    if isinstance(claimed, int):  # it is not our turn yet
        if claimed > PATIENCE:
            return None
        time.sleep(claimed / SECOND)
        return ""
    return "" if claimed is None else _send(claimed, post)


def _end(letter: Stored, state: str, reply: str) -> str:
    ended = outbox.end(begin_write(), letter, state, reply, clock.now())
    db.session.commit()
    return state if ended else ""


def _render(letter: Stored) -> str:
    """Write a letter down; one that cannot be written is put aside, with the reason."""
    connection = begin_write()
    try:
        prepared = rendering.prepare(connection, letter, clock.now())
        there = channels.is_channel(letter.address)
        rendered = to_channels.render(letter, prepared.facts) if there else rendering.render(letter, prepared)
    except SkipError as skipped:
        db.session.rollback()
        return _end(letter, "skipped", str(skipped))
    except SQLAlchemyError:
        raise  # not the letter's fault
    except Exception as error:  # whatever its words trip over: it is logged and listed, and the others are sent
        db.session.rollback()
        current_app.logger.exception("Letter %s (%s) cannot be written.", letter.id, letter.kind)
        return _end(letter, "failed", outbox.fault(error))
    if outbox.fill(connection, letter, rendered, clock.now()):
        db.session.commit()
    else:
        db.session.rollback()  # another process was faster; what ``prepare`` made is not needed
    return ""


def _claim(letter: Stored, post: Post) -> Stored | int | None:
    """Claim a letter and take a turn, both or neither; return how long until the next turn if it is not time yet.

    Where letters do not all take turns with each other, the next one is tried, and this one put off.
    """
    connection = begin_write()
    now = clock.now()
    key, every = post.turn(letter)
    if not limits.pace(connection, key, every, now):
        left = max(limits.turn(key, now), 1)
        if post.shared:
            db.session.rollback()
            return left
        outbox.put_off(connection, letter, now + left)
        db.session.commit()
        return None
    claimed = outbox.claim(connection, letter, now)
    if claimed is None:
        db.session.rollback()
    else:
        db.session.commit()
    return claimed


def _send(letter: Stored, post: Post) -> str | None:
    """Send a claimed letter and note what was said; no transaction is open meanwhile."""
    reachable = True
    try:
        answer = post.hand_over(letter, post.build(letter))
    except message.UnusableError as error:
        answer = Answer(554, outbox.fault(error))
    except UnreachableError as error:
        reachable = False
        answer = Answer(None, str(error))
        current_app.logger.warning("Letters wait: %s", error)
    state = _settle(letter, answer, post)
    pause = answer.wait if reachable else PAUSE
    if pause:
        limits.pause(begin_write(), post.turn(letter)[0], clock.now() + pause)
        db.session.commit()
    return state if reachable or not post.shared else None


def _settle(letter: Stored, answer: Answer, post: Post) -> str:
    now = clock.now()
    kind = kinds.KINDS[letter.kind]
    again = post.shared or not letter.doubts  # a webhook knows no numbers: nothing is posted more than twice by itself
    policy = kind.doubtful if again else "ask"
    verdict = delivery.judge(answer, policy, number=letter.id, tries=letter.tries, now=now, expires=letter.expires)
    wipe = kind.secret and post.hidden
    connection = begin_write()
    noted = outbox.settle(connection, letter, verdict, answer.words, now, doubtful=answer.doubtful, wipe=wipe)
    if noted and answer.gone:
        to_channels.stop(connection, letter, answer.words, now)
    db.session.commit()
    return verdict.state if noted else ""
