"""Keep uploads until they are confirmed; put strangers aside."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('upload',
    sa.Column('id', bytewise, nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('name', bytewise, nullable=False),
    sa.Column('digest', bytewise, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('options', bytewise, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_upload_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload'))
    )
    with op.batch_alter_table('upload', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_upload_participant'), ['participant'], unique=False)
    with op.batch_alter_table('stranger', schema=None) as batch_op:
        batch_op.add_column(sa.Column('aside', sa.BigInteger(), nullable=True))


def downgrade():
    with op.batch_alter_table('stranger', schema=None) as batch_op:
        batch_op.drop_column('aside')
    op.drop_table('upload')
