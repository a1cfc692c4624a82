"""What is held about somebody's part in the move to the CRM: waves, workbooks, records, audits."""

from __future__ import annotations

from sqlalchemy import case
from sqlalchemy import or_
from sqlalchemy import select

from adoption.held.part import Part
from adoption.held.part import as_it_may_be
from adoption.held.part import day_if_any
from adoption.held.part import day_of
from adoption.held.part import moment_of
from adoption.models import Audit
from adoption.models import AuditRow
from adoption.models import DiagnosisAnswer
from adoption.models import OwnershipDecision
from adoption.models import OwnershipGap
from adoption.models import PracticePerson
from adoption.models import QuestChoice
from adoption.models import ValueAssumption
from adoption.models import WaveCare
from adoption.models import Workbook
from rules.value import text_of_units

# fmt: off
WORK: tuple[Part, ...] = (
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
        "quests",
        lambda who: select(
            QuestChoice.quest, QuestChoice.started, QuestChoice.until.label("put_off_until"), QuestChoice.declined,
            QuestChoice.day,
        ).where(QuestChoice.participant == who).order_by(QuestChoice.quest),
        {"started": moment_of, "put_off_until": day_if_any, "declined": bool, "day": day_of},
    ),
    Part(
        "assumptions",
        lambda who: select(ValueAssumption.key, ValueAssumption.low, ValueAssumption.middle, ValueAssumption.high,
                           ValueAssumption.changed.label("when"))
        .where(ValueAssumption.by == who).order_by(ValueAssumption.key),
        {"low": text_of_units, "middle": text_of_units, "high": text_of_units, "when": moment_of},
    ),
    Part(
        "practice",
        lambda who: select(
            PracticePerson.asked, PracticePerson.choice, PracticePerson.chosen, PracticePerson.tip,
            PracticePerson.pattern,
        ).where(PracticePerson.participant == who),
        {"asked": bool, "chosen": moment_of, "pattern": as_it_may_be},
    ),
    Part(
        "workbooks_i_proposed",
        lambda who: select(
            Workbook.title, Workbook.rule, Workbook.value, Workbook.state, Workbook.note, Workbook.proposed
        ).where(Workbook.proposed_by == who).order_by(Workbook.id),
        {"proposed": moment_of},
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
)
# fmt: on
