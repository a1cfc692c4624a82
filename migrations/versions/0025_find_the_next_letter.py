"""Find the letter that is next by an index, and what goes to channels while many letters wait."""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

there = sa.text("(address >= 'channel:' AND address < 'channel;')")


def upgrade():
    op.create_index('ix_letter_state_expires', 'letter', ['state', 'expires', 'due', 'id'])
    op.create_index('ix_letter_channel', 'letter', ['state', 'due'], sqlite_where=there, postgresql_where=there)
    op.drop_index('ix_letter_state_due', 'letter')


def downgrade():
    op.create_index('ix_letter_state_due', 'letter', ['state', 'due'])
    op.drop_index('ix_letter_channel', 'letter')
    op.drop_index('ix_letter_state_expires', 'letter')
