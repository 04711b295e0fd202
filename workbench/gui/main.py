"""Starts the window: first the frame, then the data, then whatever is heavy."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from workbench.domain.errors import WorkbenchError
from workbench.gui import links
from workbench.gui.bundles.actions import BundleActions
from workbench.gui.changes_hub import ChangesHub
from workbench.gui.crash import CrashFile
from workbench.gui.desk import Desk
from workbench.gui.garbage import GarbageTimer
from workbench.gui.instance import FirstInstance, hand_over, server_name
from workbench.gui.opening import open_on_this_machine
from workbench.gui.pages import HOME, PAGES, PageEntry, make_page
from workbench.gui.pages.base import House, Page
from workbench.gui.rail_words import ServiceRailWords
from workbench.gui.selection import Selection
from workbench.gui.shell import Shell
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Scheme, Theme, icon
from workbench.net import lock
from workbench.store.refusals import StoreBroken

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evals import EvalRun
    from workbench.domain.scenario import Scenario

# Loaded in a plain thread once the window can be used: on the GUI thread they would stop it for half a second.
PRELOADED = ("pyqtgraph",)
PRELOAD_AFTER_MS = 500
#: what is being written has this long to be kept when the window is closed
CLOSE_S = 5.0


def run(services: Services, files: Sequence[str] = ()) -> int:
    """Show the window over these services until it is closed; returns the exit code.

    When a window is open for this data folder already, it gets the files and this call returns 0.
    """
    lock.lock()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Model Selection Workbench")
    app.setDesktopFileName("model-selection-workbench")
    paths = tuple(links.as_path(file) if links.is_link(file) else Path(file).absolute() for file in files)
    name = server_name(services.paths.home)
    if hand_over(name, paths):
        return 0
    services.claim_window()
    crash = CrashFile(services.paths.logs, redact=services.keychain.redact)
    crash.install()
    instance = FirstInstance(name)
    tasks = Tasks()
    tasks.start(lambda: services.scenarios, lane="db", failed=lambda _error: None)
    window = Window(app, services, crash=crash, tasks=tasks)
    instance.called.connect(window.bring_forward)
    window.shell.keep_within(window.shell.screen().availableGeometry())
    window.show(paths)
    try:
        return app.exec()
    finally:
        instance.close()
        window.end()
        crash.uninstall()


class Window:
    """The parts of one window, wired to the services."""

    def __init__(self, app: QApplication, services: Services, *, crash: CrashFile, tasks: Tasks) -> None:
        self._services, self._crash = services, crash
        settings = services.settings
        scale = settings.get("text_scale", 1.0)
        self.theme = Theme(
            app,
            scheme=Scheme(str(settings.get("theme", "system"))),
            text_percent=round(scale * 100) if isinstance(scale, int | float) else 100,
        )
        app.setWindowIcon(icon("workbench", self.theme.look.accent, 64))
        self.house = House(tasks=tasks, hub=ChangesHub(), selection=Selection(), settings=settings)
        self._garbage = GarbageTimer()
        self.desk = Desk(scenarios=lambda: services.scenarios, tasks=self.house.tasks, hub=self.house.hub)
        self.shell = Shell(
            theme=self.theme,
            house=self.house,
            desk=self.desk,
            entries=PAGES,
            make_page=self._make_page,
            rail_words=ServiceRailWords(services=services),
            open_files=self._open_files,
            mend_store=self._mend_store,
        )
        self.bundle_actions = BundleActions(
            window=self.shell,
            menus=self.shell.menus,
            desk=self.desk,
            house=self.house,
            bundles=lambda: services.bundles,
            scenarios=lambda: services.scenarios,
            side_by_side=lambda: services.side_by_side,
        )
        crash.happened.connect(self._tell_crash)
        self.shell.menus.add(self.shell.menus.help, "Crash reports", self._show_crash_folder)

    def show(self, files: tuple[Path, ...]) -> None:
        """The frame first; the store is opened once it is painted."""
        self.shell.painted.connect(lambda: self._after_paint(files))
        self.shell.show()

    def bring_forward(self, files: tuple[Path, ...]) -> None:
        """Another start was made for this data folder: come to the front, with its files."""
        self.shell.setWindowState(self.shell.windowState() & ~Qt.WindowState.WindowMinimized)
        self.shell.raise_()
        self.shell.activateWindow()
        self.shell.take_files(files)

    def end(self) -> None:
        """Finish saves, stop everything that runs, end model processes, close the store."""
        services = self._services
        farewell = services.farewell
        self.house.tasks.close(CLOSE_S, farewell=farewell)
        services.close()
        self._garbage.stop()

    def _after_paint(self, files: tuple[Path, ...]) -> None:
        for begun in (self.desk.opened, self.desk.begin_failed):
            begun.connect(self._can_be_used, Qt.ConnectionType.SingleShotConnection)
        self.desk.begin(self._first_scenario)
        if files:
            single = Qt.ConnectionType.SingleShotConnection
            self.desk.opened.connect(lambda _scenario: self.shell.take_files(files), single)
        for notice in self._services.settings.notices:
            self.shell.show_error(notice)
        if text := self._crash.unseen():
            self._offer_crash(text, "The workbench ended badly the last time.")

    def _can_be_used(self, first: object) -> None:
        """The first page is there: look for garbage again (see `__main__`), then load what later pages need."""
        if not isinstance(first, WorkbenchError):
            self._after_store()
        self._garbage.start()
        QTimer.singleShot(PRELOAD_AFTER_MS, lambda: threading.Thread(target=_preload, daemon=True).start())

    def _mend_store(self, error: WorkbenchError) -> tuple[str, Callable[[], None]] | None:
        """For a damaged data file: what a button says and does. The damaged file is kept beside the new one."""
        if not isinstance(error, StoreBroken):
            return None
        words = "Put the newest backup back" if error.backup is not None else "Start with an empty file"
        return words, lambda: self._services.restore_backup(error)

    def _after_store(self) -> None:
        """The store is open: say what is worth knowing about its place, and copy it when a day has passed."""
        store = self._services.store
        self.house.tasks.start(store.back_up_when_due, lane="db", done=lambda _copy: self._tell_notices(store.notices))

    def _tell_notices(self, notices: Sequence[str]) -> None:
        for notice in notices:
            self.shell.show_error(WorkbenchError(notice, where=str(self._services.paths.home)))

    def _first_scenario(self) -> Scenario | None:
        """In the db lane: the one open last, the sample while the window never had another, else none."""
        scenarios, settings = self._services.scenarios, self._services.settings
        if scenarios.is_first_start():
            return scenarios.open_sample()
        recent = settings.get("recent_scenarios", [])
        there = {row.id for row in scenarios.list() if not row.damaged}
        if not recent:
            from workbench.services.scenarios import SAMPLE_ID

            return scenarios.load(SAMPLE_ID) if SAMPLE_ID in there else None
        if settings.get("window/was_open", True) and isinstance(recent, list):
            return next((scenarios.load(str(id)) for id in recent if id in there), None)
        return None

    def _interrupted(self) -> EvalRun | None:
        """In the db lane, where the services are made that this needs."""
        return self._services.evals.interrupted()

    def _make_page(self, entry: PageEntry) -> Page:
        if entry.id == HOME.id:
            from workbench.gui.pages.home import HomePage

            actions = self.shell.scenario_actions
            return HomePage(
                house=self.house,
                desk=self.desk,
                new=actions.ask_new,
                import_file=actions.ask_import,
                scheme=self.theme.scheme,
                set_scheme=self.shell.set_scheme,
                interrupted=self._interrupted,
            )
        if entry.id == "settings":
            from workbench.gui.pages.settings import FarServices, SettingsPage

            return SettingsPage(
                house=self.house,
                theme=self.theme,
                set_scheme=self.shell.set_scheme,
                set_text_percent=self.shell.set_text_percent,
                paths=self._services.paths,
                scenarios=self._services.scenarios,
                model_memory=self._services.model_memory,
                far=FarServices(
                    credentials=self._services.credentials,
                    privacy=self._services.privacy,
                    spend=lambda: self._services.spend,
                    team=lambda: self._services.team,
                    hang_up=self._services.hang_up,
                ),
            )
        return make_page(entry, house=self.house, services=self._services)

    def _open_files(self, paths: tuple[Path, ...]) -> None:
        """Links and bundles are opened, model files go to Local models, data to Validate."""
        for link in filter(None, map(links.link_in, paths)):
            links.open_comparison(self.shell, self.desk, self.house.tasks, lambda: self._services.playground, link)
        paths = tuple(path for path in paths if not links.link_in(path))
        for bundle in (path for path in paths if path.suffix.casefold() == ".mswb"):
            self.bundle_actions.open(bundle)
        paths = tuple(path for path in paths if path.suffix.casefold() != ".mswb")
        models = tuple(p for p in paths if p.suffix.casefold() == ".gguf" or p.is_dir())
        rest = tuple(p for p in paths if p not in models)
        if models:
            self.shell.open_page("library", models)
        if rest:
            self.shell.open_page("validate", rest)

    def _tell_crash(self, entry: str) -> None:
        self._offer_crash(entry, "Something went wrong in the workbench. Your work is saved.")

    def _offer_crash(self, text: str, title: str) -> None:
        """A report to copy; nothing is sent anywhere."""
        self._crash.mark_seen()
        box = QMessageBox(self.shell)
        box.setWindowTitle("Model Selection Workbench")
        box.setText(title)
        box.setInformativeText("This is a mistake of ours. The report stays on this machine; copy it to send it to us.")
        box.setDetailedText(text)
        copy = box.addButton("Copy the report", QMessageBox.ButtonRole.ActionRole)
        folder = box.addButton("Open its folder", QMessageBox.ButtonRole.ActionRole)
        box.addButton("Close", QMessageBox.ButtonRole.RejectRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        folder.clicked.connect(self._show_crash_folder)
        box.open()

    def _show_crash_folder(self) -> None:
        open_on_this_machine(self._crash.path.parent)


def _preload() -> None:
    for name in PRELOADED:
        import_module(name)
