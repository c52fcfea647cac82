"""Which cases a reminder or a digest tells of"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MESSAGES = sa.table("message", sa.column("id"), sa.column("kind"), sa.column("data", sa.JSON))
_REMINDERS = sa.table("reminder", sa.column("id"), sa.column("deadline_id"))
_DEADLINES = sa.table("deadline", sa.column("id"), sa.column("escalation_id"))
_ABOUT = sa.table("message_about", sa.column("message_id"), sa.column("escalation_id"))


def upgrade() -> None:
    op.create_table(
        "message_about",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("message_about", schema=None) as batch_op:
        batch_op.create_index("message_about_once", ["escalation_id", "message_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_message_about_message_id"), ["message_id"])
    told_of = list(_told_of(op.get_bind()))
    if told_of:
        op.bulk_insert(_ABOUT, told_of)


def _told_of(connection: sa.Connection) -> Iterator[dict[str, int]]:
    """The reminders that were queued before; of earlier digests nobody kept what they told of."""
    cases = dict(
        connection.execute(
            sa.select(_REMINDERS.c.id, _DEADLINES.c.escalation_id).join(
                _DEADLINES, _DEADLINES.c.id == _REMINDERS.c.deadline_id
            )
        )
        .tuples()
        .all()
    )
    reminders = sa.select(_MESSAGES.c.id, _MESSAGES.c.data).where(_MESSAGES.c.kind == "reminder")
    for message_id, data in connection.execute(reminders.order_by(_MESSAGES.c.id)):
        told = {cases[each] for each in data.get("reminders", ()) if each in cases}
        for case in sorted(told):
            yield {"message_id": message_id, "escalation_id": case}


def downgrade() -> None:
    with op.batch_alter_table("message_about", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_about_message_id"))
        batch_op.drop_index("message_about_once")

    op.drop_table("message_about")
