"""The steps of the first run in words: what is there, what is missing, and where one goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.languages import gettext
from adoption.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.start import Seen


class Way(NamedTuple):
    """A page to go on: its address, and what its button says."""

    rule: str
    word: str


class Told(NamedTuple):
    """A step: its title, what is there, what to do about it, and where; the first page that exists is taken."""

    title: str
    said: str
    help: str
    ways: tuple[Way, ...] = ()


def source(there: Seen) -> Told:
    """Tell of the connection to the CRM."""
    if there.activities:
        said = ngettext("%(n)s activity received", "%(n)s activities received", there.activities)
    elif there.sources:
        said = gettext("Connected; nothing has arrived yet")
    else:
        said = gettext("Nothing is connected yet")
    helps = gettext(
        "Make a source, copy its address and its secret into your CRM, and send something. A minute later it is here."
    )
    word = gettext("Sources") if there.sources else gettext("Connect a source")
    return Told(gettext("Connect the CRM"), said, helps, (Way("/hr/sources", word),))


def people(there: Seen) -> Told:
    """Tell of people, and of accounts in the CRM that nobody is known by."""
    if there.strangers:
        said = ngettext("%(n)s account is nobody's yet", "%(n)s accounts are nobody's yet", there.strangers)
    else:
        said = ngettext("%(n)s person", "%(n)s people", there.people)
    helps = gettext(
        "Load your list of people. Accounts with the same e-mail address match by themselves; others wait in a queue."
    )
    queue = Way("/hr/people/unmatched", gettext("Match them"))
    everybody = Way("/hr/people", gettext("People"))
    return Told(gettext("Match people"), said, helps, (queue, everybody) if there.strangers else (everybody,))


def rule(there: Seen) -> Told:
    """Tell of the rules that are in the published book, and of drafts."""
    if there.incentives:
        said = ngettext("%(n)s rule is published", "%(n)s rules are published", there.incentives)
    elif there.drafts:
        said = ngettext("%(n)s draft, not published yet", "%(n)s drafts, none published yet", there.drafts)
    else:
        said = gettext("No rule yet")
    helps = gettext(
        "Begin with a pack, change its numbers to what your people do today plus a little, and publish it. What is new"
        " may begin today."
    )
    drafts = Way("/hr/book/drafts", gettext("Drafts"))
    packs = Way("/hr/book/packs", gettext("Choose a pack"))
    return Told(gettext("Pick a rule"), said, helps, (drafts, packs) if there.drafts else (packs,))


def trial(there: Seen) -> Told:
    """Tell whether somebody looked at what a draft would have done."""
    looked = there.kept.get("trial") == "done"
    said = gettext("Looked at") if looked else gettext("Not tried yet")
    helps = gettext(
        "Open a draft and try it on last month: whom it would have rewarded, at what cost. Nothing is written."
    )
    ways = (Way("/hr/book/drafts", gettext("Drafts")), Way("/hr/book/packs", gettext("Choose a pack")))
    return Told(gettext("Try it on last month"), said, helps, ways if there.drafts else ways[1:])


def reward(there: Seen) -> Told:
    """Tell of something one can eat, and of a place that gives it out."""
    vouchers = ngettext("%(n)s voucher to earn", "%(n)s vouchers to earn", there.vouchers)
    devices = ngettext("%(n)s device at a counter", "%(n)s devices at counters", there.devices)
    if not there.vouchers:
        helps = gettext("No published rule earns a voucher yet. The pack for the first weeks has a lunch in it.")
        ways = (Way("/hr/book/packs", gettext("Choose a pack")),)
    else:
        helps = gettext("Register a phone or tablet at the canteen: it shows whoever is there what to hand over.")
        ways = (Way("/counter/register", gettext("Register a device")),)
    return Told(gettext("A reward somebody can eat"), f"{vouchers} · {devices}", helps, ways)


def letter(there: Seen) -> Told:
    """Tell what became of the last letter to oneself."""
    said = {
        None: gettext("Not sent yet"),
        "sent": gettext("Sent"),
        "failed": gettext("Given up: the mail server refused it"),
        "skipped": gettext("Not sent in time"),
    }.get(there.letter, gettext("On its way"))
    helps = gettext(
        "Links to sign in come by letter, so letters must arrive. The outbox tells what the mail server said."
    )
    return Told(gettext("A test letter to yourself"), said, helps, (Way("/letters", gettext("Outbox")),))


def pilot(there: Seen) -> Told:
    """Tell how many were invited."""
    said = (
        ngettext("%(n)s person invited", "%(n)s people invited", there.invited)
        if there.invited
        else gettext("Nobody yet")
    )
    helps = gettext(
        "Choose a team to begin with. Everybody in it gets one letter that says what this is and how to sign in."
    )
    return Told(gettext("Invite a pilot team"), said, helps)


STEPS: Mapping[str, Callable[[Seen], Told]] = {
    "source": source,
    "people": people,
    "rule": rule,
    "trial": trial,
    "reward": reward,
    "letter": letter,
    "pilot": pilot,
}
