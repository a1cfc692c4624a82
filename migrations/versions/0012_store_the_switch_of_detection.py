"""Store whether anything is concluded about single people, and what was told about it."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('privacy_pack',
    sa.Column('version', serial, nullable=False),
    sa.Column('made', sa.BigInteger(), nullable=False),
    sa.Column('hash', bytewise, nullable=False),
    sa.Column('configuration', bytewise, nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_privacy_pack'))
    )
    op.create_table('detection_setting',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('individual', sa.Boolean(), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('told', sa.Integer(), nullable=True),
    sa.Column('shadow_until', sa.Integer(), nullable=True),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.Column('changed_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by'], ['participant.id'], name=op.f('fk_detection_setting_changed_by_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_detection_setting'))
    )


def downgrade():
    op.drop_table('detection_setting')
    op.drop_table('privacy_pack')
