"""How long a budget lasts: the pace of the last four weeks, weekday by weekday."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rules import forecast
from rules import period

WEDNESDAY = date(2026, 11, 25).toordinal()
DECEMBER = date(2026, 12, 1).toordinal()
LONG_AGO = date(2026, 1, 1).toordinal()


def lately(weeks, *, days=(0, 1, 2, 3, 4)):
    """So many on each working day of the week before, of the one before that, …"""
    return {
        day: count
        for back, count in enumerate(weeks, start=1)
        for day in range(WEDNESDAY - 7 * back, WEDNESDAY - 7 * (back - 1))
        if (day - 1) % 7 in days
    }


def test_the_days_to_come_go_like_the_mean_of_the_same_weekdays():
    found = forecast.outlook(lately([4, 4, 2, 2]), WEDNESDAY, DECEMBER, 20, LONG_AGO)
    assert found.more == 3 * 4  # Wednesday, Thursday, Friday, and the Monday after a weekend without any
    assert (found.low, found.high, found.weeks) == (8, 16, 4)
    assert (found.lasts, found.earliest, found.latest) == (None, None, None)


def test_what_was_drawn_today_is_taken_off_what_today_may_still_bring():
    drawn = lately([4, 4, 4, 4])
    assert forecast.outlook(drawn | {WEDNESDAY: 3}, WEDNESDAY, DECEMBER, 20, LONG_AGO).more == 1 + 3 * 4
    assert forecast.outlook(drawn | {WEDNESDAY: 9}, WEDNESDAY, DECEMBER, 20, LONG_AGO).more == 3 * 4


def test_a_budget_lasts_until_the_day_before_the_one_it_does_not_pay_for():
    found = forecast.outlook(lately([6, 4, 4, 2]), WEDNESDAY, DECEMBER, 9, LONG_AGO)
    assert found.lasts == WEDNESDAY + 1  # 4 on Wednesday, 4 on Thursday; not on Friday
    assert found.earliest == WEDNESDAY  # at the pace of the fastest week
    assert found.latest is None  # at that of the slowest it lasts


def test_what_is_spent_lasts_no_day():
    assert forecast.outlook(lately([1]), WEDNESDAY, DECEMBER, 0, LONG_AGO).lasts == WEDNESDAY - 1


def test_before_a_week_is_over_nothing_is_foretold_and_young_weeks_alone_count():
    assert forecast.outlook({}, WEDNESDAY, DECEMBER, 5, WEDNESDAY - 6) is None
    found = forecast.outlook(lately([2, 9]), WEDNESDAY, DECEMBER, 5, WEDNESDAY - 7)
    assert (found.weeks, found.more, found.low, found.high) == (1, 8, 8, 8)


def test_what_has_no_end_is_looked_at_for_a_year():
    found = forecast.outlook(lately([1, 1, 1, 1], days=(0,)), WEDNESDAY, period.FOREVER, 1000, LONG_AGO)
    assert found.ends == WEDNESDAY + 366
    assert found.more == 52
    assert found.lasts is None
    soon = forecast.outlook(lately([1, 1, 1, 1], days=(0,)), WEDNESDAY, period.FOREVER, 2, LONG_AGO)
    assert date.fromordinal(soon.lasts) == date(2026, 12, 13)  # the day before the third Monday


@given(
    st.dictionaries(st.integers(WEDNESDAY - 28, WEDNESDAY), st.integers(0, 9)),
    st.integers(1, 60),
    st.integers(0, 50),
)
def test_the_mean_lies_within_its_range(drawn, days, left):
    found = forecast.outlook(drawn, WEDNESDAY, WEDNESDAY + days, left, LONG_AGO)
    assert 0 <= found.low <= found.more <= found.high
    for day in (found.earliest, found.lasts, found.latest):
        assert day is None or WEDNESDAY - 1 <= day < WEDNESDAY + days


def test_a_budget_that_is_spent_at_the_pace_of_the_slowest_week_is_spent_at_every_pace():
    found = forecast.outlook(lately([6, 4, 4, 2]), WEDNESDAY, DECEMBER, 5, LONG_AGO)
    assert found.earliest <= found.lasts <= found.latest
