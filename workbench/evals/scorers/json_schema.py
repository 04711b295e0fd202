"""The answer is JSON that keeps to a JSON Schema."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.json_text import read_json
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, sample
from workbench.evals.scorers.regex import MOST_STEPS, pattern_fault, steps
from workbench.evals.scorers.text import shortened, unfenced

LONGEST_SCHEMA = 200_000
LONGEST_ANSWER = 1 << 20
#: a pattern of a schema meets every text of the answer, so these may not be long
LONGEST_TEXT = 10_000


class JsonSchema(Scorer):
    id = "json-schema"
    title = "Keeps to a JSON Schema"
    group = Group.FORM
    expects = (
        "A JSON Schema (draft 4 to 2020-12). The whole answer, or its one block of code, must be JSON that keeps to "
        "it. References must lead into the schema itself."
    )
    example = sample(
        '{"type": "object", "required": ["name"], "properties": {"days": {"type": "integer"}}}',
        '{"name": "Ada", "days": 4}',
        '{"name": "Ada", "days": "four"}',
    )

    def fault(self, expected: str) -> str:
        return _schema(expected)[1]

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        if len(answer.text) > LONGEST_ANSWER:
            raise NotScored(f"JSON Schema is checked on answers of up to {LONGEST_ANSWER:,} characters.")
        from referencing.exceptions import Unresolvable

        validator, fault = _schema(case.expected)
        if fault:
            raise NotScored(f"The schema cannot be used: {fault}.")
        value, fault = read_json(unfenced(answer.text))
        if fault:
            return Score(0.0, f"not JSON: {fault}")
        longest = max((len(text) for text in _texts(value)), default=0) if _has_patterns(case.expected) else 0
        if longest > LONGEST_TEXT or any(steps(each, longest) > MOST_STEPS for each in _patterns(validator.schema)):
            raise NotScored(f"A text of {longest:,} characters in the answer is too long for a pattern of the schema.")
        try:
            error = next(iter(validator.iter_errors(value)), None)
        except RecursionError:
            return Score(0.0, "it is nested too deeply")
        except Unresolvable as reference:
            raise NotScored(f"The schema refers to {shortened(str(reference.ref))}, which is not in it.") from reference
        if error is None:
            return Score(1.0, "keeps to the schema")
        place = "".join(f"[{json.dumps(part)}]" for part in error.absolute_path)
        return Score(0.0, f"{place} {shortened(error.message, 120)}".strip())


def _has_patterns(schema: str) -> bool:
    return '"pattern' in schema


@lru_cache(maxsize=64)
def _schema(text: str) -> tuple[Any, str]:
    """(validator, "") or (None, why it is no schema)."""
    if len(text) > LONGEST_SCHEMA:
        return None, f"it is longer than {LONGEST_SCHEMA:,} characters"
    schema, fault = read_json(text)
    if fault:
        return None, f"it is not JSON: {fault}"
    if not isinstance(schema, dict | bool):
        return None, "it is not a JSON Schema"
    return _validator(schema)


def _validator(schema: Any) -> tuple[Any, str]:
    from jsonschema import exceptions, validators
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    named = schema.get("$schema") if isinstance(schema, dict) else None
    kind = validators.validator_for(schema, default=validators.Draft202012Validator)
    if named is not None and (not isinstance(named, str) or named.rstrip("#") not in _drafts(validators)):
        return None, f"its draft {shortened(str(named))} is not known"
    try:
        kind.check_schema(schema)
    except exceptions.SchemaError as error:
        return None, f"it is no schema: {shortened(error.message, 120)}"
    except RecursionError:
        return None, "it is nested too deeply"
    fault = next((fault for pattern in _patterns(schema) if (fault := pattern_fault(pattern) or _nested(pattern))), "")
    if fault:
        return None, f"a pattern in it cannot be used: {fault}"
    validator = kind(schema, registry=Registry())
    try:
        for reference in _references(schema):
            validator._resolver.lookup(reference) if not _relative(schema) else None
    except Unresolvable as error:
        return None, f"the reference {shortened(str(error.ref))} leads nowhere in it"
    return validator, ""


def _nested(pattern: str) -> str:
    """A schema's patterns are tried by its validator, which nothing can stop."""
    return "it repeats something that repeats, which can take forever" if steps(pattern, 1) == math.inf else ""


def _drafts(validators: Any) -> set[str]:
    return {
        str(kind.META_SCHEMA.get("$schema", "")).rstrip("#")
        for kind in (
            validators.Draft4Validator,
            validators.Draft6Validator,
            validators.Draft7Validator,
            validators.Draft201909Validator,
            validators.Draft202012Validator,
        )
    }


def _relative(schema: Any) -> bool:
    """Whether ids inside change what a reference means; those are looked up when the answer needs them."""
    return any("$id" in part or "id" in part for part in _objects(schema))


def _references(schema: Any) -> Iterator[str]:
    for part in _objects(schema):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]


def _patterns(schema: Any) -> Iterator[str]:
    for part in _objects(schema):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        if isinstance(part.get("patternProperties"), dict):
            yield from part["patternProperties"]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the schema. Read JSON has no loops and is not deep, or it would not have been read."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part


SCORER = JsonSchema()
