"""Every reader of data sets gives the same cases for the same table, and refuses the same things."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets import BUILTIN, examine, read_dataset

ROWS = [
    {"id": "a", "input": "How many days?", "expected": "53 days", "scorer": "contains", "sensitive": "yes"},
    {"id": "b", "input": "Größe, “quoted”; and\nsecond line", "expected": "äöü", "scorer": "", "sensitive": "no"},
    {"id": "c", "input": "Tab\there | bar", "expected": '{"name": "Ada"}', "scorer": "json-field", "sensitive": ""},
]


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """A table in the format of the ending."""
    match path.suffix:
        case ".xlsx":
            book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
            sheet = book.add_worksheet()
            for line, row in enumerate([dict(zip(rows[0], rows[0], strict=True)), *rows]):
                for place, cell in enumerate(row.values()):
                    sheet.write_string(line, place, cell)
            book.close()
        case ".parquet":
            with duckdb.connect() as connection:
                names = ", ".join(f'"{name}" VARCHAR' for name in rows[0])
                connection.execute(f"CREATE TABLE t ({names})")
                connection.executemany(
                    f"INSERT INTO t VALUES ({', '.join('?' * len(rows[0]))})", [list(row.values()) for row in rows]
                )
                connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
        case _:
            path.write_text(written(path.suffix, rows), encoding="utf-8", newline="")


def written(suffix: str, rows: list[dict[str, str]]) -> str:
    match suffix:
        case ".jsonl":
            return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        case ".json":
            return json.dumps(rows, ensure_ascii=False)
        case ".yaml":
            return str(yaml.safe_dump(rows, allow_unicode=True))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


every = pytest.mark.parametrize("kind", BUILTIN)


@every
def test_that_a_table_comes_back_as_cases(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"set{BUILTIN[kind].suffixes[0]}"
    write(path, ROWS)
    cases = read_dataset(path).cases
    assert [(c.id, c.input, c.expected) for c in cases] == [(r["id"], r["input"], r["expected"]) for r in ROWS]
    assert [c.scorer for c in cases] == ["contains", None, "json-field"]
    assert [c.sensitive for c in cases] == [True, False, False]
    assert all(c.line for c in cases)


@every
@settings(max_examples=40)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1), min_size=1))
def test_that_any_text_survives(tmp_path_factory: pytest.TempPathFactory, kind: str, texts: list[str]) -> None:
    texts = [text for text in texts if text.strip()] or ["x"]
    rows = [{"input": text, "expected": "yes"} for text in texts]
    path = tmp_path_factory.mktemp("sets") / f"set{BUILTIN[kind].suffixes[0]}"
    write(path, rows)
    assert [case.input for case in read_dataset(path).cases] == [text.strip() for text in texts]


@every
def test_that_progress_grows_to_the_end_and_can_cancel(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"set{BUILTIN[kind].suffixes[0]}"
    write(path, [{"input": f"question {n}", "expected": "x" * 50} for n in range(2500)])
    seen: list[float] = []
    read_dataset(path, progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 4
    assert seen[-1] > 0.9

    class Stopped(Exception):
        pass

    def stop(fraction: float) -> None:
        if fraction > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        read_dataset(path, progress=stop)


@every
def test_that_the_hash_is_that_of_the_bytes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"set{BUILTIN[kind].suffixes[0]}"
    write(path, ROWS)
    first = read_dataset(path).hash
    assert read_dataset(path).hash == first
    write(path, ROWS[:2])
    assert read_dataset(path).hash != first


@every
@pytest.mark.parametrize(
    "content",
    [b"", b"   \n \n", b"PK\x03\x04rest", b"PAR1rest", b"GGUF\x03\0\0\0", b"a,b\0c\n", b"\xff\xfea\0\x00\xd8"],
)
def test_that_what_is_no_text_is_refused_with_a_sentence(tmp_path: Path, kind: str, content: bytes) -> None:
    path = tmp_path / f"set{BUILTIN[kind].suffixes[0]}"
    path.write_bytes(content)
    with pytest.raises(WorkbenchError) as caught:
        examine(path)
        read_dataset(path)
    assert caught.value.mend
