"""The authority's written statement of action after an adverse report"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statement_of_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("no_action", sa.String(), nullable=False),
        sa.Column("parents", sa.String(), nullable=False),
        sa.Column("parents_person", sa.String(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("prepared_by_id", sa.Integer(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("released_because", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"]),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection_outcome.id"]),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"]),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["released_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_statement_of_action_matter_id", "statement_of_action", ["matter_id"])


def downgrade() -> None:
    op.drop_index("ix_statement_of_action_matter_id", "statement_of_action")
    op.drop_table("statement_of_action")
