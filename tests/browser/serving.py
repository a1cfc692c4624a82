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
    server = make_server(host, port, app, threaded=True, request_handler=Quiet, fd=listening.fileno())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
