"""The evidence in words: what was seen, how much it says, where a flag stands and what comes next."""

from __future__ import annotations

from datetime import date
from math import isfinite
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import languages
from adoption.evidence.gathering import WAITS
from adoption.languages import gettext
from adoption.languages import ngettext
from rules.reliance import cycle

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.casework import Book
    from adoption.facts import Known
    from rules.reliance import Line
    from rules.reliance.cycle import Flag

LITTLE, SOME, CLEAR, STRONG = 2, 6, 10, 15  # decibans from which evidence says so much
BOXES = 4
MINUS = "\N{MINUS SIGN}"


class Seen(NamedTuple):
    """A line of the page: what was seen, its picture, how many boxes it fills, for which side, and its decibans."""

    said: str
    picture: str
    look: str
    boxes: tuple[bool, ...]
    crm: bool
    weighs: str
    family: str
    points: int


def seen(lines: Sequence[Line], books: Sequence[Book]) -> list[Seen]:
    """Return the evidence in words, what speaks most for spreadsheets first; the start is no line of its own."""
    found = [_seen(line, books) for line in lines if line.family in SAYS]
    return sorted(found, key=lambda one: -one.points)


def _seen(line: Line, books: Sequence[Book]) -> Seen:
    size = sum(abs(line.points) >= least for least in (LITTLE, SOME, CLEAR, STRONG))
    crm = line.points < 0
    look = "calm" if not size else "good" if crm else "honey"
    boxes = tuple(place < size for place in range(BOXES))
    picture = "check" if size and crm else PICTURES[line.family]
    said = SAYS[line.family](line.facts)
    if line.family == "sheets" and books and line.facts["edited"]:
        said = _named(line.facts, books)
    return Seen(said, picture, look, boxes, crm, _weighs(size, crm=crm), line.family, line.points)


def _weighs(size: int, *, crm: bool) -> str:
    """Say how much it says, and for which side."""
    for_crm = (
        gettext("says nothing either way"),
        gettext("speaks a little for the CRM"),
        gettext("speaks for the CRM"),
        gettext("speaks clearly for the CRM"),
        gettext("speaks very clearly for the CRM"),
    )
    for_sheets = (
        for_crm[0],
        gettext("speaks a little for a spreadsheet"),
        gettext("speaks for a spreadsheet"),
        gettext("speaks clearly for a spreadsheet"),
        gettext("speaks very clearly for a spreadsheet"),
    )
    return (for_crm if crm else for_sheets)[size]


PICTURES: Mapping[str, str] = {
    "activity": "flag",
    "lateness": "clock",
    "batch": "spoon",
    "round_trip": "load",
    "sheets": "sheet",
}


def _number(value: int) -> str:
    return languages.current().number(value)


def signed(value: int) -> str:
    """Write a number with its sign, as people write it."""
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{_number(abs(value))}"


def _activity(facts: Mapping[str, int]) -> str:
    return ngettext(
        "%(n)s entry was made at once, on %(busy)s of %(days)s working days; about %(usual)s are usual.",
        "%(n)s entries were made at once, on %(busy)s of %(days)s working days; about %(usual)s are usual.",
        facts["live"],
        busy=_number(facts["busy"]),
        days=_number(facts["days"]),
        usual=_number(facts["usual"]),
    )


def _lateness(facts: Mapping[str, int]) -> str:
    if not facts["all"]:
        return gettext("Nothing was recorded of which it is known when it happened.")
    return ngettext(
        "%(late)s of %(n)s day's work reached the CRM more than a working day later.",
        "%(late)s of %(n)s days' work reached the CRM more than a working day later.",
        facts["all"],
        late=_number(facts["late"]),
    )


def _batch(facts: Mapping[str, int]) -> str:
    if not facts["typed"]:
        return gettext("Nothing was typed.")
    return ngettext(
        "%(n)s entry was typed; within one hour at most %(most)s.",
        "%(n)s entries were typed; within one hour at most %(most)s.",
        facts["typed"],
        most=_number(facts["densest"]),
    )


def _trips(facts: Mapping[str, int]) -> str:
    if facts["trips"]:
        return ngettext(
            "%(n)s import of a list that had been exported shortly before.",
            "%(n)s imports of lists that had been exported shortly before.",
            facts["trips"],
        )
    if facts["imports"]:
        return ngettext("%(n)s import from a file.", "%(n)s imports from files.", facts["imports"])
    return gettext("No import from a file.")


def _sheets(facts: Mapping[str, int]) -> str:
    if not facts["covered"]:
        return gettext("Nothing is known of workbooks: no office suite tells of them.")
    if not facts["edited"]:
        return gettext("No registered customer list was edited.")
    return ngettext(
        "A registered customer list was edited on %(edited)s of %(n)s day.",
        "A registered customer list was edited on %(edited)s of %(n)s days.",
        facts["covered"],
        edited=_number(facts["edited"]),
    )


def _named(facts: Mapping[str, int], books: Sequence[Book]) -> str:
    titles = gettext(", ").join(gettext("“%(title)s”", title=one.title) for one in books)
    return ngettext(
        "%(books)s was edited by you on %(edited)s of %(n)s day. It is registered as a customer list.",
        "%(books)s was edited by you on %(edited)s of %(n)s days. It is registered as a customer list.",
        facts["covered"],
        books=titles,
        edited=_number(facts["edited"]),
    )


SAYS: Mapping[str, Callable[[Mapping[str, int]], str]] = {
    "sheets": _sheets,
    "lateness": _lateness,
    "batch": _batch,
    "round_trip": _trips,
    "activity": _activity,
}


def sentence(lines: Sequence[Line]) -> str:
    """Say the facts in one sentence, for whoever leads somebody: what speaks most, without any weight."""
    traces = [line for line in lines if line.family in SAYS and line.family != "activity"]
    most = max(traces, key=lambda line: line.points, default=None)
    return SAYS[most.family](most.facts) if most is not None and most.points > 0 else ""


# --- the flag


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


def eyebrow(flag: Flag, known: Known) -> str:
    """Say who can see the page, and until when nobody else."""
    readers = cycle.readers(flag)
    if flag.state == "contested":
        return gettext("Only you and the adoption lead who answers can see this page")
    if "manager" in readers:
        return gettext("You see everything here; others see what “Who sees what” says")
    if flag.state == "suspected":
        return gettext("Only you can see this page until %(day)s", day=day(confirms_on(flag, known)))
    return gettext("Only you can see this page")


def confirms_on(flag: Flag, known: Known) -> int:
    """Return the local day from which a lead may confirm, if nothing changes: days are looked at a little later."""
    found, left = flag.since, cycle.WAITS
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


def what_next(flag: Flag, known: Known, due: int | None, began: int | None) -> list[Next]:
    """Return what has happened, where it is, and what comes next."""
    found: list[Next] = []
    if began is not None and began != flag.since:
        found.append(Next(gettext("%(day)s: it began, on this page alone", day=day(began)), "done"))
    if flag.state in NOW:
        found.append(Next(gettext("Since %(day)s: %(what)s", day=day(flag.since), what=NOW[flag.state]()), "now"))
    return found + [Next(said) for said in _ahead(flag, known, due)]


def _ahead(flag: Flag, known: Known, due: int | None) -> list[str]:
    """Say what comes next."""
    own: dict[str, Callable[[], str]] = {
        "hint": lambda: gettext("If the facts speak more clearly, you are the first to know, and alone for five days"),
        "suspected": lambda: gettext(
            "%(day)s: without an answer, our adoption lead looks at it in person", day=day(confirms_on(flag, known))
        ),
        "contested": lambda: gettext("By %(day)s a person answers you", day=day(due or flag.since)),
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
