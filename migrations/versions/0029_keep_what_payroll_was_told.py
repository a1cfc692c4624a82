"""Keep as whom payroll was told of everybody, and with which codes, so that an export stays the same bytes."""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('payroll_row',
    sa.Column('batch', serial, autoincrement=False, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('employee_no', bytewise, nullable=False),
    sa.Column('name', bytewise, nullable=False),
    sa.Column('email', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['batch'], ['payroll_export.id'], name=op.f('fk_payroll_row_batch_payroll_export')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_payroll_row_participant_participant')),
    sa.PrimaryKeyConstraint('batch', 'participant', name=op.f('pk_payroll_row'))
    )
    op.add_column('payroll_export', sa.Column('element', bytewise, nullable=True))
    op.add_column('payroll_export', sa.Column('version', bytewise, nullable=True))
    op.execute(
        "INSERT INTO payroll_row (batch, participant, employee_no, name, email)"
        " SELECT e.id, p.id, coalesce(p.employee_no, ''), p.name, p.email FROM payroll_export AS e"
        " JOIN bonus_statement AS s ON s.run = e.run AND s.total <> 0 JOIN participant AS p ON p.id = s.participant"
    )


def downgrade():
    op.drop_table('payroll_row')
    op.drop_column('payroll_export', 'version')
    op.drop_column('payroll_export', 'element')
