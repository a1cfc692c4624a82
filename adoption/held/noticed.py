"""What is held about what was noticed of somebody's work in spreadsheets, and the help they chose."""

from __future__ import annotations

from sqlalchemy import select

from adoption.held.part import Part
from adoption.held.part import as_it_is
from adoption.held.part import day_if_any
from adoption.held.part import day_of
from adoption.held.part import moment_of
from adoption.models import AdoptionScore
from adoption.models import Champion
from adoption.models import CheckInAnswer
from adoption.models import Contest
from adoption.models import EvidenceDay
from adoption.models import FlagLook
from adoption.models import FlagStep
from adoption.models import HabitBlock
from adoption.models import Help
from adoption.models import Night
from adoption.models import Norm
from adoption.models import Participant
from adoption.models import RelianceAccount
from adoption.models import Season
from adoption.models import Signal
from adoption.models import Snooze
from adoption.models import StoredFlag
from adoption.models import Workbook

# fmt: off
NOTICED: tuple[Part, ...] = (
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
