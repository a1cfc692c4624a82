"""What the pages of bonus plans show, in words and numbers: components, stages, versions, statements, simulations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption.languages import gettext
from adoption.pages import drawing
from adoption.pages import payout
from rules import period as periods
from rules import wording
from rules.bonus.plan import STAGES
from rules.bonus.plan import Curve
from rules.bonus.plan import Marginal
from rules.bonus.plan import Pool
from rules.bonus.plan import Step
from rules.bonus.plan import Whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.bonuses.outcome import Pays
    from adoption.bonuses.outcome import Simulation
    from adoption.facts import Known
    from rules.bonus import Component
    from rules.bonus import Inputs
    from rules.bonus import Plan
    from rules.bonus import Statement
    from rules.book import Book
    from rules.version import Segment

SAID: Mapping[str, Callable[[], str]] = {
    "credit": lambda: gettext("What is credited"),
    "gate": lambda: gettext("Condition"),
    "tiers": lambda: gettext("What it pays"),
    "multiplier": lambda: gettext("Multiplied"),
    "split": lambda: gettext("Split"),
    "proration": lambda: gettext("A part of the period"),
    "cap": lambda: gettext("At most"),
    "floor": lambda: gettext("At least"),
    "paid": lambda: gettext("Less what was paid"),
    "rounding": lambda: gettext("Rounding"),
}
LINES: Mapping[str, Callable[[], str]] = {
    "cap": lambda: gettext("Limit of the plan"),
    "floor": lambda: gettext("Guaranteed by the plan"),
    "rounding": lambda: gettext("Rounding"),
    "adjustment": lambda: gettext("By hand"),
}


def at(line: Sequence[Segment[Plan]], first: int) -> Plan | None:
    """Return the plan as it was in force on the last day of the period that begins on ``first``."""
    for part in reversed(line):
        last = periods.end(part.body.per, first) - 1
        if part.starts <= last and first < part.ends and periods.start(part.body.per, first) == first:
            return part.body
    return None


def in_force(line: Sequence[Segment[Plan]], today: int) -> Segment[Plan]:
    """Return the definition that is in force today; else the one that comes, else the last."""
    now = [part for part in line if part.starts <= today < part.ends]
    coming = [part for part in line if part.starts > today]
    return (now or coming or [line[-1]])[0]


def state_of(line: Sequence[Segment[Plan]], today: int) -> tuple[str, str]:
    """Return a plan's state, and how it is said."""
    if not line:
        return "over", gettext("no longer in the book")
    part = in_force(line, today)
    if part.starts > today:
        return "coming", gettext("from %(day)s on", day=languages.current().day(part.starts, "full"))
    if today >= part.ends:
        return "over", gettext("ended on %(day)s", day=languages.current().day(part.ends - 1, "full"))
    return "now", gettext("in force")


def version(part: Segment[Plan], book: Book) -> dict[str, Any]:
    """Return one definition over time."""
    return {
        "days": drawing.in_force(part.starts, part.ends),
        "said": wording.sentence(part.body, book, languages.current().code),
    }


def component(number: int, one: Component, plan: Plan, book: Book) -> dict[str, Any]:
    """Return a component, the first is number 1: its title, its sentence, its table and its curve."""
    code = languages.current().code
    return {
        "number": number,
        "title": wording.title_of(one, one.key, code),
        "said": wording.component(one, plan, book, code),
        "table": _table(one, plan, book),
        "curve": payout.curve(one, plan),
        "of": wording.quantity(one.of, plan, book, code),
        "attainment": isinstance(one.terms, Curve) and isinstance(one.terms.target, str),
    }


def _table(one: Component, plan: Plan, book: Book) -> dict[str, Any] | None:
    """Return the table of a component's own numbers, if it has one."""
    terms, code, number = one.terms, languages.current().code, languages.current().number
    if isinstance(terms, Marginal | Whole):
        ends = [payout.credit(one, tier.at) for tier in terms.tiers[1:]]
        rows = [
            (payout.credit(one, tier.at), until, wording.rate(one, tier.pays, plan, book, code))
            for tier, until in zip(terms.tiers, [*ends, "…"], strict=True)
        ]
        return {"heads": (gettext("Begins at"), gettext("Ends at"), gettext("Rate")), "rows": rows}
    if isinstance(terms, Step):
        rows_of_two = [(payout.credit(one, tier.at), payout.amount(tier.pays, plan.currency)) for tier in terms.tiers]
        return {"heads": (gettext("Reached"), gettext("Pays")), "rows": rows_of_two}
    if isinstance(terms, Curve) and terms.points:
        said = [
            (_percent(p.at), _percent(p.pays), payout.amount(p.pays * terms.pays, plan.currency)) for p in terms.points
        ]
        return {"heads": (gettext("Attainment"), gettext("Part"), gettext("Pays")), "rows": said}
    if isinstance(terms, Pool) and terms.ranks:
        ranks = [(number(place), number(payout.decimal(w))) for place, w in enumerate(terms.ranks, start=1)]
        return {"heads": (gettext("Place"), gettext("Weight")), "rows": ranks}
    return None


def _percent(part: Any) -> str:
    return gettext("%(n)s %%", n=languages.current().number(payout.decimal(part * 100)))


def stages(plan: Plan, book: Book) -> list[dict[str, Any]]:
    """Return the stages in their fixed order, each with what holds there; some have nothing to say."""
    code = languages.current().code
    said = wording.bounds(plan, book, code)
    return [
        {
            "name": SAID[stage](),
            "bounds": [
                (wording.title_of(one.component, one.component.key, code) if one.component else "", one.said)
                for one in said
                if one.stage == stage
            ],
        }
        for stage in STAGES
    ]


def quantities(plan: Plan, book: Book, inputs: Inputs) -> list[tuple[str, str]]:
    """Return what somebody brings: title and number of each quantity, once."""
    code, number = languages.current().code, languages.current().number
    found: dict[str, str] = {}
    for one in plan.components:
        for name, value in sorted(inputs.given[one.key].quantities.items()):
            found.setdefault(wording.quantity(name, plan, book, code), number(payout.decimal(value)))
    if inputs.days is not None and inputs.days[0] != inputs.days[1]:
        there, of = inputs.days
        found[gettext("Days of the period")] = gettext("%(n)s of %(limit)s", n=number(there), limit=number(of))
    return list(found.items())


def lines(plan: Plan, statement: Statement) -> list[dict[str, Any]]:
    """Return the lines of a statement with their arithmetic; what is plain is left out."""
    code, found = languages.current().code, []
    for line in statement.lines:
        if line.kind in {"component", "correction"}:
            title = wording.title_of(plan.component(line.key), line.key, code)
        else:
            title = LINES[line.kind]()
        steps = [(SAID[one.stage](), one.formula) for one in line.steps if one.stage not in {"credit", "rounding"}]
        amount = payout.money(line.amount, plan.currency)
        found.append({"title": title, "amount": amount, "note": line.note, "steps": steps})
    return found


def outcome(found: Simulation, known: Known, most: int) -> dict[str, Any]:
    """Return what a simulation came to, in words and numbers."""
    currency = found.after.currency
    winners, losers = found.winners(), found.losers()
    bars = found.bars()
    return {
        "now": payout.money(found.now, currency),
        "then": payout.money(found.then, currency),
        "more": payout.signed(found.then - found.now, currency),
        "up": len(winners),
        "down": len(losers),
        "same": len(found.pays) - len(winners) - len(losers),
        "winners": _named(winners[:most], known, currency),
        "losers": _named(losers[:most], known, currency),
        "bars": [(payout.amounts(one, currency), one.now, one.then) for one in bars],
        "histogram": payout.histogram(bars, currency),
        "lowest": payout.money(bars[0].low, currency) if bars else "",
        "highest": payout.money(bars[-1].high, currency) if bars else "",
        "teams": [
            (known.teams[one.team], one.people, payout.money(one.now, currency), payout.money(one.then, currency),
             payout.signed(one.then - one.now, currency))
            for one in found.teams
        ],
    }  # fmt: skip  # one line a number


def _named(pays: Sequence[tuple[int, Pays]], known: Known, currency: str) -> list[tuple[str, str, str, str]]:
    """Return name, now, then and difference of participants."""
    return [
        (
            known.people[who].name,
            payout.money(one.now, currency),
            payout.money(one.then, currency),
            payout.signed(one.more, currency),
        )
        for who, one in pays
    ]
