"""C03: ids taken twice, ids that differ only in case, files of a newer workbench. The catalog in use stays in use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from workbench.catalog import check_catalog
from workbench.domain.errors import Problems, WorkbenchError
from workbench.services.catalog import CatalogService

from catalog_folder import GPT_4O, change, copy_catalog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_catalog(tmp_path / "catalog")


def _copied_as(folder: Path, name: str, old: str, new: str) -> list[WorkbenchError]:
    shutil.copy(folder / GPT_4O, folder / name)
    change(folder / name, old, new)
    return [problem for problem in check_catalog(folder) if problem.where.startswith(name)]


def test_that_an_id_taken_twice_names_both_files(folder: Path) -> None:
    found = _copied_as(folder, "models/openai/gpt-4o-copy.yaml", "name: GPT-4o", "name: Another")
    [taken] = [problem for problem in found if "is taken" in problem.what]
    assert taken.what == f"The id 'openai/gpt-4o' is taken ({GPT_4O}, line 3)"
    assert taken.where == "models/openai/gpt-4o-copy.yaml, line 3, id"


def test_that_ids_that_differ_only_in_case_name_both_files(folder: Path) -> None:
    found = _copied_as(folder, "models/openai/gpt-4o-shout.yaml", "id: openai/gpt-4o", "id: OpenAI/GPT-4o")
    [alike] = [problem for problem in found if "differs only in case" in problem.what]
    assert f"'openai/gpt-4o' ({GPT_4O}, line 3)" in alike.what


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("providers.yaml", "id: anthropic", "id: OpenAI"),
        ("hardware.yaml", "id: nvidia-h100-sxm", "id: NVIDIA-H200-SXM"),
        ("benchmarks.yaml", "id: livebench-2026-01-08", "id: livebench-2026-06-25"),
        ("developers.yaml", "id: anthropic", "id: openai"),
    ],
)
def test_that_a_list_with_an_id_twice_names_both_lines(folder: Path, file: str, old: str, new: str) -> None:
    line = change(folder / file, old, new)
    [taken] = [p for p in check_catalog(folder) if p.where.startswith(f"{file}, line {line}") and p.mend == "Keep one."]
    assert f"{file.removesuffix('.yaml')}[1].id" in taken.where
    assert "(line " in taken.what


@pytest.mark.parametrize("file", [GPT_4O, "providers.yaml", "catalog.yaml"])
def test_that_a_newer_schema_is_refused_once_and_not_field_by_field(folder: Path, file: str) -> None:
    line = change(folder / file, "schema_version: 1", "schema_version: 2\nsomething_new: true")
    [problem] = check_catalog(folder)
    assert problem.what == "The file was made for a newer workbench (schema 2; this one reads 1)"
    assert problem.where == f"{file}, line {line}, schema_version"
    assert "Update the workbench" in problem.mend


def test_that_the_catalog_in_use_stays_in_use_while_its_files_are_broken(folder: Path, tmp_path: Path) -> None:
    service = CatalogService(folder=folder, cache_file=tmp_path / "kept.json")
    before = service.catalog()
    kept = (tmp_path / "kept.json").read_bytes()
    change(folder / GPT_4O, "schema_version: 1", "schema_version: 2")
    assert len(service.check()) == 1
    assert service.catalog() is before
    with pytest.raises(Problems):
        CatalogService(folder=folder, cache_file=tmp_path / "kept.json").catalog()
    assert (tmp_path / "kept.json").read_bytes() == kept
