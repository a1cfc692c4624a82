"""What is held about what somebody earned: what was counted, rewards and bonuses."""

from __future__ import annotations

from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select

from adoption import exports
from adoption import facts
from adoption.held.part import Part
from adoption.held.part import as_it_is
from adoption.held.part import day_of
from adoption.held.part import moment_of
from adoption.models import Award
from adoption.models import BonusAdjustment
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import Device
from adoption.models import Dispute
from adoption.models import Figure
from adoption.models import LedgerEntry
from adoption.models import PayrollExport
from adoption.models import PayrollRow
from adoption.models import PublishedVersion
from adoption.models import Redemption
from adoption.models import Series
from adoption.models import Tally
from adoption.models import Voucher
from adoption.models import Weight
from adoption.models import bucket_of
from rules.bonus.closing import FINAL
from rules.value import text_of_units

# fmt: off
EARNED: tuple[Part, ...] = (
    Part(
        "tallies",
        # as boards have them: an incentive that began within a period has counted the rest of it once more
        lambda who: select(Series.metric, Series.per, Tally.period.label("from"), func.sum(Tally.value).label("value"))
        .join(Series, Series.id == Tally.series)
        .where(Tally.series.in_(exports.series_of(facts.current().timelines.metrics, None)))
        .where(Tally.bucket == bucket_of(who), Tally.holder == who)
        .group_by(Series.metric, Series.per, Tally.period).order_by(Series.metric, Series.per, Tally.period),
        {"from": day_of, "value": text_of_units},
    ),
    Part(
        "awards",
        lambda who: select(
            PublishedVersion.incentive, PublishedVersion.number.label("version"), Award.period.label("from"),
            Award.ordinal, Award.status, Award.reward, Award.granted, Award.changed, Award.redeemed,
        ).join(PublishedVersion, PublishedVersion.id == Award.version)
        .where(Award.bucket == bucket_of(who), Award.holder == who)
        .order_by(Award.period, PublishedVersion.incentive, Award.ordinal),
        {"from": day_of, "granted": moment_of, "changed": moment_of, "redeemed": moment_of},
    ),
    Part(
        "vouchers",
        lambda who: select(Voucher.id.label("number"), Voucher.code, Voucher.made)
        .where(Voucher.holder == who).order_by(Voucher.id),
        {"made": moment_of},
    ),
    Part(
        "uses",
        lambda who: select(
            PublishedVersion.incentive, Redemption.period.label("from"), Redemption.ordinal, Redemption.day,
            Device.canteen, Redemption.redeemed, Redemption.undone,
        ).join(PublishedVersion, PublishedVersion.id == Redemption.version)
        .outerjoin(Device, Device.id == Redemption.device)
        .where(or_(Redemption.holder == who, Redemption.participant == who)).order_by(Redemption.id),
        {"from": day_of, "day": day_of, "redeemed": moment_of, "undone": moment_of},
    ),
    Part(
        "ledger",
        lambda who: select(
            LedgerEntry.cause, LedgerEntry.unit, LedgerEntry.amount, LedgerEntry.reason, LedgerEntry.posted
        ).where(LedgerEntry.bucket == bucket_of(who), LedgerEntry.holder == who)
        .order_by(LedgerEntry.posted, LedgerEntry.cause, LedgerEntry.turn),
        {"amount": text_of_units, "posted": moment_of},
    ),
    Part(
        "figures",
        lambda who: select(Figure.name, Figure.first.label("from"), Figure.value, Figure.entered)
        .where(Figure.participant == who).order_by(Figure.first, Figure.name),
        {"from": day_of, "entered": moment_of},
    ),
    Part(
        "weights",
        lambda who: select(Weight.plan, Weight.component, Weight.first.label("from"), Weight.value, Weight.entered)
        .where(Weight.participant == who).order_by(Weight.first, Weight.plan, Weight.component),
        {"from": day_of, "entered": moment_of},
    ),
    Part(  # of runs that are closed: before, a statement is a draft that is still checked
        "statements",
        lambda who: select(BonusRun.plan, BonusRun.first.label("from"), BonusRun.closed, BonusStatement.document)
        .join(BonusRun, BonusRun.id == BonusStatement.run)
        .where(BonusStatement.participant == who, BonusRun.state.in_(FINAL)).order_by(BonusRun.first, BonusRun.plan),
        {"from": day_of, "closed": moment_of, "document": as_it_is},
    ),
    Part(  # as whom payroll was told of somebody
        "payroll",
        lambda who: select(
            PayrollRow.batch, BonusRun.plan, BonusRun.first.label("from"), PayrollExport.made, PayrollRow.employee_no,
            PayrollRow.name, PayrollRow.email,
        ).join(PayrollExport, PayrollExport.id == PayrollRow.batch).join(BonusRun, BonusRun.id == PayrollExport.run)
        .where(PayrollRow.participant == who).order_by(PayrollRow.batch),
        {"from": day_of, "made": moment_of},
    ),
    Part(
        "adjustments",
        lambda who: select(
            BonusAdjustment.plan, BonusAdjustment.first.label("from"), BonusAdjustment.amount.label("cents"),
            BonusAdjustment.reason, BonusAdjustment.entered, BonusAdjustment.withdrawn,
        ).where(BonusAdjustment.participant == who).order_by(BonusAdjustment.id),
        {"from": day_of, "entered": moment_of, "withdrawn": moment_of},
    ),
    Part(
        "disputes",
        lambda who: select(
            BonusRun.plan, BonusRun.first.label("from"), Dispute.place.label("line"), Dispute.question, Dispute.asked,
            Dispute.state, Dispute.answer, Dispute.answered,
        ).join(BonusRun, BonusRun.id == Dispute.run).where(Dispute.participant == who).order_by(Dispute.id),
        {"from": day_of, "asked": moment_of, "answered": moment_of},
    ),
)
# fmt: on
