"""What pages and letters say in the same words: the sentence a week begins with, and what somebody did.

To add words for a type of activity: a line in ``DEEDS`` (``deeds``), and its translations (``make catalogues``).
"""

from adoption.telling import bonuses as bonuses
from adoption.telling import digests as digests
from adoption.telling import directors as directors
from adoption.telling import effects as effects
from adoption.telling import own as own
from adoption.telling.deeds import deed as deed
from adoption.telling.deeds import record as record
from adoption.telling.periods import day as day
from adoption.telling.periods import period as period
from adoption.telling.periods import short_period as short_period
from adoption.telling.waits import waits as waits
from adoption.telling.waits import waits_more as waits_more
from adoption.telling.weeks import Told as Told
from adoption.telling.weeks import late as late
from adoption.telling.weeks import lead as lead
from adoption.telling.weeks import prize as prize
from adoption.telling.weeks import quantity as quantity
