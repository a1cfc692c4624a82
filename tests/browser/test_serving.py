"""The server of the browser tests itself."""

import socket
import struct
import threading

from tests.browser.serving import HOST
from tests.browser.serving import place
from tests.browser.serving import served

HANGS_UP_AT_ONCE = struct.pack("ii", 1, 0)


class Answer:
    """An answer that ends when its browser is gone, as a file does whose page was left meanwhile."""

    def __init__(self, gone):
        self.parts = [b"all there is"]
        self.gone = gone
        self.closed = threading.Event()

    def __iter__(self):
        return self

    def __next__(self):
        if self.parts:
            return self.parts.pop()
        self.gone.wait(10)
        raise StopIteration

    def close(self):
        self.closed.set()


def test_an_answer_is_closed_also_when_its_browser_hung_up():
    asked, gone = threading.Event(), threading.Event()
    answer = Answer(gone)

    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "12")])
        asked.set()
        return answer

    with place() as (listening, _), served(app, listening):
        with socket.create_connection((HOST, listening.getsockname()[1])) as browser:
            browser.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert asked.wait(10)
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HANGS_UP_AT_ONCE)
        gone.set()
        assert answer.closed.wait(5)
