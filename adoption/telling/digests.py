"""What a weekly letter says, and the team page in the same words: ``rules.digest`` decided what.

Nobody is told that they did little: a test keeps a list of words, for each language, that no letter may say.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.telling import weeks
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.languages import Tongue
    from rules.digest import Digest
    from rules.digest import Spending
    from rules.digest.record import Figure
    from rules.digest.record import Line
    from rules.digest.record import Obstacle
    from rules.digest.record import Reason
    from rules.digest.record import Suggestion
    from rules.digest.record import Thanks

UP, DOWN = "▲", "▼"
# Why a week went as it did.  Messages are called when they are said, so that each reader hears their own language.
REASONS: Mapping[str, Callable[[int, Mapping[str, str]], str]] = {
    "fewer_days": lambda n, _: ngettext(
        "The week had %(n)s working day less.", "The week had %(n)s working days less.", n
    ),
    "more_days": lambda n, _: ngettext(
        "The week had %(n)s working day more.", "The week had %(n)s working days more.", n
    ),
    "away": lambda n, words: ngettext(
        "%(n)s of %(of)s people was away.", "%(n)s of %(of)s people were away.", n, of=words["of"]
    ),
    "open": lambda n, words: ngettext(
        "%(n)s record is one step from done: %(what)s.",
        "%(n)s records are one step from done: %(what)s.",
        n,
        what=words["what"],
    ),
    "many": lambda n, words: ngettext(
        "%(n)s of %(of)s people did more than the week before.",
        "%(n)s of %(of)s people did more than the week before.",
        n,
        of=words["of"],
    ),
    "one": lambda _n, _words: gettext("The gain came from one person."),
    "goals": lambda n, words: ngettext(
        "%(n)s of %(of)s people reached the goal.", "%(n)s of %(of)s people reached the goal.", n, of=words["of"]
    ),
}


def said(title: Mapping[str, str]) -> str:
    """Return a title in the language that is being spoken."""
    return title.get(languages.current().code) or title.get(languages.SOURCE) or next(iter(title.values()), "")


def number(units: int) -> str:
    """Write ten-thousandths as a number."""
    return _number(languages.current(), units)


@lru_cache(maxsize=4_096)
def _number(tongue: Tongue, units: int) -> str:
    """Write a number once: letters hold many, and mostly the same."""
    return tongue.units(units)


def _count(units: int) -> int | Decimal:
    return units // UNIT if units % UNIT == 0 else Decimal(units) / UNIT


def lead(found: Digest) -> str:
    """Say result, direction and main reason: the first sentence of the letter and of the team page."""
    parts = [_result(found)]
    if found.lead.reason is not None:
        parts.append(_reason(found.lead.reason))
    return ("" if languages.current().code == "zh" else " ").join(parts)


def _result(found: Digest) -> str:
    metric, change = said(found.metric), found.lead.change
    words = {"metric": metric, "result": number(found.lead.result)}
    if not found.lead.result:
        return gettext("A quiet week: nothing was counted for “%(metric)s”.", metric=metric)
    if change is None:
        return gettext("%(metric)s: %(result)s in the first week.", **words)
    if not change:
        return gettext("%(metric)s: %(result)s, as many as the week before.", **words)
    if change > 0:
        return gettext(
            "%(metric)s: %(result)s, that is %(more)s more than the week before.", more=number(change), **words
        )
    return gettext("%(metric)s: %(result)s, that is %(less)s less than the week before.", less=number(-change), **words)


def _reason(reason: Reason) -> str:
    if reason.name == "late":
        return weeks.late(timedelta(hours=reason.count))
    words = {"of": languages.current().number(reason.of), "what": said(reason.title or {})}
    return REASONS[reason.name](reason.count, words)


def subject(found: Digest) -> str:
    """Say the subject: no names, no exclamation."""
    if found.quiet:
        return gettext("Your team's week: a quiet one")
    change = found.lead.change
    arrow = "" if not change else f" ({UP if change > 0 else DOWN}{number(abs(change))})"
    words = {"metric": said(found.metric), "result": number(found.lead.result), "change": arrow}
    return gettext("Your team's week: %(metric)s %(result)s%(change)s", **words)


def preheader(found: Digest) -> str:
    """Say what stands beside the subject in a list of letters."""
    parts = []
    waits = sum(one.count for one in found.obstacles)
    if waits:
        parts.append(ngettext("%(n)s record is one step from done.", "%(n)s records are one step from done.", waits))
    reached = next((one for one in found.figures if one.name == "goals" and one.now), None)
    if reached is not None:
        parts.append(_reached(found.reached, (reached.now or 0) // UNIT, reached.of or 0))
    return ("" if languages.current().code == "zh" else " ").join(parts)


def _reached(names: Sequence[str], count: int, of: int) -> str:
    """Say who reached the goal: by name if the letter thanks all of them, else how many, so that nobody is left out."""
    if len(names) != count:
        return REASONS["goals"](count, {"of": languages.current().number(of)})
    return ngettext("%(names)s reached the goal.", "%(names)s reached the goal.", count, names=all_of(names))


def all_of(names: Iterable[str]) -> str:
    """Return names as one, two and three."""
    from babel.lists import format_list  # noqa: PLC0415  # loads data that few pages need

    return str(format_list(list(names), locale=languages.current().locale))


def quiet(found: Digest) -> str:
    """Say the second line of a quiet letter."""
    if found.away and found.away == found.people:
        return gettext("Everybody was away. The next letter comes when there is something to tell.")
    return gettext("Nothing else needs you today. The next letter comes in a week.")


# --- the three numbers


def named(figure: Figure, found: Digest) -> str:
    """Return what a number is called."""
    match figure.name:
        case "score":
            return gettext("Adoption score")
        case "goals":
            return gettext("Goals reached")
        case _:
            return said(found.metric)


def now(figure: Figure) -> str:
    """Write a number as it is; without one, say so."""
    if figure.now is None:
        return gettext("not measured")
    if figure.name == "goals" and figure.of is not None:
        of = languages.current().number(figure.of)
        return gettext("%(n)s of %(of)s", n=number(figure.now), of=of)
    return number(figure.now)


def direction(figure: Figure) -> str:
    """Say how a number compares with the week before; nothing where there is none."""
    if figure.now is None or figure.before is None:
        return ""
    change = figure.now - figure.before
    if not change:
        return gettext("same as the week before")
    words = {"change": number(abs(change)), "before": number(figure.before)}
    if change > 0:
        return gettext("▲ %(change)s, up from %(before)s", **words)
    return gettext("▼ %(change)s, down from %(before)s", **words)


def average(figure: Figure) -> str:
    """Say the average of the four weeks before; nothing where there is none."""
    return "" if figure.average is None else gettext("4-week average %(average)s", average=number(figure.average))


# --- people and records


def thanks(one: Thanks, found: Digest) -> str:
    """Say somebody's deed, in a sentence that begins behind their name."""
    now, goal = _count(one.now), said(found.goal or found.metric)
    words = {"goal": goal, "metric": said(found.metric), "before": number(one.before)}
    match one.deed:
        case "first":
            return gettext(
                "reached “%(goal)s” for the first time in eight weeks: %(now)s.", now=number(one.now), **words
            )
        case "reached":
            return gettext("reached “%(goal)s”: %(now)s.", now=number(one.now), **words)
        case "steady":
            return gettext(
                "did more three weeks in a row: from %(before)s to %(now)s for “%(metric)s”.",
                now=number(one.now),
                **words,
            )
        case _:
            return ngettext(
                "improved most: %(n)s for “%(metric)s” after %(before)s the week before.",
                "improved most: %(n)s for “%(metric)s” after %(before)s the week before.",
                now,
                **words,
            )


def obstacle(one: Obstacle) -> str:
    """Say what waits, and for what."""
    return ngettext(
        "%(n)s record is one step from done: %(what)s.",
        "%(n)s records are one step from done: %(what)s.",
        one.count,
        what=said(one.title),
    )


def progress(line: Line) -> str:
    """Say how far somebody is."""
    if line.away:
        return gettext("away")
    if line.target is None:
        return number(line.have)
    if line.reached:
        return gettext("%(have)s · reached", have=number(line.have))
    more = line.target - line.have
    return gettext("%(have)s · %(more)s more", have=number(line.have), more=number(more))


def rewards(spent: Iterable[Spending]) -> list[str]:
    """Say reward by reward what was used, and how many the budget still pays for."""
    return [_spent(one) for one in spent]


def _spent(one: Spending) -> str:
    tongue = languages.current()
    words = {"reward": said(one.title), "used": tongue.number(one.used)}
    if one.left is None:
        return gettext("%(reward)s: %(used)s used.", **words)
    if not one.left:
        if not one.used:
            return gettext("%(reward)s: the company's budget is used up.", **words)
        return gettext("%(reward)s: %(used)s used; the company's budget is used up.", **words)
    words["left"] = tongue.number(one.left)
    if not one.used:
        return gettext("%(reward)s: the company's budget pays for %(left)s more.", **words)
    return gettext("%(reward)s: %(used)s used; the company's budget pays for %(left)s more.", **words)


def suggestion(one: Suggestion) -> str:
    """Say the one thing to try this week."""
    return SUGGESTIONS[one.name](one.count, said(one.title or {}))


SUGGESTIONS: Mapping[str, Callable[[int, str], str]] = {
    "finish": lambda n, what: ngettext(
        "Take five minutes in the next meeting and finish %(n)s record together. It lacks: %(what)s.",
        "Take five minutes in the next meeting and finish some of the %(n)s records together. They lack: %(what)s.",
        n,
        what=what,
    ),
    "near": lambda n, _: ngettext(
        "%(n)s person is close to the goal. Ask what would help with the last step.",
        "%(n)s people are close to the goal. Ask what would help with the last step.",
        n,
    ),
    "share": lambda _n, _: gettext(
        "Ask one of those above to show the others how they do it: five minutes are enough."
    ),
    "vouchers": lambda n, _: ngettext(
        "%(n)s reward is earned and not used yet. Suggest a day for it.",
        "%(n)s rewards are earned and not used yet. Suggest a day for them.",
        n,
    ),
    "ask": lambda _n, _: gettext(
        "Ask in the next meeting: which step in the CRM takes longest, and what could be left out?"
    ),
    "together": lambda _n, _: gettext("Sit with one person for ten minutes and enter one record together."),
}
