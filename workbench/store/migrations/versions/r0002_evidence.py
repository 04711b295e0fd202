"""Evidence: comparisons of the playground, eval runs and the result of each case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _float() -> sa.types.TypeEngine[float]:
    return sa.Double().with_variant(sa.REAL(), "sqlite")


def _scenario() -> sa.Column[str]:
    return sa.Column("scenario_id", sa.Text, sa.ForeignKey("scenario.id", ondelete="CASCADE"))


def upgrade() -> None:
    op.create_table(
        "comparison",
        sa.Column("id", sa.Text, primary_key=True),
        _scenario(),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("comparison_scenario", "comparison", ["scenario_id"])
    op.create_table(
        "eval_run",
        sa.Column("id", sa.Text, primary_key=True),
        _scenario(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("dataset_name", sa.Text, nullable=False),
        sa.Column("dataset_hash", sa.Text, nullable=False),
        sa.Column("case_count", sa.Integer, nullable=False),
        sa.Column("model_ids", sa.Text, nullable=False),
        sa.Column("scorers", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("finished_at", sa.Text),
        sa.Column("system_prompt", sa.Text, nullable=False),
        sa.Column("sampling", sa.Text, nullable=False),
        sa.Column("margin", _float(), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("eval_run_scenario", "eval_run", ["scenario_id"])
    _create_case_result()


def _create_case_result() -> None:
    run = sa.ForeignKey("eval_run.id", ondelete="CASCADE")
    op.create_table(
        "case_result",
        sa.Column("eval_run_id", sa.Text, run, primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("model_id", sa.Text, primary_key=True),
        sa.Column("scorer", sa.Text, primary_key=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("score", _float()),
        sa.Column("scored_by", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("finish", sa.Text, nullable=False),
        sa.Column("ttft_s", _float()),
        sa.Column("tokens_per_s", _float()),
        sa.Column("tokens_in", sa.Integer),
        sa.Column("tokens_out", sa.Integer),
        sa.Column("total_s", _float()),
        sa.Column("cost_usd", _float()),
        sa.Column("source_document", sa.Text),
        sa.Column("sensitive", sa.Integer, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )


def downgrade() -> None:
    for table in ("case_result", "eval_run", "comparison"):
        op.drop_table(table)
