"""Signals: what is seen about spreadsheet work.  Never an activity: not counted, not archived, deleted on time.

``told`` stores what a CRM says of itself, ``accepting`` what office suites say of registered workbooks, ``rows`` writes
both, ``daily`` is what a day comes to, ``days`` of which days a feed has told everything, ``register`` which workbooks
count.  docs/decisions/signals.md says what is kept and why so little.
"""

from adoption.signals.accepting import Accepted as Accepted
from adoption.signals.accepting import accept as accept
from adoption.signals.daily import Daily as Daily
from adoption.signals.daily import daily as daily
from adoption.signals.days import note_whole as note_whole
from adoption.signals.rows import recognise as recognise
from adoption.signals.rows import unknown as unknown
from adoption.signals.told import PREFIX as PREFIX
from adoption.signals.told import fault as fault
from adoption.signals.told import note as note
