"""Store the roll-out: goals, who cares for waves, the diagnosis, and vital signs."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('rollout_goal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', bytewise, nullable=False),
    sa.Column('metric', bytewise, nullable=False),
    sa.Column('target', sa.BigInteger(), nullable=True),
    sa.Column('until', sa.Integer(), nullable=True),
    sa.Column('chosen', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rollout_goal'))
    )
    op.create_table('wave_care',
    sa.Column('wave', bytewise, nullable=False),
    sa.Column('champion', sa.Integer(), nullable=True),
    sa.Column('supporter', sa.Integer(), nullable=True),
    sa.Column('decision', bytewise, nullable=True),
    sa.Column('advice', bytewise, nullable=True),
    sa.Column('why', bytewise, nullable=False),
    sa.Column('decided', sa.BigInteger(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['champion'], ['participant.id'], name=op.f('fk_wave_care_champion_participant')),
    sa.ForeignKeyConstraint(['supporter'], ['participant.id'], name=op.f('fk_wave_care_supporter_participant')),
    sa.ForeignKeyConstraint(['decided_by'], ['participant.id'], name=op.f('fk_wave_care_decided_by_participant')),
    sa.PrimaryKeyConstraint('wave', name=op.f('pk_wave_care'))
    )
    op.create_table('diagnosis_answer',
    sa.Column('question', bytewise, nullable=False),
    sa.Column('answer', bytewise, nullable=False),
    sa.Column('moment', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by'], ['participant.id'], name=op.f('fk_diagnosis_answer_by_participant')),
    sa.PrimaryKeyConstraint('question', name=op.f('pk_diagnosis_answer'))
    )
    op.create_table('diagnosis_data',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('found', bytewise, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_diagnosis_data'))
    )
    op.create_table('vital_week',
    sa.Column('team', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('week', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', bytewise, nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('whole', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['team'], ['team.id'], name=op.f('fk_vital_week_team_team')),
    sa.PrimaryKeyConstraint('team', 'week', 'name', name=op.f('pk_vital_week'))
    )


def downgrade():
    op.drop_table('vital_week')
    op.drop_table('diagnosis_data')
    op.drop_table('diagnosis_answer')
    op.drop_table('wave_care')
    op.drop_table('rollout_goal')
