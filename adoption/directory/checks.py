"""What is wrong with a list of people only because of what is stored already."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from adoption.auth.roles import GUARDED
from adoption.directory import leading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from adoption.directory.outcome import Told
    from adoption.directory.spans import Span
    from adoption.directory.stored import Stored
    from adoption.people_csv import Fault
    from adoption.people_csv import People

DATED = {"manager", "hired_on", "left_on"}  # columns that say who leads whom on which days
SHOWN = 5  # people of a circle that are named


def faults(people: People, stored: Stored, on: int, by: Told | None = None) -> list[Fault]:
    """Return every fault of a list that counts from a local day; ``by`` is who loads it, where that matters."""
    found = [*_taken(people, stored), *_numbered(people, stored), *_reversed(people, stored)]
    if by is not None:
        found.extend(_appointed(people, stored, by))
    whole = all(fault.column not in (None, people.labels.get("email", "email")) for fault in people.faults)
    if whole and DATED & people.columns:  # else a row that could not be read may be the manager's
        found.extend(_unknown(people, stored))
        found.extend(_circles(people, stored, on))
    return found


def _taken(people: People, stored: Stored) -> Iterator[Fault]:
    """Find identities of somebody whom the list does not name, and so cannot take them from."""
    if "identities" not in people.columns:
        return
    emails = stored.emails()
    listed = {row.email for row in people.rows}
    for row in people.rows:
        for source, name in row.identities:
            owner = emails.get(stored.identities.get((source, name), 0), row.email)
            if owner not in listed:
                message = f"{source}={name} belongs to {owner}, who is not in this file"
                yield people.fault(row.line, "identities", message)


def _numbered(people: People, stored: Stored) -> Iterator[Fault]:
    """Find employee numbers of somebody whom the list does not name: payroll would pay the one for the other."""
    if "employee_no" not in people.columns:
        return
    listed = {row.email for row in people.rows}
    owners = {one.employee_no: email for email, one in stored.people.items() if email not in listed}
    for row in people.rows:
        if row.employee_no is not None and row.employee_no in owners:
            message = f"{row.employee_no} is the number of {owners[row.employee_no]}, who is not in this file"
            yield people.fault(row.line, "employee_no", message)


def _appointed(people: People, stored: Stored, by: Told) -> Iterator[Fault]:
    """Find roles that are not for whoever loads the list to give: their own, and those that take an administrator."""
    if "role" not in people.columns:
        return
    for row in people.rows:
        known = stored.people.get(row.email)
        before = known.role if known else "employee"
        if row.role == before:
            continue
        if row.email == by.email:
            yield people.fault(row.line, "role", f"nobody changes their own role: yours is {before}")
        elif not by.admin and (guarded := GUARDED & {row.role, before}):
            named = ", ".join(sorted(guarded))
            message = f"only an administrator gives or takes the role {named}; leave it out, and ask one"
            yield people.fault(row.line, "role", message)


def _reversed(people: People, stored: Stored) -> Iterator[Fault]:
    """Find people who would leave before they came, where the list has only one of the two days."""
    both = {"hired_on", "left_on"}
    given = both & people.columns
    if len(given) != 1:
        return
    (column,) = given
    for row in people.rows:
        known = stored.people.get(row.email)
        if known is None:
            continue
        hired = row.hired_on if column == "hired_on" else known.hired_on
        left = row.left_on if column == "left_on" else known.left_on
        if hired is not None and left is not None and left < hired:
            days = f"hired on {date.fromordinal(hired)}, but left on {date.fromordinal(left)}"
            (other,) = both - given
            yield people.fault(row.line, column, f"{days} ({other} is stored; list that column too)")


def _unknown(people: People, stored: Stored) -> Iterator[Fault]:
    listed = {row.email for row in people.rows}
    for row in people.rows:
        if row.manager is not None and row.manager not in listed and row.manager not in stored.people:
            yield people.fault(
                row.line, "manager", f"nobody is called {row.manager}, neither here nor in the directory"
            )


def _circles(people: People, stored: Stored, on: int) -> Iterator[Fault]:
    """Find people who would be, by some steps and on one day, their own managers."""
    known = {email: one.id for email, one in stored.people.items()}
    numbers = dict(known)
    for place, row in enumerate(people.rows, start=1):
        numbers.setdefault(row.email, -place)
    managers: dict[int, Sequence[Span]] = dict(stored.managers)
    for row in people.rows:
        number, manager = numbers[row.email], numbers.get(row.manager or "")
        former = stored.managers.get(number, [])
        managers[number] = leading.after(row, people.columns, stored.people.get(row.email), former, manager, on)
    emails = {number: email for email, number in numbers.items()}
    lines = {row.email: row.line for row in people.rows}
    for circle in leading.circles(managers):
        names = [emails[number] for number in circle.people]
        listed = [email for email in names if email in lines]
        if listed:
            first = min(listed, key=lines.__getitem__)
            yield people.fault(lines[first], "manager", _circle(names, names.index(first), circle.day, on))


def _circle(names: list[str], start: int, day: int, on: int) -> str:
    named = [*names[start:], *names[: start + 1]]
    if len(named) > SHOWN + 1:
        named[SHOWN:-1] = ["…"]
    said = " reports to ".join(named)
    return f"a circle: {said}" if day <= on else f"a circle from {date.fromordinal(day)} on: {said}"
