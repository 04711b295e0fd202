"""The history of decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_version",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("scenario_id", sa.Text, sa.ForeignKey("scenario.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("codec", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("decision_version_scenario", "decision_version", ["scenario_id"])


def downgrade() -> None:
    op.drop_table("decision_version")
