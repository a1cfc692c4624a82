"""How records lie in what comes: alone, in lists and pages, and inside what collectors put around them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTS = ("items", "value", "records", "Records")  # where pages and exports keep their records
# Where collectors put the record itself: as an object, or as its text, perhaps behind the head of a syslog line.
WRAPS = ("AuditData", "auditData", "audit_data", "o365audit", "original", "event", "message", "body", "Body", "json")
DEEPEST = 4  # wraps around wraps


def records(document: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every record of a document; what is no object yields an empty record, which nobody recognises."""
    if isinstance(document, list):
        for one in document:
            yield from records(one, depth)
        return
    if not isinstance(document, dict):
        yield {}
        return
    inner = _listed(document) if depth == 0 else None
    if inner is not None:
        yield from records(inner, depth + 1)
        return
    wrapped = None if depth > DEEPEST or _is_record(document) else _wrapped(document)
    if wrapped is None:
        yield document
    else:
        yield from records(wrapped, depth + 1)


def _is_record(document: dict[str, Any]) -> bool:
    return "CreationTime" in document or isinstance(document.get("id"), dict)


def _listed(document: dict[str, Any]) -> Any:
    if _is_record(document):
        return None
    found = (document.get(name) for name in LISTS)
    return next((one for one in found if isinstance(one, list)), None)


def _wrapped(document: dict[str, Any]) -> Any:
    for name in WRAPS:
        inner = document.get(name)
        if isinstance(inner, (dict, list)):
            return inner
        if isinstance(inner, str) and "{" in inner:
            try:
                return json.JSONDecoder().raw_decode(inner, inner.index("{"))[0]
            except (ValueError, RecursionError):
                continue
    return None
