"""Whether more or less is needed, good practice, and the priorities of improvement plans"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# Columns of text that are empty in rows of before.
TEXTS = (
    ("visit", "good_practice"),
    ("visit", "needed_because"),
    ("written_report", "needed_because"),
    ("review", "council_response"),
    ("review", "leaders_response"),
    ("review", "needed_because"),
    ("action_line", "needed_because"),
)
ASKED = ("visit", "written_report", "review", "action_line")
# Words that the version before does not know, and could not read.
FORGOTTEN = (
    "DELETE FROM reminder WHERE deadline_id IN (SELECT id FROM deadline WHERE kind = 'need')",
    "DELETE FROM deadline WHERE kind = 'need'",
)


def upgrade() -> None:
    _priorities()
    _needs()
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("priority_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            "action_priority", "improvement_priority", ["priority_id"], ["id"]
        )
    op.create_index("ix_action_priority_id", "action", ["priority_id"])
    for table, name in TEXTS:
        op.add_column(table, sa.Column(name, sa.String(), server_default="", nullable=False))
    for table in ASKED:
        op.add_column(table, sa.Column("needed", sa.String(length=40), nullable=True))


def _priorities() -> None:
    op.create_table(
        "improvement_priority",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_improvement_priority_matter_id", "improvement_priority", ["matter_id"])
    op.create_table(
        "priority_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("priority_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("success_criteria", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["priority_id"], ["improvement_priority.id"]),
        sa.ForeignKeyConstraint(["written_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "priority_version_once", "priority_version", ["priority_id", "version"], unique=True
    )
    op.create_table(
        "priority_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("priority_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("said_by_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["priority_id"], ["improvement_priority.id"]),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"]),
        sa.ForeignKeyConstraint(["said_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("priority_month_once", "priority_month", ["priority_id", "month"], unique=True)
    op.create_index("ix_priority_month_review_id", "priority_month", ["review_id"])


def _needs() -> None:
    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=True),
        sa.Column("escalation_id", sa.Integer(), nullable=True),
        sa.Column("closed_because", sa.String(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalation.id"]),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"]),
        sa.ForeignKeyConstraint(["said_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["settled_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("assessment_id", "deadline_id", "escalation_id", "matter_id"):
        op.create_index(f"ix_need_{name}", "need", [name])
    op.create_index("need_from", "need", ["source", "source_id"])
    op.create_index("need_in", "need", ["state", "id"])


def downgrade() -> None:
    op.drop_table("need")
    for statement in FORGOTTEN:
        op.execute(statement)
    op.drop_index("ix_action_priority_id", "action")
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_constraint("action_priority", type_="foreignkey")
        batch_op.drop_column("priority_id")
    for table in ASKED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in ("needed", *(name for its, name in TEXTS if its == table)):
                batch_op.drop_column(name)
    op.drop_table("priority_month")
    op.drop_table("priority_version")
    op.drop_table("improvement_priority")
