"""What is entered beside a freeze, and what is sent twice: no cent is missed, and none is given a second time."""

from fractions import Fraction

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from adoption import bonuses
from adoption.bonuses import disputing
from adoption.bonuses import runs
from adoption.bonuses import uploading
from adoption.bonuses import working
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.models import BonusAdjustment
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import Dispute
from tests.adoption.test_bonuses import APRIL
from tests.adoption.test_bonuses import BOOK
from tests.adoption.test_bonuses import MARCH
from tests.adoption.test_bonuses import calls
from tests.adoption.test_bonuses import work_out
from tests.house import NOW
from tests.house import House
from tests.racing import Slowly
from tests.racing import at_once
from tests.racing import waits

EARLIER = NOW - 3_000_000  # a page that took three seconds to look through thousands of people
CARRIES = """
[metric.calls]
counts = "call.completed"
[plan.sales]
currency = "EUR"
per = "month"
[[plan.sales.components]]
key = "calls"
kind = "per"
of = "calls"
every = 3
pays = 10
carry = true
"""


def made(book=BOOK):
    house = House(book, people=("Alice", "Bob", "Hana", "Ina", "Vic"))
    calls(house, "Alice", 3)
    house.settle()
    return house


@pytest.fixture
def house(app):
    return made()


@pytest.fixture
def concurrent(postgresql_app):
    """Return a house on the database that has writers at the same moment."""
    return made()


def adjust(house, now, amount=100):
    number = disputing.adjust("sales", MARCH, house["Alice"], amount, "A fair", who=house["Ina"], now=now)
    db.session.commit()
    return number


def take(house, run, step, who="Hana"):
    bonuses.take(run, step, who=house[who], now=NOW)
    db.session.commit()


def goes_on(house, run, step="send", who="Hana"):
    """Say whether a run may be taken on: nothing was entered that it lacks."""
    try:
        take(house, run, step, who)
    except runs.ChangedSinceError:
        db.session.rollback()
        return False
    return True


# --- entered on a page that was asked for before the freeze, and stored after it


def test_an_amount_that_a_slow_page_stores_after_the_freeze_is_not_missed(house):
    run = work_out(house)
    adjust(house, EARLIER)
    assert not goes_on(house, run)


def test_nor_is_one_that_a_slow_page_withdraws(house):
    number = adjust(house, EARLIER)
    run = work_out(house)
    disputing.withdraw(number, who=house["Ina"], now=EARLIER + 1)
    db.session.commit()
    assert not goes_on(house, run)


def test_nor_are_figures_that_it_writes(house):
    run = work_out(house)
    plan, target = bonuses.find(run).plan, uploading.Target("figure", "quota")
    values = {house["Alice"]: Fraction(100)}
    seen = uploading.compared(plan, MARCH, uploading.Preview(target, values)).seen
    uploading.write(plan, MARCH, target, values, seen=seen, who=house["Ina"], now=EARLIER)
    db.session.commit()
    assert not goes_on(house, run)


def test_nor_is_a_question_that_it_upholds(house):
    run = work_out(house)
    take(house, run, "send")
    number = disputing.ask(run, house["Alice"], 0, "Not four?", NOW)
    db.session.commit()
    disputing.answer(number, "upheld", "It was four.", 900, who=house["Ina"], now=EARLIER)
    db.session.commit()
    assert not goes_on(house, run, "approve", "Vic")


def test_nor_is_the_close_of_a_period_that_hands_on(app):
    house = made(CARRIES)
    march = work_out(house)
    take(house, march, "send")
    take(house, march, "approve", "Vic")
    april = work_out(house, APRIL)
    bonuses.take(march, "close", who=house["Hana"], now=EARLIER)
    db.session.commit()
    assert not goes_on(house, april)


# --- entered while the freeze goes on


def test_an_amount_that_is_entered_during_the_freeze_is_not_missed(concurrent):
    """The freeze sees a moment before the amount; so it does not stand."""
    run = work_out(concurrent)

    def enter(pause):
        disputing.adjust("sales", MARCH, concurrent["Alice"], 100, "A fair", who=concurrent["Ina"], now=NOW)
        pause()
        db.session.commit()

    def freeze(_pause):
        bonuses.freeze(run, NOW + 1)
        db.session.commit()

    slow = Slowly(enter).until_paused()
    freezing = Slowly(freeze)
    assert waits(freezing)
    slow.finish()
    assert isinstance(freezing.finish(), OperationalError)
    assert not goes_on(concurrent, run)


def test_a_freeze_of_the_job_that_was_outrun_goes_on_another_time(concurrent, monkeypatch):
    run = work_out(concurrent)
    working.start("sales", MARCH, NOW, few=0)

    def enter(pause):
        disputing.adjust("sales", MARCH, concurrent["Alice"], 100, "A fair", who=concurrent["Ina"], now=NOW)
        pause()
        db.session.commit()

    slow = Slowly(enter).until_paused()
    job = Slowly(lambda _pause: working.go_on(NOW + 1, lambda _done, _total: None))
    assert waits(job)
    slow.finish()
    assert job.finish() == 0
    assert working.waiting() == [run]
    assert working.go_on(NOW + 2, lambda _done, _total: None) == 5
    assert goes_on(concurrent, run)
    assert total(concurrent, run) == 100 + paid_before()


def paid_before():
    """Return what Alice's three calls and the pool come to, in cents."""
    return 2_100 + 10_000 + 2_500


def total(house, run):
    mine = (BonusStatement.run == run, BonusStatement.participant == house["Alice"])
    return db.session.scalar(select(BonusStatement.total).where(*mine))


def test_an_amount_for_a_period_that_is_frozen_for_the_first_time_is_in_it(concurrent):
    def enter(pause):
        disputing.adjust("sales", MARCH, concurrent["Alice"], 100, "A fair", who=concurrent["Ina"], now=NOW)
        pause()
        db.session.commit()

    slow = Slowly(enter).until_paused()
    freezing = Slowly(lambda _pause: working.start("sales", MARCH, NOW + 1))
    assert waits(freezing)
    slow.finish()
    assert freezing.finish() is True
    assert total(concurrent, db.session.scalar(select(BonusRun.id))) == 100 + paid_before()


# --- twice


def test_of_two_who_begin_a_run_at_once_both_get_it(concurrent):
    def begin():
        run = bonuses.begin("sales", MARCH, NOW)
        db.session.commit()
        return run

    found = at_once(*[begin] * 4)
    assert set(found) == {db.session.scalar(select(BonusRun.id))}


def test_an_amount_that_is_sent_twice_is_given_once(house):
    adjust(house, NOW)
    with pytest.raises(disputing.TwiceError):
        adjust(house, NOW + 1)
    db.session.rollback()
    adjust(house, NOW + 2, amount=200)
    assert db.session.scalar(select(func.sum(BonusAdjustment.amount))) == 300


def test_one_that_was_withdrawn_may_be_given_again(house):
    disputing.withdraw(adjust(house, NOW), who=house["Ina"], now=NOW)
    db.session.commit()
    assert adjust(house, NOW + 1)


def test_of_two_who_send_the_same_amount_at_once_one_gives_it(concurrent):
    found = at_once(*[lambda: adjust(concurrent, NOW)] * 4)
    assert sum(isinstance(one, disputing.TwiceError) for one in found) == 3, found
    assert db.session.scalar(select(func.sum(BonusAdjustment.amount))) == 100


def test_a_question_that_is_sent_twice_waits_once(house):
    run = work_out(house)
    take(house, run, "send")

    def ask():
        number = disputing.ask(run, house["Alice"], 0, "Not four?", NOW)
        db.session.commit()
        return number

    found = at_once(*[ask] * 3)
    assert sum(isinstance(one, AdoptionError) for one in found) == 2, found
    assert db.session.scalar(select(func.count()).select_from(Dispute)) == 1
