"""Settings from the environment, each checked before anything starts.

=================  ==============================  ====================================================================
variable           default                         meaning
=================  ==============================  ====================================================================
DATABASE_URL       sqlite file in ``instance/``    ``sqlite:////absolute/path.db`` (three slashes: from the current
                                                   folder) or ``postgresql://user:password@host:5432/name`` (from 15 on)
SECRET_KEY         none                            at least 32 characters; signs what a browser keeps. Needed to serve,
                                                   not for ``flask db upgrade``, ``flask activities load`` and the like
SPOONFUL_DEMO      0                               1: a secret is made up for each process, which nobody should rely on
ORGANISATION_ZONE  UTC                             IANA time zone; decides on which day an activity happened
ORGANISATION_NAME  Spoonful                        how the organisation is called, at most 100 characters
CURRENCY           EUR                             three letters (ISO 4217)
CALLING_CODE       49                              the country of telephone numbers without one: 1 to 4 digits
WORKING_DAYS       mon,tue,wed,thu,fri             the days of the week on which the organisation works
ARCHIVE_FOLDER     ``instance/archive``            where the Parquet archive of activities is kept
MAX_REQUEST_BYTES  10000000                        the largest request that is read, 1000 to 1000000000
LOG_LEVEL          INFO                            DEBUG, INFO, WARNING, ERROR or CRITICAL
PUBLIC_URL         none                            http(s) address under which people reach this service; without it
                                                   no letter can bring a link, and so nobody can sign in
SMTP_URL           none                            ``smtp://user:password@host:587`` (STARTTLS where offered; port 25
                                                   if none is named), ``smtps://…:465``; ``%40`` is an @ in a
                                                   password. Without it letters go to MAIL_FOLDER
MAIL_FROM          ``Spoonful <spoonful@…>``       the sender of letters: an address, perhaps with a name
BOUNCE_ADDRESS     none                            where letters that cannot be delivered come back: each is sent from
                                                   it with ``+`` and its number before the ``@``, and what
                                                   comes is read by ``flask mail bounce``. Without it: MAIL_FROM
MAIL_FOLDER        ``instance/letters``            where letters are put as files while there is no SMTP_URL
MAIL_PER_MINUTE    60                              how many letters are handed to the server at most, 1 to 10000
CHAT_INNER_HOSTS   none                            names of hosts within one's own network, with commas between them, to
                                                   which messages to chat channels may go; all others must be public
TRUSTED_PROXIES    0                               how many proxies in front of this service add X-Forwarded-For
APPROVAL_ABOVE     500                             what a change to the book may newly promise in a month, in CURRENCY,
                                                   before a second person must approve it; 0: always, if it costs
=================  ==============================  ====================================================================

An empty variable counts as absent.
"""

from __future__ import annotations

import difflib
import re
import secrets
import zoneinfo
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent
SECRET_LENGTH = 32
MAKE_SECRET = "make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"  # noqa: S105  # how, not one
NAME_LENGTH = 100
REQUEST_BYTES = range(1_000, 1_000_000_001)
MAIL_RATE = range(1, 10_001)
PROXIES = range(11)
MOST_MONEY = 10**9
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # in the order of date.weekday()
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
POSTGRESQL = "postgresql+psycopg"
SCHEMES = {"sqlite": "sqlite", "postgres": POSTGRESQL, "postgresql": POSTGRESQL, POSTGRESQL: POSTGRESQL}


class SettingsError(Exception):
    """Settings are wrong: every fault at once, each naming its variable, what was given and what is allowed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["Spoonful cannot start with these settings:", *(f"  {fault}" for fault in faults)]))
        self.faults = tuple(faults)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment says; the module's docstring explains each."""

    database_url: str = field(repr=False)  # holds a password
    secret_key: str | None = field(repr=False)
    demo: bool
    organisation_zone: zoneinfo.ZoneInfo
    organisation_name: str
    currency: str
    working_days: frozenset[int]  # 0 is Monday
    archive_folder: Path
    max_request_bytes: int
    log_level: str
    public_url: str | None  # without a slash at its end
    smtp_url: str | None = field(repr=False)  # holds a password
    mail_from: str
    bounce_address: str | None
    mail_folder: Path
    mail_per_minute: int
    chat_inner_hosts: frozenset[str]
    trusted_proxies: int
    calling_code: str
    approval_above: Decimal  # money in a month, in the organisation's currency

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read every setting.

        Raises:
            SettingsError: one or more are wrong.
        """
        reader = _Reader(environ)
        demo = reader.read("SPOONFUL_DEMO", "0", _truth)
        settings = cls(
            database_url=reader.read("DATABASE_URL", f"sqlite:///{ROOT / 'instance' / 'spoonful.db'}", _database_url),
            secret_key=reader.read_optional("SECRET_KEY", _secret)
            or (secrets.token_hex(SECRET_LENGTH) if demo else None),
            demo=demo,
            organisation_zone=reader.read("ORGANISATION_ZONE", "UTC", _zone),
            organisation_name=reader.read("ORGANISATION_NAME", "Spoonful", _name),
            currency=reader.read("CURRENCY", "EUR", _currency),
            working_days=reader.read("WORKING_DAYS", "mon,tue,wed,thu,fri", _weekdays),
            archive_folder=reader.read("ARCHIVE_FOLDER", str(ROOT / "instance" / "archive"), _folder),
            max_request_bytes=reader.read("MAX_REQUEST_BYTES", "10000000", _request_bytes),
            log_level=reader.read("LOG_LEVEL", "INFO", _log_level),
            public_url=reader.read_optional("PUBLIC_URL", _public_url),
            smtp_url=reader.read_optional("SMTP_URL", _smtp_url),
            mail_from=reader.read("MAIL_FROM", "Spoonful <spoonful@localhost>", _sender),
            bounce_address=reader.read_optional("BOUNCE_ADDRESS", _bounce_address),
            mail_folder=reader.read("MAIL_FOLDER", str(ROOT / "instance" / "letters"), _folder),
            mail_per_minute=reader.read("MAIL_PER_MINUTE", "60", _number(MAIL_RATE)),
            chat_inner_hosts=reader.read_optional("CHAT_INNER_HOSTS", _hosts) or frozenset(),
            trusted_proxies=reader.read("TRUSTED_PROXIES", "0", _number(PROXIES)),
            calling_code=reader.read("CALLING_CODE", "49", _calling_code),
            approval_above=reader.read("APPROVAL_ABOVE", "500", _money),
        )
        if reader.faults:
            raise SettingsError(reader.faults)
        return settings

    def require_secret(self) -> str:
        """Return the secret, which serving needs and most commands do not.

        Raises:
            SettingsError: there is none.
        """
        if self.secret_key is None:
            raise SettingsError(
                [f"SECRET_KEY is not set: serving needs at least {SECRET_LENGTH} characters; {MAKE_SECRET}"]
            )
        return self.secret_key

    def flask(self) -> dict[str, object]:
        """Return the settings under the names that Flask and its extensions know."""
        return {
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            # What a statement was given is of people: it belongs neither in the log nor on the timetable.
            "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},
            "SECRET_KEY": self.secret_key,
            "ORGANISATION_ZONE": self.organisation_zone,
            "ORGANISATION_NAME": self.organisation_name,
            "CURRENCY": self.currency,
            "WORKING_DAYS": self.working_days,
            "ARCHIVE_FOLDER": self.archive_folder,
            "MAX_CONTENT_LENGTH": self.max_request_bytes,
            "MAX_FORM_MEMORY_SIZE": self.max_request_bytes,
            "LOG_LEVEL": self.log_level,
            "PUBLIC_URL": self.public_url,
        }


class _RefusedError(ValueError):
    """Say what is allowed; ``given`` stands in for a value that must not be shown."""

    def __init__(self, allowed: str, given: str | None = None) -> None:
        super().__init__(allowed)
        self.given = given


class _Reader:
    """Read variables one by one and keep every fault.

    A faulty variable reads as its default, so that reading goes on; no settings are made once there is a fault.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def read(self, name: str, default: str, parse: Callable[[str], T]) -> T:
        value = self.read_optional(name, parse)
        return parse(default) if value is None else value

    def read_optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        text = self.environ.get(name, "").strip()
        if not text:
            return None
        try:
            return parse(text)
        except _RefusedError as refused:
            self.faults.append(f"{name} is {refused.given or repr(text)}: allowed is {refused}")
            return None


def _truth(text: str) -> bool:
    if text.lower() not in TRUTH:
        allowed = "1 or 0 (true, false, yes, no, on, off)"
        raise _RefusedError(allowed)
    return TRUTH[text.lower()]


def _database_url(text: str) -> str:
    """Name the driver, and make a SQLite file's path absolute, so that it does not depend on where a command runs."""
    shown = repr(re.sub(r"://([^:/@]*):.*@", r"://\1:***@", text))  # a message must not show the password
    allowed = "sqlite:////absolute/path.db or postgresql://user:password@host:5432/name"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _RefusedError(allowed, shown) from None
    scheme = SCHEMES.get(url.drivername)
    name = url.database or ""
    if scheme is None or not name or name.startswith((":memory:", "file:")):
        raise _RefusedError(allowed, shown)
    if scheme == "sqlite":
        file = Path(name).resolve()
        if file.is_dir():
            raise _RefusedError(allowed + " (this is a folder)", shown)
        name = str(file)
    url = url.set(drivername=scheme, database=name)
    return url.render_as_string(hide_password=False)


def _secret(text: str) -> str:
    if len(text) < SECRET_LENGTH:
        allowed = f"at least {SECRET_LENGTH}; {MAKE_SECRET}"
        raise _RefusedError(allowed, f"{len(text)} characters long")
    return text


def _zone(text: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the zones' data, as "Europe"
        near = difflib.get_close_matches(text, zoneinfo.available_timezones(), n=1, cutoff=0.8)
        allowed = "an IANA time zone, such as " + (near[0] if near else "Europe/Amsterdam")
        raise _RefusedError(allowed) from None


def _name(text: str) -> str:
    if len(text) > NAME_LENGTH or not text.isprintable():
        allowed = f"one line of at most {NAME_LENGTH} characters"
        raise _RefusedError(allowed)
    return text


def _currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        allowed = "three letters (ISO 4217), such as EUR"
        raise _RefusedError(allowed)
    return text.upper()


def _calling_code(text: str) -> str:
    code = text.removeprefix("+")
    if not re.fullmatch(r"[1-9][0-9]{0,3}", code):
        allowed = "a country calling code, such as 49 or +7"
        raise _RefusedError(allowed)
    return code


def _weekdays(text: str) -> frozenset[int]:
    names = [name.strip().lower() for name in text.split(",")]
    if not set(names) <= set(WEEKDAYS):
        allowed = f"one or more of {', '.join(WEEKDAYS)}, with commas between them"
        raise _RefusedError(allowed)
    return frozenset(WEEKDAYS.index(name) for name in names)


def _hosts(text: str) -> frozenset[str]:
    names = [name.strip().lower() for name in text.split(",")]
    if not all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", name) for name in names):
        allowed = "names of hosts such as chat.example.internal, with commas between them"
        raise _RefusedError(allowed)
    return frozenset(names)


def _folder(text: str) -> Path:
    folder = Path(text).resolve()
    if any(path.exists() and not path.is_dir() for path in (folder, *folder.parents)):
        allowed = "a folder, or a path where one can be made (there is a file in the way)"
        raise _RefusedError(allowed)
    return folder


def _request_bytes(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) not in REQUEST_BYTES:
        allowed = f"a whole number of bytes from {REQUEST_BYTES[0]} to {REQUEST_BYTES[-1]}"
        raise _RefusedError(allowed)
    return int(text)


def _number(allowed: range) -> Callable[[str], int]:
    """Return the reader of a whole number within a range."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) not in allowed:
            words = f"a whole number from {allowed[0]} to {allowed[-1]}"
            raise _RefusedError(words)
        return int(text)

    return read


def _money(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", text) or Decimal(text) > MOST_MONEY:
        allowed = f"an amount of money from 0 to {MOST_MONEY}, such as 500 or 99.50"
        raise _RefusedError(allowed)
    return Decimal(text)


def _smtp_url(text: str) -> str:
    shown = repr(re.sub(r"://.*@", "://***@", text))  # a message must not show the password
    allowed = "smtp://user:password@host:587 or smtps://user:password@host:465 (user and password may be missing)"
    try:
        url = urlsplit(text)
        plain = url.scheme in {"smtp", "smtps"} and url.hostname and url.port != 0
    except ValueError:
        raise _RefusedError(allowed, shown) from None
    if not plain or url.path.strip("/") or url.query or url.fragment or re.search(r"\s", text):
        raise _RefusedError(allowed, shown)
    return text


def _sender(text: str) -> str:
    name, address = parseaddr(text)
    one = text.isprintable() and text.endswith((address, f"<{address}>")) and text.count("@") == 1
    if not one or not re.fullmatch(r"[^@\s<>\",;:]+@[^@\s<>\",;:]+", address) or not name.isprintable():
        allowed = "an e-mail address, or Name <address>"
        raise _RefusedError(allowed)
    return text


def _bounce_address(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,30}@[A-Za-z0-9.-]+", text):
        allowed = "a plain e-mail address with at most 30 characters in front of the @ and no +, as bounces@example.com"
        raise _RefusedError(allowed)
    return text


def _log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        allowed = f"one of {', '.join(LOG_LEVELS)}"
        raise _RefusedError(allowed)
    return text.upper()


def _public_url(text: str) -> str:
    allowed = "an address such as https://spoonful.example.com, without user, query or fragment"
    try:
        url = urlsplit(text)
        plain = url.scheme in {"http", "https"} and url.hostname and url.username is None and url.port != 0
    except ValueError:
        raise _RefusedError(allowed) from None
    if not plain or url.query or url.fragment or re.search(r"\s", text):
        raise _RefusedError(allowed)
    return text.rstrip("/")
