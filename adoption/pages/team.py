"""My team: who could use a hand, which records wait for a next step, and how far everybody is.

Whoever leads people sees their own reports, a stand-in those of the giver.  Of what is noticed about spreadsheet work
they see what ``flags.visible`` opens, in one sentence: no numbers, no probability, nothing that nobody has confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import render_template

from adoption import auth
from adoption import clock
from adoption import evidence
from adoption import explain
from adoption import facts
from adoption import flags
from adoption import holders
from adoption import languages
from adoption import records
from adoption import telling
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.digests import reading
from adoption.extensions import db
from adoption.pages import evidence_seen
from adoption.pages import vital_parts
from rules import period
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.explain import GoalView
    from adoption.facts import Known
    from adoption.records import Card

bp: Blueprint = Blueprint("team", __name__)
TEAM = "team:read"
MOST_PEOPLE = 60  # on the page
MOST_RECORDS = 12
MOST_TEAMS = 3


class Hand(NamedTuple):
    """Somebody who could use a hand: one sentence, and what is under way."""

    name: str
    said: str
    state: str


class Record(NamedTuple):
    """A record that waits: what it is called, what it lacks, with whom, and since when."""

    card: Card
    name: str
    missing: list[str]
    who: str
    days: int


class Way(NamedTuple):
    """How far somebody is towards what stands first on their own page; away people have no bar."""

    name: str
    view: GoalView | None
    more: int
    away: int | None  # the local day on which they are back; 0: not known


@bp.get("/team")
@permission(TEAM, door=SESSION)
def index() -> ResponseReturnValue:
    """Show the team of whoever leads one, or stands in for somebody who does."""
    now = clock.now()
    with facts.held() as known:
        today = known.today(now)
        led = [one for one in holders.led(TEAM) if not known.people[one].has_left(today)]
        told = reading.told(auth.caller().participant or 0, now)
        return render_template("team/index.html", leads=bool(led), told=told, **_shown(known, led, now))


def _shown(known: Known, led: Collection[int], now: int) -> dict[str, Any]:
    today = known.today(now)
    direct = [one for one in led if _is_direct(known, one, led, today)]
    people = sorted(direct or led, key=lambda one: known.people[one].name)[:MOST_PEOPLE]
    waiting = _records(known, set(led), today)
    for one in people:
        holders.looked_at(one, TEAM)
    return {
        "hands": _hands(known, led),
        "records": waiting[:MOST_RECORDS],
        "waiting": len(waiting),
        "ways": _ways(known, people, today),
        "teams": sorted({known.teams[team] for one in people for team in known.teams_on(one, today)}),
        "size": len(people),
        "vital": vital_parts.teams(known, led, now),
        "decides": auth.caller().reach("ownership:decide") is not None,
    }


def _hands(known: Known, led: Collection[int]) -> list[Hand]:
    """Return who could use a hand, as far as whoever leads them may know, by name."""
    connection = db.session.connection()
    seen = flags.visible(connection, auth.caller(), led)
    lines = evidence.lines_of(connection, [one for one, flag in seen.items() if flag.state == "flagged"])
    return [
        Hand(known.people[one].name, evidence_seen.sentence(lines[one]) if one in lines else "", seen[one].state)
        for one in sorted(seen, key=lambda number: known.people[number].name)
    ]


def _records(known: Known, led: Collection[int], today: int) -> list[Record]:
    """Return the records of those who are led that wait for something, the longest wait first."""
    sizes: dict[int, int] = {}
    for one in led:
        for team in known.teams_on(one, today):
            sizes[team] = sizes.get(team, 0) + 1
    code = languages.current().code
    found: dict[str, explain.Waiting] = {}
    for team in sorted(sizes, key=lambda one: (-sizes[one], one))[:MOST_TEAMS]:
        found |= {one.record: one for one in explain.waiting(team, today, lambda who: who in led, language=code)}
    ordered = sorted(found.values(), key=lambda one: (one.latest, one.record))
    cards = records.cards(one.record for one in ordered)
    return [
        Record(
            cards[one.record],
            telling.record(cards[one.record]),
            one.missing,
            known.people[one.who].name,
            max(0, today - known.day_of(one.latest)),
        )
        for one in ordered
    ]


def _ways(known: Known, people: list[int], today: int) -> list[Way]:
    """Return how far each of them is, by name."""
    found: Mapping[int, GoalView] = explain.nearest(people, today, language=languages.current().code) if people else {}
    return [_way(known, one, found.get(one), today) for one in people]


def _way(known: Known, who: int, view: GoalView | None, today: int) -> Way:
    back = next((ends for starts, ends in known.absences.get(who, ()) if starts <= today < ends), None)
    more = -(-view.goal.more // UNIT) if view is not None and view.goal.open else 0
    away = None if back is None else 0 if back >= period.FOREVER else back
    return Way(known.people[who].name, view, more, away)


def _is_direct(known: Known, who: int, led: Collection[int], today: int) -> bool:
    """Say whether somebody is led by the caller, or by who is not among those who are led: a stand-in's giver."""
    return known.manager_on(who, today) not in led
