"""Questions: who reads one, which steps it takes, how long answers took, and how help is found."""

from datetime import UTC
from datetime import datetime
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import period
from rules.questions import CHAMPION
from rules.questions import DESK
from rules.questions import STATES
from rules.questions import SUPPORTER
from rules.questions import Asked
from rules.questions import Entry
from rules.questions import Line
from rules.questions import Measured
from rules.questions import Taken
from rules.questions import after
from rules.questions import found
from rules.questions import line
from rules.questions import measured
from rules.questions import seen_by
from rules.questions import waited
from rules.questions import without
from rules.questions.steps import STEPS

INGRID, MEI = 1, 2
BOTH = Line(INGRID, MEI)
HERE = lambda _who: False  # noqa: E731  # nobody is away


# --- who reads


def test_the_champion_reads_it_then_the_supporter_then_the_desk():
    assert seen_by(BOTH, Asked(), HERE) == (CHAMPION,)
    assert seen_by(BOTH, Asked(waited=1), HERE) == (CHAMPION,)
    assert seen_by(BOTH, Asked(waited=2), HERE) == (CHAMPION, SUPPORTER)
    assert seen_by(BOTH, Asked(waited=4), HERE) == (CHAMPION, SUPPORTER, DESK)


def test_without_a_champion_it_begins_with_the_supporter_and_without_both_at_the_desk():
    assert seen_by(Line(None, MEI), Asked(), HERE) == (SUPPORTER,)
    assert seen_by(Line(), Asked(), HERE) == (DESK,)


def test_while_those_who_have_it_are_away_the_next_one_sees_it_as_well():
    assert seen_by(BOTH, Asked(), lambda who: who == INGRID) == (CHAMPION, SUPPORTER)
    assert seen_by(BOTH, Asked(), lambda who: who in {INGRID, MEI}) == (CHAMPION, SUPPORTER, DESK)


def test_what_was_passed_on_is_no_longer_the_champions():
    assert seen_by(BOTH, Asked(passed=SUPPORTER), HERE) == (SUPPORTER,)
    assert seen_by(BOTH, Asked(passed=DESK, waited=9), HERE) == (DESK,)


def test_whoever_may_not_read_is_passed_over_in_favour_of_the_next_wave():
    assert line([(INGRID, MEI), (3, 4)], lambda who: who not in {INGRID, 4}) == Line(3, MEI)
    assert line([(INGRID, INGRID)], lambda _who: True) == Line(INGRID, None)


people = st.one_of(st.none(), st.integers(1, 4))


@given(st.builds(Line, people, people), st.integers(0, 2), st.integers(0, 9), st.sets(st.integers(1, 4)))
def test_somebody_always_sees_it_and_time_takes_it_from_nobody(asked_of, passed, days, away):
    now = seen_by(asked_of, Asked(passed, days), away.__contains__)
    later = seen_by(asked_of, Asked(passed, days + 1), away.__contains__)
    assert now
    assert set(now) <= set(later)
    assert all(step >= passed for step in now)
    assert DESK in now or any(asked_of.at(step) not in away for step in now)


def test_working_days_are_counted_from_the_day_after():
    friday = datetime(2026, 11, 27, tzinfo=UTC).toordinal()
    works = period.Calendar().works
    assert [waited(friday, friday + days, works) for days in range(8)] == [0, 0, 0, 1, 2, 3, 4, 4]


# --- steps


@pytest.mark.parametrize("state", STATES)
def test_every_step_leads_to_a_state_and_whatever_is_not_in_the_table_leads_nowhere(state):
    for (who, does), (states, _) in STEPS.items():
        assert (after(state, who, does) in STATES) is (state in states)
    assert after(state, "manager", "answer") is None
    assert after(state, "reader", "helped") is None


# --- times


def test_fewer_than_five_questions_say_nothing():
    assert measured([Taken(1)] * 4) == Measured(4)
    assert measured([]) == Measured(0)


def test_half_and_nine_tenths_of_the_answers_came_within():
    times = [Taken(time, help=time < 3) for time in range(1, 11)]
    assert measured([*times, Taken(None, waits=True)]) == Measured(11, 5, 9, 1, 2)
    assert measured([Taken(None, waits=True)] * 5) == Measured(5, None, None, 5, 0)


@given(st.lists(st.integers(0, 10**9), min_size=5))
def test_as_many_answers_as_promised_came_within(times):
    told = measured([Taken(one) for one in times])
    assert 2 * sum(one <= told.median for one in times) >= len(times)
    assert 10 * sum(one <= told.tenth for one in times) >= 9 * len(times)
    assert told.median in times


BERLIN = ZoneInfo("Europe/Berlin")


def at(*when):
    return datetime(2026, 11, *when, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        (at(25, 9), at(25, 11), 2),
        (at(25, 20), at(26, 7), 0),  # the night
        (at(27, 18), at(30, 9), 2),  # a weekend
        (at(24, 0), at(26, 0), 22),
        (at(26, 9), at(25, 9), 0),
    ],
)
def test_working_time_is_that_of_working_days_between_eight_and_seven(since, until, hours):
    assert period.working_time(since, until, BERLIN, period.Calendar().works) == timedelta(hours=hours)


# --- finding

WHERE = Entry(1, "Where is my lunch?", "Under Rewards.", "en", "rewards.index", 10)
CARD = Entry(2, "Карточка контакта", "Где обед? Награды.", "ru", "home.week", 20)
ZH = Entry(3, "午餐在哪里", "在奖励中。", "zh", "", 30)
EVERY = [WHERE, CARD, ZH]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("LUNCH", [1]),
        ("lunch rewards", [1]),
        ("lunch nowhere", []),
        ("КАРТОЧКА", [2]),
        ("kartochka", [2]),  # as one writes it without the keyboard
        ("午餐", [3]),
        ("奖励", [3]),
        ("", [3, 2, 1]),
    ],
)
def test_all_words_occur_in_any_script(asked, numbers):
    assert [one.id for one in found(EVERY, asked, language="de")] == numbers


def test_titles_come_first_then_the_page_then_the_language_then_the_latest():
    text = WHERE._replace(id=4, title="Else", text="lunch")
    other = WHERE._replace(id=5, route="board.index", changed=99)
    ru = WHERE._replace(id=6, language="ru", changed=98)
    ranked = found([text, other, ru, WHERE], "lunch", language="en", route="rewards.index")
    assert [one.id for one in ranked] == [1, 6, 5, 4]


@given(st.text(max_size=300))
def test_whatever_is_searched_for_is_answered(asked):
    assert set(found(EVERY, asked, language="en")) <= set(EVERY)


# --- names


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        ("Ask Alice Novak, alice knows.", ["Alice Novak"], "Ask …, … knows."),
        ("请问王伟在哪里", ["王伟"], "请问…在哪里"),
        ("Спросите Ивана или Иван", ["Иван Петров"], "Спросите Ивана или …"),
        ("Bobby is not Bob", ["Bob V."], "Bobby is not …"),
    ],
)
def test_names_of_those_who_spoke_are_gaps(text, names, left):
    assert without(text, names) == left
