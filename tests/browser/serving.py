"""The service at an address of its own, in a thread of the test, so that a test can look into its database."""

from __future__ import annotations

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
def served(app):
    """Serve an application on a free port; gives its address."""
    server = make_server(HOST, 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
