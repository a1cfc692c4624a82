from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import period
from tests.rules.strategies import days
from tests.rules.strategies import kinds

ZONES = (
    *("UTC", "Europe/Berlin", "America/Havana", "America/Santiago", "Africa/Cairo", "Asia/Beirut", "Atlantic/Azores"),
    *("Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns"),
)


@given(kinds, days)
def test_a_day_lies_in_its_period(kind, day):
    first = period.start(kind, day)
    assert first <= day < period.end(kind, first)


@given(kinds, days)
def test_every_day_of_a_period_has_the_same_start(kind, day):
    first = period.start(kind, day)
    last = min(period.end(kind, first) - 1, day + 400)
    assert period.start(kind, first) == first
    assert period.start(kind, last) == first


@given(kinds, days)
def test_periods_follow_each_other_without_a_gap(kind, day):
    if kind != "ever":
        following = period.following(kind, day)
        assert following == period.end(kind, period.start(kind, day))
        assert period.start(kind, following) == following


@given(kinds, days)
def test_a_written_period_is_read_back(kind, day):
    first = period.start(kind, day)
    assert period.parse(period.text(kind, first)) == (kind, first)


@given(days)
def test_weeks_are_iso_weeks_and_months_are_months(day):
    at = date.fromordinal(day)
    assert date.fromordinal(period.start("week", day)).isocalendar()[:2] == at.isocalendar()[:2]
    assert date.fromordinal(period.start("week", day)).weekday() == 0
    assert date.fromordinal(period.start("month", day)) == at.replace(day=1)
    assert date.fromordinal(period.start("quarter", day)) == date(at.year, (at.month - 1) // 3 * 3 + 1, 1)
    assert date.fromordinal(period.start("year", day)) == date(at.year, 1, 1)


@pytest.mark.parametrize(
    ("kind", "day", "text"),
    [
        ("day", date(2026, 11, 23), "2026-11-23"),
        ("week", date(2026, 11, 23), "2026-W48"),
        ("week", date(2021, 1, 3), "2020-W53"),
        ("week", date(2024, 12, 30), "2025-W01"),
        ("month", date(2026, 11, 23), "2026-11"),
        ("quarter", date(2026, 11, 23), "2026-Q4"),
        ("year", date(2026, 11, 23), "2026"),
        ("ever", date(2026, 11, 23), "ever"),
    ],
)
def test_a_period_is_written(kind, day, text):
    assert period.text(kind, period.start(kind, day.toordinal())) == text


BEYOND = ["9999", "9999-Q4", "9999-12", "9999-W52", "9999-12-31"]  # the calendar ends before they do


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-W54", "2025-W53", "2026-Q5", "2026-02-30", "26", "0000", "Ever", "2026-11-23 ", *BEYOND],
)
def test_what_is_no_period_is_refused_with_the_shapes(text):
    with pytest.raises(ValueError, match=r"2026-W48"):
        period.parse(text)


def test_for_ever_follows_tomorrow():
    assert period.following("ever", 10) == 11


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # Hypothesis adds UTC
)
def test_the_local_day_is_what_the_zone_says(zone, moment):
    day_of = period.local_day(ZoneInfo(zone))
    for at in (moment, moment + timedelta(minutes=14), moment - timedelta(microseconds=1)):
        assert day_of(period.microseconds(at)) == at.astimezone(ZoneInfo(zone)).date().toordinal()


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # Hypothesis adds UTC
def test_microseconds_and_moments_are_one(moment):
    assert period.moment(period.microseconds(moment)) == moment


def test_holidays_and_weekends_are_no_working_days():
    monday = date(2026, 11, 23).toordinal()
    calendar = period.Calendar(holidays=frozenset({monday + 1}))
    assert [calendar.works(monday + i) for i in range(7)] == [True, False, True, True, True, False, False]
