"""Vital signs on the page of a team: of five people or more, of those one leads, beside three other teams or none."""

import html
import re
import time

import pytest
from flask import current_app

from adoption import facts
from adoption import rollout
from adoption.pages import vital_parts
from rules.rollout.vital import Count
from rules.rollout.vital import Week
from tests.adoption.test_rollout import send
from tests.adoption.test_rollout import wave
from tests.queries import asked
from tests.staff import NORTH
from tests.staff import SOUTH
from tests.staff import Staff
from tests.visitors import Visitor


@pytest.fixture
def staff(app):
    """People, some work of theirs last week, and the signs of that week."""
    people = Staff()
    send(people, "Alice", range(8))
    send(people, "Bob", range(100, 104), needs=2)
    send(people, "Иван", range(200, 230))
    rollout.take(now())
    return people


def now():
    return time.time_ns() // 1000


def page(app, staff, who):
    answer = Visitor(app, staff[who]).get("/team")
    assert answer.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def of(staff, *led):
    """Return what the page of somebody draws who leads some."""
    numbers = {staff[one] for one in led}
    with current_app.test_request_context():
        return vital_parts.teams(facts.current(), numbers, now())


def test_whoever_leads_a_team_sees_its_signs_and_those_of_no_other(app, staff):
    shown = page(app, staff, "Mei")
    assert f"Vital signs of {NORTH}" in shown
    assert "Records carried to the end 67%" in shown
    assert SOUTH not in shown


def test_of_a_team_of_fewer_than_five_no_sign_is_shown(app, staff):
    for one in ("Dave", "Erin"):
        staff.leave(one)
    shown = page(app, staff, "Mei")
    assert "Vital signs are shown of five people or more." in shown
    assert "Records carried to the end" not in shown


def test_of_a_team_in_which_others_lead_most_people_nothing_is_shown(staff):
    assert of(staff, "Alice", "Bob") == []
    assert of(staff, "Hana") == []


def test_a_team_is_beside_teams_that_have_not_begun_if_there_are_three_of_them(staff):
    wave(staff, "one", NORTH, days=-30)
    (team,) = of(staff, "Alice", "Bob", "Cora", "Dave", "Erin")
    assert [one["rest"] for one in team["signs"]] == [None] * 9  # one other team: it would be told of
    assert any(one["mark"] for one in team["signs"])


def test_the_queries_do_not_grow_with_the_teams(staff):
    north = {staff[one] for one in ("Alice", "Bob", "Cora", "Dave", "Erin")}
    both = north | {staff[one] for one in ("Иван", "王伟", "Finn", "Gwen")}
    with current_app.test_request_context():
        few, many = (asked(lambda led=led: vital_parts.teams(facts.current(), led, now())) for led in (north, both))
    assert few == many


def test_a_change_of_one_point_is_one_point(app):
    def said(*shares):
        weeks = [Week(739_936 + 7 * place, 5, {"activation": Count(share, 100)}) for place, share in enumerate(shares)]
        with app.test_request_context():
            return vital_parts.signs(weeks, [], 0)[0]["change"]

    assert said(100, 99) == "1 point less good"
    assert said(97, 99) == "better by 2 points"
