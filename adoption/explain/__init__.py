"""Why, why not yet, how far: every award and every near miss explained from the rules and activities themselves."""

from __future__ import annotations

from adoption.explain.views import AwardLine as AwardLine
from adoption.explain.views import Counted as Counted
from adoption.explain.views import Met as Met
from adoption.explain.views import MilestoneStory as MilestoneStory
from adoption.explain.views import NeedStory as NeedStory
from adoption.explain.views import OpenRecord as OpenRecord
from adoption.explain.views import ProgressLine as ProgressLine
from adoption.explain.views import RecordStory as RecordStory
from adoption.explain.views import Why as Why
from adoption.explain.views import WhyNot as WhyNot


def progress(holder: int, day: int, *, language: str = "en") -> list[ProgressLine]:
    raise NotImplementedError


def awards_of(holder: int) -> list[AwardLine]:
    raise NotImplementedError


def why(award_id: str, *, language: str = "en") -> Why:
    raise NotImplementedError


def why_not_yet(holder: int, incentive_key: str, day: int, *, language: str = "en") -> WhyNot:
    raise NotImplementedError


def record(subject: str, *, language: str = "en") -> RecordStory:
    raise NotImplementedError
