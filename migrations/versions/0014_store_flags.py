"""Store flags, their steps, contests and help, what was answered to a check-in, and who looked at a flag."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('flag',
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('came_from', bytewise, nullable=True),
    sa.Column('slips_to', bytewise, nullable=True),
    sa.Column('confirmed', sa.Integer(), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('waited', sa.Integer(), nullable=False),
    sa.Column('quiet', sa.Integer(), nullable=False),
    sa.Column('quiet_since', sa.Integer(), nullable=False),
    sa.Column('muted_until', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_flag_participant_participant')),
    sa.PrimaryKeyConstraint('participant', name=op.f('pk_flag'))
    )
    with op.batch_alter_table('flag', schema=None) as batch_op:
        batch_op.create_index('ix_flag_state', ['state'], unique=False)
    op.create_table('flag_step',
    sa.Column('id', serial, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('moment', sa.BigInteger(), nullable=False),
    sa.Column('before', bytewise, nullable=False),
    sa.Column('after', bytewise, nullable=False),
    sa.Column('does', bytewise, nullable=False),
    sa.Column('by', bytewise, nullable=False),
    sa.Column('who', sa.Integer(), nullable=True),
    sa.Column('why', bytewise, nullable=False),
    sa.Column('note', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_flag_step_participant_participant')),
    sa.ForeignKeyConstraint(['who'], ['participant.id'], name=op.f('fk_flag_step_who_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_step'))
    )
    with op.batch_alter_table('flag_step', schema=None) as batch_op:
        batch_op.create_index('ix_flag_step_day', ['day'], unique=False)
    with op.batch_alter_table('flag_step', schema=None) as batch_op:
        batch_op.create_index('ix_flag_step_participant', ['participant'], unique=False)
    op.create_table('contest',
    sa.Column('id', serial, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('reason', bytewise, nullable=False),
    sa.Column('words', bytewise, nullable=False),
    sa.Column('about', bytewise, nullable=False),
    sa.Column('opened', sa.BigInteger(), nullable=False),
    sa.Column('due', sa.Integer(), nullable=False),
    sa.Column('answered', sa.BigInteger(), nullable=True),
    sa.Column('outcome', bytewise, nullable=True),
    sa.Column('answer', bytewise, nullable=False),
    sa.Column('removed', bytewise, nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by'], ['participant.id'], name=op.f('fk_contest_by_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_contest_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contest'))
    )
    with op.batch_alter_table('contest', schema=None) as batch_op:
        batch_op.create_index('ix_contest_participant', ['participant'], unique=False)
    op.create_table('champion',
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('since', sa.Integer(), nullable=True),
    sa.Column('named', sa.BigInteger(), nullable=False),
    sa.Column('named_by', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['named_by'], ['participant.id'], name=op.f('fk_champion_named_by_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_champion_participant_participant')),
    sa.PrimaryKeyConstraint('participant', name=op.f('pk_champion'))
    )
    op.create_table('help',
    sa.Column('id', serial, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('champion', sa.Integer(), nullable=True),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('ended', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['champion'], ['participant.id'], name=op.f('fk_help_champion_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_help_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help'))
    )
    with op.batch_alter_table('help', schema=None) as batch_op:
        batch_op.create_index('ix_help_participant', ['participant'], unique=False)
    op.create_table('check_in_answer',
    sa.Column('id', serial, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('moment', sa.BigInteger(), nullable=False),
    sa.Column('answer', bytewise, nullable=False),
    sa.Column('words', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_check_in_answer_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_in_answer'))
    )
    with op.batch_alter_table('check_in_answer', schema=None) as batch_op:
        batch_op.create_index('ix_check_in_answer_participant', ['participant'], unique=False)
    op.create_table('snooze',
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=False),
    sa.Column('letters', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_snooze_participant_participant')),
    sa.PrimaryKeyConstraint('participant', name=op.f('pk_snooze'))
    )
    op.create_table('flag_look',
    sa.Column('id', serial, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('reader', sa.Integer(), nullable=False),
    sa.Column('behalf', sa.Integer(), nullable=True),
    sa.Column('page', bytewise, nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('moment', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['behalf'], ['participant.id'], name=op.f('fk_flag_look_behalf_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_flag_look_participant_participant')),
    sa.ForeignKeyConstraint(['reader'], ['participant.id'], name=op.f('fk_flag_look_reader_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_look')),
    sa.UniqueConstraint('participant', 'reader', 'page', 'day', name=op.f('uq_flag_look_participant_reader_page_day'))
    )


def downgrade():
    for table in ('flag_look', 'snooze', 'check_in_answer', 'help', 'champion', 'contest', 'flag_step', 'flag'):
        op.drop_table(table)
