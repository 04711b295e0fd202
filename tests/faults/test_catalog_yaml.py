"""C01 and the files themselves: YAML that attacks, and files that are no YAML at all."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from workbench.catalog import check_catalog, load_catalog
from workbench.catalog.document import MAX_BYTES
from workbench.domain.errors import Problems, WorkbenchError

from catalog_folder import GPT_4O, copy_catalog

BILLION_LAUGHS = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n".encode() for n in range(1, 10)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_catalog(tmp_path / "catalog")


def _problem(folder: Path) -> WorkbenchError:
    problems = check_catalog(folder)
    assert len(problems) == 1, [str(problem) for problem in problems]
    assert problems[0].where.startswith(GPT_4O)
    assert problems[0].mend
    return problems[0]


HOSTILE = [
    ("billion laughs", BILLION_LAUGHS, "The anchor '&a0' is not taken"),
    ("alias", b"name: *x\n", "The alias '*x' is not taken"),
    ("merge of an alias", b"<<: *x\n", "The alias '*x' is not taken"),
    ("recursive", b"name: &x [*x]\n", "The anchor '&x' is not taken"),
    ("python object", b"name: !!python/object/apply:os.mkdir [owned]\n", "The tag '!!python/object/apply:os.mkdir'"),
    ("own tag", b"name: !price 1\n", "The tag '!price' is not taken"),
    ("tagged key", b"!!str name: x\n", "A field's name must be plain text"),
    ("complex key", b"? [a, b]\n: 1\n", "A field's name must be plain text"),
    ("brackets", b"[" * 200_000, "More than 20 levels deep"),
    ("dashes", b"- " * 200_000, "More than 20 levels deep"),
    ("two documents", b"name: x\n---\nname: y\n", "A second document starts here"),
    ("doubled field", b"name: x\nname: y\n", "The field 'name' is given twice (first on line 1)"),
    ("empty", b"", "The file is empty"),
    ("blank", b" \n\n", "The file is empty"),
    ("only comments", b"# GPT-4o\n", "The file holds only comments"),
    ("cut", b"name: GPT-4o\nmodalities:\n  input: [text, ima", "This is not YAML"),
    ("web page", b"<!DOCTYPE html>\n<html><body>404: not found</body></html>", "This is not YAML"),
    ("list", b"- id: openai/gpt-4o\n", "The file holds a list instead of fields"),
    ("text", b"GPT-4o\n", "The file holds a single value instead of fields"),
    ("a model", b"GGUF\x03\0\0\0\x08\0\xff\xfe", "The file is not text"),
    ("utf-16", "name: x\n".encode("utf-16"), "The file is not UTF-8 text"),
    ("latin-1", "name: caf\xe9\n".encode("latin-1"), "The file is not UTF-8 text (byte 9 is 0xe9)"),
    ("zeros", bytes(4096), "text may not hold (U+0000)"),
    ("huge", b"#" * (MAX_BYTES + 1), "The file is larger than 1,024 KiB"),
]


@pytest.mark.parametrize(("content", "what"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_that_a_hostile_or_broken_file_is_refused_with_a_sentence(
    folder: Path, content: bytes, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    (folder / GPT_4O).write_bytes(content)
    problem = _problem(folder)
    assert what in problem.what
    assert not (folder.parent / "owned").exists()
    with pytest.raises(Problems):
        load_catalog(folder)


def test_that_aliases_are_refused_before_they_take_memory(folder: Path) -> None:
    (folder / GPT_4O).write_bytes(BILLION_LAUGHS)
    check_catalog(folder)  # everything is imported now
    tracemalloc.start()
    check_catalog(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _endless(file: Path) -> None:
    file.symlink_to("/dev/zero")


def _lost_link(file: Path) -> None:
    file.symlink_to("nowhere.yaml")


def _circle(file: Path) -> None:
    file.symlink_to(file.name)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and devices in folders")
@pytest.mark.parametrize(
    ("make", "what"),
    [
        (_pipe, "not an ordinary file"),
        (_endless, "not an ordinary file"),
        (_lost_link, "does not exist"),
        (_circle, "points to itself"),
    ],
)
def test_that_what_is_no_ordinary_file_is_refused_at_once(
    folder: Path, make: Callable[[Path], None], what: str
) -> None:
    (folder / GPT_4O).unlink()
    make(folder / GPT_4O)
    assert what in _problem(folder).what


@pytest.mark.parametrize(
    ("line", "what"),
    [("field{}: 1\n", "'field0' is not known"), ("  - {{provider: p{}}}\n", "'p0'")],
    ids=["fields", "offers"],
)
def test_that_a_file_with_countless_faults_is_answered_with_the_first_hundred(
    folder: Path, line: str, what: str
) -> None:
    head = "offers:\n" if line.startswith(" ") else ""
    (folder / GPT_4O).write_text(head + "".join(line.format(number) for number in range(20_000)), "utf-8")
    problems = check_catalog(folder)
    assert any(what in problem.what for problem in problems)
    assert any("more problems than are listed" in problem.what for problem in problems)
    assert len(problems) < 1_000


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_that_a_file_without_permission_is_refused_with_the_reason(folder: Path) -> None:
    (folder / GPT_4O).chmod(0)
    assert "Permission denied" in _problem(folder).what


def test_that_a_file_name_that_is_no_text_is_named_all_the_same(folder: Path) -> None:
    name = os.fsencode(folder / "models" / "openai") + b"/gpt-\xff.yaml"
    try:
        with open(name, "wb") as stream:  # noqa: PTH123 - a Path cannot hold these bytes everywhere
            stream.write(b"name: x\n")
    except OSError:
        pytest.skip("this file system takes no such name")
    problems = check_catalog(folder)
    assert problems
    assert all(str(problem).encode("utf-8") for problem in problems)
