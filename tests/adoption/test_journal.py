"""The journal: what was done is written once, in a chain that shows every change to it."""

import random
import threading

import pytest
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from adoption import jobs
from adoption import journal
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import JournalEntry
from adoption.models import JournalHead
from tests.racing import at_once

HANA = journal.By(None, "hana@example.com")
ENTRY = JournalEntry.__table__
TRIGGERS = {
    "sqlite": ("DROP TRIGGER journal_entry_no_update", "DROP TRIGGER journal_entry_no_delete"),
    "postgresql": ("ALTER TABLE journal_entry DISABLE TRIGGER USER",),
}
EDITED = [name for name in journal.COLUMNS if name != "number"]
WHOLE = 24  # entries of a chain that is tampered with
KEPT = 16  # … and of which the head was noted elsewhere


def wrote(count, start=1):
    for number in range(start, start + count):
        connection = begin_write()
        journal.write(connection, HANA, "changed", f"reward/{number}", before=None, after={"stock": number}, now=number)
        db.session.commit()


def unguarded():
    """Begin to write, in a transaction in which the database does not refuse changes of the journal."""
    connection = begin_write()
    for statement in TRIGGERS[connection.dialect.name]:
        connection.execute(text(statement))
    return connection


def test_what_was_done_is_kept_with_before_and_after(app):
    wrote(2)
    row = db.session.execute(select(ENTRY).order_by(JournalEntry.number.desc())).first()
    assert (row.number, row.name, row.action, row.thing, row.before, row.after) == (
        2, "hana@example.com", "changed", "reward/2", None, '{"stock":2}',
    )  # fmt: skip
    assert list(journal.verify()) == []
    assert journal.head() == (2, row.hash)


def test_nothing_is_written_of_what_was_rolled_back(app):
    wrote(1)
    journal.write(begin_write(), HANA, "changed", "reward/2", now=2)
    db.session.rollback()
    wrote(1)
    assert journal.head().number == 2
    assert list(journal.verify()) == []


@pytest.mark.parametrize("typed", ["\0", "a\0b", "\ud800", "x" * 300_000, "\u202e", "'; DROP TABLE journal_entry; --"])
def test_whatever_was_typed_can_be_written_and_verified(app, typed):
    journal.write(begin_write(), HANA, "changed", "reward/1", before=typed, after={"a": typed}, why=typed, now=1)
    db.session.commit()
    assert list(journal.verify()) == []


# --- it stays as it was written


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal_entry SET why = 'because' WHERE number = 2",
        "UPDATE journal_entry SET number = 9 WHERE number = 2",
        "DELETE FROM journal_entry WHERE number = 3",
        "DELETE FROM journal_entry",
    ],
)
def test_the_database_refuses_to_change_and_to_delete(app, change):
    wrote(3)
    with pytest.raises(IntegrityError, match="the journal is append-only"):
        begin_write().execute(text(change))
    db.session.rollback()
    assert journal.head().number == 3
    assert list(journal.verify()) == []


def test_a_row_is_not_replaced_either(sqlite_app):
    wrote(3)
    copied = "INSERT OR REPLACE INTO journal_entry SELECT * FROM journal_entry WHERE number = 2"
    with pytest.raises(IntegrityError, match="the journal is append-only"):
        begin_write().execute(text(copied))


def test_the_journal_is_not_emptied_either(postgresql_app):
    wrote(3)
    with pytest.raises(IntegrityError, match="the journal is append-only"):
        begin_write().execute(text("TRUNCATE journal_entry"))


# --- tampering


@pytest.mark.parametrize("column", [name for name in journal.COLUMNS if name not in {"number", "participant"}])
def test_a_changed_value_is_found(app, column):
    wrote(3)
    changed = 9 if column == "moment" else "x"
    unguarded().execute(update(JournalEntry).where(JournalEntry.number == 2).values({column: changed}))
    assert 2 in {flaw.number for flaw in journal.verify(connection=db.session.connection())}


def entry(number):
    return {
        "moment": number * 1_000,
        "participant": None,
        "name": f"{'hana' if number % 2 else 'ada'}@example.com",
        "action": "changed",
        "thing": f"reward/{number % 5}",
        "before": None if number % 3 else '{"stock":1}',
        "after": f'{{"stock":{number}}}',
        "why": "" if number % 4 else "asked for",
    }


def chain(count=WHOLE, values=entry, last=journal.Head(0, journal.NOTHING)):  # noqa: B008  # a frozen value
    """Return so many rows that follow each other."""
    rows = []
    for number in range(last.number + 1, last.number + count + 1):
        rows.append(journal.chained(values(number), *last))
        last = end(rows)
    return rows


def end(rows):
    return journal.Head(rows[-1]["number"], rows[-1]["hash"]) if rows else journal.Head(0, journal.NOTHING)


class Tamperer:
    """Somebody who may change rows and the noted head at will, but not the head that was kept elsewhere."""

    def __init__(self, seed, rows):
        self.dice = random.Random(seed)  # noqa: S311  # no secret
        self.rows = [dict(row) for row in rows]
        self.noted = end(rows)
        self.careful = self.dice.random() < 0.5  # leaves the last row alone, and notes the end that there is then

    def tamper(self):
        """Do one to three things."""
        ways = (self.edit, self.rehash, self.delete, self.swap, self.move, self.slip)
        for way in self.dice.choices(ways, k=self.dice.randint(1, 3)):
            way()
        self.rows.sort(key=lambda row: row["number"])
        if self.careful:
            self.noted = end(self.rows)
        return self

    def cut(self):
        """Cut the tail off, and note the new end."""
        del self.rows[self.dice.randrange(KEPT) :]
        self.noted = end(self.rows)
        return self

    def rewrite(self):
        """Write the tail anew from somewhere on, so that it is a whole chain, and note its end."""
        del self.rows[self.dice.randrange(KEPT) :]
        self.rows += chain(
            WHOLE - len(self.rows), lambda number: entry(number) | {"why": "all in order"}, end(self.rows)
        )
        self.noted = end(self.rows)
        return self

    def pick(self):
        return self.dice.randrange(len(self.rows) - self.careful)

    def edit(self):
        row, column = self.rows[self.pick()], self.dice.choice(EDITED)
        old = row[column]
        row[column] = (old or 0) + self.dice.randint(1, 9) if column in {"moment", "participant"} else f"{old or ''}x"

    def rehash(self):
        """Change a row, and let its own hash follow."""
        row = self.rows[self.pick()]
        row["why"] += "!"
        row["hash"] = journal.digest(row)

    def delete(self):
        del self.rows[self.pick()]

    def swap(self):
        """Let two rows stand in each other's place, whole or all but their numbers."""
        one, other = self.dice.sample(range(len(self.rows) - self.careful), 2)
        rows, keep = self.rows, self.dice.random() < 0.5
        numbers = rows[one]["number"], rows[other]["number"]
        rows[one], rows[other] = rows[other], rows[one]
        if keep:
            rows[one]["number"], rows[other]["number"] = numbers

    def move(self):
        row = self.rows.pop(self.pick())
        self.rows.insert(self.dice.randrange(len(self.rows)), row)
        for place, one in enumerate(self.rows, start=1):
            one["number"] = place

    def slip(self):
        """Slip in a row that was never written, and count on from there."""
        place = self.pick()
        self.rows.insert(place, journal.chained(entry(place), place, self.rows[place]["previous"]))
        for number, one in enumerate(self.rows, start=1):
            one["number"] = number


def tampered(ways, count):
    """Yield what so many tamperers leave behind, who all did change something, with the head that was kept."""
    rows = chain()
    kept = end(rows[:KEPT])
    for seed in range(count):
        one = getattr(Tamperer(seed, rows), ways)()
        if one.rows != rows:
            yield one, kept


def test_1000_edits_deletions_and_reorderings_are_all_found():
    found = [bool(list(journal.flaws(one.rows, one.noted, None))) for one, _ in tampered("tamper", 1_100)]
    assert len(found) >= 1_000
    assert all(found)


@pytest.mark.parametrize("ways", ["cut", "rewrite"])
def test_1000_tails_that_were_cut_or_written_anew_are_found_with_a_kept_head(ways):
    kinds = [[flaw.kind for flaw in journal.flaws(one.rows, one.noted, kept)] for one, kept in tampered(ways, 1_000)]
    assert len(kinds) == 1_000
    assert kinds == [["cut" if ways == "cut" else "other"]] * 1_000
    unseen = [list(journal.flaws(one.rows, one.noted, None)) for one, _ in tampered(ways, 50)]
    assert unseen == [[]] * 50, "which is why the head is kept elsewhere"


def test_a_whole_chain_has_no_flaw_whatever_head_was_kept():
    rows = chain()
    for number in range(WHOLE + 1):
        assert list(journal.flaws(rows, end(rows), end(rows[:number]))) == []


@pytest.mark.parametrize("ways", ["tamper", "cut", "rewrite"])
def test_they_are_found_in_the_database_too(app, ways):
    rows = chain()
    connection = begin_write()
    connection.execute(insert(ENTRY), rows)
    connection.execute(update(JournalHead).values(end(rows)._asdict()))
    db.session.commit()
    assert list(journal.verify(end(rows[:KEPT]))) == []
    someone = text("INSERT INTO participant (id, email, name, role) VALUES (:id, :id, :id, 'hr')")
    begin_write().execute(someone, [{"id": number} for number in range(1, 30)])
    db.session.commit()
    numbers = 0
    for one, kept in tampered(ways, 150):
        connection = unguarded()
        connection.execute(text("DELETE FROM journal_entry"))
        if one.rows:
            connection.execute(insert(ENTRY), one.rows)
        connection.execute(update(JournalHead).values(one.noted._asdict()))
        head = None if ways == "tamper" else kept
        assert list(journal.verify(head, connection)), one.dice
        db.session.rollback()
        numbers += 1
    assert numbers >= 100
    assert list(journal.verify(end(rows))) == []


# --- one at a time


def test_writers_at_the_same_moment_leave_no_gap(app):
    each = 25

    def writer(who):
        def write():
            for number in range(each):
                connection = begin_write()
                journal.write(connection, journal.By(None, f"w{who}"), "changed", f"thing/{number}", now=number)
                db.session.commit()

        return write

    assert at_once(*(writer(who) for who in range(8))) == [None] * 8
    rows = db.session.execute(select(ENTRY.c.number, ENTRY.c.name, ENTRY.c.thing).order_by(ENTRY.c.number)).all()
    assert [row.number for row in rows] == list(range(1, 8 * each + 1))
    for who in range(8):
        own = [row.thing for row in rows if row.name == f"w{who}"]
        assert own == [f"thing/{number}" for number in range(each)], "each one's own in their order"
    assert list(journal.verify()) == []


def test_verifying_while_others_write_finds_nothing_wrong(app):
    wrote(50)
    done = threading.Event()

    def write():
        wrote(60, start=51)
        done.set()

    def verify():
        found = []
        while not done.is_set():
            found += journal.verify()
        return found

    assert at_once(write, verify) == [None, []]


# --- the nightly check


def checked(now=7):
    found = journal.check(now)
    db.session.commit()
    assert journal.last_check() == found
    return found


def test_a_check_notes_what_it_found(app):
    assert journal.last_check() is None
    assert checked() == (7, 0, 0, None, (0, journal.NOTHING))
    wrote(3)
    found = checked(8)
    assert (found.moment, found.entries, found.flaws, found.first, found.head) == (8, 3, 0, None, journal.head())


def test_a_check_remembers_the_head_of_the_one_before(app):
    wrote(6)
    whole = checked().head
    other = chain(6)
    connection = unguarded()
    connection.execute(text("DELETE FROM journal_entry"))
    connection.execute(insert(ENTRY), other)
    connection.execute(update(JournalHead).values(end(other)._asdict()))
    db.session.commit()
    assert list(journal.verify()) == [], "it is a whole chain, though another one"
    for now in (8, 9):  # and it stays found
        found = checked(now)
        assert (found.flaws, found.first, found.head) == (1, journal.Flaw(6, "other"), whole)


def test_the_job_tells_the_head_and_what_is_wrong(app):
    wrote(3)
    said = jobs.JOBS["check-journal"].run(lambda _done, _total: None)
    assert said == f"the chain of 3 entries is whole; its head is {journal.head()}"
    unguarded().execute(update(JournalEntry).where(JournalEntry.number == 2).values(why="x"))
    db.session.commit()
    with pytest.raises(journal.BrokenChainError, match="entry 2: was changed after it was written"):
        jobs.JOBS["check-journal"].run(lambda _done, _total: None)
    assert journal.last_check().first == journal.Flaw(2, "changed")


def test_many_things_are_entered_at_once_as_they_would_be_one_by_one(app):
    wrote(1)
    deeds = [journal.Deed("changed", f"reward/{number}", None, {"stock": number}) for number in (2, 3)]
    assert journal.write_all(begin_write(), HANA, deeds, now=2) == 3
    db.session.commit()
    assert list(journal.verify()) == []
    assert journal.write_all(begin_write(), HANA, [], now=3) == 3
    db.session.rollback()
