"""What got lost in the demo: the sheet from which the CRM was filled, audited a week ago and shrinking since.

Most of its customers arrived, some changed, some are missing; colleagues have brought some of these in.
"""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING
from typing import Any

import msgspec

from adoption import facts
from adoption import intake
from adoption.audits import comparing
from adoption.audits import contacts
from adoption.audits import keeping
from adoption.audits import rows
from adoption.audits import taking
from adoption.audits import watching
from adoption.demo.company import address
from adoption.demo.diary import CRM
from adoption.extensions import db
from adoption.journal import By
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from adoption.audits.matching import Card

DAY = 86_400 * period.SECOND
LEAD = "Ada Lindqvist"
HEADINGS = ("Kunde", "Firma", "E-Mail", "Telefon", "Betreuer", "Umsatz", "Letzter Kontakt", "Bemerkung")
SPOILT, MOVED, MISTYPED = 13, 5, 8  # of so many who arrived one works elsewhere by now, and one is mistyped
ARRIVED, STEP = 64, 9  # customers of the sheet who are in the CRM, and every how many-th contact one is
# Who never arrived: name, company, e-mail, telephone, whose, value, last contact, notes.
LOST: tuple[tuple[str, ...], ...] = (
    ("Rosalind Achterberg", "Quellwerk AG", "r.achterberg@quellwerk.example", "+31 20 5550101", "Alice Novak",
     "84.500,00", "12.10.2026", "asks for the new price list"),
    ("Зарина Кадырова", "Янтарь-Сервис", "", "+7 846 555 01 02", "Иван Петров", "61 200", "03.11.2026", ""),
    ("欧阳晓峰", "远帆海运有限公司", "xiaofeng@yuanfan.example", "+86 21 5550 1033", "王伟", "58,000", "2026-09-28",
     "年底续约"),
    ("Balthasar Ysenburg", "Sonnhalde Bau GmbH", "ysenburg@sonnhalde.example", "", "", "47.900", "30.09.2026", ""),
    ("Ornella Quadri", "Vetreria Quadri S.r.l.", "ornella@quadri.example", "+39 02 5550 105", "Lars Eriksson", "39.000",
     "14.10.2026", "prefers Fridays"),
    ("Torbjörn Zetterlund", "Isvik Seafood", "torbjorn@isvik.example", "+46 8 5550 106", "Sophie Laurent", "31.750",
     "22.10.2026", ""),
    ("Philippa Oduya", "Tallow & Wick", "p.oduya@tallowwick.example", "", "Alice Novak", "22.400", "05.10.2026", ""),
    ("Gianluca Ubaldi", "Officina Ubaldi", "gianluca@ubaldi.example", "+39 06 5550 108", "", "18.000", "", ""),
    ("Mechthild Quandt", "Pfauenhof Wein", "quandt@pfauenhof.example", "", "Lars Eriksson", "12.600", "11.09.2026", ""),
    ("Эльдар Юнусов", "Казань Оптика", "yunusov@kazoptika.example", "+7 843 555 01 10", "Иван Петров", "9 800",
     "19.08.2026", ""),
    ("Ferdinand Ypma", "Zuiderlicht", "ypma@zuiderlicht.example", "", "Sophie Laurent", "7.250", "", ""),
    ("Apolline Jaccard", "Atelier Jaccard", "", "+33 1 55 50 11 2", "Alice Novak", "3.100", "02.06.2026",
     "moved to Lyon"),
    ("Zebulon Quill", "Quill & Daughters", "zeb@quill.example", "", "", "900", "", ""),
    ("Hedwig Öxle", "Öxle Feinkost", "hedwig@oexle.example", "", "Alice Novak", "450", "", "closed in spring"),
)  # fmt: skip  # a customer each
BROUGHT = (("Lars Eriksson", 4, 4), ("Sophie Laurent", 5, 3), ("Lars Eriksson", 8, 2), ("Sophie Laurent", 10, 1))
_encoder = msgspec.json.Encoder()


def hold(now: int) -> None:
    """Let the adoption lead audit the old sheet a week ago, and colleagues look after its rows since."""
    known = facts.current()
    lead = By(known.holder_of(address(LEAD)), address(LEAD))
    begun = now - 6 * DAY
    cards = [one for one in islice(contacts.of_activities(db.session.connection()), ARRIVED * STEP) if one.email][
        ::STEP
    ]
    if not cards:
        return
    number = _audited(_sheet(cards), "Kundenliste_alt_FINAL.csv", lead, shared=True, now=begun)
    kept = keeping.find(number)
    rows.assign_as_written(kept, by=lead, now=begun + DAY // 24)
    db.session.commit()
    _brought(now)
    _judged(kept, now)
    watching.watch(now)
    bob = By(known.holder_of(address("Bob Visser")), address("Bob Visser"))
    own = [HEADINGS, *(_row(one) for one in cards[:9])]
    _audited(own, "meine_kontakte.csv", bob, shared=False, now=now - 2 * DAY)


def _audited(lines: Iterable[Sequence[str]], name: str, by: By, *, shared: bool, now: int) -> int:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(lines)
    raw = out.getvalue().encode()
    number = taking.take(raw, name, contacts=None, by=by, shared=shared, country="31", now=now)
    db.session.commit()
    kept = keeping.find(number)
    taking.confirm(kept, kept.mapping, country="31", counts=shared, by=by, now=now)
    db.session.commit()
    comparing.compare(number, lambda: now)
    return number


def _sheet(cards: Sequence[Card]) -> Iterator[Sequence[str]]:
    yield HEADINGS
    yield from LOST
    yield LOST[3]  # somebody entered him once more
    for place, card in enumerate(cards):
        if place % SPOILT == MOVED:  # who works somewhere else by now
            yield _row(card._replace(company=f"{card.company} (alt)" if card.company else "Old Harbour"))
        elif place % SPOILT == MISTYPED:  # of whom only the name is left, a little wrong
            yield _row(card._replace(name=_mistyped(card.name), email="", phone=""))
        else:
            yield _row(card)


def _row(card: Card) -> Sequence[str]:
    return (card.name, card.company, card.email, card.phone, "Alice Novak", "1.200", "", "")


def _mistyped(name: str) -> str:
    return name[:-2] + name[-1] + name[-2]


def _brought(now: int) -> None:
    """Let colleagues enter customers of theirs in the CRM."""
    for place, (who, lost, days) in enumerate(BROUGHT):
        name, company, email, phone, *_ = LOST[lost]
        moment = now - days * DAY
        data = {part: said for part, said in (("company", company), ("email", email), ("phone", phone)) if said}
        event: dict[str, Any] = {
            "specversion": "1.0",
            "source": CRM,
            "id": f"audit-{place}",
            "type": "contact.created",
            "time": period.moment(moment).isoformat(),
            "subject": f"contact/brought-{place}",
            "actor": address(who),
            "data": {"name": name, **data},
        }
        intake.accept_and_commit([_encoder.encode(event)], door="file", now=moment)


def _judged(kept: keeping.Kept, now: int) -> None:
    """Let Alice put one off and say that one is no customer any more, and the lead confirm who is the same."""
    alice = By(facts.current().holder_of(address("Alice Novak")), address("Alice Novak"))
    lead = By(kept.participant, address(LEAD))
    lines = {row.name: row.line for row in rows.page(rows.matching(kept.id, "missing"), first=0, size=100)}
    likely = rows.page(rows.matching(kept.id, "probable"), first=0, size=2)
    for who, does, line in (
        (alice, "not_ours", lines.get("Hedwig Öxle")),
        (alice, "put_off", lines.get("Apolline Jaccard")),
        *((lead, "confirm", row.line) for row in likely[:1]),
    ):
        if line is not None:
            rows.take_one(kept, line, does, by=who, now=now - 2 * DAY)
            db.session.commit()
