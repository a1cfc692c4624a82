"""Flags: one table of steps, whoever takes them; who may know which state; what is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from adoption import flags
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import FlagStep
from adoption.models import Participant
from rules.reliance import cycle
from rules.reliance.cycle import Flag

DAY, NOW = 739_900, 1_790_000_000_000_000
EVERY_STEP = sorted({(does, step.by) for (_, does), step in cycle.STEPS.items()})


@pytest.fixture
def alice(app):
    return somebody("alice")


def somebody(name):
    person = Participant(email=f"{name}@example.com", name=name.title(), role="employee")
    db.session.add(person)
    db.session.commit()
    return person.id


def go(participant, *steps, day=DAY):
    """Take steps one after the other, each by whose it is."""
    connection = begin_write()
    flag = flags.of(connection, [participant]).get(participant, Flag())
    for does in steps:
        by = cycle.STEPS[flag.state, does].by
        who = {"person": participant, "lead": participant, "service": None}[by]
        flag = flags.take(connection, participant, does, by=by, who=who, day=day, now=NOW)
    db.session.commit()
    return flag


def at(participant):
    return flags.of(db.session.connection(), [participant]).get(participant, Flag())


def test_who_was_never_asked_about_has_no_flag(alice):
    assert flags.of(db.session.connection(), [alice, 999]) == {}


def test_a_step_is_taken_and_kept_with_its_reason_and_who_took_it(alice):
    go(alice, "hint", "contest")
    assert at(alice).state == "contested"
    assert at(alice).came_from == "hint"
    told = [(one.before, one.after, one.does, one.by, one.who, one.why) for one in flags.past(db.session, alice)]
    assert told == [
        ("none", "hint", "hint", "service", None, "evidence_begins"),
        ("hint", "contested", "contest", "person", alice, "contested"),
    ]


def test_an_impossible_step_changes_nothing(alice):
    go(alice, "hint")
    connection = begin_write()
    for does, by in (("confirm", "lead"), ("contest", "lead"), ("clear", "service"), ("nonsense", "person")):
        with pytest.raises(cycle.ImpossibleStepError):
            flags.take(connection, alice, does, by=by, who=alice, day=DAY, now=NOW)
    db.session.commit()
    assert at(alice).state == "hint"
    assert len(flags.past(db.session, alice)) == 1


@given(st.lists(st.tuples(st.sampled_from(EVERY_STEP), st.integers(0, 40)), max_size=25))
def test_no_sequence_of_calls_reaches_anything_outside_the_table(new_app, calls):
    """Whatever is asked for by whomever: what was kept are steps of the table, each from where the last one led."""
    with new_app("sqlite"):
        somebody_asked = somebody("alice")
        connection = begin_write()
        day, confirmed = DAY, False
        for (does, by), later in calls:
            day += later
            before = flags.of(connection, [somebody_asked]).get(somebody_asked, Flag())
            try:
                after = flags.take(connection, somebody_asked, does, by=by, who=None, day=day, now=NOW)
            except cycle.ImpossibleStepError:
                assert (before.state, does) not in cycle.STEPS or cycle.STEPS[before.state, does].by != by
                continue
            stored = flags.of(connection, [somebody_asked]).get(somebody_asked, Flag())
            assert stored == after or after.state == stored.state == "none"
            confirmed = (confirmed or does == "confirm") and after.state in {*cycle.OPEN, "contested", "paused"}
            assert ("manager" in cycle.readers(after)) <= confirmed
        state = "none"
        for step in flags.past(connection, somebody_asked):
            allowed = cycle.STEPS[step.before, step.does]
            assert step.before == state
            assert (allowed.by, allowed.why) == (step.by, step.why)
            assert allowed.to in {step.after, cycle.BACK}
            assert step.after in cycle.STATES
            state = step.after
        db.session.rollback()


def test_a_night_is_stored_for_many_at_once(app):
    people = [somebody(name) for name in ("alice", "bob", "cora")]
    go(people[1], "hint", day=DAY - 9)
    counted = cycle.counted(at(people[1]), day=DAY, expected=True, evidence=False)
    moved = {people[0]: (Flag(), "hint"), people[1]: (counted, None), people[2]: (Flag(), None)}
    assert flags.follow(begin_write(), DAY, moved, now=NOW) == {"hint": 1}
    db.session.commit()
    found = flags.of(db.session.connection(), people)
    assert found[people[0]] == Flag("hint", since=DAY, quiet_since=DAY)
    assert found[people[1]] == Flag("hint", since=DAY - 9, waited=1, quiet=1, quiet_since=DAY - 9)
    assert people[2] not in found


def test_what_a_person_did_while_the_night_was_counted_stays(alice):
    go(alice, "hint", day=DAY - 3)
    read_before = at(alice)
    go(alice, "contest")
    flags.follow(begin_write(), DAY, {alice: (read_before._replace(waited=4), "raise")}, now=NOW)
    db.session.commit()
    assert at(alice).state == "contested"
    assert [one.does for one in flags.past(db.session, alice)] == ["hint", "contest"]


def test_a_night_takes_none_but_the_services_own_steps(alice):
    go(alice, "raise")
    connection = begin_write()
    with pytest.raises(cycle.ImpossibleStepError):
        flags.follow(connection, DAY, {alice: (at(alice), "confirm")}, now=NOW)
    assert at(alice).state == "suspected"


def test_who_comes_back_from_a_pause_has_waited_as_long_as_before(alice):
    go(alice, "raise", day=DAY)
    connection = begin_write()
    flags.follow(connection, DAY + 1, {alice: (at(alice)._replace(waited=4), "pause")}, now=NOW)
    flags.follow(connection, DAY + 9, {alice: (at(alice), "resume")}, now=NOW)
    db.session.commit()
    assert (at(alice).state, at(alice).waited) == ("suspected", 4)


def test_whoever_slips_while_recovering_is_where_they_were_also_after_a_pause(alice):
    go(alice, "raise", "confirm", "help", "improve", "pause", "resume", "slip")
    assert (at(alice).state, at(alice).confirmed) == ("helping", DAY)


def test_steps_are_forgotten_after_their_time(alice):
    go(alice, "hint", day=DAY - 400)
    go(alice, "raise", day=DAY)
    assert flags.forget(begin_write(), DAY - 365) == 1
    db.session.commit()
    assert db.session.scalars(select(FlagStep.does)).all() == ["raise"]
