"""The monthly report to the directors: to those whom HR entered, to the cent as the books have it, once for a month."""

import re
from datetime import UTC
from datetime import date
from datetime import datetime

import msgspec
import pytest
import time_machine
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import budgets
from adoption import rollout
from adoption.digests import directors
from adoption.digests import planning
from adoption.digests import reading
from adoption.digests import subscribing
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import links
from adoption.models import AdoptionWeek
from adoption.models import Award
from adoption.models import JournalEntry
from adoption.models import LedgerEntry
from adoption.models import Letter
from rules.digest import directors as rule
from rules.period import SECOND
from tests.bureau import WEEK
from tests.bureau import Bureau
from tests.bureau import at
from tests.racing import at_once
from tests.visitors import Visitor

SETTINGS = {"PUBLIC_URL": "https://spoonful.example.com", "MAIL_FROM": "Spoonful <spoonful@example.com>"}
KIND = directors.KIND
NOVEMBER = date(2026, 11, 1).toordinal()
DUE = date(2026, 12, 3)  # the third working day after November
NOW = at(DUE, 9)
HOUR = 3_600 * SECOND


@pytest.fixture
def app(new_app, database):
    with new_app(database, **SETTINGS) as app:
        yield app


@pytest.fixture
def bureau(app):
    return Bureau()


@pytest.fixture
def december(bureau):
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC)):
        yield bureau


def enter(bureau, *names, **chosen):
    for name in names:
        subscribing.invite(bureau[name], KIND, at(date(2026, 11, 20)))
        db.session.commit()
        if chosen:
            subscribing.choose(bureau[name], KIND, at(date(2026, 11, 20)), **chosen)
            db.session.commit()


def run(now=NOW):
    planning.run(now, lambda _done, _total: None)
    query = select(Letter.participant, Letter.week, Letter.state, Letter.reply).where(Letter.kind == KIND)
    found = [tuple(row) for row in db.session.execute(query.order_by(Letter.week, Letter.participant))]
    db.session.rollback()
    return found


def report(now=NOW):
    found = rule.make(directors.gather(NOVEMBER, now).report)
    db.session.rollback()
    return found


def figures(bureau, team, week, people, score):
    rows = {"people": people, "figures": msgspec.json.encode({"people": people, "score": score}).decode()}
    begin_write().execute(insert(AdoptionWeek).values(team=-bureau.teams[team], week=week, **rows))
    db.session.commit()


# --- who gets it, and when


def test_nobody_gets_it_whom_hr_did_not_enter(bureau):
    assert run() == []
    enter(bureau, "Hana")
    assert run() == [(bureau["Hana"], NOVEMBER, "rendered", None)]


def test_it_is_due_on_the_third_working_day_where_the_company_is(bureau):
    enter(bureau, "Hana")
    assert run(at(date(2026, 12, 3), 7, 59)) == []
    assert run(at(date(2026, 12, 3), 8, 30)) == [(bureau["Hana"], NOVEMBER, "rendered", None)]


def test_a_reader_can_have_it_on_another_working_day(bureau):
    enter(bureau, "Hana", weekday=4, hour=15)
    assert run(at(date(2026, 12, 4), 16)) == []
    assert len(run(at(date(2026, 12, 7), 15, 30))) == 1


def test_a_month_is_written_once_and_late_ones_within_a_week(bureau):
    enter(bureau, "Hana", "Mei")
    assert len(run(NOW + 6 * 24 * HOUR)) == 2
    assert len(run(NOW + 6 * 24 * HOUR + HOUR)) == 2
    assert {state for *_, state, _ in run(NOW + 6 * 24 * HOUR)} == {"rendered"}


def test_four_processes_at_once_write_one_report_each(bureau):
    enter(bureau, "Hana", "Mei", "Olga")
    found = at_once(*[lambda: dict(planning.run(NOW, lambda _done, _total: None))] * 4)
    assert all(isinstance(one, dict) for one in found), found
    assert len(run()) == 3


# --- what it says


def test_what_rewards_cost_is_what_the_page_of_budgets_says(bureau):
    shelf = budgets.overview(NOW).shelves["lunch"]
    (pool,) = [one for one in (shelf.running, *shelf.past) if one.first == NOVEMBER]
    (lunch,) = [one for one in report().costs if one.key == "lunch"]
    assert pool.drawn > 0
    assert (lunch.count, lunch.cents) == (pool.drawn, int(pool.drawn * shelf.reward.costs * 100))
    assert (lunch.drawn, lunch.budget) == (lunch.cents, int(shelf.reward.budget.amount * 100))
    assert report().spent == {"EUR": lunch.cents}


def test_points_and_money_are_what_the_ledger_booked_in_the_month(bureau):
    edges = at(date(2026, 11, 1), 0), at(date(2026, 12, 1), 0)
    rows = []
    for number, (unit, amount, posted) in enumerate(
        (
            ("points", 100_000, edges[0]), ("points", -100_000, edges[1] - 1), ("points", 250_000, edges[1] - 1),
            ("EUR", 52_500, edges[0]), ("EUR", 99, edges[0] - 1), ("EUR", 10_000, edges[1]), ("EUR", 100, edges[0] + 1),
        )
    ):  # fmt: skip  # a table
        rows.append(
            {"bucket": 0, "holder": bureau["Alice"], "cause": f"award:{number}/1/1", "turn": 0, "unit": unit,
             "amount": amount, "posted": posted, "reason": ""}
        )  # fmt: skip  # a row
    begin_write().execute(insert(LedgerEntry), rows)
    db.session.commit()
    found = report()
    query = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.unit == "EUR", LedgerEntry.posted.between(*edges))
    assert (found.points, found.money) == (250_000, {"EUR": 526})
    assert db.session.scalar(query.where(LedgerEntry.posted < edges[1])) == 52_600


def test_adoption_is_that_of_teams_of_five_or_more_over_six_months(bureau):
    for back in range(26):
        figures(bureau, "North", WEEK.toordinal() - 7 * back, 6, 90.0 - back)
    figures(bureau, "South", WEEK.toordinal(), 10, 50.0)
    found = report()
    assert [one.name for one in found.teams] == ["North", "South"]
    north = found.teams[0]
    assert len(north.points) == 6
    assert (north.now.score, north.change > 0) == (88, True)  # of 90, 89, 88, 87: weeks whose Thursday lies in it
    assert found.whole.now.score == round((6 * 88 + 10 * 50) / 16)


def test_it_names_nobody(bureau):
    enter(bureau, "Hana")
    run()
    said = reading.of_week(bureau["Hana"], NOVEMBER, KIND)
    named = set(re.findall(r"\w+", said.text + re.sub("<[^>]*>", " ", said.html)))
    assert not set(bureau.numbers) & named


def test_effects_are_said_with_their_verdict(bureau):
    found = report()
    assert [(one.key, one.verdict) for one in found.effects] == [("four", "unknown")]


def test_hours_are_the_estimate_of_the_roll_out_and_not_measured_before_that(bureau):
    assert report().hours is None
    rollout.weigh(NOW)
    db.session.commit()
    told, found = rollout.estimate(db.session.connection()).hours, report().hours
    assert (found.verdict, found.weeks) == (told.verdict, told.weeks)
    assert (found.low, found.middle, found.high) == (tuple(told.week) if told.week else (None, None, None))


def test_there_is_none_before_anything_was_recorded(app):
    bureau = Bureau(work=False)
    enter(bureau, "Hana")
    assert [reply for *_, reply in run()] == ["unbegun"]


# --- pages


def test_a_page_shows_the_figures_that_were_sent(app, december):
    enter(december, "Hana")
    run()
    before = report()
    begin_write().execute(Award.__table__.delete())
    db.session.commit()
    assert directors.sent(NOVEMBER) == before
    db.session.rollback()
    shown = Visitor(app, december["Hana"]).get("/directors/2026-11").get_data(as_text=True)
    assert "As it was sent." in shown
    assert "Free lunch" in shown


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2026-W48"])
def test_there_is_no_report_of_a_month_that_nobody_has_seen(app, december, month):
    assert Visitor(app, december["Hana"]).get(f"/directors/{month}").status_code == 404


def test_a_reader_sees_the_report_and_others_do_not(app, december):
    enter(december, "Alice")
    assert Visitor(app, december["Alice"]).get("/directors").status_code == 200
    db.session.rollback()
    for name in ("Bob", "Mei"):
        assert Visitor(app, december[name]).get("/directors").status_code == 403
        db.session.rollback()


def test_hr_enters_and_removes_readers_and_the_journal_keeps_it(app, december):
    hana = Visitor(app, december["Hana"])
    assert hana.post("/hr/digests/directors", {"email": "alice@example.com"}).status_code == 303
    db.session.rollback()
    assert subscribing.of(december["Alice"], KIND).active
    assert hana.post("/hr/digests/directors", {"email": "nobody@example.com"}).status_code == 422
    db.session.rollback()
    assert hana.post(f"/hr/digests/directors/{december['Alice']}/remove").status_code == 303
    db.session.rollback()
    assert not subscribing.asked(december["Alice"], KIND)
    alice = f"participant/{december['Alice']}"
    noted = db.session.scalars(select(JournalEntry.action).where(JournalEntry.thing == alice))
    assert [one for one in noted if one in {"granted", "revoked"}] == ["granted", "revoked"]
    db.session.rollback()
    assert Visitor(app, december["Mei"]).post("/hr/digests/directors", {"email": "mei@example.com"}).status_code == 403


def test_whoever_unsubscribed_can_come_back_but_not_whom_hr_took_out(app, december):
    enter(december, "Alice")
    path = links.stop(december["Alice"], KIND).removeprefix("https://spoonful.example.com")
    stranger = app.test_client()
    assert stranger.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    db.session.rollback()
    assert not subscribing.of(december["Alice"], KIND).active
    assert run() == []
    assert stranger.post(f"{path}/again").status_code == 200
    db.session.rollback()
    assert subscribing.of(december["Alice"], KIND).active
    subscribing.uninvite(december["Alice"], KIND, NOW)
    db.session.commit()
    assert stranger.post(f"{path}/again").status_code == 404
    db.session.rollback()
    assert not subscribing.asked(december["Alice"], KIND)


def test_a_reader_chooses_day_and_language(app, december):
    enter(december, "Alice")
    form = {"active": "1", "weekday": "4", "hour": "16", "language": "ru"}
    assert Visitor(app, december["Alice"]).post("/directors", form).status_code == 303
    db.session.rollback()
    assert subscribing.of(december["Alice"], KIND)._replace(changed=0) == subscribing.Chosen(True, 4, 16, None, "ru")
