"""Letters about rules that end: fourteen and three days before, once each, and none about an end that was moved."""

import time
from dataclasses import replace
from datetime import date
from datetime import datetime
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy import text

from adoption import facts
from adoption import jobs
from adoption import sunsets
from adoption.extensions import db
from adoption.mail import sending
from adoption.models import Letter
from rules import sunset
from tests.house import ZONE
from tests.house import House

ENDS = date(2026, 12, 24)
BOOK = f"""
[metric.calls]
counts = "call.completed"
[reward.badge]
kind = "badge"
[incentive.callers]
title = "Callers"
titles = {{ ru = "Звонящие" }}
metric = "calls"
every = 5
per = "week"
at_most = 2
earns = "badge"
to = {ENDS}
[incentive.for-ever]
metric = "calls"
reach = 5
per = "week"
earns = "badge"
"""


def at(day):
    return time_machine.travel(datetime(day.year, day.month, day.day, 9, tzinfo=ZONE), tick=False)


@pytest.fixture
def house(app, tmp_path):  # the house stands in it
    posting = {"mail_folder": tmp_path / "letters", "public_url": "https://spoonful.example"}
    app.extensions["settings"] = replace(app.extensions["settings"], **posting)
    house = House(BOOK, people=("Alice", "Hana"))
    db.session.execute(text("UPDATE participant SET role = 'hr' WHERE name = 'Hana'"))
    facts.changed(db.session.connection(), rescore=False)
    db.session.commit()
    return house


def remind():
    planned = sunsets.remind(time.time_ns() // 1000)
    db.session.commit()
    return planned


def letters():
    return db.session.execute(select(Letter.address, Letter.occasion, Letter.state).order_by(Letter.id)).all()


def test_notices_come_fourteen_and_three_days_before():
    assert [sunset.notice(100, day) for day in (85, 86, 90, 96, 97, 99, 100, 120)] == [
        None,
        14,
        14,
        14,
        3,
        3,
        None,
        None,
    ]


def test_hr_is_told_twice_and_never_again(house):
    told = []
    for days in range(20, -3, -1):
        with at(ENDS - timedelta(days=days)):
            told += [days] * remind()
            assert remind() == 0
    assert told == [14, 3]
    ends = ENDS.toordinal()
    assert [(row.address, row.occasion) for row in letters()] == [
        ("hana@example.com", f"callers/{ends}/14"),
        ("hana@example.com", f"callers/{ends}/3"),
    ]


def test_the_letter_names_the_rule_and_its_last_day(house):
    with at(ENDS - timedelta(days=10)):
        assert jobs.run("remind-of-ends", lambda _done, _total: None) == "1 letters planned"
        sending.run(lambda _done, _total: None)
    (row,) = db.session.scalars(select(Letter)).all()
    assert row.state == "sent"
    assert row.subject == "“Callers” ends: its last day is Wednesday 23 December"
    assert "/hr/book/incentive/callers/effect" in row.text


def test_an_end_that_was_moved_is_not_told(house):
    with at(ENDS - timedelta(days=10)):
        assert remind() == 1
        house.publish(BOOK.replace(f"to = {ENDS}", "to = 2027-06-01"), since=date(2026, 1, 5))
        sending.run(lambda _done, _total: None)
    assert [row.state for row in letters()] == ["skipped"]


def test_a_new_end_is_told_anew(house):
    with at(ENDS - timedelta(days=10)):
        remind()
        house.publish(BOOK.replace(f"to = {ENDS}", "to = 2026-12-20"), since=date(2026, 1, 5))
        assert remind() == 1
