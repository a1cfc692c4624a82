"""``python -m bench [names] [--quick]``: measure, print tables, keep each as a line of JSON in ``bench/results``."""

from __future__ import annotations

import argparse
import importlib
import os
import time

from bench import meters

NAMES = (
    "ingest",
    "requests",
    "boards",
    "million",
    "dryrun",
    "bonuses",
    "reliance",
    "nightly",
    "audit",
    "letters",
    "kill",
)


def main() -> None:
    """Run the measurements that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], default=[], help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="smaller and sooner, for a first look")
    given = parser.parse_args()
    for name in given.names or NAMES:
        print(f"{name} (load average {meters.load():.1f} on {os.cpu_count()} cores)", flush=True)
        begun = time.monotonic()
        table = _boards() if name == "boards" else importlib.import_module(f"bench.{name}").run(quick=given.quick)
        table.keep(name, quick=given.quick)
        print()
        for line in table.lines():
            print(line)
        print(f"({time.monotonic() - begun:.0f} s)\n", flush=True)


def _boards() -> meters.Table:
    """Ask the measurement of boards, which is the same however quick."""
    boards = importlib.import_module("bench.boards")
    return meters.Table("Boards", ("what", "figure"), list(boards.run()))


if __name__ == "__main__":
    main()
