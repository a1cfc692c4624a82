"""Store deliveries to hooks, a second secret while sources rotate, and when tokens were last used."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('delivery',
    sa.Column('id', serial, nullable=False),
    sa.Column('source', bytewise, nullable=False),
    sa.Column('received', sa.BigInteger(), nullable=False),
    sa.Column('latest', sa.BigInteger(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('verdict', bytewise, nullable=False),
    sa.Column('proof', bytewise, nullable=False),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('duplicates', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('strangers', sa.Integer(), nullable=False),
    sa.Column('late', sa.BigInteger(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('reason', bytewise, nullable=False),
    sa.Column('became', bytewise, nullable=False),
    sa.Column('sealed', bytewise, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_source_id', ['source', 'id'], unique=False)

    op.add_column('source', sa.Column('old_secret', bytewise, nullable=True))
    op.add_column('source', sa.Column('old_ends', sa.BigInteger(), nullable=True))
    op.add_column('source', sa.Column('old_used', sa.BigInteger(), nullable=True))
    op.add_column('source', sa.Column('revision', sa.Integer(), nullable=False, server_default='1'))
    op.add_column('source', sa.Column('remapped', sa.BigInteger(), nullable=True))
    op.add_column('api_token', sa.Column('used', sa.BigInteger(), nullable=True))


def downgrade():
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.drop_column('used')
    with op.batch_alter_table('source', schema=None) as batch_op:
        for name in ('remapped', 'revision', 'old_used', 'old_ends', 'old_secret'):
            batch_op.drop_column(name)
    op.drop_table('delivery')
