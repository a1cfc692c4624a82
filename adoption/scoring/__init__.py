"""Activities → milestones → tallies → awards: gather facts, ask ``rules``, store the answer in bulk.

``prepare`` looks up what is in force; ``score`` counts what is new and takes back what is gone.  While a new edition is
being built (facts changed, see ``rescoring``), activities of the buckets already read go into both editions.
"""

from adoption.scoring.scoring import Notes as Notes
from adoption.scoring.scoring import ScoringError as ScoringError
from adoption.scoring.scoring import Stage as Stage
from adoption.scoring.scoring import apply as apply
from adoption.scoring.scoring import park as park
from adoption.scoring.scoring import prepare as prepare
from adoption.scoring.scoring import score as score
