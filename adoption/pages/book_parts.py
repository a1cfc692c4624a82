"""What the pages of the book share: warnings with remedies, what a draft would have done lately, names and moments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from adoption import clock
from adoption import drafts
from adoption import facts
from adoption import languages
from adoption.history import trial
from adoption.history.manifest import DamagedArchiveError
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import book_words as words
from adoption.pages import trial_warnings
from rules import period
from rules import wording
from rules.trial.model import TEAMS
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adoption.journal import By
    from adoption.pages.book_reading import Reading
    from rules.book import Book
    from rules.book import Fault
    from rules.trial import Glance
    from rules.trial.model import Budgeted
    from rules.trial.model import Worth

LATELY = 30  # days that a draft is tried on beside the builder
WITHIN = 2.0  # seconds after which nothing more is begun; what is missing then comes with the next question
COUNTED = ("points", "minutes")  # units of which there are whole ones
WIDE, HIGH, MOST_COLUMNS = 320, 68, 12  # of the drawing: pixels, and columns of which the last one is "and more"


def remedy(at: str, faults: Sequence[Fault]) -> tuple[str, bool]:
    """Say what to do about the faults of a field, and whether that is in the reader's language."""
    word = at.rpartition(".")[2]
    if any(one.code == drafts.PAST for one in faults):
        return gettext("It would change what was promised for days that are over. Choose today or a later day."), True
    if at.startswith("examples."):
        return gettext("A worked example does not come out; correct it, or the rule."), True
    if word in words.REMEDIES:
        return words.REMEDIES[word](), True
    return " ".join(one.message for one in faults), False


def moment(at: int) -> datetime:
    """Return a moment that is stored in UTC microseconds."""
    return period.moment(at)


def when(at: int, shape: str = "full") -> str:
    """Write a moment that is stored."""
    return languages.current().moment(moment(at), shape)


def called(by: By) -> str:
    """Return the name of whoever did something; of whom nobody here is, what they were called then."""
    person = facts.current().people.get(by.participant or 0)
    return person.name if person else by.name


def today() -> int:
    """Return the organisation's day."""
    return facts.day_of()(clock.now())


# --- what it would have done


def rests_on(book: Book, name: tuple[str, str]) -> list[str]:
    """Return the keys of the incentives that a definition is, or that rest on it."""
    kind, key = name
    metrics = {key} if kind == "metric" else {one for one, body in book.metrics.items() if key in body.counts}
    return [
        one
        for one, body in book.incentives.items()
        if (kind, key) == ("incentive", one)
        or (kind == "reward" and key in body.earns)
        or (kind in {"metric", "milestone"} and body.metric in metrics)
    ]


def effect(name: tuple[str, str], reading: Reading) -> dict[str, Any]:
    """Return what the definition within its draft would have given in the last days; or why that cannot be said."""
    if reading.book is None:
        return {"empty": gettext("It is worked out as soon as the draft has all that it needs.")}
    found = rests_on(reading.book, name)
    if not found:
        return {"empty": gettext("No incentive rests on this yet, so it gives nothing.")}
    last = today() + 1
    try:
        glance = trial.glance(reading.book, found, last - LATELY, last, within=WITHIN)
    except DamagedArchiveError:
        return {"empty": gettext("The archive has to be repaired first; please ask whoever runs this service.")}
    return _shown(glance, reading.book)


def _shown(glance: Glance, book: Book) -> dict[str, Any]:
    tongue = languages.current()
    teams = glance.holder == TEAMS
    first, last = (tongue.day(day, "short") for day in (glance.first, glance.last - 1))
    return {
        "who": gettext("Teams that earn") if teams else gettext("People who earn"),
        "who_all": gettext("Teams") if teams else gettext("People"),
        "earn": glance.earn,
        "audience": glance.audience,
        "awards": glance.earned.awards,
        "worth": [_worth(one) for one in glance.earned.worth],
        "budgets": [_budget(one, book) for one in glance.budgets],
        "columns": columns(glance.spread),
        "heading": gettext("Awards per team") if teams else gettext("Awards per person"),
        "median": gettext("Of those who earn, the one in the middle has %(median)s; the most is %(top)s.",
                          median=tongue.number(glance.median), top=tongue.number(glance.top)),
        "warnings": trial_warnings.warnings(glance.warnings, trial_warnings.called, book),
        "waiting": glance.waiting,
        "days": gettext("From %(first)s to %(last)s. Nothing is written.", first=first, last=last),
    }  # fmt: skip  # one line a thing


def _worth(one: Worth) -> tuple[str, str]:
    """Say what awards are worth: exactly, or about as much and between what, by the choices people made so far."""
    if one.least == one.most:
        return amount(one.likely, one.unit), ""
    likely = one.likely if one.unit not in COUNTED else round(one.likely / UNIT) * UNIT
    least, most = amount(one.least, one.unit), amount(one.most, one.unit)
    about = gettext("about %(amount)s", amount=amount(likely, one.unit))
    return about, gettext("between %(least)s and %(most)s, by what people choose", least=least, most=most)


def amount(value: int, unit: str) -> str:
    """Write ten-thousandths of a unit: points, minutes, or a currency."""
    exact = Decimal(value) / UNIT
    if unit == "points":
        return ngettext("%(n)s point", "%(n)s points", exact)
    if unit == "minutes":
        return ngettext("%(n)s minute of time off", "%(n)s minutes of time off", exact)
    return languages.current().money(exact, unit) if unit else languages.current().number(exact)


def _budget(one: Budgeted, book: Book) -> dict[str, Any]:
    drawn = one.others + one.draft.likely
    return {
        "title": wording.title_of(book.rewards.get(one.reward), one.reward, languages.current().code),
        "said": gettext("%(drawn)s of %(budget)s", drawn=amount(drawn, one.unit), budget=amount(one.budget, one.unit)),
        "over": drawn > one.budget,
        "max": one.budget,
        "value": min(drawn, one.budget),
        "when": gettext("Budget from %(day)s on", day=languages.current().day(one.first, "short")),
    }


def columns(spread: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """Return the columns of "so many have so many awards", the last one with everything beyond."""
    shown = list(spread[:MOST_COLUMNS])
    beyond = spread[MOST_COLUMNS:]
    number = languages.current().number
    texts = [number(awards) for awards, _ in shown]
    if beyond:
        shown[-1] = (shown[-1][0], shown[-1][1] + sum(people for _, people in beyond))
        texts[-1] = f"{texts[-1]}+"
    if not shown:
        return []
    most = max(people for _, people in shown)
    room = WIDE // max(6, len(shown))
    return [
        {
            "awards": text,
            "people": number(people),
            "none": awards == 0,
            "most": people == most and awards > 0,
            "x": at * room + room // 8,
            "width": room - room // 4,
            "middle": at * room + room // 2,
            "height": max(2, HIGH * people // most),
            "y": 86 - max(2, HIGH * people // most),
        }
        for at, ((awards, people), text) in enumerate(zip(shown, texts, strict=True))
    ]
