"""What changed between two sentences, and between two books."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import book as books
from rules import wording
from rules.book import composing
from rules.wording import differing
from rules.wording.differing import GONE
from rules.wording.differing import NEW
from rules.wording.differing import SAME

STARTER = (Path(__file__).parents[2] / "rules" / "books" / "starter.toml").read_text(encoding="utf-8")
WORDS = st.lists(
    st.sampled_from(("10", "contacts", " ", ", ", "1,5", "“x”", "每", "获得", "午餐", "каждые", "\n", "a-b", "9.50")),
    max_size=12,
).map("".join)


def test_numbers_and_words_are_compared_as_a_whole():
    found = differing.pieces("Every 10 contacts earn 9.50 EUR.", "Every 12 contacts earn 9.75 EUR.")
    assert found == (
        (SAME, "Every "), (GONE, "10"), (NEW, "12"), (SAME, " contacts earn "),
        (GONE, "9.50"), (NEW, "9.75"), (SAME, " EUR."),
    )  # fmt: skip


def test_words_in_a_row_are_one_change():
    found = differing.pieces("earn a free lunch, twice", "earn two cinema tickets, twice")
    assert found == ((SAME, "earn "), (GONE, "a free lunch"), (NEW, "two cinema tickets"), (SAME, ", twice"))


def test_chinese_is_compared_sign_by_sign():
    assert differing.pieces("每周获得免费午餐", "每月获得免费晚餐") == (
        (SAME, "每"), (GONE, "周"), (NEW, "月"), (SAME, "获得免费"), (GONE, "午"), (NEW, "晚"), (SAME, "餐"),
    )  # fmt: skip


def test_what_begins_and_what_ends_is_new_and_gone_as_a_whole():
    assert differing.pieces("", "A board.") == ((NEW, "A board."),)
    assert differing.pieces("A board.", "") == ((GONE, "A board."),)
    assert differing.pieces("", "") == ()
    assert differing.pieces("the same", "the same") == ((SAME, "the same"),)


def test_endless_sentences_are_not_compared_word_by_word():
    assert differing.pieces("a " * 2000, "b " * 2000) == ((GONE, "a " * 2000), (NEW, "b " * 2000))


@given(st.one_of(WORDS, st.text(max_size=20)), st.one_of(WORDS, st.text(max_size=20)))
def test_the_pieces_make_both_sentences_again_and_neighbours_differ(before, after):
    found = differing.pieces(before, after)
    assert "".join(piece.text for piece in found if piece.mark != NEW) == before
    assert "".join(piece.text for piece in found if piece.mark != GONE) == after
    assert all(piece.text for piece in found)
    marks = [piece.mark for piece in found]
    assert all(one != other for one, other in itertools.pairwise(marks))
    assert (NEW, GONE) not in itertools.pairwise(marks), "gone comes before new"


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_a_changed_title_of_a_metric_shows_in_every_sentence_that_names_it(language):
    other = (
        STARTER.replace('"Conversations"', '"Talks"').replace('"Разговоры"', '"Беседы"').replace("通话与会议", "交谈")
    )
    before, after = books.load(STARTER), books.load(other)
    found = differing.differences(before, after, language, composing.changed(STARTER, other))
    assert {(one.kind, one.key): one.own for one in found} == {
        ("metric", "conversations"): True,
        ("incentive", "conversation-points"): False,
    }
    for one in found:
        assert one.before == wording.sentence(getattr(before, f"{one.kind}s")[one.key], before, language)
        assert one.after == wording.sentence(getattr(after, f"{one.kind}s")[one.key], after, language)
        assert {piece.mark for piece in one.pieces} == {SAME, GONE, NEW}


def test_nothing_differs_between_a_book_and_itself():
    book = books.load(STARTER)
    assert differing.differences(book, book, "en", ()) == ()
