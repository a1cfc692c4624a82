"""What there is of each reward, what was spent, what is promised, and how long it lasts; and who decides beyond that.

``reading`` counts, ``listing`` lists what stands behind a number, ``deciding`` keeps what HR allows beyond a budget,
``noticing`` tells HR when a threshold is passed.
"""

from adoption.budgets.deciding import Decided as Decided
from adoption.budgets.deciding import DecidedError as DecidedError
from adoption.budgets.deciding import MostError as MostError
from adoption.budgets.deciding import NotAskedError as NotAskedError
from adoption.budgets.deciding import allow as allow
from adoption.budgets.deciding import decisions as decisions
from adoption.budgets.listing import KINDS as KINDS
from adoption.budgets.listing import Held as Held
from adoption.budgets.listing import behind as behind
from adoption.budgets.noticing import THRESHOLDS as THRESHOLDS
from adoption.budgets.noticing import needed as needed
from adoption.budgets.noticing import open_alerts as open_alerts
from adoption.budgets.noticing import watch as watch
from adoption.budgets.reading import Overview as Overview
from adoption.budgets.reading import Pool as Pool
from adoption.budgets.reading import Shelf as Shelf
from adoption.budgets.reading import overview as overview
