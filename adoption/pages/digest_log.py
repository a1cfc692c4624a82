"""The weekly letters of everybody, for HR: any of them as it is sent, and what became of all."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import journal
from adoption import looks
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.digests import reading
from adoption.digests import setting
from adoption.digests import subscribing
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import letter_choice
from adoption.pages import letters
from adoption.pages.digest import KIND
from adoption.pages.digest import READ
from adoption.pages.digest import bp

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.get("/hr/digests")
@permission(READ, door=SESSION)
def log() -> ResponseReturnValue:
    """Show to whom weekly letters go, and what became of them."""
    _all()
    now = clock.now()
    known = facts.current()
    before = request.args.get("before", type=letters.number)
    found = reading.history(before=before, limit=letters.PAGE + 1)
    chosen = subscribing.of_all(KIND)
    return render_template(
        "digest/log.html",
        people=[
            (one, known.people[one].name, chosen.get(one, subscribing.usual(KIND))) for one in reading.recipients(now)
        ],
        lines=[
            letter_choice.line(one, now, known.people[one.participant].name if one.participant else "")
            for one in found[: letters.PAGE]
        ],
        older=found[letters.PAGE - 1].id if len(found) > letters.PAGE else None,
        named=setting.named(),
        day=letter_choice.weekday_time,
    )


@bp.post("/hr/digests/named")
@permission(READ, door=SESSION)
def name_people() -> ResponseReturnValue:
    """List direct reports with their goals in weekly letters, or not."""
    _all()
    now, wanted = clock.now(), request.form.get("named") == "1"
    if setting.name(people=wanted, who=auth.caller().participant, now=now):
        words = ("listed", "not listed")
        journal.write(
            db.session.connection(), auth.caller().by, "changed", "setting/people-in-digests",
            before={"people": words[wanted]}, after={"people": words[not wanted]}, now=now,
        )  # fmt: skip  # one entry
    db.session.commit()
    flash(gettext("Saved. It holds for every letter that is written from now on."))
    return redirect(url_for("digest.log"), HTTPStatus.SEE_OTHER)


@bp.get("/hr/digests/<int:participant>")
@permission(READ, door=SESSION)
def of_person(participant: int) -> ResponseReturnValue:
    """Show somebody's weekly letter as it was sent, or as it would be now."""
    known, now = facts.current(), clock.now()
    _recipient(participant)
    found = reading.preview(participant, now)
    page = render_template(
        "digest/of_person.html",
        name=known.people[participant].name,
        participant=participant,
        found=found,
        why=letters.reasons().get(found.why or ""),
        lines=[letter_choice.line(one, now, "") for one in reading.history(participant)],
        box="digest",
    )
    return page, {"Content-Security-Policy": letters.PAGE_POLICY}


@bp.get("/hr/digests/<int:participant>/letter")
@permission(READ, door=SESSION)
def letter_of(participant: int) -> ResponseReturnValue:
    """Show somebody's letter itself, for a frame of ours."""
    _recipient(participant)
    return letter_choice.framed(reading.preview(participant, clock.now()).html)


def _all() -> None:
    if auth.caller().reach(READ) is not auth.ALL:
        raise ForbiddenError


def _recipient(participant: int) -> None:
    """Refuse whoever may not read everybody's; who is read learns of it."""
    _all()
    if participant not in reading.recipients(clock.now()):
        raise NotFoundError
    looks.note(participant)
