"""What all pages share: language and appearance, the frame around a page, safe forms, and errors in words."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint
from flask import current_app
from flask import g
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask_wtf.csrf import CSRFError
from flask_wtf.csrf import CSRFProtect
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from adoption import clock
from adoption import facts
from adoption import feed
from adoption import languages
from adoption import preferences
from adoption.auth import public
from adoption.auth import sessions
from adoption.auth.devices import UnregisteredError
from adoption.auth.sessions import SignInNeededError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import desk
from adoption.pages import headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask import Response
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response as BaseResponse

bp: Blueprint = Blueprint("frame", __name__)
csrf = CSRFProtect()
FRAME_WITHOUT_DATABASE: dict[str, Any] = {
    "person": None, "theme": None, "languages": languages.NAMES, "feed": None, "organisation": "", "demo": False,
    "desk": None, "sample": False,
}  # fmt: skip  # what an error page shows when the database may be out of reach
STATIC = Path(__file__).parent.parent / "static"
YEAR = 31_536_000  # seconds
# Forms whose address is the proof: it is signed, was sent to one reader, and mail programs send it without any cookie.
PROVEN = frozenset({"letters_out.stop", "letters_out.again"})


def init_app(app: Flask) -> None:
    """Prepare templates, forms, headers and errors."""
    settings = app.extensions["settings"]
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as the browser's session; a phone is opened after days
        WTF_CSRF_CHECK_DEFAULT=False,  # checked in ``_begin``, after it is known whether this is a page
        SESSION_COOKIE_NAME="spoonful-form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=(settings.public_url or "").startswith("https:"),
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    csrf.init_app(app)
    headers.init_app(app)
    app.before_request(_begin)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        _gettext,
        _ngettext,
        newstyle=True,
    )
    app.jinja_env.globals.update(icon=icon, asset=asset, plural=languages.ngettext, tongue=languages.current)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_context)
    app.extensions["error_page"] = error_page


def _gettext(text: str) -> str:
    return str(languages.current().catalogue.ugettext(text))


def _ngettext(one: str, many: str, count: int) -> str:
    return str(languages.current().catalogue.ungettext(one, many, count))


def is_page() -> bool:
    """Say whether the running request asks for a page, and not for a machine's answer."""
    if request.blueprint is None:
        machines = ("/api/", "/hooks/")
        return not request.path.startswith(machines) and "text/html" in request.headers.get("Accept", "")
    return request.blueprint in current_app.extensions["pages"]


def _begin() -> None:
    """Choose the language, and let no foreign page send our forms."""
    if not is_page():
        return
    visitor = sessions.visitor()
    g.language = languages.wanted(g.person.language if visitor else None)
    if request.method not in {"GET", "HEAD", "OPTIONS"} and request.endpoint not in PROVEN:
        csrf.protect()


def _context() -> dict[str, Any]:
    """Return what the frame of a page shows."""
    if "page_context" not in g:
        person = g.get("person")
        theme = person.theme if person else request.cookies.get("theme")
        now = clock.now()
        g.page_context = {
            "person": person,
            "theme": theme if theme in preferences.THEMES else None,
            "language": g.get("language", languages.SOURCE),
            "languages": languages.NAMES,
            "desk": desk.bar(g.visitor, request.blueprint or "") if person else None,
            "feed": feed.state(now) if person else None,
            "organisation": current_app.extensions["settings"].organisation_name,
            "demo": current_app.extensions["settings"].demo,
            "sample": facts.current().sample,
            "may_remove_samples": bool(person) and g.visitor.reach("start:run") is not None,
        }
    context: dict[str, Any] = g.page_context
    return context


def icon(name: str, classes: str = "icon") -> Markup:
    """Return a picture of ``icons.svg``; it says nothing, so words stand beside it."""
    box = "0 0 32 32" if name == "mark" else "0 0 24 24"
    drawn = '<svg class="{}" viewBox="{}" aria-hidden="true"><use href="{}#{}"/></svg>'
    return Markup(drawn).format(classes, box, asset("icons.svg"), name)  # noqa: S704  # format escapes what it is given


def asset(name: str) -> str:
    """Return the address of a file of the look, which changes whenever the file does."""
    return url_for("static", filename=name, v=_fingerprint(name))


@lru_cache(maxsize=64)
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def back(default: str) -> str:
    """Return the page of ours that a form names in ``back``, for a redirect; never somebody else's."""
    wanted = request.form.get("back", "") or request.args.get("next", "")
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if ours and wanted.isprintable() and "\\" not in wanted else default


# --- language and appearance, for whoever is there


@bp.post("/language")
@public("chooses only how this browser is spoken to")
def choose_language() -> ResponseReturnValue:
    """Speak another language from now on."""
    return _chosen("language", request.form.get("language", ""), languages.LOCALES)


@bp.post("/theme")
@public("chooses only how this browser shows pages")
def choose_theme() -> ResponseReturnValue:
    """Be light, be dark, or follow the system."""
    return _chosen("theme", request.form.get("theme", ""), ("", *preferences.THEMES))


def _chosen(name: str, value: str, allowed: Any) -> ResponseReturnValue:
    if value not in allowed:
        raise preferences.UnknownChoiceError
    visitor = sessions.visitor()
    if visitor and visitor.participant:
        preferences.choose(visitor.participant, **{name: value or None})
        db.session.commit()
    response = redirect(back("/"), HTTPStatus.SEE_OTHER)
    keep(response, name, value)
    return response


def keep(response: BaseResponse, name: str, value: str) -> None:
    """Let this browser keep a choice, for whoever uses it without being signed in."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)


# --- errors


def error_page(status: HTTPStatus, error: Exception, told: Response) -> ResponseReturnValue | None:
    """Answer an error with a page, or ask to sign in; ``None`` where a machine asked.

    ``told`` is what a machine would be told: its headers are kept, and the name under which the log tells more.
    """
    if not is_page():
        return None
    g.setdefault("language", languages.wanted(None))
    db.session.rollback()  # what failed half-way, or was refused by the database, is over
    if isinstance(error, SignInNeededError) and request.method == "GET":
        asked = request.full_path.rstrip("?")
        return redirect(url_for("sign_in.form", next=asked if asked != "/" else None), HTTPStatus.SEE_OTHER)
    if isinstance(error, UnregisteredError) and request.method == "GET":
        return redirect(url_for("devices.register_form"), HTTPStatus.SEE_OTHER)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        g.page_context = FRAME_WITHOUT_DATABASE | {"language": g.language}
    said = SAID.get(status, SAID[HTTPStatus.INTERNAL_SERVER_ERROR])
    if isinstance(error, CSRFError):
        said = EXPIRED
    instance = (told.get_json(silent=True, force=True) or {}).get("instance")
    # No address goes with a question from here: an error tells nothing of what stands at an address.
    shown = {"status": status, "title": said[0](), "remedy": said[1](), "instance": instance, "attached": None}
    page: str = render_template("error.html", **shown)
    kept = {name: value for name, value in told.headers.items() if name in {"Allow", "Retry-After"}}
    return page, status, kept


def _said(title: Callable[[], str], remedy: Callable[[], str]) -> tuple[Callable[[], str], Callable[[], str]]:
    return title, remedy


EXPIRED = _said(
    lambda: gettext("This form has been open for too long."),
    lambda: gettext("Nothing was changed. Go back, load the page again, and send it once more."),
)
SAID: dict[HTTPStatus, tuple[Callable[[], str], Callable[[], str]]] = {
    HTTPStatus.BAD_REQUEST: _said(
        lambda: gettext("We could not read that."), lambda: gettext("Nothing was changed. Go back and try once more.")
    ),
    HTTPStatus.UNAUTHORIZED: _said(
        lambda: gettext("Please sign in first."), lambda: gettext("Nothing was changed. Sign in and try once more.")
    ),
    HTTPStatus.FORBIDDEN: _said(
        lambda: gettext("This page is not yours to see."),
        lambda: gettext("You may see what is yours and what belongs to those you lead."),
    ),
    HTTPStatus.NOT_FOUND: _said(
        lambda: gettext("There is nothing at this address."),
        lambda: gettext("It may have moved. Your week is a good place to go on."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: _said(
        lambda: gettext("There is nothing at this address."),
        lambda: gettext("It may have moved. Your week is a good place to go on."),
    ),
    HTTPStatus.CONFLICT: _said(
        lambda: gettext("That has changed in the meantime."),
        lambda: gettext("Load the page again to see how it stands."),
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: _said(
        lambda: gettext("That cannot be used."), lambda: gettext("Nothing was changed. Go back and choose again.")
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _said(
        lambda: gettext("This is too large to be read at once."),
        lambda: gettext("Nothing was changed. Split the file, and send one part after the other."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: _said(
        lambda: gettext("That was tried too often."), lambda: gettext("Please wait a few minutes and try again.")
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: _said(
        lambda: gettext("We cannot answer right now."),
        lambda: gettext("Nothing is lost. Please try again in a few seconds."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: _said(
        lambda: gettext("Something went wrong on our side."),
        lambda: gettext("Nothing is lost. If it happens again, tell us the number below."),
    ),
}
