"""Writing a bundle: what goes in, a passphrase, a signature, then what was written and what to know about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.errors import WorkbenchError
from workbench.domain.scenario import Scenario
from workbench.domain.secret import Secret
from workbench.gui.bundles.actions import FILES
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.services.bundles import BundleService, Exported


class ExportDialog(QDialog):
    """Asks what the bundle of one scenario holds, then for a place, and says what was written."""

    def __init__(
        self, scenario: Scenario, bundles: Callable[[], BundleService], tasks: Tasks, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("export-bundle")
        self.setWindowTitle("Export a bundle")
        self.setMinimumWidth(scaled_px(self, 560))
        self._scenario, self._bundles, self._tasks = scenario, bundles, tasks
        self.redact = QCheckBox("Leave the texts out: of cases, prompts and answers only hashes and scores")
        self.reports = QCheckBox("Put the report in, as HTML and as Markdown")
        self.reports.setChecked(True)
        self.sign = QCheckBox("Sign it, with a key that is made once and kept in this system's keychain")
        self.passphrase = _hidden("Passphrase", "none: anybody can open it")
        self.again = _hidden("Passphrase again", "")
        self._error = ErrorBox()
        self._said = Words("", "body")
        self._said.hide()
        self._write = QPushButton("Choose a place and write …")
        self._lay_out()
        self._follow()

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self._write, QDialogButtonBox.ButtonRole.ActionRole)
        self._write.setProperty("kind", "main")
        self._write.setAccessibleName("Choose a place and write the bundle")
        self._write.clicked.connect(lambda _checked=False: self.ask_place())
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.setSpacing(Space.S)
        form.addRow("&Passphrase", self.passphrase)
        form.addRow("The same &again", self.again)
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        column.addWidget(
            Words(
                f"**{self._scenario.name}** with its evidence, decision, eval data and the facts behind its figures, "
                "in one file. Whoever opens it computes the same figures.",
                "body",
            )
        )
        for box in (self.redact, self.reports, self.sign):
            box.setAccessibleName(box.text())
            box.toggled.connect(lambda _on: self._follow())
            column.addWidget(box)
        column.addLayout(form)
        column.addWidget(self._error)
        column.addWidget(self._said)
        column.addStretch(1)
        column.addWidget(buttons)
        for edit in (self.passphrase, self.again):
            edit.textChanged.connect(lambda _text: self._follow())

    def _follow(self) -> None:
        self.again.setEnabled(bool(self.passphrase.text()))

    def ask_place(self) -> None:
        """Ask for a file name and write there."""
        if self.passphrase.text() != self.again.text():
            self._error.show_error(WorkbenchError("The two passphrases are not the same", mend="Type them again."))
            self.again.setFocus()
            return
        stem = "-".join(self._scenario.name.lower().split()) or "scenario"
        path, _ = QFileDialog.getSaveFileName(self, "Export a bundle", f"{stem}.mswb", FILES)
        if path:
            file = Path(path)
            self.write(file if file.suffix.casefold() == ".mswb" else file.with_name(f"{file.name}.mswb"))

    def write(self, file: Path) -> None:
        """Write the bundle into `file` in the pool lane; its outcome shows here."""
        self._error.clear()
        self._said.hide()
        self._write.setEnabled(False)
        text = self.passphrase.text()
        redact, sign = self.redact.isChecked(), self.sign.isChecked()
        reports = ("html", "md") if self.reports.isChecked() else ()
        passphrase, scenario = Secret(text) if text else None, self._scenario

        def work() -> Exported:
            return self._bundles().export(
                scenario, file, redact=redact, reports=reports, passphrase=passphrase, sign=sign
            )

        self._tasks.start(
            work, name="Writing the bundle", done=self._show, failed=self._fail, stopped=self._over, owner=self
        )

    def _show(self, done: Exported) -> None:
        from workbench.services.bundle_words import file_size, held

        self._over()
        lines = [f"**Written: {done.file.name}** ({file_size(done.bytes)})", f"It holds {held(done.content)}."]
        if done.fingerprint:
            lines.append(f"Signed with the key {done.fingerprint}. Tell it to the receiver, not by the file's own way.")
        if done.caution:
            lines.append(done.caution)
        self._said.set_text("\n".join(lines))
        self._said.show()

    def _fail(self, error: WorkbenchError) -> None:
        self._over()
        self._error.show_error(error)

    def _over(self) -> None:
        self._write.setEnabled(True)


def _hidden(name: str, placeholder: str) -> QLineEdit:
    edit = QLineEdit()
    edit.setEchoMode(QLineEdit.EchoMode.Password)
    edit.setAccessibleName(name)
    edit.setPlaceholderText(placeholder)
    edit.setMaxLength(1_000)
    return edit
