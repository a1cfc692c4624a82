"""The same answer: whatever came when before the cut-off, in which pieces, twice or not, and however often killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import select

from adoption import evidence
from adoption import facts
from adoption.evidence import teams
from adoption.extensions import db
from adoption.models import Night
from rules.standing import SMALLEST_GROUP
from tests.nights import HOUR
from tests.nights import MONDAY
from tests.nights import Office
from tests.nights import at
from tests.nights import kept
from tests.nights import nothing

ROOT = Path(__file__).parent.parent.parent
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
NAMES = ("Alice", "Bob", "Carol")
DAYS = 33
EXAMPLES = {"sqlite": 12, "postgresql": 6}

things = st.tuples(
    st.sampled_from(NAMES),
    st.integers(0, DAYS - 1),  # day of recording
    st.integers(0, 10),  # how many days before it happened
    st.integers(0, 23),  # hour
    st.sampled_from(["call.completed", "contact.created", "note.created"]),
    st.sampled_from([{}, {"name": "Chen"}, {"name": ""}, {"channel": "import"}, {"channel": "mobile"}]),
    st.integers(0, 47),  # hours until it came in
)
histories = st.lists(things, max_size=60)


class KilledError(Exception):
    """The process ends in the middle of the night."""


def fill(history, *, shuffled=0, pieces=1, twice=False):
    """Let a history happen in a new office; what may differ is how it comes in."""
    office = Office(*NAMES)
    chance = random.Random(shuffled)  # noqa: S311  # made-up data
    withdrawn = []
    for number, (name, day, back, hour, kind, data, late) in enumerate(history):
        recorded = at(MONDAY + day, f"{hour:02}:{number % 60:02}")
        cut = at(MONDAY + day + 2, "00:00")
        received = min(recorded + late * HOUR, cut - 1)
        if shuffled:  # within the cut-off any moment is as good as any other
            received = recorded + chance.randrange(max(1, cut - recorded))
        happened = recorded - back * 24 * HOUR
        one = office.did(
            name, MONDAY + day, f"{hour:02}:{number % 60:02}", kind=kind, data=data, happened=happened,
            received=received,
        )  # fmt: skip  # one thing
        if number % 7 == 6:
            withdrawn.append((one, max(received, cut - HOUR if number % 2 else cut + HOUR)))
    for one, received in withdrawn:
        kind = "call.merged" if len(one["id"]) % 2 else "call.deleted"
        more = {"kind": kind, "id": f"undo-{one['id']}", "retracts": one["id"], "received": received}
        office.did(one["actor"], MONDAY, **more)
    chance.shuffle(office.events)
    if twice:
        office.events += [(received + HOUR, event) for received, event in office.events[::3]]
    office.deliver(pieces=pieces)
    return office


def judge_killed(office, until, kills):
    """Let the nights pass in pieces of one person, killed after so many of them, again and again."""
    for pieces in kills:
        left = iter(range(pieces))

        def report(_done, _whole, left=left):
            if next(left, None) is None:
                raise KilledError

        try:
            office.judge(until, size=1, report=report)
        except KilledError:
            db.session.rollback()
    office.judge(until, size=2)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_but_what_happened_decides(new_app, kind):
    @settings(max_examples=EXAMPLES[kind], phases=PHASES)
    @given(
        history=histories,
        shuffled=st.integers(1, 9),
        pieces=st.integers(1, 3),
        twice=st.booleans(),
        kills=st.lists(st.integers(0, 40), max_size=3),
    )
    def check(history, shuffled, pieces, twice, kills):
        with new_app(kind):
            fill(history).judge(MONDAY + DAYS)
            once = kept()
        with new_app(kind):
            office = fill(history, shuffled=shuffled, pieces=pieces, twice=twice)
            judge_killed(office, MONDAY + DAYS, kills)
            assert kept() == once
            for day in {MONDAY, MONDAY + 12, MONDAY + 27, MONDAY + DAYS} & {one[0] for one in once["evidence_day"]}:
                found = evidence.replay(day, nothing, size=2)
                assert (found.differ, found.facts, found.missing) == ((), 0, 0)

    check()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_removed_stays_removed_and_replays(new_app, kind):
    @settings(max_examples=EXAMPLES[kind] // 2, phases=PHASES)
    @given(
        history=histories,
        without=st.sets(st.sampled_from(evidence.FAMILIES)),
        away=st.none() | st.tuples(st.integers(0, 20), st.integers(21, 40)),
    )
    def check(history, without, away):
        span = away and (MONDAY + away[0], MONDAY + away[1])
        with new_app(kind):
            office = fill(history)
            office.judge(MONDAY + DAYS)
            if not office.past("Bob"):
                return
            other = [row for row in kept()["evidence_day"] if row[1] != office.numbers["Bob"]]
            evidence.recompute(
                db.session.connection(execution_options={"writes": True}),
                office.numbers["Bob"],
                without=without,
                away=span,
            )
            db.session.commit()
            assert [row for row in kept()["evidence_day"] if row[1] != office.numbers["Bob"]] == other
            once = kept()
            evidence.recompute(db.session.connection(), office.numbers["Bob"], without=without, away=span)
            db.session.commit()
            assert kept() == once
            for day in (MONDAY + 5, MONDAY + 30, MONDAY + DAYS):
                assert evidence.replay(day, nothing).differ == ()

    check()


def test_a_killed_process_is_gone_on_from(app):
    """By ``kill -9``, again and again, until nothing is due any more."""
    office = Office(*[f"P{number}" for number in range(8)])
    for number in range(8):
        office.works(f"P{number}", range(MONDAY, MONDAY + 28), times=4, late=number % 4)
    office.deliver()
    office.judge(MONDAY + 25)
    once = kept()
    for table in reversed(db.metadata.sorted_tables):
        if table.name in {*once, "night", "flag", "flag_step"}:
            db.session.execute(table.delete())
    db.session.commit()
    url = app.extensions["settings"].database_url
    environ = os.environ | {"DATABASE_URL": url, "ORGANISATION_ZONE": "Europe/Amsterdam", "SECRET_KEY": "x" * 40}
    code = (
        "from wsgi import app\nfrom adoption import evidence\n"
        f"with app.app_context(): evidence.run({at(MONDAY + 27, '03:00')}, lambda done, whole: None, size=2)"
    )
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environ)  # noqa: S603  # ours
        begun, before = time.monotonic(), nights()
        while process.poll() is None and nights() < before + 5 and time.monotonic() < begun + 60:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    office.judge(MONDAY + 25)
    assert kept() == once


def nights():
    found = db.session.scalars(select(Night.day)).all()
    db.session.rollback()
    return len(found)


members = st.builds(
    teams.Member,
    score=st.none() | st.floats(0, 100),
    busy=st.integers(0, 20),
    expected=st.just(20),
    on_time=st.integers(0, 5),
    told=st.integers(5, 9),
    actions=st.integers(0, 40),
    families=st.lists(st.sampled_from(["lateness", "sheets"]), unique=True).map(tuple),
    helped=st.booleans(),
)


@given(st.lists(members, max_size=30))
def test_no_figure_is_about_fewer_than_five(people):
    found = teams.figures(people)
    if len(people) < SMALLEST_GROUP:
        assert found is None
        return
    for share in found.live_days:
        assert share.people >= SMALLEST_GROUP
    assert sum(one.people for one in found.live_days) == len(people)
    for count in (found.active, found.helped):
        assert count is None or all(one == 0 or one >= SMALLEST_GROUP for one in (count, len(people) - count))
    if found.score is not None:
        assert sum(one.score is not None for one in people) >= SMALLEST_GROUP
    if found.family is not None:
        assert sum(found.family in one.families for one in people) >= SMALLEST_GROUP


@pytest.mark.parametrize(("helped", "told"), [(0, 0), (4, None), (5, 5), (6, None), (10, None)])
def test_who_is_helped_is_told_of_nobody_by_a_number(helped, told):
    one = teams.Member(score=None, busy=1, expected=20, on_time=1, told=5, actions=1, families=())
    people = [one._replace(helped=place < helped) for place in range(10)]
    found = teams.figures(people)
    assert found.helped == told
    assert found.counts.get("help") == (None if told is None else (told, 10))


@given(st.lists(st.lists(st.integers(1, 12), max_size=8, unique=True), max_size=4))
def test_nobody_counts_in_two_teams(memberships):
    spans = {}
    for team, people in enumerate(memberships, start=1):
        for one in people:
            spans.setdefault(one, []).append((1, 1 << 30, team))
    known = facts.Known.__new__(facts.Known)
    object.__setattr__(known, "memberships", {one: tuple(found) for one, found in spans.items()})
    object.__setattr__(known, "_places", {})
    counted = [teams.team_of(known, one, MONDAY) for one in range(1, 13)]
    assert all((team is None) == (one not in spans) for one, team in enumerate(counted, start=1))
    assert all(team is None or one in memberships[team - 1] for one, team in enumerate(counted, start=1))
