"""Refusals that are counted; from which event on the record speaks of rows"""

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ACTOR = "an update of the program"
CHAIN_LOCK = 2006_60
# The tables of which events speak from here on, and the key of each.
TABLES = {
    "officer": "id",
    "credential": "id",
    "sign_in": "id",
    "delegation": "id",
    "contact": "id",
    "held_contact": "id",
    "escalation": "id",
    "named_officer": "id",
    "step": "id",
    "proposal": "id",
    "decision": "id",
    "deadline": "id",
    "discussion": "id",
    "response": "id",
    "evidence_file": "id",
    "letter": "id",
    "letter_version": "id",
    "issued_file": "id",
    "message": "id",
    "service": "id",
    "support": "id",
    "warning_notice": "id",
    "proposed_powers": "id",
    "power": "id",
    "consultation": "id",
    "representation": "id",
    "budget_review": "id",
    "secretary_of_state_notice": "id",
    "visit": "id",
    "written_report": "id",
    "review": "id",
    "supporter": "id",
    "level_letter_file": "letter_id",
}


def upgrade() -> None:
    op.create_table(
        "refusal_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("same", sa.String(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("same"),
    )
    with op.batch_alter_table("refusal_count", schema=None) as batch_op:
        batch_op.create_index("refusals_by_actor", ["actor", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_refusal_count_first_at"), ["first_at"], unique=False)
    _say_where_it_begins()


def _say_where_it_begins() -> None:
    """An event that tells rows from before this one from rows that somebody plants after it.

    A database without events needs none: there every row has its event.
    """
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    head = connection.execute(sa.text("SELECT sequence, hash FROM chain_head")).first()
    if head is None:
        return
    highest = {
        table: connection.scalar(
            sa.select(sa.func.max(sa.column(key))).select_from(sa.table(table))
        )
        or 0
        for table, key in TABLES.items()
    }
    facts = {"rows": {}, "up_to": highest}
    data = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    sequence, now = head.sequence + 1, datetime.now(UTC)
    moment = now.isoformat(timespec="microseconds")
    content = json.dumps([head.hash, sequence, moment, ACTOR, "record_widened", None, data])
    hashed = hashlib.sha256(content.encode()).hexdigest()
    events = sa.table(
        "event",
        sa.column("sequence", sa.Integer()),
        sa.column("at", sa.DateTime(timezone=True)),
        *(sa.column(name, sa.String()) for name in ("actor", "kind", "data", "previous", "hash")),
    )
    event = {
        "sequence": sequence,
        "at": now,
        "actor": ACTOR,
        "kind": "record_widened",
        "data": data,
        "previous": head.hash,
        "hash": hashed,
    }
    connection.execute(sa.insert(events).values(event))
    moved = sa.text("UPDATE chain_head SET sequence = :sequence, hash = :hash WHERE id = 1")
    connection.execute(moved, {"sequence": sequence, "hash": hashed})


def downgrade() -> None:
    with op.batch_alter_table("refusal_count", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refusal_count_first_at"))
        batch_op.drop_index("refusals_by_actor")

    op.drop_table("refusal_count")
