"""Store drafts of the book."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('draft',
    sa.Column('id', serial, nullable=False),
    sa.Column('title', bytewise, nullable=False),
    sa.Column('why', bytewise, nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('starts', sa.Integer(), nullable=True),
    sa.Column('base', serial, nullable=True),
    sa.Column('book', serial, nullable=True),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_name', bytewise, nullable=False),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.Column('changed_by', sa.Integer(), nullable=True),
    sa.Column('changed_name', bytewise, nullable=False),
    sa.Column('sent', sa.BigInteger(), nullable=True),
    sa.Column('sent_by', sa.Integer(), nullable=True),
    sa.Column('sent_name', bytewise, nullable=True),
    sa.Column('decided', sa.BigInteger(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_name', bytewise, nullable=True),
    sa.Column('reason', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['base'], ['book.id'], name=op.f('fk_draft_base_book')),
    sa.ForeignKeyConstraint(['book'], ['book.id'], name=op.f('fk_draft_book_book')),
    sa.ForeignKeyConstraint(['changed_by'], ['participant.id'], name=op.f('fk_draft_changed_by_participant')),
    sa.ForeignKeyConstraint(['created_by'], ['participant.id'], name=op.f('fk_draft_created_by_participant')),
    sa.ForeignKeyConstraint(['decided_by'], ['participant.id'], name=op.f('fk_draft_decided_by_participant')),
    sa.ForeignKeyConstraint(['sent_by'], ['participant.id'], name=op.f('fk_draft_sent_by_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft'))
    )
    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.create_index('ix_draft_state', ['state'], unique=False)
    op.create_table('draft_part',
    sa.Column('draft', serial, nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('key', bytewise, nullable=False),
    sa.Column('text', bytewise, nullable=True),
    sa.ForeignKeyConstraint(['draft'], ['draft.id'], name=op.f('fk_draft_part_draft_draft')),
    sa.PrimaryKeyConstraint('draft', 'kind', 'key', name=op.f('pk_draft_part'))
    )
    op.create_table('draft_author',
    sa.Column('draft', serial, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['draft'], ['draft.id'], name=op.f('fk_draft_author_draft_draft')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_draft_author_participant_participant')),
    sa.PrimaryKeyConstraint('draft', 'participant', name=op.f('pk_draft_author'))
    )


def downgrade():
    op.drop_table('draft_author')
    op.drop_table('draft_part')
    op.drop_table('draft')
