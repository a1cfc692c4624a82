"""What the pages of questions share: a question and what was said about it, and what is wrong with a form."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from typing import Any

from flask import request

from adoption import languages
from adoption.languages import gettext
from adoption.models import storable
from adoption.pages import page_titles
from rules import period
from rules.questions import steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from adoption.facts import Known
    from adoption.questions import Stored
    from adoption.questions import Word

STATES: Mapping[str, Callable[[], str]] = {
    steps.WAITING: lambda: gettext("waits for an answer"),
    steps.ASKED_BACK: lambda: gettext("somebody asks back"),
    steps.ANSWERED: lambda: gettext("answered"),
    steps.HELPED: lambda: gettext("it helped"),
}
DID: Mapping[str, Callable[[str], str]] = {
    "answer": lambda name: gettext("%(name)s answered", name=name),
    "back": lambda name: gettext("%(name)s asks back", name=name),
    "pass": lambda name: gettext("%(name)s passed it on", name=name),
    "more": lambda name: gettext("%(name)s added", name=name),
    "not_yet": lambda name: gettext("%(name)s: not yet", name=name),
    "helped": lambda name: gettext("%(name)s: that helped", name=name),
}
LARGEST = 2**31  # numbers of questions and entries


def small(number: int) -> int:
    """Return a number that a database can look up; 0, which nothing has, for a larger one."""
    return number if number < LARGEST else 0


def typed(*names: str) -> dict[str, str]:
    """Return what was typed into the fields of a form; ``once`` is bound in length."""
    found = {name: request.form.get(name, "") for name in names}
    return found | {"once": storable(found.get("once", ""))[:32] or secrets.token_hex(8)}


def no_words() -> str:
    """Say that words are missing, or too many."""
    return gettext("Write a few words, 2,000 characters at most.")


def too_often() -> str:
    """Say that somebody asked often enough for now."""
    return gettext(
        "You have asked ten times within an hour, and it is all kept. Please wait a few minutes before the next one; "
        "what you wrote still stands here."
    )


def line(known: Known, one: Stored, now: int) -> dict[str, Any]:
    """Return a question as a row of a list."""
    return {
        "id": one.id,
        "asker": known.called(one.asker, ""),
        "title": page_titles.title(one.route),
        "text": one.text,
        "state": one.state,
        "since": _moment(one.since),
        "days": known.today(now) - known.day_of(one.since),
    }


def thread(known: Known, one: Stored, said: Iterable[Word]) -> dict[str, Any]:
    """Return a question with everything that was said."""
    return {
        "id": one.id,
        "asker": known.called(one.asker, ""),
        "route": one.route,
        "path": one.path,
        "title": page_titles.title(one.route),
        "text": one.text,
        "asked": _moment(one.asked),
        "state": one.state,
        "state_said": STATES[one.state](),
        "words": [
            {
                "did": DID[word.does](known.called(word.by, gettext("Somebody"))),
                "when": _moment(word.said),
                "text": word.text,
                "mine": word.by == one.asker,
            }
            for word in said
        ],
        "once": secrets.token_hex(8),
    }


def _moment(moment: int) -> str:
    return languages.current().moment(period.moment(moment), "short")
