"""What a running period would pay: as it stands, at today's pace, with a little more; by the engine of the close."""

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import bonuses
from adoption import facts
from adoption.bonuses import estimating
from adoption.bonuses import reading
from adoption.bonuses import runs
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusStatement
from adoption.models import Figure
from adoption.models import Participant
from adoption.models import Weight
from rules import period as periods
from tests.house import NOW
from tests.house import House

HEAD = """
[metric.calls]
title  = "Calls"
counts = "call.completed"
[metric.visits]
counts = "visit.done"
[metric.revenue]
counts  = "deal.won"
measure = "sum"
of      = "amount"
[reward.bounty]
kind = "money"
pays = { amount = 25, currency = "EUR" }
[incentive.first-call]
metric = "calls"
reach  = 2
per    = "month"
earns  = "bounty"
[plan.sales]
currency = "EUR"
per      = "month"
"""
FLAT = 'key = "calls"\nkind = "flat"\nof = "calls"\npays = 6'
PARTS = {
    "flat": FLAT,
    "marginal": 'key="m"\nkind="marginal"\nof = "calls"\ntiers = [ { from = 0, pays = 6 }, { from = 2, pays = 9 } ]',
    "percent": 'key = "p"\nkind = "percent"\nof = "revenue"\npercent = 2.5',
    "step": 'key = "s"\nkind = "step"\nof = "calls"\nsteps = [ { at = 4, pays = 50 }, { at = 9, pays = 80 } ]',
    "per": 'key = "n"\nkind = "per"\nof = "calls"\nevery = 4\npays = 10\ncarry = true',
    "curve": 'key = "c"\nkind = "curve"\nof = "revenue"\npays = 100\ntarget = "figure.quota"',
    "pool": 'key = "pool"\nkind = "pool"\nof = "calls"\namount = 100\nby = "units"',
    "awards": 'key = "a"\nkind = "awards"\nof = "award.bounty"',
    "split": f"{FLAT}\nshare = true".replace('"calls"\nkind', '"joint"\nkind'),
    "budget": f"{FLAT}\nbudget = 20".replace('"calls"\nkind', '"spiff"\nkind'),
    "year": f'{FLAT}\nbasis = "year"'.replace('"calls"\nkind', '"y"\nkind'),
    "gate": f'{FLAT}\ngate = {{ of = "visits", at_least = 3, otherwise = 0 }}'.replace('"calls"\nkind', '"g"\nkind'),
    "window": f"{FLAT}\nfrom = 2026-03-01\nto = 2026-03-20".replace('"calls"\nkind', '"w"\nkind'),
}  # fmt: skip  # a line for each
FEBRUARY, MARCH = date(2026, 2, 1).toordinal(), date(2026, 3, 1).toordinal()
TENTH = date(2026, 3, 10)  # the seventh of 22 working days


def book(*parts, head=""):
    return HEAD + head + "".join(f"[[plan.sales.components]]\n{PARTS[part]}\n" for part in parts)


def house_of(*parts, head=""):
    return House(book(*parts, head=head), people=("Alice", "Bob", "Hana", "Vic"))


def calls(house, who, times, on=TENTH):
    house.send(*(house.event(who, "call.completed", on=on) for _ in range(times)))


def given(house):
    """Let HR give a quota and weights."""
    for first in (FEBRUARY, MARCH):
        connection = begin_write()
        for name, part in (("Alice", "1/3"), ("Bob", "2/3")):
            who = {"first": first, "participant": house[name], "entered": NOW}
            connection.execute(insert(Figure).values(name="quota", value="2000", **who))
            connection.execute(insert(Weight).values(plan="sales", component="joint", value=part, **who))
        db.session.commit()


def estimate(house, who="Alice", day=TENTH, now=NOW, first=MARCH):
    plan = runs.plan_in(facts.current(), "sales", first)
    found = estimating.estimate(plan, first, house[who], day.toordinal(), now)
    db.session.rollback()
    return found


def close(house, first=MARCH):
    house.settle()
    run = bonuses.begin("sales", first, NOW)
    db.session.commit()
    bonuses.freeze(run, NOW)
    db.session.commit()
    bonuses.calculate(run, NOW)
    for step, who in (("send", "Hana"), ("approve", "Vic"), ("close", "Hana")):
        bonuses.take(run, step, who=house[who], now=NOW)
        db.session.commit()
    query = select(BonusStatement.participant, BonusStatement.total).where(BonusStatement.run == run)
    return dict(db.session.execute(query).all())


@pytest.mark.parametrize("part", [*PARTS, "all"])
def test_the_estimate_is_what_the_close_pays_when_nothing_else_happens(app, part):
    house = house_of(*(PARTS if part == "all" else [part]))
    given(house)
    calls(house, "Alice", 3, on=date(2026, 2, 10))
    calls(house, "Bob", 1, on=date(2026, 2, 11))
    close(house, FEBRUARY)
    calls(house, "Alice", 5)
    calls(house, "Bob", 2)
    house.did("Alice", "deal.won", on=TENTH, amount="1234.56")
    expected = {house[who]: estimate(house, who).now.total for who in ("Alice", "Bob", "Hana")}
    paid = close(house)
    assert {who: paid[who] for who in expected} == expected
    assert sum(expected.values()) > 0 or part == "gate"


def test_the_pace_is_that_of_the_working_days_so_far(sqlite_app):
    house = house_of("flat")
    calls(house, "Alice", 7)
    found = estimate(house)
    assert found.days == (7, 22)
    assert found.now.total == 7 * 600
    assert found.at_pace == 22 * 600


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 3, 1), None),  # a Sunday: nothing has been worked yet
        (date(2026, 3, 2), None),  # the first working day says little
        (date(2026, 3, 3), 11 * 7 * 600),
        (date(2026, 3, 30), Fraction(22, 21) * 7 * 600),
        (date(2026, 3, 31), None),  # the last one: it is what it is
    ],
)
def test_at_the_ends_of_a_month_nothing_is_extrapolated(sqlite_app, day, said):
    house = house_of("flat")
    calls(house, "Alice", 7, on=date(2026, 3, 2))
    assert estimate(house, day=day).at_pace == said


def test_days_away_do_not_slow_the_pace(sqlite_app):
    house = house_of("flat")
    house.absent("Alice", date(2026, 3, 4), date(2026, 3, 11))
    house.settle()
    calls(house, "Alice", 2, on=date(2026, 3, 3))
    found = estimate(house)
    assert found.days == (2, 17)
    assert found.at_pace == 17 * 600


@pytest.mark.parametrize(
    ("column", "day", "days"),
    [("hired_on", date(2026, 3, 9), (2, 17)), ("left_on", date(2026, 3, 21), (7, 15))],
)
def test_whoever_comes_or_leaves_within_the_month_has_the_pace_of_their_own_days(sqlite_app, column, day, days):
    house = house_of("flat")
    calls(house, "Alice", days[0])
    connection = begin_write()
    facts.changed(connection, rescore=False)
    row = update(Participant).where(Participant.id == house["Alice"])
    connection.execute(row.values({column: day.toordinal()}))
    db.session.commit()
    found = estimate(house)
    assert found.days == days
    assert found.at_pace == days[1] * 600


def test_of_a_year_so_far_only_this_month_goes_on(sqlite_app):
    house = house_of("year")
    calls(house, "Alice", 50, on=date(2026, 2, 10))
    close(house, FEBRUARY)
    calls(house, "Alice", 7)
    found = estimate(house)
    assert found.now.total == 7 * 600
    assert found.at_pace == 22 * 600


def test_what_is_offered_on_some_days_goes_on_until_these_are_over(sqlite_app):
    house = house_of("window")
    calls(house, "Alice", 7)
    assert estimate(house).at_pace == 14 * 600  # until the 19th: 14 working days
    assert estimate(house, day=date(2026, 3, 24)).at_pace == 7 * 600


def test_a_figure_does_not_grow(sqlite_app):
    house = house_of("curve")
    given(house)
    house.did("Alice", "deal.won", on=TENTH, amount="500")
    assert estimate(house).at_pace == round(10_000 * Fraction(500, 2000) * Fraction(22, 7))


@pytest.mark.parametrize(
    ("part", "times", "units", "adds"),
    [
        ("flat", 2, 1, 600),
        ("marginal", 2, 1, 900),
        ("step", 1, 3, 5_000),  # to the next mark
        ("step", 4, 5, 3_000),
        ("step", 0, 4, 5_000),
        ("per", 1, 3, 1_000),
        ("per", 6, 2, 1_000),
    ],
)
def test_so_many_more_add_so_much(sqlite_app, part, times, units, adds):
    house = house_of(part)
    calls(house, "Alice", times)
    (found,) = estimate(house).more
    assert (found.of, found.units, found.adds) == ("calls", units, adds)
    calls(house, "Alice", units)
    assert estimate(house).now.total == adds + before(part, times)


def before(part, times):
    paid = {"flat": 600 * times, "marginal": 600 * times, "step": 5_000 * (times >= 4), "per": 1_000 * (times // 4)}
    return paid[part]


def test_what_opens_a_gate_is_named(sqlite_app):
    house = house_of("gate")
    calls(house, "Alice", 2)
    (found,) = estimate(house).more
    assert (found.of, found.units, found.adds) == ("visits", 3, 1_200)


def test_nothing_is_promised_beyond_a_cap(sqlite_app):
    house = house_of("flat", head="cap = 12\n")
    calls(house, "Alice", 2)
    assert estimate(house).more == ()


def test_units_are_tried_of_what_is_counted_one_by_one(sqlite_app):
    house = house_of("percent", "pool", "awards")
    house.did("Alice", "deal.won", on=TENTH, amount="500")
    assert estimate(house).more == ()


def test_whoever_is_not_in_the_plan_has_no_estimate(sqlite_app):
    house = house_of("flat", head='who = { team = ["North"] }\n')
    house.team("North", "Alice")
    assert estimate(house) is not None
    assert estimate(house, "Bob") is None
    known, day = facts.current(), TENTH.toordinal()
    assert [one.plan.key for one in reading.covering(known, house["Alice"], day)] == ["sales"]
    assert reading.covering(known, house["Bob"], day) == []


def test_shares_are_some_minutes_old_at_most(sqlite_app):
    house = house_of("pool")
    calls(house, "Alice", 1)
    assert estimate(house).now.total == 10_000
    calls(house, "Bob", 1)
    assert estimate(house).now.total == 10_000
    assert estimate(house, now=NOW + 301 * periods.SECOND).now.total == 5_000


def test_what_hangs_on_too_many_is_left_to_the_close(sqlite_app, monkeypatch):
    house = house_of("flat", "pool")
    calls(house, "Alice", 1)
    monkeypatch.setattr(estimating, "MOST_SHARING", 3)
    found = estimate(house)
    assert [one.key for one in found.open] == ["pool"]
    assert found.now.total == 600
