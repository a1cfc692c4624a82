"""How many questions something asks the database: none per row, none per person."""

from sqlalchemy import event

from adoption import facts
from adoption.extensions import db


def asked(what):
    """Return how many statements are sent while something is done; what is known of everybody is read before."""
    facts.current()
    found = []

    def note(*given):
        found.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        what()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.rollback()
    return len(found)


def plans(what):
    """Return how SQLite finds the rows of each statement that is sent while something is done, a line each."""
    found = []

    def note(_connection, _cursor, statement, values, _context, _many):
        found.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        what()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    with db.engine.connect() as connection:
        lines = [
            row[3]
            for statement, values in found
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    db.session.rollback()
    return lines
