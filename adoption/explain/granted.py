"""Why an award was granted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import or_
from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption import statements
from adoption.errors import NotFoundError
from adoption.explain import counted
from adoption.explain import names
from adoption.explain import reckoning
from adoption.explain import rulings
from adoption.explain import words
from adoption.explain.views import AwardLine
from adoption.explain.views import Counted
from adoption.explain.views import Entry
from adoption.explain.views import Why
from adoption.extensions import db
from adoption.models import Award
from adoption.models import LedgerEntry
from adoption.models import bucket_of
from rules import period
from rules import wording
from rules.value import UNIT
from rules.value import text_of_units
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.explain.counted import Share
    from adoption.explain.names import AwardKey
    from adoption.explain.reckoning import Reckoned
    from adoption.explain.rulings import Ruling
    from adoption.facts import Known
    from rules.version import Version

IN_LINE = ("budget", "ask", "stock")  # reasons for which awards wait in a line
_RECEIVED = (
    "SELECT t.source, t.id, b.received FROM {given} AS g CROSS JOIN activity AS t JOIN batch AS b ON b.id = t.batch"
    " WHERE t.bucket = g.bucket AND t.source = g.source AND t.id = g.id"
)


def awards_of(holder: int, *, language: str = "en") -> list[AwardLine]:
    """Return all awards of a holder, voided ones too, the newest first."""
    return _awards(holder, language)


def awards_lately(holder: int, since: int, *, language: str = "en") -> list[AwardLine]:
    """Return the awards of a holder that wait for a choice, or changed since a moment (UTC microseconds)."""
    table = Award.__table__.c
    return _awards(holder, language, or_(table.status == "choosing", table.changed >= since))


def _awards(holder: int, language: str, *wanted: ColumnElement[bool]) -> list[AwardLine]:
    known = facts.current()
    connection = db.session.connection()
    table = Award.__table__.c
    query = select(Award.__table__).where(table.bucket == bucket_of(holder), table.holder == holder, *wanted)
    newest = (table.granted.desc(), table.period.desc(), table.version, table.ordinal)
    rows = connection.execute(query.order_by(*newest)).all()
    found = rulings.rulings(connection, known, {row.version for row in rows})
    waits = awards.reasons(connection, known, [awards.Row(*row[1:]) for row in rows])
    return [_line(known, row, found[row.version], language, waits) for row in rows]


def why(award_id: str, *, language: str = "en") -> Why:
    """Explain an award: the sentence of its version, when that is in force, the arithmetic, and what was counted.

    The activities are those that count now; what each adds sums up to the tally.

    Raises:
        NotFoundError: there is no such award.
    """
    key = names.read(award_id)
    known = facts.current()
    connection = db.session.connection()
    table = Award.__table__.c
    at = (table.bucket == bucket_of(key.holder), *(table[name] == value for name, value in key._asdict().items()))
    row = connection.execute(select(Award.__table__).where(*at)).first()
    if row is None:
        msg = f"There is no award {award_id}."
        raise NotFoundError(msg)
    ruling = rulings.rulings(connection, known, [key.version])[key.version]
    line = versions(ruling.incentive.key, known.timelines)
    has = reckoning.tallies(connection, known, key.holder, [*line, ruling.version], [key.period])
    found: list[Share] = []
    if ruling.starts < ruling.ends:
        found = counted.shares(connection, has, ruling.version, key.period)
    tally = sum(share.units for share in found)
    reckoned = reckoning.reckon(has, line, ruling.version, key.period)
    held = awards.Row(*row[1:])
    award = _line(known, row, ruling, language, awards.reasons(connection, known, [held]))
    if award.waits is not None and award.waits.why in IN_LINE:
        award = replace(award, before=awards.before(connection, known, held))
    return Why(
        award=award,
        holder=known.holder_name(key.holder),
        sentence=rulings.sentence(known, ruling.version, language),
        version=ruling.number,
        in_force=words.days(ruling.starts, ruling.ends, language),
        starts=ruling.starts,
        ends=ruling.ends,
        arithmetic=_arithmetic(reckoned, tally, language),
        tally=text_of_units(tally),
        activities=_activities(connection, ruling.version, found, language),
        measure=ruling.version.counted.metric.measure,
        metric=wording.title_of(ruling.version.counted.metric, ruling.incentive.metric, language),
        due=reckoned.earlier + reckoned.due,
        limit=1 if ruling.incentive.reach is not None else ruling.incentive.at_most,
        entries=_entries(connection, key),
    )


def _line(
    known: Known, row: Row[Any], ruling: Ruling, language: str, waits: Mapping[awards.Name, awards.Waits]
) -> AwardLine:
    chosen = ruling.incentive if row.reward is None else replace(ruling.incentive, earns=(row.reward,))
    return AwardLine(
        id=names.written(names.AwardKey(row.version, row.holder, row.period, row.ordinal)),
        incentive=ruling.incentive.key,
        title=ruling.title(language),
        period=period.text(ruling.incentive.per, row.period),
        ordinal=row.ordinal,
        status=row.status,
        reward=row.reward,
        granted=period.moment(row.granted),
        changed=period.moment(row.changed),
        rewards=tuple(wording.rewards_of(chosen, known.book)),
        waits=waits.get(awards.Name(row.version, row.holder, row.period, row.ordinal)),
    )


def _activities(connection: Connection, version: Version, shares: Sequence[Share], language: str) -> list[Counted]:
    titles = {one.key: wording.title_of(one, one.key, language) for one in version.counted.milestones}
    received, known = _received(connection, shares), facts.current()
    found = []
    for share in shares:
        activity = share.activity
        found.append(
            Counted(
                source=share.source,
                id=share.id,
                type=activity.type,
                time=period.moment(activity.time),
                subject=activity.subject,
                adds=text_of_units(share.units),
                units=share.units,
                milestone=titles.get(activity.type),
                received=received.get((share.source, share.id)),
                who=known.participant_of(activity.source, activity.actor),
            )
        )
    return found


def _received(connection: Connection, shares: Sequence[Share]) -> dict[tuple[str, str], datetime]:
    """Return when each activity came; one query."""
    names = sorted({(bucket_of(share.source, share.id), share.source, share.id) for share in shares})
    rows = statements.run(connection, "activity", ("bucket", "source", "id"), names, _RECEIVED) if names else ()
    return {(row.source, row.id): period.moment(row.received) for row in rows}


def _entries(connection: Connection, key: AwardKey) -> list[Entry]:
    """Return the lines of the ledger that an award led to, in order."""
    table = LedgerEntry.__table__.c
    cause = f"award:{key.version}/{key.period}/{key.ordinal}"
    query = select(table.unit, table.amount, table.posted, table.turn).order_by(table.turn)
    mine = (table.bucket == bucket_of(key.holder), table.holder == key.holder, table.cause == cause)
    rows = connection.execute(query.where(*mine))
    return [Entry(unit, amount, period.moment(posted), turn % 2 == 1) for unit, amount, posted, turn in rows]


def _arithmetic(reckoned: Reckoned, tally: int, language: str) -> str:
    """Write how the tally leads to a number of awards, as in ``27 ÷ 10 = 2 (at most 2)``."""
    incentive = reckoned.version.incentive
    if incentive.reach is not None:
        sign = "≥" if tally >= incentive.reach else "<"
        text = f"{text_of_units(tally)} {sign} {text_of_units(incentive.reach)}"
    else:
        size = incentive.every if incentive.in_a_row is None else incentive.in_a_row * UNIT
        made = text_of_units(tally)
        had = made if incentive.in_a_row is None else words.say("run", language, n=made)
        text = f"{had} ÷ {text_of_units(size or UNIT)} = {max(0, tally // (size or UNIT))}"
    notes = []
    if incentive.at_most is not None:
        notes.append(words.say("at_most", language, n=incentive.at_most))
    if reckoned.earlier:
        notes.append(words.say("earlier", language, n=reckoned.earlier))
    if not reckoned.offered:
        notes.append(words.say("not_offered", language))
    return f"{text} ({'; '.join(notes)})" if notes else text
