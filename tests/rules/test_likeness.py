"""Names that a hasty reader could take for each other have the same likeness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.likeness import likeness
from rules.likeness import likenesses


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Alice Novak", "ALICE NOVAK"),
        ("Alice Novak", "Аliсе Nоvаk"),  # noqa: RUF001  # Cyrillic letters
        ("Alice Novak", "Αlice Νοvak"),  # noqa: RUF001  # Greek letters
        ("Alice Novak", "Ａｌｉｃｅ　Ｎｏｖａｋ"),  # noqa: RUF001  # wide letters
        ("Alice Novak", "𝐀𝐥𝐢𝐜𝐞 𝐍𝐨𝐯𝐚𝐤"),  # noqa: RUF001  # letters of formulas
        ("Alice Novak", "Àlíçê Nòvåk"),
        ("Alice Novak", "Al1ce N0vak"),
        ("Alice Novak", "  alice-novak."),
        ("Bill", "BiII"),
        ("Marnie", "Mamie"),
        ("Łukasz", "Lukasz"),
        ("Наталья Фёдорова", "НАТАЛЬЯ ФЕДОРОВА"),  # Cyrillic is meant
        ("Γιάννης", "ΓΙΑΝΝΗΣ"),
        ("Weiß", "WEISS"),
    ],
)
def test_what_looks_the_same_has_one_likeness(name, other):
    assert likeness(name) == likeness(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Alice Novak", "Alice Nowak"),
        ("Bob", "Bobby"),
        ("王伟", "王薇"),
        ("Анна", "Яна"),
        ("Li Na", "Li Ma"),
    ],  # Cyrillic is meant
)
def test_what_looks_different_has_two(name, other):
    assert likeness(name) != likeness(other)


def test_words_may_be_turned_around():
    assert likeness("Novak, Alice") in likenesses("Alice Novak")
    assert likeness("Bob Novak") not in likenesses("Alice Novak")


@pytest.mark.parametrize("name", ["", " ", "…", "🌙🌙", "\u3164", "\u2800 \u115f", "\u0301"])
def test_what_cannot_be_read_has_none(name):
    assert likeness(name) == ""


@given(st.text(max_size=30))
def test_a_likeness_does_not_depend_on_case(name):
    assert likeness(name) == likeness(name.casefold())


@given(st.lists(st.sampled_from("abcdefg"), max_size=60).map(" ".join))
def test_many_words_cost_no_more_than_a_few(name):
    assert len(likenesses(name)) <= 25
