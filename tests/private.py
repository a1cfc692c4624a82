"""Rows of everything personal about spreadsheet work, whatever its table asks for; and which tables these are."""

from itertools import count

from sqlalchemy import BigInteger
from sqlalchemy import Boolean
from sqlalchemy import Integer
from sqlalchemy import LargeBinary
from sqlalchemy import SmallInteger
from sqlalchemy import insert
from sqlalchemy import select

from adoption import privacy
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Base
from adoption.models import Feed
from adoption.privacy import holding

NUMBERS = count(1)
MODULES = ("adoption.models.signal", "adoption.models.evidence", "adoption.models.flag")
CLASSES = {one.class_.__name__: one.local_table for one in Base.registry.mappers if one.class_.__module__ in MODULES}
TABLES = {table.name for table in CLASSES.values()}
ONCE = list({one.table: one for one in privacy.TABLES}.values())  # of a table that has two periods, one


def filled(table, who, given, word="{}"):
    """Return a row that a table takes: what is given, ``who`` for whoever is named, and something elsewhere."""
    row = {}
    for column in table.columns:
        if column.name in given:
            row[column.name] = given[column.name]
        elif column.nullable:
            continue
        elif any(key.column.table.name == "participant" for key in column.foreign_keys):
            row[column.name] = who
        elif any(key.column.table.name == "feed" for key in column.foreign_keys):
            row[column.name] = "m365"
        elif column.name == "id" and not isinstance(column.type, (Integer, BigInteger)):
            row[column.name] = f"n{next(NUMBERS)}"
        elif column.name != "id":
            row[column.name] = _value(column, word)
    return row


def _value(column, word):
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, LargeBinary):
        return b""
    if isinstance(column.type, (Integer, BigInteger, SmallInteger)):
        return next(NUMBERS) % 30_000
    return "edit" if column.name == "kind" else word


def feed():
    """Let there be a feed to which signals belong."""
    connection = begin_write()
    if connection.scalar(select(Feed.key).where(Feed.key == "m365")) is None:
        row = {"key": "m365", "kind": "m365", "title": "", "failures": 0, "fault_said": "", "created": 1}
        connection.execute(insert(Feed).values(row))
    db.session.commit()


def put(one, who, word="{}", **given):
    """Put a row of somebody's into a table (of ``privacy.TABLES``), and commit."""
    table = holding.table(one)
    letter = {"kind": one.kinds[0], "address": f"n{next(NUMBERS)}@example.com"} if one.kinds else {}
    row = filled(table, who, {one.participant: who} | letter | given, word)
    begin_write().execute(insert(table).values(row))
    db.session.commit()
