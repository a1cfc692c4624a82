"""The switch of individual detection in tests: on, since long ago, with the shadow run over."""

import time

from adoption import privacy
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.privacy import holding

DAY = 86_400_000_000


def turn_on(*, days_ago=60, by=None, why="The works council agreed", told=None, **more):
    """Turn it on as of so many days ago; from 28 on the shadow run is over."""
    now = time.time_ns() // 1000 - days_ago * DAY
    day = holding.local_day(now) if told is None else told
    found = privacy.turn_on(begin_write(), by or By(None, "a test"), told=day, why=why, now=now, **more)
    db.session.commit()
    return found


def turn_off(*, by=None, why="The pilot is over"):
    """Turn it off; nothing is deleted yet."""
    privacy.turn_off(begin_write(), by or By(None, "a test"), why=why, now=time.time_ns() // 1000)
    db.session.commit()
