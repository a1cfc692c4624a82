from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import book as books
from rules import period
from rules.condition import Compare
from rules.version import NOTHING
from rules.version import meaning
from rules.version import metric_versions
from rules.version import publish
from rules.version import versions
from tests import reference
from tests import worlds
from tests.rules.strategies import MONDAY
from tests.rules.strategies import book
from tests.rules.strategies import incentive
from tests.rules.strategies import metric
from tests.rules.strategies import milestone

NEXT_MONDAY = MONDAY + 7
NEXT_MONTH = date(2026, 12, 1).toordinal()
OPEN = period.FOREVER

maybe_days = st.one_of(st.none(), st.integers(MONDAY - 20, MONDAY + 60))


@st.composite
def definitions(draw, make, **choices):
    chosen = {name: draw(st.sampled_from(values)) for name, values in choices.items()}
    starts, ends = draw(maybe_days), draw(maybe_days)
    if starts is not None and ends is not None and starts >= ends:
        ends = None
    return make(**chosen, starts=starts, ends=ends)


some_books = st.builds(
    lambda *parts: book(*(part for part in parts if part is not None)),
    st.one_of(st.none(), definitions(milestone, credit=["last", "owner"])),
    st.one_of(st.none(), definitions(metric, counts=[("contact.created",), ("contact.developed",)])),
    st.one_of(st.none(), definitions(incentive, every=[10, 20], per=["day", "week", "month"])),
    st.one_of(st.none(), definitions(incentive, key=["dinner"], per=["week", "ever"])),
)
loads = st.lists(st.tuples(some_books, st.integers(0, 9), maybe_days), min_size=1, max_size=4)


def published(*given, today=MONDAY, since=None):
    lines = NOTHING
    for one in given:
        lines = publish(lines, one, today=today, since=since)
    return lines


def in_force(lines):
    """Return kind → key → (starts, ends, meaning) of what is in force on any day at all."""
    kinds = {"milestone": lines.milestones, "metric": lines.metrics, "incentive": lines.incentives}
    found = {
        (kind, key): [(part.starts, part.ends, meaning(part.body)) for part in line if part.starts < part.ends]
        for kind, of_kind in kinds.items()
        for key, line in of_kind.items()
    }
    return {key: line for key, line in found.items() if line}


def days(lines, kind, key):
    return [(starts, ends) for starts, ends, _ in in_force(lines).get((kind, key), [])]


# --- properties


@given(loads)
def test_definitions_of_one_key_never_overlap_and_stand_in_order(drawn):
    lines, today = NOTHING, MONDAY
    for one, later, since in drawn:
        today += later
        lines = publish(lines, one, today=today, since=since)
        for line in (*lines.milestones.values(), *lines.metrics.values(), *lines.incentives.values()):
            assert all(part.starts <= part.ends for part in line)
            assert all(before.ends <= after.starts for before, after in pairwise(line))


@given(loads, st.integers(0, 30), maybe_days)
def test_loading_the_same_book_again_changes_nothing_that_it_holds(drawn, later, since_then):
    lines, today = NOTHING, MONDAY
    for one, wait, since in drawn:
        today += wait
        lines = publish(lines, one, today=today, since=since)
    held = [*(("milestone", key) for key in one.milestones), *(("metric", key) for key in one.metrics)]
    held += [("incentive", key) for key in one.incentives]
    again = publish(lines, one, today=today + later, since=since_then)
    assert [days(again, *key) for key in held] == [days(lines, *key) for key in held]


def plain(load):
    """Leave out what is no part of a meaning: examples, and the prefix of a field that is added up."""
    sections = {kind: {key: dict(one) for key, one in of_kind.items()} for kind, of_kind in load.book.items()}
    for one in sections.get("incentive", {}).values():
        one.pop("examples", None)
    for one in sections.get("metric", {}).values():
        if one.get("measure") == "sum":
            one["of"] = one["of"].removeprefix("data.")
    return replace(load, book=sections)


@given(st.sampled_from(worlds.ANCHORS).flatmap(worlds.book_loads))
def test_timelines_are_what_the_reference_says(drawn):
    given_loads = [plain(load) for load in drawn]
    lines = NOTHING
    for load in given_loads:
        one = books.load(worlds.to_toml(load.book))
        lines = publish(lines, one, today=load.on.toordinal(), since=load.since and load.since.toordinal())
    expected = reference.timelines(reference.World("UTC", [], frozenset(), given_loads, []))
    for kind, of_kind in expected.items():
        for key, line in of_kind.items():
            spans = [(part.starts.toordinal(), part.ends.toordinal()) for part in line if part.starts < part.ends]
            assert days(lines, kind, key) == spans


@given(loads)
def test_versions_of_one_incentive_never_overlap(drawn):
    lines, today = NOTHING, MONDAY
    for one, later, since in drawn:
        today += later
        lines = publish(lines, one, today=today, since=since)
    for key in lines.incentives:
        line = versions(key, lines)
        assert all(one.starts < one.ends for one in line)
        assert all(before.ends <= after.starts for before, after in pairwise(line))
        assert all(meaning(a) != meaning(b) for a, b in pairwise(line) if a.ends == b.starts)


@given(loads, st.integers(MONDAY - 30, MONDAY + 90))
def test_a_version_covers_exactly_the_days_on_which_all_it_is_made_of_is_in_force(drawn, day):
    lines, today = NOTHING, MONDAY
    for one, later, since in drawn:
        today += later
        lines = publish(lines, one, today=today, since=since)

    def on(line):
        return next((part.body for part in line if part.starts <= day < part.ends), None)

    for key, line in lines.incentives.items():
        offer = on(line)
        counted = on(lines.metrics.get(offer.metric, ())) if offer else None
        derived = [lines.milestones[k] for k in counted.counts if k in lines.milestones] if counted else []
        covered = counted is not None and all(on(one) is not None for one in derived)
        found = [one for one in versions(key, lines) if one.starts <= day < one.ends]
        assert len(found) == covered
        if covered:
            assert (found[0].incentive, found[0].counted.metric) == (offer, counted)


# --- when things take force


def test_a_new_incentive_begins_with_its_next_period():
    lines = published(book(metric(), incentive(), incentive("dinner", per="month")))
    assert days(lines, "incentive", "lunch") == [(NEXT_MONDAY, OPEN)]
    assert days(lines, "incentive", "dinner") == [(NEXT_MONTH, OPEN)]


def test_a_new_metric_begins_with_the_first_promise_on_it():
    lines = published(book(metric(), incentive(), incentive("dinner", per="month", starts=MONDAY - 3)))
    assert days(lines, "metric", "contacts") == [(MONDAY - 3, OPEN)]


def test_a_new_milestone_begins_with_the_first_metric_that_counts_it():
    counted = metric(counts=("contact.developed",), starts=MONDAY + 2)
    lines = published(book(milestone(), counted, incentive()))
    assert days(lines, "milestone", "contact.developed") == [(MONDAY + 2, OPEN)]


def test_what_nothing_uses_begins_next_monday():
    lines = published(book(milestone(), metric()), today=MONDAY + 3)
    assert days(lines, "metric", "contacts") == days(lines, "milestone", "contact.developed") == [(NEXT_MONDAY, OPEN)]


def test_a_date_given_at_loading_beats_the_next_period_and_an_own_date_beats_both():
    lines = published(book(metric(), incentive(), incentive("dinner", starts=MONDAY + 1)), since=MONDAY - 100)
    assert days(lines, "incentive", "lunch") == [(MONDAY - 100, OPEN)]
    assert days(lines, "incentive", "dinner") == [(MONDAY + 1, OPEN)]


def test_a_changed_incentive_succeeds_the_old_one():
    before = published(book(metric(), incentive(every=10)), since=MONDAY - 70)
    lines = publish(before, book(metric(), incentive(every=20)), today=MONDAY, since=None)
    assert days(lines, "incentive", "lunch") == [(MONDAY - 70, NEXT_MONDAY), (NEXT_MONDAY, OPEN)]


def test_a_changed_metric_begins_with_the_shortest_period_that_rests_on_it():
    daily = [incentive("dinner", per="day"), incentive("trip", per="year")]
    before = published(book(metric(), *daily), since=MONDAY - 70)
    lines = publish(before, book(metric(measure="days"), *daily), today=MONDAY, since=None)
    assert days(lines, "metric", "contacts") == [(MONDAY - 70, MONDAY + 1), (MONDAY + 1, OPEN)]


def test_a_metric_that_goes_with_its_incentive_lasts_as_long_as_it():
    monthly = book(metric(), incentive(per="month"))
    lines = publish(published(monthly, since=MONDAY - 70), book(), today=MONDAY, since=None)
    assert days(lines, "metric", "contacts") == days(lines, "incentive", "lunch") == [(MONDAY - 70, NEXT_MONTH)]


def test_a_milestone_that_goes_with_its_incentive_lasts_as_long_as_it():
    monthly = book(milestone(), metric(counts=("contact.developed",)), incentive(per="month"))
    lines = publish(published(monthly, since=MONDAY - 70), book(), today=MONDAY, since=None)
    assert days(lines, "milestone", "contact.developed") == [(MONDAY - 70, NEXT_MONTH)]


def test_a_book_may_go_and_come_and_go_again_on_one_day():
    offer = book(metric(), incentive())
    lines = published(offer, book(), book(), offer, book(), book())
    assert in_force(lines) == {}


def test_a_metric_that_comes_back_begins_with_the_first_promise_on_it():
    offer = book(metric(), incentive(starts=MONDAY - 50))
    gone = publish(published(offer), book(), today=MONDAY, since=MONDAY - 30)
    back = publish(gone, book(metric(), incentive(starts=MONDAY - 20)), today=MONDAY, since=None)
    assert days(back, "metric", "contacts") == [(MONDAY - 50, MONDAY - 30), (MONDAY - 20, OPEN)]


def test_an_earlier_date_of_its_own_moves_the_beginning():
    before = published(book(metric(), incentive()))
    lines = publish(before, book(metric(), incentive(starts=MONDAY - 5)), today=MONDAY, since=None)
    assert days(lines, "incentive", "lunch") == [(MONDAY - 5, OPEN)]


def test_an_end_may_be_added_and_taken_back():
    ending = publish(
        published(book(metric(), incentive())), book(metric(), incentive(ends=MONDAY + 20)), today=MONDAY, since=None
    )
    assert days(ending, "incentive", "lunch") == [(NEXT_MONDAY, MONDAY + 20)]
    assert days(publish(ending, book(metric(), incentive()), today=MONDAY + 30, since=None), "incentive", "lunch") == [
        (NEXT_MONDAY, OPEN)
    ]


def test_a_changed_milestone_makes_a_new_version_of_the_incentive():
    def of(credit):
        return book(milestone(credit=credit), metric(counts=("contact.developed",)), incentive())

    lines = publish(published(of("last"), since=MONDAY - 70), of("owner"), today=MONDAY, since=None)
    assert [(one.starts, one.ends) for one in versions("lunch", lines)] == [
        (MONDAY - 70, NEXT_MONDAY),
        (NEXT_MONDAY, OPEN),
    ]
    assert len(metric_versions("contacts", lines)) == 2


def test_a_change_taken_back_on_the_same_day_leaves_one_version():
    lines = published(
        book(metric(), incentive(every=10)), book(metric(), incentive(every=20)), book(metric(), incentive(every=10))
    )
    assert [(one.starts, one.ends) for one in versions("lunch", lines)] == [(NEXT_MONDAY, OPEN)]


# --- meaning


@pytest.mark.parametrize(
    "change", [{"title": "Other"}, {"titles": {"ru": "Обед"}}, {"starts": 5}, {"ends": 9}, {"examples": ((1, 1),)}]
)
def test_titles_dates_and_examples_do_not_change_the_meaning(change):
    assert meaning(replace(incentive(), **change)) == meaning(incentive())


def test_new_titles_are_shown_at_once_and_make_no_new_version():
    def titled(**titles):
        contacts = metric(counts=("contact.developed",), titles=titles)
        need = replace(milestone().needs[0], titles=titles)
        return book(milestone(needs=(need,), titles=titles), contacts, incentive(titles=titles))

    before = published(titled(), since=MONDAY - 70)
    lines = publish(before, titled(ru="Иначе"), today=MONDAY, since=None)
    assert in_force(lines) == in_force(before)
    (version,) = versions("lunch", lines)
    (developed,) = version.counted.milestones
    shown = (version.incentive, version.counted.metric, developed, developed.needs[0])
    assert [part.titles for part in shown] == [{"ru": "Иначе"}] * 4
    assert hash(version) == hash(versions("lunch", before)[0])


@pytest.mark.parametrize(
    "change", [{"every": 5}, {"per": "month"}, {"at_most": 1}, {"earns": ("trip",)}, {"holder": "team"}]
)
def test_everything_else_does(change):
    assert meaning(replace(incentive(), **change)) != meaning(incentive())


def test_a_condition_on_one_is_not_a_condition_on_true():
    one, true = (metric(where=Compare("vip", "is", value)) for value in (1, True))
    assert meaning(one) != meaning(true)
    lines = publish(published(book(one), since=MONDAY - 70), book(true), today=MONDAY, since=None)
    assert days(lines, "metric", "contacts") == [(MONDAY - 70, NEXT_MONDAY), (NEXT_MONDAY, OPEN)]
