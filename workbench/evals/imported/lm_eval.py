"""Sample logs of the LM Evaluation Harness: one object a line, with the document, the answers and the metrics."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase
from workbench.evals.imported.protocol import Content, ImportedRun, Importer, as_text, share

MARKS = {"doc_id", "doc", "target", "resps"}
NO_METRIC = MARKS | {"arguments", "filtered_resps", "filter", "metrics", "doc_hash", "prompt_hash", "target_hash"}
QUESTIONS = ("question", "query", "input", "prompt", "ctx", "text", "problem")
NAME = re.compile(r"samples_(.+?)_\d{4}-\d{2}-\d{2}T")


class LmEvalSamples:
    id = "lm-eval"
    title = "LM Evaluation Harness sample log"

    def recognises(self, content: Content) -> bool:
        first = content.value[0] if content.lines and content.value else None
        return isinstance(first, dict) and set(first) >= MARKS

    def read(self, content: Content, path: Path) -> ImportedRun:
        model = _model(path)
        filters = {line.get("filter") for line in content.value if isinstance(line, dict)}
        cases: dict[str, EvalCase] = {}
        results: dict[tuple[str, str], CaseResult] = {}
        skipped = 0
        for line in content.value:
            if not isinstance(line, dict) or not set(line) >= MARKS:
                skipped += 1
                continue
            case = _case(line)
            cases.setdefault(case.id, case)
            for metric in _metrics(line):
                ending = f"-{line.get('filter')}" if len(filters) > 1 else ""
                scorer = f"lm-eval-{re.sub(r'[^A-Za-z0-9_-]+', '-', metric + ending)}"
                results[case.id, scorer] = _result(line, case, model, scorer, line.get(metric))
        found = NAME.match(path.name)
        return ImportedRun(
            name=found[1] if found else path.stem,
            program="LM Evaluation Harness",
            cases=tuple(cases.values()),
            results=tuple(results.values()),
            model_ids=(model,),
            scorers=tuple(dict.fromkeys(result.scorer for result in results.values())),
            sha256=content.sha256,
            skipped=skipped,
            why_skipped="the line is no sample" if skipped else "",
        )


def _model(path: Path) -> str:
    """From the results that lie beside the samples, else from the folder, which the harness names after the model."""
    for beside in sorted(path.parent.glob("results_*.json"))[-1:]:
        try:
            named = json.loads(beside.read_text(encoding="utf-8")).get("model_name")
        except (OSError, ValueError, AttributeError, RecursionError):
            break
        if isinstance(named, str) and named:
            return named
    return path.parent.name.replace("__", "/") if "__" in path.parent.name else "imported"


def _metrics(line: dict[str, Any]) -> list[str]:
    listed = line.get("metrics")
    if isinstance(listed, list):
        return [str(name) for name in listed if name in line]
    return [name for name, value in line.items() if name not in NO_METRIC and isinstance(value, int | float)]


def _case(line: dict[str, Any]) -> EvalCase:
    doc = line["doc"] if isinstance(line["doc"], dict) else {}
    asked = next((as_text(doc[name]) for name in QUESTIONS if doc.get(name)), "") or _prompt(line.get("arguments"))
    target, choices = line["target"], doc.get("choices")
    listed = choices.get("text") if isinstance(choices, dict) else choices
    if isinstance(listed, list) and isinstance(target, int) and 0 <= target < len(listed):
        target = listed[target]
    fields = tuple((str(name), as_text(value)) for name, value in doc.items() if name not in ("choices",))
    return EvalCase(f"doc-{line['doc_id']}", asked or as_text(doc), as_text(target).strip(), fields=fields)


def _prompt(arguments: Any) -> str:
    if isinstance(arguments, dict):
        first = next(iter(arguments.values()), None)
        return as_text(first.get("arg_0")) if isinstance(first, dict) else ""
    if isinstance(arguments, list) and arguments:
        return as_text(arguments[0][0]) if isinstance(arguments[0], list) and arguments[0] else as_text(arguments[0])
    return ""


def _result(line: dict[str, Any], case: EvalCase, model: str, scorer: str, value: Any) -> CaseResult:
    number = share(value)
    said = line.get("filtered_resps") or line["resps"]
    return CaseResult(
        eval_run_id="",
        case_id=case.id,
        model_id=model,
        scorer=scorer,
        outcome=CaseOutcome.UNSCORED if number is None else CaseOutcome.SCORED,
        answer=as_text(said).strip(),
        score=number,
        scored_by=scorer,
        why="" if number is None else f"the harness says {number:g}",
        error="" if number is not None else f"The value {str(value)[:100]} is no share from 0 to 1.",
    )


IMPORTER: Importer = LmEvalSamples()
