"""Work a bonus statement out again: ``python -m rules statement.json``.  Needs nothing but Python and this folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rules.bonus.exact import money_text
from rules.bonus.statement import reckon
from rules.bonus.wire import HASH
from rules.bonus.wire import FormatError
from rules.bonus.wire import digest
from rules.bonus.wire import pack
from rules.bonus.wire import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from rules.bonus.plan import Plan
    from rules.bonus.statement import Inputs
    from rules.bonus.statement import Line

EQUAL, DIFFERENT, UNREADABLE = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Print the lines of a statement as they come out, and say whether they are those of the file."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m rules statement.json\n")
        return UNREADABLE
    try:
        body = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        plan, inputs, claimed, total = read(body)
    except (OSError, ValueError, FormatError, RecursionError) as fault:
        sys.stderr.write(f"{arguments[0]} cannot be read: {fault}\n")
        return UNREADABLE
    faults = list(_worked_out(plan, inputs, claimed, total))
    if body.get("hash") != f"{HASH}:{digest(body)}":
        faults.append("the hash does not belong to the rest of the file: something was changed after it was written")
    for told in faults:
        sys.stdout.write(f"DIFFERENT: {told}\n")
    if not faults:
        sys.stdout.write("equal: every line, the total and the hash\n")
    return DIFFERENT if faults else EQUAL


def _worked_out(plan: Plan, inputs: Inputs, claimed: Sequence[Line], total: int) -> Iterator[str]:
    """Print the lines and the total as they come out; yield what is another one in the file."""
    try:
        found = reckon(plan, inputs)
    except (ArithmeticError, LookupError, StopIteration) as fault:  # what no plan that is well written leads to
        yield f"the plan and the inputs of the file cannot be worked out ({fault})"
        return
    for line in found.lines:
        sys.stdout.write("".join(_told(line, plan.currency)))
    sys.stdout.write(f"{'total':<32}{money_text(found.total):>14} {plan.currency}\n\n")
    yield from _differences(claimed, found.lines)
    if total != found.total:
        yield f"the total is {money_text(total)} in the file and {money_text(found.total)} here"


def _told(line: Line, currency: str) -> Iterator[str]:
    name = f"{line.key} ({line.note})" if line.note else line.key
    yield f"{name:<32}{money_text(line.amount):>14} {currency}\n"
    for step in line.steps:
        yield f"    {step.stage:<12}{step.formula}\n"


def _differences(claimed: Sequence[Line], found: Sequence[Line]) -> Iterator[str]:
    for place in range(max(len(claimed), len(found))):
        here = found[place] if place < len(found) else None
        there = claimed[place] if place < len(claimed) else None
        if here is None or there is None:
            yield f"line {place + 1} is only {'in the file' if there else 'here'}: {(there or here).key}"  # type: ignore[union-attr]  # one of them is there
        elif pack(here) != pack(there):
            yield (
                f"line {place + 1}, {there.key}: {money_text(there.amount)} in the file,"
                f" {money_text(here.amount)} here, or another arithmetic"
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
