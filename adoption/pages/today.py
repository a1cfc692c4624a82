"""What happened today, line by line: what was counted, what was earned, what was taken back; the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import url_for

from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.records import Card
from rules import period
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence
    from datetime import datetime

    from adoption.explain import Added
    from adoption.explain import AwardLine
    from adoption.explain import Deed
    from adoption.explain import Withdrawn
    from adoption.facts import Known

GONE = ("voided", "corrected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line.  ``said`` holds ``record``'s name once that is known; ``adds`` are the metrics it added to.

    ``tag`` is what it added, in short; without one ``picture`` is shown.
    """

    moment: datetime
    kind: str  # deed, milestone, award, gone
    said: str = ""
    record: str | None = None
    type: str = ""
    milestone: str = ""
    tag: str = ""
    picture: str = ""
    adds: Sequence[str] = ()
    why: str | None = None


def lines(
    known: Known, day: int, deeds: Iterable[Deed], awards: Iterable[AwardLine], gone: Iterable[Withdrawn]
) -> list[Line]:
    """Return all lines of a local day, the newest first; records have no names yet (see ``named``)."""
    found = [_deed(one) for one in deeds]
    for award in awards:
        line = _award(known, day, award)
        if line is not None:
            found.append(line)
    found += [_gone(one) for one in gone if one.known and known.day_of(period.microseconds(one.known)) == day]
    return sorted(found, key=lambda line: line.moment, reverse=True)


def named(found: Iterable[Line], cards: Mapping[str, Card]) -> list[Line]:
    """Put lines into words, with the names of their records."""
    return [line if line.said else replace(line, said=_said(line, cards)) for line in found]


def _said(line: Line, cards: Mapping[str, Card]) -> str:
    name = telling.record(cards.get(line.record) or Card(line.record)) if line.record else None
    if line.kind == "milestone":
        title = wording.quoted(line.milestone, languages.current().code)
        return gettext("%(record)s is now %(milestone)s", record=name or "", milestone=title)
    deed = telling.deed(line.type, name)
    return gettext("Taken back: %(deed)s", deed=deed) if line.kind == "gone" else deed


def _deed(one: Deed) -> Line:
    tongue = languages.current()
    same = len({added.units for added in one.adds}) == 1
    written = [added.title if same else f"{_signed(added)} {added.title}" for added in one.adds]
    return Line(
        moment=one.time,
        kind="milestone" if one.milestone else "deed",
        type=one.type,
        milestone=one.milestone or "",
        record=one.record,
        tag=_signed(one.adds[0]) if one.adds else tongue.number(0),
        adds=written,
        why=None if one.record is None else url_for("why.record", record=one.record),
    )


def _signed(added: Added) -> str:
    written = languages.current().units(abs(added.units))
    return f"{'+' if added.units >= 0 else '−'}{written}"  # a minus sign


def _award(known: Known, day: int, award: AwardLine) -> Line | None:
    """Say that something was earned today, or ceased to be due; ``None`` if that was another day."""
    title = wording.quoted(award.title, languages.current().code)
    if award.status in GONE:
        if known.day_of(period.microseconds(award.changed)) != day or award.changed == award.granted:
            return None
        said, moment, picture = gettext("%(title)s is no longer due", title=title), award.changed, "undo"
    elif known.day_of(period.microseconds(award.granted)) == day:
        said, moment, picture = gettext("%(title)s is reached", title=title), award.granted, "gift"
    else:
        return None
    why = url_for("why.award", id=award.id)
    return Line(moment=moment, kind="gone" if picture == "undo" else "award", said=said, picture=picture, why=why)


def _gone(one: Withdrawn) -> Line:
    why = None if one.record is None else url_for("why.record", record=one.record)
    moment = one.known or one.time
    return Line(moment=moment, kind="gone", type=one.type, record=one.record, picture="undo", why=why)
