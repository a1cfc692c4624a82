"""What Spoonful does with data about people: for everybody who is signed in, as a page and as files."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import Blueprint
from flask import Response
from flask import render_template
from flask import request

from adoption import auth
from adoption import clock
from adoption import disclosure
from adoption import languages
from adoption import sent
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.disclosure import words
from adoption.errors import NotFoundError
from adoption.pages import privacy_words
from rules import period

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("privacy", __name__)
DIGITS = 9  # of a version's number


class Change(NamedTuple):
    """What has changed between two versions: what it is about, which part, and what stood and stands there."""

    about: str
    place: str
    before: str | None
    after: str | None


@bp.get("/privacy")
@permission("privacy:read", door=SESSION)
def index() -> ResponseReturnValue:
    """Show the pack as it is now, what is held at this moment, and the versions."""
    now, what = clock.now(), disclosure.configuration()
    newest = disclosure.latest()
    return render_template(
        "privacy/index.html",
        pack=disclosure.pack(what, newest, now),
        newest=newest,
        fresh=newest is not None and newest.hash == disclosure.digest(what),
        versions=disclosure.listed(),
        oldest=privacy_words.ages(now),
        lately=sorted(sent.lately().counts),
        formats=tuple(disclosure.FORMATS),
        manages=auth.caller().reach("privacy:manage") is auth.ALL,
        moment=lambda at: languages.current().moment(period.moment(at)),
    )


@bp.get("/privacy/spoonful-privacy.<ending>")
@permission("privacy:read", door=SESSION)
def download(ending: str) -> ResponseReturnValue:
    """Give the pack as a file."""
    if ending not in disclosure.FORMATS:
        raise NotFoundError
    told = disclosure.pack(disclosure.configuration(), disclosure.latest(), clock.now())
    name = f"spoonful-privacy-{languages.current().code}.{ending}"
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(disclosure.written(ending, told), headers=head, content_type=disclosure.FORMATS[ending][1])


@bp.get("/privacy/changes")
@permission("privacy:read", door=SESSION)
def changes() -> ResponseReturnValue:
    """Compare two versions of what is told."""
    numbers = [number for number, _ in disclosure.listed()]
    before, after = _version("from"), _version("to")
    after = after or disclosure.latest()
    if before is None and after is not None and after.number > 1:
        before = disclosure.get(after.number - 1)
    found = [] if after is None or before is None else disclosure.differing(before, after)
    return render_template(
        "privacy/changes.html",
        numbers=numbers,
        before=before,
        after=after,
        changes=[Change(words.place(one.place), one.place, one.before, one.after) for one in found],
        moment=lambda at: languages.current().moment(period.moment(at)),
    )


def _version(name: str) -> disclosure.Version | None:
    """Return the version that an address names; ``None`` if it names none.

    Raises:
        NotFoundError: there is no such version.
    """
    written = request.args.get(name, "")
    if not written:
        return None
    found = disclosure.get(int(written)) if written.isdecimal() and len(written) <= DIGITS else None
    if found is None:
        raise NotFoundError
    return found
