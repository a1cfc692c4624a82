"""Does a delivery come from whom it says?  Each check looks at the raw bytes, before anything reads them.

``[verification]`` of a mapping says where a sender puts its proof; each kind has defaults:

=================  =====================================================================================================
standard-webhooks  nothing to say: https://www.standardwebhooks.com
hmac-sha256        ``header = "X-Signature"``, ``encoding = "hex"`` or ``"base64"``, ``prefix = ""`` (or ``"sha256="``);
                   ``signs = ["body"]``: of ``method``, ``url`` (then ``url = "https://…"``, as the sender knows it),
                   ``timestamp`` and ``body``, in the order they are signed, with ``joined = ""`` between them;
                   ``timestamp_header = "…"`` in ``timestamp_unit = "s"`` or ``"ms"``: refused if 5 minutes off
secret             ``place = "header"`` (with ``name = "X-Spoonful-Secret"``), ``"query"`` (a name), ``"basic"`` (the
                   password), or ``"body"`` (a path; the only place that is looked up in the parsed delivery)
=================  =====================================================================================================
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any

from standardwebhooks.webhooks import Webhook

from adoption.connectors import payload
from adoption.connectors.mapping import MappingError
from adoption.connectors.values import Faults
from adoption.connectors.values import find

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

TOLERANCE = 5 * 60  # seconds, both ways
_TIMESTAMP = re.compile(r"\d{1,16}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as it came; the names of headers in lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    password: str | None
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Where a sender puts its proof, and what the proof is made of."""

    header: str = "X-Signature"
    encoding: str = "hex"
    prefix: str = ""
    signs: tuple[str, ...] = ("body",)
    joined: str = ""
    url: str = ""
    timestamp_header: str = ""
    timestamp_unit: str = "s"
    place: str = "header"
    name: str = "X-Spoonful-Secret"


OPTIONS: Mapping[str, tuple[str, ...]] = {
    "standard-webhooks": (),
    "hmac-sha256": ("header", "encoding", "prefix", "signs", "joined", "url", "timestamp_header", "timestamp_unit"),
    "secret": ("place", "name"),
}
CHOICES: Mapping[str, Sequence[str]] = {
    "encoding": ("hex", "base64"),
    "timestamp_unit": ("s", "ms"),
    "place": ("header", "query", "basic", "body"),
}
SIGNABLE = ("method", "url", "timestamp", "body")


def read(kind: str, raw: object) -> Proof:
    """Check ``[verification]`` of a mapping.

    Raises:
        MappingError: with every fault and its place.
    """
    faults, options = Faults(), raw if isinstance(raw, dict) else {}
    if raw is not None and not isinstance(raw, dict):
        faults.add("verification", "must be a table")
    faults.unknown("verification", options, OPTIONS[kind])
    for name, given in options.items():
        if name != "signs":
            _check_text(name, given, faults)
    signs = options.get("signs", ["body"])
    if isinstance(signs, list) and "body" in signs and all(part in SIGNABLE for part in signs):
        _check_signed(signs, options, faults)
    else:
        faults.add("verification.signs", f"must be a list of {', '.join(SIGNABLE)}, with body in it")
    if options.get("place") in {"query", "body"} and not options.get("name"):
        faults.add("verification.name", "is missing: the name of the field that holds the secret")
    if faults.found:
        raise MappingError(sorted(faults.found))
    return Proof(**{**options, "signs": tuple(signs)} if options else {})


def _check_text(name: str, given: object, faults: Faults) -> None:
    allowed = CHOICES.get(name)
    if not isinstance(given, str) or (allowed and given not in allowed):
        faults.add(f"verification.{name}", f"must be one of {', '.join(allowed)}" if allowed else "must be text")


def _check_signed(signs: Sequence[str], options: Mapping[str, Any], faults: Faults) -> None:
    for part, needed in (("timestamp", "timestamp_header"), ("url", "url")):
        if part in signs and not options.get(needed):
            faults.add(f"verification.{needed}", f"is missing, but {part} is signed")
    if options.get("timestamp_header") and "timestamp" not in signs:
        faults.add("verification.signs", "a timestamp that is not signed proves nothing; sign it too")


def check_secret(kind: str, secret: str) -> None:
    """Refuse a secret that could never prove anything.

    Raises:
        MappingError: it is too short or, for Standard Webhooks, no ``whsec_`` with base64 after it.
    """
    if kind == "standard-webhooks":
        try:
            size = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True))
        except binascii.Error:
            size = 0
        if not 16 <= size <= 64:  # noqa: PLR2004  # the specification says 24 to 64; some senders are older
            raise MappingError(["secret: must be whsec_ and base64 of 16 to 64 bytes"])
    elif len(secret.strip()) < 8:  # noqa: PLR2004  # some CRMs choose the secret themselves
        raise MappingError(["secret: must have at least 8 characters"])


def verify(kind: str, secret: str, proof: Proof, delivery: Delivery, now: float) -> bool:
    """Say whether a delivery proves that it knows the secret; ``now`` is in seconds since 1970."""
    return VERIFICATIONS[kind](secret, proof, delivery, now)


def age(kind: str, secret: str, proof: Proof, delivery: Delivery, now: float) -> float | None:
    """Say how many seconds old the signature of a delivery is, if it is right; ``None`` if it is wrong, or has no time.

    It tells a sender whose clock is off, or who repeats something old, from one who does not know the secret.
    """
    name = {"standard-webhooks": "webhook-timestamp", "hmac-sha256": proof.timestamp_header.lower()}.get(kind, "")
    stamp = delivery.headers.get(name, "") if name else ""
    if not _TIMESTAMP.fullmatch(stamp):
        return None
    moment = int(stamp) / (1000 if kind == "hmac-sha256" and proof.timestamp_unit == "ms" else 1)
    signs = _signed_standard if kind == "standard-webhooks" else _hmac_sha256
    return now - moment if signs(secret, proof, delivery, moment) else None


def _signed_standard(secret: str, _proof: Proof, delivery: Delivery, moment: float) -> bool:
    """Say whether a Standard Webhook is signed by this secret, whenever that was."""
    try:
        expected = Webhook(secret).sign(
            delivery.headers["webhook-id"], datetime.fromtimestamp(moment, UTC), delivery.body.decode()
        )
    except Exception:  # noqa: BLE001  # as above: the library raises whatever its parts do
        return False
    given = delivery.headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected.encode(), one.encode("utf-8", "replace")) for one in given)


def _standard_webhooks(secret: str, _proof: Proof, delivery: Delivery, _now: float) -> bool:
    try:
        Webhook(secret).verify(delivery.body, dict(delivery.headers), json_parse=False)
    except Exception:  # noqa: BLE001  # the library raises whatever its parts do; none of it is a proof
        return False
    return True


def _hmac_sha256(secret: str, proof: Proof, delivery: Delivery, now: float) -> bool:
    given = delivery.headers.get(proof.header.lower(), "")
    if not given.startswith(proof.prefix):
        return False
    stamp = delivery.headers.get(proof.timestamp_header.lower(), "") if proof.timestamp_header else ""
    if proof.timestamp_header and not _is_recent(stamp, proof.timestamp_unit, now):
        return False
    parts = {"method": delivery.method, "url": proof.url, "timestamp": stamp}
    signed = proof.joined.encode().join(
        delivery.body if name == "body" else parts[name].encode() for name in proof.signs
    )
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    try:
        text = given[len(proof.prefix) :].strip()
        found = bytes.fromhex(text) if proof.encoding == "hex" else base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(expected, found)


def _is_recent(stamp: str, unit: str, now: float) -> bool:
    if not _TIMESTAMP.fullmatch(stamp):
        return False
    return abs(int(stamp) / (1 if unit == "s" else 1000) - now) <= TOLERANCE


def _secret(secret: str, proof: Proof, delivery: Delivery, _now: float) -> bool:
    given: Any
    if proof.place == "header":
        given = delivery.headers.get(proof.name.lower())
    elif proof.place == "query":
        given = delivery.query.get(proof.name)
    elif proof.place == "basic":
        given = delivery.password
    else:
        given = _in_body(proof.name, delivery)
    if not isinstance(given, str):
        return False
    return hmac.compare_digest(secret.encode(), given.encode("utf-8", "surrogatepass"))


def _in_body(name: str, delivery: Delivery) -> object:
    try:
        return find(payload.parse(delivery.content_type, delivery.body), name, tuple(name.split(".")))
    except payload.UnreadablePayloadError:
        return None


VERIFICATIONS: Mapping[str, Callable[[str, Proof, Delivery, float], bool]] = {
    "standard-webhooks": _standard_webhooks,
    "hmac-sha256": _hmac_sha256,
    "secret": _secret,
}
