"""What the pages of audits share: who may open one, and their codes in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from flask import request

from adoption import auth
from adoption.audits import keeping
from adoption.audits import reading
from adoption.auth import ALL
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.languages import current
from adoption.languages import gettext
from adoption.languages import ngettext
from rules.audit import columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from sqlalchemy import Row

    from adoption.audits.keeping import Kept
    from adoption.audits.rows import Counts

    Words = Mapping[str, Callable[[], str]]

MAY = "audits:run"
LARGEST = 2**31 - 1  # numbers that a database has
PARTS: Words = {
    "name": lambda: gettext("Name"),
    "first_name": lambda: gettext("First name"),
    "last_name": lambda: gettext("Last name"),
    "company": lambda: gettext("Company"),
    "email": lambda: gettext("E-mail address"),
    "phone": lambda: gettext("Telephone number"),
    "last_contact": lambda: gettext("Last contact"),
    # say: of a column of a sheet: whose customer it is
    "owner": lambda: gettext("Whose customer"),
    "value": lambda: gettext("Amount"),
    "notes": lambda: gettext("Notes"),
}
LISTS: Words = {
    # say: of rows of a sheet
    "missing": lambda: gettext("Missing"),
    "probable": lambda: gettext("Probably found"),
    "nobodys": lambda: gettext("Nobody's"),
    "changed": lambda: gettext("Changed meanwhile"),
    "twice": lambda: gettext("In the sheet twice"),
    "put_off": lambda: gettext("Put off"),
    "closed": lambda: gettext("Closed"),
    "all": lambda: gettext("All rows"),
}
ABOUT: Words = {
    "missing": lambda: gettext("Nobody in the CRM is like them. The most valuable and the last spoken to come first."),
    "probable": lambda: gettext("Somebody in the CRM is like them. Look at both and say whether it is the same."),
    "nobodys": lambda: gettext(
        "Missing, and the sheet says of nobody that it is their customer. Give them to somebody."
    ),
    "changed": lambda: gettext(
        "Found, but the CRM says something else. Usually the CRM is right; else correct it there."
    ),
    "twice": lambda: gettext("The same customer stands further up in the sheet. Nothing is to do here."),
    "put_off": lambda: gettext("Put off by somebody. They are still to do."),
    "closed": lambda: gettext("What was to do and is done, by whom and how."),
    "all": lambda: gettext("Everything that the sheet holds, found or not."),
}
STATES: Mapping[str, tuple[Callable[[], str], str]] = {
    "open": (lambda: gettext("to do"), "note"),
    "put_off": (lambda: gettext("put off"), ""),
    "imported": (lambda: gettext("arrived"), "good"),
    "confirmed": (lambda: gettext("is the same"), "good"),
    "not_ours": (lambda: gettext("no customer of ours"), ""),
    "found": (lambda: gettext("found"), "good"),
    "agreed": (lambda: gettext("the CRM is right"), "good"),
    "twice": (lambda: gettext("twice"), ""),
}
WHY: Words = {
    "same_mail": lambda: gettext("the same e-mail address"),
    "same_mail_other_name": lambda: gettext("the same e-mail address, but another name"),
    "same_phone": lambda: gettext("the same number"),
    "same_phone_other_name": lambda: gettext("the same number, but another name"),
    "same_name_and_firm": lambda: gettext("the same name at the same company"),
    "like_name_near": lambda: gettext("a similar name at the same company or number"),
    "one_name_and_firm": lambda: gettext("one name of two is the same, at the same company"),
    "same_firm": lambda: gettext("somebody of the same company; the sheet names nobody there"),
    "same_name": lambda: gettext("the same name, and nothing else to compare"),
    "not_the_same": lambda: gettext("somebody said that it is not the one in the CRM"),
    "gone_again": lambda: gettext("was in the CRM, and is gone again"),
    "nothing_alike": lambda: gettext("nobody is like them"),
}
FAULTS: Mapping[str, Callable[[str], str]] = {
    "large": lambda n: gettext("The file is larger than %(n)s MB. Take out what is not needed, or split it.", n=n),
    "closed": lambda _n: gettext(
        "The workbook cannot be opened; perhaps it has a password. Save it as .xlsx without one."
    ),
    "empty": lambda _n: gettext("The file is empty. Its first rows must name the columns."),
    "damaged": lambda _n: gettext("The workbook is damaged. Open it, save it anew and try once more."),
    "bomb": lambda n: gettext("The workbook unpacks to %(n)s MB, which no table needs. Save the sheet as CSV.", n=n),
    "vast": lambda _n: gettext("The workbook takes more memory or time than a table may; save the sheet as CSV."),
    "row": lambda n: gettext("Row %(n)s cannot be read. Perhaps a quotation mark is never closed.", n=n),
    "NoCustomersError": lambda _n: gettext(
        "No column holds names, companies, e-mail addresses or telephone numbers. Is it the right file?"
    ),
    "NoColumnError": lambda _n: gettext(
        "Say which column holds the name, the company, the e-mail address or the telephone number."
    ),
    "broken": lambda _n: gettext("Something went wrong on our side."),
    "NoContactsError": lambda _n: gettext(
        "The CRM has told of no contact yet. Export the list of its contacts and upload it, too."
    ),
}
NOTES: Mapping[str, Callable[[str], str]] = {
    "sheet": lambda what: gettext(
        "The workbook has several sheets; this one is read: %(name)s. Save another as a file of its own.",
        name=what,
    ),
    "encoding": lambda what: gettext(
        "The file is written in an old way (%(encoding)s). Look whether the letters are right.", encoding=what
    ),
    "columns": lambda what: gettext(
        "The sheet has %(width)s columns; only the first %(most)s are read.", width=what, most=reading.WIDEST
    ),
    "rows": lambda what: gettext(
        "Only the first %(n)s rows are read. Split the file to have all of them looked at.", n=what
    ),
}
UNPAID: Words = {
    "does_not_count": lambda: gettext("Rows of this audit are not rewarded."),
    "not_assigned": lambda: gettext("Not rewarded: somebody else did it than the row was given to."),
    "own_doing": lambda: gettext("Not rewarded: it is a list of their own, or they took the row themselves."),
    "before": lambda: gettext("Not rewarded: it was done before the row was given to them."),
}


def me() -> int:
    """Return the number of who is asking."""
    who = auth.caller().participant
    if who is None:
        raise ForbiddenError
    return who


def leads() -> bool:
    """Say whether who is asking looks after the audits of the organisation."""
    return auth.caller().reach(MAY) is ALL


def opened(number: int) -> Kept:
    """Return an audit that whoever asks may open.

    Raises:
        NotFoundError: there is none, or it is somebody's own: nobody learns which.
    """
    if number > LARGEST:
        raise NotFoundError
    return keeping.opened(number, me(), leads=leads())


def fault(error: Exception) -> str:
    """Say what is wrong with a file, in the language of who reads it."""
    code = getattr(error, "fault", type(error).__name__)
    return said_fault(str(code), str(getattr(error, "about", "")), str(error))


def said_fault(code: str, about: str = "", other: str = "") -> str:
    """Say a fault by its code; one that is unknown in the words it came with."""
    return FAULTS[code](about) if code in FAULTS else other or code


def notes(kept: Kept) -> list[str]:
    """Return the remarks about how a file was read."""
    return [NOTES[code](about) for code, about in kept.seen.get("notes", ()) if code in NOTES]


def given(name: str) -> tuple[bytes | None, str]:
    """Return a file of the form and what it is called; ``None`` if none was chosen."""
    file = request.files.get(name)
    if file is None:
        return None, ""
    raw = file.stream.read(reading.LARGEST + 1)
    file.close()  # a large one lies in a file until now
    return raw if raw or file.filename else None, file.filename or ""


def country() -> str:
    """Return the calling code of numbers without one."""
    return str(current_app.extensions["settings"].calling_code)


def part(code: str) -> str:
    """Name a part of a customer."""
    return PARTS[code]()


def parts() -> list[tuple[str, str]]:
    """Return the parts of a customer with their names."""
    return [(code, PARTS[code]()) for code in columns.PARTS]


def lead(counted: Counts) -> str:
    """Say in one sentence how an audit stands."""
    if not counted.rows:
        return gettext("The sheet holds no customer.")
    if not counted.todo:
        return (
            gettext("Nothing is lost: every customer of this sheet is in the CRM, or is none of ours.")
            if counted.ever
            else gettext("Nothing was lost: every customer of this sheet is in the CRM.")
        )
    missing = counted.todo - counted.lists["probable"]
    if not missing:
        return ngettext(
            "%(n)s customer is probably in the CRM; look whether it is the same.",
            "%(n)s customers are probably in the CRM; look whether they are the same.",
            counted.todo,
        )
    return ngettext(
        "%(n)s of %(all)s customers is not in the CRM.",
        "%(n)s of %(all)s customers are not in the CRM.",
        missing,
        all=current().number(counted.rows),
    )


def changes(row: Row[Any]) -> list[tuple[str, str, str, bool]]:
    """Return side by side what the sheet and the CRM say: part, both, and whether they differ."""
    differ = set(row.changed.split())
    pairs = [
        (name, getattr(row, name), getattr(row, f"contact_{name}")) for name in ("name", "company", "email", "phone")
    ]
    return [(PARTS[name](), ours, theirs, name in differ) for name, ours, theirs in pairs if ours or theirs]


def amount(written: str) -> str:
    """Write an amount as people do; nothing if there is none."""
    return current().number(Decimal(written)) if written else ""


def day(written: str) -> str:
    """Write a day of a sheet as people do; what is none as it stands there."""
    try:
        return current().day(date.fromisoformat(written).toordinal(), "full") if written else ""
    except ValueError:
        return written
