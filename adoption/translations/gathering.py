"""Which messages the code and the templates hold.  For developers and tests; nothing here runs in the service."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from babel.messages.pofile import write_po

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
PACKAGE = HERE.parent
METHODS = [("templates/**", "jinja2"), ("**.py", "python")]
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2)}
OPTIONS = {"templates/**": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
COMMENT = "say:"  # a comment that begins so is for the translator
WIDTH = 110
HEADER = "# What Spoonful says.  The English text is the message's name; `make catalogues` keeps this list complete."
CHANGING = ('"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Report-Msgid', '"Generated-By')


def gathered() -> Catalog:
    """Return every message, with the files that say it.

    Raises:
        ValueError: a message is said in one place with a number and in another without; a catalogue has room for one.
    """
    found = Catalog(project="Spoonful", charset="utf-8")
    for file, _, message, comments, context in extract_from_dir(
        PACKAGE, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=(COMMENT,)
    ):
        known = found.get(message, context)
        if known is not None and known.pluralizable != isinstance(message, tuple):
            raise ValueError(message)
        found.add(message, locations=[(f"adoption/{file}", 0)], auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """Return a language's catalogue as it is kept; an empty one before it was first written."""
    file = HERE / f"{language}.po"
    if not file.exists():
        return _empty(language)
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def untranslated(kept: Catalog) -> list[str]:
    """Return the messages of a catalogue that lack a translation, or one of its plural forms."""
    lacking = []
    for message in kept:
        said = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        if message.id and (message.fuzzy or not said or not all(said)):
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return lacking


def _empty(language: str) -> Catalog:
    return Catalog(locale=language, project="Spoonful", charset="utf-8", header_comment=HEADER, fuzzy=False)


def bring_up_to_date(language: str) -> Catalog:
    """Add new messages to a catalogue, untranslated, drop those that nobody says any more, and write it."""
    before, kept = catalogue(language), _empty(language)
    for message in gathered():
        if message.id:
            known = before.get(message.id, message.context)
            same = known is not None and not known.fuzzy and known.pluralizable == message.pluralizable
            said = known.string if known is not None and same else None
            kept.add(message.id, said, message.locations, message.flags, message.auto_comments, context=message.context)
    packed = io.BytesIO()
    write_po(packed, kept, width=WIDTH, sort_output=True, include_lineno=False)
    lines = packed.getvalue().decode().splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith(CHANGING))
    (HERE / f"{language}.po").write_text(text, encoding="utf-8")
    return kept
