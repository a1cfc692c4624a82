"""The book for HR: everything that is in force, was, or will be, each as a sentence, with its versions and its uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import drafts
from adoption import facts
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.pages import book_lines
from adoption.pages import book_parts
from adoption.pages import book_words as words
from adoption.pages import stops

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.pages.book_lines import Line

bp: Blueprint = Blueprint("book", __name__)


@bp.get("/hr/book")
@permission("book:read", door=SESSION)
def index() -> ResponseReturnValue:
    """List every definition by kind, each with its sentence and its state."""
    return page()


def page(*, refused: str = "", detail: str = "") -> str:
    """Write the list; ``refused`` says why a file was not taken, ``detail`` what the reader of books says of it."""
    known, today = facts.current(), book_lines.today()
    open_drafts = drafts.listed()
    asked, kind = request.args.get("q", "").strip()[:200], request.args.get("kind", "")
    lines = book_lines.lines(known, today, open_drafts)
    ended = [one for one in lines if one.over]
    old = request.args.get("show") == "ended"
    found = [one for one in lines if one.over is old and book_lines.matches(one, asked)]
    shown = [one for one in found if kind not in words.SECTIONS or one.kind == kind]
    return render_template(
        "book/index.html",
        sections=_sections(shown),
        counts={name: sum(1 for one in found if one.kind == name) for name in words.SECTIONS},
        names={name: said() for name, said in words.SECTIONS.items()},
        about={name: said() for name, said in words.ABOUT.items()},
        news={name: said() for name, said in words.NEW.items()},
        kind=kind if kind in words.SECTIONS else "",
        asked=asked,
        old=old,
        ended=len(ended),
        empty=not lines,
        drafts=open_drafts,
        may_write=may_write(),
        packs=url_for("packs.index"),
        newest=drafts.newest().number,
        refused=refused,
        detail=detail,
    )


def _sections(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    grouped = {name: [one for one in lines if one.kind == name] for name in words.SECTIONS}
    return [(name, found) for name, found in grouped.items() if found]


@bp.get("/hr/book/<any(incentive, reward, metric, milestone, board, plan):kind>/<key>")
@permission("book:read", door=SESSION)
def show(kind: str, key: str) -> ResponseReturnValue:
    """Show a definition: its sentence in every language, its versions, what uses it, and drafts that change it."""
    known, today = facts.current(), book_lines.today()
    open_drafts = drafts.listed()
    found = book_lines.lines(known, today, open_drafts)
    line = next((one for one in found if (one.kind, one.key) == (kind, key)), None)
    if line is None:
        msg = f"The book has no {kind} {key[:80]!r}."
        raise NotFoundError(msg)
    here = url_for("book.show", kind=kind, key=key)
    return render_template(
        "book/show.html",
        line=line,
        kind_word=words.said(words.KINDS, kind),
        names=languages.NAMES,
        said=book_lines.said_everywhere(line, known),
        versions=book_lines.versions(line, today),
        uses=book_lines.uses(line, known),
        made_of=book_lines.made_of(line, known),
        drafts=[one for one in open_drafts if (kind, key) in one.changes],
        others=[one for one in open_drafts if (kind, key) not in one.changes and one.state == drafts.DRAFT],
        may_write=may_write() and kind in words.NEW,
        plan=url_for("bonus_plans.show", key=key) if kind == "plan" else None,
        stop=stops.part(key, back=here) if kind == "incentive" and not line.over else None,
        when=book_parts.when,
        called=book_parts.called,
    )


def may_write() -> bool:
    """Say whether the caller may change the book."""
    return auth.caller().reach("book:write") is auth.ALL
