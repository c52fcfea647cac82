"""What published reports of inspections say of schools (sections 61 and 62)"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspection_outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["urn"], ["school.urn"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["corrects_id"], ["inspection_outcome.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("corrects_id"),
    )
    op.create_index("ix_inspection_outcome_urn", "inspection_outcome", ["urn"])


def downgrade() -> None:
    op.drop_index("ix_inspection_outcome_urn", "inspection_outcome")
    op.drop_table("inspection_outcome")
