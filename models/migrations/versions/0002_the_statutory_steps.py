"""Warning notices and powers: the statutory steps"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "secretary_of_state_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("release_note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("secretary_of_state_notice", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_secretary_of_state_notice_escalation_id"),
            ["escalation_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_secretary_of_state_notice_urn"), ["urn"], unique=False)

    op.create_table(
        "support",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("aware_of_problem", sa.Boolean(), nullable=False),
        sa.Column("working_with_partner", sa.Boolean(), nullable=False),
        sa.Column("plan_on_track", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["officer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_support_escalation_id"), ["escalation_id"], unique=False
        )

    op.create_table(
        "power",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secretary_of_state_on", sa.Date(), nullable=True),
        sa.Column("secretary_of_state_evidence", sa.String(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("received_evidence", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposal.id"],
        ),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("power", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_power_escalation_id"), ["escalation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_power_urn"), ["urn"], unique=False)

    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["officer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "warning_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("comparisons", sa.JSON(), nullable=False),
        sa.Column("comparison", sa.String(), nullable=False),
        sa.Column("why_powers", sa.String(), nullable=False),
        sa.Column("matters", sa.String(), nullable=False),
        sa.Column("action_required", sa.String(), nullable=False),
        sa.Column("compliance_ends_on", sa.Date(), nullable=False),
        sa.Column("action_minded", sa.String(), nullable=False),
        sa.Column("why_support_is_not_enough", sa.String(), nullable=False),
        sa.Column("complied", sa.Boolean(), nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("judgement_reasons", sa.String(), nullable=False),
        sa.Column("ceased_on", sa.Date(), nullable=True),
        sa.Column("ceased_because", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["judged_by_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposal.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("warning_notice", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_warning_notice_escalation_id"), ["escalation_id"], unique=False
        )

    op.create_table(
        "budget_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("power_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["power_id"],
            ["power.id"],
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposal.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["officer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("budget_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_budget_review_power_id"), ["power_id"], unique=False)

    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("power_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("consulted_on", sa.Date(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["power_id"],
            ["power.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["officer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consultation_power_id"), ["power_id"], unique=False)

    op.create_table(
        "proposed_powers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["warning_notice.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("proposed_powers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposed_powers_notice_id"), ["notice_id"], unique=False
        )

    op.create_table(
        "representation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("power_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["power_id"],
            ["power.id"],
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["officer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("representation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_representation_power_id"), ["power_id"], unique=False)

    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(sa.Column("people", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_column("people")

    with op.batch_alter_table("representation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_representation_power_id"))

    op.drop_table("representation")
    with op.batch_alter_table("proposed_powers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposed_powers_notice_id"))

    op.drop_table("proposed_powers")
    with op.batch_alter_table("consultation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consultation_power_id"))

    op.drop_table("consultation")
    with op.batch_alter_table("budget_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget_review_power_id"))

    op.drop_table("budget_review")
    with op.batch_alter_table("warning_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_warning_notice_escalation_id"))

    op.drop_table("warning_notice")
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_letter_id"))

    op.drop_table("service")
    with op.batch_alter_table("power", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_power_urn"))
        batch_op.drop_index(batch_op.f("ix_power_escalation_id"))

    op.drop_table("power")
    with op.batch_alter_table("support", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_escalation_id"))

    op.drop_table("support")
    with op.batch_alter_table("secretary_of_state_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_secretary_of_state_notice_urn"))
        batch_op.drop_index(batch_op.f("ix_secretary_of_state_notice_escalation_id"))

    op.drop_table("secretary_of_state_notice")
