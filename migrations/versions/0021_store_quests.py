"""Store quests: which are offered, how many use what they are about, and what somebody chose."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('quest',
    sa.Column('key', bytewise, nullable=False),
    sa.Column('offered', sa.Boolean(), nullable=False),
    sa.Column('body', bytewise, nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_quest'))
    )
    op.create_table('quest_use',
    sa.Column('quest', bytewise, nullable=False),
    sa.Column('team', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('whole', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['team'], ['team.id'], name=op.f('fk_quest_use_team_team')),
    sa.PrimaryKeyConstraint('quest', 'team', name=op.f('pk_quest_use'))
    )
    op.create_table('quest_choice',
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('quest', bytewise, nullable=False),
    sa.Column('started', sa.BigInteger(), nullable=True),
    sa.Column('until', sa.Integer(), nullable=False),
    sa.Column('declined', sa.Boolean(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_quest_choice_participant_participant')),
    sa.PrimaryKeyConstraint('participant', 'quest', name=op.f('pk_quest_choice'))
    )


def downgrade():
    op.drop_table('quest_choice')
    op.drop_table('quest_use')
    op.drop_table('quest')
