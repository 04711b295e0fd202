"""Looking into a bundle before anything of it comes in: what it holds, what is new here, whether its figures follow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.errors import WorkbenchError
from workbench.domain.secret import Secret
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space, fitting
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.reading_table import ReadingTable
from workbench.gui.widgets.rows import UNKNOWN
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words, breakable

if TYPE_CHECKING:
    from workbench.services.bundles import BundleService, Imported, Opened, Preview, Verified

_MOST_DIFFERENCES = 50


class OpenDialog(QDialog):
    """Reads one file; sends `imported` (Imported) when the person took it in."""

    imported = Signal(object)

    def __init__(self, bundles: Callable[[], BundleService], tasks: Tasks, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName("open-bundle")
        self.setWindowTitle("Open a bundle")
        self.setMinimumSize(fitting(self, 680, 520))
        self._bundles, self._tasks = bundles, tasks
        self._file: Path | None = None
        self._opened: Opened | None = None
        self._error = ErrorBox()
        self._title = Words("Reading …", "answer")
        self._facts = Words("", "body")
        self._table: QWidget | None = None
        self._found: QWidget | None = None
        self._sentence = Words("", "body")
        self._verified = Words("", "body")
        self.passphrase = QLineEdit()
        self._passphrase_row = self._make_passphrase_row()
        self._verify = button("Compute it again", self.verify, hint="Every figure, from what the bundle itself holds")
        self._take = QPushButton("Take it in")
        self._lay_out()

    def _make_passphrase_row(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName("The bundle's passphrase")
        self.passphrase.setPlaceholderText("The bundle's passphrase")
        self.passphrase.returnPressed.connect(self.unlock)
        line.addWidget(self.passphrase, 1)
        line.addWidget(button("Unlock", self.unlock))
        row.hide()
        return row

    def _lay_out(self) -> None:
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, Space.S, 0)
        self._column.setSpacing(Space.M)
        for widget in (self._title, self._passphrase_row, self._error, self._facts, self._sentence, self._verified):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        scroller = QScrollArea()
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setWidgetResizable(True)
        scroller.setWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self._verify, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._take, QDialogButtonBox.ButtonRole.ActionRole)
        self._take.setProperty("kind", "main")
        self._take.setAccessibleName("Take the bundle in")
        self._take.clicked.connect(lambda _checked=False: self.take_in())
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setSpacing(Space.M)
        outer.addWidget(scroller, 1)
        outer.addWidget(buttons)
        self._enable(False)

    def read(self, file: Path) -> None:
        """Read and check the file in the pool lane; a locked one asks for its passphrase first."""
        self._file = file
        self._title.set_text(f"Reading {file.name} …")

        def look() -> Opened | None:
            service = self._bundles()
            return None if service.needs_passphrase(file) else service.open(file)

        self._tasks.start(look, done=self._read, failed=self._fail, owner=self)

    def unlock(self) -> None:
        """Try the passphrase; it takes a second or more, on purpose."""
        file, given = self._file, Secret(self.passphrase.text())
        if file is None or not self.passphrase.text():
            return
        self._error.clear()
        self._passphrase_row.setEnabled(False)
        self._tasks.start(
            lambda: self._bundles().open(file, given),
            name="Unlocking the bundle",
            done=self._read,
            failed=self._fail,
            stopped=lambda: self._passphrase_row.setEnabled(True),
            owner=self,
        )

    def _read(self, opened: Opened | None) -> None:
        if opened is None:
            self._title.set_text("This bundle is locked.")
            self._passphrase_row.show()
            self.passphrase.setFocus()
            return
        self._passphrase_row.hide()
        self._opened = opened
        self._tasks.start(
            lambda: self._bundles().preview(opened), lane="db", done=self._show, failed=self._fail, owner=self
        )

    def _show(self, preview: Preview) -> None:
        from workbench.services.bundle_words import facts, held, rows, sentence, signature_words

        opened = preview.opened
        self._title.set_text(opened.manifest.scenario_name)
        lines = [f"It holds {held(opened.content)}.", *facts(preview), signature_words(opened.signature)]
        self._facts.set_text("\n".join(lines))
        table = ReadingTable(("Part", "In the bundle", "New here", "Kept as here"), rows(preview.merge))
        self._table = self._put(self._table, table, self._sentence)
        self._sentence.set_text(sentence(preview.merge, opened.manifest.scenario_name, done=False))
        self._enable(True)
        signature = opened.signature
        self._take.setEnabled(signature is None or signature.holds)

    def verify(self) -> None:
        """Compute every figure again in the pool lane; the outcome shows here."""
        opened = self._opened
        if opened is None:
            return
        self._verify.setEnabled(False)
        self._verified.set_text("Computing …")
        self._tasks.start(
            lambda: self._bundles().verify(opened),
            name="Computing the bundle again",
            done=self._show_verified,
            failed=self._fail,
            stopped=lambda: self._verify.setEnabled(True),
            owner=self,
        )

    def _show_verified(self, found: Verified) -> None:
        from workbench.services.bundle_words import verified_sentence

        self._verify.setEnabled(True)
        self._verified.set_text(f"**{verified_sentence(found)}**")
        rows = [(d.path, d.then or UNKNOWN, d.now or UNKNOWN) for d in found.differences[:_MOST_DIFFERENCES]]
        shown = [tuple(map(breakable, row)) for row in rows]
        table = ReadingTable(("Figure", "In the bundle", "Computed now"), shown) if shown else None
        self._found = self._put(self._found, table, None)

    def take_in(self) -> None:
        """Take in what is new, in the db lane, and close."""
        opened = self._opened
        if opened is None:
            return
        self._enable(False)

        def over(done: Imported) -> None:
            self.accept()
            self.imported.emit(done)

        self._tasks.start(
            lambda: self._bundles().bring_in(opened),
            lane="db",
            name="Taking the bundle in",
            done=over,
            failed=self._fail,
            owner=self,
        )

    def _put(self, old: QWidget | None, new: QWidget | None, before: QWidget | None) -> QWidget | None:
        """`new` in the place of `old`, above `before` or at the end."""
        if old is not None:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        if new is not None:
            place = self._column.indexOf(before) if before is not None else self._column.count() - 1
            self._column.insertWidget(place, new)
        return new

    def _enable(self, ready: bool) -> None:
        self._verify.setEnabled(ready)
        self._take.setEnabled(ready)

    def _fail(self, error: WorkbenchError) -> None:
        self._passphrase_row.setEnabled(True)
        self._error.show_error(error)
        if self._opened is not None:
            self._enable(True)
        elif not self._passphrase_row.isVisible():
            self._title.set_text("This file cannot be opened.")
