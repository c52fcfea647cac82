"""An index for the list of all deadlines, which has them by their day."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("deadline_in_order", "deadline", ["due_on", "id"])


def downgrade() -> None:
    op.drop_index("deadline_in_order", table_name="deadline")
