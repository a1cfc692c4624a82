"""What became of one record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adoption import facts
from adoption.errors import NotFoundError
from adoption.explain.views import Act
from adoption.explain.views import Met
from adoption.explain.views import MilestoneStory
from adoption.explain.views import NeedStory
from adoption.explain.views import RecordStory
from adoption.extensions import db
from adoption.scoring.milestones import about
from rules import milestone as rule
from rules import period
from rules import wording
from rules.version import metric_versions

MOST_ACTS = 40  # activities that a story tells

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
    people = {known.participant_of(one.source, one.actor) for one in acted} | {one.credited_to for one in told}
    return RecordStory(
        record=subject,
        milestones=told,
        acts=_acts(known, acted[-MOST_ACTS:][::-1], language),
        people=frozenset(who for who in people if who is not None),
    )


def _acts(known: Known, acted: Sequence[Activity], language: str) -> list[Act]:
    """Say of each activity which metrics in force on its day count it, and which do not though they count its type."""
    lines = [
        metric_versions(key, known.timelines) for key in dict.fromkeys([*known.book.metrics, *known.timelines.metrics])
    ]
    found = []
    for one in acted:
        spans = [span for line in lines for span in line if span.starts <= one.day < span.ends]
        asked = [span.metric for span in spans if one.type in span.metric.counts]
        titles = {metric.key: wording.title_of(metric, metric.key, language) for metric in asked}
        counts = [titles[metric.key] for metric in asked if metric.counts_it(one)]
        misses = [
            (titles[metric.key], wording.sentence(metric.where, known.book, language))
            for metric in asked
            if metric.where is not None and not metric.counts_it(one)
        ]
        found.append(Act(_met(known, one), counts, misses))
    return found


def _story(known: Known, milestone: Milestone, acted: Sequence[Activity], language: str) -> MilestoneStory:
    progress = rule.gather(milestone, acted)
    by_key = {(one.source, one.id): one for one in acted}
    needs = [
        NeedStory(
            need.key, wording.need_title(need, language), _met(known, by_key[mark.source, mark.id]) if mark else None
        )
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
        credited_to=known.participant_of(*outcome.credited) if outcome else None,
        undone=_met(known, undone) if undone else None,
    )


def _met(known: Known, one: Activity) -> Met:
    who = known.participant_of(one.source, one.actor)
    return Met(one.source, one.id, one.type, period.moment(one.time), one.actor, who)


def _credited(known: Known, outcome: Outcome | None) -> str | None:
    if outcome is None or outcome.actor is None:
        return None
    who = known.participant_of(*outcome.credited)
    return outcome.actor if who is None else known.holder_name(who)
