"""The only writer of awards: what tallies make due, what holders do with it, what time does to it.

``settling`` grants and takes back, ``using`` is what people do, ``budgets`` is what there is only so much of,
``booking`` is the ledger's part, ``rows`` how all of it is read, locked and written.  Locks are taken in one order: the
facts, tallies, a holder's turn, awards by their keys, budgets, redemptions.
"""

from adoption.awards.booking import book as book
from adoption.awards.budgets import Taken as Taken
from adoption.awards.budgets import allotment as allotment
from adoption.awards.budgets import allowed as allowed
from adoption.awards.budgets import draw_anew as draw_anew
from adoption.awards.budgets import drawn_on as drawn_on
from adoption.awards.budgets import left as left
from adoption.awards.budgets import running as running
from adoption.awards.budgets import take_turn as take_turn
from adoption.awards.budgets import taken as taken
from adoption.awards.rows import KEY as KEY
from adoption.awards.rows import LIVE as LIVE
from adoption.awards.rows import VALUES as VALUES
from adoption.awards.rows import Name as Name
from adoption.awards.rows import Row as Row
from adoption.awards.rows import store as store
from adoption.awards.settling import follow as follow
from adoption.awards.settling import settle_bucket as settle_bucket
from adoption.awards.using import OPEN as OPEN
from adoption.awards.using import Use as Use
from adoption.awards.using import choose as choose
from adoption.awards.using import expire as expire
from adoption.awards.using import find as find
from adoption.awards.using import redeem as redeem
from adoption.awards.using import undo as undo
from adoption.awards.waits import Waits as Waits
from adoption.awards.waits import before as before
from adoption.awards.waits import reasons as reasons
from adoption.awards.waits import stopped_versions as stopped_versions
