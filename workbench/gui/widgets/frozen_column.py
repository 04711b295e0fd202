"""The first column of a table drawn once more above it."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from workbench.gui.widgets.rows import RowModel

R = TypeVar("R")


class FrozenColumn(QObject):
    """The first column drawn once more above the table, so that it stays while the rest scrolls sideways."""

    def __init__(self, view: QTableView, opened: SignalInstance, model: RowModel[R]) -> None:
        super().__init__(view)
        self._view = view
        self._copy = QTableView(view)
        copy = self._copy
        copy.setModel(model)
        copy.setItemDelegate(view.itemDelegate())
        copy.setSelectionModel(view.selectionModel())
        copy.setShowGrid(False)
        copy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        copy.setWordWrap(False)
        copy.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        copy.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        copy.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        copy.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        copy.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        copy.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        copy.setFrameShape(QTableView.Shape.NoFrame)
        copy.verticalHeader().hide()
        for column in range(1, model.columnCount()):
            copy.setColumnHidden(column, True)
        copy.horizontalHeader().setSectionsClickable(True)
        copy.horizontalHeader().sectionClicked.connect(view.horizontalHeader().sectionClicked)
        copy.doubleClicked.connect(opened)
        copy.verticalScrollBar().valueChanged.connect(view.verticalScrollBar().setValue)
        view.verticalScrollBar().valueChanged.connect(copy.verticalScrollBar().setValue)
        view.horizontalScrollBar().valueChanged.connect(lambda _v: self.place())
        view.horizontalHeader().sectionResized.connect(lambda *_: self.place())
        view.installEventFilter(self)
        self.place()

    def place(self) -> None:
        """Lie exactly over the first column; hidden while nothing is scrolled away."""
        view, copy = self._view, self._copy
        copy.setVisible(view.horizontalScrollBar().value() > 0)
        copy.setColumnWidth(0, view.columnWidth(0))
        copy.horizontalHeader().setFixedHeight(view.horizontalHeader().height())
        copy.verticalHeader().setDefaultSectionSize(view.verticalHeader().defaultSectionSize())
        frame = view.frameWidth()
        height = view.viewport().height() + view.horizontalHeader().height()
        copy.setGeometry(frame, frame, view.columnWidth(0), height)
        copy.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QResizeEvent) or event.type() == QEvent.Type.Show:
            self.place()
        return False
