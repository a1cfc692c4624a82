"""HR says at a page which teams come into the CRM together, and when; each change is in the journal."""

import json
import re

import pytest
from sqlalchemy import select

from adoption import facts
from adoption.extensions import db
from adoption.models import JournalEntry
from rules.period import EVER
from rules.period import FOREVER
from tests.adoption.test_people_pages import ALICE
from tests.adoption.test_people_pages import HANA
from tests.adoption.test_people_pages import cast as cast  # noqa: PLC0414  # a fixture
from tests.adoption.test_people_pages import fresh
from tests.adoption.test_people_pages import iso
from tests.adoption.test_people_pages import text
from tests.adoption.test_people_pages import today

PATH = "/hr/waves"


def waves():
    """Return (wave, team, first day, first day no more) as stored."""
    known = facts.current()
    return sorted((wave, known.teams[team], *days) for team, spans in known.waves.items() for *days, wave in spans)


def put(visitor, wave, team, status=303, **more):
    return text(visitor.post(PATH, {"wave": wave, "team": team, **more}), status)


def was(team):
    known = facts.current()
    return next(
        f"{number}-{starts}-{ends}"
        for number, spans in known.waves.items()
        for starts, ends, _ in spans
        if known.teams[number] == team
    )


def test_a_team_is_put_into_a_wave_given_other_days_and_taken_out_again(cast):
    hana, day = cast.visitor(HANA), today()
    put(hana, "first", "Sales", first=iso(day), why="The pilot")
    put(hana, "first", "Care")
    assert fresh(waves) == [("first", "Care", EVER, FOREVER), ("first", "Sales", day, FOREVER)]
    page = text(hana.get("/hr/teams"))
    assert re.search(r"<bdi>first</bdi>: <bdi>Sales</bdi>", page)
    put(hana, "first", "", was=fresh(lambda: was("Sales")), first=iso(day + 7), last=iso(day + 20))
    assert fresh(waves)[1] == ("first", "Sales", day + 7, day + 21)
    put(hana, "first", "", was=fresh(lambda: was("Sales")), remove="1")
    put(hana, "first", "", was=fresh(lambda: was("Care")), remove="1")
    assert fresh(waves) == []
    entries = db.session.execute(select(JournalEntry.__table__).where(JournalEntry.thing == "wave/first")).all()
    assert len(entries) == 5
    assert entries[0].why == "The pilot"
    assert "Sales" in json.loads(entries[0].after)["teams"]


def test_other_waves_stay_as_they_are(cast):
    hana = cast.visitor(HANA)
    put(hana, "first", "Sales")
    put(hana, "second", "Care")
    put(hana, "first", "", was=fresh(lambda: was("Sales")), remove="1")
    assert fresh(waves) == [("second", "Care", EVER, FOREVER)]


def test_what_was_typed_stays_beside_what_is_wrong_with_it(cast):
    hana, day = cast.visitor(HANA), today()
    page = put(hana, " ", "Sales", 422, why="Because")
    assert "A wave needs a name." in page
    assert 'value="Because"' in page
    assert "Choose a team." in put(hana, "first", "Nowhere", 422)
    page = put(hana, "first", "Sales", 422, first=iso(day), last=iso(day - 1))
    assert "The last day is before the first." in page
    assert f'value="{iso(day)}"' in page
    assert "is no date" in put(hana, "first", "Sales", 422, first="soon")
    put(hana, "first", "Sales", first=iso(day))
    assert "on some of these days already" in put(hana, "first", "Sales", 422, first=iso(day + 3))
    assert len(fresh(waves)) == 1


@pytest.mark.parametrize("written", ["1-1-3652059", "x", "1-2", "9999999999-1-2", "1-2-3-4"])
def test_a_row_that_is_not_there_is_not_found(cast, written):
    assert cast.visitor(HANA).post(PATH, {"wave": "first", "was": written, "remove": "1"}).status_code == 404


def test_only_whoever_writes_the_directory_may(cast):
    for form in ({"wave": "first", "team": "Sales"}, {"wave": "first", "was": "1-1-2", "remove": "1"}):
        assert cast.visitor(ALICE).post(PATH, form).status_code == 403
    assert fresh(waves) == []
