"""A matter, on which a record hangs: an escalation's has the number that the escalation has

What every matter has moves from the escalation to its matter: reference, school, officer,
restriction, and the days of opening and closing. What hung on an escalation and can hang on any
matter names the matter instead, by the same number, so that the chain of events holds.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The tables that name a matter from here on, with their indexes by the old name and the new.
TABLES = {
    "event": ("event_of_escalation", "event_of_matter"),
    "letter": ("ix_letter_escalation_id", "ix_letter_matter_id"),
    "proposal": ("ix_proposal_escalation_id", "ix_proposal_matter_id"),
    "deadline": ("deadline_of_escalation", "deadline_of_matter"),
    "discussion": ("ix_discussion_escalation_id", "ix_discussion_matter_id"),
    "evidence_file": ("file_of_case", "file_of_matter"),
    "held_contact": ("held_contact_of_case", "held_contact_of_matter"),
    "named_officer": None,
    "message": ("ix_message_escalation_id", "ix_message_matter_id"),
    "message_about": None,
    "refusal_count": None,
}
# Of these a row need not be at a step any more: a matter may be on no ladder.
AT_A_STEP = ("proposal", "deadline", "letter", "evidence_file")
OURS = "reference, urn, restricted, opened_on, closed_on"  # of a matter, by the same name in both
MOVED = (*OURS.split(", "), "case_officer_id")


def upgrade() -> None:
    op.create_table(
        "matter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["urn"], ["school.urn"]),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("ix_matter_urn", "matter", ["urn"])
    op.create_index("ix_matter_officer_id", "matter", ["officer_id"])
    op.execute(
        f"INSERT INTO matter (id, kind, officer_id, {OURS}) "  # nosec B608 - our own names
        f"SELECT id, 'escalation', case_officer_id, {OURS} FROM escalation"
    )
    _let_name("matter", instead_of="escalation")
    op.drop_index("ix_escalation_urn", "escalation")
    op.drop_index("ix_escalation_case_officer_id", "escalation")
    with op.batch_alter_table("escalation") as escalation:
        for name in MOVED:
            escalation.drop_column(name)
        escalation.create_foreign_key("escalation_id_fkey", "matter", ["id"], ["id"])
    if not _on_sqlite():
        op.execute("ALTER TABLE escalation ALTER COLUMN id DROP DEFAULT")
        op.execute("DROP SEQUENCE escalation_id_seq")
        _number_on("matter")


def downgrade() -> None:
    others = "SELECT count(*) FROM matter WHERE kind <> 'escalation'"
    if op.get_bind().execute(sa.text(others)).scalar_one():
        raise RuntimeError(
            "There are records of schools, which the version before does not know. Restore a "
            "backup that was made with that version."
        )
    with op.batch_alter_table("escalation") as escalation:
        escalation.drop_constraint("escalation_id_fkey", type_="foreignkey")
        escalation.add_column(sa.Column("reference", sa.String(), nullable=True))
        escalation.add_column(sa.Column("urn", sa.Integer(), nullable=True))
        escalation.add_column(sa.Column("case_officer_id", sa.Integer(), nullable=True))
        escalation.add_column(sa.Column("opened_on", sa.Date(), nullable=True))
        escalation.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        escalation.add_column(sa.Column("restricted", sa.Boolean(), nullable=True))
    op.execute(
        f"UPDATE escalation SET (case_officer_id, {OURS}) = "  # nosec B608 - our own names
        f"(SELECT officer_id, {OURS} FROM matter WHERE matter.id = escalation.id)"
    )
    with op.batch_alter_table("escalation") as escalation:
        for name in ("reference", "urn", "case_officer_id", "restricted"):
            escalation.alter_column(name, nullable=False)
        escalation.create_unique_constraint("escalation_reference_key", ["reference"])
        escalation.create_foreign_key("escalation_urn_fkey", "school", ["urn"], ["urn"])
        escalation.create_foreign_key(
            "escalation_case_officer_id_fkey", "officer", ["case_officer_id"], ["id"]
        )
    op.create_index("ix_escalation_urn", "escalation", ["urn"])
    op.create_index("ix_escalation_case_officer_id", "escalation", ["case_officer_id"])
    if not _on_sqlite():
        op.execute("CREATE SEQUENCE escalation_id_seq OWNED BY escalation.id")
        op.execute(
            "ALTER TABLE escalation ALTER COLUMN id SET DEFAULT nextval('escalation_id_seq')"
        )
        _number_on("escalation")
    _let_name("escalation", instead_of="matter")
    op.drop_table("matter")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _number_on(table: str) -> None:
    """New rows go on after the highest number that there is."""
    highest = f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"  # nosec B608 - our own names
    op.execute(f"SELECT setval('{table}_id_seq', {highest}, false)")


def _let_name(new: str, *, instead_of: str) -> None:
    """Let each of `TABLES` name the one instead of the other, by the same number."""
    for table, indexes in TABLES.items():
        if _on_sqlite():
            _make_anew(table, new, instead_of)
        else:
            op.alter_column(table, f"{instead_of}_id", new_column_name=f"{new}_id")
            op.drop_constraint(f"{table}_{instead_of}_id_fkey", table, type_="foreignkey")
            op.create_foreign_key(f"{table}_{new}_id_fkey", table, new, [f"{new}_id"], ["id"])
            if table in AT_A_STEP:
                op.alter_column(table, "step_key", nullable=new == "matter")
            if indexes:
                before, after = indexes if new == "matter" else reversed(indexes)
                op.execute(f"ALTER INDEX {before} RENAME TO {after}")


def _make_anew(table: str, new: str, instead_of: str) -> None:
    """SQLite changes no foreign key of a table that is there: its own words with other names.

    Foreign keys are not looked at meanwhile (`models.upkeep.schema.altering`).
    """
    connection = op.get_bind()
    of_table = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :table AND sql > ''"
    made = connection.execute(sa.text(of_table), {"table": table}).all()
    [definition] = [row.sql for row in made if row.type == "table"]
    columns = [row.name for row in connection.execute(sa.text(f"PRAGMA table_info({table})"))]
    renamed = [_renamed(each, new, instead_of) for each in columns]
    beside = f"{table}_anew"
    words = _renamed(definition, new, instead_of)
    if table in AT_A_STEP:
        words = _at_a_step(words, new)
    connection.exec_driver_sql(words.replace(table, beside, 1))
    into, out_of = ", ".join(renamed), ", ".join(columns)
    copied = f"INSERT INTO {beside} ({into}) SELECT {out_of} FROM {table}"  # nosec B608 - our own
    connection.exec_driver_sql(copied)
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE {beside} RENAME TO {table}")
    names = TABLES[table] or ("", "")
    before, after = names if new == "matter" else (names[1], names[0])
    for row in made:
        if row.type == "index":
            index = row.sql.replace(before, after) if row.name == before else row.sql
            connection.exec_driver_sql(_renamed(index, new, instead_of))


def _renamed(words: str, new: str, instead_of: str) -> str:
    """The same with the other table's name, and that of the column that names it."""
    changed = re.sub(rf"\b{instead_of}_id\b", f"{new}_id", words)
    return re.sub(rf"\bREFERENCES {instead_of}\b", f"REFERENCES {new}", changed)


def _at_a_step(words: str, new: str) -> str:
    """Whether a row must be at a step: not on a matter, but on an escalation."""
    if new == "matter":
        return re.sub(r"\bstep_key VARCHAR NOT NULL\b", "step_key VARCHAR", words)
    return re.sub(r"\bstep_key VARCHAR\b(?! NOT)", "step_key VARCHAR NOT NULL", words)
