"""Who held a meeting, who answered, and what a power is for"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Columns of text that are empty in rows of before.
TEXTS = (("discussion", "why_one_meeting"), ("power", "purpose"), ("power", "capability"))


def upgrade() -> None:
    with op.batch_alter_table("discussion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("discussion_held_by", "officer", ["held_by_id"], ["id"])
    op.add_column("response", sa.Column("from_whom", sa.String(), nullable=True))
    for table, name in TEXTS:
        op.add_column(table, sa.Column(name, sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    for table, name in TEXTS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(name)
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_column("from_whom")
    with op.batch_alter_table("discussion", schema=None) as batch_op:
        batch_op.drop_constraint("discussion_held_by", type_="foreignkey")
        batch_op.drop_column("held_by_id")
