"""Does somebody still work in spreadsheets?  From what was seen to evidence, and from evidence to an open question.

``seen`` is what is known of a participant's day, ``usual`` what is usual in a role, ``weights`` what a day weighs,
``ledger`` the running account and its explanation, ``cycle`` the life of a flag, ``checkin`` the neutral question about
low use.  Nothing here is ever an input of an award, a board or a bonus.  The model and its constants come from measured
work (docs/decisions/reliance.md).
"""

from rules.reliance.ledger import BEGIN as BEGIN
from rules.reliance.ledger import HIRED as HIRED
from rules.reliance.ledger import Account as Account
from rules.reliance.ledger import Line as Line
from rules.reliance.ledger import explained as explained
from rules.reliance.ledger import follow as follow
from rules.reliance.ledger import level as level
from rules.reliance.seen import Arrived as Arrived
from rules.reliance.seen import Seen as Seen
from rules.reliance.usual import DEFAULT as DEFAULT
from rules.reliance.usual import Usual as Usual
