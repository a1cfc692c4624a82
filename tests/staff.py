"""Everybody who may be at a browser, today: one person of every role, a team, another team, and somebody who left.

``Staff()`` fills the application whose context is pushed.  Unlike in a ``House`` it is now: what people do happens a
few minutes ago, and ``zone_at_noon`` keeps midnight, where weeks begin and end, out of the way of tests that run then.
"""

import csv
import io
import json
import time
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from adoption import awards
from adoption import bonuses
from adoption import directory
from adoption import drafts
from adoption import facts
from adoption import flags
from adoption import intake
from adoption import mail
from adoption import ownership
from adoption import people_csv
from adoption import preferences
from adoption import privacy
from adoption import questions
from adoption import quests
from adoption import records
from adoption import rescoring
from adoption import rewards
from adoption import rollout
from adoption import rulebook
from adoption import signals
from adoption.audits import comparing
from adoption.audits import keeping
from adoption.audits import rows
from adoption.audits import taking
from adoption.auth import devices
from adoption.auth import sessions
from adoption.bonuses import payroll
from adoption.chat import channels
from adoption.chat.channels import Wanted
from adoption.connectors.offices import Told
from adoption.digests import planning
from adoption.digests import posts
from adoption.digests import subscribing
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.flags import contesting
from adoption.journal import By
from adoption.mail import chats
from adoption.mail import links
from adoption.mail import outbox
from adoption.mail import sending
from adoption.models import Award
from adoption.models import Device
from adoption.models import Letter
from adoption.models import OwnershipGap
from adoption.models import StoredDraft
from adoption.models import StoredDraftPart
from adoption.questions import helping
from adoption.questions.asking import Form
from adoption.signals import feeds
from adoption.signals import register
from adoption.sources import deliveries
from adoption.sources import registry
from rules import period
from rules.book import composing
from rules.book import writing
from rules.reliance.workbooks import File
from rules.rollout.assumptions import Assumed

BOOK = Path(__file__).parent.parent / "rules" / "books" / "starter.toml"
SOURCE = "crm"
SHOP = "shop"  # a source that posts to a hook
NORTH, SOUTH, HOUSE = "Sales North", "Продажи Юг", ""
# name → role, team, manager
PEOPLE = {
    "Dana": ("manager", HOUSE, ""),
    "Mei": ("manager", NORTH, "Dana"),
    "Alice": ("employee", NORTH, "Mei"),
    "Bob": ("employee", NORTH, "Mei"),
    "Cora": ("employee", NORTH, "Mei"),
    "Dave": ("employee", NORTH, "Mei"),
    "Erin": ("employee", NORTH, "Mei"),
    "Olga": ("manager", SOUTH, "Dana"),
    "Иван": ("employee", SOUTH, "Olga"),
    "王伟": ("employee", SOUTH, "Olga"),
    "Finn": ("employee", SOUTH, "Olga"),
    "Gwen": ("employee", SOUTH, "Olga"),
    "Hana": ("hr", HOUSE, ""),
    "Ann": ("approver", HOUSE, ""),
    "Leo": ("lead", HOUSE, ""),
    "Carl": ("cashier", HOUSE, ""),
    "Ada": ("admin", HOUSE, ""),
    "Lea": ("employee", NORTH, "Mei"),  # has left
}
LATIN = {"Иван": "ivan", "王伟": "wei"}
GONE = ("Lea",)
IDLE = "Finn"
# A sheet of customers: some are contacts of ``live``, one is there twice, one changed, one is like somebody.
CUSTOMERS = (
    "Name;Company;E-Mail;Phone;Owner;Value;Last contact\n"
    + "".join(
        f"Lost {n};Firm {n};lost{n}@lost.example;+49 30 55512{n:02};Alice;{n * 100};2026-10-{n:02}\n"
        for n in range(1, 13)
    )
    + "Robyn 101;Old Firm;robin101@example.net;;Alice;50;\nRobyn 102;;robin102@example.net;;;40;\n"
    + "Somebody Else;;robin103@example.net;;Bob;30;\nLost 1;Firm 1;lost1@lost.example;;;20;\nNobody;Nowhere;;;;10;\n"
)
SINCE = 60  # days for which everybody has been here, and the book in force


def zone_at_noon():
    """Return the name of a time zone where it is between noon and one o'clock now."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{'-' if ahead >= 0 else '+'}{abs(ahead)}"


def account(name):
    return LATIN.get(name, name.lower())


def email(name):
    return f"{account(name)}@example.com"


class Things(NamedTuple):
    """What somebody has: one award to choose for, one lunch in the pocket, one that was eaten, and an open contact."""

    choosing: awards.Name
    lunch: awards.Name
    eaten: awards.Name
    record: str
    number: int  # of the participant

    def written(self):
        """Return all of it as it stands in addresses."""
        plain = {"record": self.record, "number": str(self.number)}
        ids = {key: "-".join(map(str, value)) for key, value in self._asdict().items() if key not in plain}
        return ids | plain


class Has(dict):
    """Name → things; and what belongs to nobody in particular.

    A letter's number, that of a delivery to ``SHOP``, a link's token of Alice's, the month (``2026-11``) whose bonuses
    are under review, the month before, whose bonuses are closed, and the number of the batch in which payroll has them.
    """

    letter = 0
    delivery = 0
    link = ""
    month = ""
    closed = ""
    batch = 0
    week = ""  # of which Mei has the weekly letter, the link to it, and the way out of such letters
    view = ""
    way_out = ""
    draft = 0  # of HR, which makes the ten contacts eight
    waiting = 0  # a draft that HR sent to a second person
    audit = 0  # of the organisation, compared; some of its rows are Alice's
    sheet = 0  # an audit of which nobody has confirmed the columns
    gap = 0  # a record of Lea's, who has left
    leaver = 0  # Lea
    question = 0  # of Bob, which Alice answered
    help = 0  # the entry of the help list that became of it
    noticed = 0  # the number of somebody who contests what was noticed of them


class Staff:
    """The people above, and a book in force (none was ever published if it is ""); ``send`` lets things happen."""

    def __init__(self, book=None):
        self.now = time.time_ns() // 1000
        self.today = facts.current().today(self.now)
        self.numbers = iter(count(1))
        self._load(PEOPLE, left={})
        self._load({name: PEOPLE[name] for name in GONE}, left=dict.fromkeys(GONE, self.today - 1))
        if book != "":
            self.publish(book or BOOK.read_text(encoding="utf-8"))

    def leave(self, name, ago=0):
        """Let somebody have left, as of today or so many days ago."""
        self._load({name: PEOPLE[name]}, left={name: self.today - ago})

    def _load(self, people, left):
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(("email", "name", "team", "manager", "role", "left_on", "identities", "employee_no"))
        for name, (role, team, manager) in people.items():
            last = datetime.fromordinal(left[name]).date().isoformat() if name in left else ""
            above = manager and email(manager)
            known, number = f"{SOURCE}={email(name).partition('@')[0]}", str(20_417 + list(PEOPLE).index(name))
            writer.writerow((email(name), name, team, above, role, last, known, number))
        loaded = directory.load_people(
            people_csv.read(text.getvalue().encode()), on=self.today - (1 if left else SINCE)
        )
        assert not loaded.faults, loaded.faults
        db.session.commit()

    def publish(self, book):
        since = self.today - SINCE
        rulebook.publish(book, today=self.today, since=since, name="book", now=self.now)
        db.session.commit()

    def publish_from_today(self, book):
        """Let another book take the place of the one in force, from tomorrow on."""
        rulebook.publish(book, today=self.today, since=self.today + 1, name="book", now=self.now)
        db.session.commit()

    def __getitem__(self, name):
        """Return somebody's number."""
        number = facts.current().holder_of(email(name))
        db.session.rollback()  # else this session would go on seeing what it read now, and nothing newer
        return number

    def event(self, who, what, subject, *, minutes=30, days=0, **data):
        """Return something that happened so many minutes and days ago, as it is sent."""
        moment = datetime.now(UTC) - timedelta(minutes=minutes, days=days)
        return {
            "specversion": "1.0",
            "source": SOURCE,
            "id": f"s{next(self.numbers):05}",
            "type": what,
            "time": moment.isoformat(),
            "subject": subject,
            "actor": account(who),
            "data": data,
        }

    def contact(self, who, number, *, needs=3, **when):
        """Return the activities of a contact of whom so many needs are met, in the order of the book."""
        subject = f"contact/{number}"
        card = (
            {"name": f"Robin {number}", "email": f"robin{number}@example.net"} if needs else {"name": f"Robin {number}"}
        )
        happened = [("contact.created", card), ("email.sent", {}), ("task.created", {})]
        return [self.event(who, what, subject, **data, **when) for what, data in happened[: max(1, needs)]]

    def send(self, events):
        """Let activities come in, all in one batch; return their ids."""
        receipt = intake.accept_and_commit(
            [json.dumps(one).encode() for one in events], door="test", now=time.time_ns() // 1000
        )
        assert (receipt.accepted, receipt.refused) == (len(events), ()), receipt
        return [event["id"] for event in events]

    def live(self):
        """Let everybody finish ten contacts a week ago, twenty today, and begin one; return what each has then.

        One ten is still to choose for, one is a lunch, and one was a lunch that was eaten.  Finn has done nothing,
        and comes for the first time.
        """
        self.begin_wave("第一批", NORTH, days=35)  # first: while there is nothing that would be scored again
        self.offer("plan-meeting", "close-date")
        happened = []
        busy = [name for name in PEOPLE if name != IDLE]
        for place, name in enumerate(busy):
            for number in range(31):
                back = 7 if number < 10 else 0
                happened += self.contact(name, 100 * place + number, needs=3 if number < 30 else 2, days=back)
        self.send(happened)
        records.link(SOURCE, "https://crm.example.com/{kind}s/{id}")
        for name in busy:
            preferences.choose(self[name], welcomed=self.now)
        db.session.commit()
        till = self.till("Canteen 1")
        has = Has({name: self._has(name, f"contact/{100 * place + 30}", till) for place, name in enumerate(busy)})
        has.letter = self.letter("Mei", about="Alice")
        has.week, has.view, has.way_out = self.weekly("Mei")
        self.weekly("Alice", "my-week")
        has.delivery = self.deliver()
        self.watch()
        self.weigh()
        has.channel = self.chat()
        has.closed, has.batch = self.pay()
        has.month = self.review()
        has.draft = self.draft("every   = 10", "every = 8", ("value = 9", "value = 7"))
        has.waiting = self.send_draft()
        has.audit, has.sheet = self.audit(), self.upload()
        has.gap, has.leaver = self.leave_behind(), self["Lea"]
        has.noticed = self.notice("Dave")
        has.question, has.help = self.ask("Bob")
        later = self.now + 6 * 3_600 * period.SECOND  # so that the link outlives the slowest run of tests
        has.link = sessions.link_token(sessions.make_link(begin_write(), email("Alice"), later).number)
        db.session.commit()
        return has

    def notice(self, name):
        """Let detection be on, and somebody contest what was noticed of them; return their number."""
        number, before = self[name], self.now - 2 * SINCE * 86_400 * period.SECOND
        day = facts.current().today(before)
        if not privacy.individual():
            privacy.turn_on(begin_write(), By(None, "a test"), told=day, why="people were told", now=before)
            db.session.commit()
        connection, known = begin_write(), facts.current()
        flags.take(connection, number, "raise", by="service", who=None, day=self.today - 3, now=self.now)
        contesting.contest(connection, known, number, "other", words="请看一下", about=contesting.About(), now=self.now)
        db.session.commit()
        return number

    def ask(self, name, text="王伟在哪里\n我在找他。"):
        """Let somebody ask about Home, Alice answer, and it become help; return both numbers."""
        who, path = self[name], ("home.week", "/")
        questions.ask(begin_write(), who, Form(f"of {name}", text, *path, "zh", letters=True), self.now)
        db.session.commit()
        number, reader = questions.mine(who)[0][0].id, questions.Reader(self["Alice"], desk=False)
        questions.answer(begin_write(), reader, number, "请看排行榜。", back=False, once="a", now=self.now)
        db.session.commit()
        by, said = (
            By(reader.participant, email("Alice")),
            helping.Written(path[0], "zh", "大家在哪里", "在排行榜上。"),
        )
        made = helping.publish(begin_write(), by, said, question=number, now=self.now)
        db.session.commit()
        return number, made

    def pay(self):
        """Let the bonuses of last month be with payroll; return the month, and the number of the batch."""
        first = period.start("month", period.start("month", self.today) - 1)
        run = self.work_out(first)
        for step, who in (("send", "Hana"), ("approve", "Ann"), ("close", "Hana")):
            bonuses.take(run, step, who=self[who], now=self.now)
            db.session.commit()
        batch = payroll.export(run, payroll.USUAL, who=self["Hana"], now=self.now)
        db.session.commit()
        return period.text("month", first), batch

    def upload(self, sheet="", who="Leo", *, shared=True):
        """Let somebody upload a sheet of customers, of whom some are missing; return the audit's number."""
        raw = (sheet or CUSTOMERS).encode()
        by = By(self[who], email(who))
        number = taking.take(raw, "customers.csv", contacts=None, by=by, shared=shared, country="49", now=self.now)
        db.session.commit()
        return number

    def audit(self, sheet="", who="Leo", *, shared=True, counts=False):
        """Let somebody audit a sheet, and give its first rows to Alice; return the audit's number."""
        number, by = self.upload(sheet, who, shared=shared), By(self[who], email(who))
        kept = keeping.find(number)
        taking.confirm(kept, kept.mapping, country="49", counts=counts, by=by, now=self.now)
        db.session.commit()
        assert comparing.compare(number, lambda: self.now)
        if shared:
            rows.assign(kept, rows.matching(number, "all", search="lost 1"), self["Alice"], by=by, now=self.now)
            db.session.commit()
        return number

    def begin_wave(self, name, *teams, days=0):
        """Let teams have begun so many days ago, with Alice as champion, and a goal that is chosen for all."""
        starts = self.today - days
        rows = tuple(people_csv.WaveRow(line, name, team, starts, None) for line, team in enumerate(teams, start=2))
        loaded = directory.load_waves(people_csv.Waves(rows, ()))
        assert not loaded.faults, loaded.faults
        db.session.commit()
        hana, who = By(self["Hana"], email("Hana")), {"champion": self["Alice"], "supporter": self["Mei"]}
        connection = begin_write()
        rollout.care(connection, name, **who, by=hana, now=self.now)
        rollout.choose(
            connection, "Никто не теряется", "developed-contacts", target=100_000, until=None, by=hana, now=self.now
        )
        db.session.commit()

    def offer(self, *keys):
        """Let HR offer quests, and let it be counted who uses what they show."""
        hana = By(self["Hana"], email("Hana"))
        connection = begin_write()
        for key in keys:
            quests.offer(connection, key, offered=True, by=hana, now=self.now)
        db.session.commit()
        quests.count(self.now)
        db.session.commit()

    def weigh(self):
        """Let what the CRM is worth be counted, and HR have assumed something else."""
        hana, connection = By(self["Hana"], email("Hana")), begin_write()
        rollout.assume(connection, {"help": Assumed(0, 600_000, 900_000)}, by=hana, why="量过了", now=self.now)
        db.session.commit()
        rollout.weigh(self.now)
        db.session.commit()

    def send_draft(self):
        """Let Hana send a draft to a second person; return its number."""
        hana, name = By(self["Hana"], email("Hana")), ("reward", "cinema-ticket")
        number = drafts.begin("更多电影票", hana, self.now)
        db.session.commit()
        body = writing.body_of(drafts.newest().text, *name) | {"budget": {"amount": 2000}}
        revision = drafts.get(number).revision
        revision = drafts.change(number, revision, {name: writing.text_of(*name, body)}, hana, self.now).revision
        db.session.commit()
        drafts.send(number, revision, hana, self.now)
        db.session.commit()
        return number

    def leave_behind(self):
        """Let Lea have left two companies, on one of which Alice worked since; return the number of a gap."""
        told = {"owner": account("Lea"), "amount": "12500.00", "currency": "EUR"}
        left = [
            self.event("Lea", "company.created", f"company/{n}", days=20, name=f"蓝海食品 {n}", **told) for n in (1, 2)
        ]
        self.send([*left, self.event("Alice", "note.created", "company/1", days=9)])
        ownership.find(time.time_ns() // 1000)
        return db.session.scalars(select(OwnershipGap.id).order_by(OwnershipGap.id)).first()

    def review(self):
        """Let the bonuses of this month be worked out already, and be under review; return the month."""
        first = period.start("month", self.today)
        bonuses.take(self.work_out(first), "send", who=self["Hana"], now=self.now)
        db.session.commit()
        return period.text("month", first)

    def work_out(self, first):
        """Freeze the bonuses of a month and work them out; return the number of the run."""
        rescoring.run_to_end()
        run = bonuses.begin("sales-bonus", first, self.now)
        db.session.commit()
        bonuses.freeze(run, self.now)
        db.session.commit()
        bonuses.calculate(run, self.now)
        return run

    def draft(self, *change):
        """Let Hana have written a draft of the ten contacts, of which the journal knows nothing; return its number."""
        kind, key = "incentive", "ten-contacts-lunch"
        words = composing.part(drafts.newest().text, (kind, key))
        for old, new in (change[:2], *change[2:]):
            words = words.replace(old, new)
        who = {"created_by": self["Hana"], "changed_by": self["Hana"], "created_name": "", "changed_name": ""}
        base = drafts.newest().number
        row = StoredDraft(
            title="八个已完善的联系人",
            why="",
            state="draft",
            revision=1,
            base=base,
            created=self.now,
            changed=self.now,
            reason="",
            **who,
        )
        db.session.add(row)
        db.session.flush()
        number = row.id
        db.session.add(StoredDraftPart(draft=number, kind=kind, key=key, text=words))
        db.session.commit()
        return number

    def letter(self, name, *, about):
        """Let somebody be told by letter of time off; return the letter's number."""
        told = {"name": about, "rewards": ["Lunch break 10 minutes earlier"], "day": self.today + 1}
        given = {"address": email(name), "participant": self[name], "occasion": about, "facts": told}
        mail.plan(begin_write(), "time-off", now=time.time_ns() // 1000, **given)
        db.session.commit()
        self.post()
        return db.session.scalars(select(Letter.id).order_by(Letter.id.desc())).first()

    def weekly(self, name, kind="digest"):
        """Let somebody have the weekly letter about last week; return the week, the link to it, and the way out."""
        me, first = self[name], period.start("week", self.today) - 7
        if kind != "digest":  # off until it is asked for
            subscribing.choose(me, kind, self.now, active=True)
        due = subscribing.Due(me, first, self.now, subscribing.of(me, kind), kind)
        (made,) = planning.make(posts.POSTS[kind].gather(first, self.now), [due])
        assert made.written, made
        outbox.enter(begin_write(), [planning.row(facts.current(), made, self.now)])
        db.session.commit()
        tokens = (links.signed("view", me, kind, first), links.signed("stop", me, kind))
        return period.text("week", first), *tokens

    def post(self):
        """Let the letters that are due go out."""
        sending.run(lambda _done, _total: None)

    def till(self, canteen):
        """Put a device into a canteen; return its number."""
        devices.register(canteen, by=None, now=self.now)
        db.session.commit()
        return db.session.scalars(select(Device.id).order_by(Device.id.desc())).first()

    def open_choices(self, name):
        """Return the names of what somebody may still choose, the oldest first."""
        query = select(Award.__table__).where(Award.holder == self[name], Award.status == "choosing")
        rows = db.session.execute(query.order_by(Award.period, Award.ordinal)).all()
        return [awards.Row(*row[1:]).name for row in rows]

    def deliver(self):
        """Connect a source and let it post something that counts for nothing; return the number of the delivery."""
        by, client = By(self["Hana"], "Hana"), current_app.test_client()
        secret = registry.connect(SHOP, "secret", "", None, by=by, now=self.now)
        db.session.commit()
        event = {"specversion": "1.0", "id": "t1", "type": "spoonful.test", "time": datetime.now(UTC).isoformat()}
        for headers in ({}, {"X-Spoonful-Secret": secret}):
            client.post(f"/hooks/{SHOP}", json=event, headers=headers)
        db.session.rollback()
        return deliveries.listed(SHOP)[0].id

    def watch(self):
        """Connect an office suite, register a workbook and propose another; Bob was seen in the first."""
        feeds.connect("office", "file", "Office", {}, by=By(self["Ada"], "Ada"), now=self.now)
        db.session.commit()
        since = self.now - 10 * 86_400 * period.SECOND
        for title, enter, who in (("Contacts Q4", register.enrol, "Mei"), ("Visitors", register.propose, "Alice")):
            enter(title, "name", f"{title}*", "What we had before", by=By(self[who], who), now=since)
            db.session.commit()
        file = File(frozenset({"id:1"}), "Contacts Q4.xlsx", (), (), "xlsx", "team")
        told = [Told("r1", email("Bob"), self.now - 4 * 86_400 * period.SECOND, "edit", file)]
        signals.accept(begin_write(), "office", told, self.now)
        signals.note_whole(db.session.connection(), "office", range(self.today - 9, self.today - 2), self.now)
        db.session.commit()

    def chat(self):
        """Connect a channel that is told of the week of the first team; return its number."""
        address = "https://chat.example.com/hooks/0123456789"
        wanted = Wanted("mattermost", "Sales", address, "en", min(facts.current().teams))
        number = channels.connect(wanted, chats.topics(), by=By(self["Ada"], "Ada"), now=self.now)
        db.session.commit()
        return number

    def choose(self, award, reward="free-lunch"):
        rewards.choose(award, reward)
        db.session.commit()

    def eat(self, award, till):
        """Show a voucher at a till."""
        connection, now = begin_write(), time.time_ns() // 1000
        ticket = rewards.make_ticket(connection, award, now)
        verdict = rewards.scan(connection, ticket.code, till, now)
        assert verdict.said == "give", verdict
        db.session.commit()

    def _has(self, name, record, till):
        eaten, lunch, choosing = self.open_choices(name)
        for one in (eaten, lunch):
            self.choose(one)
        self.eat(eaten, till)
        return Things(choosing, lunch, eaten, record, self[name])
