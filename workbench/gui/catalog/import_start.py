"""Before a list is chosen: which lists can be taken in, and the imports so far with the way back."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.quotes import ImportRecord
from workbench.gui.catalog.giving_back import GivingBack
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.text import Words
from workbench.services.catalog_imports import SourceKind


class ImportStart(QWidget):
    """Sends `choose` to ask for a file, `fetch` (list id) to ask the network, `undo` and `redo` (import id)."""

    choose = Signal()
    fetch = Signal(str)
    undo = Signal(str)
    redo = Signal(str)

    def __init__(self, settings: SettingsPort) -> None:
        super().__init__()
        self.giving_back = GivingBack(settings)
        self._lists = QVBoxLayout()
        self._lists.setSpacing(Space.S)
        self._imports = QVBoxLayout()
        self._imports.setSpacing(Space.S)
        lists = Card("Lists that can be taken in")
        lists.add_beside_title(button("Choose a file …", self.choose.emit, kind="main"))
        hint = "Choose a file or drop it here. Nothing is changed before you have seen the rows and pressed Apply."
        lists.body.addWidget(Words(hint, "muted"))
        lists.body.addLayout(self._lists)
        self._done = Card("Imports so far")
        self._done.body.addLayout(self._imports)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(lists)
        column.addWidget(self._done)
        column.addWidget(self.giving_back)
        column.addStretch(1)

    def show_lists(self, kinds: Sequence[SourceKind], records: Sequence[ImportRecord]) -> None:
        _empty(self._lists)
        for kind in kinds:
            self._lists.addWidget(self._list_row(kind))
        _empty(self._imports)
        for record in records:
            self._imports.addWidget(self._row(record))
        self._done.setVisible(bool(records))

    def _list_row(self, kind: SourceKind) -> QWidget:
        host = urlsplit(kind.url).hostname or ""
        where = f"From a file, or from {host}." if host else "From a file."
        what = Words(f"**{kind.title}**: {kind.brings}. {where}")
        if not host:
            return what
        hint = f"Asks {host} for its list as it is now; nothing of yours goes along. You then see what it would change"
        refresh = button("Refresh", lambda: self.fetch.emit(kind.id), hint=hint)
        refresh.setAccessibleName(f"Refresh from {host}: {kind.title}")
        return _beside(what, refresh)

    def _row(self, record: ImportRecord) -> QWidget:
        what = f"**{record.file}** ({record.importer}), {words.count(record.accepted, 'row')}"
        when = f"{words.day(record.at[:10])}{', taken back' if record.undone_at else ''}"
        if record.undone_at:
            back = button("Bring back", lambda: self.redo.emit(record.id))
        else:
            back = button("Undo", lambda: self.undo.emit(record.id), hint="The catalog is then as before this import")
        back.setAccessibleName(f"{back.text()}: {record.file}")
        return _beside(Words(f"{what}, {when}"), back)


def _beside(words: Words, press: QWidget) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(words, 1)
    line.addWidget(press)
    return row


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
