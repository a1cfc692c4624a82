"""Store audits and what became of their rows."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('audit',
    sa.Column('id', serial, nullable=False),
    sa.Column('name', bytewise, nullable=False),
    sa.Column('digest', bytewise, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=True),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('counts', sa.Boolean(), nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('message', bytewise, nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('seen', bytewise, nullable=False),
    sa.Column('mapping', bytewise, nullable=False),
    sa.Column('heading', sa.Integer(), nullable=False),
    sa.Column('country', bytewise, nullable=False),
    sa.Column('known_by', bytewise, nullable=False),
    sa.Column('contacts', sa.Integer(), nullable=False),
    sa.Column('watched', sa.BigInteger(), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('compared', sa.BigInteger(), nullable=True),
    sa.Column('until', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_audit_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_participant'), ['participant'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_state'), ['state'], unique=False)
    op.create_table('audit_file',
    sa.Column('audit', serial, nullable=False),
    sa.Column('part', bytewise, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['audit'], ['audit.id'], name=op.f('fk_audit_file_audit_audit')),
    sa.PrimaryKeyConstraint('audit', 'part', name=op.f('pk_audit_file'))
    )
    op.create_table('audit_row',
    sa.Column('audit', serial, nullable=False),
    sa.Column('line', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('name', bytewise, nullable=False),
    sa.Column('first_name', bytewise, nullable=False),
    sa.Column('last_name', bytewise, nullable=False),
    sa.Column('company', bytewise, nullable=False),
    sa.Column('email', bytewise, nullable=False),
    sa.Column('phone', bytewise, nullable=False),
    sa.Column('owner', bytewise, nullable=False),
    sa.Column('value', bytewise, nullable=False),
    sa.Column('last_contact', bytewise, nullable=False),
    sa.Column('notes', bytewise, nullable=False),
    sa.Column('sought', bytewise, nullable=False),
    sa.Column('verdict', bytewise, nullable=False),
    sa.Column('why', bytewise, nullable=False),
    sa.Column('contact', bytewise, nullable=False),
    sa.Column('contact_name', bytewise, nullable=False),
    sa.Column('contact_company', bytewise, nullable=False),
    sa.Column('contact_email', bytewise, nullable=False),
    sa.Column('contact_phone', bytewise, nullable=False),
    sa.Column('changed', bytewise, nullable=False),
    sa.Column('twice', sa.Integer(), nullable=True),
    sa.Column('refused', bytewise, nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('assigned', sa.Integer(), nullable=True),
    sa.Column('assigned_by', sa.Integer(), nullable=True),
    sa.Column('assigned_at', sa.BigInteger(), nullable=True),
    sa.Column('closed', sa.BigInteger(), nullable=True),
    sa.Column('closed_day', sa.Integer(), nullable=True),
    sa.Column('closed_by', sa.Integer(), nullable=True),
    sa.Column('closed_how', bytewise, nullable=False),
    sa.Column('closed_source', bytewise, nullable=True),
    sa.Column('closed_id', bytewise, nullable=True),
    sa.Column('closings', sa.Integer(), nullable=False),
    sa.Column('credit', bytewise, nullable=False),
    sa.ForeignKeyConstraint(['audit'], ['audit.id'], name=op.f('fk_audit_row_audit_audit')),
    sa.ForeignKeyConstraint(['assigned'], ['participant.id'], name=op.f('fk_audit_row_assigned_participant')),
    sa.ForeignKeyConstraint(['assigned_by'], ['participant.id'], name=op.f('fk_audit_row_assigned_by_participant')),
    sa.ForeignKeyConstraint(['closed_by'], ['participant.id'], name=op.f('fk_audit_row_closed_by_participant')),
    sa.PrimaryKeyConstraint('audit', 'line', name=op.f('pk_audit_row'))
    )
    with op.batch_alter_table('audit_row', schema=None) as batch_op:
        batch_op.create_index('ix_audit_row_assigned_state', ['assigned', 'state'], unique=False)
        batch_op.create_index('ix_audit_row_audit_state_rank', ['audit', 'state', 'rank'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_row_closed_by'), ['closed_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_row_contact'), ['contact'], unique=False)


def downgrade():
    op.drop_table('audit_row')
    op.drop_table('audit_file')
    op.drop_table('audit')
