"""The company of the demo enters the service, through the same doors as any other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import msgspec

from adoption import directory
from adoption import disclosure
from adoption import facts
from adoption import intake
from adoption import journal
from adoption import people_csv
from adoption import rulebook
from adoption.demo import asking
from adoption.demo import audit
from adoption.demo import bonuses
from adoption.demo import changes
from adoption.demo import choices
from adoption.demo import company
from adoption.demo import hands
from adoption.demo import helpdesk
from adoption.demo import lapses
from adoption.demo import life
from adoption.demo import limits
from adoption.demo import mornings
from adoption.demo import owners
from adoption.demo import treating
from adoption.demo import uses
from adoption.demo import workbooks
from adoption.errors import AdoptionError
from adoption.extensions import db
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from adoption.directory import Loaded

BOOKS = Path(__file__).parent.parent.parent / "rules" / "books"
SIZE = 1_000  # activities of one delivery at most
HOUR = 3_600 * period.SECOND
LATELY = 14 * 24 * HOUR  # for how long deliveries come every hour, and not four times a day
_encoder = msgspec.json.Encoder()


class BrokenStoryError(AdoptionError):
    """The demo's own lists are refused by the service."""


def fill(now: int, report: Callable[[int, int], None]) -> tuple[int, int]:
    """Enter people, book and activities; return how many activities were accepted, and were there twice.

    Everything comes in when it arrived, and people use what they earned in between.
    """
    known = facts.current()
    today = known.today(now)
    staff = company.of(today)
    since = today - life.DAYS
    _people(staff, since)
    publish(BOOKS / "starter.toml", today=today, since=since, now=uses.lunchtime(since))
    choices.make(now)
    habits = uses.begin(today, uses.lunchtime(since))
    paydays = bonuses.begin(today)
    *mondays, before, last = mornings.begin(today)
    delivery = life.of(staff, today, known.zone, now)
    total = len(delivery.first) + len(delivery.corrections)
    accepted = twice = done = 0
    watched: int | None = uses.lunchtime(today - lapses.SINCE)
    for moment, end in _arrivals(delivery.arrived, now):
        if watched is not None and moment > watched:
            _tell(watched - HOUR)  # as people heard of it before
            lapses.begin(today, watched)
            _tell(watched)
            watched = None
        for day in habits.breaks_until(moment):
            uses.lunch(habits, day)
            limits.release(uses.lunchtime(day))
        if moment > now - limits.SINCE:
            limits.stop(min(moment, now))
        bonuses.pay(paydays, min(moment, now))
        mornings.post(mondays, min(moment, now))
        one, other = _deliver(delivery.first[done:end], min(moment, now))
        accepted, twice, done = accepted + one, twice + other, end
        report(done, total)
    uses.cast(habits, now)
    bonuses.review(paydays, now)
    limits.tighten(now)
    changes.write(now)
    helpdesk.deliver([company.address(name) for name in ("Bob Visser", "Mei Tanaka", "Alice Novak")], now)
    workbooks.tell(staff, now)
    late = _deliver(delivery.corrections, now)
    lapses.judge(now, lambda _done, _whole: None)
    mornings.post([before, last], now)  # the nights have judged these weeks by now, so they tell of the adoption score
    hands.lend(now)
    owners.decide(now)
    _tell(now)
    audit.hold(now)
    treating.begin(now)
    asking.begin(now)
    journal.check(now)
    db.session.commit()
    report(total, total)
    return accepted + late[0], twice + late[1]


def _tell(now: int) -> None:
    """Note what is told of processing."""
    disclosure.note(now)
    db.session.commit()


def _arrivals(arrived: Sequence[int], now: int) -> Iterator[tuple[int, int]]:
    """Yield the moment of each delivery, and behind which activity it ends; what is still to come is the last one's."""
    begin = 0
    for number, moment in enumerate(arrived):
        step = (1 if moment > now - LATELY else 6) * HOUR
        following = arrived[number + 1] if number + 1 < len(arrived) else period.FOREVER
        if moment < now and (moment // step != following // step or number - begin + 1 >= SIZE):
            yield moment, number + 1
            begin = number + 1
    if begin < len(arrived):
        yield now, len(arrived)


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


def _deliver(events: Sequence[dict[str, Any]], now: int) -> tuple[int, int]:
    receipt = intake.accept_and_commit([_encoder.encode(event) for event in events], door="file", now=now)
    if receipt.refused:
        raise BrokenStoryError(receipt.refused[0].fault)
    return receipt.accepted, receipt.duplicates
