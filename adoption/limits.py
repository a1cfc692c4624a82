"""How often something may be tried, by everybody together, whatever process they meet.

Each key has an allowance of so many tries that fills up evenly.  What is stored is the moment from which it is whole
again: a try moves that moment on by one share, and is refused if it would lie further ahead than the whole allowance
(the generic cell rate algorithm, ITU-T I.371).  One statement: nobody slips through between reading and writing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import text

from adoption.extensions import begin_write
from adoption.models import Allowance
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAKE = text("""
INSERT INTO allowance (key, whole) VALUES (:key, :now + :share)
ON CONFLICT (key) DO UPDATE
SET whole = CASE WHEN allowance.whole > :now THEN allowance.whole ELSE :now END + :share
WHERE CASE WHEN allowance.whole > :now THEN allowance.whole ELSE :now END + :share <= :now + :all
RETURNING whole
""")


class Limit(NamedTuple):
    """So many tries at once, and as many again in each stretch of so many seconds."""

    tries: int
    seconds: int


LIMITS: Mapping[str, Limit] = {
    "sign-in by address": Limit(20, 3600),  # of one network address
    "sign-in letter": Limit(5, 3600),  # to one e-mail address
    "link": Limit(30, 3600),  # links opened from one network address
    "code typed": Limit(10, 60),  # codes typed at one device
    "registration": Limit(10, 3600),  # devices registered by one person
}


def allow(name: str, who: str, now: int) -> bool:
    """Take one try of ``who`` (an address, a device's number); ``False`` if none is left.  The caller commits."""
    limit = LIMITS[name]
    whole = limit.seconds * SECOND
    given = {"key": f"{name}/{who}", "now": now, "share": whole // limit.tries, "all": whole}
    return begin_write().execute(_TAKE, given).first() is not None


def sweep(now: int) -> int:
    """Delete allowances that are whole.  Return how many; the caller commits."""
    return begin_write().execute(delete(Allowance).where(Allowance.whole < now)).rowcount
