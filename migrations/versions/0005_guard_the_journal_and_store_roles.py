"""Let the database refuse changes of the journal; store what its last check found, roles, and delegations."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

REFUSAL = "the journal is append-only"
SQLITE = (
    f"CREATE TRIGGER journal_entry_no_update BEFORE UPDATE ON journal_entry BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER journal_entry_no_delete BEFORE DELETE ON journal_entry BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    # INSERT OR REPLACE deletes without asking the trigger above
    "CREATE TRIGGER journal_entry_no_replace BEFORE INSERT ON journal_entry"
    " WHEN EXISTS (SELECT 1 FROM journal_entry WHERE number = NEW.number)"
    f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER journal_entry_no_change BEFORE UPDATE OR DELETE ON journal_entry"
    " FOR EACH ROW EXECUTE FUNCTION journal_refuses()",
    "CREATE TRIGGER journal_entry_no_truncate BEFORE TRUNCATE ON journal_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses()",
)
INDEXES = ('participant', 'thing')


def upgrade():
    with op.batch_alter_table('journal_entry', schema=None) as batch_op:
        for name in INDEXES:
            batch_op.drop_index(f'ix_journal_entry_{name}')
        for name in (*INDEXES, 'action'):
            batch_op.create_index(f'ix_journal_entry_{name}_number', [name, 'number'], unique=False)
    for statement in SQLITE if op.get_context().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.create_table('journal_check',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('moment', sa.BigInteger(), nullable=False),
    sa.Column('entries', sa.BigInteger(), nullable=False),
    sa.Column('flaws', sa.BigInteger(), nullable=False),
    sa.Column('flaw', sa.BigInteger(), nullable=True),
    sa.Column('flaw_last', sa.BigInteger(), nullable=True),
    sa.Column('flaw_kind', bytewise, nullable=True),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('hash', bytewise, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_check'))
    )
    op.create_table('role_grant',
    sa.Column('id', serial, nullable=False),
    sa.Column('participant', sa.Integer(), nullable=False),
    sa.Column('role', bytewise, nullable=False),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.Column('why', bytewise, nullable=False),
    sa.Column('granted', sa.BigInteger(), nullable=False),
    sa.Column('granted_by', sa.Integer(), nullable=True),
    sa.Column('revoked', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['granted_by'], ['participant.id'], name=op.f('fk_role_grant_granted_by_participant')),
    sa.ForeignKeyConstraint(['participant'], ['participant.id'], name=op.f('fk_role_grant_participant_participant')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant'))
    )
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.create_index('ix_role_grant_participant', ['participant'], unique=False)

    op.create_table('delegation',
    sa.Column('id', serial, nullable=False),
    sa.Column('giver', sa.Integer(), nullable=False),
    sa.Column('receiver', sa.Integer(), nullable=False),
    sa.Column('team', sa.Integer(), nullable=True),
    sa.Column('starts', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.Column('made', sa.BigInteger(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('ended', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['giver'], ['participant.id'], name=op.f('fk_delegation_giver_participant')),
    sa.ForeignKeyConstraint(['made_by'], ['participant.id'], name=op.f('fk_delegation_made_by_participant')),
    sa.ForeignKeyConstraint(['receiver'], ['participant.id'], name=op.f('fk_delegation_receiver_participant')),
    sa.ForeignKeyConstraint(['team'], ['team.id'], name=op.f('fk_delegation_team_team')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delegation'))
    )
    with op.batch_alter_table('delegation', schema=None) as batch_op:
        batch_op.create_index('ix_delegation_giver', ['giver'], unique=False)
        batch_op.create_index('ix_delegation_receiver', ['receiver'], unique=False)


def downgrade():
    for table in ('delegation', 'role_grant', 'journal_check'):
        op.drop_table(table)
    if op.get_context().dialect.name == "sqlite":
        for what in ('update', 'delete', 'replace'):
            op.execute(f"DROP TRIGGER journal_entry_no_{what}")
    else:
        for what in ('change', 'truncate'):
            op.execute(f"DROP TRIGGER journal_entry_no_{what} ON journal_entry")
        op.execute("DROP FUNCTION journal_refuses()")
    with op.batch_alter_table('journal_entry', schema=None) as batch_op:
        for name in (*INDEXES, 'action'):
            batch_op.drop_index(f'ix_journal_entry_{name}_number')
        for name in INDEXES:
            batch_op.create_index(f'ix_journal_entry_{name}', [name], unique=False)
