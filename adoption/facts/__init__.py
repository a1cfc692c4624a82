"""Everything scoring looks up: who is who, who was where when, which days are worked, which definitions are in force.

``current()`` returns it as one frozen value (``known``), read in bulk (``reading``) and kept by the process until the
facts' version rises (``versions``).  What is compiled of them where they may be changing (``inforce``,
``rewards.terms``) is remembered for that value, not for its number: a transaction that is rolled back leaves its number
to the next.
"""

from adoption.facts.known import Known as Known
from adoption.facts.known import Person as Person
from adoption.facts.reading import KINDS as KINDS
from adoption.facts.reading import NO_BOOK as NO_BOOK
from adoption.facts.reading import day_of as day_of
from adoption.facts.reading import parsed as parsed
from adoption.facts.versions import WrongZoneError as WrongZoneError
from adoption.facts.versions import at as at
from adoption.facts.versions import changed as changed
from adoption.facts.versions import current as current
from adoption.facts.versions import exclusive as exclusive
from adoption.facts.versions import fall_behind as fall_behind
from adoption.facts.versions import header as header
from adoption.facts.versions import held as held
from adoption.facts.versions import of as of
from adoption.facts.versions import shared as shared
from adoption.facts.versions import version_of as version_of
from adoption.facts.versions import zone_name as zone_name
