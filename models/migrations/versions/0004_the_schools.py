"""National register, risk register, support programme, letters in bulk"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessment_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("publish_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("school_year"),
    )
    op.create_table(
        "bulk_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("bulk_job", schema=None) as batch_op:
        batch_op.create_index("bulk_job_once", ["kind", "subject_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_bulk_job_state"), ["state"], unique=False)

    op.create_table(
        "register_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("la", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("refusal", sa.String(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("changes_sha256", sa.String(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.String(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("level_before", sa.String(length=40), nullable=True),
        sa.Column("proposed_level", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("moderation_reason", sa.String(), nullable=False),
        sa.Column("moderated_by_id", sa.Integer(), nullable=True),
        sa.Column("moderated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_by_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_because", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["begun_by_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["moderated_by_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["assessment_round.id"],
        ),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index("assessment_in_round", ["round_id", "urn"], unique=True)
        batch_op.create_index("assessment_of_school", ["urn", "id"], unique=False)
        batch_op.create_index("assessment_state", ["state"], unique=False)

    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index("duty_of_school", ["urn", "school_year"], unique=False)
        batch_op.create_index(
            "duty_planned",
            ["due_on"],
            unique=False,
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )

    op.create_table(
        "letter_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("first_change", sa.Integer(), nullable=True),
        sa.Column("last_change", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("signed_as", sa.String(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bundle_sha256", sa.String(), nullable=True),
        sa.Column("bundle_pages", sa.Integer(), nullable=True),
        sa.Column("may_have_left", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"],
            ["officer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("occasion"),
    )
    with op.batch_alter_table("letter_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_batch_state"), ["state"], unique=False)

    op.create_table(
        "register_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("urn", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["register_import.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("register_finding", schema=None) as batch_op:
        batch_op.create_index("finding_of_import", ["import_id", "kind", "id"], unique=False)

    op.create_table(
        "supporter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("assigned_by", sa.String(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("supporter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supporter_officer_id"), ["officer_id"], unique=False)
        batch_op.create_index("supporter_of_school", ["urn", "role"], unique=False)

    op.create_table(
        "level_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("level_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_level_change_assessment_id"), ["assessment_id"], unique=False
        )
        batch_op.create_index("level_change_of_school", ["urn", "id"], unique=False)
        batch_op.create_index("level_change_on", ["on"], unique=False)

    op.create_table(
        "level_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("posting_order", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("left_out", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["letter_batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("level_letter", schema=None) as batch_op:
        batch_op.create_index("level_letter_in_batch", ["batch_id", "state", "id"], unique=False)
        batch_op.create_index("level_letter_of_school", ["urn", "id"], unique=False)
        batch_op.create_index("level_letter_once", ["occasion", "urn", "role"], unique=True)

    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=True),
        sa.Column("duty_id", sa.Integer(), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("impact", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["duty_id"],
            ["duty.id"],
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("duty_id"),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_urn"), ["urn"], unique=False)

    op.create_table(
        "risk_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessment.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("risk_evidence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_risk_evidence_assessment_id"), ["assessment_id"], unique=False
        )

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("duty_id", sa.Integer(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("agreed_actions", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["duty_id"],
            ["duty.id"],
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("duty_id"),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_urn"), ["urn"], unique=False)

    op.create_table(
        "written_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("duty_id", sa.Integer(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["duty_id"],
            ["duty.id"],
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["urn"],
            ["school.urn"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("duty_id"),
    )
    with op.batch_alter_table("written_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_written_report_urn"), ["urn"], unique=False)

    op.create_table(
        "batch_sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["letter_batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["level_letter.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("batch_sample", schema=None) as batch_op:
        batch_op.create_index("sample_of_batch", ["batch_id", "letter_id"], unique=True)

    op.create_table(
        "level_letter_file",
        sa.Column("letter_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["level_letter.id"],
        ),
        sa.PrimaryKeyConstraint("letter_id"),
    )
    op.create_table(
        "sample_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"],
            ["batch_sample.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sample_look", schema=None) as batch_op:
        batch_op.create_index("look_at_sample", ["sample_id", "officer_id"], unique=True)

    op.add_column("school", sa.Column("sponsor", sa.String(), nullable=True))
    op.add_column("school", sa.Column("address", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("school", sa.Column("la_code", sa.Integer(), nullable=True))
    op.add_column("school", sa.Column("la_name", sa.String(), nullable=True))
    op.add_column("school", sa.Column("opened_on", sa.Date(), nullable=True))
    op.add_column("school", sa.Column("register_head", sa.String(), nullable=True))
    op.add_column("school", sa.Column("register_digest", sa.String(), nullable=True))
    op.create_index("ix_school_la_code", "school", ["la_code"])


def downgrade() -> None:
    op.drop_index("ix_school_la_code", "school")
    op.drop_column("school", "register_digest")
    op.drop_column("school", "register_head")
    op.drop_column("school", "opened_on")
    op.drop_column("school", "la_name")
    op.drop_column("school", "la_code")
    op.drop_column("school", "address")
    op.drop_column("school", "sponsor")

    with op.batch_alter_table("sample_look", schema=None) as batch_op:
        batch_op.drop_index("look_at_sample")

    op.drop_table("sample_look")
    op.drop_table("level_letter_file")
    with op.batch_alter_table("batch_sample", schema=None) as batch_op:
        batch_op.drop_index("sample_of_batch")

    op.drop_table("batch_sample")
    with op.batch_alter_table("written_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_written_report_urn"))

    op.drop_table("written_report")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_urn"))

    op.drop_table("visit")
    with op.batch_alter_table("risk_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_risk_evidence_assessment_id"))

    op.drop_table("risk_evidence")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_urn"))

    op.drop_table("review")
    with op.batch_alter_table("level_letter", schema=None) as batch_op:
        batch_op.drop_index("level_letter_once")
        batch_op.drop_index("level_letter_of_school")
        batch_op.drop_index("level_letter_in_batch")

    op.drop_table("level_letter")
    with op.batch_alter_table("level_change", schema=None) as batch_op:
        batch_op.drop_index("level_change_on")
        batch_op.drop_index("level_change_of_school")
        batch_op.drop_index(batch_op.f("ix_level_change_assessment_id"))

    op.drop_table("level_change")
    with op.batch_alter_table("supporter", schema=None) as batch_op:
        batch_op.drop_index("supporter_of_school")
        batch_op.drop_index(batch_op.f("ix_supporter_officer_id"))

    op.drop_table("supporter")
    with op.batch_alter_table("register_finding", schema=None) as batch_op:
        batch_op.drop_index("finding_of_import")

    op.drop_table("register_finding")
    with op.batch_alter_table("letter_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_batch_state"))

    op.drop_table("letter_batch")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(
            "duty_planned",
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )
        batch_op.drop_index("duty_of_school")

    op.drop_table("duty")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index("assessment_state")
        batch_op.drop_index("assessment_of_school")
        batch_op.drop_index("assessment_in_round")

    op.drop_table("assessment")
    op.drop_table("register_import")
    with op.batch_alter_table("bulk_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_job_state"))
        batch_op.drop_index("bulk_job_once")

    op.drop_table("bulk_job")
    op.drop_table("assessment_round")
