"""Errors the service raises on purpose, and the answer to every error: ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import re
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

import msgspec
from flask import Response
from flask import current_app
from flask import g
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from rules.book import BookError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask import Flask

PROBLEM = "application/problem+json"
RETRY_AFTER = 10  # seconds until a sender may try again after a storage failure


class StoppedError(Exception):
    """The process ends, or is no longer the one that runs jobs; the job goes on another time."""


class AdoptionError(Exception):
    """Something went wrong here."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str = "", *, headers: Mapping[str, str] | None = None, **members: object) -> None:
        super().__init__(message)
        self.headers = dict(headers or {})
        self.members = members

    def __str__(self) -> str:
        """Return the given message, or the class's docstring."""
        return super().__str__() or self.title

    @property
    def title(self) -> str:
        """What kind of problem this is: the first line of the class's docstring, the same for each occurrence."""
        return (self.__doc__ or "").strip().partition("\n")[0]

    @property
    def kind(self) -> str:
        """The problem's type, a name that never changes (``urn:spoonful:not-found``)."""
        words = re.findall(r"[A-Z][a-z0-9]*", type(self).__name__.removesuffix("Error"))
        return "urn:spoonful:" + "-".join(words).lower()


class MalformedError(AdoptionError):
    """The request cannot be read."""

    status = HTTPStatus.BAD_REQUEST


class UnauthenticatedError(AdoptionError):
    """The request does not prove who is asking."""

    status = HTTPStatus.UNAUTHORIZED


class ForbiddenError(AdoptionError):
    """Whoever is asking may not do this."""

    status = HTTPStatus.FORBIDDEN


class NotFoundError(AdoptionError):
    """There is no such thing."""

    status = HTTPStatus.NOT_FOUND


class TooLargeError(AdoptionError):
    """The request is larger than what is read."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedError(AdoptionError):
    """The request is of a kind that is not read here."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class RefusedError(AdoptionError):
    """What was sent can be read, but not be used."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class TooOftenError(AdoptionError):
    """This was tried too often; wait a little."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class ConflictError(AdoptionError):
    """This has changed in the meantime."""

    status = HTTPStatus.CONFLICT


class UnavailableError(AdoptionError):
    """The service cannot answer right now; try again later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def init_app(app: Flask) -> None:
    """Answer every error: people with a page (``extensions["error_page"]``), machines with a problem."""
    app.register_error_handler(AdoptionError, _for_people(on_own_error))
    app.register_error_handler(HTTPException, _for_people(on_http_error))
    app.register_error_handler(BookError, _for_people(on_book_error))
    app.register_error_handler(ValidationError, _for_people(on_validation_error))
    app.register_error_handler(IntegrityError, _for_people(on_conflict))
    for failure in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(failure, _for_people(on_storage_failure))
    app.register_error_handler(Exception, _for_people(on_surprise))


def _for_people(handler: Callable[[Any], Any]) -> Callable[[Exception], Any]:
    """Let a page tell what a handler answers; the handler's status and headers stay, and so does what it logs."""

    def handle(error: Exception) -> Any:
        g.refused = True  # whatever was to be shown is not
        answer = handler(error)
        show = current_app.extensions.get("error_page")
        if show is None or not isinstance(answer, Response):
            return answer
        page = show(HTTPStatus(answer.status_code), error, answer)
        return answer if page is None else page

    return handle


def on_own_error(error: AdoptionError) -> Response:
    """Say what the error says; a fault of the service itself is logged, and only named."""
    status = error.status
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem(status, error.title, kind=error.kind, instance=_log(error))
    return problem(status, str(error), kind=error.kind, title=error.title, headers=error.headers, **error.members)


def on_http_error(error: HTTPException) -> Response | HTTPException:
    """Keep Werkzeug's own status, text and headers (``Allow``, ``Retry-After``), and the messages of webargs."""
    if error.response is not None:
        return error
    headers = {name: text for name, text in error.get_headers() if name.lower() != "content-type"}
    members = getattr(error, "data", None) or {}
    more = {"errors": members["messages"]} if members.get("messages") else {}
    headers.update(members.get("headers") or {})
    return problem(HTTPStatus(error.code or 500), error.description or "", headers=headers, **more)


def on_validation_error(error: ValidationError) -> Response:
    """List every fault by its field."""
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields are wrong.", errors=error.messages)


def on_book_error(error: BookError) -> Response:
    """List every fault of a book by its place."""
    faults = [{"place": fault.place, "message": fault.message} for fault in error.faults]
    said = str(error).partition("\n")[0].rstrip(":")
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{said}.", kind="urn:spoonful:faulty-book", faults=faults)


def on_storage_failure(error: Exception) -> Response:
    """Ask to try again: the database is locked for too long, out of reach, full or overloaded."""
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The activities' storage cannot answer right now. Nothing was lost; send it again.",
        kind="urn:spoonful:unavailable",
        instance=_log(error),
        headers={"Retry-After": str(RETRY_AFTER)},
    )


def on_conflict(error: Exception) -> Response:
    """Say that somebody else was quicker: the database holds what this would contradict.  What it was is in the log."""
    conflict = ConflictError(instance=_log(error))
    return on_own_error(conflict)


def on_surprise(error: Exception) -> Response:
    """Give away nothing but the name under which the log tells what happened."""
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something unexpected happened. The log of the service names it by this instance.",
        instance=_log(error),
    )


def _log(error: Exception) -> str:
    """Write the error to the log under a new name, and return the name."""
    name = f"urn:uuid:{uuid.uuid4()}"
    current_app.logger.error("%s: %s", name, type(error).__name__, exc_info=error)
    return name


def problem(
    status: HTTPStatus,
    detail: str,
    *,
    kind: str = "about:blank",
    title: str | None = None,
    headers: Mapping[str, str] | None = None,
    **members: object,
) -> Response:
    """Build a problem answer; ``members`` are its extension members."""
    body = {"type": kind, "title": title or status.phrase, "status": status.value, "detail": detail, **members}
    return Response(msgspec.json.encode(body), status, headers, content_type=PROBLEM)
