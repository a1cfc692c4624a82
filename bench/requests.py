"""One activity a request, as CRMs send them: processor time of the server, and how long a client waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import made
from bench import meters
from bench import places
from bench import serving

if TYPE_CHECKING:
    from bench.places import Place

CLIENTS = (1, 8)
COUNT = 4_000  # requests of a round
LIMIT = 60.0  # seconds of a round
WARM = 200  # requests before
COLUMNS = (
    "database", "clients", "requests", "requests /s", "server CPU ms", "database CPU ms", "p50 ms", "p99 ms", "max ms",
    "flushes /s", "load",
)  # fmt: skip


def run(*, quick: bool) -> meters.Table:
    """Measure on both databases, with one client and with eight."""
    table = meters.Table(f"One activity a request (gunicorn gthread, {serving.WORKERS} workers)", COLUMNS)
    for kind in places.KINDS:
        with places.place(kind) as where:
            with places.application(where):
                secret = serving.token()
            with serving.service(where) as service:
                _measure(where, service, secret, table, quick=quick)
    table.notes.append("CPU: user and system time per request, of gunicorn's workers and of PostgreSQL's processes.")
    return table


def _measure(where: Place, service: serving.Service, secret: str, table: meters.Table, *, quick: bool) -> None:
    rounds, count = (1, COUNT // 4) if quick else (3, COUNT)
    stream = made.activities(WARM + len(CLIENTS) * rounds * count, actors=places.PEOPLE)
    requests = [serving.request(secret, item) for item in stream]
    serving.drive(service.port, requests[:WARM], 8, LIMIT)
    begin = WARM
    found: dict[int, list[tuple[float, ...]]] = {clients: [] for clients in CLIENTS}
    for _ in range(rounds):
        for clients in CLIENTS:
            found[clients].append(_round(where, service, requests[begin : begin + count], clients))
            begin += count
    for clients, lines in found.items():
        middles = [meters.middle(column) for column in zip(*lines, strict=True)]
        rate, own, server, median, late, latest, flushes = middles
        times = (own * 1000, server * 1000, median * 1000, late * 1000, latest * 1000)
        table.add(where.kind, clients, count * rounds, round(rate), *times, round(flushes), meters.load())


def _round(where: Place, service: serving.Service, requests: list[bytes], clients: int) -> tuple[float, ...]:
    flushes = meters.flushes(where.folder)
    workers = service.workers()
    before, server = sum(meters.ticks([one]) for one in workers), meters.ticks(where.server())
    durations, whole = serving.drive(service.port, requests, clients, LIMIT)
    after = sum(meters.ticks([one]) for one in workers)
    number = len(durations)
    own, server = (after - before) / number, (meters.ticks(where.server()) - server) / number
    durations.sort()
    late = durations[min(number - 1, number * 99 // 100)]
    return number / whole, own, server, durations[number // 2], late, durations[-1], flushes
