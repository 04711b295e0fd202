"""Two to six panes side by side, in two rows where one is too narrow, their models, widths, and the one maximised."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from workbench.domain.chat import Sampling
from workbench.domain.evidence import Answer
from workbench.gui.playground.frame_clock import FrameClock
from workbench.gui.playground.model_choice import ModelEntry
from workbench.gui.playground.pane import LEAST_WIDTH, Pane
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space, scaled_px
from workbench.services.playground import MOST_PANES

FEWEST_PANES, USUAL_PANES = 2, 3
PANES, SIZES = "playground/panes", "playground/sizes"


class PaneRow(QWidget):
    """Signals carry the pane: what was pressed there, or a file that was dropped on it. `mend_wanted` carries the place
    in Settings that mends what went wrong."""

    stop_wanted = Signal(object)
    again_wanted = Signal(object)
    copy_wanted = Signal(object)
    markdown_wanted = Signal(object)
    open_wanted = Signal(object)
    settings_wanted = Signal(object)
    diff_wanted = Signal(object)
    clean_wanted = Signal(object)
    why_wanted = Signal(object)
    mend_wanted = Signal(str)
    file_dropped = Signal(object, object)
    changed = Signal()
    models_changed = Signal()

    def __init__(self, *, settings: SettingsPort) -> None:
        super().__init__()
        self._settings = settings
        self._models: Sequence[ModelEntry] = ()
        self.clock = FrameClock(self)
        self._maximised: Pane | None = None
        self._idle = True
        self.panes: list[Pane] = []
        self.setAcceptDrops(True)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._rows = (QSplitter(), QSplitter())
        for each in (self._splitter, *self._rows):
            each.setHandleWidth(Space.M)
            each.setChildrenCollapsible(False)
        self._saver = QTimer(self, singleShot=True, interval=400)
        self._saver.timeout.connect(self._save_sizes)
        self._turner = QTimer(self, singleShot=True, interval=0)
        self._turner.timeout.connect(self._turn)
        for row in self._rows:
            row.splitterMoved.connect(lambda _at, _index: self._saver.start())
            self._splitter.addWidget(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._splitter)

    # models

    @property
    def models(self) -> Sequence[ModelEntry]:
        return self._models

    @property
    def usable(self) -> list[str]:
        """What can be asked on this machine."""
        return [model.reference for model in self._models if not model.problem and model.about is None]

    @property
    def reaches_out(self) -> bool:
        """Whether a chosen model runs on another machine."""
        abouts = (pane.entry.about for pane in self.panes if pane.entry is not None)
        return any(about is not None and not about.local for about in abouts)

    @property
    def chosen(self) -> list[str]:
        """The model of each pane by its reference, "" where none is chosen."""
        return [pane.chooser.path for pane in self.panes]

    def set_models(self, models: Sequence[ModelEntry]) -> None:
        """Offer these in every pane; the first time the panes of the last session are made."""
        self._models = models
        if not self.panes:
            self._make_first()
        for pane in self.panes:
            pane.set_models(models)

    def _make_first(self) -> None:
        kept, usable = self._settings.get(PANES, []), self.usable
        known = {model.reference for model in self._models if not model.problem}
        chosen = [str(path) for path in kept if path in known] if isinstance(kept, list) else []
        usual = max(min(len(usable), USUAL_PANES), FEWEST_PANES)
        count = min(len(chosen), MOST_PANES) if len(chosen) >= FEWEST_PANES else usual
        chosen += [path for path in reversed(usable) if path not in chosen]
        for place in range(count):
            self._add(chosen[min(place, len(chosen) - 1)] if chosen else "")
        sizes = self._settings.get(SIZES, [])
        widths = [int(size) for size in sizes if isinstance(size, int | float)] if isinstance(sizes, list) else []
        if len(widths) == len(self.panes) == self._rows[0].count():
            self._rows[0].setSizes(widths)
        else:
            self._spread()

    def put_model(self, path: str, pane: Pane | None = None) -> None:
        """Show a model in a pane, by default the first; what stood there is cleared. Known ones stay where they are."""
        if pane is None and path in self.chosen:
            return
        place = pane or self.panes[0]
        place.set_model(path)
        place.show_nothing()
        self._model_chosen()

    def save_models(self) -> None:
        self._settings.set(PANES, list(self.chosen))

    # panes

    def add(self) -> None:
        """One more column, up to six, with a model that no other shows if there is one."""
        if len(self.panes) < MOST_PANES and self._idle:
            free = [path for path in self.usable if path not in self.chosen] or self.usable
            self._add(free[0] if free else "")
            self._even_out()

    def _add(self, path: str) -> None:
        pane = Pane(len(self.panes), self.clock)
        pane.set_models(self._models)
        pane.set_model(path)
        for name in ("stop", "again", "copy", "markdown", "open", "settings", "diff", "clean", "why"):
            wanted: SignalInstance = getattr(self, f"{name}_wanted")
            getattr(pane, f"{name}_wanted").connect(partial(wanted.emit, pane))
        pane.mend_wanted.connect(self.mend_wanted)
        pane.maximise_wanted.connect(lambda: self._maximise(pane))
        pane.remove_wanted.connect(lambda: self._remove(pane))
        pane.model_chosen.connect(lambda _path: self._model_chosen())
        self.panes.append(pane)
        self._turn()

    def _model_chosen(self) -> None:
        self.save_models()
        self.models_changed.emit()

    def _remove(self, pane: Pane) -> None:
        if len(self.panes) > FEWEST_PANES and self._idle:
            self._drop(pane)
            self._even_out()

    def _drop(self, pane: Pane) -> None:
        """Take a pane out; the ones behind move up."""
        if self._maximised is pane:
            self._maximise(pane)
        self.panes.remove(pane)
        pane.show_nothing()
        pane.hide()
        pane.setParent(None)
        pane.deleteLater()
        for place, each in enumerate(self.panes):
            each.set_place(place)
        self._turn()

    def forget_names(self) -> None:
        """Nothing in the panes tells a model or an answer any more, until `set_models`."""
        self._maximised = None
        for pane in self.panes:
            pane.forget_names()
            pane.set_maximised(False)

    def show_answers(self, answers: Sequence[Answer], names: Sequence[str], prefaces: Sequence[str]) -> None:
        """One pane for each answer (at least two), each with the model that gave it and what was said before."""
        while len(self.panes) < len(answers):
            self._add("")
        while len(self.panes) > max(len(answers), FEWEST_PANES):
            self._drop(self.panes[-1])
        for pane in self.panes[len(answers) :]:
            pane.show_nothing()
        for pane, answer, name, preface in zip(self.panes, answers, names, prefaces, strict=False):
            if name != pane.model_name:
                entry = next((model for model in self._models if model.id == answer.model), None)
                pane.set_model(entry.reference if entry else answer.model, name)
            pane.show_answer(answer, preface)

    def take_settings(self, settings: Sequence[Sampling], shared: Sampling) -> None:
        """Each pane as its answer came about: with the shared settings, or its own."""
        for pane, one in zip(self.panes, settings, strict=False):
            pane.set_own_sampling(None if one == shared else one)

    def set_idle(self, idle: bool, *, may_ask_again: bool) -> None:
        """While answers come nothing about the panes can be changed."""
        self._idle = idle
        for pane in self.panes:
            pane.set_may_remove(idle and len(self.panes) > FEWEST_PANES)
            pane.set_may_ask_again(idle and may_ask_again)
            pane.chooser.setEnabled(idle)

    def _maximise(self, pane: Pane) -> None:
        self._maximised = None if self._maximised is pane else pane
        for each in self.panes:
            each.setVisible(self._maximised in (None, each))
            each.set_maximised(self._maximised is each)
        self._show_rows()

    # room

    def _even_out(self) -> None:
        """After a column came or went all are as wide as each other."""
        self._spread()
        self.save_models()
        self._save_sizes()
        self.changed.emit()

    def _save_sizes(self) -> None:
        row = self._rows[0]
        if self._maximised is None and row.count() == len(self.panes):
            self._settings.set(SIZES, list(row.sizes()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width leaves room for more or fewer panes beside each other.

        Not at once, here and below: a pane that changes its row takes a handle of the splitter with it, and Qt, which
        tells all widgets of another size of text one after the other (and lets the page be laid out meanwhile), would
        go on to the one that is gone and crash.
        """
        super().resizeEvent(event)
        self._turner.start()

    def changeEvent(self, event: QEvent) -> None:
        """So does another size of text."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and hasattr(self, "_turner"):
            self._turner.start()

    def _turn(self) -> None:
        """Panes stand in two rows where one would make them too narrow to read, and else below each other."""
        count = max(len(self.panes), FEWEST_PANES)
        fit = self.width() // (scaled_px(self, LEAST_WIDTH) + Space.M)
        half = (count + 1) // 2
        first = half if half <= fit < count and half > 1 else count
        beside = fit >= first
        self._rows[0].setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
        moved = False
        for place, pane in enumerate(self.panes):
            row, at = (self._rows[0], place) if place < first else (self._rows[1], place - first)
            if row.indexOf(pane) != at:
                row.insertWidget(at, pane)
                moved = True
        self._show_rows()
        if moved:
            self._spread()

    def _spread(self) -> None:
        """All panes of a row are as wide as each other, and both rows as high."""
        for each in (self._splitter, *self._rows):
            each.setSizes([1000] * each.count())

    def _show_rows(self) -> None:
        """A row without a pane to be seen takes no room."""
        for row in self._rows:
            row.setVisible(any(row.indexOf(pane) >= 0 and not pane.isHidden() for pane in self.panes))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _models_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """A model goes into the pane it was dropped on, else into the first."""
        at = event.position().toPoint()
        pane = next((each for each in self.panes if each.rect().contains(each.mapFrom(self, at))), self.panes[0])
        for path in _models_in(event)[:1]:
            event.acceptProposedAction()
            self.file_dropped.emit(pane, path)


def _models_in(event: QDropEvent) -> list[Path]:
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.casefold() == ".gguf"]
