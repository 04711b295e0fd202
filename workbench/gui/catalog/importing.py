"""Reading a list, applying what was chosen, taking it back: the work behind the import view, with Undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workbench.domain.catalog_diff import Choice, Diff
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import ImportRecord
from workbench.gui.catalog.import_view import ImportView
from workbench.gui.changes_hub import Deed
from workbench.gui.tasks import Tasks

if TYPE_CHECKING:
    from workbench.services.catalog_export import CatalogExport
    from workbench.services.catalog_imports import CatalogImports, Columns
    from workbench.services.catalog_refresh import CatalogRefresh


class Importing(QObject):
    """Sends `wrote` (Changes), `did` (Deed), `looked` when a diff is shown, `started` when the lists are."""

    wrote = Signal(object)
    did = Signal(object)
    looked = Signal()
    started = Signal()

    def __init__(
        self,
        imports: Callable[[], CatalogImports],
        refresh: Callable[[], CatalogRefresh],
        export: Callable[[], CatalogExport],
        view: ImportView,
        tasks: Tasks,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._imports = imports
        self._refresh = refresh
        self._export = export
        self._view = view
        self._tasks = tasks
        self._window = parent
        self._run = 0
        view.wanted.connect(self.look_at)
        view.fetch.connect(self.fetch)
        view.giving_back.chosen.connect(self.export_to)
        view.applied.connect(self._apply)
        view.undo.connect(partial(self._turn, forward=False))
        view.redo.connect(partial(self._turn, forward=True))

    def start(self) -> None:
        """Shows what can be imported, and what was; not when a list was chosen in the meantime."""
        imports, run = self._imports, self._next_run()

        def show(found: tuple[ImportRecord, ...]) -> None:
            if run != self._run:
                return
            self._view.show_start(imports().kinds(), found)
            self.started.emit()

        self._tasks.start(
            lambda: imports().imports(), lane="db", done=show, failed=self._view.error.show_error, owner=self
        )

    def look_at(self, path: Path) -> None:
        """Shows what importing a file would change; a table's columns are asked about first."""
        imports, run = self._imports, self._next_run()

        def look() -> Diff | Columns:
            return imports().columns(path) if imports().is_table(path) else imports().preview(path)

        def show(found: Diff | Columns) -> None:
            if isinstance(found, Diff):
                self._show(run, found)
            elif run == self._run:
                self._ask(path, found)

        self._view.error.clear()
        self._tasks.start(
            look, lane="pool", name=f"Reading {path.name}", done=show, failed=partial(self._fail, run), owner=self
        )

    def fetch(self, kind: str) -> None:
        """Shows what a list, as it lies on the network now, would change."""
        refresh, run = self._refresh, self._next_run()
        self._view.error.clear()
        self._tasks.start(
            lambda: refresh().fetch(kind),
            lane="net",
            name=f"Fetching {kind}",
            done=partial(self._show, run),
            failed=partial(self._fail, run),
            owner=self,
        )

    def export_to(self, folder: Path) -> None:
        """Writes the person's corrections as catalog files."""
        export = self._export
        self._view.error.clear()
        self._view.giving_back.clear()
        self._tasks.start(
            lambda: export().export(folder),
            lane="pool",
            name="Writing your corrections",
            done=self._view.giving_back.show_result,
            failed=self._view.error.show_error,
            owner=self,
        )

    def _next_run(self) -> int:
        self._run += 1
        return self._run

    def _ask(self, path: Path, columns: Columns) -> None:
        from workbench.gui.catalog.columns_form import ColumnsForm

        form = ColumnsForm(path, columns, self._window)
        form.chosen.connect(self._look_with)
        form.open()

    def _look_with(self, path: Path, options: Mapping[str, str]) -> None:
        imports, run = self._imports, self._next_run()
        self._tasks.start(
            lambda: imports().preview(path, kind="csv", options=options),
            lane="pool",
            name=f"Reading {path.name}",
            done=partial(self._show, run),
            failed=partial(self._fail, run),
            owner=self,
        )

    def _show(self, run: int, diff: Diff) -> None:
        """Another list may have been chosen since."""
        if run == self._run:
            self._view.show_diff(diff)
            self.looked.emit()

    def _fail(self, run: int, error: WorkbenchError) -> None:
        if run == self._run:
            self._view.show_failed(error)
            self.start()

    def _apply(self, diff: Diff, choices: Mapping[str, Choice]) -> None:
        imports = self._imports

        def applied(found: tuple[ImportRecord, Changes]) -> None:
            record, changes = found
            self.wrote.emit(changes)
            back, again = (partial(self._turn, record.id, forward=way) for way in (False, True))
            self.did.emit(Deed(f"the import of {record.file}", back, again))
            self.start()

        self._tasks.start(
            lambda: imports().apply(diff, choices),
            lane="db",
            name="Taking in the rows",
            done=applied,
            failed=self._view.error.show_error,
            owner=self,
        )

    def _turn(self, import_id: str, *, forward: bool) -> None:
        """Takes an import back, or brings it back."""
        imports = self._imports

        def turn() -> Changes:
            return imports().redo(import_id) if forward else imports().undo(import_id)

        def turned(changes: Changes) -> None:
            self.wrote.emit(changes)
            if self._view.diff is None:
                self.start()

        self._tasks.start(turn, lane="db", done=turned, failed=self._view.error.show_error, owner=self)
