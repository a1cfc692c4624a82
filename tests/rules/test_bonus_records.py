"""Statements are written and read the fast way, and are the same bytes as the plain way would make of them."""

import dataclasses
import hashlib
from collections.abc import Mapping
from fractions import Fraction as F  # noqa: N817  # it stands in nearly every line

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.bonus import Inputs
from rules.bonus import Plan
from rules.bonus import exact
from rules.bonus import reckon
from rules.bonus import wire
from rules.bonus.components import KIND_OF
from tests.rules.test_bonus import plans_and_inputs
from tests.rules.test_bonus_document import ABOUT
from tests.rules.test_bonus_document import made

EVER = "816e5300939957ea4d2f1e902f605b6e198c2eac4c7208bf201b02fd89df7dfb"  # statements are kept for years


def plainly(value):
    """Pack a record in the plainest way."""
    if isinstance(value, F):
        return exact.text(value)
    if isinstance(value, (tuple, list)):
        return [plainly(one) for one in value]
    if isinstance(value, Mapping):
        return {key: plainly(one) for key, one in value.items()}
    if not dataclasses.is_dataclass(value):
        return value
    found = {"kind": KIND_OF[type(value)]} if type(value) in KIND_OF else {}
    for field in dataclasses.fields(value):
        made_by = field.default_factory
        default = field.default if made_by is dataclasses.MISSING else made_by()
        if getattr(value, field.name) != default:
            found[field.name] = plainly(getattr(value, field.name))
    return found


def test_a_document_is_the_same_bytes_for_ever():
    assert hashlib.sha256(wire.canonical(made())).hexdigest() == EVER


@given(plans_and_inputs())
def test_a_document_written_at_once_is_that_written_part_by_part(drawn):
    plan, inputs = drawn
    found = reckon(plan, inputs)
    body = wire.document(ABOUT, plan, inputs, found)
    assert wire.Writer(plan).document(ABOUT, wire.pack(inputs), found).encode() == wire.canonical(body)
    assert body["lines"] == plainly(found.lines)
    assert body["inputs"] == plainly(inputs)
    assert body["plan"] == plainly(plan)


@given(plans_and_inputs())
def test_what_is_packed_is_unpacked(drawn):
    plan, inputs = drawn
    assert wire.unpack(Plan, wire.pack(plan)) == plan
    assert wire.unpack(Inputs, wire.pack(inputs)) == inputs


@given(st.fractions() | st.decimals(allow_nan=False, allow_infinity=False, places=4).map(F))
def test_numbers_are_read_as_they_are_written(value):
    assert exact.number(exact.text(value)) == value


@pytest.mark.parametrize("written", ["", ".", "1.", ".5", "1/", "1/0", "1e3", "1_000", "½", "--1", "1.5.2", "1,5", "x"])
def test_what_is_no_plain_number_is_read_as_fractions_read_it(written):
    def reading(read):
        try:
            return read(written)
        except (ValueError, ZeroDivisionError):
            return None

    if written not in {"1e3", "1_000"}:  # which fractions would read
        assert reading(exact.number) == reading(F)
    else:
        assert reading(exact.number) is None


@pytest.mark.parametrize("kind", [[], {}, 7, None, "flat ", "pool"])
def test_terms_of_no_known_kind_are_named(kind):
    body = made()
    body["plan"]["components"][0]["terms"]["kind"] = kind
    with pytest.raises(wire.FormatError):
        wire.read(body)
