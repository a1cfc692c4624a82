"""Tables.  Plain SQLAlchemy: no Flask, no decisions.

The hot tables (activities, progress of records, tallies, distinct keys, awards, ledger entries) have ``bucket`` first
in their primary key, so that they can be partitioned or distributed (docs/decisions/buckets.md).
"""

from adoption.models.access import Allowance as Allowance
from adoption.models.access import Device as Device
from adoption.models.access import Preference as Preference
from adoption.models.access import SignInLink as SignInLink
from adoption.models.access import WebSession as WebSession
from adoption.models.activity import Batch as Batch
from adoption.models.activity import Receipt as Receipt
from adoption.models.activity import StoredActivity as StoredActivity
from adoption.models.activity import Stranger as Stranger
from adoption.models.activity import Unscored as Unscored
from adoption.models.award import Award as Award
from adoption.models.award import LedgerEntry as LedgerEntry
from adoption.models.base import Base as Base
from adoption.models.base import bucket_of as bucket_of
from adoption.models.bonus import BonusAdjustment as BonusAdjustment
from adoption.models.bonus import BonusInput as BonusInput
from adoption.models.bonus import BonusLine as BonusLine
from adoption.models.bonus import BonusRun as BonusRun
from adoption.models.bonus import BonusStatement as BonusStatement
from adoption.models.bonus import Dispute as Dispute
from adoption.models.bonus import Figure as Figure
from adoption.models.bonus import PayrollColumns as PayrollColumns
from adoption.models.bonus import PayrollExport as PayrollExport
from adoption.models.bonus import Weight as Weight
from adoption.models.book import PublishedBook as PublishedBook
from adoption.models.book import PublishedDefinition as PublishedDefinition
from adoption.models.book import PublishedVersion as PublishedVersion
from adoption.models.budget import BudgetAlert as BudgetAlert
from adoption.models.budget import BudgetDecision as BudgetDecision
from adoption.models.budget import IncentiveStop as IncentiveStop
from adoption.models.directory import Absence as Absence
from adoption.models.directory import Holiday as Holiday
from adoption.models.directory import Identity as Identity
from adoption.models.directory import Membership as Membership
from adoption.models.directory import Participant as Participant
from adoption.models.directory import Team as Team
from adoption.models.directory import Wave as Wave
from adoption.models.draft import DraftAuthor as DraftAuthor
from adoption.models.draft import StoredDraft as StoredDraft
from adoption.models.draft import StoredDraftPart as StoredDraftPart
from adoption.models.journal import JournalCheck as JournalCheck
from adoption.models.journal import JournalEntry as JournalEntry
from adoption.models.journal import JournalHead as JournalHead
from adoption.models.letter import Letter as Letter
from adoption.models.roles import Delegation as Delegation
from adoption.models.roles import RoleGrant as RoleGrant
from adoption.models.service import ApiToken as ApiToken
from adoption.models.service import ArchiveFile as ArchiveFile
from adoption.models.service import Facts as Facts
from adoption.models.service import JobRun as JobRun
from adoption.models.service import RecordLink as RecordLink
from adoption.models.service import Source as Source
from adoption.models.tally import DistinctKey as DistinctKey
from adoption.models.tally import Edition as Edition
from adoption.models.tally import RecordProgress as RecordProgress
from adoption.models.tally import Series as Series
from adoption.models.tally import Snapshot as Snapshot
from adoption.models.tally import SnapshotPlace as SnapshotPlace
from adoption.models.tally import Tally as Tally
from adoption.models.tally import Track as Track
from adoption.models.voucher import Redemption as Redemption
from adoption.models.voucher import Voucher as Voucher
