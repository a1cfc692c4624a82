"""Ask an office suite over HTTPS, and say in one word what went wrong."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler
from urllib.request import Request
from urllib.request import build_opener

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = 30  # seconds
LARGEST = 64 * 1024 * 1024  # bytes of an answer
LONGEST = 300  # characters of what a suite says
LONGEST_WAIT = 24 * 3600  # seconds that a suite may ask us to wait


class AskingError(Exception):
    """A suite did not give what it was asked for.

    ``code`` is ``refused``, ``limited``, ``unreachable``, ``unreadable`` or ``gone``; ``wait`` the seconds after which
    it wants to be asked again, if it said so; ``status`` that of the answer.
    """

    def __init__(self, code: str, said: str, *, wait: int | None = None, status: int = 0) -> None:
        super().__init__(f"{code}: {said}")
        self.code = code
        self.said = said[:LONGEST]
        self.wait = wait
        self.status = status


class Answer(NamedTuple):
    """What was answered: JSON, and the headers by their names in small letters."""

    value: Any
    headers: Mapping[str, str]


class _NoRedirect(HTTPRedirectHandler):
    """A redirect would carry our token to whoever it names."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = build_opener(_NoRedirect)


def get(address: str, token: str) -> Answer:
    """Get JSON.

    Raises:
        AskingError: there is none.
    """
    return _sent(Request(address, headers={"Authorization": f"Bearer {token}"}))  # noqa: S310  # from our own hosts


def post(address: str, token: str | None, form: Mapping[str, str]) -> Answer:
    """Post a form and get JSON; raises as ``get`` does."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = urlencode(form).encode()
    return _sent(Request(address, data=body, headers=headers, method="POST"))  # noqa: S310  # the same


def _sent(request: Request) -> Answer:
    request.add_header("Accept", "application/json")
    try:
        with _opener.open(request, timeout=TIMEOUT) as answer:
            body = answer.read(LARGEST + 1)
            headers = {name.lower(): text for name, text in answer.headers.items()}
    except HTTPError as error:
        raise _refusal(error) from None
    except HTTPException as error:  # an answer that breaks off
        code = "unreadable"
        raise AskingError(code, f"the answer breaks off: {type(error).__name__}") from None
    except OSError as error:
        code = "unreachable"
        raise AskingError(code, str(getattr(error, "reason", None) or error)) from None
    length = headers.get("content-length", "")
    if length.isdecimal() and len(body) < min(int(length), LARGEST):
        code = "unreadable"
        raise AskingError(code, f"the answer breaks off after {len(body)} of {length} bytes")
    if len(body) > LARGEST:
        code = "unreadable"
        raise AskingError(code, "the answer is larger than 64 MiB")
    try:
        return Answer(json.loads(body) if body.strip() else None, headers)
    except (ValueError, RecursionError):
        code = "unreadable"
        raise AskingError(code, "the answer is no JSON") from None


def _refusal(error: HTTPError) -> AskingError:
    """Turn an answer that is a fault into what it means."""
    try:
        body = error.read(20_000).decode("utf-8", "replace")
    except (OSError, HTTPException):
        body = ""
    said, status = f"{error.code} {_message(body)}".strip(), error.code
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.FORBIDDEN and _is_quota(body)):
        return AskingError("limited", said, wait=_wait(error.headers.get("Retry-After")), status=status)
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return AskingError("gone", said, status=status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return AskingError("unreachable", said, wait=_wait(error.headers.get("Retry-After")), status=status)
    if status >= HTTPStatus.BAD_REQUEST:
        return AskingError("refused", said, status=status)
    return AskingError("unreadable", said, status=status)


def _is_quota(body: str) -> bool:
    return any(word in body for word in ("LimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED"))


def _message(body: str) -> str:
    """Return what a fault says of itself; both suites put it into one of these places."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    inner = found.get("error", found) if isinstance(found, dict) else found
    if isinstance(inner, dict):
        parts = (inner.get("code"), inner.get("message"))
    else:
        parts = (inner, found.get("error_description") if isinstance(found, dict) else None)
    return " ".join(str(part).partition("\n")[0] for part in parts if part)[:LONGEST]


def _wait(header: str | None) -> int | None:
    """Return the seconds that ``Retry-After`` asks for: a number, or a moment."""
    if not header:
        return None
    if header.strip().isdecimal():
        return min(int(header), LONGEST_WAIT)
    try:
        seconds = parsedate_to_datetime(header).timestamp() - time.time()
    except (ValueError, TypeError):
        return None
    return min(max(int(seconds), 0), LONGEST_WAIT)
