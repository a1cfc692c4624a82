"""What stands in the cells of a spreadsheet: amounts and days, as people and programs write them."""

from decimal import Decimal

import pytest

from rules.audit import cells
from rules.audit import keys


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,50 €", "1234.50"),
        ("1,234.50", "1234.50"),
        ("12 500,50", "12500.50"),
        ("1,234", "1234"),
        ("1.234", "1234"),
        ("84.500", "84500"),
        ("12.5", "12.5"),
        ("0.125", "0.125"),
        ("0,5", "0.5"),
        ("1.200,- €", "1200"),
        ("CHF 1'234.50", "1234.50"),
        ("1.2 Mio. €", "1200000"),
        ("5 млн руб.", "5000000"),  # noqa: RUF001  # Russian
        ("300 тыс.", "300000"),
        ("12,5k", "12500"),
        ("30万元", "300000"),
        ("1.5亿", "150000000"),
        ("12 500 руб.", "12500"),  # noqa: RUF001  # Russian
        ("USD 900 kg", "900"),
        ("—", None),
        ("to be said", None),
        ("4 711 000 000 000 000 000", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text, value):
    assert cells.amount(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-03", "2026-11-03"),
        ("2026-11-03T09:30:00Z", "2026-11-03"),
        ("2026年11月3日", "2026-11-03"),
        ("3.11.2026", "2026-11-03"),
        ("03.11.26", "2026-11-03"),
        ("03.11.98 16:00", "1998-11-03"),
        ("11/25/2026", "2026-11-25"),
        ("25/25/2026", ""),
        ("3 Nov 2026", "2026-11-03"),
        ("3-Nov-26", "2026-11-03"),
        ("Nov 3, 2026", "2026-11-03"),
        ("3. März 2026", "2026-03-03"),
        ("3 ноября 2026 г.", "2026-11-03"),  # noqa: RUF001  # Russian
        ("3 мая 2026", "2026-05-03"),
        ("46329", "2026-11-03"),  # a cell that is not formatted as a date
        ("46329.75", "2026-11-03"),
        ("31.02.2026", ""),
        ("12345", ""),
        ("last week", ""),
        ("", ""),
    ],
)
def test_days_are_read_as_people_and_spreadsheets_write_them(text, day):
    assert cells.day(text) == day


def test_which_number_is_the_month_a_column_says_by_its_clearest_cell():
    assert cells.month_first(["03/04/2026", "25.11.2026", "11/25/2026"])
    assert not cells.month_first(["03/04/2026", "25/11/2026", "11/25/2026"])
    assert not cells.month_first(["03/04/2026", "", "yesterday"])
    assert cells.day("03/04/2026", american=True) == "2026-03-04"
    assert cells.day("03.04.2026", american=True) == "2026-04-03"  # nobody in America writes it so


def test_a_number_that_a_spreadsheet_has_shortened_is_nobodys():
    assert keys.phone("4.93012E+11", "49") is None
    assert keys.phone("+49 30 1234567", "49") == "49301234567"
