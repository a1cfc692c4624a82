"""How participants want to be addressed and shown."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import select

from adoption import statements
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Preference
from rules.standing import SHOWN
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Select

THEMES = ("light", "dark")
ALIAS_LENGTH = 40
_FIELDS = ("language", "theme", "shown", "alias", "welcomed")


class UnknownChoiceError(RefusedError):
    """There is no such choice."""


class AliasError(RefusedError):
    """This cannot be an alias."""


class Preferences(NamedTuple):
    """What a participant has chosen.  ``language`` and ``theme``: ``None`` follows the browser and the system."""

    language: str | None = None
    theme: str | None = None
    shown: str = "name"
    alias: str | None = None
    welcomed: int | None = None


def of(participant: int) -> Preferences:
    """Return what a participant has chosen, or the defaults."""
    row = db.session.execute(_query([participant])).first()
    return Preferences(*row[1:]) if row else Preferences()


def of_all(participants: Iterable[int]) -> Mapping[int, Preferences]:
    """Return the choices of those who have made any; one query."""
    wanted = sorted(set(participants))
    rows = db.session.execute(_query(wanted)) if wanted else ()
    return {row[0]: Preferences(*row[1:]) for row in rows}


def _query(participants: list[int]) -> Select[*tuple[Any, ...]]:
    table = Preference
    fields = (table.language, table.theme, table.shown, table.alias, table.welcomed)
    return select(table.participant, *fields).where(table.participant.in_(participants))


def choose(participant: int, **chosen: str | int | None) -> None:
    """Store some choices, and leave the others.  The caller commits.

    Raises:
        UnknownChoiceError: there is no such language, theme or way to be shown.
        AliasError: an alias is empty, too long, or cannot be printed.
    """
    connection = begin_write()
    kept = of(participant)
    if chosen.get("alias") is not None:
        chosen["alias"] = _alias(str(chosen["alias"]))
    wanted = kept._replace(**chosen)  # type: ignore[arg-type]  # checked below
    known = wanted.language in {None, *LANGUAGES} and wanted.theme in {None, *THEMES} and wanted.shown in SHOWN
    if not known:
        raise UnknownChoiceError
    if wanted.shown == "alias" and not wanted.alias:
        raise AliasError
    statements.put(connection, "preference", ("participant",), _FIELDS, [(participant, *wanted)])


def _alias(text: str) -> str | None:
    """Return an alias as it is stored: one line, without what looks empty; ``None`` for nothing at all."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > ALIAS_LENGTH or not name.isprintable():
        raise AliasError
    return name or None
