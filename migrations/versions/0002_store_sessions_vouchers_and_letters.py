"""Store sessions vouchers and letters."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table('allowance',
    sa.Column('key', bytewise, nullable=False),
    sa.Column('whole', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_allowance'))
    )
    op.create_table('record_link',
    sa.Column('source', bytewise, nullable=False),
    sa.Column('template', bytewise, nullable=False),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_record_link'))
    )
    op.create_table('voucher',
    sa.Column('id', serial, nullable=False),
    sa.Column('code', bytewise, nullable=False),
    sa.Column('secret', bytewise, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('holder', sa.Integer(), nullable=False),
    sa.Column('period', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('made', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher')),
    sa.UniqueConstraint('code', name=op.f('uq_voucher_code')),
    sa.UniqueConstraint('version', 'holder', 'period', 'ordinal', name=op.f('uq_voucher_version_holder_period_ordinal'))
    )
    op.create_table('device',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('canteen', bytewise, nullable=False),
    sa.Column('digest', bytewise, nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('registered_by', sa.Integer(), nullable=True),
    sa.Column('revoked', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['registered_by'], ['participant.id'], name=op.f('fk_device_registered_by_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device')),
    sa.UniqueConstraint('digest', name=op.f('uq_device_digest'))
    )
    op.create_table('letter',
    sa.Column('id', serial, nullable=False),
    sa.Column('kind', bytewise, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=True),
    sa.Column('address', bytewise, nullable=False),
    sa.Column('occasion', bytewise, nullable=False),
    sa.Column('language', bytewise, nullable=False),
    sa.Column('facts', bytewise, nullable=False),
    sa.Column('state', bytewise, nullable=False),
    sa.Column('planned', sa.BigInteger(), nullable=False),
    sa.Column('due', sa.BigInteger(), nullable=False),
    sa.Column('expires', sa.BigInteger(), nullable=False),
    sa.Column('rendered', sa.BigInteger(), nullable=True),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('doubts', sa.Integer(), nullable=False),
    sa.Column('message_id', bytewise, nullable=True),
    sa.Column('subject', bytewise, nullable=True),
    sa.Column('text', bytewise, nullable=True),
    sa.Column('html', bytewise, nullable=True),
    sa.Column('reply', bytewise, nullable=True),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_letter_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('kind', 'address', 'occasion', name=op.f('uq_letter_kind_address_occasion'))
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_participant'), ['participant'], unique=False)
        batch_op.create_index('ix_letter_state_due', ['state', 'due'], unique=False)

    op.create_table('preference',
    sa.Column('participant', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('language', bytewise, nullable=True),
    sa.Column('theme', bytewise, nullable=True),
    sa.Column('shown', bytewise, nullable=False),
    sa.Column('alias', bytewise, nullable=True),
    sa.Column('welcomed', sa.BigInteger(), nullable=True),
    sa.Column('likeness', bytewise, nullable=True),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_preference_participant_participant')),
    sa.PrimaryKeyConstraint('participant', name=op.f('pk_preference')),
    sa.UniqueConstraint('likeness', name=op.f('uq_preference_likeness'))
    )
    op.create_table('sign_in_link',
    sa.Column('id', serial, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('ends', sa.BigInteger(), nullable=False),
    sa.Column('used', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_sign_in_link_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_link'))
    )
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_link_participant'), ['participant'], unique=False)

    op.create_table('web_session',
    sa.Column('id', serial, nullable=False),
    sa.Column('digest', bytewise, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('agent', bytewise, nullable=False),
    sa.Column('created', sa.BigInteger(), nullable=False),
    sa.Column('seen', sa.BigInteger(), nullable=False),
    sa.Column('ends', sa.BigInteger(), nullable=False),
    sa.Column('revoked', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_web_session_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_web_session')),
    sa.UniqueConstraint('digest', name=op.f('uq_web_session_digest'))
    )
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_web_session_participant'), ['participant'], unique=False)

    op.create_table('redemption',
    sa.Column('id', serial, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('holder', sa.Integer(), nullable=False),
    sa.Column('period', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('device', sa.Integer(), nullable=True),
    sa.Column('participant', sa.Integer(), nullable=True),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('redeemed', sa.BigInteger(), nullable=False),
    sa.Column('undone', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['device'], ['device.id'], name=op.f('fk_redemption_device_device')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_redemption_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redemption'))
    )
    with op.batch_alter_table('redemption', schema=None) as batch_op:
        batch_op.create_index('ix_redemption_award', ['holder', 'version', 'period', 'ordinal'], unique=False)
        batch_op.create_index('ix_redemption_device_day', ['device', 'day'], unique=False)

    # what a page asks: which activity took this one back?
    retracting = sa.text('retracts IS NOT NULL')
    op.create_index(
        'ix_activity_retracts', 'activity', ['retracts'], unique=False,
        sqlite_where=retracting, postgresql_where=retracting,
    )


def downgrade():
    op.drop_index('ix_activity_retracts', 'activity')
    with op.batch_alter_table('redemption', schema=None) as batch_op:
        batch_op.drop_index('ix_redemption_device_day')
        batch_op.drop_index('ix_redemption_award')

    op.drop_table('redemption')
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_web_session_participant'))

    op.drop_table('web_session')
    with op.batch_alter_table('sign_in_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_link_participant'))

    op.drop_table('sign_in_link')
    op.drop_table('preference')
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index('ix_letter_state_due')
        batch_op.drop_index(batch_op.f('ix_letter_participant'))

    op.drop_table('letter')
    op.drop_table('device')
    op.drop_table('voucher')
    op.drop_table('record_link')
    op.drop_table('allowance')
