"""Figures and weights that HR uploads: read exactly, shown before they are written, and never written by surprise."""

import io
import json
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy import update

from adoption import bonuses
from adoption import facts
from adoption import uploads
from adoption.bonuses import uploading
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Figure
from adoption.models import JournalEntry
from adoption.models import Participant
from adoption.models import Upload
from adoption.models import Weight
from tests.adoption.test_bonus_runs_pages import CAST
from tests.adoption.test_bonus_runs_pages import HERE
from tests.adoption.test_bonus_runs_pages import at
from tests.adoption.test_bonus_runs_pages import crowd
from tests.adoption.test_bonus_runs_pages import roles
from tests.adoption.test_bonus_runs_pages import step
from tests.adoption.test_bonus_runs_pages import text
from tests.adoption.test_bonuses import BOOK
from tests.adoption.test_bonuses import JOINT
from tests.adoption.test_bonuses import MARCH
from tests.house import House

POOL = '[[plan.sales.components]]\nkey = "pool"'
WITH_WEIGHTS = BOOK.replace(POOL, JOINT + POOL)
ALICE, BOB = "alice@example.com", "bob@example.com"


@pytest.fixture
def house(app):
    made = House(WITH_WEIGHTS, people=(*CAST, "Bob"))
    roles(made)
    made.settle()
    made.app = app
    return made


def upload(visitor, csv, target="figure:quota", status=200, name="values.csv"):
    raw = csv if isinstance(csv, bytes) else csv.encode()
    form = {"target": target, "file": (io.BytesIO(raw), name)}
    return text(visitor.post(f"{HERE}/figures", form, content_type="multipart/form-data"), status)


def confirm(visitor, page, target="figure:quota", status=303, **form):
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    usual = {"target": target, "kept": kept.group(1) if kept else ""}
    return text(visitor.post(f"{HERE}/figures/confirm", usual | form), status)


def figures():
    return stored(Figure)


def weights():
    return stored(Weight)


def stored(table):
    query = select(Participant.email, table.value).join(table, table.participant == Participant.id)
    rows = dict(map(tuple, db.session.execute(query)))
    db.session.rollback()
    return rows


# --- numbers


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1500", 1500),
        ("1500.5", Fraction("1500.5")),
        ("1500,5", Fraction("1500.5")),
        ("1 500,50", Fraction("1500.5")),
        ("1\u00a0500\u202f000", 1_500_000),
        ("-12.34", Fraction("-12.34")),
        ("\N{MINUS SIGN}3", -3),
        ("0.125", Fraction(1, 8)),
        ("0,125", Fraction(1, 8)),
        ("1/3", Fraction(1, 3)),
        ("1234.567", Fraction("1234.567")),
        (" 7 ", 7),
    ],
)
def test_numbers_are_exact_whoever_wrote_them(cell, value):
    assert uploading.amount(cell, "figure") == value


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("1,500", "two ways"),
        ("1.500", "two ways"),
        ("-12,345", "two ways"),
        ("", "blank"),
        ("1,500.00", "number"),
        ("1.500,00", "number"),
        ("12 50", "number"),
        ("1e5", "number"),
        ("1_000", "number"),
        ("٣", "number"),
        ("nan", "number"),
        ("inf", "number"),
        ("=1+1", "number"),
        ("1/0", "number"),
        ("50%", "number"),
        ("9" * 13, "large"),
        ("9" * 500, "number"),
    ],
)
def test_what_is_no_number_or_may_be_two_is_refused(cell, what):
    assert uploading.amount(cell, "figure") == what


def test_the_two_readings_are_both_named():
    assert uploading.both("1,500") == ("1500", "1.5")
    assert uploading.both("-12.345") == ("-12345", "-12.345")


@pytest.mark.parametrize(("cell", "value"), [("33.333", Fraction("33.333")), ("50 %", 50), ("12,5%", Fraction("12.5"))])
def test_weights_have_no_thousands_and_may_be_percent(cell, value):
    assert uploading.amount(cell, "weight") == value


def test_a_weight_is_not_below_zero():
    assert uploading.amount("-1", "weight") == "negative"


@given(st.text(max_size=30))
def test_whatever_a_cell_says_it_is_a_number_or_a_reason(cell):
    found = uploading.amount(cell, "figure")
    assert isinstance(found, Fraction) or found in {"blank", "number", "two ways", "large"}


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
def test_what_is_written_plainly_is_read_exactly(value):
    assert uploading.amount(str(value), "figure") == Fraction(value)
    assert uploading.amount(str(value).replace(".", ","), "figure") == Fraction(value)


# --- a file, its preview, and the word


def test_a_file_is_shown_and_only_written_when_confirmed(house):
    hana = at(house, "Hana")
    page = upload(hana, f"email,value\n{ALICE},2000\n{BOB},1500.50\n")
    assert "2 values change" in page
    assert "1,500.5" in page
    assert "5 take part and have none" in page
    assert figures() == {}
    confirm(hana, page)
    assert figures() == {ALICE: "2000", BOB: "1500.5"}
    again = upload(hana, f"email,value\n{ALICE},2500\n{BOB},1500.5\n")
    assert "1 value changes" in again
    assert "1 stays as it is" in again
    assert re.search(r"2,000</td>.*2,500</td>", again)
    confirm(hana, again)
    assert figures() == {ALICE: "2500", BOB: "1500.5"}
    kept = db.session.execute(select(JournalEntry.__table__).where(JournalEntry.action == "uploaded")).all()
    assert [(json.loads(one.before), json.loads(one.after)) for one in kept] == [
        ({}, {ALICE: "2000", BOB: "1500.5"}),
        ({ALICE: "2000"}, {ALICE: "2500"}),
    ]
    assert {(one.thing.partition("/20")[0], one.participant) for one in kept} == {("figure/quota", house["Hana"])}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("delimiter", "newline"), [(",", "\n"), (";", "\r\n"), ("\t", "\r")])
def test_files_are_read_as_spreadsheets_write_them(sqlite_app, encoding, delimiter, newline):
    house = House(WITH_WEIGHTS, people=(*CAST, "Bob"))
    roles(house)
    house.app = sqlite_app
    csv = f'E-Mail,Quota\n{ALICE},"2000.5"\n'.replace(",", delimiter).replace("\n", newline)
    page = upload(at(house, "Hana"), csv.encode(encoding))
    assert "2,000.5" in page


@pytest.mark.parametrize("head", ["Почта;План", "邮箱;目标", "E-Mail;Ziel", "User principal name;Quota"])
def test_headings_are_understood_in_the_language_of_the_file(house, head):
    assert "2,000.5" in upload(at(house, "Hana"), f"{head}\n{ALICE};2000,5\n")


@pytest.mark.parametrize(
    ("csv", "said"),
    [
        (f"email,value\n{ALICE},2000\nzoe@example.com,7\n", "nobody has the e-mail address zoe@example.com"),
        (f"email,value\n{ALICE},2000\nAlice@Example.com,7\n", "is already on line 2"),
        (f'email,value\n{ALICE},"1,500"\n', "can be read in two ways: write 1500 or 1.5"),
        (f"email,value\n{ALICE},\n", "there is no number"),
        (f"email,value\n{ALICE},lots\n", "“lots” is no number"),
        ("email,value\nteam:Sales,7\n", "nobody has the e-mail address team:Sales"),
        ("", "the file is empty; its first line must name the columns"),
        ("email,value\n", "There is no line in this file but the headings."),
        ("name,value\nAlice,7\n", "this column is missing"),
        (b"PK\x03\x04 a workbook", "The workbook is damaged"),
        (b"\xff\xff\xff\xff", "cannot be read"),
        ("email,value\n<script>alert(1)</script>,7\n", "&lt;script&gt;alert(1)"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_changes_nothing(house, csv, said):
    hana = at(house, "Hana")
    page = upload(hana, csv, status=422)
    assert said in page
    assert "<script>alert" not in page
    assert 'name="kept"' not in page
    assert figures() == {}


def test_without_a_file_nothing_happens(house):
    assert "Choose a file first." in upload(at(house, "Hana"), "", name="", status=422)


def test_a_figure_that_the_plan_does_not_ask_for_is_not_there(house):
    for target in ("figure:bonus", "weight:calls", "", "tally:calls", "figure:"):
        upload(at(house, "Hana"), f"email,value\n{ALICE},1\n", target=target, status=404)


# --- weights


@pytest.mark.parametrize("cells", [("60", "40"), ("0.6", "0.4"), ("1/3", "2/3"), ("33.333%", "66.667%"), ("1", "0")])
def test_weights_make_a_whole(house, cells):
    hana = at(house, "Hana")
    page = upload(hana, f"email,value\n{ALICE},{cells[0]}\n{BOB},{cells[1]}\n", "weight:joint")
    confirm(hana, page, "weight:joint")
    assert sum(uploading.number(one) for one in weights().values()) in uploading.WHOLES


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("60", "39.99"), "99.99. 0.01 is missing"),
        (("60", "40.01"), "100.01. That is 0.01 too much"),
        (("0.3", "0.6"), "0.9. 0.1 is missing"),
        (("1/3", "1/3"), "2/3. 1/3 is missing"),
        (("0", "0"), "0. 1 is missing"),
    ],
)
def test_weights_that_miss_the_whole_are_refused_with_the_difference(house, cells, said):
    page = upload(at(house, "Hana"), f"email,value\n{ALICE},{cells[0]}\n{BOB},{cells[1]}\n", "weight:joint", status=422)
    assert said in page
    assert 'name="kept"' not in page
    assert weights() == {}


def test_weights_are_the_whole_list(house):
    hana = at(house, "Hana")
    confirm(hana, upload(hana, f"email,value\n{ALICE},60\n{BOB},40\n", "weight:joint"), "weight:joint")
    page = upload(hana, f"email,value\n{BOB},100\n", "weight:joint")
    assert "2 values change" in page  # Alice has none afterwards
    confirm(hana, page, "weight:joint")
    assert weights() == {ALICE: "0", BOB: "100"}


# --- between the preview and the word


def test_what_is_confirmed_is_what_was_shown_to_whom_and_for_what(house):
    hana = at(house, "Hana")
    page = upload(hana, f"email,value\n{ALICE},2000\n")
    confirm(at(house, "Ina"), page, status=409)  # shown to Hana
    confirm(hana, page, target="weight:joint", status=409)  # for the quota
    kept = re.search(r'name="kept" value="([^"]+)"', page).group(1)
    elsewhere = HERE.replace("2026-03", "2026-02")
    text(hana.post(f"{elsewhere}/figures/confirm", {"target": "figure:quota", "kept": kept}), 409)
    for forged in (kept[:-3] + "abc", "x", "", kept[:-1]):
        confirm(hana, page, status=409, kept=forged)
    assert figures() == {}


def test_a_preview_is_good_for_an_hour_and_once(house):
    hana = at(house, "Hana")
    page = upload(hana, f"email,value\n{ALICE},2000\n")
    begin_write().execute(update(Upload).values(created=Upload.created - uploads.LIVES - 1))
    db.session.commit()
    assert "This preview is over" in confirm(hana, page, status=409)
    assert figures() == {}
    page = upload(hana, f"email,value\n{ALICE},2000\n")
    confirm(hana, page)
    assert "This preview is over" in confirm(hana, page, status=409)


def test_what_somebody_changed_in_the_meantime_is_shown_again(house):
    hana, ina = at(house, "Hana"), at(house, "Ina")
    old = upload(hana, f"email,value\n{ALICE},2000\n")
    confirm(ina, upload(ina, f"email,value\n{ALICE},1800\n"))
    page = confirm(hana, old, status=200)
    assert "Somebody has changed these values in the meantime." in page
    assert "1,800" in page
    assert figures() == {ALICE: "1800"}
    confirm(hana, page)
    assert figures() == {ALICE: "2000"}


def test_what_is_under_review_or_closed_is_not_changed(house):
    hana, vic = at(house, "Hana"), at(house, "Vic")
    step(hana, "freeze", form={})
    old = upload(hana, f"email,value\n{ALICE},2000\n")
    for who, name in ((hana, "send"), (vic, "approve"), (hana, "close")):
        step(who, name)
        assert "under review or closed" in upload(hana, f"email,value\n{ALICE},2000\n", status=409)
        assert "under review or closed" in confirm(hana, old, status=409)
        assert "Choose" not in text(hana.get(f"{HERE}/figures"))
    assert figures() == {}


def test_figures_that_came_after_the_freeze_ask_for_a_new_one(house):
    hana = at(house, "Hana")
    step(hana, "freeze", form={})
    confirm(hana, upload(hana, f"email,value\n{ALICE},2000\n"))
    assert "the statements do not have it. Freeze anew." in text(hana.get(HERE))
    assert "entered by hand since the freeze" in step(hana, "send", 409)
    step(hana, "freeze", form={})
    step(hana, "send")


def test_a_figure_of_two_plans_waits_for_both(new_app, database):
    other = BOOK.partition("[plan.sales]")[2]
    book = BOOK + "[plan.field]" + other.replace("plan.sales", "plan.field")
    with new_app(database) as app:
        house = House(book, people=(*CAST, "Bob"))
        roles(house)
        house.settle()
        house.app = app
        hana = at(house, "Hana")
        text(hana.post("/hr/bonuses/field/2026-03/freeze"), 303)
        run = bonuses.listed("field")[0].id
        db.session.rollback()
        bonuses.take(run, "send", who=house["Ina"], now=1)
        db.session.commit()
        assert "under review or closed" in upload(hana, f"email,value\n{ALICE},2000\n", status=409)


def test_a_file_of_many_people_is_written_in_one_go(house):
    crowd(house, 3_000)
    hana = at(house, "Hana")
    page = upload(hana, "email,value\n" + "".join(f"p{n}@x.example,{n}.25\n" for n in range(3_000)))
    assert "3,000 values change" in page
    assert "and 2,800 more" in page
    confirm(hana, page)
    assert figures()["p2999@x.example"] == "2999.25"


def test_whoever_left_before_is_told_apart(house):
    connection = begin_write()
    connection.execute(update(Participant).where(Participant.id == house["Bob"]).values(left_on=MARCH))
    facts.changed(connection, rescore=False)
    db.session.commit()
    assert "1 has one and does not take part" in upload(at(house, "Hana"), f"email,value\n{BOB},2000\n")
