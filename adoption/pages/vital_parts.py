"""Vital signs as small pictures: of a wave for who plans the roll-out, of a team for whoever leads it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from adoption import evidence
from adoption import languages
from adoption import rollout
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import rollout_words as words
from rules.period import EVER
from rules.rollout import VITALS
from rules.rollout import vital
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Sequence

    from adoption.facts import Known
    from rules.rollout import Week

WIDTH, HEIGHT, EDGE = 280, 64, 8  # of a small picture
FIRST = ("activation", "frequency", "lateness")  # what stands before the others
LEAST_TEAMS = 3  # beside which a team is shown: fewer would tell of one of them
MOST_TEAMS = 3  # of one page


def teams(known: Known, led: Collection[int], now: int) -> list[dict[str, Any]]:
    """Return the signs of the teams in which most are led by one, the largest first; a fixed number of queries."""
    today = known.today(now)
    led_in: dict[int, int] = {}
    everybody: dict[int, int] = {}
    for one, person in known.people.items():
        team = evidence.team_of(known, one, today) if person.here(today) else None
        if team is not None:
            everybody[team] = everybody.get(team, 0) + 1
            led_in[team] = led_in.get(team, 0) + (one in led)
    mine = [team for team, many in led_in.items() if 2 * many > everybody[team]]
    mine = sorted(mine, key=lambda team: (-led_in[team], known.teams[team]))[:MOST_TEAMS]
    if not mine:
        return []
    others = [team for team in rollout.not_begun(known, today) if everybody.get(team, 0) >= SMALLEST_GROUP]
    series = rollout.series({*mine, *others}, today)
    return [_team(known, team, everybody[team], series, others, today) for team in mine]


def _team(  # noqa: PLR0913, PLR0917  # of what is known, which team, of how many, all series, beside which, on which day
    known: Known, team: int, people: int, series: dict[int, list[Week]], others: list[int], today: int
) -> dict[str, Any]:
    beside = [series[one] for one in others if one != team]
    rest = rollout.together(beside) if len(beside) >= LEAST_TEAMS else []
    starts = min((first for first, _, _ in known.waves.get(team, ()) if first <= today), default=EVER)
    found = signs(series[team], rest, starts)
    return {
        "number": team,
        "name": known.teams[team],
        "small": people < SMALLEST_GROUP,
        "told": any(one["told"] for one in found),
        "first": [one for one in found if one["key"] in FIRST],
        "signs": found,
    }


def signs(weeks: Sequence[Week], rest: Sequence[Week], starts: int) -> list[dict[str, Any]]:
    """Return every vital sign of a group with its picture: its weeks, the first day marked, beside those of others."""
    return [_sign(sign.name, weeks, rest, starts) for sign in VITALS]


def _sign(name: str, weeks: Sequence[Week], rest: Sequence[Week], starts: int) -> dict[str, Any]:
    values = [week.value(name) for week in weeks]
    beside = [week.value(name) for week in rest] if rest else [None] * len(values)
    top = max([vital.WHOLE, *(value for value in (*values, *beside) if value is not None)])
    told = [value for value in values if value is not None]
    change = vital.better(name, *values[-2:]) if len(values) > 1 else None
    begins = next((place for place, week in enumerate(weeks) if week.monday >= starts), None)
    return {
        "key": name,
        "name": words.SIGNS[name].name(),
        "means": words.SIGNS[name].means(),
        "value": words.share(values[-1] if values else None),
        "told": bool(told),
        "line": _line(values, top),
        "beside": _line(beside, top),
        "last": _point(values, top),
        "mark": None if begins in {None, 0} else _x(begins, len(values)),
        "change": _change(change),
        "better": None if change is None else change > 0,
        "rest": words.share(beside[-1]) if beside and beside[-1] is not None else None,
        "weeks": [
            (languages.current().day(week.monday, "short"), words.share(value), words.share(other))
            for week, value, other in zip(weeks, values, beside, strict=True)
        ],
    }


def _change(change: int | None) -> str:
    if not change:
        return "" if change is None else gettext("as in the week before")
    points = abs(Decimal(change)) / 10
    said = points.quantize(Decimal(1)) if points >= 1 else points
    if change > 0:
        return ngettext("better by %(n)s point", "better by %(n)s points", said)
    return ngettext("%(n)s point less good", "%(n)s points less good", said)


def _x(place: int, many: int) -> str:
    return f"{EDGE + place * (WIDTH - 2 * EDGE) / max(1, many - 1):.1f}"


def _y(value: int, top: int) -> str:
    return f"{HEIGHT - EDGE - value * (HEIGHT - 2 * EDGE) / top:.1f}"


def _line(values: Sequence[int | None], top: int) -> list[str]:
    """Return the points of a line, broken where nothing was measured."""
    pieces: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{_x(place, len(values))},{_y(value, top)}")
    return [" ".join(piece) for piece in pieces if piece]


def _point(values: Sequence[int | None], top: int) -> tuple[str, str] | None:
    if not values or values[-1] is None:
        return None
    return _x(len(values) - 1, len(values)), _y(values[-1], top)
