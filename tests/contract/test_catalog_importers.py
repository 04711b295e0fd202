"""Every importer keeps the same promises, whatever file it is given."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.catalog.importers import BUILTIN, MARKS, Importer, importer, recognise
from workbench.domain.catalog_fields import check_fields
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Reading, Subject

from catalog_lists import DAY, EXAMPLES, Example

every = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
HOSTILE_VALUES = [
    None,
    True,
    -1,
    0,
    float("nan"),
    float("inf"),
    1e308,
    10**40,
    "free",
    "",
    "\x00",
    "\u202e1.0",
    "1e999",
    [],
    {},
    [[[[]]]],
    {"base": -1, "tiers": []},
]

NO_LISTS = {
    "empty": b"",
    "blank": b"   \n",
    "cut": b"{",
    "list": b"[]",
    "object": b"{}",
    "null": b"null",
    "binary": b"\x00\x01\x02" * 50,
    "utf-16": b"\xff\xfe{\x00",
    "web page": b"<html>404</html>",
    "doubled column": b"a,a\n1,2\n",
}


def _read(example: Example, content: bytes) -> Reading | None:
    """The reading, or None when the file was refused with a sentence; anything else is a fault."""
    try:
        return importer(example.importer).read(example.file(content))
    except WorkbenchError as error:
        assert error.what
        assert error.mend
        assert "Traceback" not in str(error)
        return None


def _check(reading: Reading | None) -> None:
    """What is read is within bounds; what is not is named."""
    if reading is None:
        return
    for row in reading.rows:
        assert not check_fields(row.subject, row.fields, "")
        assert row.model.isprintable() and row.name.isprintable()
        assert row.as_of[:2] == "20"
    for problem in reading.problems:
        assert problem.what and problem.where and problem.mend
        assert len(str(problem)) < 1_000


def test_that_every_importer_has_an_example_and_a_mark() -> None:
    assert list(BUILTIN) == list(EXAMPLES) == list(MARKS)


@every
def test_that_it_is_named_and_says_what_it_brings(example: Example) -> None:
    found: Importer = importer(example.importer)
    assert found.id == example.importer
    assert found.title and found.brings and not found.brings.endswith(".")
    assert found.url == "" or found.url.startswith("https://")
    assert found.thanks or found.id == "csv"


@every
def test_that_its_file_is_recognised_as_its_own(example: Example) -> None:
    assert recognise(example.file()).id == example.importer


@every
def test_that_its_file_is_read_whole_and_every_entry_is_accounted_for(example: Example) -> None:
    reading = importer(example.importer).read(example.file())
    _check(reading)
    assert len(reading.rows) == example.rows
    assert reading.importer == example.importer
    assert reading.file == example.name
    assert reading.entries >= 1
    assert all(row.as_of == DAY or row.subject is Subject.FACTS for row in reading.rows)


@every
@pytest.mark.parametrize("content", NO_LISTS.values(), ids=NO_LISTS.keys())
def test_that_what_is_no_list_is_refused_with_a_sentence(example: Example, content: bytes) -> None:
    assert _read(example, content) is None or example.importer == "csv"


@every
def test_that_a_file_cut_anywhere_is_refused_or_read_in_part(example: Example) -> None:
    for end in range(0, len(example.content), max(1, len(example.content) // 60)):
        _check(_read(example, example.content[:end]))


@every
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_that_any_mutation_is_read_within_bounds_or_refused(example: Example, data: st.DataObject) -> None:
    _check(_read(example, _mutated(example, data)))


@every
@pytest.mark.slow
@settings(max_examples=2_000, deadline=None)
@given(data=st.data())
def test_that_thousands_of_mutations_are_read_within_bounds_or_refused(example: Example, data: st.DataObject) -> None:
    _check(_read(example, _mutated(example, data)))


def _mutated(example: Example, data: st.DataObject) -> bytes:
    """The example with bytes changed, or with one of its values replaced by a hostile one."""
    if example.content[:1] in b"{[" and data.draw(st.booleans()):
        value = json.loads(example.content)
        _replace_one(value, data)
        return json.dumps(value).encode()
    content = bytearray(example.content)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        if not content:
            break
    return bytes(content)


def _replace_one(value: Any, data: st.DataObject) -> None:
    """Walks down at random and puts a hostile value in some place."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        child = value[key]
        if not isinstance(child, dict | list) or not child or data.draw(st.integers(0, 5)) == 0:
            value[key] = data.draw(st.sampled_from(HOSTILE_VALUES))
            return
        value = child


@every
def test_that_a_hostile_file_takes_little_memory(example: Example) -> None:
    if example.name.endswith(".json"):
        hostile = [b"[" * 200_000, b"[" + b"{}," * 400_000 + b"{}]", b'{"a":' * 100_000, b'{"a":1,' * 3 + b'"a":2}']
    elif example.name.endswith(".csv"):
        hostile = [b"," * 1_000_000, b'model,a\n"' + b"x" * 3_000_000, b"model,a\n" + b"x,1\n" * 300_000]
    else:
        hostile = [b"model_id: &a [x]\nb: *a\n", b"model_id: " + b"[" * 100_000, b"#" * 2_000_000]
    for content in hostile:
        _read(example, b"[]")  # everything is imported now
        tracemalloc.start()
        _check(_read(example, content))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 150_000_000, f"{len(content)} bytes took {peak / 1e6:.0f} MB"
