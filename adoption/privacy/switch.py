"""The switch of individual detection: off until somebody turns it on and says that people were told.

What begins is a shadow run: for four weeks or longer everything is shown to the people themselves alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select

from adoption import clock
from adoption import journal
from adoption.errors import ConflictError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import DetectionSetting
from adoption.privacy import holding
from rules import period

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.journal import By

SHADOW = 28  # days, at least, in which nothing is shown to anybody but oneself
THING = "privacy/detection"  # in the journal


class NotToldError(RefusedError):
    """Say on which day people were told; it cannot lie ahead."""


class ShadowError(RefusedError):
    """The shadow run lasts for four weeks or longer, and a year at most."""


class StillForgettingError(ConflictError):
    """What is left of the time before is still being deleted; try again in a few minutes."""


class UnchangedError(RefusedError):
    """It is as it is wanted already."""


class Detection(NamedTuple):
    """How the switch stands; days are local.  ``told`` and ``shadow_until`` belong to detection that is on."""

    individual: bool = False
    since: int | None = None  # the day of the last change; none: nobody has ever touched it
    told: int | None = None
    shadow_until: int | None = None  # the first day after the shadow run

    def shadow(self, day: int) -> bool:
        """Say whether on a day everything personal is shown to the people themselves alone."""
        return self.individual and day < (self.shadow_until or 0)

    def written(self) -> dict[str, object]:
        """Return it as the journal keeps it."""
        days = {"told": self.told, "shadow_until": self.shadow_until} if self.individual else {}
        return {"individual": self.individual} | {name: period.text("day", day) for name, day in days.items() if day}


def current() -> Detection:
    """Return how the switch stands; one query."""
    table = DetectionSetting
    row = db.session.execute(select(table.individual, table.since, table.told, table.shadow_until)).first()
    return Detection(*row) if row else Detection()


def individual() -> bool:
    """Say whether anything may be concluded about single people; off until somebody has turned it on."""
    return current().individual


def hold(connection: Connection) -> bool:
    """Say whether individual detection is on; whoever turns it off waits until the transaction ends."""
    query = select(DetectionSetting.individual).with_for_update(read=True)
    return bool(connection.scalar(query))


def shadow(day: int | None = None) -> bool:
    """Say whether on a local day (today) detection runs, and nobody but the people themselves is shown anything."""
    return current().shadow(holding.local_day(clock.now()) if day is None else day)


def turn_on(  # noqa: PLR0913  # who, why, when, and the two days that go with it
    connection: Connection, by: By, *, told: int, why: str, now: int, shadow_until: int | None = None
) -> Detection:
    """Turn individual detection on, in a transaction that writes and that the caller commits.

    ``told`` is the local day on which people were told; ``shadow_until`` the first day after the shadow run, which
    lasts for four weeks unless said otherwise.

    Raises:
        UnchangedError: it is on already.
        NotToldError: the day lies ahead.
        ShadowError: the shadow run would be shorter than four weeks, or longer than a year.
        StillForgettingError: there is still something of the time before it was turned off.
        NoReasonError: why is not said.
    """
    today = holding.local_day(now)
    until = today + SHADOW if shadow_until is None else shadow_until
    if told > today or told <= 0:
        raise NotToldError
    if not today + SHADOW <= until <= today + 366:
        raise ShadowError
    journal.take_turn(connection)  # what another did at the same moment is settled before it is read
    if not individual() and holding.anything():
        raise StillForgettingError
    return _put(connection, by, Detection(True, today, told, until), why=why, now=now)


def turn_off(connection: Connection, by: By, *, why: str, now: int) -> Detection:
    """Turn individual detection off, in a transaction that writes and that the caller commits.

    What is personal is deleted after that by ``forgetting``: it may be much.

    Raises:
        UnchangedError: it is off already.
        NoReasonError: why is not said.
    """
    journal.take_turn(connection)
    return _put(connection, by, Detection(False, holding.local_day(now)), why=why, now=now)


def _put(connection: Connection, by: By, wanted: Detection, *, why: str, now: int) -> Detection:
    said, before = journal.reason(why), current()
    if wanted.individual == before.individual:
        raise UnchangedError
    row = wanted._asdict() | {"id": 1, "changed": now, "changed_by": by.participant}
    connection.execute(delete(DetectionSetting))
    connection.execute(insert(DetectionSetting).values(row))
    action = "turned on" if wanted.individual else "turned off"
    told: dict[str, object] = {"before": before.written(), "after": wanted.written(), "why": said}
    journal.write(connection, by, action, THING, now=now, **told)  # type: ignore[arg-type]  # by its names
    return wanted
