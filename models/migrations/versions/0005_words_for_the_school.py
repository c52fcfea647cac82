"""Words for the school, beside the reasons that officers record for each other.

Until now letters about levels and powers quoted the reason, and their forms said so: what was
entered before was meant for the school.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The column, and where its words stood until now.
WORDS = (
    ("power", "words", "reason"),
    ("warning_notice", "judgement_words", "judgement_reasons"),
    ("assessment", "words", "reason"),
    ("assessment", "moderation_words", "moderation_reason"),
    ("level_change", "words", "reason"),
)


def upgrade() -> None:
    for table, column, before in WORDS:
        op.add_column(table, sa.Column(column, sa.String(), nullable=False, server_default=""))
        rows = sa.table(table, sa.column(column), sa.column(before))
        op.execute(rows.update().values({column: sa.column(before)}))
    for table, column, _ in WORDS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, existing_type=sa.String(), server_default=None)


def downgrade() -> None:
    for table, column, _ in reversed(WORDS):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
