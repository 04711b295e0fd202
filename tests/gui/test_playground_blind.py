"""Blind voting as a person does it: no name anywhere, a key for each pair, names only when the votes are locked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot
from validate_bench import Bench, bench_in, press, validate_page
from workbench.domain.scenario import Scenario
from workbench.gui.pages.validate import ValidatePage
from workbench.gui.playground.view import PlaygroundView
from workbench.gui.theme import Theme

from chat_models import ScriptedModel, use_remote

NAMES = ("acme/quick", "acme/slow", "acme/odd")


@pytest.fixture
def bench(tmp_path: Path, qtbot: QtBot, theme: Theme) -> Iterator[Bench]:
    with bench_in(tmp_path / "home", qtbot) as made:
        yield made


@pytest.fixture
def scenario(bench: Bench) -> Scenario:
    return bench.services.scenarios.new("Support chat")


@pytest.fixture
def page(bench: Bench, scenario: Scenario) -> ValidatePage:
    use_remote(
        bench.services,
        *(ScriptedModel(name, lambda q, place=place: f"answer {place}") for place, name in enumerate(NAMES)),
    )
    made = validate_page(bench)
    made.show_scenario(scenario)
    bench.show(made)
    view = made.playground
    for pane, name in zip(view.panes, NAMES, strict=True):
        view.row.put_model(name, pane)
    return made


def ask_blind(bench: Bench, page: ValidatePage, text: str = "Hello") -> PlaygroundView:
    view = page.playground
    if not view.asker.is_blind:
        press(bench, page, "blind")
        bench.settle()
    view.prompt.set_text(text)
    press(bench, view, "ask")
    bench.wait(lambda: not view.asker.is_busy)
    bench.settle()
    return view


def everything_readable(widget: QWidget) -> str:
    """All words that a widget and those in it hold, whether they are visible or not: what a screen reader, a tool tip
    or a look into the widget tree can tell."""
    words: list[str] = []
    for each in (widget, *widget.findChildren(QWidget)):
        words += [each.accessibleName(), each.accessibleDescription(), each.toolTip(), each.objectName()]
        if isinstance(each, QLabel | QPushButton | QLineEdit):
            words.append(each.text())
        if isinstance(each, QPlainTextEdit):
            words.append(each.toPlainText())
        if isinstance(each, QComboBox):
            words += [f"{each.itemText(i)} {each.itemData(i)}" for i in range(each.count())]
        if isinstance(each, QTableView):
            model = each.model()
            for row in range(model.rowCount()):
                words += [str(model.index(row, column).data()) for column in range(model.columnCount())]
    words += [action.text() for action in widget.findChildren(QAction)]
    return "\n".join(words)


def test_that_no_name_can_be_read_anywhere_until_the_votes_are_locked(
    bench: Bench, page: ValidatePage, scenario: Scenario, tmp_path: Path
) -> None:
    QGuiApplication.clipboard().clear()
    view = ask_blind(bench, page)
    ballots = view.ballot.left_over
    assert ballots >= 3, "every pair of three answers waits"
    for _ in range(ballots):
        told = everything_readable(page.playground) + everything_readable(page.header)
        assert not any(name in told or name.removeprefix("acme/") in told for name in NAMES)
        assert "answer 0" in told or "answer 1" in told, "the answers themselves are there"
        view.copy_markdown()
        view.copy_link()
        assert QGuiApplication.clipboard().text() == ""
        connection = sqlite3.connect(tmp_path / "home" / "workbench.sqlite")
        dump = "\n".join(line for line in connection.iterdump() if "comparison" in line or "vote" in line)
        connection.close()
        assert "answer 0" in dump and "acme" not in dump
        bench.qtbot.keyClick(view.ballot, Qt.Key.Key_A)
        bench.settle()
    assert "All pairs are judged" in page.header.answer
    assert not any(name in everything_readable(page.playground) for name in NAMES), "locked, but not revealed yet"
    press(bench, view, "ballot-reveal")
    bench.settle()
    assert {pane.model_name for pane in view.panes} == set(NAMES)
    for pane in view.panes:
        assert pane.view.text == f"answer {NAMES.index(pane.model_name)}"


def test_that_votes_are_given_with_keys_and_the_standing_follows(
    bench: Bench, page: ValidatePage, scenario: Scenario
) -> None:
    """The person likes "answer 1" best and cannot tell the others apart."""
    for number in range(4):
        view = ask_blind(bench, page, f"Question {number}")
        while (ballot := view.ballot.now) is not None:
            key = Qt.Key.Key_T
            if "answer 1" in (ballot.left_text, ballot.right_text):
                key = Qt.Key.Key_1 if ballot.left_text == "answer 1" else Qt.Key.Key_B
            bench.qtbot.keyClick(view.ballot, key)
            bench.settle()
        press(bench, view, "ballot-reveal")
        bench.settle()
    rows = view.standing.table.model.rows
    assert rows[0].model == "acme/slow" and rows[0].wins == 8
    assert view.standing.isVisibleTo(page)
    found = bench.services.votes.preferences(scenario.id)
    assert found is not None and found.votes == 12 and found.ties == 4
    press(bench, view, "standing-back")
    assert view.row.isVisibleTo(page)


def test_that_a_held_key_or_a_double_press_votes_once(bench: Bench, page: ValidatePage, scenario: Scenario) -> None:
    view = ask_blind(bench, page)
    left = view.ballot.left_over
    for _ in range(3):
        bench.qtbot.keyClick(view.ballot, Qt.Key.Key_A)
    bench.settle()
    assert view.ballot.left_over == left - 1


def test_that_who_comes_back_to_the_vote_goes_on_with_its_keys(bench: Bench, page: ValidatePage) -> None:
    view = ask_blind(bench, page)
    page.activateWindow()
    bench.wait(page.isActiveWindow)
    page.setFocus()  # as the window does when it opens the page
    assert view.ballot.hasFocus()
    page.show_view("evals")
    press(bench, page, "view-playground")
    assert view.ballot.hasFocus()


def test_that_voting_is_left_and_taken_up_again_where_it_was(
    bench: Bench, page: ValidatePage, scenario: Scenario
) -> None:
    view = ask_blind(bench, page)
    left = view.ballot.left_over
    bench.qtbot.keyClick(view.ballot, Qt.Key.Key_T)
    bench.settle()
    press(bench, view, "ballot-leave")
    bench.settle()
    assert [pane.model_name for pane in view.panes] == list(NAMES), "models can be chosen again"
    assert all(pane.view.text == "" for pane in view.panes), "but whose answer is whose is not told"
    view.show_history()
    bench.settle()
    assert "waits for your vote" in everything_readable(view.history)
    again = validate_page(bench)
    again.show_scenario(scenario)
    bench.show(again)
    press(bench, again, "blind")
    bench.settle()
    assert again.playground.ballot.left_over == left - 1


def test_that_opening_a_blind_comparison_from_the_history_leads_to_the_vote(
    bench: Bench, page: ValidatePage, scenario: Scenario
) -> None:
    view = ask_blind(bench, page)
    press(bench, view, "ballot-leave")
    (head,) = bench.services.playground.heads(scenario.id)
    view.open_comparison(head.id)
    bench.settle()
    assert view.is_hiding and view.ballot.left_over >= 3


def test_that_one_answer_alone_cannot_be_judged_but_its_name_can_be_shown(
    bench: Bench, page: ValidatePage, tmp_path: Path
) -> None:
    view = page.playground
    while len(view.panes) > 2:
        view.row._remove(view.panes[-1])
    view.row.panes[1].set_model(str(tmp_path / "gone.gguf"))
    ask_blind(bench, page)
    assert view.ballot.left_over == 0
    assert "No pair waits" in view.ballot._sentence.text()
    press(bench, view, "ballot-reveal")
    bench.settle()
    assert {pane._state.text() for pane in view.panes} == {"finished", "failed"}


def test_that_answers_being_written_show_nothing_that_tells_who_is_quick(
    bench: Bench, page: ValidatePage, scenario: Scenario
) -> None:
    view = page.playground
    press(bench, page, "blind")
    bench.settle()
    view.prompt.set_text("Hello")
    view.ask()
    assert view.is_hiding and "3 answers are being written" in view.ballot._sentence.text()
    shown = {each.objectName() for each in view.ballot.findChildren(QPushButton) if each.isVisibleTo(view)}
    assert shown == {"ballot-stop"}, "what can be done now, and nothing that cannot"
    assert not any(name in everything_readable(view) for name in NAMES)
    bench.wait(lambda: not view.asker.is_busy)
    bench.settle()
    assert view.ballot.left_over >= 3
