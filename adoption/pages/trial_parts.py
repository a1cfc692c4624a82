"""A dry run in words: days, amounts, differences, samples and warnings, for the page that shows it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import drawing
from adoption.pages import people_parts
from adoption.pages import places
from rules import period as periods
from rules import wording
from rules.trial import worth
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.book import Book
    from rules.trial import Budgeted
    from rules.trial import Earned
    from rules.trial import Group
    from rules.trial import Line
    from rules.trial import Trial
    from rules.trial import Worth

PICKS = ("week", "month", "quarter")  # the last whole ones
FIRST_LINES = 10
SORTS: Mapping[str, Callable[[Line], Any]] = {
    "name": lambda line: (line.name.casefold(), line.holder),
    "team": lambda line: (line.team.casefold(), line.name.casefold(), line.holder),
    "today": lambda line: (-line.today.awards, line.name.casefold(), line.holder),
    "draft": lambda line: (-line.draft.awards, line.name.casefold(), line.holder),
    "difference": lambda line: (-(line.draft.awards - line.today.awards), line.name.casefold(), line.holder),
}


class Pick(NamedTuple):
    """A range of days to choose: its days ``[first, last)`` and its name."""

    first: int
    last: int
    name: str


class Difference(NamedTuple):
    """A difference: its sign, and how much, in words."""

    sign: int
    said: str


def picks(today: int) -> list[Pick]:
    """Return the last week, month and quarter that are over."""
    found = []
    for kind in PICKS:
        last = periods.start(kind, today)
        first = periods.start(kind, last - 1)
        name = places.BEFORE["week"]() if kind == "week" else telling.period(periods.text(kind, first))
        found.append(Pick(first, last, name[:1].upper() + name[1:]))
    return found


def days(first: int, last: int) -> str:
    """Say a range of days ``[first, last)``."""
    tongue = languages.current()
    if last - first == 1:
        return tongue.day(first, "full")
    return gettext("%(first)s to %(last)s", first=tongue.day(first, "short"), last=tongue.day(last - 1, "full"))


def amount(units: int, unit: str) -> str:
    """Write ten-thousandths of points, minutes, a currency, or pieces."""
    value = Decimal(units) / UNIT
    if unit == worth.POINTS:
        return ngettext("%(n)s point", "%(n)s points", telling.quantity(units))
    if unit == worth.MINUTES:
        return ngettext("%(n)s minute", "%(n)s minutes", (units + UNIT // 2) // UNIT)
    return languages.current().money(value, unit) if unit else languages.current().units(units)


def signed(units: int, unit: str) -> str:
    """Write by how much the draft costs more or less: the same with its sign."""
    if not units:
        return gettext("no change")
    return ("+" if units > 0 else "\N{MINUS SIGN}") + amount(abs(units), unit)


def likely(earned: Earned, unit: str) -> int:
    """Return what is likely, in one unit."""
    return next((one.likely for one in earned.worth if one.unit == unit), 0)


def units_of(tried: Trial) -> list[str]:
    """Return the units that anything is worth something in: money first, then points, then minutes."""
    found = {one.unit for side in (tried.today, tried.draft) for one in side.worth}
    return sorted(found, key=lambda unit: ({worth.POINTS: 1, worth.MINUTES: 2}.get(unit, 0), unit))


def heading(unit: str) -> str:
    """Return what a unit stands under."""
    return {worth.POINTS: gettext("Points"), worth.MINUTES: gettext("Time off")}.get(unit) or gettext("Cost")


def stats(tried: Trial) -> list[dict[str, Any]]:
    """Return the totals, each beside what was in force."""
    number = languages.current().number
    people = tried.earn_draft - tried.earn_today
    awards = tried.draft.awards - tried.today.awards
    teams = tried.holder == "team"
    found: list[dict[str, Any]] = [
        {
            "name": gettext("Teams that earn") if teams else gettext("People who earn"),
            "value": number(tried.earn_draft),
            "of": number(len(tried.lines)),
            "more": _more(people, number(abs(people))),
            "long": False,
        },
        {
            "name": gettext("Awards"),
            "value": number(tried.draft.awards),
            "more": _more(awards, number(abs(awards))),
            "long": False,
        },
    ]
    for unit in units_of(tried):
        own = next((one for one in tried.draft.worth if one.unit == unit), None)
        more = likely(tried.draft, unit) - likely(tried.today, unit)
        found.append(
            {
                "name": heading(unit),
                "value": amount(own.likely if own else 0, unit),
                "more": _more(more, amount(abs(more), unit)),
                "range": _range(own) if own else "",
                "long": True,
            }
        )
    return found


def _more(sign: int, said: str) -> Difference:
    if sign > 0:
        return Difference(1, gettext("%(amount)s more than the rule in force", amount=said))
    if sign < 0:
        return Difference(-1, gettext("%(amount)s less than the rule in force", amount=said))
    return Difference(0, gettext("as much as the rule in force"))


def _range(own: Worth) -> str:
    """Say between what an amount lies, where people choose."""
    if own.least == own.most:
        return ""
    return gettext(
        "between %(least)s and %(most)s, as people choose",
        least=amount(own.least, own.unit),
        most=amount(own.most, own.unit),
    )


def choices(tried: Trial, book: Book) -> list[str]:
    """Say on which choices the likely amounts rest."""
    found: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for one in tried.shares:
        found.setdefault(one.offer, []).append((one.reward, one.chosen))
    said = []
    for chosen in found.values():
        total = sum(count for _, count in chosen)
        names = [(title(book, "reward", key), count) for key, count in chosen]
        if not total:
            rewards = ", ".join(drawing.quoted(name) for name, _ in names)
            said.append(gettext("Nobody has chosen among %(rewards)s yet: equal parts are assumed.", rewards=rewards))
            continue
        parts = ", ".join(
            f"{drawing.quoted(name)} {languages.current().percent(Decimal(count) / total)}" for name, count in names
        )
        said.append(
            ngettext(
                "Where people choose, the likely amount follows the %(n)s choice made so far: %(parts)s.",
                "Where people choose, the likely amount follows the %(n)s choices made so far: %(parts)s.",
                total,
                parts=parts,
            )
        )
    return said


def title(book: Book, kind: str, key: str) -> str:
    """Return what a definition is called."""
    return wording.title_of(getattr(book, f"{kind}s").get(key), key, languages.current().code)


def lines(tried: Trial, sort: str, unit: str | None, *, everybody: bool) -> list[dict[str, Any]]:
    """Return the rows of the table by person."""
    ordered = sorted(tried.lines, key=SORTS.get(sort, SORTS["name"]))
    return [_line(line, unit) for line in (ordered if everybody else ordered[:FIRST_LINES])]


def _line(line: Line, unit: str | None) -> dict[str, Any]:
    more = line.draft.awards - line.today.awards
    cost = likely(line.draft, unit) - likely(line.today, unit) if unit is not None else 0
    return {
        "name": line.name,
        "team": line.team,
        "today": line.today.awards,
        "draft": line.draft.awards,
        "more": more,
        "difference": change(more),
        "units": cost,
        "cost": signed(cost, unit or ""),
    }


def change(more: int) -> Difference:
    """Say how many awards more or fewer."""
    return Difference((more > 0) - (more < 0), languages.current().number(abs(more)) if more else gettext("no change"))


def groups(tried: Trial, by: str, unit: str | None) -> list[dict[str, Any]]:
    """Return the sums of teams, roles or quartiles."""
    return [_group(one, unit) for one in tried.groups if one.by == by]


def _group(one: Group, unit: str | None) -> dict[str, Any]:
    more = one.draft.awards - one.today.awards
    cost = likely(one.draft, unit) - likely(one.today, unit) if unit is not None else 0
    return {
        "name": _group_name(one),
        "holders": one.holders,
        "earn": one.earn_draft,
        "today": one.today.awards,
        "draft": one.draft.awards,
        "difference": change(more),
        "cost": signed(cost, unit or ""),
    }


def _group_name(one: Group) -> str:
    quarters = {
        "1": gettext("Did most"),
        "2": gettext("Second quarter"),
        "3": gettext("Third quarter"),
        "4": gettext("Did least"),
    }
    if one.by == "quartile":
        return quarters[one.name]
    if one.by == "role":
        return ", ".join(people_parts.role_word(role) for role in one.name.split()) or gettext("No role")
    return one.name or gettext("No team")


def budgets(tried: Trial, book: Book) -> list[dict[str, Any]]:
    """Return each budget period with a bar."""
    return [_budget(one, book) for one in tried.budgets]


def _budget(one: Budgeted, book: Book) -> dict[str, Any]:
    used = one.others + one.draft.likely
    values = {"used": amount(used, one.unit), "budget": amount(one.budget, one.unit)}
    return {
        "name": title(book, "reward", one.reward),
        "period": telling.period(periods.text(one.per, one.first)),
        "max": max(one.budget, 1),
        "value": min(used, one.budget),
        "over": used > one.budget,
        "said": gettext("%(used)s of %(budget)s", **values),
        "others": amount(one.others, one.unit) if one.others else "",
        "today": amount(one.others + one.today.likely, one.unit),
    }


def concentration(tried: Trial) -> list[str]:
    """Say who takes how much."""
    found, percent = tried.concentration, languages.current().percent
    if not found.awards:
        return []
    top, tenth = Decimal(found.top) / found.awards, Decimal(found.tenth) / found.awards
    return [
        gettext("The one with most takes %(part)s of all awards.", part=percent(top)),
        ngettext(
            "The first tenth, %(n)s of them, takes %(part)s.",
            "The first tenth, %(n)s of them, takes %(part)s.",
            found.tenth_holders,
            part=percent(tenth),
        ),
    ]


def clipped(first: int, last: int, pers: Iterable[str]) -> bool:
    """Say whether a range cuts a period of these kinds."""
    return any(
        periods.start(per, first) != first or (per != "ever" and periods.start(per, last) != last)
        for per in pers
        if per != "ever"
    )


def total(rows: Sequence[Mapping[str, Any]], unit: str | None) -> dict[str, Any]:
    """Return the sums of the rows that are shown."""
    today, draft = sum(row["today"] for row in rows), sum(row["draft"] for row in rows)
    return {
        "today": today,
        "draft": draft,
        "difference": change(draft - today),
        "cost": signed(sum(row["units"] for row in rows), unit or ""),
    }
