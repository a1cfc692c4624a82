"""Whose records are, in words: what is open, what was seen, who is suggested and why, and what became of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import holders
from adoption import telling
from adoption.extensions import db
from adoption.languages import current
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.models import JobRun
from adoption.ownership import deciding
from rules import period
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from adoption.facts import Known
    from adoption.facts import Person
    from adoption.ownership import Decision
    from adoption.ownership import Gap
    from adoption.records import Card
    from rules.ownership import Fact

PERMISSION = "ownership:decide"
MOST_CHOICES = 60  # people of a list to choose from; of more an address is typed
KINDS: Mapping[str, Callable[[], str]] = {
    "left": lambda: gettext("The owner has left"),
    "nobody": lambda: gettext("Without an owner"),
    "two": lambda: gettext("Two people work on it"),
    "untaken": lambda: gettext("A task nobody took"),
}
REASONS: Mapping[str, Callable[[], str]] = {
    "decided": lambda: gettext("decided, not yet in the CRM"),
    "shown": lambda: gettext("the CRM shows it"),
    "otherwise": lambda: gettext("the CRM shows somebody else"),
    "calm": lambda: gettext("only one goes on with it"),
    "ended": lambda: gettext("nothing is open any more"),
    "found": lambda: gettext("open"),
    "again": lambda: gettext("open again"),
    "unfollowed": lambda: gettext("open again: the CRM did not show it within a week"),
}
LOOKS = {"shown": "good", "calm": "good", "decided": "accent", "unfollowed": "note", "again": "note"}


class Line(NamedTuple):
    """A gap as a page shows it."""

    gap: Gap
    name: str
    company: str | None
    link: str | None
    kind: str
    worth: str
    facts: list[str]
    suggested: Person | None
    why: str
    two: tuple[str, str] | None


class Written(NamedTuple):
    """A decision as a page shows it."""

    one: Decision
    name: str
    said: str
    by: str
    when: str
    became: str
    look: str


def scope(known: Known) -> set[int] | None:
    """Return about whose records the caller may decide: of those they lead by a role of their own, or everybody's."""
    caller = auth.caller()
    if caller.reach(PERMISSION) is auth.ALL:
        return None
    if caller.participant is None or not caller.leads(PERMISSION):
        return set()
    return known.led_by(caller.participant, holders.today(known))


def line(known: Known, gap: Gap, card: Card) -> Line:
    """Put a gap into words."""
    two = (_name(known, gap.about), _name(known, gap.other)) if gap.other is not None else None
    suggested = known.people.get(gap.suggested or 0)
    said = [_fact(known, one) for one in gap.facts]
    why = _why(known, gap) if suggested else ""
    return Line(
        gap, telling.record(card), card.company, card.link, KINDS[gap.kind](), _worth(gap), said, suggested, why, two
    )


def _name(known: Known, who: int | None) -> str:
    return known.called(who, gettext("somebody"))


def _day(day: int | None) -> str:
    """Write a day shortly, with its year unless that is this one's."""
    found, now = day or period.EVER, date.fromordinal(facts.day_of()(clock.now()))
    same = date.fromordinal(found).year == now.year
    return telling.day(found) if same else current().day(found, "full").rstrip(".")


def _worth(gap: Gap) -> str:
    """Say what it is worth, and when its next task is due."""
    parts = []
    if gap.amount is not None:
        exact = Decimal(gap.amount) / UNIT
        money = len(gap.currency) == len("EUR") and gap.currency.isascii() and gap.currency.isupper()
        parts.append(current().money(exact, gap.currency) if money else current().number(exact))
    if gap.due is not None:
        parts.append(gettext("next task due %(day)s", day=_day(gap.due)))
    parts.append(gettext("since %(day)s", day=_day(gap.since)))
    return " · ".join(parts)


def _fact(known: Known, fact: Fact) -> str:
    """Say what was seen."""
    name, day = _name(known, fact.who), _day(fact.day)
    if fact.code == "worked":
        return ngettext(
            "%(name)s worked on it on %(n)s day, on %(day)s.",
            "%(name)s worked on it on %(n)s days, last on %(day)s.",
            fact.number,
            name=name,
            day=day,
        )
    if fact.code == "left":
        return gettext("The last day of %(name)s was %(day)s.", name=name, day=_day((fact.day or 2) - 1))
    if fact.code == "owner":
        return gettext("The CRM says since %(day)s that it belongs to %(name)s.", name=name, day=day)
    if fact.code == "emptied":
        return gettext("Its owner was taken away on %(day)s.", day=day)
    if fact.code == "task":
        who = gettext("%(name)s set a task for nobody on %(day)s.", name=name, day=day)
        return gettext("A task was set for nobody on %(day)s.", day=day) if fact.who is None else who
    return gettext("It is known since %(day)s, and nobody was ever named as its owner.", day=day)


def _why(known: Known, gap: Gap) -> str:
    """Say why somebody is suggested, as the end of a sentence that begins with their name."""
    about, number = _name(known, gap.about), gap.suggested_number
    if gap.suggested_why == "worked":
        return ngettext(
            "worked on it on %(n)s day, on %(day)s",
            "worked on it on %(n)s days, last on %(day)s",
            number,
            day=_day(gap.suggested_day),
        )
    if gap.suggested_why == "team":
        return ngettext(
            "in the same team, with %(n)s open record so far",
            "in the same team, with %(n)s open records so far",
            number,
        )
    words = {
        "owner": gettext("the record is theirs in the CRM"),
        "stand_in": gettext("stands in for %(name)s", name=about),
        "manager": gettext("leads %(name)s", name=about),
    }
    return words.get(gap.suggested_why, "")


def written(known: Known, one: Decision) -> Written:
    """Put a decision into words."""
    name = one.name or one.record
    by = known.called(one.decided_by, one.decided_name)
    when = current().moment(period.moment(one.decided), "full")
    reason = (one.reason or "ended") if one.holds else ""
    became = REASONS[reason]() if reason else gettext("no longer holds")
    if reason == "decided" and one.does == "leave":
        became, reason = gettext("stays so"), ""
    return Written(one, name, does(known, one.does, one.assigned), by, when, became, LOOKS.get(reason, ""))


def does(known: Known, what: str | None, to: int | None) -> str:
    """Say what was decided."""
    if what == "assign":
        return gettext("assigned to %(name)s", name=_name(known, to))
    return gettext("both asked to agree") if what == "ask" else gettext("left as it is")


def takers(known: Known, today: int) -> list[Person]:
    """Return whom the caller may give a record, by name."""
    numbers = deciding.takers(known, scope(known), auth.caller().participant, today)
    return sorted((known.people[number] for number in numbers), key=lambda one: (one.name.casefold(), one.id))


def looked() -> int | None:
    """Return when the records were last looked through (UTC microseconds); ``None`` if never."""
    return db.session.scalar(select(func.max(JobRun.finished)).where(JobRun.job == "find-gaps", JobRun.state == "done"))


def shares(known: Known, gaps: Iterable[Gap]) -> list[tuple[str, int]]:
    """Return how many records each would get, by name."""
    found: dict[int, int] = {}
    for gap in gaps:
        if gap.suggested is not None:
            found[gap.suggested] = found.get(gap.suggested, 0) + 1
    return sorted((_name(known, who), number) for who, number in found.items())


def last_day(known: Known, who: int) -> str:
    """Return the last day of somebody who has left."""
    return _day((known.people[who].left_on or period.EVER + 1) - 1)
