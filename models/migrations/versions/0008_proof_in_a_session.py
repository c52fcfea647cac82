"""When somebody last proved in a session who they are"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "council_sign_in",
        sa.Column("fresh", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("council_sign_in", "fresh")
    op.drop_column("sign_in", "proven_at")
