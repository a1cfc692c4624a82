"""The journal: who did what to what, before and after, when and why; and whether its chain is whole."""

from __future__ import annotations

import csv
import io
from datetime import date
from datetime import datetime
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import stream_with_context
from flask import url_for

from adoption import clock
from adoption import facts
from adoption import journal
from adoption import languages
from adoption import looks
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.extensions import db
from adoption.journal import reading
from adoption.journal.differences import differences
from adoption.languages import gettext
from adoption.pages import journal_words
from adoption.sheets import safe
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response as BaseResponse

    from adoption.facts import Known
    from adoption.journal.differences import Difference
    from adoption.journal.reading import Entry
    from adoption.journal.reading import Wanted

bp: Blueprint = Blueprint("journal_pages", __name__)
READ = "journal:read"
PAGE = 50  # entries of one page
SHOWN = 6  # places of an entry that are shown at once
LONGEST = 100  # characters of what is looked for
FEW = 5  # people whose statements are looked for, too
MOST = 500  # people whom a part of a name stands for
LARGEST = 2**63 - 1  # of numbers that a database has
COLUMNS = ("number", "time", "who", "action", "thing", "before", "after", "why", "hash")


class Asked(NamedTuple):
    """What is looked for, as it was typed, and what is wrong with it by field."""

    who: str
    about: str
    action: str
    since: str
    until: str
    faults: dict[str, str]

    @property
    def given(self) -> dict[str, Any]:
        """What is asked, as it stands in an address."""
        return {name: value for name, value in self._asdict().items() if name != "faults" and value}


class Line(NamedTuple):
    """An entry in words."""

    entry: Entry
    who: str
    action: str
    kind: str
    name: str
    address: str | None
    changes: list[Difference]
    page: str  # which page was looked at
    behalf: str  # in whose place
    moment: datetime


@bp.get("/hr/journal")
@permission(READ, door=SESSION)
def index() -> ResponseReturnValue:
    """Show the state of the chain, and the entries, the newest first."""
    with facts.held() as known:
        asked = _asked()
        before = request.args.get("before", type=_number)
        found = [] if asked.faults else reading.entries(_wanted(asked, known), before=before, limit=PAGE + 1)
        page = render_template(
            "journal/index.html",
            asked=asked,
            lines=[_line(one, known) for one in found[:PAGE]],
            older=found[PAGE - 1].number if len(found) > PAGE else None,
            later=before is not None,
            actions=sorted(((one, say()) for one, say in journal_words.ACTIONS.items()), key=lambda pair: pair[1]),
            shown=SHOWN,
            longest=LONGEST,
            **_state(),
        )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if asked.faults else HTTPStatus.OK


@bp.get("/hr/journal/journal.csv")
@permission(READ, door=SESSION)
def download() -> ResponseReturnValue:
    """Hand out the entries that are looked for as a table, with before and after as they are kept."""
    with facts.held() as known:
        asked = _asked()
        if asked.faults:
            return redirect(url_for("journal_pages.index", **asked.given), HTTPStatus.SEE_OTHER)
        wanted = _wanted(asked, known)
    head = {"Content-Disposition": f'attachment; filename="journal-{_today()}.csv"'}
    text = stream_with_context(_csv(reading.every(wanted), known))
    return Response(text, headers=head, content_type="text/csv; charset=utf-8")


@bp.get("/hr/journal/head.txt")
@permission(READ, door=SESSION)
def head() -> ResponseReturnValue:
    """Hand out the end of the chain, to be kept elsewhere."""
    name = {"Content-Disposition": f'attachment; filename="journal-head-{_today()}.txt"'}
    return Response(f"{journal.head()}\n", headers=name, content_type="text/plain; charset=utf-8")


@bp.post("/hr/journal/check")
@permission(READ, door=SESSION)
def check() -> ResponseReturnValue:
    """Verify the chain now."""
    found = journal.check(clock.now())
    db.session.commit()
    if found.first is None:
        said = languages.current().ngettext(
            "The chain is whole: %(n)s entry.", "The chain is whole: %(n)s entries.", found.entries
        )
        flash(said)
    return _back()


def _back() -> BaseResponse:
    return redirect(url_for("journal_pages.index"), HTTPStatus.SEE_OTHER)


# --- what is looked for


def _asked() -> Asked:
    given = {name: " ".join(request.args.get(name, "").split())[:LONGEST] for name in Asked._fields if name != "faults"}
    faults = {}
    for name in ("since", "until"):
        if given[name] and _day(given[name]) is None:
            faults[name] = gettext("Write the day as year-month-day, like 2026-11-25.")
    return Asked(**given, faults=faults)


def _wanted(asked: Asked, known: Known) -> Wanted:
    """Return what is looked for; somebody whose journal is looked at is told of it."""
    about = None
    if asked.about:
        about = _things(asked.about, known)
        people = {one for one in about[0] if one.startswith("participant/")}
        if len(people) == 1 and (who := journal_words.person(people.pop(), known)) is not None:
            looks.note(who)
    return reading.Wanted(
        who=(_people(asked.who, known), asked.who) if asked.who else None,
        about=about,
        action=asked.action or None,
        since=_midnight(asked.since),
        until=_midnight(asked.until, days=1),
    )


def _people(text: str, known: Known) -> list[int]:
    """Return whom a part of a name or an address stands for."""
    part = text.casefold()
    found = (one.id for one in known.people.values() if part in one.name.casefold() or part in one.email.casefold())
    return sorted(found)[:MOST]


def _things(text: str, known: Known) -> tuple[list[str], list[str], list[int]]:
    """Return the things that some words stand for: a person, a kind of thing in words, or a code and what begins so."""
    people = _people(text, known)
    things = [f"participant/{who}" for who in people]
    kinds = [code for code, say in journal_words.KINDS.items() if say().casefold() == text.casefold()]
    beginnings = [*(f"{kind}/" for kind in kinds), f"{text}/", *([text] if "/" in text else [])]
    return [*things, text], beginnings, people[:FEW]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(text: str, *, days: int = 0) -> int | None:
    """Return when a day begins in the organisation's zone, or so many days later; ``None`` without a day."""
    day = _day(text)
    if day is None:
        return None
    try:
        local = datetime.combine(day + timedelta(days=days), datetime.min.time(), facts.current().zone)
        return period.microseconds(local)
    except OverflowError:  # the first or the last day of all: no bound
        return None


def _number(text: str) -> int:
    number = int(text)
    if not 0 < number <= LARGEST:
        raise ValueError(text)
    return number


# --- what is shown


def _state() -> dict[str, Any]:
    """Return what the last check found, and the end of the chain."""
    found = journal.last_check()
    return {
        "checked": found,
        "checked_at": None if found is None else period.moment(found.moment),
        "flaw": None if found is None or found.first is None else _flaw(found.first),
        "head": journal.head(),
    }


def _flaw(flaw: journal.Flaw) -> str:
    """Say what is wrong with the chain."""
    words = {"number": languages.current().number(flaw.number), "last": languages.current().number(flaw.last)}
    said = {
        "gap": lambda: gettext("Entries %(number)s to %(last)s are missing.", **words),
        "moved": lambda: gettext("Entry %(number)s does not follow the one before it.", **words),
        "changed": lambda: gettext("Entry %(number)s was changed after it was written.", **words),
        "other": lambda: gettext("Entry %(number)s is not the one that was there at an earlier check.", **words),
        "cut": lambda: gettext("Entries %(number)s to %(last)s were there at an earlier check, and are gone.", **words),
        "end": lambda: gettext("Entry %(number)s is noted as the last one, and is not.", **words),
    }
    return said[flaw.kind]()


def _line(one: Entry, known: Known) -> Line:
    changes, page, behalf = [], "", ""
    if one.action == reading.READ:
        look = looks.read(one.after)
        page = journal_words.said(journal_words.PAGES, look.page) if look.page else ""
        behalf = person.name if (person := known.people.get(look.behalf or 0)) else ""
    else:
        changes = differences(one.before, one.after)
    kind, _, _ = one.thing.partition("/")
    return Line(
        one,
        who_of(one, known),
        journal_words.said(journal_words.ACTIONS, one.action),
        journal_words.said(journal_words.KINDS, kind),
        journal_words.named(one.thing, known),
        journal_words.address(one.thing),
        changes,
        page,
        behalf,
        period.moment(one.moment),
    )


def who_of(one: Entry, known: Known) -> str:
    """Return who did it: a person as the directory has them, anything else by the name under which it did."""
    person = known.people.get(one.participant or 0)
    return one.name if person is None else person.name


def _csv(found: Iterable[Entry], known: Known) -> Iterator[str]:
    """Yield a table as text, with the mark by which spreadsheets know its encoding."""
    yield "\N{BYTE ORDER MARK}" + _row(COLUMNS)
    for one in found:
        person = known.people.get(one.participant or 0)
        who = f"{person.name} <{person.email}>" if person else one.name
        moment = period.moment(one.moment).isoformat()
        cells = (str(one.number), moment, who, one.action, one.thing, one.before, one.after, one.why, one.hash)
        yield _row(safe(cell or "") for cell in cells)


def _row(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _today() -> str:
    return period.text("day", facts.current().today(clock.now()))
