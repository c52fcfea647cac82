"""Service of notices: who agreed to e-mail, from when service counts, and by when it is proven"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NEW = ("arrived_on", "counts_from", "undone_on", "undone_because")


def upgrade() -> None:
    op.create_table(
        "email_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["urn"], ["school.urn"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_email_agreement_urn", "email_agreement", ["urn"])
    # A notice that was issued before has no row here, and counts as given on the day it bears.
    op.create_table(
        "service_asked",
        sa.Column("letter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"]),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        sa.PrimaryKeyConstraint("letter_id"),
    )
    for day in NEW[:3]:
        op.add_column("service", sa.Column(day, sa.Date(), nullable=True))
    why = sa.Column("undone_because", sa.String(), server_default="", nullable=False)
    op.add_column("service", why)


# Words that the version before does not know, and could not read.
FORGOTTEN = (
    "DELETE FROM reminder WHERE deadline_id IN (SELECT id FROM deadline WHERE kind = 'service')",
    "DELETE FROM deadline WHERE kind = 'service'",
    "UPDATE service SET method = 'by_hand' WHERE method = 'left_at_address'",
)


def downgrade() -> None:
    op.drop_table("service_asked")
    for statement in FORGOTTEN:
        op.execute(statement)
    with op.batch_alter_table("service", schema=None) as batch_op:
        for column in reversed(NEW):
            batch_op.drop_column(column)
    op.drop_index("ix_email_agreement_urn", "email_agreement")
    op.drop_table("email_agreement")
