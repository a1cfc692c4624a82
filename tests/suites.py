"""Office suites on this machine, that behave as the real ones do, and misbehave when they are told to.

``Microsoft`` gives what *arrived* between two moments, in blobs, one on a page, out of order and some twice; ``Google``
what *happened*, the newest first, in pages.  ``fail`` lets the next answers to addresses with a word in them be others.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs
from urllib.parse import urlsplit

from rules import period


def moment(text):
    """Read a time as suites are asked for it."""
    found = period.EPOCH.fromisoformat(text)
    return period.microseconds(found if found.tzinfo else found.replace(tzinfo=period.EPOCH.tzinfo))


class Suite:
    def __init__(self):
        self.asked = []  # addresses
        self.tokens = 0
        self.failing = []  # word, times, status, headers, body
        self.base = ""

    def fail(self, word, *, times=1, status=500, body=b"", **headers):
        self.failing.append([word, times, status, {n.replace("_", "-"): t for n, t in headers.items()}, body])

    def answer(self, method, path, form, authorization):
        self.asked.append(f"{method} {path}")
        for failure in self.failing:
            if failure[0] in path and failure[1]:
                failure[1] -= 1
                return failure[2], failure[3], failure[4]
        split = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        if split.path.endswith("token"):
            self.tokens += 1
            return self.token(form)
        if authorization != f"Bearer T{self.tokens}":
            return 401, {}, json.dumps({"error": {"code": "AF10001", "message": "The token is over."}}).encode()
        return self.give(split.path, query)


class Microsoft(Suite):
    """``arrives(moment, *records)`` puts a blob there; only who subscribed is given any."""

    page = 2

    def __init__(self):
        super().__init__()
        self.blobs = []
        self.subscribed = False

    def arrives(self, when, *records):
        self.blobs.append((when, list(records)))

    def token(self, form):
        if form.get("client_secret") != ["S3CRET"]:
            said = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}
            return 401, {}, json.dumps(said).encode()
        return 200, {}, json.dumps({"access_token": f"T{self.tokens}", "expires_in": 3599}).encode()

    def give(self, path, query):
        if path.endswith("subscriptions/start"):
            if self.subscribed:
                said = {"error": {"code": "AF20024", "message": "The subscription is already enabled."}}
                return 400, {}, json.dumps(said).encode()
            self.subscribed = True
            return 200, {}, json.dumps({"contentType": "Audit.SharePoint", "status": "enabled"}).encode()
        if path.endswith("subscriptions/content"):
            return self.contents(query)
        number = int(path.rpartition("/")[2])
        return 200, {}, json.dumps(self.blobs[number][1]).encode()

    def contents(self, query):
        first, last = moment(query["startTime"]), moment(query["endTime"])
        assert last - first <= 24 * 3600 * period.SECOND, "AF20030: more than 24 hours"
        there = [number for number, (when, _) in enumerate(self.blobs) if first <= when < last]
        there = [*there[::-1], *there[:1]]  # not in their order, and one of them twice
        at = int(query.get("nextPage", "0"))
        shown = there[at : at + self.page]
        headers = {}
        if at + self.page < len(there):
            kept = "&".join(f"{name}={query[name]}" for name in ("contentType", "startTime", "endTime"))
            headers["NextPageUri"] = (
                f"{self.base}/api/v1.0/t/activity/feed/subscriptions/content?{kept}&nextPage={at + 2}"
            )
        listed = [{"contentUri": f"{self.base}/api/v1.0/t/activity/feed/audit/{number}"} for number in shown]
        return 200, headers, json.dumps(listed).encode()


class Google(Suite):
    """``tells(moment, record)`` puts an activity there from that moment on; ``now`` is what time it is there."""

    page = 2

    def __init__(self):
        super().__init__()
        self.activities = []
        self.now = 0
        self.assertions = []

    def tells(self, when, record):
        self.activities.append((when, record))

    def token(self, form):
        self.assertions.append(form["assertion"][0])
        return 200, {}, json.dumps({"access_token": f"T{self.tokens}"}).encode()

    def give(self, _path, query):
        first, last = moment(query["startTime"]), moment(query["endTime"])
        found = [
            one for there, one in self.activities if there <= self.now and first <= moment(one["id"]["time"]) < last
        ]
        found.sort(key=lambda one: one["id"]["time"], reverse=True)
        at = int(query.get("pageToken", "0"))
        page = {"kind": "admin#reports#activities"}
        if found:
            page["items"] = found[at : at + self.page]
        if at + self.page < len(found):
            page["nextPageToken"] = str(at + self.page)
        return 200, {}, json.dumps(page).encode()


@contextmanager
def serving(suite):
    """Serve a suite on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):  # http.server's name for it
            length = int(self.headers.get("Content-Length") or 0)
            form = parse_qs(self.rfile.read(length).decode())
            given = suite.answer(self.command, self.path, form, self.headers.get("Authorization"))
            status, headers, body = given
            self.send_response(status)
            for name, text in headers.items():
                if name != "Torn":
                    self.send_header(name, text)
            self.send_header("Content-Length", str(len(body) + (100 if "Torn" in headers else 0)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # the same

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    suite.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield suite
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
