"""Form bodies with bracket keys (``leads[add][0][id]=7``), as PHP-minded CRMs post them.

Strict on purpose: what PHP would silently drop, cut or overwrite is a fault here.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

LARGEST = 1024 * 1024  # bytes of a body
MOST = 20_000  # fields of a body
DEEPEST = 10  # keys within keys
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")


class FormError(ValueError):
    """A form body cannot be read; the message names the field."""


def parse(body: bytes) -> dict[str, Any]:
    """Read a form into nested objects of text; keys 0, 1, 2, … make a list, and so do repeated ``[]``."""
    if len(body) > LARGEST:
        msg = f"the form is larger than {LARGEST} bytes"
        raise FormError(msg)
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MOST,
        )
    except (ValueError, UnicodeError) as error:
        msg = f"the form cannot be read: {error}"
        raise FormError(msg) from None
    form: dict[str, Any] = {}
    for name, text in fields:
        _put(form, name, text)
    return {name: _lists(part) for name, part in form.items()}


def _put(form: dict[str, Any], name: str, text: str) -> None:
    found = _KEY.fullmatch(name)
    if found is None:
        msg = f"field {name[:80]!r}: its brackets do not match"
        raise FormError(msg)
    steps = [found[1], *_STEP.findall(found[2])]
    if len(steps) > DEEPEST:
        msg = f"field {name[:80]!r}: more than {DEEPEST} keys within keys"
        raise FormError(msg)
    place = form
    for step in steps[:-1]:
        place = place.setdefault(step or str(len(place)), {})
        if not isinstance(place, dict):
            msg = f"field {name[:80]!r}: another field gives text where this one needs an object"
            raise FormError(msg)
    last = steps[-1] or str(len(place))
    if last in place:
        msg = f"field {name[:80]!r} comes twice"
        raise FormError(msg)
    place[last] = text


def _lists(part: Any) -> Any:
    """Turn objects whose keys are 0, 1, 2, … into lists; depth is bounded by ``DEEPEST``."""
    if not isinstance(part, dict):
        return part
    if part.keys() == {str(index) for index in range(len(part))}:
        return [_lists(part[str(index)]) for index in range(len(part))]
    return {key: _lists(inner) for key, inner in part.items()}
