"""Looks at somebody else's personal pages: each is in the journal, once for reader, person, page and day.

Whatever decides that something of a person is shown calls ``note``; that is all a page has to do.  When the answer is
ready, one hook writes what was noted, also for a request that only reads.  If it cannot be written, nothing is shown.

Looks at somebody's flag (``note_flag``) are not for the journal, which others read and from which nothing can be
deleted: they are in a table of their own, which the person alone reads and retention empties (docs/decisions/flags.md).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app
from flask import g
from flask import request
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import OperationalError

from adoption import auth
from adoption import clock
from adoption import journal
from adoption import statements
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal.reading import READ
from adoption.models import FlagLook
from adoption.models import JournalEntry
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask import Response
    from sqlalchemy import Connection

UNCHANGED = 304  # the browser has it
MANY = 10_000  # looks remembered at once


class Look(NamedTuple):
    """What was looked at: a page by its endpoint, its address, and in whose place."""

    page: str
    path: str
    behalf: int | None

    def written(self) -> dict[str, object]:
        """Return it as the journal keeps it."""
        kept: dict[str, object] = {"page": self.page, "path": self.path}
        return kept if self.behalf is None else kept | {"for": self.behalf}


class FlagLooked(NamedTuple):
    """Who was shown something of a flag, in whose place, on which page (an endpoint), when."""

    reader: int
    behalf: int | None
    page: str
    moment: int


def read(kept: str | None) -> Look:
    """Read a look as the journal keeps it."""
    try:
        found = json.loads(kept or "{}")
        return Look(str(found.get("page", "")), str(found.get("path", "")), found.get("for"))
    except (ValueError, AttributeError):  # somebody wrote it past us
        return Look("", "", None)


def init_app(app: Flask) -> None:
    """Write what was noted when an answer is ready."""
    app.extensions["looks"] = {}
    app.after_request(_keep)


def note(participant: int, behalf: int | None = None) -> None:
    """Note that the answer to the running request shows a personal page of a participant; one's own is no matter.

    ``behalf`` is in whose place it is seen.  A token that belongs to nobody is no reader.
    """
    if auth.caller().participant in {None, participant}:
        return
    g.setdefault("looked", {}).setdefault(participant, behalf)


def note_flag(participant: int, behalf: int | None = None) -> None:
    """Note that the answer to the running request shows something of a participant's flag; one's own is no matter."""
    if auth.caller().participant not in {None, participant}:
        g.setdefault("looked_at_flags", {}).setdefault(participant, behalf)


def at_flags(participant: int, since: int) -> list[FlagLooked]:
    """Return who looked at somebody's flag since a moment (UTC microseconds), the latest first."""
    columns = (FlagLook.reader, FlagLook.behalf, FlagLook.page, FlagLook.moment)
    query = select(*columns).where(FlagLook.participant == participant, FlagLook.moment >= since)
    return [FlagLooked(*row) for row in db.session.execute(query.order_by(FlagLook.id.desc()))]


def _keep(response: Response) -> Response:
    flags: dict[int, int | None] = g.pop("looked_at_flags", {})
    if flags and _shows(response):
        response = _kept(response, lambda: _write_flags(flags, request.endpoint or "", clock.now()))
    looked: dict[int, int | None] = g.pop("looked", {})
    if not looked or not _shows(response):
        return response
    now = clock.now()
    begins = _midnight(now)
    page = request.endpoint or ""
    looks = {participant: Look(page, request.path, behalf) for participant, behalf in looked.items()}
    remembered: dict[tuple[int | None, int, Look], int] = current_app.extensions["looks"]
    who = auth.caller().participant
    fresh = {one: look for one, look in looks.items() if remembered.get((who, one, look)) != begins}
    if fresh:
        response = _kept(response, lambda: _write(fresh, begins, now))
    if not _shows(response):
        return response
    if len(remembered) >= MANY:
        remembered.clear()
    remembered.update({(who, one, look): begins for one, look in fresh.items()})
    return response


def _shows(response: Response) -> bool:
    """Say whether an answer is the page itself, also one with a form that could not be used; else it leads elsewhere.

    An error in place of the page shows nothing, whatever its status.
    """
    elsewhere = 300 <= response.status_code < 400 and response.status_code != UNCHANGED  # noqa: PLR2004  # RFC 9110
    return not elsewhere and "refused" not in g


def _kept(response: Response, write: Callable[[], None]) -> Response:
    """Return the answer once what it shows is noted; the fault instead if it cannot be."""
    try:
        write()
    except (OperationalError, InterfaceError) as error:
        db.session.rollback()
        return current_app.make_response(current_app.handle_user_exception(error))
    return response


def _write_flags(looked: dict[int, int | None], page: str, now: int) -> None:
    """Write what is not there yet for reader, page and local day, and commit."""
    zone = current_app.extensions["settings"].organisation_zone
    reader, day = auth.caller().participant, period.local_day(zone)(now)
    same = (FlagLook.reader == reader, FlagLook.page == page, FlagLook.day == day)
    there = set(db.session.scalars(select(FlagLook.participant).where(*same)))
    rows = [(one, reader, looked[one], page, day, now) for one in sorted(looked) if one not in there]
    if rows:
        columns = ("participant", "reader", "behalf", "page", "day", "moment")
        statements.insert_new(begin_write(), "flag_look", columns, rows)
        db.session.commit()


def _write(looks: dict[int, Look], begins: int, now: int) -> None:
    """Write those that the journal has not yet since the day began, and commit."""
    connection, by = begin_write(), auth.caller().by
    journal.take_turn(connection)  # what is there is settled before it is read
    for participant, look in looks.items():
        thing = f"participant/{participant}"
        if look not in _there(connection, by.participant, thing, begins):
            journal.write(connection, by, READ, thing, after=look.written(), now=now)
    db.session.commit()


def _there(connection: Connection, reader: int | None, thing: str, begins: int) -> set[Look]:
    table = JournalEntry
    which = (table.thing == thing, table.action == READ, table.participant == reader, table.moment >= begins)
    return {read(kept) for kept in connection.scalars(select(table.after).where(*which))}


def _midnight(now: int) -> int:
    zone = current_app.extensions["settings"].organisation_zone
    return period.microseconds(period.moment(now).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0))
