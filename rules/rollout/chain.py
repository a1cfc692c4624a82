"""The chain order → deal → sale → resale, as activities tell it: where deals break, who buys again, what is due.

Nothing here judges a person: everything is a count of records.
"""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from rules import value
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from rules.ownership import Record

STAGE = ("stage", "status", "dealstage", "stage_id")  # fields that may name a deal's stage
REASON = ("lost_reason", "reason", "lossReason", "close_reason")
CUSTOMER = (
    *("company", "customer", "contact", "account"),
    *("company_id", "customer_id", "contact_id", "org_id", "person_id"),
)
AMOUNT = ("amount", "value", "opportunity", "price")
CURRENCY = ("currency", "currency_id", "deal_currency_code")
AGAIN = 180  # days after which somebody who bought once is asked about
UNITS_OF_A_CENT = value.UNIT // 100
UNSAID = ""  # no stage, no reason, nobody


class Deed(NamedTuple):
    """One activity about a deal: its type, its local day, its data, and the participant who did it, if known."""

    type: str
    day: int
    data: Mapping[str, Any]
    who: int | None = None


class Deal(NamedTuple):
    """A deal: the stage it was last seen in, how it ended (``won``, ``lost``, ``open``), when, why, and with whom."""

    stage: str
    end: str
    day: int
    reason: str
    customer: str


class Won(NamedTuple):
    """A deal that was won and is: when, by whom, with whom, and what it is worth in cents of a currency, if told."""

    day: int
    who: int | None
    customer: str
    cents: int | None
    currency: str


class Break(NamedTuple):
    """A stage: how many deals were lost in it, how many are still there, and how many went on."""

    stage: str
    lost: int
    open: int
    won: int


class Buyers(NamedTuple):
    """Customers who bought, who bought again, who bought once and long ago, and why later deals with these failed."""

    customers: int
    again: int
    once: int
    reasons: tuple[tuple[str, int], ...]


class Survey(NamedTuple):
    """Of each kind of record how many are somebody's and how many nobody's; and overdue tasks by team."""

    owners: tuple[tuple[str, int, int], ...]
    overdue: tuple[tuple[int | None, int], ...]


def deal(deeds: Iterable[Deed]) -> Deal | None:
    """Return what a deal's activities say, in order of time; ``None`` once it was deleted or merged."""
    stage, end, day, reason, customer = UNSAID, "open", 0, UNSAID, UNSAID
    for one in deeds:
        if one.type.endswith((".deleted", ".merged")):
            return None
        day = one.day
        customer = first(one.data, CUSTOMER) or customer
        ended = one.type.rpartition(".")[2]
        if ended in {"won", "lost"}:
            end, reason = ended, first(one.data, REASON)
        else:
            named = first(one.data, STAGE)
            end = "open" if named and named != stage else end  # a deal that is moved again is open again
            stage = named or stage
    return Deal(stage, end, day, reason, customer)


def won(deeds: Iterable[Deed]) -> Won | None:
    """Return a deal that is won, with the amount that was told last; ``None`` for any other."""
    told = list(deeds)
    found = deal(told)
    if found is None or found.end != "won":
        return None
    last = next(one for one in reversed(told) if one.type.endswith(".won"))
    amount, currency = (
        next((said for one in reversed(told) if (said := first(one.data, names))), UNSAID)
        for names in (AMOUNT, CURRENCY)
    )
    exact = value.units(amount)
    cents = None if exact is None else (exact + UNITS_OF_A_CENT // 2) // UNITS_OF_A_CENT
    return Won(last.day, last.who, found.customer, cents, currency.upper())


def first(data: Mapping[str, Any], names: Iterable[str]) -> str:
    """Return the first of these fields that says something, as text."""
    there = (data[name] for name in names if value.filled(data.get(name)))
    return next((value.text(one) or UNSAID for one in there), UNSAID).strip()


def breaks(deals: Iterable[Deal]) -> list[Break]:
    """Return the stages in which deals are lost, those with most lost ones first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in deals:
        counts[one.stage][one.end] += 1
    found = [Break(stage, ends["lost"], ends["open"], ends["won"]) for stage, ends in counts.items()]
    return sorted(found, key=lambda one: (-one.lost, -one.open, one.stage))


def buyers(deals: Iterable[Deal], today: int) -> Buyers:
    """Return how many customers bought, and bought again."""
    won: dict[str, list[int]] = defaultdict(list)
    lost: dict[str, list[str]] = defaultdict(list)
    for one in deals:
        if one.customer and one.end == "won":
            won[one.customer].append(one.day)
        elif one.customer and one.end == "lost":
            lost[one.customer].append(one.reason)
    once = [who for who, days in won.items() if len(days) == 1 and today - days[0] > AGAIN]
    reasons = Counter(reason for who in once for reason in lost.get(who, ()))
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return Buyers(len(won), sum(len(days) > 1 for days in won.values()), len(once), tuple(ordered))


def surveyed(records: Iterable[Record], team_of: Mapping[int, int | None], today: int) -> Survey:
    """Count whose the records are that are not over, and their tasks that are overdue.

    A task is with the team of whoever is to do it, else of whoever set it; ``team_of`` gives the team of everybody who
    is here.  Of fewer than five people nothing is told: small teams and whoever is in none are told together if there
    are enough of them, else only the tasks that are nobody's.
    """
    sizes = Counter(team_of.values())
    large = {team for team, people in sizes.items() if team is not None and people >= SMALLEST_GROUP}
    many = sum(people for team, people in sizes.items() if team not in large) >= SMALLEST_GROUP
    owners: dict[str, Counter[bool]] = defaultdict(Counter)
    overdue: Counter[int | None] = Counter()
    for one in records:
        if not one.over:
            owners[one.kind][one.owner is not None and bool(one.owner.name)] += 1
        if one.task is not None and one.task.due is not None and one.task.due < today:
            who = one.task.said.owner if one.task.said is not None else None
            doing = one.task.who if who is None else who
            team = None if doing is None else team_of.get(doing)
            if team in large:
                overdue[team] += 1
            elif doing is None or many:
                overdue[None] += 1
    return Survey(
        tuple((kind, counts[True], counts[False]) for kind, counts in sorted(owners.items())),
        tuple(sorted(overdue.items(), key=lambda pair: (-pair[1], pair[0] or 0))),
    )
