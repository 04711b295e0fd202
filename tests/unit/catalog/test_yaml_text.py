"""Changing one value in the text of a catalog file: that value changes, everything else stays to the letter."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from workbench.catalog.document import KeyPath, parse
from workbench.catalog.yaml_text import YamlText, document, number
from workbench.paths import data_dir

FILES = sorted(data_dir("models_catalog").rglob("*.yaml"))
ODD = [
    "",
    " ",
    "no",
    "1e3",
    "2026-11",
    "a: b",
    "- x",
    "it's",
    "# not",
    "[x]",
    "tab\tless",
    "ü — ”",
    "~",
    "x" * 300,
    "a  b",
]
texts = st.one_of(
    st.sampled_from(ODD), st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=60).map(str)
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(1e-9, 1e9), texts)
values = st.one_of(
    scalars,
    st.lists(texts, max_size=4),
    st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), scalars, min_size=1, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(["a", "b"]), scalars, min_size=1), max_size=3),
)


def mappings(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    """The place of every block of fields."""
    found = [path] if isinstance(value, dict) and value else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [each for key, item in items for each in mappings(item, (*path, key))]


def at(value: Any, path: KeyPath) -> Any:
    for step in path:
        value = value[step]
    return value


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_that_any_value_of_any_file_can_be_set_and_only_it_changes(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from([file for file in FILES if file.stat().st_size < 12_000]))
    text = file.read_text("utf-8")
    before = parse(text.encode(), file.name).value
    path = data.draw(st.sampled_from(mappings(before)))
    key = data.draw(st.sampled_from([*at(before, path), "brand_new"]))
    value = data.draw(values)
    edited = YamlText(text)
    edited.set((*path, key), value)
    expected = copy.deepcopy(before)
    at(expected, path)[key] = value
    assert parse(edited.text.encode(), file.name).value == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_that_any_field_can_be_taken_out(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from([file for file in FILES if file.stat().st_size < 12_000]))
    text = file.read_text("utf-8")
    before = parse(text.encode(), file.name).value
    path = data.draw(st.sampled_from([path for path in mappings(before) if len(at(before, path)) > 1]))
    key = data.draw(st.sampled_from(list(at(before, path))))
    edited = YamlText(text)
    edited.remove((*path, key))
    expected = copy.deepcopy(before)
    del at(expected, path)[key]
    assert parse(edited.text.encode(), file.name).value == expected


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_that_setting_what_is_there_changes_one_value_at_most_in_its_spelling(file: Path) -> None:
    text = file.read_text("utf-8")
    edited = YamlText(text)
    edited.set(("schema_version",), 1)
    assert edited.text == text


def test_that_a_price_is_one_line_of_a_diff() -> None:
    file = data_dir("models_catalog") / "models/openai/gpt-4o.yaml"
    text = file.read_text("utf-8")
    edited = YamlText(text)
    edited.set(("offers", 0, "input_usd_per_mtok"), 2.25)
    changed = [pair for pair in zip(text.splitlines(), edited.text.splitlines(), strict=True) if pair[0] != pair[1]]
    assert changed == [("    input_usd_per_mtok: 2.5", "    input_usd_per_mtok: 2.25")]


def test_that_a_new_field_comes_where_its_neighbours_have_it() -> None:
    edited = YamlText("offers:\n  - provider: x\n    as_of: '2026'\n", {"offers": ("provider", "price", "as_of")})
    edited.set(("offers", 0, "price"), 1)
    assert edited.text == "offers:\n  - provider: x\n    price: 1\n    as_of: '2026'\n"


def test_that_items_are_added_to_full_and_empty_lists() -> None:
    edited = YamlText("offers:\n  - a: 1\nspeed: []\nnote: x\n")
    edited.append(("offers",), {"a": 2, "b": {"c": 3}})
    edited.append(("speed",), {"a": 1})
    assert edited.text == "offers:\n  - a: 1\n  - a: 2\n    b:\n      c: 3\nspeed:\n  - a: 1\nnote: x\n"


@pytest.mark.parametrize(("value", "text"), [(10.0, "10"), (0.0000002, "0.0000002"), (2.5, "2.5"), (128_000, "128000")])
def test_that_numbers_are_written_plainly(value: float, text: str) -> None:
    assert number(value) == text


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), values, min_size=1, max_size=5))
@example({"_": ["?0"]})
def test_that_a_file_of_any_values_reads_as_they_are(fields: dict[str, Any]) -> None:
    assert parse(document(fields, "A comment").encode(), "new").value == fields
