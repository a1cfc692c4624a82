"""What a cashier sees: a word for everything that can be shown at a counter, and ten seconds to take it back."""

import re
from datetime import UTC
from datetime import datetime

import pytest
import time_machine
from sqlalchemy import event

from adoption import rewards
from adoption.extensions import db
from adoption.models import Device
from rules import voucher
from rules.period import SECOND
from tests.house import NOW
from tests.pockets import Pockets
from tests.pockets import choose
from tests.pockets import redemptions
from tests.pockets import ticket
from tests.visitors import Till

MINUTE = 60
DAY = 86_400


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime.fromtimestamp(NOW / SECOND, UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def house(app):
    house = Pockets()
    house.settle()
    return house


def till(app, canteen="Canteen 1"):
    db.session.rollback()
    return Till(app, canteen)


def lunch(house, who="Alice"):
    house.earn(who)
    made = ticket(house.awards(who)[-1])
    db.session.rollback()
    return made


class Answer:
    """What a cashier sees after a scan."""

    def __init__(self, response):
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        found = re.search(r'data-verdict="(\w+)" data-look="(\w+)"', self.html)
        self.said, self.look = found.groups() if found else (None, None)
        self.text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html))

    @property
    def redemption(self):
        return re.search(r'name="redemption" value="(\d+)"', self.html).group(1)


def scan(at, code):
    db.session.rollback()
    return Answer(at.post("/counter/scan", {"code": code}))


def undo(at, number):
    db.session.rollback()
    return Answer(at.post("/counter/undo", {"redemption": number}))


# --- verdicts


def test_give(app, house):
    made = lunch(house)
    answer = scan(till(app), voucher.written(made.code).lower())
    assert (answer.status, answer.said, answer.look) == (200, "give", "yes")
    for word in ("Give: Free lunch", "Alice", f"No. {made.number:05}", "Next", "Undo", "1 voucher redeemed"):
        assert word in answer.text
    assert house.statuses() == ["redeemed"]


def test_already_used_tells_when_and_where(app, house, clock):
    made, here, there = lunch(house), till(app), till(app, "Canteen 2")
    scan(here, made.code)
    answer = scan(there, made.code)
    assert (answer.said, answer.look) == ("used", "no1")
    assert "A moment ago, at 12:00, Canteen 1" in answer.text
    clock.shift(3 * MINUTE)
    assert "Today 12:00, Canteen 1" in scan(there, made.code).text
    clock.shift(DAY)
    assert "Thursday 24 December 12:00, Canteen 1" in scan(here, made.code).text
    assert len(redemptions()) == 1


def test_not_today(app, house, clock):
    made, here = lunch(house), till(app)
    clock.shift(31 * DAY)
    answer = scan(here, made.code)
    assert (answer.said, answer.look) == ("expired", "wait")
    assert "It was valid until Saturday 23 January." in answer.text
    assert "Nothing has been used up." in answer.text


def test_time_off_and_what_waits_is_not_today(app, house):
    house.earn("Alice", "calls", 6)
    here = till(app)
    first, *others = house.awards()
    made = ticket(choose(first, "lunch"))
    choose(house.awards()[0], "break")
    assert "Another reward was chosen instead." in scan(here, made.code).text
    for award in others:
        choose(award, "cake")
    choose(house.awards()[0], "cake")
    answer = scan(here, made.code)
    assert (answer.said, answer.look) == ("waiting", "wait")


def test_unknown_and_no_longer_due(app, house):
    here = till(app)
    answer = scan(here, "K7QX-4MPT")
    assert (answer.said, answer.look) == ("unknown", "no1")
    (deal,) = house.earn("Alice")
    made = ticket(house.awards()[0])
    house.retract(deal)
    answer = scan(here, made.code)
    assert (answer.said, answer.look) == ("undue", "no1")
    assert "No longer due" in answer.text
    assert redemptions() == []


def test_a_screenshot_is_told_from_a_screen(app, house, clock):
    made, here = lunch(house), till(app)
    picture = made.token(NOW)
    clock.shift(2 * MINUTE)
    answer = scan(here, picture)
    assert (answer.said, answer.look) == ("stale", "wait")
    assert "older than two minutes" in answer.text
    assert scan(here, made.token(NOW + 2 * MINUTE * SECOND)).said == "give"


def test_nothing_sent_asks_again(app, house):
    answer = scan(till(app), "  ")
    assert (answer.status, answer.said) == (200, None)
    assert "Or type the code" in answer.text


@pytest.mark.parametrize(
    ("language", "word"), [("ru", "Бесплатный обед"), ("zh", "免费午餐")]
)  # fmt: skip  # a line for the languages
def test_the_verdict_is_in_the_language_of_the_device(app, house, language, word):
    made, here = lunch(house), till(app)
    here.headers = here.headers | {"Accept-Language": language}
    assert word in scan(here, made.code).text


def test_a_script_gets_the_same_words_without_the_frame(app, house):
    made, here = lunch(house), till(app)
    here.headers = here.headers | {"X-Fragment": "1"}
    answer = scan(here, made.code)
    assert answer.said == "give"
    assert "<html" not in answer.html
    assert "data-today" in answer.html


# --- ten seconds


def test_it_is_taken_back_within_ten_seconds_by_the_device_that_gave_it(app, house, clock):
    made, here, there = lunch(house), till(app), till(app, "Canteen 2")
    given = scan(here, made.code)
    assert undo(there, given.redemption).said == "stays"
    clock.shift(9)
    back = undo(here, given.redemption)
    assert (back.said, back.look) == ("undone", "wait")
    assert "undone" in back.text
    assert "0 vouchers redeemed" in back.text
    assert house.statuses() == ["issued"]
    again = scan(here, made.code)
    assert again.said == "give"
    clock.shift(10)
    assert undo(here, again.redemption).said == "stays"
    assert house.statuses() == ["redeemed"]
    assert [undone for *_, undone in redemptions()] == [True, False]


@pytest.mark.parametrize("number", ["", "0", "999999999", "x"])
def test_there_is_nothing_to_undo(app, house, number):
    assert undo(till(app), number).said == "stays"


# --- limits


def test_typing_is_limited_and_the_wait_is_said_in_seconds(app, house, clock):
    made, here, there = lunch(house), till(app), till(app, "Canteen 2")
    for _ in range(10):
        assert scan(here, "AAAA-3333").said == "unknown"
    answer = scan(here, made.code)
    assert (answer.status, answer.said, answer.look) == (429, "often", "wait")
    assert "Next try in 6 seconds." in answer.text
    assert house.statuses() == ["issued"]
    assert scan(here, made.token(NOW)).said == "give"  # what is scanned from a screen is no guess
    assert scan(there, "AAAA-3333").said == "unknown"
    clock.shift(6)
    assert scan(here, "AAAA-3333").said == "unknown"


def test_a_form_of_somebody_else_redeems_nothing(app, house):
    made, here = lunch(house), till(app)
    assert here.post("/counter/scan", {"code": made.code}, proof=False).status_code == 400
    assert house.statuses() == ["issued"]


# --- the page


def test_the_camera_is_for_this_page_alone(app, house):
    here = till(app)
    assert "camera=(self)" in here.get("/counter").headers["Permissions-Policy"]
    assert "camera=()" in here.get("/sign-in").headers["Permissions-Policy"]
    policy = here.get("/counter").headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_the_day_is_told_per_canteen(app, house):
    here, beside, there = till(app), till(app), till(app, "Canteen 2")
    first, second, third = lunch(house), lunch(house, "Bob"), lunch(house, "Bob")
    scan(here, first.code)
    undo(beside, scan(beside, second.code).redemption)
    scan(there, third.code)
    page = Answer(here.get("/counter"))
    assert "1 voucher redeemed" in page.text
    assert page.text.count("12:00") == 2
    assert "Alice" in page.text


def test_a_page_asks_the_database_as_often_for_fifty_redemptions_as_for_one(app, house):
    here = till(app)
    number = db.session.scalars(db.select(Device.id)).one()

    def asked():
        statements = []

        def note(_connection, _cursor, statement, *_rest):
            statements.append(statement)

        db.session.rollback()
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert here.get("/counter").status_code == 200
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(statements)

    def redeem(many):
        house.earn("Alice", times=many)
        for award in house.awards():
            if award.status == "issued":
                made = ticket(award)
                rewards.scan(db.session.connection(), made.code, number, NOW)
                db.session.commit()

    redeem(1)
    asked()
    one = asked()
    redeem(50)
    assert asked() == one
