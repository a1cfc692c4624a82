"""The monthly report to the directors: of groups of five or more, without a last place, and nothing made up."""

from datetime import UTC
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import period
from rules.digest import Silent
from rules.digest import directors
from rules.digest import timing
from rules.digest.directors import Bonus
from rules.digest.directors import Cost
from rules.digest.directors import Point
from rules.digest.directors import Report
from rules.digest.directors import Trend

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC).toordinal()
MONTHS = [datetime(2026, month, 1, tzinfo=UTC).toordinal() for month in range(5, 11)]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def trend(name, scores, people=6):
    return Trend(name, tuple(Point(month, people, score, 80) for month, score in zip(MONTHS, scores, strict=True)))


def report(**more):
    known = {"month": OCTOBER, "begun": 1, "whole": trend(None, [70, 72, 74, 75, 78, 80]), "money": {}}
    return directors.make(Report(**known | more))


def bonus(people, cents=100_000, currency="EUR"):
    return Bonus(
        key="p", title={"en": "P"}, per="month", first=OCTOBER, state="closed", people=people, cents=cents,
        currency=currency,
    )  # fmt: skip  # a record


def cost(count=3, cents=2_850, **more):
    return Cost(key="lunch", title={"en": "Lunch"}, count=count, cents=cents, currency="EUR", **more)


def test_a_score_is_compared_with_the_first_month_that_has_one():
    whole = trend(None, [None, 72, 74, 75, 78, 80])
    assert (whole.change, whole.first.month) == (8, MONTHS[1])
    assert trend(None, [None] * 5 + [80]).change is None
    assert trend(None, [70] * 5 + [None]).change is None


def test_a_team_of_fewer_than_five_is_not_in_it():
    found = report(teams=(trend("North", [70] * 6), trend("Two", [90] * 6, people=2)))
    assert [one.name for one in found.teams] == ["North"]


def test_a_month_in_which_a_team_was_smaller_has_no_figures():
    points = (*(Point(month, 3, 90, 50) for month in MONTHS[:3]), *(Point(month, 6, 80, 50) for month in MONTHS[3:]))
    (found,) = report(teams=(Trend("North", points),)).teams
    assert [one.score for one in found.points] == [None, None, None, 80, 80, 80]


def test_teams_come_in_alphabetical_order():
    names = ["West", "north", "East"]
    found = report(teams=tuple(trend(name, [place] * 6) for place, name in enumerate(names)))
    assert [one.name for one in found.teams] == ["East", "north", "West"]


def test_bonuses_of_fewer_than_five_people_are_told_neither_by_plan_nor_in_a_sum():
    found = report(bonuses=(bonus(6), bonus(2)))
    assert (len(found.bonuses), found.paid) == (1, {})
    assert report(bonuses=(bonus(6), bonus(9))).paid == {"EUR": 200_000}


def test_currencies_are_not_added_up():
    found = report(costs=(cost(),), money={"EUR": 150, "USD": 99}, bonuses=(bonus(6), bonus(6, currency="USD")))
    assert found.spent == {"EUR": 3_000, "USD": 99}
    assert found.paid == {"EUR": 100_000, "USD": 100_000}


def test_a_reward_of_which_there_is_nothing_to_say_is_left_out():
    found = report(costs=(cost(0, 0), cost(0, 0, per="month", drawn=0, budget=100_000), cost()))
    assert [(one.count, one.budget) for one in found.costs] == [(0, 100_000), (3, None)]


@pytest.mark.parametrize("begun", [None, OCTOBER + 31])
def test_there_is_none_before_anything_was_recorded(begun):
    assert report(begun=begun) == Silent("unbegun")


@given(st.dictionaries(st.sampled_from(["EUR", "USD", "CNY"]), st.integers(0, 10**12)), st.lists(st.integers(0, 10**9)))
def test_what_is_spent_is_the_sum_to_the_cent(money, cents):
    found = report(costs=tuple(cost(1, one) for one in cents), money=money)
    assert sum(found.spent.values()) == sum(money.values()) + sum(cents)


# --- when it is due


def works(day):
    return (day - 1) % 7 < 5 and day != datetime(2026, 11, 3, tzinfo=UTC).toordinal()


@pytest.mark.parametrize(
    ("place", "day"), [(0, 2), (1, 4), (2, 5), (3, 6), (4, 9)]  # the first is a Sunday, the third a holiday
)  # fmt: skip  # a table
def test_a_report_is_due_on_a_working_day_after_the_month(place, day):
    found = timing.working_day(period.end("month", OCTOBER), place, 8, AMSTERDAM, works)
    assert datetime.fromtimestamp(found / 1_000_000, AMSTERDAM) == datetime(2026, 11, day, 8, tzinfo=AMSTERDAM)


def test_a_calendar_without_working_days_is_no_end_of_reports():
    found = timing.working_day(period.end("month", OCTOBER), 2, 8, AMSTERDAM, lambda _day: False)
    assert datetime.fromtimestamp(found / 1_000_000, AMSTERDAM).day == 3


def test_months_before_anything_was_measured_are_not_shown():
    assert report(whole=trend(None, [None, None, 74, None, 78, 80])).months == tuple(MONTHS[2:])
    assert report(whole=trend(None, [None] * 6)).months == (OCTOBER,)
