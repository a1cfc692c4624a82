"""Drafts of the book: begin, change, check, compare, approve, publish; routes of the same resource as the book's."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from flask import Response

from adoption import auth
from adoption import clock
from adoption import drafts
from adoption.api import book_schemas as shapes
from adoption.api.book import bp
from adoption.api.book import day_of
from adoption.auth import permission
from adoption.extensions import db
from rules import period

if TYPE_CHECKING:
    from adoption.drafts import Draft
    from adoption.rulebook import Publication
    from rules.wording.differing import Difference

CENT = 100


@bp.route("/drafts")
@bp.arguments(shapes.StatesQuery, location="query")
@bp.response(200, shapes.DraftSchema(many=True))
@permission("book:read")
def listed(query: dict[str, Any]) -> list[dict[str, Any]]:
    """List drafts, what was changed last first."""
    state = query.get("state")
    return [_draft(one) for one in (drafts.listed() if state is None else drafts.listed((state,)))]


@bp.route("/drafts", methods=["POST"])
@bp.arguments(shapes.NewDraftSchema)
@bp.response(201, shapes.DraftSchema)
@permission("book:write")
def begin(body: dict[str, Any]) -> dict[str, Any]:
    """Begin a draft: empty, or from a whole book, with all definitions in which that differs from the newest one."""
    by, now = auth.caller().by, clock.now()
    text = body.get("text")
    number = drafts.begin(body["title"], by, now) if text is None else drafts.from_text(text, body["title"], by, now)
    db.session.commit()
    return _draft(drafts.get(number))


@bp.route("/drafts/<int:number>")
@bp.response(200, shapes.DraftSchema)
@permission("book:read")
def draft(number: int) -> dict[str, Any]:
    """Show a draft."""
    return _draft(drafts.get(number))


@bp.route("/drafts/<int:number>", methods=["PATCH"])
@bp.arguments(shapes.DescribeSchema)
@bp.response(200, shapes.DraftSchema)
@permission("book:write")
def describe(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Say what a draft is called, when it takes force, and why."""
    starts = body["starts"]
    about = {"title": body["title"], "why": body["why"], "starts": None if starts is None else starts.toordinal()}
    return _done(drafts.describe(number, body["revision"], **about, by=auth.caller().by, now=clock.now()))


@bp.route("/drafts/<int:number>/definitions", methods=["PATCH"])
@bp.arguments(shapes.ChangesSchema)
@bp.response(200, shapes.DraftSchema)
@permission("book:write")
def change(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Put definitions into a draft; other definitions of the draft stay."""
    changes = {(one["kind"], one["key"]): one["text"] for one in body["definitions"]}
    return _done(drafts.change(number, body["revision"], changes, auth.caller().by, clock.now()))


@bp.route("/drafts/<int:number>/text")
@bp.response(200, content_type="application/toml", description="The TOML of the whole book with the draft put in")
@permission("book:read")
def text_with_draft(number: int) -> Response:
    """Return the whole book with a draft put in."""
    return Response(drafts.composed(drafts.get(number)), content_type="application/toml; charset=utf-8")


@bp.route("/drafts/<int:number>/check")
@bp.response(200, shapes.CheckSchema)
@permission("book:read")
def check(number: int) -> dict[str, Any]:
    """Say what stands in the way of publishing a draft, what is unwise, and whether a second person must approve it."""
    found = drafts.get(number)
    report, needed = drafts.check(found), drafts.approval(found)
    return {
        "faults": report.faults,
        "warnings": report.warnings,
        "conflicts": drafts.conflicts(found),
        "approval": needed is not None,
        "promises": [
            {"reward": one.reward, "currency": one.currency, "before": _money(one.before), "after": _money(one.after)}
            for one in (needed.promises if needed else ())
        ],
        "unlimited": needed.unlimited if needed else (),
    }


@bp.route("/drafts/<int:number>/differences")
@bp.arguments(shapes.LanguageQuery, location="query")
@bp.response(200, shapes.DifferenceSchema(many=True))
@permission("book:read")
def differences(query: dict[str, Any], number: int) -> list[Difference]:
    """Compare the newest book with a draft, sentence by sentence; a published draft with the book it changed."""
    return list(drafts.differences(drafts.get(number), query["language"]))


@bp.route("/drafts/<int:number>/rebase", methods=["POST"])
@bp.arguments(shapes.RevisionSchema)
@bp.response(200, shapes.DraftSchema)
@permission("book:write")
def rebase(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Note that a draft was looked at beside the newest book, and its changes are meant all the same."""
    return _done(drafts.rebase(number, body["revision"], auth.caller().by, clock.now()))


@bp.route("/drafts/<int:number>/discard", methods=["POST"])
@bp.arguments(shapes.RevisionSchema)
@bp.response(200, shapes.DraftSchema)
@permission("book:write")
def discard(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Put a draft away for good."""
    return _done(drafts.discard(number, body["revision"], auth.caller().by, clock.now()))


@bp.route("/drafts/<int:number>/send", methods=["POST"])
@bp.arguments(shapes.RevisionSchema)
@bp.response(200, shapes.DraftSchema)
@permission("book:write")
def send(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Send a draft to a second person."""
    return _done(drafts.send(number, body["revision"], auth.caller().by, clock.now()))


@bp.route("/drafts/<int:number>/withdraw", methods=["POST"])
@bp.arguments(shapes.RevisionSchema)
@bp.response(200, shapes.DraftSchema)
@permission("book:write")
def withdraw(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Take a draft back that waits for a second person."""
    return _done(drafts.withdraw(number, body["revision"], auth.caller().by, clock.now()))


@bp.route("/drafts/<int:number>/reject", methods=["POST"])
@bp.arguments(shapes.RejectSchema)
@bp.response(200, shapes.DraftSchema)
@permission("book:approve")
def reject(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Send a draft back to its authors; only a person does."""
    return _done(drafts.reject(number, body["revision"], body["reason"], auth.caller().by, clock.now()))


@bp.route("/drafts/<int:number>/approve", methods=["POST"])
@bp.arguments(shapes.RevisionSchema)
@bp.response(200, shapes.PublicationSchema)
@permission("book:approve")
def approve(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Approve a draft of somebody else's, and put it in force; only a person who had no hand in it does."""
    return _published(number, drafts.approve(number, body["revision"], auth.caller().by, clock.now()))


@bp.route("/drafts/<int:number>/publish", methods=["POST"])
@bp.arguments(shapes.RevisionSchema)
@bp.response(200, shapes.PublicationSchema)
@permission("book:write")
def publish(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Put a draft in force that needs no second person."""
    return _published(number, drafts.publish(number, body["revision"], auth.caller().by, clock.now()))


# --- as it goes over the wire


def _draft(one: Draft) -> dict[str, Any]:
    moments = {"created": one.created, "changed": one.changed, "sent": one.sent, "decided": one.decided}
    people = {"created": one.created_by, "changed": one.changed_by, "sent": one.sent_by, "decided": one.decided_by}
    return {
        **{name: getattr(one, name) for name in ("number", "title", "why", "state", "revision", "base", "book")},
        "starts": None if one.starts is None else date.fromordinal(one.starts),
        **{name: None if moment is None else period.moment(moment) for name, moment in moments.items()},
        **{f"{name}_by": None if by is None else by.name for name, by in people.items()},
        "reason": one.reason,
        "definitions": [part._asdict() for part in one.parts],
    }


def _done(one: Draft) -> dict[str, Any]:
    db.session.commit()
    return _draft(one)


def _published(number: int, done: Publication) -> dict[str, Any]:
    db.session.commit()
    changed = [{"kind": kind, "key": key, "starts": day_of(starts)} for kind, key, starts in done.changed]
    return {"book": done.book, "changed": changed, "rescore": done.rescore, "draft": _draft(drafts.get(number))}


def _money(amount: Any) -> str:
    """Write an exact amount in whole cents, rounded to the nearest one."""
    cents = round(amount * CENT)
    return f"{cents // CENT}.{cents % CENT:02}"
