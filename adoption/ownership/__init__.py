"""Whose records are: found every night, decided by whoever leads, carried out in the CRM, and closed by what it says.

``gathering`` reads what activities say, ``finding`` is the nightly pass, ``deciding`` writes decisions, ``listing``
reads what pages show.  ``rules.ownership`` decides what is a gap; docs/decisions/ownership.md tells the reasons.
"""

from adoption.ownership.deciding import AssigneeError as AssigneeError
from adoption.ownership.deciding import Choice as Choice
from adoption.ownership.deciding import ChoiceError as ChoiceError
from adoption.ownership.deciding import SettledError as SettledError
from adoption.ownership.deciding import decide as decide
from adoption.ownership.finding import find as find
from adoption.ownership.gathering import records as records
from adoption.ownership.listing import Asked as Asked
from adoption.ownership.listing import Counts as Counts
from adoption.ownership.listing import Decision as Decision
from adoption.ownership.listing import Gap as Gap
from adoption.ownership.listing import Leaver as Leaver
from adoption.ownership.listing import counts as counts
from adoption.ownership.listing import decisions as decisions
from adoption.ownership.listing import get as get
from adoption.ownership.listing import leavers as leavers
from adoption.ownership.listing import listed as listed
from adoption.ownership.listing import of_leaver as of_leaver
from adoption.ownership.listing import open_by_team as open_by_team
from adoption.ownership.listing import waiting as waiting
