"""``flask reliance``: the night by hand, a past one again, and what is declared; each look is noted."""

import re

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy import update

from adoption import jobs
from adoption import privacy
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import EvidenceDay
from adoption.models import JobRun
from adoption.models import JournalEntry
from adoption.models import Norm
from adoption.models import Season
from rules import period
from tests.nights import MONDAY
from tests.nights import Office
from tests.nights import at
from tests.nights import kept
from tests.nights import nothing

LATER = at(MONDAY + 21, "04:00")


@pytest.fixture
def office(app):
    office = Office("Alice", "Bob")
    office.works("Alice", range(MONDAY, MONDAY + 21))
    office.works("Bob", range(MONDAY, MONDAY + 21), late=4)
    office.deliver()
    with time_machine.travel(period.moment(LATER), tick=False):
        yield office


@pytest.fixture
def flask(app):
    def run(*words, fails=False):
        result = app.test_cli_runner().invoke(args=["reliance", *words])
        assert (result.exit_code != 0) == fails, result.output
        return result.output

    return run


def test_the_night_can_be_run_by_hand_and_a_past_one_again(office, flask):
    assert "20 days judged" in flask("run")
    assert "0 days judged" in flask("run")
    day = period.text("day", MONDAY + 15)
    assert "2 people: 2 come to the same, byte for byte" in flask("replay", "--day", day)


def test_a_day_that_comes_to_something_else_fails_the_replay(office, flask):
    flask("run")
    bob = EvidenceDay.participant == office.numbers["Bob"]
    begin_write().execute(update(EvidenceDay).where(bob, EvidenceDay.day == MONDAY + 1).values(facts="{}"))
    db.session.commit()
    said = flask("replay", "--day", period.text("day", MONDAY + 3), fails=True)
    assert f"1 people come to something else, first participants {office.numbers['Bob']}" in said


def test_a_day_that_nobody_judged_is_said_so(office, flask):
    assert "That day was not judged" in flask("replay", "--day", "2020-01-01", fails=True)


def test_the_evidence_of_somebody_is_shown_with_its_sum_and_the_look_is_noted(office, flask):
    flask("run")
    said = flask("show", "bob@example.com", "--why", "They asked me on the phone")
    points = [int(found) for found in re.findall(r"^ *([+-]\d+) ", said, re.MULTILINE)]
    assert sum(points[:-1]) == points[-1]
    assert "lateness" in said
    look = db.session.execute(select(JournalEntry.thing, JournalEntry.why).where(JournalEntry.action == "read")).one()
    assert tuple(look) == (f"participant/{office.numbers['Bob']}", "They asked me on the phone")
    assert "no participant" in flask("show", "nobody@example.com", "--why", "x", fails=True)


def test_without_a_reason_nobody_looks(office, flask):
    flask("run")
    flask("show", "bob@example.com", "--why", " ", fails=True)
    assert db.session.scalars(select(JournalEntry.number).where(JournalEntry.action == "read")).all() == []


def test_norms_and_seasons_are_declared_for_days_to_come(office, flask):
    flask("run")
    first = period.text("day", MONDAY + 30)
    flask("norm", "employee", "12.5", "--from", first, "--why", "as agreed")
    flask("season", "--team", "Sales", "--from", first, "--until", first, "--why", "the fair")
    assert db.session.execute(select(Norm.role, Norm.live, Norm.starts)).all() == [("employee", 1250, MONDAY + 30)]
    assert db.session.execute(select(Season.starts, Season.ends)).all() == [(MONDAY + 30, MONDAY + 31)]
    noted = db.session.scalars(select(JournalEntry.thing).where(JournalEntry.action == "declared")).all()
    assert noted == ["norm/role/employee", "season/team/1"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("norm", "employee", "0", "--from", "2027-01-01", "--why", "x"), "A norm is a number"),
        (("norm", "employee", "5", "--from", "2026-03-03", "--why", "x"), "Days that were judged stay as they are"),
        (("norm", "employee", "5", "--from", "2027-01-01", "--why", " "), "why"),
        (("season", "--from", "2027-01-02", "--until", "2027-01-02", "--why", "x"), "either --role or --team"),
        (("season", "--team", "Moon", "--from", "2027-01-02", "--until", "2027-01-02", "--why", "x"), "no team Moon"),
        (("season", "--role", "x", "--from", "2027-01-02", "--until", "2027-01-01", "--why", "x"), "A quiet season"),
    ],
)
def test_what_cannot_be_declared_is_refused_with_the_remedy(office, flask, words, says):
    flask("run")
    assert says in flask(*words, fails=True)
    assert db.session.scalars(select(Norm.id)).all() == []


def test_the_job_runs_when_a_day_can_be_judged_and_leaves_no_row_when_none_can(office):
    assert jobs.run("judge-days", nothing, scheduled=True) == "20 days judged"
    assert jobs.run("judge-days", nothing, scheduled=True) is None
    assert db.session.scalars(select(JobRun.state)).all() == ["done"]


def test_a_job_that_is_stopped_goes_on_where_it_was(office):
    def stop(done, whole):
        if done >= whole // 2:
            raise jobs.StoppedError

    assert jobs.run("judge-days", stop) is None
    days = {row[0] for row in kept()["evidence_day"]}
    assert 0 < len(days) < 20
    assert jobs.run("judge-days", nothing) is not None
    assert {row[0] for row in kept()["evidence_day"]} == set(range(MONDAY, MONDAY + 20))


def test_where_detection_is_off_the_command_says_that_nothing_was_concluded(office, flask):
    privacy.turn_off(begin_write(), By(None, "test"), why="for a test", now=LATER)
    db.session.commit()
    assert "individual detection is off" in flask("run")
    assert kept()["evidence_day"] == []
