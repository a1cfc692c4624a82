"""Store which steps of the first run were put aside."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('start_step',
    sa.Column('step', bytewise, nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('moment', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('step', name=op.f('pk_start_step'))
    )


def downgrade():
    op.drop_table('start_step')
