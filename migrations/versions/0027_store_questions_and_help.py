"""Store questions, what was said about them, and the help list."""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('question',
    sa.Column('id', serial, nullable=False),
    sa.Column('asker', sa.Integer(), nullable=False),
    sa.Column('once', bytewise, nullable=False),
    sa.Column('route', bytewise, nullable=False),
    sa.Column('path', bytewise, nullable=False),
    sa.Column('wave', bytewise, nullable=False),
    sa.Column('language', bytewise, nullable=False),
    sa.Column('letters', sa.Boolean(), nullable=False),
    sa.Column('text', bytewise, nullable=False),
    sa.Column('asked', sa.BigInteger(), nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('passed', sa.SmallInteger(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.Column('answered', sa.BigInteger(), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['answered_by'], ['participant.id'], name=op.f('fk_question_answered_by_participant')),
    sa.ForeignKeyConstraint(['asker'], ['participant.id'], name=op.f('fk_question_asker_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    sa.UniqueConstraint('asker', 'once', name=op.f('uq_question_asker_once'))
    )
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_asked'), ['asked'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_question_wave'), ['wave'], unique=False)

    op.create_table('help_entry',
    sa.Column('id', serial, nullable=False),
    sa.Column('question', serial, nullable=True),
    sa.Column('route', bytewise, nullable=False),
    sa.Column('language', bytewise, nullable=False),
    sa.Column('title', bytewise, nullable=False),
    sa.Column('text', bytewise, nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=False),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.Column('withdrawn', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['participant.id'], name=op.f('fk_help_entry_made_by_participant')),
    sa.ForeignKeyConstraint(['question'], ['question.id'], name=op.f('fk_help_entry_question_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_entry'))
    )
    with op.batch_alter_table('help_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_help_entry_question'), ['question'], unique=False)

    op.create_table('question_word',
    sa.Column('id', serial, nullable=False),
    sa.Column('question', serial, nullable=False),
    sa.Column('once', bytewise, nullable=False),
    sa.Column('by', sa.Integer(), nullable=False),
    sa.Column('does', bytewise, nullable=False),
    sa.Column('text', bytewise, nullable=False),
    sa.Column('said', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['participant.id'], name=op.f('fk_question_word_by_participant')),
    sa.ForeignKeyConstraint(['question'], ['question.id'], name=op.f('fk_question_word_question_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_word')),
    sa.UniqueConstraint('question', 'once', name=op.f('uq_question_word_question_once'))
    )
    with op.batch_alter_table('question_word', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_question_word_by'), ['by'], unique=False)

    op.create_table('help_vote',
    sa.Column('entry', serial, autoincrement=False, nullable=False),
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('useful', sa.Boolean(), nullable=False),
    sa.Column('said', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['entry'], ['help_entry.id'], name=op.f('fk_help_vote_entry_help_entry')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_help_vote_participant_participant')),
    sa.PrimaryKeyConstraint('entry', 'participant', name=op.f('pk_help_vote'))
    )


def downgrade():
    op.drop_table('help_vote')
    with op.batch_alter_table('question_word', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_word_by'))

    op.drop_table('question_word')
    with op.batch_alter_table('help_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_help_entry_question'))

    op.drop_table('help_entry')
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_question_wave'))
        batch_op.drop_index(batch_op.f('ix_question_state'))
        batch_op.drop_index(batch_op.f('ix_question_asked'))

    op.drop_table('question')
