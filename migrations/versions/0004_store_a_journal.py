"""Store a journal."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    head = op.create_table('journal_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('hash', bytewise, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_head'))
    )
    op.create_table('journal_entry',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('moment', sa.BigInteger(), nullable=False),
    sa.Column('participant', sa.Integer(), nullable=True),
    sa.Column('name', bytewise, nullable=False),
    sa.Column('action', bytewise, nullable=False),
    sa.Column('thing', bytewise, nullable=False),
    sa.Column('before', bytewise, nullable=True),
    sa.Column('after', bytewise, nullable=True),
    sa.Column('why', bytewise, nullable=False),
    sa.Column('previous', bytewise, nullable=False),
    sa.Column('hash', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_journal_entry_participant_participant')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_journal_entry'))
    )
    with op.batch_alter_table('journal_entry', schema=None) as batch_op:
        batch_op.create_index('ix_journal_entry_moment', ['moment'], unique=False)
        batch_op.create_index('ix_journal_entry_participant', ['participant'], unique=False)
        batch_op.create_index('ix_journal_entry_thing', ['thing'], unique=False)
    op.bulk_insert(head, [{'id': 1, 'number': 0, 'hash': '0' * 64}])  # nothing is written yet


def downgrade():
    op.drop_table('journal_entry')
    op.drop_table('journal_head')
