"""What stands behind the links of a letter for whoever is not signed in: the way out, the way back, and the letter.

The address is the proof: it is signed and was sent to one reader.  Looking at a page changes nothing, since programs
that check letters open every link; only sending the form does, or the one click of a mail program (RFC 8058).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import Response
from flask import render_template

from adoption import clock
from adoption import facts
from adoption.auth import public
from adoption.digests import posts
from adoption.digests import reading
from adoption.digests import subscribing
from adoption.extensions import db
from adoption.mail import kinds
from adoption.mail import links

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("letters_out", __name__)
# A letter in a page of its own: its links may be followed, and nothing else.
VIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-popups allow-top-navigation-by-user-activation"
)


@bp.get("/letters/out/<token>")
@public("the signed address was sent to its one reader; looking changes nothing")
def stop_form(token: str) -> ResponseReturnValue:
    """Ask whether regular letters of a kind shall end."""
    return _page(token)


@bp.post("/letters/out/<token>")
@public("the signed address was sent to its one reader; mail programs send it without signing in (RFC 8058)")
def stop(token: str) -> ResponseReturnValue:
    """End them, at once."""
    participant, kind = _reader(token)
    subscribing.choose(participant, kind, clock.now(), active=False)
    db.session.commit()
    return _page(token)


@bp.post("/letters/out/<token>/again")
@public("the signed address was sent to its one reader")
def again(token: str) -> ResponseReturnValue:
    """Let them come again."""
    participant, kind = _reader(token)
    if posts.POSTS[kind].invited and not subscribing.asked(participant, kind):
        raise links.NoTokenError  # HR has taken them out
    subscribing.choose(participant, kind, clock.now(), active=True, suspended=None)
    db.session.commit()
    return _page(token)


@bp.get("/letters/view/<token>")
@public("the signed address was sent to its one reader, and leads to that letter alone, for a month")
def view(token: str) -> ResponseReturnValue:
    """Show a letter as it was sent."""
    found = links.read("view", token)
    told = len(found) == 3 and found[1] in posts.POSTS  # noqa: PLR2004  # reader, kind, first day
    letter = reading.of_week(found[0], found[2], found[1]) if told else None
    if letter is None or letter.html is None or letter.due < clock.now() - reading.KEPT:
        raise links.NoTokenError
    headers = {"Content-Security-Policy": VIEW_POLICY, "X-Robots-Tag": "noindex"}
    return Response(letter.html, headers=headers, mimetype="text/html")


def _reader(token: str) -> tuple[int, str]:
    """Return whose letters of which kind a way out is about.

    Raises:
        NoTokenError: nobody was ever sent this address.
    """
    found = links.read("stop", token)
    kind = kinds.KINDS.get(found[1]) if len(found) == 2 else None  # noqa: PLR2004  # reader and kind
    if kind is None or not kind.regular or found[0] not in facts.current().people:
        raise links.NoTokenError
    return found[0], found[1]


def _page(token: str) -> ResponseReturnValue:
    participant, kind = _reader(token)
    chosen = subscribing.of(participant, kind)
    page = render_template("letters/out.html", token=token, kind=kinds.KINDS[kind].name(), chosen=chosen)
    return page, {"X-Robots-Tag": "noindex"}
