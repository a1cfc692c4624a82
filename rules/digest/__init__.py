"""Regular letters: what they say, decided from facts alone; first the weekly one to whoever leads people.

``facts`` is what is known of a week, ``record`` what a letter holds, ``making`` the decision between the two,
``thanking`` and ``suggesting`` two of its parts, ``timing`` when a letter is due; ``own`` is the letter about one's
own week.  ``adoption.telling`` has the words.
"""

from rules.digest.facts import Facts as Facts
from rules.digest.facts import Open as Open
from rules.digest.facts import Report as Report
from rules.digest.facts import Spending as Spending
from rules.digest.making import WEEKS as WEEKS
from rules.digest.making import make as make
from rules.digest.record import Digest as Digest
from rules.digest.record import Silent as Silent
