"""Choosing a model from a Hugging Face repository: nothing is asked before a press, size and licence come first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.analysis.words import rounded
from workbench.domain.errors import WorkbenchError
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space, fitting
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words
from workbench.services.fitting import size_words

if TYPE_CHECKING:
    from workbench.inference.local.hub import HubModel, Repository
    from workbench.services.download_plan import Plan
    from workbench.services.downloads import DownloadService


class GetDialog(QDialog):
    """Sends `wanted` (Plan) when the person presses Fetch."""

    wanted = Signal(object)

    def __init__(self, downloads: DownloadService, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("get-dialog")
        self.setWindowTitle("Get a model")
        self.setMinimumSize(fitting(self, 560, 480))
        self._downloads, self._tasks = downloads, tasks
        self._repository: Repository | None = None
        self._plan: Plan | None = None
        self._folder = downloads.folder
        self._asked = 0
        self._field = TextField("Repository", placeholder="owner/name-GGUF, or the address of its page", max_length=300)
        self._look = button("Look", self.look)
        self._error = ErrorBox()
        self._about = Words("", "body")
        self._list = QListWidget()
        self._list.setAccessibleName("Models of the repository")
        self._sentence = Words("", "body")
        self._choose = button("Another folder …", self._choose_folder, hint="Where the model will lie")
        self._lay_out()

    def _lay_out(self) -> None:
        label = QLabel("Repository")
        label.setBuddy(self._field)
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(self._field, 1)
        top.addWidget(self._look)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        fetch = buttons.addButton("Fetch", QDialogButtonBox.ButtonRole.AcceptRole)
        assert isinstance(fetch, QPushButton)
        fetch.setProperty("kind", "main")
        fetch.setAccessibleName("Fetch the chosen model")
        fetch.setEnabled(False)
        self._fetch = fetch
        buttons.accepted.connect(self._go_on)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        host = self._downloads.endpoint.partition("://")[2]
        column.addWidget(
            Words(
                f"**A model from a repository of {host}.** Nothing is asked there before you press Look; then the name "
                "of the repository is all that is sent.",
                "body",
            )
        )
        column.addWidget(label)
        column.addLayout(top)
        column.addWidget(self._error)
        column.addWidget(self._about)
        column.addWidget(self._list, 1)
        column.addWidget(self._sentence)
        column.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(buttons)
        self._choose.hide()
        self._field.returnPressed.connect(self.look)
        self._list.currentRowChanged.connect(lambda _row: self._show_plan())

    def look(self) -> None:
        """Asks the hub what the repository offers."""
        text = self._field.text()
        if not text.strip():
            self._field.setFocus()
            return
        self._asked += 1
        number = self._asked
        self._error.clear()
        self._about.set_text("Asking …")
        self._look.setEnabled(False)

        def over() -> None:
            if number == self._asked:
                self._look.setEnabled(True)
                self._about.set_text("")

        def show(found: tuple[Repository, str]) -> None:
            over()
            if number == self._asked:
                self._show(*found)

        def failed(error: WorkbenchError) -> None:
            over()
            self._error.show_error(error)

        self._tasks.start(
            lambda: self._downloads.look(text), lane="net", done=show, failed=failed, stopped=over, owner=self
        )

    def _show(self, repository: Repository, wanted: str) -> None:
        self._repository = repository
        licence = repository.licence or "not named: ask before you use it for work"
        size = f", {rounded(repository.parameters / 1e9)} B parameters" if repository.parameters else ""
        self._about.set_text(f"**{repository.id}**{size}. Licence: {licence}.")
        self._list.clear()
        for model in repository.models:
            self._list.addItem(_item(model))
        chosen = next((row for row, model in enumerate(repository.models) if _is_wanted(model, wanted)), 0)
        self._list.setCurrentRow(chosen)
        self._list.setFocus()

    def _show_plan(self) -> None:
        """What fetching the chosen one would mean; the disk is asked in the pool."""
        repository, row = self._repository, self._list.currentRow()
        self._plan = None
        self._fetch.setEnabled(False)
        if repository is None or not 0 <= row < len(repository.models):
            return
        model, folder = repository.models[row], self._folder
        self._tasks.start(
            lambda: self._downloads.plan(repository, model, folder), done=self._planned, owner=self,
            failed=self._error.show_error,
        )  # fmt: skip

    def _planned(self, plan: Plan) -> None:
        row = self._list.currentRow()
        if self._repository is None or plan.model is not self._repository.models[row]:
            return
        self._plan = plan
        self._sentence.set_text(f"{plan.sentence}\n{plan.problem}".strip())
        self._choose.show()
        self._fetch.setEnabled(not plan.problem)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Where the model will lie", str(self._folder))
        if name:
            self._folder = Path(name)
            self._show_plan()

    def _go_on(self) -> None:
        if self._plan is not None and not self._plan.problem:
            self.accept()
            self.wanted.emit(self._plan)


def _item(model: HubModel) -> QListWidgetItem:
    kind = "projector for pictures" if model.projector else model.label or "as it is"
    parts = f", {len(model.files)} files" if len(model.files) > 1 else ""
    item = QListWidgetItem(f"{model.name}   {kind}, {size_words(model.bytes)}{parts}")
    item.setData(Qt.ItemDataRole.AccessibleTextRole, item.text())
    return item


def _is_wanted(model: HubModel, wanted: str) -> bool:
    key = wanted.casefold().removesuffix(".gguf")
    return bool(key) and key in (
        model.name.casefold(),
        model.label.casefold(),
        model.files[0].path.casefold().removesuffix(".gguf"),
    )
