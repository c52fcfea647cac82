"""Governors whom others appoint at a voluntary aided school (section 64(4) to (9))"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matching_governor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("power_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("appointed_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["power_id"], ["power.id"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_matching_governor_power_id", "matching_governor", ["power_id"])


def downgrade() -> None:
    op.drop_index("ix_matching_governor_power_id", "matching_governor")
    op.drop_table("matching_governor")
