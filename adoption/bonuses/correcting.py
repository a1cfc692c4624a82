"""Later facts about closed periods: worked out again; the difference to what was posted goes into the open period."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

import msgspec
from sqlalchemy import or_
from sqlalchemy import select

from adoption import facts
from adoption.bonuses import carrying
from adoption.bonuses import gathering
from adoption.bonuses import runs
from adoption.bonuses import sharing
from adoption.models import BonusLine
from adoption.models import BonusRun
from adoption.models import StoredActivity
from adoption.models import bucket_of
from rules import period as periods
from rules.bonus import Inputs
from rules.bonus import corrections
from rules.bonus import reckon
from rules.bonus import wire
from rules.bonus.closing import FINAL
from rules.bonus.correction import OUTSIDE
from rules.bonus.correction import OWN
from rules.bonus.correction import TOGETHER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.bonuses.carrying import Before
    from adoption.bonuses.gathering import Ground
    from adoption.bonuses.sharing import Shared
    from rules.bonus.statement import Correction

BACK = 13  # periods that are looked at again
_encode = msgspec.json.Encoder().encode
Posted = dict[int, dict[str, int]]  # participant → component → cents


@dataclass(frozen=True, slots=True)
class Earlier:
    """A closed run whose facts have changed since, ready to be worked out again."""

    row: Row[Any]
    ground: Ground
    shared: Shared
    carried: Before
    posted: Posted

    @property
    def period(self) -> str:
        """The period, as it is written in the correction."""
        return periods.text(self.ground.plan.per, self.row.first)

    def whole(self, inputs: Inputs, who: int) -> Inputs:
        """Return somebody's inputs with shares and what was carried over, without what was adjusted by hand."""
        return replace(carrying.add_to(self.shared.add_to(inputs, who), self.carried, who), adjustments=())


def earlier(connection: Connection, row: Row[Any]) -> list[Earlier]:
    """Return the closed runs of a plan before this one about which anything may have changed since they were frozen."""
    query = select(BonusRun.__table__).where(BonusRun.plan == row.plan, BonusRun.first < row.first)
    query = query.where(BonusRun.state.in_(FINAL)).order_by(BonusRun.first.desc()).limit(BACK)
    known = facts.current()
    found = []
    for past in reversed(connection.execute(query).all()):
        plan = runs.plan_of(known, past)
        if not _changed(connection, past, periods.end(plan.per, past.first), known.version):
            continue
        ground = gathering.ground_of(connection, plan, past.first)
        brought = carrying.before(connection, past, plan)
        posted = _posted(connection, past, periods.text(plan.per, past.first))
        found.append(Earlier(past, ground, sharing.shared(connection, ground), brought, posted))
    return found


def _changed(connection: Connection, past: Row[Any], last: int, version: int) -> bool:
    """Say whether anything may be different: the directory or the book, figures, or activities of its days."""
    if version != past.facts or gathering.entered_since(connection, past.plan, past.first, past.as_of):
        return True
    table = StoredActivity
    came = select(table.batch).where(table.batch > past.batch)
    of_its_days = or_((table.day >= past.first) & (table.day < last), table.retracts.is_not(None))
    return connection.execute(came.where(of_its_days).limit(1)).first() is not None


def _posted(connection: Connection, past: Row[Any], period: str) -> Posted:
    """Return all that was posted for a closed period so far: its own lines, and corrections in later closed runs."""
    table = BonusLine
    query = select(table.participant, table.kind, table.key, table.amount, table.run)
    query = query.join(BonusRun, BonusRun.id == table.run).where(BonusRun.plan == past.plan, BonusRun.state.in_(FINAL))
    about = (table.kind == "correction") & (table.note == period)
    found: Posted = defaultdict(lambda: defaultdict(int))
    for who, kind, key, amount, run in connection.execute(query.where(or_(table.run == past.id, about))):
        if kind == "correction" and run != past.id:
            found[who][key] += amount
        elif kind not in OUTSIDE:
            found[who][key if kind in OWN else TOGETHER] += amount
    return found


def of_bucket(connection: Connection, past: Iterable[Earlier], bucket: int) -> dict[int, tuple[Correction, ...]]:
    """Return the corrections of a bucket's participants, also of those who are no longer in the plan."""
    found: dict[int, list[Correction]] = defaultdict(list)
    for one in past:
        again = {
            who: reckon(one.ground.plan, one.whole(inputs, who))
            for who, inputs in gathering.inputs_of(connection, one.ground, bucket).items()
        }
        gone = {who for who in one.posted if bucket_of(who) == bucket and who not in again}
        for who, statement in again.items():
            found[who] += corrections(one.period, one.posted.get(who, {}), statement)
        for who in gone:  # no longer in the plan of that time: what was posted is taken back
            empty = reckon(replace(one.ground.plan, components=(), floor=None), Inputs())
            found[who] += corrections(one.period, one.posted[who], empty)
    return {who: tuple(sorted(ones)) for who, ones in found.items() if ones}


def add_to(inputs: Inputs, found: Sequence[Correction]) -> Inputs:
    """Return the inputs with corrections."""
    return replace(inputs, corrections=tuple(found)) if found else inputs


def of_leavers(run: int, bucket: int, left: Mapping[int, Sequence[Correction]]) -> list[tuple[int, int, int, str]]:
    """Return the rows of participants who have nothing in this period but corrections of earlier ones."""
    return [
        (run, who, bucket, _encode(wire.pack(Inputs(days=(0, 1), corrections=tuple(ones)))).decode())
        for who, ones in sorted(left.items())
    ]
