"""What every table shares: names of constraints, bytewise text, and the bucket of a key."""

from __future__ import annotations

from zlib import crc32

from sqlalchemy import BigInteger
from sqlalchemy import Integer
from sqlalchemy import MetaData
from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase

# Named constraints can be changed by later migrations; nameless ones cannot.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BUCKETS = 256
Bytewise = Text().with_variant(Text(collation="C"), "postgresql")  # the order of SQLite, DuckDB and Python
Serial = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only in an INTEGER key


class Base(DeclarativeBase):
    """Common parent of every table."""

    metadata = MetaData(naming_convention=NAMES)


def storable(text: str, instead: str = "") -> str:
    """Return text as both databases can store it: ``instead`` of NUL, and no halves of characters."""
    return text.replace("\0", instead).encode("utf-8", "replace").decode()


def bucket_of(*key: object) -> int:
    """Return the bucket (0 to 255) of a key: a fixed hash, the same for ever and in every engine."""
    return crc32("\0".join(map(str, key)).encode()) % BUCKETS
