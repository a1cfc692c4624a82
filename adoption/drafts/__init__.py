"""Drafts of the book: changed definitions on top of the newest published one, until they are in force.

``stored`` is what a draft is and how it is read, ``changing`` how it is written, ``against`` how it compares with the
book, and ``life`` who may put it in force.  Every function that writes opens its own transaction; the caller commits.
docs/decisions/drafts.md tells the reasons.
"""

from adoption.drafts.against import PAST as PAST
from adoption.drafts.against import Conflict as Conflict
from adoption.drafts.against import check as check
from adoption.drafts.against import compared as compared
from adoption.drafts.against import composed as composed
from adoption.drafts.against import conflicts as conflicts
from adoption.drafts.against import differences as differences
from adoption.drafts.against import newest as newest
from adoption.drafts.changing import UNBEGUN as UNBEGUN
from adoption.drafts.changing import NothingChangedError as NothingChangedError
from adoption.drafts.changing import WrongTitleError as WrongTitleError
from adoption.drafts.changing import begin as begin
from adoption.drafts.changing import begin_with as begin_with
from adoption.drafts.changing import change as change
from adoption.drafts.changing import describe as describe
from adoption.drafts.changing import discard as discard
from adoption.drafts.changing import from_text as from_text
from adoption.drafts.changing import rebase as rebase
from adoption.drafts.changing import unbegun as unbegun
from adoption.drafts.life import Approval as Approval
from adoption.drafts.life import ApprovalNeededError as ApprovalNeededError
from adoption.drafts.life import FaultyDraftError as FaultyDraftError
from adoption.drafts.life import NobodyError as NobodyError
from adoption.drafts.life import NoReasonError as NoReasonError
from adoption.drafts.life import OverlapError as OverlapError
from adoption.drafts.life import OwnDraftError as OwnDraftError
from adoption.drafts.life import approval as approval
from adoption.drafts.life import approve as approve
from adoption.drafts.life import publish as publish
from adoption.drafts.life import reject as reject
from adoption.drafts.life import send as send
from adoption.drafts.life import withdraw as withdraw
from adoption.drafts.stored import DISCARDED as DISCARDED
from adoption.drafts.stored import DRAFT as DRAFT
from adoption.drafts.stored import PUBLISHED as PUBLISHED
from adoption.drafts.stored import STATES as STATES
from adoption.drafts.stored import WAITING as WAITING
from adoption.drafts.stored import Draft as Draft
from adoption.drafts.stored import Name as Name
from adoption.drafts.stored import Part as Part
from adoption.drafts.stored import StaleDraftError as StaleDraftError
from adoption.drafts.stored import WrongStateError as WrongStateError
from adoption.drafts.stored import get as get
from adoption.drafts.stored import listed as listed
