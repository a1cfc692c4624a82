"""Definitions as TOML and back, and a book's text with some of them changed."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import book as books
from rules.book import BookError
from rules.book import composing
from rules.book import writing
from tests import worlds

BOOKS = sorted((Path(__file__).parents[2] / "rules" / "books").glob("*.toml"))
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in BOOKS}
LUNCH = '[reward.lunch]\ntitle = "Lunch"\nkind  = "voucher"\n'
SMALL = f"""# our book

# --- rewards

# what everybody likes
{LUNCH}
[reward.cake]
kind = "voucher" # with cream

# --- the rest

[metric.calls]
counts = "call.completed"
"""

scalars = st.one_of(
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.dates(),
    st.datetimes().map(lambda moment: moment.replace(fold=0)),
    st.times().map(lambda moment: moment.replace(fold=0)),
)
names = st.one_of(
    st.sampled_from(("title", "needs", "from", "where", "a b", 'q"x', "ключ", "")), st.text("abc-_.", min_size=1)
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)
keys = st.sampled_from(("ten-contacts", "contact.developed", "a b", 'q"uote', "ключ"))


def read(text):
    return tomllib.loads(text, parse_float=Decimal)


# --- one definition


@pytest.mark.parametrize("name", TEXTS)
def test_every_definition_that_ships_comes_back_as_it_was(name):
    raw = composing.definitions(TEXTS[name])
    assert len(raw) > 8
    for (kind, key), body in raw.items():
        written = writing.text_of(kind, key, body)
        assert writing.body_of(written, kind, key) == body
        assert writing.body_of(TEXTS[name], kind, key) == body
        assert read(written) == {kind: {key: body}}, "nothing but this definition"


@given(st.sampled_from(writing.KINDS), keys, st.dictionaries(names, values, max_size=6))
def test_whatever_toml_can_hold_comes_back_as_it_was(kind, key, body):
    assert repr(writing.body_of(writing.text_of(kind, key, body), kind, key)) == repr(_in_order(kind, body))


def _in_order(kind, body):
    return (
        dict(writing._ordered(kind, body))
        if not any(map(writing._is_tables, body.values()))
        else {
            **{name: value for name, value in writing._ordered(kind, body) if not writing._is_tables(value)},
            **{name: value for name, value in writing._ordered(kind, body) if writing._is_tables(value)},
        }
    )


@given(st.data())
def test_every_definition_of_a_drawn_book_comes_back_as_it_was(data):
    anchor = data.draw(st.sampled_from(worlds.ANCHORS))
    for load in data.draw(worlds.book_loads(anchor, waves=True)):
        for kind, section in load.book.items():
            for key, body in section.items():
                assert writing.body_of(writing.text_of(kind, key, body), kind, key) == body


def test_a_definition_is_written_as_people_write_it():
    body = {
        "examples": [{"value": 27, "earns": 2}],
        "from": date(2026, 9, 1),
        "earns": ["free-lunch", "early-break"],
        "at_most": 2,
        "per": "week",
        "every": 10,
        "metric": "developed-contacts",
        "title": "Ten “contacts”",
        "who": {"team": "north"},
    }
    assert (
        writing.text_of("incentive", "ten-contacts", body)
        == """\
[incentive.ten-contacts]
title   = "Ten “contacts”"
metric  = "developed-contacts"
every   = 10
per     = "week"
at_most = 2
who     = { team = "north" }
earns   = ["free-lunch", "early-break"]
from    = 2026-09-01
[[incentive.ten-contacts.examples]]
value = 27
earns = 2
"""
    )


def test_a_long_list_gets_a_line_for_each_item():
    counts = [
        f"contact.{word}" for word in ("created", "updated", "archived", "restored", "merged", "assigned", "closed")
    ]
    written = writing.text_of("metric", "m", {"counts": counts})
    assert written.splitlines()[1:4] == ["counts = [", '  "contact.created",', '  "contact.updated",']
    assert writing.body_of(written, "metric", "m") == {"counts": counts}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no TOML", "line 1"),
        ("", "begin its text with [metric.m]"),
        ("[metric.other]", "begin its text with [metric.m]"),
        ("metric = 5", "begin its text with [metric.m]"),
        ("[metric]\nm = 5", "begin its text with [metric.m]"),
        ("x = " + "[" * 5000, "too deeply"),
    ],
)
def test_what_is_not_that_definition_is_refused_with_place_and_remedy(text, said):
    with pytest.raises(BookError) as error:
        writing.body_of(text, "metric", "m")
    assert said in str(error.value)


# --- a book with some of them changed


def test_a_changed_definition_stands_where_it_stood_and_every_other_line_as_it_was():
    changed = composing.put(SMALL, {("reward", "lunch"): '[reward.lunch]\nkind = "badge"\n'})
    assert changed == SMALL.replace(LUNCH, '[reward.lunch]\nkind = "badge"\n')


def test_a_removed_definition_takes_the_remarks_that_touch_it_along():
    assert composing.put(SMALL, {("reward", "lunch"): None}) == SMALL.replace(f"# what everybody likes\n{LUNCH}\n", "")
    assert composing.put(SMALL, {("metric", "calls"): None}) == SMALL[: SMALL.index("\n[metric.calls]")]


def test_a_new_definition_stands_after_the_last_of_its_kind_or_at_the_end():
    tea = '[reward.tea]\nkind = "voucher"\n'
    assert composing.put(SMALL, {("reward", "tea"): tea}) == SMALL.replace("# with cream\n", f"# with cream\n\n{tea}")
    board = '[board.b]\nmetric = "calls"\n'
    assert composing.put(SMALL, {("board", "b"): board}) == f"{SMALL}\n{board}"
    assert composing.put("", {("board", "b"): board}) == board


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_cut_out_of_a_file_of_windows_fits_into_any_other(name):
    dos = TEXTS[name].replace("\n", "\r\n")
    for one, words in composing.parts(dos, composing.definitions(dos).keys()).items():
        assert words == composing.part(TEXTS[name], one)
        assert composing.put(TEXTS[name], {one: words.replace("\n", "\r\n")}) == TEXTS[name]
        assert composing.put(dos, {one: words}) == dos


def test_ends_of_lines_and_the_mark_at_the_beginning_stay():
    dos = "\ufeff" + SMALL.replace("\n", "\r\n")
    changed = composing.put(dos, {("reward", "lunch"): '[reward.lunch]\nkind = "badge"\n'})
    assert changed == "\ufeff" + SMALL.replace(LUNCH, '[reward.lunch]\nkind = "badge"\n').replace("\n", "\r\n")


@pytest.mark.parametrize(
    "text",
    [
        'metric = { calls = { counts = "call.completed" } }\nreward = { lunch = { kind = "badge" } }\n',
        '[metric]\ncalls.counts = "call.completed"\n[reward]\nlunch.kind = "badge"\n',
        '[metric.calls]\ncounts = """\n[reward.lunch]\n"""\n[reward.lunch]\nkind = "badge"\n',
    ],
)
def test_a_book_that_is_written_in_another_way_means_the_same_after_the_change(text):
    changed = composing.put(text, {("reward", "lunch"): LUNCH, ("board", "b"): '[board.b]\nmetric = "calls"\n'})
    wanted = composing.definitions(text)
    wanted["reward", "lunch"] = {"title": "Lunch", "kind": "voucher"}
    assert composing.definitions(changed) == {**wanted, ("board", "b"): {"metric": "calls"}}


def test_a_change_must_be_the_definition_it_says():
    with pytest.raises(BookError, match=r"begin its text with \[reward.lunch\]"):
        composing.put(SMALL, {("reward", "lunch"): '[reward.cake]\nkind = "badge"\n'})


@pytest.mark.parametrize("name", TEXTS)
def test_every_definition_that_ships_is_cut_out_as_it_was_written_and_put_back_the_same(name):
    text = TEXTS[name]
    for one in composing.definitions(text):
        words = composing.part(text, one)
        assert words in text
        assert composing.put(text, {one: words}) == text
        gone = composing.put(text, {one: None})
        assert composing.definitions(gone) == {
            key: body for key, body in composing.definitions(text).items() if key != one
        }
        assert set(gone.splitlines()) <= set(text.splitlines())
    assert composing.part(text, ("metric", "nobody")) is None


@given(st.data())
def test_any_changes_of_any_book_mean_what_they_should(data):
    before, after = (
        composing.definitions(writing.book_text(_flat(data.draw(worlds.book_loads(worlds.ANCHORS[0]))[-1].book)))
        for _ in range(2)
    )
    changes = {name: writing.text_of(*name, after[name]) if name in after else None for name in {**before, **after}}
    some = {name: changes[name] for name in changes if data.draw(st.booleans())}
    text = composing.put(writing.book_text(before), some)
    kept = {name: (after if name in some else before).get(name) for name in {**before, **after}}
    assert composing.definitions(text) == {name: body for name, body in kept.items() if body is not None}
    assert composing.definitions(composing.put(text, changes)) == after


def _flat(book):
    return {(kind, key): body for kind, section in book.items() for key, body in section.items()}


def test_a_whole_book_written_anew_means_the_same():
    for text in TEXTS.values():
        assert books.load(writing.book_text(composing.definitions(text))) == books.load(text)


def test_a_long_key_is_written_in_full():
    key = "contact." + "developed-" * 6 + "far"
    text = writing.text_of("milestone", key, {"title": "Developed"})
    assert writing.body_of(text, "milestone", key) == {"title": "Developed"}
