"""The outbox, for the administrator: every letter, what became of it, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint
from flask import Response
from flask import current_app
from flask import render_template
from flask import request

from adoption import clock
from adoption import languages
from adoption import looks
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.chat import channels
from adoption.errors import NotFoundError
from adoption.languages import gettext
from adoption.mail import kinds
from adoption.mail import links
from adoption.mail import looking
from adoption.mail import message
from adoption.mail import outbox
from adoption.mail import transport
from adoption.pages import headers
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.mail.letter import Stored

bp: Blueprint = Blueprint("letters", __name__)
PAGE = 50  # letters of one page
# A letter brings its own styles and may do nothing at all; only our page may show it in a frame.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
PAGE_POLICY = f"{headers.POLICY}; frame-src 'self'"


class NoBodyError(NotFoundError):
    """There is nothing to read: this letter is not written yet, or what it said was only for its reader."""


def groups() -> Mapping[str, tuple[str, str, str]]:
    """Return how each group of letters is called, its picture, and the look of its chip."""
    return {
        "waiting": (gettext("Waiting"), "clock", ""),
        "sending": (gettext("On its way"), "right", "accent"),
        "doubtful": (gettext("In doubt"), "why", "note"),
        "sent": (gettext("Sent"), "check", "good"),
        "failed": (gettext("Given up"), "cross", ""),
        "bounced": (gettext("Came back"), "cross", "note"),
        "skipped": (gettext("Not sent"), "info", ""),
    }


def reasons() -> Mapping[str, str]:
    """Return the reasons of ours in words."""
    return {
        "late": gettext("It would have come too late."),
        "left": gettext("Its reader has left."),
        "unknown": gettext("Nobody works here under this address."),
        "undone": gettext("What it tells of was given back before it was written."),
        "killed": gettext("The process that sent it ended before the answer came."),
        "off": gettext("Its reader had switched it off."),
        "suspended": gettext("Letters to this address come back, so no more are sent."),
        "stale": gettext("The data was too old: for a whole working day none had come."),
        "silent": gettext("For two weeks nothing was counted; HR was told to look whether data arrives."),
        "unbegun": gettext("Nobody of whom it tells had begun with the CRM yet."),
        "nobody": gettext("There was nobody to tell of."),
        "stopped": gettext("The channel takes no messages, so no more are sent there."),
    }


@bp.get("/letters")
@permission("letters:read", door=SESSION)
def index() -> ResponseReturnValue:
    """List the letters, the newest first."""
    now = clock.now()
    shown = request.args.get("show")
    shown = shown if shown in groups() else None
    found = looking.listed(now, shown=shown, before=request.args.get("before", type=number), limit=PAGE + 1)
    settings = current_app.extensions["settings"]
    return render_template(
        "letters/index.html",
        lines=lines(found[:PAGE], now),
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        shown=shown,
        counts=looking.counts(now),
        groups=groups(),
        server=urlsplit(settings.smtp_url).hostname if settings.smtp_url else None,
        folder=settings.mail_folder,
        reachable=links.root() is not None,
    )


@bp.get("/letters/<int:number>")
@permission("letters:read", door=SESSION)
def one(number: int) -> ResponseReturnValue:
    """Show one letter: what became of it and, unless it holds a secret, what it says."""
    letter = _found(number)
    (shown,) = lines([letter], clock.now())
    page = render_template("letters/one.html", line=shown, sealed=_sealed(letter), readable=_readable(letter))
    return page, {"Content-Security-Policy": PAGE_POLICY}


@bp.get("/letters/<int:number>/html")
@permission("letters:read", door=SESSION)
def html(number: int) -> ResponseReturnValue:
    """Show what a letter looks like, for a frame of ours: it can do nothing, whatever is in it."""
    letter = _found(number)
    if not _readable(letter):
        raise NoBodyError
    shown = {"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(letter.html, headers=shown, mimetype="text/html")


@bp.get("/letters/<int:number>.eml")
@permission("letters:read", door=SESSION)
def file(number: int) -> ResponseReturnValue:
    """Give a letter as the file that mail programs open: the bytes that are sent."""
    letter = _found(number)
    if not _readable(letter):
        raise NoBodyError
    data = message.build(letter, current_app.extensions["settings"].mail_from)
    name = {"Content-Disposition": f'attachment; filename="{transport.file_name(letter)}"'}
    return Response(data, headers=name, mimetype="message/rfc822")


def _found(number: int) -> Stored:
    """Return a letter; its reader is told who looked at it."""
    letter = outbox.find(number)
    if letter.participant is not None:
        looks.note(letter.participant)
    return letter


def number(text: str) -> int:
    """Read a number that a database has: a letter's."""
    found = int(text)
    if not 0 <= found <= outbox.LARGEST:
        raise ValueError(text)
    return found


def _sealed(letter: Stored) -> bool:
    """Say whether a letter is only for its reader: it opens somebody's pages, and there is a server to bring it."""
    return letter.kind in kinds.secret() and current_app.extensions["settings"].smtp_url is not None


def _readable(letter: Stored) -> bool:
    there = channels.is_channel(letter.address)
    return letter.html is not None and letter.text is not None and not there and not _sealed(letter)


def lines(found: Sequence[Stored], now: int) -> list[dict[str, Any]]:
    """Return letters with their states and moments in words, and channels by their names; one query at most."""
    told = any(channels.is_channel(letter.address) for letter in found)
    named = {one.address: one.name for one in channels.listed(also_removed=True)} if told else {}
    return [line(letter, now) | {"to": named.get(letter.address, letter.address)} for letter in found]


def line(letter: Stored, now: int) -> dict[str, Any]:
    """Return a letter with its states and moments in words."""
    kind = kinds.KINDS.get(letter.kind)
    group = looking.group_of(letter, now)
    name, picture, look = groups()[group]
    changed = period.moment(letter.changed)
    reply = letter.reply or ""
    return {
        "letter": letter,
        "in_chat": channels.is_channel(letter.address),
        "kind": kind.name() if kind else letter.kind,
        "group": group,
        "state": name,
        "picture": picture,
        "look": look,
        "reason": reasons().get(reply),
        "reply": "" if reply in outbox.REASONS else reply,
        "secret": bool(kind and kind.secret),
        "by_itself": bool(kind and kind.doubtful == "again" and letter.reply is None),
        "again": group == "waiting" and letter.tries > 0,
        "perhaps_twice": letter.doubts > 0 and group == "sent",
        "planned": period.moment(letter.planned),
        "due": period.moment(letter.due),
        "expires": period.moment(letter.expires),
        "changed": changed,
        "when": languages.current().moment(changed, "short"),
    }
