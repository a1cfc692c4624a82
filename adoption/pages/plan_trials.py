"""A change to a plan as somebody tries it: its numbers or its text, what is wrong with it, and the past periods."""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import request
from sqlalchemy import select

from adoption import clock
from adoption import drafts
from adoption import facts
from adoption.bonuses import simulating
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.models import PublishedBook
from adoption.models import PublishedDefinition
from adoption.pages import places
from adoption.pages import plan_fields
from adoption.pages import plan_parts
from rules import book as books
from rules import period as periods
from rules.book import BookError
from rules.book import composing
from rules.book import cutting
from rules.book.faults import Fault
from rules.book.writing import body_of
from rules.book.writing import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.bonuses.outcome import Simulation
    from adoption.drafts import Draft
    from adoption.facts import Known
    from rules.bonus import Plan
    from rules.book import Book
    from rules.version import Segment

MOST_PERIODS = 12  # past ones to choose from
LONGEST = 200_000  # characters of a changed plan
LONGEST_FIELD = 200  # and of one number
MONTHS = 3  # of a quarter


class Asked(NamedTuple):
    """A changed plan as it is asked for: its text (or that of the whole book), and the periods it is tried on.

    ``draft`` is the draft it goes into; ``None`` is one of its own.  ``sent`` are the fields of the form of numbers.
    """

    text: str
    whole: bool
    body: Mapping[str, Any]
    firsts: tuple[int, ...] = ()
    span: str = ""
    draft: Draft | None = None
    sent: Mapping[str, str] = MappingProxyType({})
    by_text: bool = False
    stale: bool = False  # somebody changed the plan since the form was made


def period_name(per: str, first: int) -> str:
    """Name a period by the calendar."""
    return places.name_of(per, first, running=False, before=False)


def past(line: Sequence[Segment[Plan]], today: int) -> list[int]:
    """Return the first days of the last periods that are over and in which the plan was in force, newest first."""
    if not line:
        return []
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
    over = past(line, today)
    if not over:
        return {}
    per = line[-1].body.per
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


def line_of(key: str, draft: Draft | None) -> Sequence[Segment[Plan]]:
    """Return the definitions of a plan over time; none of a plan that is only in the draft.

    Raises:
        NotFoundError: there is no such plan, neither published nor in the draft.
    """
    line = facts.current().timelines.plans.get(key, ())
    if not line and (draft is None or not draft.changes.get(("plan", key))):
        msg = f"There is no bonus plan {key[:80]!r}."
        raise NotFoundError(msg)
    return line


def meant(key: str, line: Sequence[Segment[Plan]], draft: Draft | None) -> tuple[Plan | None, Book]:
    """Return a plan and the book that it belongs to; of one that is only in a draft, the draft's, if it can be read."""
    known = facts.current()
    if line or draft is None:
        return line[-1].body, known.book
    book = books.check(drafts.composed(draft), examples=False).book
    return (None, known.book) if book is None else (book.plans.get(key), book)


def base(key: str, line: Sequence[Segment[Plan]], draft: Draft | None) -> str:
    """Return the text of the book in which a plan is changed: that of a draft which is still written, else the newest.

    Where the newest book lacks the plan, it is the book that worded its last definition.
    """
    if draft is not None and draft.state == drafts.DRAFT and draft.changes.get(("plan", key)):
        return drafts.composed(draft)
    newest = db.session.execute(select(PublishedBook.text).order_by(PublishedBook.id.desc()).limit(1)).scalar_one()
    if key in facts.current().book.plans:
        return str(newest)
    table = PublishedDefinition
    query = select(PublishedBook.text).join(table, table.book == PublishedBook.id)
    query = query.where(table.kind == "plan", table.key == key, table.starts == line[-1].starts)
    return str(db.session.execute(query).scalar_one())


def digest(text: str) -> str:
    """Return a short name of a text."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def as_it_is(key: str, line: Sequence[Segment[Plan]], draft: Draft | None, span: str) -> Asked:
    """Return a plan as HR wrote it; as the whole book, where it does not stand for itself."""
    book = base(key, line, draft)
    text, whole = _own(book, key)
    return Asked(text, whole, body_of(book, "plan", key), span=span, draft=draft)


def _own(book: str, key: str) -> tuple[str, bool]:
    found = cutting.cut(book, "plan", key)
    return (book, True) if found is None else (found.text, False)


def asked(known: Known, key: str, line: Sequence[Segment[Plan]], draft: Draft | None) -> Asked:
    """Return what a form asks for: the numbers in its fields, or its text."""
    book = base(key, line, draft)
    text, whole = _own(book, key)
    before = body_of(book, "plan", key)
    by_text = "text" in request.form
    fields = {name[2:]: value[:LONGEST_FIELD] for name, value in request.form.items() if name.startswith("n.")}
    sent = {} if by_text else fields
    body = before
    if by_text:
        text = request.form.get("text", "")[:LONGEST].replace("\r\n", "\n")
        body = _body(text, key) or before
    else:
        body = plan_fields.body_of(before, sent)
        if body != before:
            own = text_of("plan", key, body)
            text = composing.put(book, {("plan", key): own}) if whole else own
    span = request.form.get("span", "")
    firsts = spans(line, known.today(clock.now())).get(span, ())
    stale = request.form.get("seen", "") not in {"", digest(_own(book, key)[0])}
    return Asked(text, whole, body, firsts, span, draft, sent, by_text, stale)


def _body(text: str, key: str) -> dict[str, Any] | None:
    try:
        return body_of(text, "plan", key)
    except BookError:
        return None


def read(key: str, line: Sequence[Segment[Plan]], asked: Asked) -> tuple[Plan | None, list[Fault]]:
    """Return the changed plan, or what is wrong with it; every other definition is that of its book."""
    text = asked.text
    if not asked.whole:
        found = cutting.cut(base(key, line, asked.draft), "plan", key)
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


def tried(key: str, line: Sequence[Segment[Plan]], asked: Asked) -> tuple[list[Fault], Simulation | None]:
    """Work out what is asked for, if it can be."""
    plan, faults = read(key, line, asked)
    if not asked.firsts:
        faults.append(Fault("period", "there is no such past period of this plan; choose one of the list"))
    elif plan is not None:
        before = plan_parts.at(line, asked.firsts[-1]) or line[-1].body
        faults += simulating.unlike(before, plan)
    if plan is None or faults:
        return faults, None
    try:
        return [], simulating.simulate(key, plan, asked.firsts)
    except simulating.TooManyError:
        most = f"{simulating.MOST_AT_ONCE:,}"
        message = f"this page waits for at most {most} statements; choose a shorter period, or ask whoever runs this"
        return [Fault("period", f"{message} service for `flask plans simulate {key} {asked.span} BOOK`")], None


def own_text(key: str, asked: Asked) -> str:
    """Return the changed plan by itself, as a draft keeps it."""
    found = composing.part(asked.text, ("plan", key))
    return asked.text if found is None else found
