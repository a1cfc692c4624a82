"""An incentive that once was for teams and then is for participants: nobody is paid by the other's version."""

from datetime import timedelta

import pytest

from adoption import explain
from tests.house import MONDAY
from tests.house import House

TEAMS = """
[metric.calls]
counts = "call.completed"
[reward.cake]
kind = "voucher"
[incentive.calls]
metric = "calls"
every = 4
per = "week"
holder = "team"
earns = "cake"
"""
PEOPLE = TEAMS.replace('holder = "team"\n', "")
WEDNESDAY = MONDAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("first", "then", "paid"), [(TEAMS, PEOPLE, ("North", "Alice")), (PEOPLE, TEAMS, ("Alice", "North"))]
)
@pytest.mark.usefixtures("app")
def test_each_version_pays_its_own_kind_of_holder(first, then, paid):
    house = House(first, teams={"North": ["Alice"]})
    house.publish(then, since=WEDNESDAY)
    for day in (MONDAY, WEDNESDAY):
        house.send(*(house.event("Alice", "call.completed", on=day) for _ in range(4)))
    house.settle()
    versions = {
        name: [int(one.id.split("-")[0]) for one in explain.awards_of(house[name])] for name in ("Alice", "North")
    }
    assert versions == {paid[0]: [1], paid[1]: [2]}
