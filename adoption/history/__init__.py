"""Questions to the whole history, answered by a second road: DuckDB over an archive of Parquet files.

``archive`` writes every activity once, normalised by ``normal``; ``merging`` makes small files one.  ``conditions`` and
``expressions`` turn the objects of ``rules`` into expressions; ``relations`` feeds the facts; ``questions`` asks;
``verify`` compares with the live tables.  Imported where it is used, since its engine takes a while to load.
"""

from adoption.history.archive import bring_up_to_date as bring_up_to_date
from adoption.history.manifest import forget as forget
from adoption.history.merging import merge as merge
from adoption.history.questions import awards as awards
from adoption.history.questions import milestones as milestones
from adoption.history.questions import tallies as tallies
from adoption.history.verify import Differences as Differences
from adoption.history.verify import verify as verify
