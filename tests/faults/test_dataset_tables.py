"""D01, D02, D04: tables as people and spreadsheets write them, well and badly."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from workbench.domain.errors import Problems, WorkbenchError
from workbench.evals import datasets
from workbench.evals.datasets import examine, read_dataset

TABLE = "id,input,expected\n1,Wie groß?,Größe\n2,Où?,là\n"


def refusal(path: Path) -> WorkbenchError:
    with pytest.raises(WorkbenchError) as caught:
        read_dataset(path)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "mark", "title"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("utf-16-le", b"", "UTF-16"),
        ("utf-16-be", b"", "UTF-16"),
        ("cp1252", b"", "Latin-1"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("separator", "word"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs")])
def test_that_every_usual_way_to_write_a_table_is_read(
    tmp_path: Path, encoding: str, mark: bytes, title: str, newline: str, separator: str, word: str
) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(mark + TABLE.replace(",", separator).replace("\n", newline).encode(encoding))
    found = examine(path)
    assert found.problems == ()
    assert [case.expected for case in found.dataset.cases] == ["Größe", "là"]
    assert [case.line for case in found.dataset.cases] == [2, 3]
    assert str(found.dialect) == f"CSV, {title}, separated by {word}"


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-be"])
def test_that_a_table_in_utf_32_is_called_that(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(("\ufeff" if encoding.endswith("be") else "").encode(encoding) + TABLE.encode(encoding))
    with pytest.raises(WorkbenchError, match="This is text in UTF-32, not a data set"):
        examine(path)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b""])
@pytest.mark.parametrize("cut", [21, 51, 61])
def test_that_a_utf_16_table_cut_inside_a_letter_is_called_utf_16_cut_short(
    tmp_path: Path, mark: bytes, cut: int
) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(mark + TABLE.encode("utf-16-le")[:cut])
    with pytest.raises(WorkbenchError, match="The file is UTF-16 and was cut short"):
        examine(path)


def test_that_a_table_cut_in_its_header_row_is_called_cut_short_with_its_encoding(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(b"\xff\xfe" + "input,expe".encode("utf-16-le"))
    (problem,) = examine(path).problems
    assert problem.what == "The UTF-16 file ends in the middle of its header row, after “expe”"
    assert "It was cut short" in problem.mend


def test_that_a_cell_with_the_separator_line_breaks_and_quotes_is_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text('input;expected\n"a;b\nsecond ""line""";x\nnext;y\n')
    cases = read_dataset(path).cases
    assert cases[0].input == 'a;b\nsecond "line"'
    assert [case.line for case in cases] == [2, 4]


def test_that_all_problems_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text(
        "id,input,expected,scorer,sensitive\n"
        "a,fine,x,exact,no\n"
        "b,too few\n"
        "c,one,too,many,no,cells\n"
        ",,x,exact,no\n"
        "a,same id,x,exact,no\n"
        "d,odd scorer,x,exactly,no\n"
        "e,odd number,twelve,number,no\n"
        "f,odd flag,x,exact,perhaps\n"
        "\n"
        "g,fine too,x,,\n"
    )
    found = examine(path)
    assert [case.id for case in found.dataset.cases] == ["a", "g"]
    lines = [problem.where.rpartition(", ")[2] for problem in found.problems]
    assert lines == ["line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 9"]
    assert all(problem.mend for problem in found.problems)
    error = refusal(path)
    assert isinstance(error, Problems)
    assert len(error.problems) == 7
    assert "first in line 2" in found.problems[3].what
    assert found.problems[4].mend == "Did you mean exact?"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("question text,answer text\nx,y\n", "no column input and no column expected"),
        ("input,notes\nx,y\n", "no column expected"),
        ("input,expected,input\nx,y,z\n", "stands 2 times"),
        ("prompt,question,expected\nx,y,z\n", "stands 2 times"),
        ("input,expected\n", "no cases"),
        ('input,expected\n"never closed,x\n', "inside quotation marks"),
        ('input,expected\n"a"b,x\n', "cannot be read"),
    ],
)
def test_that_a_table_without_sense_is_one_sentence(tmp_path: Path, content: str, word: str) -> None:
    path = tmp_path / "set.csv"
    path.write_text(content)
    assert word in refusal(path).what


def test_that_a_utf_8_file_with_a_broken_byte_is_not_guessed_to_be_something_else(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes("input,expected\nGröße,ä\n".encode() + b"bad \xe4 byte,x\n")
    error = refusal(path)
    assert "UTF-8, but 1 bytes" in error.what
    assert error.where.endswith("line 3")


def test_that_a_nul_character_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(b"input,expected\nfine,x\nb\0ad,x\n")
    error = refusal(path)
    assert "NUL" in error.what
    assert error.where.endswith("line 3")


def test_that_a_giant_cell_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text('input,expected\n"' + "x" * (2 << 20) + '",y\n')
    assert "longer than 1,048,576 characters" in refusal(path).what


def test_that_a_table_without_end_stops_at_the_limit_in_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "MOST_CASES", 2000)
    path = tmp_path / "set.csv"
    with path.open("w") as file:
        file.write("input,expected\n")
        for _ in range(100):
            file.write("what is it?,it\n" * 10_000)
    tracemalloc.start()
    error = refusal(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "more than 2,000 cases" in error.what
    assert error.where.endswith("line 2002")
    assert peak < path.stat().st_size / 2, "memory must not grow with the file"


def test_that_folders_and_unknown_endings_are_refused(tmp_path: Path) -> None:
    assert "a folder" in refusal(tmp_path).what
    other = tmp_path / "set.xlsx"
    other.write_bytes(b"x")
    assert ".xlsx" in refusal(other).what
    assert "cannot be read" in refusal(tmp_path / "nowhere.csv").what
