"""The weekly letter, decided from facts: what it says, when it says nothing, and when it is due."""

from dataclasses import replace
from datetime import UTC
from datetime import date
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import digest
from rules import period
from rules.digest import Facts
from rules.digest import Open
from rules.digest import Report
from rules.digest import Silent
from rules.digest import timing
from rules.digest.timing import Wish
from rules.value import UNIT

WEEK = date(2026, 11, 23).toordinal()
LONG_AGO = WEEK - 100
TITLE = {"en": "a next step"}
NAMES = ("Alice", "Anna", "Bob", "Lena", "Li", "Sara", "Tomás")


def units(*values):
    return tuple(value * UNIT for value in values)


def report(number, *work, target=10, name=None, **more):
    """Somebody who did so much in the last weeks, towards a goal that looks at the same."""
    weeks = units(*((0,) * (9 - len(work)) + work))
    targets = (None if target is None else target * UNIT,) * len(weeks)
    return Report(
        number=number, name=name or NAMES[number % len(NAMES)], work=weeks, had=weeks, targets=targets, **more
    )


def facts(*reports, **more):
    known = {"week": WEEK, "team": "Inside Sales", "metric": {"en": "Developed contacts"}, "begun": LONG_AGO}
    return Facts(**known | {"goal": {"en": "Ten"}, "reports": reports, "thanked": {}} | more)


def made(*reports, **more):
    found = digest.make(facts(*reports, **more))
    assert not isinstance(found, Silent), found
    return found


def silent(*reports, **more):
    found = digest.make(facts(*reports, **more))
    return found.why if isinstance(found, Silent) else None


# --- the lead


def test_the_lead_has_result_direction_and_the_reason():
    lead = made(report(0, 6, 9), report(1, 5, 7), report(2, 4, 4)).lead
    assert (lead.result, lead.change) == (20 * UNIT, 5 * UNIT)
    assert (lead.reason.name, lead.reason.count, lead.reason.of) == ("many", 2, 3)


def test_a_gain_of_one_person_is_said_to_be_that_without_a_name():
    lead = made(report(0, 6, 9), report(1, 5, 5), report(2, 4, 4)).lead
    assert (lead.reason.name, lead.reason.title) == ("one", None)


def test_a_shorter_week_explains_less_before_anything_about_people_does():
    lead = made(report(0, 6, 3, days=(5, 4), away=(0, 2)), report(1, 5, 5, days=(5, 4))).lead
    assert (lead.reason.name, lead.reason.count) == ("fewer_days", 1)


def test_a_shorter_week_explains_no_gain():
    assert made(report(0, 3, 6, days=(5, 4)), report(1, 4, 5, days=(5, 4))).lead.reason.name == "many"


def test_people_who_were_away_explain_less():
    lead = made(report(0, 6, 3, away=(0, 2)), report(1, 5, 5)).lead
    assert (lead.reason.name, lead.reason.count, lead.reason.of) == ("away", 1, 2)


def test_less_without_another_reason_is_told_by_what_waits_and_never_by_who_did_less():
    waits = Open(kind="contact", need="next-step", title=TITLE, records=("contact/1", "contact/2"))
    assert made(report(0, 6, 3), report(1, 5, 5), open=[waits]).lead.reason.name == "open"
    assert made(report(0, 6, 3), report(1, 5, 5)).lead.reason is None


def test_late_data_is_the_first_thing_said():
    lead = made(report(0, 6, 3, days=(5, 4)), late=5).lead
    assert (lead.reason.name, lead.reason.count) == ("late", 5)


def test_a_first_week_has_nothing_to_compare_with():
    found = made(report(0, 4), begun=WEEK + 1)
    assert found.lead.change is None
    assert found.figures[1].before is None
    assert found.figures[1].average is None
    assert [bar.value for bar in found.bars] == [None] * 7 + [4 * UNIT]


# --- numbers and bars


def test_three_numbers_have_the_week_before_and_four_weeks():
    found = made(report(0, 1, 2, 3, 4, 10, 12), report(1, 1, 2, 3, 4, 10, 6), scores=(None, 80, 83, 86))
    score, work, goals = found.figures
    assert (work.now, work.before, work.average) == units(18, 20, 9 + 1)  # (4 + 6 + 8 + 20) / 4 = 9.5
    assert (goals.now, goals.before, goals.of) == (UNIT, 2 * UNIT, 2)
    assert score.now is None  # two people are too few to score


def test_a_score_needs_five_people():
    five = [report(number, 3, 4) for number in range(5)]
    score = made(*five, scores=(None, 80, 83, 86)).figures[0]
    assert (score.now, score.before, score.average) == units(86, 83, 82)
    assert made(*five[:4], scores=(80, 83, 86)).figures[0].now is None
    assert made(*five).figures[0].now is None  # not measured


def test_the_median_stands_beside_a_team_of_five_and_no_smaller_one():
    five = [report(number, 3, 4) for number in range(5)]
    beside = made(*five, medians=units(2, 3)).bars
    assert [bar.median for bar in beside[-3:]] == [None, 10 * UNIT, 15 * UNIT]
    assert {bar.median for bar in made(*five[:4], medians=units(2, 3)).bars} == {None}


def test_there_are_eight_bars_of_weeks_in_order():
    bars = made(report(0, *range(1, 10))).bars
    assert [bar.week for bar in bars] == [WEEK - 7 * back for back in range(7, -1, -1)]
    assert [bar.value for bar in bars] == list(units(*range(2, 10)))


# --- people


def test_the_table_is_alphabetical_and_marks_who_was_away():
    found = made(report(0, 3, 9, name="Zoe"), report(1, 3, 1, name="anna"), report(2, 3, 0, name="Bob", away=(0, 5)))
    assert [(line.name, line.away) for line in found.lines] == [("anna", False), ("Bob", True), ("Zoe", False)]
    assert found.figures[2].of == 2  # nobody misses a goal on a holiday


def test_hr_can_switch_the_table_off():
    found = made(report(0, 3, 9), report(1, 3, 1), named=False)
    assert (found.lines, found.goal) == ((), None)
    assert found.figures[2].of == 2


def test_the_most_improved_is_thanked_beside_those_who_reached_their_goal():
    found = made(report(0, 10, 12), report(1, 10, 11), report(2, 10, 10), report(3, 2, 7))
    assert len(found.thanks) == 3
    assert ("Lena", "improved", 7 * UNIT, 2 * UNIT) in [(t.name, t.deed, t.now, t.before) for t in found.thanks]


def test_thanks_take_turns():
    team = [report(number, 10, 10) for number in range(5)]
    first = made(*team).thanks
    second = made(*team, thanked={one.number: 1 for one in first}).thanks
    assert {one.number for one in first} | {one.number for one in second} == set(range(5))


def test_a_goal_reached_for_the_first_time_is_called_so():
    assert made(report(0, 4, 5, 10)).thanks[0].deed in {"first", "improved"}
    assert [one.deed for one in made(report(0, 10, 5, 10), report(1, 1, 9)).thanks] == ["improved", "reached"]


def test_somebody_back_from_a_holiday_did_not_improve_most():
    found = made(report(0, 0, 9, away=(5, 0), target=None), report(1, 3, 6, target=None))
    assert [(one.name, one.deed) for one in found.thanks] == [("Anna", "improved")]


def test_in_the_first_week_nobody_is_compared_with_weeks_before_it():
    found = made(report(0, 12), report(1, 9), begun=WEEK + 3)
    assert [(one.name, one.deed) for one in found.thanks] == [("Alice", "reached")]


def test_somebody_who_came_this_week_or_whose_last_week_had_no_working_day_did_not_improve():
    newcomer = report(0, 0, 9, days=(0, 5), target=None)
    assert [one.name for one in made(newcomer, report(1, 3, 6, target=None)).thanks] == ["Anna"]
    assert made(newcomer).thanks == ()


@pytest.mark.parametrize(("weeks", "deed"), [(7, "reached"), (8, "first")])
def test_the_first_time_in_eight_weeks_needs_eight_of_them(weeks, deed):
    found = made(report(0, 9, 10), begun=WEEK - 7 * (weeks - 1))
    assert [one.deed for one in found.thanks] == [deed]


def test_three_weeks_of_more_need_a_week_before_them():
    team = (report(0, 2, 3, 4, target=None),)
    assert made(*team, begun=WEEK - 14).thanks == ()
    assert [one.deed for one in made(*team, begun=WEEK - 21).thanks] == ["steady"]


# --- no letter


def test_two_weeks_at_zero_are_no_letter():
    assert silent(report(0, 5, 0, 0), report(1, 5, 0, 0)) == "silent"
    assert made(report(0, 5, 1, 0), report(1, 5, 0, 0)).quiet


def test_a_team_on_holiday_is_not_silent_but_quiet():
    assert made(report(0, 5, 0, 0, away=(5, 5)), report(1, 5, 0, 0, away=(5, 5))).quiet


def test_a_quiet_week_shows_neither_table_nor_numbers():
    found = made(report(0, 5, 0), report(1, 5, 0))
    assert (found.figures, found.bars, found.lines, found.thanks, found.suggestion) == ((), (), (), (), None)


def test_stale_data_is_no_letter():
    assert silent(report(0, 5, 5), stale=True) == "stale"


@pytest.mark.parametrize(("begun", "why"), [(None, "unbegun"), (WEEK + 7, "unbegun"), (WEEK + 3, None)])
def test_a_team_that_has_not_begun_alarms_nobody(begun, why):
    assert silent(report(0, 0, 0), begun=begun) == why


def test_nobody_to_lead_is_no_letter():
    assert silent() == "nobody"


# --- properties

REPORTS = st.lists(
    st.builds(
        lambda work, away: (work, away),
        st.lists(st.integers(0, 30), min_size=1, max_size=9),
        st.tuples(st.integers(0, 5), st.integers(0, 5)),
    ),
    min_size=1,
    max_size=12,
)


@given(REPORTS, st.sampled_from([None, "finish", "near", "share", "vouchers", "ask", "together"]))
def test_a_suggestion_is_never_the_one_before(drawn, said):
    found = digest.make(facts(*(report(n, *work, away=away) for n, (work, away) in enumerate(drawn)), said=said))
    if not isinstance(found, Silent) and not found.quiet:
        assert found.suggestion.name != said


@given(REPORTS, st.randoms(use_true_random=False))
def test_the_order_of_the_reports_changes_nothing(drawn, chance):
    people = [report(n, *work, away=away, name=f"{NAMES[n % 7]} {n:02}") for n, (work, away) in enumerate(drawn)]
    mixed = list(people)
    chance.shuffle(mixed)
    assert digest.make(facts(*people)) == digest.make(facts(*mixed))


@given(REPORTS)
def test_thanks_are_for_people_who_did_something_and_name_each_once(drawn):
    found = digest.make(facts(*(report(n, *work, away=away) for n, (work, away) in enumerate(drawn))))
    if isinstance(found, Silent):
        return
    assert len({one.number for one in found.thanks}) == len(found.thanks) <= 3
    assert all(one.now > 0 for one in found.thanks)


def test_facts_are_not_changed_by_deciding():
    known = facts(report(0, 3, 9), report(1, 3, 1))
    before = replace(known)
    digest.make(known)
    assert known == before


# --- when it is due

HOME = ZoneInfo("Europe/Amsterdam")


def wish(zone, weekday=0, hour=8):
    return Wish(weekday, hour, ZoneInfo(zone))


def local(moment, zone):
    return period.moment(moment).astimezone(ZoneInfo(zone))


def due(week, zone, weekday=0, hour=8, home=HOME):
    """Return when it is due, without what spreads letters."""
    return timing.due(week, wish(zone, weekday, hour), home, 7) - timing.jitter(7)


def test_a_letter_is_due_on_the_weekday_and_hour_after_the_week():
    assert local(due(WEEK, "Europe/Amsterdam"), "Europe/Amsterdam").isoformat() == "2026-11-30T08:00:00+01:00"
    assert local(due(WEEK, "Europe/Amsterdam", 4, 16), "Europe/Amsterdam").isoformat() == "2026-12-04T16:00:00+01:00"


def test_a_letter_never_comes_before_the_week_is_over_at_home():
    assert local(due(WEEK, "Pacific/Auckland"), "Europe/Amsterdam").isoformat() == "2026-11-30T00:00:00+01:00"


@pytest.mark.parametrize(("first", "hours"), [(date(2026, 3, 16), 167), (date(2026, 10, 12), 169)])
def test_weeks_of_167_and_169_hours_keep_the_hour_of_the_clock(first, hours):
    first = first.toordinal()
    one, other = due(first, "Europe/Berlin"), due(first + 7, "Europe/Berlin")
    assert (other - one) // (3_600 * period.SECOND) == hours
    assert {local(moment, "Europe/Berlin").hour for moment in (one, other)} == {8}


GAPS = [  # zones and local days whose midnight is missing
    ("Africa/Cairo", date(2026, 4, 24)), ("America/Havana", date(2026, 3, 8)), ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Beirut", date(2026, 3, 29)), ("Atlantic/Azores", date(2026, 3, 29)),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "day"), GAPS)
def test_a_midnight_that_is_missing_is_the_first_moment_of_its_day(zone, day):
    number = day.toordinal()
    week = period.start("week", number) - 7
    moment = local(due(week, zone, (number - 1) % 7, 0, home=ZoneInfo("UTC")), zone)
    assert (moment.date(), moment.hour) == (day, 1), "the zone has a midnight on that day"


@pytest.mark.parametrize(
    ("zone", "day"), [("America/Havana", date(2026, 11, 1)), ("Atlantic/Azores", date(2026, 10, 25))]
)
def test_an_hour_that_comes_twice_is_meant_once_the_first_time(zone, day):
    number = day.toordinal()
    week = period.start("week", number) - 7
    moment = due(week, zone, (number - 1) % 7, 0, home=ZoneInfo("UTC"))
    there = local(moment, zone)
    again = local(moment + 3_600 * period.SECOND, zone)
    assert (there.date(), there.hour, there.fold) == (day, 0, 0)
    assert (again.hour, again.fold) == (0, 1), "the zone has one midnight on that day"


def test_letters_are_spread_over_twenty_minutes_always_the_same():
    found = [timing.jitter(number) for number in range(2_000)]
    assert min(found) >= 0
    assert max(found) <= 20 * 60 * period.SECOND
    assert len(set(found)) > 700
    assert found == [timing.jitter(number) for number in range(2_000)]


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)).map(period.microseconds)  # noqa: DTZ001  # given one
ZONES = st.sampled_from(
    [zone for zone, _ in GAPS] + ["Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles", "UTC"]
)


WISHES = st.builds(wish, ZONES, st.integers(0, 6), st.integers(0, 23))


@given(MOMENTS, WISHES, ZONES.map(ZoneInfo), st.integers(1, 10**6))
def test_the_letter_that_was_due_last_is_the_one_before_the_next(now, asked, home, number):
    week, was = timing.latest(now, asked, home, number)
    after, comes = timing.following(now, asked, home, number)
    assert was <= now < comes
    assert after == week + 7
    over = datetime.combine(date.fromordinal(week + 7), datetime.min.time(), home)
    assert was >= period.microseconds(over)
