"""Best practice: how people who win many deals run one, shown to colleagues with their consent and not without.

``gathering`` reads deals: all by night in one pass, somebody's own when they look.  ``sharing`` is what they chose, and
what colleagues see.  ``rules.rollout.practice`` decides.  Nothing here reads evidence, flags or signals, and nothing
that counts or pays reads this (docs/decisions/practice.md).
"""

from adoption.practice.gathering import gather as gather
from adoption.practice.gathering import own as own
from adoption.practice.sharing import LONGEST as LONGEST
from adoption.practice.sharing import ChoiceError as ChoiceError
from adoption.practice.sharing import Mine as Mine
from adoption.practice.sharing import Shared as Shared
from adoption.practice.sharing import choose as choose
from adoption.practice.sharing import common as common
from adoption.practice.sharing import is_asked as is_asked
from adoption.practice.sharing import mine as mine
from adoption.practice.sharing import shared as shared
