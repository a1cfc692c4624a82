"""Drafts of the book: what one changes, what is wrong or doubtful, who decides, and from which day on it holds."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import drafts
from adoption import facts
from adoption import languages
from adoption import rulebook
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import ConflictError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import book_advice
from adoption.pages import book_asked
from adoption.pages import book_decisions
from adoption.pages import book_forms
from adoption.pages import book_parts
from adoption.pages import book_reading
from adoption.pages import book_slots
from adoption.pages import book_starts
from adoption.pages import book_words as words
from adoption.pages import plan_advice
from adoption.pages.book import bp
from adoption.pages.book import may_write
from rules import book as books
from rules.book import composing
from rules.book.faults import place
from rules.wording import differing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.drafts import Draft
    from rules.book import Book
    from rules.book import Fault
    from rules.wording.differing import Difference

MOST_DECIDED = 50  # published and discarded drafts that are listed


@bp.get("/hr/book/drafts")
@permission("book:read", door=SESSION)
def drafts_list() -> ResponseReturnValue:
    """List what is being changed, and what was decided lately."""
    return render_template(
        "book/drafts.html",
        open=[_line(one) for one in drafts.listed()],
        decided=[_line(one) for one in drafts.listed((drafts.PUBLISHED, drafts.DISCARDED), most=MOST_DECIDED)],
        may_write=may_write(),
    )


def _line(draft: Draft) -> dict[str, Any]:
    moment = draft.changed if draft.decided is None or draft.state == drafts.DRAFT else draft.decided
    return {
        "draft": draft,
        "state": book_decisions.state(draft),
        "by": book_parts.called(draft.changed_by),
        "when": book_parts.when(moment, "short"),
    }


@bp.post("/hr/book/drafts")
@permission("book:write", door=SESSION)
def begin() -> ResponseReturnValue:
    """Begin a draft, or go on in one: to change a definition, to end it, or to write a new one.

    What is written in a form begins its draft with the first save, so that whoever goes back leaves nothing behind.
    """
    kind, key = request.form.get("kind", ""), request.form.get("key", "")[:80]
    act, number = request.form.get("act", ""), request.form.get("draft", type=int)
    newest = composing.definitions(drafts.newest().text)
    by, now = auth.caller().by, clock.now()
    if number is None and act != "end" and kind in words.NEW:
        number = drafts.UNBEGUN
    elif number is None:
        number = drafts.begin(book_asked.titled(kind, key, newest, ends=act == "end"), by, now)
        db.session.commit()
    if act == "end" and (kind, key) in newest:
        drafts.change(number, drafts.get(number).revision, {(kind, key): None}, by, now)
    db.session.commit()
    if act == "end" or kind not in words.NEW:
        there = url_for("book.draft", number=number)
    elif key:
        there = url_for("book.edit", number=number, kind=kind, key=key)
    else:
        there = url_for("book.new", number=number, kind=kind)
    return redirect(there, HTTPStatus.SEE_OTHER)


@bp.get("/hr/book/drafts/<int:number>")
@permission("book:read", door=SESSION)
def draft(number: int) -> ResponseReturnValue:
    """Show what a draft changes, whether it is ready, and what can be done with it."""
    return _page(drafts.get(number))


@bp.post("/hr/book/drafts/<int:number>")
@permission("book:write", door=SESSION)
def decide(number: int) -> ResponseReturnValue:
    """Keep what a draft is called and when it starts; then send, publish or discard it, as the button says."""
    seen = request.form.get("revision", 0, type=int)
    by, now = auth.caller().by, clock.now()
    act = request.form.get("act", "save")
    found = drafts.get(number)
    try:
        if act in {"save", "send", "publish"} and found.state == drafts.DRAFT:
            seen = _described(found, seen)
            db.session.commit()  # kept, whatever becomes of the rest
        done = book_decisions.DECISIONS.get(act)
        if done is not None:
            done(number, seen, by, now)
        db.session.commit()
    except (ConflictError, RefusedError, books.BookError) as error:
        db.session.rollback()
        return _page(drafts.get(number), refused=error)
    said = book_decisions.told(act)
    flash(said)
    return redirect(url_for("book.draft", number=number), HTTPStatus.SEE_OTHER)


@bp.post("/hr/book/drafts/<int:number>/decision")
@permission("book:approve", door=SESSION)
def judge(number: int) -> ResponseReturnValue:
    """Approve or reject a draft that somebody else sent."""
    seen, by, now = request.form.get("revision", 0, type=int), auth.caller().by, clock.now()
    act = "approve" if request.form.get("act") == "approve" else "reject"
    try:
        if act == "approve":
            drafts.approve(number, seen, by, now)
        else:
            drafts.reject(number, seen, request.form.get("reason", ""), by, now)
        db.session.commit()
    except (ConflictError, RefusedError, drafts.OwnDraftError) as error:
        db.session.rollback()
        return _page(drafts.get(number), refused=error)
    said = book_decisions.told(act)
    flash(said)
    return redirect(url_for("book.draft", number=number), HTTPStatus.SEE_OTHER)


@bp.post("/hr/book/drafts/<int:number>/parts")
@permission("book:write", door=SESSION)
def parts(number: int) -> ResponseReturnValue:
    """Take one definition out of a draft, so that the book's stays; or keep the draft's on top of the book."""
    seen, by, now = request.form.get("revision", 0, type=int), auth.caller().by, clock.now()
    try:
        if request.form.get("act") == "keep":
            drafts.rebase(number, seen, by, now)
        else:
            name = request.form.get("kind", ""), request.form.get("key", "")
            text = drafts.newest().text
            drafts.change(number, seen, {name: composing.part(text, name) if text else None}, by, now)
        db.session.commit()
    except (ConflictError, RefusedError, books.BookError) as error:
        db.session.rollback()
        return _page(drafts.get(number), refused=error)
    flash(gettext("The draft is changed. Nothing that is in force has changed."))
    return redirect(url_for("book.draft", number=number), HTTPStatus.SEE_OTHER)


def _described(found: Draft, seen: int) -> int:
    """Keep title, reason and start where they changed; return the revision after that."""
    title, why = request.form.get("title", found.title).strip(), request.form.get("why", found.why).strip()
    starts = book_starts.chosen(request.form.get("starts", ""), request.form.get("day", ""), found.starts)
    if (title, why.replace("\r\n", "\n"), starts) == (found.title, found.why, found.starts):
        return seen
    by, now = auth.caller().by, clock.now()
    return drafts.describe(found.number, seen, title=title, starts=starts, why=why, by=by, now=now).revision


# --- what is shown


def _page(found: Draft, refused: Exception | None = None) -> ResponseReturnValue:
    report = drafts.check(found, book_reading.emitted())
    before = _before(found)
    changed = differing.differences(before, report.sound, languages.current().code, found.changes)
    holds, state = book_starts.holding(changed), book_decisions.state(found)
    return render_template(
        "book/draft.html",
        draft=found,
        state=state,
        parts=[_part(one, found, before, report.sound) for one in changed],
        unread=_unread(found, changed),
        faults=_faults(found, report.faults) if found.state == drafts.DRAFT else [],
        warnings=book_advice.advice(report.warnings, report.sound)
        if found.state in {drafts.DRAFT, drafts.WAITING}
        else [],
        overlaps=_overlaps(found),
        holds=holds,
        starts=book_starts.choices(found, holds),
        starting=book_starts.written(found),
        approval=book_decisions.promised(found),
        own=auth.caller().participant in found.authors,
        may_approve=auth.caller().reach("book:approve") is auth.ALL,
        may_write=may_write(),
        news={name: said() for name, said in words.NEW.items()},
        existing=_existing(found),
        refused=None if refused is None else book_decisions.refusal(refused),
        called=book_parts.called,
        changed_when=book_parts.when(found.changed),
        sent_when=None if found.sent is None else book_parts.when(found.sent),
        decided_when=None if found.decided is None else book_parts.when(found.decided),
        dry_run=url_for("dry_run.show", number=found.number) if found.parts else None,
        kinds={name: said() for name, said in words.KINDS.items()},
    ), HTTPStatus.OK if refused is None else getattr(refused, "status", HTTPStatus.UNPROCESSABLE_ENTITY)


def _before(found: Draft) -> Book:
    text = rulebook.text_of(found.base) if found.state == drafts.PUBLISHED else drafts.newest().text
    return facts.parsed(text) if text else facts.NO_BOOK


def _part(one: Difference, found: Draft, before: Book, after: Book) -> dict[str, Any]:
    """Return one changed definition: what it said, what it will say, and where it is changed."""
    key, kind = one.key, one.kind
    here = getattr(after, f"{kind}s").get(key)
    examples = getattr(here, "examples", ()) if kind == "incentive" else ()
    return {
        "difference": one,
        "new": one.before is None,
        "gone": one.after is None,
        "same": one.before == one.after,
        "unlike": getattr(before, f"{kind}s").get(key) != here,
        "address": _address(found, (kind, key)) if one.own else None,
        "examples": [
            (languages.current().units(value), languages.current().number(earns)) for value, earns in examples
        ],
    }


def _address(found: Draft, name: tuple[str, str]) -> str | None:
    """Return where a definition of the draft is changed; of what ends there is nothing to change."""
    kind, key = name
    if found.changes.get(name) is None:
        return None
    if kind == "plan":
        return url_for("bonus_plans.simulate", key=key, draft=found.number)
    return url_for("book.edit", number=found.number, kind=kind, key=key) if kind in words.NEW else None


def _faults(found: Draft, faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Return what is still needed: of which definition, in words, and where it is written."""
    shown = []
    rest = list(faults)
    for (kind, key), body in composing.definitions(drafts.composed(found)).items():
        if kind not in book_forms.FORMS:
            continue
        own = book_forms.by_field(kind, key, rest)
        link = url_for("book.edit", number=found.number, kind=kind, key=key)
        for at, several in own.items():
            rest = [one for one in rest if one not in several]
            text, ours = book_parts.remedy(at, several)
            shown.append({"title": book_slots.title_of(body, key), "address": link, "text": text, "ours": ours})
    return shown + [_elsewhere(found, one) for one in rest]


def _elsewhere(found: Draft, fault: Fault) -> dict[str, Any]:
    """Return a fault that stands at no field of the builder; that of a plan leads to its numbers."""
    kind, key = next(
        (
            name
            for name in found.changes
            if f"{fault.place}.".startswith(f"{place(*name)}.") or fault.place.startswith(f"{place(*name)}[")
        ),
        ("", ""),
    )
    address = _address(found, (kind, key)) if kind else None
    gives = dict(fault.values).get("gives")
    if fault.code == "plan.example" and gives is not None:
        said = gettext("The plan now pays %(amount)s here: correct the example, or the plan.", amount=gives)
        return {
            "title": plan_advice.title(fault.place, facts.current().book),
            "address": address,
            "text": said,
            "ours": True,
        }
    text, ours = book_parts.remedy("", [fault])
    return {"title": fault.place, "address": address, "text": text, "ours": ours}


def _unread(found: Draft, shown: Sequence[Difference]) -> list[tuple[str, str]]:
    """List the parts that cannot be put into words yet."""
    there = {(one.kind, one.key) for one in shown if one.before is not None or one.after is not None}
    return [name for name in found.changes if name not in there]


def _overlaps(found: Draft) -> list[dict[str, Any]]:
    """Return what somebody else published since, in words: how it was, is, and would be."""
    if found.state != drafts.DRAFT:
        return []
    newest = drafts.newest().text
    return [
        {
            "kind": one.kind,
            "key": one.key,
            "title": book_slots.title_of(composing.definitions(newest).get((one.kind, one.key), {}), one.key),
            "now": book_reading.before_of((one.kind, one.key), newest),
            "before": book_reading.before_of((one.kind, one.key), rulebook.text_of(found.base)),
        }
        for one in drafts.conflicts(found)
    ]


def _existing(found: Draft) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what else of the book could be changed in this draft, by kind."""
    there: Mapping[tuple[str, str], Any] = composing.definitions(drafts.newest().text)
    grouped: dict[str, list[tuple[str, str]]] = {}
    for (kind, key), body in there.items():
        if kind in words.NEW and (kind, key) not in found.changes:
            grouped.setdefault(kind, []).append((key, book_slots.title_of(body, key)))
    return [
        (words.said(words.SECTIONS, kind), [(f"{kind}/{key}", title) for key, title in sorted(own, key=lambda o: o[1])])
        for kind, own in grouped.items()
    ]
