"""What a cashier reads: a word, a shape and a colour for everything that a scan can lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption.languages import gettext
from adoption.pages import pocket
from rules import period
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.rewards import Verdict

MOMENT = 60 * SECOND  # so long ago is "a moment ago"


@dataclass(frozen=True, slots=True)
class Face:
    """How a verdict looks and sounds: class and shape (``yes``, ``no1``, ``wait``), its word, and what to do."""

    look: str
    word: Callable[[], str]
    then: Callable[[], str]


def _face(look: str, word: Callable[[], str], then: Callable[[], str] = str) -> Face:
    return Face(look, word, then)


NOTHING_USED = lambda: gettext("Nothing has been used up.")  # noqa: E731  # said when it is spoken
FACES: Mapping[str, Face] = {
    "give": _face("yes", lambda: gettext("Give it out")),
    "used": _face("no1", lambda: gettext("Already used"), lambda: gettext("Ask to see the phone again.")),
    "expired": _face("wait", lambda: gettext("Not today"), NOTHING_USED),
    "waiting": _face("wait", lambda: gettext("Not today"), lambda: gettext("It is earned, but not given out yet.")),
    "choosing": _face("wait", lambda: gettext("Not today"), lambda: gettext("A reward is still to be chosen for it.")),
    "elsewhere": _face("wait", lambda: gettext("Not today"), lambda: gettext("Another reward was chosen instead.")),
    "stale": _face("wait", lambda: gettext("Not this picture"), lambda: gettext("Ask to see the phone again.")),
    "undue": _face("no1", lambda: gettext("No longer due"), lambda: gettext("Its holder can see why.")),
    "unknown": _face("no1", lambda: gettext("Unknown"), lambda: gettext("Look at the code once more.")),
    "undone": _face("wait", lambda: gettext("Taken back"), lambda: gettext("The voucher can be used again.")),
    "stays": _face("no1", lambda: gettext("It stays used"), lambda: gettext("It can be undone for ten seconds.")),
    "often": _face("wait", lambda: gettext("One moment"), lambda: gettext("Many codes were tried here.")),
}
WHAT: Mapping[str, Callable[[], str]] = {
    "stale": lambda: gettext("The code on the screen is older than two minutes."),
    "unknown": lambda: gettext("No voucher has this code."),
    "stays": lambda: gettext("This can no longer be undone here."),
}


def word(verdict: Verdict) -> str:
    """Say a verdict in the one word that fills the screen, and what to give."""
    if verdict.said == "give" and verdict.reward is not None:
        return gettext("Give: %(reward)s", reward=pocket.title(verdict.reward))
    return FACES[verdict.said].word()


def face(verdict: Verdict) -> Face:
    """Return how a verdict looks."""
    return FACES[verdict.said]


def what(verdict: Verdict, day: int, now: int, seconds: int = 0) -> str:
    """Say the one fact beside the word: whose it is, when it was used, until when it was valid."""
    if verdict.said in WHAT:
        return WHAT[verdict.said]()
    if verdict.said == "used":
        return _used(verdict, day, now)
    if verdict.said == "expired" and verdict.until is not None:
        return gettext("It was valid until %(day)s.", day=languages.current().day(verdict.until))
    if verdict.said == "often":
        return languages.ngettext("Next try in %(n)s second.", "Next try in %(n)s seconds.", seconds)
    return verdict.holder or ""


def _used(verdict: Verdict, day: int, now: int) -> str:
    used, tongue = verdict.used, languages.current()
    if used is None or used.canteen is None:
        return gettext("It was used before.")
    clock = tongue.clock(period.moment(used.at))
    if now - used.at < MOMENT:
        return gettext("A moment ago, at %(time)s, %(place)s", time=clock, place=used.canteen)
    if used.day == day:
        return gettext("Today %(time)s, %(place)s", time=clock, place=used.canteen)
    return gettext("%(day)s %(time)s, %(place)s", day=tongue.day(used.day), time=clock, place=used.canteen)


def number(printed: int | None) -> str:
    """Write the number of a voucher."""
    return gettext("No. %(number)s", number=f"{printed:05}") if printed is not None else ""


def undo_words(seconds: int) -> list[str]:
    """Say for each second that is left that something can be undone, from none to all."""
    # say: a button, and the seconds that are left
    return [gettext("Undo, %(n)s s", n=languages.current().number(left)) for left in range(seconds + 1)]


def clock(at: int) -> str:
    """Write the time of day of a moment in UTC microseconds."""
    return languages.current().clock(period.moment(at))


HELPERS: Mapping[str, Any] = {
    "word": word,
    "face": face,
    "what": what,
    "number": number,
    "undo_words": undo_words,
    "clock": clock,
    "title": pocket.title,
}
