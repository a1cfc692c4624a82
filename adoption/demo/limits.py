"""What comes to its end in the demo: a lunch budget that is nearly spent, an incentive that is stopped for a while."""

from __future__ import annotations

from sqlalchemy import select

from adoption import budgets
from adoption import facts
from adoption import journal
from adoption import rulebook
from adoption import stops
from adoption import waiting
from adoption.demo import company
from adoption.extensions import db
from adoption.journal import By
from adoption.models import PublishedBook
from rules import period
from rules.book import writing
from rules.book.cutting import cut

STOPPED = "qualified-deals"
SINCE = 5 * 86_400 * period.SECOND  # before the demo's now
BECAUSE = "An import has given many deals the same closing date. It goes on when that is put right."
NEARLY = "free-lunch"
SHARE = 84  # per cent of its budget
FEWEST = 6  # lunches of a month of which that can be said
LESS = "The canteen is closed in the last days of the month."


def stop(now: int) -> None:
    """Let HR stop an incentive, if the book has it."""
    if STOPPED in facts.current().book.incentives and STOPPED not in facts.current().stopped:
        stops.stop(STOPPED, BECAUSE, _hana(), now)
        db.session.commit()


def release(now: int) -> None:
    """Give out what there is room for again, as the service does every minute."""
    if waiting.releasable(now):
        waiting.release(now)
        db.session.commit()


def tighten(now: int) -> None:
    """Let HR lower the budget of lunches so far that most of it is spent; and let the job tell of all budgets."""
    known = facts.current()
    shelf = budgets.overview(now).shelves.get(NEARLY)
    if shelf is not None and shelf.budgeted and shelf.running.drawn >= FEWEST:
        _budget(int(shelf.running.drawn * (shelf.reward.costs or 1) * 100 / SHARE), known.today(now), now)
    budgets.watch(now)
    db.session.commit()


def _budget(amount: int, today: int, now: int) -> None:
    """Publish the book with another budget of lunches."""
    query = select(PublishedBook.name, PublishedBook.text).order_by(PublishedBook.id.desc())
    name, text = db.session.execute(query).first() or ("", "")
    found = cut(text, "reward", NEARLY)
    if found is None:
        return
    body = writing.body_of(text, "reward", NEARLY)
    changed = body | {"budget": body["budget"] | {"amount": amount}}
    rulebook.publish(
        found.put_back(writing.text_of("reward", NEARLY, changed)), today=today, since=None, name=name, now=now
    )
    what = {"before": body["budget"]["amount"], "after": changed["budget"]["amount"]}
    journal.write(db.session.connection(), _hana(), "published", f"reward/{NEARLY}", **what, why=LESS, now=now)
    db.session.commit()


def _hana() -> By:
    number = facts.current().holder_of(company.address("Hana Dvořák"))
    return By(number, company.address("Hana Dvořák"))
