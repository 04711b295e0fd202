"""Local models as a person uses the page: look, add a folder, drop a file, go and try a model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages_person import Visitor
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from validate_bench import Bench, bench_in
from workbench.gui.explanation import Explanation
from workbench.gui.library.get_dialog import GetDialog
from workbench.gui.library.rows import answer_words
from workbench.gui.library.servers_dialog import ServersDialog
from workbench.gui.pages.library import LibraryPage
from workbench.gui.theme import Theme
from workbench.inference.local import memory
from workbench.inference.local.hub import Reference, parse_repository
from workbench.inference.local.places import Place

from gguf_files import write_model
from hubs import Hub
from servers import Received, Reply, Server


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


@pytest.fixture
def page(bench: Bench) -> LibraryPage:
    services = bench.services
    made = LibraryPage(
        house=bench.house,
        library=services.library,
        measuring=lambda: services.measuring,
        downloads=lambda: services.downloads,
        doorway=lambda: services.doorway,
        credentials=lambda: services.credentials,
    )
    made.wrote.connect(made.refresh)
    made.show_scenario(None)
    bench.show(made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "my models"
    made.mkdir()
    write_model(made / "own.gguf")
    (made / "broken.gguf").write_bytes(b"GGUF")
    return made


def names(page: LibraryPage) -> list[str]:
    return [row.item.path.name for row in page._table.model.shown]


def told(page: LibraryPage) -> list[Explanation | None]:
    found: list[Explanation | None] = []
    page.explain.connect(found.append)
    return found


def test_that_the_demo_models_stand_there_with_their_fit(page: LibraryPage) -> None:
    assert "demo-nano.gguf" in names(page)
    assert "without a network" in page.header.answer
    cells = page._table.as_text().splitlines()
    assert cells[0].split("\t")[:4] == ["Model", "Runs here", "Speed, tokens/s", "Memory, GB"]
    nano = next(line for line in cells if "Demo Nano" in line)
    assert "fits" in nano and "–" in nano.split("\t")[2], "a range until it is measured"
    assert page.header.answer.startswith("3 models here; all fit this machine; the fastest is")


def test_that_a_dropped_folder_is_listed_with_what_is_wrong_in_it_and_can_be_taken_off(
    bench: Bench, page: LibraryPage, folder: Path
) -> None:
    explained = told(page)
    page.arrive((folder,))
    bench.settle()
    assert {"own.gguf", "broken.gguf"} <= set(names(page))
    assert "1 file cannot be used" in page.header.answer
    page._table.view.selectRow(names(page).index("broken.gguf"))
    assert explained[-1] is not None and "incomplete" in explained[-1].as_text()
    chip = next(b for b in page.findChildren(QPushButton) if b.accessibleName() == "Take my models off the list")
    bench.qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    bench.settle()
    assert "own.gguf" not in names(page)
    assert (folder / "own.gguf").is_file()


def test_that_a_dropped_file_is_selected_and_explains_itself(bench: Bench, page: LibraryPage, folder: Path) -> None:
    explained = told(page)
    page.arrive((folder / "own.gguf",))
    bench.settle()
    assert page._table.current_id == f"{folder / 'own.gguf'}#"
    explanation = explained[-1]
    assert explanation is not None
    text = explanation.as_text()
    assert "Random test model" in text and "Architecture llama" in text and "Licence CC0-1.0" in text
    next(action for action in explanation.actions if action.text == "Copy its path").run()
    assert QGuiApplication.clipboard().text() == str(folder / "own.gguf")


def test_that_a_dropped_file_that_is_no_model_is_a_sentence(bench: Bench, page: LibraryPage, folder: Path) -> None:
    before = names(page)
    page.arrive((folder / "broken.gguf",))
    bench.settle()
    assert page._error.isVisibleTo(page) and "incomplete" in page._error.accessibleName()
    assert names(page) == before


def test_that_a_dropped_copy_of_a_listed_model_is_said_to_be_known_and_shown(
    bench: Bench, page: LibraryPage, folder: Path
) -> None:
    copy = folder / "bought.gguf"
    shutil.copy(bench.services.library.demo_models()[0].path, copy)
    before = names(page)
    page.arrive((folder / "broken.gguf", copy))
    bench.settle()
    assert page._told.accessibleName() == "bought.gguf is Demo Nano, which is listed already."
    assert names(page) == before and "demo-nano.gguf" in bench.house.selection.id_of("model")
    assert page._error.isVisibleTo(page), "what is wrong with the other file is said too"
    page.arrive((folder / "own.gguf",))
    bench.settle()
    assert "own.gguf" in names(page) and not page._error.isVisibleTo(page) and not page._told.isVisibleTo(page)


def test_that_trying_a_model_leads_to_the_playground_with_it(bench: Bench, page: LibraryPage) -> None:
    page._table.view.setFocus()
    page._table.view.selectRow(0)
    with bench.qtbot.waitSignal(page.navigate) as went:
        bench.qtbot.keyClick(page._table.view, Qt.Key.Key_Return)
    assert went.args == ["validate", (page._listing.rows[0].item.path,)]


def test_that_a_model_too_large_for_the_free_memory_says_so_with_its_figures(
    bench: Bench, page: LibraryPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 50_000_000)
    page.show_scenario(None)
    bench.settle()
    assert "none fits this machine" in page.header.answer
    assert "would need more memory than is free" in page.header.answer
    assert page._table.as_text().count("does not fit") == len(page._listing.rows)


def test_that_a_folder_that_is_gone_is_named(bench: Bench, page: LibraryPage, tmp_path: Path) -> None:
    gone = tmp_path / "usb stick"
    gone.mkdir()
    page.arrive((gone,))
    bench.settle()
    gone.rmdir()
    page.show_scenario(None)
    bench.settle()
    assert "usb stick is not there now" in page.header.answer
    assert "usb stick is not there now" in " ".join(answer_words(page._listing))


def test_that_every_control_has_a_name_for_screen_readers(bench: Bench, page: LibraryPage) -> None:
    reachable = [w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    ours = [w for w in reachable if w.isVisibleTo(page) and not w.objectName().startswith("qt_")]
    assert ours and [type(w).__name__ for w in ours if not w.accessibleName()] == []


def choose(page: LibraryPage, name: str) -> None:
    page._table.view.selectRow(names(page).index(name))


def press(page: QWidget, name: str) -> None:
    """A button that has just been put into a layout is shown with the next turn of the event loop."""
    QApplication.processEvents()
    next(b for b in page.findChildren(QPushButton) if b.accessibleName() == name and b.isVisibleTo(page)).click()


def test_that_measuring_a_model_replaces_its_range(bench: Bench, page: LibraryPage) -> None:
    explained = told(page)
    choose(page, "demo-nano.gguf")
    press(page, "Measure speed")
    bench.settle()
    row = next(row for row in page._listing.rows if row.item.path.stem == "demo-nano")
    assert row.speed is not None and row.speed.measured and row.foreseen is not None
    line = next(line for line in page._table.as_text().splitlines() if "Demo Nano" in line)
    assert "–" not in line.split("\t")[2]
    assert explained[-1] is not None and "Measured here on" in explained[-1].as_text()
    assert "were predicted" in explained[-1].as_text()


def test_that_a_context_of_ones_own_changes_what_fits(
    bench: Bench, page: LibraryPage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(folder / "own.gguf", context=8192, width=256, heads=4, layers=4)
    page.arrive((folder,))
    bench.settle()
    monkeypatch.setattr(memory, "available_bytes", lambda: 160_000_000)
    boxes = {box.objectName(): box for box in page.findChildren(QComboBox)}

    def word() -> str:
        bench.settle()
        return next(line for line in page._table.as_text().splitlines() if "own" in line or "Random" in line).split(
            "\t"
        )[1]

    boxes["library-context"].setCurrentIndex(boxes["library-context"].findData(2048))
    assert word() == "fits"
    boxes["library-context"].setCurrentIndex(boxes["library-context"].findData(16_384))
    assert word() == "does not fit"
    boxes["library-cache"].setCurrentIndex(boxes["library-cache"].findData("q4_0"))
    assert word() in ("tight", "fits")


def test_that_a_file_that_appears_in_an_open_folder_is_listed_by_itself(
    bench: Bench, page: LibraryPage, folder: Path
) -> None:
    page.arrive((folder,))
    bench.settle()
    write_model(folder / "later.gguf", seed=5)
    bench.wait(lambda: "later.gguf" in names(page))


def test_that_a_copy_is_shown_as_one_and_offered_once(bench: Bench, page: LibraryPage, folder: Path) -> None:
    shutil.copy(folder / "own.gguf", folder / "second.gguf")
    page.arrive((folder,))
    bench.settle()
    choose(page, "second.gguf")
    assert "a copy" in next(line for line in page._table.as_text().splitlines() if "same as own.gguf" in line)
    assert "1 file is a copy of another" in page.header.answer


def test_that_the_folders_of_another_program_are_shown_and_can_be_left_out(
    bench: Bench, qtbot: QtBot, folder: Path
) -> None:
    services = bench.services
    services.library._known_places = lambda: (Place(folder, "LM Studio"),)
    page = LibraryPage(
        house=bench.house,
        library=services.library,
        measuring=lambda: services.measuring,
        downloads=lambda: services.downloads,
        doorway=lambda: services.doorway,
        credentials=lambda: services.credentials,
    )
    page.show_scenario(None)
    bench.show(page)
    assert "own.gguf" in names(page) and "LM Studio" in page._table.as_text()
    press(page, "No longer look into the folders of LM Studio")
    bench.settle()
    assert "own.gguf" not in names(page)
    page._look_everywhere()
    bench.settle()
    assert "own.gguf" in names(page)


# --- getting a model, and servers ---


def test_that_a_model_is_got_from_a_repository_in_the_dialog(
    bench: Bench, page: LibraryPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write_model(tmp_path / "made.gguf", layers=2).read_bytes()
    hub = Hub({"Small-Q8_0.gguf": content, "Small-F16.gguf": content + bytes(32)})
    with Server(hub.handle) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        page.get_model()
        dialog = page.findChild(GetDialog)
        assert dialog is not None
        field = dialog.findChild(QLineEdit)
        assert field is not None
        assert server.requests == [], "nothing is asked before a press"
        field.setText("someone/Small-GGUF:q8_0")
        press(dialog, "Look")
        bench.settle()
        said = " ".join(label.accessibleName() or label.text() for label in dialog.findChildren(QLabel))
        assert "apache-2.0" in said and "free in" in said
        press(dialog, "Fetch the chosen model")
        bench.settle()
    assert "Small-Q8_0.gguf" in names(page)
    assert page._table.current_id.endswith("Small-Q8_0.gguf#")


def test_that_a_repository_that_is_not_there_is_a_sentence_in_the_dialog(
    bench: Bench, page: LibraryPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(Hub({}).handle) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        page.get_model()
        dialog = page.findChild(GetDialog)
        assert dialog is not None
        dialog._field.setText("nobody/nothing")
        dialog.look()
        bench.settle()
        assert "has nothing at that address" in dialog._error.accessibleName()
        dialog.reject()


def test_that_a_paused_download_stands_above_the_table_and_goes_on(
    bench: Bench, page: LibraryPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write_model(tmp_path / "made.gguf", layers=4, width=256).read_bytes()
    hub = Hub({"Small-Q8_0.gguf": content}, fault="stall")
    with Server(hub.handle) as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        repository = parse_repository(server.url, Reference("someone/Small-GGUF"), json.dumps(hub.details()).encode())
        downloads = bench.services.downloads
        page._fetch(downloads.plan(repository, repository.models[0]))
        (task,) = bench.house.tasks.named
        bench.wait(lambda: task.progress.done > 0)
        task.cancel()
        bench.settle()
        press(page, "Go on: Small-Q8_0")
        bench.settle()
    assert "Small-Q8_0.gguf" in names(page)
    assert not page._strip.isVisibleTo(page)


def test_that_servers_of_this_machine_are_listed_when_asked(
    bench: Bench, page: LibraryPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def tags(request: Received, reply: Reply) -> None:
        if request.path == "/api/tags":
            await reply.json({"models": [{"name": "llama3.2:3b", "size": 2_000_000_000, "details": {}}]})
        else:
            await reply.json({"object": "list", "data": [{"id": "llama3.2:3b", "object": "model"}]})

    with Server(tags) as server:
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{server.port}")
        page.show_servers()
        bench.settle()
        dialog = page.findChild(ServersDialog)
        assert dialog is not None
        said = " ".join(label.accessibleName() or label.text() for label in dialog.findChildren(QLabel))
        assert "Ollama" in said and "llama3.2:3b" in said
        press(dialog, "Copy the address of Ollama")
        assert QGuiApplication.clipboard().text() == f"http://127.0.0.1:{server.port}/v1"
        press(dialog, "Use the models of Ollama")
        bench.settle()
        assert bench.services.credentials.remembered("ollama") == ("llama3.2:3b",)
        assert "ollama/llama3.2:3b" in dialog._answer.accessibleName()
        dialog.reject()


@pytest.mark.parametrize("width", [1024, 1280])
def test_that_the_table_of_local_models_fits_beside_the_inspector(visitor: Visitor, width: int) -> None:
    shell = visitor.window.shell
    before = shell.size()
    shell.resize(width, 800)
    try:
        page = visitor.go("library")
        assert isinstance(page, LibraryPage)
        visitor.wait(lambda: page._table.model.rowCount() > 0)
        page._table.view.selectRow(0)
        visitor.rest()
        assert page._table.view.horizontalScrollBar().maximum() == 0
        assert page._table.as_text().splitlines()[0].split("\t")[-2:] == ["Stored as", "File, MB"], "still copied"
    finally:
        shell.resize(before)
