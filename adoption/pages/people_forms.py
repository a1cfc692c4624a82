"""What the forms about one person share: what was typed, and the page again with what is wrong, or what was done."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import flash
from flask import redirect
from flask import request
from flask import url_for

from adoption import directory
from adoption import people_csv
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import people
from adoption.pages import people_faults
from adoption.pages import people_parts as parts

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.directory import Loaded
    from adoption.facts import Known
    from adoption.facts import Person


def looked_at_anew(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Let a view that puts a whole list together begin once more if somebody else has changed the facts meanwhile.

    So what two people add at the same moment is both there, and a double click is told nothing of a conflict.
    """

    @wraps(view)
    def looked(*given: Any, **more: Any) -> ResponseReturnValue:
        try:
            return view(*given, **more)
        except directory.OutdatedError:
            db.session.rollback()
            return view(*given, **more)

    return looked


def typed(*names: str) -> dict[str, str]:
    """Return what stands in these fields of a form, and why."""
    return {name: request.form.get(name, "").strip() for name in (*names, "why")}


def asked(number: int) -> tuple[Known, Person]:
    """Return the facts, and the person whom an address names."""
    known = parts.known()
    return known, parts.person(known, number)


def done(number: int, said: str, *, rescore: bool, anchor: str) -> ResponseReturnValue:
    """Commit, say so, and go back to a part of the page."""
    db.session.commit()
    said = parts.saved(said, parts.again(rescore))
    flash(said)
    return redirect(url_for("people.show", number=number, _anchor=anchor), HTTPStatus.SEE_OTHER)


def refused(number: int, form: str, typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    """Show the page with a form that could not be used, and what is wrong beside its fields; nothing is stored."""
    db.session.rollback()
    return people.page(number, form, typed, faults)


def finished(number: int, form: str, typed: Mapping[str, str], loaded: Loaded, said: str) -> ResponseReturnValue:
    """Commit what a list of one row did, or show what is wrong with it."""
    if loaded.faults:
        return refused(number, form, typed, people_faults.by_column(loaded.faults, typed))
    return done(
        number, said if loaded.changes else gettext("Nothing was different."), rescore=loaded.rescore, anchor=form
    )


def load(known: Known, one: Person, cells: Mapping[str, str], on: int) -> Loaded:
    """Store a list of one row; the caller commits."""
    people_list = people_csv.one({"email": one.email, **cells})
    return directory.load_people(people_list, on=on, by=parts.told(known))


def day(typed: Mapping[str, str], name: str, faults: dict[str, str], *, needed: bool = True) -> int | None:
    """Read a day of a form; what is wrong with it stands in ``faults``."""
    if not typed[name]:
        if needed:
            faults[name] = gettext("Choose a day.")
        return None
    try:
        return people_csv.day(typed[name])
    except people_csv.CellError as error:
        faults[name] = people_faults.said(str(error))
        return None


def numbers(*texts: str) -> tuple[int, int]:
    """Read the numbers that a form of ours carries.

    Raises:
        NotFoundError: it is not one of ours.
    """
    one, other = (
        int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000000") else -1 for text in texts
    )
    if min(one, other) < 0:
        raise NotFoundError
    return one, other
