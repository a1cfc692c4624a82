"""Why, why not yet, how far: every award and every near miss explained from the rules and activities themselves.

Nothing is decided here a second time: the rules that counted are asked again about the same activities.
"""

from adoption.explain.ahead import progress as progress
from adoption.explain.ahead import why_not_yet as why_not_yet
from adoption.explain.granted import awards_of as awards_of
from adoption.explain.granted import why as why
from adoption.explain.names import AwardKey as AwardKey
from adoption.explain.names import read as award_key
from adoption.explain.story import record as record
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

__all__ = ["award_key"]
