"""What a record is called, and where the CRM shows it.

A record is a name like ``contact/42``.  What it is called was told by activities about it: the newest activity *of its
own kind* (``contact.updated`` about a contact) that names it, since the title of a task about a contact is the task's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from urllib.parse import quote
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlalchemy import select

from adoption import statements
from adoption import wire
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import RecordLink
from rules import value

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Row

LOOKED_AT = 24  # activities about one record, those of its own kind first, then the newest
LONGEST = 120  # characters of a name
NAMES = ("name", "title", "subject")
PARTS = (("first_name", "last_name"), ("firstname", "lastname"))
COMPANIES = ("company", "company_name", "organisation", "organization", "account")
PLACEHOLDER = re.compile(r"\{(\w*)\}")
PLACEHOLDERS = ("kind", "id", "record")
TEMPLATE_LENGTH = 1_000
SCHEMES = ("http://", "https://")
_UNSAFE = re.compile(r"[\s\x00-\x20\x7f\\<>\"'`^|]")

_ABOUT = """
SELECT source, type, subject, data FROM (
  SELECT t.source, t.type, t.subject, t.data, t.time, t.id,
    ROW_NUMBER() OVER (
      PARTITION BY t.subject
      ORDER BY CASE WHEN SUBSTR(t.type, 1, LENGTH(g.type)) = g.type THEN 0 ELSE 1 END, t.time DESC, t.source, t.id
    ) AS place
  FROM {given} AS g CROSS JOIN activity AS t
  WHERE t.subject = g.subject AND t.retracted = 0 AND t.retracts IS NULL AND t.type IS NOT NULL
) AS ranked WHERE place <= LOOKED_AT ORDER BY subject, place
""".replace("LOOKED_AT", str(LOOKED_AT))


class LinkError(RefusedError):
    """This is no address under which records could be shown."""


class Card(NamedTuple):
    """What is known about a record; ``link`` leads to it in the CRM."""

    record: str
    name: str | None = None
    company: str | None = None
    link: str | None = None

    @property
    def kind(self) -> str:
        """What kind of record it is."""
        return self.record.partition("/")[0]

    @property
    def id(self) -> str:
        """Which of its kind it is."""
        return self.record.partition("/")[2]


def cards(records: Iterable[str | None]) -> Mapping[str, Card]:
    """Return what is known about these records; two queries, whatever their number."""
    wanted = sorted({record for record in records if record})
    if not wanted:
        return {}
    known: dict[str, list[Row[Any]]] = defaultdict(list)
    given = [(record, f"{record.partition('/')[0]}.") for record in wanted]
    for row in statements.run(db.session.connection(), "activity", ("subject", "type"), given, _ABOUT):
        known[row.subject].append(row)
    links = templates()
    return {record: _card(record, known.get(record, ()), links) for record in wanted}


def _card(record: str, rows: Sequence[Row[Any]], links: Mapping[str, str]) -> Card:
    own = f"{record.partition('/')[0]}."
    name = company = None
    for row in rows:
        if name is not None and company is not None:
            break
        if row.data == "{}":
            continue
        data = wire.data_of(row.data)
        if name is None and row.type.startswith(own):
            name = _name(data)
        company = company or _text(data, COMPANIES)
    template = next((links[row.source] for row in rows if row.source in links), None)
    return Card(record, name, company if company != name else None, address(template, record) if template else None)


def _name(data: Mapping[str, Any]) -> str | None:
    found = _text(data, NAMES)
    if found is not None:
        return found
    for parts in PARTS:
        said = [text for text in (_text(data, (part,)) for part in parts) if text]
        if said:
            return " ".join(said)[:LONGEST]
    return None


def _text(data: Mapping[str, Any], fields: Iterable[str]) -> str | None:
    """Return the first of these fields that holds text or a number, on one line."""
    for field in fields:
        found = value.field(data, field)
        if isinstance(found, str) or (isinstance(found, int) and not isinstance(found, bool)):
            text = " ".join("".join(letter if letter.isprintable() else " " for letter in str(found)).split())
            if text:
                return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return None


# --- where the CRM shows a record


def templates() -> Mapping[str, str]:
    """Return the addresses with placeholders, by source."""
    return dict(db.session.execute(select(RecordLink.source, RecordLink.template)).all())


def address(template: str, record: str) -> str | None:
    """Return where the CRM shows a record; ``None`` if its name makes no address.

    Every value is percent-encoded, so that no name of a record can lead anywhere but to a page of that CRM.
    """
    kind, _, number = record.partition("/")
    if not kind or not number or {kind, number} & {".", ".."}:  # a browser would read these as "here" and "above"
        return None
    if not template.startswith(SCHEMES):  # checked when it was stored; nothing else is ever followed
        return None
    values = {"kind": kind, "id": number, "record": record}
    return PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), template)


def link(source: str, template: str | None) -> None:
    """Say where a source shows its records, or (``None``) that it does so nowhere.  The caller commits.

    Raises:
        LinkError: the template is no http or https address, or has no placeholder for the record.
    """
    if template is not None:
        check(template)
    connection = begin_write()
    if template is None:
        connection.execute(delete(RecordLink).where(RecordLink.source == source))
    else:
        statements.put(connection, "record_link", ("source",), ("template",), [(source, template)])


def check(template: str) -> None:
    """Refuse what is no address of a record.

    Raises:
        LinkError: likewise; says what is wrong.
    """
    if len(template) > TEMPLATE_LENGTH:
        msg = f"an address has at most {TEMPLATE_LENGTH} characters"
        raise LinkError(msg)
    try:
        parts = urlsplit(template)
        host = parts.hostname
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        host, port_is_number = None, False
    if not host or not port_is_number or not template.startswith(SCHEMES) or _UNSAFE.search(template):
        msg = "write an address like https://crm.example.com/{kind}s/{id}"
        raise LinkError(msg)
    if set("{}@") & set(parts.netloc):
        msg = "the placeholders belong behind the host, and nobody's password into an address"
        raise LinkError(msg)
    strange = {name for name in PLACEHOLDER.findall(template) if name not in PLACEHOLDERS}
    if strange or set("{}") & set(PLACEHOLDER.sub("", template)):
        msg = (
            f"the placeholders are {{kind}}, {{id}} and {{record}}, not {', '.join(sorted(strange)) or 'single braces'}"
        )
        raise LinkError(msg)
    if not {"id", "record"} & set(PLACEHOLDER.findall(template)):
        msg = "say where the record comes in: {id} is 42 of contact/42, {record} all of it, {kind} is contact"
        raise LinkError(msg)
