"""Late is what some should have come: nights, weekends and holidays are no reason to worry."""

from datetime import datetime
from datetime import timedelta

import pytest
from sqlalchemy import insert

from adoption import facts
from adoption import feed
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import Holiday
from rules import period
from tests.house import ZONE
from tests.house import House

FRIDAY = datetime(2026, 3, 6, tzinfo=ZONE)


def at(days, hour, minute=0):
    moment = datetime.combine(FRIDAY.date() + timedelta(days=days), datetime.min.time(), ZONE)
    return period.microseconds(moment.replace(hour=hour, minute=minute))


def came(when):
    begin_write().execute(insert(Batch).values(received=when, door="test"))
    db.session.commit()


@pytest.mark.parametrize(
    ("received", "now", "late"),
    [
        (at(0, 10), at(0, 12), None),
        (at(0, 10), at(0, 13), None),  # three hours are not late yet
        (at(0, 10), at(0, 13, 1), timedelta(hours=3, minutes=1)),
        (at(0, 10), at(0, 23), timedelta(hours=9)),  # until seven in the evening
        (at(0, 18), at(3, 9), None),  # from Friday evening to Monday morning: an hour each
        (at(0, 18), at(3, 11), timedelta(hours=4)),
        (at(0, 20), at(2, 23), None),  # a weekend
        (at(0, 10), at(0, 9), None),  # a clock that is behind
        (at(-200, 10), at(0, 12), timedelta(hours=22 * 11 + 4)),  # what is longer ago than a month says no more
    ],
)
def test_only_hours_in_which_people_work_count(app, received, now, late):
    came(received)
    assert feed.state(now) == (period.moment(received), late)


def test_a_holiday_is_no_working_day(app):
    connection = begin_write()
    facts.changed(connection, rescore=True)
    connection.execute(insert(Holiday).values(day=FRIDAY.toordinal() + 3, name="Monday off"))
    db.session.commit()
    came(at(0, 18))
    assert feed.state(at(3, 18)).late is None
    assert feed.state(at(4, 12)).late == timedelta(hours=5)


def test_while_everybody_is_away_nothing_is_late(app):
    house = House('[metric.calls]\ncounts = "call.completed"\n')
    came(at(0, 18))
    for name, back in (("Alice", 5), ("Bob", 4)):
        house.absent(name, FRIDAY.date() + timedelta(days=3), FRIDAY.date() + timedelta(days=back))
    assert feed.state(at(3, 19)).late is None
    assert feed.state(at(4, 12)).late == timedelta(hours=5), "Bob is back"


def test_the_newest_delivery_counts_and_without_any_nothing_is_late(app):
    assert feed.state(at(0, 12)) == (None, None)
    came(at(-1, 9))
    came(at(0, 9))
    assert feed.state(at(0, 10)).as_of == period.moment(at(0, 9))
    came(at(1, 9))
    assert feed.state(at(0, 10)).as_of == period.moment(at(0, 9)), "of what came later nobody knew"


def test_clocks_that_change_move_no_hour_of_work(app):
    spring = datetime(2026, 3, 27, 18, tzinfo=ZONE)  # the Friday before; Amsterdam's night of Sunday has 23 hours
    came(period.microseconds(spring))
    monday = datetime(2026, 3, 30, 12, tzinfo=ZONE)
    assert feed.state(period.microseconds(monday)).late == timedelta(hours=5)
