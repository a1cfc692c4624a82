"""Made-up activity of a made-up company: the same for the same numbers, one JSON line an activity, in order of time.

Contacts live as they do: created, completed, called, given a next step; some become deals.  Records of the last weeks
are active, old ones rarely.
"""

from __future__ import annotations

import json
import random
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
SOURCE = "crm"
BOOK = """
[milestone."contact.developed"]
record = "contact"
[[milestone."contact.developed".needs]]
key = "reachable"
on = ["contact.created", "contact.updated"]
where = { any = [{ field = "email", filled = true }, { field = "phone", filled = true }] }
[[milestone."contact.developed".needs]]
key = "talked-to"
on = ["call.completed", "meeting.completed", "email.sent"]
[[milestone."contact.developed".needs]]
key = "next-step"
on = ["task.created"]

[metric.developed-contacts]
counts = "contact.developed"
measure = "distinct"
of = "subject"
[metric.new-contacts]
counts = "contact.created"
[metric.calls]
counts = "call.completed"
[metric.long-calls]
counts = "call.completed"
where = { field = "minutes", at_least = 10 }
[metric.next-steps]
counts = "task.created"
[metric.active-days]
counts = ["contact.created", "call.completed", "task.created", "deal.won"]
measure = "days"
[metric.deals-won]
counts = "deal.won"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"

[reward.free-lunch]
kind = "voucher"
title = "Free lunch"
[reward.early-break]
kind = "time_off"
title = "Earlier break"
minutes = 10
[reward.points]
kind = "points"
title = "Points"
points = 10

[incentive.ten-contacts-lunch]
title = "Ten developed contacts"
metric = "developed-contacts"
every = 10
per = "week"
at_most = 2
earns = ["free-lunch", "early-break"]
[incentive.three-deals]
title = "Three deals"
metric = "deals-won"
reach = 3
per = "month"
earns = "points"
[incentive.twenty-calls]
title = "Twenty calls a day"
metric = "calls"
every = 20
per = "week"
at_most = 3
earns = "points"
"""


def people(count: int) -> list[str]:
    """Return the actors: ``u0``, ``u1`` and so on."""
    return [f"u{number}" for number in range(count)]


def activities(count: int, *, actors: int = 300, seed: int = 1, first: int = 0) -> Iterator[bytes]:
    """Yield ``count`` activities as JSON lines, from number ``first`` on."""
    chance = random.Random(seed)
    record = first // 5
    at = START + timedelta(seconds=first * 2)
    for number in range(first, first + count):
        at += timedelta(seconds=2)
        if number % 5 == 0:
            record += 1
            kind, subject = "contact.created", f"contact/{record}"
            data = {"name": f"Contact {record}", "owner": f"u{record % actors}"}
            if record % 3:
                data["email"] = f"c{record}@example.com"
        else:
            subject = f"contact/{max(1, record - chance.randrange(400))}"
            kind, data = _later(chance, record)
            if kind == "deal.won":
                subject = f"deal/{number}"
        actor = f"u{(record * 7 + number % 5 // 3) % actors}"
        event = {
            "specversion": "1.0",
            "source": SOURCE,
            "id": f"evt-{number:09d}",
            "type": kind,
            "time": at.isoformat(),
            "subject": subject,
            "actor": actor,
            "data": data,
        }
        yield json.dumps(event).encode()


def _later(chance: random.Random, record: int) -> tuple[str, dict[str, object]]:
    roll = chance.random()
    if roll < 0.3:
        return "call.completed", {"minutes": chance.randrange(1, 30), "outcome": "reached"}
    if roll < 0.6:
        return "task.created", {"title": "Call back", "due": "2026-12-01"}
    if roll < 0.8:
        return "contact.updated", {"phone": f"+3120{record:07d}", "company": f"Company {record % 900}"}
    if roll < 0.9:
        return "email.sent", {"subject": "Our offer"}
    return "deal.won", {"amount": f"{chance.randrange(100, 90000)}.{chance.randrange(100):02d}", "currency": "EUR"}
