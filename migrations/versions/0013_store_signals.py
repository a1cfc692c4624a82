"""Store feeds of office suites, the register of workbooks, and signals."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('feed',
    sa.Column('key', bytewise, nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('title', bytewise, nullable=False),
    sa.Column('settings', bytewise, nullable=True),
    sa.Column('cursor', sa.BigInteger(), nullable=True),
    sa.Column('since', sa.BigInteger(), nullable=True),
    sa.Column('asked', sa.BigInteger(), nullable=True),
    sa.Column('heard', sa.BigInteger(), nullable=True),
    sa.Column('again', sa.BigInteger(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('fault', bytewise, nullable=True),
    sa.Column('fault_said', bytewise, nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('paused', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_feed'))
    )
    op.create_table('feed_day',
    sa.Column('feed', bytewise, nullable=False),
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('heard', sa.BigInteger(), nullable=False),
    sa.Column('whole', sa.BigInteger(), nullable=True),
    sa.Column('swept', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['feed'], ['feed.key'], name=op.f('fk_feed_day_feed_feed')),
    sa.PrimaryKeyConstraint('feed', 'day', name=op.f('pk_feed_day'))
    )
    op.create_table('feed_person',
    sa.Column('feed', bytewise, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['feed'], ['feed.key'], name=op.f('fk_feed_person_feed_feed')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_feed_person_participant_participant')),
    sa.PrimaryKeyConstraint('feed', 'participant', name=op.f('pk_feed_person'))
    )
    op.create_table('workbook',
    sa.Column('id', serial, nullable=False),
    sa.Column('title', bytewise, nullable=False),
    sa.Column('rule', bytewise, nullable=False),
    sa.Column('value', bytewise, nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('proposed', sa.BigInteger(), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=True),
    sa.Column('note', bytewise, nullable=False),
    sa.Column('registered', sa.BigInteger(), nullable=True),
    sa.Column('decided', sa.BigInteger(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('reason', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['decided_by'], ['participant.id'], name=op.f('fk_workbook_decided_by_participant')),
    sa.ForeignKeyConstraint(['proposed_by'], ['participant.id'], name=op.f('fk_workbook_proposed_by_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workbook'))
    )
    op.create_table('signal',
    sa.Column('feed', bytewise, nullable=False),
    sa.Column('id', bytewise, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=True),
    sa.Column('actor', bytewise, nullable=True),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('moment', sa.BigInteger(), nullable=True),
    sa.Column('workbook', serial, nullable=True),
    sa.Column('file', bytewise, nullable=True),
    sa.Column('extension', bytewise, nullable=True),
    sa.Column('location', bytewise, nullable=True),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_signal_participant_participant')),
    sa.ForeignKeyConstraint(['workbook'], ['workbook.id'], name=op.f('fk_signal_workbook_workbook')),
    sa.PrimaryKeyConstraint('feed', 'id', name=op.f('pk_signal'))
    )
    with op.batch_alter_table('signal', schema=None) as batch_op:
        waiting = sa.text("actor IS NOT NULL")
        batch_op.create_index('ix_signal_actor', ['actor'], unique=False, sqlite_where=waiting, postgresql_where=waiting)
        batch_op.create_index('ix_signal_day', ['day'], unique=False)
        batch_op.create_index(batch_op.f('ix_signal_participant'), ['participant'], unique=False)


def downgrade():
    with op.batch_alter_table('signal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signal_participant'))
        batch_op.drop_index('ix_signal_day')
        batch_op.drop_index('ix_signal_actor')

    op.drop_table('signal')
    op.drop_table('workbook')
    op.drop_table('feed_person')
    op.drop_table('feed_day')
    op.drop_table('feed')
