"""Choosing the columns of a file of cases, and the ways to score, as a person does it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from workbench.evals.datasets import Examined
from workbench.gui.evals.import_preview import NOTHING, ImportDialog
from workbench.gui.evals.scorer_picker import ScorerPicker, spec_words
from workbench.gui.theme import Theme

from gui.validate_bench import Bench, bench_in

LINES = ("Wie lang ist die Frist?;29 Tage;yes", "Wer ist ada@example.org?;Ada;no", "Wer entscheidet?;Kenji;no")


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as bench:
        yield bench


def words_in(dialog: QDialog) -> str:
    return " ".join(
        label.accessibleName() or label.text() for label in dialog.findChildren(QLabel) if label.isVisible()
    )


def test_that_columns_are_guessed_looked_through_and_can_be_chosen_otherwise(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "fragen.csv"
    path.write_text("\n".join(["Text der Anfrage;Soll;Vertraulich", *LINES]))
    parent = QWidget()
    bench.qtbot.addWidget(parent)
    dialog = ImportDialog(path, data=bench.services.eval_data, tasks=bench.house.tasks, parent=parent)
    found: list[Examined] = []
    dialog.chosen.connect(found.append)
    dialog.open()
    bench.wait(lambda: "3 cases, 2 of them sensitive" in words_in(dialog))
    assert dialog.columns == {"input": "Text der Anfrage", "expected": "Soll", "sensitive": "Vertraulich"}
    assert "looks like personal data: an address of mail" in words_in(dialog)
    dialog.mark.setChecked(False)
    bench.wait(lambda: "3 cases, 1 of them sensitive" in words_in(dialog))
    use = dialog.findChild(QPushButton, "import-use")
    box = dialog.boxes["input"]
    box.setCurrentIndex(box.findText(NOTHING))
    bench.settle()
    assert not use.isEnabled()
    assert "No column is the input" in words_in(dialog)
    box.setCurrentIndex(box.findText("Soll"))
    bench.wait(use.isEnabled)
    bench.qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert [case.input for case in found[0].dataset.cases] == ["29 Tage", "Ada", "Kenji"]


def test_that_with_large_text_the_name_of_no_column_is_cut(bench: Bench, theme: Theme, tmp_path: Path) -> None:
    theme.set_text_percent(150)
    path = tmp_path / "cases.csv"
    path.write_text("input,expected\nHow long?,29 days\n")
    parent = QWidget()
    bench.qtbot.addWidget(parent)
    dialog = ImportDialog(path, data=bench.services.eval_data, tasks=bench.house.tasks, parent=parent)
    dialog.open()
    bench.wait(lambda: "1 case" in words_in(dialog))
    names = [label for label in dialog.findChildren(QLabel) if label.buddy() in dialog.boxes.values()]
    assert len(names) == len(dialog.boxes)
    assert [name.text() for name in names if name.width() < name.sizeHint().width()] == []
    bench.settle()
    dialog.reject()


def test_that_promptfoo_s_columns_are_taken_as_they_are_and_not_guessed(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "tests.csv"
    path.write_text("question,__expected1,__expected2,__metric\nSky?,contains: blue,not-contains: green,tone\n")
    parent = QWidget()
    bench.qtbot.addWidget(parent)
    dialog = ImportDialog(path, data=bench.services.eval_data, tasks=bench.house.tasks, parent=parent)
    found: list[Examined] = []
    dialog.chosen.connect(found.append)
    dialog.open()
    bench.wait(lambda: "not used here: __metric" in words_in(dialog))
    assert "promptfoo's tests" in words_in(dialog) and not dialog.boxes
    bench.qtbot.mouseClick(dialog.findChild(QPushButton, "import-use"), Qt.MouseButton.LeftButton)
    (case,) = found[0].dataset.cases
    assert case.input == "Sky?" and case.scorer is not None and "not(" in case.scorer


def test_that_a_file_that_cannot_be_read_is_a_sentence_in_the_dialog(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04")
    parent = QWidget()
    bench.qtbot.addWidget(parent)
    dialog = ImportDialog(path, data=bench.services.eval_data, tasks=bench.house.tasks, parent=parent)
    dialog.open()
    bench.wait(lambda: "damaged" in words_in(dialog))
    assert not dialog.findChild(QPushButton, "import-use").isEnabled()


def test_that_ways_to_score_are_found_explained_set_and_put_together(bench: Bench) -> None:
    parent = QWidget()
    bench.qtbot.addWidget(parent)
    picker = ScorerPicker(bench.services.eval_setup.scorers(), ("contains",), parent=parent)
    found: list[tuple[str, ...]] = []
    picker.chosen.connect(found.append)
    picker.open()
    assert picker.ways.count() > 35
    bench.qtbot.keyClicks(picker.search, "as long sentences")
    assert picker.current is None or picker.current.id == "length"
    picker.search.clear()
    bench.qtbot.keyClicks(picker.search, "sentences")
    picker.pick("length")
    assert "at most 50 words" in words_in(picker)
    field = picker.findChild(QLineEdit, "option-expected")
    bench.qtbot.keyClicks(field, "some words")
    bench.qtbot.mouseClick(picker.add, Qt.MouseButton.LeftButton)
    assert "no length" in words_in(picker)
    field.setText("at most 40 words")
    bench.qtbot.mouseClick(picker.add, Qt.MouseButton.LeftButton)
    assert picker.specs == ("contains", 'length(expected="at most 40 words")')
    picker.together.setCurrentIndex(picker.together.findData("all-of"))
    bench.qtbot.mouseClick(picker.findChild(QPushButton, "scorer-use"), Qt.MouseButton.LeftButton)
    assert found == [('all-of(contains, length(expected="at most 40 words"))',)]
    assert spec_words(found[0][0]) == "All of these (Contains, Length (expected: at most 40 words))"


def test_that_a_way_to_score_can_be_turned_round_and_several_weighed(bench: Bench, theme: Theme) -> None:
    parent = QWidget()
    bench.qtbot.addWidget(parent)
    picker = ScorerPicker(bench.services.eval_setup.scorers(), ("contains",), parent=parent)
    found: list[tuple[str, ...]] = []
    picker.chosen.connect(found.append)
    parent.show()
    picker.open()
    bench.qtbot.waitExposed(picker)
    options = picker._options
    bench.wait(lambda: options.height() >= options.sizeHint().height())  # those of the first one, too
    assert not [each.text() for each in picker._buttons.buttons() if not each.icon().isNull()]
    use = picker.findChild(QPushButton, "scorer-use")
    assert use.text() == "Score with “Contains”", "whatever is selected and was not added"
    bench.qtbot.keyClicks(picker.search, "forbidden")
    picker.turned.setChecked(True)
    picker.findChild(QLineEdit, "option-expected").setText("promise")
    bench.qtbot.keyClick(picker.search, Qt.Key.Key_Return)  # adds, and the dialog stays
    assert picker.isVisible() and picker.specs == ("contains", 'not(forbidden-words(expected="promise"))')
    picker.together.setCurrentIndex(picker.together.findData("weighted"))
    assert picker.weights.isVisible()
    assert use.text() == "Score with these 2"
    bench.qtbot.keyClicks(picker.weights, "3")
    bench.qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert "weights must be 2 numbers" in words_in(picker) and not found
    bench.qtbot.keyClicks(picker.weights, " 1")
    bench.qtbot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert found == [('weighted(contains, not(forbidden-words(expected="promise")), weights="3 1")',)]


def test_that_every_control_of_the_dialogs_has_a_name(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text("input,expected\na,b\n")
    parent = QWidget()
    bench.qtbot.addWidget(parent)
    picker = ScorerPicker(bench.services.eval_setup.scorers(), (), parent=parent)
    dialog = ImportDialog(path, data=bench.services.eval_data, tasks=bench.house.tasks, parent=parent)
    for shown in (picker, dialog):
        shown.open()
        bench.settle()
        QApplication.processEvents()
        for widget in shown.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible() and widget.focusProxy() is None:
                named = widget.accessibleName() or getattr(widget, "text", lambda: "")()
                assert named or widget.parent().metaObject().className().startswith("Q"), widget
