"""Words of the pack: states of a flag, readers, families of evidence, rules of the register, places that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption.languages import gettext

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    Words = Mapping[str, Callable[[], str]]

STATES: Words = {
    "none": lambda: gettext("nothing"),
    "hint": lambda: gettext("a private hint"),
    "suspected": lambda: gettext("a question, told to the person alone"),
    "flagged": lambda: gettext("could use a hand"),
    "helping": lambda: gettext("help was chosen"),
    "recovering": lambda: gettext("on the way"),
    "recovered": lambda: gettext("done"),
    "contested": lambda: gettext("contested"),
    "dismissed": lambda: gettext("put aside"),
    "paused": lambda: gettext("paused: away, or a feed is missing"),
    "expired": lambda: gettext("expired"),
}
READERS: Words = {
    "person": lambda: gettext("the person"),
    "lead": lambda: gettext("an adoption lead"),
    "manager": lambda: gettext("the manager"),
}
FAMILIES: Words = {
    "activity": lambda: gettext("Live work"),
    "lateness": lambda: gettext("Late entries"),
    "batch": lambda: gettext("Entries in one batch"),
    "round_trip": lambda: gettext("Export and import"),
    "sheets": lambda: gettext("Registered workbooks"),
}
RULES: Words = {
    "file": lambda: gettext("by the file"),
    "folder": lambda: gettext("by the folder"),
    "label": lambda: gettext("by a label"),
    "name": lambda: gettext("by a part of the name"),
}
# The first step of a place in the configuration, or the first two: what has changed.
PLACES: Words = {
    "detection": lambda: gettext("Individual detection"),
    "processed.sources": lambda: gettext("Connected CRMs"),
    "processed.activities": lambda: gettext("Kinds of activities that are counted"),
    "processed.feeds": lambda: gettext("Feeds of office suites"),
    "processed.workbooks": lambda: gettext("Registered workbooks"),
    "processed.tables": lambda: gettext("Kinds of data that are kept"),
    "families": lambda: gettext("Families of evidence"),
    "rules": lambda: gettext("Rules and thresholds"),
    "score": lambda: gettext("The adoption score"),
    "check_in": lambda: gettext("The check-in about low use"),
    "readers": lambda: gettext("Who sees which state"),
    "decides": lambda: gettext("What only a person decides"),
    "waits": lambda: gettext("Days to wait and to answer"),
    "expires": lambda: gettext("When a question expires"),
    "periods": lambda: gettext("For how long it is kept"),
    "least": lambda: gettext("The smallest group with figures"),
    "may": lambda: gettext("Roles and what they may see"),
    "zone": lambda: gettext("Time zone"),
}


def said(words: Words, code: str) -> str:
    """Say a code in words; one that is unknown stays as it is."""
    return words[code]() if code in words else code


def place(written: str) -> str:
    """Say what a place of the configuration is about."""
    first, _, rest = written.partition(".")
    two = f"{first}.{rest.partition('.')[0].partition('[')[0]}"
    return said(PLACES, two if two in PLACES else first)
