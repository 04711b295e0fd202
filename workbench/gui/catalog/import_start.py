"""Before a list is chosen: which lists can be taken in, and the imports so far with the way back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.quotes import ImportRecord
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.text import Words
from workbench.services.catalog_imports import SourceKind


class ImportStart(QWidget):
    """Sends `choose` to ask for a file, `undo` and `redo` (import id)."""

    choose = Signal()
    undo = Signal(str)
    redo = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._lists = Words("", "body")
        self._imports = QVBoxLayout()
        self._imports.setSpacing(Space.S)
        lists = Card("Lists that can be taken in")
        lists.add_beside_title(button("Choose a file …", self.choose.emit, kind="main"))
        lists.body.addWidget(self._lists)
        self._done = Card("Imports so far")
        self._done.body.addLayout(self._imports)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(lists)
        column.addWidget(self._done)
        column.addStretch(1)

    def show_lists(self, kinds: Sequence[SourceKind], records: Sequence[ImportRecord]) -> None:
        lines = [f"**{kind.title}**: {kind.brings}." for kind in kinds]
        hint = "Choose a file or drop it here. Nothing is changed before you have seen the rows and pressed Apply."
        self._lists.set_text("\n".join([*lines, "", hint]))
        while (item := self._imports.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for record in records:
            self._imports.addWidget(self._row(record))
        self._done.setVisible(bool(records))

    def _row(self, record: ImportRecord) -> QWidget:
        what = f"**{record.file}** ({record.importer}), {words.count(record.accepted, 'row')}"
        when = f"{words.day(record.at[:10])}{', taken back' if record.undone_at else ''}"
        if record.undone_at:
            back = button("Bring back", lambda: self.redo.emit(record.id))
        else:
            back = button("Undo", lambda: self.undo.emit(record.id), hint="The catalog is then as before this import")
        back.setAccessibleName(f"{back.text()}: {record.file}")
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Words(f"{what}, {when}"), 1)
        line.addWidget(back)
        return row
