"""The effect of a rule on its page: the same weeks before and after, beside those whom it does not cover."""

import re
from datetime import date
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from adoption import facts
from adoption import history
from adoption.extensions import db
from adoption.history import effects
from rules import effect as rule
from tests.house import House
from tests.visitors import Visitor

BEGAN = date(2026, 3, 2)
TODAY = date(2026, 4, 1)  # four whole weeks later
NORTH = [f"N{number}" for number in range(6)]
SOUTH = [f"S{number}" for number in range(6)]
BOOK = f"""
[metric.calls]
counts = "call.completed"
[reward.badge]
kind = "badge"
[incentive.callers]
title = "Callers"
metric = "calls"
every = 5
per = "week"
at_most = 2
who = {{ team = "north" }}
earns = "badge"
from = {BEGAN}
[incentive.teams]
metric = "calls"
every = 5
per = "week"
at_most = 2
holder = "team"
earns = "badge"
from = {BEGAN}
[incentive.later]
metric = "calls"
every = 5
per = "week"
at_most = 2
earns = "badge"
from = 2027-01-04
"""


@pytest.fixture
def house(app):  # the house stands in it
    people = (*NORTH, *SOUTH, "Hana")
    house = House(BOOK, people=people, teams={"north": NORTH, "south": SOUTH}, since=date(2026, 1, 5))
    db.session.execute(text("UPDATE participant SET role = 'hr' WHERE name = 'Hana'"))
    facts.changed(db.session.connection(), rescore=False)
    db.session.commit()
    return house


def call(house, name, week, times, *, at="10"):
    day = BEGAN + timedelta(days=7 * week)
    house.send(*(house.event(name, "call.completed", f"contact/{n}", on=day, at=f"{at}:{n:02}") for n in range(times)))


def four_weeks(house, *, more):
    for place, name in enumerate((*NORTH, *SOUTH)):
        for week in range(-4, 4):
            gained = more if name in NORTH and week >= 0 else 0
            call(house, name, week, 5 + place % 3 + gained)
    house.settle()
    history.bring_up_to_date()


def found(key="callers", today=TODAY):
    return effects.effect(key, today.toordinal())


def test_those_covered_did_more_than_the_others(house):
    four_weeks(house, more=4)
    seen = found()
    assert (seen.effect.verdict, seen.effect.weeks, seen.effect.compared) == (rule.MORE, 4, True)
    assert seen.effect.effect == 4 * 10_000
    assert (seen.since - seen.before, seen.until - seen.since) == (28, 28)
    assert [(one.name, one.covered) for one in seen.effect.teams] == [("north", True), ("south", False)]
    assert seen.effect.quarters == ()  # six people make four parts of fewer than five


def test_what_stayed_the_same_is_no_effect(house):
    four_weeks(house, more=0)
    assert found().effect.verdict == rule.NONE


def test_three_weeks_are_needed_and_a_rule_must_have_begun(house):
    four_weeks(house, more=4)
    assert found(today=BEGAN + timedelta(days=20)).effect.verdict == rule.TOO_EARLY
    assert found(today=BEGAN).effect.verdict == rule.TOO_EARLY
    assert found("later") is None
    assert found("teams").guards == ()


def test_who_came_or_left_meanwhile_is_not_compared(house):
    four_weeks(house, more=4)
    db.session.execute(text(f"UPDATE participant SET left_on = {TODAY.toordinal() - 10} WHERE name IN ('N0', 'N1')"))
    facts.changed(db.session.connection(), rescore=False)
    db.session.commit()
    assert found().effect.verdict == rule.TOO_FEW


def test_guards_tell_of_rushes_repetition_and_what_was_undone(house):
    four_weeks(house, more=0)
    rush = [house.event("N1", "call.completed", "contact/90", on=BEGAN, at="15:00", id=f"r{n}") for n in range(60)]
    house.send(*rush)
    for number in range(30):
        house.did("N1", "call.undone", id=f"back-{number}", retracts=f"r{number}")
    house.did("N2", "call.completed", "contact/91", on=BEGAN)
    house.settle()
    history.bring_up_to_date()
    guards = {one.name: one for one in found().guards}
    assert guards["rushed"].before[0] == 0
    assert guards["rushed"].after[0] == 60
    assert (guards["undone"].before[0], guards["undone"].after[0]) == (0, 30)
    assert guards["repeated"].after[0] == guards["repeated"].before[0] + 59
    assert all(one.rose for one in guards.values())


def page(app, house, key="callers", day=TODAY):
    with time_machine.travel(day):
        visitor = Visitor(app, house["Hana"])
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", visitor.get(f"/hr/book/incentive/{key}/effect").text))


def test_the_page_says_it_in_a_sentence_and_hides_small_groups(app, house):
    four_weeks(house, more=4)
    said = page(app, house)
    assert "4 more for a person and week since it began, between 4 and 4." in said
    assert "Those it does not cover" in said
    assert "south not covered" in said


def test_where_nothing_was_recorded_before_nobody_is_said_to_have_done_nothing(app, house):
    for name in (*NORTH, *SOUTH):
        for week in range(4):
            call(house, name, week, 5)
    house.settle()
    history.bring_up_to_date()
    said = page(app, house)
    assert "nothing was recorded before it began" in said
    assert f"Those it covers {len(NORTH)} \N{EN DASH} 5" in said
    assert "By what they did before" not in said
    assert "\N{BLACK UP-POINTING TRIANGLE}" not in said


def test_the_page_says_when_it_is_too_early(app, house):
    four_weeks(house, more=4)
    said = page(app, house, day=BEGAN + timedelta(days=9))
    assert "No effect visible yet: 1 whole week has passed" in said


@pytest.mark.parametrize(
    ("key", "words"), [("teams", "This rule is for teams"), ("later", "takes force on"), ("nothing", "nothing")]
)
def test_the_page_of_other_rules_says_what_is_missing(app, house, key, words):
    assert words in page(app, house, key)
