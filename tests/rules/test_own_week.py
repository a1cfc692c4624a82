"""The letter about one's own week: compared with oneself alone, without zeros of somebody who was away."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import lead
from rules.digest import Open
from rules.digest import Silent
from rules.digest import own
from rules.digest.own import Earned
from rules.digest.own import Offer
from rules.incentive import Reward
from rules.value import UNIT

WEEK = 739_943  # 2026-11-23
TITLE = {"en": "Ten contacts"}
LUNCH = Reward(key="lunch", kind="voucher")
BREAK = Reward(key="break", kind="time_off")
GOAL = lead.Goal(key="ten", per="week", have=0, target=10 * UNIT, step=10 * UNIT, order=0)


def facts(work=(4, 6, 5, 5, 7), **more):
    known = {
        "week": WEEK, "today": WEEK + 7, "metric": {"en": "Contacts"}, "work": [one * UNIT for one in work],
        "days": [5] * 5, "away": [0] * 5, "begun": 1, "state": lead.Week(goals=[GOAL]),
        "offers": {"ten": Offer(TITLE, [LUNCH])},
    }  # fmt: skip  # a table
    return own.Facts(**known | more)


def earned(status="issued", until=None, *, fresh=True, name="1-1-1-1"):
    return Earned(name=name, title=TITLE, rewards=[LUNCH], status=status, until=until, fresh=fresh)


def test_a_week_is_compared_with_the_average_of_the_four_before():
    assert own.make(facts()).done == own.Done(7 * UNIT, 5 * UNIT, 5, 0)


def test_a_week_that_one_was_away_for_is_no_week_to_compare_with():
    assert own.make(facts((4, 0, 4, 4, 7), away=[0, 5, 0, 0, 0])).done.average == 4 * UNIT
    assert own.make(facts((4, 0, 4, 4, 7))).done.average == 3 * UNIT


def test_weeks_before_the_beginning_are_no_weeks_to_compare_with():
    assert own.make(facts((0, 0, 0, 4, 7), begun=WEEK - 7)).done.average == 4 * UNIT
    assert own.make(facts((0, 0, 0, 0, 7), begun=WEEK)).done.average is None


def test_somebody_who_was_away_reads_no_zero():
    found = own.make(facts((4, 6, 5, 5, 0), away=[0, 0, 0, 0, 5]))
    assert (found.form, found.done, found.suggestion) == ("away", None, None)


def test_what_waits_is_told_to_somebody_who_was_away_too():
    soon = earned(until=WEEK + 9, fresh=False)
    found = own.make(facts((4, 6, 5, 5, 0), away=[0, 0, 0, 0, 5], earned=[soon]))
    assert (found.form, found.soon) == ("away", (soon,))


def test_a_quiet_week_has_a_lead_and_nothing_else():
    found = own.make(facts((4, 6, 5, 5, 0)))
    assert (found.form, found.done, found.earned, found.suggestion) == ("quiet", None, (), None)


def test_a_week_without_work_that_has_something_to_tell_is_not_quiet():
    for told in ({"earned": [earned("choosing")]}, {"thanked_by": ["Mei"]}):
        found = own.make(facts((4, 6, 5, 5, 0), **told))
        assert (found.form, found.done) == ("full", None)


@pytest.mark.parametrize(("until", "told"), [(WEEK + 6, 0), (WEEK + 7, 1), (WEEK + 17, 1), (WEEK + 18, 0)])
def test_what_runs_out_within_ten_days_is_told(until, told):
    assert len(own.make(facts(earned=[earned(until=until)])).soon) == told


def test_what_is_still_to_be_chosen_is_told_once():
    found = own.make(facts(earned=[earned("choosing"), earned(name="2-1-1-1")]))
    assert ([one.status for one in found.choose], [one.status for one in found.earned]) == (["choosing"], ["issued"])


def test_the_same_reward_for_the_same_incentive_is_one_line():
    twice = [earned(name="1-1-1-1"), earned(name="1-1-1-2")]
    assert [one.times for one in own.make(facts(earned=twice)).earned] == [2]


@pytest.mark.parametrize(
    ("more", "why"), [({"begun": None}, "unbegun"), ({"begun": WEEK + 7}, "unbegun"), ({"stale": True}, "stale")]
)
def test_there_is_none_before_the_beginning_and_while_data_is_old(more, why):
    assert own.make(facts(**more)) == Silent(why)


def test_the_lead_is_what_home_says_first():
    state = lead.Week(goals=[replace(GOAL, have=6 * UNIT)])
    found = own.make(facts(state=state))
    assert (found.lead, found.goal.more) == (lead.lead(state), 4 * UNIT)


def test_the_same_is_never_suggested_twice_in_a_row():
    open_ones = Open(kind="contact", need="next", title={"en": "a next step"}, records=["contact/1"])
    known = facts(offers={"ten": Offer(TITLE, [LUNCH], open_ones)}, earned=[earned("choosing")])
    said, found = None, []
    for _ in range(4):
        said = own.make(replace(known, said=said)).suggestion.name
        found.append(said)
    assert found == ["finish-one", "choose", "finish-one", "choose"]


works = st.lists(st.integers(0, 40), min_size=5, max_size=5)
absences = st.lists(st.integers(0, 5), min_size=5, max_size=5)


@given(works, absences, st.integers(WEEK - 40, WEEK + 6))
def test_an_average_is_never_beyond_what_one_did(work, away, begun):
    found = own.make(facts(work, away=away, begun=begun))
    if found.done and found.done.average is not None:
        assert min(work[:4]) * UNIT <= found.done.average <= max(work[:4]) * UNIT
    assert found.form in {"full", "quiet", "away"}
    assert (found.form == "full") == bool(found.done)
