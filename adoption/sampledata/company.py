"""Who works in the company of the sample data, and what they did in the last eight weeks: the same for the same day."""

from __future__ import annotations

import csv
import io
import random
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from rules import period
from rules import sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.facts import Known

DAYS = 56
# Team → its people, the manager first, each with how many contacts they enter on a day.
PEOPLE: Mapping[str, Sequence[tuple[str, float]]] = {
    "Sample North": (("Mia", 0.4), ("Noah", 2.6), ("Lena", 2.1), ("Omar", 1.4), ("Anna", 1.0), ("Ivan", 0.5)),
    "Sample South": (("Lucia", 0.5), ("Marco", 1.9), ("Ines", 1.6), ("Joao", 0.9), ("Elena", 0.6), ("Rui", 0.2)),
    "Sample Care": (("Grace", 0.4), ("Wei", 2.3), ("Priya", 1.3), ("Sam", 0.8), ("Zofia", 0.6), ("Emil", 0.3)),
}
FIRMS = ("Oak & Sons", "Blue Harbour", "Nordlicht", "Petit Pont", "Aurora Foods", "Kiwi Labs", "Stone Bridge")
OPENS, MINUTES = time(9), 500  # the working day, and how long it lasts
STEP = timedelta(minutes=9)  # between two things that are done about one contact
LATE = 120 * period.SECOND  # between what happens and its arrival
MOST = 0.92  # how likely most things are


class Happened(NamedTuple):
    """Something that somebody did: when (UTC microseconds), and the activity as it is sent."""

    moment: int
    event: Mapping[str, Any]


def people() -> bytes:
    """Return the list of people, as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("email", "name", "team", "manager", "role", "identities"))
    for team, members in PEOPLE.items():
        leader = address(members[0][0])
        for place, (name, _) in enumerate(members):
            above, role = ("", "manager") if place == 0 else (leader, "employee")
            account = f"{sample.SOURCE}={name.lower()}"
            writer.writerow((address(name), f"{name} Sample", team, above, role, account))
    return out.getvalue().encode()


def address(name: str) -> str:
    """Return somebody's e-mail address, under which nobody can be reached."""
    return f"{name.lower()}{sample.DOMAIN}"


def life(known: Known, now: int) -> list[Happened]:
    """Return what everybody did in the eight weeks up to a moment (UTC microseconds), in order of time."""
    today = known.today(now)
    chance = random.Random(f"sample {today}")  # noqa: S311  # a story, not a secret
    numbers = count(1)
    found: list[Happened] = []
    for members in PEOPLE.values():
        for name, zeal in members:
            for day in range(today - DAYS, today + 1):
                if known.calendar.works(day) and chance.random() < min(MOST, 0.45 + zeal / 2):
                    grown = zeal * (0.6 + 0.6 * (day - today + DAYS) / DAYS)  # most get used to it
                    opens = datetime.combine(date.fromordinal(day), OPENS, known.zone)
                    found += _day(chance, opens, name.lower(), grown, numbers)
    past = [one for one in found if one.moment < now - LATE]
    return sorted(past, key=lambda one: (one.moment, one.event["id"]))


def _day(chance: random.Random, opens: datetime, actor: str, zeal: float, numbers: Iterator[int]) -> Iterator[Happened]:
    """Yield what somebody did on a day: a call or a note, and contacts, each followed up as far as the day went."""
    contacts = int(zeal) + (chance.random() < zeal % 1) + chance.choice((-1, 0, 0, 1))
    for place in range(max(0, contacts) + 1):
        number = f"{next(numbers):05}"
        moment = opens + timedelta(minutes=chance.randrange(MINUTES))
        steps = _contact(chance, actor, number) if place else _small(chance)
        for step, (kind, data) in enumerate(steps):
            when = moment + step * STEP
            event = {
                "specversion": "1.0", "source": sample.SOURCE, "id": f"{number}-{step}", "type": kind,
                "time": when.isoformat(), "subject": f"contact/sample-{number}", "actor": actor, "data": data,
            }  # fmt: skip  # a line for what it is, one for what it is about
            yield Happened(period.microseconds(when), event)


def _small(chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the one thing that everybody does on a day."""
    yield chance.choice((("note.created", {"text": "Sample note"}), ("call.completed", {"outcome": "reached"})))


def _contact(chance: random.Random, actor: str, number: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the steps with one contact: found, completed, talked to, given a next step; most go all the way."""
    card = {"name": f"Sample contact {number}", "company": chance.choice(FIRMS), "owner": actor}
    yield "contact.created", card
    if chance.random() < MOST:
        yield "contact.updated", card | {"email": f"contact{number}{sample.DOMAIN}"}
    if chance.random() < MOST:
        yield chance.choice(("call.completed", "call.completed", "meeting.completed")), {"outcome": "reached"}
        if chance.random() < MOST:
            yield "task.created", {"title": "Sample next step"}
