"""The table of what is told to channels of chats: ``CHATS``, a kind of letter → its topic, and how it says it there.

To let a kind of letter be told in chats, too: an entry here, and ``to_channels.tell(…)`` beside its ``mail.plan(…)``.
Many people read a channel: nothing about one person goes there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.mail import kinds
from adoption.mail import links
from rules.chat import Link
from rules.chat import Message
from rules.chat import Part

if TYPE_CHECKING:
    from collections.abc import Callable

Facts = Mapping[str, Any]
# topic → what it is, for whoever connects a channel
TOPICS: Mapping[str, Callable[[], str]] = {
    "alerts": lambda: gettext("Alerts: data that does not arrive, budgets that come to their end"),
}


class Chat(NamedTuple):
    """How a kind of letter is told in chats: under which topic, and in which words, of its facts."""

    topic: str
    says: Callable[[Facts], Message]


def _feed_alert(told: Facts) -> Message:
    """Say where data does not arrive."""
    if told["why"] == "stale":
        said = gettext(
            "The weekly letters to managers were not sent: what they say would have been wrong. As soon as data comes, "
            "everything is counted with its own time."
        )
    elif told["team"]:
        said = gettext(
            "%(team)s: nothing was counted in two weeks, though people were at work. Its manager gets no letter until "
            "that is clear.",
            team=told["team"],
        )
    else:
        said = gettext(
            "A team of fewer than five people: nothing was counted in two weeks. Its manager gets no letter until that "
            "is clear."
        )
    return _message("feed-alert", told, [said], "sources.index")


def _budget(told: Facts) -> Message:
    """Say which budget comes to its end."""
    tongue = languages.current()
    numbers = {"drawn": tongue.number(told["drawn"]), "pieces": tongue.number(told["pieces"])}
    lines = [gettext("%(drawn)s of %(pieces)s are given out.", **numbers)]
    if told["waiting"]:
        lines.append(ngettext("%(n)s award waits for room.", "%(n)s awards wait for room.", told["waiting"]))
    return _message("budget", told, lines, "budgets.index")


def trial(by: str) -> Message:
    """Say that messages arrive, and who tried it."""
    said = gettext("%(name)s tried whether messages from Spoonful arrive here. They do.", name=by)
    return Message(gettext("A test message"), (Part((said,)),), home())


def home() -> Link | None:
    """Return the way to the service; none while nobody said where it is."""
    where = links.root()
    return Link(gettext("Open Spoonful"), where) if where else None


def _message(kind: str, told: Facts, lines: list[str], endpoint: str) -> Message:
    link = Link(gettext("Open Spoonful"), links.to(endpoint)) if links.root() else None
    return Message(kinds.KINDS[kind].subject(told), (Part(tuple(lines)),), link)


CHATS: Mapping[str, Chat] = {
    "feed-alert": Chat("alerts", _feed_alert),
    "budget": Chat("alerts", _budget),
}


def topics() -> list[str]:
    """Return the topics that can be chosen."""
    return list(TOPICS)
