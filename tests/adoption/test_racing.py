"""Two who want the same thing at the same moment: one of them gets it."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import func
from sqlalchemy import select

from adoption import history
from adoption import rewards
from adoption import waiting
from adoption.errors import AdoptionError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import Redemption
from tests.house import NOW
from tests.pockets import BOOK
from tests.pockets import Pockets
from tests.pockets import choose
from tests.pockets import device
from tests.pockets import redemptions
from tests.pockets import scan
from tests.pockets import ticket
from tests.pockets import undo
from tests.racing import Rush
from tests.racing import Slowly
from tests.racing import at_once
from tests.racing import waits

NINE_DEALS = BOOK.replace('metric = "deals"\nevery = 1', 'metric = "deals"\nevery = 9')


@pytest.fixture
def house(app):
    house = Pockets()
    house.settle()
    return house


@pytest.fixture
def concurrent(postgresql_app):
    """Return a house on the database that has writers at the same moment."""
    house = Pockets()
    house.settle()
    return house


def vouchers(house, many):
    for number in range(many // 20):
        house.person(f"P{number}")
    house.settle()
    for number in range(many // 20):
        house.earn(f"P{number}", times=20)
    return [ticket(award).code for award in house.awards()]


@pytest.mark.parametrize(("kind", "many", "scans"), [("postgresql", 200, 20), ("sqlite", 20, 8)])
def test_every_voucher_is_redeemed_once_however_many_scan_it(tmp_path, new_app, kind, many, scans):
    """Two processes; PostgreSQL as in production, SQLite with its one writer."""
    with new_app(kind) as app:
        house = Pockets()
        codes = vouchers(house, many)
        assert len(codes) == many
        for number in range(scans // 2):
            device(f"Canteen {number}")
        url = app.extensions["settings"].database_url
        said = Rush(url, tmp_path / "archive", codes, scans, NOW).run()
        assert Counter(said) == {"give": many, "used": many * (scans - 1)}
        assert Counter(house.statuses()) == {"redeemed": many}
        assert db.session.scalar(select(func.count()).select_from(Redemption)) == many
        used = select(Redemption.holder, Redemption.version, Redemption.period, Redemption.ordinal).distinct()
        assert len(db.session.execute(used).all()) == many


# --- scoring takes back what is being used


def test_a_redemption_that_came_first_is_seen_by_whoever_takes_the_award_back(concurrent):
    (deal,) = concurrent.earn("Alice")
    code, till = ticket(concurrent.awards()[0]).code, device()

    def redeem(pause):
        verdict = rewards.scan(begin_write(), code, till, NOW)
        pause()
        db.session.commit()
        return verdict.said

    slow = Slowly(redeem).until_paused()
    retraction = Slowly(lambda _: concurrent.retract(deal))
    assert waits(retraction)
    assert slow.finish() == "give"
    assert retraction.finish() is None
    assert concurrent.statuses() == ["corrected"]
    assert redemptions() == [(1, till, redemptions()[0][2], False)]
    assert history.verify().lines() == []


def test_a_redemption_that_came_second_is_refused(concurrent, monkeypatch):
    (deal,) = concurrent.earn("Alice")
    code, till = ticket(concurrent.awards()[0]).code, device()

    def retract(pause):
        commit = db.session.commit
        monkeypatch.setattr(db.session, "commit", lambda: (pause(), commit()))
        concurrent.retract(deal)

    slow = Slowly(retract).until_paused()
    monkeypatch.undo()
    redeeming = Slowly(lambda _: scan(code, till).said)
    assert waits(redeeming)
    assert slow.finish() is None
    assert redeeming.finish() == "undue"
    assert concurrent.statuses() == ["voided"]
    assert redemptions() == []
    assert history.verify().lines() == []


def test_the_use_moves_although_it_came_while_the_award_was_taken_back(concurrent):
    concurrent.earn("Alice")
    (deal,) = concurrent.earn("Alice")
    code, till = ticket(concurrent.awards()[1]).code, device()

    def redeem(pause):
        verdict = rewards.scan(begin_write(), code, till, NOW)
        pause()
        db.session.commit()
        return verdict.said

    slow = Slowly(redeem).until_paused()
    retraction = Slowly(lambda _: concurrent.retract(deal))
    assert waits(retraction)
    slow.finish()
    retraction.finish()
    assert concurrent.statuses() == ["redeemed", "voided"]
    assert [ordinal for ordinal, *_ in redemptions()] == [1]
    assert scan(code, till).said == "used"


def test_rescoring_takes_back_what_was_not_used_and_corrects_what_was(concurrent, monkeypatch):
    """Somebody's work turns out to be another's, while their lunch is being eaten."""
    concurrent.earn("Alice", times=2)
    one, two = (ticket(award).code for award in concurrent.awards())
    till = device()

    def redeem(pause):
        verdict = rewards.scan(begin_write(), one, till, NOW)
        pause()
        db.session.commit()
        return verdict.said

    concurrent.publish(NINE_DEALS, since=date(2026, 1, 5))
    slow = Slowly(redeem).until_paused()
    rescoring = Slowly(lambda _: concurrent.settle())
    assert waits(rescoring)
    assert scan(two, till).said == "give"
    assert slow.finish() == "give"
    rescoring.thread.join(60)
    assert not rescoring.thread.is_alive()
    assert concurrent.statuses() == ["corrected", "corrected"]
    assert history.verify().lines() == []


def test_many_scans_undos_and_retractions_at_once_leave_the_books_balanced(house):
    deals = house.earn("Alice", times=6)
    codes = [ticket(award).code for award in house.awards()]
    tills = [device(f"Canteen {number}") for number in range(3)]

    def scanning(till):
        def task():
            for code in codes:
                verdict = scan(code, till)
                if verdict.redemption and verdict.number % 2:
                    undo(verdict.redemption, till, NOW + 1)

        return task

    results = at_once(*map(scanning, tills), lambda: house.retract(*deals[3:]), house.settle)
    assert results == [None] * 5, results
    live = Counter(house.statuses())
    assert live["issued"] + live["redeemed"] == 3
    used = [name for name in redemptions() if not name[3]]
    assert len(used) == live["redeemed"] + live["corrected"]
    assert history.verify().lines() == []


# --- budgets and choices


def test_twenty_who_choose_at_once_share_what_the_budget_has(concurrent):
    people = [f"P{number}" for number in range(20)]
    for name in people:
        concurrent.person(name)
    concurrent.settle()
    for name in people:
        concurrent.earn(name, "calls")
    found = concurrent.awards()
    chosen = at_once(*[lambda award=award: choose(award, "cake").status for award in found])
    assert Counter(chosen) == {"issued": 5, "waiting": 15}
    again = at_once(*[lambda award=award: choose(award, "lunch").status for award in concurrent.awards()[:10]])
    assert set(again) == {"issued"}
    waiting.release(NOW)
    db.session.commit()
    cakes = select(Award.status, func.count()).where(Award.reward == "cake").group_by(Award.status)
    assert dict(db.session.execute(cakes).all())["issued"] == 5 + 5  # of the month they were earned in, and of this one
    assert history.verify().lines() == []


def test_of_two_choices_at_once_one_is_told_that_it_came_second(concurrent):
    concurrent.earn("Alice", "calls")
    (award,) = concurrent.awards()

    def slowly(pause):
        chosen = rewards.choose(award.name, "lunch", NOW)
        pause()
        db.session.commit()
        return chosen.status

    slow = Slowly(slowly).until_paused()
    other = Slowly(lambda _: choose(award, "break"))
    assert waits(other)
    assert slow.finish() == "issued"
    assert isinstance(other.finish(), rewards.ChangedError)
    assert [row.reward for row in concurrent.awards()] == ["lunch"]


def test_a_choice_and_a_retraction_at_once(concurrent):
    (call,) = concurrent.earn("Alice", "calls")
    (award,) = concurrent.awards()

    def slowly(pause):
        chosen = rewards.choose(award.name, "ten", NOW)
        pause()
        db.session.commit()
        return chosen.status

    slow = Slowly(slowly).until_paused()
    retraction = Slowly(lambda _: concurrent.retract(call))
    assert waits(retraction)
    assert slow.finish() == "issued"
    retraction.finish()
    assert concurrent.statuses() == ["voided"]
    assert history.verify().lines() == []


def test_what_is_chosen_for_the_counter_and_scanned_there_at_once(concurrent):
    """Either it was used, and cannot be chosen again; or it is something else, and is not given."""
    for _ in range(5):
        concurrent.earn("Alice", "calls")
    till = device()
    for award in concurrent.awards():
        lunch = choose(award, "lunch")
        code = ticket(lunch).code
        said, chosen = at_once(lambda code=code: scan(code, till).said, lambda one=lunch: choose(one, "break"))
        if said == "give":
            assert isinstance(chosen, AdoptionError)
        else:
            assert (said, chosen.reward) == ("elsewhere", "break")
    assert history.verify().lines() == []
