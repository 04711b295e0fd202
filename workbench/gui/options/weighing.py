"""Setting all weights at once in another way than by dragging: from their order, all alike, from comparisons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from workbench.domain.criterion import Criterion
from workbench.domain.option import Option
from workbench.gui.pages.base import Page
from workbench.gui.tasks import Tasks
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.weights import ALIKE, COMPARISONS, WIDER
from workbench.services.weighing import Weighed, alike, by_comparisons, by_order, wide_enough


class Weighing:
    """Asks for a file where one is needed; `done` gets what came out."""

    def __init__(self, page: Page, tasks: Tasks, error: ErrorBox, done: Callable[[Weighed], None]) -> None:
        self._page, self._tasks, self._error, self._done = page, tasks, error, done

    def set_from(self, way: str, criteria: tuple[Criterion, ...], options: Sequence[Option]) -> None:
        """`way` is one of those that the card offers; `options` are those on screen."""
        if way == WIDER:
            self._done(wide_enough(criteria, options))
            return
        if way == COMPARISONS:
            title, kinds = "Pairwise comparisons", "Tables (*.csv *.tsv *.txt)"
            name, _kind = QFileDialog.getOpenFileName(self._page, title, "", kinds)
            if name:
                self.read(Path(name), criteria)
            return
        self._done(alike(criteria) if way == ALIKE else by_order(criteria))

    def read(self, file: Path, criteria: tuple[Criterion, ...]) -> None:
        self._tasks.start(
            lambda: by_comparisons(criteria, file),
            lane="pool",
            done=self._done,
            failed=self._error.show_error,
            owner=self._page,
        )
