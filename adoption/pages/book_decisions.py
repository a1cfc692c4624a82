"""Deciding about a draft, in words: its state, what was done, why it was not, and what it newly promises."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app

from adoption import drafts
from adoption import facts
from adoption import languages
from adoption.errors import AdoptionError
from adoption.languages import gettext
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from fractions import Fraction

    from adoption.drafts import Draft

    Decision = Callable[..., Any]

DECISIONS: Mapping[str, Decision] = {
    "send": drafts.send,
    "publish": drafts.publish,
    "discard": drafts.discard,
    "withdraw": drafts.withdraw,
}
STATES: Mapping[str, tuple[Callable[[], str], str]] = {
    drafts.DRAFT: (lambda: gettext("draft"), "accent"),
    drafts.WAITING: (lambda: gettext("waits for approval"), "note"),
    drafts.PUBLISHED: (lambda: gettext("published"), "good"),
    drafts.DISCARDED: (lambda: gettext("discarded"), ""),
}
TOLD: Mapping[str, Callable[[], str]] = {
    "send": lambda: gettext("Sent. Somebody else can approve it now."),
    "publish": lambda: gettext("Published. What was earned before stays as it was."),
    "discard": lambda: gettext("Discarded. Its words are kept, and nothing has changed."),
    "withdraw": lambda: gettext("Taken back. You can change it again."),
    "approve": lambda: gettext("Approved and published. What was earned before stays as it was."),
    "reject": lambda: gettext("Sent back to its authors, with your reason."),
    "save": lambda: gettext("Saved."),
}


class Promised(NamedTuple):
    """What a draft newly promises each month, why a second person decides, and up to what one may decide alone."""

    lines: list[tuple[str, str, str]]  # title, before, after
    unlimited: list[str]
    limit: str


def state(draft: Draft) -> tuple[str, str]:
    """Return the state of a draft in a word, and the look of its chip."""
    said, look = STATES[draft.state]
    return said(), look


def told(act: str) -> str:
    """Say what was done."""
    return TOLD.get(act, TOLD["save"])()


def promised(draft: Draft) -> Promised | None:
    """Return why a second person must decide; ``None`` where one may publish alone."""
    found = drafts.approval(draft) if draft.state in {drafts.DRAFT, drafts.WAITING} else None
    if found is None:
        return None
    code, settings = languages.current().code, current_app.extensions["settings"]
    after = drafts.check(draft).book or facts.NO_BOOK
    return Promised(
        [
            (
                wording.title_of(after.rewards.get(one.reward), one.reward, code),
                _money(one.before, one.currency),
                _money(one.after, one.currency),
            )
            for one in found.promises
        ],
        [wording.title_of(after.incentives.get(key), key, code) for key in found.unlimited],
        _money(settings.approval_above, settings.currency),
    )


def _money(amount: Fraction | Decimal, currency: str) -> str:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator) if not isinstance(amount, Decimal) else amount
    return languages.current().money(exact, currency)


REFUSALS: Mapping[str, Callable[[], str]] = {
    "StaleDraftError": lambda: gettext(
        "%(name)s changed this draft in the meantime. Nothing was overwritten; this is how it stands now."
    ),
    "WrongStateError": lambda: gettext("Somebody decided about this draft in the meantime. This is how it stands now."),
    "ApprovalNeededError": lambda: gettext("A second person has to approve this. Send it for approval."),
    "OverlapError": lambda: gettext("Others published some of this in the meantime. Look at both below, and choose."),
    "FaultyDraftError": lambda: gettext("It is not ready yet. What is still needed stands below."),
    "NothingChangedError": lambda: gettext("This draft changes nothing yet."),
    "NoReasonError": lambda: gettext("Say why, so that the draft can become better."),
    "OwnDraftError": lambda: gettext(
        "You had a hand in this draft, so somebody else has to approve it: four eyes see more than two."
    ),
    "WrongTitleError": lambda: gettext("Give the draft a title of one line, at most 200 characters long."),
}


def refusal(error: Exception) -> str:
    """Say why something could not be done, and what to do."""
    name = error.members.get("changed_by", "") if isinstance(error, AdoptionError) else ""
    said = REFUSALS.get(type(error).__name__)
    if said is None:
        return str(error)
    words = said()
    return words % {"name": name or gettext("Somebody")} if "%(name)s" in words else words
