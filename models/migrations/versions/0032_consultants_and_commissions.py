"""People outside the council who support schools, and support that is commissioned"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# Who led or wrote it, where that is not who recorded it.
DONE_BY = (("visit", "led_by"), ("written_report", "author"))
# Tables of commissioned support, in the order in which they go, and their indexes.
MADE = (
    "impact_evaluation",
    "days_used",
    "commission",
    "referral",
    "support_request",
    "provider",
)
INDEXED = (
    ("support_request", "matter_id"),
    ("support_request", "deadline_id"),
    ("referral", "matter_id"),
    ("referral", "provider_id"),
    ("commission", "matter_id"),
    ("commission", "supporter_id"),
    ("commission", "provider_id"),
    ("commission", "deadline_id"),
    ("days_used", "commission_id"),
    ("impact_evaluation", "commission_id"),
)


def upgrade() -> None:
    op.create_table(
        "consultant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("own_urn", sa.Integer(), nullable=True),
        sa.Column("phase", sa.String(length=40), nullable=True),
        sa.Column("days_a_year", sa.Float(), nullable=True),
        sa.Column("interests", sa.String(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["own_urn"], ["school.urn"]),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("officer_id"),
    )
    op.create_index("ix_consultant_own_urn", "consultant", ["own_urn"])
    op.create_table(
        "accreditation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["consultant_id"], ["consultant.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_accreditation_consultant_id", "accreditation", ["consultant_id"])
    for table, name in DONE_BY:
        officer, consultant = f"{name}_officer_id", f"{name}_consultant_id"
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(officer, sa.Integer(), nullable=True))
            batch_op.add_column(sa.Column(consultant, sa.Integer(), nullable=True))
            batch_op.create_foreign_key(f"{table}_{name}_officer", "officer", [officer], ["id"])
            batch_op.create_foreign_key(
                f"{table}_{name}_consultant", "consultant", [consultant], ["id"]
            )
        op.create_index(f"ix_{table}_{consultant}", table, [consultant])
    with op.batch_alter_table("supporter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consultant_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("supporter_consultant", "consultant", ["consultant_id"], ["id"])
        batch_op.add_column(sa.Column("reason", sa.String(), server_default="", nullable=False))
    op.create_index("ix_supporter_consultant_id", "supporter", ["consultant_id"])
    _create_commissioning()


def _create_commissioning() -> None:
    op.create_table(
        "provider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("offers", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("quality", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "support_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("consultant_id", sa.Integer(), nullable=True),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"]),
        sa.ForeignKeyConstraint(["consultant_id"], ["consultant.id"]),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        sa.ForeignKeyConstraint(["answered_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("what_for", sa.String(), nullable=False),
        sa.Column("referred_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("referred_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"]),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["support_request.id"]),
        sa.ForeignKeyConstraint(["referred_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "commission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("supporter_id", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("commissioned_by", sa.String(length=40), nullable=False),
        sa.Column("paid_by", sa.String(length=40), nullable=False),
        sa.Column("cost", sa.Integer(), nullable=True),
        sa.Column("what_for", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("days_agreed", sa.Float(), nullable=False),
        sa.Column("days_held", sa.Float(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"]),
        sa.ForeignKeyConstraint(["supporter_id"], ["supporter.id"]),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["support_request.id"]),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "days_used",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commission_id", sa.Integer(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Float(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["commission_id"], ["commission.id"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "impact_evaluation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commission_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("difference", sa.String(length=40), nullable=False),
        sa.Column("impact", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["commission_id"], ["commission.id"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for table, column in INDEXED:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in MADE:
        op.drop_table(table)
    op.drop_index("ix_supporter_consultant_id", "supporter")
    with op.batch_alter_table("supporter", schema=None) as batch_op:
        batch_op.drop_constraint("supporter_consultant", type_="foreignkey")
        batch_op.drop_column("consultant_id")
        batch_op.drop_column("reason")
    for table, name in DONE_BY:
        officer, consultant = f"{name}_officer_id", f"{name}_consultant_id"
        op.drop_index(f"ix_{table}_{consultant}", table)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(f"{table}_{name}_officer", type_="foreignkey")
            batch_op.drop_constraint(f"{table}_{name}_consultant", type_="foreignkey")
            batch_op.drop_column(officer)
            batch_op.drop_column(consultant)
    op.drop_table("accreditation")
    op.drop_table("consultant")
