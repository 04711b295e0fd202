"""Files of LLM Comparator: two models' answers side by side, with how much better raters found the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase
from workbench.evals.imported.protocol import Content, ImportedRun, Importer, as_text

SCORER = "llm-comparator"
#: raters' scores go from -1.5 (the second is much better) to 1.5 (the first is)
FARTHEST = 1.5
#: farther than any scale of raters goes
BEYOND = 1e6


class LlmComparator:
    id = "llm-comparator"
    title = "LLM Comparator file"

    def recognises(self, content: Content) -> bool:
        value = content.value
        return (
            isinstance(value, dict)
            and isinstance(value.get("examples"), list)
            and isinstance(value.get("models"), list)
            and len(value["models"]) == 2
        )

    def read(self, content: Content, path: Path) -> ImportedRun:
        one, two = (str(each.get("name", "")) if isinstance(each, dict) else "" for each in content.value["models"])
        names = (one or "A", two if two and two != one else f"{two or one or 'B'} (B)")
        cases: list[EvalCase] = []
        results: list[CaseResult] = []
        skipped = 0
        for number, example in enumerate(content.value["examples"], 1):
            if not isinstance(example, dict) or "input_text" not in example:
                skipped += 1
                continue
            case = _case(example, number)
            cases.append(case)
            results += _results(example, case, names)
        return ImportedRun(
            name=path.stem,
            program="LLM Comparator",
            cases=tuple(cases),
            results=tuple(results),
            model_ids=names,
            scorers=(SCORER,),
            sha256=content.sha256,
            skipped=skipped,
            why_skipped="the example has no input" if skipped else "",
        )


def _case(example: dict[str, Any], number: int) -> EvalCase:
    tags, fields = example.get("tags"), example.get("custom_fields")
    return EvalCase(
        id=f"example-{number:04d}",
        input=as_text(example["input_text"]),
        expected="",
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        fields=tuple((str(k), as_text(v)) for k, v in fields.items()) if isinstance(fields, dict) else (),
    )


def _results(example: dict[str, Any], case: EvalCase, names: tuple[str, str]) -> list[CaseResult]:
    """A share for each model: 1 where it is much better, 0 where the other is, a half for a tie."""
    given = example.get("score")
    score = None
    if isinstance(given, int | float) and not isinstance(given, bool) and abs(given) <= BEYOND:
        score = float(given)
    first = None if score is None else 0.5 + max(-0.5, min(0.5, score / (2 * FARTHEST)))
    raters = example.get("individual_rater_scores")
    said = (
        [as_text(each.get("rationale")) for each in raters if isinstance(each, dict)]
        if isinstance(raters, list)
        else []
    )
    unrated = "Nobody rated this pair." if given is None else f"The raters' score {str(given)[:20]} is no number."
    why = next((text for text in said if text), "") or (f"raters' score {score:+.2f}" if score is not None else "")
    return [
        CaseResult(
            eval_run_id="",
            case_id=case.id,
            model_id=name,
            scorer=SCORER,
            outcome=CaseOutcome.UNSCORED if value is None else CaseOutcome.SCORED,
            answer=as_text(example.get(key)),
            score=value,
            scored_by=SCORER,
            why=why[:2000],
            error="" if value is not None else unrated,
            tags=case.tags,
        )
        for name, key, value in (
            (names[0], "output_text_a", first),
            (names[1], "output_text_b", None if first is None else 1.0 - first),
        )
    ]


IMPORTER: Importer = LlmComparator()
