"""What the lint of the book warns of, in the reader's words, and what a button could do about it."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.pages import book_words as words
from adoption.pages import plan_advice
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from rules.book import Book
    from rules.book import Fault

    Values = Mapping[str, str]

_NAME = re.compile(r'(\w+)\.(?:"([^"]+)"|([\w-]+))')

# Code of a warning → the whole of it in words; what stands in it is a title, a day, an activity.
SAID: Mapping[str, Callable[[Values], str]] = {
    "book.empty": lambda _: gettext("Nothing would be counted or promised any more: all that is in force would end."),
    "milestone.sent": lambda _: gettext("Sources send activities of this name, which will not count. Give it another."),
    "type.unknown": lambda v: gettext(
        "No source is known to send “%(type)s”. Choose another activity, or connect a source that sends it.", **v
    ),
    "incentive.unlimited": lambda _: gettext(
        "It has no limit. Say how often at most, or give its reward a budget or a stock."
    ),
    "incentive.twice": lambda v: gettext(
        "It pays for the same as “%(other)s” on the same days. Let one end where the other begins, or count something"
        " else.", **v,
    ),
    "reward.unused": lambda _: gettext("Nothing earns it. Choose it in an incentive, or leave it out."),
    "metric.unused": lambda _: gettext("Nothing uses it: no incentive, board or plan. Use it, or leave it out."),
    "milestone.unused": lambda _: gettext("Nothing counts it. Write a metric that does, or leave it out."),
    "incentive.too-many-days": lambda v: gettext(
        "It can never be reached: %(per)s there are at most %(most)s days, not %(asked)s. Ask for fewer.", **v
    ),
    "incentive.too-long-a-streak": lambda v: gettext(
        "It can never be reached: it lasts %(lasts)s days. Ask for a shorter run, or let it last.", **v
    ),
    "incentive.never-counted": lambda v: gettext(
        "It can never be reached: “%(metric)s” does not count on any of its days.", **v
    ),
    "incentive.below-one": lambda _: gettext("One activity earns it several times. Ask for at least one."),
    "metric.never-holds": lambda _: gettext(
        "The condition never holds: a milestone has no fields. Put it into what the milestone needs."
    ),
    "metric.finds-nothing": lambda _: gettext(
        "A milestone has no fields, so nothing is found. Count different records."
    ),
    "reward.budget-too-small": lambda _: gettext("The budget does not pay for a single one. Raise it."),
    "milestone.undone-at-once": lambda v: gettext(
        "“%(type)s” meets a need and undoes the milestone at the same moment. Choose another activity.", **v
    ),
    "milestone.holds-for-nothing": lambda _: gettext("The number of days has no effect: nothing undoes the milestone."),
    "gaming.created": lambda v: gettext(
        "It pays for every “%(type)s”, also of what is deleted again or left empty. Count different records, or say"
        " what has to be filled in.", **v,
    ),
    "gaming.imported": lambda v: gettext(
        "It pays for “%(type)s”: one import of a list counts once for each of its lines. Count what is worked on"
        " afterwards, or days.", **v,
    ),
    "gaming.milestone-imported": lambda _: gettext(
        "An import alone meets everything it needs. Add something that takes a person, such as a conversation."
    ),
    "versions.ends-early": lambda v: gettext(
        "It goes on after “%(counted)s” ends (%(day)s): nothing counts from then on. Let both end together.", **v
    ),
    "versions.begins-late": lambda v: gettext(
        "It begins before “%(counted)s” does (%(day)s): nothing counts until then. Let both begin together.", **v
    ),
    "versions.gap": lambda v: gettext(
        "Between “%(other)s” and this nothing is promised for %(days)s days. Let it begin on %(day)s, unless that is"
        " meant.", **v,
    ),
}  # fmt: skip  # one thing a code
DONE: Mapping[
    str, tuple[Callable[[Values], str], Callable[[], str]]
] = {  # code → act of the form, what its button says
    "incentive.unlimited": (lambda _: "set:limit=2", lambda: gettext("At most twice")),
    "incentive.below-one": (lambda _: "set:target=1", lambda: gettext("Ask for one")),
    "metric.finds-nothing": (lambda _: "set:measure=records", lambda: gettext("Count different records")),
    "gaming.created": (lambda _: "set:measure=records", lambda: gettext("Count different records")),
    "versions.gap": (lambda v: f"set:from={v['day']}", lambda: gettext("Begin then")),
}


class Advice(NamedTuple):
    """A warning: of which definition, its text, if that is in the reader's language, and what a button could do."""

    title: str
    text: str
    ours: bool
    act: str = ""
    word: str = ""


def advice(warnings: Iterable[Fault], book: Book | None) -> list[Advice]:
    """Put warnings into the reader's words, where we have them, beside what can be done about them."""
    return [_one(fault, book) for fault in warnings]


def _one(fault: Fault, book: Book | None) -> Advice:
    title = plan_advice.title(fault.place, book) or _title(fault.place, book)
    if fault.code.startswith("plan."):
        said = plan_advice.said(fault, book)
        return Advice(title, said or fault.message, ours=said is not None)
    if fault.code not in SAID:
        return Advice(title, fault.message, ours=False)
    values = dict(fault.values)
    act = word = ""
    if fault.code in DONE:
        make, say = DONE[fault.code]
        act, word = make(values), say()
    return Advice(title, SAID[fault.code](_shown(values, book)), ours=True, act=act, word=word)


def _shown(values: Values, book: Book | None) -> dict[str, str]:
    """Say values as people do: activities, titles and days instead of types, keys and dates."""
    return {name: _value(name, value, book) for name, value in values.items()}


def _value(name: str, value: str, book: Book | None) -> str:
    if name == "type":
        return telling.deed(value, None)
    if name == "day":
        return languages.current().day(date.fromisoformat(value).toordinal(), "short")
    if name == "per":
        return words.said(words.PER, value)
    named = {"other": f'incentive."{value}"', "metric": f'metric."{value}"', "counted": value}
    return _title(named[name], book) if name in named else value


def _title(place: str, book: Book | None) -> str:
    """Return the title of the definition at a place; nothing where there is none."""
    found = _NAME.match(place)
    if found is None:
        return ""
    kind, key = found[1], found[2] or found[3]
    thing = getattr(book, f"{kind}s", {}).get(key)
    return wording.title_of(thing, key, languages.current().code)
