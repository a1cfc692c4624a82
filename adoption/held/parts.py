"""What is held about a participant, table by table, and what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption.held.asked import ASKED
from adoption.held.earned import EARNED
from adoption.held.noticed import NOTICED
from adoption.held.person import PERSON
from adoption.held.work import WORK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.held.part import Part

PARTS: tuple[Part, ...] = (*PERSON, *WORK, *EARNED, *ASKED, *NOTICED)

# Tables that name a participant and are not written out, and why.
LEFT_OUT: Mapping[str, str] = {
    "bonus_input": "is in the statement that is worked out from it, and gone once that is closed",
    "bonus_line": "is in the statement",
    "budget_decision": "is about everybody; names who decided",
    "draft": "is about rules; what somebody did to it is in what_i_did",
    "draft_author": "is about rules; what somebody did to it is in what_i_did",
    "incentive_stop": "is about everybody; names who stopped it",
    "bonus_run": "is about everybody; names who took its steps",
    "detection_setting": "is about everybody; names who changed it, which is in what_i_did",
    "digest_setting": "is about everybody; names who changed it, which is in what_i_did",
    "payroll_export": "is about everybody; names who made it",
    "allowance": "how often something may still be tried: gone within the hour",
    "distinct_key": "follows from the activities, and is what tallies are counted with",
    "record_progress": "follows from the activities",
    "snapshot_place": "follows from the tallies",
    "stranger": "nobody we know",
    "feed_person": "which office suites have named them; what they are known to have done is in signals",
    "upload": "a file that is about to be stored or thrown away: gone within the day",
}
