"""What a process remembers of the facts: what is committed, never what a transaction was about to change."""

from sqlalchemy import insert

from adoption import facts
from adoption import inforce
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Participant
from adoption.rewards import terms
from tests.house import House
from tests.house import email

BOOK = """
[metric.calls]
title = "Calls"
counts = "call.completed"
measure = "count"
"""


def enter(connection, name):
    connection.execute(insert(Participant).values(email=email(name), name=name, role="employee"))


def names():
    return {person.name for person in facts.current().people.values()}


def test_what_is_written_after_the_version_rose_is_seen_at_once_and_after_the_commit(app):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    enter(connection, "Alice")
    assert names() == {"Alice"}
    enter(connection, "Bob")
    assert names() == {"Alice", "Bob"}
    db.session.commit()
    assert names() == {"Alice", "Bob"}


def test_what_was_seen_in_a_transaction_that_is_rolled_back_is_forgotten(app):
    connection = begin_write()
    facts.changed(connection, rescore=False)
    enter(connection, "Alice")
    assert names() == {"Alice"}
    db.session.rollback()
    connection = begin_write()
    facts.changed(connection, rescore=False)
    enter(connection, "Bob")
    db.session.commit()
    assert names() == {"Bob"}


def test_facts_are_read_once_for_all_transactions_that_do_not_change_them(app):
    House(BOOK)
    first = facts.current()
    db.session.rollback()
    assert facts.current() is first
    begin_write()
    assert facts.current() is first


def test_nothing_is_compiled_for_good_of_facts_that_may_yet_be_rolled_back(app):
    House(BOOK)
    connection = begin_write()
    facts.changed(connection, rescore=False)
    passing = facts.current()
    passing_terms = terms.current(connection, passing)
    force = inforce.current()
    db.session.rollback()
    connection = begin_write()
    facts.changed(connection, rescore=False)
    db.session.commit()
    assert facts.current().version == passing.version
    assert inforce.current() is not force
    assert terms.current(db.session.connection(), facts.current()) is not passing_terms
