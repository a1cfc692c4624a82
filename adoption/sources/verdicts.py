"""What is said of a delivery, in one word; pages put it into sentences (``adoption/pages/sources_words.py``).

============  ======================================================================================================
accepted      everything in it is stored, and was new
duplicate     everything in it was stored already
unknown       stored, but of somebody whom no identity names: it waits to be credited
late          stored, but it had happened long before
partly        some of it was refused
refused       all of it was refused
unreadable    its body is neither JSON nor a form
signals       all of it was about sign-ins, reports, exports or imports: kept apart, never counted
nothing       there is nothing in it that the mapping takes
paused        it proved itself while the source was paused, and was asked to come again
unproven      it did not know the secret
stale         it was signed rightly, at another time
large         it was larger than what is read
============  ======================================================================================================
"""

from __future__ import annotations

from rules.period import SECOND

LATE = 3_600 * SECOND  # microseconds since its newest activity happened
UNPROVEN = ("unproven", "stale", "large")
AGAIN = ("refused", "partly", "unreadable")  # what another mapping may read
VERDICTS = (
    "accepted", "duplicate", "unknown", "late", "partly", "refused", "unreadable", "signals", "nothing", "paused",
    *UNPROVEN,
)  # fmt: skip


def judged(  # noqa: PLR0913  # what became of each of its parts
    *, accepted: int, duplicates: int, refused: int, strangers: int, late: int | None, signals: int = 0
) -> str:
    """Say what became of a delivery that proved itself and could be read."""
    kept = accepted + duplicates
    if refused:
        return "partly" if kept or signals else "refused"
    if not kept:
        return "signals" if signals else "nothing"
    if not accepted:
        return "duplicate"
    if strangers:
        return "unknown"
    return "late" if late is not None and late > LATE else "accepted"
