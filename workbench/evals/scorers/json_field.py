"""The fields of a JSON object in the answer have the expected values."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.json_text import alike, read_json
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample


class JsonField(Scorer):
    id = "json-field"
    title = "JSON fields"
    group = Group.FORM
    version = 2
    expects = (
        'A JSON object such as {"name": "Ada"}: the score is the share of its fields that the answer\'s object has '
        "with the same value. Text around the object does not count."
    )
    example = sample('{"name": "Ada", "days": 4}', '{"days": 4, "name": "ada"}', '{"name": "Ada", "days": 5}')

    def fault(self, expected: str) -> str:
        value, fault = read_json(expected)
        if fault:
            return f"it is not JSON: {fault}"
        return "" if isinstance(value, dict) and value else "it is not a JSON object with fields"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, _ = read_json(case.expected)
        found, fault = read_json(answer.text[answer.text.find("{") : answer.text.rfind("}") + 1])
        if fault or not isinstance(found, dict):
            return Score(0.0, "there is no JSON object in the answer")
        wrong = [key for key, value in wanted.items() if key not in found or not alike(found[key], value)]
        if not wrong:
            return Score(1.0, "all fields agree")
        return Score(1 - len(wrong) / len(wanted), "different: " + ", ".join(wrong))


SCORER = JsonField()
