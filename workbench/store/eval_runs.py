"""Eval runs and the result of each case. A result is on the disk when `append` returns; a resumed run doubles none."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalStatus
from workbench.store.codec import to_json
from workbench.store.comparisons import scenario_gone
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import CASE_RESULT, EVAL_RUN
from workbench.store.upsert import put

if TYPE_CHECKING:
    from workbench.store.store import Store

_FLOATS = ("score", "ttft_s", "tokens_per_s", "total_s", "cost_usd")


class EvalRuns:
    """The repository."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save_run(self, run: EvalRun) -> None:
        """Stores the run, in place of what was known of it. Raises WorkbenchError when its scenario is gone."""
        with self._store.write() as connection:
            try:
                put(connection, EVAL_RUN, [run_row(run)])
            except IntegrityError as error:
                raise scenario_gone(run.scenario_id) from error

    def run(self, run_id: str) -> EvalRun | None:
        with self._store.read() as connection:
            row = connection.execute(select(EVAL_RUN).where(EVAL_RUN.c.id == run_id)).mappings().first()
            return None if row is None else _run(row)

    def runs(self, scenario_id: str | None = None) -> tuple[EvalRun, ...]:
        """Those of one scenario, or all; newest first."""
        query = select(EVAL_RUN).order_by(EVAL_RUN.c.started_at.desc(), EVAL_RUN.c.id.desc())
        if scenario_id is not None:
            query = query.where(EVAL_RUN.c.scenario_id == scenario_id)
        with self._store.read() as connection:
            return tuple(_run(row) for row in connection.execute(query).mappings())

    def append(self, results: Iterable[CaseResult]) -> None:
        """Stores results in one transaction; one with a key that is there replaces it. Their run must be stored."""
        rows = [result_row(result) for result in results]
        with self._store.write() as connection:
            try:
                put(connection, CASE_RESULT, rows)
            except IntegrityError as error:
                raise WorkbenchError(
                    "The eval these results belong to is not in the store", where=rows[0]["eval_run_id"]
                ) from error

    def results(self, run_id: str) -> tuple[CaseResult, ...]:
        """All results of a run, in the order of their key."""
        query = select(CASE_RESULT).where(CASE_RESULT.c.eval_run_id == run_id)
        order = (CASE_RESULT.c.case_id, CASE_RESULT.c.model_id, CASE_RESULT.c.scorer)
        with self._store.read() as connection:
            return tuple(_result(row) for row in connection.execute(query.order_by(*order)).mappings())

    def delete(self, run_id: str) -> bool:
        """Removes a run with its results; False when there was none."""
        with self._store.write() as connection:
            return connection.execute(delete(EVAL_RUN).where(EVAL_RUN.c.id == run_id)).rowcount > 0


def run_row(run: EvalRun) -> dict[str, Any]:
    """The run as a row of its table."""
    row = {part.name: getattr(run, part.name) for part in dataclasses.fields(run)}
    row["model_ids"] = to_json(list(run.model_ids))
    row["scorers"] = to_json(list(run.scorers))
    row["status"] = run.status.value
    row["started_at"] = _utc(run.started_at)
    row["finished_at"] = None if run.finished_at is None else _utc(run.finished_at)
    row["sampling"] = to_json(dataclasses.asdict(run.sampling))
    row["margin"] = float(run.margin)
    return sealed(row)


def _run(row: Mapping[Any, Any]) -> EvalRun:
    values = unsealed(dict(row), f"eval {row['id']}")
    finished_at = values["finished_at"]
    values["model_ids"] = tuple(json.loads(values["model_ids"]))
    values["scorers"] = tuple(json.loads(values["scorers"]))
    values["status"] = EvalStatus(values["status"])
    values["started_at"] = datetime.fromisoformat(values["started_at"])
    values["finished_at"] = None if finished_at is None else datetime.fromisoformat(finished_at)
    values["sampling"] = _sampling(json.loads(values["sampling"]))
    return EvalRun(**values)


def _sampling(values: dict[str, Any]) -> Sampling:
    """JSON has no tuples."""
    return Sampling(**{**values, "stop": tuple(values["stop"])})


def result_row(result: CaseResult) -> dict[str, Any]:
    """The result as a row of its table."""
    row = {part.name: getattr(result, part.name) for part in dataclasses.fields(result)}
    row["outcome"] = result.outcome.value
    row["sensitive"] = int(result.sensitive)
    row["tags"] = to_json(list(result.tags))
    for name in _FLOATS:
        row[name] = None if row[name] is None else float(row[name])
    return sealed(row)


def _result(row: Mapping[Any, Any]) -> CaseResult:
    values = unsealed(dict(row), f"eval {row['eval_run_id']}, case {row['case_id']}, {row['model_id']}")
    values["outcome"] = CaseOutcome(values["outcome"])
    values["sensitive"] = bool(values["sensitive"])
    values["tags"] = tuple(json.loads(values["tags"]))
    return CaseResult(**values)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
