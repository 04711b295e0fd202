"""Test cases as promptfoo writes them: columns `__expected`, `__expected1`, … beside variables, and `assert` lists.

Of its other columns `__prefix` and `__suffix` stand around what is asked, `__threshold` and
`__config:__expected2:threshold` say from when on an answer is right, `__description` is kept as a tag and
`__metadata:…` as tags. What is not used (`__metric`, `__providerOutput`, …) is named (`unused`).

Each assertion becomes a scorer of ours with its own expected text. What has no equal here is a problem of that row,
with the name of the assertion; nothing is scored differently in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets.naming import known_name
from workbench.evals.datasets.protocol import Record

EXPECTED = re.compile(r"__expected\d*")
CONFIG = re.compile(r"__config:(__expected\d*):threshold")
METADATA = "__metadata:"
USED = ("__prefix", "__suffix", "__description", "__threshold")
PREFIXED = re.compile(r"\s*(not-)?([a-z][a-z-]*)(?:\(([\d.]+)\))?:(.*)", re.DOTALL)
BARE = re.compile(r"\s*(not-)?(is-json|contains-json|is-sql|is-xml|is-html|is-refusal)\s*")
OF_CODE = ("javascript", "fn", "eval", "file", "python", "ruby", "webhook")
Maker = Callable[[Any, float | None], str]


class Unknown(Exception):
    """An assertion that has no equal here."""


def is_header(cells: Sequence[str]) -> bool:
    """Whether these are promptfoo's columns. A table with a column "expected" of its own is read as ours."""
    names = [cell.strip() for cell in cells]
    if any(EXPECTED.fullmatch(name) for name in names):
        return True
    return any(_is_used(name) for name in names) and not any(known_name(name) == "expected" for name in names)


def says_itself(names: Sequence[str]) -> bool:
    """Whether these are the columns of a table of promptfoo's, or the fields of its tests: nothing is to be guessed."""
    return is_header(names) or not {"vars", "assert"}.isdisjoint(names)


def _is_used(name: str) -> bool:
    is_asserted = EXPECTED.fullmatch(name) or CONFIG.fullmatch(name)
    return name in USED or bool(is_asserted) or (name.startswith(METADATA) and len(name) > len(METADATA))


def unused(names: Iterable[str]) -> list[str]:
    """The columns that are promptfoo's and say nothing here."""
    return [name for name in names if name.startswith("__") and not _is_used(name)]


def row_record(pairs: Sequence[tuple[str, str]], where: str, line: int) -> Record | WorkbenchError:
    """A row of a table: what begins with `__` is promptfoo's, the rest are variables."""
    own = {name: cell for name, cell in pairs if name.startswith("__")}
    variables = [(name, cell) for name, cell in pairs if not name.startswith("__")]
    asked_for = {name: cell for name, cell in own.items() if EXPECTED.fullmatch(name) and cell.strip()}
    expected = list(asked_for.values())
    try:
        asserted = [_cell_spec(cell, _own_threshold(own, name)) for name, cell in asked_for.items()]
        threshold = own.get("__threshold", "").strip()
        spec = combined(asserted, [1.0] * len(asserted), float(threshold) if threshold else None)
    except (Unknown, ValueError) as reason:
        return _problem(reason, where)
    first = expected[0] if expected else ""
    tags = [own.get("__description", ""), *(cell for name, cell in own.items() if name.startswith(METADATA))]
    told = record(variables, spec, first, "\n".join(tag for tag in tags if tag.strip()), where, line)
    if isinstance(told, Record):
        told.fields["input"] = f"{own.get('__prefix', '')}{told.fields['input']}{own.get('__suffix', '')}"
        left = tuple((name, own[name]) for name in unused(own) if own[name].strip())
        return Record(told.line, told.fields, (*told.extra, *left))
    return told


def _own_threshold(own: Mapping[str, str], name: str) -> float | None:
    """What `__config:__expected1:threshold` says; `__expected` and `__expected1` are the first assertion alike."""
    alike = ("__expected", "__expected1") if name in ("__expected", "__expected1") else (name,)
    said = next((own[f"__config:{each}:threshold"] for each in alike if f"__config:{each}:threshold" in own), "")
    return float(said) if said.strip() else None


def test_record(test: Mapping[str, Any], prompt: str, where: str, line: int) -> Record | WorkbenchError:
    """An entry of `tests`: variables, and what is asserted."""
    given = test.get("vars")
    variables = [(str(name), _text(value)) for name, value in given.items()] if isinstance(given, dict) else []
    asserts = test.get("assert")
    try:
        listed = [part for part in asserts if isinstance(part, dict)] if isinstance(asserts, list) else []
        specs = [assertion(part) for part in listed]
        spec = combined(specs, [float(part.get("weight", 1)) for part in listed], test.get("threshold"))
    except (Unknown, ValueError, TypeError) as reason:
        return _problem(reason, where)
    first = next((_text(part["value"]) for part in listed if "value" in part), "")
    return record(variables, spec, first, _text(test.get("description")), where, line, prompt)


def record(
    variables: Sequence[tuple[str, str]],
    spec: str,
    expected: str,
    description: str,
    where: str,
    line: int,
    prompt: str = "",
) -> Record | WorkbenchError:
    """The case of a test: its input is the prompt with the variables put in, else the variable that is called so, else
    the only one."""
    named = dict(variables)
    text = _filled(prompt, named) if prompt else next((v for n, v in variables if known_name(n) == "input"), "")
    text = text or (
        variables[0][1] if len(variables) == 1 else "\n".join(f"{name}: {value}" for name, value in variables)
    )
    if not text.strip():
        return WorkbenchError("The row has no variable to ask with", where=where, mend="Add a column such as question.")
    fields = {"input": text, "expected": expected, "scorer": spec}
    if description.strip():
        fields["tags"] = description.strip()
    for name, value in variables:
        if known_name(name) in ("context", "source_document") and value:
            fields[known_name(name)] = value
    return Record(line, fields, tuple(variables))


def combined(specs: Sequence[str], weights: Sequence[float], threshold: float | None) -> str:
    """All of them, or their weighted mean from a threshold on; "" when nothing is asserted."""
    if not specs:
        return ""
    if threshold is not None:
        mean = f'weighted({", ".join(specs)}, weights="{" ".join(f"{weight:g}" for weight in weights)}"'
        return f"{mean}, at_least={float(threshold):g})"
    return specs[0] if len(specs) == 1 else f"all-of({', '.join(specs)})"


def assertion(given: Mapping[str, Any]) -> str:
    """One assertion as a scorer. Raises `Unknown`."""
    kind = str(given.get("type", ""))
    value, threshold = given.get("value"), given.get("threshold")
    if not isinstance(threshold, int | float | None):
        raise Unknown(f"the threshold {threshold!r} is no number")
    negated = kind.startswith("not-")
    maker = MAKERS.get(kind.removeprefix("not-"))
    if maker is None or (isinstance(value, str) and value.startswith("file://")):
        raise Unknown(f"the assertion {kind or '?'} has no equal here")
    spec = maker(value, None if threshold is None else float(threshold))
    return f"not({spec})" if negated else spec


def _cell_spec(cell: str, threshold: float | None = None) -> str:
    bare = BARE.fullmatch(cell)
    if bare:
        return assertion({"type": f"{bare[1] or ''}{bare[2]}"})
    found = PREFIXED.fullmatch(cell)
    if found and (found[2] in MAKERS or found[2] in OF_CODE or found[2] in ("grade", "similar")):
        kind = {"grade": "llm-rubric"}.get(found[2], found[2])
        value: Any = found[4].strip()
        return assertion(
            {"type": f"{found[1] or ''}{kind}", "value": value, "threshold": float(found[3]) if found[3] else threshold}
        )
    return assertion({"type": "equals", "value": cell})


def _spec(name: str, value: Any = None, **options: Any) -> str:
    given = {} if value is None else {"expected": _text(value)}
    inside = ", ".join(f"{key}={json.dumps(each, ensure_ascii=False)}" for key, each in {**given, **options}.items())
    return f"{name}({inside})" if inside else name


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _filled(prompt: str, variables: Mapping[str, str]) -> str:
    """The plain `{{name}}` of a prompt; what is more than that stands as it is."""
    return re.sub(r"\{\{\s*([\w.-]+)\s*\}\}", lambda found: variables.get(found[1], found[0]), prompt)


def _parts(value: Any) -> list[str]:
    """The values of an assertion that takes several: a list, or texts between commas."""
    if isinstance(value, list):
        return [_text(part) for part in value]
    return [part.strip().strip('"') for part in _text(value).split(",") if part.strip()]


def _held(value: Any, *, capitals: bool) -> str:
    return (
        _spec("contains", value, parts_of_words=True, capitals=capitals)
        if capitals
        else _spec("contains", value, parts_of_words=True)
    )


def _several(name: str, *, capitals: bool) -> Maker:
    def make(value: Any, _: float | None) -> str:
        parts = _parts(value)
        if not parts:
            raise Unknown("an assertion lists no text")
        return f"{name}({', '.join(_held(part, capitals=capitals) for part in parts)})"

    return make


def _words(value: Any, _: float | None) -> str:
    if isinstance(value, dict):
        low, high = value.get("min"), value.get("max")
        text = (
            f"{low} to {high}" if low is not None and high is not None else f"at {'most' if low is None else 'least'} "
        )
        return _spec(
            "length", text if low is not None and high is not None else f"{text}{high if low is None else low} words"
        )
    return _spec("length", f"{value} words")


def _needs_value(name: str, **options: Any) -> Maker:
    def make(value: Any, _: float | None) -> str:
        if value is None or not _text(value).strip():
            raise Unknown(f"the assertion for {name} has no value")
        return _spec(name, value, **options)

    return make


def _from(name: str, default: float) -> Maker:
    return lambda value, threshold: _spec(name, value, at_least=default if threshold is None else threshold)


def _limit(name: str, unit: str = "") -> Maker:
    def make(value: Any, threshold: float | None) -> str:
        most = threshold if threshold is not None else float(_text(value))
        return _spec(name, f"{most:g}{unit}")

    return make


MAKERS: dict[str, Maker] = {
    "equals": lambda value, _: _spec("exact", value),
    "contains": lambda value, _: _held(value, capitals=True),
    "icontains": lambda value, _: _held(value, capitals=False),
    "contains-all": _several("all-of", capitals=True),
    "icontains-all": _several("all-of", capitals=False),
    "contains-any": _several("any-of", capitals=True),
    "icontains-any": _several("any-of", capitals=False),
    "starts-with": lambda value, _: _spec("regex", r"\A" + re.escape(_text(value))),
    "regex": _needs_value("regex"),
    "is-json": lambda value, _: _spec("json-schema", value) if value else _spec("json-valid", ""),
    "is-xml": lambda value, _: _spec("xml", "" if value is None else value),
    "is-html": lambda _, __: _spec("html", ""),
    "is-sql": lambda _, __: _spec("sql", ""),
    "is-refusal": lambda _, __: _spec("refusal", "refuse"),
    "similar": _from("embedding-similarity", 0.75),
    "rouge-n": _from("rouge-1", 0.75),
    "bleu": _from("bleu", 0.5),
    "llm-rubric": _needs_value("rubric"),
    "model-graded-closedqa": _needs_value("rubric"),
    "context-faithfulness": lambda _, __: _spec("groundedness", ""),
    "latency": _limit("latency", " ms"),
    "cost": _limit("cost"),
    "word-count": _words,
}


def _problem(reason: Exception, where: str) -> WorkbenchError:
    return WorkbenchError(
        f"This test cannot be taken over: {reason}", where=where, mend="Choose a scorer of the workbench for it."
    )
