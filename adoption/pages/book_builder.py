"""The builder: one definition of a draft as a sentence with slots, with what it will say and what it does beside it."""

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
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.drafts import StaleDraftError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import book_advice
from adoption.pages import book_asked
from adoption.pages import book_conditions
from adoption.pages import book_forms
from adoption.pages import book_parts
from adoption.pages import book_reading
from adoption.pages import book_sentences
from adoption.pages import book_slots
from adoption.pages import book_words as words
from adoption.pages.book import bp
from adoption.pages.book_forms import incentive
from adoption.pages.book_forms import keys
from rules.book import composing
from rules.book.writing import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.pages.book_asked import Asked
    from adoption.pages.book_forms.fields import Typed
    from adoption.pages.book_reading import Reading
    from adoption.pages.book_slots import Choices

KIND = "<any(incentive, reward, metric, milestone, board):kind>"
HERE = f"/hr/book/drafts/<int:number>/{KIND}/<key>"
FRESH = f"/hr/book/drafts/<int:number>/new/{KIND}"
UNTITLED = "Without a title"
UNSAID = ("csrf_token", "revision", "seen", "go", "for", "slot", "then")  # fields that are no part of the definition


@bp.get(HERE)
@permission("book:write", door=SESSION)
def edit(number: int, kind: str, key: str) -> ResponseReturnValue:
    """Show the sentence of a definition with its slots."""
    asked = book_asked.find(number, kind, key)
    if asked.draft.state != drafts.DRAFT:
        return redirect(url_for("book.draft", number=number), HTTPStatus.SEE_OTHER)
    typed = book_forms.FORMS[kind].typed_of(asked.before)
    if asked.more and kind == "incentive":
        earns = [one for one in typed["earns"] if one not in {"", "+new"}]
        typed["earns"] = [*earns, "+new"]  # as it was chosen before something else was written first
        asked = asked._replace(more="")
    return _page(asked, typed, effect="effect" in request.args)


@bp.post(HERE)
@permission("book:write", door=SESSION)
def edited(number: int, kind: str, key: str) -> ResponseReturnValue:
    """Save the definition into its draft, or do what one of the buttons asks for."""
    return _sent(book_asked.find(number, kind, key))


@bp.get(FRESH)
@permission("book:write", door=SESSION)
def new(number: int, kind: str) -> ResponseReturnValue:
    """Show the sentence of a new definition, with caps and a budget filled in."""
    asked = book_asked.find(number, kind, None)
    if asked.draft.state != drafts.DRAFT:
        return redirect(url_for("book.draft", number=number), HTTPStatus.SEE_OTHER)
    return _page(asked, book_asked.fresh(asked))


@bp.post(FRESH)
@permission("book:write", door=SESSION)
def made(number: int, kind: str) -> ResponseReturnValue:
    """Save a new definition into the draft, or do what one of the buttons asks for."""
    return _sent(book_asked.find(number, kind, None))


@bp.post(f"{HERE}/preview")
@permission("book:write", door=SESSION)
def edit_preview(number: int, kind: str, key: str) -> ResponseReturnValue:
    """Say what is typed in words, and what is wrong with it; nothing is stored."""
    return _preview(book_asked.find(number, kind, key))


@bp.post(f"{FRESH}/preview")
@permission("book:write", door=SESSION)
def new_preview(number: int, kind: str) -> ResponseReturnValue:
    """Say what is typed in words, and what is wrong with it; nothing is stored."""
    return _preview(book_asked.find(number, kind, None))


@bp.post(f"{HERE}/effect")
@permission("book:write", door=SESSION)
def edit_effect(number: int, kind: str, key: str) -> ResponseReturnValue:
    """Show what it would have given lately; nothing is stored."""
    return _effect(book_asked.find(number, kind, key))


@bp.post(f"{FRESH}/effect")
@permission("book:write", door=SESSION)
def new_effect(number: int, kind: str) -> ResponseReturnValue:
    """Show what it would have given lately; nothing is stored."""
    return _effect(book_asked.find(number, kind, None))


@bp.get("/hr/book/drafts/<int:number>/choose")
@permission("book:write", door=SESSION)
def choose(number: int) -> ResponseReturnValue:
    """Lead to the form of a definition that was chosen from a list."""
    kind, _, key = request.args.get("what", "").partition("/")
    if kind not in book_forms.FORMS or not key:
        return redirect(url_for("book.draft", number=number), HTTPStatus.SEE_OTHER)
    return redirect(url_for("book.edit", number=number, kind=kind, key=key), HTTPStatus.SEE_OTHER)


# --- what is shown


def _drawn(asked: Asked, typed: Typed, *, effect: bool = False) -> dict[str, Any]:
    """Return everything the form and what stands beside it show."""
    kind = asked.kind
    at = book_asked.choices(asked.definitions, asked.name)
    reading = _reading(asked, typed)
    counted = typed.get("counts", [])
    needs = [
        {
            "number": number,
            "typed": need,
            "sentence": book_slots.sentence("need", {"on": _on_slots(number, need, at)}),
            "where": book_conditions.condition(need["where"], f"needs.{number}.where", need["on"], at),
        }
        for number, need in enumerate(typed.get("needs", []))
    ]
    return {
        "asked": asked,
        "draft": asked.draft,
        "kind": kind,
        "kind_word": words.said(words.KINDS, kind),
        "typed": typed,
        "title": book_slots.title_of(asked.before, asked.key) if asked.key else words.said(words.NEW, kind),
        "sentences": book_sentences.sentences(kind, typed, at),
        "dates": book_sentences.dates(typed),
        "where": book_conditions.condition(typed["where"], "where", counted, at) if "where" in typed else None,
        "needs": needs,
        "several": typed.get("offered") == incentive.SEVERAL,
        "at": at,
        "reading": reading,
        "warnings": book_advice.advice(reading.warnings, reading.book),
        "faults": _remedies(asked, typed, reading),
        "wanted": [words.said(words.KINDS, one) for _, one in book_forms.FORMS[kind].wanted(typed)],
        "names": languages.NAMES,
        "effect": book_parts.effect(asked.name, reading) if effect else None,
        "effects": kind != "board",
        "dry_run": url_for("dry_run.show", number=asked.draft.number),
    }


def _reading(asked: Asked, typed: Typed) -> Reading:
    """Read what is typed; what has no title yet is called so, in every language."""
    body = book_forms.body_of(asked.kind, typed, asked.before)
    if asked.key is None and "title" not in body:
        titles = {code: languages.tongue(code).gettext(UNTITLED) for code in languages.LOCALES}
        body = {**body, "title": gettext("Without a title"), "titles": titles | body.get("titles", {})}
    return book_reading.read(asked.draft, asked.name, body, typed)


def _on_slots(number: int, need: Mapping[str, Any], at: Choices) -> Sequence[str | book_slots.Slot]:
    return book_slots.type_slots(f"needs.{number}.on", need, at)


def _remedies(asked: Asked, typed: Typed, reading: Reading) -> dict[str, tuple[str, bool]]:
    """Return what to do about the faults of each field, and whether it is said in the reader's language.

    Of what is new, nothing is missing yet where nobody has written anything.
    """
    return {
        at: book_parts.remedy(at, faults)
        for at, faults in reading.faults.items()
        if asked.key is not None or typed.get(at) or "." in at
    }


def _page(asked: Asked, typed: Typed, status: int = HTTPStatus.OK, **more: Any) -> ResponseReturnValue:
    effect = bool(more.pop("effect", False))
    return render_template("book/edit.html", **_drawn(asked, typed, effect=effect), **more), status


def _preview(asked: Asked) -> ResponseReturnValue:
    return render_template("book/preview.html", **_drawn(asked, book_asked.typed(asked)))


def _effect(asked: Asked) -> ResponseReturnValue:
    reading = _reading(asked, book_asked.typed(asked))
    shown = book_parts.effect(asked.name, reading)
    return render_template("book/effect.html", effect=shown, effects=True)


# --- what is sent


def _sent(asked: Asked) -> ResponseReturnValue:
    """Draw the form again where a button asked for a row or the like; else save."""
    typed = book_asked.typed(asked)
    if "go" not in request.form and request.form.getlist("act[]"):
        return _page(asked, typed)
    if request.form.get("go") == "effect":
        return _page(asked, typed, effect=True)
    if not typed["title"] and asked.key is None:
        return _page(asked, typed, HTTPStatus.UNPROCESSABLE_ENTITY, untitled=True)
    body = book_forms.body_of(asked.kind, typed, asked.before)
    if typed.get("examples"):
        typed = book_reading.completed(typed, book_reading.read(asked.draft, asked.name, body, typed))
        body = book_forms.body_of(asked.kind, typed, asked.before)
    key = asked.key or _key(asked, typed)
    changes: dict[tuple[str, str], str | None] = {(asked.kind, key): text_of(asked.kind, key, body)}
    changes |= _filled(asked, key)
    try:
        return _saved(asked, typed, key, changes, request.form.get("revision", 0, type=int))
    except StaleDraftError:
        db.session.rollback()
    return _meanwhile(asked, typed, key, changes)


def _key(asked: Asked, typed: Typed) -> str:
    """Make a key of the title."""
    titles = {"": typed["title"], **typed["titles"]}
    taken = {key for kind, key in {*asked.definitions, *asked.draft.changes} if kind == asked.kind}
    record = typed.get("record", "")
    return keys.made(asked.kind, titles, taken | _ever(asked.kind), record if isinstance(record, str) else "")


def _ever(kind: str) -> set[str]:
    """Return the keys that definitions of a kind ever had: awards and tallies know them, so no other gets them."""
    lines: Mapping[str, object] = getattr(facts.current().timelines, f"{kind}s", {})
    return set(lines)


def _filled(asked: Asked, key: str) -> dict[tuple[str, str], str | None]:
    """Put a new definition into the slot that it was written for."""
    if asked.wanted_by is None or asked.key is not None:
        return {}
    kind, other, slot = asked.wanted_by
    body = book_forms.FORMS[kind].filled(asked.definitions[kind, other], slot, key)
    return {(kind, other): text_of(kind, other, body)}


def _saved(
    asked: Asked, typed: Typed, key: str, changes: Mapping[tuple[str, str], str | None], revision: int
) -> ResponseReturnValue:
    """Store it, and lead on: to what is still to be written, back to where it was wanted, or to the draft."""
    number, by, now = asked.draft.number, auth.caller().by, clock.now()
    if number == drafts.UNBEGUN:
        try:
            number = drafts.begin_with(changes, revision, _titled(asked, typed), by, now)
        except drafts.NothingChangedError:
            db.session.rollback()
            flash(gettext("Nothing was changed, so no draft was begun."))
            return redirect(asked.address(), HTTPStatus.SEE_OTHER)
    else:
        drafts.change(number, revision, changes, by, now)
    db.session.commit()
    wanted = book_forms.FORMS[asked.kind].wanted(typed)
    if wanted:
        slot, kind = wanted[0]
        then = "/".join(asked.wanted_by[:2]) if asked.wanted_by else asked.then
        more = "earns" if ("earns", "reward") in wanted[1:] else asked.more
        link: dict[str, Any] = {"for": f"{asked.kind}/{key}", "slot": slot, "then": then or None, "more": more or None}
        return redirect(url_for("book.new", number=number, kind=kind, **link), HTTPStatus.SEE_OTHER)
    flash(gettext("Saved in the draft. Nothing that is in force has changed."))
    if asked.wanted_by is not None:
        kind, other, _ = asked.wanted_by
        return redirect(
            url_for("book.edit", number=number, kind=kind, key=other, then=asked.then or None, more=asked.more or None),
            HTTPStatus.SEE_OTHER,
        )
    if asked.then:
        kind, _, other = asked.then.partition("/")
        there = url_for("book.edit", number=number, kind=kind, key=other, more=asked.more or None)
        return redirect(there, HTTPStatus.SEE_OTHER)
    if request.form.get("go") == "draft":
        return redirect(url_for("book.draft", number=number), HTTPStatus.SEE_OTHER)
    return redirect(url_for("book.edit", number=number, kind=asked.kind, key=key), HTTPStatus.SEE_OTHER)


def _titled(asked: Asked, typed: Typed) -> str:
    """Return what the draft of a first save is called: as what is new in it, where that makes a title."""
    title = str(typed["title"]).strip() if asked.key is None else ""
    return title[: drafts.changing.LONGEST_TITLE] if title.isprintable() and title else asked.draft.title


def _meanwhile(
    asked: Asked, typed: Typed, key: str, changes: Mapping[tuple[str, str], str | None]
) -> ResponseReturnValue:
    """Save on top of what somebody else did elsewhere in the draft; where it was this definition, let them choose."""
    fresh = book_asked.find(asked.draft.number, asked.kind, asked.key)
    mine = composing.definitions(changes[asked.kind, key] or "")[asked.kind, key]
    untouched = asked.key is None or request.form.get("seen") == fresh.seen
    if untouched and fresh.draft.state == drafts.DRAFT:
        flash(gettext("%(name)s changed something else in this draft meanwhile; both are kept.",
                      name=book_parts.called(fresh.draft.changed_by)))  # fmt: skip  # one sentence
        key = fresh.key or _key(fresh, typed)
        again = {(asked.kind, key): text_of(asked.kind, key, mine), **_filled(fresh, key)}
        return _saved(fresh, typed, key, again, fresh.draft.revision)
    theirs = None
    if fresh.before:
        shown = book_forms.FORMS[asked.kind].typed_of(fresh.before)
        theirs = book_reading.read(fresh.draft, fresh.name, fresh.before, shown)
    ours = book_reading.read(fresh.draft, (asked.kind, key), mine, typed)
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in UNSAID]
    page = render_template(
        "book/meanwhile.html",
        asked=fresh,
        draft=fresh.draft,
        title=book_slots.title_of(fresh.before, key) if asked.key else typed["title"],
        theirs=theirs,
        mine=ours,
        kept=kept,
        when=languages.current().moment(book_parts.moment(fresh.draft.changed), "short"),
        called=book_parts.called,
    )
    return page, HTTPStatus.CONFLICT
