"""C02: prices and dates that cannot be. Each is named by file, line, field and value, and nothing is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench.catalog import load_catalog
from workbench.domain.errors import Problems

from catalog_folder import GPT_4O, change, copy_catalog

PRICE = "input_usd_per_mtok: 2.5"
BAD = [
    ("-1", "-1 is too small", "at least 0"),
    (".nan", "nan is not a finite number", "plain number"),
    ("nan", "'nan' is not a number", "plain number"),
    (".inf", "inf is not a finite number", "plain number"),
    ("1e999", "inf is not a finite number", "plain number"),
    ("free", "'free' is not a number", "plain number"),
    ("'2.5'", "'2.5' is not a number", "without quotes"),
    ("2,5", "'2,5' is not a number", "plain number"),
    ("$2.50", "'$2.50' is not a number", "without quotes or units"),
    ("true", "true is not a number", "plain number"),
    ("[2.5]", "A list is not a number", "plain number"),
    ("{usd: 2.5}", "A block of fields is not a number", "plain number"),
    ("2500000000", "2500000000 is too large", "check the unit"),
    ("9" * 5000, "is not a number", "plain number"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_catalog(tmp_path / "catalog")


@pytest.mark.parametrize(("word", "what", "mend"), BAD, ids=[case[0][:12] for case in BAD])
def test_that_an_impossible_price_is_named_and_nothing_loads(folder: Path, word: str, what: str, mend: str) -> None:
    line = change(folder / GPT_4O, PRICE, f"input_usd_per_mtok: {word}")
    with pytest.raises(Problems) as caught:
        load_catalog(folder)
    [problem] = caught.value.problems
    assert what in problem.what
    assert problem.where == f"{GPT_4O}, line {line}, offers[0].input_usd_per_mtok"
    assert mend in problem.mend
    assert len(problem.what) < 120


@pytest.mark.parametrize(
    ("file", "old"),
    [
        (GPT_4O, "as_of: '2026-11-10'"),
        (GPT_4O, "release_date: '2024-05-13'"),
        ("providers.yaml", "as_of: '2026-10-27'"),
        ("hardware.yaml", "specs_as_of: '2025-12-14'"),
        ("benchmarks.yaml", "as_of: '2026-08-22'"),
        ("market_ranges.yaml", "as_of: '2026-05'"),
        ("catalog.yaml", "collected: '2026-11-20'"),
    ],
)
def test_that_a_date_in_2099_is_named_wherever_it_stands(folder: Path, file: str, old: str) -> None:
    line = change(folder / file, old, f"{old.split(':', maxsplit=1)[0]}: '2099-01-01'")
    with pytest.raises(Problems) as caught:
        load_catalog(folder)
    [problem] = caught.value.problems
    assert problem.what == "'2099-01-01' lies in the future"
    assert problem.where.startswith(f"{file}, line {line}, ")


@pytest.mark.parametrize(
    "word", ["2026-13-01", "2026-02-30", "20261110", "10.11.2026", "2026-1-1", "yesterday", "1999-01-01"]
)
def test_that_a_date_that_is_none_is_named(folder: Path, word: str) -> None:
    change(folder / GPT_4O, "as_of: '2026-11-10'", f"as_of: '{word}'")
    with pytest.raises(Problems, match=f"'{word}' is not a date"):
        load_catalog(folder)
