"""The service as it is served, in a process group of its own; and clients that keep their connections open."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from adoption import auth
from adoption.extensions import db
from bench import places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.places import Place

HOST = "127.0.0.1"
WORKERS, THREADS = 2, 8
STARTING = 60.0  # seconds
PATH = "/api/v1/activities"


@dataclass
class Service:
    """Gunicorn on a port of its own; may be killed and started again."""

    where: Place
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it answers."""
        self.port = self.port or free_port()
        options = ("--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS))
        command = [sys.executable, "-m", "gunicorn", *options, "--bind", f"{HOST}:{self.port}", "wsgi:app"]
        with (self.where.folder / "printed").open("ab") as out:
            environ = os.environ | self.where.environ
            self.process = subprocess.Popen(
                command, cwd=places.ROOT, env=environ, stdout=out, stderr=out, start_new_session=True
            )
        until = time.monotonic() + STARTING
        while not self.answers():
            assert self.process.poll() is None, (self.where.folder / "printed").read_text()[-3000:]
            assert time.monotonic() < until, "gunicorn does not answer"
            time.sleep(0.02)

    def answers(self) -> bool:
        """Say whether a worker answers."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as probe:
                probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
                return b" 200 " in probe.recv(100)
        except OSError:
            return False

    def workers(self) -> list[int]:
        """Return the processes that answer requests."""
        assert self.process is not None
        return places.family(self.process.pid)[1:]

    def kill(self) -> None:
        """End every process of it at once, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def service(where: Place) -> Iterator[Service]:
    """Serve for the length of a ``with`` block."""
    found = Service(where)
    try:
        found.start()
        yield found
    finally:
        found.stop()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def token() -> str:
    """Make a token that may send activities."""
    made = auth.create_token("bench", ["activities:write"], email=None, now=time.time_ns() // 1000)
    db.session.commit()
    return made


def request(secret: str, body: bytes, kind: str = "application/cloudevents+json") -> bytes:
    """Return a whole request."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {secret}\r\n"
    return f"{head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass
class Client:
    """One connection that is kept open, and the answer that is on its way."""

    port: int
    socket: socket.socket = field(init=False)
    received: bytes = b""
    sent: float = 0.0

    def __post_init__(self) -> None:
        """Connect."""
        self.connect()

    def connect(self) -> None:
        """Connect, again if need be."""
        self.socket = socket.create_connection((HOST, self.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def send(self, whole: bytes) -> None:
        """Send a request."""
        self.sent = time.perf_counter()
        self.socket.sendall(whole)

    def answer(self) -> tuple[int, bytes] | None:
        """Take what has come; return status and body when the answer is whole.

        Raises:
            OSError: the connection ended before.
        """
        piece = self.socket.recv(65_536)
        if not piece:
            raise ConnectionResetError
        self.received += piece
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        if len(body) < length:
            return None
        self.received = b""
        return int(head[9:12]), body

    def ask(self, whole: bytes) -> tuple[int, bytes]:
        """Send a request and wait for its answer."""
        self.send(whole)
        while (found := self.answer()) is None:
            pass
        return found


def drive(port: int, requests: list[bytes], clients: int, limit: float) -> tuple[list[float], float]:
    """Send requests from several clients, each as soon as its last one was answered.

    Returns how long each took, and how long all took; stops early after ``limit`` seconds.
    """
    waiting = iter(requests)
    durations: list[float] = []
    begun = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        open_clients = [Client(port) for _ in range(clients)]
        for one in open_clients:
            one.send(next(waiting))
            selector.register(one.socket, selectors.EVENT_READ, one)
        while selector.get_map():
            for key, _ in selector.select(60):
                one = key.data
                found = one.answer()
                if found is None:
                    continue
                durations.append(time.perf_counter() - one.sent)
                assert found[0] == 202, found
                following = next(waiting, None) if time.perf_counter() - begun < limit else None
                if following is None:
                    selector.unregister(one.socket)
                    one.socket.close()
                else:
                    one.send(following)
    return durations, time.perf_counter() - begun
