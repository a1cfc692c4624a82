"""Store what is assumed about the value of the roll-out, and what was counted for it."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('value_assumption',
    sa.Column('key', bytewise, nullable=False),
    sa.Column('low', sa.BigInteger(), nullable=False),
    sa.Column('middle', sa.BigInteger(), nullable=False),
    sa.Column('high', sa.BigInteger(), nullable=False),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by'], ['participant.id'], name=op.f('fk_value_assumption_by_participant')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_value_assumption'))
    )
    op.create_table('value_facts',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('found', bytewise, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_value_facts'))
    )


def downgrade():
    op.drop_table('value_facts')
    op.drop_table('value_assumption')
