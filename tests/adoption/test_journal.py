"""The journal: what was done is written once, in a chain that shows every change to it."""

import pytest
from sqlalchemy import select
from sqlalchemy import update

from adoption import journal
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import JournalEntry

HANA = journal.By(None, "hana@example.com")


def wrote(count):
    for number in range(1, count + 1):
        connection = begin_write()
        journal.write(connection, HANA, "changed", f"reward/{number}", before=None, after={"stock": number}, now=number)
        db.session.commit()


def test_what_was_done_is_kept_with_before_and_after(app):
    wrote(2)
    row = db.session.execute(select(JournalEntry.__table__).order_by(JournalEntry.number.desc())).first()
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


@pytest.mark.parametrize("column", [name for name in journal.COLUMNS if name not in {"number", "participant"}])
def test_a_changed_value_is_found(app, column):
    wrote(3)
    changed = 9 if column == "moment" else "x"
    begin_write().execute(update(JournalEntry).where(JournalEntry.number == 2).values({column: changed}))
    db.session.commit()
    assert 2 in {flaw.number for flaw in journal.verify()}
