"""The adoption score: bounded, explained by its parts, and not to be had by token work."""

from hypothesis import given
from hypothesis import strategies as st

from rules.adoption import FLOOR
from rules.adoption import Action
from rules.adoption import Day
from rules.adoption import Role
from rules.adoption import door
from rules.adoption import regularity_of
from rules.adoption import score

MINUTE = 60_000_000
SALES = Role(live=6.0, kinds=frozenset({"call.completed", "contact.created", "deal.stage_changed"}))
ADOPTER = [Day(6, ((6, True),))] * 20


def of(days, role=SALES, complete=0.9, duplicates=0.0, kinds=SALES.kinds):
    return score(days, role, complete=complete, duplicates=duplicates, kinds=kinds)


def test_who_lives_in_the_crm_has_nearly_all_points():
    assert of(ADOPTER).value >= 97


def test_too_few_days_have_no_score():
    assert of(ADOPTER[:4]) is None
    assert of(ADOPTER[:5]) is not None


def test_weekly_backfilling_costs_regularity_and_timeliness():
    week = [Day(0), Day(0), Day(0), Day(0), Day(6, ((6, False),) * 3 + ((6, True),))]
    found = of(week * 4)
    assert found.value < 60
    assert found.regularity < 0.5
    assert found.timeliness < 0.7


def test_duplicates_and_empty_records_cost_quality():
    assert of(ADOPTER, complete=0.45).quality == 0.5
    assert of(ADOPTER, duplicates=0.5).quality == 0.5


@given(
    st.lists(st.builds(Day, st.integers(0, 50), st.lists(st.tuples(st.integers(1, 50), st.booleans())).map(tuple))),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sets(st.sampled_from(sorted(SALES.kinds))),
)
def test_a_score_and_its_parts_stay_within_their_bounds(days, complete, duplicates, kinds):
    found = of(days, complete=complete, duplicates=duplicates, kinds=kinds)
    if found is not None:
        assert 0 <= found.value <= 100
        assert all(FLOOR <= part <= 1 for part in found[1:])


@given(st.lists(st.integers(0, 12), min_size=5, max_size=20), st.data())
def test_more_work_on_a_day_never_costs_points(counts, data):
    at = data.draw(st.integers(0, len(counts) - 1))
    more = [*counts[:at], counts[at] + 1, *counts[at + 1 :]]
    assert of([Day(count) for count in more]).value >= of([Day(count) for count in counts]).value


def test_regularity_of_a_role_is_that_of_the_sixtieth_percentile():
    people = [[Day(actions)] * 20 for actions in (0, 1, 2, 3, 4)]
    assert regularity_of(people, 5.0) == 0.75
    assert regularity_of([], 5.0) == 0.8


def note(number, **more):
    return Action(f"contact/{number}", "note.created", number * MINUTE, 1, **more)


def test_one_action_for_each_record_and_kind_and_day_counts():
    same = [note(1), note(1)._replace(moment=9 * MINUTE), note(1)._replace(moment=9 * MINUTE, day=2)]
    assert door(same) == [same[0], same[2]]


def test_what_comes_within_half_a_minute_does_not_count():
    fast = [note(n)._replace(moment=n * 10_000_000) for n in range(10)]
    assert len(door(fast)) == 4


def test_what_is_empty_undone_or_a_duplicate_does_not_count():
    assert door([note(1, complete=0.4), note(2, undone=True), note(3, duplicate=True)]) == []


@given(st.permutations([note(n) for n in range(6)]))
def test_the_order_of_arrival_changes_nothing_at_the_door(actions):
    assert door(actions) == [note(n) for n in range(6)]
