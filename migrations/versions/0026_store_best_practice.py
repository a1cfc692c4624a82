"""Store who may be asked for their practice, what they chose, and what all have in common."""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('practice_person',
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('asked', sa.Boolean(), nullable=False),
    sa.Column('choice', bytewise, nullable=True),
    sa.Column('chosen', sa.BigInteger(), nullable=True),
    sa.Column('tip', bytewise, nullable=False),
    sa.Column('pattern', bytewise, nullable=True),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'],
        name=op.f('fk_practice_person_participant_participant')),
    sa.PrimaryKeyConstraint('participant', name=op.f('pk_practice_person'))
    )
    op.create_table('practice_common',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('found', bytewise, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_common'))
    )


def downgrade():
    op.drop_table('practice_common')
    op.drop_table('practice_person')
