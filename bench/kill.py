"""Nothing that was acknowledged is lost, nothing counts twice, however often the service is killed with -9.

Clients send without pause, alone and in batches, and note what was acknowledged with 202.  What was not they send
again, with the same ids, when the service is back.  At the end everything is counted.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import exports
from adoption import facts
from adoption import history
from adoption.extensions import db
from adoption.models import StoredActivity
from bench import made
from bench import meters
from bench import places
from bench import serving
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.places import Place

KILLS, QUICK = 100, 5
CLIENTS = 4
LIVES = (0.02, 1.2)  # seconds between the first answer and the end
LARGEST = 60  # activities of a request
LIMIT = 1_800.0  # seconds for one database
COLUMNS = (
    "database", "kills", "acknowledged", "unanswered", "of these stored", "missing", "double", "verify",
    "seconds", "load",
)  # fmt: skip
PLAIN = {  # metrics that count every activity of a type
    "new-contacts": "contact.created",
    "calls": "call.completed",
    "next-steps": "task.created",
    "deals-won": "deal.won",
}


@dataclass
class Sent:
    """What clients know: activities without end, what was acknowledged, by type, and whether to go on."""

    stream: Iterator[bytes]
    secret: str
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: int = 0  # requests that were cut off
    stored: int = 0  # activities of those that were stored all the same, and met as duplicates
    faults: list[str] = field(default_factory=list)

    def take(self, count: int) -> list[bytes]:
        """Take activities that nobody has sent."""
        with self.lock:
            return [next(self.stream) for _ in range(count)]

    def note(self, items: list[bytes]) -> None:
        """Write down that these were acknowledged."""
        events = [json.loads(item) for item in items]
        with self.lock:
            self.acknowledged.update((event["id"], event["type"]) for event in events)


def run(*, quick: bool) -> meters.Table:
    """Kill the service on both databases."""
    table = meters.Table("Killed with -9 while activities come in over HTTP", COLUMNS)
    for kind in places.KINDS:
        begun = time.monotonic()
        with places.place(kind) as where:
            with places.application(where):
                secret = serving.token()
            kills, sent = _disturb(where, secret, QUICK if quick else KILLS)
            figures = _examine(where, sent)
        seconds = round(time.monotonic() - begun)
        known = len(sent.acknowledged), sent.unanswered, sent.stored
        table.add(kind, kills, *known, *figures, seconds, meters.load())
    table.notes += [
        "All processes of the service die at once. unanswered: requests that were cut off, and sent again afterwards;",
        "of these stored: activities that had been stored all the same, and were met as duplicates.",
    ]
    return table


def _disturb(where: Place, secret: str, kills: int) -> tuple[int, Sent]:
    """Serve, send and kill; then let everything that is on its way arrive."""
    chance = random.Random(7)
    sent = Sent(made.activities(10**7, actors=places.PEOPLE), secret)
    service = serving.Service(where)
    killed, until = 0, time.monotonic() + LIMIT
    try:
        service.start()
        numbers = range(CLIENTS)
        clients = [threading.Thread(target=_send, args=(sent, service, number), daemon=True) for number in numbers]
        for one in clients:
            one.start()
        while killed < kills and time.monotonic() < until and not sent.faults:
            _wait_for_more(sent)
            time.sleep(chance.uniform(*LIVES))
            service.kill()
            killed += 1
            service.start()
        sent.over.set()
        for one in clients:
            one.join(120)
            assert not one.is_alive(), "a client got no answer"
    finally:
        sent.over.set()
        service.stop()
    assert not sent.faults, sent.faults[:3]
    return killed, sent


def _wait_for_more(sent: Sent) -> None:
    """Wait until the service that was started again has acknowledged something."""
    known, until = len(sent.acknowledged), time.monotonic() + 60
    while len(sent.acknowledged) == known and not sent.faults:
        assert time.monotonic() < until, "nothing is acknowledged"
        time.sleep(0.002)


def _send(sent: Sent, service: serving.Service, number: int) -> None:
    """Send until it is over; never give up what was not acknowledged."""
    chance = random.Random(number)
    try:
        while not sent.over.is_set():
            items = sent.take(1 if chance.random() < 0.5 else chance.randint(2, LARGEST))
            first = True
            while not _acknowledged(sent, service, items):
                with sent.lock:
                    sent.unanswered += first
                first = False
                time.sleep(0.02)
            sent.note(items)
    except Exception as error:  # noqa: BLE001  # told where it stops the measurement
        sent.faults.append(repr(error))


_kept = threading.local()


def _acknowledged(sent: Sent, service: serving.Service, items: list[bytes]) -> bool:
    """Send a request; say whether it was acknowledged, and insist that nothing in it was refused."""
    one = len(items) == 1
    body = items[0] if one else b"\n".join(items)
    whole = serving.request(sent.secret, body, "application/cloudevents+json" if one else "application/x-ndjson")
    try:
        if getattr(_kept, "client", None) is None:
            _kept.client = serving.Client(service.port)
        status, answer = _kept.client.ask(whole)
    except OSError:
        _kept.client = None
        return False
    if status == 503:  # asks to try again
        return False
    assert status == 202, (status, answer)
    receipt = json.loads(answer)
    assert receipt["accepted"] + receipt["duplicates"] == len(items), receipt
    with sent.lock:
        sent.stored += receipt["duplicates"]
    return True


def _examine(where: Place, sent: Sent) -> tuple[int, int, str]:
    """Count what is stored and what counts; return how many are missing and counted wrongly, and what verify says."""
    with places.application(where, company=False):
        stored = set(db.session.scalars(select(StoredActivity.id)))
        missing = len(sent.acknowledged.keys() - stored)
        assert not stored - sent.acknowledged.keys(), "stored, but sent by nobody"
        expected = Counter(sent.acknowledged.values())
        counted: Counter[str] = Counter()
        people = {facts.current().holder_name(number) for number in range(1, places.PEOPLE + 1)}
        kept = exports.kept()
        for metric in PLAIN:
            per = min(kept[metric])
            lines = exports.tallies({metric}, per)
            counted[metric] = sum(line.value for line in lines if line.holder in people) // UNIT
        double = sum(abs(counted[metric] - expected[kind]) for metric, kind in PLAIN.items())
        differences = history.verify()
        return missing, double, "clean" if differences.clean else "; ".join(differences.lines())
