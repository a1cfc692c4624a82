"""What the page about the value draws: each line with its formula, tables before and since, assumptions."""

from __future__ import annotations

from decimal import Decimal
from decimal import InvalidOperation
from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption import rollout
from adoption.languages import gettext
from adoption.pages import value_words as words
from rules import period
from rules.rollout import assumptions
from rules.rollout import beside
from rules.rollout import hours
from rules.rollout.assumptions import ASSUMPTIONS
from rules.rollout.assumptions import PARTS
from rules.rollout.assumptions import Assumed
from rules.value import UNIT
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.rollout import AssumptionError
    from adoption.rollout import Value
    from rules.rollout.again import Again
    from rules.rollout.again import Share
    from rules.rollout.hours import Line
    from rules.rollout.hours import Term

BLANK = "\N{EN DASH}"
SPOKEN = (beside.MORE, beside.LESS, beside.NONE)


def shown(found: Value) -> dict[str, Any]:
    """Return the three figures as the page shows them."""
    tongue = languages.current()
    return {
        "when": tongue.moment(period.moment(found.facts.moment), "short"),
        "begun": [
            {"wave": wave, "starts": tongue.day(starts, "full"), "before": before, "after": after}
            for wave, starts, before, after in found.facts.begun
        ],
        "left_out": found.facts.left_out,
        "hours": {
            "lead": words.of_hours(found.hours),
            "notes": [said for said in (words.besides(found.hours), words.in_all(found.hours)) if said],
            "lines": [_line(one) for one in found.hours.lines],
            "total": _range(found.hours.total),
            "means": _means(found),
        },
        "won": {
            "lead": words.of_won(found),
            "rows": _worth(found),
            "spoken": found.won.verdict in SPOKEN,
            "compared": found.won.means is not None and found.won.means.others is not None,
            "money": found.facts.money,
        },
        "again": {
            "lead": words.of_again(found.again),
            "rows": _again(found.again),
            "spoken": found.again.verdict in SPOKEN,
            "compared": found.again.others_before is not None and found.again.others_after is not None,
            "days": tongue.number(found.again.days),
            "length": tongue.number(found.again.length),
        },
    }


def _line(one: Line) -> dict[str, Any]:
    return {
        "name": words.PARTS[one.name](),
        "saves": one.saves,
        "counted": [{"value": _value(term), "name": words.COUNTED[term.name]()} for term in one.counted],
        "source": words.SOURCES[one.counted[0].source](),
        "times": [{"value": _spread(term), "name": words.ASSUMPTIONS[term.name].name()} for term in one.times],
        "assumed": words.SOURCES[hours.ASSUMED](),
        "hours": _range(one.hours),
    }


def _value(term: Term) -> str:
    return BLANK if term.middle is None else languages.current().number(round(Decimal(term.middle) / UNIT))


def _spread(term: Term) -> str:
    """Write an assumption as its range with its unit."""
    ends = [words.exactly(one or 0) for one in (term.low, term.middle, term.high)]
    told = ends[0] if len(set(ends)) == 1 else f"{ends[0]} {BLANK} {ends[1]} {BLANK} {ends[2]}"
    return f"{told}\N{NO-BREAK SPACE}{words.UNITS[term.unit]()}"


def _range(found: hours.Range | None) -> dict[str, str] | None:
    if found is None:
        return None
    return {name: words.number(value) for name, value in zip(PARTS, found, strict=True)}


def _means(found: Value) -> list[dict[str, Any]]:
    use = found.facts.use
    return [
        {
            "name": words.MEASURES[measure](),
            "before": words.number(one.before),
            "after": words.number(one.after),
            "others_before": _told(one.others_before),
            "others_after": _told(one.others_after),
        }
        for measure, one in (use.means.items() if use else ())
    ]


def _told(value: int | None) -> str:
    return BLANK if value is None else words.number(value)


def _worth(found: Value) -> list[dict[str, str]]:
    one, currency = found.won.means, found.facts.money.currency
    if one is None:
        return []
    rows = [(gettext("Teams that began"), one.people, one.before, one.after)]
    if one.others is not None and one.others_before is not None and one.others_after is not None:
        rows.append((gettext("Not begun yet"), one.others, one.others_before, one.others_after))
    return [
        {
            "name": name,
            "people": languages.current().number(people),
            "before": words.money(before, currency),
            "after": words.money(after, currency),
            "change": words.money(after - before, currency),
        }
        for name, people, before, after in rows
    ]


def _again(one: Again) -> list[dict[str, str]]:
    rows = [
        (gettext("Teams that began"), one.before, one.after),
        (gettext("Not begun yet"), one.others_before, one.others_after),
    ]
    return [
        {"name": name, "before": _share(before), "after": _share(after)}
        for name, before, after in rows
        if before is not None or after is not None
    ]


def _share(one: Share | None) -> str:
    """Write a share with its customers and its range."""
    if one is None:
        return gettext("fewer than five")
    return gettext(
        "%(share)s: %(part)s of %(whole)s customers (%(low)s to %(high)s)",
        share=words.share(one.middle),
        part=languages.current().number(one.part),
        whole=languages.current().number(one.whole),
        low=words.share(one.low),
        high=words.share(one.high),
    )


# --- assumptions


def form(
    connection: Connection, known: Known, typed: Mapping[str, str] | None, fault: tuple[str, str, str] | None
) -> list[dict[str, Any]]:
    """Return the fields of the assumptions, with what was typed and what is wrong with it."""
    now, changes, tongue = rollout.assumptions(connection), rollout.changes(connection), languages.current()
    return [
        {
            "key": one.key,
            "name": words.ASSUMPTIONS[one.key].name(),
            "means": words.ASSUMPTIONS[one.key].means(),
            "fields": [
                {
                    "part": part,
                    "field": f"{one.key}-{part}",
                    "label": words.UNITS[one.unit]() if one.single else words.PLACES[part](),
                    "value": (typed or {}).get(f"{one.key}-{part}", plain(value)),
                    "fault": fault[2] if fault and fault[:2] == (one.key, part) else None,
                }
                for part, value in zip(PARTS, now[one.key], strict=True)
                if part == "middle" or not one.single
            ],
            "usual": _usual(one),
            "seen": " ".join(map(str, now[one.key])),
            "changed": None
            if one.key not in changes
            else {
                "by": known.called(changes[one.key].by, ""),
                "when": tongue.moment(period.moment(changes[one.key].moment), "short"),
            },
        }
        for one in ASSUMPTIONS
    ]


def _usual(one: assumptions.Assumption) -> str:
    values = [words.exactly(value) for value in one.usual]
    return values[1] if one.single else f" {BLANK} ".join(values)


def plain(units: int) -> str:
    """Write ten-thousandths as they are typed into a field."""
    return text_of_units(units).replace(".", languages.current().number(Decimal("0.5"))[1])


def asked(typed: Mapping[str, str]) -> dict[str, Assumed] | tuple[str, str, str]:
    """Read what was typed; or return of which assumption which part is no number, and what to do."""
    found: dict[str, Assumed] = {}
    for one in ASSUMPTIONS:
        values = []
        for part in PARTS:
            text = typed.get(f"{one.key}-{'middle' if one.single else part}")
            units = None if text is None else quantity(text)
            if units is None:
                return one.key, "middle" if one.single else part, bounds(one, assumptions.BEYOND)
            values.append(units)
        found[one.key] = Assumed(*values)
    return found


def seen(typed: Mapping[str, str]) -> dict[str, Assumed]:
    """Read which numbers the form was drawn with."""
    found = {}
    for one in ASSUMPTIONS:
        written = typed.get(f"seen-{one.key}", "").split()
        if len(written) == len(PARTS) and all(units.isascii() and units.isdigit() for units in written):
            found[one.key] = Assumed(*map(int, written))
    return found


def crossed(connection: Connection, key: str) -> tuple[str, str, str]:
    """Return what to say beside an assumption that somebody else has changed meanwhile, and which it is."""
    now = " · ".join(dict.fromkeys(map(plain, rollout.assumptions(connection)[key])))
    said = gettext(
        "Somebody has changed this in the meantime, to %(value)s. Save again to put yours in its place.", value=now
    )
    return key, "middle", said


def quantity(text: str) -> int | None:
    """Read a number in ten-thousandths, with a point or a comma; ``None`` if it is none, or too fine."""
    try:
        found = Decimal(text.replace(",", ".").replace(" ", "").replace("\N{NO-BREAK SPACE}", ""))
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found) > UNIT or found * UNIT != int(found * UNIT):
        return None
    return int(found * UNIT)


def bounds(one: assumptions.Assumption, kind: str) -> str:
    """Say what is wrong with a number of an assumption."""
    return words.FAULTS[kind](words.exactly(one.least), words.exactly(one.most))


def fault_of(error: AssumptionError) -> tuple[str, str, str]:
    """Return beside which field an error stands, and its words."""
    return error.key, error.part, bounds(assumptions.BY_KEY[error.key], error.wrong)
