"""Advice on a sound book: what it says can be run, but is probably not what was meant.

To add a check: write a function from a book to warnings, list it in ``LINTS``, and give its message a code of its own
that never changes, so that pages can say it in other languages.
"""

from __future__ import annotations

from datetime import date
from itertools import combinations
from itertools import permutations
from typing import TYPE_CHECKING

from rules import period
from rules.audit import closing
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
    from rules.incentive import Reward
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
OWN = frozenset({closing.TYPE})  # types that no source sends: what the service itself has seen
USUAL = frozenset(f"{record}.{verb}" for record in RECORDS for verb in VERBS)  # types that CRMs usually send
_SHORT_GAP = 31  # days that are probably a slip
DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}  # the most days of a period


def warnings(book: Book, emitted: Collection[str] | None = None) -> Iterator[Fault]:
    """Yield all warnings; ``emitted`` are the activity types that sources send, if they are known."""
    if not book.metrics and not book.incentives:
        message = "holds no metric and no incentive; publishing it ends whatever is in force"
        yield Fault("book", message, "book.empty")
    yield from _nobody_emits(book, USUAL if emitted is None else emitted)
    for lint in LINTS:
        yield from lint(book)


def _nobody_emits(book: Book, emitted: Collection[str]) -> Iterator[Fault]:
    sent = {*emitted, *OWN, *book.milestones}
    asked = {place("metric", key, "counts"): metric.counts for key, metric in book.metrics.items()}
    for key, milestone in book.milestones.items():
        asked.update({place("milestone", key, "needs", at, "on"): n.on for at, n in enumerate(milestone.needs)})
        asked[place("milestone", key, "undone_by")] = milestone.undone_by
        if key in emitted:
            message = "sources send activities of this type, which will not count; rename it"
            yield Fault(place("milestone", key), message, "milestone.sent")
    for where, kinds in asked.items():
        for kind in kinds:
            if kind not in sent:
                message = f'no source is known to send "{kind}"; check the spelling, or connect a source that does'
                yield Fault(where, message, "type.unknown", (("type", kind),))


def bounds(reward: Reward) -> bool:
    """Say whether a reward ends by itself: by a stock, or a budget after which nothing more is given."""
    return reward.stock is not None or (reward.budget is not None and reward.budget.when_spent != "continue")


def is_unlimited(incentive: Incentive, book: Book) -> bool:
    """Say whether somebody could earn any number of awards, and nothing ends them."""
    rewards = [book.rewards[name] for name in incentive.earns]
    bounded = incentive.at_most is not None or incentive.reach is not None
    return not bounded and not any(map(bounds, rewards))


def _unlimited(book: Book) -> Iterator[Fault]:
    for key, incentive in book.incentives.items():
        if is_unlimited(incentive, book):
            message = "has no limit: write at_most, or give a reward it earns a budget or a stock"
            yield Fault(place("incentive", key), message, "incentive.unlimited")


def _paid_twice(book: Book) -> Iterator[Fault]:
    for one, other in combinations(book.incentives.values(), 2):
        if _looks_at(one) == _looks_at(other) and _overlap(one, other):
            message = (
                f"pays for the same as incentive.{one.key} on the same days; let one end (to) where the other begins "
                "(from), or count something else"
            )
            yield Fault(place("incentive", other.key), message, "incentive.twice", (("other", one.key),))


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
        message = "nothing earns it; name it in an incentive's earns, or remove it"
        yield Fault(place("reward", key), message, "reward.unused")
    for key in book.metrics.keys() - metrics:
        message = "no incentive, no board and no plan uses it; use it, or remove it"
        yield Fault(place("metric", key), message, "metric.unused")
    for key in book.milestones.keys() - counted:
        message = "no metric counts it; write one that does, or remove it"
        yield Fault(place("milestone", key), message, "milestone.unused")


def _never_due(book: Book) -> Iterator[Fault]:
    for key, incentive in book.incentives.items():
        where, metric = place("incentive", key), book.metrics[incentive.metric]
        target = incentive.every or incentive.reach
        most = DAYS.get(incentive.per)
        if target and metric.measure == "days" and most and target > most * UNIT:
            asked = text_of_units(target)
            message = f"can never be due: a {incentive.per} has at most {most} days, not {asked}; ask for fewer"
            values = (("per", incentive.per), ("most", str(most)), ("asked", asked))
            yield Fault(where, message, "incentive.too-many-days", values)
        lasts = (incentive.ends or period.FOREVER) - (incentive.starts or period.EVER)
        if incentive.in_a_row and incentive.in_a_row > lasts:
            message = f"can never be due: it lasts {lasts} days; ask for a shorter streak, or let it last"
            yield Fault(where, message, "incentive.too-long-a-streak", (("lasts", str(lasts)),))
        if not _overlap(incentive, metric):
            message = f"can never be due: metric.{metric.key} does not count on any of its days"
            yield Fault(where, message, "incentive.never-counted", (("metric", metric.key),))
        if target and metric.measure != "sum" and target < UNIT:
            message = "earns several awards for one activity; write a target of at least 1"
            yield Fault(where, message, "incentive.below-one")


def _never_counts(book: Book) -> Iterator[Fault]:
    """A milestone counts as an activity without data."""
    for key, metric in book.metrics.items():
        derived = [kind for kind in metric.counts if kind in book.milestones]
        of = metric.of or "subject"
        if len(derived) < len(metric.counts):
            continue
        if metric.where is not None and not metric.where.holds({}):
            message = "never holds: a milestone has no data; put it into a need instead"
            yield Fault(place("metric", key, "where"), message, "metric.never-holds")
        elif metric.measure == "sum" or of not in ATTRIBUTES:
            message = 'finds nothing: a milestone has no data; write of = "subject"'
            yield Fault(place("metric", key, "of"), message, "metric.finds-nothing")


def _budgets(book: Book) -> Iterator[Fault]:
    for key, reward in book.rewards.items():
        if reward.budget is not None and reward.budget.amount < (reward.costs or 1):
            yield Fault(
                place("reward", key, "budget"), "does not pay for a single one; raise it", "reward.budget-too-small"
            )


def _undoing(book: Book) -> Iterator[Fault]:
    for key, milestone in book.milestones.items():
        closing = {kind for need in milestone.needs for kind in need.on}
        for kind in milestone.undone_by:
            if kind in closing:
                message = f'"{kind}" meets a need and undoes the milestone at the same moment; choose another type'
                yield Fault(
                    place("milestone", key, "undone_by"), message, "milestone.undone-at-once", (("type", kind),)
                )
        if milestone.holds_for is not None and not milestone.undone_by:
            message = "has no effect without undone_by: it says for how long those can undo the milestone"
            yield Fault(place("milestone", key, "holds_for"), message, "milestone.holds-for-nothing")


def _gaming(book: Book) -> Iterator[Fault]:
    """Tell of metrics that somebody could drive up without working: what is paid for them is easily had.

    Only metrics that something pays for, and only what a person can do at will: an incentive, or a plan.
    """
    paid = {one.metric for one in book.incentives.values()}
    paid |= {name for plan in book.plans.values() for name in plan.quantities()}
    for key, metric in book.metrics.items():
        if key not in paid:
            continue
        where = place("metric", key, "counts")
        created = [kind for kind in metric.counts if _verb(kind) == "created" and kind not in book.milestones]
        if created and metric.measure in {"count", "sum"} and metric.where is None:
            message = (
                f'pays for every "{created[0]}", also of what is deleted again or left empty; count different records '
                "of a milestone with undone_by, or write where for what has to be filled in"
            )
            yield Fault(where, message, "gaming.created", (("type", created[0]),))
        imported = [kind for kind in metric.counts if _verb(kind) == "imported"]
        by_record = metric.measure in {"count", "sum"} or (
            metric.measure == "distinct" and metric.of in {"subject", "id"}
        )
        if imported and by_record:
            message = (
                f'pays for "{imported[0]}": one import of a list counts once for each of its lines; count what is '
                "worked on afterwards, or days"
            )
            yield Fault(where, message, "gaming.imported", (("type", imported[0]),))


def _imported_at_once(book: Book) -> Iterator[Fault]:
    """Tell of milestones that an import alone completes."""
    for key, milestone in book.milestones.items():
        kinds = [[kind for kind in need.on if _verb(kind) == "imported"] for need in milestone.needs]
        if all(kinds):
            message = "an import alone meets all needs; add one that takes a person, such as a conversation"
            yield Fault(place("milestone", key, "needs"), message, "gaming.milestone-imported")


def _verb(kind: str) -> str:
    return kind.rpartition(".")[2]


def _on_some_days(book: Book) -> Iterator[Fault]:
    """Tell of what goes on while that which it counts has ended or not begun: on those days nothing is counted."""
    for key, incentive in book.incentives.items():
        yield from _uncovered(place("incentive", key), incentive, "metric", book.metrics[incentive.metric])
    for key, metric in book.metrics.items():
        for kind in metric.counts:
            if kind in book.milestones:
                yield from _uncovered(place("metric", key), metric, "milestone", book.milestones[kind])


def _uncovered(where: str, one: Incentive | Metric, kind: str, counted: Metric | Milestone) -> Iterator[Fault]:
    if not _overlap(one, counted):
        return  # said already: it can never be due
    name = place(kind, counted.key)
    if counted.ends is not None and (one.ends or period.FOREVER) > counted.ends:
        day = _day(counted.ends)
        message = (
            f"goes on after {name} ends on {day}: nothing counts from then on; write to = {day}, or let that go on"
        )
        yield Fault(where, message, "versions.ends-early", (("counted", name), ("day", day)))
    if counted.starts is not None and one.starts is not None and one.starts < counted.starts:
        day = _day(counted.starts)
        message = (
            f"begins before {name} does on {day}: nothing counts until then; write from = {day}, or let that begin"
        )
        yield Fault(where, message, "versions.begins-late", (("counted", name), ("day", day)))


def _gaps(book: Book) -> Iterator[Fault]:
    """Tell of a few days between an incentive and the next: ``to`` is the first day that no longer counts."""
    dated = [one for one in book.incentives.values() if one.starts is not None or one.ends is not None]
    for one, other in permutations(dated, 2):
        if one.ends is None or other.starts is None or _looks_at(one) != _looks_at(other):
            continue
        days = other.starts - one.ends
        between = any(
            third is not one and third is not other and _looks_at(third) == _looks_at(one) and _covers(third, one.ends)
            for third in book.incentives.values()
        )
        if 0 < days <= _SHORT_GAP and not between:
            message = (
                f"begins {days} {'day' if days == 1 else 'days'} after incentive.{one.key} ends, and nothing is "
                f"promised in between; write from = {_day(one.ends)}, or leave it if that is meant"
            )
            values = (("other", one.key), ("days", str(days)), ("day", _day(one.ends)))
            yield Fault(place("incentive", other.key), message, "versions.gap", values)


def _covers(incentive: Incentive, day: int) -> bool:
    return (incentive.starts or period.EVER) <= day < (incentive.ends or period.FOREVER)


def _day(day: int) -> str:
    return date.fromordinal(day).isoformat()


LINTS: tuple[Callable[[Book], Iterator[Fault]], ...] = (
    _unlimited,
    _paid_twice,
    _unused,
    _never_due,
    _never_counts,
    _budgets,
    _undoing,
    _gaming,
    _imported_at_once,
    _on_some_days,
    _gaps,
    plan_warnings,
)
