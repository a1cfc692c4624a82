"""How the company of the demo is treated: a diagnosis, two goals, a wave under way, one that waits, its value."""

from __future__ import annotations

from sqlalchemy import select

from adoption import facts
from adoption import practice
from adoption import quests
from adoption import rollout
from adoption.demo.company import address
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import PracticePerson
from rules.period import SECOND
from rules.rollout.assumptions import Assumed
from rules.value import UNIT

CARES = {"First wave": ("Ingrid Dahl", "Mei Tanaka"), "Second wave": ("Marco Rossi", "")}  # champion, supporter
OFFERED = ("next-step", "plan-meeting", "merge", "lost-reason", "finish-tasks")
DAY = 86_400 * SECOND
TIPS = (
    "I write down the next step while the customer is still on the phone.",
    "Two short calls beat one long meeting.",
)
ANSWERS = {
    "structure": "Three sales teams (north, south, Volga), one in Shanghai, and customer care. Sales finds and wins "
    "customers, care keeps them.",
    "products": "Coffee machines with service, and beans by subscription: a machine every six years, beans monthly.",
    "channels": "Web site, trade fairs twice a year, recommendations. Enquiries of fairs end up in a sheet.",
    "audience": "Offices of 20 to 200 people. Facility managers decide; whoever drinks the coffee has a say.",
    "order": "Whoever picks up the phone first. Care passes enquiries on by e-mail, some are answered after a week.",
    "deal": "Enquiry, tasting, offer, trial, contract. The offer must have been approved by the manager.",
    "sale": "Accounting learns of it by e-mail. The date of delivery is not in the CRM.",
    "resale": "Nobody asks. Customers call when the beans are gone.",
    "sheets": "Contacts of fairs, prices, and who visits whom. It opens on the phone; the CRM did not.",
}
ASSUMED = {  # what HR found out, and why it says so
    "again": (Assumed(10 * UNIT, 10 * UNIT, 10 * UNIT), "The beans of an office last ten days"),
    "double-entry": (Assumed(1 * UNIT, 25 * UNIT // 10, 4 * UNIT), "Timed at the fair, with ten contacts"),
    "elsewhere": (Assumed(40 * UNIT, 60 * UNIT, 80 * UNIT), "Asked in both teams which lists they have given up"),
    "help": (Assumed(10 * UNIT, 20 * UNIT, 40 * UNIT), "Ingrid and Mei wrote it down for two weeks"),
}


def begin(now: int) -> None:
    """Let HR have answered the diagnosis, chosen goals, and named who cares for the waves."""
    known = facts.current()
    hana = By(known.holder_of(address("Hana Dvořák")), "Hana Dvořák")
    connection = begin_write()
    rollout.answer(connection, ANSWERS, by=hana, now=now)
    rollout.choose(
        connection, "No customer gets lost", "developed-contacts", target=80_000, until=None, by=hana, now=now
    )
    rollout.choose(connection, "Every deal has a next step", "next-steps", target=None, until=None, by=hana, now=now)
    for wave, (champion, supporter) in CARES.items():
        numbers = [known.holder_of(address(name)) if name else None for name in (champion, supporter)]
        rollout.care(connection, wave, champion=numbers[0], supporter=numbers[1], by=hana, now=now)
    db.session.commit()
    connection = begin_write()
    for key, (assumed, why) in ASSUMED.items():
        rollout.assume(connection, {key: assumed}, by=hana, why=why, now=now)
    db.session.commit()
    rollout.look(now)
    db.session.commit()
    rollout.weigh(now)
    db.session.commit()
    rollout.take(now)
    _show_how(now, hana)
    _practise(now)


def _practise(now: int) -> None:
    """Let two of those who win many deals let their colleagues see how, and the others not have answered yet."""
    practice.gather(now)
    connection = db.session.connection()
    asked = connection.scalars(select(PracticePerson.participant).order_by(PracticePerson.participant)).all()
    for who, tip in zip(asked, TIPS, strict=False):
        practice.choose(connection, who, "named", tip, now=now)
    db.session.commit()


def _show_how(now: int, hana: By) -> None:
    """Let HR offer some quests, and Bob have begun one a while ago: it is done by what he entered since."""
    known, connection = facts.current(), begin_write()
    for key in OFFERED:
        quests.offer(connection, key, offered=True, by=hana, now=now)
    bob = known.holder_of(address("Bob Visser"))
    if bob is not None:
        quests.choose(connection, bob, OFFERED[0], "begin", now=now - 2 * DAY)
    db.session.commit()
    quests.count(now)
    db.session.commit()
