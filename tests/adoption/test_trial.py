"""The dry run: what a draft would have given to whom, what that costs, why, and what it warns of."""

import threading
from datetime import date
from datetime import timedelta

import duckdb
import pytest
from flask import current_app
from sqlalchemy import text

from adoption import facts
from adoption import history
from adoption.extensions import db
from adoption.history import archive
from adoption.history import trial
from adoption.history import warm
from rules import book as books
from rules.trial import changed
from rules.trial.model import Worth
from tests.house import MONDAY
from tests.house import House

BOOK = """
[milestone."contact.developed"]
title = "Developed contact"
record = "contact"
[[milestone."contact.developed".needs]]
key = "reachable"
title = "an e-mail"
on = ["contact.created", "contact.updated"]
where = { field = "email", filled = true }
[[milestone."contact.developed".needs]]
key = "talked-to"
title = "a conversation"
on = ["call.completed"]

[metric.developed]
counts = "contact.developed"
measure = "distinct"
of = "subject"
[metric.calls]
counts = "call.completed"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"

[reward.points]
title = "Points"
kind = "points"
points = 50
[reward.lunch]
title = "Lunch"
kind = "voucher"
costs = { amount = 9.50, currency = "EUR" }
budget = { amount = 20, per = "month" }
[reward.break]
title = "Break"
kind = "time_off"
minutes = 10

[incentive.callers]
metric = "calls"
every = 4
per = "week"
at_most = 3
earns = "lunch"
"""
DRAFT = BOOK.replace("every = 4", "every = 2")
FIRST, LAST = MONDAY, MONDAY + timedelta(days=14)
UNIT = 10_000


@pytest.fixture
def house(app):  # the house stands in it
    house = House(BOOK, people=("Alice", "Bob", "Mei"), teams={"north": ["Alice", "Bob"]})
    for number in range(5):
        house.did("Alice", "call.completed", f"contact/{number}", at=f"1{number}:00", id=f"alice-{number}")
    for number in range(2):
        house.did("Bob", "call.completed", on=MONDAY + timedelta(days=7), at=f"1{number}:00")
    house.settle()
    return house


def run(text_of_draft, *keys, first=FIRST, last=LAST, **more):
    book = books.load(text_of_draft)
    asked = keys or changed(facts.current().book, book)
    return trial.trial(book, asked, first.toordinal(), last.toordinal(), **more)


def rule(body):
    """Return the book with another rule in place of its own."""
    return BOOK.partition("[incentive.callers]")[0] + body


def line(tried, name):
    return next(one for one in tried.lines if one.name == name)


def awards(tried, side="draft"):
    return {one.name: getattr(one, side).awards for one in tried.lines if getattr(one, side).awards}


def warned(tried):
    return {one.code: dict(one.values) for one in tried.warnings}


def contents():
    """Return every row of every table."""
    with db.engine.connect() as connection:
        found = {}
        for table in sorted(db.metadata.tables):
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()
            found[table] = sorted(map(repr, rows))
        return found


# --- what it says


def test_everybody_stands_beside_what_was_in_force(house):
    tried = run(DRAFT)
    assert (tried.incentives, tried.audience, tried.earn_today, tried.earn_draft) == (("callers",), 3, 1, 2)
    assert (awards(tried, "today"), awards(tried)) == ({"Alice": 1}, {"Alice": 2, "Bob": 1})
    assert [one.name for one in tried.lines] == ["Alice", "Bob", "Mei"]
    alice = line(tried, "Alice")
    assert (alice.team, alice.role, alice.tally, alice.quartile) == ("north", "employee", 5 * UNIT, 1)
    assert tried.never == (house["Mei"],)


def test_money_is_to_the_cent_and_set_against_the_budget(house):
    tried = run(DRAFT)
    assert tried.today.worth == (Worth("EUR", 95_000, 95_000, 95_000),)
    assert tried.draft.worth == (Worth("EUR", 285_000, 285_000, 285_000),)
    (budget,) = tried.budgets
    assert (budget.reward, budget.first, budget.unit) == ("lunch", date(2026, 3, 1).toordinal(), "EUR")
    assert (budget.budget, budget.others, budget.draft.likely) == (200_000, 0, 285_000)
    assert warned(tried)["over-budget"]["over"] == 85_000


def test_awards_of_other_rules_draw_on_the_same_budget(house):
    other = BOOK + '\n[incentive.other]\nmetric = "calls"\nreach = 5\nper = "week"\nearns = "lunch"\n'
    house.publish(other, since=date(2026, 1, 5))
    house.settle()
    assert run(other.replace("every = 4", "every = 2")).budgets[0].others == 95_000


@pytest.mark.parametrize("was", ['budget = { amount = 20, per = "month" }', ""])
def test_awards_of_other_rules_draw_on_a_budget_of_the_draft_as_they_will(house, was):
    other = BOOK + '\n[incentive.other]\nmetric = "calls"\nreach = 5\nper = "week"\nearns = "lunch"\n'
    limited = 'budget = { amount = 20, per = "month" }'
    house.publish(other.replace(limited, was), since=date(2026, 1, 5))
    house.settle()
    (budget,) = run(other.replace("every = 4", "every = 2").replace("month", "quarter"), "callers").budgets
    assert (budget.first, budget.others) == (date(2026, 1, 1).toordinal(), 95_000)


def test_where_people_choose_the_cost_is_a_range_and_a_guess_by_what_was_chosen(house):
    choosing = DRAFT.replace('earns = "lunch"', 'earns = ["lunch", "break"]')
    tried = run(choosing)
    euro, minutes = tried.draft.worth
    assert (euro, minutes) == (Worth("EUR", 0, 285_000, 142_500), Worth("minutes", 0, 300_000, 150_000))
    assert {(one.reward, one.chosen, one.of) for one in tried.shares} == {("break", 0, 0), ("lunch", 0, 0)}
    assert [(one.reward, one.today, one.draft) for one in tried.rewards] == [
        ("break", (0, 0, 0), (0, 3, 2)),
        ("lunch", (1, 1, 1), (0, 3, 2)),
    ]


def test_only_the_days_asked_for_count(house):
    assert awards(run(DRAFT, first=MONDAY, last=MONDAY + timedelta(days=7))) == {"Alice": 2}
    assert awards(run(DRAFT, first=MONDAY + timedelta(days=7), last=LAST)) == {"Bob": 1}
    assert run(DRAFT, first=date(2025, 1, 1), last=date(2025, 2, 1)).draft.awards == 0
    assert warned(run(DRAFT, first=date(2025, 1, 1), last=date(2025, 2, 1))) == {
        "nobody-earns": {},
        "never": {"holders": 3, "of": 3, "metric": "calls"},
    }


def test_a_draft_counts_from_the_first_day_whatever_days_it_names(house):
    dated = DRAFT.replace("every = 2", "every = 2\nfrom = 2027-01-01\nto = 2027-06-01")
    assert awards(run(dated, "callers")) == {"Alice": 2, "Bob": 1}


def test_a_rule_that_a_draft_takes_away_gives_nothing(house):
    tried = run(rule(""), "callers")
    assert (awards(tried, "today"), awards(tried)) == ({"Alice": 1}, {})


def test_who_left_before_the_range_is_not_in_the_audience(house):
    house.person("Zoe", left_on=date(2026, 2, 1))
    assert [one.name for one in run(DRAFT).lines] == ["Alice", "Bob", "Mei"]


def test_teams_earn_as_teams(house):
    tried = run(DRAFT.replace("at_most = 3", 'at_most = 3\nholder = "team"'))
    assert (tried.holder, awards(tried), tried.audience) == ("team", {"north": 3}, 1)
    (sample, *_) = tried.samples
    assert {step.who for step in sample.steps} <= {house["Alice"], house["Bob"]}


def test_sums_by_team_role_and_quartile_add_up(house):
    tried = run(DRAFT)
    for by in ("team", "role", "quartile"):
        groups = [one for one in tried.groups if one.by == by]
        assert sum(one.draft.awards for one in groups) == tried.draft.awards
        assert sum(one.holders for one in groups) == len(tried.lines)
        assert sum(one.earn_draft for one in groups) == tried.earn_draft
    assert {one.name: one.draft.awards for one in tried.groups if one.by == "team"} == {"": 0, "north": 3}
    assert (tried.concentration.top, tried.concentration.awards) == (2, 3)


# --- why


def test_a_sampled_award_names_the_activities_that_made_it(house):
    tried = run(DRAFT)
    assert len(tried.samples) == 3
    second = next(one for one in tried.samples if one.holder == house["Alice"] and one.ordinal == 2)
    assert [(one.id, one.subject, one.adds, one.total) for one in second.steps] == [
        ("alice-2", "contact/2", UNIT, 3 * UNIT),
        ("alice-3", "contact/3", UNIT, 4 * UNIT),
    ]
    assert (second.target, second.before, second.first) == (4 * UNIT, 2, MONDAY.toordinal())


def test_a_milestone_is_named_with_its_record(house):
    house.did("Alice", "contact.created", "contact/1", email="x@y.z", at="16:00", id="made")
    draft = rule('[incentive.dev]\nmetric = "developed"\nreach = 1\nper = "month"\nearns = "points"\n')
    (sample,) = run(draft, "dev").samples
    (step,) = sample.steps
    assert (step.type, step.subject, step.id, step.who) == ("contact.developed", "contact/1", "made", house["Alice"])


def test_amounts_are_added_up_until_the_target(house):
    for number, amount in enumerate(("4.5", "-1", "7", "30")):
        house.did("Bob", "deal.won", f"deal/{number}", amount=amount, at=f"1{number}:00")
    draft = rule('[incentive.sum]\nmetric = "revenue"\nreach = 10\nper = "ever"\nearns = "points"\n')
    (sample,) = run(draft, "sum").samples
    assert [one.total for one in sample.steps] == [45_000, 35_000, 105_000]


def test_a_row_of_days_shows_each_day(house):
    for days in (1, 2):
        house.did("Alice", "call.completed", on=MONDAY + timedelta(days=days), id=f"day-{days}")
    draft = rule('[incentive.row]\nmetric = "calls"\nin_a_row = 3\nper = "week"\nearns = "points"\n')
    tried = run(draft, "row")
    (sample,) = tried.samples
    assert [one.id for one in sample.steps] == ["alice-0", "day-1", "day-2"]
    assert [one.total for one in sample.steps] == [UNIT, 2 * UNIT, 3 * UNIT]
    assert tried.draft.awards == 1


def test_at_most_twenty_awards_are_sampled_of_different_periods_first(house):
    for week in range(30):
        day = MONDAY + timedelta(days=7 * week)
        house.send(*(house.event("Bob", "call.completed", on=day, at=f"0{at}:00") for at in range(8)))
    tried = run(DRAFT, last=MONDAY + timedelta(days=300))
    assert len(tried.samples) == 20
    assert len({(one.holder, one.first) for one in tried.samples}) == 20


# --- warnings


def test_making_and_deleting_the_same_records_is_told(house):
    for number in range(4):
        house.did("Bob", "contact.created", f"contact/loop-{number}", id=f"made-{number}")
    for number in range(3):
        house.did("Bob", "contact.deleted", f"contact/loop-{number}", at="11:00")
    house.did("Bob", "contact.undone", id="back", retracts="made-3")
    draft = rule(
        '[metric.contacts]\ncounts = "contact.created"\n'
        '[incentive.c]\nmetric = "contacts"\nevery = 1\nper = "week"\nearns = "points"\n'
    )
    assert warned(run(draft, "c"))["loops"] == {"holder": house["Bob"], "times": 4, "others": 0}
    assert "loops" not in warned(run(DRAFT))


def test_what_came_in_a_rush_is_told(house):
    house.send(*(house.event("Bob", "call.completed", at="09:01") for _ in range(40)))
    assert warned(run(DRAFT))["bulk"] == {"type": "call.completed", "actors": 1, "activities": 40, "largest": 40}


def test_a_rush_is_told_without_what_was_taken_back_and_without_what_others_did_meanwhile(house):
    calls = [house.event("Bob", "call.completed", at="09:01", id=f"rush-{number}") for number in range(31)]
    house.send(*calls, *(house.event("Alice", "call.completed", at="09:01") for _ in range(29)))
    assert warned(run(DRAFT))["bulk"] == {"type": "call.completed", "actors": 1, "activities": 31, "largest": 31}
    house.send(*(house.event("Bob", "call.undone", at="09:02", retracts=f"rush-{number}") for number in range(2)))
    assert "bulk" not in warned(run(DRAFT))


def test_one_who_takes_much_is_named_where_there_are_others(house):
    for name in ("P1", "P2", "P3", "P4", "P5", "P6", "P7"):
        house.person(name)
        house.send(*(house.event(name, "call.completed") for _ in range(2)))
    house.send(*(house.event("Alice", "call.completed") for _ in range(5)))
    assert warned(run(DRAFT))["one-takes-much"] == {"holder": house["Alice"], "awards": 3, "of": 11}


# --- nothing is written, the same bytes


def test_nothing_is_written_but_the_archive(house):
    history.bring_up_to_date()
    folder = current_app.extensions["settings"].archive_folder
    before = contents(), {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    run(DRAFT)
    trial.glance(books.load(DRAFT), ["callers"], FIRST.toordinal(), LAST.toordinal())
    assert (contents(), {path.name: path.read_bytes() for path in folder.glob("*.parquet")}) == before


def test_the_same_question_has_the_same_answer_byte_for_byte_however_the_archive_lies(house, monkeypatch):
    once = trial.encoded(run(DRAFT))
    assert trial.encoded(run(DRAFT)) == once
    warm.forget()
    monkeypatch.setattr(archive, "ROWS", 2)
    history.forget()
    assert trial.encoded(run(DRAFT)) == once
    assert len(list(current_app.extensions["settings"].archive_folder.glob("*.parquet"))) > 2
    assert trial.encoded(trial.decoded(once)) == once


def test_what_came_since_is_in_the_next_run(house):
    assert awards(run(DRAFT))["Alice"] == 2
    house.did("Alice", "call.completed")
    assert awards(run(DRAFT))["Alice"] == 3


# --- progress, cancelling, the short form


def test_progress_is_told_step_by_step(house):
    told = []
    run(DRAFT, report=lambda done, total: told.append((done, total)))
    assert told == [(number, trial.STEPS) for number in range(1, trial.STEPS + 1)]


def test_a_run_can_be_cancelled_and_the_next_one_works(house):
    stop = threading.Event()

    def cancel(done, total):
        if done == 2:
            stop.set()

    with pytest.raises(warm.CancelledError):
        run(DRAFT, report=cancel, stop=stop)
    assert awards(run(DRAFT)) == {"Alice": 2, "Bob": 1}


def test_a_long_query_is_interrupted(house):
    stop = threading.Event()
    with warm.lent(history.bring_up_to_date(), facts.current(), stop=stop) as (engine, _):
        timer = threading.Timer(0.5, stop.set)
        timer.start()
        with pytest.raises(duckdb.InterruptException):
            engine.connection.execute("SELECT count(*) FROM range(100000000000) AS a(x) WHERE x % 7 = 3 AND x % 11 = 2")
        timer.join()


def test_a_glance_says_the_same_in_short(house):
    tried = run(DRAFT)
    seen = trial.glance(books.load(DRAFT), ["callers"], FIRST.toordinal(), LAST.toordinal())
    assert (seen.audience, seen.earn, seen.earned) == (tried.audience, tried.earn_draft, tried.draft)
    assert seen.budgets[0].draft == tried.budgets[0].draft
    assert (seen.spread, seen.median, seen.top) == (((0, 1), (1, 1), (2, 1)), 1, 2)


def looked(within=None):
    return trial.glance(books.load(DRAFT), ["callers"], FIRST.toordinal(), LAST.toordinal(), within=within)


def test_a_glance_warns_of_the_same(house):
    house.send(*(house.event("Bob", "call.completed", at="09:01", id=f"rush-{number}") for number in range(40)))
    house.send(*(house.event("Bob", "call.undone", at="12:00", retracts=f"rush-{number}") for number in range(3)))
    tried = run(DRAFT)
    assert {"loops", "bulk", "never"} <= warned(tried).keys()
    assert (looked().warnings, looked().waiting) == (tried.warnings, False)


def test_what_a_glance_cannot_have_in_time_comes_when_one_asks_again(house):
    house.send(*(house.event("Bob", "call.completed", at="09:01") for _ in range(40)))
    tried, found = run(DRAFT), []
    warm.forget()
    while not found or found[-1].waiting:
        found.append(looked(within=-1))
        assert found[-1].earned == tried.draft, "the figures come at once"
    assert len(found) == 3, "each goes on where the last one stopped"
    assert "bulk" not in warned(found[0])
    assert found[-1].warnings == tried.warnings


def test_an_empty_house_has_nothing_to_try(app):
    book = books.load(BOOK)
    tried = trial.trial(book, ["callers"], FIRST.toordinal(), LAST.toordinal())
    assert (tried.lines, tried.draft.awards, tried.audience) == ((), 0, 0)
    assert trial.glance(book, ["callers"], FIRST.toordinal(), LAST.toordinal()).earn == 0
