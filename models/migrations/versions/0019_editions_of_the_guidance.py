"""The guidance of a case by its edition and address"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = (
    ("guidance_edition", sa.Date()),
    ("guidance_address", sa.String()),
    ("guidance_kept_against", sa.String()),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("escalation", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        for name, _ in COLUMNS:
            batch_op.drop_column(name)
