"""Sign-in, restricted cases, cover for absence, evidence"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "council_sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("goes_to", sa.String(), nullable=False),
        sa.Column("invitation", sa.String(), nullable=True),
        sa.Column("account", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("state"),
    )
    with op.batch_alter_table("council_sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_council_sign_in_at"), ["at"], unique=False)

    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_failure_at"), ["at"], unique=False)

    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_officer_id", sa.Integer(), nullable=False),
        sa.Column("to_officer_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_officer_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["to_officer_id"],
            ["officer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_delegation_from_officer_id"), ["from_officer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_delegation_to_officer_id"), ["to_officer_id"], unique=False
        )

    op.create_table(
        "evidence_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("step_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("scan", sa.String(length=40), nullable=False),
        sa.Column("scan_result", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.create_index("file_of_case", ["escalation_id", "sha256"], unique=True)

    op.create_table(
        "named_officer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("named_officer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_named_officer_officer_id"), ["officer_id"], unique=False
        )
        batch_op.create_index("named_once", ["escalation_id", "officer_id"], unique=True)

    op.add_column("credential", sa.Column("label", sa.String(), nullable=False, server_default=""))
    op.add_column("credential", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "credential", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True)
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("for_officer_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("decision_for_officer", "officer", ["for_officer_id"], ["id"])
    op.add_column(
        "escalation",
        sa.Column("restricted", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "letter",
        sa.Column("may_have_left", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "officer",
        sa.Column("role_withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name in ("password", "oidc_issuer", "oidc_subject"):
        op.add_column("officer", sa.Column(name, sa.String(), nullable=True))
    op.create_index("officer_at_issuer", "officer", ["oidc_issuer", "oidc_subject"], unique=True)
    # Everybody signs in again: of the sessions there are it is not known when they were last seen.
    op.execute("DELETE FROM sign_in")
    never = "1970-01-01 00:00:00+00:00"
    op.add_column(
        "sign_in", sa.Column("way", sa.String(length=40), nullable=False, server_default="")
    )
    op.add_column(
        "sign_in",
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False, server_default=never),
    )


def downgrade() -> None:
    op.drop_column("sign_in", "last_seen_at")
    op.drop_column("sign_in", "way")
    op.drop_index("officer_at_issuer", "officer")
    for name in ("oidc_subject", "oidc_issuer", "password", "role_withdrawn"):
        op.drop_column("officer", name)
    op.drop_column("letter", "may_have_left")
    op.drop_column("escalation", "restricted")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_constraint("decision_for_officer", type_="foreignkey")
        batch_op.drop_column("for_officer_id")
    for name in ("last_used_at", "expires_at", "label"):
        op.drop_column("credential", name)
    with op.batch_alter_table("named_officer", schema=None) as batch_op:
        batch_op.drop_index("named_once")
        batch_op.drop_index(batch_op.f("ix_named_officer_officer_id"))

    op.drop_table("named_officer")
    with op.batch_alter_table("evidence_file", schema=None) as batch_op:
        batch_op.drop_index("file_of_case")

    op.drop_table("evidence_file")
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegation_to_officer_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_from_officer_id"))

    op.drop_table("delegation")
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_failure_at"))

    op.drop_table("sign_in_failure")
    with op.batch_alter_table("council_sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_council_sign_in_at"))

    op.drop_table("council_sign_in")
