"""What the pages of feeds say: kinds, settings, states, days, and what became of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import drawing
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.signals.feeds import Connected

KINDS: Mapping[str, tuple[Callable[[], str], Callable[[], str]]] = {
    "m365": (
        lambda: "Microsoft 365",
        lambda: gettext("Asked every quarter of an hour for its audit log (Management Activity API)."),
    ),
    "google": (
        lambda: "Google Workspace",
        lambda: gettext("Asked every quarter of an hour for the audit log of Drive (Reports API)."),
    ),
    "file": (
        lambda: gettext("Files"),
        lambda: gettext("Nothing is asked; somebody uploads exports of the audit log."),
    ),
}
# kind → setting → what it is called, and where it is found
SETTINGS: Mapping[str, Mapping[str, tuple[Callable[[], str], Callable[[], str]]]] = {
    "m365": {
        "tenant": (
            lambda: gettext("Directory (tenant) ID"),
            lambda: gettext("In Microsoft Entra, on the overview of the app registration."),
        ),
        "client": (
            lambda: gettext("Application (client) ID"),
            lambda: gettext("The app needs ActivityFeed.Read, granted by an administrator."),
        ),
        "secret": (
            lambda: gettext("Client secret"),
            lambda: gettext("Under certificates and secrets, the value and not the ID."),
        ),
    },
    "google": {
        "account": (
            lambda: gettext("Key file of the service account"),
            lambda: gettext("The JSON as Google gives it, with delegation for the scope admin.reports.audit.readonly."),
        ),
        "subject": (
            lambda: gettext("Address of an administrator"),
            lambda: gettext("In whose name the service account reads the reports."),
        ),
    },
}
DAYS: Mapping[str, Callable[[], str]] = {
    "whole": lambda: gettext("whole"),
    "part": lambda: gettext("begun, not whole yet"),
    "swept": lambda: gettext("deleted, as promised"),
    "missing": lambda: gettext("missing"),
}
FAULTS: Mapping[str, Callable[[], str]] = {
    "refused": lambda: gettext(
        "Access is refused. Check the settings, whether the secret has expired, and whether an administrator has "
        "granted the permission."
    ),
    "limited": lambda: gettext("It asked to come back later; it is asked again by itself."),
    "unreachable": lambda: gettext("It could not be reached; it is asked again by itself, less and less often."),
    "unreadable": lambda: gettext("It answered something that cannot be read; it is asked again by itself."),
    "sealed": lambda: gettext("Its secret was sealed with another SECRET_KEY. Enter it again."),
    "late": lambda: gettext(
        "It was out of reach for longer than it keeps its log. The days in between can only come by a file."
    ),
}
WRONG: Mapping[str, Callable[[], str]] = {
    "key": lambda: gettext("Write small Latin letters, digits, dots and dashes, at most 63."),
    "kind": lambda: gettext("Choose what it is."),
    "title": lambda: gettext("Write how people call it, at most 200 characters."),
    "account": lambda: gettext("Paste the whole key file: JSON with client_email, private_key and token_uri."),
}


class State(NamedTuple):
    """How a feed is: in a word, how that looks, and in a sentence; ``reason`` is what the suite said."""

    word: str
    look: str
    said: str
    reason: str = ""


def state(feed: Connected, *, individual: bool) -> State:
    """Say how a feed is; where detection is off, none is anything."""
    if not individual:
        said = gettext("Nothing is asked and nothing is kept while detection of single people is off.")
        return State(gettext("Detection is off"), "note", said)
    if feed.paused is not None:
        return State(gettext("Paused"), "note", gettext("Paused since %(moment)s.", moment=_when(feed.paused)))
    if feed.kind == "file":
        return State(gettext("By file"), "", gettext("It knows what the files say that are uploaded here."))
    return _failing(feed) if feed.fault is not None and feed.failures else _listening(feed)


def _failing(feed: Connected) -> State:
    again = gettext("Asked again %(moment)s.", moment=_when(feed.again)) if feed.again else ""
    word = gettext("Access refused") if feed.fault in {"refused", "sealed"} else gettext("Out of reach")
    return State(word, "note", f"{FAULTS[feed.fault or '']()} {again}".strip(), feed.fault_said)


def _listening(feed: Connected) -> State:
    if feed.heard is None:
        return State(gettext("Not asked yet"), "", gettext("It is asked for the first time within minutes."))
    said = gettext("Asked last %(moment)s.", moment=_when(feed.heard))
    more = f" {FAULTS[feed.fault]()}" if feed.fault is not None else ""
    return State(gettext("Listening"), "good", said + more)


def faults(found: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong with each field."""
    return {name: WRONG[name]() if name in WRONG else gettext("Fill this in.") for name in found}


def broken() -> str:
    """Say that a file breaks off."""
    return gettext("The file cannot be read to its end. What came before is stored; no day is whole by it.")


def loaded(records: int, found: int, bad: int, whole: int) -> list[str]:
    """Say what became of a file."""
    said = [
        ngettext("%(n)s record by a person was read.", "%(n)s records by people were read.", records),
        ngettext("%(n)s is about a registered workbook.", "%(n)s are about registered workbooks.", found)
        if found
        else gettext("None is about a registered workbook, so nothing of them is kept."),
    ]
    if bad:
        said.append(ngettext("%(n)s line cannot be read.", "%(n)s lines cannot be read.", bad))
    if whole:
        said.append(ngettext("%(n)s day is whole now.", "%(n)s days are whole now.", whole))
    else:
        said.append(gettext("No day was said to be whole, so nobody is said not to have edited anything."))
    return said


def _when(moment: int | None) -> str:
    return "" if moment is None else drawing.when(period.moment(moment))
