"""Incentives that are stopped at once and go on later: what people do is counted, and nothing earned is lost."""
# ruff: noqa: RUF001  # Cyrillic letters are meant

import threading
import time
from collections import Counter
from datetime import UTC
from datetime import date
from datetime import datetime

import pytest
import time_machine
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy import update

from adoption import auth
from adoption import explain
from adoption import facts
from adoption import history
from adoption import jobs
from adoption import journal
from adoption import ledger
from adoption import rewards
from adoption import stops
from adoption import waiting
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import IncentiveStop
from adoption.models import JournalEntry
from adoption.models import Participant
from adoption.models import Tally
from rules.period import SECOND
from tests.conftest import application
from tests.conftest import pushed
from tests.house import NOW
from tests.pockets import Pockets
from tests.pockets import choose
from tests.racing import at_once
from tests.visitors import Visitor

HANA = By(None, "Hana")
LATER = NOW + 3_600 * SECOND


@pytest.fixture
def house(app):
    house = Pockets()
    house.settle()
    return house


def stop(key, why="Something is wrong with it", now=NOW):
    stops.stop(key, why, HANA, now)
    db.session.commit()


def resume(key, why="It is put right", now=LATER):
    return stops.resume_and_release(key, why, HANA, now)


def clean():
    db.session.rollback()
    return history.verify().lines()


# --- what is earned


def test_what_becomes_due_while_it_is_stopped_waits_and_is_issued_when_it_goes_on(house):
    house.earn("Alice", "notes", 2)
    stop("notes")
    house.earn("Alice", "notes", 3)
    assert house.statuses() == ["issued"] * 2 + ["waiting"] * 3
    assert ledger.balance(house["Alice"]) == {"points": 20 * 10_000}
    assert clean() == []
    assert resume("notes") == (3, 0)
    assert house.statuses() == ["issued"] * 5
    assert ledger.balance(house["Alice"]) == {"points": 50 * 10_000}
    assert clean() == []


def test_other_incentives_go_on(house):
    stop("notes")
    house.earn("Alice", "deals")
    assert house.statuses() == ["issued"]


def test_what_is_done_is_counted_all_the_while(house):
    stop("notes")
    house.earn("Alice", "notes", 4)
    mine = select(Tally.value).where(Tally.holder == house["Alice"], Tally.value > 0)
    assert set(db.session.scalars(mine)) == {4 * 10_000}


def test_a_job_gives_out_nothing_of_a_stopped_incentive(house):
    stop("notes")
    house.earn("Alice", "notes")
    assert waiting.releasable(NOW) is False
    assert waiting.release(NOW) == (0, 0)
    db.session.commit()
    assert jobs.run("release-waiting", lambda *_: None, scheduled=True) is None
    assert house.statuses() == ["waiting"]


def test_should_the_process_end_before_anything_was_given_out_the_job_does_it(house):
    stop("notes")
    house.earn("Alice", "notes")
    stops.resume("notes", "Put right", HANA, LATER)
    db.session.commit()
    assert house.statuses() == ["waiting"]
    assert jobs.run("release-waiting", lambda *_: None, scheduled=True) == "1 issued, 0 still wait"
    assert house.statuses() == ["issued"]


def test_what_may_be_chosen_is_to_be_chosen_when_it_goes_on(house):
    (before,) = (house.earn("Alice", "calls"), house.awards()[0])[1:]
    stop("calls")
    house.earn("Alice", "calls")
    assert [(row.status, row.reward) for row in house.awards()] == [("choosing", None), ("waiting", None)]
    with pytest.raises(rewards.NoOptionError):
        choose(house.awards()[1], "lunch")
    db.session.rollback()
    assert choose(before, "lunch").status == "issued"  # it was earned before, and stays as it is
    assert resume("calls") == (1, 0)
    assert house.statuses() == ["issued", "choosing"]
    assert choose(house.awards()[1], "break").status == "issued"


def test_what_waited_for_budget_before_waits_for_both(house):
    house.earn("Alice", "calls", 6)
    for award in house.awards():
        choose(award, "cake")
    assert house.statuses() == ["issued"] * 5 + ["waiting"]
    stop("calls")
    assert waiting.releasable(NOW) is False  # there is this month's budget, but it is stopped
    assert resume("calls") == (1, 0)


def test_what_is_no_longer_due_is_taken_back_also_while_it_is_stopped(house):
    (call,) = house.earn("Alice", "notes")
    stop("notes")
    house.retract(call)
    assert house.statuses() == ["voided"]
    house.earn("Alice", "notes")
    assert house.statuses() == ["waiting"]  # it is due again, and waits like all that becomes due now
    resume("notes")
    assert house.statuses() == ["issued"]
    assert clean() == []


def test_scoring_again_while_it_is_stopped_issues_nothing(house):
    house.earn("Alice", "notes")
    stop("notes")
    house.earn("Alice", "notes")
    facts.changed(begin_write(), rescore=True)
    db.session.commit()
    house.settle()
    assert house.statuses() == ["issued", "waiting"]
    assert clean() == []


def test_a_stop_does_not_score_anything_again(house):
    house.earn("Alice", "notes")
    stop("notes")
    assert jobs.run("rescore", lambda *_: None, scheduled=True) is None


def test_a_teams_award_waits_too(house):
    stop("team")
    for number in range(2):
        house.did("Alice", "offer.sent", f"deal/{number}")
    assert house.statuses("Sales") == ["waiting"]
    resume("team")
    assert house.statuses("Sales") == ["choosing"]


def test_it_takes_effect_in_every_process_with_its_next_transaction(house, app, tmp_path):
    other = application(app.extensions["settings"].database_url, tmp_path / "other")
    with pushed(other):
        facts.current()
        db.session.rollback()
    stop("notes")
    db.session.remove()
    with pushed(other):
        house.earn("Alice", "notes")
        assert house.statuses() == ["waiting"]
    resume("notes")
    db.session.remove()
    with pushed(other):
        house.earn("Alice", "notes")
        assert house.statuses() == ["issued", "issued"]


# --- who may, and what is kept of it


def test_a_stop_is_in_the_journal_with_its_reason(house):
    stop("notes", "  Somebody  writes\nempty notes ")
    resume("notes", "Notes now need a text")
    query = select(JournalEntry.action, JournalEntry.thing, JournalEntry.why, JournalEntry.name)
    assert [tuple(row) for row in db.session.execute(query.order_by(JournalEntry.number))] == [
        ("stopped", "incentive/notes", "Somebody writes empty notes", "Hana"),
        ("resumed", "incentive/notes", "Notes now need a text", "Hana"),
    ]
    assert list(journal.verify()) == []


def test_of_a_stop_without_a_reason_nothing_happens(house):
    for why in ("", " \n", "x" * 501):
        with pytest.raises(journal.NoReasonError):
            stops.stop("notes", why, HANA, NOW)
    db.session.rollback()
    assert facts.current().stopped == {}


def test_what_is_stopped_is_not_stopped_twice_and_what_goes_on_is_not_resumed(house):
    with pytest.raises(stops.NotStoppedError):
        stops.resume("notes", "Why not", HANA, NOW)
    stop("notes")
    with pytest.raises(stops.StoppedAlreadyError):
        stops.stop("notes", "Again", HANA, NOW)
    db.session.rollback()
    with pytest.raises(NotFoundError):
        stops.stop("no-such", "Why", HANA, NOW)


def test_all_stops_of_an_incentive_are_kept(house):
    for number in range(2):
        stop("notes", f"stop {number}", NOW + number)
        resume("notes", f"resume {number}", NOW + number)
    found = stops.history("notes")
    assert [(one.why, one.resumed_why) for one in found] == [("stop 1", "resume 1"), ("stop 0", "resume 0")]
    assert stops.history() == []


# --- what people read


@pytest.fixture
def clock():
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC), tick=False) as clock:
        yield clock


def text(answer):
    return " ".join(answer.get_data(as_text=True).split())


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Paused since 24 December 2026. What you do still counts, and nothing earned is lost.",
                "It is yours, and waits: this incentive is paused since Thursday 24 December 2026.",
                "paused since Thursday 24 December 2026",
            ),
        ),
        (
            "ru",
            (
                "Приостановлено с 24 декабря 2026 года.",
                "Награда ваша и ждёт: поощрение приостановлено с 24 декабря",
                "приостановлено с 24 декабря 2026",
            ),
        ),
        ("zh", ("自2026年12月24日起暂停", "该激励自2026年12月24日", "起暂停")),
    ],
)
def test_people_read_since_when_it_is_paused_and_nothing_is_promised(app, house, language, said):
    home, award, counted = said
    visitor = Visitor(app, house["Alice"], language=language)
    stop("notes")
    house.did("Alice", "note.created", "deal/1", on=date(2026, 12, 24))
    db.session.rollback()
    assert home in text(visitor.get("/incentives/notes/why-not-yet"))
    (mine,) = house.awards("Alice")
    written = explain.written(explain.AwardKey(*mine.name))
    assert award in text(visitor.get(f"/awards/{written}/why"))
    assert award in text(visitor.get(f"/rewards/{written}"))
    assert award in text(visitor.get("/rewards"))
    assert counted in text(visitor.get("/what-we-count"))
    visitor.post("/welcome")
    assert home in text(visitor.get("/"))


@pytest.mark.usefixtures("clock")
def test_no_way_to_a_stopped_incentive_is_shown_as_one_to_its_reward(app, house):
    before = {one.key: one for one in explain.goals(house["Alice"], facts.current().today(NOW))}
    assert before["notes"].goal.open
    stop("notes")
    after = {one.key: one for one in explain.goals(house["Alice"], facts.current().today(NOW))}
    assert not after["notes"].goal.open
    assert {key for key in after if after[key].goal.open} == {key for key in before if before[key].goal.open} - {
        "notes"
    }
    page = text(Visitor(app, house["Alice"]).get("/incentives/notes/why-not-yet"))
    assert "Then it is yours" not in page
    line = next(one for one in explain.progress(house["Alice"], facts.current().today(NOW)) if one.incentive == "notes")
    assert line.missing.startswith("Paused since 24 December 2026.")


# --- doors


@pytest.fixture
def hana(app, house):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    connection.execute(update(Participant).where(Participant.id == house["Mei"]).values(role="hr"))
    db.session.commit()
    return Visitor(app, house["Mei"])


def test_hr_stops_and_resumes_on_a_page(app, house, hana):
    page = hana.get("/hr/book/incentive/notes/stop")
    assert "Stop it now" in text(page)
    assert hana.post("/hr/book/incentive/notes/stop", {"why": "Too many", "back": "/what-we-count"}).location == (
        "/what-we-count"
    )
    db.session.rollback()
    house.earn("Alice", "notes")
    page = text(hana.get("/hr/book/incentive/notes/stop"))
    assert "Too many" in page
    assert "1 award" in page
    answer = hana.post("/hr/book/incentive/notes/resume", {"why": "Fewer now"}, follow_redirects=True)
    assert "It goes on. 1 award was given out." in text(answer)
    assert house.statuses() == ["issued"]
    kept = db.session.execute(select(IncentiveStop.stopped_by, IncentiveStop.resumed_by)).one()
    assert tuple(kept) == (house["Mei"], house["Mei"])


@pytest.mark.parametrize("way", ["stop", "resume"])
def test_a_form_without_a_reason_comes_back_with_what_was_typed(house, hana, way):
    if way == "resume":
        stop("notes")
    long = "because " * 100
    for why, said in (("", "Say why, in a few words"), (long, "Say it more shortly")):
        answer = hana.post(f"/hr/book/incentive/notes/{way}", {"why": why, "back": "/what-we-count"})
        assert answer.status_code == 422
        assert said in text(answer)
        assert why in answer.get_data(as_text=True)
        assert 'href="/what-we-count"' in answer.get_data(as_text=True)


def test_whoever_comes_second_is_told(house, hana):
    assert hana.post("/hr/book/incentive/notes/resume", {"why": "x"}).status_code == 409
    stop("notes")
    answer = hana.post("/hr/book/incentive/notes/stop", {"why": "x"})
    assert (answer.status_code, "in the meantime" in text(answer)) == (409, True)
    assert hana.post("/hr/book/incentive/nothing/stop", {"why": "x"}).status_code == 404
    assert hana.get("/hr/book/incentive/nothing/stop").status_code == 404


@pytest.mark.usefixtures("hana")
def test_a_token_stops_and_resumes(app, house):
    token = auth.create_token("stopper", ("incentives:stop",), email="mei@example.com", now=NOW)
    db.session.commit()
    weak = auth.create_token("reader", ("boards:read",), email="mei@example.com", now=NOW)
    db.session.commit()
    client = app.test_client()

    def ask(way, body, token=token):
        return client.post(f"/api/v1/incentives/notes/{way}", json=body, headers={"Authorization": f"Bearer {token}"})

    assert ask("stop", {"why": "x"}, weak).status_code == 403
    assert ask("stop", {}).status_code == 422
    assert ask("stop", {"why": " "}).status_code == 422
    answer = ask("stop", {"why": "Too many"})
    assert (answer.status_code, answer.json["incentive"]) == (200, "notes")
    assert answer.json["stopped"] is not None
    house.earn("Alice", "notes")
    assert ask("stop", {"why": "Too many"}).status_code == 409
    answer = ask("resume", {"why": "Fewer"})
    assert answer.json == {"incentive": "notes", "stopped": None, "waiting": 0, "given_out": 1}


def test_commands_stop_and_resume(house, runner):
    done = runner.invoke(args=["book", "stop", "notes", "--why", "Too many"])
    assert done.output == "notes is stopped. `flask book resume notes --why …` lets it go on.\n"
    db.session.rollback()
    house.earn("Alice", "notes")
    assert runner.invoke(args=["book", "stop", "notes", "--why", "x"]).exit_code == 1
    assert runner.invoke(args=["book", "resume", "notes", "--why", "Fewer"]).output == (
        "notes goes on: 1 award given out.\n"
    )
    assert runner.invoke(args=["book", "stop", "nothing", "--why", "x"]).exit_code == 1


# --- promises

LIMITED = """
[metric.notes]
counts = "note.created"
[metric.calls]
counts = "call.completed"
[reward.ten]
kind = "points"
points = 10
[reward.cake]
kind = "voucher"
budget = {{ amount = {amount}, per = "week"{more} }}
[incentive.notes]
metric = "notes"
every = 2
per = "week"
earns = "ten"
[incentive.calls]
metric = "calls"
every = 1
per = "week"
earns = "cake"
"""
STEPS = st.one_of(
    st.tuples(st.just("do"), st.sampled_from(("Alice", "Bob")), st.sampled_from(("note.created", "call.completed"))),
    st.tuples(st.just("undo"), st.integers(0, 5), st.none()),
    st.tuples(st.sampled_from(("stop", "resume")), st.sampled_from(("notes", "calls")), st.none()),
    st.tuples(st.just("work"), st.none(), st.none()),
)


def lived(steps, book, *, stopping):
    """Let all of it happen, with or without the stops; return every award, without the moments."""
    house = Pockets(book, people=("Alice", "Bob"), teams={})
    house.settle()
    done = []
    for place, (what, first, second) in enumerate(steps):
        if what == "do":
            done.append(house.did(first, second, f"deal/{place}"))
        elif what == "undo" and done:
            house.retract(done.pop(first % len(done)))
        elif what == "work":
            waiting.release(NOW)
            db.session.commit()
        elif what == "stop" and stopping and first not in facts.current().stopped:
            stop(first)
        elif what == "resume" and stopping and first in facts.current().stopped:
            resume(first)
    for key in sorted(facts.current().stopped):
        resume(key)
    assert history.verify().lines() == []
    waiting.release(NOW)
    db.session.commit()
    balances = [ledger.balance(house[name]) for name in ("Alice", "Bob")]
    return [(*row.name, row.status, row.reward, row.allotment) for row in house.awards()], balances


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_after_it_goes_on_everybody_has_what_they_would_have_without_a_stop(new_app, database):
    @settings(max_examples=12, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(st.lists(STEPS, min_size=3, max_size=14))
    def holds(steps):
        book = LIMITED.format(amount=1_000, more="")
        with new_app(database):
            without = lived(steps, book, stopping=False)
        with new_app(database):
            assert lived(steps, book, stopping=True) == without

    holds()


@pytest.mark.parametrize("when_spent", ["stop", "ask", "continue"])
def test_where_a_budget_ends_only_who_waits_may_differ(new_app, when_spent):
    @settings(max_examples=12, phases=(Phase.explicit, Phase.reuse, Phase.generate))
    @given(st.lists(STEPS, min_size=3, max_size=14))
    def holds(steps):
        book = LIMITED.format(amount=2, more=f', when_spent = "{when_spent}"')
        found = []
        for stopping in (False, True):
            with new_app("sqlite"):
                found.append(lived(steps, book, stopping=stopping)[0])
        without, with_stops = ([(*row[:5], row[6]) for row in rows if row[5] != "voided"] for rows in found)
        assert with_stops == without
        counts = [Counter(row[5] for row in rows) for rows in found]
        assert counts[0] == counts[1]

    holds()


def test_a_stop_amid_intake_is_a_clean_cut(postgresql_app):
    """Eight senders, and somebody who stops and resumes: nothing due is lost, nothing is issued behind the stop."""
    house = Pockets()
    house.settle()
    begun, over = threading.Event(), threading.Event()
    batches = [
        [house.event(name, "note.created", f"deal/{worker}-{turn}") for name in ("Alice", "Bob")]
        for worker in range(8)
        for turn in range(6)
    ]

    def send(share):
        for batch in share:
            house.send(*batch)
            begun.set()

    def stopping():
        begun.wait(30)
        stop("notes", now=time.time_ns() // 1000)
        issued = Counter(house.statuses())["issued"]
        time.sleep(0.2)
        assert Counter(house.statuses())["issued"] == issued
        over.set()

    results = at_once(*[lambda share=batches[worker::8]: send(share) for worker in range(8)], stopping)
    assert over.is_set(), results
    assert len(house.awards()) == 96
    assert Counter(house.statuses())["waiting"] > 0
    assert clean() == []
    resume("notes")
    assert Counter(house.statuses()) == {"issued": 96}
    assert ledger.balance(house["Alice"]) == {"points": 480 * 10_000}
    assert clean() == []
