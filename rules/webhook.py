"""What the answer of an incoming webhook means: the message is there, it is tried again, or the channel is gone.

Slack says 400 ``invalid_payload``, 403 ``action_prohibited``, 404 ``channel_not_found`` or ``no_service``, 410
``channel_is_archived``, 429 with Retry-After (more than one message a second); Mattermost 400 with
``web.incoming_webhook.invalid.app_error`` where there is no such webhook, 501 while they are switched off; workflows of
Teams 202, and 400 with ``WorkflowTriggerIsNotEnabled`` when they are switched off or deleted.
"""

from __future__ import annotations

from typing import Literal

from rules.delivery import Answer
from rules.period import SECOND

Meaning = Literal["taken", "again", "refused", "gone"]

AGAIN = {408, 425, 429}  # … and all of 5xx: it may pass
GONE = {401, 403, 404, 405, 410}  # there is no such webhook any more, or we may not use it
GONE_WORDS = ("incoming_webhook.invalid", "WorkflowTriggerIsNotEnabled", "WorkflowNotFound", "invalid_token")
UNKNOWN = 504  # a gateway that waited for an answer in vain knows as little as we do
LONGEST = 6 * 3_600  # seconds that we let somebody ask us to wait


def meaning(status: int, words: str) -> Meaning:
    """Return what a status and the words with it mean for this message and for the channel."""
    if 200 <= status < 300:  # noqa: PLR2004  # RFC 9110: success
        return "taken"
    if status in AGAIN or status >= 500:  # noqa: PLR2004  # RFC 9110: the server's fault
        return "again"
    moved = 300 <= status < 400  # noqa: PLR2004  # RFC 9110: it is elsewhere, where we do not follow
    if moved or status in GONE or any(word in words for word in GONE_WORDS):
        return "gone"
    return "refused"


def answer(status: int, words: str, wait: int = 0) -> Answer:
    """Return an answer as the outbox judges it; ``wait`` are the seconds that Retry-After asks for."""
    found = meaning(status, words)
    return Answer(
        code=status,
        words=f"{status} {words}".strip(),
        doubtful=status == UNKNOWN,
        wait=min(max(wait, 0), LONGEST) * SECOND,
        final=found in {"refused", "gone"},
        gone=found == "gone",
    )
