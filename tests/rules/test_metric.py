from decimal import Decimal

import pytest

from rules.condition import Compare
from rules.value import UNIT
from tests.rules.strategies import MONDAY
from tests.rules.strategies import activity
from tests.rules.strategies import metric


def test_a_metric_counts_its_types_and_no_other():
    calls = metric(counts=("call.completed", "meeting.completed"))
    assert calls.counts_it(activity("meeting.completed"))
    assert not calls.counts_it(activity("call.planned"))


def test_a_metric_counts_only_what_meets_its_condition():
    long_calls = metric(counts=("call.completed",), where=Compare("minutes", "at_least", 5))
    assert long_calls.counts_it(activity("call.completed", data={"minutes": 5}))
    assert not long_calls.counts_it(activity("call.completed", data={"minutes": 4}))
    assert not long_calls.counts_it(activity("call.completed"))


def test_a_count_adds_one_for_each_activity():
    assert metric().units(activity()) == UNIT


@pytest.mark.parametrize(
    ("amount", "units"),
    [("9.50", 95_000), (Decimal("0.00005"), 1), (Decimal("-0.00005"), -1), (-3, -30_000), ("much", None), (None, None)],
)
def test_a_sum_rounds_each_activity_and_leaves_out_what_is_unreadable(amount, units):
    assert metric(measure="sum", of="amount").units(activity(data={"amount": amount})) == units


def test_a_sum_leaves_out_a_missing_value():
    assert metric(measure="sum", of="amount").units(activity()) is None


def test_a_sum_finds_a_nested_field():
    assert metric(measure="sum", of="amount.value").units(activity(data={"amount": {"value": 2}})) == 2 * UNIT


@pytest.mark.parametrize("name", ["subject", "actor", "source", "type", "id"])
def test_distinct_reads_the_attributes_by_name(name):
    one = activity(data={name: "from data"})
    assert metric(measure="distinct", of=name).key_of(one) == getattr(one, name)
    assert metric(measure="distinct", of=f"data.{name}").key_of(one) == "from data"


@pytest.mark.parametrize(
    ("value", "key"), [("10", "10"), (Decimal("10.0"), "10"), (True, "true"), (None, None), ([1], "[1]")]
)
def test_distinct_tells_values_of_data_apart_by_their_text(value, key):
    assert metric(measure="distinct", of="company").key_of(activity(data={"company": value})) == key


def test_days_are_told_apart_by_the_local_day():
    assert metric(measure="days").key_of(activity(day=MONDAY)) == str(MONDAY)


@pytest.mark.parametrize(("measure", "by_key"), [("count", False), ("sum", False), ("distinct", True), ("days", True)])
def test_distinct_and_days_count_keys(measure, by_key):
    assert metric(measure=measure).by_key is by_key
