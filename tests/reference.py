"""What the engine must answer, said plainly: everything from scratch, from the whole set of activities and books.

Written from the specification alone and sharing no code with the product, which is tested against it.  It is slow on
purpose: no increments, no indexes, nothing remembered.  S1 to S23 are the numbered decisions of the specification;
"issue" is its text on what an activity means.
"""

import json
import operator
import re
from collections import Counter
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from decimal import ROUND_HALF_UP
from decimal import Decimal
from itertools import pairwise
from typing import Any
from typing import NamedTuple
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
MICROSECONDS_A_DAY = 24 * 60 * 60 * 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OPEN = date.max  # the end of what has no end
PERIODS = ("day", "week", "month", "quarter", "year", "ever")  # shortest first


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    team: list[tuple[str, date | None, date | None]]  # half-open
    role: str = "employee"
    identities: list[tuple[str, str]] = field(default_factory=list)  # source, id
    absences: list[tuple[date, date]] = field(default_factory=list)  # half-open


@dataclass(frozen=True)
class Load:
    book: dict[str, Any]  # what tomllib gives with parse_float=Decimal
    on: date  # the local day of loading
    since: date | None = None  # --from


@dataclass(frozen=True)
class World:
    zone: str
    people: list[Person]
    holidays: frozenset[date]
    loads: list[Load]  # in the order of loading
    activities: list[dict[str, Any]]  # CloudEvents in any order, with repetitions; numbers are int or Decimal
    waves: dict[str, tuple[str, date | None, date | None]] = field(default_factory=dict)  # team -> wave, half-open


@dataclass(frozen=True)
class Activity:
    """An activity that counts, or the derived one of a milestone."""

    source: str
    id: str
    type: str
    time: int  # microseconds UTC
    day: date  # local
    subject: str | None
    credit: tuple[str, str] | None  # the source that knows the actor, and the actor
    data: dict[str, Any]


@dataclass(frozen=True)
class Segment:
    """A definition in force in [starts, ends); was its end set by something else than its own ``to``?"""

    definition: dict[str, Any]
    starts: date
    ends: date
    cut: bool = False


@dataclass(frozen=True)
class Version:
    """S15: a longest stretch of days in which nothing that matters for the metric (and incentive) changes."""

    starts: date
    ends: date
    metric: dict[str, Any]
    milestones: dict[str, dict[str, Any]]
    incentive: dict[str, Any] | None


class Period(NamedTuple):
    text: str
    starts: date
    ends: date


# Answers


def tallies(world: World, per: str, metric: str | None = None) -> dict[tuple[str, str, str], Decimal]:
    """S16, S18: the tallies by (metric, holder, period), summed over the metric's versions; zero is absent."""
    lines = timelines(world)
    total: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for key in lines["metric"]:
        if metric in (None, key):
            for version in versions(lines, "metric", key):
                for (holder, period), value in tally(world, version, per).items():
                    total[key, holder, period.text] += value
    return {key: value for key, value in total.items() if value != 0}


def awards(world: World) -> set[tuple[str, date, str, str, int]]:
    """Issue, S17: what is due, as (incentive, start of its version, holder, period, ordinal).

    ``at_most`` is shared by the versions of one incentive, earlier first.
    """
    lines = timelines(world)
    due = set()
    for key in lines["incentive"]:
        used: Counter[tuple[str, str]] = Counter()
        for version in versions(lines, "incentive", key):
            for (holder, period), raw in due_alone(world, version).items():
                number_due = raw
                limit = 1 if "reach" in version.incentive else version.incentive.get("at_most")
                if limit is not None:
                    number_due = max(0, min(raw, limit - used[holder, period.text]))
                used[holder, period.text] += number_due
                due |= {(key, version.starts, holder, period.text, number) for number in range(1, number_due + 1)}
    return due


def milestones(world: World, *, in_force: bool = False) -> dict[tuple[str, date, str], tuple[int, str | None]]:
    """S9, S10: the records that reached a milestone and were not undone, for every definition of its timeline.

    (milestone, start of the definition, subject) -> (R, e-mail of whom it credits).  ``in_force`` leaves only those
    with R on a day on which the definition is in force: the only ones that a metric ever counts (S15).
    """
    return {
        (key, segment.starts, activity.subject): (activity.time, person.email if person else None)
        for key, line in timelines(world)["milestone"].items()
        for segment in line
        for activity in derived(world, key, segment.definition)
        if not in_force or segment.starts <= activity.day < segment.ends
        for person in [participant(world, activity.credit)]
    }


# Values and conditions


def number(value: Any) -> Decimal | None:
    """S5: a JSON number (expanded) or a text, at most 12 digits before and 12 after the point; None if unreadable."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = format(Decimal(value), "f")
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", value):
        return Decimal(value)
    return None


def text(value: Any) -> str:
    """S7: texts as they are, numbers plain, lists and objects as canonical JSON."""
    return value if isinstance(value, str) else canonical(value)


def canonical(value: Any) -> str:
    """Write JSON in one way: keys sorted, no blanks, numbers without exponent and trailing zeros (S7)."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value) if number(value) is None else plain(number(value))
    return json.dumps(value, ensure_ascii=False)


def plain(value: Decimal) -> str:
    """S7: a number without exponent and trailing zeros."""
    written = format(value, "f")
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written == "-0" else written


def look_up(data: dict[str, Any], name: str) -> Any:
    """S6: the literal key first, else a dotted path into objects; None for null and missing."""
    if name in data:
        return data[name]
    value: Any = data
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def filled(value: Any) -> bool:
    """Issue: not null, not blank text, not an empty list or object; 0 and false are filled."""
    if isinstance(value, str):
        return value.strip() != ""
    return value is not None and value not in ([], {})


def equals(value: Any, wanted: Any) -> bool:
    """S6, ``is``: bool with the same bool, number with an equal readable number, text with the same text."""
    if isinstance(wanted, bool):
        return value is wanted
    if isinstance(wanted, int | Decimal):
        return number(value) == wanted
    return isinstance(value, str) and value == wanted


def contains(value: Any, wanted: Any) -> bool:
    """S6: a part of a text, or an element of a list."""
    if isinstance(value, list):
        return any(equals(item, wanted) for item in value)
    return isinstance(value, str) and isinstance(wanted, str) and wanted in value


def compares(comparison: Any, value: Any, bound: Any) -> bool:
    """S6: a readable number against a number; unreadable is false."""
    readable = number(value)
    return readable is not None and comparison(readable, bound)


OPERATORS = {
    "is": equals,
    "is_not": lambda value, wanted: not equals(value, wanted),
    "in": lambda value, wanted: any(equals(value, item) for item in wanted),
    "at_least": lambda value, bound: compares(operator.ge, value, bound),
    "more_than": lambda value, bound: compares(operator.gt, value, bound),
    "at_most": lambda value, bound: compares(operator.le, value, bound),
    "less_than": lambda value, bound: compares(operator.lt, value, bound),
    "contains": contains,
}


def holds(condition: dict[str, Any] | None, data: dict[str, Any]) -> bool:
    """Issue: every leaf on a missing field is false, except ``filled = false``; ``not`` then inverts."""
    if condition is None:
        return True
    if "all" in condition:
        return all(holds(part, data) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, data) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], data)
    value = look_up(data, condition["field"])
    if "filled" in condition:
        return filled(value) is condition["filled"]
    [(name, wanted)] = [(key, item) for key, item in condition.items() if key != "field"]
    return value is not None and OPERATORS[name](value, wanted)


# Activities and people


def standing(world: World) -> list[Activity]:
    """S2, S4: the activities without repetitions, without those that retract, without those retracted; in order."""
    once = {(event["source"], event["id"]): event for event in world.activities}
    retracted = {(event["source"], event["retracts"]) for event in once.values() if "retracts" in event}
    kept = [event for key, event in once.items() if "retracts" not in event and key not in retracted]
    return sorted((read(world, event) for event in kept), key=order)


def order(activity: Activity) -> tuple[int, str, str]:
    """S4."""
    return (activity.time, activity.source, activity.id)


def read(world: World, event: dict[str, Any]) -> Activity:
    """Issue: ``authid`` is read when ``actor`` is absent; ``time``, in the organisation's zone, gives the day."""
    moment = datetime.fromisoformat(event["time"])
    actor = event["actor"] if "actor" in event else event.get("authid")
    return Activity(
        source=event["source"],
        id=event["id"],
        type=event["type"],
        time=(moment - EPOCH) // timedelta(microseconds=1),
        day=moment.astimezone(ZoneInfo(world.zone)).date(),
        subject=event.get("subject"),
        credit=None if actor is None else (event["source"], actor),
        data=event.get("data", {}),
    )


def participant(world: World, credit: tuple[str, str] | None) -> Person | None:
    """S3: by exact identity of the source; else, with an @, by e-mail in any case; else unknown."""
    if credit is None:
        return None
    for person in world.people:
        if credit in person.identities:
            return person
    for person in world.people:
        if "@" in credit[1] and person.email.lower() == credit[1].lower():
            return person
    return None


def lies(day: date, starts: date | None, ends: date | None) -> bool:
    """Say whether the day lies in the half-open range; None is open."""
    return (starts is None or starts <= day) and (ends is None or day < ends)


def teams(person: Person, day: date) -> set[str]:
    """S21."""
    return {team for team, starts, ends in person.team if lies(day, starts, ends)}


def holders(world: World, activity: Activity) -> set[str]:
    """Issue: it counts for the participant and for every team the participant was in at its time."""
    person = participant(world, activity.credit)
    return {person.email} | {f"team:{team}" for team in teams(person, activity.day)} if person else set()


# Milestones


def listed(value: Any) -> list[Any]:
    """Read what may be one text or a list of them."""
    return value if isinstance(value, list) else [value]


def derived(world: World, key: str, definition: dict[str, Any]) -> list[Activity]:
    """S9: one derived activity for each record that reached the milestone and was not undone."""
    activities = standing(world)
    records = {a.subject for a in activities if a.subject and a.subject.startswith(definition["record"] + "/")}
    found = []
    for record in sorted(records):
        about = [activity for activity in activities if activity.subject == record]
        last = reached(definition, about)
        if last is not None and not undone(definition, about, last.time):
            credit = credited(definition, about, last)
            found.append(Activity(last.source, last.id, key, last.time, last.day, record, credit, {}))
    return found


def reached(definition: dict[str, Any], about: list[Activity]) -> Activity | None:
    """S9: the latest of the earliest activities that meet each need; None while a need is not met."""
    earliest = []
    for need in definition["needs"]:
        matching = [a for a in about if a.type in listed(need["on"]) and holds(need.get("where"), a.data)]
        if not matching:
            return None
        earliest.append(min(matching, key=order))
    return max(earliest, key=order)


def undone(definition: dict[str, Any], about: list[Activity], reached_at: int) -> bool:
    """S10: by an activity with R <= time <= R + holds_for x 24 h; without holds_for, any time from R on."""
    types = listed(definition.get("undone_by", []))
    until = reached_at + definition["holds_for"] * MICROSECONDS_A_DAY if "holds_for" in definition else None
    return any(a.type in types and a.time >= reached_at and (until is None or a.time <= until) for a in about)


def credited(definition: dict[str, Any], about: list[Activity], last: Activity) -> tuple[str, str] | None:
    """S9: ``last``, ``creator`` or ``owner``."""
    if definition["credit"] == "last":
        return last.credit
    if definition["credit"] == "creator":
        created = [activity for activity in about if activity.type == definition["record"] + ".created"]
        return min(created, key=order).credit if created else None
    known = [a for a in about if a.time <= last.time and filled(look_up(a.data, "owner"))]
    if not known:
        return None
    latest = max(known, key=order)
    return (latest.source, text(look_up(latest.data, "owner")))


# Periods


def period(per: str, day: date) -> Period:
    """S12: the period that contains the local day."""
    if per == "ever":
        return Period("ever", date.min, OPEN)
    if per == "day":
        return Period(day.isoformat(), day, day + ONE_DAY)
    if per == "week":
        year, week, weekday = day.isocalendar()
        monday = day - timedelta(days=weekday - 1)
        return Period(f"{year}-W{week:02}", monday, monday + timedelta(days=7))
    months = {"month": 1, "quarter": 3, "year": 12}[per]
    first = (day.month - 1) // months * months  # counted from 0
    end = first + months
    name = {"month": f"{day.year}-{first + 1:02}", "quarter": f"{day.year}-Q{first // 3 + 1}", "year": f"{day.year}"}
    return Period(name[per], date(day.year, first + 1, 1), date(day.year + end // 12, end % 12 + 1, 1))


def next_start(per: str, day: date) -> date:
    """S14: the start of the next period after the day (ever: the day after)."""
    return day + ONE_DAY if per == "ever" else period(per, day).ends


# Books over time


def timelines(world: World) -> dict[str, dict[str, list[Segment]]]:
    """S13, S14: for each kind and key, the definitions and the days on which each is in force."""
    lines: dict[str, dict[str, list[Segment]]] = {"incentive": {}, "metric": {}, "milestone": {}}
    old: dict[str, Any] = {}
    for load in world.loads:
        for kind, of_kind in lines.items():  # incentives first: metrics and then milestones look at their starts
            definitions = load.book.get(kind, {})
            for key in sorted(set(of_kind) | set(definitions)):
                line, definition = of_kind.get(key, []), definitions.get(key)
                starts = load.since or default_start(lines, kind, key, old, load)
                of_kind[key] = cut(line, starts) if definition is None else proceed(line, definition, starts)
        old = load.book
    return lines


def proceed(line: list[Segment], definition: dict[str, Any], starts: date) -> list[Segment]:
    """S14 (a) and (b): append what is new or changed at its own ``from``, else at ``starts``; keep what is the same."""
    ends = definition.get("to", OPEN)
    if line and not line[-1].cut and meaning(line[-1].definition) == meaning(definition):
        starts = min(line[-1].starts, definition.get("from", OPEN))
        return [*cut(line[:-1], starts), Segment(definition, starts, ends)]
    starts = definition.get("from", starts)
    return [*cut(line, starts), Segment(definition, starts, ends)]


def cut(line: list[Segment], day: date) -> list[Segment]:
    """S14: what starts at or after the day vanishes, what runs then ends there."""
    return [
        Segment(one.definition, one.starts, day, cut=True) if day < one.ends else one
        for one in line
        if one.starts < day
    ]


def default_start(lines: Any, kind: str, key: str, old: dict[str, Any], load: Load) -> date:
    """S14: when a change takes force if neither ``from`` nor ``--from`` says so."""
    new = load.book
    if kind == "incentive":
        definition = new.get(kind, {}).get(key) or (lines[kind][key][-1].definition if lines[kind][key] else None)
        return next_start(definition["per"], load.on) if definition else OPEN
    if key in new.get(kind, {}) and key not in old.get(kind, {}):
        above = "incentive" if kind == "metric" else "metric"
        starts = [lines[above][user][-1].starts for user in users(new, kind, key)]
        return min(starts, default=next_start("week", load.on))
    pers = [per for book in (old, new) for per in pers_of(book, kind, key)]
    return next_start(min(pers, key=PERIODS.index, default="week"), load.on)


def users(book: dict[str, Any], kind: str, key: str) -> list[str]:
    """Find the incentives of the book that use the metric, or the metrics that count the milestone."""
    if kind == "metric":
        return [name for name, one in book.get("incentive", {}).items() if one["metric"] == key]
    return [name for name, one in book.get("metric", {}).items() if key in listed(one["counts"])]


def pers_of(book: dict[str, Any], kind: str, key: str) -> list[str]:
    """S14: the ``per`` of the incentives that use the metric, or that use a metric that counts the milestone."""
    metrics = [key] if kind == "metric" else users(book, kind, key)
    return [book["incentive"][name]["per"] for metric in metrics for name in users(book, "metric", metric)]


def meaning(definition: dict[str, Any]) -> str:
    """S13: everything except titles, examples, from, to, and a need's titles."""
    plain = ("title", "titles", "examples", "from", "to")
    kept = {key: value for key, value in definition.items() if key not in plain}
    if "needs" in kept:
        kept["needs"] = [{key: value for key, value in need.items() if key not in plain} for need in kept["needs"]]
    return canonical(kept)


def versions(lines: Any, kind: str, key: str) -> list[Version]:
    """S15: the longest stretches of days in which all definitions are in force and mean the same."""
    segments = [one for of_kind in lines.values() for line in of_kind.values() for one in line]
    changes = sorted({one.starts for one in segments} | {one.ends for one in segments} | {OPEN})
    found: list[Version] = []
    for starts, ends in pairwise(changes):
        version = version_on(lines, kind, key, starts, ends)
        if version and found and found[-1].ends == starts and same(found[-1], version):
            last = found.pop()
            found.append(Version(last.starts, ends, last.metric, last.milestones, last.incentive))
        elif version:
            found.append(version)
    return found


def version_on(lines: Any, kind: str, key: str, starts: date, ends: date) -> Version | None:
    """Find what is in force on the days of [starts, ends), through which nothing changes; None unless all of it is."""
    incentive = definition_on(lines["incentive"][key], starts) if kind == "incentive" else None
    if kind == "incentive" and incentive is None:
        return None
    metric = definition_on(lines["metric"].get(incentive["metric"] if incentive else key, []), starts)
    if metric is None:
        return None
    counted_milestones = {
        name: definition_on(lines["milestone"][name], starts)
        for name in listed(metric["counts"])
        if name in lines["milestone"]
    }
    if None in counted_milestones.values():
        return None
    return Version(starts, ends, metric, counted_milestones, incentive)


def definition_on(line: list[Segment], day: date) -> dict[str, Any] | None:
    """Find the definition in force on the day."""
    return next((one.definition for one in line if one.starts <= day < one.ends), None)


def same(one: Version, other: Version) -> bool:
    """Say whether two stretches have the same meaning throughout."""

    def means(version: Version) -> list[Any]:
        parts = [version.metric, *([version.incentive] if version.incentive else [])]
        return [*map(meaning, parts), {key: meaning(value) for key, value in version.milestones.items()}]

    return means(one) == means(other)


# Tallies


def counted(world: World, version: Version) -> list[Activity]:
    """Issue: the activities and derived activities of the metric's types that meet its condition, in the version."""
    candidates = standing(world)
    for key, definition in version.milestones.items():
        candidates += derived(world, key, definition)
    return [
        activity
        for activity in candidates
        if activity.type in listed(version.metric["counts"])
        and version.starts <= activity.day < version.ends
        and holds(version.metric.get("where"), activity.data)
    ]


def tally(world: World, version: Version, per: str) -> dict[tuple[str, Period], Decimal]:
    """S16: for each holder and period, the metric over the days of the period that the version has."""
    found = defaultdict(list)
    for activity in counted(world, version):
        for holder in holders(world, activity):
            found[holder, period(per, activity.day)].append(activity)
    return {key: measured(version.metric, activities) for key, activities in found.items()}


def measured(metric: dict[str, Any], activities: list[Activity]) -> Decimal:
    """S7, S8: by count, sum, distinct or days."""
    if metric["measure"] == "count":
        return Decimal(len(activities))
    if metric["measure"] == "days":
        return Decimal(len({activity.day for activity in activities}))
    values = [attribute(activity, metric["of"]) for activity in activities]
    if metric["measure"] == "distinct":
        return Decimal(len({text(value) for value in values if value is not None}))
    readable = [number(value) for value in values if number(value) is not None]
    return sum((value.quantize(Decimal("0.0001"), ROUND_HALF_UP) for value in readable), Decimal(0))


def attribute(activity: Activity, name: str) -> Any:
    """S7: an attribute by its name; any other name, or ``data.NAME``, reads data."""
    if name == "actor":
        return activity.credit[1] if activity.credit else None
    if name in ("subject", "source", "type", "id"):
        return getattr(activity, name)
    return look_up(activity.data, name.removeprefix("data."))


# Awards


def due_alone(world: World, version: Version) -> dict[tuple[str, Period], int]:
    """Issue: how many are due for each holder and period by this version alone, before ``at_most``."""
    incentive = version.incentive
    if "in_a_row" in incentive:
        raw = Counter(blocks(world, version))
    else:
        values = tally(world, version, incentive["per"])
        raw = {key: times(incentive, value) for key, value in values.items()}
    return {
        (holder, span): count
        for (holder, span), count in raw.items()
        if holder.startswith("team:") == (incentive.get("holder") == "team")
        and meant(world, incentive.get("who", {}), holder, span)
    }


def times(incentive: dict[str, Any], value: Decimal) -> int:
    """Issue: every = N, floor(value / N), never below 0; reach = N, once."""
    if "reach" in incentive:
        return int(value >= incentive["reach"])
    return max(0, int(value // incentive["every"]))


def blocks(world: World, version: Version) -> Iterator[tuple[str, Period]]:
    """Issue, S20: (holder, period of its last day) for each block of K met working days in an unbroken run."""
    met = defaultdict(set)
    for (holder, day), value in tally(world, version, "day").items():
        if value >= 1:
            met[holder].add(day.starts)
    for holder, days in met.items():
        run, day = 0, min(days)
        while day <= max(days):
            if works(world, holder, day):
                run = run + 1 if day in days else 0
                if run and run % version.incentive["in_a_row"] == 0:
                    yield holder, period(version.incentive["per"], day)
            day += ONE_DAY


def works(world: World, holder: str, day: date) -> bool:
    """Issue: the organisation's calendar less the participant's absences; for a team the calendar alone."""
    absent = any(lies(day, *range_) for one in world.people if one.email == holder for range_ in one.absences)
    return day.isoweekday() <= 5 and day not in world.holidays and not absent


def meant(world: World, who: dict[str, Any], holder: str, span: Period) -> bool:
    """S19: all keys of ``who`` hold on one and the same day of the whole period.

    Facts change only on the first and last days of memberships and waves, so it is enough to look there.
    """
    ranges = [entry for person in world.people for entry in person.team] + list(world.waves.values())
    changes = {day for _, *both in ranges for day in both if day is not None}
    days = {span.starts} | {day for day in changes if lies(day, span.starts, span.ends)}
    return any(is_one_of(world, who, holder, day) for day in days)


def is_one_of(world: World, who: dict[str, Any], holder: str, day: date) -> bool:
    """S19: the holder has, on this day, one of the teams, one of the roles and one of the waves asked for."""
    person = next((one for one in world.people if one.email == holder), None)
    of_teams = teams(person, day) if person else {holder.removeprefix("team:")}
    entries = [world.waves[team] for team in of_teams if team in world.waves]
    waves = {wave for wave, starts, ends in entries if lies(day, starts, ends)}
    has = {"team": of_teams, "role": {person.role} if person else set(), "wave": waves}
    return all(has[key] & set(listed(wanted)) for key, wanted in who.items())
