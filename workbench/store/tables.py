"""The tables as they are today. SQLite keeps them STRICT; PostgreSQL takes the same definitions.

Times are ISO text in UTC, JSON is text written by `codec`, flags are 0 or 1: STRICT tables know only a few types, and
text keeps every value exactly. `digest` covers the other columns of its row (see `seal`).
"""

from __future__ import annotations

from sqlalchemy import (
    REAL,
    TEXT,
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    MetaData,
    Table,
)
from sqlalchemy import (
    Integer as _Integer,
)
from sqlalchemy import (
    Text as _Text,
)
from sqlalchemy.types import TypeEngine

METADATA = MetaData()
# PostgreSQL sorts text by the rules of a language, and its integers end at two billion, unless it is told otherwise.
Text: TypeEngine[str] = _Text().with_variant(TEXT(collation="C"), "postgresql")
Integer: TypeEngine[int] = _Integer().with_variant(BigInteger(), "postgresql")
_FLOAT: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")

SCENARIO = Table(
    "scenario",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("deleted_at", Text),
    Column("version", Integer, nullable=False),
    Column("sample", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("eval_dataset", Text, nullable=False),
    Column("codec", Integer, nullable=False),
    Column("answers", Text, nullable=False),
    Column("criteria", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("filters", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
# In the bin a scenario's slug is its id, so that its name may be used again.
Index("scenario_slug", SCENARIO.c.slug, unique=True)

COMPARISON = Table(
    "comparison",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("scenario_id", Text, ForeignKey("scenario.id", ondelete="CASCADE")),
    Column("at", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("answers", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("comparison_scenario", COMPARISON.c.scenario_id)

# What came with a comparison later than its first columns; a missing row means that there is nothing of the kind.
COMPARISON_DETAIL = Table(
    "comparison_detail",
    METADATA,
    Column("comparison_id", Text, ForeignKey("comparison.id", ondelete="CASCADE"), primary_key=True),
    Column("template", Text, nullable=False),
    Column("variables", Text, nullable=False),
    Column("attachments", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("continues", Text, nullable=False),
    Column("hidden", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)

VOTE = Table(
    "vote",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("comparison_id", Text, ForeignKey("comparison.id", ondelete="CASCADE"), nullable=False),
    Column("rater", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("left_place", Integer, nullable=False),
    Column("right_place", Integer, nullable=False),
    Column("choice", Text, nullable=False),
    Column("is_repeat", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
# A vote is given once: the other way round is another pair, a repeat.
Index("vote_once", VOTE.c.comparison_id, VOTE.c.rater, VOTE.c.left_place, VOTE.c.right_place, unique=True)

EVAL_RUN = Table(
    "eval_run",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("scenario_id", Text, ForeignKey("scenario.id", ondelete="CASCADE")),
    Column("name", Text, nullable=False),
    Column("dataset_name", Text, nullable=False),
    Column("dataset_hash", Text, nullable=False),
    Column("case_count", Integer, nullable=False),
    Column("model_ids", Text, nullable=False),
    Column("scorers", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("system_prompt", Text, nullable=False),
    Column("sampling", Text, nullable=False),
    Column("margin", _FLOAT, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("eval_run_scenario", EVAL_RUN.c.scenario_id)

# What came with a run later than its first columns, as JSON; a missing row means the defaults of that time.
EVAL_SETTING = Table(
    "eval_setting",
    METADATA,
    Column("eval_run_id", Text, ForeignKey("eval_run.id", ondelete="CASCADE"), primary_key=True),
    Column("settings", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)

# What evals were made with: each version once, its cases compressed.
DATA_SET = Table(
    "data_set",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("case_count", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("data_set_name", DATA_SET.c.name)

# One row an answer: what a model said to a case, or why it said nothing. `content_key` addresses it by what was asked.
EVAL_ANSWER = Table(
    "eval_answer",
    METADATA,
    Column("eval_run_id", Text, ForeignKey("eval_run.id", ondelete="CASCADE"), primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("model_id", Text, primary_key=True),
    Column("repeat", Integer, primary_key=True),
    Column("content_key", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("finish", Text, nullable=False),
    Column("ttft_s", _FLOAT),
    Column("tokens_per_s", _FLOAT),
    Column("tokens_in", Integer),
    Column("tokens_out", Integer),
    Column("total_s", _FLOAT),
    Column("cost_usd", _FLOAT),
    Column("cached", Integer, nullable=False),
    Column("at_once", Integer, nullable=False),
    Column("source_document", Text),
    Column("sensitive", Integer, nullable=False),
    Column("tags", Text, nullable=False),
    Column("answered_at", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("eval_answer_content", EVAL_ANSWER.c.content_key)

# One row a scorer of the run and answer; `score` is empty where there is none, and `error` says why.
EVAL_SCORE = Table(
    "eval_score",
    METADATA,
    Column("eval_run_id", Text, ForeignKey("eval_run.id", ondelete="CASCADE"), primary_key=True),
    Column("case_id", Text, primary_key=True),
    Column("model_id", Text, primary_key=True),
    Column("repeat", Integer, primary_key=True),
    Column("scorer", Text, primary_key=True),
    Column("score", _FLOAT),
    Column("scored_by", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)

# Scores given by hand; only ever added to, the newest counts.
EVAL_MARK = Table(
    "eval_mark",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("eval_run_id", Text, ForeignKey("eval_run.id", ondelete="CASCADE"), nullable=False),
    Column("case_id", Text, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("scorer", Text, nullable=False),
    Column("score", _FLOAT, nullable=False),
    Column("was", _FLOAT),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("eval_mark_run", EVAL_MARK.c.eval_run_id)

# How a judge was found to judge; `content` is JSON.
JUDGE_CARD = Table(
    "judge_card",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("judge", Text, nullable=False),
    Column("rubric", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)

CATALOG_IMPORT = Table(
    "catalog_import",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("importer", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("counts", Text, nullable=False),
    Column("undone_at", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)

CATALOG_QUOTE = Table(
    "catalog_quote",
    METADATA,
    Column("import_id", Text, ForeignKey("catalog_import.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("beside", Integer, nullable=False),
    Column("over", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("catalog_quote_model", CATALOG_QUOTE.c.model_id)

CATALOG_OWN = Table(
    "catalog_own",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("entered_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("catalog_own_target", CATALOG_OWN.c.target)

DECISION_VERSION = Table(
    "decision_version",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("scenario_id", Text, ForeignKey("scenario.id", ondelete="CASCADE"), nullable=False),
    Column("at", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("codec", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("decision_version_scenario", DECISION_VERSION.c.scenario_id)

# The ledger of calls out of the program. It holds no content, and outlives the scenarios it names.
CALL = Table(
    "call",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("scenario_id", Text),
    Column("data", Text, nullable=False),
    Column("local", Integer, nullable=False),
    Column("bytes_out", Integer, nullable=False),
    Column("bytes_in", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("ended_at", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("call_scenario", CALL.c.scenario_id)

# Paid calls: a row before one is sent, completed when its price is known. `answer` only where `key` names the question.
PAYMENT = Table(
    "payment",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("scenario_id", Text),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("key", Text),
    Column("state", Text, nullable=False),
    Column("most_usd", _FLOAT, nullable=False),
    Column("usd", _FLOAT),
    Column("tokens_in", Integer),
    Column("tokens_out", Integer),
    Column("ended_at", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
Index("payment_day", PAYMENT.c.day)
Index("payment_scenario", PAYMENT.c.scenario_id)
Index("payment_key", PAYMENT.c.key)

SPEND_CAP = Table(
    "spend_cap",
    METADATA,
    Column("scenario_id", Text, ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True),
    Column("usd", _FLOAT, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)

# Servers of one's own, and other addresses of known providers. Keys are in the keychain only.
PROVIDER_ACCOUNT = Table(
    "provider_account",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("protocol", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("needs_key", Integer, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)
