"""What is held about a participant, table by table, and what is left out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec
from sqlalchemy import case
from sqlalchemy import or_
from sqlalchemy import select

from adoption.models import Absence
from adoption.models import AdoptionScore
from adoption.models import ApiToken
from adoption.models import Audit
from adoption.models import AuditRow
from adoption.models import Award
from adoption.models import BonusAdjustment
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import Champion
from adoption.models import CheckInAnswer
from adoption.models import Contest
from adoption.models import Delegation
from adoption.models import Device
from adoption.models import DiagnosisAnswer
from adoption.models import Dispute
from adoption.models import Edition
from adoption.models import EvidenceDay
from adoption.models import Figure
from adoption.models import FlagLook
from adoption.models import FlagStep
from adoption.models import HabitBlock
from adoption.models import Help
from adoption.models import Identity
from adoption.models import JournalEntry
from adoption.models import LedgerEntry
from adoption.models import Letter
from adoption.models import Membership
from adoption.models import Night
from adoption.models import Norm
from adoption.models import OwnershipDecision
from adoption.models import OwnershipGap
from adoption.models import Participant
from adoption.models import PublishedVersion
from adoption.models import Redemption
from adoption.models import RelianceAccount
from adoption.models import RoleGrant
from adoption.models import Season
from adoption.models import Series
from adoption.models import Signal
from adoption.models import SignInLink
from adoption.models import Snooze
from adoption.models import StoredFlag
from adoption.models import Subscription
from adoption.models import Tally
from adoption.models import Team
from adoption.models import Voucher
from adoption.models import WaveCare
from adoption.models import WebSession
from adoption.models import Weight
from adoption.models import Workbook
from adoption.models import bucket_of
from rules import period
from rules.bonus.closing import FINAL
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from sqlalchemy import Executable

# Tables that name a participant and are not written out, and why.
LEFT_OUT: Mapping[str, str] = {
    "bonus_input": "is in the statement that is worked out from it, and gone once that is closed",
    "bonus_line": "is in the statement",
    "budget_decision": "is about everybody; names who decided",
    "draft": "is about rules; what somebody did to it is in what_i_did",
    "draft_author": "is about rules; what somebody did to it is in what_i_did",
    "incentive_stop": "is about everybody; names who stopped it",
    "bonus_run": "is about everybody; names who took its steps",
    "detection_setting": "is about everybody; names who changed it, which is in what_i_did",
    "digest_setting": "is about everybody; names who changed it, which is in what_i_did",
    "payroll_export": "is about everybody; names who made it",
    "allowance": "how often something may still be tried: gone within the hour",
    "distinct_key": "follows from the activities, and is what tallies are counted with",
    "record_progress": "follows from the activities",
    "snapshot_place": "follows from the tallies",
    "stranger": "nobody we know",
    "feed_person": "which office suites have named them; what they are known to have done is in signals",
    "upload": "a file that is about to be stored or thrown away: gone within the day",
}


def plain(value: Any) -> Any:
    """Write a value as it is."""
    return value


def as_it_is(value: str) -> msgspec.Raw:
    """Write JSON as it is stored, digit by digit."""
    return msgspec.Raw(value.encode())


def as_it_may_be(value: str | None) -> msgspec.Raw | None:
    """Write JSON as it is stored, if there is any."""
    return None if value is None else as_it_is(value)


def day_of(value: int | None) -> str | None:
    """Write a local day; an open end is none."""
    return None if value is None or value >= period.FOREVER else date.fromordinal(max(1, value)).isoformat()


def day_if_any(value: int) -> str | None:
    """Write a local day; 0 is none."""
    return day_of(value or None)


def moment_of(value: int | None) -> str | None:
    """Write UTC microseconds."""
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
        {"from": day_of, "until": day_of},
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
        {"from": day_of, "until": day_of},
    ),
    Part(
        "cares_for_waves",
        lambda who: select(WaveCare.wave, (WaveCare.champion == who).label("champion"),
                           (WaveCare.supporter == who).label("supporter"), WaveCare.decision, WaveCare.why)
        .where((WaveCare.champion == who) | (WaveCare.supporter == who) | (WaveCare.decided_by == who))
        .order_by(WaveCare.wave),
        {"champion": bool, "supporter": bool},
    ),
    Part(
        "diagnosis",
        lambda who: select(DiagnosisAnswer.question, DiagnosisAnswer.answer, DiagnosisAnswer.moment.label("when"))
        .where(DiagnosisAnswer.by == who).order_by(DiagnosisAnswer.question),
        {"when": moment_of},
    ),
    Part(
        "tallies",
        lambda who: select(Series.metric, Series.per, Tally.period.label("from"), Tally.value)
        .join(Series, Series.id == Tally.series).join(Edition, Edition.id == Series.edition)
        .where(Edition.state == "active", Tally.bucket == bucket_of(who), Tally.holder == who)
        .order_by(Series.metric, Series.per, Tally.period, Series.id),
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
        "signals",
        lambda who: select(
            Signal.feed, Signal.kind, Signal.day, Signal.moment, Workbook.title.label("workbook"), Signal.extension,
            Signal.location,
        ).outerjoin(Workbook, Workbook.id == Signal.workbook)
        .where(Signal.participant == who).order_by(Signal.day, Signal.feed, Signal.id),
        {"day": day_of, "moment": moment_of},
    ),
    Part(
        "workbooks_i_proposed",
        lambda who: select(
            Workbook.title, Workbook.rule, Workbook.value, Workbook.state, Workbook.note, Workbook.proposed
        ).where(Workbook.proposed_by == who).order_by(Workbook.id),
        {"proposed": moment_of},
    ),
    Part(
        "looks_at_my_pages",
        lambda who: select(JournalEntry.name.label("by"), JournalEntry.moment, JournalEntry.after.label("page"))
        .where(JournalEntry.thing == f"participant/{who}", JournalEntry.action == "read").order_by(JournalEntry.number),
        {"moment": moment_of, "page": as_it_is},
    ),
    Part(
        "what_i_did",
        lambda who: select(
            JournalEntry.moment, JournalEntry.action, JournalEntry.thing, JournalEntry.before, JournalEntry.after,
            JournalEntry.why,
        ).where(JournalEntry.participant == who).order_by(JournalEntry.number),
        {"moment": moment_of, "before": as_it_may_be, "after": as_it_may_be},
    ),
    Part(
        "roles",
        lambda who: select(
            RoleGrant.role, RoleGrant.starts.label("from"), RoleGrant.ends.label("until"), RoleGrant.why,
            RoleGrant.granted, RoleGrant.revoked,
        ).where(RoleGrant.participant == who).order_by(RoleGrant.id),
        {"from": day_of, "until": day_of, "granted": moment_of, "revoked": moment_of},
    ),
    Part(
        "delegations",
        lambda who: select(
            case((Delegation.giver == who, "given"), else_="received").label("which"),
            Team.name.label("team"), Delegation.starts.label("from"), Delegation.ends.label("until"),
            Delegation.made, Delegation.ended,
        ).outerjoin(Team, Team.id == Delegation.team)
        .where(or_(Delegation.giver == who, Delegation.receiver == who)).order_by(Delegation.id),
        {"from": day_of, "until": day_of, "made": moment_of, "ended": moment_of},
    ),
    Part(  # of records: that it was unclear whose they are, where this person had them or worked on them
        "open_records",
        lambda who: select(OwnershipGap.record, OwnershipGap.kind, OwnershipGap.since, OwnershipGap.state)
        .where(or_(OwnershipGap.about == who, OwnershipGap.other == who)).order_by(OwnershipGap.id),
        {"since": day_of},
    ),
    Part(
        "decisions_about_records",
        lambda who: select(
            OwnershipDecision.record, OwnershipDecision.name, OwnershipDecision.does, OwnershipDecision.decided,
            OwnershipDecision.decided_name.label("by"), OwnershipDecision.why,
        ).where(or_(
            OwnershipDecision.about == who, OwnershipDecision.other == who, OwnershipDecision.assigned == who,
        )).order_by(OwnershipDecision.id),
        {"decided": moment_of},
    ),
    Part(
        "sessions",
        lambda who: select(
            WebSession.agent.label("browser"), WebSession.created, WebSession.seen, WebSession.ends, WebSession.revoked
        ).where(WebSession.participant == who).order_by(WebSession.id),
        {"created": moment_of, "seen": moment_of, "ends": moment_of, "revoked": moment_of},
    ),
    Part(
        "sign_in_links",
        lambda who: select(SignInLink.created, SignInLink.ends, SignInLink.used)
        .where(SignInLink.participant == who).order_by(SignInLink.id),
        {"created": moment_of, "ends": moment_of, "used": moment_of},
    ),
    Part(
        "letters",
        lambda who: select(Letter.kind, Letter.address, Letter.subject, Letter.state, Letter.planned, Letter.changed)
        .where(Letter.participant == who).order_by(Letter.id),
        {"planned": moment_of, "changed": moment_of},
    ),
    Part(
        "regular_letters",
        lambda who: select(
            Subscription.kind, Subscription.active, Subscription.weekday, Subscription.hour, Subscription.zone,
            Subscription.language, Subscription.suspended, Subscription.changed,
        ).where(Subscription.participant == who).order_by(Subscription.kind),
        {"suspended": moment_of, "changed": moment_of},
    ),
    Part(
        "tokens",
        lambda who: select(ApiToken.name, ApiToken.scopes, ApiToken.created, ApiToken.revoked)
        .where(ApiToken.participant == who).order_by(ApiToken.id),
        {"created": moment_of, "revoked": moment_of},
    ),
    Part(
        "devices",
        lambda who: select(Device.canteen, Device.created, Device.revoked)
        .where(Device.registered_by == who).order_by(Device.id),
        {"created": moment_of, "revoked": moment_of},
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
    Part(
        "adjustments",
        lambda who: select(
            BonusAdjustment.plan, BonusAdjustment.first.label("from"), BonusAdjustment.amount.label("cents"),
            BonusAdjustment.reason, BonusAdjustment.entered, BonusAdjustment.withdrawn,
        ).where(BonusAdjustment.participant == who).order_by(BonusAdjustment.id),
        {"from": day_of, "entered": moment_of, "withdrawn": moment_of},
    ),
    Part(
        "audits",
        lambda who: select(
            Audit.id.label("audit"), Audit.name.label("file"), Audit.shared, Audit.created, Audit.until
        ).where(Audit.participant == who).order_by(Audit.id),
        {"created": moment_of, "until": day_of},
    ),
    Part(  # without the customers: they are not about the participant
        "audit_rows",
        lambda who: select(
            AuditRow.audit, AuditRow.line, AuditRow.state, AuditRow.assigned_at.label("given"), AuditRow.closed,
            case((AuditRow.closed_by == who, "yes"), else_="no").label("closed_by_me"),
        ).where(or_(AuditRow.assigned == who, AuditRow.closed_by == who)).order_by(AuditRow.audit, AuditRow.line),
        {"given": moment_of, "closed": moment_of},
    ),
    Part(
        "disputes",
        lambda who: select(
            BonusRun.plan, BonusRun.first.label("from"), Dispute.place.label("line"), Dispute.question, Dispute.asked,
            Dispute.state, Dispute.answer, Dispute.answered,
        ).join(BonusRun, BonusRun.id == Dispute.run).where(Dispute.participant == who).order_by(Dispute.id),
        {"from": day_of, "asked": moment_of, "answered": moment_of},
    ),
    Part(
        "flag",
        lambda who: select(
            StoredFlag.state, StoredFlag.since, StoredFlag.came_from, StoredFlag.confirmed,
            StoredFlag.waited.label("working_days_in_it"), StoredFlag.muted_until,
        ).where(StoredFlag.participant == who),
        {"since": day_of, "confirmed": day_if_any, "muted_until": day_if_any},
    ),
    Part(
        "steps_of_the_flag",
        lambda who: select(
            FlagStep.day, FlagStep.moment, FlagStep.before.label("from"), FlagStep.after.label("to"), FlagStep.does,
            FlagStep.by, Participant.name.label("who"), FlagStep.why, FlagStep.note,
        ).outerjoin(Participant, Participant.id == FlagStep.who).where(FlagStep.participant == who)
        .order_by(FlagStep.id),
        {"day": day_of, "moment": moment_of},
    ),
    Part(
        "contests",
        lambda who: select(
            Contest.id.label("number"), Contest.reason, Contest.words, Contest.about, Contest.opened,
            Contest.due, Contest.outcome, Contest.answer, Contest.removed, Contest.answered,
        ).where(Contest.participant == who).order_by(Contest.id),
        {"about": as_it_is, "removed": as_it_is, "opened": moment_of, "due": day_of, "answered": moment_of},
    ),
    Part(
        "help",
        lambda who: select(Help.kind, Participant.name.label("champion"), Help.since, Help.ended)
        .outerjoin(Participant, Participant.id == Help.champion).where(Help.participant == who).order_by(Help.id),
        {"since": moment_of, "ended": moment_of},
    ),
    Part(
        "champion",
        lambda who: select(Champion.since, Champion.named).where(Champion.participant == who),
        {"since": day_of, "named": moment_of},
    ),
    Part(
        "answers_to_check_ins",
        lambda who: select(CheckInAnswer.moment, CheckInAnswer.answer, CheckInAnswer.words)
        .where(CheckInAnswer.participant == who).order_by(CheckInAnswer.id),
        {"moment": moment_of},
    ),
    Part(
        "reminders",
        lambda who: select(Snooze.until.label("not_before"), Snooze.letters).where(Snooze.participant == who),
        {"not_before": day_if_any},
    ),
    Part(
        "looks_at_my_flag",
        lambda who: select(Participant.name.label("by"), FlagLook.page, FlagLook.moment)
        .join(Participant, Participant.id == FlagLook.reader).where(FlagLook.participant == who).order_by(FlagLook.id),
        {"moment": moment_of},
    ),
    Part(  # by way of the nights: a day's rows are found by the day
        "evidence",
        lambda who: select(EvidenceDay.day, EvidenceDay.facts, EvidenceDay.level.label("level_in_millionths"))
        .join(Night, Night.day == EvidenceDay.day).where(EvidenceDay.participant == who).order_by(EvidenceDay.day),
        {"day": day_of, "facts": as_it_is},
    ),
    Part(
        "evidence_account",
        lambda who: select(RelianceAccount.day, RelianceAccount.version, RelianceAccount.asked, RelianceAccount.state)
        .where(RelianceAccount.participant == who),
        {"day": day_of, "asked": bool, "state": as_it_is},
    ),
    Part(
        "what_is_usual_for_me",
        lambda who: select(
            HabitBlock.block.label("from"), HabitBlock.role, HabitBlock.usual,
            HabitBlock.healthy.label("counted_on_healthy_days"), HabitBlock.whole.label("counted"),
        ).where(HabitBlock.participant == who).order_by(HabitBlock.block),
        {"from": day_of, "usual": as_it_is, "counted_on_healthy_days": as_it_is, "counted": as_it_is},
    ),
    Part(
        "my_norms",
        lambda who: select(Norm.live.label("hundredths_of_actions_a_day"), Norm.imports, Norm.starts.label("from"))
        .where(Norm.participant == who).order_by(Norm.id),
        {"from": day_of},
    ),
    Part(
        "my_quiet_seasons",
        lambda who: select(Season.starts.label("from"), Season.ends.label("until"))
        .where(Season.participant == who).order_by(Season.id),
        {"from": day_of, "until": day_of},
    ),
    Part(
        "adoption_scores",
        lambda who: select(
            AdoptionScore.day, AdoptionScore.value.label("tenths"), AdoptionScore.regularity, AdoptionScore.timeliness,
            AdoptionScore.quality, AdoptionScore.breadth,
        ).join(Night, Night.day == AdoptionScore.day).where(AdoptionScore.participant == who)
        .order_by(AdoptionScore.day),
        {"day": day_of},
    ),
)
# fmt: on
