"""How mail servers have been of late; what waits in the outbox is found by its own index"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PENDING = sa.text("state = 'pending'")
CLAIMED = sa.text("state = 'claimed'")
WAITING = sa.text("state IN ('pending', 'claimed')")


def upgrade() -> None:
    op.create_table(
        "mail_server",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("put_off", sa.Integer(), nullable=False),
        sa.Column("ailing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.add_column(
        "message", sa.Column("put_off", sa.Integer(), server_default="0", nullable=False)
    )
    op.drop_index("message_waiting", "message")
    op.create_index(
        "message_pending",
        "message",
        ["kind", "id"],
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )
    op.create_index(
        "message_claimed",
        "message",
        ["claim_ends_at"],
        sqlite_where=CLAIMED,
        postgresql_where=CLAIMED,
    )


def downgrade() -> None:
    op.drop_index("message_claimed", "message")
    op.drop_index("message_pending", "message")
    op.create_index(
        "message_waiting",
        "message",
        ["next_attempt_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.drop_column("message", "put_off")
    op.drop_table("mail_server")
