"""The evidence in words: where a flag stands, why, what comes next, and what may be answered."""

from __future__ import annotations

from datetime import date
from math import isfinite
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import languages
from adoption.evidence.gathering import WAITS
from adoption.languages import gettext
from rules.reliance import cycle

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.facts import Known
    from rules.reliance.cycle import Flag


def lead(flag: Flag, *, enough: bool) -> str:
    """Say in one sentence where somebody stands; ``enough``: ten working days were seen."""
    if flag.state == "none":
        if not enough:
            return gettext("Ten working days have not been seen yet, so nothing is concluded.")
        return gettext("You work in the CRM as people do here. There is no question.")
    return LEADS[flag.state]()


LEADS: Mapping[str, Callable[[], str]] = {
    "hint": lambda: gettext("Some of your work may still live in a spreadsheet. May we take that work off you?"),
    "suspected": lambda: gettext(
        "It looks as if some of your work still lives in a spreadsheet. May we take that work off you?"
    ),
    "flagged": lambda: gettext("Help is offered to you. Choose what suits you, or say that it is not so."),
    "helping": lambda: gettext("Help is under way. Each day with live entries counts."),
    "recovering": lambda: gettext("You are on the way: your entries reach the CRM again."),
    "recovered": lambda: gettext("Well done: your work is in the CRM, and the question is settled."),
    "contested": lambda: gettext("You said “Not so”. Until you have an answer nobody else learns anything."),
    "dismissed": lambda: gettext("The question was withdrawn."),
    "paused": lambda: gettext("You are away, or the feed is missing. Everything waits."),
    "expired": lambda: gettext("Nothing new was seen for a long time, so the question is over."),
}


def eyebrow(flag: Flag, known: Known, last: int) -> str:
    """Say who can see the page, and until when nobody else; ``last`` is the last day that was looked at."""
    readers = cycle.readers(flag)
    if flag.state == "contested":
        return gettext("Only you and the adoption lead who answers can see this page")
    if "manager" in readers:
        return gettext("You see everything here; others see what “Who sees what” says")
    if flag.state == "suspected":
        return gettext("Only you can see this page until %(day)s", day=day(confirms_on(flag, known, last)))
    return gettext("Only you can see this page")


def confirms_on(flag: Flag, known: Known, last: int) -> int:
    """Return the local day from which a lead may confirm, if nothing changes: days are looked at a little later.

    Counted is from the ``last`` day that was looked at (0: none yet), less what has been waited: whoever was away in
    between goes on where they were.
    """
    found, left = last or flag.since, max(0, cycle.WAITS - flag.waited)
    while left:
        found += 1
        left -= known.calendar.works(found)
    return found + WAITS


def day(value: int) -> str:
    """Say a day of the week and of the year."""
    return languages.current().day(value, "long")


class Next(NamedTuple):
    """Something that happened, is now, or comes next."""

    said: str
    place: str = ""  # done, now, or nothing


class Days(NamedTuple):
    """Local days: today, the last one that was looked at, when a case is to be answered, and when it all began."""

    today: int
    last: int
    due: int | None
    began: int | None


def what_next(flag: Flag, known: Known, days: Days) -> list[Next]:
    """Return what has happened, where it is, and what comes next."""
    found: list[Next] = []
    if days.began is not None and days.began != flag.since:
        found.append(Next(gettext("%(day)s: it began, on this page alone", day=day(days.began)), "done"))
    if flag.state in NOW:
        found.append(Next(gettext("Since %(day)s: %(what)s", day=day(flag.since), what=NOW[flag.state]()), "now"))
    return found + [Next(said) for said in _ahead(flag, known, days)]


def _ahead(flag: Flag, known: Known, days: Days) -> list[str]:
    """Say what comes next."""
    own: dict[str, Callable[[], str]] = {
        "hint": lambda: gettext("If the facts speak more clearly, you are the first to know, and alone for five days"),
        "suspected": lambda: gettext(
            "%(day)s: without an answer, our adoption lead looks at it in person",
            day=day(confirms_on(flag, known, days.last)),
        ),
        "contested": lambda: _answered(days.due or flag.since, days.today),
        "flagged": lambda: gettext("Five days with live entries of ten, and you are on the way"),
        "helping": lambda: gettext("Five days with live entries of ten, and you are on the way"),
        "dismissed": lambda: gettext("Until %(day)s nothing is raised, whatever is seen", day=day(flag.muted_until)),
        "paused": lambda: gettext("When you are back it goes on where it was, with no day lost"),
    }
    found = [own[flag.state]()] if flag.state in own else []
    if flag.state in cycle.OPEN:
        ends = day(flag.quiet_since + cycle.STALE)
        found.append(gettext("Live entries clear it by themselves"))
        found.append(gettext("If nothing new is seen: on %(day)s at the latest it expires", day=ends))
    return found


def _answered(due: int, today: int) -> str:
    """Say by which day a case is answered, or that it is late."""
    if due >= today:
        return gettext("By %(day)s a person answers you", day=day(due))
    return gettext(
        "A person was to answer you by %(day)s, and sees that it is late; until then nobody else learns anything",
        day=day(due),
    )


NOW: Mapping[str, Callable[[], str]] = {
    "hint": lambda: gettext("a quiet hint, for you alone"),
    "suspected": lambda: gettext("you see it first"),
    "flagged": lambda: gettext("a person has confirmed it, and help is offered"),
    "helping": lambda: gettext("help is under way"),
    "recovering": lambda: gettext("on the way"),
    "recovered": lambda: gettext("settled"),
    "contested": lambda: gettext("your case is open"),
    "dismissed": lambda: gettext("withdrawn"),
    "paused": lambda: gettext("paused"),
    "expired": lambda: gettext("over"),
}

REASONS: Mapping[str, Callable[[], str]] = {
    "away": lambda: gettext("I was away"),
    "no_customers": lambda: gettext("That file is no customer list"),
    "agreed_import": lambda: gettext("An agreed import"),
    "quiet_season": lambda: gettext("A quiet season"),
    "other": lambda: gettext("Something else"),
}

WHY: Mapping[str, Callable[[], str]] = {
    "evidence_begins": lambda: gettext("the first evidence"),
    "evidence_speaks": lambda: gettext("the evidence speaks clearly"),
    "evidence_again": lambda: gettext("it began again"),
    "evidence_gone": lambda: gettext("the evidence is gone"),
    "live_again": lambda: gettext("live entries again"),
    "confirmed": lambda: gettext("confirmed by a person"),
    "not_confirmed": lambda: gettext("not confirmed"),
    "help_wanted": lambda: gettext("help was chosen"),
    "contested": lambda: gettext("contested"),
    "contest_accepted": lambda: gettext("the contest was right"),
    "contest_rejected": lambda: gettext("the contest was answered"),
    "contest_withdrawn": lambda: gettext("the contest was taken back"),
    "away": lambda: gettext("away, or the feed is missing"),
    "there_again": lambda: gettext("there again"),
    "nothing_new": lambda: gettext("nothing new for a long time"),
    "long_ago": lambda: gettext("long ago"),
}

STATES: Mapping[str, Callable[[], str]] = {
    "none": lambda: gettext("no question"),
    "hint": lambda: gettext("a quiet hint"),
    "suspected": lambda: gettext("noticed"),
    "flagged": lambda: gettext("could use a hand"),
    "helping": lambda: gettext("help under way"),
    "recovering": lambda: gettext("on the way"),
    "recovered": lambda: gettext("settled"),
    "contested": lambda: gettext("contested"),
    "dismissed": lambda: gettext("withdrawn"),
    "paused": lambda: gettext("paused"),
    "expired": lambda: gettext("expired"),
}

HELPS: Mapping[str, Callable[[], str]] = {
    "import": lambda: gettext("Import assistant"),
    "quest": lambda: gettext("A short training"),
    "champion": lambda: gettext("A colleague to call"),
}

QUEST: Mapping[str, Callable[[], str]] = {
    "first": lambda: gettext("Record one thing right after it happened"),
    "kinds": lambda: gettext("Record two kinds of things: a call or meeting, and the next step"),
    "in_time": lambda: gettext("On three days, record everything within a working day"),
    "steady": lambda: gettext("Work in the CRM on five days"),
}

FAMILIES: Mapping[str, Callable[[], str]] = {
    "start": lambda: gettext("Where everybody starts"),
    "activity": lambda: gettext("Entries made at once"),
    "lateness": lambda: gettext("Entries that came late"),
    "batch": lambda: gettext("Typed in one go"),
    "round_trip": lambda: gettext("Imports"),
    "sheets": lambda: gettext("Customer lists in spreadsheets"),
}

PARTS: Mapping[str, tuple[Callable[[], str], Callable[[], str]]] = {
    "regularity": (lambda: gettext("Regularity"), lambda: gettext("entries on most working days")),
    "timeliness": (lambda: gettext("Timeliness"), lambda: gettext("recorded within a working day")),
    "quality": (lambda: gettext("Completeness"), lambda: gettext("what is asked for is filled in, nothing twice")),
    "breadth": (lambda: gettext("Breadth"), lambda: gettext("the kinds of entries that belong to the role")),
}

ANSWERS: Mapping[str, Callable[[], str]] = {
    "away": lambda: gettext("I am away, or was"),
    "season": lambda: gettext("It is a quiet season"),
    "access": lambda: gettext("I need access, or something does not work"),
    "help": lambda: gettext("I could use a hand"),
}


def iso(value: int) -> str:
    """Write a local day as forms do."""
    return date.fromordinal(value).isoformat()


def number_of(text: str) -> float | None:
    """Read a number of a form; what is none is ``None``."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) else None
