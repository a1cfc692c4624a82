"""The line that tries a hook: a command for a shell that posts a delivery and proves it, whatever the kind of proof.

It brings nothing that counts: an activity of the type ``spoonful.test`` where the source speaks CloudEvents, an empty
delivery where a mapping reads it.
"""

from __future__ import annotations

import base64
import json
import secrets
import shlex
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

from adoption.connectors import cloudevents
from rules.period import SECOND

if TYPE_CHECKING:
    from adoption.connectors import Connected
    from adoption.connectors.verification import Proof

HIDDEN = "<secret>"
TEST = "spoonful.test"
JSON = "-H 'Content-Type: application/json'"


def curl(kind: str, ready: Connected, address: str, secret: str, now: int) -> str:
    """Return a command that posts a delivery to an address; the body is signed when the command runs."""
    body = _body(ready, secret if kind == "secret" else "", now)
    writes = WRITERS[kind]
    return writes(ready.proof, address, secret, body)


def _body(ready: Connected, secret: str, now: int) -> str:
    """Return a body that brings nothing that counts."""
    if ready.proof.place == "body" and secret:
        found: object = secret
        for step in reversed(ready.proof.name.split(".")):
            found = {step: found}
        return json.dumps(found)
    if not isinstance(ready.reader, cloudevents.CloudEvents):
        return "[]"
    moment = datetime.fromtimestamp(now // SECOND, UTC).isoformat()
    return json.dumps({"specversion": "1.0", "id": f"test-{secrets.token_hex(6)}", "type": TEST, "time": moment})


def _with_secret(proof: Proof, address: str, secret: str, body: str) -> str:
    proved = ""
    if proof.place == "header":
        proved = f" -H {shlex.quote(f'{proof.name}: {secret}')}"
    elif proof.place == "basic":
        proved = f" -u {shlex.quote(f'spoonful:{secret}')}"
    elif proof.place == "query":
        address = f"{address}?{proof.name}={secret}"
    return f"curl -sS {shlex.quote(address)}{proved} {JSON} --data-raw {shlex.quote(body)}"


def _with_hmac(proof: Proof, address: str, secret: str, body: str) -> str:
    now = 'NOW="$(date +%s)' + ("000" if proof.timestamp_unit == "ms" else "") + '"'
    parts = {"method": "POST", "url": proof.url, "timestamp": "$NOW", "body": "$BODY"}
    signed = proof.joined.join(parts[name] for name in proof.signs)
    digest = f"openssl dgst -sha256 -mac HMAC -macopt hexkey:{secret.encode().hex()} -binary"
    shown = "base64 | tr -d '\\n'" if proof.encoding == "base64" else "od -An -v -tx1 | tr -d ' \\n'"
    stamp = f' -H "{proof.timestamp_header}: $NOW"' if proof.timestamp_header else ""
    return _script(
        f"BODY={shlex.quote(body)}" + (f"; {now}" if stamp else ""),
        f'SIGN="$(printf \'%s\' "{signed}" | {digest} | {shown})"',
        f'curl -sS {shlex.quote(address)} -H "{proof.header}: {proof.prefix}$SIGN"{stamp} {JSON} --data-raw "$BODY"',
    )


def _standard(_proof: Proof, address: str, secret: str, body: str) -> str:
    key = HIDDEN
    if secret != HIDDEN:
        key = base64.b64decode(secret.removeprefix("whsec_")).hex()
    digest = f"openssl dgst -sha256 -mac HMAC -macopt hexkey:{key} -binary | base64 | tr -d '\\n'"
    return _script(
        f'BODY={shlex.quote(body)}; NOW="$(date +%s)"; ID="test-$NOW"',
        f'SIGN="$(printf \'%s\' "$ID.$NOW.$BODY" | {digest})"',
        f'curl -sS {shlex.quote(address)} -H "webhook-id: $ID" -H "webhook-timestamp: $NOW"'
        f' -H "webhook-signature: v1,$SIGN" {JSON} --data-raw "$BODY"',
    )


def _script(*lines: str) -> str:
    return "; \\\n".join(lines)


WRITERS = {"standard-webhooks": _standard, "hmac-sha256": _with_hmac, "secret": _with_secret}
