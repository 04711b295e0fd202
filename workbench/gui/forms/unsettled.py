"""Asks before a decision is accepted that still hangs on an answer nobody has given."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask_unsettled(
    parent: QWidget,
    still_open: str,
    *,
    propose: Callable[[], None],
    accept: Callable[[], None],
    answer: Callable[[], None],
) -> None:
    """Opens the question and returns; closing it changes nothing. `still_open` is the sentence that says why."""
    box = QMessageBox(parent)
    box.setObjectName("unsettled")
    box.setWindowTitle("Not settled yet")
    box.setText("This decision is not settled yet.")
    box.setInformativeText(still_open)
    proposed = box.addButton("Record it as proposed", QMessageBox.ButtonRole.AcceptRole)
    answered = box.addButton("Answer the question", QMessageBox.ButtonRole.ActionRole)
    accepted = box.addButton("Accept it all the same", QMessageBox.ButtonRole.ActionRole)
    box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(proposed)
    for pressed, run in ((proposed, propose), (answered, answer), (accepted, accept)):
        pressed.clicked.connect(lambda _checked=False, run=run: run())
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
