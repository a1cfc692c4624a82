"""The journal: who did what to which thing, before, after, when and why; and whose pages were read by whom.

Append-only.  Every row holds the hash of the row before it, so that a row that was changed, deleted or moved breaks the
chain; the head (the last number and hash), kept elsewhere, shows a tail that was cut off or written anew
(docs/decisions/journal.md).  ``writing`` is the only writer, ``chain`` verifies, ``reading`` finds entries, and
``differences`` says what an entry changed.
"""

from __future__ import annotations

from adoption.journal.chain import BrokenChainError as BrokenChainError
from adoption.journal.chain import Checked as Checked
from adoption.journal.chain import Flaw as Flaw
from adoption.journal.chain import Head as Head
from adoption.journal.chain import check as check
from adoption.journal.chain import flaws as flaws
from adoption.journal.chain import head as head
from adoption.journal.chain import last_check as last_check
from adoption.journal.chain import verify as verify
from adoption.journal.writing import COLUMNS as COLUMNS
from adoption.journal.writing import LONGEST_REASON as LONGEST_REASON
from adoption.journal.writing import NOTHING as NOTHING
from adoption.journal.writing import By as By
from adoption.journal.writing import Deed as Deed
from adoption.journal.writing import NoReasonError as NoReasonError
from adoption.journal.writing import chained as chained
from adoption.journal.writing import digest as digest
from adoption.journal.writing import reason as reason
from adoption.journal.writing import take_turn as take_turn
from adoption.journal.writing import write as write
from adoption.journal.writing import write_all as write_all
