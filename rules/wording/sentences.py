"""Definitions as sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rules.incentive import Incentive
from rules.incentive import Reward
from rules.metric import ATTRIBUTES
from rules.value import UNIT
from rules.wording.clauses import clause
from rules.wording.language import capital

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence
    from typing import TypeAlias

    from rules.bonus import Component
    from rules.bonus import Plan
    from rules.book import Board
    from rules.book import Book
    from rules.metric import Metric
    from rules.milestone import Milestone
    from rules.milestone import Need
    from rules.wording.language import Language

    Titled: TypeAlias = Board | Component | Incentive | Metric | Milestone | Need | Plan | Reward

DAY = 86_400_000_000  # microseconds


def incentive_sentence(incentive: Incentive, book: Book, tongue: Language) -> str:
    """Say what earns what, how often, and to whom it is offered."""
    title = title_of(book.metrics.get(incentive.metric), incentive.metric, tongue.code)
    words = {"title": tongue.title(title), "quoted": tongue.quoted(title)}
    main = tongue.say(
        "incentive",
        target=_target(incentive, book, tongue, words),
        reward=_earned(incentive, book, tongue),
        limit=_limit(incentive, tongue),
        **words,
    )
    team = tongue.say("team") if incentive.holder == "team" else ""
    return capital(team + main) + offered(incentive, tongue) + dated(incentive, tongue)


def _target(incentive: Incentive, book: Book, tongue: Language, words: dict[str, str]) -> str:
    metric = book.metrics.get(incentive.metric)
    measure = metric.measure if metric else "count"
    if incentive.in_a_row is not None:
        met = tongue.say(f"met.{measure}", **words)
        one = incentive.in_a_row == 1 and "in_a_row.one" in tongue.phrases
        return tongue.say("in_a_row.one" if one else "in_a_row", incentive.in_a_row, met=met)
    units = incentive.every or incentive.reach or UNIT
    phrase = "every" if incentive.every else "reach"
    if units == UNIT and measure != "sum":
        phrase += ".one"
    within, unit = tongue.say(f"within.{incentive.per}"), tongue.say(f"unit.{measure}")
    return tongue.say(phrase, Decimal(units).scaleb(-4), within=within, unit=unit, **words)


def _earned(incentive: Incentive, book: Book, tongue: Language) -> str:
    rewards = rewards_of(incentive, book)
    if len(rewards) > 1:
        return tongue.say("reward.several", gifts=tongue.any_of([gift(one, tongue) for one in rewards]))
    one = gift(rewards[0], tongue)
    named = rewards[0].kind in {"voucher", "time_off"}
    return tongue.say("reward.one", gift=one) if named else one


def rewards_of(incentive: Incentive, book: Book) -> list[Reward]:
    """Return what an incentive earns; a reward that the book no longer has is a voucher of that name."""
    return [book.rewards.get(key) or Reward(key=key, kind="voucher") for key in incentive.earns]


def gift(reward: Reward, tongue: Language) -> str:
    """Say a reward inside a sentence: ``a free lunch``, ``10 points``, ``the badge “Steady hand”``."""
    title = title_of(reward, reward.key, tongue.code)
    if reward.kind == "points" and reward.amount is not None:
        return tongue.say("reward.points", reward.amount)
    if reward.kind == "money" and reward.amount is not None and reward.currency:
        return tongue.money(reward.amount, reward.currency)
    if reward.kind == "badge":
        return tongue.say("reward.badge", quoted=tongue.quoted(title))
    return tongue.gift(title)


def _limit(incentive: Incentive, tongue: Language) -> str:
    each = tongue.say(f"each.{incentive.per}")
    if incentive.reach is not None:
        return tongue.say("once.ever" if incentive.per == "ever" else "once", each=each)
    if incentive.at_most is None:
        return ""
    own = f"limit.{incentive.at_most}"
    return tongue.say(own if own in tongue.phrases else "limit", incentive.at_most, each=each)


def offered(thing: Incentive | Plan, tongue: Language) -> str:
    """Say to whom something is offered; nothing where it is for everybody."""
    asked = [
        tongue.say(f"who.{name}", names=tongue.any_of([tongue.quoted(one) for one in names]))
        for name, names in (
            ("team", thing.who.team),
            ("role", _roles(thing.who.role, tongue)),
            ("wave", thing.who.wave),
        )
        if names
    ]
    return tongue.say("who", asked=tongue.say("who.join").join(asked)) if asked else ""


def _roles(names: Iterable[str], tongue: Language) -> list[str]:
    """Say roles in a language; one that it does not know by its own name."""
    phrases = ((one, f"role.{one}") for one in names)
    return [tongue.say(phrase) if phrase in tongue.phrases else one for one, phrase in phrases]


def dated(thing: Incentive | Metric | Milestone | Plan, tongue: Language) -> str:
    """Say from when until when something counts; nothing where it has no dates."""
    words = {}
    if thing.starts is not None:
        words["starts"] = tongue.date(thing.starts)
    if thing.ends is not None:
        words["ends"] = tongue.date(thing.ends - 1)
    phrase = {(): "", ("starts",): "from", ("ends",): "to", ("starts", "ends"): "from.to"}[tuple(words)]
    return tongue.say(phrase, **words) if phrase else ""


def metric_sentence(metric: Metric, book: Book, tongue: Language) -> str:
    """Say what is counted."""
    of = metric.of or ""
    if metric.measure == "distinct":
        of = tongue.say(f"of.{of}") if of in ATTRIBUTES else tongue.say("of", field=tongue.quoted(of))
    else:
        of = tongue.quoted(of)
    where = "" if metric.where is None else tongue.say("where", condition=clause(metric.where, tongue))
    return tongue.say(
        "metric",
        quoted=tongue.quoted(title_of(metric, metric.key, tongue.code)),
        measured=tongue.say(f"measure.{metric.measure}", of=of),
        kinds=_kinds(metric.counts, book, tongue),
        where=where,
    ) + dated(metric, tongue)


def _kinds(kinds: Sequence[str], book: Book, tongue: Language) -> str:
    """List activity types, and milestones by their titles."""
    activities = [kind for kind in kinds if kind not in book.milestones]
    milestones = [
        tongue.quoted(title_of(book.milestones[kind], kind, tongue.code)) for kind in kinds if kind in book.milestones
    ]
    parts = [
        tongue.say(phrase, kinds=tongue.any_of(names))
        for phrase, names in (("kinds.activities", activities), ("kinds.milestones", milestones))
        if names
    ]
    return tongue.any_of(parts)


def milestone_sentence(milestone: Milestone, tongue: Language) -> str:
    """Say what a record needs, who is credited, and what undoes it."""
    titles = [need_title(need, tongue.code) for need in milestone.needs]
    undone = ""
    if milestone.undone_by:
        kinds = tongue.any_of(milestone.undone_by)
        if milestone.holds_for is None:
            undone = tongue.say("undone", kinds=kinds)
        else:
            undone = tongue.say("undone.within", Decimal(milestone.holds_for) / DAY, kinds=kinds)
    words = {
        "quoted": tongue.quoted(title_of(milestone, milestone.key, tongue.code)),
        "needs": tongue.all_of(titles),
        "credit": tongue.say(f"credit.{milestone.credit}", record=milestone.record),
    }
    return tongue.say("milestone", record=milestone.record, undone=undone, **words) + dated(milestone, tongue)


def reward_sentence(reward: Reward, tongue: Language) -> str:
    """Say what a reward is, what it costs and how many there are."""
    parts = [_essence(reward, tongue)]
    currency = reward.currency or ""
    if reward.costs is not None and reward.kind != "money":
        parts.append(tongue.say("has.costs", money=tongue.money(reward.costs, currency)))
    if reward.valid_days is not None:
        parts.append(tongue.say("has.valid_days", reward.valid_days))
    return _reward(reward, [*parts, *_limits(reward, tongue)], tongue)


def limits_sentence(reward: Reward, tongue: Language) -> str:
    """Say how much there is of a reward, and what happens when that is spent; nothing where nothing limits it."""
    limits = _limits(reward, tongue)
    return _reward(reward, limits, tongue) if limits else ""


def _reward(reward: Reward, parts: Sequence[str], tongue: Language) -> str:
    words = parts[0] if len(parts) == 1 else tongue.clause.join(parts)
    said = tongue.say("reward", quoted=tongue.quoted(title_of(reward, reward.key, tongue.code)), parts=words)
    return said + spent_sentence(reward, tongue)


def _limits(reward: Reward, tongue: Language) -> list[str]:
    parts = []
    if reward.budget is not None:
        each = tongue.say(f"each.{reward.budget.per}")
        money = tongue.money(reward.budget.amount, reward.currency or "")
        kind = "has.budget.pieces" if reward.costs is None else "has.budget.money"
        parts.append(tongue.say(kind, reward.budget.amount, each=each, money=money))
    if reward.stock is not None:
        parts.append(tongue.say("has.stock", reward.stock))
    return parts


def spent_sentence(reward: Reward, tongue: Language) -> str:
    """Say what happens when the budget of a reward is spent; nothing where it has none."""
    if reward.budget is None:
        return ""
    if reward.budget.when_spent != "stop":
        return tongue.say(f"spent.{reward.budget.when_spent}")
    return tongue.say("spent.stop", until=tongue.say(f"until.{reward.budget.per}"))


def _essence(reward: Reward, tongue: Language) -> str:
    if reward.kind == "money" and reward.amount is not None:
        return tongue.say("has.money", money=tongue.money(reward.amount, reward.currency or ""))
    name = {"points": "has.points", "time_off": "has.minutes"}.get(reward.kind)
    if name is None or reward.amount is None:
        return tongue.say(f"kind.{reward.kind}")
    return tongue.say(name, reward.amount)


def board_sentence(board: Board, book: Book, tongue: Language) -> str:
    """Say whom a board ranks by what, and how many it shows."""
    metric = title_of(book.metrics.get(board.metric), board.metric, tongue.code)
    return tongue.say(
        "board",
        board.top,
        quoted=tongue.quoted(title_of(board, board.key, tongue.code)),
        holders=tongue.say(f"holders.{board.holder}"),
        title=tongue.title(metric),
        within=tongue.say(f"within.{board.per}"),
    )


def title_of(thing: Titled | None, key: str, language: str) -> str:
    """Return a definition's title in a language, else the one it has in its book, else its key in words."""
    title = (thing.titles.get(language) or thing.title) if thing else ""
    return title or key.replace("-", " ").replace(".", " ")


def need_title(need: Need, language: str) -> str:
    """Return a need's title in a language, as ``title_of`` does."""
    return title_of(need, need.key, language)
