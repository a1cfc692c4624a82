from hypothesis import given
from hypothesis import strategies as st

from rules.standing import AROUND
from rules.standing import SMALLEST_GROUP
from rules.standing import Place
from rules.standing import Shown
from rules.standing import ahead
from rules.standing import arrange
from rules.standing import better_half
from rules.standing import rank
from rules.standing import total
from rules.standing import visible

NAMES = {1: "Alice", 2: "Bob", 3: "Mei", 4: "Hana", 5: "Carl"}
tallies_of = st.dictionaries(st.integers(1, 30), st.integers(-5, 5), max_size=20)
tops = st.integers(1, 12)


def by_name(place):
    return Shown(place.name)


def seen(places, *, me=None, top=10, teams=False):
    return [p.holder for p in visible(places, size=len(places), top=top, me=me, teams=teams)]


def board(size):
    """Return a board on which holder 1 leads, 2 follows, and so on."""
    return rank({holder: 100 - holder for holder in range(1, size + 1)}, {})


# --- ranks


def test_equals_share_a_rank_and_stand_by_name():
    places = rank({1: 10, 2: 7, 3: 7, 4: 1}, NAMES)
    assert [(p.rank, p.position, p.name) for p in places] == [
        (1, 1, "Alice"),
        (2, 2, "Bob"),
        (2, 3, "Mei"),
        (4, 4, "Hana"),
    ]


@given(tallies_of)
def test_a_rank_is_one_more_than_those_with_a_higher_tally(tallies):
    places = rank(tallies, {holder: f"{holder % 3}" for holder in tallies})
    assert {p.holder: p.rank for p in places} == {
        holder: 1 + sum(other > tally for other in tallies.values()) for holder, tally in tallies.items()
    }
    assert [p.rank for p in places] == sorted(p.rank for p in places)
    assert [p.position for p in places] == list(range(1, len(places) + 1))


# --- who is shown to whom


def test_everybody_sees_the_top_but_nothing_of_the_lower_half():
    assert seen(board(40)) == list(range(1, 11))
    assert seen(board(7)) == [1, 2, 3, 4]
    assert seen(board(7), me=1) == [1, 2, 3, 4]


def test_in_the_better_half_i_see_neighbours_on_both_sides():
    assert seen(board(40), me=15) == [*range(1, 11), 13, 14, 15, 16, 17]
    assert seen(board(40), me=19) == [*range(1, 11), 17, 18, 19, 20]


def test_in_the_lower_half_i_see_only_those_ahead_of_me():
    assert seen(board(40), me=30) == [*range(1, 11), 28, 29, 30]
    assert seen(board(40), me=40) == [*range(1, 11), 38, 39, 40]
    assert seen(board(7), me=5) == [1, 2, 3, 4, 5]


def test_fewer_than_five_see_only_themselves_and_what_they_have_together():
    few = board(SMALLEST_GROUP - 1)
    assert (seen(few), seen(few, me=3), seen(few, me=9)) == ([], [3], [])
    assert total(few, size=4, me=3) == 99 + 98 + 97 + 96
    assert seen(board(SMALLEST_GROUP), me=3) == [1, 2, 3]
    assert total(board(SMALLEST_GROUP), size=5, me=3) is None


def test_a_total_never_tells_what_one_other_has():
    assert (total(board(2), size=2, me=1), total(board(2), size=2, me=None)) == (None, 99 + 98)
    assert (total(board(1), size=1, me=None), total(board(1), size=1, me=1)) == (None, 99)
    assert total([], size=0, me=None) is None


def test_few_teams_are_shown_since_each_line_is_a_total():
    assert seen(board(3), teams=True) == [1, 2]
    assert seen(board(3), me=3, teams=True) == [1, 2, 3]


@given(tallies_of, tops, st.integers(1, 31), st.booleans())
def test_nobody_in_the_lower_half_is_seen_but_by_the_few_who_stand_right_behind(tallies, top, me, teams):
    places = rank(tallies, {})
    half = better_half(len(places))
    mine = next((p.position for p in places if p.holder == me), None)
    shown = visible(places, size=len(places), top=top, me=me, teams=teams)
    for place in shown:
        if place.position > half and place.holder != me:
            assert mine is not None
            assert mine - AROUND <= place.position < mine
    assert mine is None or me in {p.holder for p in shown}
    last = bool(shown) and len(places) > 1 and shown[-1].position == len(places)
    assert not last or shown[-1].holder == me


@given(tallies_of, tops, st.integers(1, 31))
def test_the_top_and_a_neighbourhood_are_all_that_has_to_be_known(tallies, top, me):
    places = rank(tallies, {})
    mine = next((p.position for p in places if p.holder == me), -9)
    most = max(top, SMALLEST_GROUP - 1)
    some = [p for p in places if p.position <= most or abs(p.position - mine) <= AROUND]
    assert visible(some, size=len(places), top=top, me=me) == visible(places, size=len(places), top=top, me=me)


# --- lines


def test_the_gap_is_what_the_line_above_has_more():
    lines = arrange(rank({1: 10, 2: 7, 3: 7}, NAMES), me=3, shown_as=by_name)
    assert [(line.name, line.gap, line.me) for line in lines] == [
        ("Alice", 0, False),
        ("Bob", 3, False),
        ("Mei", 0, True),
    ]


def test_who_is_ahead_has_more_and_is_seen():
    lines = arrange(rank({1: 10, 2: 7, 3: 7, 4: 9}, NAMES), me=3, shown_as=by_name)
    assert ahead(lines).name == "Hana"
    assert ahead(arrange(rank({1: 10, 3: 10}, NAMES), me=3, shown_as=by_name)) is None
    assert ahead(arrange(rank({1: 10, 3: 1}, NAMES), me=3, shown_as=lambda _: None)) is None
    assert ahead(arrange(rank({1: 10}, NAMES), me=None, shown_as=by_name)) is None


def test_somebody_hidden_keeps_the_rank_but_not_the_line():
    lines = arrange(rank({1: 10, 2: 7, 3: 5}, NAMES), me=3, shown_as=lambda p: by_name(p) if p.name != "Bob" else None)
    assert [(line.rank, line.name, line.gap) for line in lines] == [(1, "Alice", 0), (3, "Mei", 5)]


def test_i_see_myself_under_my_name_even_if_i_hide():
    lines = arrange([Place(1, 1, 1, 10, "Alice")], me=1, shown_as=lambda _: None)
    assert [(line.name, line.alias) for line in lines] == [("Alice", False)]


def test_an_alias_among_equals_stands_by_what_is_shown_and_does_not_give_the_name_away():
    shown = {"Alice": Shown("Zebra", alias=True), "Bob": Shown("Bob", away=True)}
    lines = arrange(rank({1: 7, 2: 7}, NAMES), me=None, shown_as=lambda p: shown[p.name])
    assert [(line.name, line.alias, line.away) for line in lines] == [("Bob", False, True), ("Zebra", True, False)]


def test_a_line_says_how_many_places_lie_between_it_and_the_one_above():
    places = board(40)
    some = [p for p in places if p.position in {1, 2, 3, 10, 11, 12}]
    lines = arrange(some, me=12, shown_as=lambda p: None if p.holder in {2, 10} else by_name(p))
    assert [(line.rank, line.apart) for line in lines] == [(1, 0), (3, 0), (11, 6), (12, 0)]


def test_equals_on_both_sides_of_what_is_left_out_stay_there():
    places = [place._replace(rank=1, tally=7) for place in rank(dict.fromkeys(range(1, 10), 7), {9: "Aaron"})]
    lines = arrange([p for p in places if p.position in {1, 2, 8, 9}], me=9, shown_as=by_name)
    assert [line.apart for line in lines] == [0, 0, 5, 0]


def test_a_place_that_is_given_twice_is_one_line():
    places = rank({1: 10, 2: 7, 3: 5}, NAMES)
    assert len(arrange([*places, *places], me=2, shown_as=by_name)) == 3
