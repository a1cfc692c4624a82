"""What the pages of bonuses show: a running period, statements as lines of lists, questions, what is behind a line."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import url_for

from adoption import explain
from adoption import facts
from adoption import holders
from adoption import languages
from adoption import records
from adoption import telling
from adoption.bonuses import reading
from adoption.languages import gettext
from adoption.pages import payout
from adoption.pages import statement_parts
from adoption.pages import stories
from rules import period as periods
from rules import wording
from rules.bonus.closing import FINAL
from rules.bonus.exact import number
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from adoption.bonuses.estimating import Estimate
    from adoption.bonuses.reading import Covering
    from adoption.bonuses.reading import Past
    from rules.bonus import Component
    from rules.bonus import Plan

MOST_BEHIND = 200  # activities that are listed behind a line
# The drawing of past totals, in its own units: at most six columns, a number above and a name below each.
COLUMN, GAP, HIGH, TOP = 38, 12, 86, 22


class Fault(NamedTuple):
    """A question that cannot be sent: about which line, what was written, and what is wrong with it."""

    place: int
    words: str
    said: str


class State(NamedTuple):
    """How a statement stands, and whether for good."""

    said: str
    final: bool


class Column(NamedTuple):
    """A total that is drawn."""

    x: int
    middle: int
    y: float
    height: float
    label: float
    amount: str
    whole: str
    name: str
    period: str


class Behind(NamedTuple):
    """What is listed behind a line; ``differs`` says so where it is not what the statement was worked out from."""

    rows: Sequence[stories.Row]
    number: int
    differs: str


class Choice(NamedTuple):
    """A period to choose from."""

    value: str
    title: str
    chosen: bool


def _code() -> str:
    return languages.current().code


def title(plan: Plan) -> str:
    """Name a plan."""
    return wording.title_of(plan, plan.key, _code())


def named(per: str, first: int) -> str:
    """Name a period."""
    return statement_parts.period(periods.text(per, first))


# --- a period that runs


def running(found: Estimate, day: int) -> dict[str, Any]:
    """Return a running period, seen on a local day: one sentence, the lines, and what a little more adds."""
    plan, book = found.plan, facts.current().book
    over = day >= found.last
    amount = payout.money(found.now.total, plan.currency)
    if not found.begun and not over:
        said = telling.bonuses.begun(plan.per, first_day=found.days[0] <= 1)
    elif over:
        said = gettext("%(amount)s as it stands. The statement follows.", amount=amount)
    else:
        pace = None if found.at_pace is None else telling.bonuses.about(found.at_pace, plan.currency)
        said = telling.bonuses.so_far(plan.per, amount, pace)
    return {
        "title": title(plan),
        "key": plan.key,
        "period": named(plan.per, found.first),
        "address": url_for("bonus.statement", plan=plan.key, period=periods.text(plan.per, found.first)),
        "said": said,
        "over": over,
        "shown": {"lines": statement_parts.lines(plan, found.now.lines, book), "total": amount},
        "days": found.days,
        "more": [
            (
                telling.bonuses.more_of(wording.quantity(one.of, plan, book, _code()), one.units),
                payout.signed(one.adds, plan.currency),
            )
            for one in found.more
        ],
        "open": [wording.title_of(one, one.key, _code()) for one in found.open],
        "rule": wording.sentence(plan, book, _code()),
    }


# --- statements


def awaited(one: Covering) -> dict[str, str]:
    """Return a period whose statement is still being worked out."""
    period = periods.text(one.plan.per, one.first)
    address = url_for("bonus.statement", plan=one.plan.key, period=period)
    return {"title": title(one.plan), "period": named(one.plan.per, one.first), "address": address}


def line(one: Past) -> dict[str, Any]:
    """Return a statement as a line of a list."""
    return {
        "title": title(one.plan),
        "period": named(one.plan.per, one.first),
        "address": url_for("bonus.statement", plan=one.plan.key, period=one.period),
        "total": payout.money(one.total, one.plan.currency),
        "state": state(one, one.plan),
    }


def state(run: Row[Any] | Past, plan: Plan) -> State:
    """Say how a run stands."""
    day = None if run.closed is None else facts.current().day_of(run.closed)
    return State(telling.bonuses.state(plan.per, run.state, day), run.state in FINAL)


def sparks(past: Sequence[Past]) -> list[dict[str, Any]]:
    """Return for each plan with at least two statements the last six totals as columns, the oldest first."""
    found = []
    for key in dict.fromkeys(one.plan.key for one in past):
        own = [one for one in past if one.plan.key == key][: reading.SPARK][::-1]
        plan = own[-1].plan
        alike = [one for one in own if (one.plan.per, one.plan.currency) == (plan.per, plan.currency)]
        if len(alike) > 1:
            heading = telling.bonuses.lasts(plan.per, len(alike))
            found.append({"title": title(plan), "heading": heading, "key": key, "columns": _columns(alike)})
    return found


def _columns(own: Sequence[Past]) -> list[Column]:
    most, least = max(0, *(one.total for one in own)), min(0, *(one.total for one in own))
    scale = HIGH / ((most - least) or 1)
    zero = TOP + most * scale
    columns = []
    for place, one in enumerate(own):
        x = place * (COLUMN + GAP) + 4
        height = max(1.0, round(abs(one.total) * scale, 1))
        y = round(zero - height if one.total >= 0 else zero, 1)
        columns.append(
            Column(
                x, x + COLUMN // 2, y, height, round(y - 6, 1), payout.money(one.total, one.plan.currency),
                languages.current().number(Decimal(round(Fraction(one.total, 100)))),
                telling.short_period(one.plan.per, one.first), named(one.plan.per, one.first),
            )
        )  # fmt: skip  # where it stands, then what it says
    return columns


# --- what is behind a line


def behind(shown: Mapping[str, Any], document: str, participant: int) -> dict[int, Behind]:
    """Return by line what counts for it now, for a reader who may see what the participant did."""
    plan: Plan = shown["plan"]
    known = facts.current()
    if not holders.sees(participant, stories.READ):
        return {}
    _, first = periods.parse(shown["about"]["period"])
    spans = {}
    for one in shown["lines"]:
        component = _component(plan, one)
        if component is not None and component.of in known.timelines.metrics:
            spans[one["place"]] = component.of, *_days(plan, component, first), _tallied(plan, component)
    found = explain.behind(participant, spans.values(), MOST_BEHIND, language=_code())
    cards = records.cards(each.subject for one in found.values() for each in one.latest)
    given = json.loads(document)["inputs"].get("given", {})
    return {
        place: Behind(
            [stories.counted(one, cards, participant) for one in found[span].latest],
            found[span].number,
            _differs(given, plan.component(shown["lines"][place]["key"]), found[span].units),
        )
        for place, span in spans.items()
    }


def _component(plan: Plan, shown: Mapping[str, Any]) -> Component | None:
    return plan.component(shown["key"]) if shown["kind"] == "component" else None


def _days(plan: Plan, component: Component, first: int) -> tuple[int, int]:
    """Return the days that a component counts: of the period, of the year so far, or those on which it is offered."""
    last = periods.end(plan.per, first)
    if component.basis == "year":
        return periods.start("year", first), last
    return max(first, component.starts or first), min(last, component.ends or last)


def _tallied(plan: Plan, component: Component) -> str:
    """Return by which kind of period a component's tallies are summed (``gathering``)."""
    return "day" if component.starts or component.ends else plan.per


def _differs(given: Mapping[str, Any], component: Component, units: int) -> str:
    """Say that what counts now is not what the statement was worked out from; a split one is not one's own alone."""
    told = number(given.get(component.key, {}).get("quantities", {}).get(component.of, "0"))
    now = Fraction(units, UNIT)
    if component.share or told == now:
        return ""
    write = languages.current().number
    return gettext(
        "Counted as of today: %(now)s. The statement was worked out from %(then)s; what came later is corrected in a"
        " later statement.",
        now=write(payout.decimal(now)),
        then=write(payout.decimal(told)),
    )


# --- questions


def question(one: Row[Any], shown: Mapping[str, Any], today: int) -> dict[str, Any]:
    """Return a question with its line, its answer or until when there will be one."""
    lines = shown["lines"]
    said = {
        "open": gettext("waiting for an answer"),
        "upheld": gettext("upheld"),
        "rejected": gettext("stays as it is"),
    }
    return {
        "title": lines[one.place]["title"] if one.place < len(lines) else one.key or "",
        "asked": _moment(one.asked),
        "question": one.question,
        "state": one.state,
        "said": said.get(one.state, ""),
        "until": languages.current().day(one.deadline, "long"),
        "late": one.state == "open" and one.deadline < today,
        "answer": one.answer,
        "answered": None if one.answered is None else _moment(one.answered),
    }


def _moment(time: int) -> datetime:
    return periods.moment(time)


def no_words() -> str:
    """Say what a question needs."""
    return gettext("Write in a few words what looks wrong.")


# --- those one leads


def choices(seen: Sequence[Row[Any]], wanted: str) -> list[Choice]:
    """Return the periods that have statements, the wanted one chosen, else the latest."""
    known, found = facts.current(), []
    for run in seen:
        plan = reading.plan_of(known, run)
        value = f"{plan.key}/{periods.text(plan.per, run.first)}"
        found.append((value, gettext("%(period)s, %(plan)s", period=named(plan.per, run.first), plan=title(plan))))
    chosen = wanted if wanted in {value for value, _ in found} else next((value for value, _ in found), "")
    return [Choice(value, said, value == chosen) for value, said in found]


def of_team(run: Row[Any], people: Sequence[int], most: int) -> dict[str, Any]:
    """Return the totals of some people in a run, as they are sorted."""
    known = facts.current()
    plan = reading.plan_of(known, run)
    totals = reading.totals(run.id, people)
    period = periods.text(plan.per, run.first)
    listed = [who for who in people if who in totals]
    day = periods.end(plan.per, run.first) - 1
    for who in listed[:most]:
        holders.looked_at(who, "bonuses:read")
    return {
        "title": title(plan),
        "period": named(plan.per, run.first),
        "state": state(run, plan),
        "lines": [
            {
                "name": known.people[who].name,
                "team": ", ".join(known.teams[team] for team in known.teams_on(who, day)),
                "total": payout.money(totals[who], plan.currency),
                "address": url_for("bonus.of_person", plan=plan.key, period=period, participant=who),
            }
            for who in listed[:most]
        ],
        "more": max(0, len(listed) - most),
        "together": payout.money(sum(totals[who] for who in listed), plan.currency),
    }
