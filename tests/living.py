"""Bring a drawn world to life in an application, and read its answers in the reference's words."""

from datetime import date
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy import select

from adoption import facts
from adoption import inforce
from adoption import intake
from adoption import rulebook
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Absence
from adoption.models import Award
from adoption.models import Holiday
from adoption.models import Identity
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import PublishedVersion
from adoption.models import Tally
from adoption.models import Team
from adoption.models import Wave
from rules import period
from tests.worlds import to_json
from tests.worlds import to_toml

NOW = 1_793_491_200_000_000  # 2026-11-01, after everything that worlds hold


def day(when, otherwise):
    return otherwise if when is None else when.toordinal()


def span(starts, until):
    return {"starts": day(starts, 1), "ends": day(until, period.FOREVER)}


def settle_people(world):
    """Write people, teams, absences, holidays and waves as facts that may change how stored activities count."""
    connection = begin_write()
    facts.changed(connection, rescore=True)
    names = sorted({name for person in world.people for name, _, _ in person.team} | set(world.waves))
    teams = {name: number for number, name in enumerate(names, start=1)}
    for name, number in teams.items():
        connection.execute(insert(Team).values(id=number, name=name))
    for number, person in enumerate(world.people, start=1):
        row = {"id": number, "email": person.email.casefold(), "name": person.name, "role": person.role}
        connection.execute(insert(Participant).values(row))
        for source, name in person.identities:
            connection.execute(insert(Identity).values(source=source, id=name, participant=number))
        for name, starts, until in person.team:
            connection.execute(insert(Membership).values(participant=number, team=teams[name], **span(starts, until)))
        for starts, until in person.absences:
            connection.execute(insert(Absence).values(participant=number, **span(starts, until)))
    for holiday in world.holidays:
        connection.execute(insert(Holiday).values(day=holiday.toordinal(), name="holiday"))
    for name, (wave, starts, until) in world.waves.items():
        connection.execute(insert(Wave).values(name=wave, team=teams[name], **span(starts, until)))
    db.session.commit()


def load(one):
    """Publish a book the way ``flask book load`` does."""
    since = None if one.since is None else one.since.toordinal()
    rulebook.publish(to_toml(one.book), today=one.on.toordinal(), since=since, name="drawn", now=NOW)
    db.session.commit()


def deliver(batch):
    """Send a batch; worlds hold only valid activities, so nothing is refused."""
    receipt = intake.accept_and_commit([to_json(one).encode() for one in batch], door="test", now=NOW)
    assert receipt.refused == (), receipt.refused


def kept_kinds():
    """Return the (metric, per) that are kept."""
    return {(metric, per) for metric, series in inforce.current().shown.items() for _, per in series}


def tallies():
    """Return (metric, per, holder, period) → value, zero ones absent."""
    known = facts.current()
    of = {number: (metric, per) for metric, series in inforce.current().shown.items() for number, per in series}
    query = select(Tally.series, Tally.holder, Tally.period, Tally.value).where(Tally.series.in_(list(of)))
    found = {}
    for series, holder, first, value in db.session.execute(query):
        metric, per = of[series]
        key = metric, per, known.holder_name(holder), period.text(per, first)
        found[key] = found.get(key, Decimal(0)) + Decimal(value) / 10_000
    return {key: value for key, value in found.items() if value}


def awards():
    """Return (incentive, first day of the version, holder, period, ordinal) of every award that stands."""
    known = facts.current()
    query = select(Award, PublishedVersion).join(PublishedVersion, PublishedVersion.id == Award.version)
    found = set()
    for award, version in db.session.execute(query.where(Award.status.not_in(("voided", "corrected")))):
        versions = known.timelines.incentives[version.incentive]
        per = next(part.body.per for part in versions if part.starts <= version.starts < part.ends)
        holder, first = known.holder_name(award.holder), date.fromordinal(version.starts)
        found.add((version.incentive, first, holder, period.text(per, award.period), award.ordinal))
    return found
