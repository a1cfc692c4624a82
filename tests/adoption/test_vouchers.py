"""What a voucher is worth: once, while it is due, until its last day, wherever it is shown."""

from datetime import datetime

import pytest

from adoption import history
from adoption import ledger
from adoption import rewards
from adoption.extensions import begin_write
from adoption.extensions import db
from rules import period
from rules import voucher
from rules.period import SECOND
from tests.house import NOW
from tests.house import ZONE
from tests.pockets import TODAY
from tests.pockets import Pockets
from tests.pockets import choose
from tests.pockets import device
from tests.pockets import redemptions
from tests.pockets import scan
from tests.pockets import ticket
from tests.pockets import undo


@pytest.fixture
def house(app):
    house = Pockets()
    house.settle()
    return house


def moment(day, clock="12:00"):
    """Return a local time of day, so many days after today, in UTC microseconds."""
    wall = datetime.fromordinal(TODAY + day).replace(tzinfo=ZONE)
    hour, minute = map(int, clock.split(":"))
    return period.microseconds(wall.replace(hour=hour, minute=minute))


def clean():
    """Say that the books balance: everything recomputed from the activities is what the tables say."""
    found = history.verify()
    return found.clean, found.lines()


def test_a_voucher_is_given_once(house):
    house.earn("Alice")
    (award,) = house.awards()
    lunch, till = ticket(award), device()
    first = scan(lunch.code, till)
    assert (first.said, first.holder, first.number, first.reward.key) == ("give", "Alice", lunch.number, "lunch")
    assert house.statuses() == ["redeemed"]
    again = scan(lunch.code, device("Canteen 2"), NOW + 60 * SECOND)
    assert (again.said, again.used.canteen, again.used.at, again.used.day) == ("used", "Canteen 1", NOW, TODAY)
    assert redemptions() == [(1, till, TODAY, False)]
    (used,) = house.awards()
    assert (used.changed, used.redeemed) == (award.changed, NOW)
    assert clean() == (True, [])


def test_a_code_is_made_once_whoever_looks_first(house):
    house.earn("Alice", times=2)
    first, second = house.awards()
    one = ticket(first)
    assert ticket(first) == one
    taken = iter([0, 0, 7])
    made = rewards.make_ticket(begin_write(), second.name, NOW, draw=lambda: next(taken))
    assert made.code == voucher.code_of(0)
    db.session.commit()


def test_a_code_that_another_has_is_drawn_again(house):
    house.earn("Alice", times=2)
    first, second = house.awards()
    rewards.make_ticket(begin_write(), first.name, NOW, draw=lambda: 7)
    db.session.commit()
    drawn = iter([7, 7, 8])
    assert rewards.make_ticket(begin_write(), second.name, NOW, draw=lambda: next(drawn)).code == voucher.code_of(8)
    db.session.commit()


@pytest.mark.parametrize("text", ["", "K7QX-4MPT", "hello", "🍲"])
def test_what_is_no_voucher_is_unknown(house, text):
    assert scan(text, device()) == rewards.Verdict("unknown")
    assert redemptions() == []


def test_a_token_works_for_its_minute_and_a_screenshot_does_not(house):
    house.earn("Alice")
    lunch, till = ticket(house.awards()[0]), device()
    old = lunch.token(NOW - 120 * SECOND)
    assert scan(old, till).said == "stale"
    forged = old[:-1] + ("A" if old[-1] != "A" else "B")
    assert scan(forged, till) == rewards.Verdict("unknown")
    assert house.statuses() == ["issued"]
    assert scan(lunch.token(NOW - 60 * SECOND).lower(), till).said == "give"


def test_look_alikes_and_spaces_are_forgiven(house):
    house.earn("Alice")
    (award,) = house.awards()
    made = rewards.make_ticket(begin_write(), award.name, NOW, draw=lambda: 18 * 25)
    db.session.commit()
    typed = voucher.written(made.code).replace("Q", "O").replace("2", "z").replace("-", " ").lower()
    assert "o" in typed
    assert scan(typed, device()).said == "give"


def test_ten_seconds_to_take_it_back_at_the_same_device(house):
    house.earn("Alice")
    (award,) = house.awards()
    lunch, till, other = ticket(award), device(), device("Canteen 2")
    given = scan(lunch.code, till)
    assert undo(given.redemption, other, NOW + SECOND) is None
    assert undo(given.redemption, till, NOW + 10 * SECOND) is None
    assert house.statuses() == ["redeemed"]
    back = undo(given.redemption, till, NOW + 9 * SECOND)
    assert (back.said, back.holder, back.number) == ("undone", "Alice", lunch.number)
    assert house.awards() == [award]
    assert undo(given.redemption, till, NOW + 9 * SECOND) is None
    assert scan(lunch.code, other, NOW + 20 * SECOND).said == "give"
    assert redemptions() == [(1, till, TODAY, True), (1, other, TODAY, False)]
    assert undo(given.redemption, till, NOW + 9 * SECOND) is None
    assert clean() == (True, [])


def test_what_is_no_longer_due_is_refused_and_what_was_used_is_corrected(house):
    (deal,) = house.earn("Alice")
    lunch, till = ticket(house.awards()[0]), device()
    house.retract(deal)
    assert scan(lunch.code, till).said == "undue"
    (other,) = house.earn("Bob")
    bobs = ticket(house.awards("Bob")[0])
    given = scan(bobs.code, till)
    house.retract(other)
    assert house.statuses("Bob") == ["corrected"]
    assert undo(given.redemption, till, NOW + SECOND) is None
    assert scan(bobs.code, till).said == "used"
    assert clean() == (True, [])


def test_the_use_of_one_moves_to_another_and_takes_its_voucher_along(house):
    house.earn("Alice", times=2)
    deals = house.earn("Alice")
    one, two, three = (ticket(award) for award in house.awards())
    till = device()
    given = scan(three.code, till)
    house.retract(*deals)
    assert house.statuses() == ["issued", "redeemed", "voided"]
    assert redemptions() == [(2, till, TODAY, False)]
    used = scan(three.code, till, NOW + SECOND)
    assert (used.said, used.used.canteen, used.number) == ("used", "Canteen 1", three.number)
    assert scan(two.code, till).said == "undue"
    assert undo(given.redemption, till, NOW + 2 * SECOND).said == "undone"
    assert house.statuses() == ["issued", "issued", "voided"]
    assert [scan(one_more.code, till).said for one_more in (one, three, two)] == ["give", "give", "undue"]
    assert clean() == (True, [])


def test_the_last_day_counts_and_the_next_does_not(house):
    house.earn("Alice", times=2)
    early, late = (ticket(award) for award in house.awards())
    till = device()
    after = scan(early.code, till, moment(31, "00:00"))
    assert (after.said, after.until) == ("expired", TODAY + 30)
    assert scan(early.code, till, moment(30, "23:59")).said == "give"
    assert rewards.expire(moment(30, "23:59"), lambda *_: None) == 0
    assert rewards.expire(moment(31, "00:00"), lambda *_: None) == 1
    assert rewards.expire(moment(31, "00:00"), lambda *_: None) == 0
    assert house.statuses() == ["redeemed", "expired"]
    assert scan(late.code, till, moment(30)).said == "expired"
    assert clean() == (True, [])


def test_only_what_is_used_once_expires(house):
    for what in ("deals", "notes"):
        house.earn("Alice", what)
    house.earn("Alice", "visits", 10)
    rewards.expire(moment(400), lambda *_: None)
    assert [(row.reward, row.status) for row in house.awards() if row.status == "expired"] == [("lunch", "expired")]
    assert ledger.balance(house["Alice"]) == {"EUR": 500_000, "points": 100_000}


def test_many_expire_piece_by_piece(house, monkeypatch):
    monkeypatch.setattr("adoption.rewards.expiry.CHUNK", 3)
    house.earn("Alice", times=8)
    told = []
    assert rewards.expire(moment(31), lambda done, _: told.append(done)) == 8
    assert told == [3, 6, 8]
    assert set(house.statuses()) == {"expired"}


def test_what_a_book_promised_is_kept_when_the_next_one_says_less(house):
    house.earn("Alice")
    lunch, till = ticket(house.awards()[0]), device()
    shorter = BOOK_WITHOUT_LUNCH
    house.publish(shorter, since=NEXT_YEAR)
    house.settle()
    verdict = scan(lunch.code, till, moment(20))
    assert (verdict.said, verdict.reward.title, verdict.until) == ("give", "Free lunch", TODAY + 30)


def test_a_voucher_of_somebody_who_left_is_good_until_its_last_day(house):
    gone = house.person("Gone", left_on=datetime.fromordinal(TODAY + 1))
    house.earn("Gone")
    assert gone
    lunch, till = ticket(house.awards("Gone")[0]), device()
    assert scan(lunch.code, till, moment(5)).said == "give"


def test_time_off_and_points_are_not_for_the_counter(house):
    house.earn("Alice", "calls", 2)
    first, second = house.awards()
    till = device()
    lunch = choose(first, "lunch")
    made = ticket(lunch)
    choose(lunch, "break")
    assert scan(made.code, till).said == "elsewhere"
    assert scan(ticket(second).code, till).said == "choosing"
    points = choose(second, "ten")
    assert scan(ticket(points).code, till).said == "elsewhere"
    choose(points, "lunch")
    assert scan(ticket(points).code, till).said == "give"
    assert ledger.balance(house["Alice"]) == {"points": 0}
    assert clean() == (True, [])


def test_the_day_at_a_canteen(house):
    house.earn("Alice", times=3)
    house.earn("Bob")
    one, two, three = (ticket(award) for award in house.awards("Alice"))
    bobs = ticket(house.awards("Bob")[0])
    first, second, other = device(), device(), device("Canteen 2")
    scan(one.code, first)
    undo(scan(two.code, second).redemption, second, NOW + SECOND)
    scan(three.code, other)
    scan(bobs.code, second, moment(1))
    day = rewards.today(db.session.connection(), "Canteen 1", NOW)
    assert day.total == 1
    assert [(line.holder, line.number, line.undone) for line in day.lines] == [
        ("Alice", two.number, True),
        ("Alice", one.number, False),
    ]
    assert {line.reward.title for line in day.lines} == {"Free lunch"}
    assert rewards.today(db.session.connection(), "Canteen 1", moment(1)).total == 1


NEXT_YEAR = datetime.fromordinal(TODAY + 10).date()
BOOK_WITHOUT_LUNCH = """
[metric.deals]
counts = "deal.won"
[reward.cake]
kind = "voucher"
valid_days = 1
[incentive.deals]
metric = "deals"
every = 1
per = "month"
earns = "cake"
"""
