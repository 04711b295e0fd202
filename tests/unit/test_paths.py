"""Where the shipped files and the data folder are found."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
import workbench.paths
from workbench.domain.errors import WorkbenchError
from workbench.paths import Paths, data_dir, replace_file


def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "site-packages" / "workbench"
    package.mkdir(parents=True)
    monkeypatch.setattr(workbench.paths, "__file__", str(package / "paths.py"))
    return package


@pytest.mark.parametrize("name", ["resources", "models_catalog"])
def test_that_a_checkout_finds_its_shipped_folders(name: str) -> None:
    assert data_dir(name) == Path(workbench.paths.__file__).parents[1] / name


def test_that_a_wheel_finds_its_folders_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = _installed(tmp_path, monkeypatch)
    (package / "_data" / "resources").mkdir(parents=True)
    assert data_dir("resources") == package / "_data" / "resources"


def test_that_a_frozen_build_finds_its_folders_where_it_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _installed(tmp_path, monkeypatch)
    (tmp_path / "unpacked" / "models_catalog").mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "unpacked"), raising=False)
    assert data_dir("models_catalog") == tmp_path / "unpacked" / "models_catalog"


def test_that_a_strangers_folder_beside_an_installed_package_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = _installed(tmp_path, monkeypatch)
    (package.parent / "resources").mkdir()
    with pytest.raises(WorkbenchError, match=r"'resources' is missing.*Install the program again"):
        data_dir("resources")


def test_that_the_home_option_beats_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "environment"))
    assert Paths.resolve(tmp_path / "option").home == tmp_path / "option"
    assert Paths.resolve().home == tmp_path / "environment"


def test_that_without_either_the_systems_data_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path in Paths.resolve().home.parents


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_that_every_folder_of_the_data_folder_is_the_owners_alone(tmp_path: Path) -> None:
    paths = Paths.resolve(tmp_path / "home")
    for folder in (paths.home, paths.backups, paths.logs, paths.exports, paths.cache):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_that_everything_kept_lies_in_the_data_folder(tmp_path: Path) -> None:
    paths = Paths.resolve(tmp_path / "home")
    kept = [paths.database, paths.settings_file, paths.catalog_cache, paths.backups, paths.logs, paths.exports]
    assert all(paths.home in place.parents for place in kept)


def test_that_a_file_in_the_way_of_the_data_folder_is_named_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(WorkbenchError, match="a file has its name") as caught:
        Paths.resolve(tmp_path / "home")
    assert caught.value.where == str(tmp_path / "home")
    assert "--home" in caught.value.mend


def test_that_an_impossible_folder_name_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot be made"):
        Paths.resolve(tmp_path / "a\0b")


def test_that_a_replaced_file_holds_the_new_content_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(b"old")
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_that_a_failed_replacement_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(b"old")

    def full_disk(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        replace_file(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with a name")
def test_that_a_pipe_or_folder_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "pipe", tmp_path / "folder"):
        with pytest.raises(OSError, match="not a file"):
            replace_file(place, b"x")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "pipe"]
