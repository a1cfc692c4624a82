"""What the page of my evidence shows, and what other pages say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption import casework
from adoption import evidence
from adoption import facts
from adoption import flags
from adoption import privacy
from adoption.extensions import db
from adoption.flags import contesting
from adoption.flags import helping
from adoption.flags import reminding
from adoption.languages import gettext
from adoption.pages import evidence_seen as seen
from adoption.pages import evidence_words as words
from rules.reliance import ledger
from rules.reliance import quest
from rules.reliance.cycle import CONTESTED
from rules.reliance.cycle import Flag

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.flags.helping import Helping

OFFERED = ("none", "hint", "suspected", "flagged", "helping", "recovering")  # states in which help may be chosen


def about(known: Known, me: int, now: int) -> dict[str, Any]:
    """Return everything that somebody's own page shows."""
    connection, individual, today = db.session.connection(), privacy.individual(), known.today(now)
    champion = next((one for one in helping.champions(connection) if one.participant == me), None)
    asked_by = known.people[champion.named_by].name if champion else ""
    common: dict[str, Any] = {"individual": individual, "me_champion": champion, "asked_by": asked_by}
    common["asking"] = [known.people[one.participant] for one in helping.given_by(connection, me)]
    if not individual:
        return common
    flag = flags.of(connection, [me]).get(me, Flag())
    told, cases, past = evidence.explained(connection, me), contesting.cases(connection, me), flags.past(connection, me)
    books, account = casework.books(connection, me), evidence.account_of(connection, me).account
    reminder = reminding.reminders(connection, [me]).get(me, reminding.Reminder())
    open_case = next((one for one in cases if one.outcome is None), None)
    shadow = privacy.current().shadow_until if privacy.shadow() else None
    return common | {
        "flag": flag,
        "words_day": words.confirms_on(flag, known, told.day),
        "shadow_until": shadow,
        "lead": words.lead(flag, enough=account.days >= ledger.ENOUGH),
        "eyebrow": words.eyebrow(flag, known, told.day)
        if shadow is None
        else gettext("A trial: only you can see this page"),
        "seen": seen.in_words(told.lines, books) if account.days else [],
        "sums": told.lines,
        "total": told.total,
        "since": told.since,
        "until": told.day,
        "days": len(account.recent),
        "nexts": words.what_next(
            flag, known, words.Days(today, told.day, open_case.due if open_case else None, _began(past))
        ),
        "past": past,
        "case": open_case,
        "late": open_case is not None and open_case.due < today,
        "answered": next((one for one in cases if one.outcome in {"accepted", "rejected"}), None),
        "books": books,
        "may_contest": flag.state in CONTESTED and shadow is None,
        "may_help": flag.state in OFFERED,
        "reminder": reminder,
        "snoozed": today < reminder.until,
        "manager": _name(known, known.manager_on(me, today)),
        "score": evidence.score_of(connection, known, me),
        **_help(connection, known, me, now),
        **asked(connection, me, today),
    }


def noticed(me: int, now: int) -> str:
    """Say under "Me" where somebody's flag stands; nothing while there is no question, or it was put off."""
    connection = db.session.connection()
    flag = flags.of(connection, [me]).get(me, Flag()) if privacy.individual() else Flag()
    reminder = reminding.reminders(connection, [me]).get(me, reminding.Reminder())
    quiet = flag.state == "hint" and facts.current().today(now) < reminder.until
    return "" if quiet or flag.state == "none" else words.STATES[flag.state]()


def asked(connection: Connection, me: int, today: int) -> dict[str, Any]:
    """Return the neutral question about low use, if it is open and was not answered lately."""
    if not privacy.individual():
        return {"check_in": None, "check_in_answer": None}
    found, answer = evidence.check_in_of(connection, me), reminding.answered(connection, me, today)
    return {"check_in": found if found.asked and answer is None else None, "check_in_answer": answer}


def _help(connection: Connection, known: Known, me: int, now: int) -> dict[str, Any]:
    """Return the help that goes on, and whom one may call."""
    going_on = helping.going_on(connection, me)
    training = next((one for one in going_on if one.kind == "quest"), None)
    ready = [one for one in helping.champions(connection) if one.since is not None and one.participant != me]
    return {
        "helps": going_on,
        "people": known.people,
        "training": _training(connection, known, me, training, now) if training else None,
        "training_number": training.id if training else None,
        "champions": [] if privacy.shadow() else [known.people[one.participant] for one in ready],
        "called": {one.champion for one in going_on if one.champion},
    }


def _training(connection: Connection, known: Known, me: int, begun: Helping, now: int) -> list[quest.Step]:
    """Return the steps of the training, ticked by what was recorded since the day it began."""
    since = known.day_of(begun.since)
    days = [
        one for one in evidence.days_of(connection, me, count=max(1, known.today(now) - since + 1)) if one.day >= since
    ]
    return quest.steps(
        quest.Day(
            one.facts.live,
            sum(arrived.late for arrived in one.facts.arrived),
            frozenset(kind for kind, _ in one.facts.kinds),
        )
        for one in days
    )


def _began(past: list[flags.Past]) -> int | None:
    """Return the day on which the running question began."""
    began = None
    for one in past:
        if one.before in {"none", "recovered", "expired", "dismissed"} and one.does in {"hint", "raise"}:
            began = one.day
    return began


def _name(known: Known, participant: int | None) -> str:
    person = known.people.get(participant or 0)
    return person.name if person else ""
