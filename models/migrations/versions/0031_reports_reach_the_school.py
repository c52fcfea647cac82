"""Written reports are approved, issued to the school, and their facts checked by it"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("written_report") as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(), nullable=False, server_default="written_report")
        )
        # What was stored before counts as issued, on its own day: its duty is done.
        batch_op.add_column(
            sa.Column("state", sa.String(length=40), nullable=False, server_default="issued")
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("wanted_duty_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("issued_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("withdrawn_because", sa.String(), nullable=False, server_default="")
        )
        batch_op.create_foreign_key(
            "written_report_wanted_duty", "duty", ["wanted_duty_id"], ["id"]
        )
        batch_op.create_index("ix_written_report_state", ["state"])
    op.execute("UPDATE written_report SET issued_on = dated")
    with op.batch_alter_table("written_report") as batch_op:
        for name in ("kind", "state", "version", "withdrawn_because"):
            batch_op.alter_column(name, server_default=None)
    op.create_table(
        "report_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["written_report.id"]),
        sa.ForeignKeyConstraint(["written_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("version_of_report", "report_version", ["report_id", "version"], unique=True)
    op.create_table(
        "report_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("deadline_id", sa.Integer(), nullable=True),
        sa.Column("final_deadline_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"]),
        sa.ForeignKeyConstraint(["report_id"], ["written_report.id"]),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"]),
        sa.ForeignKeyConstraint(["author_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        sa.ForeignKeyConstraint(["final_deadline_id"], ["deadline.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("proposal_id"),
    )
    op.create_index("issue_of_report", "report_issue", ["report_id"])
    op.create_index("ix_report_issue_deadline_id", "report_issue", ["deadline_id"])
    op.create_index("ix_report_issue_final_deadline_id", "report_issue", ["final_deadline_id"])
    op.create_table(
        "accuracy_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("comments", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(), nullable=False),
        sa.Column("replied_by_id", sa.Integer(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["report_issue.id"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["replied_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("link_of_issue", "accuracy_link", ["issue_id"])
    op.create_table(
        "accuracy_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["accuracy_link.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_accuracy_key_link_id", "accuracy_key", ["link_id"])


# Words that the version before does not know, and could not read.
FORGOTTEN = (
    "DELETE FROM reminder WHERE deadline_id IN (SELECT id FROM deadline WHERE kind = 'accuracy')",
    "DELETE FROM deadline WHERE kind = 'accuracy'",
)


def downgrade() -> None:
    for table in ("accuracy_key", "accuracy_link", "report_issue", "report_version"):
        op.drop_table(table)
    for statement in FORGOTTEN:
        op.execute(statement)
    with op.batch_alter_table("written_report") as batch_op:
        batch_op.drop_index("ix_written_report_state")
        batch_op.drop_constraint("written_report_wanted_duty", type_="foreignkey")
        for name in (
            "kind",
            "state",
            "version",
            "wanted_duty_id",
            "issued_on",
            "withdrawn_because",
        ):
            batch_op.drop_column(name)
