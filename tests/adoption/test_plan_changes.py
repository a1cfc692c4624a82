"""A bonus plan changed by its numbers: faults beside the fields, and a draft of the book instead of a trial alone."""

import html
import re
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from adoption import drafts
from adoption import facts
from adoption.extensions import db
from adoption.journal import By
from adoption.models import JournalEntry
from adoption.pages import plan_advice
from adoption.pages import plan_fields
from rules.book import composing
from rules.book import writing
from rules.book.plan_lint import CODES
from tests.adoption.test_bonus_plans import BOOK
from tests.adoption.test_bonus_plans import PATH
from tests.adoption.test_bonus_plans import april  # noqa: F401  # it is April here, too
from tests.adoption.test_bonus_plans import calls
from tests.adoption.test_bonus_plans import hana  # noqa: F401  # a fixture
from tests.adoption.test_bonus_plans import house  # noqa: F401  # a fixture
from tests.adoption.test_bonus_plans import text_of
from tests.house import NOW
from tests.rules.test_plans import KINDS
from tests.rules.test_plans import component
from tests.rules.test_plans import example
from tests.rules.test_plans import plan
from tests.visitors import Visitor

# ruff: noqa: F811  # the fixtures above are arguments below
PLAN = ("plan", "sales")
DRAFT = "/hr/plans/sales/draft"


def fields(page):
    """Return the fields of the form of numbers, as a browser would send them."""
    text = page.get_data(as_text=True)
    form = text[text.index('id="change"') : text.index("</form>", text.index('id="change"'))]
    found = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', form)
    }
    del found["csrf_token"]
    return found | {"span": "2026-03"}


def sent(hana, path=PATH, **changes):
    """Return the form with numbers changed: ``components.0.tiers.1.pays`` with underlines in place of the points."""
    return fields(hana.get(path)) | {f"n.{name.replace('_', '.')}": value for name, value in changes.items()}


def body(number):
    db.session.rollback()
    return writing.body_of(drafts.get(number).changes[PLAN], *PLAN)


def made(answer):
    assert answer.status_code == 303, text_of(answer)
    return int(answer.headers["Location"].rpartition("/")[2])


# --- numbers as fields


def test_every_number_of_the_plan_is_a_field(hana):
    numbers = {name: value for name, value in fields(hana.get(PATH)).items() if name.startswith("n.")}
    assert numbers == {
        "n.cap": "5000",
        "n.floor": "",
        "n.components.0.tiers.0.from": "0",
        "n.components.0.tiers.0.pays": "6",
        "n.components.0.tiers.1.from": "2",
        "n.components.0.tiers.1.pays": "9",
        "n.components.0.tiers.2.from": "",
        "n.components.0.tiers.2.pays": "",
        "n.components.0.caps.pay": "",
        "n.components.0.floor": "",
        "n.components.1.every": "5",
        "n.components.1.pays": "10",
        "n.components.1.caps.pay": "",
        "n.components.1.floor": "",
        "n.components.2.amount": "100",
        "n.examples.0.values.calls": "3",
        "n.examples.0.pays": "21",
    }


def test_a_changed_number_is_tried_and_stays_in_its_field(house, hana):
    calls(house, Alice=7, Bob=3, Cora=1)
    page = hana.post(PATH, sent(hana, components_0_tiers_1_pays="5", components_0_tiers_0_pays="7"))
    said = text_of(page)
    assert page.status_code == 200
    assert "The plan in force €194.00 Your change €175.00 Difference −€19.00" in said
    assert "The plan now pays 19.00 here: correct the example, or the plan." in said
    assert fields(page)["n.components.0.tiers.1.pays"] == "5"
    assert "{ from = 2, pays = 5 }" in html.unescape(page.get_data(as_text=True)), "the text follows"


@pytest.mark.parametrize(
    ("name", "typed", "remedy"),
    [
        ("components.0.tiers.1.pays", "nine", "Write a number that is not below zero, such as 7.50."),
        ("components.1.every", "-5", "Write a number above zero, such as 10."),
        ("components.1.every", "1,000", "Write a number above zero, such as 10."),
        ("components.1.every", "", "Write a number above zero, such as 10."),
        ("components.0.floor", "much", "Write a number, such as 10."),
        ("floor", "6000", "It lies above the limit: lower it, or raise the limit."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_which_keeps_what_was_typed(hana, name, typed, remedy):
    for path in (PATH, DRAFT):
        answer = hana.post(path, sent(hana) | {f"n.{name}": typed})
        text = html.unescape(answer.get_data(as_text=True))
        assert answer.status_code == 422
        assert re.search(rf'id="w-{re.escape(name)}">{re.escape(remedy)}<', text), text_of(answer)
        assert re.search(rf'name="n.{re.escape(name)}" value="{re.escape(typed)}"[^>]* aria-invalid="true"', text)
    assert drafts.listed() == []


def test_rows_that_are_out_of_order_are_told_above_them(hana):
    answer = hana.post(PATH, sent(hana, components_0_tiers_2_from="1", components_0_tiers_2_pays="12"))
    assert answer.status_code == 422
    assert "Write the rows in rising order, the first from 0 on." in text_of(answer)


def test_remedies_come_in_the_readers_language(app, house):
    visitor = Visitor(app, house["Hana"], language="ru")
    answer = visitor.post(PATH, sent(visitor, components_1_every="-5"))
    assert "Напишите число больше нуля" in text_of(answer)


# --- a draft


def test_a_changed_plan_becomes_a_draft_and_nothing_takes_force(hana):
    before = facts.current().book
    form = sent(hana, components_0_tiers_1_pays="10", components_0_tiers_2_from="20", components_0_tiers_2_pays="12")
    number = made(hana.post(DRAFT, form | {"n.examples.0.pays": "22", "n.cap": ""}))
    tiers = body(number)["components"][0]["tiers"]
    assert tiers == [{"from": 0, "pays": 6}, {"from": 2, "pays": 10}, {"from": 20, "pays": 12}]
    assert "cap" not in body(number)
    assert facts.current().book == before
    page = hana.get(f"/hr/book/drafts/{number}")
    said = text_of(page)
    assert "Change: Sales" in said
    assert "Still needed" not in said
    assert "Pay grows without end." in said, "the advice of the changed plan, in words"
    assert f'href="{PATH}?draft={number}"' in page.get_data(as_text=True)


def test_a_row_that_is_emptied_is_left_out(hana):
    form = sent(hana, components_0_tiers_1_from="", components_0_tiers_1_pays="")
    number = made(hana.post(DRAFT, form | {"n.examples.0.values.calls": "", "n.examples.0.pays": ""}))
    assert body(number)["components"][0]["tiers"] == [{"from": 0, "pays": 6}]
    assert "examples" not in body(number)


def test_a_draft_is_gone_on_with_and_its_examples_are_told(hana):
    number = made(hana.post(DRAFT, sent(hana, components_0_tiers_1_pays="10")))
    said = text_of(hana.get(f"/hr/book/drafts/{number}"))
    assert "Sales : The plan now pays 22.00 here: correct the example, or the plan." in said
    there = f"{PATH}?draft={number}"
    again = sent(hana, there, examples_0_pays="22")
    assert again["n.components.0.tiers.1.pays"] == "10", "it begins with what the draft says"
    assert made(hana.post(DRAFT, again)) == number
    assert body(number)["examples"] == [{"values": {"calls": 3}, "pays": 22}]
    assert "Still needed" not in text_of(hana.get(f"/hr/book/drafts/{number}"))


def test_a_published_change_holds_from_its_day_and_the_journal_knows_who_made_it(house, hana):
    form = sent(hana, components_0_tiers_1_pays="10", examples_0_pays="22")
    number = made(hana.post(DRAFT, form))
    found = drafts.get(number)
    hana.post(f"/hr/book/drafts/{number}", {"revision": found.revision, "act": "publish"})
    db.session.rollback()
    line = facts.current().timelines.plans["sales"]
    assert [str(part.body.components[0].terms.tiers[1].pays) for part in line] == ["9", "10"]
    entries = db.session.query(JournalEntry).filter(JournalEntry.thing == "plan/sales").all()
    assert [one.participant for one in entries][-1:] == [house["Hana"]]


def test_what_somebody_else_published_meanwhile_is_not_overwritten(house, hana):
    form = sent(hana, components_0_tiers_1_pays="10", examples_0_pays="22")
    house.publish(BOOK.replace("cap = 5000", "cap = 4000"), since=date(2026, 5, 1))
    answer = hana.post(DRAFT, form)
    assert answer.status_code == 409
    assert "Somebody changed this plan meanwhile." in text_of(answer)
    assert drafts.listed() == []
    again = fields(answer)
    assert again["n.components.0.tiers.1.pays"] == "10", "what was typed is kept"
    assert body(made(hana.post(DRAFT, again)))["components"][0]["tiers"][1]["pays"] == 10


def test_a_draft_that_somebody_else_changed_meanwhile_is_not_overwritten(house, hana):
    number = made(hana.post(DRAFT, sent(hana, components_0_tiers_1_pays="10")))
    mine = sent(hana, f"{PATH}?draft={number}", components_0_tiers_0_pays="7")
    theirs = composing.part(BOOK.replace("every = 5", "every = 4"), PLAN)
    drafts.change(number, drafts.get(number).revision, {PLAN: theirs}, By(house["Ann"], "Ann"), NOW)
    db.session.commit()
    assert hana.post(DRAFT, mine).status_code == 409
    assert body(number)["components"][1]["every"] == 4


def test_a_form_in_which_nothing_was_changed_makes_no_draft(hana):
    answer = hana.post(DRAFT, sent(hana))
    assert answer.status_code == 422
    assert "Nothing is changed yet: change a number first." in text_of(answer)
    assert drafts.listed() == []


def test_text_becomes_a_draft_as_it_was_written(hana):
    text = composing.part(BOOK, PLAN).replace("pays = 9 }", "pays = 10 }").replace("pays = 21", "pays = 22")
    number = made(hana.post(DRAFT, {"text": text, "span": ""}))
    assert "# rises" in drafts.get(number).changes[PLAN], "remarks and all"
    answer = hana.post(DRAFT, {"text": text.replace("[plan.sales]", "[plan.other]"), "span": ""})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "form",
    [
        {"n.components.9.tiers.1.pays": "5"},
        {"n.": "5", "n.components": "5", "n.components.0": "x", "n.examples.0.values": "x"},
        {"n.cap": "9" * 5000},
        {"n.cap": "\0", "n.floor": "∞"},
        {"draft": "x", "revision": "x", "seen": "x" * 500},
    ],
)
def test_hostile_forms_are_answered(hana, form):
    assert hana.post(DRAFT, form).status_code in {409, 422}
    assert hana.post(PATH, form).status_code in {200, 422}
    assert drafts.listed() == []


def test_a_draft_that_is_none_is_not_found(hana):
    assert hana.get(f"{PATH}?draft=77").status_code == 404
    assert hana.post(DRAFT, {"draft": "77"}).status_code == 404


# --- a plan that is only in a draft


CARE = """[plan.care]
title = "Care"
titles = { ru = "Забота" }
currency = "EUR"
per = "month"
[[plan.care.components]]
key = "talks"
kind = "flat"
of = "talks"
pays = 2
[[plan.care.examples]]
values = { talks = 3 }
pays = 6
"""
TALKS = '[metric.talks]\ntitle = "Talks"\ncounts = "call.completed"\n'
NEW = ("plan", "care")


@pytest.fixture
def new(house):
    """Return a draft with a plan that no book has, and with the metric that it asks for."""
    return begun(house, CARE)


def begun(house, text):
    number = drafts.begin("A plan for care", By(house["Hana"], "Hana"), NOW)
    db.session.commit()
    changes = {NEW: text, ("metric", "talks"): TALKS}
    drafts.change(number, drafts.get(number).revision, changes, By(house["Hana"], "Hana"), NOW)
    db.session.commit()
    return number


def of_care(number):
    db.session.rollback()
    return writing.body_of(drafts.get(number).changes[NEW], *NEW)


def test_a_plan_that_is_only_in_a_draft_has_a_form_of_its_numbers(hana, new):
    there = f"/hr/plans/care/simulate?draft={new}"
    assert f'href="{there}"' in hana.get(f"/hr/book/drafts/{new}").get_data(as_text=True)
    page = hana.get(there)
    said = text_of(page)
    assert "This plan is new: it takes force when the draft is published." in said
    assert "Work it out" not in said
    form = fields(page)
    assert (form["n.components.0.pays"], form["n.examples.0.values.talks"], form["n.cap"]) == ("2", "3", "")
    assert "Talks" in said, "what its quantity is called in the draft's own metric"
    again = form | {"n.components.0.pays": "2.50", "n.examples.0.pays": "7.50", "n.cap": "400"}
    assert made(hana.post("/hr/plans/care/draft", again)) == new
    assert str(of_care(new)["components"][0]["pays"]) == "2.50"
    assert of_care(new)["cap"] == 400
    assert "care" not in facts.current().book.plans
    assert hana.post("/hr/plans/care/draft", fields(hana.get(there))).status_code == 422, "nothing is changed"


def test_what_is_wrong_with_a_new_plan_stands_beside_its_field(hana, new):
    answer = hana.post(
        "/hr/plans/care/draft", sent(hana, f"/hr/plans/care/simulate?draft={new}", components_0_pays="x")
    )
    assert answer.status_code == 422
    assert "Write a number that is not below zero, such as 7.50." in text_of(answer)
    assert of_care(new)["components"][0]["pays"] == 2


def test_a_new_plan_that_cannot_be_read_yet_is_mended_by_its_numbers(house, app):
    number = begun(house, CARE.replace("pays = 2\n", "pays = -2\n"))
    visitor = Visitor(app, house["Hana"], language="ru")
    there = f"/hr/plans/care/simulate?draft={number}"
    page = visitor.get(there)
    assert "Забота" in text_of(page)
    assert fields(page)["n.components.0.pays"] == "-2"
    assert made(visitor.post("/hr/plans/care/draft", sent(visitor, there, components_0_pays="2"))) == number
    assert of_care(number)["components"][0]["pays"] == 2


def test_a_new_plan_is_found_only_in_its_draft(hana, new):
    for path in ("/hr/plans/care/simulate", "/hr/plans/care", f"/hr/plans/other/simulate?draft={new}"):
        assert hana.get(path).status_code == 404
    assert hana.post("/hr/plans/care/draft", {"n.cap": "5"}).status_code == 404
    tried = hana.post("/hr/plans/care/simulate", {"draft": new, "span": "2026-03"})
    assert tried.status_code == 422
    assert "there is no such past period of this plan" in text_of(tried)
    drafts.discard(new, drafts.get(new).revision, By(None, "Hana"), NOW)
    db.session.commit()
    assert hana.get(f"/hr/plans/care/simulate?draft={new}").status_code == 404


def test_a_new_plan_that_is_published_is_a_plan_like_every_other(hana, new):
    found = drafts.get(new)
    hana.post(f"/hr/book/drafts/{new}", {"revision": found.revision, "act": "publish"})
    db.session.rollback()
    said = text_of(hana.get("/hr/plans/care/simulate"))
    assert "Try a change" in said
    assert "This plan has no period that is over yet" in said


def test_a_new_plan_that_somebody_else_changed_meanwhile_is_not_overwritten(house, hana, new):
    mine = sent(hana, f"/hr/plans/care/simulate?draft={new}", components_0_pays="3")
    theirs = {NEW: CARE.replace("pays = 6", "pays = 8").replace("pays = 2\n", "pays = 4\n")}
    drafts.change(new, drafts.get(new).revision, theirs, By(house["Ann"], "Ann"), NOW)
    db.session.commit()
    assert hana.post("/hr/plans/care/draft", mine).status_code == 409
    assert of_care(new)["components"][0]["pays"] == 4


# --- every plan


AROUND = """
gate = { of = "days", at_least = 10, otherwise = 0.5 }
multiplier = { of = "figure.quality", at_least = 0.5, at_most = 1.50 }
caps = { credit = 100, rate = 6, pay = 500 }
floor = 10
budget = 10000
"""


def grouped(made, typed=None):
    with Flask(__name__).app_context():  # in which words are said
        return plan_fields.groups(made, typed or {}, str)


def drawn(text):
    made = writing.body_of(text, "plan", "p")
    groups = grouped(made)
    every = [
        one
        for group in groups
        for one in (*group.fields, *(one for rows in group.lists for row in rows.rows for one in row))
    ]
    return made, {one.at: one.value for one in every}


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_in_which_nothing_was_changed_gives_back_the_same_plan(kind):
    own, values, pays = KINDS[kind]
    more = "" if kind in plan_fields.UNBOUNDED else AROUND
    before, shown = drawn(plan(component(kind, own, more), more="cap = 9.50", examples=example(values, pays)))
    assert plan_fields.body_of(before, shown) == before
    assert plan_fields.body_of(before, {}) == before
    numbers = re.findall(r"(?<![\w.\"])\d+(?:\.\d+)?", f"{own} {more} {values}")
    filled = [value for value in shown.values() if value]
    assert len(filled) == len(numbers) + 2, "every number is a field: these, the plan's cap, and what the example pays"


@given(data=st.data(), kind=st.sampled_from(sorted(KINDS)))
def test_whatever_is_typed_into_whichever_fields_a_table_comes_of_it(data, kind):
    own, values, pays = KINDS[kind]
    before, shown = drawn(plan(component(kind, own), examples=example(values, pays)))
    names = data.draw(st.lists(st.sampled_from(sorted(shown)), unique=True))
    typed = {name: data.draw(st.text(max_size=8) | st.sampled_from(["", "0", "7,5", "-1", "1e3"])) for name in names}
    made = plan_fields.body_of(before, typed)
    assert isinstance(writing.text_of("plan", "p", made), str)
    assert grouped(made, typed)


# --- advice in words


def test_every_advice_on_plans_has_words():
    assert plan_advice.SAID.keys() == {f"plan.{code}" for code in CODES}


@pytest.mark.parametrize(("language", "said"), [("ru", "Выплата растёт без предела."), ("zh", "奖金没有上限")])
def test_advice_comes_in_the_readers_language(app, house, language, said):
    house.publish(BOOK.replace("cap = 5000\n", ""), since=date(2025, 12, 1))
    page = Visitor(app, house["Hana"], language=language).get("/hr/plans/sales")
    text = page.get_data(as_text=True)
    assert said in text_of(page)
    advice = text[text.index('id="advice"') : text.index("</section>", text.index('id="advice"'))]
    assert 'lang="en"' not in advice
