"""The first run: what is set up, what is missing, and what was put aside.

Nothing is ticked off by hand: a step is done when what it asks for is there.  ``rules`` decides nothing here; these are
counts.  Only the dry run leaves no trace of its own, so looking at one is noted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import facts
from adoption import journal
from adoption import mail
from adoption import statements
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.extensions import write_at_once
from adoption.models import Device
from adoption.models import Letter
from adoption.models import Receipt
from adoption.models import Source
from adoption.models import StartStep
from adoption.models import StoredDraft
from adoption.models import Stranger
from rules import sample

if TYPE_CHECKING:
    from sqlalchemy import ScalarSelect

    from adoption.journal import By

STEPS = ("source", "people", "rule", "trial", "reward", "letter", "pilot")
LIST = "list"  # the whole of it
SKIPPED, DONE, OPEN = "skipped", "done", "open"
TEST, INVITATION = "test", "invitation"  # kinds of letters
MINUTE = 60_000_000  # microseconds


class Seen(NamedTuple):
    """What is there: numbers that the steps are told from, sample data left out."""

    activities: int
    sources: int
    strangers: int
    people: int
    incentives: int
    drafts: int
    vouchers: int
    devices: int
    invited: int
    letter: str | None  # the state of the last test letter to whoever looks
    letter_number: int | None
    kept: dict[str, str]  # steps that were put aside or noted → state


def seen(me: int) -> Seen:
    """Count what is there, for the participant who looks; three queries beside the facts."""
    known = facts.current()
    book, own = known.book, sample.names()
    incentives = [one for key, one in book.incentives.items() if ("incentive", key) not in own]
    earned = {name for one in incentives for name in one.earns}
    counts = db.session.execute(select(*_counts())).one()
    own_letters = select(Letter.state, Letter.id).where(Letter.kind == TEST, Letter.participant == me)
    last = db.session.execute(own_letters.order_by(Letter.id.desc()).limit(1)).first()
    return Seen(
        *counts[:3],
        people=sum(not sample.is_address(one.email) for one in known.people.values()),
        incentives=len(incentives),
        drafts=counts[3],
        vouchers=sum(book.rewards[name].kind == "voucher" for name in earned),
        devices=counts[4],
        invited=counts[5],
        letter=None if last is None else last.state,
        letter_number=None if last is None else last.id,
        kept=dict(db.session.execute(select(StartStep.step, StartStep.state)).all()),
    )


def _counts() -> list[ScalarSelect[int]]:
    number = select(func.count())
    received = select(func.coalesce(func.sum(Receipt.accepted), 0)).where(Receipt.source != sample.SOURCE)
    counted = (
        received,
        number.select_from(Source),
        number.select_from(Stranger).where(Stranger.source != sample.SOURCE),
        number.select_from(StoredDraft).where(StoredDraft.state.in_(("draft", "waiting"))),
        number.select_from(Device).where(Device.revoked.is_(None)),
        number.select_from(Letter).where(Letter.kind == INVITATION),
    )
    return [one.scalar_subquery() for one in counted]


def states(there: Seen) -> dict[str, str]:
    """Return the state of each step: what is there is done, also if it was put aside before."""
    done = {
        "source": there.activities > 0,
        "people": there.people > 1 and there.strangers == 0,
        "rule": there.incentives > 0,
        "trial": there.kept.get("trial") == DONE,
        "reward": there.vouchers > 0 and there.devices > 0,
        "letter": there.letter == "sent",
        "pilot": there.invited > 0,
    }
    return {step: DONE if done[step] else SKIPPED if there.kept.get(step) == SKIPPED else OPEN for step in STEPS}


def is_away() -> bool:
    """Say whether the list was put away."""
    return db.session.scalar(select(StartStep.step).where(StartStep.step == LIST)) is not None


def keep(step: str, *, skipped: bool, by: By, now: int) -> None:
    """Put a step (or the whole list) aside, or take it up again, in a transaction that the caller commits.

    Raises:
        NotFoundError: there is no such step.
    """
    if step not in (*STEPS, LIST):
        raise NotFoundError
    connection = begin_write()
    journal.take_turn(connection)  # a double click puts nothing aside twice
    before = connection.scalar(select(StartStep.state).where(StartStep.step == step))
    if before == DONE or (before == SKIPPED) is skipped:
        return
    connection.execute(delete(StartStep).where(StartStep.step == step))
    if skipped:
        connection.execute(insert(StartStep).values(step=step, state=SKIPPED, moment=now))
    action = "put aside" if skipped else "took up"
    journal.write(connection, by, action, f"start/{step}", now=now)


def note_trial(now: int) -> None:
    """Note that a dry run was looked at, and commit that; who cannot at once leaves it to the next who looks."""
    if db.session.scalar(select(StartStep.state).where(StartStep.step == "trial")) == DONE:
        return
    row = ("trial", DONE, now)
    write_at_once(lambda connection: statements.put(connection, "start_step", ("step",), ("state", "moment"), [row]))


def send_test(me: int, language: str, now: int) -> bool:
    """Plan a letter to whoever asks, once a minute; ``False`` if one is on its way.  The caller commits."""
    person = facts.current().people[me]
    connection = begin_write()
    told = {"address": person.email, "occasion": str(now // MINUTE), "facts": {"name": person.name}}
    return mail.plan(connection, TEST, participant=me, language=language, now=now, **told)  # type: ignore[arg-type]


def invite(team: int, language: str, by: By, now: int) -> int:
    """Plan letters to everybody who is in a team today, once for ever each; return how many.  The caller commits.

    Raises:
        NotFoundError: there is no such team.
    """
    known = facts.current()
    if team not in known.teams:
        raise NotFoundError
    today = known.today(now)
    people = [one for one in known.people.values() if team in known.teams_on(one.id, today) and not one.has_left(today)]
    name = by.name if by.participant is None else known.people[by.participant].name
    connection = begin_write()
    invited = [
        one.id
        for one in people
        if mail.plan(
            connection,
            INVITATION,
            address=one.email,
            occasion="first run",
            facts={"by": name, "team": known.teams[team]},
            participant=one.id,
            language=language,
            now=now,
        )
    ]
    if invited:
        journal.write(connection, by, "invited", f"team/{team}", now=now, after={"people": len(invited)})
    return len(invited)
