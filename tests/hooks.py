"""A server of incoming webhooks that takes messages and misbehaves on demand, with a certificate of its own.

``with Hooks(folder) as hooks:`` gives one at ``https://localhost:…``; ``hooks.url("/hooks/abc")`` is an address of it,
``hooks.taken`` what came, in order.  ``hooks.do("/hooks/abc", 503, "drop after")`` says what happens to the next tries
there, one each; then all goes well again.  Trust it by ``SSL_CERT_FILE=hooks.certificate``.
"""

import json
import ssl
import threading
import time
from collections import defaultdict
from collections import deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import NamedTuple

from tests import certificates


class Came(NamedTuple):
    """A message as it came."""

    path: str
    headers: dict
    body: bytes
    at: float

    @property
    def said(self):
        return json.loads(self.body)


class Hooks:
    def __init__(self, folder, *, slow=30.0):
        self.certificate = str(certificates.made(folder))
        self.taken, self.connections, self.slow = [], 0, slow
        self.script = defaultdict(deque)
        self.on_post = lambda: None

    def __enter__(self):
        hooks = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):  # the standard library's name
                with suppress(OSError):
                    hooks.answer(self)

            def do_GET(self):  # the same
                hooks.taken.append(Came("GET " + self.path, {}, b"{}", time.time()))
                self.send_response(200)
                self.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.server.handle_error = lambda *_: None  # who hangs up within a handshake is what some tests are about
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path, host="localhost"):
        return f"https://{host}:{self.server.server_address[1]}{path}"

    def do(self, path, *faults):
        self.script[path].extend(faults)

    def answer(self, request):
        self.connections += 1
        fault = self.script[request.path].popleft() if self.script[request.path] else 200
        if fault == "drop before":
            request.connection.close()
            return
        body = request.rfile.read(int(request.headers["Content-Length"]))
        self.on_post()
        if fault == "slow":
            time.sleep(self.slow)
            return
        if isinstance(fault, int) and fault < 400:
            self.taken.append(Came(request.path, dict(request.headers.items()), body, time.time()))
        if fault == "drop after":
            self.taken.append(Came(request.path, dict(request.headers.items()), body, time.time()))
            request.connection.close()
            return
        status, words, headers = fault if isinstance(fault, tuple) else (fault, "ok" if fault == 200 else "no", {})
        if status == "drip":  # byte by byte
            for byte in b"HTTP/1.1 200 OK\r\n\r\n":
                request.wfile.write(bytes([byte]))
                time.sleep(0.2)
            return
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(words.encode())
