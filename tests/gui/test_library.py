"""Local models as a person uses the page: look, add a folder, drop a file, go and try a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from validate_bench import Bench, bench_in
from workbench.gui.explanation import Explanation
from workbench.gui.pages.library import LibraryPage, answer_words
from workbench.gui.theme import Theme
from workbench.inference.local import memory

from gguf_files import write_model


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


@pytest.fixture
def page(bench: Bench) -> LibraryPage:
    made = LibraryPage(house=bench.house, library=bench.services.library)
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
    assert cells[0].split("\t")[:3] == ["Model", "Runs here", "Memory, GB"]
    assert any("Demo Nano" in line and "fits" in line for line in cells)


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
    assert page._table.current_id == str(folder / "own.gguf")
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
    assert page.header.answer.startswith("0 of ")
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
