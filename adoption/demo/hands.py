"""Who lends a hand in the demo: a colleague whom others may call, named by the adoption lead and with his own word."""

from __future__ import annotations

from adoption import facts
from adoption.demo import lapses
from adoption.demo.company import address
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.flags import helping
from adoption.journal import By
from rules import period

CHAMPION = address("Bob Visser")
NAMED, CALLED = 30, 10  # days ago he was named, and called for the first time
DAY = 86_400 * period.SECOND


def lend(now: int) -> None:
    """Let Bob be named and say yes, and let the one who recovers have chosen him and the training."""
    known = facts.current()
    lead, bob, asks = (known.holder_of(one) or 0 for one in (lapses.LEAD, CHAMPION, lapses.RECOVERING))
    connection = begin_write()
    helping.name(connection, known, bob, by=By(lead, known.people[lead].name), now=now - NAMED * DAY)
    helping.consent(connection, bob, day=known.today(now) - NAMED)
    for kind, champion in (("champion", bob), ("quest", None)):
        helping.choose(connection, asks, kind, champion, day=known.today(now) - CALLED, now=now - CALLED * DAY)
    db.session.commit()
