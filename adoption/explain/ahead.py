"""How far a holder is, what is missing for the next award, and on which records."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from adoption import facts
from adoption.errors import NotFoundError
from adoption.explain import open_records
from adoption.explain import reckoning
from adoption.explain import rulings
from adoption.explain import words
from adoption.explain.views import OpenRecord
from adoption.explain.views import ProgressLine
from adoption.explain.views import WhyNot
from adoption.extensions import db
from rules import incentive as rule
from rules import period
from rules import wording
from rules.value import UNIT
from rules.value import text_of_units
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adoption.explain.open_records import Named
    from adoption.explain.reckoning import Reckoned
    from adoption.explain.reckoning import Tallies
    from adoption.facts import Known
    from rules.version import Version


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a holder stands in a period by the version of one day.  ``tally`` of a streak is its run up to that day.

    A streak ``rests`` while nothing more can be done for it on that day: it is met, or no working day.
    """

    reckoned: Reckoned
    tally: int
    target: int
    in_force: bool
    rests: bool = False
    paused: int | None = None  # the local day since which the incentive is stopped

    @property
    def complete(self) -> bool:
        """Whether nothing more can be earned in this period."""
        limit = self.reckoned.version.incentive.limit
        return limit is not None and self.reckoned.earlier + self.reckoned.due >= limit

    @property
    def open(self) -> bool:
        """Whether anything done now may lead to an award."""
        return self.in_force and self.reckoned.offered and not self.complete and self.paused is None


def progress(holder: int, day: int, *, language: str = "en") -> list[ProgressLine]:
    """Return how far a holder is, on a local day, towards each incentive that is offered to them.

    An incentive is shown by the version of that day; one that ended earlier in the period stays until the period ends,
    and says that it is over.
    """
    known = facts.current()
    return [_line(known, one, day, language) for one in standings(known, holder, day)]


def standings(known: Known, holder: int, day: int) -> list[Standing]:
    """Return where a holder stands, on a local day, with each incentive that is offered to them; one query."""
    return standings_of(known, [holder], day)[holder]


def standings_of(known: Known, holders: Sequence[int], day: int) -> dict[int, list[Standing]]:
    """Return the same of several holders, all people or all teams; one query."""
    shown = []
    teams = any(holder < 0 for holder in holders)
    for key in _keys(known):
        line = versions(key, known.timelines)
        version = _in_force(line, day)
        if version is not None and (version.incentive.holder == "team") == teams:
            shown.append((line, version))
    offered = [one for line, _ in shown for one in line]
    firsts = {period.start(version.incentive.per, day) for _, version in shown}
    has = reckoning.tallies_of(db.session.connection(), known, holders, offered, firsts)
    found = {holder: [_standing(has[holder], line, version, day) for line, version in shown] for holder in holders}
    return {holder: [one for one in standing if one.reckoned.offered] for holder, standing in found.items()}


def why_not_yet(
    holder: int, incentive_key: str, day: int, *, language: str = "en", named: Named = open_records.anybodys
) -> WhyNot:
    """Tell what is missing for the next award: how much, and which of the holder's records lack what.

    ``named`` says whose records the reader may know of.

    Raises:
        NotFoundError: there is no such incentive.
    """
    known = facts.current()
    standing = standing_with(known, holder, incentive_key, day)
    version = standing.reckoned.version
    records = lacking(known, standing, holder, day, language, named)
    missing = [missing_of(standing, day, language)]
    if records:
        what = wording.TONGUES[language].all_of(records[0].missing)
        missing.append(words.say("lacks", language, record=records[0].record, what=what))
    return WhyNot(
        sentence=rulings.sentence(known, version, language),
        tally=text_of_units(standing.tally),
        target=text_of_units(standing.target),
        missing=("" if language == "zh" else " ").join(missing),
        records=records,
    )


def standing_with(known: Known, holder: int, incentive_key: str, day: int) -> Standing:
    """Return where a holder stands with one incentive, by the version of a day, else the next one, else the last.

    Raises:
        NotFoundError: there is no such incentive.
    """
    line = versions(incentive_key, known.timelines) if incentive_key in known.timelines.incentives else []
    if not line:
        msg = f"There is no incentive {incentive_key[:80]!r}."
        raise NotFoundError(msg)
    version = _in_force(line, day) or next((one for one in line if one.starts > day), line[-1])
    first = period.start(version.incentive.per, day)
    has = reckoning.tallies(db.session.connection(), known, holder, line, [first])
    return _standing(has, line, version, day)


def lacking(  # noqa: PLR0913, PLR0917  # what, whose, and for whom
    known: Known, standing: Standing, holder: int, day: int, language: str, named: Named
) -> list[OpenRecord]:
    """Return the holder's open records that would count, and what each lacks; none where nothing more can be earned."""
    if not standing.open:
        return []
    found = open_records.of(db.session.connection(), known, standing.reckoned.version, holder, day, named)
    return [OpenRecord(one.record, [wording.need_title(need, language) for need in one.needs]) for one in found]


def in_force(known: Known, day: int) -> list[Version]:
    """Return the version of each incentive that is in force on a day, in the order of the book."""
    found = (_in_force(versions(key, known.timelines), day) for key in _keys(known))
    return [one for one in found if one is not None and one.starts <= day < one.ends]


def _keys(known: Known) -> list[str]:
    """Return the incentives in the order of the book, then those it no longer has."""
    return list(dict.fromkeys([*known.book.incentives, *known.timelines.incentives]))


def _in_force(line: Sequence[Version], day: int) -> Version | None:
    """Return the version of a day, else the last one that ended earlier in the same period."""
    begun = [one for one in line if one.starts <= day and one.ends > period.start(one.incentive.per, day)]
    return begun[-1] if begun else None


def _standing(has: Tallies, line: Sequence[Version], version: Version, day: int) -> Standing:
    incentive = version.incentive
    reckoned = reckoning.reckon(has, line, version, period.start(incentive.per, day))
    if (incentive.holder == "team") != (has.holder < 0):
        reckoned = reckoned._replace(offered=False)
    in_force = version.starts <= day < version.ends
    since = has.known.stopped.get(incentive.key)
    paused = None if since is None else has.known.day_of(since)
    if incentive.in_a_row is None:
        return Standing(reckoned, reckoned.tally, incentive.target(reckoned.tally), in_force, paused=paused)
    run = _run(has, version, day) % incentive.in_a_row
    rests = day in has.met(version) or not has.works(day)
    return Standing(reckoned, run * UNIT, incentive.in_a_row * UNIT, in_force, rests, paused)


def _run(has: Tallies, version: Version, day: int) -> int:
    """Return the length of the run that goes on: the day itself need not be met yet."""
    runs = list(rule.runs([met for met in has.met(version) if met <= day], has.works))
    if not runs or any(has.works(missed) for missed in range(runs[-1][-1] + 1, day)):
        return 0
    return len(runs[-1])


def _line(known: Known, standing: Standing, day: int, language: str) -> ProgressLine:
    version = standing.reckoned.version
    incentive = version.incentive
    return ProgressLine(
        incentive=incentive.key,
        title=wording.title_of(incentive, incentive.key, language),
        sentence=rulings.sentence(known, version, language),
        period=period.text(incentive.per, period.start(incentive.per, day)),
        tally=text_of_units(standing.tally),
        target=text_of_units(standing.target),
        due=standing.reckoned.earlier + standing.reckoned.due,
        missing=missing_of(standing, day, language),
    )


def missing_of(standing: Standing, day: int, language: str) -> str:
    """Say how much is missing."""
    incentive = standing.reckoned.version.incentive
    if not standing.reckoned.offered:
        return words.say("not_offered", language)
    if standing.paused is not None:
        return words.say("paused", language, day=wording.TONGUES[language].date(standing.paused))
    if standing.complete:  # by this version or an earlier one: either way all are earned
        earned = replace(incentive, every=UNIT, reach=None, in_a_row=None, at_most=incentive.limit)
        return wording.why_not(earned, UNIT * (incentive.limit or 0), language)
    if not standing.in_force:
        return words.say("not_in_force", language, day=period.text("day", day))
    return wording.why_not(incentive, standing.tally, language)
