"""What is required of a school, who was there at a visit, and duties of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "duty",
        sa.Column("falls_behind", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("duty", sa.Column("since", sa.Date(), nullable=True))
    op.add_column("visit", sa.Column("attendees", sa.JSON(), nullable=True))
    op.add_column("school", sa.Column("newest_head", sa.String(), nullable=True))
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("required_by_id", sa.Integer(), nullable=False),
        sa.Column("required_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["urn"], ["school.urn"]),
        sa.ForeignKeyConstraint(["required_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["ended_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("requirement_of_school", "requirement", ["urn", "what"])


def downgrade() -> None:
    op.drop_table("requirement")
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.drop_column("newest_head")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("attendees")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_column("since")
        batch_op.drop_column("falls_behind")
