"""Keep managers over time: who led whom on which days, in place of the one manager of each participant."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

EVER, FOREVER = 1, date.max.toordinal()
participant = sa.table('participant', *map(sa.column, ('id', 'manager', 'hired_on', 'left_on')))
management = sa.table('management', *map(sa.column, ('participant', 'manager', 'starts', 'ends')))


def upgrade():
    op.create_table('management',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('manager', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['manager'], ['participant.id'], name=op.f('fk_management_manager_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_management_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_management')),
    sa.UniqueConstraint('participant', 'starts', name=op.f('uq_management_participant_starts'))
    )
    with op.batch_alter_table('management', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_management_manager'), ['manager'], unique=False)
        batch_op.create_index(batch_op.f('ix_management_participant'), ['participant'], unique=False)
    # What is known of the past is that somebody has this manager now: from the first day here to the last.
    starts, ends = sa.func.coalesce(participant.c.hired_on, EVER), sa.func.coalesce(participant.c.left_on, FOREVER)
    known = sa.select(participant.c.id, participant.c.manager, starts, ends)
    known = known.where(participant.c.manager.is_not(None), starts < ends).order_by(participant.c.id)
    op.execute(sa.insert(management).from_select(['participant', 'manager', 'starts', 'ends'], known))
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.drop_constraint('fk_participant_manager_participant', type_='foreignkey')
        batch_op.drop_column('manager')


def downgrade():
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('manager', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_participant_manager_participant'), 'participant', ['manager'], ['id'])
    # One each is left: who leads them today, or led them on their last day here, or will on their first.
    today = date.today().toordinal()  # noqa: DTZ011  # the server's day is near enough
    asked = sa.func.coalesce(participant.c.hired_on, EVER)
    asked = sa.case((asked < today, today), else_=asked)
    last = sa.func.coalesce(participant.c.left_on, FOREVER) - 1
    asked = sa.case((asked > last, last), else_=asked)
    found = sa.select(management.c.manager).where(
        management.c.participant == participant.c.id, management.c.starts <= asked, asked < management.c.ends
    )
    op.execute(sa.update(participant).values(manager=found.scalar_subquery()))
    with op.batch_alter_table('management', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_management_participant'))
        batch_op.drop_index(batch_op.f('ix_management_manager'))

    op.drop_table('management')
