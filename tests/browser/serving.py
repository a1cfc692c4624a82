"""The service at an address of its own, in a thread of the test, so that a test can look into its database."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

from werkzeug.serving import WSGIRequestHandler
from werkzeug.serving import make_server

HOST = "127.0.0.1"


class Quiet(WSGIRequestHandler):
    """Answer without telling about it."""

    def log(self, type, message, *args):  # noqa: A002  # the name it is called by
        if type == "error":
            super().log(type, message, *args)


def whole(app):
    """Take each answer whole and close it before a byte is sent.

    werkzeug forgets to close an answer whose browser hung up while it was sent: a file stays open until a warning about
    it is raised in whichever test comes next.
    """

    def answer(environ, start_response):
        parts = app(environ, start_response)
        try:
            return list(parts)
        finally:
            getattr(parts, "close", lambda: None)()

    return answer


@contextmanager
def place():
    """Give a free port, listened at: its socket and its address, which an application may want to know beforehand."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen(128)
        yield listening, f"http://{HOST}:{listening.getsockname()[1]}"


@contextmanager
def served(app, listening):
    """Serve an application there."""
    host, port = listening.getsockname()
    server = make_server(host, port, whole(app), threaded=True, request_handler=Quiet, fd=listening.fileno())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
