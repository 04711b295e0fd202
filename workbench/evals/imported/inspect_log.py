"""Logs of Inspect: a JSON file, or an `.eval` archive with a header and one file a sample."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from workbench.domain.evals import MOST_REPEATS, CaseOutcome, CaseResult, EvalCase
from workbench.evals.imported.protocol import Content, ImportedRun, Importer, as_text, share

LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}


class InspectLog:
    id = "inspect"
    title = "Inspect log"

    def recognises(self, content: Content) -> bool:
        value = content.value
        return (
            isinstance(value, dict) and isinstance(value.get("eval"), dict) and isinstance(value.get("samples"), list)
        )

    def read(self, content: Content, path: Path) -> ImportedRun:
        about = content.value["eval"]
        model = str(about.get("model") or "imported")
        cases: dict[str, EvalCase] = {}
        results: list[CaseResult] = []
        scorers: dict[str, None] = {}
        skipped, repeats = 0, 1
        for sample in content.value["samples"]:
            epoch = _epoch(sample) if isinstance(sample, dict) else None
            if epoch is None or not isinstance(sample.get("scores") or {}, dict):
                skipped += 1
                continue
            case = _case(sample, len(cases))
            cases.setdefault(case.id, case)
            repeats = max(repeats, epoch)
            for name, score in (sample.get("scores") or {}).items():
                scorer = f"inspect-{re.sub(r'[^A-Za-z0-9_-]+', '-', str(name))}"
                scorers[scorer] = None
                results.append(_result(sample, case, model, scorer, score, epoch - 1))
        return ImportedRun(
            name=str(about.get("task") or path.stem),
            program="Inspect",
            cases=tuple(cases.values()),
            results=tuple(results),
            model_ids=(model,),
            scorers=tuple(scorers),
            sha256=content.sha256,
            repeats=repeats,
            skipped=skipped,
            why_skipped="it is no sample with scores" if skipped else "",
        )


def _epoch(sample: dict[str, Any]) -> int | None:
    """For the how manieth time the sample was asked, from 1; None for what cannot be."""
    given = sample.get("epoch")
    if given is None:
        return 1
    return given if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= MOST_REPEATS else None


def _case(sample: dict[str, Any], number: int) -> EvalCase:
    metadata = sample.get("metadata")
    fields = tuple((str(k), as_text(v)) for k, v in metadata.items()) if isinstance(metadata, dict) else ()
    given = sample.get("id")
    return EvalCase(
        id=str(given) if given not in (None, "") else f"sample-{number + 1:04d}",
        input=as_text(sample.get("input")),
        expected=as_text(sample.get("target")),
        fields=fields,
    )


def _result(sample: dict[str, Any], case: EvalCase, model: str, scorer: str, score: Any, repeat: int) -> CaseResult:
    output = sample.get("output") if isinstance(sample.get("output"), dict) else {}
    assert isinstance(output, dict)
    choices = output.get("choices")
    first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    answer = as_text(output.get("completion")) or as_text(first.get("message"))
    usage = output.get("usage") if isinstance(output.get("usage"), dict) else {}
    assert isinstance(usage, dict)
    score = score if isinstance(score, dict) else {"value": score}
    value = score.get("value")
    number = LETTERS.get(value) if isinstance(value, str) else share(value)
    error = sample.get("error")
    what = as_text(error.get("message") if isinstance(error, dict) else error)
    outcome = CaseOutcome.ERROR if what else CaseOutcome.UNSCORED if number is None else CaseOutcome.SCORED
    return CaseResult(
        eval_run_id="",
        case_id=case.id,
        model_id=model,
        scorer=scorer,
        outcome=outcome,
        answer=answer,
        score=number if outcome is CaseOutcome.SCORED else None,
        scored_by=scorer,
        why=as_text(score.get("explanation"))[:2000] or (f"Inspect says {value}" if number is not None else ""),
        error=what or ("" if number is not None else f"Inspect's value {str(value)[:100]} is no share from 0 to 1."),
        finish=str(first.get("stop_reason") or ""),
        tokens_in=_whole(usage.get("input_tokens")),
        tokens_out=_whole(usage.get("output_tokens")),
        total_s=_seconds(sample.get("working_time") or sample.get("total_time") or output.get("time")),
        repeat=repeat,
    )


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e7 else None


IMPORTER: Importer = InspectLog()
