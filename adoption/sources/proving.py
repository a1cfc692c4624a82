"""Who delivers?  A delivery proves that it knows the source's secret, or, while that is being rotated, the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app
from sqlalchemy import bindparam
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import connectors
from adoption.connectors import sealing
from adoption.connectors import verification
from adoption.extensions import db
from adoption.models import Source
from adoption.sources.registry import Connected
from rules.period import SECOND

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.connectors.verification import Delivery

NEW, OLD = "new", "old"
MINUTE = 60 * SECOND
_TABLE = Source.__table__.c
_HOOK = select(_TABLE.secret, _TABLE.old_secret, *(_TABLE[name] for name in Connected._fields)).where(
    _TABLE.key == bindparam("key_")
)  # made once: every delivery asks it


class Hook(NamedTuple):
    """A source as a delivery meets it: what is known of it, and its sealed secrets."""

    source: Connected
    secret: str
    old_secret: str | None


class Proof(NamedTuple):
    """Which secret a delivery knew (``new``, ``old``, or empty: neither), and that secret.

    ``age`` is how many seconds too old (or, below zero, too new) a signature is that is right but for its time.
    """

    by: str
    secret: str
    age: float | None = None


def hook(key: str) -> Hook | None:
    """Return the source of a hook; one query."""
    row = db.session.connection().execute(_HOOK, {"key_": key}).first()
    return None if row is None else Hook(Connected(*row[2:]), row[0], row[1])


def prove(one: Hook, delivery: Delivery, now: int) -> Proof:
    """Check a delivery against the secrets that are good now.

    Raises:
        SealedElsewhereError: the secret was sealed with another SECRET_KEY.
    """
    source, secret_key = one.source, current_app.extensions["settings"].require_secret()
    kind, proof, moment = source.verification, _proof(source), now / SECOND
    secrets = [(NEW, sealing.unseal(one.secret, secret_key))]
    if one.old_secret is not None and source.old_until(now) is not None:
        secrets.append((OLD, sealing.unseal(one.old_secret, secret_key)))
    for by, secret in secrets:
        if verification.verify(kind, secret, proof, delivery, moment):
            return Proof(by, secret)
    ages = (verification.age(kind, secret, proof, delivery, moment) for _, secret in secrets)
    return Proof("", "", next((age for age in ages if age is not None), None))


def _proof(source: Connected) -> verification.Proof:
    return connectors.load(source.verification, source.mapping).proof


def note_old(connection: Connection, key: str, now: int) -> None:
    """Note that the old secret was used, once a minute at most."""
    before = or_(Source.old_used.is_(None), Source.old_used < now - MINUTE)
    connection.execute(update(Source).where(Source.key == key, before).values(old_used=now))
