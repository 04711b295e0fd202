"""The window: rail, pages, inspector, task strip. It knows what is open; the pages know what it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QStyle, QVBoxLayout, QWidget

from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.scenario import Scenario
from workbench.gui.chooser import Chooser, Pick
from workbench.gui.desk import Desk
from workbench.gui.inspector import Inspector
from workbench.gui.menus import Menus
from workbench.gui.pages import HOME, PageEntry
from workbench.gui.pages.base import Edit, House, Page
from workbench.gui.rail import NOTHING_OPEN, Rail, RailStatus, RailWords
from workbench.gui.scenario_actions import ScenarioActions
from workbench.gui.task_strip import TaskStrip
from workbench.gui.theme import Scheme, Theme, scaled_px
from workbench.gui.widgets.state import ErrorBox

PAGE_LEAST_PX = 560
_RECENT = 10
_STATUS_AFTER_MS = 200
_PAGES_WITHOUT_SCENARIO = frozenset({"home", "catalog", "library", "decisions", "learn", "settings"})


class Shell(QMainWindow):
    """One window. Everything it needs is given by keyword; it makes pages on the first visit.

    `rail_words` words the rail for a scenario, off the GUI thread. `open_files` gets what was dropped
    that is not a scenario file. `places` offers more to "Go to" (models, past decisions).
    """

    painted = Signal()

    def __init__(
        self,
        *,
        theme: Theme,
        house: House,
        desk: Desk,
        entries: Sequence[PageEntry],
        make_page: Callable[[PageEntry], Page],
        rail_words: RailWords,
        open_files: Callable[[tuple[Path, ...]], None],
        mend_store: Callable[[WorkbenchError], tuple[str, Callable[[], None]] | None] = lambda _error: None,
        places: Callable[[], Sequence[Pick]] = tuple,
    ) -> None:
        super().__init__()
        self._theme, self._house, self._desk = theme, house, desk
        self._entries = {entry.id: entry for entry in (HOME, *entries)}
        self._make_page, self._rail_words = make_page, rail_words
        self._open_files, self._places, self._mend_store = open_files, places, mend_store
        self._pages: dict[str, Page] = {}
        self._page_id = ""
        self._wanted = ""
        self._before: list[str] = []
        self._was_painted = False
        self._status_runs = 0
        self._worded_id = ""
        self._status_due = QTimer(self, singleShot=True, interval=_STATUS_AFTER_MS)
        self._status_due.timeout.connect(self._read_status)
        self.setWindowTitle("Model Selection Workbench")
        self.setObjectName("window")
        self.setMinimumSize(720, 480)
        self.setAcceptDrops(True)
        self.scenario_menu = QMenu("Scenarios", self)
        self.rail = Rail(entries=entries, scenario_menu=self.scenario_menu)
        self.inspector = Inspector()
        self.stack = QStackedWidget()
        self.notice = ErrorBox()
        self.strip = TaskStrip(tasks=house.tasks)
        self._lay_out()
        self.menus = Menus(self)
        self.scenario_actions = ScenarioActions(window=self, menus=self.menus, desk=desk, go_home=self.go_home)
        self._fill_menus(entries)
        self._connect()
        self._restore()

    # laying out

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.stack, 1)
        column.addWidget(self.strip)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(middle, 1)
        row.addWidget(self.inspector)
        self.setCentralWidget(whole)

    def _fill_menus(self, entries: Sequence[PageEntry]) -> None:
        menus, add = self.menus, self.menus.add
        self.scenario_actions.fill(self.scenario_menu)
        undo = self._desk.history.group.createUndoAction(self, "Undo")
        redo = self._desk.history.group.createRedoAction(self, "Redo")
        undo.setShortcut("Ctrl+Z")
        redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        menus.edit.addActions([undo, redo])
        menus.edit.addSeparator()
        add(menus.edit, "Find on this page", self.find_here, keys=("Ctrl+F", "F6"))
        add(menus.edit, "Settings", lambda: self.open_page("settings"), keys="Ctrl+,")
        self._schemes = menus.add_schemes(self._theme.scheme, self.set_scheme)
        menus.view.addSeparator()
        add(menus.view, "Larger text", lambda: self._step_text(1), keys=("Ctrl++", "Ctrl+="))
        add(menus.view, "Smaller text", lambda: self._step_text(-1), keys="Ctrl+-")
        add(menus.view, "Normal text", lambda: self.set_text_percent(100), keys="Ctrl+0")
        menus.view.addSeparator()
        add(menus.view, "Fold or unfold the rail", self.toggle_rail, keys="Ctrl+B")
        add(menus.view, "Fold or unfold the inspector", self.toggle_inspector, keys="Ctrl+I")
        add(menus.view, "Full screen", self.toggle_full_screen, keys="F11")
        menus.add_pages(entries, self.open_page)
        menus.go.addSeparator()
        add(menus.go, "All scenarios", self.go_home)
        add(menus.go, "Back", self.go_back, keys="Alt+Left")
        add(menus.go, "Go to …", self.show_go_to, keys="Ctrl+K")
        add(menus.help, "Learn", lambda: self.open_page("learn"), keys="F1")
        add(menus.help, "All commands …", self.show_palette, keys="Ctrl+Shift+P")
        add(menus.help, "Keyboard shortcuts", self.show_shortcuts)

    def _connect(self) -> None:
        self.rail.chosen.connect(self.open_page)
        self.rail.ledger_wanted.connect(lambda: self.open_page("settings", "ledger"))
        self._desk.leaving.connect(self._flush)
        self._desk.opened.connect(self._show_opened)
        self._desk.changed.connect(self._show_changed)
        self._desk.saved.connect(self._show_saved)
        self._desk.save_failed.connect(self._show_save_failed)
        self._desk.failed.connect(self.show_failed)
        self._desk.begin_failed.connect(self._show_begin_failed)
        self._house.tasks.unhandled.connect(self.show_failed)
        self._house.hub.changed.connect(self._refresh)
        self._fitter = QTimer(self, singleShot=True, interval=0)  # once all widgets know how large their text is
        self._fitter.timeout.connect(self._fit)
        self._theme.changed.connect(self._fit)
        self._theme.changed.connect(self._fitter.start)

    # what is open

    @property
    def page_id(self) -> str:
        return self._page_id

    @property
    def page(self) -> Page | None:
        return self._pages.get(self._page_id)

    @property
    def page_ids(self) -> tuple[str, ...]:
        """All pages of this window, Home first."""
        return tuple(self._entries)

    def open_page(self, page_id: str, payload: object = None) -> None:
        """Show a page, made on the first visit; a page that needs a scenario leads Home while none is open, and comes
        with the next one: at the start it may be clicked before there is one."""
        self._wanted = ""
        if self._desk.scenario is None and page_id not in _PAGES_WITHOUT_SCENARIO:
            self._wanted = page_id
            page_id, payload = HOME.id, None
        page = self._pages.get(page_id) or self._made(page_id)
        if page_id != self._page_id:
            if self.page is not None:
                self.page.flush()  # what was typed last belongs to the scenario before another page changes it
            self._forget_failed()
            self._before = [*self._before[-20:], self._page_id] if self._page_id else []
            self._page_id = page_id
            self.inspector.show_explanation(None)
            self.stack.setCurrentWidget(page)
            page.setFocus(Qt.FocusReason.OtherFocusReason)
            self.rail.set_page(page_id)
            self._show_page_actions(page)
            self._house.settings.set("last_page", page_id)
        page.show_scenario(self._desk.scenario)
        if payload is not None:
            page.arrive(payload)
        self._fit()

    def go_home(self) -> None:
        self.open_page(HOME.id)

    def go_back(self) -> None:
        """To the page that was open before."""
        if self._before:
            page_id = self._before.pop()
            self.open_page(page_id)
            self._before = self._before[:-1]

    def _made(self, page_id: str) -> Page:
        page = self._make_page(self._entries[page_id])
        page.explain.connect(lambda explanation, page=page: self._explain(page, explanation))
        page.navigate.connect(self.open_page)
        page.opens.connect(self._desk.open)
        page.edited.connect(self._edit)
        page.wrote.connect(self._wrote)
        page.did.connect(self._desk.history.note)
        page.take_back.connect(self._desk.history.group.undo)
        self._pages[page_id] = page
        self.stack.addWidget(page)
        return page

    def _explain(self, page: Page, explanation: object) -> None:
        if page is self.page:
            self.inspector.show_explanation(explanation)  # type: ignore[arg-type]
            if not page.has_inspector:
                self._fit()

    def _edit(self, edit: Edit) -> None:
        self._forget_failed()
        if edit.undoable:
            self._desk.edit(edit.old, edit.new, text=edit.text, merge_key=edit.merge_key)
        else:
            self._desk.note(edit.new)

    def _flush(self) -> None:
        """What is still being typed somewhere is saved in its own scenario."""
        for page in self._pages.values():
            page.flush()

    def _wrote(self, changes: Changes) -> None:
        self._house.hub.tell(changes)
        scenario = self._desk.scenario
        if scenario is not None and scenario.id in changes.scenarios:
            self._desk.reload()

    def _show_opened(self, scenario: Scenario | None) -> None:
        self.notice.clear()
        self._house.selection.clear()
        self.inspector.show_explanation(None)
        self.rail.set_saved(f"saved {_clock(scenario.updated_at)}" if scenario else "")
        self._remember_recent(scenario)
        self._forget_status(scenario)
        self._show_changed(scenario)
        if scenario is None:
            self.go_home()
        elif self._page_id in ("", HOME.id):
            last = self._wanted or self._house.settings.get("last_page", "")
            known = isinstance(last, str) and last in self._entries and last != HOME.id
            first = "decide" if scenario.decision is not None else "requirements"
            self.open_page(str(last) if known else first)

    def _remember_recent(self, scenario: Scenario | None) -> None:
        """The scenario to open at the next start; none after it was closed by hand."""
        known = self._house.settings.get("recent_scenarios", [])
        others = [id for id in known if scenario is None or id != scenario.id] if isinstance(known, list) else []
        if scenario is not None:
            self._house.settings.set("recent_scenarios", [scenario.id, *others][:_RECENT])
        self._house.settings.set("window/was_open", scenario is not None)

    def _show_changed(self, scenario: Scenario | None) -> None:
        self.rail.set_scenario(scenario.name if scenario else "")
        self.setWindowTitle(f"{scenario.name} – Model Selection Workbench" if scenario else "Model Selection Workbench")
        if self.page is not None:
            self.page.show_scenario(scenario)
        self._ask_status()

    def _refresh(self, changes: Changes) -> None:
        if self.page is not None:
            self.page.refresh(changes)
        self._ask_status()

    def _ask_status(self) -> None:
        """Have the rail's words worked out once nothing has changed for a moment."""
        self._status_due.start()

    def _forget_status(self, scenario: Scenario | None) -> None:
        """The rail says nothing of the last scenario as this one's, least of all what may leave the machine."""
        if scenario is None:
            self.rail.set_status(RailStatus(privacy=NOTHING_OPEN))
        elif scenario.id != self._worded_id:
            self.rail.set_status(RailStatus())
        self._status_runs += 1  # what is being worded comes too late

    def _read_status(self) -> None:
        """Read in the db lane, word in the pool; only the newest answer is shown."""
        self._status_runs += 1
        run, scenario = self._status_runs, self._desk.scenario
        words, tasks = self._rail_words, self._house.tasks

        def show(status: RailStatus) -> None:
            if run == self._status_runs:
                self._worded_id = scenario.id if scenario is not None else ""
                self.rail.set_status(status)

        def word(facts: object) -> None:
            if run == self._status_runs:
                tasks.start(lambda: words.word(scenario, facts), lane="pool", done=show, owner=self)

        tasks.start(lambda: words.read(scenario), lane="db", done=word, owner=self)

    # saying things

    def show_error(self, error: WorkbenchError) -> None:
        """An error that belongs to no page, above it; the button puts it away."""
        self.notice.setProperty("of", "")
        if not self._offer_to_mend(error):
            self.notice.show_error(error, action="Close", run=self.notice.clear)

    def show_failed(self, error: WorkbenchError) -> None:
        """Something the person did has failed; what they do next puts it away."""
        self.show_error(error)
        self.notice.setProperty("of", "deed")

    def _forget_failed(self) -> None:
        if self.notice.property("of") == "deed":
            self.notice.clear()

    def _offer_to_mend(self, error: WorkbenchError) -> bool:
        """For a damaged store, the button that mends it; False for everything else."""
        mend = self._mend_store(error)
        if mend is not None:
            self.notice.show_error(error, action=mend[0], run=lambda: self._mend_and_begin(mend[1]))
        return mend is not None

    def _show_saved(self, at: datetime) -> None:
        self.rail.set_saved(f"saved {_clock(at)}")
        if self.notice.property("of") == "save":
            self.notice.clear()

    def _show_save_failed(self, error: WorkbenchError) -> None:
        self.rail.set_saved("not saved")
        self.notice.setProperty("of", "save")
        self.notice.show_error(error, action="Try again", run=self._desk.save_again)

    def _show_begin_failed(self, error: WorkbenchError) -> None:
        """The store cannot be opened: say so on the first page, with a way to try again."""
        self.rail.set_scenario("")
        self._forget_status(None)
        self.go_home()
        if not self._offer_to_mend(error):
            self.notice.show_error(error, action="Try again", run=self._begin_again)

    def _mend_and_begin(self, mend: Callable[[], None]) -> None:
        self._house.tasks.start(
            mend, lane="db", done=lambda _none: self._begin_again(), failed=self.notice.show_error, owner=self
        )

    def _begin_again(self) -> None:
        self.notice.clear()
        self.rail.set_scenario(None)
        self.rail.set_status(RailStatus())
        self._desk.begin_again()

    def _show_page_actions(self, page: Page) -> None:
        self.menus.page.clear()
        for action in page.page_actions():
            self.menus.add(self.menus.page, action.text, action.run, keys=action.shortcut)
        self.menus.page.menuAction().setVisible(bool(page.page_actions()))

    # commands

    def find_here(self) -> None:
        """Put the cursor into the page's search field; from there, on to the next part of the window."""
        field = self.page.find_field() if self.page is not None else None
        if field is not None and not field.hasFocus():
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.rail.focus_first()

    def show_palette(self) -> None:
        picks = self.menus.picks()
        Chooser(self, title="All commands", hint="What do you want to do?", picks=picks).open()

    def show_go_to(self) -> None:
        """Pages, scenarios and whatever else can be gone to."""
        pages = [Pick(e.title, partial(self.open_page, e.id), "Page") for e in self._entries.values()]
        scenarios = [Pick(r.name, partial(self._desk.open, r.id), "Scenario") for r in self._desk.rows]
        picks = [*pages, *scenarios, *self._places()]
        Chooser(self, title="Go to", hint="Where do you want to go?", picks=picks).open()

    def show_shortcuts(self) -> None:
        """Every shortcut, as a list that can be searched."""
        picks = [pick for pick in self.menus.picks() if pick.shortcut]
        Chooser(self, title="Keyboard shortcuts", hint="Which shortcut are you looking for?", picks=picks).open()

    def set_scheme(self, scheme: Scheme) -> None:
        self._theme.set_scheme(scheme)
        self._schemes[scheme].setChecked(True)
        self._house.settings.set("theme", scheme.value)

    def _step_text(self, direction: int) -> None:
        self._theme.step_text(direction)
        self._house.settings.set("text_scale", self._theme.text_percent / 100)

    def set_text_percent(self, percent: int) -> None:
        self._theme.set_text_percent(percent)
        self._house.settings.set("text_scale", percent / 100)

    def toggle_rail(self) -> None:
        self._house.settings.set("window/rail_folded", not self.rail.is_folded)
        self._fit()

    def toggle_inspector(self) -> None:
        self._house.settings.set("window/inspector_folded", self.inspector.isVisibleTo(self))
        self._fit()

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    # room for everything

    def _fit(self) -> None:
        """Fold what the person folded; in a narrow window the rail folds first, then the inspector."""
        settings = self._house.settings
        rail_choice = settings.get("window/rail_folded", None)
        inspector_choice = settings.get("window/inspector_folded", None)
        page = self.page
        least = max(scaled_px(self, PAGE_LEAST_PX), page.least_width if page is not None else 0)
        explains = self.inspector.explanation is not None
        wants_inspector = page is None or page.has_inspector or explains
        inspector = self.inspector.preferred_width() if wants_inspector and inspector_choice is not True else 0
        open_rail, folded_rail = self.rail.preferred_width(False), self.rail.preferred_width(True)
        folded = bool(rail_choice) if rail_choice is not None else self.width() - open_rail - inspector < least
        left = self.width() - (folded_rail if folded else open_rail)
        if inspector and inspector_choice is None and left - inspector < min(least, scaled_px(self, 520)):
            inspector = 0
        self.rail.set_folded(folded)
        self.inspector.setVisible(inspector > 0)
        if inspector:
            self.inspector.setFixedWidth(inspector)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def _restore(self) -> None:
        self.resize(1280, 800)
        geometry = self._house.settings.get("window_geometry", "")
        if isinstance(geometry, str) and geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        screens = QGuiApplication.screens()
        if not any(screen.availableGeometry().intersects(self.frameGeometry()) for screen in screens):
            self.move(screens[0].availableGeometry().topLeft())

    def keep_within(self, available: QRect) -> None:
        """The first window is no larger than the screen's room, title bar counted; a remembered one stays as it is."""
        if self._house.settings.get("window_geometry", ""):
            return
        edge = self.style().pixelMetric(QStyle.PixelMetric.PM_DefaultFrameWidth, None, self)
        title = self.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, self)
        room = QSize(available.width() - 2 * edge, available.height() - title - 2 * edge)
        self.resize(self.size().boundedTo(room))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember where the window is; ask first when named work would be cut off."""
        if not self.scenario_actions.may_close(self._house.tasks.named):
            event.ignore()
            return
        self._flush()
        self._house.settings.set("window_geometry", bytes(self.saveGeometry().toBase64().data()).decode())
        event.accept()

    # files dropped anywhere

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take_files(tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()))

    def take_files(self, paths: tuple[Path, ...]) -> None:
        """Files from a drop or the command line: a scenario is opened, the rest goes where it belongs."""
        self._forget_failed()
        written = tuple(p for p in paths if p.suffix.casefold() in (".yaml", ".yml"))
        for path in written[:1]:
            self._take_yaml(path)
        rest = tuple(p for p in paths if p not in written)
        if rest:
            self._open_files(rest)

    def _take_yaml(self, path: Path) -> None:
        """A scenario, or cases of an eval."""

        def holds_cases() -> bool:
            from workbench.evals.datasets.yaml_file import looks_like_cases

            return looks_like_cases(path)

        def go(cases: bool) -> None:
            if cases:
                self._open_files((path,))
            else:
                self._desk.import_file(path)

        self._house.tasks.start(holds_cases, done=go, owner=self)


def _clock(at: datetime) -> str:
    """The time of day here: "10:42"; with the day when it is not today."""
    local = at.astimezone()
    today = datetime.now().astimezone().date()
    return f"{local:%H:%M}" if local.date() == today else f"{local.day} {local:%b %H:%M}"
