"""What people see of what they have earned, and what they do with it."""

import re
from datetime import UTC
from datetime import date
from datetime import datetime

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy import select

from adoption import facts
from adoption import history
from adoption import jobs
from adoption import ledger
from adoption import preferences
from adoption import rewards
from adoption import waiting
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import JobRun
from adoption.models import Letter
from adoption.models import Participant
from rules.period import SECOND
from tests.house import NOW
from tests.leading import let_lead
from tests.pockets import BOOK
from tests.pockets import TODAY
from tests.pockets import Pockets
from tests.pockets import choose
from tests.pockets import device
from tests.pockets import redemptions
from tests.pockets import scan
from tests.pockets import ticket
from tests.pockets import undo
from tests.visitors import Visitor

MINUTE = 60
DAY = 86_400
QR = re.compile(r'<path fill="#1d1519" d="([^"]+)"')
CODE = re.compile(r">([2-9A-Z]{4}-[2-9A-Z]{4})<")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def house(app):
    house = Pockets()
    lead(house, "Mei", "Alice", "Bob")
    house.settle()
    return house


def lead(house, manager, *people):
    """Make somebody the manager of others."""
    connection = begin_write()
    facts.changed(connection, rescore=False)
    table = Participant.__table__
    let_lead(connection, house[manager], *(house[one] for one in people))
    connection.execute(table.update().where(table.c.id == house[manager]).values(role="manager"))
    db.session.commit()


def visitor(app, who=None, **more):
    """Open somebody's browser; what the test itself has read so far is forgotten."""
    db.session.rollback()
    return Visitor(app, who, **more)


def address(award, more=""):
    holder = f"t{-award.holder}" if award.holder < 0 else award.holder
    return f"/rewards/{award.version}-{holder}-{award.period}-{award.ordinal}{more}"


def text(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def clean():
    return history.verify().lines()


# --- the pocket


def test_before_anything_is_earned_the_page_says_how_the_first_one_comes(app, house):
    page = text(visitor(app, house["Alice"]).get("/rewards"))
    assert "Your first reward is still on its way." in page
    assert "A deal won" in page
    assert "Coming closer" in page
    assert "History" not in page


def test_the_page_leads_with_what_is_in_the_pocket(app, house):
    house.earn("Alice")
    house.earn("Alice", "notes", 6)
    page = text(visitor(app, house["Alice"]).get("/rewards"))
    assert "In your pocket: a free lunch. 60 points collected." in page
    assert "Valid until Saturday 23 January." in page
    assert "Show the voucher" in page
    house.earn("Alice", times=2)
    assert "3 rewards in your pocket." in text(visitor(app, house["Alice"]).get("/rewards"))


def test_everything_has_its_place(app, house):
    house.earn("Alice", "calls", 8)
    found = house.awards("Alice")
    for one in found[:6]:
        choose(one, "cake")
    taken = choose(found[6], "break")
    rewards.take(taken.name, TODAY + 1, participant=house["Alice"], now=NOW)
    db.session.commit()
    house.earn("Alice", "visits", 10)
    body = visitor(app, house["Alice"]).get("/rewards")
    page = text(body)
    parts = ("Ready to use", "To choose", "Waiting", "Collected", "History")
    assert [page.count(part) >= 1 for part in parts] == [True] * 5
    assert "Taken for Friday 25 December." in page
    assert "Star" in page
    assert "With your next pay €50.00" in page
    assert body.get_data(as_text=True).count("/why") >= 10


def test_all_of_history_stands_there_piece_by_piece(app, house):
    house.earn("Alice", "notes", 45)
    alice = visitor(app, house["Alice"])
    first, second = alice.get("/rewards").get_data(as_text=True), alice.get("/rewards?piece=1").get_data(as_text=True)
    assert (first.count('class="why"'), second.count('class="why"')) == (30, 15)
    assert "Older" in first
    assert "Newer" in second
    assert "Older" not in second


@pytest.mark.parametrize("path", ["/rewards", None])
def test_a_page_asks_the_database_as_often_for_fifty_awards_as_for_one(app, house, path):
    alice = visitor(app, house["Alice"])

    def lunches():
        return [award for award in house.awards("Alice") if award.reward == "lunch"]

    def asked():
        statements = []
        engine = db.engine

        def note(_connection, _cursor, statement, *_rest):
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert alice.get(path or address(lunches()[-1])).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    for what in ("deals", "calls", "notes"):
        house.earn("Alice", what)
    scan(ticket(lunches()[0]).code, device())
    house.earn("Alice")
    ticket(lunches()[1])
    alice.get("/rewards")
    one = asked()
    for what in ("deals", "calls", "notes"):
        house.earn("Alice", what, 20)
    for award in lunches()[1:6]:
        scan(ticket(award).code, device())
    ticket(lunches()[-1])
    alice.get("/rewards")
    assert asked() == one


@pytest.mark.parametrize(("language", "said"), [("ru", "Бесплатный обед"), ("zh", "免费午餐")])
def test_rewards_are_called_by_their_titles_in_every_language(app, house, language, said):
    house.earn("Alice")
    assert said in text(visitor(app, house["Alice"], language=language).get("/rewards"))


@pytest.mark.parametrize("shown", ["hidden", "alias"])
def test_whoever_hides_keeps_every_reward(app, house, shown):
    preferences.choose(house["Alice"], shown=shown, alias="Owl")
    db.session.commit()
    house.earn("Alice")
    assert "In your pocket: a free lunch." in text(visitor(app, house["Alice"]).get("/rewards"))
    verdict = scan(ticket(house.awards("Alice")[0]).code, device())
    assert (verdict.said, verdict.holder) == ("give", "Alice")


# --- the voucher


def test_a_voucher_shows_its_code_and_a_picture_that_renews_itself(app, house, clock):
    house.earn("Alice")
    (award,) = house.awards()
    alice = visitor(app, house["Alice"])
    page = alice.get(address(award)).get_data(as_text=True)
    made = rewards.ticket_of(db.session.connection(), award.name)
    assert CODE.search(page).group(1).replace("-", "") == made.code
    assert "Alice · A" in page
    assert 'role="img"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    again = alice.get(address(award)).get_data(as_text=True)
    assert QR.search(again).group(1) == QR.search(page).group(1)
    clock.shift(MINUTE)
    later = alice.get(address(award)).get_data(as_text=True)
    assert QR.search(later).group(1) != QR.search(page).group(1)
    assert CODE.search(later).group(1) == CODE.search(page).group(1)


def test_the_page_learns_that_it_was_used_without_being_loaded_again(app, house, clock):
    house.earn("Alice")
    (award,) = house.awards()
    alice = visitor(app, house["Alice"])
    page = alice.get(address(award)).get_data(as_text=True)
    tag = re.search(r'data-etag="&#34;(\w+)&#34;"', page.replace("&quot;", "&#34;")).group(1)
    fragment = {"X-Fragment": "1", "If-None-Match": f'"{tag}"'}
    assert alice.get(address(award), headers=fragment).status_code == 304
    till = device()
    given = scan(rewards.ticket_of(db.session.connection(), award.name).code, till)
    used = alice.get(address(award), headers=fragment)
    assert "Enjoy. Used at 12:00, Canteen 1." in text(used)
    assert "<html" not in used.get_data(as_text=True)
    clock.shift(5)
    undo(given.redemption, till, NOW + 5 * SECOND)
    assert alice.get(address(award), headers=fragment).status_code == 304
    assert "Ready" in text(
        alice.get(address(award), headers={"X-Fragment": "1", "If-None-Match": used.headers["ETag"]})
    )
    clock.shift(DAY)
    scan(rewards.ticket_of(db.session.connection(), award.name).code, till, NOW + (DAY + 5) * SECOND)
    clock.shift(DAY)
    assert "Used on Friday 25 December at 12:00, Canteen 1." in text(alice.get(address(award)))


def test_what_became_of_an_award_is_said_kindly(app, house, clock):
    (deal, other, _) = house.earn("Alice", times=3)
    first, second, third = house.awards()
    alice = visitor(app, house["Alice"])
    scan(ticket(first).code, device())
    house.retract(deal, other)
    for award in (second, third):
        assert "This is no longer due." in text(alice.get(address(award)))
    house.earn("Alice")
    clock.shift(31 * DAY)
    alice = visitor(app, house["Alice"])
    assert "Its last day was Saturday 23 January." in text(alice.get(address(second)))


def test_an_award_is_shown_to_nobody_else(app, house):
    house.earn("Alice")
    (award,) = house.awards()
    for name in ("Bob", "Mei", "Carl"):
        for path in ("", "/choose"):
            assert visitor(app, house[name]).get(address(award, path)).status_code == 403
    assert visitor(app, house["Bob"]).post(address(award, "/choose"), {"reward": "lunch"}).status_code == 403
    assert visitor(app, house["Alice"]).get(address(award)[:-1] + "9").status_code == 404
    assert visitor(app, house["Alice"]).get("/rewards/nonsense").status_code == 404
    assert visitor(app).get(address(award)).status_code == 303


# --- choosing


def test_one_of_several_is_chosen_and_chosen_again(app, house):
    house.earn("Alice", "calls")
    (award,) = house.awards()
    alice = visitor(app, house["Alice"])
    assert alice.get(address(award)).location == address(award, "/choose")
    page = text(alice.get(address(award, "/choose")))
    for said in (
        "Free lunch",
        "Cake",
        "5 left",
        "Earlier break",
        "10 minutes, on a day you choose.",
        "10 points, at once.",
    ):
        assert said in page
    assert alice.post(address(award, "/choose")).location == address(award, "/choose")
    assert alice.post(address(award, "/choose"), {"reward": "ten"}).status_code == 303
    assert ledger.balance(house["Alice"]) == {"points": 100_000}
    assert "your choice until now" in text(alice.get(address(award, "/choose")))
    alice.post(address(award, "/choose"), {"reward": "lunch"})
    (chosen,) = house.awards()
    assert (chosen.status, chosen.reward, ledger.balance(house["Alice"])) == ("issued", "lunch", {"points": 0})
    assert clean() == []


def test_what_is_not_offered_or_used_cannot_be_chosen(app, house):
    house.earn("Alice", "calls")
    house.earn("Alice")
    call, deal = sorted(house.awards("Alice"), key=lambda award: award.status)
    alice = visitor(app, house["Alice"])
    assert alice.post(address(call, "/choose"), {"reward": "bonus"}).status_code == 422
    assert alice.post(address(deal, "/choose"), {"reward": "lunch"}).status_code == 422
    scan(ticket(choose(call, "lunch")).code, device())
    assert alice.post(address(call, "/choose"), {"reward": "break"}).status_code == 422
    assert alice.get(address(call, "/choose")).location == address(call)


def test_a_budget_that_is_used_up_lets_the_choice_wait_and_another_choice_gives_it_back(app, house):
    house.earn("Alice", "calls", 6)
    found = [choose(award, "cake") for award in house.awards()]
    assert [award.status for award in found] == ["issued"] * 5 + ["waiting"]
    alice = visitor(app, house["Alice"])
    assert "waits for room in the budget" in text(alice.get(address(found[5])))
    choose(found[4], "lunch")
    assert waiting.release(NOW) == (1, 0)
    db.session.commit()
    assert house.statuses() == ["issued"] * 6
    assert "none left right now" in text(alice.get(address(found[4], "/choose")))
    again = choose(house.awards()[4], "cake")
    assert again.status == "waiting"
    assert "It is yours, and waits for room in the budget." in text(alice.get(address(again)))
    assert clean() == []


def test_choosing_again_does_not_begin_the_days_again(house):
    house.earn("Alice", "calls")
    chosen = choose(house.awards()[0], "lunch")
    later = NOW + 20 * DAY * SECOND
    again = choose(chosen, "break", later)
    assert again.changed == chosen.changed
    with pytest.raises(rewards.NoOptionError):
        choose(again, "cake", later)  # its ten days are over


def test_what_was_taken_back_is_granted_again_as_it_was_chosen(house):
    (call,) = house.earn("Alice", "calls")
    choose(house.awards()[0], "ten")
    house.retract(call)
    assert house.statuses() == ["voided"]
    house.earn("Alice", "calls")
    (award,) = house.awards()
    assert (award.status, award.reward) == ("issued", "ten")
    assert ledger.balance(house["Alice"]) == {"points": 100_000}
    assert clean() == []


def test_points_of_an_award_that_takes_over_a_used_lunch_are_reversed(house):
    calls = house.earn("Alice", "calls", 2)
    first, second = house.awards()
    choose(first, "ten")
    scan(ticket(choose(second, "lunch")).code, device())
    house.retract(calls[1])
    assert [(row.status, row.reward) for row in house.awards()] == [("redeemed", "lunch"), ("voided", "lunch")]
    assert ledger.balance(house["Alice"]) == {"points": 0}
    assert clean() == []


# --- what a team has earned


def test_everybody_in_a_team_and_whoever_leads_them_sees_what_it_earned(app, house):
    for name in ("Alice", "Bob"):
        house.earn(name, "offer.sent")
    (award,) = house.awards("Sales")
    for name in ("Alice", "Bob", "Mei"):
        theirs = visitor(app, house[name])
        assert "Earned by your team" in text(theirs.get("/rewards"))
        assert theirs.get(address(award, "/choose")).status_code == 200
    carl = visitor(app, house["Carl"])
    assert "Earned by your team" not in text(carl.get("/rewards"))
    assert carl.get(address(award)).status_code == 403
    visitor(app, house["Bob"]).post(address(award, "/choose"), {"reward": "breakfast"})
    page = visitor(app, house["Alice"]).get(address(award)).get_data(as_text=True)
    assert "Sales" in page
    verdict = scan(CODE.search(page).group(1), device())
    assert (verdict.said, verdict.holder) == ("give", "Sales")
    assert clean() == []


def test_hr_sees_no_team_that_it_neither_is_in_nor_leads(app, house):
    for name in ("Alice", "Bob"):
        house.earn(name, "offer.sent")
    connection = begin_write()
    facts.changed(connection, rescore=False)
    connection.execute(Participant.__table__.update().where(Participant.id == house["Carl"]).values(role="hr"))
    db.session.commit()
    assert visitor(app, house["Carl"]).get(address(house.awards("Sales")[0])).status_code == 403


# --- time off


def letters():
    found = db.session.execute(select(Letter.kind, Letter.address, Letter.facts)).all()
    db.session.rollback()
    return [tuple(row) for row in found]


def test_time_off_is_taken_on_a_day_and_the_manager_is_told_once(app, house):
    house.earn("Alice", "calls")
    award = choose(house.awards()[0], "break")
    alice = visitor(app, house["Alice"])
    page = alice.get(address(award)).get_data(as_text=True)
    assert 'min="2026-12-24" max="2027-01-23"' in page
    day = date.fromordinal(TODAY + 4).isoformat()
    assert "Noted: Monday 28 December." in text(alice.post(address(award, "/day"), {"day": day}, follow_redirects=True))
    assert house.statuses() == ["redeemed"]
    assert redemptions() == [(1, None, TODAY + 4, False)]
    alice.post(address(award, "/day"), {"day": day})
    ((kind, to, told),) = letters()
    assert (kind, to) == ("time-off", "mei@example.com")
    assert "Earlier break" in told
    assert str(TODAY + 4) in told
    assert "Taken for Monday 28 December." in text(alice.get("/rewards"))
    assert clean() == []


def test_time_off_is_given_back_until_the_day_before(app, house, clock):
    house.earn("Alice", "calls", 2)
    first, second = (choose(award, "break") for award in house.awards())
    alice = visitor(app, house["Alice"])
    tomorrow = date.fromordinal(TODAY + 1).isoformat()
    for award in (first, second):
        alice.post(address(award, "/day"), {"day": tomorrow})
    assert "Give it back" in text(alice.get(address(first)))
    assert "Given back." in text(alice.post(address(first, "/cancel"), follow_redirects=True))
    assert house.awards()[0] == first
    clock.shift(DAY)
    assert "It is today. Enjoy it." in text(alice.get(address(second)))
    assert "so it stays as it is" in text(alice.post(address(second, "/cancel"), follow_redirects=True))
    assert house.statuses() == ["issued", "redeemed"]
    assert [undone for *_, undone in redemptions()] == [True, False]
    assert clean() == []


@pytest.mark.parametrize("day", ["", "soon", "2026-12-23", "2027-01-24"])
def test_time_off_is_not_taken_on_a_day_that_is_over_or_too_late(app, house, day):
    house.earn("Alice", "calls")
    award = choose(house.awards()[0], "break")
    answer = visitor(app, house["Alice"]).post(address(award, "/day"), {"day": day}, follow_redirects=True)
    assert "Choose a day from today until its last one." in text(answer)
    assert house.statuses() == ["issued"]
    assert letters() == []


def test_nobody_gives_back_what_another_took(app, house):
    house.earn("Alice", "calls")
    house.earn("Bob", "calls")
    taken = choose(house.awards("Alice")[0], "break")
    number = rewards.take(taken.name, TODAY + 2, participant=house["Alice"], now=NOW)
    db.session.commit()
    with pytest.raises(rewards.TooLateError):
        rewards.cancel(house.awards("Bob")[0].name, number, now=NOW)
    db.session.rollback()
    assert house.statuses("Alice") == ["redeemed"]


# --- the last day


def test_the_job_lets_expire_once_a_day_what_is_over(house, clock):
    house.earn("Alice", times=2)
    nothing = lambda *_: None  # noqa: E731  # a report to nobody
    assert jobs.run("expire-awards", nothing, scheduled=True) == "nothing expired"
    assert jobs.run("expire-awards", nothing, scheduled=True) is None
    clock.shift(31 * DAY - 12 * 3600 - 1)  # one second before the first midnight after the last day
    assert jobs.run("expire-awards", nothing, scheduled=True) == "nothing expired"
    clock.shift(1)
    assert jobs.run("expire-awards", nothing, scheduled=True) == "2 expired"
    assert jobs.run("expire-awards", nothing) == "nothing expired"
    assert house.statuses() == ["expired"] * 2
    assert db.session.scalars(select(JobRun.state).where(JobRun.job == "expire-awards")).all() == ["done"] * 4


def test_an_award_is_over_at_midnight_where_the_organisation_is(new_app):
    with new_app("sqlite", ORGANISATION_ZONE="Pacific/Auckland") as app, time_machine.travel(0, tick=False) as clock:
        house = Pockets(BOOK)
        house.settle()
        house.earn("Alice")
        (award,) = house.awards()
        last = app.extensions["day_of"](award.changed) + 30
        end = datetime.fromordinal(last + 1).replace(tzinfo=app.extensions["settings"].organisation_zone)
        clock.move_to(end.timestamp() - 1)
        assert rewards.one(award.name, int(end.timestamp() - 1) * SECOND).status == "issued"
        assert rewards.one(award.name, int(end.timestamp()) * SECOND).status == "expired"
