"""Until when a mail service asked to be left alone, and when an administrator was called"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail_server", sa.Column("wait_until", sa.DateTime(timezone=True)))
    op.add_column("mail_server", sa.Column("called_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("mail_server", "called_at")
    op.drop_column("mail_server", "wait_until")
