"""Plain values and their lines, from YAML that nobody vouches for."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.catalog.document import dotted, parse, scalar
from workbench.domain.errors import Problems, WorkbenchError

TEXT = b"""\
# a comment
name: GPT-4o
offers:
  - provider: openai
    prices: [1, 2.5]
  - provider: azure
"""


def test_that_values_are_plain_and_each_knows_its_line() -> None:
    document = parse(TEXT, "m.yaml")
    assert document.value == {
        "name": "GPT-4o",
        "offers": [{"provider": "openai", "prices": [1, 2.5]}, {"provider": "azure"}],
    }
    assert document.line_of(("name",)) == 2
    assert document.line_of(("offers", 0, "prices", 1)) == 5
    assert document.line_of(("offers", 1)) == 6


def test_that_a_place_that_is_not_there_has_the_line_of_its_block() -> None:
    document = parse(TEXT, "m.yaml")
    assert document.line_of(("offers", 1, "source")) == 6
    assert document.line_of(("offers", 7)) == 3
    assert document.where(("offers", 1, "source")) == "m.yaml, line 6, offers[1].source"


def test_that_a_path_reads_as_people_write_it() -> None:
    assert dotted(("offers", 0, "batch", "discount")) == "offers[0].batch.discount"


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("False", False),
        ("7", 7),
        ("-1", -1),
        ("+2.50", 2.5),
        ("1e-3", 0.001),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("2026-11-20", "2026-11-20"),
        ("12:30", "12:30"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1.", "1."),
        ("-", "-"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_that_a_bare_word_means_what_it_says_and_nothing_more(word: str, value: object) -> None:
    found = scalar(word)
    assert found == value
    assert type(found) is type(value)


def test_that_numbers_beyond_all_bounds_are_seen_as_such() -> None:
    assert scalar("1e999") == math.inf
    assert math.isnan(float(str(scalar(".nan"))))


def test_that_a_quoted_number_stays_text() -> None:
    assert parse(b"shots: '5'", "m.yaml").value == {"shots": "5"}


def test_that_a_byte_order_mark_is_no_part_of_the_first_field() -> None:
    assert parse(b"\xef\xbb\xbfname: x", "m.yaml").value == {"name": "x"}


def test_that_all_doubled_fields_are_named_with_both_lines() -> None:
    with pytest.raises(Problems) as caught:
        parse(b"a: 1\nb: 2\na: 3\nb:\n  c: 1\n  c: 2\n", "m.yaml")
    found = [(problem.what, problem.where) for problem in caught.value.problems]
    assert found == [
        ("The field 'a' is given twice (first on line 1)", "m.yaml, line 3"),
        ("The field 'b' is given twice (first on line 2)", "m.yaml, line 4"),
        ("The field 'c' is given twice (first on line 5)", "m.yaml, line 6"),
    ]


@given(st.binary(max_size=200))
def test_that_any_bytes_give_a_value_or_a_sentence(content: bytes) -> None:
    try:
        parse(content, "m.yaml")
    except WorkbenchError as error:
        assert error.what
        assert error.where.startswith("m.yaml")
        assert error.mend or isinstance(error, Problems)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?, \n\t", max_size=60))
def test_that_any_punctuation_gives_a_value_or_a_sentence(text: str) -> None:
    try:
        parse(text.encode(), "m.yaml")
    except WorkbenchError as error:
        assert error.where.startswith("m.yaml")
