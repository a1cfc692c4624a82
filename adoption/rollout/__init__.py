"""The roll-out, team by team: goals, waves, their vital signs and stages, and the diagnosis before the first one.

``signs`` takes vital signs by night and reads them, ``waves`` joins them with who cares and what was decided, ``goals``
is what the CRM is brought in for, ``diagnosis`` what is asked and what the data says, ``value`` what it was worth, by
what is ``assumed``.  ``rules.rollout`` decides.
"""

from adoption.rollout.assumed import AssumedError as AssumedError
from adoption.rollout.assumed import AssumptionError as AssumptionError
from adoption.rollout.assumed import assume as assume
from adoption.rollout.assumed import assumptions as assumptions
from adoption.rollout.assumed import changes as changes
from adoption.rollout.diagnosis import QUESTIONS as QUESTIONS
from adoption.rollout.diagnosis import AnsweredError as AnsweredError
from adoption.rollout.diagnosis import Findings as Findings
from adoption.rollout.diagnosis import answer as answer
from adoption.rollout.diagnosis import answers as answers
from adoption.rollout.diagnosis import findings as findings
from adoption.rollout.diagnosis import look as look
from adoption.rollout.diagnosis import mark as mark
from adoption.rollout.goals import Goal as Goal
from adoption.rollout.goals import choose as choose
from adoption.rollout.goals import drop as drop
from adoption.rollout.goals import goals as goals
from adoption.rollout.goals import last_week as last_week
from adoption.rollout.signs import series as series
from adoption.rollout.signs import take as take
from adoption.rollout.value import Value as Value
from adoption.rollout.value import estimate as estimate
from adoption.rollout.value import weigh as weigh
from adoption.rollout.waves import NotHereError as NotHereError
from adoption.rollout.waves import Wave as Wave
from adoption.rollout.waves import care as care
from adoption.rollout.waves import decide as decide
from adoption.rollout.waves import not_begun as not_begun
from adoption.rollout.waves import planned as planned
from adoption.rollout.waves import together as together
from adoption.rollout.waves import waiting as waiting
from adoption.rollout.waves import waves as waves
