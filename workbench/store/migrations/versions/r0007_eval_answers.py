"""Answers of evals apart from their scores, addressed by what was asked; how a run is run; scores given by hand."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# fmt: off
_ANSWER = [
    "eval_run_id", "case_id", "model_id", "repeat", "content_key", "outcome", "answer", "error", "finish", "ttft_s",
    "tokens_per_s", "tokens_in", "tokens_out", "total_s", "cost_usd", "cached", "at_once", "source_document",
    "sensitive", "tags", "answered_at", "details",
]
_SCORE = [
    "eval_run_id", "case_id", "model_id", "repeat", "scorer", "score", "scored_by", "label", "why", "error",
]
# fmt: on
#: columns of the answer table that an old row has not
_NEW_IN_ANSWER = {"repeat": 0, "content_key": "", "cached": 0, "at_once": 1, "answered_at": "", "details": ""}
_NEW_IN_SCORE = {"repeat": 0, "label": ""}


def upgrade() -> None:
    op.create_table(
        "eval_setting",
        _run_column(primary_key=True),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    _create_answers()
    _create_marks()
    _move_results()
    op.drop_table("case_result")


def _float() -> sa.types.TypeEngine[float]:
    return sa.Double().with_variant(sa.REAL(), "sqlite")


def _run_column(**options: Any) -> sa.Column[str]:
    return sa.Column("eval_run_id", sa.Text, sa.ForeignKey("eval_run.id", ondelete="CASCADE"), **options)


def _create_answers() -> None:
    op.create_table(
        "eval_answer",
        _run_column(primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("model_id", sa.Text, primary_key=True),
        sa.Column("repeat", sa.Integer, primary_key=True),
        sa.Column("content_key", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("finish", sa.Text, nullable=False),
        sa.Column("ttft_s", _float()),
        sa.Column("tokens_per_s", _float()),
        sa.Column("tokens_in", sa.Integer),
        sa.Column("tokens_out", sa.Integer),
        sa.Column("total_s", _float()),
        sa.Column("cost_usd", _float()),
        sa.Column("cached", sa.Integer, nullable=False),
        sa.Column("at_once", sa.Integer, nullable=False),
        sa.Column("source_document", sa.Text),
        sa.Column("sensitive", sa.Integer, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("answered_at", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("eval_answer_content", "eval_answer", ["content_key"])
    op.create_table(
        "eval_score",
        _run_column(primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("model_id", sa.Text, primary_key=True),
        sa.Column("repeat", sa.Integer, primary_key=True),
        sa.Column("scorer", sa.Text, primary_key=True),
        sa.Column("score", _float()),
        sa.Column("scored_by", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )


def _create_marks() -> None:
    op.create_table(
        "eval_mark",
        sa.Column("id", sa.Text, primary_key=True),
        _run_column(nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("model_id", sa.Text, nullable=False),
        sa.Column("repeat", sa.Integer, nullable=False),
        sa.Column("scorer", sa.Text, nullable=False),
        sa.Column("score", _float(), nullable=False),
        sa.Column("was", _float()),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("eval_mark_run", "eval_mark", ["eval_run_id"])
    op.create_table(
        "judge_card",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("judge", sa.Text, nullable=False),
        sa.Column("rubric", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sqlite_strict=True,
    )


def _move_results() -> None:
    """Every old row becomes a score and, the first of its answer, an answer. A damaged row stays recognisable as one:
    its new ones get no digest."""
    connection = op.get_bind()
    rows = connection.exec_driver_sql("SELECT * FROM case_result ORDER BY eval_run_id, case_id, model_id, scorer")
    earlier = None
    for mapping in rows.mappings().all():
        old = dict(mapping)
        sound = old["digest"] == _digest(old)
        given = old["outcome"] in ("scored", "unscored")
        answer = {**old, **_NEW_IN_ANSWER, "error": "" if given else old["error"]}
        answer["outcome"] = "scored" if given else old["outcome"]
        score = {**old, **_NEW_IN_SCORE, "error": old["error"] if old["outcome"] == "unscored" else ""}
        question = (old["eval_run_id"], old["case_id"], old["model_id"])
        if question != earlier:
            _insert("eval_answer", _ANSWER, answer, sound)
            earlier = question
        _insert("eval_score", _SCORE, score, sound)


def _insert(table: str, columns: list[str], values: dict[str, Any], sound: bool) -> None:
    row = {name: values[name] for name in columns}
    row["digest"] = _digest(row) if sound else ""
    op.get_bind().execute(sa.table(table, *(sa.column(name) for name in row)).insert(), row)


def _digest(row: dict[str, Any]) -> str:
    content = {name: value for name, value in row.items() if name != "digest"}
    words = json.dumps(content, sort_keys=True, separators=(",", ":"), default=repr)
    return hashlib.sha256(words.encode()).hexdigest()


def downgrade() -> None:
    raise NotImplementedError("Answers cannot be put back into the old form; put a backup back instead.")
