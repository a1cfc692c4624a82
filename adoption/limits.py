"""How often something may be tried, by everybody together, whatever process they meet.

Each key has an allowance of so many tries that fills up evenly.  What is stored is the moment from which it is whole
again: a try moves that moment on by one share, and is refused if it would lie further ahead than the whole allowance
(the generic cell rate algorithm, ITU-T I.371).  One statement: nobody slips through between reading and writing.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import text

from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Allowance
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_TAKE = text("""
INSERT INTO allowance (key, whole) VALUES (:key, :now + :share)
ON CONFLICT (key) DO UPDATE
SET whole = CASE WHEN allowance.whole > :now THEN allowance.whole ELSE :now END + :share
WHERE CASE WHEN allowance.whole > :now THEN allowance.whole ELSE :now END + :share <= :now + :all
RETURNING whole
""")
_PAUSE = text("""
INSERT INTO allowance (key, whole) VALUES (:key, :whole)
ON CONFLICT (key) DO UPDATE SET whole = :whole WHERE allowance.whole < :whole
""")
IPV6_HOME = 64  # bits that one household or office has to itself


class Limit(NamedTuple):
    """So many tries at once, and as many again in each stretch of so many seconds."""

    tries: int
    seconds: int

    @property
    def whole(self) -> int:
        """How long an allowance takes to fill up, in microseconds."""
        return self.seconds * SECOND

    @property
    def share(self) -> int:
        """How long one try takes to come back, in microseconds."""
        return self.whole // self.tries


LIMITS: Mapping[str, Limit] = {
    "sign-in by network": Limit(300, 3600),  # letters asked for from one network: a whole office may be behind it
    "sign-in letter": Limit(5, 3600),  # letters asked for to one e-mail address
    "link": Limit(30, 3600),  # links that open nothing, tried from one network
    "code typed": Limit(10, 60),  # codes typed at one device
    "code scanned": Limit(120, 60),  # codes scanned from screens at one device
    "registration": Limit(10, 3600),  # devices registered by one person
    "own data": Limit(10, 3600),  # copies of everything that is held about one person
    "question": Limit(10, 3600),  # questions that one person asks, and what they say about them
    "test letter": Limit(5, 3600),  # copies of a weekly letter that one person sends to themselves
    "list by token": Limit(120, 60),  # lists, single people and unknown names that one token sends
    "secret by token": Limit(30, 3600),  # secrets and tokens that one token has made
    "channel test": Limit(10, 3600),  # test messages to one channel of a chat
    "device token": Limit(10, 3600),  # tokens of no device, tried from one network
}


def allow(name: str, who: str, now: int) -> bool:
    """Take one try of ``who`` (an address, a device's number); ``False`` if none is left.  The caller commits.

    It begins a transaction; within one that has begun, use ``take``.
    """
    return take(begin_write(), name, who, now)


def take(connection: Connection, name: str, who: str, now: int) -> bool:
    """Take one try, as ``allow`` does, in a writing transaction that has begun."""
    limit = LIMITS[name]
    return _take(connection, f"{name}/{who}", limit.share, limit.whole, now)


def wait(name: str, who: str, now: int) -> int:
    """Return in how many seconds there will be a try for ``who``: at least 1, for ``Retry-After``."""
    limit = LIMITS[name]
    left = _whole(f"{name}/{who}") + limit.share - limit.whole - now
    return max(1, -(-left // SECOND))


def pace(connection: Connection, key: str, every: int, now: int) -> bool:
    """Take the one turn that there is every so many microseconds; ``False`` if it is not time yet."""
    return _take(connection, key, every, every, now)


def turn(key: str, now: int) -> int:
    """Return in how many microseconds the next turn of ``pace`` comes."""
    return max(0, _whole(key) - now)


def pause(connection: Connection, key: str, until: int) -> None:
    """Let the next turn of ``pace`` come no sooner than a moment (UTC microseconds)."""
    connection.execute(_PAUSE, {"key": key, "whole": until})


def _take(connection: Connection, key: str, share: int, whole: int, now: int) -> bool:
    given = {"key": key, "now": now, "share": share, "all": whole}
    return connection.execute(_TAKE, given).first() is not None


def _whole(key: str) -> int:
    return db.session.scalar(select(Allowance.whole).where(Allowance.key == key)) or 0


def network(address: str | None) -> str:
    """Return the network that an address belongs to: with IPv6 one household has more addresses than tries."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, IPV6_HOME), strict=False))


def sweep(now: int) -> int:
    """Delete allowances that are whole.  Return how many; the caller commits."""
    return begin_write().execute(delete(Allowance).where(Allowance.whole < now)).rowcount
