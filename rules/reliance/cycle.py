"""The life of a flag: which step leads where, who may take it, and who may see what.

``STEPS`` is the whole of it: whatever is not in it cannot happen.  A flag is an open question about how somebody can be
helped; nobody but the participant learns of it before five working days have passed and a person has confirmed it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.reliance import ledger
from rules.reliance.ledger import BEGIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.reliance.ledger import Account

STATES = (
    "none", "hint", "suspected", "flagged", "helping", "recovering", "recovered", "contested", "dismissed", "paused",
    "expired",
)  # fmt: skip  # in the order in which one meets them
CONTESTED = ("hint", "suspected", "flagged", "helping")  # what can be
OPEN = ("hint", "suspected", "flagged", "helping", "recovering")
BACK = "back"  # to where one came from
WAITS = 5  # working days from suspected until anybody else may learn of it
ANSWER = 10  # working days in which a contest is answered
MUTED = 60  # days in which the same evidence raises nothing after a contest was accepted
SNOOZED = 10  # days in which a hint stays quiet when it was put off
STALE_EXPECTED, STALE = 30, 60  # expected days, calendar days without new evidence
RELAPSE = 20  # expected days after recovering in which a new question begins as suspected at once
LIVE_DAYS, OF_DAYS = 5, 10  # days with live work of the last expected days that are on the way
IMPROVED = ledger.RAISE  # below this level
REASONS = ("away", "no_customers", "agreed_import", "quiet_season", "other")  # of a contest

PERSON, LEAD, SERVICE = "person", "lead", "service"  # who takes a step
READERS: Mapping[str, tuple[str, ...]] = {
    "none": ("person",),
    "hint": ("person",),
    "suspected": ("person",),  # and the lead, once it waits to be confirmed
    "flagged": ("person", "lead", "manager"),
    "helping": ("person", "lead", "manager"),  # of what was confirmed, here and below (``readers``)
    "recovering": ("person", "lead", "manager"),
    "recovered": ("person",),
    "contested": ("person", "lead"),
    "dismissed": ("person", "lead"),
    "paused": ("person",),
    "expired": ("person",),
}


class Step(NamedTuple):
    """Where a step leads, who takes it, and the code of its reason."""

    to: str
    by: str
    why: str


STEPS: Mapping[tuple[str, str], Step] = {
    ("none", "hint"): Step("hint", SERVICE, "evidence_begins"),
    ("recovered", "hint"): Step("hint", SERVICE, "evidence_begins"),
    ("expired", "hint"): Step("hint", SERVICE, "evidence_begins"),
    ("dismissed", "hint"): Step("hint", SERVICE, "evidence_begins"),
    ("none", "raise"): Step("suspected", SERVICE, "evidence_speaks"),
    ("hint", "raise"): Step("suspected", SERVICE, "evidence_speaks"),
    ("recovered", "raise"): Step("suspected", SERVICE, "evidence_again"),
    ("expired", "raise"): Step("suspected", SERVICE, "evidence_speaks"),
    ("dismissed", "raise"): Step("suspected", SERVICE, "evidence_speaks"),
    ("hint", "ease"): Step("none", SERVICE, "evidence_gone"),
    ("suspected", "ease"): Step("none", SERVICE, "evidence_gone"),
    ("flagged", "improve"): Step("recovering", SERVICE, "live_again"),
    ("helping", "improve"): Step("recovering", SERVICE, "live_again"),
    ("recovering", "slip"): Step(BACK, SERVICE, "evidence_speaks"),
    ("flagged", "clear"): Step("recovered", SERVICE, "evidence_gone"),
    ("helping", "clear"): Step("recovered", SERVICE, "evidence_gone"),
    ("recovering", "clear"): Step("recovered", SERVICE, "evidence_gone"),
    ("suspected", "confirm"): Step("flagged", LEAD, "confirmed"),
    ("suspected", "decline"): Step("dismissed", LEAD, "not_confirmed"),
    **{(state, "help"): Step("helping", PERSON, "help_wanted") for state in ("hint", "suspected", "flagged")},
    **{(state, "contest"): Step("contested", PERSON, "contested") for state in CONTESTED},
    ("contested", "accept"): Step("dismissed", LEAD, "contest_accepted"),
    ("contested", "reject"): Step(BACK, LEAD, "contest_rejected"),
    ("contested", "withdraw"): Step(BACK, PERSON, "contest_withdrawn"),
    **{(state, "pause"): Step("paused", SERVICE, "away") for state in OPEN},
    ("paused", "resume"): Step(BACK, SERVICE, "there_again"),
    **{(state, "expire"): Step("expired", SERVICE, "nothing_new") for state in (*OPEN, "paused")},
    **{(state, "forget"): Step("none", SERVICE, "long_ago") for state in ("recovered", "dismissed", "expired")},
}  # fmt: skip  # a line for each step


class ImpossibleStepError(ValueError):
    """There is no such step from this state, or it is somebody else's to take."""


def step(state: str, does: str, *, by: str, came_from: str | None = None) -> Step:
    """Return where a step leads.

    Raises:
        ImpossibleStepError: it is none of ``STEPS``, or not theirs.
    """
    found = STEPS.get((state, does))
    if found is None or found.by != by:
        message = f"{by} cannot take the step {does!r} from {state!r}"
        raise ImpossibleStepError(message)
    return found._replace(to=came_from or "none") if found.to == BACK else found


class Flag(NamedTuple):
    """What is kept of a participant's flag; days are local, counts are of expected working days."""

    state: str = "none"
    came_from: str | None = None  # the state to which a contest or a pause leads back
    slips_to: str | None = None  # the state to which recovering leads back
    confirmed: int = 0  # the day on which a lead confirmed; 0: nobody but the participant has learned of it
    since: int = 0  # the day of the last step
    waited: int = 0  # expected days in this state
    quiet: int = 0  # expected days without new evidence
    quiet_since: int = 0  # the day of the last new evidence
    muted_until: int = 0  # before this day the evidence raises nothing


def counted(flag: Flag, *, day: int, expected: bool, evidence: bool) -> Flag:
    """Count one more day; ``expected``: work was, ``evidence``: something new spoke for spreadsheets on it."""
    quiet = 0 if evidence else flag.quiet + expected
    return flag._replace(waited=flag.waited + expected, quiet=quiet, quiet_since=day if evidence else flag.quiet_since)


def taken(flag: Flag, does: str, *, by: str, day: int) -> Flag:
    """Return the flag after a step on a day.

    Whoever comes back from a pause has waited as long as before; whose contest was rejected has five new days.

    Raises:
        ImpossibleStepError: there is no such step, or it is not theirs.
    """
    back = flag.slips_to if does == "slip" else flag.came_from
    to = step(flag.state, does, by=by, came_from=back).to
    after = flag._replace(state=to, since=day, waited=flag.waited if does in {"pause", "resume"} else 0)
    if does in {"contest", "pause"}:
        return after._replace(came_from=flag.state)
    after = after._replace(came_from=None)
    if does == "improve":
        return after._replace(slips_to=flag.state)
    if does == "confirm":
        return after._replace(confirmed=day)
    if does in {"hint", "raise"}:
        return after._replace(quiet=0, quiet_since=day) if flag.state not in OPEN else after
    if does in {"accept", "decline"}:
        after = after._replace(muted_until=day + MUTED)
    return after if to in OPEN or to == "paused" else after._replace(slips_to=None, confirmed=0)


def readers(flag: Flag) -> tuple[str, ...]:
    """Return who may know the state: a lead once it waits for one, a manager of what a lead has confirmed alone."""
    if flag.state == "suspected" and flag.waited >= WAITS:
        return (PERSON, LEAD)
    if flag.state in {"helping", "recovering"} and not flag.confirmed:
        return (PERSON,)  # who asked for help by themselves is shown to nobody
    return READERS[flag.state]


def moves(flag: Flag, account: Account, *, day: int, away: bool) -> str | None:
    """Return the step that the service takes by itself on a day, if any; ``away``: absent, or the feed is missing.

    What has expired begins anew only by evidence that came after.
    """
    stale = day - flag.quiet_since >= STALE
    if flag.state == "paused":
        return "expire" if stale else (None if away else "resume")
    if flag.state not in OPEN:
        old = flag.state == "expired" and flag.quiet_since <= flag.since
        quiet = flag.state == "contested" or away or day < flag.muted_until
        return None if quiet else _begins(flag, BEGIN if old else account)
    if away:
        return "pause"
    return "expire" if stale or flag.quiet >= STALE_EXPECTED else _goes_on(flag.state, account)


def _begins(flag: Flag, account: Account) -> str | None:
    if account.asks:
        return "raise"
    if account.hints:
        return "hint"
    return "forget" if flag.state != "none" and flag.waited >= RELAPSE else None


def _goes_on(state: str, account: Account) -> str | None:
    if state in {"hint", "suspected"}:
        if state == "hint" and account.asks:
            return "raise"
        return "ease" if account.clears or not account.traced else None
    if account.clears:
        return "clear"
    if state == "recovering":
        return "slip" if account.asks else None
    better = ledger.level(account) < IMPROVED and sum(day.busy for day in account.recent) >= LIVE_DAYS
    return "improve" if better else None


def may_confirm(flag: Flag, account: Account) -> bool:
    """Say whether a lead may confirm: five working days have passed, and the evidence still speaks."""
    speaks = ledger.level(account) >= ledger.RAISE and account.traced
    return flag.state == "suspected" and flag.waited >= WAITS and speaks
