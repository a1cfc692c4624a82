"""What the weekly letter about one's own week says: ``rules.digest.own`` decided what, and Home says the same first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.telling import weeks
from adoption.telling.digests import all_of
from adoption.telling.digests import number
from adoption.telling.digests import said
from adoption.telling.periods import day
from rules import wording
from rules.lead import Lead
from rules.lead import Situation

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from rules.digest.own import Done
    from rules.digest.own import Earned
    from rules.digest.own import MyWeek
    from rules.digest.record import Suggestion

GAPS = (Situation.MORE, Situation.AGAIN, Situation.FIRST)  # leads that say how far the next step is


def lead(found: MyWeek) -> str:
    """Say what comes first, in the words in which Home says it."""
    return _lead(found, found.lead)


def _lead(found: MyWeek, decided: Lead) -> str:
    told = weeks.Told(
        title=said(found.offer.title) if found.offer else "",
        rewards=found.offer.rewards if found.offer else (),
        waiting=found.waiting,
        away_until=found.away_until,
        late=None if found.late is None else timedelta(hours=found.late),
    )
    return weeks.lead(decided, told)


def subject(found: MyWeek) -> str:
    """Say the subject: no names, no exclamation."""
    if found.form == "away":
        return gettext("Your week: you were away")
    if found.form == "quiet":
        return gettext("Your week: a quiet one")
    if found.done is None:
        return gettext("Your week, and what is next")
    return gettext("Your week: %(metric)s %(result)s", metric=said(found.metric), result=number(found.done.now))


def quiet(found: MyWeek) -> str:
    """Say the second line of a letter in which nothing was counted."""
    if found.form == "away":
        return gettext("You were away last week. Streaks paused, and nothing is lost.")
    return gettext(
        "A quiet week: nothing was counted for “%(metric)s”. The next letter comes in a week.",
        metric=said(found.metric),
    )


def done(found: MyWeek, one: Done) -> str:
    """Say what somebody did, beside their own average."""
    words = {"metric": said(found.metric), "result": number(one.now)}
    if one.average is None:
        return gettext("%(metric)s: %(result)s in the first week.", **words)
    if one.now == one.average:
        return gettext("%(metric)s: %(result)s, as in your average week of the four before.", **words)
    if one.now > one.average:
        more = number(one.now - one.average)
        return gettext(
            "%(metric)s: %(result)s, that is %(more)s more than in your average week of the four before.",
            more=more,
            **words,
        )
    return gettext(
        "%(metric)s: %(result)s; your average week of the four before has %(average)s.",
        average=number(one.average),
        **words,
    )


def away(one: Done) -> str:
    """Say on how many days of the week somebody was away; nothing where on none."""
    if not one.away:
        return ""
    of = languages.current().number(one.days)
    return ngettext(
        "You were away on %(n)s of %(of)s working days; streaks paused.",
        "You were away on %(n)s of %(of)s working days; streaks paused.",
        one.away,
        of=of,
    )


def _gifts(one: Earned) -> str:
    return wording.gifts(one.rewards, languages.current().code)


def earned(one: Earned) -> str:
    """Say what was awarded, for what, and how often."""
    gift = _first_up(_gifts(one)) if one.times == 1 else f"{languages.current().number(one.times)} × {_gifts(one)}"
    return gettext("%(gift)s, for “%(title)s”", gift=gift, title=said(one.title))


def choose(one: Earned) -> str:
    """Say what is still to be chosen."""
    return gettext("To choose, for “%(title)s”: %(gifts)s", gifts=_gifts(one), title=said(one.title))


def soon(one: Earned) -> str:
    """Say until when something can be used."""
    return gettext("%(gift)s: until %(day)s", gift=_first_up(_gifts(one)), day=day(one.until or 1))


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]


def step(found: MyWeek) -> str:
    """Say how much is missing for the nearest incentive, unless the lead has said so; nothing where none is open."""
    if found.goal is None or found.lead.situation in GAPS:
        return ""
    return _lead(found, Lead(Situation.AGAIN if found.goal.earned else Situation.MORE, found.goal))


def progress(found: MyWeek) -> str:
    """Say how far the way to it is; nothing at its beginning, and of what is no plain count."""
    goal = found.goal
    if goal is None or goal.streak or not goal.have:
        return ""
    return gettext("%(n)s of %(of)s", n=number(goal.have), of=number(goal.target))


def records(found: MyWeek) -> str:
    """Say how many records are one step from counting for it; nothing where none is."""
    waits = found.offer.open if found.offer and found.goal else None
    if waits is None:
        return ""
    return ngettext(
        "%(n)s record is one step from done: %(what)s.",
        "%(n)s records are one step from done: %(what)s.",
        len(waits.records),
        what=said(waits.title),
    )


def thanks(found: MyWeek) -> str:
    """Say who sent thanks."""
    return ngettext(
        "%(names)s said thank you.", "%(names)s said thank you.", len(found.thanks), names=all_of(found.thanks)
    )


def suggestion(one: Suggestion) -> str:
    """Say the one thing to try this week."""
    return SUGGESTIONS[one.name](one.count, said(one.title or {}))


# Messages are called when they are said, so that each reader hears their own language.
SUGGESTIONS: Mapping[str, Callable[[int, str], str]] = {
    "finish-one": lambda n, what: ngettext(
        "Finish the record that is one step from done, before the first call of the day. It lacks: %(what)s.",
        "Finish one of the %(n)s records that are one step from done, before the first call of the day. It lacks: "
        "%(what)s.",
        n,
        what=what,
    ),
    "last-step": lambda _n, title: gettext(
        "You are close to “%(title)s”. Set half an hour aside for the last step.", title=title
    ),
    "choose": lambda n, _: ngettext(
        "Choose your reward today: it takes a minute.", "Choose your rewards today: it takes a minute.", n
    ),
    "use": lambda n, _: ngettext(
        "Pick a day for what you have earned, before its time runs out.",
        "Pick a day for each of the %(n)s things you have earned, before their time runs out.",
        n,
    ),
    "at-once": lambda _n, _: gettext(
        "Write down the next step right after a conversation, while you remember it: it takes a minute."
    ),
    "ten-minutes": lambda _n, _: gettext(
        "Begin one morning with ten minutes for the records that wait for something; Home lists them."
    ),
}
