"""Evaluations that are presented, and what the criteria of levels suggested"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presentation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("present_by", sa.Date(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("impact", sa.String(), nullable=False),
        sa.Column("external_impact", sa.String(), nullable=False),
        sa.Column("lines_sha256", sa.String(), nullable=False),
        sa.Column("compiled_by", sa.String(), nullable=False),
        sa.Column("compiled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("presented_by_id", sa.Integer(), nullable=True),
        sa.Column("presented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["presented_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("presentation_of_period", "presentation", ["kind", "period"], unique=True)
    op.create_table(
        "presented_school",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("level_before", sa.String(length=40), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("evaluated_on", sa.Date(), nullable=True),
        sa.Column("evaluated_by", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("impact", sa.String(), nullable=False),
        sa.Column("external_impact", sa.String(), nullable=False),
        sa.Column("school_view", sa.String(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("meetings", sa.Integer(), nullable=False),
        sa.Column("actions_done", sa.Integer(), nullable=False),
        sa.Column("actions_open", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["presentation_id"], ["presentation.id"]),
        sa.ForeignKeyConstraint(["urn"], ["school.urn"]),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("presented_once", "presented_school", ["presentation_id", "urn"], unique=True)
    op.create_table(
        "presentation_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("presentation_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["presentation_id"], ["presentation.id"]),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["given_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "presented_to_once",
        "presentation_recipient",
        ["presentation_id", "officer_id"],
        unique=True,
    )
    op.create_index(
        "ix_presentation_recipient_officer_id", "presentation_recipient", ["officer_id"]
    )
    for name in ("external_impact", "school_view"):
        op.add_column("review", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("assessment", sa.Column("suggested_level", sa.String(length=40), nullable=True))
    op.add_column(
        "assessment", sa.Column("suggested_by", sa.JSON(), server_default="[]", nullable=False)
    )
    op.add_column(
        "assessment",
        sa.Column("differs_because", sa.String(), server_default="", nullable=False),
    )


def downgrade() -> None:
    for name in ("differs_because", "suggested_by", "suggested_level"):
        op.drop_column("assessment", name)
    for name in ("school_view", "external_impact"):
        op.drop_column("review", name)
    for table in ("presentation_recipient", "presented_school", "presentation"):
        op.drop_table(table)
