"""Advice on a sound book: what it says can be run, but is probably not what was meant.

To add a check: write a function from a book to warnings and list it in ``LINTS``.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from rules import period
from rules.book.faults import Fault
from rules.book.faults import place
from rules.book.plan_lint import plan_warnings
from rules.metric import ATTRIBUTES
from rules.value import UNIT
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterator

    from rules.book.model import Book
    from rules.incentive import Incentive
    from rules.metric import Metric
    from rules.milestone import Milestone

RECORDS = (
    *("activity", "application", "call", "company", "contact", "contract", "deal", "document", "email", "event"),
    *("feature", "import", "invoice", "lead", "meeting", "mentoring", "message", "note", "offer", "opportunity"),
    *("order", "product", "question", "quote", "task", "ticket", "training"),
)
VERBS = (
    *("accepted", "added", "answered", "approved", "archived", "assigned", "cancelled", "changed", "closed"),
    *("completed", "converted", "created", "deleted", "imported", "logged", "lost", "merged", "opened"),
    *("owner_changed", "paid", "planned", "received", "rejected", "reopened", "replied", "restored", "scheduled"),
    *("sent", "shared", "signed", "stage_changed", "status_changed", "submitted", "updated", "uploaded", "used"),
    "won",
)
USUAL = frozenset(f"{record}.{verb}" for record in RECORDS for verb in VERBS)  # types that CRMs usually send
DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}  # the most days of a period


def warnings(book: Book, emitted: Collection[str] | None = None) -> Iterator[Fault]:
    """Yield all warnings; ``emitted`` are the activity types that sources send, if they are known."""
    if not book.metrics and not book.incentives:
        yield Fault("book", "holds no metric and no incentive; publishing it ends whatever is in force")
    yield from _nobody_emits(book, USUAL if emitted is None else emitted)
    for lint in LINTS:
        yield from lint(book)


def _nobody_emits(book: Book, emitted: Collection[str]) -> Iterator[Fault]:
    sent = {*emitted, *book.milestones}
    asked = {place("metric", key, "counts"): metric.counts for key, metric in book.metrics.items()}
    for key, milestone in book.milestones.items():
        asked.update({place("milestone", key, "needs", at, "on"): n.on for at, n in enumerate(milestone.needs)})
        asked[place("milestone", key, "undone_by")] = milestone.undone_by
        if key in emitted:
            yield Fault(
                place("milestone", key), "sources send activities of this type, which will not count; rename it"
            )
    for where, kinds in asked.items():
        for kind in kinds:
            if kind not in sent:
                message = f'no source is known to send "{kind}"; check the spelling, or connect a source that does'
                yield Fault(where, message)


def is_unlimited(incentive: Incentive, book: Book) -> bool:
    """Say whether somebody could earn any number of awards, and nothing ends them."""
    rewards = [book.rewards[name] for name in incentive.earns]
    bounded = incentive.at_most is not None or incentive.reach is not None
    return not bounded and not any(reward.budget or reward.stock for reward in rewards)


def _unlimited(book: Book) -> Iterator[Fault]:
    for key, incentive in book.incentives.items():
        if is_unlimited(incentive, book):
            message = "has no limit: write at_most, or give a reward it earns a budget or a stock"
            yield Fault(place("incentive", key), message)


def _paid_twice(book: Book) -> Iterator[Fault]:
    for one, other in combinations(book.incentives.values(), 2):
        if _looks_at(one) == _looks_at(other) and _overlap(one, other):
            message = (
                f"pays for the same as incentive.{one.key} on the same days; let one end (to) where the other begins "
                "(from), or count something else"
            )
            yield Fault(place("incentive", other.key), message)


def _looks_at(incentive: Incentive) -> tuple[object, ...]:
    streak = incentive.in_a_row is not None
    return incentive.metric, incentive.per, incentive.holder, incentive.who, streak


def _overlap(one: Incentive | Metric | Milestone, other: Incentive | Metric | Milestone) -> bool:
    starts = max(one.starts or period.EVER, other.starts or period.EVER)
    return starts < min(one.ends or period.FOREVER, other.ends or period.FOREVER)


def _unused(book: Book) -> Iterator[Fault]:
    earned = {name for incentive in book.incentives.values() for name in incentive.earns}
    metrics = {one.metric for one in book.incentives.values()} | {one.metric for one in book.boards.values()}
    metrics |= {name for plan in book.plans.values() for name in plan.quantities()}
    counted = {kind for metric in book.metrics.values() for kind in metric.counts}
    for key in book.rewards.keys() - earned:
        yield Fault(place("reward", key), "nothing earns it; name it in an incentive's earns, or remove it")
    for key in book.metrics.keys() - metrics:
        yield Fault(place("metric", key), "no incentive, no board and no plan uses it; use it, or remove it")
    for key in book.milestones.keys() - counted:
        yield Fault(place("milestone", key), "no metric counts it; write one that does, or remove it")


def _never_due(book: Book) -> Iterator[Fault]:
    for key, incentive in book.incentives.items():
        where, metric = place("incentive", key), book.metrics[incentive.metric]
        target = incentive.every or incentive.reach
        most = DAYS.get(incentive.per)
        if target and metric.measure == "days" and most and target > most * UNIT:
            asked = text_of_units(target)
            message = f"can never be due: a {incentive.per} has at most {most} days, not {asked}; ask for fewer"
            yield Fault(where, message)
        lasts = (incentive.ends or period.FOREVER) - (incentive.starts or period.EVER)
        if incentive.in_a_row and incentive.in_a_row > lasts:
            yield Fault(where, f"can never be due: it lasts {lasts} days; ask for a shorter streak, or let it last")
        if not _overlap(incentive, metric):
            yield Fault(where, f"can never be due: metric.{metric.key} does not count on any of its days")
        if target and metric.measure != "sum" and target < UNIT:
            yield Fault(where, "earns several awards for one activity; write a target of at least 1")


def _never_counts(book: Book) -> Iterator[Fault]:
    """A milestone counts as an activity without data."""
    for key, metric in book.metrics.items():
        derived = [kind for kind in metric.counts if kind in book.milestones]
        of = metric.of or "subject"
        if len(derived) < len(metric.counts):
            continue
        if metric.where is not None and not metric.where.holds({}):
            yield Fault(
                place("metric", key, "where"), "never holds: a milestone has no data; put it into a need instead"
            )
        elif metric.measure == "sum" or of not in ATTRIBUTES:
            yield Fault(place("metric", key, "of"), 'finds nothing: a milestone has no data; write of = "subject"')


def _budgets(book: Book) -> Iterator[Fault]:
    for key, reward in book.rewards.items():
        if reward.budget is not None and reward.budget.amount < (reward.costs or 1):
            yield Fault(place("reward", key, "budget"), "does not pay for a single one; raise it")


def _undoing(book: Book) -> Iterator[Fault]:
    for key, milestone in book.milestones.items():
        closing = {kind for need in milestone.needs for kind in need.on}
        for kind in milestone.undone_by:
            if kind in closing:
                message = f'"{kind}" meets a need and undoes the milestone at the same moment; choose another type'
                yield Fault(place("milestone", key, "undone_by"), message)
        if milestone.holds_for is not None and not milestone.undone_by:
            message = "has no effect without undone_by: it says for how long those can undo the milestone"
            yield Fault(place("milestone", key, "holds_for"), message)


LINTS: tuple[Callable[[Book], Iterator[Fault]], ...] = (
    _unlimited,
    _paid_twice,
    _unused,
    _never_due,
    _never_counts,
    _budgets,
    _undoing,
    plan_warnings,
)
