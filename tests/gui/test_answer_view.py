"""What stands on screen while an answer streams is what a full repaint would show; and little of it is painted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from workbench.gui.playground.answer_view import AnswerView

PROSE = "Employees may carry five days of annual leave over into the next year and take them until March. "


class Painted(QObject):
    """How many pixels of the viewport were painted."""

    def __init__(self, view: AnswerView) -> None:
        super().__init__()
        self.pixels = 0
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.pixels += sum(part.width() * part.height() for part in event.region())
        return False


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[AnswerView]:
    made = AnswerView("Answer")
    made.resize(220, 300)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made


def _on_screen(view: AnswerView) -> QImage:
    QApplication.processEvents()
    return view.screen().grabWindow(view.winId()).toImage()


def _stream(view: AnswerView, pieces: list[str]) -> None:
    for piece in pieces:
        view.append_text(piece)
        view._draw_next()
        QApplication.processEvents()


def _is_as_if_painted_whole(view: AnswerView) -> None:
    shown = _on_screen(view)
    view.viewport().repaint()
    view.repaint()
    assert not shown.isNull()
    assert shown == _on_screen(view)


PIECES = {
    "words": [f"{word} " for word in (PROSE * 6).split()],
    "parts of words": [PROSE[at : at + 3] for at in range(0, len(PROSE), 3)] * 6,
    "one endless word": ["x" * 7] * 150,
    "short lines": [f"line {number}\n" for number in range(60)],
    "paragraphs": [*([PROSE] * 3), "\n\n", "a", "b", "\n", *([PROSE] * 5)],
}


@pytest.mark.parametrize("kind", PIECES)
def test_that_a_streamed_answer_looks_as_if_it_were_painted_whole(view: AnswerView, kind: str) -> None:
    pieces = PIECES[kind]
    for upto in (1, 5, len(pieces) // 3, len(pieces)):
        view.set_text("")
        _stream(view, pieces[:upto])
        _is_as_if_painted_whole(view)
    assert view.text == "".join(pieces)


def test_that_it_is_so_after_scrolling_up_resizing_and_another_answer(view: AnswerView) -> None:
    view.set_text(PROSE * 20)
    bar = view.verticalScrollBar()
    assert bar.maximum() > 20
    bar.setValue(3)
    _stream(view, PIECES["words"][:20])
    assert bar.value() == 3, "who reads further up is left there"
    _is_as_if_painted_whole(view)
    view.resize(340, 260)
    _stream(view, PIECES["parts of words"][:40])
    _is_as_if_painted_whole(view)
    bar.setValue(bar.maximum())
    _stream(view, PIECES["short lines"][:5])
    assert bar.value() == bar.maximum(), "who reads at the end goes on with it"
    _is_as_if_painted_whole(view)
    view.set_preface("Before.\n")
    view.set_text("Another answer.")
    _is_as_if_painted_whole(view)


def test_that_a_word_lets_a_few_lines_be_painted_and_not_the_whole_answer(view: AnswerView) -> None:
    view.set_text(PROSE * 20)
    QApplication.processEvents()
    painted = Painted(view)
    _stream(view, [f"{word} " for word in PROSE.split()])
    words = len(PROSE.split())
    whole = view.viewport().width() * view.viewport().height()
    assert painted.pixels < 0.35 * words * whole


def test_that_an_answer_that_outgrows_the_view_is_followed_from_its_first_word_on(view: AnswerView) -> None:
    bar = view.verticalScrollBar()
    for word in (PROSE * 12).split():
        _stream(view, [f"{word} "])
        assert bar.value() == bar.maximum()
    assert bar.maximum() > 10 and not view.horizontalScrollBar().isVisible()
    for width in (150, 400, 230):
        view.resize(width, 300)
        QApplication.processEvents()
        assert bar.value() == bar.maximum(), "another width changes nothing"
    view.set_text("")
    _stream(view, PIECES["words"])
    assert bar.value() == bar.maximum()


def test_that_who_scrolls_up_is_left_there_until_they_come_to_the_end_again(view: AnswerView) -> None:
    view.set_text(PROSE * 20)
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() - 3)
    left = bar.value()
    _stream(view, PIECES["words"])
    assert bar.value() == left
    bar.setValue(left + 6)
    _stream(view, PIECES["words"])
    assert bar.value() == left + 6 < bar.maximum(), "further down is not the end"
    bar.setValue(bar.maximum())
    _stream(view, PIECES["words"])
    assert bar.value() == bar.maximum()
