"""A draft tried on the past: what it would have given to whom, beside what was given; decided from counts alone.

``timelines`` puts the draft in force on past days, ``worth`` says what awards are worth, ``sums`` adds up, ``steps``
tells what made an award, ``suspicions`` warns.  The counts come from the history (``adoption/history/trial.py``).
"""

from rules.trial.model import Budgeted as Budgeted
from rules.trial.model import Concentration as Concentration
from rules.trial.model import Counts as Counts
from rules.trial.model import Earned as Earned
from rules.trial.model import Glance as Glance
from rules.trial.model import Group as Group
from rules.trial.model import Line as Line
from rules.trial.model import Offer as Offer
from rules.trial.model import Rewarded as Rewarded
from rules.trial.model import Sample as Sample
from rules.trial.model import Share as Share
from rules.trial.model import Step as Step
from rules.trial.model import Trial as Trial
from rules.trial.model import Warned as Warned
from rules.trial.model import Worth as Worth
from rules.trial.timelines import changed as changed
from rules.trial.timelines import drafted as drafted
from rules.trial.timelines import inside as inside
