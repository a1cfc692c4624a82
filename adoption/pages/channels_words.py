"""What the pages of channels say: kinds, states, faults, and what a webhook answered."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.languages import gettext
from adoption.pages import drawing
from rules import period
from rules import webhook

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.chat.channels import Connected
    from rules.delivery import Answer

# kind → what it is called (a name of its own), and where its address is found
KINDS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "slack": (
        "Slack",
        lambda: gettext("In an app of your workspace, under “Incoming Webhooks”: an address at hooks.slack.com."),
    ),
    "teams": (
        "Microsoft Teams",
        lambda: gettext(
            "In the channel's menu under “Workflows”: post to a channel when a webhook request is received."
        ),
    ),
    "mattermost": (
        "Mattermost",
        lambda: gettext(
            "Under “Integrations”, “Incoming Webhooks”. A server of your own network has to be allowed first."
        ),
    ),
}


class State(NamedTuple):
    """How a channel is: a word, its look, and a sentence."""

    word: str
    look: str
    said: str


def state(channel: Connected) -> State:
    """Say how a channel is."""
    if channel.stopped is not None:
        when = drawing.when(period.moment(channel.stopped))
        return State(
            gettext("stopped"), "note", gettext("It takes no messages since %(moment)s, so none are sent.", moment=when)
        )
    if channel.paused is not None:
        when = drawing.when(period.moment(channel.paused))
        return State(gettext("paused"), "", gettext("Nothing is told there since %(moment)s.", moment=when))
    return State(gettext("in use"), "good", "")


def faults(found: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with what was typed."""
    said = {
        "name": gettext("Give it a name of at most 100 characters."),
        "kind": gettext("Choose what kind of chat it is."),
        "language": gettext("Choose one of the languages."),
        "team": gettext("There is no team of this name."),
        "topics": gettext("Choose a team, or something else that is told there."),
        "url": {
            "missing": gettext("Paste the address of the webhook."),
            "retired": gettext(
                "Microsoft has switched off the old connectors. Make a workflow in the channel instead."
            ),
            "slack": gettext("Addresses of Slack, and these alone, begin with https://hooks.slack.com/."),
        }.get(
            found.get("url", ""), gettext("This is no address of a webhook: it begins with https:// and has a path.")
        ),
    }
    return {name: str(said[name]) for name in found}


def heard(answer: Answer) -> tuple[str, str]:
    """Say what a test message came to, and how that looks."""
    words = {"said": answer.words}
    if answer.code is None:
        return gettext("Nobody knows whether it arrived: there was no answer. Look into the channel."), "note"
    match webhook.meaning(answer.code, answer.words):
        case "taken":
            return gettext("It arrived. The answer was: %(said)s", **words), "good"
        case "again":
            return gettext("Not now: the other side is busy or broken. The answer was: %(said)s", **words), "note"
        case "gone":
            return gettext(
                "There is no such webhook, or it may not be used any more. The answer was: %(said)s", **words
            ), "note"
        case _:
            return gettext("The message was refused. The answer was: %(said)s", **words), "note"


def out_of_reach(reason: str) -> str:
    """Say that a test message could not be sent."""
    return gettext("It was not sent, since there is no way there: %(reason)s", reason=reason)
