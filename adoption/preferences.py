"""How participants want to be addressed and shown."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from adoption import languages
from adoption import statements
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Participant
from adoption.models import Preference
from rules.likeness import EMPTY
from rules.likeness import likeness
from rules.likeness import likenesses
from rules.standing import SHOWN
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Select

THEMES = ("light", "dark")
ALIAS_LENGTH = 40
MOST_MARKS = 2  # accents on one letter
_FIELDS = ("language", "theme", "shown", "alias", "welcomed", "likeness")


class UnknownChoiceError(RefusedError):
    """There is no such choice."""


class AliasError(RefusedError):
    """This cannot be an alias."""


class AliasTakenError(AliasError):
    """Somebody here is called that already, or so similarly that one could be taken for the other."""


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

    An alias stays its bearer's while they are shown under their name, so that nobody takes it over.

    Raises:
        UnknownChoiceError: there is no such language, theme or way to be shown.
        AliasError: an alias is empty, too long, or cannot be read.
        AliasTakenError: somebody else is called that.
    """
    if chosen.get("alias") is not None:
        chosen["alias"] = alias = checked_alias(str(chosen["alias"]))
        if alias and _is_somebody(participant, alias):  # everybody's names are read before others wait for us
            raise AliasTakenError
    connection = begin_write()
    mine = (participant, *Preferences(), None)
    statements.insert_new(connection, "preference", ("participant", *_FIELDS), [mine])
    statements.find(connection, "preference", ("participant",), ("participant",), [(participant,)], lock=True)
    wanted = of(participant)._replace(**chosen)  # type: ignore[arg-type]  # checked below
    known = wanted.language in {None, *LANGUAGES} and wanted.theme in {None, *THEMES} and wanted.shown in SHOWN
    if not known:
        raise UnknownChoiceError
    if wanted.shown == "alias" and not wanted.alias:
        raise AliasError
    looks = likeness(wanted.alias) if wanted.alias else None
    try:
        statements.put(connection, "preference", ("participant",), _FIELDS, [(participant, *wanted, looks)])
    except IntegrityError:  # another alias looks like this one
        db.session.rollback()
        raise AliasTakenError from None


def checked_alias(text: str) -> str | None:
    """Return an alias as it is stored: one line of what can be read; ``None`` for nothing at all.

    Raises:
        AliasError: it is too long, or holds what cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        return None
    marks = 0
    for letter in unicodedata.normalize("NFD", name):
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MOST_MARKS or letter in EMPTY:
            raise AliasError
    if len(name) > ALIAS_LENGTH or not name.isprintable() or not likeness(name):
        raise AliasError
    return name


def _is_somebody(participant: int, alias: str) -> bool:
    """Say whether an alias looks like somebody else's name or address, or like the word for oneself on a board."""
    looks = likenesses(alias)
    if looks & {likeness(languages.tongue(code).gettext("You")) for code in LANGUAGES}:
        return True
    people = db.session.execute(select(Participant.name, Participant.email).where(Participant.id != participant))
    return any(likeness(name) in looks or likeness(email) in looks for name, email in people)
