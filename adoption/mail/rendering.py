"""What a letter says: a subject, a text and a page, from facts, in one language.

Templates are ``templates/mail/<template>.txt`` and ``.html``, in the same order; styles move into the elements.
"""

from __future__ import annotations

import hashlib
from email.utils import parseaddr
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any

import css_inline
import msgspec
from flask import current_app
from sqlalchemy import select

from adoption import languages
from adoption.auth.callers import has_left
from adoption.mail import kinds
from adoption.mail import links
from adoption.mail import preparing
from adoption.models import Participant
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.mail.letter import Stored
    from adoption.mail.preparing import Prepared

JOINERS = "\u200c\u200d"  # invisible, but part of how some names and pictures are written


def prepare(connection: Connection, letter: Stored, now: int) -> Prepared:
    """Return what a letter says, to whom, in which language.

    Raises:
        SkipError: it shall not be sent, for instance since its reader has left.
    """
    kind = kinds.KINDS[letter.kind]
    facts = msgspec.json.decode(letter.facts)
    found = preparing.Prepared(facts, letter.participant, letter.language)
    if kind.prepare is not None:
        found = kind.prepare(connection, letter, facts)
    left_on = connection.scalar(select(Participant.left_on).where(Participant.id == found.participant))
    if has_left(left_on, now):
        raise preparing.SkipError(preparing.LEFT)
    return found


def render(letter: Stored, prepared: Prepared) -> dict[str, object]:
    """Return the columns of a letter that rendering fills."""
    kind = kinds.KINDS[letter.kind]
    facts = _plain(prepared.facts)
    settings = current_app.extensions["settings"]
    with languages.speaking(prepared.language):
        subject = one_line(kind.subject(facts))
        values: dict[str, Any] = {
            "facts": facts,
            "subject": subject,
            "organisation": settings.organisation_name,
            "until": period.moment(letter.expires),
            "home": links.root(),
            "link": links.to,
            "titled": kinds.titled,
        }
        templates = current_app.jinja_env
        text = templates.get_template(f"mail/{kind.template}.txt").render(values)
        html = templates.get_template(f"mail/{kind.template}.html").render(values)
    return {
        "participant": prepared.participant,
        "language": prepared.language,
        "message_id": message_id(letter, settings.mail_from),
        "subject": subject,
        "text": text.strip() + "\n",
        "html": inlined(html),
    }


def inlined(html: str) -> str:
    """Return a page with its styles moved into the elements."""
    return str(_inliner().inline(html))


def message_id(letter: Stored, sender: str) -> str:
    """Return the name that a letter has wherever it goes, the same for each try."""
    return named(letter._asdict(), sender)


def named(letter: Mapping[str, Any], sender: str) -> str:
    """Return the same for the row of a letter."""
    what = "\0".join(str(letter[part]) for part in ("kind", "address", "occasion", "planned"))
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{hashlib.sha256(what.encode()).hexdigest()[:32]}@{domain}>"


def one_line(text: str) -> str:
    """Return a text on one line, without anything that cannot be seen: nobody's name adds a line to a letter.

    ``=?`` begins what a header holds in disguise, even a line end: the standard library would take it for that.
    """
    seen = "".join(letter if letter.isprintable() or letter in JOINERS else " " for letter in text)
    return " ".join(seen.replace("=?", "= ?").split())


def _plain(value: Any) -> Any:
    """Return facts with every text on one line."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


@lru_cache(maxsize=1)
def _inliner() -> Any:
    """Return what moves styles into the elements; media queries stay, and nothing is fetched."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
