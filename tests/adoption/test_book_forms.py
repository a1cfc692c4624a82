"""Between a form and a definition nothing is lost: what a book holds, what somebody types, what no field shows."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from adoption.pages import book_forms
from adoption.pages.book_forms import conditions
from adoption.pages.book_forms import fields
from adoption.pages.book_forms import keys
from rules.book.conditions import condition
from rules.book.faults import Fault

BOOKS = sorted((Path(__file__).parent.parent.parent / "rules" / "books").rglob("*.toml"))
KINDS = tuple(book_forms.FORMS)


def definitions():
    for file in BOOKS:
        book = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        for kind in KINDS:
            for key, body in book.get(kind, {}).items():
                yield pytest.param(kind, body, id=f"{file.stem}:{kind}/{key}")


def sent(typed, before=""):
    """Return fields as a browser sends them."""
    for name, value in typed.items():
        if isinstance(value, dict):
            yield from sent(value, f"{before}{name}.")
        elif isinstance(value, list) and all(isinstance(one, dict) for one in value) and value:
            for number, row in enumerate(value):
                yield from sent(row, f"{before}{name}.{number}.")
        elif isinstance(value, list):
            yield from ((f"{before}{name}[]", one) for one in value)
        else:
            yield f"{before}{name}", value


def through_a_browser(kind, body, before):
    typed = book_forms.typed(kind, sent(book_forms.FORMS[kind].typed_of(body)))
    return book_forms.FORMS[kind].body_of(typed, before)


@pytest.mark.parametrize(("kind", "body"), list(definitions()))
def test_a_definition_comes_back_from_a_form_as_it_was(kind, body):
    assert through_a_browser(kind, body, body) == body


@pytest.mark.parametrize("kind", KINDS)
def test_what_no_field_shows_stays(kind):
    before = {"title": "One", "sunset": date(2027, 1, 1), "note": {"by": "Hana"}}
    typed = book_forms.typed(kind, [("title", "Two")])
    made = book_forms.body_of(kind, typed, before)
    assert (made["title"], made["sunset"], made["note"]) == ("Two", date(2027, 1, 1), {"by": "Hana"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_in_which_nothing_changed_changes_nothing(kind):
    before = {"title": "One", "where": {"all": [{"field": "a", "is": "b"}]}, "earns": ["lunch"], "counts": ["a.b"]}
    assert book_forms.body_of(kind, book_forms.FORMS[kind].typed_of(before), before) == before


def test_what_is_new_has_a_limit_a_budget_and_counts_each_record_once():
    forms = book_forms.FORMS
    assert forms["incentive"].body_of(forms["incentive"].fresh(), {})["at_most"] == 2
    metric = forms["metric"].body_of(forms["metric"].fresh(), {})
    assert (metric["measure"], metric["of"]) == ("distinct", "subject")
    reward = forms["reward"].body_of(forms["reward"].fresh("CHF"), {})
    assert (reward["kind"], reward["budget"]) == ("voucher", {"amount": 500, "per": "month"})


# --- conditions

scalars = st.one_of(
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.decimals(-1000, 1000, places=3).filter(lambda n: n != int(n)).map(Decimal.normalize),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12),
)
numbers = st.one_of(
    st.integers(-(10**12), 10**12),
    st.decimals(-1000, 1000, places=3).filter(lambda n: n != int(n)).map(Decimal.normalize),
)
names = st.from_regex(r"[a-z_]{1,8}(\.[a-z]{1,5})?", fullmatch=True)
rows = st.one_of(
    st.tuples(names, st.sampled_from(["is", "is_not", "contains"]), scalars),
    st.tuples(names, st.sampled_from(conditions.NUMBERS), numbers),
    st.tuples(names, st.just("filled"), st.booleans()),
    st.tuples(names, st.just("in"), st.lists(scalars, min_size=1, max_size=4)),
).map(lambda row: {"field": row[0], row[1]: row[2]})
trees = st.recursive(
    rows,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=8,
)


def plainly(value):
    """Return a value so that true, 1 and "1" differ, as they do in a book."""
    if isinstance(value, dict):
        return {name: plainly(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plainly(one) for one in value]
    return (
        ("number", Decimal(value)) if isinstance(value, int | Decimal) and not isinstance(value, bool) else repr(value)
    )


@given(trees)
@example({"field": "stage", "in": ['a, "b"', "", " c", "10", "true", 10, True]})
@example({"not": {"not": {"any": [{"field": "a", "is": "1,5"}, {"field": "b", "is": Decimal("1.5")}]}}})
def test_any_condition_comes_back_from_a_form(where):
    form = dict(sent({"where": conditions.typed_of(where)}))
    found = conditions.shaped(fields.nested(form.items())["where"])
    assert plainly(conditions.body_of(found)) == plainly(where)


@given(
    st.lists(st.tuples(st.from_regex(r"[a-z.0-9\[\]]{0,20}"), st.text(max_size=8)), max_size=8), st.sampled_from(KINDS)
)
def test_whatever_is_sent_becomes_a_definition_or_faults(pairs, kind):
    typed = book_forms.typed(kind, [*pairs, ("act[]", "remove:where.rows.9"), ("act[]", "row:x.y"), ("where", "x")])
    book_forms.body_of(kind, typed, {})


def test_a_row_and_a_group_are_added_and_removed_by_buttons():
    def press(pairs, *acts):
        return book_forms.typed("metric", [*pairs, *(("act[]", act) for act in acts)])

    typed = press([], "row:where", "group:where", "row:where.rows.1", "group:where.rows.1")
    assert [sorted(one) for one in typed["where"]["rows"]] == [["field", "op", "value"], ["kind", "rows"]]
    assert typed["where"]["rows"][1]["rows"][2]["kind"] == "any"
    again = press(sent(typed), "remove:where.rows.1.rows.2", "remove:where.rows.0")
    assert len(again["where"]["rows"]) == 1
    assert len(again["where"]["rows"][0]["rows"]) == 2


def test_groups_say_all_any_none_and_not_all():
    one, two = {"field": "a", "is": 1}, {"field": "b", "is": 2}
    for where, kind in (
        ({"all": [one, two]}, "all"),
        ({"any": [one, two]}, "any"),
        ({"not": {"any": [one, two]}}, "none"),
        ({"not": {"all": [one, two]}}, "notall"),
    ):
        assert conditions.typed_of(where)["kind"] == kind
        condition(where)  # the book takes it


# --- what is typed


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("10", 10),
        ("9.50", Decimal("9.50")),
        ("9,5", Decimal("9.5")),
        ("1 000", 1000),
        ("1\N{NO-BREAK SPACE}000,25", Decimal("1000.25")),
        ("1.000,25", Decimal("1000.25")),
        ("1,000.25", Decimal("1000.25")),
        ("１０", 10),  # noqa: RUF001  # as a Chinese keyboard writes it
        ("−3", -3),
        ("1,000", "1,000"),  # a thousand to one, one to another: the book asks
        ("1.000", "1.000"),
        ("ten", "ten"),
        ("", ""),
        ("1e999999", "1e999999"),
        ("NaN", "NaN"),
    ],
)
def test_numbers_are_read_as_people_write_them(typed, number):
    assert fields.number(typed) == number


@given(st.one_of(st.integers(-(10**12), 10**12), st.decimals(-1000, 1000, places=4)))
def test_a_number_comes_back_from_a_field(number):
    assert fields.number(fields.written(number)) == number


def test_the_last_day_is_the_one_before_the_book_says_it_no_longer_counts():
    body = {"per": "week", "from": date(2026, 12, 1), "to": date(2027, 1, 1)}
    typed = book_forms.FORMS["incentive"].typed_of(body)
    assert (typed["from"], typed["last"]) == ("2026-12-01", "2026-12-31")
    assert through_a_browser("incentive", body, {}) | body == through_a_browser("incentive", body, {})


# --- keys


@pytest.mark.parametrize(
    ("kind", "titles", "key"),
    [
        ("reward", {"": "Free lunch"}, "free-lunch"),
        ("incentive", {"": "Десять проработанных контактов"}, "desyat-prorabotannykh-kontaktov"),
        ("reward", {"": "免费午餐"}, "mian-fei-wu-can"),
        ("reward", {"": "免费午餐", "en": "Free lunch"}, "free-lunch"),
        ("reward", {"": "Größe & Café"}, "grosse-cafe"),
        ("reward", {"": "…"}, "reward"),
        ("milestone", {"": "Developed contact"}, "contact.developed"),
        ("milestone", {"": "Contact"}, "contact.done"),
    ],
)
def test_a_key_is_made_from_the_title(kind, titles, key):
    assert keys.made(kind, titles, (), "contact") == key


def test_a_key_that_is_taken_gets_a_number():
    assert keys.made("reward", {"": "Free lunch"}, ("free-lunch", "free-lunch-2")) == "free-lunch-3"


# --- faults


@pytest.mark.parametrize(
    ("kind", "key", "place", "field"),
    [
        ("incentive", "ten", "incentive.ten.every", "target"),
        ("incentive", "ten", "incentive.ten", "target"),
        ("incentive", "ten", "incentive.ten.who.role", "offered"),
        ("incentive", "ten", "incentive.ten.examples[2].earns", "examples.2"),
        ("metric", "a", "metric.a.where.any[0].is", "where"),
        ("milestone", "contact.done", 'milestone."contact.done".needs[1].where.field', "needs.1.where"),
        ("reward", "a", "reward.a.pays.currency", "currency"),
        ("reward", "a", "reward.a.budget.amount", "budget"),
    ],
)
def test_a_fault_stands_beside_its_field(kind, key, place, field):
    others = [Fault("incentive.tenfold.every", "another one"), Fault("book", "too large")]
    assert book_forms.by_field(kind, key, [Fault(place, "wrong"), *others]) == {field: [Fault(place, "wrong")]}
