"""What becomes of the rows of an audit: steps, comparing again, and who earned what; and how names are parted."""

import pytest

from rules.audit import closing
from rules.audit import names
from rules.audit.closing import Closing

VERDICTS = ("missing", "probable", "found")
GIVEN = Closing(counts=True, opened_by=1, assigned=2, assigned_by=1, assigned_at=100, doer=2, time=200)


def test_every_step_leads_from_a_state_to_a_state_and_what_is_settled_is_only_agreed_with():
    for (state, verdict, does), after in closing.STEPS.items():
        assert {state, after} <= set(closing.STATES)
        assert verdict in VERDICTS
        assert does in closing.DOES
        assert (state in closing.SETTLED) == (does == "agree")
    assert {does for _, _, does in closing.STEPS} == set(closing.DOES)
    assert ("put_off", "missing", "put_off") not in closing.STEPS


def test_every_state_is_of_one_kind():
    kinds = (closing.TODO, closing.CLOSED, closing.SETTLED)
    assert sorted(closing.STATES) == sorted({state for kind in kinds for state in kind})


@pytest.mark.parametrize("state", closing.CLOSED)
def test_what_people_closed_stays_closed_while_the_customer_is_there(state):
    assert closing.follow(state, "found", twice=False) == state
    assert closing.follow(state, "probable", twice=False) == state


def test_who_has_gone_is_to_do_again_but_not_who_was_never_a_customer():
    for state in ("found", "imported", "confirmed", "agreed"):
        assert closing.follow(state, "missing", twice=False) == "open"
        assert closing.follow(state, "missing", twice=False, whole=False) == state  # not everybody was looked at
    assert closing.follow("not_ours", "missing", twice=False) == "not_ours"


def test_a_new_row_is_settled_if_it_arrived_or_stands_further_up():
    assert closing.follow(None, "found", twice=False) == "found"
    assert closing.follow(None, "missing", twice=False) == "open"
    assert closing.follow(None, "missing", twice=True) == "twice"
    assert closing.follow("put_off", "found", twice=False) == "imported"


def test_only_what_somebody_else_gave_and_one_did_oneself_afterwards_is_earned():
    assert closing.earned(GIVEN) is None
    for change, why in (
        ({"counts": False}, "does_not_count"),
        ({"doer": 3}, "not_assigned"),
        ({"doer": None, "assigned": None}, "not_assigned"),
        ({"opened_by": 2}, "own_doing"),
        ({"assigned_by": 2}, "own_doing"),
        ({"assigned_by": None}, "own_doing"),
        ({"time": 99}, "before"),
    ):
        assert closing.earned(GIVEN._replace(**change)) == why


@pytest.mark.parametrize(
    ("written", "given", "family"),
    [
        ("Anna Weber", "Anna", "Weber"),
        ("Weber, Anna Maria", "Anna Maria", "Weber"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Иванов Иван Иванович", "Иван Иванович", "Иванов"),
        ("Иван Иванович Иванов", "Иван Иванович", "Иванов"),
        ("王伟", "伟", "王"),
        ("欧阳晓峰", "晓峰", "欧阳"),
        ("Madonna", "", "Madonna"),
        ("", "", ""),
    ],
)
def test_names_are_parted_by_the_habits_of_their_writing(written, given, family):
    assert names.split(written) == (given, family)
