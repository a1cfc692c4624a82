"""How each office suite is asked: for a token, and for what happened between two moments."""

from __future__ import annotations

import base64
import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Protocol
from urllib.parse import quote
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from adoption.signals import asking
from adoption.signals.asking import AskingError
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from adoption.signals.asking import Answer

HOUR = 3_600 * period.SECOND
DAY = 24 * HOUR
HOSTS: Mapping[str, str] = {  # where the suites are
    "microsoft login": "https://login.microsoftonline.com",
    "microsoft": "https://manage.office.com",
    "google login": "https://oauth2.googleapis.com",
    "google": "https://admin.googleapis.com",
}
CONTENT = "Audit.SharePoint"  # OneDrive is in it; nothing else is asked for
STARTED = "AF20024"  # Microsoft's word for: this subscription is there already
SCOPE = "https://www.googleapis.com/auth/admin.reports.audit.readonly"
LIVES = 3_600  # seconds that a token is asked for
PAGES = 10_000  # of one window; more is a circle


class Suite(Protocol):
    """An office suite that can be asked.

    ``reach`` is how far back it remembers, ``window`` how much may be asked for at once.  ``by_arrival`` says that it
    is asked by when records became available and not by when things happened, so that nothing comes behind one's back.
    """

    reach: ClassVar[int]
    window: ClassVar[int]
    first: ClassVar[int]
    by_arrival: ClassVar[bool]

    def pages(self, begins: int, ends: int) -> Iterator[Any]:
        """Yield the pages of what happened, or arrived, in ``[begins, ends)``, UTC microseconds.

        Raises:
            AskingError: it does not answer.
        """
        ...


class _Asked:
    """Asks with a token, and for another one when it is over."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._make = token
        self._token: str | None = None

    def ask(self, send: Callable[[str], Answer]) -> Answer:
        if self._token is None:
            self._token = self._make()
        try:
            return send(self._token)
        except AskingError as error:
            if error.status != HTTPStatus.UNAUTHORIZED:
                raise
        self._token = self._make()
        return send(self._token)


class Microsoft:
    """The Management Activity API: a subscription, lists of blobs for at most 24 hours, and blobs of records."""

    reach: ClassVar[int] = 7 * DAY - HOUR  # it is exact to the second, and so are we not
    window: ClassVar[int] = DAY
    first: ClassVar[int] = HOUR  # nothing is there from before it was subscribed to
    by_arrival: ClassVar[bool] = True

    def __init__(self, settings: Mapping[str, str], hosts: Mapping[str, str]) -> None:
        self._settings = settings
        self._hosts = hosts
        tenant = quote(settings["tenant"], safe="")
        self._base = f"{hosts['microsoft']}/api/v1.0/{tenant}/activity/feed/"
        self._login = f"{hosts['microsoft login']}/{tenant}/oauth2/v2.0/token"
        self._asked = _Asked(self._new_token)
        self._is_started = False

    def pages(self, begins: int, ends: int) -> Iterator[Any]:
        """Yield blobs of records that became available in ``[begins, ends)``."""
        self._start()
        span = {"startTime": _plain(begins), "endTime": _plain(ends)}
        address = f"{self._base}subscriptions/content?{urlencode({'contentType': CONTENT, **span, **self._publisher})}"
        for _ in range(PAGES):
            answer = self._get(address)
            for blob in _listed(answer.value):
                yield self._get(str(blob.get("contentUri"))).value
            following = answer.headers.get("nextpageuri")
            if not following:
                return
            address = following
        code = "unreadable"
        raise AskingError(code, "its list of contents has no end")

    @property
    def _publisher(self) -> dict[str, str]:
        return {"PublisherIdentifier": self._settings["tenant"]}

    def _start(self) -> None:
        """Subscribe; whoever is subscribed already is told so by a fault."""
        if self._is_started:
            return
        address = f"{self._base}subscriptions/start?{urlencode({'contentType': CONTENT, **self._publisher})}"
        try:
            self._asked.ask(lambda token: asking.post(address, token, {}))
        except AskingError as error:
            if STARTED not in error.said:
                raise
        self._is_started = True

    def _get(self, address: str) -> Answer:
        if not address.startswith(self._hosts["microsoft"] + "/"):  # our token is for Microsoft alone
            code = "unreadable"
            raise AskingError(code, "it names a place for its contents that is not its own")
        return self._asked.ask(lambda token: asking.get(address, token))

    def _new_token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings["client"],
            "client_secret": self._settings["secret"],
            "scope": "https://manage.office.com/.default",
        }
        return _token(asking.post(self._login, None, form))


class Google:
    """The Reports API: activities of Drive by when they happened, page by page."""

    reach: ClassVar[int] = 180 * DAY
    window: ClassVar[int] = DAY
    first: ClassVar[int] = 3 * DAY  # from so long before it was connected
    by_arrival: ClassVar[bool] = False

    def __init__(self, settings: Mapping[str, str], hosts: Mapping[str, str]) -> None:
        self._subject = settings["subject"]
        self._account: dict[str, Any] = json.loads(settings["account"])
        self._hosts = hosts
        self._asked = _Asked(self._new_token)

    def pages(self, begins: int, ends: int) -> Iterator[Any]:
        """Yield pages of activities that happened in ``[begins, ends)``."""
        base = f"{self._hosts['google']}/admin/reports/v1/activity/users/all/applications/drive"
        query = {"startTime": f"{_plain(begins)}Z", "endTime": f"{_plain(ends)}Z", "maxResults": "1000"}
        for _ in range(PAGES):
            page = self._get(f"{base}?{urlencode(query)}").value
            if not isinstance(page, dict):
                code = "unreadable"
                raise AskingError(code, "a page of activities is no object")
            yield _listed(page.get("items") or [])
            following = page.get("nextPageToken")
            if not following:
                return
            query["pageToken"] = str(following)
        code = "unreadable"
        raise AskingError(code, "its list of activities has no end")

    def _get(self, address: str) -> Answer:
        return self._asked.ask(lambda token: asking.get(address, token))

    def _new_token(self) -> str:
        address, now = f"{self._hosts['google login']}/token", int(time.time())
        claims = {
            "iss": self._account["client_email"], "sub": self._subject, "scope": SCOPE, "aud": address,
            "iat": now, "exp": now + LIVES,
        }  # fmt: skip
        grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        return _token(asking.post(address, None, {"grant_type": grant, "assertion": self._signed(claims)}))

    def _signed(self, claims: Mapping[str, object]) -> str:
        """Return claims as a JSON web token, signed with the account's key."""
        head = {"alg": "RS256", "typ": "JWT", "kid": self._account.get("private_key_id", "")}
        body = ".".join(_packed(json.dumps(part).encode()) for part in (head, claims))
        code = "refused"
        try:
            key = load_pem_private_key(self._account["private_key"].encode(), None)
        except (ValueError, TypeError):
            raise AskingError(code, "the private key of the service account cannot be read") from None
        if not isinstance(key, RSAPrivateKey):
            raise AskingError(code, "the private key of the service account is no RSA key")
        return f"{body}.{_packed(key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


SUITES: Mapping[str, Callable[[Mapping[str, str], Mapping[str, str]], Suite]] = {"m365": Microsoft, "google": Google}


def _plain(moment: int) -> str:
    """Write a moment to the second, in UTC and without saying so, as Microsoft wants it."""
    return period.moment(moment).strftime("%Y-%m-%dT%H:%M:%S")


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _listed(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return value
    code = "unreadable"
    raise AskingError(code, "where a list of objects should be, there is none")


def _token(answer: Answer) -> str:
    found = answer.value.get("access_token") if isinstance(answer.value, dict) else None
    if isinstance(found, str) and found:
        return found
    code = "unreadable"
    raise AskingError(code, "the answer holds no token")
