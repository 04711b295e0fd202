"""Local models: the GGUF files of this machine, whether and how fast they run here, and where to get more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog

from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.scenario import Scenario
from workbench.gui.explanation import Explanation, InspectorAction
from workbench.gui.library.downloads_strip import DownloadsStrip
from workbench.gui.library.explaining import sections
from workbench.gui.library.fit_bar import FitBar
from workbench.gui.library.folder_chips import FolderChips
from workbench.gui.library.rows import Listing, LocalRow, answer_words, columns
from workbench.gui.library.watch import FolderWatch
from workbench.gui.library.working import LibraryWork
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.selection import Picked
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.state import EmptyState, ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.fitting import fit_of
from workbench.services.library import LibraryService
from workbench.services.local_files import LocalFile

if TYPE_CHECKING:
    from workbench.net.door import Doorway
    from workbench.services.credentials import CredentialService
    from workbench.services.download_plan import Plan, Unfinished
    from workbench.services.downloads import DownloadService
    from workbench.services.measuring import MeasuringService

KIND = "model"


class LibraryPage(Page):
    """The table of files; the inspector says what is in one and what can be done with it."""

    id: ClassVar[str] = "library"
    title: ClassVar[str] = "Local models"
    icon: ClassVar[str] = "library"
    needs: ClassVar[tuple[str, ...]] = ("library",)
    asks: ClassVar[tuple[str, ...]] = ("measuring", "downloads", "doorway", "credentials")

    def __init__(
        self,
        *,
        house: House,
        library: LibraryService,
        measuring: Callable[[], MeasuringService],
        downloads: Callable[[], DownloadService],
        doorway: Callable[[], Doorway],
        credentials: Callable[[], CredentialService],
    ) -> None:
        super().__init__(house=house)
        self._library = library
        self._downloads, self._doorway, self._credentials = downloads, doorway, credentials
        self._listing = Listing()
        self._asked_for = 0
        self._work = LibraryWork(tasks=house.tasks, measuring=measuring, downloads=downloads, parent=self)
        self._work.measured.connect(lambda _key: self.wrote.emit(Changes(settings=True)))
        self._work.fetched.connect(self._fetched)
        self._work.ended.connect(self._read)
        self._watch = FolderWatch(self)
        self._watch.changed.connect(self._read)
        self._error = ErrorBox()
        self._work.failed.connect(self._error.show_error)
        self._told = Words("", "small", "good")
        self._told.hide()
        self._strip = DownloadsStrip()
        self._strip.resumed.connect(lambda item: self._fetch(item.plan))
        self._strip.discarded.connect(self._discard)
        self._fit_bar = FitBar()
        self._fit_bar.changed.connect(lambda _context, _cache: self._read())
        self._folders = FolderChips()
        self._folders.forgotten.connect(self._forget)
        self._folders.ignored.connect(lambda program: self._change(lambda: self._library.ignore(program)))
        self._table = self._make_table()
        self._lay_out_page()
        house.selection.changed.connect(self._selection_changed)

    def _lay_out_page(self) -> None:
        entries = {
            "Add a folder …": self.add_folder,
            "Open a GGUF file …": self.open_file,
            "Get a model from Hugging Face …": self.get_model,
            "Look for servers on this machine …": self.show_servers,
            "Look into the folders of all programs": self._look_everywhere,
        }
        add = menu_button("Add models", entries)
        add.setObjectName("library-add")
        self._measure = button("Measure speed", self.measure_selected, hint="A benchmark of about ten seconds")
        self.header.add_button(add)
        self.header.add_button(self._measure)
        self.header.add_button(button("Try side by side", self._try_selected, kind="main"))
        self._empty = EmptyState(
            "There are no models on this machine yet.",
            "Add a folder …",
            self.add_folder,
            icon="library",
            detail="A local model is one file with the ending .gguf. It runs here, without a network and at no cost.",
        )
        self._empty.add_action("Get a model …", self.get_model)
        for widget in (self._error, self._told, self._strip, self._folders, self._fit_bar):
            self.body.addWidget(widget)
        self.body.addWidget(self._table, 1)
        self.body.addWidget(self._empty, 1)

    def _make_table(self) -> DataTable[LocalRow]:
        table: DataTable[LocalRow] = DataTable(
            "library",
            columns(),
            row_id=lambda row: row.id,
            name="Local models",
            settings=self.house.settings,
            faint=lambda row: row.fit is None,
            filter_hint="Filter by name, folder or problem",
            visible_rows=6,
            lines=2,
        )
        table.picked.connect(lambda id: self.house.selection.pick(KIND, id))
        table.opened.connect(self._try)
        return table

    # drawing

    def show_scenario(self, scenario: Scenario | None) -> None:
        """The models are the machine's; they are read again whenever the page is opened."""
        super().show_scenario(scenario)
        self._forget_said()
        self._read()

    def refresh(self, changes: Changes) -> None:
        """Folders or files were added elsewhere."""
        if changes.settings:
            self._read()

    def arrive(self, payload: object) -> None:
        """Files or folders were dropped on the window."""
        if isinstance(payload, tuple):
            self._add([path for path in payload if isinstance(path, Path)])

    def page_actions(self) -> tuple[PageAction, ...]:
        return (
            PageAction("Add a folder of models …", self.add_folder),
            PageAction("Open a GGUF file …", self.open_file),
            PageAction("Get a model from Hugging Face …", self.get_model),
            PageAction("Look for model servers on this machine …", self.show_servers),
            PageAction("Measure the selected model", self.measure_selected),
            PageAction("Measure this machine's memory again", self._measure_machine),
            PageAction("Try the selected model side by side", self._try_selected),
            PageAction("Copy the models as Markdown", lambda: self._table.copy(self._table.as_markdown)),
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch.look_at(_watched(self._listing))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watch.rest()

    def _read(self) -> None:
        """List everything in the pool; only the newest answer is drawn."""
        self._asked_for += 1
        number = self._asked_for
        context, cache = self._fit_bar.context, self._fit_bar.cache
        self.house.tasks.start(
            lambda: self._list(context, cache),
            done=lambda listing: self._draw(listing) if number == self._asked_for else None,
            failed=self._error.show_error,
            owner=self,
        )

    def _list(self, context: int | None, cache: str) -> Listing:
        library = self._library
        rows = tuple(_row(library, item, context, cache) for item in library.models())
        return Listing(
            rows,
            library.folders(),
            library.missing(),
            library.places(),
            library.ignored(),
            self._downloads().unfinished(),
            library.machine(),
            library.gpus(),
            library.engine_uses_gpus(),
        )

    def _draw(self, listing: Listing) -> None:
        self._listing = listing
        rows = listing.rows
        self.header.set_answer(*answer_words(listing))
        self._empty.setVisible(not rows)
        self._table.setVisible(bool(rows))
        self._fit_bar.setVisible(bool(rows))
        self._table.set_rows(rows)
        self._table.select(self.house.selection.id_of(KIND))
        self._draw_unfinished()
        self._folders.show_places(listing)
        if self._selected() is None and rows:
            self.house.selection.pick(KIND, rows[0].id)
        self._explain_selected()
        if self.isVisible():
            self._watch.look_at(_watched(listing))

    def _draw_unfinished(self) -> None:
        waiting = [item for item in self._listing.unfinished if not self._work.is_under_way(item.plan.model.name)]
        self._strip.show_items(tuple(waiting))

    # what the person does: folders and files

    def add_folder(self) -> None:
        """Ask for a folder and list what is in it, also the next time."""
        name = QFileDialog.getExistingDirectory(self, "Add a folder of models")
        if name:
            self._add([Path(name)])

    def open_file(self) -> None:
        """Ask for one file."""
        name, _ = QFileDialog.getOpenFileName(self, "Open a GGUF file", "", "GGUF models (*.gguf)")
        if name:
            self._add([Path(name)])

    def _add(self, paths: Sequence[Path]) -> None:
        """Add what can be added; say what is listed already, and what is no model."""

        def done(added: Sequence[Added]) -> None:
            self._wrote(Changes(settings=any(each.is_new for each in added)))
            if files := [each.file for each in added if each.file is not None]:
                self.house.selection.pick(KIND, f"{files[-1].path}#{files[-1].label}")
            said = " ".join(each.known_words for each in added).strip()
            self._told.set_text(said)
            self._told.setVisible(bool(said))
            for each in added:
                if each.error is not None:
                    self._error.show_error(each.error)

        self.house.tasks.start(lambda: [_added(self._library, path) for path in paths], done=done, owner=self)

    def _forget_said(self) -> None:
        """What was said of the last action goes with the next one."""
        self._error.clear()
        self._told.hide()

    def _forget(self, path: Path) -> None:
        self._change(lambda: self._library.forget(path))

    def _look_everywhere(self) -> None:
        self._change(self._library.look_everywhere)

    def _change(self, work: Callable[[], Changes]) -> None:
        self.house.tasks.start(work, done=self._wrote, failed=self._error.show_error, owner=self)

    def _wrote(self, changes: Changes) -> None:
        self._forget_said()
        self.wrote.emit(changes)
        self._read()

    # what the person does: measure, get, look for servers

    def measure_selected(self) -> None:
        """A short benchmark of the selected model in its own process; the result replaces the prediction."""
        row = self._selected()
        if row is not None and row.can_run:
            self._forget_said()
            self._work.measure(row.id, str(row.item.path), row.item.name)
            self._explain_selected()

    def _measure_machine(self) -> None:
        self.house.tasks.start(
            self._library.measure_machine,
            name="Measure this machine's memory",
            done=lambda _speed: self._read(),
            owner=self,
        )

    def get_model(self) -> None:
        """Open the dialog that fetches a model; nothing is asked before a press in it."""
        from workbench.gui.library.get_dialog import GetDialog

        dialog = GetDialog(self._downloads(), self.house.tasks, self)
        dialog.wanted.connect(self._fetch)
        dialog.open()

    def _fetch(self, plan: Plan) -> None:
        self._forget_said()
        self._work.fetch(plan)
        self._draw_unfinished()

    def _fetched(self, path: Path) -> None:
        self.house.selection.pick(KIND, f"{path}#")
        self.wrote.emit(Changes(settings=True))

    def _discard(self, item: Unfinished) -> None:
        self.house.tasks.start(lambda: self._downloads().discard(item), done=lambda _nothing: self._read(), owner=self)

    def show_servers(self) -> None:
        """Ask the servers of this machine what they offer, and show it."""
        from workbench.gui.library.servers_dialog import ServersDialog
        from workbench.services.local_servers import find_servers, remember

        dialog = ServersDialog(
            find=lambda: find_servers(self._doorway()),
            remember=lambda server: remember(server, self._credentials()),
            list_models=lambda name: self._credentials().models(name),
            tasks=self.house.tasks,
            parent=self,
        )
        dialog.used.connect(self.wrote)
        dialog.open()
        dialog.ask()

    def _try(self, id: str) -> None:
        row = next((row for row in self._listing.rows if row.id == id), None)
        if row is not None and row.fit is not None:
            self.navigate.emit("validate", (row.item.path,))

    def _try_selected(self) -> None:
        row = self._selected()
        if row is not None:
            self._try(row.id)

    # the inspector

    def _selection_changed(self, picked: Picked | None) -> None:
        if picked is not None and picked.kind == KIND:
            self._table.select(picked.id)
        if self.isVisible():
            self._explain_selected()

    def _selected(self) -> LocalRow | None:
        wanted = self.house.selection.id_of(KIND)
        return next((row for row in self._listing.rows if row.id == wanted), None)

    def _explain_selected(self) -> None:
        row = self._selected()
        self._measure.setEnabled(row is not None and row.can_run and not self._work.is_under_way(row.id))
        self.explain.emit(None if row is None else self._explanation(row))

    def _explanation(self, row: LocalRow) -> Explanation:
        item = row.item
        path = str(item.path)
        actions = [InspectorAction("Copy its path", partial(_copy, path), "To open it elsewhere")]
        if row.can_run:
            actions.insert(0, InspectorAction("Try it side by side", self._try_selected))
            again = row.speed is not None and row.speed.measured
            actions.insert(
                1, InspectorAction("Measure it again" if again else "Measure its speed", self.measure_selected)
            )
        if item.path in self._library.files():
            actions.append(InspectorAction("Take it off the list", lambda: self._forget(item.path)))
        where = f"{item.source}: {item.label}" if item.label else path
        return Explanation(
            item.name,
            "shipped with the workbench" if item.demo else where,
            sections(row, self._listing),
            (f"Read from {path}; its weights are not loaded for this.",),
            tuple(actions),
        )


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a path: a folder that is looked into, a file (itself or the one of its content), or an error."""

    path: Path
    is_new: bool = False
    file: LocalFile | None = None
    error: WorkbenchError | None = None

    @property
    def known_words(self) -> str:
        """That nothing was added, where its content was listed already."""
        if self.file is None or self.is_new:
            return ""
        return f"{self.path.name} is {self.file.name}, which is listed already."


def _added(library: LibraryService, path: Path) -> Added:
    """In the pool lane."""
    try:
        changes = library.add_folder(path) if path.is_dir() else library.add_file(path)
        return Added(path, changes != Changes(), None if path.is_dir() else library.known(path))
    except WorkbenchError as error:
        return Added(path, error=error)


def _row(library: LibraryService, item: LocalFile, context: int | None, cache: str) -> LocalRow:
    file = item.file
    match = library.catalog_match(item)
    if file is None or not item.usable:
        return LocalRow(item, match=match)
    speed = library.speed(file)
    foreseen = library.predicted(file, speed.prompt_tokens) if speed is not None and speed.measured else None
    return LocalRow(item, fit_of(file, context, cache), speed, foreseen, match)


def _watched(listing: Listing) -> list[Path]:
    """The folders to look at, and those of the files in them: a new file beside a known one is seen at once."""
    roots = [*listing.folders, *(place.folder for place in listing.places)]
    beside = (row.item.path.parent for row in listing.rows if not row.item.demo)
    return [*roots, *beside]


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
