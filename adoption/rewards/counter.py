"""The counter: what is shown is redeemed at once, or said why not; and can be taken back for ten seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption import statements
from adoption.errors import ConflictError
from adoption.models import Device
from adoption.models import Redemption
from adoption.models import Voucher
from adoption.rewards import terms
from adoption.rewards import uses
from adoption.rewards import vouchers
from rules import voucher as rule
from rules.period import SECOND

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.awards import Row
    from adoption.facts import Known
    from adoption.rewards.uses import Used
    from adoption.rewards.vouchers import Ticket
    from rules.incentive import Reward

UNDO = 10 * SECOND  # for how long the device that redeemed may take it back
TRIES = 5
SHOWN = 50  # lines of today's list
PARTS = ("version", "holder", "period", "ordinal")
# What a scan can lead to: the shape and colour of the answer belong to one of four.
GIVE = "give"
USED = ("used",)
NOT_DUE = ("undue", "unknown")
OF_STATUS = {"voided": "undue", "waiting": "waiting", "choosing": "choosing", "expired": "expired"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the cashier is told.  ``said`` is ``give``, or why not; the rest is there where it is known.

    ``until`` is the last local day, ``redemption`` what may be taken back.
    """

    said: str
    holder: str | None = None
    number: int | None = None
    reward: Reward | None = None
    used: Used | None = None
    until: int | None = None
    redemption: int | None = None


class Line(NamedTuple):
    """One redemption of today at a canteen; ``undone`` says that it was taken back."""

    id: int
    at: int  # UTC microseconds
    holder: str
    number: int | None
    reward: Reward | None
    undone: bool


class Today(NamedTuple):
    """What was given out at a canteen today: how many, and the latest ones."""

    total: int
    lines: list[Line]


class BusyError(ConflictError):
    """This voucher changes at this very moment; scan it once more."""


def is_token(text: str) -> bool:
    """Say whether a text was scanned from a screen, and not typed."""
    shown = rule.read(text)
    return shown is not None and shown.step is not None


def scan(connection: Connection, text: str, device: int, now: int) -> Verdict:
    """Redeem what was scanned or typed at a device, if it may be; in a writing transaction that the caller commits.

    Raises:
        BusyError: the award changed again and again while we looked.
    """
    known = facts.of(connection)
    for _ in range(TRIES):
        verdict = _scanned(connection, known, text, device, now)
        if verdict is not None:
            return verdict
    raise BusyError


def _scanned(connection: Connection, known: Known, text: str, device: int, now: int) -> Verdict | None:
    """Decide and redeem; ``None`` if the award changed in between."""
    shown = rule.read(text)
    ticket = vouchers.by_code(connection, shown.code) if shown else None
    award = awards.find(connection, ticket.name) if ticket else None
    if shown is None or ticket is None or award is None:
        return Verdict("unknown")
    if shown.step is not None and not rule.genuine(shown, ticket.secret):
        return Verdict("unknown")
    if shown.step is not None and not rule.fresh(shown, now):
        return Verdict("stale")
    found = terms.current(connection, known)
    reward = found.of(award.reward, award.changed)
    until = found.valid_until(reward, award.changed) if reward else None
    said = _said(award, reward, until, known.today(now))
    redemption, used = None, None
    if said == GIVE:
        redemption = awards.redeem(connection, award, awards.Use(known.today(now), device), now)
        if redemption is None:
            return None
    elif said in USED:
        used = uses.of(connection, award.name)
    return Verdict(said, holder_name(known, ticket.name.holder), ticket.number, reward, used, until, redemption)


def _said(award: Row, reward: Reward | None, until: int | None, today: int) -> str:
    """Decide what to tell about an award."""
    if award.status in OF_STATUS:
        return OF_STATUS[award.status]
    if reward is None or reward.kind != "voucher":  # its holder has chosen another reward since
        return "elsewhere"
    if award.status in {"redeemed", "corrected"}:
        return "used"
    return "expired" if until is not None and until < today else GIVE


def undo(connection: Connection, number: int, device: int, now: int) -> Verdict | None:
    """Take back a redemption of the same device within ten seconds, in a transaction that the caller commits.

    ``None``: it is too late, of another device, taken back already, or the award is no longer due.
    """
    mine = (Redemption.device == device, Redemption.redeemed > now - UNDO, Redemption.redeemed <= now)
    name = awards.undo(connection, number, mine, now)
    if name is None:
        return None
    known = facts.of(connection)
    ticket = vouchers.ticket_of(connection, name)
    return Verdict("undone", holder_name(known, name.holder), _number(ticket))


def _number(ticket: Ticket | None) -> int | None:
    return ticket.number if ticket else None


def holder_name(known: Known, holder: int) -> str:
    """Return the name under which somebody or a team is known where they work."""
    return known.people[holder].name if holder > 0 else known.teams[-holder]


def today(connection: Connection, canteen: str, now: int) -> Today:
    """Return what was given out at a canteen on the local day of a moment; three queries."""
    known = facts.of(connection)
    here = (
        Redemption.device.in_(select(Device.id).where(Device.canteen == canteen)),
        Redemption.day == known.today(now),
    )
    count = connection.execute(select(func.count()).select_from(Redemption).where(*here, Redemption.undone.is_(None)))
    query = (
        select(*(getattr(Redemption, part) for part in (*PARTS, "id", "redeemed", "undone")), Voucher.id)
        .outerjoin(Voucher, and_(*(getattr(Voucher, part) == getattr(Redemption, part) for part in PARTS)))
        .where(*here)
        .order_by(Redemption.id.desc())
        .limit(SHOWN)
    )
    rows = {row[4]: (awards.Name(*row[:4]), row) for row in connection.execute(query)}
    given = _rewards(connection, known, [name for name, _ in rows.values()])
    lines = [
        Line(number, row[5], holder_name(known, name.holder), row[7], given.get(name), row[6] is not None)
        for number, (name, row) in rows.items()
    ]
    return Today(count.scalar_one(), lines)


def _rewards(connection: Connection, known: Known, names: list[awards.Name]) -> dict[awards.Name, Reward | None]:
    """Return what these awards give; one query."""
    found = terms.current(connection, known)
    keys = sorted({name.key for name in names})
    rows = statements.find(connection, "award", awards.KEY, (*PARTS, "reward", "changed"), keys)
    return {awards.Name(*row[:4]): found.of(row[4], row[5]) for row in rows}
