"""A change to a plan as somebody tries it: the text, what is wrong with it, the past periods, and what came out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import request
from sqlalchemy import select

from adoption import facts
from adoption.bonuses import simulating
from adoption.extensions import db
from adoption.models import PublishedBook
from adoption.models import PublishedDefinition
from adoption.pages import places
from adoption.pages import plan_parts
from rules import book as books
from rules import period as periods
from rules.book import cutting
from rules.book.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adoption.bonuses.outcome import Simulation
    from adoption.facts import Known
    from rules.bonus import Plan
    from rules.version import Segment

MOST_PERIODS = 12  # past ones to choose from
LONGEST = 200_000  # characters of a changed plan
MONTHS = 3  # of a quarter


class Asked(NamedTuple):
    """A simulation as it is asked for: the text, whether it is a whole book, and the periods."""

    text: str
    whole: bool
    firsts: tuple[int, ...]
    span: str


def period_name(per: str, first: int) -> str:
    """Name a period by the calendar."""
    return places.name_of(per, first, running=False, before=False)


def past(line: Sequence[Segment[Plan]], today: int) -> list[int]:
    """Return the first days of the last periods that are over and in which the plan was in force, newest first."""
    per = line[-1].body.per
    first, found = periods.start(per, today), list[int]()
    while len(found) < MOST_PERIODS and first > line[0].starts:
        first = periods.start(per, first - 1)
        plan = plan_parts.at(line, first)
        if plan is not None and plan.per == per:
            found.append(first)
    return found


def spans(line: Sequence[Segment[Plan]], today: int) -> dict[str, tuple[int, ...]]:
    """Return what can be simulated: each past period, and the whole quarters of months among them."""
    per = line[-1].body.per
    over = past(line, today)
    found: dict[str, tuple[int, ...]] = {periods.text(per, first): (first,) for first in over}
    if per == "month":
        quarters: dict[int, list[int]] = {}
        for first in sorted(over):
            quarters.setdefault(periods.start("quarter", first), []).append(first)
        whole = {
            periods.text("quarter", one): tuple(months) for one, months in quarters.items() if len(months) == MONTHS
        }
        found = dict(sorted(whole.items(), reverse=True)) | found
    return found


def span_name(per: str, span: str, firsts: Sequence[int]) -> str:
    """Name what is simulated: a period, or a quarter of months."""
    return period_name("quarter" if len(firsts) > 1 else per, firsts[0]) if firsts else span


def worded(key: str, part: Segment[Plan]) -> tuple[str, bool]:
    """Return a plan's own text as HR wrote it; or the whole book, where it does not stand for itself."""
    text = _text_of(key, part)
    found = cutting.cut(text, "plan", key)
    return (text, True) if found is None else (found.text, False)


def _text_of(key: str, part: Segment[Plan]) -> str:
    """Return the newest book's text; that of the book that worded this definition, where the newest lacks the plan."""
    newest = db.session.execute(select(PublishedBook.text).order_by(PublishedBook.id.desc()).limit(1)).scalar_one()
    if key in facts.current().book.plans:
        return str(newest)
    table = PublishedDefinition
    query = select(PublishedBook.text).join(table, table.book == PublishedBook.id)
    query = query.where(table.kind == "plan", table.key == key, table.starts == part.starts)
    return str(db.session.execute(query).scalar_one())


def _read(key: str, part: Segment[Plan], asked: Asked) -> tuple[Plan | None, list[Fault]]:
    """Return the changed plan, or what is wrong with it; every other definition is that of its book."""
    text = asked.text
    if not asked.whole:
        found = cutting.cut(_text_of(key, part), "plan", key)
        if found is not None:
            text = found.put_back(text)
    report = books.check(text, examples=False)
    if report.book is None:
        return None, list(report.faults)
    plan = report.book.plans.get(key)
    if plan is None:
        wanted = cutting.header_of("plan", key)
        return None, [Fault("plan", f"the text no longer holds {wanted}; keep its name, and change what is in it")]
    return plan, []


def tried(known: Known, key: str, line: Sequence[Segment[Plan]]) -> tuple[Asked, list[Fault], Simulation | None]:
    """Read the form, and work it out if it can be."""
    choices = spans(line, known.today(time.time_ns() // 1000))
    text = request.form.get("text", "")[:LONGEST].replace("\r\n", "\n")
    span = request.form.get("span", "")
    asked = Asked(text, worded(key, line[-1])[1], choices.get(span, ()), span)
    plan, faults = _read(key, line[-1], asked)
    if not asked.firsts:
        faults.append(Fault("period", "there is no such past period of this plan; choose one of the list"))
    elif plan is not None:
        before = plan_parts.at(line, asked.firsts[-1]) or line[-1].body
        faults += simulating.unlike(before, plan)
    if plan is None or faults:
        return asked, faults, None
    try:
        return asked, [], simulating.simulate(key, plan, asked.firsts)
    except simulating.TooManyError:
        most = f"{simulating.MOST_AT_ONCE:,}"
        message = f"this page waits for at most {most} statements; choose a shorter period, or ask whoever runs this"
        return asked, [Fault("period", f"{message} service for `flask plans simulate {key} {span} BOOK`")], None
