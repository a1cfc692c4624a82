"""A mail server that takes letters and misbehaves on demand.

``with Postbox() as box:`` gives one; ``box.url`` is its SMTP_URL, ``box.letters`` what it took, in order.
``box.do("alice@example.com", "450", "drop after")`` says what happens to the next tries to that address, one each; then
all goes well again.
"""

import asyncio
import re
import socket
import time
import warnings
from collections import defaultdict
from collections import deque
from email import message_from_bytes
from email.policy import default
from typing import NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

ANSWERS = {
    "421": "421 4.3.2 Service shutting down",
    "450": "450 4.2.0 Greylisted, try again later",
    "550": "550 5.1.1 User unknown",
    "554 route": "554 5.4.4 Unable to route",
}


class Taken(NamedTuple):
    """A letter as it came."""

    sender: str
    to: str
    data: bytes
    at: float

    @property
    def message(self):
        return message_from_bytes(self.data, policy=default)

    @property
    def text(self):
        return self.message.get_body(("plain",)).get_content()

    @property
    def html(self):
        return self.message.get_body(("html",)).get_content()

    @property
    def links(self):
        return re.findall(r"https?://\S+", self.text)


class _Server(SMTP):
    async def smtp_DATA(self, arg):  # noqa: N802  # aiosmtpd's name
        if self.event_handler.now(self.envelope.rcpt_tos) == "drop before":
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Postbox:
    def __init__(self, *, tls=None, users=None, slow=30.0):
        self.letters = []
        self.tries = []  # addresses, also of what was not taken
        self.logins = []
        self.script = defaultdict(deque)
        self.doing = {}
        self.greeting = None
        self.refuse_sender = None
        self.connections = 0
        self.slow = slow
        self.on_data = lambda: None
        self.users = users
        self.more = {}
        if tls:
            self.more |= {"tls_context": tls, "require_starttls": True}
        if users:
            self.more |= {"authenticator": self.authenticate, "auth_required": True, "auth_require_tls": bool(tls)}

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        box = self

        class _Controller(Controller):
            def factory(self):
                with warnings.catch_warnings():  # passwords in the clear are what some tests are about
                    warnings.simplefilter("ignore")
                    return _Server(self.handler, hostname="mail.example.com", **box.more)

        self.controller = _Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def do(self, address, *faults):
        self.script[address].extend(faults)

    def now(self, addresses):
        return self.doing.get(addresses[0]) if addresses else None

    def to(self, address):
        return [one for one in self.letters if one.to == address]

    # --- what aiosmtpd calls

    def authenticate(self, _server, _session, _envelope, mechanism, data):
        from aiosmtpd.smtp import AuthResult  # noqa: PLC0415

        given = (data.login.decode(), data.password.decode())
        self.logins.append((mechanism, *given))
        return AuthResult(success=given in self.users, handled=False)

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802
        self.tries.append(address)
        fault = self.script[address].popleft() if self.script[address] else ""
        self.doing[address] = fault
        if fault in ANSWERS:
            return ANSWERS[fault]
        if fault == "slow rcpt":
            await asyncio.sleep(self.slow)
        if fault == "drop rcpt":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        self.on_data()
        address = envelope.rcpt_tos[0]
        fault = self.doing.get(address)
        if fault == "slow":
            await asyncio.sleep(self.slow)
        if fault == "554 late":
            return "554 5.7.1 Looks like spam"
        if fault == "421 late":
            return "421 4.3.0 Too busy"
        self.letters.append(Taken(envelope.mail_from, address, envelope.original_content, time.time()))
        if fault == "drop after":
            server.transport.abort()
        return f"250 2.0.0 Ok: queued as {len(self.letters)}"
