"""What readers of a file are warned of"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    before = '["added_before"]'  # files that were added until now were not examined
    op.add_column(
        "evidence_file", sa.Column("cautions", sa.JSON(), server_default=before, nullable=False)
    )


def downgrade() -> None:
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.drop_column("cautions")
