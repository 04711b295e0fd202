"""Votes, and what comes with a comparison: variables, attachments, settings, what it continues, hidden names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comparison = sa.ForeignKey("comparison.id", ondelete="CASCADE")
    op.create_table(
        "comparison_detail",
        sa.Column("comparison_id", sa.Text, comparison, primary_key=True),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("variables", sa.Text, nullable=False),
        sa.Column("attachments", sa.Text, nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("continues", sa.Text, nullable=False),
        sa.Column("hidden", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    comparison = sa.ForeignKey("comparison.id", ondelete="CASCADE")
    op.create_table(
        "vote",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("comparison_id", sa.Text, comparison, nullable=False),
        sa.Column("rater", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("left_place", sa.Integer, nullable=False),
        sa.Column("right_place", sa.Integer, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("is_repeat", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("vote_once", "vote", ["comparison_id", "rater", "left_place", "right_place"], unique=True)


def downgrade() -> None:
    for table in ("vote", "comparison_detail"):
        op.drop_table(table)
