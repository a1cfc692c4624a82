"""What changes about a person, told field by field in the words of a file: for the preview and the journal.  Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from adoption.directory import spans
from adoption.directory.outcome import Change
from adoption.directory.outcome import Field
from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.directory.deciding import State
    from adoption.directory.leading import Managers
    from adoption.directory.spans import Span
    from adoption.directory.stored import Stored

    Reports = Mapping[int, Sequence[tuple[int, int]]]  # manager → (participant, first day no more)

FIELDS = ("name", "role", "manager", "team", "hired_on", "left_on", "identities", "employee_no", "unled")
SHOWN = 10  # people who are named in one field


class Words:
    """Tells what changes; ``managers`` are those of the people whom a list names, as it leaves them."""

    def __init__(self, stored: Stored, on: int, managers: Managers) -> None:
        self.emails = stored.emails()
        self.teams = {number: name for name, number in stored.teams.items()}
        self.on = on
        self._managers = stored.managers
        self._changed = managers

    def change(self, kind: str, line: int, email: str, before: State, after: State) -> Iterator[Change]:
        """Yield the change of one person; nothing where there is none."""
        old = dict.fromkeys(FIELDS) if kind == "new" else self._values(before)
        new = self._values(after)
        if old["left_on"] != new["left_on"]:
            old["unled"] = None if kind == "new" else self._unled(before, self._led_before)
            new["unled"] = self._unled(after, self._led_after)
        fields = [Field(name, old[name], new[name]) for name in FIELDS if old[name] != new[name]]
        if kind != "new":
            fields.extend(self._days({one.name for one in fields}, before, after))
        if fields or kind == "new":
            yield Change(kind, before.person.id, line, email, after.person.name, tuple(fields))

    def _values(self, one: State) -> dict[str, str | None]:
        person = one.person
        first, end = spans.stay(person.hired_on, person.left_on)
        day = min(max(self.on, first), end - 1)
        return {
            "name": person.name,
            "role": person.role,
            "manager": next((self.emails[led] for led in spans.held(one.managers, day)), None),
            "team": "; ".join(sorted(self.teams[team] for team in spans.held(one.spans, day))) or None,
            "hired_on": _day(person.hired_on),
            "left_on": _day(person.left_on),
            "identities": "; ".join(f"{source}={name}" for source, name in sorted(one.identities)) or None,
            "employee_no": person.employee_no,
            "unled": None,
        }

    def _days(self, told: set[str], before: State, after: State) -> Iterator[Field]:
        """Yield the days in teams and under managers, where they change and nothing that is told says why."""
        for name, reason, names, old, new in (
            ("team_days", "team", self.teams, before.spans, after.spans),
            ("manager_days", "manager", self.emails, before.managers, after.managers),
        ):
            if not told & {reason, "hired_on", "left_on"} and set(old) != set(new):
                yield Field(name, written(old, names), written(new, names))

    # --- whom nobody leads once their manager has left

    @cached_property
    def _led_before(self) -> Reports:
        return _reports(self._managers)

    @cached_property
    def _led_after(self) -> Reports:
        return _reports({**self._managers, **self._changed})

    def _unled(self, one: State, reports: Reports) -> str | None:
        """Name whom somebody still leads, by the directory, when they are no longer here."""
        day = one.person.left_on
        if day is None:
            return None
        names = sorted({self.emails[who] for who, ends in reports.get(one.person.id, ()) if ends > day})
        more = [f"… +{len(names) - SHOWN}"] if len(names) > SHOWN else []
        return "; ".join([*names[:SHOWN], *more]) or None


def _reports(managers: Managers) -> Reports:
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for who, line in managers.items():
        for manager, _, ends in line:
            found[manager].append((who, ends))
    return found


def written(line: Iterable[Span], names: Mapping[int, str]) -> str | None:
    """Write spans with their days, half-open, the earliest first: ``Sales 2026-01-05/2026-11-01; Care 2026-11-01/..``.

    Without any: ``None``.
    """
    ordered = sorted(line, key=lambda span: (span[1], names[span[0]]))
    return "; ".join(f"{names[one]} {days_text(starts, ends)}" for one, starts, ends in ordered) or None


def days_text(starts: int, ends: int) -> str:
    """Write the local days ``[starts, ends)``: ``2026-08-03/2026-08-17``, an open side as ``..``."""
    first = ".." if starts == EVER else date.fromordinal(starts).isoformat()
    return f"{first}/{'..' if ends == FOREVER else date.fromordinal(ends).isoformat()}"


def _day(day: int | None) -> str | None:
    return None if day is None else date.fromordinal(day).isoformat()
