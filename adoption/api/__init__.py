"""HTTP for machines: one blueprint per resource, described by an OpenAPI document."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import current_app
from flask import g
from flask import render_template
from flask import request
from flask_smorest import Api

from adoption import health
from adoption.api import activities
from adoption.api import audits
from adoption.api import boards
from adoption.api import book
from adoption.api import deliveries
from adoption.api import directory
from adoption.api import drafts as drafts  # its routes are of the blueprint of the book
from adoption.api import hooks
from adoption.api import incentives
from adoption.api import lists
from adoption.api import participants
from adoption.api import service
from adoption.api import sources
from adoption.api import strangers
from adoption.api import tokens
from adoption.api import trials
from adoption.auth import access_of
from adoption.auth import public
from adoption.errors import PROBLEM
from adoption.errors import MalformedError
from adoption.schemas import ProblemSchema

if TYPE_CHECKING:
    from flask import Flask
    from flask import Response
    from flask.typing import ResponseReturnValue

PREFIX = "/api/v1"
VERSION = "1.0"
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")  # in the address of a route
RESOURCES: tuple[Blueprint, ...] = (
    activities.bp,
    participants.bp,
    boards.bp,
    book.bp,
    incentives.bp,
    trials.bp,
    audits.bp,
    directory.bp,
    lists.bp,
    strangers.bp,
    sources.bp,
    deliveries.bp,
    tokens.bp,
)
PLAIN: tuple[Blueprint, ...] = (hooks.bp, service.bp)  # not part of the versioned API

page = Blueprint("api", __name__, template_folder="templates")


class Described(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """The OpenAPI document; errors are answered by ``adoption.errors``, and described as they are."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leave errors to ``adoption.errors``."""

    def _register_responses(self) -> None:
        """Describe every error as a problem."""
        content = {PROBLEM: {"schema": ProblemSchema}}
        names = {status.name: status.phrase for status in HTTPStatus}
        for name, words in {**names, "DEFAULT_ERROR": "A problem (RFC 9457)"}.items():
            self.spec.components.response(name, {"description": words, "content": content}, lazy=True)


def init_app(app: Flask) -> None:
    """Mount every resource."""
    app.before_request(_begin)
    app.after_request(_observe)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    described = Described(app, spec_kwargs={"title": "Spoonful", "version": VERSION, "openapi_version": "3.1.0"})
    described.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    described.spec.options["security"] = [{"token": []}]
    described.spec.components.schema("Activity", dict(activities.ACTIVITY))
    described.spec.components.schema("Receipt", dict(activities.RECEIPT))
    for resource in RESOURCES:
        described.register_blueprint(resource, url_prefix=PREFIX)
    app.extensions["openapi"] = described.spec
    app.register_blueprint(page, url_prefix=PREFIX)
    for blueprint in PLAIN:
        app.register_blueprint(blueprint)


@page.get("/openapi.json")
@public("describes the API, the same for everybody")
def document() -> ResponseReturnValue:
    """Return the OpenAPI document."""
    return _document()


@page.get("/")
@public("describes the API, the same for everybody")
def index() -> ResponseReturnValue:
    """Show the OpenAPI document to people."""
    return render_template("api/index.html", document=_document())


def _document() -> dict[str, Any]:
    """Return the document; each operation names the scope that its route states."""
    found: dict[str, Any] = current_app.extensions["openapi"].to_dict()
    for rule in current_app.url_map.iter_rules():
        access = access_of(current_app, rule.endpoint)
        operations = found["paths"].get(PLACE.sub(r"{\1}", rule.rule), {})
        if access is not None and access.permission is not None:
            for method in operations.keys() & {one.lower() for one in rule.methods or ()}:
                operations[method]["security"] = [{"token": [access.permission]}]
    return found


def _begin() -> None:
    """Take the time; refuse what no database can look for."""
    g.began = time.perf_counter()
    if "\0" in request.path or b"%00" in request.query_string:
        msg = "The address holds a NUL character."
        raise MalformedError(msg)


def _observe(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    began = g.pop("began", None)
    if began is not None:
        health.observe(route, request.method, response.status_code, time.perf_counter() - began)
    return response
