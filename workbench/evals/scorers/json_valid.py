"""The answer is JSON and nothing else."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.json_text import read_json
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import alternatives


class JsonValid(Scorer):
    id = "json-valid"
    title = "Valid JSON"
    group = Group.FORM
    expects = "Nothing, or keys separated by | that the JSON object must have. The whole answer must be JSON."
    example = sample("name | start", '{"name": "Ada", "start": "4 April"}', 'Here it is: {"name": "Ada"}')

    def fault(self, expected: str) -> str:
        return ""

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        value, fault = read_json(answer.text)
        if fault:
            return Score(0.0, f"not JSON: {fault}")
        wanted = alternatives(case.expected)
        keys = {key.casefold() for key in value} if isinstance(value, dict) else set()
        missing = [key for key in wanted if key not in keys]
        return Score(0.0, "missing keys: " + ", ".join(missing)) if missing else Score(1.0, "valid JSON")


SCORER = JsonValid()
