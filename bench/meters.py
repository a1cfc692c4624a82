"""How long, how much processor time, how much memory; and tables of it."""

from __future__ import annotations

import json
import os
import statistics
import time
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Sequence

RESULTS = Path(__file__).parent / "results"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Table:
    """What a measurement found."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *row: object) -> None:
        """Add a row, and show it at once: measurements take minutes."""
        self.rows.append(row)
        print("   …", "  ".join(map(shown, row)), flush=True)

    def lines(self) -> Iterable[str]:
        """Yield the table for people, as Markdown."""
        texts = [self.columns, *[tuple(map(shown, row)) for row in self.rows]]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        yield self.title
        yield ""
        for number, row in enumerate(texts):
            yield "| " + " | ".join(_aligned(text, width) for text, width in zip(row, widths, strict=True)) + " |"
            if number == 0:
                yield "| " + " | ".join("-" * width for width in widths) + " |"
        yield from self.notes

    def keep(self, name: str, *, quick: bool) -> None:
        """Write one line of JSON for whoever quotes it."""
        RESULTS.mkdir(exist_ok=True)
        known = {"name": name, "quick": quick, "when": time.strftime("%Y-%m-%d"), "cores": os.cpu_count()}
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        text = json.dumps({**known, "title": self.title, "rows": rows, "notes": self.notes})
        (RESULTS / f"{name}.json").write_text(text + "\n")


def shown(value: object) -> str:
    """Write a figure as people read it."""
    if isinstance(value, int):
        return f"{value:,}".replace(",", " ")
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
    return str(value)


def _aligned(text: str, width: int) -> str:
    return text.rjust(width) if text[:1].isdigit() else text.ljust(width)


@dataclass(frozen=True)
class Spent:
    """What something took: seconds, and seconds of processor in our process and in the database's."""

    wall: float
    own: float
    server: float

    @property
    def processor(self) -> float:
        """Return the processor's seconds of both."""
        return self.own + self.server


def spent(action: Callable[[], object], server: Callable[[], list[int]] = list) -> Spent:
    """Do something and say what it took."""
    before, own, begun = ticks(server()), time.process_time(), time.perf_counter()
    action()
    wall, own = time.perf_counter() - begun, time.process_time() - own
    return Spent(wall, own, ticks(server()) - before)


def ticks(processes: Iterable[int]) -> float:
    """Return the processor's seconds of processes; the first one's children that have ended count as well."""
    total = 0
    for number, process in enumerate(processes):
        try:
            stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(map(int, stat[11:15] if number == 0 else stat[11:13]))
    return total / TICK


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def load() -> float:
    """Return how busy the machine was during the last minute."""
    return os.getloadavg()[0]


def flushes(folder: Path, count: int = 100) -> float:
    """Return how many times a second the disk keeps what it is told to keep: the limit of single commits."""
    path = folder / "flushed"
    handle = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        begun = time.perf_counter()
        for _ in range(count):
            os.write(handle, b"x" * 4096)
            os.fdatasync(handle)
        return count / (time.perf_counter() - begun)
    finally:
        os.close(handle)
        path.unlink()
