"""The playground as a person uses it: type, press, read, stop, ask again; on real model processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from validate_bench import Bench, ask_and_wait, bench_in, press, validate_page
from workbench.domain.changes import Changes
from workbench.domain.scenario import Scenario
from workbench.gui.pages.validate import ValidatePage
from workbench.gui.playground.answer_view import LONGEST_LINE, AnswerView
from workbench.gui.playground.pane import Pane
from workbench.gui.playground.view import PlaygroundView
from workbench.gui.theme import Theme

from talker import write_talker


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


@pytest.fixture
def talker(tmp_path: Path) -> Path:
    """A model that goes on for thousands of tokens."""
    return write_talker(tmp_path / "talker.gguf")


@pytest.fixture
def scenario(bench: Bench) -> Scenario:
    return bench.services.scenarios.new("Support chat")


@pytest.fixture
def page(bench: Bench, scenario: Scenario) -> ValidatePage:
    made = validate_page(bench)
    made.show_scenario(scenario)
    bench.show(made)
    return made


def state(pane: Pane) -> str:
    return pane._state.text()


def figures(pane: Pane) -> str:
    """What stands below the answer, as one reads it."""
    return pane._figures.text().replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "")


def test_that_a_newcomer_presses_one_button_and_reads_answers_with_their_figures(
    bench: Bench, page: ValidatePage
) -> None:
    view = page.playground
    assert "Question:" in view.prompt.text
    assert "right answer is" in view.prompt._note.text()
    with bench.qtbot.waitSignal(page.wrote, timeout=60_000) as wrote:
        ask_and_wait(bench, view)
    assert page.header.answer.startswith("Same prompt, ")
    assert "Nothing left this machine." in page.header.answer
    for pane in view.panes:
        bench.wait(lambda pane=pane: bool(pane.view.toPlainText()))
        assert "first token" in figures(pane) and "tokens/s" in figures(pane) and "$0" in figures(pane)
        assert state(pane) in ("finished", "cut at the longest answer")
    assert isinstance(wrote.args[0], Changes) and wrote.args[0].comparisons


def test_that_typing_and_ctrl_enter_asks_and_the_comparison_is_there_after_a_restart(
    bench: Bench, page: ValidatePage, scenario: Scenario
) -> None:
    view = page.playground
    view.prompt.prompt.clear()
    bench.qtbot.keyClicks(view.prompt.prompt, "Say hello")
    page.activateWindow()
    bench.wait(page.isActiveWindow)
    beside = view.panes[1].chooser  # the keys ask wherever the focus is
    beside.setFocus()
    bench.qtbot.keyClick(beside, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert view.asker.is_busy
    bench.wait(lambda: not view.asker.is_busy)
    bench.settle()
    texts = [pane.view.text for pane in view.panes]
    again = validate_page(bench)
    again.show_scenario(scenario)
    bench.show(again)
    assert again.playground.prompt.text == "Say hello"
    assert [pane.view.text for pane in again.playground.panes] == texts
    again.playground.show_history()
    bench.settle()
    assert [head.prompt for head in again.playground.history.table.model.rows] == ["Say hello"]


def test_that_an_empty_prompt_is_a_sentence_and_nothing_runs(bench: Bench, page: ValidatePage) -> None:
    view = page.playground
    view.prompt.set_text("   ")
    press(bench, view, "ask")
    assert not view.asker.is_busy
    assert view.error.isVisibleTo(page)
    assert "prompt is empty" in view.error.accessibleName()


def test_that_neither_the_wheel_nor_an_arrow_takes_an_answer_away(bench: Bench, page: ValidatePage) -> None:
    view = page.playground
    ask_and_wait(bench, view)
    pane = view.panes[0]
    model, said, at = pane.chooser.path, pane.view.text, QPointF(5, 5)
    turn = QWheelEvent(
        at, pane.chooser.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(pane.chooser, turn)
    assert (pane.chooser.path, pane.view.text) == (model, said)
    bench.qtbot.keyClick(pane.chooser, Qt.Key.Key_Down)
    assert (pane.chooser.path, pane.view.text) == (model, said) and pane.chooser.view().isVisible()
    pane.chooser.hidePopup()


def test_that_a_double_press_asks_once(bench: Bench, page: ValidatePage, scenario: Scenario) -> None:
    view = page.playground
    view.ask()
    view.ask()
    bench.wait(lambda: not view.asker.is_busy)
    bench.settle()
    assert len(bench.services.playground.history(scenario.id)) == 1


def use(bench: Bench, view: PlaygroundView, path: Path, place: int = 0) -> Pane:
    """Open a file in a pane, as dropping it there does."""
    pane = view.panes[place]
    view.open_model(path, pane)
    bench.settle()
    assert pane.chooser.path == str(path)
    return pane


def test_that_stop_ends_one_answer_and_the_others_are_whole(bench: Bench, page: ValidatePage, talker: Path) -> None:
    view = page.playground
    pane = use(bench, view, talker)
    view.prompt.sampling.field("max_tokens").set_value(8000)
    press(bench, view, "ask")
    bench.wait(lambda: bool(pane.view.text))
    press(bench, pane, "pane-stop")
    bench.wait(lambda: not view.asker.is_busy)
    assert state(pane) == "stopped"
    assert state(view.panes[1]) in ("finished", "cut at the longest answer")
    assert "was stopped" in page.header.answer


def test_that_stop_all_ends_every_answer(bench: Bench, page: ValidatePage, talker: Path) -> None:
    view = page.playground
    panes = [use(bench, view, talker, place) for place in (0, 1)]
    for extra in view.panes[2:]:
        extra.set_model(str(talker))
    view.prompt.sampling.field("max_tokens").set_value(2400)  # so that all three fit into the context
    press(bench, view, "ask")
    bench.wait(lambda: all(pane.view.text for pane in panes))
    press(bench, view, "stop-all")
    bench.wait(lambda: not view.asker.is_busy)
    assert {state(pane) for pane in view.panes} == {"stopped"}


def test_that_a_killed_model_is_a_sentence_in_its_pane_and_ask_again_mends_it(
    bench: Bench, page: ValidatePage, talker: Path
) -> None:
    view = page.playground
    pane = use(bench, view, talker)
    view.prompt.sampling.field("max_tokens").set_value(8000)
    press(bench, view, "ask")
    bench.wait(lambda: bool(pane.view.text))
    pid = bench.services.engines.model(talker).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    bench.wait(lambda: not view.asker.is_busy)
    assert state(pane) == "failed"
    assert (pane._error.isVisibleTo(page) and pane._error.text().endswith(".")) or "(" in pane._error.text()
    assert state(view.panes[1]) in ("finished", "cut at the longest answer")
    bench.settle()
    view.prompt.sampling.field("max_tokens").set_value(4)
    press(bench, pane, "pane-again")
    bench.wait(lambda: not view.asker.is_busy)
    assert state(pane) == "cut at the longest answer"
    assert "4 out" in figures(pane)
    assert not pane._error.isVisibleTo(page)


def test_that_a_dropped_file_that_is_no_model_is_said_and_changes_nothing(
    bench: Bench, page: ValidatePage, tmp_path: Path
) -> None:
    bad = tmp_path / "notes.gguf"
    bad.write_text("not a model")
    view = page.playground
    before = view.row.chosen
    drop(view, bad)
    bench.settle()
    assert view.error.isVisibleTo(page)
    assert str(bad) in view.error.accessibleName()
    assert view.row.chosen == before


def test_that_a_dropped_model_is_chosen_and_remembered(bench: Bench, page: ValidatePage, talker: Path) -> None:
    drop(page.playground, talker)
    bench.settle()
    assert page.playground.row.chosen[0] == str(talker)
    assert talker in bench.services.library.files()
    again = validate_page(bench)
    bench.show(again)
    assert again.playground.row.chosen == page.playground.row.chosen


def drop(view: PlaygroundView, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at = QPointF(view.panes[0].rect().center())
    event = QDropEvent(at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    view.row.dropEvent(event)


def test_that_panes_are_added_up_to_six_and_removed_down_to_two(bench: Bench, page: ValidatePage) -> None:
    row = page.playground.row
    for _ in range(6):
        row.add()
    assert len(row.panes) == 6
    while len(row.panes) > 2:
        row.panes[-1].remove_wanted.emit()
    row.panes[-1].remove_wanted.emit()
    assert len(row.panes) == 2


def test_that_six_panes_stand_in_two_rows_where_one_would_be_too_narrow(bench: Bench, page: ValidatePage) -> None:
    row = page.playground.row
    while len(row.panes) < 6:
        row.add()

    def places() -> list[tuple[int, int]]:
        tops = sorted({pane.mapTo(row, pane.rect().topLeft()).y() for pane in row.panes if pane.isVisibleTo(row)})
        seen = [pane for pane in row.panes if pane.isVisibleTo(row)]
        return [(tops.index(p.mapTo(row, p.rect().topLeft()).y()), p.place) for p in seen]

    page.resize(800, 900)
    bench.wait(lambda: places() == [(0, 0), (0, 1), (0, 2), (1, 3), (1, 4), (1, 5)])
    row._maximise(row.panes[4])
    bench.wait(lambda: places() == [(0, 4)])
    row._maximise(row.panes[4])
    row._remove(row.panes[1])
    bench.wait(lambda: places() == [(0, 0), (0, 1), (0, 2), (1, 3), (1, 4)])
    page.resize(1700, 900)
    bench.wait(lambda: places() == [(0, place) for place in range(5)])


def test_that_panes_change_their_row_only_after_all_widgets_have_the_new_size_of_text(
    bench: Bench, page: ValidatePage, theme: Theme
) -> None:
    row = page.playground.row
    while len(row.panes) < 4:
        row.add()
    page.resize(1000, 900)
    bench.wait(lambda: row._rows[0].count() == 4)
    gone: list[str] = []
    for place in range(1, 4):
        row._rows[0].handle(place).destroyed.connect(lambda: gone.append("while Qt tells its widgets"))
    theme.set_text_percent(125)
    assert not gone
    bench.wait(lambda: row._rows[0].count() == 2 and row._rows[1].count() == 2)


def test_that_a_field_for_a_variable_is_in_sight_as_soon_as_it_is_typed(bench: Bench, page: ValidatePage) -> None:
    card = page.playground.prompt
    bench.qtbot.keyClicks(card.prompt, "Summarise {text}")
    bench.wait(lambda: "text" in card.variables and card._values["text"].isVisibleTo(page))


def test_that_variables_are_put_into_the_prompt_and_empty_ones_stay(bench: Bench, page: ValidatePage) -> None:
    card = page.playground.prompt
    card.set_text("Answer from {passage}: {question}")
    press(bench, card, "prompt-fold")
    bench.qtbot.keyClicks(card._values["passage"], "the policy")
    assert card.text == "Answer from the policy: {question}"


def test_that_copy_all_gives_markdown_with_prompt_and_answers(bench: Bench, page: ValidatePage) -> None:
    ask_and_wait(bench, page.playground)
    page.playground.copy_markdown()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("**Prompt**")
    for pane in page.playground.panes:
        assert f"**{pane.model_name}** (first token" in text


def test_that_an_answer_is_shown_as_text_whatever_it_holds(qtbot: QtBot, theme: Theme) -> None:
    view = AnswerView("Answer")
    qtbot.addWidget(view)
    hostile = '<img src="http://tracker/x.png"><script>alert(1)</script>\n**bold** [link](http://x)'
    view.set_text(hostile)
    assert view.toPlainText() == hostile == view.text


def test_that_an_endless_word_is_drawn_in_pieces_and_copied_whole(qtbot: QtBot, theme: Theme) -> None:
    view = AnswerView("Answer")
    qtbot.addWidget(view)
    view.show()
    word = "x" * 100_000
    view.append_text(word)
    qtbot.waitUntil(lambda: len(view.toPlainText()) >= len(word), timeout=30_000)
    assert view.text == word
    assert max(len(line) for line in view.toPlainText().split("\n")) <= LONGEST_LINE


def test_that_every_control_of_both_views_has_a_name_for_screen_readers(bench: Bench, page: ValidatePage) -> None:
    reachable = [w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(reachable) > 15
    ours = [w for w in reachable if w.isVisibleTo(page) and not w.objectName().startswith("qt_")]
    nameless = [f"{type(w).__name__} {w.objectName()}" for w in ours if not w.accessibleName()]
    assert nameless == []


def test_that_a_long_paragraph_is_broken_between_words(qtbot: QtBot, theme: Theme) -> None:
    view = AnswerView("Answer")
    qtbot.addWidget(view)
    paragraph = "carry over five days " * 500
    for start in range(0, len(paragraph), 37):
        view.append_text(paragraph[start : start + 37])
    qtbot.waitUntil(lambda: len(view.toPlainText()) >= len(paragraph) - 10, timeout=30_000)
    assert view.text == paragraph
    assert len(view.toPlainText().split("\n")) > 1
    assert view.toPlainText().split() == paragraph.split()
