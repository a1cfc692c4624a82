"""How many awards are due to whom: gather tallies and awards of the past in bulk, ask ``rules.incentive``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from zlib import crc32

from sqlalchemy import select
from sqlalchemy import text

from adoption import statements
from adoption.inforce import window_of
from adoption.models import Tally
from adoption.models import bucket_of
from rules import incentive as rule
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.inforce import Change
    from adoption.inforce import InForce
    from adoption.inforce import Paid
    from rules.incentive import Incentive

AWARDS_LOCK = 0x5350_4F01  # class of advisory locks: a holder's awards of one incentive
Place = tuple[int, int, int]  # version, holder, first day of the period
Offer = tuple[str, str, int, int]  # incentive, kind of period, holder, first day of the period
Look = tuple[int, int, int]  # series, holder, first day of the period


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be decided anew: periods of holders, streaks of holders; and the tallies that are known already."""

    periods: set[Offer] = field(default_factory=set)
    streaks: set[tuple[str, int]] = field(default_factory=set)  # incentive, holder
    values: dict[Look, int] = field(default_factory=dict)


def touched(force: InForce, changes: Iterable[Change]) -> Asked:
    """Return what changed tallies may make due, or no longer due."""
    asked = Asked()
    for change in changes:
        asked.values[change.series, change.holder, change.period] = change.value
        before = change.value - change.delta
        for paid in force.paid.get(change.series, ()):
            incentive = paid.version.incentive
            if not _looks_at(force, paid, change.series, change.holder, change.period):
                continue
            if incentive.in_a_row is not None:
                if (before >= rule.DAY_MET) != (change.value >= rule.DAY_MET):
                    asked.streaks.add((incentive.key, change.holder))
            elif incentive.due(before) != incentive.due(change.value):
                asked.periods.add((incentive.key, incentive.per, change.holder, change.period))
    return asked


def everything(connection: Connection, force: InForce, bucket: int) -> Asked:
    """Return all that the tallies of one bucket of holders can make due."""
    table = Tally.__table__.c
    query = select(table.series, table.holder, table.period, table.value)
    query = query.where(table.bucket == bucket, table.series.in_(sorted(force.paid)))
    asked = Asked()
    for series, holder, first, value in connection.execute(query):
        asked.values[series, holder, first] = value
        for paid in force.paid[series]:
            incentive = paid.version.incentive
            if not _looks_at(force, paid, series, holder, first):
                continue
            if incentive.in_a_row is None:
                asked.periods.add((incentive.key, incentive.per, holder, first))
            else:
                asked.streaks.add((incentive.key, holder))
    return asked


def _looks_at(force: InForce, paid: Paid, series: int, holder: int, first: int) -> bool:
    """Say whether this tally is the one that the version looks at in that period."""
    if (holder > 0) != (paid.version.incentive.holder == "participant"):
        return False
    window = window_of(paid.version)
    if paid.version.incentive.in_a_row is not None:
        return window.starts <= first < window.ends
    return window.clip(first) == force.clips[series]


def take_turns(connection: Connection, force: InForce, asked: Asked) -> None:
    """Let one writer at a time decide where the answer hangs on several tallies.

    Where it hangs on one, the lock on that tally's row is enough.
    """
    sharing = {(key, holder) for key, _, holder, _ in asked.periods if len(force.versions[key]) > 1}
    lock(connection, AWARDS_LOCK, sharing | asked.streaks)


def counts(
    connection: Connection, known: Known, force: InForce, asked: Asked, held: Iterable[Place]
) -> dict[Place, int]:
    """Return how many awards are due at each place asked for, and at each place where awards are held."""
    versions = {paid.id: paid for line in force.versions.values() for paid in line}
    offers = set(asked.periods)
    blocks = _blocks(connection, known, force, asked)
    for (number, holder), found in blocks.items():
        incentive = versions[number].version.incentive
        offers.update((incentive.key, incentive.per, holder, first) for first in found)
    due: dict[Place, int] = {}
    for number, holder, first in held:
        due[number, holder, first] = 0  # unless something below says otherwise
        if number in versions:
            incentive = versions[number].version.incentive
            offers.add((incentive.key, incentive.per, holder, first))
    looks = {offer: _offered(force, offer) for offer in offers}
    tallies = _tallies(connection, force, looks, asked.values)
    for (_, _, holder, first), line in looks.items():
        earned = []
        for paid in line:
            incentive = paid.version.incentive
            if not eligible(known, incentive, holder, first):
                earned.append(0)
            elif incentive.in_a_row is not None:
                earned.append(incentive.within_limit(blocks.get((paid.id, holder), {}).get(first, 0)))
            else:
                earned.append(incentive.due(tallies.get((force.series_of(paid, first), holder, first), 0)))
        shared = rule.share([paid.version.incentive for paid in line], earned)
        due.update({(paid.id, holder, first): count for paid, count in zip(line, shared, strict=True)})
    return due


def _offered(force: InForce, offer: Offer) -> list[Paid]:
    """Return the versions that share one period of a holder, earlier first."""
    key, per, _, first = offer
    last = period.end(per, first)
    return [
        paid
        for paid in force.versions[key]
        if paid.version.incentive.per == per and paid.version.starts < last and first < paid.version.ends
    ]


def _tallies(
    connection: Connection, force: InForce, looks: Mapping[Offer, list[Paid]], values: Mapping[Look, int]
) -> Mapping[Look, int]:
    """Return the tallies that are looked at: those known already, and the others from the table."""
    wanted = {
        (force.series_of(paid, first), holder, first)
        for (_, _, holder, first), line in looks.items()
        for paid in line
        if paid.version.incentive.in_a_row is None
    }
    unknown = sorted((bucket_of(holder), series, holder, first) for series, holder, first in wanted - values.keys())
    key = ("bucket", "series", "holder", "period")
    found = statements.find(connection, "tally", key, (*key[1:], "value"), unknown)
    return {**values, **{(series, holder, first): value for series, holder, first, value in found}}


def _blocks(
    connection: Connection, known: Known, force: InForce, asked: Asked
) -> dict[tuple[int, int], Mapping[int, int]]:
    """Return the blocks of met working days, by version and holder, then by the period in which they end."""
    keys = {(key, holder) for key, _, holder, _ in asked.periods} | asked.streaks
    wanted = [
        (paid, holder, force.series_of(paid, paid.version.starts))
        for key, holder in sorted(keys)
        for paid in force.versions[key]
        if paid.version.incentive.in_a_row is not None
    ]
    met: dict[tuple[int, int], list[int]] = defaultdict(list)
    given = sorted({(bucket_of(holder), series, holder) for _, holder, series in wanted})
    columns = ("series", "holder", "period", "value")
    for series, holder, day, value in statements.find(
        connection, "tally", ("bucket", "series", "holder"), columns, given
    ):
        if value >= rule.DAY_MET:
            met[series, holder].append(day)
    blocks: dict[tuple[int, int], Mapping[int, int]] = {}
    for paid, holder, series in wanted:
        version = paid.version
        inside = [day for day in met[series, holder] if version.starts <= day < version.ends]
        works = known.worker(holder)
        blocks[paid.id, holder] = rule.blocks(inside, version.incentive.in_a_row or 1, works, version.incentive.per)
    return blocks


def eligible(known: Known, incentive: Incentive, holder: int, first: int) -> bool:
    """Say whether the incentive is offered to the holder on at least one day of the period.

    Teams and waves change on known days, so looking at these days of the period, and at its first, is enough.
    """
    if (holder < 0) != (incentive.holder == "team"):
        return False  # another version of the incentive was for this kind of holder
    who = incentive.who
    if not who:
        return True
    last = period.end(incentive.per, first)
    teams = [-holder] if holder < 0 else [team for _, _, team in known.memberships.get(holder, ())]
    changes = {starts for starts, _, _ in known.memberships.get(holder, ())}
    changes |= {starts for team in teams for starts, _, _ in known.waves.get(team, ())}
    role = known.people[holder].role if holder > 0 else None
    for day in sorted({first, *(one for one in changes if first < one < last)}):
        inside = (-holder,) if holder < 0 else known.teams_on(holder, day)
        names = [known.teams[team] for team in inside]
        if who.includes(names, role, known.waves_on(inside, day)):
            return True
    return False


def lock(connection: Connection, kind: int, keys: Iterable[tuple[str, int]]) -> None:
    """Take turns where rows alone do not make writers wait for each other (SQLite has one writer anyway)."""
    wanted = sorted({crc32(f"{name}/{number}".encode()) >> 1 for name, number in keys})
    if wanted and not statements.is_sqlite(connection):
        sql = text("SELECT pg_advisory_xact_lock(:kind, n) FROM unnest(CAST(:numbers AS integer[])) AS t(n)")
        connection.execute(sql, {"kind": kind, "numbers": wanted})
