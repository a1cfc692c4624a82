"""What the CRM is worth: hours, won deals and customers who buy again, counted at night for groups of five or more.

``weigh`` counts and keeps sums of groups, never of single people; ``estimate`` is what pages and letters show.  What is
assumed takes effect at once, except for the days within which somebody buys again: that is counted anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from flask import current_app
from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import ValueFacts
from adoption.models import WaveCare
from adoption.rollout import assumed
from adoption.rollout import counting
from rules.rollout import again
from rules.rollout import beside
from rules.rollout import chain
from rules.rollout import hours
from rules.rollout.again import Again
from rules.rollout.again import Bought
from rules.standing import SMALLEST_GROUP
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from rules.rollout.assumptions import Assumed

    Sides = list[int]  # before, and since

NOWHERE = -1  # instead of a place: neither in a group nor beside


class Money(msgspec.Struct, frozen=True):
    """What deals that were won are worth: of how many it is told in ``currency``, in none, or not at all.

    ``others`` are deals in other currencies, which are added to nothing; deals without a currency count as in ours.
    """

    currency: str
    told: int = 0
    unsaid: int = 0  # of these: without a currency
    silent: int = 0  # without an amount
    others: tuple[tuple[str, int], ...] = ()


class Facts(msgspec.Struct, frozen=True):
    """What was counted at a moment (UTC microseconds): sums of groups, never of single people."""

    moment: int
    begun: tuple[tuple[str, int, int, int], ...]  # wave, first day, weeks before, weeks since: those that are told of
    left_out: int  # groups that began together and are fewer than five, or have no weeks before or since
    use: hours.Use | None
    why: str | None  # there is no use
    won: beside.Difference  # cents of a person's week
    money: Money
    again: Again


class Value(NamedTuple):
    """What the CRM is worth: hours (ten-thousandths), won deals (cents), customers who buy again (ten-thousandths)."""

    facts: Facts
    hours: hours.Hours
    won: beside.Difference
    again: Again
    assumed: Mapping[str, Assumed]


_facts = msgspec.json.Decoder(Facts)


def estimate(connection: Connection) -> Value | None:
    """Return the value as it was counted last, by what is assumed now; ``None`` before it was counted.  Two queries.

    Pages and letters (such as the monthly report) show what this returns, and count nothing themselves.  Each of the
    three has a verdict: ``more`` or ``less`` where the whole range is above or below zero, ``none`` where it holds
    zero ("no effect visible yet"), and ``too-early``, ``too-few`` or ``unknown`` where there is no figure at all: say
    so, and never write zero.  Nothing in it is about fewer than five people.
    """
    found = connection.scalar(select(ValueFacts.found))
    if found is None:
        return None
    counted = _facts.decode(found)
    given = assumed.assumptions(connection)
    return Value(counted, hours.estimate(counted.use, counted.why, given), counted.won, counted.again, given)


def weigh(now: int) -> Facts:
    """Count and keep what there is: a pass over what was recorded by hand and one over deals.

    Counted is before anything is locked; keeping it begins a transaction that writes, which the caller commits.
    """
    known, connection = facts.current(), db.session.connection()
    today = known.today(now)
    begun = counting.begun(connection, known, today)
    places = counting.places(known, begun, today)
    did = counting.recorded(connection, known, begun, places)
    currency = str(current_app.extensions["settings"].currency)
    sold = counting.sales(connection, known, begun, places, currency=currency)
    groups = [counting.group(place, one, places, did, sold) for place, one in enumerate(begun)]
    told, too_little = beside.usable(groups)
    use, why = hours.used(groups, _care(connection))
    days = assumed.assumptions(connection)["again"].middle // UNIT
    starts = {place: one.starts for place, one in enumerate(groups) if one in told}
    counted = Facts(
        moment=now,
        begun=tuple((one.wave, one.starts, one.before, one.after) for one in told),
        left_out=len(groups) - len(told),
        use=use,
        why=why,
        won=beside.difference(groups, "won"),
        money=_money(sold),
        again=Again(too_little, days) if too_little else _again(sold, places, starts, days, today),
    )
    statements.put(begin_write(), "value_facts", ("id",), ("found",), [(1, msgspec.json.encode(counted).decode())])
    return counted


def _again(sold: counting.Sold, places: counting.Places, starts: Mapping[int, int], days: int, today: int) -> Again:
    """Return whether customers buy again; ``starts`` are the first days of the groups that are told of."""
    return again.compare(
        [Bought(one.customer, one.day, _starts(one.who, places, starts)) for one in sold.deals if one.customer],
        sorted(starts.values()),
        days,
        since=min((one.day for one in sold.deals), default=None),
        today=today,
        others=sum(place is None for place in places.values()) >= SMALLEST_GROUP,
    )


def _money(sold: counting.Sold) -> Money:
    """Return of how many deals it is told what they are worth."""
    others = sorted((name, count) for name, count in sold.told.items() if name not in {chain.UNSAID, sold.currency})
    unsaid = sold.told[chain.UNSAID]
    return Money(sold.currency, sold.told[sold.currency] + unsaid, unsaid, sold.silent, tuple(others))


def _starts(who: int | None, places: counting.Places, starts: Mapping[int, int]) -> int | None:
    """Return the day on which the wave of whoever won a deal began, as ``rules.rollout.again`` has it."""
    place = places.get(who or 0, NOWHERE)
    return None if place is None else starts.get(place, again.NEITHER)


def _care(connection: Connection) -> dict[str, int]:
    """Return how many people care for each wave."""
    table = WaveCare
    rows = connection.execute(select(table.wave, table.champion, table.supporter))
    return {wave: len({*who} - {None}) for wave, *who in rows}
