"""Ready-made packs: what each is for, its rules in words, what sources must send, what it costs; added to a draft."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from sqlalchemy import select

from adoption import auth
from adoption import clock
from adoption import drafts
from adoption import facts
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.models import StoredActivity
from adoption.pages import ways
from rules import book as books
from rules import sample
from rules import wording
from rules.book import packs
from rules.book.composing import put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from rules.book import Book
    from rules.book.packs import Cost
    from rules.book.packs import Pack

bp: Blueprint = Blueprint("packs", __name__)
LATELY = 30  # days
HOUR = 60  # minutes
NEW = "new"  # a draft that is begun for it


class FaultyDraftError(RefusedError):
    """This draft does not hold together by itself; repair it first, or choose a new one."""


@bp.get("/hr/book/packs")
@permission("book:read", door=SESSION)
def index() -> ResponseReturnValue:
    """Show every pack."""
    sent, code = sent_lately(), languages.current().code
    newest = books.load(drafts.newest().text)
    may_write = auth.caller().reach("book:write") is not None
    return render_template(
        "packs/index.html",
        cards=[_card(pack, sent, newest, code) for pack in packs.shipped()],
        people=packs.PEOPLE,
        open_drafts=drafts.listed((drafts.DRAFT,)) if may_write else [],
        may_write=may_write,
        book=ways.to("/hr/book"),
        anything=bool(sent),
    )


@bp.post("/hr/book/packs/<key>")
@permission("book:write", door=SESSION)
def add(key: str) -> ResponseReturnValue:
    """Add a pack to a draft: what the book has already is shared, and nothing of it changes."""
    pack = next((one for one in packs.shipped() if one.key == key), None)
    if pack is None:
        raise NotFoundError
    wanted = request.form.get("draft", NEW)
    number = _begun(pack) if wanted == NEW else _put_into(pack, wanted)
    title = pack.titles[languages.current().code]
    if number is None:
        flash(gettext("Everything of “%(title)s” is there already; there is nothing to add.", title=title))
        return redirect(url_for("packs.index", _anchor=key), HTTPStatus.SEE_OTHER)
    db.session.commit()
    flash(gettext("“%(title)s” is in the draft. Nothing is in force before you publish it.", title=title))
    there = ways.to("/hr/book/drafts/<int:number>", number=number)
    return redirect(there or url_for("packs.index", _anchor=key), HTTPStatus.SEE_OTHER)


def _begun(pack: Pack) -> int | None:
    """Begin a draft with what the newest book lacks of a pack; ``None`` if it lacks nothing."""
    text = drafts.newest().text
    added = packs.additions(books.load(text), pack)
    if not added:
        return None
    title = pack.titles[languages.current().code]
    return drafts.from_text(put(text, added), title, auth.caller().by, clock.now())


def _put_into(pack: Pack, wanted: str) -> int | None:
    """Put what an open draft lacks of a pack into it; ``None`` if it lacks nothing."""
    if not (wanted.isascii() and wanted.isdigit()):
        raise NotFoundError
    draft = drafts.get(int(wanted))
    whole = drafts.check(draft).book
    if whole is None:
        raise FaultyDraftError
    added = packs.additions(whole, pack)
    if not added:
        return None
    drafts.change(draft.number, draft.revision, added, auth.caller().by, clock.now())
    return draft.number


def sent_lately() -> frozenset[str]:
    """Return the activity types that real sources sent in the last 30 days."""
    day = facts.current().today(clock.now()) - LATELY
    real = (StoredActivity.day >= day, StoredActivity.source != sample.SOURCE, StoredActivity.type.is_not(None))
    return frozenset(db.session.scalars(select(StoredActivity.type).where(*real).distinct()))


def _card(pack: Pack, sent: frozenset[str], newest: Book, code: str) -> dict[str, Any]:
    """Return a pack in words."""
    needed = packs.types(pack.book)
    return {
        "key": pack.key,
        "title": pack.titles[code],
        "for_whom": pack.for_whom[code],
        "does": pack.does[code],
        "avoids": pack.avoids[code],
        "rules": [wording.sentence(one, pack.book, code) for one in pack.book.incentives.values()],
        "counted": [wording.sentence(one, pack.book, code) for one in pack.book.metrics.values()]
        + [wording.sentence(one, pack.book, code) for one in pack.book.milestones.values()],
        "needed": [(kind, kind in sent) for kind in needed],
        "sent": sum(kind in sent for kind in needed),
        "cost": cost_in_words(packs.cost(pack.book)),
        "there": not packs.additions(newest, pack),
    }


def cost_in_words(cost: Cost) -> list[str]:
    """Say what a pack costs at most: money, time off, points, badges; one phrase for each that there is."""
    return list(_costs(cost))


def _costs(cost: Cost) -> Iterator[str]:
    tongue = languages.current()
    for currency, amount in cost.money.items():
        unlimited = gettext("%(currency)s without a limit", currency=currency)
        yield unlimited if amount is None else tongue.money(amount, currency)
    if cost.minutes:
        hours = cost.minutes / HOUR
        yield ngettext("%(n)s hour of time off", "%(n)s hours of time off", round(hours, 1))
    if cost.points:
        yield ngettext("%(n)s point", "%(n)s points", cost.points)
    if cost.badges:
        yield ngettext("%(n)s badge", "%(n)s badges", cost.badges)
