from hypothesis import given
from hypothesis import strategies as st

from rules.standing import Place
from rules.standing import arrange
from rules.standing import neighbourhood
from rules.standing import rank

NAMES = {1: "Alice", 2: "Bob", 3: "Mei", 4: "Hana", 5: "Carl"}
boards = st.dictionaries(st.integers(1, 30), st.integers(-5, 5), max_size=20)


def by_name(place):
    return place.name


def test_equals_share_a_rank_and_stand_by_name():
    places = rank({1: 10, 2: 7, 3: 7, 4: 1}, NAMES)
    assert [(p.rank, p.name) for p in places] == [(1, "Alice"), (2, "Bob"), (2, "Mei"), (4, "Hana")]


@given(boards)
def test_a_rank_is_one_more_than_those_with_a_higher_tally(tallies):
    places = rank(tallies, {holder: f"{holder % 3}" for holder in tallies})
    assert {p.holder: p.rank for p in places} == {
        holder: 1 + sum(other > tally for other in tallies.values()) for holder, tally in tallies.items()
    }
    assert [p.rank for p in places] == sorted(p.rank for p in places)


def test_the_gap_is_what_the_line_above_has_more():
    lines = arrange(rank({1: 10, 2: 7, 3: 7}, NAMES), me=3, shown_as=by_name)
    assert [(line.name, line.gap, line.me) for line in lines] == [
        ("Alice", 0, False),
        ("Bob", 3, False),
        ("Mei", 0, True),
    ]


def test_somebody_hidden_keeps_the_rank_but_not_the_line():
    lines = arrange(rank({1: 10, 2: 7, 3: 5}, NAMES), me=3, shown_as=lambda p: None if p.name == "Bob" else p.name)
    assert [(line.rank, line.name, line.gap) for line in lines] == [(1, "Alice", 0), (3, "Mei", 5)]


def test_i_see_myself_even_if_i_hide():
    lines = arrange([Place(1, 1, 10, "Alice")], me=1, shown_as=lambda _: None)
    assert [line.name for line in lines] == ["Alice"]


def test_a_place_in_the_top_and_in_my_neighbourhood_is_one_line():
    places = rank({1: 10, 2: 7, 3: 5}, NAMES)
    assert len(arrange([*places[:2], *neighbourhood(places, 2)], me=2, shown_as=by_name)) == 3


@given(boards.filter(bool), st.data())
def test_my_neighbourhood_is_me_and_at_most_two_on_each_side(tallies, data):
    places = rank(tallies, {})
    me = data.draw(st.sampled_from(sorted(tallies)))
    near = neighbourhood(places, me)
    assert [p.holder for p in near].count(me) == 1
    at = [p.holder for p in near].index(me)
    assert at <= 2
    assert len(near) - at - 1 <= 2
    assert [p for p in places if p in near] == near


def test_somebody_who_is_not_on_the_board_has_no_neighbours():
    assert neighbourhood(rank({1: 10}, NAMES), 2) == []
