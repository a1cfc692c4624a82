"""A second source of the demo: a help desk that posts closed tickets to a hook, with everything that can go wrong."""

from __future__ import annotations

import json
from typing import Any

from adoption import auth
from adoption import intake
from adoption.connectors import verification
from adoption.extensions import db
from adoption.journal import By
from adoption.sources import deliveries
from adoption.sources import proving
from adoption.sources import reading
from adoption.sources import registry
from adoption.sources.deliveries import TurnedAway
from rules import period

KEY = "helpdesk"
BY = By(None, "flask demo")
MINUTE = 60 * period.SECOND
LARGEST = 1_000_000  # bytes, far more than it posts
JSON = "application/json"
MAPPING = """# The help desk posts { "tickets": [ … ] } whenever tickets change; closed ones are activities.
items = "tickets"

[activity]
type    = { path = "state", table = { closed = "ticket.closed" }, otherwise = "skip" }
id      = { text = "{number}:{closed_at}" }
time    = { path = "closed_at" }
subject = { text = "ticket/{number}" }
actor   = { path = "agent", lower = true }
[activity.data]
title   = { path = "title" }
"""
TITLES = ("Invoice of October", "Cannot sign in", "New delivery address", "Price list in Chinese", "Where is my order?")


def deliver(agents: list[str], now: int) -> None:
    """Connect the help desk and let it post for a day; ``agents`` are addresses of people who close tickets."""
    auth.create_token("Leaderboard on the intranet", ["boards:read"], email=None, now=now - 1_440 * MINUTE, by=BY)
    db.session.commit()
    secret = registry.connect(KEY, "secret", MAPPING, None, by=BY, now=now - 3 * 1_440 * MINUTE)
    db.session.commit()
    for number in reversed(range(14)):
        minutes = 20 + 95 * number
        _post(secret, [_ticket(40 - number, agents[number % len(agents)], now - (minutes + 4) * MINUTE)], now, minutes)
    again = [_ticket(40, agents[0], now - 24 * MINUTE)]
    _post(secret, again, now, 15)  # sent once more
    _post(secret, [_ticket(41, "temp@helpdesk.example", now - 14 * MINUTE)], now, 12)  # nobody knows who that is
    _post(secret, [_ticket(42, agents[1], now - 320 * MINUTE)], now, 10)  # late
    _post(secret, [_ticket(43, agents[0], now - 9 * MINUTE), {**again[0], "number": 44, "closed_at": "today"}], now, 7)
    _post(secret, [{**again[0], "state": "open"}], now, 5)
    deliveries.turn_away(TurnedAway(KEY, "unproven", 311, JSON), now - 3 * MINUTE)


def _ticket(number: int, agent: str, closed: int) -> dict[str, Any]:
    moment = period.moment(closed).isoformat(timespec="seconds")
    title = TITLES[number % len(TITLES)]
    return {"number": number, "title": title, "state": "closed", "agent": agent, "closed_at": moment}


def _post(secret: str, tickets: list[dict[str, Any]], now: int, minutes: int) -> None:
    """Take a delivery as the hook would have taken it so many minutes ago."""
    moment, hook = now - minutes * MINUTE, proving.hook(KEY)
    assert hook is not None  # noqa: S101  # it was connected above
    body = json.dumps({"tickets": tickets}).encode()
    named = {"x-spoonful-secret": secret, "content-type": JSON, "user-agent": "Helpdesk/5.2"}
    delivery = verification.Delivery("POST", named, {}, None, body, JSON)
    proof = proving.prove(hook, delivery, moment)
    found = reading.of_delivery(KEY, hook.source.ready, delivery, LARGEST)
    note = deliveries.noted(hook.source, delivery, proof, found, moment)
    if found.items:
        intake.accept_and_commit(found.items, door="hook", now=moment, also=note)
    else:
        deliveries.alone(note)
