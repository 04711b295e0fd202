"""One offscreen application, real lanes, small fakes for the ports. Warnings from Qt fail a test."""

from __future__ import annotations

import gc
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pages_person import Visitor
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from workbench.app import build
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.scenario import Scenario
from workbench.gui.changes_hub import ChangesHub
from workbench.gui.crash import CrashFile
from workbench.gui.desk import Desk
from workbench.gui.main import Window
from workbench.gui.pages.base import House
from workbench.gui.ports import Json
from workbench.gui.selection import Selection
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Scheme, Theme
from workbench.services.scenarios import ScenarioRow

WHEN = datetime(2026, 11, 20, 10, 42, tzinfo=UTC)


class FakeSettings:
    """Remembers in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Json] = {}

    def get(self, key: str, default: Json = None) -> Json:
        return self.kept.get(key, default)

    def set(self, key: str, value: Json) -> None:
        self.kept[key] = value


class FakeScenarios:
    """The scenarios service in memory; `refuse` makes the next save fail."""

    def __init__(self) -> None:
        self.stored: dict[str, Scenario] = {}
        self.saves: list[Scenario] = []
        self.refuse: WorkbenchError | None = None

    def put(self, name: str) -> Scenario:
        scenario = Scenario(id=f"id-{name}", name=name, created_at=WHEN, updated_at=WHEN)
        self.stored[scenario.id] = scenario
        return scenario

    def list(self) -> tuple[ScenarioRow, ...]:
        kept = (s for s in self.stored.values() if s.deleted_at is None)
        return tuple(ScenarioRow(s.id, s.name, s.name, s.updated_at, s.sample, (), "") for s in kept)

    def load(self, ref: str) -> Scenario:
        if ref not in self.stored:
            raise WorkbenchError(f"There is no scenario “{ref}”", mend="Choose one of the list.")
        return self.stored[ref]

    def new(self, name: str) -> Scenario:
        return self.put(name)

    def open_sample(self) -> Scenario:
        return self.put("Sample")

    def duplicate(self, scenario_id: str) -> Scenario:
        return self.put(f"{self.stored[scenario_id].name} (copy)")

    def replace(self, scenario_id: str, scenario: Scenario, *, expected_version: int | None = None) -> Scenario:
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        current = self.stored[scenario_id]
        if expected_version is not None and expected_version != current.version:
            raise WorkbenchError("Somebody else saved this scenario", mend="Open it again.")
        self.stored[scenario_id] = replace(scenario, version=current.version + 1)
        self.saves.append(scenario)
        return self.stored[scenario_id]

    def delete(self, scenario_id: str) -> Changes:
        self.stored[scenario_id] = replace(self.stored[scenario_id], deleted_at=WHEN)
        return Changes(scenarios=frozenset({scenario_id}))

    def restore(self, scenario_id: str) -> Scenario:
        self.stored[scenario_id] = replace(self.stored[scenario_id], deleted_at=None)
        return self.stored[scenario_id]

    def export_yaml(self, scenario: Scenario) -> str:
        return f"name: {scenario.name}\n"

    def import_yaml(self, path: Path) -> Scenario:
        return self.put(path.stem)


@pytest.fixture(scope="session")
def app_theme(qapp: QApplication) -> Theme:
    """The theme of the one application, in light."""
    return Theme(qapp, scheme=Scheme.LIGHT)


@pytest.fixture
def theme(app_theme: Theme) -> Iterator[Theme]:
    """Light at 100 %, put back afterwards."""
    yield app_theme
    app_theme.set_scheme(Scheme.LIGHT)
    app_theme.set_text_percent(100)


@pytest.fixture(scope="module", autouse=True)
def garbage_of_a_file() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def garbage_between_tests() -> Iterator[None]:
    """As in the window (`gui.garbage`): widgets of earlier tests do not go while Qt tells all of them something."""
    gc.disable()
    yield
    gc.collect(1)


@pytest.fixture
def settings() -> FakeSettings:
    return FakeSettings()


@pytest.fixture
def house(theme: Theme, settings: FakeSettings) -> Iterator[House]:
    """Real lanes, hub and selection; the lanes must end when the test does."""
    made = House(tasks=Tasks(), hub=ChangesHub(), selection=Selection(), settings=settings)
    yield made
    assert made.tasks.close(5.0), "a lane did not end"


@pytest.fixture
def scenarios() -> FakeScenarios:
    return FakeScenarios()


@pytest.fixture
def desk(house: House, scenarios: FakeScenarios) -> Desk:
    """A desk over the fake service."""
    return Desk(scenarios=lambda: scenarios, tasks=house.tasks, hub=house.hub)


@pytest.fixture
def settle(qtbot: QtBot) -> Callable[[House], None]:
    """Waits until every task has ended and been delivered."""

    def wait(house: House) -> None:
        qtbot.waitUntil(lambda: house.tasks.is_idle, timeout=5000)

    return wait


@pytest.fixture(scope="module")
def window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """A whole window over the real services and a data folder of its own, one for the tests of a file."""
    services = build(tmp_path_factory.mktemp("data"))
    made = Window(qapp, services, crash=CrashFile(services.paths.logs, redact=str), tasks=Tasks())
    made.show(())
    yield made
    made.end()
    made.shell.close()
    made.shell.deleteLater()  # else every later change of the look is paid by all windows of the run
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def visitor(window: Window, qtbot: QtBot) -> Iterator[Visitor]:
    """Somebody at that window, with a fresh copy of the sample scenario open."""
    services = window._services
    person = Visitor(window, services, qtbot)
    person.wait(lambda: window.desk.scenario is not None)
    person.rest()
    sample = services.scenarios.open_sample()
    person.open(services.scenarios.duplicate(sample.id))
    yield person
    person.rest()
    window.theme.set_scheme(Scheme.LIGHT)
    window.theme.set_text_percent(100)
