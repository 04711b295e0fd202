"""Model servers that run on this machine, and what they offer: asked when the dialog's button is pressed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space, fitting
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words
from workbench.services.local_servers import LocalServer, ServedModel

Find = Callable[[], Coroutine[Any, Any, tuple[LocalServer, ...]]]
Remember = Callable[[LocalServer], Changes]
ListModels = Callable[[str], Coroutine[Any, Any, object]]
MOST_SHOWN = 12


class ServersDialog(QDialog):
    """Lists what answers on this machine itself; nothing leaves it. Sends `used` (Changes) when a server was kept.

    `remember` keeps a server as one's own, `list_models` asks it for the names that Validate offers.
    """

    used = Signal(object)

    def __init__(
        self, *, find: Find, remember: Remember, list_models: ListModels, tasks: Tasks, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("servers-dialog")
        self.setWindowTitle("Model servers on this machine")
        self.setMinimumSize(fitting(self, 520, 320))
        self._find, self._tasks = find, tasks
        self._remember, self._list_models = remember, list_models
        self._answer = Words("", "answer")
        self._error = ErrorBox()
        self._found = QVBoxLayout()
        self._found.setSpacing(Space.M)
        self._again = button("Ask again", self.ask)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        column.addWidget(self._answer)
        column.addWidget(self._error)
        column.addLayout(self._found)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self._again)
        foot.addStretch(1)
        foot.addWidget(buttons)
        column.addLayout(foot)

    def ask(self) -> None:
        """Asks Ollama, LM Studio, llama-server and vLLM at their usual ports."""
        self._answer.set_text("Asking Ollama, LM Studio, llama-server and vLLM on this machine …")
        self._again.setEnabled(False)
        self._error.clear()
        self._tasks.start(self._find, lane="net", done=self._show, failed=self._failed, owner=self)

    def _failed(self, error: WorkbenchError) -> None:
        self._again.setEnabled(True)
        self._answer.set_text("")
        self._error.show_error(error)

    def _show(self, servers: tuple[LocalServer, ...]) -> None:
        self._again.setEnabled(True)
        while (old := self._found.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        models = sum(len(server.models) for server in servers)
        self._answer.set_text(
            f"**{words.count(len(servers), 'server')} with {words.count(models, 'model')}.**"
            if servers
            else "**No model server answers on this machine.** Ollama, LM Studio, llama-server and vLLM were asked at "
            "their usual ports."
        )
        for server in servers:
            self._found.addWidget(self._block(server))

    def _use(self, server: LocalServer) -> None:
        """Keeps the server, then asks it for its models."""
        self._error.clear()

        def kept(changes: Changes) -> None:
            def listed(_names: object) -> None:
                self._show_used(server)
                self.used.emit(changes)

            self._tasks.start(
                lambda: self._list_models(server.id), lane="net", done=listed, failed=self._failed, owner=self
            )

        self._tasks.start(lambda: self._remember(server), lane="db", done=kept, failed=self._failed, owner=self)

    def _show_used(self, server: LocalServer) -> None:
        first = f"{server.id}/{server.models[0].id}"
        self._answer.set_text(f"**The models of {server.program} can be asked now.** Choose them on Validate: {first}")

    def _block(self, server: LocalServer) -> QWidget:
        box, top = _described(server)
        if server.models:
            use = button("Use its models", partial(self._use, server), hint="Offers them on Validate")
            use.setAccessibleName(f"Use the models of {server.program}")
            top.addWidget(use)
        return box


def _described(server: LocalServer) -> tuple[QWidget, QHBoxLayout]:
    """What a server is and offers, and the line that takes its buttons."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.XS)
    top = QHBoxLayout()
    top.addWidget(Words(f"**{server.program}** at {server.address}", "body"), 1)
    copy = button(
        "Copy its address",
        partial(QGuiApplication.clipboard().setText, server.api),
        hint="Where it speaks OpenAI's protocol",
    )
    copy.setAccessibleName(f"Copy the address of {server.program}")
    top.addWidget(copy)
    column.addLayout(top)
    if server.problem:
        column.addWidget(Words(server.problem, "body"))
    for model in server.models[:MOST_SHOWN]:
        column.addWidget(Words(_model_words(model), "body"))
    if len(server.models) > MOST_SHOWN:
        column.addWidget(Words(f"and {len(server.models) - MOST_SHOWN} more", "muted"))
    return box, top


def _model_words(model: ServedModel) -> str:
    about = (
        model.parameters,
        model.quantization,
        words.gigabytes(model.bytes) if model.bytes else None,
        words.tokens(model.context) if model.context else None,
        "loaded" if model.loaded else None,
    )
    known = ", ".join(part for part in about if part)
    return f"{model.id}: {known}" if known else model.id
