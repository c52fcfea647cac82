"""The editions of the policy under which cases were opened

A case of before has none yet: which policy it was opened under is not known here, and where the
policy stands is a setting. The program gives it the policy in force when it next starts
(models/escalations/adopting.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
    )
    op.add_column("escalation", sa.Column("edition", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("escalation", "edition")
    op.drop_table("policy_edition")
