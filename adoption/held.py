"""Everything that the service holds about one participant, as one JSON document, written while it is read.

To add what a new table holds: a ``Part``.  A test asks of every table that names a participant whether it is here or
why not (``LEFT_OUT``).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec
from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select

from adoption import facts
from adoption import preferences
from adoption.explain import spellings
from adoption.extensions import db
from adoption.models import Absence
from adoption.models import ApiToken
from adoption.models import Award
from adoption.models import Device
from adoption.models import Edition
from adoption.models import Identity
from adoption.models import LedgerEntry
from adoption.models import Letter
from adoption.models import Membership
from adoption.models import PublishedVersion
from adoption.models import Redemption
from adoption.models import Series
from adoption.models import SignInLink
from adoption.models import StoredActivity
from adoption.models import Tally
from adoption.models import Team
from adoption.models import Voucher
from adoption.models import WebSession
from adoption.models import bucket_of
from rules import period
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from sqlalchemy import Executable
    from sqlalchemy import Row

    from adoption.facts import Known

FETCH = 1_000  # rows held at once
CHUNK = 31  # days of activities that are read at once
MOST_SPELLINGS = 16  # beginnings of one address

# Tables that name a participant and are not written out, and why.
LEFT_OUT: Mapping[str, str] = {
    "allowance": "how often something may still be tried: gone within the hour",
    "distinct_key": "follows from the activities, and is what tallies are counted with",
    "record_progress": "follows from the activities",
    "snapshot_place": "follows from the tallies",
    "stranger": "nobody we know",
}


def _plain(value: Any) -> Any:
    return value


def _day(value: int | None) -> str | None:
    """Write a local day; an open end is none."""
    return None if value is None or value >= period.FOREVER else date.fromordinal(max(1, value)).isoformat()


def _moment(value: int | None) -> str | None:
    return None if value is None else period.moment(value).isoformat()


class Part(NamedTuple):
    """A list of the document: what it is read from for a participant, and how its columns are written."""

    name: str
    query: Callable[[int], Executable]
    shapes: Mapping[str, Callable[[Any], Any]]


# fmt: off
PARTS: tuple[Part, ...] = (
    Part(
        "teams",
        lambda who: select(Team.name.label("team"), Membership.starts.label("from"), Membership.ends.label("until"))
        .join(Team, Team.id == Membership.team).where(Membership.participant == who).order_by(Membership.starts),
        {"from": _day, "until": _day},
    ),
    Part(
        "identities",
        lambda who: select(Identity.source, Identity.id).where(Identity.participant == who)
        .order_by(Identity.source, Identity.id),
        {},
    ),
    Part(
        "absences",
        lambda who: select(Absence.starts.label("from"), Absence.ends.label("until"))
        .where(Absence.participant == who).order_by(Absence.starts),
        {"from": _day, "until": _day},
    ),
    Part(
        "tallies",
        lambda who: select(Series.metric, Series.per, Tally.period.label("from"), Tally.value)
        .join(Series, Series.id == Tally.series).join(Edition, Edition.id == Series.edition)
        .where(Edition.state == "active", Tally.bucket == bucket_of(who), Tally.holder == who)
        .order_by(Series.metric, Series.per, Tally.period, Series.id),
        {"from": _day, "value": text_of_units},
    ),
    Part(
        "awards",
        lambda who: select(
            PublishedVersion.incentive, PublishedVersion.number.label("version"), Award.period.label("from"),
            Award.ordinal, Award.status, Award.reward, Award.granted, Award.changed, Award.redeemed,
        ).join(PublishedVersion, PublishedVersion.id == Award.version)
        .where(Award.bucket == bucket_of(who), Award.holder == who)
        .order_by(Award.period, PublishedVersion.incentive, Award.ordinal),
        {"from": _day, "granted": _moment, "changed": _moment, "redeemed": _moment},
    ),
    Part(
        "vouchers",
        lambda who: select(Voucher.id.label("number"), Voucher.code, Voucher.made)
        .where(Voucher.holder == who).order_by(Voucher.id),
        {"made": _moment},
    ),
    Part(
        "uses",
        lambda who: select(
            PublishedVersion.incentive, Redemption.period.label("from"), Redemption.ordinal, Redemption.day,
            Device.canteen, Redemption.redeemed, Redemption.undone,
        ).join(PublishedVersion, PublishedVersion.id == Redemption.version)
        .outerjoin(Device, Device.id == Redemption.device)
        .where(or_(Redemption.holder == who, Redemption.participant == who)).order_by(Redemption.id),
        {"from": _day, "day": _day, "redeemed": _moment, "undone": _moment},
    ),
    Part(
        "ledger",
        lambda who: select(
            LedgerEntry.cause, LedgerEntry.unit, LedgerEntry.amount, LedgerEntry.reason, LedgerEntry.posted
        ).where(LedgerEntry.bucket == bucket_of(who), LedgerEntry.holder == who)
        .order_by(LedgerEntry.posted, LedgerEntry.cause, LedgerEntry.turn),
        {"amount": text_of_units, "posted": _moment},
    ),
    Part(
        "sessions",
        lambda who: select(
            WebSession.agent.label("browser"), WebSession.created, WebSession.seen, WebSession.ends, WebSession.revoked
        ).where(WebSession.participant == who).order_by(WebSession.id),
        {"created": _moment, "seen": _moment, "ends": _moment, "revoked": _moment},
    ),
    Part(
        "sign_in_links",
        lambda who: select(SignInLink.created, SignInLink.ends, SignInLink.used)
        .where(SignInLink.participant == who).order_by(SignInLink.id),
        {"created": _moment, "ends": _moment, "used": _moment},
    ),
    Part(
        "letters",
        lambda who: select(Letter.kind, Letter.address, Letter.subject, Letter.state, Letter.planned, Letter.changed)
        .where(Letter.participant == who).order_by(Letter.id),
        {"planned": _moment, "changed": _moment},
    ),
    Part(
        "tokens",
        lambda who: select(ApiToken.name, ApiToken.scopes, ApiToken.created, ApiToken.revoked)
        .where(ApiToken.participant == who).order_by(ApiToken.id),
        {"created": _moment, "revoked": _moment},
    ),
    Part(
        "devices",
        lambda who: select(Device.canteen, Device.created, Device.revoked)
        .where(Device.registered_by == who).order_by(Device.id),
        {"created": _moment, "revoked": _moment},
    ),
)
# fmt: on


def document(who: int, about: str, now: int) -> Iterator[str]:
    """Yield the text of the document, piece by piece; ``about`` says in words what it is."""
    known = facts.current()
    yield "{\n" + ",\n".join(f'"{name}": {_json(value)}' for name, value in _head(known, who, about, now).items())
    for part in PARTS:
        rows = db.session.execute(part.query(who), execution_options={"yield_per": FETCH})
        yield from _list(part.name, (_shaped(row, part.shapes) for row in rows))
    yield from _list("activities", _activities(known, who))
    yield "\n}\n"


def _head(known: Known, who: int, about: str, now: int) -> dict[str, Any]:
    person = known.people[who]
    return {
        "about": about,
        "written": _moment(now),
        "person": {
            "email": person.email,
            "name": person.name,
            "role": person.role,
            "manager": known.people[person.manager].email if person.manager else None,
            "hired_on": _day(person.hired_on),
            "left_on": _day(person.left_on),
        },
        "preferences": preferences.of(who)._asdict() | {"welcomed": _moment(preferences.of(who).welcomed)},
    }


def _list(name: str, items: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield f',\n"{name}": ['
    for number, item in enumerate(items):
        yield f"{',' if number else ''}\n{_json(item)}"
    yield "\n]"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _shaped(row: Row[Any], shapes: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {name: shapes.get(name, _plain)(value) for name, value in row._mapping.items()}  # noqa: SLF001  # its public name


def _activities(known: Known, who: int) -> Iterator[dict[str, Any]]:
    """Yield what a participant did, also what was taken back, by the day.

    An address may be spelled in any case: what begins like it is read, and asked whose it is.
    """
    table = StoredActivity
    first, last = db.session.execute(
        select(func.min(table.day).filter(table.day > 0), func.max(table.day)).where(table.type.is_not(None))
    ).one()
    names = sorted(name for (_, name), one in known.identities.items() if one == who)
    begun = spellings.prefixes(known.people[who].email, MOST_SPELLINGS)
    ranges = (and_(table.actor >= prefix, table.actor <= prefix + spellings.LAST) for prefix in begun)
    mine = or_(table.actor.in_(names), *ranges)
    wanted = (table.source, table.id, table.type, table.time, table.subject, table.actor, table.recorded)
    query = select(*wanted, table.retracts, table.retracted, table.data).where(mine, table.type.is_not(None))
    for begin in range(first or 1, (last or 0) + 1, CHUNK):
        chunk = query.where(table.day.between(begin, begin + CHUNK - 1)).order_by(
            table.day, table.time, table.source, table.id
        )
        for row in db.session.execute(chunk, execution_options={"yield_per": FETCH}):
            if known.participant_of(row.source, row.actor) == who:
                yield _activity(row)


def _activity(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "source": row.source,
        "id": row.id,
        "type": row.type,
        "time": _moment(row.time),
        "subject": row.subject,
        "actor": row.actor,
        "recorded": _moment(row.recorded),
        "retracts": row.retracts,
        "taken_back": bool(row.retracted),
        "data": msgspec.Raw(row.data.encode()),  # as it came, digit by digit
    }
