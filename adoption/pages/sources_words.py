"""What the pages of sources say: kinds of proof, verdicts, how late, what to do next in which CRM."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from typing import NamedTuple

from babel import dates

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.sources.deliveries import Line

PROOFS: Mapping[str, tuple[Callable[[], str], Callable[[], str]]] = {
    "standard-webhooks": (
        lambda: "Standard Webhooks",
        lambda: gettext("The sender signs each delivery with its time. The safest; choose it where the sender can."),
    ),
    "hmac-sha256": (
        lambda: gettext("A signature (HMAC)"),
        lambda: gettext("The sender signs the body with the secret. The mapping says in which header."),
    ),
    "secret": (
        lambda: gettext("A shared secret"),
        lambda: gettext("The sender shows the secret itself: in a header, the address, a password or the body."),
    ),
}
OVERLAPS: Mapping[str, Callable[[], str]] = {
    "1h": lambda: gettext("for another hour"),
    "1d": lambda: gettext("for another day"),
    "7d": lambda: gettext("for another 7 days"),
    "none": lambda: gettext("not at all: it ends at once"),
}
SHORT: Mapping[str, Callable[[], str]] = {
    "accepted": lambda: gettext("Accepted"),
    "duplicate": lambda: gettext("Known already"),
    "unknown": lambda: gettext("Unknown person"),
    # say: of a delivery whose activities had happened long before
    "late": lambda: gettext("Late"),
    "partly": lambda: gettext("Partly refused"),
    "refused": lambda: gettext("Refused"),
    "unreadable": lambda: gettext("Unreadable"),
    # say: of a delivery that told of sign-ins, reports, exports or imports alone
    "signals": lambda: gettext("Signals"),
    "nothing": lambda: gettext("Nothing to take"),
    "paused": lambda: gettext("Came during a pause"),
    "unproven": lambda: gettext("Bad signature"),
    "stale": lambda: gettext("Signed at another time"),
    "large": lambda: gettext("Too large"),
}
LOOKS: Mapping[str, str] = {
    "accepted": "good",
    "late": "good",
    "duplicate": "",
    "signals": "good",
    "nothing": "",
}  # others are to be noted


class Said(NamedTuple):
    """A verdict in words: shortly, as a sentence, how it looks (a class of chips), and an English reason, if any."""

    short: str
    sentence: str
    look: str
    reason: str


def span(microseconds: int) -> str:
    """Write a span of time in its largest unit: 3 hours, 3 часа, 3小时."""
    found = timedelta(microseconds=max(microseconds, SECOND))
    return str(dates.format_timedelta(found, threshold=1, locale=languages.current().locale))


def verdict(line: Line, before: str | None = None) -> Said:
    """Say what became of a delivery; ``before`` is when the one came that it repeats, if that is known."""
    reason = line.reason if line.verdict in {"partly", "refused", "unreadable"} else ""
    look = LOOKS.get(line.verdict, "note")
    return Said(SHORT[line.verdict](), SENTENCES[line.verdict](line, before), look, reason)


def _accepted(line: Line, _before: str | None) -> str:
    return ngettext("%(n)s activity accepted.", "%(n)s activities accepted.", line.accepted)


def _duplicate(line: Line, before: str | None) -> str:
    if before is not None:
        return gettext("Duplicate of the delivery of %(moment)s; nothing changed.", moment=before)
    return ngettext(
        "%(n)s activity, which was here already; nothing changed.",
        "%(n)s activities, which were here already; nothing changed.",
        line.duplicates,
    )


def _unknown(line: Line, before: str | None) -> str:
    waiting = ngettext(
        "%(n)s is by an unknown person and waits to be credited.",
        "%(n)s are by an unknown person and wait to be credited.",
        line.strangers,
    )
    return f"{_accepted(line, before)} {waiting}"


def _late(line: Line, before: str | None) -> str:
    late = gettext("Late: they had happened %(span)s before.", span=span(line.late or 0))
    return f"{_accepted(line, before)} {late}"


def _partly(line: Line, before: str | None) -> str:
    told = _accepted if line.accepted else _duplicate if line.duplicates else SENTENCES["signals"]
    kept = told(line, before)
    return f"{kept} {_left_out(line)}"


def _left_out(line: Line) -> str:
    return ngettext("The mapping left out %(n)s item.", "The mapping left out %(n)s items.", line.refused)


def _stale(line: Line, _before: str | None) -> str:
    seconds = int(line.reason or 0)
    apart = span(abs(seconds) * SECOND)
    if seconds < 0:
        return gettext("Rightly signed, but %(span)s ahead of our clock. Check the clock of the sender.", span=apart)
    return gettext(
        "Rightly signed, but late by %(span)s. Check the clock of the sender, or whether it repeats.", span=apart
    )


SENTENCES: Mapping[str, Callable[[Line, str | None], str]] = {
    "accepted": _accepted,
    "duplicate": _duplicate,
    "unknown": _unknown,
    "late": _late,
    "partly": _partly,
    "refused": lambda line, _: f"{gettext('Nothing was stored.')} {_left_out(line)}",
    "unreadable": lambda *_: gettext("It could not be read, so that nothing was stored."),
    "signals": lambda *_: gettext("It told of sign-ins, reports, exports or imports: kept apart, and never counted."),
    "nothing": lambda *_: gettext("There was nothing in it that the mapping takes."),
    "paused": lambda *_: gettext("It came while the source was paused. The sender was asked to try again in an hour."),
    "unproven": lambda *_: gettext("It did not know the secret, so that nothing of it was read or kept."),
    "stale": _stale,
    "large": lambda *_: gettext("It was larger than what is read. Let the sender send less at a time."),
}

# What to do in the CRM with the address and the secret, step by step.
STEPS: Mapping[str, Callable[[], Sequence[str]]] = {
    "": lambda: (
        gettext("Enter address and secret where the sender keeps its webhooks."),
        gettext("Run the line below in a terminal: it posts a delivery that counts for nothing."),
        gettext("See on the page of the source what came, and what became of it."),
    ),
    "hubspot": lambda: (
        gettext("In your HubSpot app, under Webhooks, enter the address as target URL, exactly as it stands here."),
        gettext("Subscribe to contact.creation, contact.propertyChange, deal.creation and deal.propertyChange."),
        gettext("Change a contact in HubSpot, and see on the page of the source what came."),
    ),
    "pipedrive": lambda: (
        gettext("In Pipedrive, under Tools → Webhooks, add one of version 2 with the address as endpoint URL."),
        gettext("As HTTP authentication enter any user name, and the secret as password."),
        gettext("Choose all events of persons, deals and activities; an administrator should own the webhook."),
    ),
    "kommo": lambda: (
        gettext("In Kommo, under Settings → Integrations → Webhooks, add the address with ?secret= and the secret."),
        gettext("Choose that leads and contacts are added and changed, and that leads change their status."),
        gettext("Move a lead to another stage, and see on the page of the source what came."),
    ),
    "bitrix24": lambda: (
        gettext("In Bitrix24, under Developer resources → Outgoing webhook, enter the address as handler."),
        gettext("Choose the events of contacts and deals, and the end of calls."),
        gettext("The application token that Bitrix24 shows is the secret you entered here."),
    ),
}
