"""What follows from the answer to a letter: it arrived, it is tried again, or it is given up.

Mail has one gap that nobody can close: after the last byte and before the answer, a sender whose connection ends cannot
know whether the letter was taken (RFC 1047, RFC 5321 section 6.1).  Such an answer is *doubtful*, and a policy decides.
"""

from __future__ import annotations

import re
from typing import Literal
from typing import NamedTuple
from zlib import crc32

from rules.period import SECOND

Policy = Literal["again", "ask"]

MINUTE = 60 * SECOND
DELAYS = tuple(minutes * MINUTE for minutes in (1, 5, 15, 60, 240))  # the last one is repeated
JITTER = 200  # thousandths of a delay that may be added, so that letters put off together do not come back together
LIVES = 24 * 60 * MINUTE  # how long a letter is tried, unless it says otherwise
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463
NO_ROUTE = "5.4.4"  # the server could not look the domain up: it calls that permanent, and it seldom is


class Answer(NamedTuple):
    """What came back: the server's code (``None``: there was no answer), and all that it said."""

    code: int | None
    words: str
    doubtful: bool = False  # everything was sent, and the connection ended before an answer
    wait: int = 0  # microseconds for which we are asked to wait
    final: bool | None = None  # whether trying again is of no use; ``None``: the code says it, as SMTP's do
    gone: bool = False  # nothing will ever be taken there


class Verdict(NamedTuple):
    """The state that follows, and when a letter that was put off is due."""

    state: Literal["sent", "deferred", "failed", "sending"]
    due: int | None = None


def judge(  # noqa: PLR0913  # what one try of one letter is made of
    answer: Answer, policy: Policy, *, number: int, tries: int, now: int, expires: int
) -> Verdict:
    """Decide about a letter after its try number ``tries`` (from 1); times are UTC microseconds.

    A doubtful letter whose policy is to ask stays in ``sending``, until somebody says what to do.
    """
    if answer.doubtful and policy == "ask":
        return Verdict("sending")
    if answer.code is not None and answer.code // 100 == 2:  # noqa: PLR2004  # RFC 5321: 2yz is a success
        return Verdict("sent")
    due = now + max(delay(number, tries), answer.wait)
    if is_permanent(answer) or due >= expires:
        return Verdict("failed")
    return Verdict("deferred", due)


def is_permanent(answer: Answer) -> bool:
    """Say whether trying again is of no use."""
    if answer.final is not None:
        return answer.final
    if answer.code is None or answer.code // 100 != 5:  # noqa: PLR2004  # RFC 5321: 5yz is for good
        return False
    found = _ENHANCED.search(answer.words)
    return found is None or found.group(1) != NO_ROUTE


def delay(number: int, tries: int) -> int:
    """Return how long letter ``number`` rests after so many tries, in microseconds; always the same for the same."""
    base = DELAYS[min(max(tries, 1), len(DELAYS)) - 1]
    return base + base * (crc32(f"{number}/{tries}".encode()) % (JITTER + 1)) // 1_000
