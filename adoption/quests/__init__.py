"""Quests: useful features of the CRM that a team does not use yet, shown to its people one at a time.

``offering`` is which features there are, in whose words, and which HR offers; ``counting`` counts by night how many
people of each team use them; ``following`` is what somebody is shown and chooses.  ``rules.rollout.quests`` decides.
Nothing here reads evidence, flags or signals, and nothing that counts or pays reads this (docs/decisions/quests.md).
"""

from adoption.quests.counting import count as count
from adoption.quests.counting import counted_on as counted_on
from adoption.quests.counting import sweep as sweep
from adoption.quests.counting import teams as teams
from adoption.quests.following import Quest as Quest
from adoption.quests.following import choose as choose
from adoption.quests.following import of as of
from adoption.quests.following import on_home as on_home
from adoption.quests.offering import Offer as Offer
from adoption.quests.offering import TooManyError as TooManyError
from adoption.quests.offering import all_of as all_of
from adoption.quests.offering import get as get
from adoption.quests.offering import offer as offer
from adoption.quests.offering import offered as offered
from adoption.quests.offering import remove as remove
from adoption.quests.offering import save as save
