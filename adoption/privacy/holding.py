"""What is there of all that is personal about spreadsheet work: how many rows, and how old."""

from __future__ import annotations

from datetime import UTC
from datetime import date
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import true

from adoption.extensions import db
from adoption.models import Base
from adoption.privacy.periods import TABLES
from rules import period
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from sqlalchemy import ColumnElement
    from sqlalchemy import Table

    from adoption.privacy.periods import Personal


def table(one: Personal) -> Table:
    """Return the table itself."""
    return Base.metadata.tables[one.table]


def rows(one: Personal) -> ColumnElement[bool]:
    """Return which of its rows are personal at all."""
    columns = table(one).c
    if one.kinds:
        return columns["kind"].in_(one.kinds)
    return columns[one.participant].is_not(None) if one.only_of else true()


def held() -> dict[str, int]:
    """Return how many rows there are of each table that goes when individual detection is turned off."""
    return {
        one.table: db.session.scalar(select(func.count()).select_from(table(one)).where(rows(one))) or 0
        for one in TABLES
        if one.detection
    }


def anything() -> bool:
    """Say whether there is anything that goes when individual detection is turned off."""
    return any(
        db.session.execute(select(table(one).c[one.participant]).where(rows(one)).limit(1)).first()
        for one in TABLES
        if one.detection
    )


def oldest() -> Mapping[str, int]:
    """Return the local day of the oldest row of each table that has a period and holds something of enough people.

    What there is of fewer than ``SMALLEST_GROUP`` would tell of them.
    """
    day_of = period.local_day(zone())
    found: dict[str, int] = {}
    for one in TABLES:
        if one.period is not None:
            columns = table(one).c
            query = select(func.min(columns[one.column]), func.count(columns[one.participant].distinct()))
            least, people = db.session.execute(query).one()
            if least is not None and people >= SMALLEST_GROUP:
                found[one.table] = day_of(least) if one.moment else least
    return found


def local_day(now: int) -> int:
    """Return the organisation's day at a moment (UTC microseconds)."""
    return period.moment(now).astimezone(zone()).date().toordinal()


def midnight(day: int) -> int:
    """Return the first moment of a local day, in UTC microseconds; on some days the clocks have no midnight."""
    begins = datetime.combine(date.fromordinal(day), datetime.min.time(), zone())
    return period.microseconds(begins.astimezone(UTC))


def zone() -> ZoneInfo:
    """Return the organisation's time zone."""
    found: ZoneInfo = current_app.extensions["settings"].organisation_zone
    return found
