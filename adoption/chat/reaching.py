"""A connection to a webhook: to a public address alone, and to the very address that was looked at.

Whoever connects a channel chooses a host, and a host's name can lead anywhere.  So its addresses are looked up once,
each has to be one of the public network, and the connection is made to one of these; the certificate is checked for the
name.  A setting names the hosts within one's own network that may be reached all the same.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager
from contextlib import suppress
from http.client import HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TIMEOUT = 10.0  # seconds for one step
PORT = 443
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address is within


class OutOfReachError(Exception):
    """There is no way there, or none that may be gone; the message says why, and never names the path."""


class Deadline:
    """Hangs up when the time is over, whatever is going on then: each step has a limit, and all of them together."""

    def __init__(self) -> None:
        self.sock: socket.socket | None = None

    def hang_up(self) -> None:
        """End both directions of the connection, if there is one and it is not over."""
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # beneath the encryption, which is in use


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Give a deadline for what is done within."""
    deadline = Deadline()
    timer = threading.Timer(seconds, deadline.hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()


def connected(url: str, inner: Collection[str], deadline: Deadline) -> HTTPSConnection:
    """Return a connection to the host of an address; nothing was sent yet.

    Raises:
        OutOfReachError: the name is unknown, leads into our own network, or nobody answers there with its certificate.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORT
    allowed = host.lower() in inner
    found = addresses(host, port)
    hidden = [one for one in found if not is_public(one)]
    if hidden and not allowed:
        msg = f"{host} is within a private network ({hidden[0]}); CHAT_INNER_HOSTS may allow it"
        raise OutOfReachError(msg)
    reason = ""
    for address in found:
        connection = _Pinned(host, port, address, deadline)
        try:
            connection.connect()
        except OSError as error:  # ssl.SSLError among them
            connection.close()
            reason = reason or _said(error)
        else:
            return connection
    raise OutOfReachError(f"{host}: {reason}")  # noqa: EM102, TRY003  # what the system said


def addresses(host: str, port: int) -> list[Address]:
    """Return the addresses of a host.

    Raises:
        OutOfReachError: there are none.
    """
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        msg = f"{host}: {_said(error)}"
        raise OutOfReachError(msg) from None
    return [ipaddress.ip_address(str(one).partition("%")[0]) for one in dict.fromkeys(row[4][0] for row in rows)]


def is_public(address: Address) -> bool:
    """Say whether an address is one of the public network, also if it wraps another one."""
    if isinstance(address, ipaddress.IPv6Address):
        within = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in TRANSLATED:
            within.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not is_public(one) for one in within):
            return False
        if address.ipv4_mapped is not None or address in TRANSLATED:
            return True  # what it wraps is
    return address.is_global and not address.is_multicast and not address.is_reserved


class _Pinned(HTTPSConnection):
    """A connection to one address, with a certificate for the name."""

    def __init__(self, host: str, port: int, address: Address, deadline: Deadline) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address = address
        self._deadline = deadline

    def connect(self) -> None:
        """Connect to the address, and to no other."""
        plain = socket.create_connection((str(self._address), self.port), self.timeout)
        context = ssl.create_default_context()
        sock = context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = self._deadline.sock = sock
        sock.do_handshake()


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
