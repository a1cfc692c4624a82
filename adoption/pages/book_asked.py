"""What the builder's form is about: which definition of which draft, for which slot it is written, and its choices."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import drafts
from adoption import facts
from adoption import sent
from adoption.errors import NotFoundError
from adoption.languages import gettext
from adoption.pages import book_forms
from adoption.pages import book_reading
from adoption.pages import book_slots
from adoption.pages import book_words as words
from adoption.pages import people_parts
from adoption.pages.book_slots import Choices
from rules.book import composing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.drafts import Draft
    from adoption.pages.book_forms.fields import Typed

UNNAMED = {"milestone": "new.one"}  # what a definition without a title is called while it is read


class Asked(NamedTuple):
    """A definition that is written: where it stands (a new one has no ``key``), and for which slot of which."""

    draft: Draft
    kind: str
    key: str | None
    definitions: Mapping[tuple[str, str], Mapping[str, Any]]
    before: Mapping[str, Any]
    wanted_by: tuple[str, str, str] | None  # kind, key, slot
    then: str = ""  # the definition to go on with after this one: kind/key
    more: str = ""  # the slot of an incentive for which something new is wanted after this one

    @property
    def name(self) -> tuple[str, str]:
        """Its name; one that nothing has while it is new."""
        return self.kind, self.key or UNNAMED.get(self.kind, "new-one")

    @property
    def seen(self) -> str:
        """What the form was made of, so that a change by somebody else is noticed."""
        return _digest(self.draft.changes.get(self.name, "") or "")

    @property
    def back(self) -> str:
        """Return the address of what one comes from: the draft, or the book while there is no draft yet."""
        if self.draft.number != drafts.UNBEGUN:
            return url_for("book.draft", number=self.draft.number)
        return url_for("book.index") if self.key is None else url_for("book.show", kind=self.kind, key=self.key)

    def address(self, endpoint: str = "") -> str:
        """Return the address of this form, or of what belongs to it."""
        link = {} if self.wanted_by is None else {"for": "/".join(self.wanted_by[:2]), "slot": self.wanted_by[2]}
        link |= {name: value for name, value in (("then", self.then), ("more", self.more)) if value}
        at: dict[str, Any] = {"number": self.draft.number, "kind": self.kind, **link}
        if self.key is None:
            return url_for(f"book.new{endpoint}", **at)
        return url_for(f"book.edit{endpoint}", key=self.key, **at)


def _digest(text: str) -> str:
    """Return a short name of a text."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def find(number: int, kind: str, key: str | None) -> Asked:
    """Find what the form is about; with the number of none, a draft that begins when it is saved.

    Raises:
        NotFoundError: there is no such draft, or no such definition in it.
    """
    draft = drafts.get(number) if number != drafts.UNBEGUN else _unbegun(kind, key)
    definitions = book_reading.definitions(draft)
    before = definitions.get((kind, key)) if key is not None else {}
    if before is None:
        msg = f"The draft {number} holds no {kind} {str(key)[:80]!r}."
        raise NotFoundError(msg)
    then = request.values.get("then", "")
    known = tuple(then.split("/", 1)) in definitions
    more = "earns" if request.values.get("more") == "earns" else ""
    return Asked(draft, kind, key, definitions, before, _wanted_by(definitions), then if known else "", more)


def _unbegun(kind: str, key: str | None) -> Draft:
    title = titled(kind, key, composing.definitions(drafts.newest().text))
    return drafts.unbegun(title, auth.caller().by, clock.now())


def titled(
    kind: str, key: str | None, newest: Mapping[tuple[str, str], Mapping[str, Any]], *, ends: bool = False
) -> str:
    """Return what a draft is called that begins with this definition."""
    body = newest.get((kind, key or ""))
    if body is not None and key is not None:
        what = book_slots.title_of(body, key)
        title = gettext("End: %(title)s", title=what) if ends else gettext("Change: %(title)s", title=what)
    else:
        title = words.said(words.NEW, kind) if kind in words.NEW else gettext("Changes to the book")
    return title[: drafts.changing.LONGEST_TITLE]


def _wanted_by(definitions: Mapping[tuple[str, str], object]) -> tuple[str, str, str] | None:
    """Return for which slot of which definition this one is written; ``None`` where it stands for itself."""
    kind, _, key = request.values.get("for", "").partition("/")
    slot = request.values.get("slot", "")
    known = (kind, key) in definitions and slot in {"metric", "earns", "counts"}
    return (kind, key, slot) if known else None


def fresh(asked: Asked) -> Typed:
    """Return the fields of a new definition: with the currency of the book's other rewards."""
    if asked.kind != "reward":
        usual: Typed = book_forms.FORMS[asked.kind].fresh()
        return usual
    costs = (body.get("costs") for (kind, _), body in asked.definitions.items() if kind == "reward")
    used = [one["currency"] for one in costs if isinstance(one, dict) and isinstance(one.get("currency"), str)]
    money: Typed = book_forms.reward.fresh(used[0] if used else current_app.extensions["settings"].currency)
    return money


def typed(asked: Asked) -> Typed:
    """Return what the form sends."""
    return book_forms.typed(asked.kind, request.form.items(multi=True))


def choices(definitions: Mapping[tuple[str, str], Mapping[str, Any]], own: tuple[str, str]) -> Choices:
    """Gather what can be chosen in the slots."""
    known = facts.current()
    return Choices(
        definitions,
        sent.lately(),
        teams=sorted(known.teams.values()),
        roles={one: people_parts.role_word(one) for one in sorted({one.role for one in known.people.values()}) if one},
        waves=sorted({name for spans in known.waves.values() for *_, name in spans}),
        own=own,
    )
