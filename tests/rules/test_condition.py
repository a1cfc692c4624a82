from decimal import Decimal

import pytest
from hypothesis import given

from rules.condition import OPERATORS
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Not
from rules.condition import fields_of
from tests.rules.strategies import conditions
from tests.rules.strategies import data

LANGUAGES = {"en", "ru", "zh"}


def holds(operator, expected, actual):
    return Compare("f", operator, expected).holds({"f": actual})


@pytest.mark.parametrize(
    ("operator", "expected", "actual", "answer"),
    [
        ("is", "won", "won", True),
        ("is", "won", "Won", False),
        ("is", 10, "10", True),
        ("is", 10, Decimal("10.0"), True),
        ("is", "10", 10, False),
        ("is", True, True, True),
        ("is", True, 1, False),
        ("is", 1, True, False),
        ("is", True, "true", False),
        ("is_not", "won", "lost", True),
        ("is_not", "won", "won", False),
        ("is_not", "won", ["won"], True),
        ("in", ("a", 1), "1", True),
        ("in", ("a", 1), "b", False),
        ("at_least", 60, 60, True),
        ("at_least", 60, "59.999999999999", False),
        ("at_least", 60, "many", False),
        ("at_least", 60, True, False),
        ("more_than", 60, 60, False),
        ("more_than", Decimal("59.5"), 60, True),
        ("at_most", 5, 5, True),
        ("less_than", 5, 5, False),
        ("less_than", 5, "-1", True),
        ("contains", "ab", "cabd", True),
        ("contains", "Ab", "cabd", False),
        ("contains", 1, "1", False),
        ("contains", 1, [2, "1"], True),
        ("contains", "a", ["ab"], False),
        ("contains", "a", {"a": 1}, False),
        ("filled", True, 0, True),
        ("filled", True, " ", False),
        ("filled", False, [], True),
        ("filled", False, "x", False),
    ],
)
def test_an_operator_answers(operator, expected, actual, answer):
    assert holds(operator, expected, actual) is answer


@pytest.mark.parametrize("operator", sorted(OPERATORS.keys() - {"filled"}))
@pytest.mark.parametrize("data", [{}, {"f": None}])
def test_a_missing_field_is_a_no_and_not_then_turns_it(operator, data):
    expected = ("x",) if operator == "in" else 1
    part = Compare("f", operator, expected)
    assert not part.holds(data)
    assert Not(part).holds(data)


@pytest.mark.parametrize("data", [{}, {"f": None}])
def test_only_filled_false_holds_for_a_missing_field(data):
    assert Compare("f", "filled", False).holds(data)
    assert not Compare("f", "filled", True).holds(data)


def test_a_dotted_field_looks_into_objects():
    assert Compare("a.b", "is", 1).holds({"a": {"b": 1}})


@given(conditions, conditions, data)
def test_all_any_and_not_are_and_or_and_not(one, other, data):
    first, second = one.holds(data), other.holds(data)
    assert All((one, other)).holds(data) is (first and second)
    assert AnyOf((one, other)).holds(data) is (first or second)
    assert Not(one).holds(data) is (not first)


@given(conditions, data)
def test_a_condition_sees_only_the_fields_it_names(condition, data):
    roots = {name for field in fields_of(condition) for name in (field, field.partition(".")[0])}
    seen = {name: value for name, value in data.items() if name in roots}
    assert condition.holds(data) is condition.holds(seen)


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_every_operator_reads_in_every_language(operator):
    assert OPERATORS[operator].words.keys() == LANGUAGES
    for words in OPERATORS[operator].words.values():
        assert "{field}" in words
        assert ("{value}" in words) == (operator != "filled")


def test_the_fields_of_a_condition_are_named_once():
    leaf = Compare("a", "is", 1)
    assert fields_of(All((leaf, AnyOf((Not(Compare("b", "is", 1)), leaf))))) == ("a", "b")
    assert fields_of(None) == ()
