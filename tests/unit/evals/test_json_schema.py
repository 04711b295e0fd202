"""The behaviours that JSON Schema requires, keyword by keyword, through the scorer."""

from __future__ import annotations

import json

import pytest
from workbench.domain.evals import EvalCase
from workbench.evals.scorers import Answer, NotScored, scorer

D4, D6, D7 = (f"http://json-schema.org/draft-0{n}/schema#" for n in (4, 6, 7))
D19, D20 = (f"https://json-schema.org/draft/{name}/schema" for name in ("2019-09", "2020-12"))
ALL, FROM_6, FROM_7, FROM_19 = (D4, D6, D7, D19, D20), (D6, D7, D19, D20), (D7, D19, D20), (D19, D20)
TREE = {"properties": {"next": {"$ref": "#"}}, "additionalProperties": False}

#: (drafts, schema, values that keep to it, values that do not)
REQUIRED = [
    (ALL, {}, [1, "x", None, [], {}], []),
    (ALL, {"type": "integer"}, [1, -2], ["1", 1.5, True, None]),
    (FROM_6, {"type": "integer"}, [1.0], [1.1]),
    (ALL, {"type": "number"}, [1, 1.5], [True, "1"]),
    (ALL, {"type": ["string", "null"]}, ["x", None], [0, False]),
    (ALL, {"type": "boolean"}, [True, False], [0, 1, "true"]),
    (ALL, {"enum": [1, "a", None, {"b": [1]}]}, [1, "a", None, {"b": [1]}], [True, "b", {"b": [2]}]),
    (FROM_6, {"const": {"a": 1}}, [{"a": 1}, {"a": 1.0}], [{"a": True}, {}, [1]]),
    (FROM_6, {"const": False}, [False], [0, None]),
    (ALL, {"minimum": 1, "maximum": 3}, [1, 2, 3, "far"], [0.9, 3.1]),
    ((D4,), {"minimum": 1, "exclusiveMinimum": True}, [1.1], [1]),
    (FROM_6, {"exclusiveMinimum": 1, "exclusiveMaximum": 3}, [2], [1, 3]),
    (ALL, {"multipleOf": 0.01}, [0.02, 4], [0.015]),
    (ALL, {"minLength": 2, "maxLength": 3}, ["ab", "äöü", "💩💩", 1], ["a", "abcd", "💩"]),
    (ALL, {"pattern": "b+"}, ["abc", 1], ["ac"]),
    (ALL, {"items": {"type": "integer"}}, [[1, 2], [], {"0": "x"}], [[1, "x"]]),
    (ALL, {"minItems": 1, "maxItems": 2}, [[1], "x"], [[], [1, 2, 3]]),
    (ALL, {"uniqueItems": True}, [[1, 2], [1, True], [[1], [2]]], [[1, 1], [{"a": 1}, {"a": 1}]]),
    (FROM_6, {"contains": {"minimum": 5}}, [[1, 6], {}], [[1, 2], []]),
    (FROM_19, {"contains": {"const": 1}, "minContains": 2, "maxContains": 3}, [[1, 1]], [[1], [1, 1, 1, 1]]),
    ((D4, D6, D7, D19), {"items": [{"type": "integer"}], "additionalItems": False}, [[1], []], [["x"], [1, 2]]),
    ((D20,), {"prefixItems": [{"type": "integer"}], "items": False}, [[1], []], [["x"], [1, 2]]),
    (ALL, {"required": ["a"]}, [{"a": None}, [], "x"], [{}, {"b": 1}]),
    (ALL, {"properties": {"a": {"type": "integer"}}}, [{"a": 1, "b": 2}, {}], [{"a": "x"}]),
    (ALL, {"patternProperties": {"^n_": {"type": "integer"}}}, [{"n_a": 1, "x": "y"}], [{"n_a": "1"}]),
    (ALL, {"properties": {"a": {}}, "additionalProperties": False}, [{"a": 1}, {}], [{"b": 1}]),
    (ALL, {"additionalProperties": {"type": "integer"}}, [{"a": 1}], [{"a": "x"}]),
    (FROM_6, {"propertyNames": {"maxLength": 2}}, [{"ab": 1}, {}], [{"abc": 1}]),
    (ALL, {"minProperties": 1, "maxProperties": 1}, [{"a": 1}, []], [{}, {"a": 1, "b": 2}]),
    ((D4, D6, D7), {"dependencies": {"a": ["b"]}}, [{"a": 1, "b": 2}, {}], [{"a": 1}]),
    (FROM_19, {"dependentRequired": {"a": ["b"]}}, [{"a": 1, "b": 2}, {}], [{"a": 1}]),
    (FROM_19, {"dependentSchemas": {"a": {"minProperties": 2}}}, [{"a": 1, "b": 2}, {}], [{"a": 1}]),
    (ALL, {"allOf": [{"minimum": 1}, {"maximum": 3}]}, [2], [0, 4]),
    (ALL, {"anyOf": [{"type": "string"}, {"minimum": 3}]}, ["x", 3], [2]),
    (ALL, {"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}, [2, 3], [6, 5]),
    (ALL, {"not": {"type": "string"}}, [1, None], ["x"]),
    (FROM_7, {"if": {"minimum": 10}, "then": {"multipleOf": 10}, "else": {"maximum": 5}}, [20, 3], [15, 7]),
    (FROM_6, True, [1, None], []),
    (FROM_6, {"properties": {"a": False}}, [{}, {"b": 1}], [{"a": 1}]),
    (ALL, TREE, [{"next": {"next": {}}}], [{"next": {"other": 1}}]),
    ((D4, D6, D7), {"definitions": {"i": {"type": "integer"}}, "allOf": [{"$ref": "#/definitions/i"}]}, [1], ["x"]),
    (FROM_19, {"$defs": {"i": {"type": "integer"}}, "$ref": "#/$defs/i"}, [1], ["x"]),
    (FROM_19, {"$defs": {"a/b~c": {"type": "integer"}}, "$ref": "#/$defs/a~1b~0c"}, [1], ["x"]),
    (FROM_19, {"properties": {"a": {}}, "unevaluatedProperties": False}, [{"a": 1}], [{"b": 1}]),
    ((D20,), {"$dynamicAnchor": "node", "properties": {"n": {"$dynamicRef": "#node"}}, "maxProperties": 1},
     [{"n": {"n": {}}}], [{"n": {"n": 1, "m": 2}}]),
    (FROM_7, {"$comment": "no matter", "title": "t", "default": 1, "examples": [2], "unknown": {"x": 1}}, [1, "x"], []),
    (ALL, {"format": "email"}, ["not an address", 1], []),
]  # fmt: skip


def value(schema: object, answer: str) -> float:
    expected = json.dumps(schema)
    assert scorer("json-schema").problem(expected) == "", expected
    return scorer("json-schema").score(Answer(answer), EvalCase("1", "q", expected)).value


@pytest.mark.parametrize(("drafts", "schema", "good", "bad"), REQUIRED, ids=lambda part: json.dumps(part)[:60])
def test_that_what_the_drafts_require_holds(
    drafts: tuple[str, ...], schema: object, good: list[object], bad: list[object]
) -> None:
    for draft in drafts:
        written = {"$schema": draft, **schema} if isinstance(schema, dict) else schema
        for instance in good:
            assert value(written, json.dumps(instance)) == 1.0, (draft, instance)
        for instance in bad:
            assert value(written, json.dumps(instance)) == 0.0, (draft, instance)


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON Schema"),
        ('{"type": "texts"}', "no schema"),
        ('{"$schema": "https://example.org/mine"}', "not known"),
        ('{"$ref": "#/nowhere"}', "leads nowhere"),
        ('{"$ref": "https://example.org/other.json"}', "leads nowhere"),
        ('{"pattern": "(a+)+$"}', "forever"),
        ('{"patternProperties": {"(a|aa)+$": {}}}', "forever"),
        ("[" * 100_000, "nested"),
        (" " * 300_000, "longer than"),
    ],
)
def test_that_a_schema_that_cannot_be_used_is_told_before_the_run(schema: str, word: str) -> None:
    assert word in scorer("json-schema").problem(schema)


def test_that_a_reference_that_only_an_answer_meets_is_no_score_and_opens_no_connection() -> None:
    schema = {"$id": "https://example.org/root", "properties": {"a": {"$ref": "other.json"}}}
    assert value(schema, '{"b": 1}') == 1.0
    with pytest.raises(NotScored) as caught:
        value(schema, '{"a": 1}')
    assert "other.json" in caught.value.why


def test_that_the_place_and_the_reason_are_told() -> None:
    case = EvalCase("1", "q", '{"properties": {"days": {"items": {"type": "integer"}}}}')
    said = scorer("json-schema").score(Answer('```json\n{"days": [1, "x"]}\n```'), case)
    assert said.why == """["days"][1] 'x' is not of type 'integer'"""
