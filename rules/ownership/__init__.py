"""Whose is a record?  Nobody's, a leaver's, two people's; and tasks that nobody took.

``seen`` reads activities about one record, ``finding`` says what is open about it and why, ``suggesting`` whose it
might be, and ``following`` what becomes of a gap from one night to the next (docs/decisions/ownership.md).
"""

from rules.ownership.finding import KINDS as KINDS
from rules.ownership.finding import TWO as TWO
from rules.ownership.finding import UNTAKEN as UNTAKEN
from rules.ownership.finding import Fact as Fact
from rules.ownership.finding import Gap as Gap
from rules.ownership.finding import found as found
from rules.ownership.following import ASK as ASK
from rules.ownership.following import ASSIGN as ASSIGN
from rules.ownership.following import DECIDED as DECIDED
from rules.ownership.following import DECISIONS as DECISIONS
from rules.ownership.following import FOLLOW as FOLLOW
from rules.ownership.following import GONE as GONE
from rules.ownership.following import LEAVE as LEAVE
from rules.ownership.following import OPEN as OPEN
from rules.ownership.following import RESOLVED as RESOLVED
from rules.ownership.following import Move as Move
from rules.ownership.following import Was as Was
from rules.ownership.following import moved as moved
from rules.ownership.house import House as House
from rules.ownership.house import Someone as Someone
from rules.ownership.seen import SPEAKS as SPEAKS
from rules.ownership.seen import Deed as Deed
from rules.ownership.seen import Record as Record
from rules.ownership.seen import Said as Said
from rules.ownership.seen import Touch as Touch
from rules.ownership.seen import named as named
from rules.ownership.seen import seen as seen
from rules.ownership.suggesting import Suggestion as Suggestion
from rules.ownership.suggesting import suggested as suggested
