"""What the pages of the roll-out draw: waves, vital signs as small pictures, goals, and what the data says."""

from __future__ import annotations

from decimal import Decimal
from decimal import InvalidOperation
from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from flask import url_for

from adoption import languages
from adoption import rollout
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import people_parts
from adoption.pages import rollout_words as words
from adoption.rollout import diagnosis
from adoption.rollout.goals import NoMetricError
from adoption.rollout.goals import NoTitleError
from adoption.rollout.goals import SameTitleError
from rules import period
from rules import wording
from rules.period import EVER
from rules.rollout import STAGES
from rules.standing import SMALLEST_GROUP
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.errors import RefusedError
    from adoption.facts import Known
    from adoption.rollout import Findings
    from adoption.rollout import Goal
    from adoption.rollout import Wave
    from rules.rollout import Week

MOST_STAGES = 8  # rows of the table of deals
MOST_REASONS = 5
MOST_TARGET = 10**9


def wave(known: Known, one: Wave) -> dict[str, Any]:
    """Return a wave as its card shows it."""
    today = people_parts.today(known)
    begun = one.starts <= today
    latest = one.weeks[-1] if one.weeks else None
    return {
        "name": one.name,
        "address": url_for("rollout.wave", name=one.name),
        "teams": [known.teams[team] for team in one.teams],
        "people": one.facts.people,
        "begun": begun,
        "starts": gettext("from the beginning") if one.starts <= EVER else languages.current().day(one.starts, "full"),
        "champion": _name(known, one.care.champion),
        "supporter": _name(known, one.care.supporter),
        "stage": words.STAGES[one.stage.name][0](),
        "means": words.STAGES[one.stage.name][1](),
        "steps": [
            (words.STAGES[name][0](), STAGES.index(name) < STAGES.index(one.stage.name), name == one.stage.name)
            for name in STAGES
        ],
        "following": words.STAGES[one.stage.following][0]() if one.stage.following else None,
        "missing": [_found(item) for item in one.stage.findings],
        "advice": None if one.advice is None else one.advice.says,
        "reasons": [] if one.advice is None else [_found(item) for item in one.advice.reasons],
        "looked_at": [] if one.advice is None else [_found(item) for item in one.advice.findings],
        "decision": one.care.decision,
        "against": one.care.decision is not None and one.care.decision != one.care.advice,
        "why": one.care.why,
        "decided": None if one.care.decided is None else _moment(one.care.decided),
        "decided_by": _name(known, one.care.decided_by),
        "figures": [
            {"name": words.SIGNS[name].name(), "value": words.share(None if latest is None else latest.value(name))}
            for name in ("activation", "frequency", "lateness")
        ],
        "small": one.facts.people < SMALLEST_GROUP,
    }


def _found(item: Any) -> dict[str, Any]:
    said, remedy = words.finding(item)
    return {"said": said, "remedy": remedy, "met": item.met}


def _name(known: Known, participant: int | None) -> str:
    return known.called(participant, "") if participant is not None else ""


def _moment(moment: int) -> str:
    return languages.current().moment(period.moment(moment), "short")


def rest(known: Known, teams: Sequence[int], weeks: Sequence[Week]) -> dict[str, Any]:
    """Return who has not begun, and how they are."""
    latest = weeks[-1] if weeks else None
    return {
        "teams": [known.teams[team] for team in teams],
        "figures": [
            {"name": words.SIGNS[name].name(), "value": words.share(None if latest is None else latest.value(name))}
            for name in ("activation", "frequency", "lateness")
        ],
    }


def teams(known: Known, found: Iterable[Wave], one: Wave | None) -> list[dict[str, Any]]:
    """Return the teams that may be chosen, with the wave in which each is already."""
    where = {team: wave.name for wave in found if one is None or wave.name != one.name for team in wave.teams}
    return [
        {"id": number, "name": name, "wave": where.get(number)}
        for number, name in sorted(known.teams.items(), key=lambda pair: pair[1].casefold())
    ]


def people(known: Known, one: Wave | None) -> list[tuple[int, str]]:
    """Return who may care for a wave: everybody who works here, those of its teams first."""
    today = people_parts.today(known)
    inside = set() if one is None else set(one.teams)
    here = [
        (not inside.intersection(known.teams_on(number, today)), person.name.casefold(), number, person.name)
        for number, person in known.people.items()
        if person.here(today)
    ]
    return [(number, name) for _, _, number, name in sorted(here)]


def typed(one: Wave | None) -> dict[str, Any]:
    """Return what the form of a wave holds."""
    if one is None:
        return {"name": "", "starts": "", "teams": set(), "champion": None, "supporter": None}
    return {
        "name": one.name,
        "starts": "" if one.starts <= EVER else period.text("day", one.starts),
        "teams": set(one.teams),
        "champion": one.care.champion,
        "supporter": one.care.supporter,
    }


def goals(known: Known, now: int) -> list[dict[str, Any]]:
    """Return the goals with how far they are, per person and week."""
    chosen = rollout.goals()
    values = rollout.last_week({one.metric for one in chosen}, now)
    return [_goal(known, one, values.get(one.metric)) for one in chosen]


def _goal(known: Known, one: Goal, value: int | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "metric": _metric(known, one.metric),
        "value": None if value is None else languages.current().number(round(Decimal(value) / UNIT, 1)),
        "target": None if one.target is None else languages.current().units(one.target),
        "bar": None if not one.target or value is None else (min(value, one.target), one.target),
        "until": None if one.until is None else languages.current().day(one.until, "full"),
        "gone": one.metric not in known.book.metrics,
    }


def _metric(known: Known, key: str) -> str:
    found = known.book.metrics.get(key)
    return wording.title_of(found, key, languages.current().code)


def metrics(known: Known) -> list[tuple[str, str]]:
    """Return the metrics of the book in force, by title."""
    return sorted(((key, _metric(known, key)) for key in known.book.metrics), key=lambda pair: pair[1].casefold())


def ideas() -> list[str]:
    """Return goals that organisations often have."""
    return [
        gettext("No customer gets lost when somebody leaves"),
        gettext("Every deal has a next step"),
        gettext("Reports without a spreadsheet"),
        gettext("Customers buy again"),
        gettext("Everybody can see whose a customer is"),
    ]


def quantity(text: str) -> int:
    """Read a target in ten-thousandths.

    Raises:
        ValueError: it is no number above zero.
    """
    try:
        found = Decimal(text.replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        raise ValueError(text) from None
    if not found.is_finite() or not 0 < found <= MOST_TARGET or found * UNIT != int(found * UNIT):
        raise ValueError(text)
    return int(found * UNIT)


def fault_of(error: RefusedError) -> tuple[str, str]:
    """Return beside which field an error about a goal stands, and its words."""
    if isinstance(error, NoTitleError):
        return "title", gettext("Say in a few words what the CRM is brought in for.")
    if isinstance(error, SameTitleError):
        return "title", gettext("There is a goal of these words already.")
    if isinstance(error, NoMetricError):
        return "metric", gettext("Choose a metric: without one nobody can see whether the goal comes true.")
    return "title", gettext(
        "Twelve goals are there already. Take one away first: whoever wants everything gets nothing."
    )


def progress() -> dict[str, Any]:
    """Return how far the diagnosis is."""
    found = rollout.answers()
    done = sum(bool(one.answer) for one in found.values())
    return {
        "done": done,
        "all": len(rollout.QUESTIONS),
        "made": diagnosis.made(found),
        "said": ngettext(
            "%(n)s of %(all)s questions is answered",
            "%(n)s of %(all)s questions are answered",
            done,
            all=len(rollout.QUESTIONS),
        ),
    }


def questions(known: Known, typed: Mapping[str, str], crossed: Collection[str]) -> list[dict[str, Any]]:
    """Return the questions with what was answered and typed; another has answered those of ``crossed`` since."""
    found = rollout.answers()
    return [
        {
            "name": name,
            "question": words.QUESTIONS[name][0](),
            "hint": words.QUESTIONS[name][1](),
            "answer": found[name].answer if name in found else "",
            "by": _name(known, found[name].by) if name in found else "",
            "when": _moment(found[name].moment) if name in found else "",
            "typed": typed.get(name, found[name].answer if name in found else ""),
            "seen": rollout.mark(found[name].answer if name in found else ""),
            "crossed": name in crossed,
        }
        for name in rollout.QUESTIONS
    ]


def findings(known: Known, found: Findings | None) -> dict[str, Any] | None:
    """Return what the data says, as the report shows it; ``None`` before somebody has looked."""
    if found is None:
        return None
    number = languages.current().number
    return {
        "when": _moment(found.moment),
        "deals": found.deals,
        "breaks": [
            {
                "stage": one.stage or gettext("without a stage"),
                "lost": number(one.lost),
                "open": number(one.open),
                "won": number(one.won),
            }
            for one in found.breaks[:MOST_STAGES]
        ],
        "buyers": found.buyers,
        "reasons": [
            (reason or gettext("no reason is given"), number(count))
            for reason, count in found.buyers.reasons[:MOST_REASONS]
        ],
        "overdue": [
            (known.teams.get(team or 0) or gettext("in no team of five or more"), number(count))
            for team, count in found.survey.overdue
        ],
        "owners": [
            {"kind": words.KINDS[kind](), "owned": number(owned), "free": number(free)}
            for kind, owned, free in found.survey.owners
        ],
    }


def organisation() -> str:
    """Return how the organisation is called."""
    return str(current_app.extensions["settings"].organisation_name)
