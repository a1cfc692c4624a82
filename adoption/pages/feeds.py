"""Feeds of office suites: how each is, which days it has told whole, files of what it tells, and its settings."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import files
from adoption import languages
from adoption import people_csv
from adoption import privacy
from adoption import signals
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import drawing
from adoption.pages import feeds_words as words
from adoption.signals import days
from adoption.signals import feeds
from adoption.signals import loading
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import FileStorage

    from adoption.signals.feeds import Connected
    from adoption.signals.loading import Unreadable

bp: Blueprint = Blueprint("feeds", __name__)
MAY = "feeds:manage"
LOOKED = 28  # days in the strip
SHOWN = 50  # unreadable lines that are listed


class Day(NamedTuple):
    """A day of the strip, in words."""

    state: str
    said: str


class Strip(NamedTuple):
    """The last days of a feed; ``said`` is the same in a sentence."""

    days: Sequence[Day]
    said: str


class Loaded(NamedTuple):
    """What became of a file: in words, and the first lines that could not be read."""

    said: Sequence[str]
    unreadable: Sequence[Unreadable]
    more: int


@bp.get("/feeds")
@permission(MAY, door=SESSION)
def index() -> ResponseReturnValue:
    """List the feeds."""
    strip, on = _strips(), privacy.individual()
    lines = [(one, words.state(one, individual=on), strip(one.key)) for one in feeds.listed()]
    return render_template("feeds/index.html", lines=lines, kinds=words.KINDS)


def _today() -> int:
    return facts.current().today(clock.now())


def _strips() -> Callable[[str], Strip]:
    """Return what gives the last days of a feed; two queries, however many feeds there are."""
    first, last = _today() - LOOKED, _today() - 1
    found, nothing = days.strips(first, last), dict.fromkeys(range(first, last + 1), "missing")
    return lambda key: _strip(found.get(key, nothing))


def _strip(states: Mapping[int, str]) -> Strip:
    tongue = languages.current()
    lines = [
        Day(state, gettext("%(day)s: %(state)s", day=tongue.day(day, "short"), state=words.DAYS[state]()))
        for day, state in states.items()
    ]
    whole = sum(state == "whole" for state in states.values())
    said = ngettext(
        "%(n)s of the last %(all)s days is whole.", "%(n)s of the last %(all)s days are whole.", whole, all=LOOKED
    )
    return Strip(lines, said)


@bp.get("/feeds/new")
@permission(MAY, door=SESSION)
def new() -> ResponseReturnValue:
    """Ask what to connect."""
    return _new({}, {})


def _new(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    shown = {"kinds": words.KINDS, "settings": words.SETTINGS, "secret": feeds.KINDS}
    return render_template("feeds/new.html", **shown, typed=typed, faults=faults), status


@bp.post("/feeds/new")
@permission(MAY, door=SESSION)
def connect() -> ResponseReturnValue:
    """Connect a feed."""
    typed = {name: request.form.get(name, "").strip() for name in ("key", "kind", "title")}
    given = _given(typed["kind"])
    try:
        feeds.connect(**typed, given=given, by=auth.caller().by, now=clock.now())
    except feeds.WrongFeedError as error:
        db.session.rollback()
        return _new(typed | given, words.faults(error.faults))
    except feeds.TakenError:
        db.session.rollback()
        return _new(typed | given, {"key": gettext("There is a feed or a source of this name already.")})
    db.session.commit()
    flash(gettext("%(title)s is connected.", title=typed["title"]))
    return redirect(url_for("feeds.show", key=typed["key"]), HTTPStatus.SEE_OTHER)


def _given(kind: str) -> dict[str, str]:
    """Return the settings that were typed; each kind has fields of its own."""
    return {name: request.form.get(f"{kind}-{name}", "").strip() for name in feeds.KINDS.get(kind, ())}


@bp.get("/feeds/<key>")
@permission(MAY, door=SESSION)
def show(key: str) -> ResponseReturnValue:
    """Show a feed."""
    return _page(feeds.get(key))


def _page(feed: Connected, **more: Any) -> ResponseReturnValue:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if more.get("faults") else HTTPStatus.OK
    today = _today()
    shown: dict[str, Any] = {
        "feed": feed,
        "state": words.state(feed, individual=privacy.individual()),
        "kind": words.KINDS[feed.kind][0](),
        "strip": _strips()(feed.key),
        "waiting": signals.unknown(feed.key),
        "settings": words.SETTINGS.get(feed.kind, {}),
        "secret": feeds.KINDS[feed.kind],
        "given": feeds.shown(feed.key, feed.kind) | {"title": feed.title},
        "last_day": period.text("day", today - 1),
        "typed": {},
        "faults": {},
        "loaded": None,
    }
    return render_template("feeds/show.html", **(shown | more)), status


@bp.post("/feeds/<key>/file")
@permission(MAY, door=SESSION)
def load(key: str) -> ResponseReturnValue:
    """Load a file of what the feed tells."""
    feed = feeds.get(key)
    typed = {name: request.form.get(name, "").strip() for name in ("from", "to")}
    whole, faults = _whole(typed)
    given = request.files.get("file")
    if given is None or not given.filename:
        faults["file"] = gettext("Choose a file first: audit records as JSON, packed with gzip or not.")
    if not privacy.individual():
        faults["file"] = gettext("Detection of single people is off, so nothing that a file tells may be kept.")
    if faults or given is None:
        return _page(feed, typed=typed, faults=faults)
    try:
        loaded = _load(feed, given, whole)
    except files.FileError as error:
        db.session.rollback()
        return _page(feed, typed=typed, faults={"file": words.broken(), "reason": str(error)})
    if loaded.unreadable and not loaded.said:
        faults = {"file": gettext("No record of this file can be read. See below why.")}
    return _page(feed, typed=typed if faults else {}, faults=faults, loaded=loaded)


def _whole(typed: Mapping[str, str]) -> tuple[range, dict[str, str]]:
    """Read of which days the file holds everything; none, if nothing was said."""
    if not any(typed.values()):
        return range(0), {}
    found: dict[str, int] = {}
    for name, text in typed.items():
        with suppress(people_csv.CellError):
            found[name] = people_csv.day(text)
    faults = {name: gettext("Write a day, or leave both days empty.") for name in typed if name not in found}
    if faults:
        return range(0), faults
    whole = range(found["from"], found["to"] + 1)
    if found["to"] >= _today():
        return range(0), {"to": gettext("Choose a day that is over: no file can hold everything of today.")}
    if not whole or len(whole) > days.MOST:
        return range(0), {"to": gettext("Choose a day from the first one on, at most 400 days in all.")}
    return whole, {}


def _load(feed: Connected, given: FileStorage, whole: range) -> Loaded:
    records = found = bad = 0
    unreadable: list[Unreadable] = []
    source = files.Source(given.stream, given.filename or "file", None)  # type: ignore[arg-type]  # it is read alone
    for piece in loading.pieces(source, clock.now()):
        accepted = signals.accept(begin_write(), feed.key, piece.told, clock.now())
        db.session.commit()
        records, found, bad = records + accepted.records, found + accepted.signals, bad + len(piece.unreadable)
        unreadable.extend(piece.unreadable[: SHOWN - len(unreadable)])
    if whole and (records or not bad):
        signals.note_whole(begin_write(), feed.key, whole, clock.now())
        db.session.commit()
    said = words.loaded(records, found, bad, len(whole)) if records or not bad else []
    return Loaded(said, unreadable, bad - len(unreadable))


@bp.post("/feeds/<key>")
@permission(MAY, door=SESSION)
def change(key: str) -> ResponseReturnValue:
    """Change what a feed is called and needs."""
    feed, title = feeds.get(key), request.form.get("title", "")
    given = _given(feed.kind)
    try:
        feeds.change(key, title, given, by=auth.caller().by, now=clock.now())
    except feeds.WrongFeedError as error:
        db.session.rollback()
        return _page(feed, given=given | {"title": title}, faults=words.faults(error.faults))
    return _back(key, gettext("Saved."))


@bp.post("/feeds/<key>/pause")
@permission(MAY, door=SESSION)
def pause(key: str) -> ResponseReturnValue:
    """Ask a feed no more for now."""
    feeds.pause(key, by=auth.caller().by, now=clock.now())
    return _back(key, gettext("It is paused: what happens meanwhile is missing, not nothing."))


@bp.post("/feeds/<key>/resume")
@permission(MAY, door=SESSION)
def resume(key: str) -> ResponseReturnValue:
    """Ask a feed again."""
    feeds.resume(key, by=auth.caller().by, now=clock.now())
    return _back(key, gettext("It goes on."))


def _back(key: str, said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said)
    return redirect(url_for("feeds.show", key=key), HTTPStatus.SEE_OTHER)


@bp.post("/feeds/<key>/remove")
@permission(MAY, door=SESSION)
def remove(key: str) -> ResponseReturnValue:
    """Remove a feed with all it told."""
    feed = feeds.get(key)
    if "sure" not in request.form:
        return _page(feed, faults={"sure": gettext("Tick that you mean it.")})
    feeds.remove(key, by=auth.caller().by, now=clock.now())
    db.session.commit()
    flash(gettext("%(title)s is removed, with everything that it told.", title=feed.title))
    return redirect(url_for("feeds.index"), HTTPStatus.SEE_OTHER)


def when(moment: int | None) -> str:
    """Write a moment."""
    return "" if moment is None else drawing.when(period.moment(moment))
