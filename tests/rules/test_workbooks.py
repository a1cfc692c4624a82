"""Which files the register means, and which imports close a circle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.reliance import trips
from rules.reliance import workbooks
from rules.reliance.trips import Moved
from rules.reliance.workbooks import File
from rules.reliance.workbooks import Rule

GUID = "1f7c3e9a-5d2b-4a80-9c6e-3b1d7f5a2e94"
ADDRESS = "https://corp.sharepoint.com/sites/Sales/Shared Documents/Customers/Contacts Q4.xlsx"
FOLDER = "https://corp.sharepoint.com/sites/Sales/Shared Documents/Customers"
SHEET = "1b2Cd_3eFgHiJkLmNoPqRsTuVwXyZ0-a1B2c3D"


def file(**changes):
    keys = workbooks.keys_of(GUID) | workbooks.keys_of(ADDRESS)
    usual = File(keys, "Contacts Q4.xlsx", (FOLDER,), ("b1c0", "Customer data"), "xlsx", "team")
    return usual._replace(**changes)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("file", GUID),
        ("file", "{" + GUID.upper() + "}"),
        ("file", ADDRESS),
        (
            "file",
            "https://corp.sharepoint.com/:x:/r/sites/Sales/Shared%20Documents/Customers/Contacts%20Q4.xlsx?d=w0&web=1",
        ),
        ("file", f"https://corp.sharepoint.com/sites/Sales/_layouts/15/Doc.aspx?sourcedoc=%7B{GUID}%7D&action=edit"),
        ("file", f"https://corp.sharepoint.com/:x:/r/sites/x/y.xlsx?d=w{GUID.replace('-', '')}&csf=1"),
        ("folder", FOLDER),
        ("folder", "https://corp.sharepoint.com/sites/sales/shared%20documents/"),
        ("folder", "Sales/Shared Documents"),
        ("folder", "customers"),
        ("label", "customer DATA"),
        ("label", "B1C0"),
        ("name", "contacts"),
        ("name", "*contacts*q?.xlsx"),
    ],
)
def test_a_rule_of_the_register_means_the_file(kind, value):
    assert workbooks.fault(kind, value) is None
    assert workbooks.holds(Rule(kind, value), file())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("file", GUID.replace("1f7c", "1f7d")),
        ("file", "https://corp.sharepoint.com/sites/Sales/Shared Documents/Customers/Contacts.xlsx"),
        ("folder", "https://corp.sharepoint.com/sites/Sales/Shared Documents/Cust"),
        ("folder", "https://other.sharepoint.com/sites/Sales"),
        ("folder", "Customers/Sales"),
        ("label", "Customer"),
        ("name", "contacts?.xlsx"),
        ("name", "[c]ontacts"),
    ],
)
def test_a_rule_of_the_register_does_not_mean_another_file(kind, value):
    assert workbooks.fault(kind, value) is None
    assert not workbooks.holds(Rule(kind, value), file())


def test_a_sheet_of_google_is_known_by_any_link_to_it():
    sheet = file(keys=workbooks.keys_of(SHEET), folders=("0AbCdEfGhIjKlMnOp",))
    assert workbooks.holds(Rule("file", f"https://docs.google.com/spreadsheets/d/{SHEET}/edit#gid=0"), sheet)
    assert workbooks.holds(Rule("file", f"https://drive.google.com/open?id={SHEET}"), sheet)
    assert workbooks.holds(Rule("folder", "https://drive.google.com/drive/folders/0AbCdEfGhIjKlMnOp"), sheet)
    assert workbooks.holds(Rule("folder", "0AbCdEfGhIjKlMnOp"), sheet)
    assert not workbooks.holds(Rule("file", SHEET.lower()), sheet)  # their numbers tell capitals apart


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        ("colour", "red", "unknown"),
        ("file", "  ", "empty"),
        ("name", "x" * 1001, "long"),
        ("file", "https://corp.sharepoint.com/:x:/s/Sales/EaBcDeFgHiJk?e=1", "shared"),
        ("folder", "https://corp.sharepoint.com/:f:/s/Sales/EaBcDeFgHiJk", "shared"),
        ("folder", "https://corp.sharepoint.com", "wide"),
        ("folder", "/", "wide"),
        ("name", "*", "wide"),
        ("name", "*.xlsx", "wide"),
        ("name", "a?*.csv", "wide"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_named(kind, value, fault):
    assert workbooks.fault(kind, value) == fault


@given(st.sampled_from(workbooks.RULES), st.text(max_size=60), st.text(max_size=60))
def test_no_rule_and_no_name_breaks_the_comparison(kind, value, name):
    workbooks.fault(kind, value)
    workbooks.holds(Rule(kind, value), file(name=name, folders=(name,), keys=workbooks.keys_of(name)))


@pytest.mark.parametrize(
    ("value", "name", "meant"),
    [
        ("*" + "a*" * 15 + "b", "a" * 200, False),  # would be tried in more ways than there are seconds
        ("[draft]*", "[draft] customers.xlsx", True),
        ("[draft]*", "d.xlsx", False),
        ("cust?mers*2026", "Customers of 2026", True),
        ("a*bc*d", "a bc bc d", True),
        ("a*bc*d", "a bc bc", False),
    ],
)
def test_a_pattern_of_names_is_tried_once(value, name, meant):
    assert workbooks.holds(Rule("name", value), file(name=name)) is meant


def test_an_import_closes_a_circle_within_fourteen_days_of_an_export():
    exports = [Moved(100, 1_000)]
    imports = [Moved(100, 999), Moved(100, 1_001), Moved(114, 5_000), Moved(115, 6_000)]
    assert trips.judged(imports, exports) == (2, 2)


def test_an_import_alone_is_no_circle():
    assert trips.judged([Moved(100, 1)], []) == (0, 1)
