"""Between a form and a definition: the fields of a sentence ↔ the raw table as a book holds it.  No database.

One module a kind, each with the same functions: ``fresh()`` (the fields of a new one), ``typed_of(body)``,
``shaped(form)`` (whatever a form sends, as fields), ``body_of(typed, before)``, ``place_of(steps)`` (the field where a
fault stands), ``wanted(typed)`` and ``filled(body, slot, key)`` (something new for a slot).  What a form does not show
stays as it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

from adoption.pages.book_forms import acts
from adoption.pages.book_forms import board
from adoption.pages.book_forms import fields
from adoption.pages.book_forms import incentive
from adoption.pages.book_forms import metric
from adoption.pages.book_forms import milestone
from adoption.pages.book_forms import reward
from rules.book.faults import place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from adoption.pages.book_forms.fields import Typed
    from rules.book import Fault

FORMS: Mapping[str, Any] = {
    "incentive": incentive,
    "reward": reward,
    "metric": metric,
    "milestone": milestone,
    "board": board,
}
_STEP = re.compile(r'\[(\d+)\]|"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_-]+)')


def typed(kind: str, pairs: Iterable[tuple[str, str]]) -> Typed:
    """Return the fields of a form, after what its buttons ask for (a row more, a row less)."""
    found = fields.nested(pairs)
    shaped: Typed = FORMS[kind].shaped(found)
    for act in fields.texts(found, "act"):
        acts.act(shaped, act)
    return shaped


def body_of(kind: str, typed: Typed, before: Mapping[str, Any]) -> Typed:
    """Return the definition as a book holds it; one in which no field was changed stays exactly as it was."""
    form = FORMS[kind]
    if before and form.typed_of(before) == typed:
        return dict(before)
    made: Typed = form.body_of(typed, before)
    return made


def by_field(kind: str, key: str, faults: Iterable[Fault]) -> dict[str, list[Fault]]:
    """Group the faults of one definition by the field at which they stand; those of others are left out."""
    found: dict[str, list[Fault]] = {}
    whole = place(kind, key)
    for fault in faults:
        if fault.place == whole or fault.place.startswith((f"{whole}.", f"{whole}[")):
            steps = [index or quoted or bare for index, quoted, bare in _STEP.findall(fault.place[len(whole) :])]
            found.setdefault(FORMS[kind].place_of(steps), []).append(fault)
    return found
