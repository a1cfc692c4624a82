"""Store records of which it is not clear whose they are, and what is decided about them."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('ownership_gap',
    sa.Column('id', serial, nullable=False),
    sa.Column('record', bytewise, nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('mark', bytewise, nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('reason', bytewise, nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('opened', sa.BigInteger(), nullable=False),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.Column('about', sa.Integer(), nullable=True),
    sa.Column('other', sa.Integer(), nullable=True),
    sa.Column('facts', bytewise, nullable=False),
    sa.Column('evidence', bytewise, nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('currency', bytewise, nullable=False),
    sa.Column('due', sa.Integer(), nullable=True),
    sa.Column('suggested', sa.Integer(), nullable=True),
    sa.Column('suggested_why', bytewise, nullable=False),
    sa.Column('suggested_day', sa.Integer(), nullable=True),
    sa.Column('suggested_number', sa.Integer(), nullable=False),
    sa.Column('decision', sa.BigInteger(), nullable=True),
    sa.Column('does', bytewise, nullable=True),
    sa.Column('assigned', sa.Integer(), nullable=True),
    sa.Column('arbiter', sa.Integer(), nullable=True),
    sa.Column('decided', sa.BigInteger(), nullable=True),
    sa.Column('shown_source', bytewise, nullable=True),
    sa.Column('shown_id', bytewise, nullable=True),
    sa.ForeignKeyConstraint(['about'], ['participant.id'], name=op.f('fk_ownership_gap_about_participant')),
    sa.ForeignKeyConstraint(['arbiter'], ['participant.id'], name=op.f('fk_ownership_gap_arbiter_participant')),
    sa.ForeignKeyConstraint(['assigned'], ['participant.id'], name=op.f('fk_ownership_gap_assigned_participant')),
    sa.ForeignKeyConstraint(['other'], ['participant.id'], name=op.f('fk_ownership_gap_other_participant')),
    sa.ForeignKeyConstraint(['suggested'], ['participant.id'], name=op.f('fk_ownership_gap_suggested_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ownership_gap')),
    sa.UniqueConstraint('record', 'kind', 'mark', name=op.f('uq_ownership_gap_record_kind_mark'))
    )
    with op.batch_alter_table('ownership_gap', schema=None) as batch_op:
        batch_op.create_index('ix_ownership_gap_state', ['state', 'kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_ownership_gap_about'), ['about'], unique=False)
        batch_op.create_index(batch_op.f('ix_ownership_gap_other'), ['other'], unique=False)

    op.create_table('ownership_decision',
    sa.Column('id', serial, nullable=False),
    sa.Column('gap', sa.BigInteger(), nullable=False),
    sa.Column('record', bytewise, nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('name', bytewise, nullable=True),
    sa.Column('link', bytewise, nullable=True),
    sa.Column('about', sa.Integer(), nullable=True),
    sa.Column('other', sa.Integer(), nullable=True),
    sa.Column('does', bytewise, nullable=False),
    sa.Column('assigned', sa.Integer(), nullable=True),
    sa.Column('decided', sa.BigInteger(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_name', bytewise, nullable=False),
    sa.Column('why', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['about'], ['participant.id'], name=op.f('fk_ownership_decision_about_participant')),
    sa.ForeignKeyConstraint(['assigned'], ['participant.id'], name=op.f('fk_ownership_decision_assigned_participant')),
    sa.ForeignKeyConstraint(['decided_by'], ['participant.id'], name=op.f('fk_ownership_decision_decided_by_participant')),
    sa.ForeignKeyConstraint(['other'], ['participant.id'], name=op.f('fk_ownership_decision_other_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ownership_decision'))
    )
    with op.batch_alter_table('ownership_decision', schema=None) as batch_op:
        for name in ('gap', 'about', 'other', 'assigned', 'decided'):
            batch_op.create_index(batch_op.f(f'ix_ownership_decision_{name}'), [name], unique=False)


def downgrade():
    op.drop_table('ownership_decision')
    op.drop_table('ownership_gap')
