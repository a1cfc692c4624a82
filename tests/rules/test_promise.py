"""What a book promises in money each month, and what a change promises beyond that."""

from fractions import Fraction
from pathlib import Path

import pytest

from rules import book as books
from rules.book import promise

STARTER = (Path(__file__).parents[2] / "rules" / "books" / "starter.toml").read_text(encoding="utf-8")
BOOK = """
[metric.calls]
counts = "call.completed"
[reward.lunch]
kind = "voucher"
costs = { amount = 10, currency = "EUR" }
[incentive.lunch]
metric = "calls"
every = 5
per = "month"
at_most = 2
earns = "lunch"
"""


def book(text=BOOK, **changes):
    for old, new in changes.items():
        text = text.replace(*{"budget": ('currency = "EUR" }', f'currency = "EUR" }}\n{new}')}.get(old, (old, new)))
    return books.load(text)


@pytest.mark.parametrize(
    ("budget", "month"),
    [
        ('budget = { amount = 900, per = "month" }', 900),
        ('budget = { amount = 900, per = "quarter" }', 300),
        ('budget = { amount = 1200, per = "year" }', 100),
        ('budget = { amount = 84, per = "week" }', 365),
        ('budget = { amount = 12, per = "day" }', 365),
        ('budget = { amount = 70, per = "ever" }', 70),
        ("stock = 30", 300),
        ('budget = { amount = 1, per = "day", when_spent = "continue" }', 10 * 2 * 7),
        ("", 10 * 2 * 7),
    ],
)
def test_a_budget_is_turned_into_a_months_a_stock_is_promised_at_once_else_everybody_may_earn_all(budget, month):
    assert promise.promised(book(budget=budget), people=7, teams=3) == {"lunch": Fraction(month)}


def test_teams_are_counted_where_teams_are_rewarded():
    text = BOOK.replace("at_most = 2", 'at_most = 2\nholder = "team"')
    assert promise.promised(books.load(text), people=7, teams=3) == {"lunch": 60}


def test_what_costs_nothing_or_is_earned_by_nothing_is_no_promise_of_money():
    text = BOOK.replace('kind = "voucher"\ncosts = { amount = 10, currency = "EUR" }', 'kind = "badge"')
    assert promise.promised(books.load(text), 7, 3) == {}
    unused = f'{BOOK}[reward.car]\nkind = "voucher"\ncosts = {{ amount = 30000, currency = "EUR" }}\n'
    assert set(promise.promised(books.load(unused), 7, 3)) == {"lunch"}


def test_only_what_is_new_counts_and_less_of_one_does_not_pay_for_more_of_another():
    before = books.load(STARTER)
    assert promise.newly(before, before, 50, 5) == ()
    more = books.load(
        STARTER.replace("{ amount = 300, per", "{ amount = 450, per").replace("amount = 1000,", "amount = 10,")
    )
    (found,) = promise.newly(before, more, 50, 5)
    assert (found.reward, found.currency, found.more) == ("cinema-ticket", "EUR", 150)


def test_earning_a_reward_that_has_its_budget_already_promises_nothing_more():
    more = STARTER.replace('earns   = "ten-points"', 'earns   = "free-lunch"')
    assert promise.newly(books.load(STARTER), books.load(more), 50, 5) == ()


def test_another_currency_is_promised_anew():
    other = books.load(BOOK.replace("EUR", "USD"))
    (found,) = promise.newly(books.load(BOOK), other, 7, 3)
    assert (found.currency, found.before, found.after) == ("USD", 0, 140)


def test_what_has_no_limit_at_all_is_named_once_it_is_new_or_changed():
    endless = BOOK.replace("at_most = 2\n", "")
    before, after = books.load(BOOK), books.load(endless)
    assert promise.unlimited(before, after) == ("lunch",)
    assert promise.unlimited(after, after) == ()
    assert promise.unlimited(after, books.load(endless.replace("amount = 10", "amount = 11"))) == ("lunch",)
    assert promise.promised(after, 7, 3) == {}, "it has no amount"
