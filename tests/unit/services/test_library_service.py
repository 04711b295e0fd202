"""The library over real files: what is listed, what is remembered, what is found by name, what fits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.inference.local import memory
from workbench.inference.local.discover import scan
from workbench.inference.local.places import Kind, Place
from workbench.inference.local.pool import LocalModels
from workbench.paths import data_dir
from workbench.services.library import FITS, TIGHT, TOO_LARGE, UNKNOWN, LibraryService
from workbench.settings import Settings

from gguf_files import ollama, write_model

DEMO = data_dir("resources") / "demo_models"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def library(settings: Settings) -> LibraryService:
    return LibraryService(demo_folder=DEMO, kept=settings)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "my models"
    made.mkdir()
    write_model(made / "own.gguf")
    return made


def test_that_the_demo_models_are_usable_and_the_smallest_comes_first(library: LibraryService) -> None:
    models = library.models()
    assert models[0].id == "local/demo-nano"
    assert [m.bytes for m in models] == sorted(m.bytes for m in models)
    assert all(m.demo and not m.problem and m.file is not None for m in models)


def test_that_an_added_folder_is_listed_again_after_a_restart(
    settings: Settings, library: LibraryService, folder: Path
) -> None:
    assert library.add_folder(folder).settings
    settings.close()
    again = LibraryService(demo_folder=DEMO, kept=Settings(settings._file))
    assert again.folders() == (folder,)
    assert [m.path for m in again.models() if not m.demo] == [folder / "own.gguf"]


def test_that_a_file_in_several_added_places_is_listed_once(library: LibraryService, folder: Path) -> None:
    library.add_folder(folder)
    library.add_folder(folder.parent)
    library.add_file(folder / "own.gguf")
    library.add_file(DEMO / "demo-nano.gguf")
    assert [m.path.name for m in library.models() if not m.demo] == ["own.gguf"]


def test_that_a_copy_of_a_model_is_recognised_by_its_content_and_not_added(
    library: LibraryService, folder: Path
) -> None:
    library.add_folder(folder)
    nano = library.demo_models()[0]
    copy, new = folder.parent / "bought.gguf", folder / "own.gguf"
    copy.write_bytes(nano.path.read_bytes())
    before = library.models()
    assert library.add_file(copy) == Changes() and library.models() == before
    assert library.known(copy) == nano
    other = folder.parent / "other.gguf"
    other.write_bytes(new.read_bytes() + bytes(64))
    assert library.known(other) is None and library.add_file(other).settings


def test_that_a_scan_of_the_shipped_folder_lists_each_model_once(library: LibraryService) -> None:
    assert library.scan((DEMO,)) == library.demo_models()


def test_that_a_link_that_points_to_itself_is_listed_with_its_problem(library: LibraryService, folder: Path) -> None:
    (folder / "loop.gguf").symlink_to(folder / "loop.gguf")
    library.add_folder(folder)
    for found in (library.models(), library.scan((folder,))):
        problems = {m.path.name: m.problem for m in found if not m.demo}
        assert "points to itself" in problems["loop.gguf"]
        assert problems["own.gguf"] == ""


def test_that_a_file_that_is_no_model_is_refused_and_not_remembered(library: LibraryService, tmp_path: Path) -> None:
    text = tmp_path / "notes.gguf"
    text.write_text("not a model")
    with pytest.raises(WorkbenchError) as refusal:
        library.add_file(text)
    assert str(text) in refusal.value.where
    assert library.files() == ()
    with pytest.raises(WorkbenchError, match="no such folder"):
        library.add_folder(tmp_path / "nowhere")


def test_that_a_broken_file_in_a_folder_is_listed_with_its_problem(library: LibraryService, folder: Path) -> None:
    (folder / "broken.gguf").write_bytes(b"GGUF")
    library.add_folder(folder)
    broken = next(m for m in library.models() if m.path.name == "broken.gguf")
    assert broken.file is None
    assert "incomplete" in broken.problem


def test_that_a_folder_that_is_gone_is_named_and_stops_nothing(library: LibraryService, folder: Path) -> None:
    library.add_folder(folder)
    shutil.rmtree(folder)
    assert library.missing() == (folder,)
    assert all(m.demo for m in library.models())


def test_that_forgetting_takes_off_the_list_and_leaves_the_disk_alone(library: LibraryService, folder: Path) -> None:
    library.add_folder(folder)
    library.add_file(folder / "own.gguf")
    library.forget(folder)
    assert [m.path for m in library.models() if not m.demo] == [folder / "own.gguf"]
    library.forget(folder / "own.gguf")
    assert all(m.demo for m in library.models())
    assert (folder / "own.gguf").is_file()


def test_that_a_model_of_an_added_folder_is_found_by_its_name_and_its_id(library: LibraryService, folder: Path) -> None:
    library.add_folder(folder)
    assert library.resolve("own") == library.resolve("local/own") == folder / "own.gguf"
    assert library.resolve("demo-nano") == DEMO / "demo-nano.gguf"


def test_that_an_unknown_name_is_answered_with_the_nearest_and_a_provider_is_refused(library: LibraryService) -> None:
    with pytest.raises(WorkbenchError) as unknown:
        library.resolve("demo-nana")
    assert "Did you mean demo-nano?" in unknown.value.mend
    with pytest.raises(WorkbenchError, match="is a provider's model: it does not run on this machine"):
        library.resolve("openai/gpt-5")


def test_that_a_path_is_no_providers_model_whatever_lies_there(library: LibraryService, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "folder").mkdir()
    for name, said in (("a", "points to itself"), ("folder", "a folder"), ("nothing", "no such file")):
        with pytest.raises(WorkbenchError, match=said):
            library.inspect(str(tmp_path / name))


def test_that_a_file_given_for_a_folder_is_told_apart_from_nothing(library: LibraryService, tmp_path: Path) -> None:
    file = write_model(tmp_path / "m.gguf")
    for given, said in ((file, "This is a file, not a folder"), (tmp_path / "none", "There is no such folder")):
        with pytest.raises(WorkbenchError, match=said):
            library.add_folder(given)
        with pytest.raises(WorkbenchError, match=said):
            list(scan([given]))


def test_that_a_folder_with_a_models_name_is_not_taken_for_a_model(
    library: LibraryService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "demo-nano").mkdir()
    monkeypatch.chdir(tmp_path)
    assert library.resolve("demo-nano") == DEMO / "demo-nano.gguf"


def test_that_the_fit_follows_the_memory_that_is_free(
    library: LibraryService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_model(tmp_path / "long.gguf", context=8192, width=256, heads=4, layers=4)

    def fit_with(free_bytes: int | None) -> str:
        monkeypatch.setattr(memory, "available_bytes", lambda: free_bytes)
        return library.fit(str(model)).word

    need = library.fit(str(model)).need_bytes
    assert fit_with(round(need / 0.8) + 1_000) == FITS
    assert fit_with(round(need / 0.8) - 1_000_000) == TIGHT
    assert fit_with(10_000_000) == TOO_LARGE
    assert fit_with(None) == UNKNOWN


def test_that_a_fit_says_its_figures_in_a_sentence(library: LibraryService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 50_000_000)
    fit = library.fit("demo-nano")
    assert fit.sentence.startswith("Demo Nano does not fit: it needs 0.1")
    assert "0.05 GB are free" in fit.sentence
    assert fit.short.startswith("does not fit, 0.1")


def test_that_a_model_of_ollama_is_known_by_its_name_everywhere(settings: Settings, tmp_path: Path) -> None:
    blob = ollama(tmp_path, "registry.ollama.ai/library/tiny/1b", write_model(tmp_path / "m.gguf"))
    place = Place(tmp_path, "Ollama", Kind.OLLAMA)
    library = LibraryService(demo_folder=DEMO, kept=settings, places=lambda: (place,))
    assert library.resolve("tiny:1b") == library.resolve("local/tiny:1b") == blob
    assert LocalModels(names=library.name_of).model(blob).model_id == "local/tiny:1b"


def test_that_the_folders_of_a_program_can_be_left_out_and_looked_into_again(settings: Settings, folder: Path) -> None:
    library = LibraryService(demo_folder=DEMO, kept=settings, places=lambda: (Place(folder, "LM Studio"),))
    assert [m.source for m in library.models() if not m.demo] == ["LM Studio"]
    library.ignore("LM Studio")
    assert all(m.demo for m in library.models()) and library.ignored() == ("LM Studio",)
    library.look_everywhere()
    assert [m.path.name for m in library.models() if not m.demo] == ["own.gguf"]


def test_that_matching_is_told_when_a_listing_finds_something_new(library: LibraryService, folder: Path) -> None:
    library.add_folder(folder)
    library.models()
    before = library.state()
    assert library.state() == before
    write_model(folder / "later.gguf", seed=3)
    library.models()
    assert library.state() != before
