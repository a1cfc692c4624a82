"""Cells of files that spreadsheets open are text, whichever sign a spreadsheet parts them by."""

import csv
import io

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from adoption.audits import lists
from adoption.sheets import FORMULA
from adoption.sheets import safe
from adoption.sheets import workbook

SIGNS = [*';,"|\t\n\r =+-@', "\uff1d", "'", "a", "1", "cmd|' /C calc'!A0"]


def cells(text, delimiter):
    """Return how a spreadsheet that parts cells by a sign reads a file of ours, where commas are between cells."""
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]


@given(st.lists(st.lists(st.sampled_from(SIGNS), max_size=8).map("".join), min_size=1, max_size=3))
@example(["Alice", "Owl;=1+1"])
@example(["Alice", 'Owl;"=1+1'])
@example(["Alice", "Owl\n=1+1"])
@example(["Alice", "Owl; \t-1"])
def test_no_cell_is_a_formula_wherever_the_file_is_opened(texts):
    out = io.StringIO(newline="")
    csv.writer(out).writerow([safe(text) for text in texts])
    for delimiter in ",;\t":
        for cell in cells(out.getvalue(), delimiter):
            assert not cell.lstrip(' "').startswith(tuple(sign for sign in FORMULA if sign.strip())), (delimiter, cell)


@pytest.mark.parametrize("text", ["\n" * 1_000_000, ' ;"' * 500_000])
def test_blanks_without_number_keep_nobody_waiting(text):
    assert safe(f"{text}a") == f"{text}a"


@pytest.mark.parametrize("text", ["Acme GmbH; Berlin", "a+b", "1-2", "x = y", "Anna-Maria", "a;b", ""])
def test_what_is_no_formula_stays_as_it_is(text):
    assert safe(text) == text


def test_notes_of_several_lines_stay_as_they_are_in_a_workbook_where_a_cell_holds_all_of_them():
    rows = [("Phone", "Notes"), ("+4930123456", "Call:\n- the office\n- her")]
    assert workbook.read(lists.as_xlsx(rows), longest=9, cell=99).rows[1] == list(rows[1])
    assert cells(lists.as_csv(rows).decode("utf-8-sig"), ",")[2:] == ["+4930123456", "Call:\n'- the office\n'- her"]
