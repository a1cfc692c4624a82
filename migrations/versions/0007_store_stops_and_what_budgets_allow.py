"""Store stops of incentives, and what is decided about budgets."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('incentive_stop',
    sa.Column('id', serial, autoincrement=True, nullable=False),
    sa.Column('incentive', bytewise, nullable=False),
    sa.Column('stopped', sa.BigInteger(), nullable=False),
    sa.Column('stopped_by', sa.Integer(), nullable=True),
    sa.Column('stopped_name', bytewise, nullable=False),
    sa.Column('why', bytewise, nullable=False),
    sa.Column('resumed', sa.BigInteger(), nullable=True),
    sa.Column('resumed_by', sa.Integer(), nullable=True),
    sa.Column('resumed_name', bytewise, nullable=True),
    sa.Column('resumed_why', bytewise, nullable=True),
    sa.ForeignKeyConstraint(['resumed_by'], ['participant.id'], name=op.f('fk_incentive_stop_resumed_by_participant')),
    sa.ForeignKeyConstraint(['stopped_by'], ['participant.id'], name=op.f('fk_incentive_stop_stopped_by_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incentive_stop'))
    )
    with op.batch_alter_table('incentive_stop', schema=None) as batch_op:
        batch_op.create_index('uq_incentive_stop_open', ['incentive'], unique=True, sqlite_where=sa.text('resumed IS NULL'), postgresql_where=sa.text('resumed IS NULL'))

    op.create_table('budget_decision',
    sa.Column('id', serial, autoincrement=True, nullable=False),
    sa.Column('reward', bytewise, nullable=False),
    sa.Column('allotment', sa.Integer(), nullable=False),
    sa.Column('more', sa.Integer(), nullable=False),
    sa.Column('decided', sa.BigInteger(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_name', bytewise, nullable=False),
    sa.Column('why', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['decided_by'], ['participant.id'], name=op.f('fk_budget_decision_decided_by_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_decision'))
    )
    with op.batch_alter_table('budget_decision', schema=None) as batch_op:
        batch_op.create_index('ix_budget_decision_reward', ['reward', 'allotment'], unique=False)

    op.create_table('budget_alert',
    sa.Column('reward', bytewise, nullable=False),
    sa.Column('allotment', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('threshold', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('passed', sa.SmallInteger(), nullable=False),
    sa.Column('noted', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('reward', 'allotment', 'threshold', name=op.f('pk_budget_alert'))
    )


def downgrade():
    op.drop_table('budget_alert')
    op.drop_table('budget_decision')
    op.drop_table('incentive_stop')
