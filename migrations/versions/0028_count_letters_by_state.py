"""Count and list letters by state without reading what they say."""

from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index('ix_letter_state_id_kind', 'letter', ['state', 'id', 'kind'])


def downgrade():
    op.drop_index('ix_letter_state_id_kind', 'letter')
