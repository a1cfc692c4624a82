"""What the pages of bonus runs share: which run is asked about, its state in words, and what comes next."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import url_for
from sqlalchemy import select

from adoption import auth
from adoption import facts
from adoption import languages
from adoption.bonuses import runs
from adoption.bonuses import uploading
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.models import BonusRun
from adoption.models.base import BUCKETS
from adoption.pages import places
from rules import period as periods
from rules import wording
from rules.bonus.closing import FINAL
from rules.bonus.exact import CENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Row

    from adoption.bonuses.uploading import Target
    from adoption.facts import Known
    from rules.bonus import Plan

NOTICES: Mapping[str, Callable[[], str]] = {
    "joined": lambda: gettext("joined in the period"),
    "left": lambda: gettext("left in the period"),
    "leave": lambda: gettext("was on leave"),
    "manual": lambda: gettext("by hand"),
    "correction": lambda: gettext("correction"),
    "twice": lambda: gettext("more than twice the usual"),
    "zero": lambda: gettext("nothing"),
    "negative": lambda: gettext("below zero"),
}
# state → how it is said, the look of its chip, its picture
STATES: Mapping[str, tuple[Callable[[], str], str, str]] = {
    "none": (lambda: gettext("not begun"), "", "clock"),
    "begun": (lambda: gettext("begun"), "", "clock"),
    "working": (lambda: gettext("being worked out"), "accent", "clock"),
    "calculated": (lambda: gettext("worked out"), "accent", "sheet"),
    "under review": (lambda: gettext("under review"), "note", "eye"),
    "approved": (lambda: gettext("approved"), "good", "check"),
    "closed": (lambda: gettext("closed"), "good", "check"),
    "exported": (lambda: gettext("with payroll"), "good", "out"),
}


class Chip(NamedTuple):
    """A state as a chip: a word, a look and a picture."""

    word: str
    look: str
    icon: str


class Asked(NamedTuple):
    """The period of a plan that a page is about, and its run, if it has one."""

    key: str
    plan: Plan
    first: int
    row: Row[Any] | None
    title: str
    name: str
    settles: bool  # it begins after the end of the plan, and pays only what is left of earlier periods

    @property
    def period(self) -> str:
        """The period, as it stands in addresses."""
        return periods.text(self.plan.per, self.first)

    @property
    def last(self) -> int:
        """The first day after the period."""
        return periods.end(self.plan.per, self.first)

    def runs_on(self, day: int) -> bool:
        """Say whether a local day lies in the period, and earns something."""
        return not self.settles and self.first <= day < self.last

    @property
    def stage(self) -> str:
        """The state, as ``STATES`` has it."""
        return stage(self.row)

    @property
    def run(self) -> int:
        """The run's number.

        Raises:
            NotFoundError: nobody has begun one.
        """
        if self.row is None:
            msg = "Nobody has begun this run."
            raise NotFoundError(msg)
        return int(self.row.id)

    @property
    def at(self) -> dict[str, str]:
        """What names it in addresses."""
        return {"plan": self.key, "period": self.period}


def asked(key: str, written: str) -> Asked:
    """Return what an address is about.

    Raises:
        NotFoundError: there is no such plan in that period.
    """
    known = facts.current()
    try:
        per, first = periods.parse(written)
    except ValueError:
        per, first = "", 0
    missing = f"There is no bonus plan {key[:80]!r} in that period."
    if per not in runs.pers_of(known, key):
        raise NotFoundError(missing)
    query = select(BonusRun.__table__).where(BonusRun.plan == key, BonusRun.first == first)
    row = db.session.execute(query).first()
    plan = runs.definition_of(known, key, first).body if row is None else runs.plan_of(known, row)
    if plan.per != per:
        raise NotFoundError(missing)
    return of(key, plan, first, row)


def of(key: str, plan: Plan, first: int, row: Row[Any] | None) -> Asked:
    """Return a plan's period with its names in the current language."""
    name = places.name_of(plan.per, first, running=False, before=False)
    settles = runs.settles(
        facts.current(), key, first, row.version if row is not None and row.state != "open" else None
    )
    return Asked(key, plan, first, row, wording.title_of(plan, key, languages.current().code), name, settles)


def stage(row: Row[Any] | None) -> str:
    """Return the state of a run as people see it."""
    if row is None:
        return "none"
    if row.state != "open":
        return str(row.state)
    return "working" if row.cursor == runs.TO_FREEZE or row.batch or row.cursor >= 0 else "begun"


def chip(name: str) -> Chip:
    """Return the chip of a state."""
    word, look, icon = STATES[name]
    return Chip(word(), look, icon)


def far(row: Row[Any]) -> tuple[int, int]:
    """Return how many steps of working out are done, of all."""
    return max(0, row.cursor + 1), BUCKETS


def coming(one: Asked, today: int) -> str:
    """Say what is to be done next about a period, to whoever looks."""
    runs_it = auth.caller().reach("bonuses:run") is not None
    mine = one.row is not None and one.row.sent_by == auth.caller().participant
    if one.stage == "none":
        if one.settles:
            return gettext("The plan has ended. A run pays or takes what became known later about its last periods.")
        if one.last > today:
            day = languages.current().day(one.last - 1)
            return gettext("It runs until %(day)s. Frozen before that, it shows how things stand.", day=day)
        return gettext("The period is over: freeze it and work it out.") if runs_it else gettext("HR has not begun it.")
    said = {
        "begun": gettext("Freeze it and work it out."),
        "working": gettext("The service works it out."),
        "calculated": gettext("Look through it, then send it to review."),
        "under review": gettext("Somebody else approves it, since you sent it to review.")
        if mine
        else gettext("Look through it, then approve it."),
        "approved": gettext("Close it: from then on its statements never change."),
        "closed": gettext("Hand it to payroll."),
        "exported": gettext("Nothing is left to do."),
    }
    return said[one.stage]


def name_of(known: Known, who: int | None) -> str:
    """Return somebody's name."""
    person = known.people.get(who or 0)
    return person.name if person else gettext("somebody")


def address(endpoint: str, one: Asked, **more: str | None) -> str:
    """Return the address of a page of a period."""
    return url_for(endpoint, plan=one.key, period=one.period, **more)  # type: ignore[arg-type]  # parts of the address


def target_title(plan: Plan, target: Target, known: Known) -> str:
    """Return how a figure, or the weights of a component, are called."""
    code = languages.current().code
    if target.kind == "weight":
        return gettext("Weights of “%(what)s”", what=wording.title_of(plan.component(target.key), target.key, code))
    title = wording.quantity(f"figure.{target.key}", plan, known.book, code)
    return title[:1].upper() + title[1:]


def exact_cents(cell: str) -> int | None:
    """Read an amount of money of at most two decimals, in cents; ``None`` if it is none, or may be read in two ways."""
    found = uploading.amount(cell, "figure")
    if not isinstance(found, Fraction) or (found * CENT).denominator != 1 or "/" in cell:
        return None
    return int(found * CENT)


def written(value: str) -> str:
    """Write an exact number as people of the current language do; a fraction stays one."""
    return value if "/" in value else languages.current().number(Decimal(value))


def closed(row: Row[Any] | None) -> bool:
    """Say whether a run's statements never change any more."""
    return row is not None and row.state in FINAL


def nothing_there() -> NotFoundError:
    """Return the error that says there is no such thing in this period."""
    return NotFoundError("There is no such thing in this period.")
