"""Store bonus runs and statements."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('payroll_columns',
    sa.Column('name', bytewise, nullable=False),
    sa.Column('columns', bytewise, nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_payroll_columns'))
    )
    op.create_table('bonus_adjustment',
    sa.Column('id', serial, nullable=False),
    sa.Column('plan', bytewise, nullable=False),
    sa.Column('first', sa.Integer(), nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('reason', bytewise, nullable=False),
    sa.Column('entered', sa.BigInteger(), nullable=False),
    sa.Column('entered_by', sa.Integer(), nullable=True),
    sa.Column('withdrawn', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['entered_by'], ['participant.id'], name=op.f('fk_bonus_adjustment_entered_by_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_bonus_adjustment_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bonus_adjustment'))
    )
    with op.batch_alter_table('bonus_adjustment', schema=None) as batch_op:
        batch_op.create_index('ix_bonus_adjustment_plan_first', ['plan', 'first'], unique=False)

    op.create_table('bonus_run',
    sa.Column('id', serial, nullable=False),
    sa.Column('plan', bytewise, nullable=False),
    sa.Column('first', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('cursor', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.BigInteger(), nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=False),
    sa.Column('facts', sa.Integer(), nullable=False),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.Column('sent_by', sa.Integer(), nullable=True),
    sa.Column('approved_by', sa.Integer(), nullable=True),
    sa.Column('closed_by', sa.Integer(), nullable=True),
    sa.Column('closed', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['approved_by'], ['participant.id'], name=op.f('fk_bonus_run_approved_by_participant')),
    sa.ForeignKeyConstraint(['closed_by'], ['participant.id'], name=op.f('fk_bonus_run_closed_by_participant')),
    sa.ForeignKeyConstraint(['sent_by'], ['participant.id'], name=op.f('fk_bonus_run_sent_by_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bonus_run')),
    sa.UniqueConstraint('plan', 'first', name=op.f('uq_bonus_run_plan_first'))
    )
    op.create_table('figure',
    sa.Column('name', bytewise, nullable=False),
    sa.Column('first', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('value', bytewise, nullable=False),
    sa.Column('entered', sa.BigInteger(), nullable=False),
    sa.Column('entered_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['entered_by'], ['participant.id'], name=op.f('fk_figure_entered_by_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_figure_participant_participant')),
    sa.PrimaryKeyConstraint('name', 'first', 'participant', name=op.f('pk_figure'))
    )
    op.create_table('weight',
    sa.Column('plan', bytewise, nullable=False),
    sa.Column('component', bytewise, nullable=False),
    sa.Column('first', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('value', bytewise, nullable=False),
    sa.Column('entered', sa.BigInteger(), nullable=False),
    sa.Column('entered_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['entered_by'], ['participant.id'], name=op.f('fk_weight_entered_by_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_weight_participant_participant')),
    sa.PrimaryKeyConstraint('plan', 'component', 'first', 'participant', name=op.f('pk_weight'))
    )
    op.create_table('bonus_input',
    sa.Column('run', serial, autoincrement=False, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('bucket', sa.SmallInteger(), nullable=False),
    sa.Column('inputs', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_bonus_input_participant_participant')),
    sa.ForeignKeyConstraint(['run'], ['bonus_run.id'], name=op.f('fk_bonus_input_run_bonus_run')),
    sa.PrimaryKeyConstraint('run', 'participant', name=op.f('pk_bonus_input'))
    )
    with op.batch_alter_table('bonus_input', schema=None) as batch_op:
        batch_op.create_index('ix_bonus_input_run_bucket', ['run', 'bucket'], unique=False)

    op.create_table('bonus_line',
    sa.Column('run', serial, autoincrement=False, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('place', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('key', bytewise, nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('note', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['run'], ['bonus_run.id'], name=op.f('fk_bonus_line_run_bonus_run')),
    sa.PrimaryKeyConstraint('run', 'participant', 'place', name=op.f('pk_bonus_line'))
    )
    op.create_table('bonus_statement',
    sa.Column('run', serial, autoincrement=False, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('document', bytewise, nullable=False),
    sa.Column('notices', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_bonus_statement_participant_participant')),
    sa.ForeignKeyConstraint(['run'], ['bonus_run.id'], name=op.f('fk_bonus_statement_run_bonus_run')),
    sa.PrimaryKeyConstraint('run', 'participant', name=op.f('pk_bonus_statement'))
    )
    with op.batch_alter_table('bonus_statement', schema=None) as batch_op:
        batch_op.create_index('ix_bonus_statement_participant', ['participant'], unique=False)

    op.create_table('dispute',
    sa.Column('id', serial, nullable=False),
    sa.Column('run', serial, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('question', bytewise, nullable=False),
    sa.Column('asked', sa.BigInteger(), nullable=False),
    sa.Column('deadline', sa.Integer(), nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('answer', bytewise, nullable=True),
    sa.Column('answered', sa.BigInteger(), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('adjustment', serial, nullable=True),
    sa.ForeignKeyConstraint(['adjustment'], ['bonus_adjustment.id'], name=op.f('fk_dispute_adjustment_bonus_adjustment')),
    sa.ForeignKeyConstraint(['answered_by'], ['participant.id'], name=op.f('fk_dispute_answered_by_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_dispute_participant_participant')),
    sa.ForeignKeyConstraint(['run'], ['bonus_run.id'], name=op.f('fk_dispute_run_bonus_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute'))
    )
    with op.batch_alter_table('dispute', schema=None) as batch_op:
        batch_op.create_index('ix_dispute_run_participant', ['run', 'participant'], unique=False)

    op.create_table('payroll_export',
    sa.Column('id', serial, nullable=False),
    sa.Column('run', serial, nullable=False),
    sa.Column('columns', bytewise, nullable=False),
    sa.Column('sha256', bytewise, nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('made', sa.BigInteger(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['participant.id'], name=op.f('fk_payroll_export_made_by_participant')),
    sa.ForeignKeyConstraint(['run'], ['bonus_run.id'], name=op.f('fk_payroll_export_run_bonus_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payroll_export'))
    )
    with op.batch_alter_table('payroll_export', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payroll_export_run'), ['run'], unique=False)

    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('employee_no', bytewise, nullable=True))



def downgrade():
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.drop_column('employee_no')

    with op.batch_alter_table('payroll_export', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payroll_export_run'))

    op.drop_table('payroll_export')
    with op.batch_alter_table('dispute', schema=None) as batch_op:
        batch_op.drop_index('ix_dispute_run_participant')

    op.drop_table('dispute')
    with op.batch_alter_table('bonus_statement', schema=None) as batch_op:
        batch_op.drop_index('ix_bonus_statement_participant')

    op.drop_table('bonus_statement')
    op.drop_table('bonus_line')
    with op.batch_alter_table('bonus_input', schema=None) as batch_op:
        batch_op.drop_index('ix_bonus_input_run_bucket')

    op.drop_table('bonus_input')
    op.drop_table('weight')
    op.drop_table('figure')
    op.drop_table('bonus_run')
    with op.batch_alter_table('bonus_adjustment', schema=None) as batch_op:
        batch_op.drop_index('ix_bonus_adjustment_plan_first')

    op.drop_table('bonus_adjustment')
    op.drop_table('payroll_columns')
