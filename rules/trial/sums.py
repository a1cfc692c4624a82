"""Adding up: lines of holders, groups, concentration, rewards and budgets, from what the history counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules import period
from rules.trial.model import Budgeted
from rules.trial.model import Concentration
from rules.trial.model import Glance
from rules.trial.model import Group
from rules.trial.model import Line
from rules.trial.model import Rewarded
from rules.trial.model import Worth
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.incentive import Incentive
    from rules.incentive import Reward
    from rules.trial.model import Counts
    from rules.trial.model import Offer
    from rules.trial.model import Warned
    from rules.trial.worth import Prices

QUARTILES = 4


@dataclass(frozen=True, slots=True)
class Side:
    """What one book gives: its promises by key, its rewards, its prices, and what the history counts for them.

    An incentive may have changed what it offers within the range, so counts are by key and offers.
    """

    rewards: Mapping[str, Reward]
    prices: Prices
    counts: Sequence[tuple[Incentive, Counts]]

    def awards(self) -> dict[int, dict[Offer, int]]:
        """Return how many awards of each offer each holder earns."""
        found: dict[int, dict[Offer, int]] = defaultdict(lambda: defaultdict(int))
        for incentive, counts in self.counts:
            for holder, due in counts.by_holder.items():
                found[holder][offer_of(incentive)] += due
        return found

    def by_allotment(self, reward: Reward) -> dict[int, dict[Offer, int]]:
        """Return how many awards that may become this reward fall into each period of its budget."""
        found: dict[int, dict[Offer, int]] = defaultdict(lambda: defaultdict(int))
        for incentive, counts in self.counts:
            if reward.key in incentive.earns:
                for first, due in counts.by_period.items():
                    found[allotment(reward, first)][offer_of(incentive)] += due
        return found


def offer_of(incentive: Incentive) -> Offer:
    """Return the rewards of which an award is one, in the one order in which offers are compared."""
    return tuple(sorted(incentive.earns))


def allotment(reward: Reward, first: int) -> int:
    """Return the first day of the budget period on which an award of the period starting on ``first`` draws."""
    return period.start(reward.budget.per, first) if reward.budget else 0


def total(awards: Iterable[Mapping[Offer, int]]) -> dict[Offer, int]:
    """Add up awards by offer."""
    found: dict[Offer, int] = defaultdict(int)
    for one in awards:
        for offer, count in one.items():
            found[offer] += count
    return found


def earning(awards: Mapping[int, Mapping[Offer, int]]) -> dict[int, int]:
    """Return how many awards each holder earns, of whatever offer, without those who earn none."""
    found = {holder: sum(one.values()) for holder, one in awards.items()}
    return {holder: count for holder, count in found.items() if count}


def quartiles(tallies: Mapping[int, int], holders: Iterable[int]) -> dict[int, int]:
    """Put holders into four parts as equal as can be, by tally, highest first; ties by number."""
    ranked = sorted(holders, key=lambda holder: (-tallies.get(holder, 0), holder))
    return {holder: QUARTILES * place // len(ranked) + 1 for place, holder in enumerate(ranked)}


def lines(
    today: Side,
    draft: Side,
    audience: Iterable[int],
    tallies: Mapping[int, int],
    about: Callable[[int], tuple[str, str, str]],
) -> tuple[Line, ...]:
    """Return a line for everybody of the audience and everybody who earns; ``about`` tells name, team and role."""
    was, now = today.awards(), draft.awards()
    holders = {*audience, *earning(was), *earning(now)}
    places = quartiles(tallies, holders)
    found = []
    for holder in holders:
        own = today.prices.earned(was.get(holder, {})), draft.prices.earned(now.get(holder, {}))
        found.append(Line(holder, *about(holder), tallies.get(holder, 0), places[holder], *own))
    return tuple(sorted(found, key=lambda line: (line.name.casefold(), line.name, line.holder)))


def groups(today: Side, draft: Side, found: Sequence[Line]) -> tuple[Group, ...]:
    """Return sums by team, role and quartile; a holder is in one group of each."""
    was, now = today.awards(), draft.awards()
    members: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in found:
        for by, name in (("team", line.team), ("role", line.role), ("quartile", str(line.quartile))):
            members[by, name].append(line)
    order = {"team": 0, "role": 1, "quartile": 2}
    made = []
    for (by, name), inside in sorted(members.items(), key=lambda item: (order[item[0][0]], item[0][1])):
        was_sum, now_sum = (
            side.prices.earned(total(awards.get(line.holder, {}) for line in inside))
            for side, awards in ((today, was), (draft, now))
        )
        earn_today = sum(bool(line.today.awards) for line in inside)
        earn_draft = sum(bool(line.draft.awards) for line in inside)
        made.append(Group(by, name, len(inside), earn_today, earn_draft, was_sum, now_sum))
    return tuple(made)


def concentration(awards: Mapping[int, int], among: int) -> Concentration:
    """Say how much the holder with most takes, and the tenth (rounded up) of ``among`` holders with most."""
    ranked = sorted(awards.values(), reverse=True)
    tenth = -(-among // 10)
    return Concentration(sum(ranked), ranked[0] if ranked else 0, sum(ranked[:tenth]), tenth)


def rewarded(today: Side, draft: Side) -> tuple[Rewarded, ...]:
    """Return how many of each reward either book hands out."""
    was, now = total(today.awards().values()), total(draft.awards().values())
    keys = sorted({reward for offer in (*was, *now) for reward in offer})
    return tuple(Rewarded(key, today.prices.pieces(was, key), draft.prices.pieces(now, key)) for key in keys)


def budgets(today: Side, draft: Side, others: Mapping[tuple[str, int], int]) -> tuple[Budgeted, ...]:
    """Set what either book would draw against each budget of the draft, period by period.

    ``others`` are the pieces that awards of other incentives really drew, by reward and first day of the budget period.
    """
    found = []
    for key in sorted({reward for incentive, _ in draft.counts for reward in incentive.earns}):
        reward = draft.rewards.get(key)
        if reward is None or reward.budget is None:
            continue
        unit = (reward.currency or "") if reward.costs else ""
        was, now = today.by_allotment(reward), draft.by_allotment(reward)
        for first in sorted({*was, *now}):
            drawn = [
                _drawn(side.prices, awards.get(first, {}), key, unit) for side, awards in ((today, was), (draft, now))
            ]
            elsewhere = others.get((key, first), 0) * draft.prices.price(key, unit)
            amount = int(reward.budget.amount * UNIT)
            found.append(Budgeted(key, reward.budget.per, first, unit, amount, elsewhere, *drawn))
    return tuple(found)


def _drawn(prices: Prices, awards: Mapping[Offer, int], reward: str, unit: str) -> Worth:
    least, most, likely = prices.pieces(awards, reward)
    price = prices.price(reward, unit)
    return Worth(unit, least * price, most * price, likely * price)


def glance(
    asked: tuple[tuple[str, ...], int, int, str],
    draft: Side,
    among: Iterable[int],
    found: Sequence[Budgeted],
    warned: tuple[tuple[Warned, ...], bool],
) -> Glance:
    """Return a trial of the draft in short: what is asked, of whom, its budgets, its warnings.

    ``asked`` are the incentives, the days and the kind of holder; ``among`` the audience and whoever earns; ``warned``
    the warnings, and whether some could not be looked for.
    """
    awards = draft.awards()
    earn = earning(awards)
    spread: dict[int, int] = defaultdict(int)
    for one in among:
        spread[earn.get(one, 0)] += 1
    ranked = sorted(earn.values())
    return Glance(
        *asked,
        sum(spread.values()),
        len(earn),
        draft.prices.earned(total(awards.values())),
        tuple(found),
        tuple(sorted(spread.items())),
        ranked[(len(ranked) - 1) // 2] if ranked else 0,
        ranked[-1] if ranked else 0,
        *warned,
    )
