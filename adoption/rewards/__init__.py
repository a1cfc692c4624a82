"""What was earned and how it is used: the choice, the voucher, the counter, time off, and the last day.

A reward is what its book promised when it was issued (``terms``).  Every change of an award is made by
``adoption.awards``.  docs/decisions/vouchers.md tells the reasons.
"""

from adoption.rewards.choosing import ChangedError as ChangedError
from adoption.rewards.choosing import NoOptionError as NoOptionError
from adoption.rewards.choosing import Option as Option
from adoption.rewards.choosing import choose as choose
from adoption.rewards.choosing import options as options
from adoption.rewards.counter import UNDO as UNDO
from adoption.rewards.counter import Today as Today
from adoption.rewards.counter import Verdict as Verdict
from adoption.rewards.counter import holder_name as holder_name
from adoption.rewards.counter import is_token as is_token
from adoption.rewards.counter import scan as scan
from adoption.rewards.counter import today as today
from adoption.rewards.counter import undo as undo
from adoption.rewards.expiry import expire as expire
from adoption.rewards.pocket import Collected as Collected
from adoption.rewards.pocket import History as History
from adoption.rewards.pocket import Item as Item
from adoption.rewards.pocket import collected as collected
from adoption.rewards.pocket import history as history
from adoption.rewards.pocket import lately as lately
from adoption.rewards.pocket import one as one
from adoption.rewards.pocket import ready as ready
from adoption.rewards.terms import title_of as title_of
from adoption.rewards.time_off import FURTHEST as FURTHEST
from adoption.rewards.time_off import DayError as DayError
from adoption.rewards.time_off import NoTimeOffError as NoTimeOffError
from adoption.rewards.time_off import TooLateError as TooLateError
from adoption.rewards.time_off import cancel as cancel
from adoption.rewards.time_off import take as take
from adoption.rewards.vouchers import Ticket as Ticket
from adoption.rewards.vouchers import make_ticket as make_ticket
from adoption.rewards.vouchers import ticket_of as ticket_of
