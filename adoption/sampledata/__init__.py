"""Sample data: a small company to look at before there is any of one's own, and its removal without a trace.

``company`` is who works there and what they did, ``loading`` how it comes in through the same doors as any other,
``removing`` how it goes, ``there`` whether it is here and whether it may come.  docs/decisions/samples.md tells the
reasons.
"""

from adoption.sampledata.loading import load as load
from adoption.sampledata.removing import JournalledError as JournalledError
from adoption.sampledata.removing import remove as remove
from adoption.sampledata.there import ComingError as ComingError
from adoption.sampledata.there import NotNowError as NotNowError
from adoption.sampledata.there import Obstacle as Obstacle
from adoption.sampledata.there import is_there as is_there
from adoption.sampledata.there import obstacle as obstacle
