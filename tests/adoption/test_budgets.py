"""Budgets: what is spent and promised, what happens at the end of one, who is asked, who is told, what HR sees."""
# ruff: noqa: RUF001  # Cyrillic letters are meant

import csv
import io
import re
import time
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import budgets
from adoption import drafts
from adoption import facts
from adoption import history
from adoption import jobs
from adoption import journal
from adoption import rulebook
from adoption import stops
from adoption import waiting
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.mail import sending
from adoption.models import Award
from adoption.models import BudgetDecision
from adoption.models import JournalEntry
from adoption.models import LedgerEntry
from adoption.models import Letter
from adoption.models import Participant
from adoption.models import PublishedVersion
from adoption.models.base import bucket_of
from rules import period
from rules.book import composing
from rules.period import SECOND
from rules.value import UNIT
from tests.house import ZONE
from tests.pockets import Pockets
from tests.pockets import device
from tests.pockets import scan
from tests.pockets import ticket
from tests.racing import at_once
from tests.visitors import Visitor

NOON = period.microseconds(datetime(2026, 11, 25, 12, tzinfo=ZONE))  # a Wednesday
TODAY = date(2026, 11, 25)
MONDAY = date(2026, 11, 30)
OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1).toordinal() for month in (10, 11, 12))
DAY = 86_400 * SECOND
DECEMBER_NOON = NOON + 7 * DAY
ENDED = "/hr/book?kind=reward&show=ended"
HANA = By(None, "Hana")
BOOK = """
[metric.calls]
title = "Calls"
counts = "call.completed"
[metric.notes]
title = "Notes"
counts = "note.created"
[reward.lunch]
title = "Free lunch"
titles = {{ ru = "Бесплатный обед", zh = "免费午餐" }}
kind = "voucher"
costs = {{ amount = 9.50, currency = "EUR" }}
valid_days = 60
budget = {{ amount = {amount}, per = "{per}"{more} }}{stock}
[reward.ten]
title = "10 points"
kind = "points"
points = 10
[incentive.calls]
title = "A call"
metric = "calls"
every = 1
per = "day"
earns = "lunch"
[incentive.notes]
title = "A note"
metric = "notes"
every = 1
per = "day"
earns = "ten"
"""


def book(amount=47.5, when_spent=None, stock=None, per="month", without=None):
    """Write a book whose lunches cost 9.50: five of them, unless it says otherwise."""
    more = "" if when_spent is None else f', when_spent = "{when_spent}"'
    whole = BOOK.format(amount=amount, per=per, more=more, stock="" if stock is None else f"\nstock = {stock}")
    return "\n".join(line for line in whole.splitlines() if without is None or not line.startswith(without))


def publish(**how):
    rulebook.publish(book(**how), today=TODAY.toordinal(), since=None, name="book", now=NOON)
    db.session.commit()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime.fromtimestamp(NOON / SECOND, UTC), tick=False) as clock:
        yield clock


class Lunches(Pockets):
    """Alice and Bob, who earn lunches by calls; Mei is HR."""

    def __init__(self, **how):
        super().__init__(book(**how), people=("Mei", "Alice", "Bob"), teams={})
        connection = begin_write()
        facts.changed(connection, rescore=False)
        connection.execute(update(Participant).where(Participant.id == self["Mei"]).values(role="hr"))
        db.session.commit()
        self.settle()

    def call(self, who="Alice", times=1, on=TODAY, now=NOON, what="call.completed"):
        import json  # noqa: PLC0415

        from adoption import intake  # noqa: PLC0415  # with a moment of its own

        events = [self.event(who, what, f"deal/{number}", on=on, at="08:00") for number in range(times)]
        receipt = intake.accept_and_commit([json.dumps(one).encode() for one in events], door="test", now=now)
        assert receipt.accepted == times

    def lunches(self):
        return [row.status for row in sorted(self.awards(), key=lambda row: (row.granted, row.ordinal))]


@pytest.fixture
def house(app):
    return Lunches()


@pytest.fixture
def hana(app, house):
    return Visitor(app, house["Mei"])


def text(answer):
    plain = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return " ".join(plain.replace("\xa0", " ").split())


def shelf(now=NOON):
    db.session.rollback()
    return budgets.overview(now).shelves["lunch"]


def clean():
    db.session.rollback()
    return history.verify().lines()


# --- what happens at 100 %


def test_by_default_further_awards_wait_for_the_next_month(house):
    house.call(times=7)
    assert house.lunches() == ["issued"] * 5 + ["waiting"] * 2
    assert waiting.releasable(NOON) is False
    december = NOON + 8 * DAY
    assert waiting.releasable(december) is True
    assert waiting.release(december) == (2, 0)
    db.session.commit()
    assert sorted(row.allotment for row in house.awards()) == [NOVEMBER] * 5 + [DECEMBER] * 2
    assert clean() == []


def test_what_waits_of_the_month_before_comes_before_what_is_earned_later(house):
    house.call(times=9)
    december = NOON + 8 * DAY
    house.call("Bob", times=2, on=date(2026, 12, 2), now=december)
    house.call("Bob", times=2, on=date(2026, 12, 3), now=december + DAY)
    assert house.lunches() == ["issued"] * 5 + ["waiting"] * 4 + ["issued"] * 4
    assert waiting.release(december + DAY) == (1, 3)
    db.session.commit()
    assert house.lunches() == ["issued"] * 6 + ["waiting"] * 3 + ["issued"] * 4


def test_a_budget_that_continues_gives_out_more_and_counts_it_as_overspent(app):
    house = Lunches(when_spent="continue")
    house.call(times=8)
    assert house.lunches() == ["issued"] * 8
    pool = shelf().running
    assert (pool.pieces, pool.drawn, pool.left, pool.overspent, pool.share) == (5, 8, 0, 3, 160)
    db.session.rollback()
    assert "overspent by €28.50" in text(Visitor(app, house["Mei"]).get("/hr/budgets"))
    assert clean() == []


def test_a_book_that_now_continues_gives_out_what_waited(house):
    house.call(times=8)
    publish(when_spent="continue")
    assert waiting.release(NOON) == (3, 0)


def test_what_was_given_out_before_there_was_a_budget_draws_on_it(app):
    house = Lunches(without="budget")
    house.call(times=3, on=date(2026, 10, 30))
    house.call(times=4)
    assert house.lunches() == ["issued"] * 7
    publish()
    house.call("Bob", times=2)
    assert sorted(house.lunches()) == ["issued"] * 8 + ["waiting"]
    pool = shelf().running
    assert (pool.drawn, pool.left, pool.overspent, pool.waiting) == (5, 0, 0, 1)
    assert [(one.first, one.drawn) for one in shelf().past] == [(OCTOBER, 3)]
    db.session.rollback()
    given = Visitor(app, house["Mei"]).get("/hr/budgets/lunch/awards?period=2026-11&show=reserved")
    assert len(set(re.findall(r"/awards/[^/]+/why", given.get_data(as_text=True)))) == 5, "as many as the number says"
    assert clean() == []


def test_what_was_given_out_draws_on_a_budget_that_runs_longer_from_now_on(app):
    house = Lunches()
    house.call(times=2, on=date(2026, 9, 29))
    house.call(times=2, on=date(2026, 10, 30))
    house.call(times=2)
    publish(per="quarter")
    house.call("Bob", times=2)
    assert sorted(house.lunches()) == ["issued"] * 7 + ["waiting"]
    publish()
    assert waiting.release(NOON) == (1, 0), "November alone has paid for three"
    db.session.commit()
    assert (shelf().running.drawn, [one.drawn for one in shelf().past]) == (4, [2, 2])
    assert clean() == []


def leave_out(*names, since=MONDAY):
    """Publish a book without some definitions, in force from next Monday on."""
    text = composing.put(drafts.newest().text, dict.fromkeys(names))
    rulebook.publish(text, today=TODAY.toordinal(), since=since.toordinal(), name="book", now=NOON)
    db.session.commit()


def test_a_reward_that_leaves_the_book_is_paid_for_as_long_as_its_incentive_promises_it(house):
    leave_out(("incentive", "notes"), ("reward", "ten"))
    house.call(times=3, what="note.created")
    db.session.rollback()
    assert [row.amount for row in db.session.execute(select(LedgerEntry.amount))] == [10 * UNIT] * 3
    house.call(what="note.created", on=MONDAY, now=NOON + 5 * DAY)
    assert house.lunches() == ["issued"] * 3, "nothing is promised from Monday on"
    assert clean() == []


def test_a_reward_that_leaves_the_book_keeps_its_budget_and_whoever_waits_gets_it(house):
    leave_out(("incentive", "calls"), ("reward", "lunch"))
    house.call(times=7)
    assert house.lunches() == ["issued"] * 5 + ["waiting"] * 2
    waiting.release(DECEMBER_NOON)
    db.session.commit()
    assert house.lunches() == ["issued"] * 7
    assert clean() == []


def test_a_reward_that_leaves_the_book_is_shown_for_as_long_as_somebody_may_have_it(app, house, hana):
    house.call()
    leave_out(("incentive", "calls"), ("reward", "lunch"))
    alice = Visitor(app, house["Alice"])
    assert "Each of the calls in a day earns a free lunch." in text(alice.get("/what-we-count"))
    assert "the next month. still promised, no longer in the book" in text(hana.get(ENDED))
    with time_machine.travel(datetime.fromtimestamp(DECEMBER_NOON / SECOND, UTC), tick=False):
        assert "Free lunch" not in text(alice.get("/what-we-count"))
        assert "Free lunch" not in text(hana.get(ENDED))
        assert "Open vouchers: 1 ≈ €9.50" in text(hana.get("/hr/budgets")), "it may still be eaten"


@pytest.mark.parametrize(("number", "issued"), [(2, 7), (None, 8), (0, 5)])
def test_hr_allows_some_more_or_all_or_none(app, number, issued):
    house = Lunches(when_spent="ask")
    house.call(times=8)
    assert house.lunches() == ["issued"] * 5 + ["waiting"] * 3
    given, _ = budgets.allow("lunch", NOVEMBER, number, "It is nearly Christmas", HANA, NOON)
    assert given == issued - 5
    assert house.lunches() == ["issued"] * issued + ["waiting"] * (8 - issued)
    house.call("Bob", now=NOON + 1)
    assert house.lunches()[-1] == "waiting"
    entry = db.session.execute(select(JournalEntry.action, JournalEntry.thing, JournalEntry.why)).one()
    assert tuple(entry) == ("allowed" if issued > 5 else "left waiting", "reward/lunch", "It is nearly Christmas")
    assert list(journal.verify()) == []
    assert clean() == []


def test_more_than_wait_may_be_allowed_and_the_next_ones_draw_on_it(app):
    house = Lunches(when_spent="ask")
    house.call(times=6)
    assert budgets.allow("lunch", NOVEMBER, 3, "For all who come", HANA, NOON) == (1, 0)
    house.call("Bob", times=4, now=NOON + 1)
    assert house.lunches() == ["issued"] * 8 + ["waiting"] * 2


def test_what_is_allowed_is_given_out_also_where_the_budget_was_lowered_since(app):
    house = Lunches(when_spent="ask")
    house.call(times=7)
    publish(amount=19, when_spent="ask")
    assert budgets.allow("lunch", NOVEMBER, 1, "One more", HANA, NOON) == (1, 1)


def test_all_that_wait_are_allowed_once_also_if_nothing_was_given_out_in_between(app, monkeypatch):
    """A double click, or the process ended after the decision: nobody gets more than was asked."""
    house = Lunches(when_spent="ask")
    house.call(times=8)
    with monkeypatch.context() as patched:
        patched.setattr(waiting, "release", lambda _now: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            budgets.allow("lunch", NOVEMBER, None, "All", HANA, NOON)
    db.session.rollback()
    assert budgets.allow("lunch", NOVEMBER, None, "All", HANA, NOON) == (3, 0)
    house.call("Bob", now=NOON + 1)
    assert house.lunches() == ["issued"] * 8 + ["waiting"]


def test_of_two_who_allow_at_once_one_does(postgresql_app):
    house = Lunches(when_spent="ask")
    house.call(times=8)
    found = at_once(*[lambda: budgets.allow("lunch", NOVEMBER, 3, "All", HANA, NOON, seen=0)] * 4)
    assert sum(isinstance(one, budgets.DecidedError) for one in found) == 3, found
    assert db.session.scalars(select(BudgetDecision.more)).all() == [3]


def test_what_waits_for_a_stopped_incentive_is_not_given_out_by_an_answer(app):
    house = Lunches(when_spent="ask")
    house.call(times=6)
    stops.stop("calls", "Wrong", HANA, NOON)
    db.session.commit()
    assert budgets.allow("lunch", NOVEMBER, None, "All", HANA, NOON) == (0, 0)
    assert house.lunches()[-1] == "waiting"


def test_only_a_budget_that_asks_is_answered(app):
    Lunches()
    with pytest.raises(budgets.NotAskedError):
        budgets.allow("lunch", NOVEMBER, 1, "Why not", HANA, NOON)
    publish(when_spent="ask")
    for key, first in (("lunch", NOVEMBER + 3), ("ten", NOVEMBER), ("no-such", NOVEMBER)):
        with pytest.raises(NotFoundError):
            budgets.allow(key, first, 1, "Why not", HANA, NOON)
    with pytest.raises(journal.NoReasonError):
        budgets.allow("lunch", NOVEMBER, 1, " ", HANA, NOON)
    for number in (-1, 100_001):
        with pytest.raises(budgets.MostError):
            budgets.allow("lunch", NOVEMBER, number, "Why not", HANA, NOON)
    db.session.rollback()
    assert db.session.execute(select(BudgetDecision)).all() == []


def test_a_stock_is_shared_by_all_months(app):
    house = Lunches(amount=1_000, stock=3)
    house.call(on=date(2026, 10, 30))
    house.call(times=3)
    assert house.lunches() == ["issued"] * 3 + ["waiting"]
    assert waiting.release(NOON + 20 * DAY) == (0, 1)
    db.session.rollback()
    assert shelf().stock_left == 0


def test_what_is_earned_once_for_all_time_draws_on_the_month_in_which_it_was_granted(app):
    text_of = book().replace('per = "day"\nearns = "lunch"', 'per = "ever"\nearns = "lunch"')
    house = Lunches()
    rulebook.publish(text_of, today=TODAY.toordinal(), since=TODAY.toordinal(), name="book", now=NOON)
    db.session.commit()
    house.settle()
    house.call(times=6)
    assert {row.allotment for row in house.awards()} == {NOVEMBER}
    assert house.lunches() == ["issued"] * 5 + ["waiting"]


def test_twenty_at_once_in_two_months_share_one_stock(postgresql_app):
    house = Lunches(amount=10_000, stock=7)
    house.call("Alice", on=date(2026, 10, 1))
    house.call("Bob", on=date(2026, 10, 1))
    days = [date(2026, 10 + number % 2, 2 + number) for number in range(18)]
    at_once(*[lambda on=on, who=who: house.call(who, on=on) for on in days[:9] for who in ("Alice", "Bob")])
    found = house.lunches()
    assert len(found) == 20
    assert found.count("issued") == 7
    assert clean() == []


# --- what is counted


def test_what_is_given_out_is_spent_once_it_was_used_or_is_over(app, house):
    house.call(times=4)
    house.call(on=date(2026, 10, 30))
    used, *_ = [row for row in house.awards() if row.allotment == NOVEMBER]
    scan(ticket(used, NOON).code, device(), NOON)
    begin_write().execute(update(Award).where(Award.ordinal == 2).values(status="expired"))
    db.session.commit()
    found = shelf()
    assert (found.running.spent, found.running.reserved, found.running.left) == (2, 2, 1)
    assert [(one.first, one.drawn, one.reserved) for one in found.past] == [(OCTOBER, 1, 1)]
    assert (found.open, found.ever) == (3, 5)
    assert found.by_incentive == {"calls": 4}


def test_points_are_had_at_once(app, house):
    house.call(what="note.created", times=3)
    ten = budgets.overview(NOON).shelves["ten"]
    assert (ten.running.spent, ten.running.reserved, ten.open, ten.budgeted) == (3, 0, 0, False)


def test_it_is_foretold_until_when_a_budget_lasts(app):
    house = Lunches(amount=475)
    for back in range(1, 29):
        on = TODAY - timedelta(days=back)
        if on.weekday() < 5:
            house.call("Bob", 2, on=on, now=NOON - back * DAY)
    found = shelf()
    drawn = found.running.drawn
    assert drawn == 2 * 17  # on each working day of November so far but today
    assert found.outlook.more == 2 * 4
    assert found.outlook.lasts is None
    publish(amount=9.5 * (drawn + 5))
    found = shelf()
    assert date.fromordinal(found.outlook.lasts) == date(2026, 11, 26)


# --- pages


def test_the_page_shows_every_budget_and_what_is_promised(house, hana):
    house.call(times=4)
    page = text(hana.get("/hr/budgets"))
    assert "€38.00 of €47.50 given out, November 2026." in page
    assert "80% used" in page
    assert "“Free lunch”, budget of November 2026: 80% used." in page
    assert "Open vouchers: 4 ≈ €38.00" in page
    assert "10 points" in page


def test_every_number_answers_why(app, house, hana):
    house.call(times=7)
    house.call("Bob", on=date(2026, 10, 30))
    page = hana.get("/hr/budgets/lunch").get_data(as_text=True)
    links = set(re.findall(r'href="(/hr/budgets/lunch/awards\?[^"]+)"', page))
    counts = {}
    for link in links:
        listed = hana.get(link.replace("&amp;", "&")).get_data(as_text=True)
        counts[tuple(re.findall(r"=([\w-]+)", link))] = len(re.findall(r'class="why"', listed))
    assert counts == {
        ("2026-11", "reserved"): 5,
        ("2026-11", "waiting"): 2,
        ("2026-10", "drawn"): 1,
        ("2026-10", "reserved"): 1,
    }
    listed = text(hana.get("/hr/budgets/lunch/awards?period=2026-10&show=drawn"))
    assert "Bob" in listed
    assert "Alice" not in listed
    line = hana.get("/hr/budgets/lunch/awards?show=waiting").get_data(as_text=True)
    why = re.search(r'class="why" href="([^"]+)"', line)
    assert hana.get(why.group(1)).status_code == 200


def test_a_long_list_comes_in_pieces(house, hana):
    publish(amount=9_500)
    house.call(times=60)
    first = hana.get("/hr/budgets/lunch/awards?show=drawn").get_data(as_text=True)
    assert first.count('class="why"') == 50
    second = hana.get(re.search(r'href="([^"]+piece=1)"', first).group(1).replace("&amp;", "&")).get_data(as_text=True)
    assert second.count('class="why"') == 10
    for path in ("?show=nothing", "?period=2026-99", "?period=x"):
        assert hana.get(f"/hr/budgets/lunch/awards{path}").status_code == 404
    assert hana.get("/hr/budgets/lunch/awards?show=paused").status_code == 200
    assert hana.get("/hr/budgets/lunch/awards?piece=99999999999999999999").status_code == 200
    assert hana.get("/hr/budgets/no-such").status_code == 404
    assert hana.get("/hr/budgets/no-such/awards").status_code == 404


def seen(visitor):
    """Return which decision was the newest when the page was shown."""
    return re.search(r'name="seen" value="(\d+)"', visitor.get("/hr/budgets").get_data(as_text=True))[1]


def test_hr_is_asked_on_the_page_and_answers_there(app):
    house = Lunches(when_spent="ask")
    hana = Visitor(app, house["Mei"])
    house.call(times=8)
    page = text(hana.get("/hr/budgets"))
    assert "Free lunch: may more be given out?" in page
    assert "3 awards wait, worth €28.50." in page
    form = {"period": "2026-11", "does": "some", "more": "2", "why": "It is cold"}
    for wrong, said in (
        ({"why": ""}, "Say why"),
        ({"more": "many"}, "say how many"),
        ({"more": "0"}, "say how many"),
        ({"more": "٣"}, "say how many"),
        ({"does": ""}, "Choose an answer"),
    ):
        answer = hana.post("/hr/budgets/lunch/decide", form | wrong)
        assert (answer.status_code, said in text(answer)) == (422, True)
        assert 'value="2"' in answer.get_data(as_text=True) or "more" in wrong
    assert hana.post("/hr/budgets/lunch/decide", form | {"period": "soon"}).status_code == 404
    form["seen"] = seen(hana)
    answer = hana.post("/hr/budgets/lunch/decide", form, follow_redirects=True)
    assert "2 awards were given out." in text(answer)
    assert "Mei allowed 2 more" in text(answer)
    again = hana.post("/hr/budgets/lunch/decide", form)
    assert (again.status_code, "Somebody has decided in the meantime." in text(again)) == (409, True)
    form["seen"] = seen(hana)
    answer = hana.post("/hr/budgets/lunch/decide", form | {"does": "none", "why": "Enough"}, follow_redirects=True)
    assert "Mei left them waiting" in text(answer)
    assert "2 more allowed, November 2026" in text(hana.get("/hr/budgets/lunch"))
    assert house.lunches() == ["issued"] * 7 + ["waiting"]


def test_an_approver_reads_budgets_and_decides_nothing(app):
    house = Lunches(when_spent="ask")
    house.call(times=6)
    connection = begin_write()
    facts.changed(connection, rescore=False)
    connection.execute(update(Participant).where(Participant.id == house["Bob"]).values(role="approver"))
    db.session.commit()
    bob = Visitor(app, house["Bob"])
    page = bob.get("/hr/budgets").get_data(as_text=True)
    assert "may more be given out?" in page
    assert "/decide" not in page
    assert "/awards" not in bob.get("/hr/budgets/lunch").get_data(as_text=True)  # whose they are is not theirs to see
    assert bob.get("/hr/budgets/lunch/awards").status_code == 403
    form = {"period": "2026-11", "does": "all", "why": "x"}
    assert bob.post("/hr/budgets/lunch/decide", form).status_code == 403


def test_the_page_lists_what_is_stopped(house, hana):
    house.call()
    stops.stop("calls", "Too many of one kind", HANA, NOON)
    db.session.commit()
    house.call("Bob")
    page = text(hana.get("/hr/budgets"))
    assert "Stopped incentives" in page
    assert "Too many of one kind" in page
    assert "1 award waits" in page
    assert "paused since" in text(hana.get("/hr/budgets/lunch"))


def test_budgets_are_downloaded_as_a_table_with_plain_numbers(house, hana):
    house.call(times=7)
    house.call("Bob", on=date(2026, 10, 30))
    answer = hana.get("/hr/budgets.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [(row["reward"], row["period"], row["budget"], row["reserved"], row["waiting"]) for row in rows] == [
        ("lunch", "2026-11", "47.5", "47.5", "19"),
        ("lunch", "2026-10", "47.5", "9.5", "0"),
        ("ten", "ever", "", "0", "0"),
    ]
    assert {row["unit"] for row in rows} == {"EUR", "pieces"}


def test_a_book_without_rewards_says_what_to_do_next(app, house, hana):
    bare = '[metric.calls]\ncounts = "call.completed"\n'
    rulebook.publish(bare, today=TODAY.toordinal(), since=TODAY.toordinal(), name="bare", now=NOON)
    db.session.commit()
    assert "No reward has a budget." in text(hana.get("/hr/budgets"))


# --- what people read


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The budget of November 2026 is spent; yours is the next in line. Next month there is a new budget."),
        ("ru", "Бюджет исчерпан (ноябрь 2026 г.); ваша награда следующая. В следующем месяце будет новый бюджет."),
        ("zh", "2026年11月的预算已用完；下一个就是您的。下个月有新的预算。"),
    ],
)
def test_whoever_waits_reads_what_is_spent_and_where_they_stand(app, house, language, said):
    house.call("Bob", times=5)
    house.call("Alice", times=2, now=NOON + 1)
    visitor = Visitor(app, house["Alice"], language=language)
    first, second = (f"{row.version}-{row.holder}-{row.period}-{row.ordinal}" for row in house.awards("Alice"))
    db.session.rollback()
    assert said in text(visitor.get(f"/rewards/{first}"))
    assert said in text(visitor.get(f"/awards/{first}/why"))
    if language == "en":
        assert "1 reward is in front of yours." in text(visitor.get(f"/rewards/{second}"))


def test_whoever_waits_for_an_answer_or_for_stock_reads_that(app):
    house = Lunches(when_spent="ask")
    house.call(times=6)
    row = house.awards()[-1]
    path = f"/rewards/{row.version}-{row.holder}-{row.period}-{row.ordinal}"
    alice = Visitor(app, house["Alice"])
    db.session.rollback()
    assert "HR decides whether there is more budget." in text(alice.get(path))
    publish(amount=1_000, stock=5)
    page = text(alice.get(path))
    assert "waits until there are more of them" in page
    assert "Right now none are left; yours is the next in line." in page


# --- telling HR


def letters():
    db.session.rollback()
    query = select(Letter.address, Letter.occasion).where(Letter.kind == "budget")
    return [tuple(row) for row in db.session.execute(query.order_by(Letter.id))]


def watch(now=NOON):
    told = jobs.run("watch-budgets", lambda *_: None, scheduled=True)
    db.session.rollback()
    return told


def test_hr_is_told_once_at_eighty_and_once_at_a_hundred_per_cent(house):
    house.call(times=3)
    assert watch() is None
    house.call(times=1, who="Bob")
    assert watch() == "1 thresholds passed"
    assert watch() is None
    house.call(times=3, who="Bob", what="call.completed", on=date(2026, 11, 24))
    watch()
    assert letters() == [
        ("mei@example.com", "lunch/2026-11/80"),
        ("mei@example.com", "lunch/2026-11/100"),
    ]
    publish(amount=1_000)
    watch()
    assert budgets.open_alerts(NOON) == []
    publish()
    watch()
    assert budgets.open_alerts(NOON) == [("lunch", 100)]
    assert len(letters()) == 2, "each comes once, for ever"
    assert budgets.open_alerts(NOON + 8 * DAY) == []  # another month


def test_hr_is_told_once_a_month_that_awards_wait_for_an_answer(app):
    house = Lunches(when_spent="ask")
    house.call(times=6)
    watch()
    house.call("Bob")
    watch()
    assert [occasion for _, occasion in letters()] == ["lunch/2026-11/80", "lunch/2026-11/100", "lunch/2026-11/0"]
    budgets.allow("lunch", NOVEMBER, None, "All of them", HANA, NOON)
    watch()
    house.call("Bob", on=date(2026, 11, 24))
    watch()
    assert len(letters()) == 3


def test_the_desk_forgets_what_the_next_month_has_paid(app, clock):
    house = Lunches(when_spent="ask")
    hana = Visitor(app, house["Mei"])
    house.call(times=6)
    watch()
    clock.move_to(datetime.fromtimestamp(DECEMBER_NOON / SECOND, UTC))
    assert "Budgets 1 notice" in text(hana.get("/hr/budgets")), "one of November waits"
    jobs.run("release-waiting", lambda *_: None, scheduled=True)
    watch(DECEMBER_NOON)
    assert "waits for you" not in text(hana.get("/hr/budgets"))
    assert "Budgets 1 notice" not in text(hana.get("/hr/budgets"))


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_the_letter_says_it_in_the_readers_language(app, language):
    house = Lunches(when_spent="ask")
    from adoption import preferences  # noqa: PLC0415  # only here

    preferences.choose(house["Mei"], language=language)
    db.session.commit()
    house.call(times=6)
    watch()
    with time_machine.travel(datetime.fromtimestamp(NOON / SECOND, UTC)):  # letters take turns, and wait for theirs
        sending.run(lambda _done, _total: None)
    found = [row.subject for row in db.session.execute(select(Letter.subject).order_by(Letter.id))]
    assert (
        found
        == {
            "en": [
                "Free lunch: 100% of the budget of November 2026 is used",
                "Free lunch: the budget of November 2026 is spent",
                "Free lunch: 1 award waits for your answer",
            ],
            "ru": [
                "Бесплатный обед: бюджет израсходован на 100 % (ноябрь 2026 г.)",
                "Бесплатный обед: бюджет исчерпан (ноябрь 2026 г.)",
                "Бесплатный обед: 1 награда ждёт вашего ответа",
            ],
            "zh": [
                "免费午餐：2026年11月的预算已用100%",
                "免费午餐：2026年11月的预算已用完",
                "免费午餐：1个奖励等待您的答复",
            ],
        }[language]
    )
    bodies = db.session.execute(select(Letter.text, Letter.html)).all()
    assert all(body and page for body, page in bodies)


def test_the_desk_says_that_something_waits_to_be_looked_at(house, hana):
    assert "notice" not in text(hana.get("/hr/budgets"))
    house.call(times=5)
    watch()
    assert "Budgets 1 notice" in text(hana.get("/hr/budgets"))


# --- how much it costs


@pytest.fixture
def many(app):
    """A hundred thousand awards of a year."""
    house = Lunches(amount=100_000)
    version = db.session.scalar(select(PublishedVersion.id).where(PublishedVersion.incentive == "calls"))
    rows = []
    for number in range(100_000):
        first = TODAY.toordinal() - number % 360
        holder, ordinal = 1 + number % 2, 1 + number // 360
        granted = NOON - (number % 360) * DAY
        rows.append(
            {
                "bucket": bucket_of(holder), "version": version, "holder": holder, "period": first, "ordinal": ordinal,
                "status": ("redeemed", "issued", "expired", "waiting")[number % 4], "reward": "lunch",
                "allotment": period.start("month", first), "granted": granted, "changed": granted, "redeemed": None,
            }
        )  # fmt: skip  # columns
    connection = begin_write()
    for begin in range(0, len(rows), 10_000):
        connection.execute(insert(Award), rows[begin : begin + 10_000])
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE award")
    return house


def test_a_hundred_thousand_awards_are_counted_fast_and_with_few_queries(app, many):
    hana = Visitor(app, many["Mei"])
    hana.get("/hr/budgets")
    sent = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    began = time.perf_counter()
    assert hana.get("/hr/budgets").status_code == 200
    took = time.perf_counter() - began
    assert len(sent) < 20, "\n".join(sent)
    assert took < 1.5
    assert hana.get("/hr/budgets/lunch").status_code == 200
    assert hana.get("/hr/budgets/lunch/awards?show=waiting&piece=3").status_code == 200
