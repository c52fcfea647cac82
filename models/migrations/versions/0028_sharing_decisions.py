"""Decisions to share information, with whom, and what went out on them"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_WAITING = "one_transition_awaiting"
_BEFORE = "state = 'awaiting' AND action <> 'letter'"
_NOW = "state = 'awaiting' AND action NOT IN ('letter', 'share')"


def upgrade() -> None:
    op.create_table(
        "sharing_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("information", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("wellbeing", sa.String(), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("confidential_because", sa.String(), nullable=False),
        sa.Column("consent", sa.String(length=40), nullable=False),
        sa.Column("consent_said", sa.String(), nullable=False),
        sa.Column("override", sa.String(length=40), nullable=True),
        sa.Column("override_because", sa.String(), nullable=False),
        sa.Column("only_that", sa.String(), nullable=False),
        sa.Column("securely", sa.String(), nullable=False),
        sa.Column("accurate_on", sa.Date(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("not_told_because", sa.String(), nullable=False),
        sa.Column("advice", sa.String(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("urgent_because", sa.String(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("deadline_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authorised_by_id", sa.Integer(), nullable=True),
        sa.Column("authorised_on", sa.Date(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("reviewed", sa.String(), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"]),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"]),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"]),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["authorised_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("matter_id", "proposal_id", "deadline_id"):
        op.create_index(f"ix_sharing_decision_{column}", "sharing_decision", [column])
    op.create_table(
        "sharing_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["sharing_decision.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sharing_recipient_decision_id", "sharing_recipient", ["decision_id"])
    op.create_table(
        "sharing_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"]),
        sa.ForeignKeyConstraint(["decision_id"], ["sharing_decision.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("use_once", "sharing_use", ["letter_id", "role"], unique=True)
    op.create_index("ix_sharing_use_decision_id", "sharing_use", ["decision_id"])
    op.create_table(
        "sharing_handed_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("handed_over_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["sharing_decision.id"]),
        sa.ForeignKeyConstraint(["recipient_id"], ["sharing_recipient.id"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sharing_handed_over_decision_id", "sharing_handed_over", ["decision_id"])
    _wait(_NOW)


def downgrade() -> None:
    _wait(_BEFORE)
    op.drop_table("sharing_handed_over")
    op.drop_table("sharing_use")
    op.drop_table("sharing_recipient")
    op.drop_table("sharing_decision")


def _wait(condition: str) -> None:
    """Which proposals wait alone on a matter."""
    op.drop_index(_WAITING, "proposal")
    op.create_index(
        _WAITING,
        "proposal",
        ["matter_id"],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )
