"""Waves, their vital signs and stages, and the word about the next one."""

from hypothesis import given
from hypothesis import strategies as st

from rules.rollout import STAGES
from rules.rollout import VITALS
from rules.rollout import Count
from rules.rollout import WaveFacts
from rules.rollout import Week
from rules.rollout import advise
from rules.rollout import stage
from rules.rollout import vital

MONDAY = 739_579  # Monday, 24 November 2025
WELL = {"activation": (9, 10), "frequency": (40, 50), "lateness": (5, 50), "help": (1, 10), "gaps": (10, 100)}


def week(number, people=10, **counts):
    told = {name: Count(*count) for name, count in ({**WELL, **counts}).items() if count is not None}
    return Week(MONDAY + 7 * number, people, told)


def wave(weeks=(), **changed):
    values = {"name": "one", "starts": MONDAY, "champion": True, "supporter": True, "people": 10, "known": 10}
    return WaveFacts(**{**values, **changed}, weeks=tuple(weeks))


def standing(found, today=MONDAY + 70, **changed):
    return stage(found, today=today, **{"report": True, "goals": True, "feed": True, **changed})


def names(findings):
    return [one.name for one in findings if not one.met]


# --- vital signs


def test_a_sign_is_a_share_in_thousandths():
    assert week(0, activation=(7, 9)).value("activation") == 778


def test_nothing_is_told_of_fewer_than_five():
    assert week(0, people=4).value("activation") is None


def test_a_sign_of_too_few_is_not_measured():
    assert week(0, lateness=(1, 9)).value("lateness") is None
    assert week(0, depth=None).value("depth") is None


def test_groups_are_added_up_and_small_ones_left_out():
    found = vital.together(MONDAY, [week(0), week(0, people=20, activation=(10, 20)), week(0, people=4)])
    assert found.people == 30
    assert found.counts["activation"] == Count(19, 30)


def test_nobody_is_helped_only_if_every_group_says_so():
    nobody, somebody, many = week(0, help=(0, 10)), week(0, help=None), week(0, help=(5, 10))
    assert vital.together(MONDAY, [nobody, nobody]).value("help") == 0
    assert vital.together(MONDAY, [nobody, somebody]).value("help") is None
    assert vital.together(MONDAY, [nobody, week(0, people=4, help=None)]).value("help") == 0
    assert vital.together(MONDAY, [many, somebody]).value("help") == 500


@given(st.permutations([week(0), week(0, 7), week(0, 5), week(0, 3)]))
def test_groups_come_together_in_any_order(weeks):
    assert vital.together(MONDAY, weeks) == vital.together(MONDAY, reversed(weeks))


def test_less_lateness_is_better():
    assert vital.better("lateness", 300, 200) == 100
    assert vital.better("activation", 300, 200) == -100
    assert vital.better("depth", None, 200) is None


# --- stages


def test_a_wave_begins_with_the_diagnosis():
    found = standing(wave(), report=False)
    assert (found.name, found.following, names(found.findings)) == ("diagnosis", "plan", ["report"])


def test_a_plan_becomes_treatment_when_somebody_cares_and_the_day_has_come():
    found = standing(wave(champion=False, starts=MONDAY + 90, known=8))
    assert found.name == "plan"
    assert names(found.findings) == ["started", "champion", "known"]


def test_treatment_waits_for_people_who_take_it():
    found = standing(wave([week(0, activation=(5, 10))]))
    assert found.name == "treatment"
    assert found.findings[0].values == (500,)


def test_side_effects_are_watched_until_three_good_weeks():
    found = standing(wave([week(0), week(1)]))
    assert found.name == "side_effects"
    assert found.findings[0].met is None  # two of three weeks
    assert standing(wave([week(0), week(1), week(2)])) == ("recovery", None, ())


def test_a_wave_that_falls_behind_is_treated_again():
    weeks = [week(number) for number in range(5)] + [week(5, lateness=(30, 50))]
    found = standing(wave(weeks))
    assert found.name == "side_effects"
    assert names(found.findings) == ["lateness"]


def test_weeks_before_the_start_do_not_count():
    found = standing(wave([week(-3), week(-2), week(-1)]))
    assert found.name == "treatment"


@given(st.lists(st.builds(week, st.integers(-4, 9), st.integers(0, 20)), max_size=12), st.booleans(), st.booleans())
def test_a_stage_is_one_of_five_and_says_what_is_missing(weeks, report, champion):
    found = standing(wave(sorted(weeks, key=lambda one: one.monday), champion=champion), report=report)
    assert found.name in STAGES
    assert (found.following is None) == (found.name == "recovery")
    assert found.following is None or names(found.findings)


# --- the next wave


def test_the_first_wave_only_has_to_be_prepared():
    assert advise(wave(), None, feed=True).says == "go"
    held = advise(wave(supporter=False), None, feed=True)
    assert (held.says, names(held.reasons)) == ("hold", ["supporter"])


def test_the_next_wave_goes_when_the_one_before_is_well():
    assert advise(wave(), wave([week(0), week(1), week(2)]), feed=True).says == "go"


def test_the_next_wave_holds_and_says_why():
    before = wave([week(0), week(1), week(2, activation=(5, 10), lateness=(25, 50))])
    found = advise(wave(), before, feed=True)
    assert found.says == "hold"
    assert names(found.reasons) == ["activation", "lateness"]
    assert found.reasons[0].values == (900, 500)
    assert found.reasons[0].bound == 700


def test_what_is_not_measured_is_no_reason_to_go():
    found = advise(wave(), wave([week(0), week(1), week(2, frequency=None)]), feed=True)
    assert [(one.name, one.met) for one in found.reasons] == [("frequency", None)]


def test_help_for_one_to_four_is_not_told_and_holds_nothing_up():
    assert advise(wave(), wave([week(0), week(1), week(2, help=None)]), feed=True).says == "go"
    assert names(advise(wave(), wave([week(0), week(1), week(2, 4)]), feed=True).reasons)[-1] == "help"
    assert names(advise(wave(), wave([week(0), week(1), week(2, 30, help=(6, 30))]), feed=True).reasons) == ["help"]


def test_nobody_is_hurried():
    found = advise(wave(), wave([week(0), week(1)]), feed=True)
    assert [(one.name, one.values, one.bound) for one in found.reasons] == [("time", (2,), 3)]


def test_records_that_become_nobodys_hold_the_next_wave():
    weeks = [week(number, gaps=(10 + 2 * number, 100)) for number in range(5)]
    assert names(advise(wave(), wave(weeks), feed=True).reasons) == ["gaps"]


@given(st.lists(st.builds(week, st.integers(0, 9), st.integers(0, 20)), max_size=8), st.booleans())
def test_going_means_that_nothing_speaks_against_it(weeks, feed):
    found = advise(wave(), wave(sorted(weeks, key=lambda one: one.monday)), feed=feed)
    assert (found.says == "go") == (not found.reasons)


def test_every_sign_has_a_direction():
    assert {one.name for one in VITALS if not one.more} == {"lateness", "gaps", "help"}
