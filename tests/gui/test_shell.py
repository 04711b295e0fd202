"""The window with real lanes and small fakes: pages, rail, inspector, keyboard, undo, saving, crash file."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QMimeData, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QAccessible, QAction, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun, EvalStatus
from workbench.domain.scenario import Scenario
from workbench.gui.chooser import Chooser, Pick, matching
from workbench.gui.crash import CrashFile
from workbench.gui.desk import Desk, write_whole
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.instance import FirstInstance, hand_over, server_name
from workbench.gui.page_export import as_markdown, export_page
from workbench.gui.pages import PAGES, PageEntry
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.pages.home import HomePage
from workbench.gui.rail import NOTHING_OPEN, PrivacyLine, RailButton, RailStatus, StepState
from workbench.gui.selection import Picked
from workbench.gui.shell import Shell
from workbench.gui.task_strip import TaskStrip, time_left_words
from workbench.gui.tasks import Progress, Run
from workbench.gui.theme import DARK, Scheme, Theme, Tone, look_of
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.explained import ExplanationText
from workbench.gui.widgets.rows import Column
from workbench.gui.widgets.table import DataTable

from conftest import FakeScenarios, FakeSettings

Settle = Callable[[House], None]


class NotePage(Page):
    """A page with a field that edits the name and a table that explains its rows."""

    title = "Notes"

    def __init__(self, *, house: House, entry: PageEntry) -> None:
        type(self).id = entry.id
        super().__init__(house=house)
        self.header.set_title(entry.title)
        self.payloads: list[object] = []
        self.refreshed: list[Changes] = []
        self.field = QLineEdit()
        self.field.setAccessibleName("Name")
        self.field.textEdited.connect(self._rename)
        self.table: DataTable[str] = DataTable(
            f"notes-{entry.id}",
            [Column("word", "Word", lambda w: w, stretch=True)],
            row_id=lambda w: w,
            name="Words",
            settings=house.settings,
        )
        self.table.set_rows(("alpha", "beta"))
        self.table.picked.connect(lambda id: self.explain.emit(Explanation(id)))
        self.body.addWidget(self.field)
        self.body.addWidget(self.table)
        self.header.add_button(button("Go on", lambda: self.navigate.emit("decide", "here"), kind="main"))

    def show_scenario(self, scenario: Scenario | None) -> None:
        super().show_scenario(scenario)
        self.header.set_answer(f"This is {scenario.name}." if scenario else "Nothing is open.")
        if scenario is not None and self.field.text() != scenario.name:
            self.field.setText(scenario.name)

    def refresh(self, changes: Changes) -> None:
        self.refreshed.append(changes)

    def arrive(self, payload: object) -> None:
        self.payloads.append(payload)

    def page_actions(self) -> tuple[PageAction, ...]:
        return (PageAction("Count the words", lambda: self.payloads.append("counted"), "Ctrl+Shift+U"),)

    def _rename(self, name: str) -> None:
        if self.scenario is not None:
            self.begin_edit(replace(self.scenario, name=name), "Rename", merge_key="name")


class Words:
    """Words the rail from the scenario alone."""

    def read(self, scenario: Scenario | None) -> object:
        return None if scenario is None else len(scenario.name)

    def word(self, scenario: Scenario | None, facts: Any) -> RailStatus:
        if scenario is None:
            return RailStatus(privacy=NOTHING_OPEN)
        privacy = PrivacyLine(Tone.GOOD, "Local only", "Nothing may leave.", "No calls made.")
        return RailStatus({"options": StepState(Tone.CAUTION, "2"), "shortlist": StepState(text=str(facts))}, privacy)


A_RUN = EvalRun(
    "run", None, "Try", "leave.csv", "0" * 64, 60, ("local/a",), ("contains",), EvalStatus.RUNNING, datetime.now(UTC)
)


class Parts:
    """A shell and what it was given."""

    opened_files: ClassVar[list[tuple[Path, ...]]] = []

    def __init__(self, theme: Theme, house: House, desk: Desk) -> None:
        self.made: list[str] = []
        self.dropped: list[tuple[Path, ...]] = []
        self.interrupted: EvalRun | None = None
        self.house, self.desk = house, desk

        def make(entry: PageEntry) -> Page:
            self.made.append(entry.id)
            if entry.id == "home":
                actions = self.shell.scenario_actions
                return HomePage(
                    house=house,
                    desk=desk,
                    new=actions.ask_new,
                    import_file=actions.ask_import,
                    scheme=theme.scheme,
                    set_scheme=self.shell.set_scheme,
                    interrupted=lambda: self.interrupted,
                )
            return NotePage(house=house, entry=entry)

        self.shell = Shell(
            theme=theme,
            house=house,
            desk=desk,
            entries=PAGES,
            make_page=make,
            rail_words=Words(),
            open_files=self.dropped.append,
        )

    @property
    def page(self) -> NotePage:
        page = self.shell.page
        assert isinstance(page, NotePage)
        return page

    def action(self, text: str) -> QAction:
        return next(a for _, a in self.shell.menus.actions() if a.text().replace("&", "") == text)


def foot_of(parts: Parts) -> QAbstractButton:
    foot = parts.shell.rail.findChild(QAbstractButton, "privacy")
    assert isinstance(foot, QAbstractButton)
    return foot


@pytest.fixture
def parts(qtbot: QtBot, theme: Theme, house: House, desk: Desk, scenarios: FakeScenarios, settle: Settle) -> Parts:
    """A window on an open scenario, on its first page."""
    scenario = scenarios.put("Knowledge assistant")
    made = Parts(theme, house, desk)
    qtbot.addWidget(made.shell)
    made.shell.show()
    desk.open(scenario.id)
    settle(house)
    return made


def test_that_the_window_is_painted_before_any_page_is_made(
    qtbot: QtBot, theme: Theme, house: House, desk: Desk
) -> None:
    made = Parts(theme, house, desk)
    qtbot.addWidget(made.shell)
    with qtbot.waitSignal(made.shell.painted):
        made.shell.show()
    assert made.made == []
    assert "is being opened" in foot_of(made).accessibleName()
    assert made.shell.rail.findChild(QAbstractButton, "scenario").accessibleName() == "Scenario: Opening …"


def test_that_pages_are_made_on_the_first_visit_only(parts: Parts) -> None:
    assert parts.made == ["requirements"]
    parts.shell.open_page("options")
    parts.shell.open_page("requirements")
    parts.shell.open_page("options")
    assert parts.made == ["requirements", "options"]


def test_that_a_page_shows_the_scenario_and_takes_a_payload(parts: Parts) -> None:
    parts.page.navigate.emit("decide", "here")
    assert parts.shell.page_id == "decide"
    assert parts.page.payloads == ["here"]
    assert parts.page.header.answer == "This is Knowledge assistant."
    parts.shell.go_back()
    assert parts.shell.page_id == "requirements"


def test_that_without_a_scenario_the_path_leads_home(parts: Parts, settle: Settle) -> None:
    parts.action("Close the scenario").trigger()
    parts.shell.open_page("options")
    assert parts.shell.page_id == "home"
    parts.shell.open_page("learn")
    assert parts.shell.page_id == "learn"
    settle(parts.house)


def test_that_a_page_clicked_before_the_scenario_is_there_opens_with_it(
    qtbot: QtBot, theme: Theme, house: House, desk: Desk, scenarios: FakeScenarios, settle: Settle
) -> None:
    scenario = scenarios.put("Knowledge assistant")
    made = Parts(theme, house, desk)
    qtbot.addWidget(made.shell)
    made.shell.show()
    made.shell.rail.chosen.emit("validate")
    assert made.shell.page_id == "home"
    desk.open(scenario.id)
    settle(house)
    assert made.shell.page_id == "validate"


def test_that_the_last_page_opens_with_the_next_scenario(
    parts: Parts, settings: FakeSettings, scenarios: FakeScenarios, settle: Settle
) -> None:
    parts.shell.open_page("validate")
    assert settings.kept["last_page"] == "validate"
    assert settings.kept["recent_scenarios"] == ["id-Knowledge assistant"]


def test_that_typing_is_saved_and_undone_as_one_step(
    parts: Parts, scenarios: FakeScenarios, qtbot: QtBot, settle: Settle
) -> None:
    parts.page.field.selectAll()
    qtbot.keyClicks(parts.page.field, "Help desk")
    settle(parts.house)
    assert scenarios.stored["id-Knowledge assistant"].name == "Help desk"
    assert parts.desk.history.stack.count() == 1
    parts.action("Undo Rename").trigger()
    settle(parts.house)
    assert scenarios.stored["id-Knowledge assistant"].name == "Knowledge assistant"
    assert parts.page.field.text() == "Knowledge assistant"
    parts.action("Redo Rename").trigger()
    settle(parts.house)
    assert scenarios.stored["id-Knowledge assistant"].name == "Help desk"
    saved = parts.shell.rail.findChildren(QLabel)
    assert any(label.text().startswith("saved ") for label in saved)


def test_that_undo_goes_across_pages(parts: Parts, qtbot: QtBot, settle: Settle) -> None:
    qtbot.keyClicks(parts.page.field, "!")
    parts.shell.open_page("options")
    parts.action("Undo Rename").trigger()
    settle(parts.house)
    assert parts.page.field.text() == "Knowledge assistant"


def test_that_undo_is_there_again_with_its_scenario_unless_it_was_changed_elsewhere(
    parts: Parts, scenarios: FakeScenarios, qtbot: QtBot, settle: Settle
) -> None:
    here, other = "id-Knowledge assistant", scenarios.put("Other").id
    qtbot.keyClicks(parts.page.field, "!")
    for id in (other, here):
        parts.desk.open(id)
        settle(parts.house)
        assert parts.desk.history.stack.canUndo() is (id == here)
    parts.action("Undo Rename").trigger()
    settle(parts.house)
    assert scenarios.stored[here].name == "Knowledge assistant"
    parts.desk.open(other)
    settle(parts.house)
    scenarios.stored[here] = replace(scenarios.stored[here], name="Theirs", version=9)
    parts.desk.open(here)
    settle(parts.house)
    assert not parts.desk.history.stack.canRedo() and parts.page.field.text() == "Theirs"


def test_that_what_is_only_remembered_is_no_step_of_undo(
    parts: Parts, scenarios: FakeScenarios, settle: Settle
) -> None:
    assert parts.page.scenario is not None
    parts.page.remember(replace(parts.page.scenario, step="budget"))
    settle(parts.house)
    assert scenarios.stored["id-Knowledge assistant"].step == "budget"
    assert parts.desk.history.stack.count() == 0


def test_that_a_failed_save_says_so_keeps_the_work_and_tries_again(
    parts: Parts, scenarios: FakeScenarios, qtbot: QtBot, settle: Settle
) -> None:
    scenarios.refuse = WorkbenchError("The disk is full", mend="Make room, then try again.")
    parts.desk.rename("Help desk")
    settle(parts.house)
    assert parts.shell.notice.isVisibleTo(parts.shell)
    assert parts.page.field.text() == "Help desk"
    again = parts.shell.notice.findChild(QPushButton)
    assert again.text() == "Try again"
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    settle(parts.house)
    assert scenarios.stored["id-Knowledge assistant"].name == "Help desk"
    assert not parts.shell.notice.isVisibleTo(parts.shell)


def test_that_a_second_writer_is_noticed(parts: Parts, scenarios: FakeScenarios, settle: Settle) -> None:
    id = "id-Knowledge assistant"
    scenarios.stored[id] = replace(scenarios.stored[id], version=9)
    parts.desk.rename("Mine")
    settle(parts.house)
    assert "Somebody else saved" in parts.shell.notice.accessibleName()
    assert scenarios.stored[id].name == "Knowledge assistant"


def test_that_a_name_with_an_ampersand_is_shown_as_it_is_written(
    parts: Parts, scenarios: FakeScenarios, settle: Settle
) -> None:
    scenarios.put("R&D desk")
    parts.desk.list_again()
    settle(parts.house)
    recent = [action for _, action in parts.shell.menus.actions() if "desk" in action.text()]
    assert [action.text() for action in recent] == ["R&&D desk"]
    assert "R&D desk" in [pick.title for pick in parts.shell.menus.picks()]
    assert button("Rules & places").text() == "Rules && places"


def test_that_changes_reach_the_open_page(parts: Parts) -> None:
    parts.house.hub.tell(Changes(evals=frozenset({"run"})))
    parts.house.hub.tell(Changes())
    assert parts.page.refreshed == [Changes(evals=frozenset({"run"}))]


def test_that_a_scenario_written_by_a_service_is_read_again(
    parts: Parts, scenarios: FakeScenarios, settle: Settle
) -> None:
    id = "id-Knowledge assistant"
    scenarios.stored[id] = replace(scenarios.stored[id], name="Written by a service", version=4)
    parts.page.wrote.emit(Changes(scenarios=frozenset({id})))
    settle(parts.house)
    assert parts.page.field.text() == "Written by a service"
    parts.desk.rename("And on")
    settle(parts.house)
    assert scenarios.stored[id].name == "And on"


def test_that_an_error_nobody_took_is_shown_above_the_page(parts: Parts, settle: Settle) -> None:
    def refuse() -> None:
        raise WorkbenchError("The catalog is damaged", where="models/x.yaml", mend="Install it again.")

    parts.house.tasks.start(refuse)
    settle(parts.house)
    assert "The catalog is damaged" in parts.shell.notice.accessibleName()


def test_that_the_fault_of_a_dropped_file_goes_with_the_next_thing_that_is_done(
    parts: Parts, scenarios: FakeScenarios, qtbot: QtBot, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> Scenario:
        raise WorkbenchError("This is not YAML", where=path.name)

    monkeypatch.setattr(scenarios, "import_yaml", refuse)
    for go_on in (lambda: qtbot.keyClicks(parts.page.field, "!"), lambda: parts.shell.open_page("options")):
        parts.shell.take_files((Path("bad.yaml"),))
        settle(parts.house)
        assert "This is not YAML" in parts.shell.notice.accessibleName() and parts.shell.notice.isVisible()
        go_on()
        assert not parts.shell.notice.isVisible()
    settle(parts.house)


# rail, inspector, strip


def test_that_the_rail_says_what_needs_attention_in_words(parts: Parts, qtbot: QtBot, settle: Settle) -> None:
    options = parts.shell.rail.findChild(RailButton, "rail-options")
    qtbot.waitUntil(lambda: options.accessibleName() == "4 Options, 2 needs attention", timeout=5000)
    assert parts.shell.rail.findChild(RailButton, "rail-shortlist").accessibleName() == "2 Shortlist, 19"
    foot = parts.shell.rail.findChild(QAbstractButton, "privacy")
    assert "Local only" in foot.accessibleName() and "No calls made" in foot.accessibleName()


def test_that_the_rail_promises_nothing_until_it_knows_the_scenario_that_is_opened(
    parts: Parts, scenarios: FakeScenarios, qtbot: QtBot, settle: Settle
) -> None:
    foot, said = foot_of(parts), []
    qtbot.waitUntil(lambda: "Nothing may leave" in foot.accessibleName(), timeout=60_000)
    parts.desk.opened.connect(lambda _scenario: said.append(foot.accessibleName()))
    parts.desk.open(scenarios.put("Other").id)
    qtbot.waitUntil(lambda: bool(said) and "Nothing may leave" in foot.accessibleName(), timeout=60_000)
    parts.desk.close()
    settle(parts.house)
    opening, closed = said
    assert "is being opened" in opening and "Nothing" not in opening
    assert "No scenario is open" in closed


def test_that_no_title_in_the_rail_is_cut_by_what_stands_beside_it(parts: Parts, theme: Theme) -> None:
    long = {entry.id: StepState(Tone.CAUTION, "interrupted", "10/10") for entry in PAGES}
    long["requirements"] = StepState(Tone.NEUTRAL, "10 of 10", "10/10")
    parts.shell.resize(1280, 800)
    for percent in (100, 150):
        theme.set_text_percent(percent)
        QGuiApplication.processEvents()  # the window folds what has no room; here it is unfolded
        parts.shell.rail.set_folded(False)
        parts.shell.rail.set_status(RailStatus(long))
        QGuiApplication.processEvents()
        for entry in PAGES:
            parts.shell.rail.set_page(entry.id)
            drawn = parts.shell.rail.findChild(RailButton, f"rail-{entry.id}").drawn_words()
            assert drawn[0] == entry.title
        assert parts.shell.rail.findChild(RailButton, "rail-requirements").drawn_words()[1] in ("10 of 10", "10/10")


def test_that_a_click_in_the_rail_opens_the_page(parts: Parts, qtbot: QtBot) -> None:
    qtbot.mouseClick(parts.shell.rail.findChild(RailButton, "rail-tradeoffs"), Qt.MouseButton.LeftButton)
    assert parts.shell.page_id == "tradeoffs"
    assert parts.shell.rail.findChild(RailButton, "rail-tradeoffs").isChecked()


def test_that_a_selected_row_explains_itself_in_the_inspector(parts: Parts, qtbot: QtBot) -> None:
    parts.page.table.select("alpha")
    qtbot.keyClick(parts.page.table.view, Qt.Key.Key_Down)
    assert parts.shell.inspector.explanation == Explanation("beta")
    parts.shell.open_page("options")
    assert parts.shell.inspector.explanation is None


def test_that_an_explanation_shows_everything_and_its_buttons_act(parts: Parts, qtbot: QtBot) -> None:
    pressed: list[bool] = []
    explanation = Explanation(
        "Blend",
        "Two models",
        (Section("Why it is in", (Row("Cheapest above **80 %**", Tone.GOOD), Row("Leaves at $2", icon="swap"))),),
        ("Price: list of 10 Nov 2026.",),
        (InspectorAction("Make it an option", lambda: pressed.append(True)),),
    )
    parts.shell.inspector.show_explanation(explanation)
    shown = parts.shell.inspector.findChild(ExplanationText).toPlainText()
    for words in ("Blend", "Two models", "Why it is in", "Cheapest above 80 %", "Price: list of 10 Nov 2026."):
        assert words in shown
    made = next(b for b in parts.shell.inspector.findChildren(QPushButton) if b.text() == "Make it an option")
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    assert pressed == [True]
    copy = next(b for b in parts.shell.inspector.findChildren(QPushButton) if b.text() == "Copy text")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert "- Cheapest above 80 %" in QGuiApplication.clipboard().text()


def test_that_a_page_without_inspector_has_its_room(parts: Parts) -> None:
    parts.shell.resize(1280, 800)
    parts.shell.open_page("options")
    assert parts.shell.inspector.isVisibleTo(parts.shell)
    parts.shell.go_home()
    assert not parts.shell.inspector.isVisibleTo(parts.shell)


@pytest.mark.parametrize(
    ("width", "percent", "folded"), [(1280, 100, False), (1920, 100, False), (1024, 100, True), (1024, 200, True)]
)
def test_that_the_rail_folds_before_the_page_is_cramped(
    parts: Parts, theme: Theme, width: int, percent: int, folded: bool
) -> None:
    theme.set_text_percent(percent)
    parts.shell.resize(width, 700)
    parts.shell._fit()
    assert parts.shell.rail.is_folded is folded
    page_px = width - parts.shell.rail.width()
    if parts.shell.inspector.isVisibleTo(parts.shell):
        page_px -= parts.shell.inspector.width()
    assert page_px >= 480


def test_that_a_folded_rail_still_shows_what_may_leave(parts: Parts, qtbot: QtBot) -> None:
    parts.shell.resize(1024, 700)
    parts.shell._fit()
    foot = parts.shell.rail.findChild(QAbstractButton, "privacy")
    QGuiApplication.processEvents()
    assert parts.shell.rail.is_folded and foot.height() >= 24
    qtbot.waitUntil(lambda: "Nothing may leave" in foot.accessibleName(), timeout=60_000)


def test_that_a_folded_rail_and_inspector_are_remembered(parts: Parts, settings: FakeSettings) -> None:
    parts.shell.resize(1400, 800)
    parts.action("Fold or unfold the rail").trigger()
    parts.action("Fold or unfold the inspector").trigger()
    assert parts.shell.rail.is_folded and not parts.shell.inspector.isVisibleTo(parts.shell)
    assert settings.kept["window/rail_folded"] is True
    parts.action("Fold or unfold the rail").trigger()
    parts.action("Fold or unfold the inspector").trigger()
    assert not parts.shell.rail.is_folded and parts.shell.inspector.isVisibleTo(parts.shell)


def test_that_the_task_strip_shows_named_work_and_its_cancel_works(parts: Parts, qtbot: QtBot) -> None:
    begun = threading.Event()

    def work(run: Run) -> None:
        run.report(Progress(41, 150, "case 41 of 150"))
        begun.set()
        while not run.cancelled:
            threading.Event().wait(0.001)

    strip = parts.shell.findChild(TaskStrip)
    assert not strip.isVisibleTo(parts.shell)
    parts.house.tasks.start_reporting(work, name="Scoring 150 cases")
    qtbot.waitUntil(lambda: strip.isVisibleTo(parts.shell), timeout=3000)
    assert any("27 % · case 41 of 150" in label.text() for label in strip.findChildren(QLabel))
    cancel = strip.findChild(QPushButton)
    assert cancel.accessibleName() == "Cancel Scoring 150 cases"
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not strip.isVisibleTo(parts.shell), timeout=3000)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (4, "a few seconds left"),
        (42, "about 40 s left"),
        (200, "about 3 min left"),
        (9000, "about 2 h left"),
    ],
)
def test_that_time_left_is_said_as_people_say_it(seconds: float | None, words: str) -> None:
    assert time_left_words(seconds) == words


# keyboard and commands


def test_that_ctrl_and_a_number_open_a_page(parts: Parts, qtbot: QtBot) -> None:
    qtbot.keyClick(parts.shell, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: parts.shell.page_id == "tradeoffs")


def test_that_no_two_actions_share_a_shortcut(parts: Parts) -> None:
    keys = [k.toString() for _, a in parts.shell.menus.actions() for k in a.shortcuts()]
    assert sorted(keys) == sorted(set(keys))
    wanted = "Ctrl+N Ctrl+O Ctrl+S Ctrl+P Ctrl+W Ctrl+Q Ctrl+Z Ctrl+Shift+Z Ctrl+F F6 Ctrl+, Ctrl++ Ctrl+- Ctrl+0"
    assert set(wanted.split()) | {"F11", "F1", "Ctrl+K", "Ctrl+Shift+P", *(f"Ctrl+{n}" for n in range(1, 10))} <= set(
        keys
    )


def test_that_the_palette_holds_every_action_and_runs_it(parts: Parts, qtbot: QtBot) -> None:
    parts.shell.show_palette()
    palette = parts.shell.findChild(Chooser)
    titles = {pick.title for pick in parts.shell.menus.picks()}
    assert {"Dark", "Larger text", "Count the words", "Print this page …", "Export this page …"} <= titles
    qtbot.keyClicks(palette.field, "count wor")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert parts.page.payloads == ["counted"]


def test_that_go_to_finds_pages_and_scenarios(parts: Parts, qtbot: QtBot) -> None:
    parts.shell.show_go_to()
    chooser = parts.shell.findChild(Chooser)
    qtbot.keyClicks(chooser.field, "know")
    assert chooser.list.item(0).text().startswith("Knowledge assistant")
    chooser.field.clear()
    qtbot.keyClicks(chooser.field, "opti")
    qtbot.keyClick(chooser.field, Qt.Key.Key_Return)
    assert parts.shell.page_id == "options"


def test_that_what_begins_with_the_letters_comes_first() -> None:
    picks = [Pick("Unlock", print), Pick("Look up", print), Pick("Over the lock", print)]
    assert [p.title for p in matching(picks, "lo")] == ["Look up", "Over the lock", "Unlock"]
    assert matching(picks, "xyz") == []


def test_that_find_goes_to_the_filter_and_then_on(parts: Parts, qtbot: QtBot) -> None:
    parts.shell.activateWindow()
    parts.action("Find on this page").trigger()
    assert parts.shell.focusWidget() is parts.page.table.filter_field


def test_that_text_size_and_look_are_remembered(parts: Parts, settings: FakeSettings, theme: Theme) -> None:
    parts.action("Larger text").trigger()
    assert settings.kept["text_scale"] == pytest.approx(1.1)
    parts.action("Normal text").trigger()
    parts.action("Dark").trigger()
    assert settings.kept["theme"] == "dark" and look_of(parts.shell) is DARK
    assert theme.scheme is Scheme.DARK


def test_that_every_control_has_a_name_for_screen_readers(parts: Parts, qtbot: QtBot) -> None:
    for page_id in parts.shell.page_ids:
        parts.shell.open_page(page_id)
        for widget in parts.shell.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisibleTo(parts.shell):
                found = QAccessible.queryAccessibleInterface(widget)
                assert found and found.text(QAccessible.Text.Name), (page_id, widget, widget.objectName())


def test_that_tab_reaches_rail_page_and_inspector(parts: Parts) -> None:
    seen: list[QWidget] = []
    widget: QWidget | None = parts.shell.rail.findChild(QWidget, "scenario")
    while widget is not None and widget not in seen:
        seen.append(widget)
        widget = widget.nextInFocusChain()
    for place in (parts.shell.rail, parts.page, parts.shell.inspector):
        assert any(place.isAncestorOf(each) for each in seen)


# the window itself


def test_that_the_window_comes_back_where_it_was(
    parts: Parts, settings: FakeSettings, theme: Theme, house: House, desk: Desk, qtbot: QtBot
) -> None:
    parts.shell.resize(760, 640)
    parts.shell.close()
    again = Parts(theme, house, desk)
    qtbot.addWidget(again.shell)
    assert again.shell.size() == parts.shell.size()


def test_that_the_first_window_and_its_title_bar_fit_the_screen(parts: Parts, settings: FakeSettings) -> None:
    parts.shell.keep_within(QRect(0, 0, 1920, 1080))
    assert (parts.shell.width(), parts.shell.height()) == (1280, 800)
    parts.shell.keep_within(QRect(0, 0, 1024, 700))
    assert 980 < parts.shell.width() <= 1024
    assert 640 < parts.shell.height() < 690
    parts.shell.resize(1280, 800)
    settings.kept["window_geometry"] = "as a person left it"
    parts.shell.keep_within(QRect(0, 0, 1024, 700))
    assert (parts.shell.width(), parts.shell.height()) == (1280, 800)


def test_that_a_geometry_from_another_program_is_ignored(
    settings: FakeSettings, theme: Theme, house: House, desk: Desk, qtbot: QtBot
) -> None:
    settings.kept["window_geometry"] = "not base64 at all"
    made = Parts(theme, house, desk)
    qtbot.addWidget(made.shell)
    assert made.shell.width() >= 720


def test_that_closing_asks_while_named_work_runs(parts: Parts, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtWidgets import QMessageBox

    asked: list[str] = []
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]

    def question(_parent: QWidget, _title: str, text: str, *_rest: object) -> QMessageBox.StandardButton:
        asked.append(text)
        return answers.pop(0)

    monkeypatch.setattr(QMessageBox, "question", question)
    gate = threading.Event()
    parts.house.tasks.start(gate.wait, name="Scoring 150 cases")
    assert not parts.shell.close()
    assert parts.shell.close()
    assert len(asked) == 2 and "Scoring 150 cases" in asked[0]
    gate.set()


def test_that_dropped_files_go_where_they_belong(parts: Parts, tmp_path: Path, settle: Settle) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("new.yaml", "model.gguf", "cases.csv")])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    parts.shell.dropEvent(event)
    settle(parts.house)
    assert parts.desk.scenario is not None and parts.desk.scenario.name == "new"
    assert parts.dropped == [(tmp_path / "model.gguf", tmp_path / "cases.csv")]
    tests = tmp_path / "promptfoo.yaml"
    tests.write_text("prompts: ['{{question}}']\ntests:\n- vars: {question: Sky?}\n")
    parts.shell.take_files((tests,))
    settle(parts.house)
    assert parts.dropped[-1] == (tests,), "cases, and no scenario"
    scenario = tmp_path / "own.yaml"
    scenario.write_text("# ours\nname: own\noptions:\n- id: A\n")
    parts.shell.take_files((scenario,))
    settle(parts.house)
    assert parts.dropped[-1] == (tests,) and parts.desk.scenario.name == "own"


def test_that_selection_is_told_once(house: House) -> None:
    told: list[Picked | None] = []
    house.selection.changed.connect(told.append)
    house.selection.pick("offer", "a")
    house.selection.pick("offer", "a")
    house.selection.clear()
    assert told == [Picked("offer", "a"), None]
    assert house.selection.id_of("option") == ""


# scenarios on the home page


def test_that_home_resumes_deletes_and_takes_back(parts: Parts, scenarios: FakeScenarios, settle: Settle) -> None:
    parts.shell.go_home()
    settle(parts.house)
    home = parts.shell.page
    assert isinstance(home, HomePage)
    assert home.header.answer.startswith("One scenario, none decided yet.")
    parts.shell.open_page("options")
    other = scenarios.put("Made elsewhere")
    parts.shell.go_home()
    settle(parts.house)
    assert home.header.answer.startswith("2 scenarios")
    del scenarios.stored[other.id]
    parts.shell.go_home()
    settle(parts.house)
    buttons = {b.text(): b for b in home.findChildren(QPushButton)}
    buttons["Move to the bin"].click()
    settle(parts.house)
    assert home.header.answer.startswith("No scenario yet.")
    assert parts.desk.scenario is None
    taken = next(b for b in home.findChildren(QPushButton) if b.text().startswith("Take “Knowledge"))
    taken.click()
    settle(parts.house)
    buttons["Resume"].click()
    settle(parts.house)
    assert parts.desk.scenario is not None


def test_that_home_offers_an_eval_that_was_interrupted_and_goes_on_with_it(parts: Parts, settle: Settle) -> None:
    parts.shell.go_home()
    settle(parts.house)
    home = parts.shell.page
    assert isinstance(home, HomePage)
    go_on = home.findChild(QPushButton, "home-resume-eval")
    assert not go_on.isVisibleTo(home)
    (row,) = parts.desk.rows
    parts.interrupted = replace(A_RUN, scenario_id=row.id)
    home.refresh(Changes(evals=frozenset({"run"})))
    settle(parts.house)
    assert go_on.isVisibleTo(home)
    assert home._waits.accessibleName() == f"An eval of {row.name} is not finished: leave.csv, 60 cases."
    go_on.click()
    settle(parts.house)
    page = parts.shell.page
    assert isinstance(page, NotePage) and parts.shell.page_id == "validate" and page.payloads == ["resume-eval:run"]


def test_that_a_store_that_cannot_be_opened_says_so_and_can_be_tried_again(
    theme: Theme, house: House, desk: Desk, scenarios: FakeScenarios, qtbot: QtBot, settle: Settle
) -> None:
    made = Parts(theme, house, desk)
    qtbot.addWidget(made.shell)
    made.shell.show()
    tries: list[int] = []

    def first() -> Scenario | None:
        tries.append(1)
        if len(tries) == 1:
            raise WorkbenchError("Another program holds the data file", mend="Close it, then try again.")
        return scenarios.put("Found")

    desk.begin(first)
    settle(house)
    assert made.shell.page_id == "home" and "Another program holds" in made.shell.notice.accessibleName()
    made.shell.notice.findChild(QPushButton).click()
    settle(house)
    assert desk.scenario is not None and made.shell.page_id == "requirements"


# export


def test_that_a_page_exports_its_answer_and_tables(parts: Parts, tmp_path: Path) -> None:
    text = as_markdown(parts.page)
    assert text.startswith("# Requirements\n\nThis is Knowledge assistant.")
    assert "| alpha |" in text
    for name in ("page.md", "page.csv", "page.pdf"):
        export_page(parts.page, tmp_path / name)
    assert (tmp_path / "page.csv").read_text(encoding="utf-8").splitlines() == ["Word", "alpha", "beta"]
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_that_a_file_that_cannot_be_written_is_said_and_not_half_there(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="could not be written"):
        write_whole(tmp_path / "missing" / "x.md", "text")
    write_whole(tmp_path / "x.md", "text")
    assert [p.name for p in tmp_path.iterdir()] == ["x.md"]


# crash file, one instance


@pytest.fixture
def crash(tmp_path: Path) -> CrashFile:
    return CrashFile(tmp_path, redact=lambda text: text.replace("sk-secret", "•••"))


def test_that_a_bug_is_written_once_without_secrets_and_offered_at_the_next_start(
    crash: CrashFile, tmp_path: Path
) -> None:
    told: list[str] = []
    crash.happened.connect(told.append)
    for _ in range(2):
        crash.write("ValueError", "key sk-secret is wrong")
    text = crash.path.read_text(encoding="utf-8")
    assert len(told) == 1 and text.count("ValueError") == 1 and "sk-secret" not in text
    later = CrashFile(tmp_path, redact=str)
    assert "ValueError" in later.unseen()
    later.mark_seen()
    assert CrashFile(tmp_path, redact=str).unseen() == ""


def test_that_an_exception_in_a_thread_reaches_the_crash_file(
    crash: CrashFile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sys.excepthook, threading.excepthook
    crash.install()
    try:

        def bug() -> None:
            raise RuntimeError("in a thread")

        thread = threading.Thread(target=bug)
        thread.start()
        thread.join()
        assert "in a thread" in crash.unseen()
    finally:
        crash.uninstall()
        sys.excepthook, threading.excepthook = before


def test_that_a_second_start_hands_its_files_over_and_leaves(qtbot: QtBot, tmp_path: Path) -> None:
    name = server_name(tmp_path)
    assert not hand_over(name, ())
    first = FirstInstance(name)
    second = f"""
import sys
from pathlib import Path
from workbench.gui.instance import hand_over
sys.exit(0 if hand_over({name!r}, (Path({str(tmp_path / "a.yaml")!r}),)) else 7)
"""
    with qtbot.waitSignal(first.called, timeout=20_000) as called:
        process = subprocess.Popen([sys.executable, "-c", second])
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=20_000)
    assert called.args == [(tmp_path / "a.yaml",)] and process.returncode == 0
    first.close()


def test_that_two_data_folders_have_windows_of_their_own(tmp_path: Path) -> None:
    assert server_name(tmp_path / "a") != server_name(tmp_path / "b")
