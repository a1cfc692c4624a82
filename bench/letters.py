"""Weekly letters: how long writing takes, what a killed sender leaves, and whether the pace of a server is kept.

``write`` 1,000 letters in seconds of CPU; hand 10,000 to a local sink at a rate; kill the sender 100 times with -9 and
count at the sink what came, came twice or never, and what the outbox says of it.
"""

from __future__ import annotations

import os
import random
import signal
import socketserver
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections import Counter
from contextlib import suppress
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from adoption.digests import writing
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import looking
from adoption.mail import outbox
from adoption.mail import sending
from adoption.models import Letter
from bench import meters
from bench import places
from config import Settings
from rules import digest
from rules.digest import Facts
from rules.digest import Report
from rules.period import SECOND
from rules.value import UNIT

LETTERS, KILLED, KILLS = 10_000, 2_000, 100
QUICK = (500, 200, 5)
RATE = 1_200  # letters a minute that the server is spared to: less than what is possible
WRITTEN = 1_000
PEOPLE = 10
WEEK = 739_943  # 2026-11-23
HOUR = 3_600 * SECOND
COLUMNS = ("database", "what", "figure")
TITLES = {"en": "Developed contacts", "ru": "Проработанные контакты", "zh": "已完善的联系人"}
DELAY = 0.002  # seconds in which the sink keeps a letter before it answers


class Sink(socketserver.ThreadingTCPServer):
    """A mail server that takes everything, and remembers the number of each letter and when it came."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken: list[tuple[str, float]] = []
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"


class Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP as a sender needs."""

    server: Sink

    def handle(self) -> None:
        """Answer until the other side hangs up, or is killed."""
        with suppress(ConnectionError):
            self.talk()

    def talk(self) -> None:
        """Take letters, one after the other."""
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                name = ""
                while (part := self.rfile.readline()) not in {b".\r\n", b""}:
                    if part.lower().startswith(b"message-id:"):
                        name = part.split(b":", 1)[1].strip().decode()
                if part == b"":
                    return
                self.server.taken.append((name, time.monotonic()))
                time.sleep(DELAY)
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


def run(*, quick: bool) -> meters.Table:
    """Measure all of it on both databases."""
    table = meters.Table("Weekly letters", COLUMNS)
    letters, killed, kills = QUICK if quick else (LETTERS, KILLED, KILLS)
    for kind in places.KINDS:
        with places.place(kind) as where, Sink() as sink:
            threading.Thread(target=sink.serve_forever, daemon=True).start()
            more = {"SMTP_URL": sink.url, "MAIL_PER_MINUTE": "10000", "PUBLIC_URL": "https://spoonful.example.com"}
            spared = more | {"MAIL_PER_MINUTE": str(RATE)}
            with places.application(where):
                app = current_app
                app.extensions["settings"] = Settings.from_environment(where.environ | spared)
                if kind == places.KINDS[0]:
                    table.add("any", f"CPU seconds to write {WRITTEN} letters of {PEOPLE} people", _written())
                _paced(table, kind, sink, letters)
                app.extensions["settings"] = Settings.from_environment(where.environ | more)
                _killed(table, kind, where.environ | more, sink, (killed, kills))
            sink.shutdown()
    table.notes += ["lost: never at the sink; twice: at the sink more than once; known: of these, noted in the outbox"]
    return table


def _digest() -> digest.Digest:
    reports = [
        Report(number=one, name=f"Person {one}", work=weeks, had=weeks, targets=[10 * UNIT] * 9)
        for one in range(1, PEOPLE + 1)
        for weeks in [[(one + back) % 14 * UNIT for back in range(9)]]
    ]
    known = {"week": WEEK, "team": "North", "metric": TITLES, "goal": TITLES, "begun": 1, "thanked": {}}
    found = digest.make(Facts(reports=reports, medians=[5 * UNIT] * 9, **known))
    assert isinstance(found, digest.Digest)
    return found


def _written() -> float:
    """Return the CPU seconds that a thousand letters take, a third in each language."""
    found, zone = _digest(), ZoneInfo("Europe/Amsterdam")
    writing.write(found, 1, "en", {}, zone)
    begun = time.process_time()
    for number in range(WRITTEN):
        writing.write(found, number, ("en", "ru", "zh")[number % 3], {}, zone)
    return round(time.process_time() - begun, 2)


def _enter(number: int, first: int) -> None:
    """Let so many letters wait, all due now."""
    found = writing.write(_digest(), 1, "en", {}, ZoneInfo("UTC"))
    now = time.time_ns() // 1000
    rows = [
        {
            "kind": "digest", "participant": None, "address": f"m{one}@example.com", "occasion": f"w{one}",
            "week": None, "language": "en", "facts": "{}", "state": "rendered", "planned": now, "due": now,
            "expires": now + 24 * HOUR, "changed": now, "tries": 0, "doubts": 0, "rendered": now,
            "message_id": f"<{one}@example.com>",
            "subject": found.subject, "text": found.text, "html": found.html, "reply": None,
        }
        for one in range(first, first + number)
    ]  # fmt: skip  # rows of a table
    outbox.enter(begin_write(), rows)
    db.session.commit()


def _paced(table: meters.Table, kind: str, sink: Sink, number: int) -> None:
    """Hand letters over, and see that no minute has more than its share."""
    _enter(number, 0)
    begun = time.monotonic()
    while looking.counts(time.time_ns() // 1000).get("waiting"):
        db.session.rollback()
        sending.run(lambda _done, _total: None)
    seconds = time.monotonic() - begun
    moments = sorted(moment for _, moment in sink.taken)
    busiest = max(bisect_left(moments, one + 60) - at for at, one in enumerate(moments))
    assert len(sink.taken) == len({name for name, _ in sink.taken}) == number
    table.add(kind, f"{number} letters handed over: seconds", round(seconds, 1))
    table.add(kind, f"most in any minute (allowed: {RATE})", busiest)
    sink.taken.clear()
    db.session.rollback()


def _killed(table: meters.Table, kind: str, environ: dict[str, str], sink: Sink, numbers: tuple[int, int]) -> None:
    """Kill the sender again and again while letters wait, then let all of them arrive."""
    chance, (number, kills) = random.Random(7), numbers
    _enter(number, LETTERS)
    done = 0
    command = [sys.executable, "-m", "flask", "mail", "send"]
    while done < kills:
        process = subprocess.Popen(
            command, cwd=places.ROOT, env=os.environ | environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before = len(sink.taken)
        until = time.monotonic() + 60
        while len(sink.taken) == before and time.monotonic() < until and process.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, 0.1))
        ended = process.poll()
        if ended is not None:  # by itself, so it was not killed: all are sent, or it could not begin
            assert ended == 0, "the sender cannot work: see what it says on its own"
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        done += 1
    connection = begin_write()
    gone = time.time_ns() // 1000 - outbox.LOST - SECOND
    connection.execute(update(Letter).where(Letter.state == "sending").values(changed=gone))
    db.session.commit()
    while outbox.needed(time.time_ns() // 1000):
        db.session.rollback()
        sending.run(lambda _done, _total: None)
    came = Counter(name for name, _ in sink.taken)
    doubtful = set(db.session.scalars(select(Letter.message_id).where(Letter.doubts > 0)))
    sent = db.session.scalar(select(func.count()).where(Letter.state == "sent", Letter.occasion >= "w"))
    twice = {name for name, times in came.items() if times > 1}
    table.add(kind, f"kills of the sender, {number} letters waiting", done)
    table.add(kind, "letters sent in all, by the outbox", sent)
    table.add(kind, "lost", number - len(came))
    table.add(kind, "twice", len(twice))
    table.add(kind, "in doubt, all listed", len(doubtful))
    table.add(kind, "twice and not listed", len(twice - doubtful))
    db.session.rollback()
