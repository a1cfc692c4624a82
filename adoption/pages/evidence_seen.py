"""What was seen of somebody's work, in words, and how much it says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.casework import Book
    from rules.reliance import Line

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


def in_words(lines: Sequence[Line], books: Sequence[Book]) -> list[Seen]:
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
