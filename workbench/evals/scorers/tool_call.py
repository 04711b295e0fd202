"""The answer calls the expected tool with the expected arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.domain.chat import ToolCall
from workbench.domain.evals import EvalCase
from workbench.evals.scorers.json_text import alike, read_json
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import shortened, unfenced

Call = tuple[str, Mapping[str, Any]]


class ToolCalled(Scorer):
    id = "tool-call"
    title = "Tool call"
    group = Group.FORM
    version = 2
    expects = (
        'The call, such as {"name": "book", "arguments": {"days": 4}}, or a list of calls in their order. A wrong '
        "name scores "
        "0; else the name and each argument count alike. Calls written as JSON text count, too."
    )
    example = sample(
        '{"name": "book", "arguments": {"days": 4}}',
        Answer("", (ToolCall("book", '{"days": 4}'),)),
        Answer("", (ToolCall("book", '{"days": 5}'),)),
    )

    def fault(self, expected: str) -> str:
        value, fault = read_json(expected)
        if fault:
            return f"it is not JSON: {fault}"
        return "" if _calls(value) else 'it is no call such as {"name": "book", "arguments": {}}'

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, found = _calls(read_json(case.expected)[0]), _made(answer)
        if not found:
            return Score(0.0, "no tool is called")
        scores = [_score(one, two) for one, two in zip(wanted, found, strict=False)]
        value = sum(score.value for score in scores) / max(len(wanted), len(found))
        counts = f"{len(found)} calls, {len(wanted)} expected; " if len(found) != len(wanted) else ""
        return Score(value, counts + "; ".join(score.why for score in scores))


def _score(wanted: Call, found: Call) -> Score:
    name, arguments = wanted
    if found[0] != name:
        return Score(0.0, f"calls {shortened(found[0])} instead of {name}")
    names = [*arguments, *(key for key in found[1] if key not in arguments)]
    both = arguments.keys() & found[1].keys()
    wrong = [key for key in names if key not in both or not alike(found[1][key], arguments[key])]
    if not wrong:
        return Score(1.0, f"calls {name} with the same arguments")
    return Score(1 - len(wrong) / (1 + len(names)), f"calls {name}; different: {shortened(', '.join(wrong))}")


def _made(answer: Answer) -> list[Call]:
    if answer.tool_calls:
        return [(call.name, _object(read_json(call.arguments)[0])) for call in answer.tool_calls]
    return _calls(read_json(unfenced(answer.text))[0])


def _calls(value: Any) -> list[Call]:
    """The calls in a JSON value, in the shapes that are usual; [] when it is none."""
    listed = value if isinstance(value, list) else [value]
    calls = []
    for part in listed:
        inner = part.get("function") if isinstance(part, dict) and isinstance(part.get("function"), dict) else part
        if not isinstance(inner, dict) or not isinstance(inner.get("name"), str) or not inner["name"]:
            return []
        given = inner.get("arguments", inner.get("parameters", inner.get("input", {})))
        calls.append((inner["name"], _object(read_json(given)[0] if isinstance(given, str) else given)))
    return calls


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


SCORER = ToolCalled()
