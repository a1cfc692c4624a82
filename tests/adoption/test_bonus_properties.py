"""What holds of every bonus run: neither the order of facts, nor when they became known, nor a kill changes the pay.

Plans are drawn among all kinds, also those in which people share and periods hang on each other.
"""

import json
from datetime import date

import pytest
from hypothesis import Phase
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlalchemy import select

from adoption import bonuses
from adoption import rescoring
from adoption import statements
from adoption.bonuses import calculating
from adoption.bonuses.runs import ChangedSinceError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusLine
from adoption.models import BonusStatement
from tests.house import NOW
from tests.house import House

# Shrinking takes longer than a test may; the printed blob reproduces the example as it was drawn.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
MONTHS = [date(2026, month, 1) for month in (3, 4, 5, 6)]
WHO = ("Alice", "Bob", "Cora")
EVERYBODY = (*WHO, "Hana", "Vic")
LEFT = date(2026, 5, 1)  # when Cora is no longer there
METRICS = """
[metric.calls]
counts = "call.completed"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"
[reward.bounty]
kind = "money"
pays = { amount = 25, currency = "EUR" }
[incentive.first-calls]
metric = "calls"
reach = 2
per = "month"
earns = "bounty"
[plan.sales]
currency = "EUR"
per = "month"
"""
KINDS = {
    "flat": 'kind = "flat"\nof = "calls"\npays = 7.335',
    "percent": 'kind = "percent"\nof = "revenue"\npercent = 2.5\ngate = { of = "calls", at_least = 2 }',
    "marginal": 'kind = "marginal"\nof = "calls"\ntiers = [ { from = 0, pays = 6 }, { from = 2, pays = 9 } ]',
    "whole": 'kind = "whole"\nof = "calls"\nboundary = "lower"\ntiers = [{from = 0, pays = 6}, {from = 3, pays = 9}]',
    "step": 'kind = "step"\nof = "calls"\nsteps = [ { at = 1, pays = 10 }, { at = 4, pays = 50 } ]',
    "per": 'kind = "per"\nof = "calls"\nevery = 3\npays = 20\ncarry = false',
    "carry": 'kind = "per"\nof = "calls"\nevery = 3\npays = 20\ncarry = true',
    "curve": 'kind = "curve"\nof = "revenue"\npays = 100\ntarget = 300',
    "pool": 'kind = "pool"\nof = "calls"\namount = 100\nby = "units"',
    "rank": 'kind = "pool"\nof = "calls"\namount = 100\nby = "rank"\nranks = [3, 2]',
    "budget": 'kind = "flat"\nof = "calls"\npays = 10\nbudget = 50',
    "split": 'kind = "flat"\nof = "calls"\npays = 10\nshare = true',
    "year": 'kind = "marginal"\nof = "calls"\nbasis = "year"\ntiers = [{ from = 0, pays = 6 }, { from = 4, pays = 9 }]',
    "awards": 'kind = "awards"\nof = "award.bounty"',
}
BOUNDS = ("", "cap = 90", "floor = 15", 'rounding = { mode = "half_even", level = "total" }')


def book(kinds, bounds=""):
    parts = [f'[[plan.sales.components]]\nkey = "{kind}"\n{KINDS[kind]}' for kind in kinds]
    return "\n".join((METRICS + bounds, *parts, ""))


PLANS = st.builds(
    book, st.lists(st.sampled_from(sorted(KINDS)), unique=True, min_size=2, max_size=4), st.sampled_from(BOUNDS)
)
DEEDS = st.tuples(st.sampled_from(WHO), st.sampled_from(["call.completed"] * 3 + ["deal.won"]), st.integers(0, 2))


def begun(text):
    """Make a house with a book, somebody who leaves, and the weights of what is split."""
    house = House(text, people=[name for name in EVERYBODY if name != "Cora"])
    house.person("Cora", left_on=LEFT)
    house.settle()
    weights = [
        ("sales", "split", month.toordinal(), house[name], weight, NOW - 1)
        for month in MONTHS
        for name, weight in zip(WHO, ("1/2", "1/3", "1/6"), strict=True)
    ]
    columns = ("plan", "component", "first", "participant", "value", "entered")
    statements.insert_new(begin_write(), "weight", columns, weights)
    db.session.commit()
    return house


def events(house, deeds):
    """Return the activities that the deeds (who, what, in which month) are."""
    return [
        house.event(who, what, f"contact/{number}", on=MONTHS[month].replace(day=2 + number % 20), amount="123.45")
        for number, (who, what, month) in enumerate(deeds)
    ]


def work_out(month, now=NOW):
    rescoring.run_to_end()
    run = bonuses.begin("sales", month.toordinal(), now)
    db.session.commit()
    bonuses.freeze(run, now)
    db.session.commit()
    bonuses.calculate(run, now)
    return run


def close(house, run, now=NOW):
    for step, who in (("send", "Hana"), ("approve", "Vic"), ("close", "Hana")):
        bonuses.take(run, step, who=house[who], now=now)
        db.session.commit()


def documents(run):
    query = select(BonusStatement.participant, BonusStatement.document).where(BonusStatement.run == run)
    return dict(db.session.execute(query).all())


def totals(house):
    query = select(BonusLine.participant, func.sum(BonusLine.amount)).group_by(BonusLine.participant)
    found = {who: int(total) for who, total in db.session.execute(query)}
    return {name: found.get(house[name], 0) for name in EVERYBODY}


@settings(max_examples=6, phases=PHASES)
@given(text=PLANS, deeds=st.lists(DEEDS, min_size=3, max_size=12), data=st.data())
def test_any_order_and_batching_of_facts_gives_the_same_statements(new_app, database, text, deeds, data):
    with new_app(database):
        house = begun(text)
        sent = events(house, deeds)
        house.send(*sent)
        at_once = [documents(work_out(month)) for month in MONTHS[:2]]
    with new_app(database):
        house = begun(text)
        left = data.draw(st.permutations(sent))
        while left:
            size = data.draw(st.integers(1, len(left)))
            house.send(*left[:size])
            left = left[size:]
        assert [documents(work_out(month)) for month in MONTHS[:2]] == at_once


LATE = st.tuples(DEEDS, st.integers(0, 3))  # a deed, and how many months later it becomes known
HARD = [(("Alice", "call.completed", 0), 0)] * 2 + [(("Alice", "call.completed", 0), 2)] * 2
HARDER = [*HARD, (("Bob", "call.completed", 1), 1), (("Alice", "call.completed", 1), 0), (("Bob", "deal.won", 0), 3)]

GONE = [(("Cora", "call.completed", 0), 3), (("Cora", "call.completed", 1), 2), (("Bob", "call.completed", 1), 1)]


def paid(text, deeds, known):
    """Let each deed become known in a month, close all months one after the other; return what everybody was paid."""
    house = begun(text)
    sent = events(house, deeds)
    for number, month in enumerate(MONTHS):
        now = [one for one, when in zip(sent, known, strict=True) if when == number]
        if now:
            house.send(*now)
        close(house, work_out(month))
    return totals(house)


@settings(max_examples=8, phases=PHASES)
@example(text=book(["carry"]), late=HARD)
@example(text=book(["carry", "pool"]), late=HARDER)
@example(text=book(["year"]), late=HARD)
@example(text=book(["year", "carry"], "cap = 20"), late=HARDER)
@example(text=book(["split", "rank", "budget"], "floor = 15"), late=HARDER)
@example(text=book(["flat", "pool"], "floor = 15"), late=GONE)
@given(text=PLANS, late=st.lists(LATE, min_size=2, max_size=10))
def test_whenever_facts_become_known_as_much_is_paid_as_if_they_were_known_at_first(new_app, database, text, late):
    deeds = [deed for deed, _ in late]
    with new_app(database):
        at_first = paid(text, deeds, [0] * len(deeds))
    with new_app(database):
        assert paid(text, deeds, [min(deed[2] + by, len(MONTHS) - 1) for deed, by in late]) == at_first


UNEVEN = [("Alice", "call.completed", month) for month in (0, 0, 0, 0, 1, 1)]  # 4 and 2: a third is made of both


def test_months_that_are_closed_in_another_order_pay_as_much(new_app, database):
    text = book(["carry", "year"])
    with new_app(database):
        in_order = paid(text, UNEVEN, [0] * len(UNEVEN))
    with new_app(database):
        house = begun(text)
        house.send(*events(house, UNEVEN))
        for later, month in enumerate((MONTHS[1], MONTHS[0], *MONTHS[2:])):
            close(house, work_out(month, NOW + later), NOW + later)
        assert totals(house) == in_order


def test_a_month_that_was_frozen_before_the_one_before_it_closed_is_frozen_anew(new_app, database):
    with new_app(database):
        house = begun(book(["carry"]))
        house.send(*events(house, UNEVEN))
        march, april = (work_out(month) for month in MONTHS[:2])
        close(house, march, NOW + 1)
        with pytest.raises(ChangedSinceError):
            close(house, april, NOW + 2)
        db.session.rollback()
        close(house, work_out(MONTHS[1], NOW + 3), NOW + 3)
        assert totals(house)["Alice"] == 2 * 2000


@settings(max_examples=6, phases=PHASES)
@given(text=PLANS, deeds=st.lists(DEEDS, min_size=3, max_size=12), kills=st.lists(st.integers(1, 7), max_size=4))
def test_a_run_that_is_killed_again_and_again_comes_to_the_same_statements(new_app, database, text, deeds, kills):
    with new_app(database):
        house = begun(text)
        house.send(*events(house, deeds))
        run = work_out(MONTHS[0])
        undisturbed = documents(run)
        bonuses.freeze(run, NOW)
        db.session.commit()
        assert documents(run) == {}
        for kill in kills:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(calculating, "ENOUGH", 1)  # a transaction for each statement
                dying(patch, kill)
                try:
                    bonuses.calculate(run, NOW)
                except KeyboardInterrupt:
                    pass
                else:
                    assert kill > 1  # fewer steps were left than that
            db.session.rollback()
            if bonuses.find(run).row.state != "open":
                break
        bonuses.calculate(run, NOW)
        assert documents(run) == undisturbed
        query = select(BonusLine.participant, func.sum(BonusLine.amount)).group_by(BonusLine.participant)
        sums = dict(db.session.execute(query.where(BonusLine.run == run)).all())
        assert sums == {who: json.loads(document)["total"] for who, document in undisturbed.items()}


def dying(patch, at):
    """Let the process end in the middle of a step, or when it has made so many of them."""
    made = iter(range(1, at))
    insert = statements.insert_long

    def inserted(*given):
        insert(*given)
        if next(made, None) is None:
            raise KeyboardInterrupt

    patch.setattr(statements, "insert_long", inserted)
