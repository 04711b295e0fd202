"""The library as matching sees it: usable files only, each id once, folders read again only when the list changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench.paths import data_dir
from workbench.services.library import LibraryService
from workbench.services.local_models import local_models
from workbench.settings import Settings

from gguf_files import write_model


@pytest.fixture
def library(tmp_path: Path) -> LibraryService:
    return LibraryService(demo_folder=data_dir("resources") / "demo_models", kept=Settings(tmp_path / "settings.json"))


def test_that_of_two_files_with_one_name_the_first_is_matched_and_broken_ones_are_not(
    library: LibraryService, tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_model(tmp_path / folder / "own.gguf")
        (tmp_path / folder / "broken.gguf").write_bytes(b"GGUF")
        library.add_folder(tmp_path / folder)
    ids = [model.id for model in local_models(library)()]
    assert ids.count("local/own") == 1
    assert "local/broken" not in ids


def test_that_a_file_that_vanishes_ends_no_shortlist(library: LibraryService, tmp_path: Path) -> None:
    write_model(tmp_path / "own.gguf")
    library.add_file(tmp_path / "own.gguf")
    files = local_models(library)
    assert "local/own" in [model.id for model in files()]
    (tmp_path / "own.gguf").unlink()
    assert "local/own" in [model.id for model in files()]
    library.forget(tmp_path / "own.gguf")
    assert "local/own" not in [model.id for model in files()]
