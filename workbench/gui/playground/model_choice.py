"""Which model a pane asks: the library's files and the models of providers in one list, and what opens others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from workbench.domain.chat import ModelDescription
from workbench.domain.errors import WorkbenchError
from workbench.services.library import LibraryService, LocalFile, fit_of

OPEN_A_FILE = "Open a GGUF file …"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as panes and evals offer it. `fit` is "fits, 0.11 GB"; `problem` says why it cannot be asked.

    A model of a provider has no file: `path` is then its reference, and `about` what is known of it.
    """

    id: str
    path: Path
    name: str
    fit: str
    fit_sentence: str
    problem: str = ""
    about: ModelDescription | None = None

    @property
    def reference(self) -> str:
        """What the services take for it."""
        return self.id if self.about is not None else str(self.path)

    @property
    def place(self) -> str:
        """Where it runs: "local · fits, 0.11 GB" or "API · Anthropic"."""
        return f"API · {self.fit}" if self.about is not None and not self.about.local else f"local · {self.fit}"


def entries(library: LibraryService) -> tuple[ModelEntry, ...]:
    """Every model of the library with its fit, each content once; runs off the GUI thread."""
    return tuple(_entry(item) for item in library.models() if item.is_model)


def remote_entries(known: Sequence[ModelDescription]) -> tuple[ModelEntry, ...]:
    """The models of providers that were set up."""
    return tuple(
        ModelEntry(
            about.model_id,
            Path(about.model_id),
            about.name,
            about.provider or ("on this machine" if about.local else "a provider"),
            "It runs on this machine." if about.local else "What is asked leaves this machine.",
            about=about,
        )
        for about in known
    )


def _entry(item: LocalFile) -> ModelEntry:
    if item.file is None or item.problem:
        return ModelEntry(item.id, item.path, item.name, "cannot be used", item.problem, item.problem)
    try:
        fit = fit_of(item.file)
    except WorkbenchError as error:
        return ModelEntry(item.id, item.path, item.name, "cannot be used", str(error), str(error))
    return ModelEntry(item.id, item.path, item.name, fit.short, fit.sentence)


class ModelChooser(QComboBox):
    """`chosen` (its reference) when the person chose another model; `open_wanted` when it is not in the list."""

    chosen = Signal(str)
    open_wanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setProperty("kind", "plain")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._path = ""
        self._gone = ""
        self.activated.connect(self._activated)

    @property
    def path(self) -> str:
        """The chosen model's reference, "" when there is none."""
        return self._path

    def set_models(self, models: Sequence[ModelEntry]) -> None:
        """Offer these; the chosen one stays chosen."""
        self.clear()
        for model in models:
            if not model.problem:
                self.addItem(model.name, model.reference)
        if self.count():
            self.insertSeparator(self.count())
        self.addItem(OPEN_A_FILE, "")
        self.set_path(self._path, self._gone)

    def set_path(self, path: str, name: str = "") -> None:
        """Show a model as chosen, silently; one that is not in the list is shown by `name`."""
        self._path, self._gone = path, name
        place = self.findData(path) if path else -1
        if place < 0 and path:
            self.insertItem(0, name or Path(path).stem, path)
            place = 0
        self.setCurrentIndex(place)

    def forget_names(self) -> None:
        """Nothing of the list can be read any more, while answers are judged blind; `set_models` brings it back."""
        path = self._path
        self.clear()
        self._path = path

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel is for the page: another model would take the answer away."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows open the list; without it each would choose a model, and the last one ask for a file."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not self.view().isVisible():
            self.showPopup()
            return
        super().keyPressEvent(event)

    def _activated(self, place: int) -> None:
        path = self.itemData(place)
        if path:
            self._path = path
            self.chosen.emit(path)
        else:
            self.setCurrentIndex(self.findData(self._path))
            self.open_wanted.emit()
