from decimal import ROUND_HALF_UP
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import value
from tests.rules.strategies import data
from tests.rules.strategies import json_values
from tests.rules.strategies import numbers


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (7, 7),
        (-7, -7),
        (0, 0),
        (999_999_999_999, 999_999_999_999),
        (Decimal("1.5"), Decimal("1.5")),
        (Decimal("1E+3"), 1000),
        (Decimal("1E-12"), Decimal("0.000000000001")),
        ("12", 12),
        ("-0.5", Decimal("-0.5")),
        ("007", 7),
        ("59.999999999999", Decimal("59.999999999999")),
    ],
)
def test_a_number_is_read_exactly(written, read):
    assert value.number(written) == read


@pytest.mark.parametrize(
    "written",
    [
        *(None, True, False, [], {}, [1], 1.5, 10**12, -(10**12), Decimal("1E+12"), Decimal("1E-13"), Decimal("NaN")),
        *(Decimal("Infinity"), "", " 1", "1 ", "+1", "1.", ".5", "1,5", "1e3", "١٢", "1" * 13, "0." + "1" * 13, "0x1"),
        *("--1", "1\n", "NaN"),
    ],
)
def test_anything_else_is_unreadable(written):
    assert value.number(written) is None
    assert value.units(written) is None


@given(numbers)
def test_a_number_written_as_text_reads_as_the_same_number(number):
    assert value.number(format(Decimal(number), "f")) == number


@given(numbers)
def test_units_are_within_half_a_unit_and_exact_where_four_decimals_suffice(number):
    exact = Fraction(number) * value.UNIT
    units = value.units(number)
    assert abs(units - exact) <= Fraction(1, 2)
    if exact.denominator == 1:
        assert units == exact


@given(numbers)
def test_units_round_half_away_from_zero(number):
    assert value.units(number) == (Decimal(number) * value.UNIT).quantize(Decimal(1), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize(("number", "units"), [("0.00005", 1), ("-0.00005", -1), ("0.00004999", 0), ("1.23455", 12346)])
def test_a_half_goes_away_from_zero(number, units):
    assert value.units(number) == units


@given(st.integers(-(10**16) + 1, 10**16 - 1))
def test_units_written_as_text_are_read_back(units):
    text = value.text_of_units(units)
    assert value.units(Decimal(text)) == units
    assert "E" not in text
    assert "." not in text or not text.endswith("0")


@pytest.mark.parametrize(
    ("units", "text"), [(25_000, "2.5"), (0, "0"), (-5, "-0.0005"), (100_000, "10"), (10**16, "1" + "0" * 12)]
)
def test_tallies_are_written_plainly(units, text):
    assert value.text_of_units(units) == text


@given(numbers)
def test_a_number_and_the_same_number_with_zeros_are_one_value(number):
    assert value.text(Decimal(number)) == value.text(Decimal(number).normalize())
    assert value.number(value.text(number)) == number


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (10, "10"),
        (Decimal("10.0"), "10"),
        ("10", "10"),
        ("10.0", "10.0"),
        ("007", "007"),
        (Decimal("-0.0"), "0"),
        (True, "true"),
        (False, "false"),
        (None, None),
        ("", ""),
        (Decimal("1E+40"), "1E+40"),
        ([Decimal("1.0"), "1", {"b": 1, "a": None}], '[1,"1",{"a":null,"b":1}]'),
    ],
)
def test_a_value_is_told_apart_by_its_text(given, text):
    assert value.text(given) == text


@given(json_values)
def test_every_json_value_but_null_has_a_text(given):
    assert (value.text(given) is None) == (given is None)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"a": {"b": 1}}, 1),
        ({"a.b": 2, "a": {"b": 1}}, 2),
        ({"a.b": None, "a": {"b": 1}}, None),
        ({"a": [1]}, None),
        ({"a": {"c": 1}}, None),
        ({}, None),
    ],
)
def test_a_field_is_found_by_its_literal_name_before_its_path(data, found):
    assert value.field(data, "a.b") == found


@given(data)
def test_a_field_is_what_python_finds_step_by_step(data):
    inner = data.get("a")
    path = inner.get("b") if isinstance(inner, dict) else None
    assert value.field(data, "a.b") == data.get("a.b", path)


@pytest.mark.parametrize("there", [0, False, "x", [0], {"a": None}, Decimal(0)])
def test_zero_and_false_are_filled(there):
    assert value.filled(there)


@pytest.mark.parametrize("missing", [None, "", " \t\n\u3000", [], {}])
def test_null_blank_text_and_empty_collections_are_not_filled(missing):
    assert not value.filled(missing)
