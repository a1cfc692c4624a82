"""The migrations and the models describe the same database, on both engines, ready to be partitioned."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade
from flask_migrate import upgrade
from sqlalchemy import text
from sqlalchemy.schema import CreateTable

from adoption.extensions import db
from adoption.models import Base

HOT = ("activity", "record_progress", "tally", "distinct_key", "award", "ledger_entry")


def test_migrations_build_the_models(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_can_be_undone_and_done_again(app):
    downgrade(revision="base")
    with db.engine.connect() as connection:
        left = set(db.inspect(connection).get_table_names()) - {"alembic_version"}
    assert left == set()
    upgrade()


@pytest.mark.parametrize("table", HOT)
def test_hot_tables_can_be_partitioned_by_bucket(postgresql_app, table):
    """PostgreSQL refuses to partition a table with a unique key that lacks the column it is partitioned by."""
    created = str(CreateTable(Base.metadata.tables[table]).compile(db.engine)).strip()
    created = created.split("WITH (fillfactor")[0].strip()  # storage belongs to the partitions
    with db.engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA parts"))
        connection.execute(text("SET LOCAL search_path TO parts"))
        connection.execute(text(f"{created} PARTITION BY HASH (bucket)"))
        for part in range(4):
            values = f"FOR VALUES WITH (MODULUS 4, REMAINDER {part})"
            connection.execute(text(f"CREATE TABLE {table}_{part} PARTITION OF {table} {values}"))
        for index in Base.metadata.tables[table].indexes:
            index.create(connection)
        connection.execute(text(f"SELECT count(*) FROM {table}"))
        connection.execute(text("DROP SCHEMA parts CASCADE"))


@pytest.mark.parametrize("table", HOT)
def test_hot_tables_have_the_bucket_first_in_their_key(table):
    assert next(iter(Base.metadata.tables[table].primary_key.columns)).name == "bucket"
