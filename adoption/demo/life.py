"""What the people of the demo did in the CRM: three months, the same for the same day.

Contacts are found, completed, talked to and given a next step; some become deals, some deals are won.  People differ in
how diligently they enter what they do, and most get better at it.  Little of it arrives in order.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from adoption.demo import cards
from adoption.demo import lapses
from adoption.demo import owners
from adoption.demo import weeks
from adoption.demo.diary import Diary
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from adoption.demo.company import Company
    from adoption.demo.company import Worker

DAYS = 91
STRANGER = "u999"  # somebody whom the list of people does not have
IMPORTER = "bob.visser@spoonful.example"
IMPORTED = 24  # contacts that Bob imported twice
ONE_IN = {"late": 30, "twice": 40, "withdrawn": 90, "merged": 120}
STAGES = ("tasting", "offer", "offer", "trial", "contract")  # where deals are seen last
REASONS = ("price", "price", "no answer", "went to a competitor")  # why they are lost
DATED = 6  # one task about a deal in so many has a day on which it is due


@dataclass(frozen=True, slots=True)
class Delivery:
    """Activities in the order in which they arrive: the first wave, and corrections that come at the end.

    ``arrived`` tells when each of the first wave does (UTC microseconds); some are still to come.
    """

    first: list[dict[str, Any]]
    corrections: list[dict[str, Any]]
    arrived: list[int]


def of(company: Company, today: int, zone: ZoneInfo, now: int) -> Delivery:
    """Return three months of activity up to ``now`` (UTC microseconds), which lies on the local day ``today``."""
    diary = Diary(company, zone, now, random.Random(f"spoonful {today}"))  # noqa: S311  # a story, not a secret
    diary.told |= lapses.first_days(diary, today)
    for number, who in enumerate(company.workers):
        zeal = _zeal(number, who)
        for day in range(today - DAYS, weeks.first_day(who.email, today)):
            grown = zeal * (0.6 + 0.6 * (day - today + DAYS) / DAYS)  # most get used to it
            if diary.works(who, day):
                _working_day(diary, who, day, grown)
            elif diary.likely(0.03 * zeal) and (who.left_on or period.FOREVER) > day >= (who.hired_on or 0):
                _conversation(diary, who, day, diary.known())
    _stranger(diary, today)
    imported = _import(diary, today)
    weeks.enter(diary, today)
    lapses.enter(diary, today)
    owners.enter(diary, today)
    return _delivered(diary, imported)


def _zeal(number: int, who: Worker) -> float:
    """Return how many contacts somebody enters on a good day; managers enter few."""
    if who.manager:
        return 0.5
    return (2.6, 1.2, 0.3, 1.8, 0.9, 2.2, 0.15, 1.5, 3.0, 0.6)[number * 7 % 10]


def _working_day(diary: Diary, who: Worker, day: int, zeal: float) -> None:
    for _ in range(_times(diary.chance, zeal)):
        _contact(diary, who, day, zeal)
    for _ in range(_times(diary.chance, zeal * 0.8)):
        old = diary.known()
        kind = diary.chance.choice(("note.created", "task.completed", "task.created", "contact.updated"))
        diary.add(kind, who, day, old, {"text": "Looked at it again"} if kind == "note.created" else {})


def _times(chance: random.Random, mean: float) -> int:
    whole = int(mean)
    return max(0, whole + (chance.random() < mean - whole) + chance.choice((-1, 0, 0, 0, 1)))


def _contact(diary: Diary, who: Worker, day: int, zeal: float) -> None:
    """Let a contact live: found, completed, talked to, given a next step, perhaps a deal."""
    chance, subject = diary.chance, diary.record("contact")
    number = diary.records
    found = cards.contact(chance, who.team)
    card = {"name": found.name, "owner": who.account}
    reachable = {"email": f"contact{number}@example.net", "phone": f"+31 20 {number:06d}", "company": found.company}
    if diary.likely(0.4):
        card |= reachable
    diary.add("contact.created", who, day, subject, card)
    if "email" not in card and diary.likely(0.5 + zeal / 5):
        diary.add("contact.updated", who, diary.next_day(who, day, chance.randint(0, 2)), subject, card | reachable)
    if diary.likely(0.55 + zeal / 8):
        talked = diary.next_day(who, day, chance.randint(0, 3))
        _conversation(diary, who, talked, subject)
        if diary.likely(0.6 + zeal / 9):
            diary.add("task.created", who, talked, subject, {"title": "Send the offer"})
        if diary.likely(0.3):
            _deal(diary, who, talked, subject, found)
    if diary.likely(1 / ONE_IN["merged"]):
        diary.add("contact.merged", who, diary.next_day(who, day, 5), subject, {"into": diary.known()})


def _conversation(diary: Diary, who: Worker, day: int, subject: str) -> None:
    outcome = diary.chance.choice(("reached", "reached", "reached", "no_answer", "call_back"))
    kinds: dict[str, dict[str, Any]] = {
        "call.completed": {"minutes": diary.chance.randint(1, 40), "outcome": outcome},
        "meeting.completed": {"minutes": 45, "outcome": "held"},
        "email.sent": {"subject": "Our conversation"},
    }
    (kind,) = diary.chance.choices(list(kinds), weights=(11, 4, 5))
    diary.add(kind, who, day, subject, kinds[kind])


def _deal(diary: Diary, who: Worker, day: int, contact: str, about: cards.Contact) -> None:
    """Let a deal live: found, talked about, won or lost."""
    chance, subject = diary.chance, diary.record("deal")
    begun = diary.next_day(who, day, chance.randint(1, 6))
    amount = f"{chance.randint(4, 480) * 50}.{chance.choice(('00', '00', '50', '95'))}"
    closing = date.fromordinal(begun + 30).isoformat()
    facts = {"name": about.deal, "amount": amount, "currency": "EUR", "contact": contact, "owner": who.account}
    facts["company"] = about.company
    if diary.likely(0.7):
        facts["close_date"] = closing
    diary.add("deal.created", who, begun, subject, facts)
    met = diary.next_day(who, begun, chance.randint(1, 5))
    _conversation(diary, who, met, subject)
    task = {"title": "Prepare the contract"}
    if not diary.records % DATED:
        task["due"] = date.fromordinal(met + 7).isoformat()
    diary.add("task.created", who, met, subject, task)
    diary.add("deal.stage_changed", who, met, subject, {"stage": STAGES[diary.records % len(STAGES)]})
    end = diary.next_day(who, met, chance.randint(3, 16))
    (outcome,) = chance.choices(("won", "lost", "open"), weights=(45, 35, 20))
    if outcome == "won":
        diary.add("deal.won", who, end, subject, {"amount": amount, "currency": "EUR", "owner": who.account})
    elif outcome == "lost":
        diary.add("deal.lost", who, end, subject, {"reason": REASONS[diary.records % len(REASONS)]})


def _stranger(diary: Diary, today: int) -> None:
    """Let somebody work whom nobody has entered in the list of people yet."""
    nobody = type(diary.company.workers[0])("temp@agency.example", STRANGER, "", False, None, None)
    for day in range(today - 20, today + 1):
        if diary.works(nobody, day):
            _contact(diary, nobody, day, 2)


def _import(diary: Diary, today: int) -> range:
    """Let Bob import a list that was in the CRM already; return which entries of the diary that made."""
    who = next(one for one in diary.company.workers if one.email == IMPORTER)
    day = diary.next_day(who, today - 45, 0)
    begin = len(diary.events)
    for number in range(IMPORTED):
        card = {
            "name": f"Fair visitor {number}",
            "email": f"visitor{number}@example.net",
            "phone": "+31 20 555",
            "company": "Fair",
            "channel": "import",
        }
        diary.add("contact.created", who, day, diary.record("contact"), card | {"owner": who.account})
    return range(begin, len(diary.events))


def _delivered(diary: Diary, imported: range) -> Delivery:
    """Put the diary into the order in which it arrives: some late, some twice, and corrections after all."""
    chance = diary.chance
    taken_back = [diary.events[number][1] for number in imported]
    arriving: list[tuple[int, int, dict[str, Any]]] = []
    for number, (moment, event) in enumerate(diary.events):
        late = not chance.randrange(ONE_IN["late"]) and number not in diary.certain
        delay = chance.randint(1, 9) * 86_400 if late else chance.randint(0, 600)
        arriving.append((moment + delay * period.SECOND, number, event))
        if not chance.randrange(ONE_IN["twice"]):
            arriving.append((moment + 86_400 * period.SECOND, number, event))
        withdrawn = not chance.randrange(ONE_IN["withdrawn"]) and event["type"] != "contact.merged"
        if withdrawn and number not in diary.certain:
            taken_back.append(event)
    arriving.sort(key=lambda one: one[:2])
    first, arrived = [event for _, _, event in arriving], [moment for moment, _, _ in arriving]
    return Delivery(first, list(_retractions(taken_back, diary)), arrived)


def _retractions(events: Sequence[dict[str, Any]], diary: Diary) -> Iterator[dict[str, Any]]:
    for event in {event["id"]: event for event in events}.values():
        yield {
            "specversion": "1.0",
            "source": event["source"],
            "id": f"undo-{event['id']}",
            "type": f"{event['type'].split('.')[0]}.corrected",
            "time": period.moment(diary.now).isoformat(),
            "subject": event["subject"],
            "actor": event["actor"],
            "retracts": event["id"],
            "data": {},
        }
