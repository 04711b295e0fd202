"""All accepted decisions together, as the report that can be written of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from workbench.gui.opening import open_on_this_machine
from workbench.gui.pages.base import House
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.domain.portfolio import Portfolio
    from workbench.gui.widgets.report_view import ReportView
    from workbench.reports.document import Document
    from workbench.services.portfolio import PortfolioService, Tested
    from workbench.services.watch import Past, WatchReport

FOLDER_KEY = "report/folder"
# Charts come with it: loaded off the GUI thread.
PARTS = ("workbench.gui.widgets.report_view", "workbench.reports.writers")


class Together(QWidget):
    """Draws the portfolio once it is computed; `answered` sends the two parts of the page's answer."""

    answered = Signal(str, str)

    def __init__(self, house: House, service: Callable[[], PortfolioService]) -> None:
        super().__init__()
        self._house, self._service = house, service
        self._found: Portfolio | None = None
        self._shown: object = None
        self._view: ReportView | None = None
        self._written: Path | None = None
        self.write_button = menu_button("Write as a report", {}, hint="All decisions together, for others to read")
        self.write_button.setEnabled(False)
        self._error = ErrorBox()
        self._said = Words("", "body", "good")
        self._notice = QWidget()
        said = QHBoxLayout(self._notice)
        said.setContentsMargins(0, 0, 0, 0)
        said.addWidget(self._said, 1)
        said.addWidget(button("Open it", self._open_written, kind="link"))
        self._notice.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.M)
        self._column.addWidget(self._error)
        self._column.addWidget(self._notice)

    def show_decisions(self, past: tuple[Past, ...], report: WatchReport) -> None:
        """Computes and draws these, unless they are what stands here already."""
        if self._shown is report:
            return
        self._shown = report
        self._house.tasks.start(
            lambda: self._service().tested(past),
            lane="db",
            done=lambda tested: self._begin(past, report, tested),
            failed=self._error.show_error,
            owner=self,
        )

    def _begin(self, past: tuple[Past, ...], report: WatchReport, tested: tuple[Tested, ...]) -> None:
        self._house.tasks.start(
            lambda: self._compute(past, report, tested),
            lane="pool",
            done=lambda made: self._draw(report, *made),
            failed=self._error.show_error,
            owner=self,
        )

    def write_to(self, formats: tuple[str, ...], folder: Path) -> None:
        """Writes the report in these formats into a folder, in the background."""
        found = self._found
        self._notice.hide()
        if found is not None:
            self._house.tasks.start(
                lambda: self._service().write(found, formats, folder),
                lane="pool",
                name="Writing the report",
                done=self._show_written,
                failed=self._error.show_error,
                owner=self,
            )

    def write(self, formats: tuple[str, ...]) -> None:
        """Asks for a folder and writes the report there."""
        remembered = self._house.settings.get(FOLDER_KEY, "")
        chosen = QFileDialog.getExistingDirectory(self, "Where shall the report go?", str(remembered or Path.home()))
        if chosen:
            self._house.settings.set(FOLDER_KEY, chosen)
            self.write_to(formats, Path(chosen))

    def _compute(
        self, past: tuple[Past, ...], report: WatchReport, tested: tuple[Tested, ...]
    ) -> tuple[Portfolio, Document]:
        """In the pool lane."""
        for name in PARTS:
            import_module(name)
        found = self._service().portfolio(past, report, tested)
        return found, self._service().document(found)

    def _draw(self, report: WatchReport, found: Portfolio, document: Document) -> None:
        if self._shown is not report:
            return
        from workbench.reports.portfolio import answer

        self._found = found
        self._error.clear()
        if self._view is None:
            self._make_view()
        if self._view is not None:
            self._view.show_document(document, headed=False)
        self.write_button.setEnabled(bool(found.decisions))
        self.answered.emit(*answer(found))

    def _make_view(self) -> None:
        from workbench.gui.widgets.report_view import ReportView
        from workbench.reports.writers import BUILTIN

        self._view = ReportView()
        self._column.addWidget(self._view, 1)
        menu = self.write_button.menu()
        assert isinstance(menu, QMenu)
        for writer in BUILTIN.values():
            menu.addAction(writer.title, partial(self.write, (writer.id,)))
        menu.addAction("All of them", partial(self.write, tuple(BUILTIN)))

    def _show_written(self, files: tuple[Path, ...]) -> None:
        self._written = files[0].parent if len(files) > 1 else files[0]
        self._said.set_text(f"Written: {self._written}")
        self._notice.show()

    def _open_written(self) -> None:
        if self._written is not None:
            open_on_this_machine(self._written)
