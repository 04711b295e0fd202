"""The models that can be put into panes: the library's files and the models of providers that were set up."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workbench.domain.changes import Changes
from workbench.gui.playground.model_choice import ModelEntry, entries, remote_entries
from workbench.gui.tasks import Tasks
from workbench.services.chat_models import ChatModelService
from workbench.services.library import LibraryService, LocalFile


class ModelShelf(QObject):
    """`found` (entries) after `read`; `opened` (path, place) once a file is remembered, after `found`; `known` (file
    name, model's name) when its content was listed already; `wrote` (Changes), `failed` (WorkbenchError)."""

    found = Signal(object)
    opened = Signal(object, object)
    known = Signal(str, str)
    wrote = Signal(object)
    failed = Signal(object)

    def __init__(
        self, *, tasks: Tasks, library: LibraryService, chat_models: ChatModelService, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tasks, self._library, self._chat_models = tasks, library, chat_models
        self.models: tuple[ModelEntry, ...] = ()

    def read(self) -> None:
        """What there is now."""
        self._tasks.start(self._entries, done=self._take, failed=self.failed.emit, owner=self)

    def open(self, path: Path, place: object) -> None:
        """Remember a file; of a content that is listed already that model is taken, and for no model there is a
        sentence; then nothing is remembered."""

        def work() -> tuple[Changes, LocalFile | None, tuple[ModelEntry, ...]]:
            changes = self._library.add_file(path)
            return changes, None if changes != Changes() else self._library.known(path), self._entries()

        def show(result: tuple[Changes, LocalFile | None, tuple[ModelEntry, ...]]) -> None:
            changes, known, models = result
            self._take(models)
            self.opened.emit(known.path if known is not None else path.absolute(), place)
            self.wrote.emit(changes)
            if known is not None:
                self.known.emit(path.name, known.name)

        self._tasks.start(work, done=show, failed=self.failed.emit, owner=self)

    def name_of(self, model_id: str) -> str:
        """A model's name from its file, else its id without the folder."""
        return next((m.name for m in self.models if m.id == model_id), model_id.removeprefix("local/"))

    def _entries(self) -> tuple[ModelEntry, ...]:
        return (*entries(self._library), *remote_entries(self._chat_models.remote()))

    def _take(self, models: tuple[ModelEntry, ...]) -> None:
        self.models = models
        self.found.emit(models)
