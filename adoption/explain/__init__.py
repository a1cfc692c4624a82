"""Why, why not yet, how far: every award and every near miss explained from the rules and activities themselves.

Nothing is decided here a second time: the rules that counted are asked again about the same activities.
"""

from adoption.explain.ahead import progress as progress
from adoption.explain.ahead import standings_of as standings_of
from adoption.explain.ahead import why_not_yet as why_not_yet
from adoption.explain.behind import Behind as Behind
from adoption.explain.behind import behind as behind
from adoption.explain.goals import GoalView as GoalView
from adoption.explain.goals import aim_of as aim_of
from adoption.explain.goals import goal as goal
from adoption.explain.goals import goals as goals
from adoption.explain.goals import lacking as lacking
from adoption.explain.granted import awards_lately as awards_lately
from adoption.explain.granted import awards_of as awards_of
from adoption.explain.granted import why as why
from adoption.explain.lately import Added as Added
from adoption.explain.lately import Deed as Deed
from adoption.explain.lately import Pace as Pace
from adoption.explain.lately import Withdrawn as Withdrawn
from adoption.explain.lately import counted_on as counted_on
from adoption.explain.lately import is_weekly as is_weekly
from adoption.explain.lately import pace as pace
from adoption.explain.lately import taken_back as taken_back
from adoption.explain.names import AwardKey as AwardKey
from adoption.explain.names import read as award_key
from adoption.explain.names import written as written
from adoption.explain.open_records import lately as records_of
from adoption.explain.reports import Waiting as Waiting
from adoption.explain.reports import nearest as nearest
from adoption.explain.reports import waiting as waiting
from adoption.explain.story import record as record
from adoption.explain.views import Act as Act
from adoption.explain.views import AwardLine as AwardLine
from adoption.explain.views import Counted as Counted
from adoption.explain.views import Entry as Entry
from adoption.explain.views import Met as Met
from adoption.explain.views import MilestoneStory as MilestoneStory
from adoption.explain.views import NeedStory as NeedStory
from adoption.explain.views import OpenRecord as OpenRecord
from adoption.explain.views import ProgressLine as ProgressLine
from adoption.explain.views import RecordStory as RecordStory
from adoption.explain.views import Why as Why
from adoption.explain.views import WhyNot as WhyNot

__all__ = ["award_key", "records_of"]
