"""Store the channels of chats to which something is told."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('channel',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('name', bytewise, nullable=False),
    sa.Column('url', bytewise, nullable=False),
    sa.Column('shown', bytewise, nullable=False),
    sa.Column('language', bytewise, nullable=False),
    sa.Column('team', sa.Integer(), nullable=True),
    sa.Column('topics', bytewise, nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('paused', sa.BigInteger(), nullable=True),
    sa.Column('stopped', sa.BigInteger(), nullable=True),
    sa.Column('said', bytewise, nullable=True),
    sa.Column('removed', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['team'], ['team.id'], name=op.f('fk_channel_team_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel'))
    )


def downgrade():
    op.drop_table('channel')
