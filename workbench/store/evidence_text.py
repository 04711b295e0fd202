"""Eval runs with their results as JSON: the form in which evidence travels outside a store."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalStatus
from workbench.store.eval_runs import settings_from_plain

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """Runs, the results of all their cases, and the SHA-256 of each model's file (hex) by model id."""

    runs: tuple[EvalRun, ...]
    results: tuple[CaseResult, ...]
    model_hashes: Mapping[str, str] = field(default_factory=dict)


def evidence_to_json(evidence: Evidence) -> str:
    """One line a run and a result, so that a change can be read as a difference."""
    lines = ["{", f'"format": {FORMAT},', f'"models": {json.dumps(dict(evidence.model_hashes))},', '"runs": [']
    lines.append(",\n".join(_line(run) for run in evidence.runs))
    lines.append('],\n"results": [')
    lines.append(",\n".join(_line(result) for result in evidence.results))
    return "\n".join([*lines, "]", "}", ""])


def _line(value: EvalRun | CaseResult) -> str:
    return json.dumps(dataclasses.asdict(value), ensure_ascii=False, allow_nan=False, default=datetime.isoformat)


def read_evidence(file: Path) -> Evidence:
    """The evidence in a file. Raises WorkbenchError when it cannot be read as such."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        if plain["format"] != FORMAT:
            raise ValueError(f"format {plain['format']}")
        return Evidence(
            tuple(_run(run) for run in plain["runs"]),
            tuple(_result(result) for result in plain["results"]),
            dict(plain["models"]),
        )
    except OSError as error:
        raise WorkbenchError(
            f"The evidence cannot be read: {error.strerror}", where=str(file), mend="Install the program again."
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise WorkbenchError(
            f"This is not evidence of an eval: {error}", where=str(file), mend="Restore the file from a copy."
        ) from error


def _run(plain: dict[str, Any]) -> EvalRun:
    finished_at = plain["finished_at"]
    sampling = plain["sampling"]
    return EvalRun(
        **{
            **plain,
            "model_ids": tuple(plain["model_ids"]),
            "scorers": tuple(plain["scorers"]),
            "status": EvalStatus(plain["status"]),
            "started_at": datetime.fromisoformat(plain["started_at"]),
            "finished_at": None if finished_at is None else datetime.fromisoformat(finished_at),
            "sampling": Sampling(**{**sampling, "stop": tuple(sampling["stop"])}),
            "settings": settings_from_plain(plain.get("settings", {})),
        }
    )


def _result(plain: dict[str, Any]) -> CaseResult:
    return CaseResult(**{**plain, "outcome": CaseOutcome(plain["outcome"]), "tags": tuple(plain["tags"])})
