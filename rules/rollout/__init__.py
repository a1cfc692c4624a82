"""The course of treatment: waves of teams, their vital signs, the stage they are in, and whether the next may begin.

``vital`` says what is measured of a group and how groups are put together, ``course`` what leads from one stage to the
next, ``advice`` whether the next wave should begin; ``hours``, ``beside`` and ``again`` what it was worth, by
``assumptions`` where nothing can be counted.  Everything is about five people or more; nothing is about one.
"""

from rules.rollout.advice import Advice as Advice
from rules.rollout.advice import advise as advise
from rules.rollout.course import STAGES as STAGES
from rules.rollout.course import Finding as Finding
from rules.rollout.course import Stage as Stage
from rules.rollout.course import WaveFacts as WaveFacts
from rules.rollout.course import stage as stage
from rules.rollout.vital import VITALS as VITALS
from rules.rollout.vital import Count as Count
from rules.rollout.vital import Vital as Vital
from rules.rollout.vital import Week as Week
