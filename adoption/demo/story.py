"""The company of the demo enters the service, through the same doors as any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import msgspec
from sqlalchemy import select

from adoption import awards
from adoption import directory
from adoption import facts
from adoption import intake
from adoption import people_csv
from adoption import rulebook
from adoption.awards import Row
from adoption.demo import company
from adoption.demo import life
from adoption.errors import AdoptionError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from adoption.directory import Loaded

BOOKS = Path(__file__).parent.parent.parent / "rules" / "books"
SIZE = 1_000  # activities of one delivery
USED = 14  # days after which what was earned has been used
_encoder = msgspec.json.Encoder()


class BrokenStoryError(AdoptionError):
    """The demo's own lists are refused by the service."""


def fill(now: int, report: Callable[[int, int], None]) -> tuple[int, int]:
    """Enter people, book and activities; return how many activities were accepted, and were there twice."""
    known = facts.current()
    today = known.today(now)
    staff = company.of(today)
    since = today - life.DAYS
    _people(staff, since)
    publish(BOOKS / "starter.toml", today=today, since=since, now=now)
    delivery = life.of(staff, today, known.zone, now)
    total = len(delivery.first) + len(delivery.corrections)
    accepted, twice = _deliver(delivery.first, now, lambda done: report(done, total))
    _use(today, now)
    late = _deliver(delivery.corrections, now, lambda done: report(len(delivery.first) + done, total))
    return accepted + late[0], twice + late[1]


def publish(book: Path, *, today: int, since: int, now: int) -> None:
    """Put a book in force from a day in the past."""
    rulebook.publish(book.read_text(encoding="utf-8"), today=today, since=since, name=book.name, now=now)
    db.session.commit()


def people(csv: bytes, *, on: int) -> None:
    """Load a list of people."""
    _commit(directory.load_people(people_csv.read(csv), on=on))


def _people(staff: company.Company, since: int) -> None:
    people(staff.people, on=since)
    people(staff.moved, on=staff.moved_on)
    _commit(directory.load_absences(people_csv.read_absences(staff.absences)))
    _commit(directory.load_holidays(people_csv.read_holidays(staff.holidays)))
    _commit(directory.load_waves(people_csv.read_waves(staff.waves)))


def _commit(loaded: Loaded) -> None:
    if loaded.faults:
        raise BrokenStoryError("; ".join(f"line {one.line}: {one.message}" for one in loaded.faults))
    db.session.commit()


def _deliver(events: Sequence[dict[str, Any]], now: int, report: Callable[[int], None]) -> tuple[int, int]:
    accepted = twice = 0
    for begin in range(0, len(events), SIZE):
        items = [_encoder.encode(event) for event in events[begin : begin + SIZE]]
        receipt = intake.accept_and_commit(items, door="file", now=now)
        if receipt.refused:
            raise BrokenStoryError(receipt.refused[0].fault)
        accepted += receipt.accepted
        twice += receipt.duplicates
        report(begin + len(items))
    return accepted, twice


def _use(today: int, now: int) -> None:
    """Let people use most of what they earned more than two weeks ago, so that there is something to correct."""
    connection = begin_write()
    facts.exclusive(connection)
    usable = [reward.key for reward in facts.current().book.rewards.values() if reward.kind in {"voucher", "time_off"}]
    old = (Award.status == "issued", Award.period < today - USED, Award.reward.in_(usable))
    rows = connection.execute(select(Award.__table__).where(*old))
    issued = [Row(*row[1:]) for row in rows]
    used = [
        replace(one, status="redeemed", redeemed=now, changed=now) for one in issued if one.ordinal + one.holder % 4
    ]
    awards.store(connection, used)
    db.session.commit()
