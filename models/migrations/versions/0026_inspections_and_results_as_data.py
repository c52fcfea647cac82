"""The grades of inspections, results of schools, and the national files that say them"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "national_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "national_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["national_import.id"]),
        sa.ForeignKeyConstraint(["urn"], ["school.urn"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("finding_of_national_import", "national_finding", ["import_id", "id"])
    op.create_table(
        "school_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("school_year", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("value", sa.Float(53), nullable=True),
        sa.Column("benchmark", sa.Float(53), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("replaced", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["urn"], ["school.urn"]),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["officer.id"]),
        sa.ForeignKeyConstraint(["import_id"], ["national_import.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("result_of_school", "school_result", ["urn", "school_year", "measure"])
    op.create_index("result_of_measure", "school_result", ["school_year", "measure"])
    op.create_index("ix_school_result_import_id", "school_result", ["import_id"])
    with op.batch_alter_table("inspection_outcome", schema=None) as batch_op:
        batch_op.alter_column("recorded_by_id", existing_type=sa.Integer(), nullable=True)
        batch_op.add_column(sa.Column("framework", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("inspected_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("safeguarding", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("grades", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("outcome", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("import_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            "inspection_outcome_import", "national_import", ["import_id"], ["id"]
        )
        batch_op.create_index("ix_inspection_outcome_import_id", ["import_id"])
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.alter_column("added_by_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    # What nobody of ours entered has no officer, whom the tables of before ask for.
    op.execute("UPDATE action SET added_by_id = officer_id WHERE added_by_id IS NULL")
    op.execute(
        "UPDATE action SET added_by_id = (SELECT min(id) FROM officer) WHERE added_by_id IS NULL"
    )
    op.execute(
        "UPDATE inspection_outcome SET recorded_by_id = (SELECT min(id) FROM officer) "
        "WHERE recorded_by_id IS NULL"
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.alter_column("added_by_id", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("inspection_outcome", schema=None) as batch_op:
        batch_op.drop_index("ix_inspection_outcome_import_id")
        batch_op.drop_constraint("inspection_outcome_import", type_="foreignkey")
        for column in ("import_id", "outcome", "grades", "safeguarding", "inspected_on"):
            batch_op.drop_column(column)
        batch_op.drop_column("framework")
        batch_op.alter_column("recorded_by_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("school_result")
    op.drop_table("national_finding")
    op.drop_table("national_import")
