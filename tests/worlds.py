"""Hypothesis strategies for small but nasty worlds, to compare the engine with ``tests.reference``.

Everything drawn is valid: times are aware and past, one (source, id) never has two contents, books load.  Few names,
few days and small thresholds, so that things collide often.
"""

import functools
import json
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.reference import Load
from tests.reference import Person
from tests.reference import World
from tests.reference import listed
from tests.reference import timelines

ZONE = "Europe/Amsterdam"
# The first days of the weeks with the end of summer time, the turn of the year (and of the ISO year), its beginning.
ANCHORS = (date(2025, 10, 17), date(2025, 12, 19), date(2026, 3, 20))
SPAN = 21  # days
EMAILS = ("ada@example.com", "bob@example.com", "mei@example.com", "zoe@example.com")
TEAMS = ("north", "south")
SOURCES = ("crm", "mail")
# Texts that sort one way as bytes and another way in most collations.
IDS = (
    "10",
    "9",
    "A",
    "Z",
    "_",
    "a",
    "a b",
    "b",
    "ß",
    "é",
    "0",
    "x-1",
    "X-1",
    "\uff5e",
    "\U0001f600",
    "zz",
    "B",
    "c",
    "1",
    "00",
)
IDENTITIES = ("u1", "u2", "U1", "ü1")
RECORDS = ("contact/1", "contact/2", "contact/é", "deal/1")
SUBJECTS = (*RECORDS[:1] * 4, *RECORDS[1:2] * 3, *RECORDS, "deal/1", None, "contacts/1")
FREQUENT = ("contact.created", "contact.updated", "call.completed", "task.created", "deal.won")
TYPES = (*FREQUENT * 3, "meeting.completed", "contact.deleted", "contact.deleted", "deal.lost")
MILESTONES = ("contact.developed", "deal.landed")
METRICS = ("activities", "amounts", "developed", "kinds")
INCENTIVES = ("first", "second", "third")
PERIODS = ("day", "week", "week", "month", "quarter", "year", "ever", "ever")
REWARDS = {
    "free-lunch": {
        "title": "Free lunch",
        "kind": "voucher",
        "costs": {"amount": Decimal("9.50"), "currency": "EUR"},
        "valid_days": 30,
        "budget": {"amount": 1000, "per": "month"},
    },
    "early-break": {"title": "Lunch break 10 minutes earlier", "kind": "time_off", "minutes": 10},
}

# What a field of data may hold; MISSING leaves it out.
MISSING = object()
AMOUNTS = (
    *(MISSING, 1, 2, 3, 5, Decimal("2.5"), "3", "1.0", Decimal("1.0"), Decimal("1E+1"), Decimal("0.00005"), "0.5"),
    *(-2, Decimal("-0.00005"), Decimal("1.23456789"), "999999999999.999999999999", 999999999999, 1, 2, "-1"),
    *(1234567890123, "1234567890123", "1e3", Decimal("1E+20"), "0.1234567890123", Decimal("1E-13"), "+5", " 5", "5\n"),
    *(1, 1, 2, 2, 3, 4, 5, "2", "4", Decimal("1.5"), 10),
    *(None, "", True, False, [], [1, 2], {}, {"value": 3}, "1,5", "٣", "0000000000001", ".5", 0, Decimal("-0.0")),
)
TEXTS = (
    *(MISSING, "a@b.c", "A@b.c", "x", "+31 6", "", " ", "\t\n", None, 0, False, True, 1, Decimal("1.50"), "1.5"),
    [],
)
LISTS = (MISSING, ["x", "vip"], ["vip"], ["VIP"], [], [1, None], ["1", True], "vip", "a vip guest", {"vip": True}, None)
OWNERS = (
    *(MISSING, MISSING, "u1", "u2", "ADA@example.com", "bob@example.com", "nobody"),
    *(None, "", " ", 7, "7", Decimal("7.0"), True, ["u1"], 0),
)
CITIES = (
    *({}, {}, {"address": {"city": "Delft"}}, {"address.city": "Delft"}, {"address": {"city": "Oss"}}),
    *({"address.city": "Oss", "address": {"city": "Delft"}}, {"address": {"city": None}}, {"address": "Delft"}),
)
DISTINCT = (*("subject", "subject", "actor", "source", "type", "id"), *("amount", "email", "data.amount", "owner"))


# Books


SCALARS = st.sampled_from((1, 3, Decimal("1.5"), 10, True, False, "x", "a@b.c", "1", "Delft", "u1", "3"))
BOUNDS = st.sampled_from((0, 1, 2, 3, Decimal("0.5"), Decimal("0.00005"), -2))
WANTED = {
    "filled": st.sampled_from((True, True, False)),
    **dict.fromkeys(("at_least", "more_than", "at_most", "less_than"), BOUNDS),
    **dict.fromkeys(("is", "is_not"), SCALARS),
    "in": st.lists(SCALARS, min_size=1, max_size=3, unique_by=repr),
    "contains": st.sampled_from(("vip", "@", "1")),
}
FIELDS = st.sampled_from(("amount", "amount", "email", "tags", "address.city", "owner", "absent"))


def leaves():
    """Draw one condition on one field, of any operator."""
    return st.one_of(
        *(
            st.builds(lambda name, wanted, operator=operator: {"field": name, operator: wanted}, FIELDS, wanted)
            for operator, wanted in (*[("filled", WANTED["filled"])] * 3, *WANTED.items())
        )
    )


def conditions():
    """Draw a tree of conditions."""

    def grow(parts):
        lists = st.lists(parts, min_size=1, max_size=2)
        return st.one_of(
            lists.map(lambda items: {"any": items}),
            lists.map(lambda items: {"all": items}),
            parts.map(lambda item: {"not": item}),
        )

    return st.one_of(*[leaves()] * 2, grow(leaves()), grow(grow(leaves())))


CONDITIONS = conditions()
TITLES = st.sampled_from(({"ru": "Заглавие"}, {"ru": "Другое", "zh": "标题"}))  # Cyrillic is meant


def one_or_list(names):
    """Write some single names as a text and some as a list, the same name always in the same way."""
    names = sorted(set(names))
    return names[0] if len(names) == 1 and len(names[0]) % 2 else names


def some(draw, strategy, times_in_ten):
    """Draw something so many times in ten, else nothing."""
    return draw(strategy) if draw(st.integers(0, 9)) >= 10 - times_in_ten else None


def given(**fields):
    return {key: value for key, value in fields.items() if value is not None}


@st.composite
def milestone_definitions(draw, key):
    record = key.split(".")[0]
    frequent = sorted({*FREQUENT, f"{record}.created"})
    needs = []
    for number in range(draw(st.sampled_from((1, 2, 2, 2, 3)))):
        on = draw(st.lists(st.sampled_from(frequent), min_size=1, max_size=3))
        needs.append(
            given(key=f"need-{number}", title=f"Need {number}", on=one_or_list(on), where=some(draw, CONDITIONS, 3))
        )
    undone_by = some(draw, st.sampled_from(("contact.deleted", "contact.deleted", "contact.updated", "deal.won")), 5)
    return given(
        title=draw(st.sampled_from(("A title", "Another title"))),
        titles=some(draw, TITLES, 3),
        record=record,
        credit=draw(st.sampled_from(("last", "owner", "creator"))),
        needs=needs,
        undone_by=undone_by and one_or_list([undone_by]),
        holds_for=some(draw, st.integers(1, 4), 6) if undone_by else None,
    )


@st.composite
def metric_definitions(draw, key, of_book):
    """Draw a metric that may count milestones of the book, often; ``amounts`` always sums, and nothing else does."""
    counts = draw(st.lists(st.sampled_from(TYPES), min_size=draw(st.sampled_from((1, 3, 5))), max_size=7))
    measure = "sum" if key == "amounts" else draw(st.sampled_from(("count", "count", "distinct", "days")))
    if of_book and (key == "developed" or draw(st.integers(0, 2)) == 0):
        counts = [draw(st.sampled_from(of_book)), *counts[: draw(st.integers(0, 2))]]
    of = {"sum": st.sampled_from(("amount", "amount", "email")), "distinct": st.sampled_from(DISTINCT)}
    return given(
        title=draw(st.sampled_from(("A title", "Another title"))),
        titles=some(draw, TITLES, 3),
        counts=one_or_list(counts),
        where=some(draw, CONDITIONS, 2),
        measure=measure,
        of=draw(of[measure]) if measure in of else None,
    )


@st.composite
def incentive_definitions(draw, of_book, *, waves):
    target = draw(st.sampled_from(("every", "every", "reach", "in_a_row")))
    amount = draw(st.sampled_from((1, 1, 2, 2, 3, 4) if target == "reach" else (1, 1, 1, 1, 2, 3)))
    metric = draw(st.sampled_from(of_book))
    at_most = (
        some(draw, st.integers(1, 3), 10 if metric == "amounts" else 3) if target != "reach" else None
    )  # sums are huge
    # The default is written out or left out by a fixed rule: whether that changes the meaning is nobody's question.
    holder = draw(st.sampled_from(("participant" if target == "reach" else None,) * 3 + ("team",)))
    who = {}
    if draw(st.integers(0, 9)) >= 8:
        asked = ["team"] + (["role"] if holder != "team" else []) + (["wave"] if waves else [])
        values = {"team": TEAMS, "role": ("employee", "manager"), "wave": ("first", "second")}
        for key in draw(st.lists(st.sampled_from(asked), min_size=1, max_size=2, unique=True)):
            who[key] = one_or_list(draw(st.lists(st.sampled_from(values[key]), min_size=1, max_size=2)))
    examples = None
    if target != "in_a_row" and draw(st.booleans()):
        value = draw(st.integers(0, 9))
        raw = value // amount if target == "every" else int(value >= amount)
        examples = [{"value": value, "earns": raw if at_most is None else min(raw, at_most)}]
    return given(
        title=draw(st.sampled_from(("A title", "Another title"))),
        titles=some(draw, TITLES, 3),
        metric=metric,
        **{target: amount},
        per=draw(st.sampled_from(PERIODS)),
        at_most=at_most,
        holder=holder,
        who=who or None,
        earns=draw(st.sampled_from(("free-lunch", ["early-break", "free-lunch"]))),
        examples=examples,
    )


def dated(draw, definition, anchor):
    """Give a definition days of its own, sometimes."""
    bare = {key: value for key, value in definition.items() if key not in ("from", "to")}
    starts = some(draw, st.integers(-3, SPAN - 8), 1)
    ends = some(draw, st.integers(8, SPAN + 3), 1)
    if starts is not None:
        bare["from"] = anchor + timedelta(days=starts)
    if ends is not None:
        bare["to"] = anchor + timedelta(days=max(ends, (starts or 0) + 1))
    return bare


def tweaked(draw, kind, before):
    """Draw a small change of meaning that leaves most of a definition."""
    if kind == "milestone":
        return before | {"credit": draw(st.sampled_from(("last", "owner", "creator")))}
    if kind == "metric":
        return before | {"counts": one_or_list([*listed(before["counts"]), draw(st.sampled_from(TYPES))])}
    if "reach" in before:
        return before | {"earns": draw(st.sampled_from(("early-break", "free-lunch")))}
    kept = {name: value for name, value in before.items() if name != "examples"}  # they told the old limit
    return kept | {"at_most": draw(st.integers(2, 5))}


def revised(draw, old, kind, key, fresh):
    """Draw what a key says in the next book: the same, by another title or other days, other things, or nothing."""
    later = ("same", "same", "title", "days", "tweak", "tweak", "tweak", "tweak", "new", "none")
    choices = later if old else ("new",) * 7 + ("none",)
    choice = draw(st.sampled_from(choices))
    before = old.get(kind, {}).get(key)
    if choice == "none":
        return None, False
    if before is None or choice == "new":
        return draw(fresh), True
    if choice == "title":
        return before | {"title": before["title"] + "!"}, False
    return tweaked(draw, kind, before) if choice == "tweak" else dict(before), choice == "days"


def next_book(draw, old, anchor, *, waves):
    """Draw a book that changes some of the old one; what it mentions exists in it."""

    def section(kind, keys, fresh, fits):
        definitions = {}
        for key in keys:
            definition, redate = revised(draw, old, kind, key, fresh(key))
            if definition and not fits(definition):
                definition, redate = draw(fresh(key)), True
            if definition:
                definitions[key] = dated(draw, definition, anchor) if redate else definition
        return definitions

    known = section("milestone", MILESTONES, milestone_definitions, lambda _: True)
    metrics = section(
        "metric",
        METRICS,
        lambda key: metric_definitions(key, sorted(known)),
        lambda one: not any(name in MILESTONES and name not in known for name in listed(one["counts"])),
    )
    metrics = metrics or {"activities": {"title": "All", "counts": sorted(set(TYPES)), "measure": "count"}}
    incentives = section(
        "incentive",
        INCENTIVES,
        lambda _: incentive_definitions(sorted(metrics), waves=waves),
        lambda one: one["metric"] in metrics,
    )
    book = {"reward": REWARDS, "milestone": known, "metric": metrics, "incentive": incentives}
    return {kind: definitions for kind, definitions in book.items() if definitions}


def ending_after_they_start(loads):
    """Take away each ``to`` that would end a definition before its first day: a book's mistake, not a world."""
    *earlier, last = loads
    book = dict(last.book)
    lines = timelines(World(ZONE, [], frozenset(), loads, []))
    for kind in ("milestone", "metric", "incentive"):
        book[kind] = {
            key: {
                name: value for name, value in definition.items() if name != "to" or lines[kind][key][-1].starts < value
            }
            for key, definition in book.get(kind, {}).items()
        }
    return [*earlier, Load({kind: value for kind, value in book.items() if value}, last.on, last.since)]


@st.composite
def book_loads(draw, anchor, *, waves=False):
    """Draw one to three loads of books, each a change of the one before."""
    loads: list[Load] = []
    on = anchor + timedelta(days=draw(st.integers(-10, 3)))
    for number in range(draw(st.sampled_from((1, 2, 2, 2, 3)))):
        book = next_book(draw, loads[-1].book if loads else {}, anchor, waves=waves)
        if number == 0:
            since = some(draw, st.sampled_from((-12, -7, -2, -1, 0, 1, 3, 5)), 9)
        else:
            since = some(draw, st.sampled_from((8, 9, 9, 10, 10, 11, 12, *range(-2, SPAN, 3))), 7)
            on += timedelta(days=draw(st.integers(0, 8)))
        load = Load(book, on, None if since is None else anchor + timedelta(days=since))
        loads = ending_after_they_start([*loads, load])
    return loads


# People and activities


@st.composite
def casts(draw, anchor):
    """Draw two to four people, their teams, identities and absences."""
    emails = draw(st.sampled_from((EMAILS[:2], EMAILS[:2], EMAILS[:3], EMAILS)))
    taken: set[tuple[str, str]] = set()
    return [draw(people(email, anchor, taken)) for email in emails]


@st.composite
def people(draw, email, anchor, taken):
    first, other = draw(st.permutations(TEAMS))
    day, later = (anchor + timedelta(days=draw(st.integers(1, 12)) + more) for more in (0, 4))
    histories = (
        [(first, None, None)],
        [(first, None, None)],
        [(first, None, day), (other, day, None)],
        [(first, None, None), (other, day, None)],
        [(first, None, None), (other, None, None)],
        [(first, None, day), (first, later, None)],
        [(first, day, later)],
        [],
    )
    identities = [
        (source, draw(st.sampled_from(IDENTITIES)))
        for source in SOURCES
        for _ in range(draw(st.sampled_from((0, 1, 1, 2))))
    ]
    if email == EMAILS[0]:
        identities.append(("crm", "u1"))
        if draw(st.integers(0, 9)) == 9:
            identities.append(("mail", EMAILS[1]))  # an identity goes before an e-mail
    mine = [identity for identity in dict.fromkeys(identities) if identity not in taken]
    taken.update(mine)
    absent = some(draw, st.integers(0, SPAN), 3)
    starts = anchor + timedelta(days=absent or 0)
    return Person(
        email=email,
        name=email.split("@")[0].title(),
        team=draw(st.sampled_from(histories)),
        role=draw(st.sampled_from(("employee", "employee", "manager"))),
        identities=mine,
        absences=[] if absent is None else [(starts, starts + timedelta(days=draw(st.integers(1, 3))))],
    )


TIMES = (
    *(time(9), time(12), time(12), time(17, 30), time(23, 59, 59, 999999), time(0), time(0, 0, 0, 1), time(0, 30)),
    *(time(2, 30), time(2, 30, fold=1), time(1, 59, 59), time(23, 30), time(12, 0, 0, 500000)),
)
OFFSETS = (None, None, 0, 120, -300, 345)  # minutes; None writes the local offset


@functools.cache
def moments(anchor):
    """Draw a moment, most of them in one week, and write it with some offset."""

    def write(day, at, offset):
        moment = datetime.combine(anchor + timedelta(days=day), at, ZoneInfo(ZONE))
        if offset is None:
            return moment.isoformat()
        written = moment.astimezone(timezone(timedelta(minutes=offset))).isoformat()
        return written if offset else written.replace("+00:00", "Z")

    days = st.sampled_from((*range(7, 13), *range(7, 13), *range(SPAN)))
    return st.builds(write, days, st.sampled_from(TIMES), st.sampled_from(OFFSETS))


def actors(cast, source):
    """Draw the fields that name the actor: an identity or an e-mail in any case, unknown, or none."""
    here = [name for person in cast for of, name in person.identities if of == source]
    mails = [person.email for person in cast]
    unsure = [*mails, mails[0].upper(), mails[-1].title(), *IDENTITIES[:2], "stranger", "who@else.com"]
    actors = [{"actor": name} for name in (*here * 8, *mails * 3, *unsure)]
    return st.sampled_from([*actors, *({"authid": name} for name in unsure), {}, {"actor": "u2", "authid": "u1"}])


def contents():
    """Draw the data of an activity; None leaves it out."""

    def put_together(city, *values):
        names = ("amount", "email", "tags", "owner")
        return city | {name: value for name, value in zip(names, values, strict=True) if value is not MISSING}

    full = st.builds(put_together, *map(st.sampled_from, (CITIES, AMOUNTS, TEXTS, LISTS, OWNERS)))
    return st.one_of(st.none(), *[full] * 7)


def retractions():
    """Draw what is retracted: mostly nothing, then mostly an activity of the same source."""
    return st.sampled_from((None,) * 34 + ("here",) * 6 + ("itself", "never came", "elsewhere"))


@st.composite
def activity_sets(draw, cast, anchor):
    """Draw activities of distinct (source, id)."""
    size = draw(st.sampled_from((5, 16, 25, 32, 40, 40)))
    pairs = [(source, id_) for source in SOURCES for id_ in IDS]
    keys = draw(st.lists(st.sampled_from(pairs), min_size=size, max_size=size, unique=True))
    shared = draw(st.lists(moments(anchor), min_size=1, max_size=3))
    times = st.one_of(st.sampled_from(shared), *[moments(anchor)] * 3)
    fields = {
        source: st.tuples(TYPE, times, SUBJECT, CONTENTS, actors(cast, source), RETRACTIONS) for source in SOURCES
    }
    drawn = []
    for source, id_ in keys:
        type_, moment, subject, data, actor, retracts = draw(fields[source])
        activity = given(
            specversion="1.0", source=source, id=id_, type=type_, time=moment, subject=subject, data=data, **actor
        )
        here = [other for of, other in keys if of == source and other != id_]
        elsewhere = [other for of, other in keys if of != source]
        if retracts:
            pool = {"here": here, "elsewhere": elsewhere, "itself": [id_]}.get(retracts) or ["never came"]
            activity["retracts"] = draw(st.sampled_from(pool))
        drawn.append(activity)
    return drawn


TYPE = st.sampled_from(TYPES)
SUBJECT = st.sampled_from(SUBJECTS)
CONTENTS = contents()
RETRACTIONS = retractions()


@st.composite
def world(draw, *, waves=False):
    """Draw a world; ``waves`` also puts teams into waves and lets incentives ask for them."""
    anchor = draw(st.sampled_from(ANCHORS))
    cast = draw(casts(anchor))
    activities = draw(activity_sets(cast, anchor))
    again = draw(st.lists(st.sampled_from(activities), max_size=5))
    days = st.integers(0, SPAN).map(lambda number: anchor + timedelta(days=number))
    changes = (
        {team: ("first" if draw(st.booleans()) else "second", draw(days), None) for team in TEAMS} if waves else {}
    )
    return World(
        zone=ZONE,
        people=cast,
        holidays=draw(st.frozensets(days, max_size=2)),
        loads=draw(book_loads(anchor, waves=waves)),
        activities=[*activities, *again],
        waves=changes,
    )


@st.composite
def deliveries(draw, drawn: World):
    """Draw how the activities arrive: batches in any order, everything at least once, some several times."""
    extra = draw(st.lists(st.sampled_from(drawn.activities), max_size=6))
    arriving = draw(st.permutations([*drawn.activities, *extra]))
    batches = []
    while arriving:
        size = draw(st.sampled_from((1, 2, 5, 50)))
        batches.append(arriving[:size])
        arriving = arriving[size:]
    return batches


# Writers


def to_toml(book: dict[str, Any]) -> str:
    """Write a book as TOML that tomllib reads back equal, numbers exactly."""
    lines = []
    for kind, definitions in book.items():
        for key, definition in definitions.items():
            lines.append(f"[{kind}.{toml_value(key)}]")
            lines.extend(f"{toml_value(name)} = {toml_value(value)}" for name, value in definition.items())
            lines.append("")
    return "\n".join(lines)


def toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml_value(key)} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json_value(value)


def to_json(activity: dict[str, Any]) -> str:
    """Write an activity as JSON, numbers exactly as they are (1E+3 stays with its exponent)."""
    return json_value(activity)


def json_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json_value(key)}: {json_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_value, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
