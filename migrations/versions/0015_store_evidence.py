"""Store what is remembered of how people work in the CRM."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('night',
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('facts', sa.Integer(), nullable=False),
    sa.Column('heard', bytewise, nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('finished', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_night'))
    )
    op.create_table('evidence_day',
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('facts', bytewise, nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('mark', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_evidence_day_participant_participant')),
    sa.PrimaryKeyConstraint('day', 'participant', name=op.f('pk_evidence_day')),
    sqlite_with_rowid=False
    )
    op.create_table('reliance_account',
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('asked', sa.SmallInteger(), nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_reliance_account_participant_participant')),
    sa.PrimaryKeyConstraint('participant', name=op.f('pk_reliance_account'))
    )
    with op.batch_alter_table('reliance_account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reliance_account_asked'), ['asked'], unique=False)
    op.create_table('habit_block',
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('block', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('role', bytewise, nullable=False),
    sa.Column('usual', bytewise, nullable=False),
    sa.Column('begins', bytewise, nullable=False),
    sa.Column('healthy', bytewise, nullable=False),
    sa.Column('whole', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_habit_block_participant_participant')),
    sa.PrimaryKeyConstraint('participant', 'block', name=op.f('pk_habit_block'))
    )
    op.create_table('role_habit',
    sa.Column('role', bytewise, nullable=False),
    sa.Column('block', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('usual', bytewise, nullable=False),
    sa.Column('score', bytewise, nullable=False),
    sa.PrimaryKeyConstraint('role', 'block', name=op.f('pk_role_habit'))
    )
    op.create_table('norm',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('role', bytewise, nullable=True),
    sa.Column('participant', sa.Integer(), nullable=True),
    sa.Column('live', sa.Integer(), nullable=True),
    sa.Column('imports', sa.Boolean(), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_norm_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_norm'))
    )
    with op.batch_alter_table('norm', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_norm_participant'), ['participant'], unique=False)
    op.create_table('season',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('role', bytewise, nullable=True),
    sa.Column('team', sa.Integer(), nullable=True),
    sa.Column('participant', sa.Integer(), nullable=True),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_season_participant_participant')),
    sa.ForeignKeyConstraint(['team'], ['team.id'], name=op.f('fk_season_team_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_season'))
    )
    with op.batch_alter_table('season', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_season_participant'), ['participant'], unique=False)
        batch_op.create_index(batch_op.f('ix_season_team'), ['team'], unique=False)
    op.create_table('adoption_score',
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('regularity', sa.SmallInteger(), nullable=False),
    sa.Column('timeliness', sa.SmallInteger(), nullable=False),
    sa.Column('quality', sa.SmallInteger(), nullable=False),
    sa.Column('breadth', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_adoption_score_participant_participant')),
    sa.PrimaryKeyConstraint('day', 'participant', name=op.f('pk_adoption_score')),
    sqlite_with_rowid=False
    )
    op.create_table('adoption_week',
    sa.Column('team', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('week', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('figures', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['team'], ['team.id'], name=op.f('fk_adoption_week_team_team')),
    sa.PrimaryKeyConstraint('team', 'week', name=op.f('pk_adoption_week'))
    )


def downgrade():
    for table in (
        'adoption_week', 'adoption_score', 'season', 'norm', 'role_habit', 'habit_block', 'reliance_account',
        'evidence_day', 'night',
    ):
        op.drop_table(table)
