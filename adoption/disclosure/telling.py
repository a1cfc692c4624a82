"""The privacy pack: what is so, said in the language that is spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from flask import current_app

from adoption import languages
from adoption.disclosure import closing
from adoption.disclosure import opening
from adoption.disclosure import ruling
from adoption.disclosure.blocks import Pack
from adoption.disclosure.blocks import Section
from adoption.disclosure.configuration import digest
from adoption.languages import gettext
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.disclosure.versions import Version


def pack(what: Mapping[str, Any], version: Version | None, now: int) -> Pack:
    """Say a configuration; ``version`` is the newest that was noted, and perhaps not yet this one."""
    organisation = current_app.extensions["settings"].organisation_name
    sections = (
        Section("short", gettext("In short"), opening.short(what)),
        Section("processed", gettext("What is processed about spreadsheet work"), opening.processed(what)),
        Section("purpose", gettext("What for"), opening.purpose()),
        Section("rules", gettext("By which rules"), ruling.rules(what)),
        Section("readers", gettext("Who sees what"), opening.readers(what)),
        Section("decides", gettext("Who decides"), closing.decides(what)),
        Section("kept", gettext("For how long"), closing.kept(what)),
        Section("never", gettext("What never happens"), closing.never()),
        Section("rights", gettext("What everybody can do"), closing.rights(what)),
        Section("looks", gettext("Every look is noted"), closing.looks()),
        Section("law", gettext("To be confirmed with a lawyer"), closing.law()),
        Section("everything", gettext("Everything that Spoonful keeps about people"), closing.everything()),
    )
    title = gettext("What %(organisation)s does with data about people in Spoonful", organisation=organisation)
    return Pack(title, _notes(what, version, now), sections)


def _notes(what: Mapping[str, Any], version: Version | None, now: int) -> tuple[str, ...]:
    tongue, hashed = languages.current(), digest(what)
    if version is not None and version.hash == hashed:
        when = tongue.moment(period.moment(version.made))
        said = gettext("Version %(n)s, of %(when)s.", n=tongue.number(version.number), when=when)
    else:
        said = gettext("As of %(when)s; not noted as a version yet.", when=tongue.moment(period.moment(now)))
    return said, gettext("SHA-256 of the configuration: %(hash)s", hash=hashed)
