"""Store who gets regular letters and when, and let each reader have one for a week."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade():
    op.create_table('subscription',
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=False),
    sa.Column('zone', bytewise, nullable=True),
    sa.Column('language', bytewise, nullable=True),
    sa.Column('suspended', sa.BigInteger(), nullable=True),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_subscription_participant_participant')),
    sa.PrimaryKeyConstraint('participant', 'kind', name=op.f('pk_subscription'))
    )
    op.create_table('digest_setting',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.Column('changed_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by'], ['participant.id'], name=op.f('fk_digest_setting_changed_by_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digest_setting'))
    )
    op.create_table('job_wish',
    sa.Column('job', bytewise, nullable=False),
    sa.Column('asked', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('job', name=op.f('pk_job_wish'))
    )
    op.add_column('letter', sa.Column('week', sa.Integer(), nullable=True))
    op.create_index('uq_letter_participant_kind_week', 'letter', ['participant', 'kind', 'week'], unique=True)


def downgrade():
    op.drop_index('uq_letter_participant_kind_week', table_name='letter')
    with op.batch_alter_table('letter') as batch:
        batch.drop_column('week')
    op.drop_table('job_wish')
    op.drop_table('digest_setting')
    op.drop_table('subscription')
