"""What a rule has done since it began, in words: beside those it does not cover, with an honest range."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import render_template
from flask import url_for

from adoption import clock
from adoption import facts
from adoption import languages
from adoption import telling
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.languages import gettext
from adoption.pages import trial_parts
from rules import effect as rule
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.history.effects import Found

bp: Blueprint = Blueprint("effect", __name__)
QUARTERS: Mapping[str, Callable[[], str]] = {
    "1": lambda: gettext("Did most before"),
    "2": lambda: gettext("Second quarter"),
    "3": lambda: gettext("Third quarter"),
    "4": lambda: gettext("Did least before"),
}
GUARDS: Mapping[str, tuple[Callable[[], str], Callable[[], str]]] = {
    "rushed": (
        lambda: gettext("In a rush"),
        lambda: gettext("four or more by one person within a minute"),
    ),
    "undone": (
        lambda: gettext("Undone"),
        lambda: gettext("taken back, or about a record that was deleted"),
    ),
    "repeated": (
        lambda: gettext("Repeated"),
        lambda: gettext("the same about the same record on the same day"),
    ),
}


@bp.get("/hr/book/incentive/<key>/effect")
@permission("book:read", door=SESSION)
def show(key: str) -> ResponseReturnValue:
    """Show what the newest version of an incentive that has begun did to what it counts."""
    from adoption.history import effects  # noqa: PLC0415  # its engine takes a while to load

    known, code = facts.current(), languages.current().code
    line = known.timelines.incentives.get(key, ())
    if not line:
        msg = f"There is no incentive {key[:80]!r}."
        raise NotFoundError(msg)
    found = effects.effect(key, known.today(clock.now()))
    return render_template(
        "effect/show.html",
        title=wording.title_of(line[-1].body, key, code),
        back=url_for("book.show", kind="incentive", key=key),
        found=found,
        starts=None if found else languages.current().day(line[-1].starts, "full"),
        **({} if found is None else _shown(found)),
    )


def _shown(found: Found) -> dict[str, Any]:
    effect, code, tongue = found.effect, languages.current().code, languages.current()
    counted = found.version.counted.metric
    return {
        "lead": lead(found),
        "metric": wording.title_of(counted, counted.key, code),
        "since": tongue.day(found.since, "full"),
        "before": trial_parts.days(found.before, found.since) if effect.weeks else "",
        "after": trial_parts.days(found.since, found.until) if effect.weeks else "",
        "groups": _means(found),
        "quarters": [_line(QUARTERS[one.name](), one) for one in effect.quarters if _known(found)],
        "teams": [_line(one.name, one, known=_known(found)) for one in effect.teams],
        "guards": [_guard(one) for one in found.guards],
        "risen": [GUARDS[one.name][0]() for one in found.guards if one.rose],
        "spoken": effect.verdict in {rule.NONE, rule.MORE, rule.LESS},
    }


def lead(found: Found) -> str:
    """Say in one sentence whether there is an effect to be seen."""
    one = found.effect
    figures = (one.effect, one.low, one.high)
    return telling.effects.effect(found.version.incentive.holder, one.verdict, one.weeks, figures)


def _known(found: Found) -> bool:
    """Say whether anything is known of the time before: where nothing was recorded yet, nobody did nothing."""
    return found.effect.verdict != rule.UNKNOWN


def _means(found: Found) -> list[dict[str, str]]:
    effect = found.effect
    rows = []
    if effect.covered:
        rows.append(_line(gettext("Those it covers"), effect.covered, known=_known(found)))
    if effect.others and effect.compared:
        rows.append(_line(gettext("Those it does not cover"), effect.others, known=_known(found)))
    return rows


def _line(name: str, one: rule.Means, *, known: bool = True) -> dict[str, Any]:
    more = one.after - one.before if known else 0
    change = telling.effects.number(abs(more)) if more else gettext("no change")
    return {
        "name": name,
        "people": one.people,
        "covered": one.covered,
        "before": telling.effects.number(one.before) if known else "\N{EN DASH}",
        "after": telling.effects.number(one.after),
        "more": trial_parts.Difference((more > 0) - (more < 0), change if known else "\N{EN DASH}"),
    }


def _guard(one: rule.Guard) -> dict[str, Any]:
    percent = languages.current().percent
    return {
        "name": GUARDS[one.name][0](),
        "means": GUARDS[one.name][1](),
        "before": percent(Decimal(one.before[0]) / one.before[1]) if one.before[1] else "\N{EN DASH}",
        "after": percent(Decimal(one.after[0]) / one.after[1]) if one.after[1] else "\N{EN DASH}",
        "rose": one.rose,
    }
