"""What became of one record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adoption import facts
from adoption.errors import NotFoundError
from adoption.explain.views import Met
from adoption.explain.views import MilestoneStory
from adoption.explain.views import NeedStory
from adoption.explain.views import RecordStory
from adoption.extensions import db
from adoption.scoring.milestones import about
from rules import milestone as rule
from rules import period
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adoption.facts import Known
    from rules.activity import Activity
    from rules.milestone import Milestone
    from rules.milestone import Outcome


def record(subject: str, *, language: str = "en") -> RecordStory:
    """Tell the story of a record: each need with the activity that met it, when it was reached, and what undid it.

    A milestone is told by its latest definition.

    Raises:
        NotFoundError: nothing is known about the record.
    """
    known = facts.current()
    acted = sorted(
        about(db.session.connection(), [subject]).get(subject, ()), key=lambda one: (one.time, one.source, one.id)
    )
    if not acted:
        msg = f"Nothing is known about {subject[:80]!r}; records are named like contact/42."
        raise NotFoundError(msg)
    definitions = [line[-1].body for _, line in sorted(known.timelines.milestones.items()) if line]
    told = [_story(known, one, acted, language) for one in definitions if subject.startswith(f"{one.record}/")]
    return RecordStory(subject, told)


def _story(known: Known, milestone: Milestone, acted: Sequence[Activity], language: str) -> MilestoneStory:
    progress = rule.gather(milestone, acted)
    by_key = {(one.source, one.id): one for one in acted}
    needs = [
        NeedStory(need.key, wording.need_title(need, language), _met(by_key[mark.source, mark.id]) if mark else None)
        for need, mark in zip(milestone.needs, progress.marks, strict=True)
    ]
    done = progress.reached
    undone = next((one for one in acted if done and rule.undoes(milestone, done.time, one)), None)
    outcome = rule.outcome(milestone, progress, acted)
    book = replace(known.book, milestones={**known.book.milestones, milestone.key: milestone})
    return MilestoneStory(
        milestone=milestone.key,
        title=wording.title_of(milestone, milestone.key, language),
        sentence=wording.sentence(milestone, book, language),
        needs=needs,
        reached=period.moment(done.time) if done else None,
        credited=_credited(known, outcome),
        undone=_met(undone) if undone else None,
    )


def _met(activity: Activity) -> Met:
    return Met(activity.source, activity.id, activity.type, period.moment(activity.time), activity.actor)


def _credited(known: Known, outcome: Outcome | None) -> str | None:
    if outcome is None or outcome.actor is None:
        return None
    who = known.participant_of(*outcome.credited)
    return outcome.actor if who is None else known.holder_name(who)
