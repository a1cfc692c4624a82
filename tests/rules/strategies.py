"""Builders with defaults, and what Hypothesis makes of them."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from rules import period
from rules.activity import Activity
from rules.book import Book
from rules.condition import OPERATORS
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Not
from rules.incentive import Incentive
from rules.metric import Metric
from rules.milestone import Milestone
from rules.milestone import Need

MONDAY = date(2026, 11, 23).toordinal()
SECOND = 1_000_000
DAY = 86_400 * SECOND

days = st.integers(date(1970, 1, 1).toordinal(), date(2100, 12, 31).toordinal())
kinds = st.sampled_from(period.KINDS)
decimals = st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=12, allow_nan=False, allow_infinity=False)
numbers = st.one_of(st.integers(-(10**12) + 1, 10**12 - 1), decimals)
scalars = st.one_of(st.booleans(), st.integers(-99, 99), st.decimals(-9, 9, places=2), st.text(max_size=4))
json_values = st.recursive(
    st.one_of(st.none(), scalars),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=5,
)
data = st.dictionaries(st.sampled_from(["a", "b", "c", "a.b"]), json_values, max_size=4)


def activity(type="contact.created", id="1", *, day=MONDAY, time=None, **rest):  # noqa: A002  # the word of CloudEvents
    defaults = {
        "source": "crm",
        "time": (day - date(1970, 1, 1).toordinal()) * DAY if time is None else time,
        "subject": "contact/1",
        "actor": "alice",
        "recorded": None,
        "retracts": None,
        "data": {},
    }
    return Activity(type=type, id=id, day=day, **{**defaults, **rest})


def incentive(key="lunch", **rest):
    target = {} if {"every", "reach", "in_a_row"} & rest.keys() else {"every": 100_000}
    return Incentive(**{"key": key, "metric": "contacts", "per": "week", "earns": ("lunch",), **target, **rest})


def metric(key="contacts", **rest):
    return Metric(**{"key": key, "counts": ("contact.created",), **rest})


def milestone(key="contact.developed", **rest):
    needs = (
        Need(key="reachable", on=("contact.created", "contact.updated"), where=Compare("email", "filled", True)),
        Need(key="talked-to", on=("call.completed",)),
    )
    return Milestone(**{"key": key, "record": "contact", "needs": needs, **rest})


def book(*definitions):
    """Make a book of these definitions, unchecked."""
    sections = {Milestone: {}, Metric: {}, Incentive: {}}
    for one in definitions:
        sections[type(one)][one.key] = one
    return Book(
        milestones=sections[Milestone],
        metrics=sections[Metric],
        rewards={},
        incentives=sections[Incentive],
        boards={},
    )


def _leaf(name, operator, one, many, flag):
    takes = OPERATORS[operator].takes
    number = one if type(one) in {int, Decimal} else 1
    return Compare(name, operator, {"scalar": one, "number": number, "list": tuple(many), "flag": flag}[takes])


leaves = st.builds(
    _leaf,
    st.sampled_from(["a", "b", "a.b", "c"]),
    st.sampled_from(sorted(OPERATORS)),
    scalars,
    st.lists(scalars, min_size=1, max_size=3),
    st.booleans(),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)
