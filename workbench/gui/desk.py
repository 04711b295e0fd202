"""The scenario that lies open: opening, saving at each change, undo. Nothing here draws."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.scenario import Scenario
from workbench.gui.changes_hub import ChangesHub, UndoHistory
from workbench.gui.tasks import Tasks

if TYPE_CHECKING:
    from workbench.services.scenarios import ScenarioRow


class ScenariosPort(Protocol):
    """The part of the scenarios service that the desk uses; calls run in the db lane, may raise WorkbenchError."""

    def list(self) -> tuple[ScenarioRow, ...]: ...

    def load(self, ref: str) -> Scenario: ...

    def new(self, name: str) -> Scenario: ...

    def open_sample(self) -> Scenario: ...

    def duplicate(self, scenario_id: str) -> Scenario: ...

    def replace(self, scenario_id: str, scenario: Scenario, *, expected_version: int | None = None) -> Scenario: ...

    def delete(self, scenario_id: str) -> Changes: ...

    def restore(self, scenario_id: str) -> Scenario: ...

    def export_yaml(self, scenario: Scenario) -> str: ...

    def import_yaml(self, path: Path) -> Scenario: ...


class Desk(QObject):
    """Holds the open scenario. Every edit is on screen at once and on disk as soon as the db lane gets to it.

    `scenarios` is called in the db lane only, so that the store is opened there and not before the window.
    `leaving`: what is still being typed can be sent for the last time, as another one will lie here.
    `opened` (Scenario or None): another one lies here now. `changed` (Scenario): the open one was edited.
    `saved` (datetime), `save_failed` (WorkbenchError), `failed` (WorkbenchError): what became of a call.
    """

    leaving = Signal()
    opened = Signal(object)
    changed = Signal(object)
    saved = Signal(object)
    save_failed = Signal(object)
    failed = Signal(object)
    begin_failed = Signal(object)
    listed = Signal(object)

    def __init__(self, *, scenarios: Callable[[], ScenariosPort], tasks: Tasks, hub: ChangesHub) -> None:
        super().__init__()
        self._scenarios = scenarios
        self._tasks = tasks
        self._hub = hub
        self._scenario: Scenario | None = None
        self._rows: tuple[ScenarioRow, ...] | None = None
        self._waiting: Scenario | None = None
        self._unsaved: Scenario | None = None
        self._lock = threading.Lock()
        self._versions: dict[str, int] = {}
        self._begun_with: Callable[[], Scenario | None] | None = None
        self.history = UndoHistory(save=self._swap_in)

    @property
    def scenario(self) -> Scenario | None:
        return self._scenario

    @property
    def rows(self) -> tuple[ScenarioRow, ...]:
        """The scenarios there are, last used first, as last listed; none before `is_listed`."""
        return self._rows or ()

    @property
    def is_listed(self) -> bool:
        """Whether it is known what scenarios there are."""
        return self._rows is not None

    @property
    def is_saved(self) -> bool:
        """Whether what is on screen is on the disk."""
        return self._unsaved is None

    # opening

    def list_again(self) -> None:
        """Read the list of scenarios; `listed` follows."""
        self._tasks.start(
            lambda: self._scenarios().list(), lane="db", done=self._show_rows, failed=self.failed.emit, owner=self
        )

    def begin(self, first: Callable[[], Scenario | None]) -> None:
        """Open what `first` finds in the db lane (None: the list); named, for a store that takes a while to open."""
        self._begun_with = first

        def find() -> tuple[Scenario | None, tuple[ScenarioRow, ...]]:
            return first(), self._scenarios().list()

        def show(found: tuple[Scenario | None, tuple[ScenarioRow, ...]]) -> None:
            scenario, rows = found
            if scenario is not None:
                self._show_opened((scenario, rows))
            else:
                self._show_rows(rows)
                self._lay_out(None)

        self._tasks.start(
            find, lane="db", name="Opening your scenarios", done=show, failed=self.begin_failed.emit, owner=self
        )

    def begin_again(self) -> None:
        """Try once more to open the store."""
        if self._begun_with is not None:
            self.begin(self._begun_with)

    def open(self, scenario_id: str) -> None:
        self._open(lambda: self._scenarios().load(scenario_id))

    def new(self, name: str) -> None:
        self._open(lambda: self._scenarios().new(name))

    def open_sample(self) -> None:
        self._open(lambda: self._scenarios().open_sample())

    def duplicate(self) -> None:
        """Open a copy of the open scenario."""
        if self._scenario is not None:
            id = self._scenario.id
            self._open(lambda: self._scenarios().duplicate(id))

    def import_file(self, path: Path) -> None:
        self._open(lambda: self._scenarios().import_yaml(path))

    def export_file(self, path: Path, *, done: Callable[[], None]) -> None:
        """Write the open scenario to a YAML file, whole or not at all."""
        scenario = self._scenario
        if scenario is None:
            return

        def write() -> None:
            write_whole(path, self._scenarios().export_yaml(scenario))

        self._tasks.start(write, lane="pool", done=lambda _nothing: done(), failed=self.failed.emit, owner=self)

    def close(self) -> None:
        """Put the open scenario away; it is saved already."""
        self._lay_out(None)

    def delete(self, scenario_id: str) -> None:
        """Move a scenario to the bin; closes it if it lies open."""
        if self._scenario is not None and self._scenario.id == scenario_id:
            self.close()

        def put_away() -> Changes:
            return self._scenarios().delete(scenario_id)

        self._write(put_away)

    def restore(self, scenario_id: str) -> None:
        """Take a scenario out of the bin."""

        def take_out() -> Changes:
            return Changes(scenarios=frozenset({self._scenarios().restore(scenario_id).id}))

        self._write(take_out)

    def reload(self) -> None:
        """A service wrote the open scenario by itself: read it again (undo starts anew if it changed)."""
        if self._scenario is not None:
            self.open(self._scenario.id)

    # editing

    def edit(self, old: Scenario, new: Scenario, *, text: str, merge_key: str = "") -> None:
        """Swap the open scenario for `new`, with undo. An edit of a scenario that is no longer open is dropped."""
        if self._scenario is not None and new.id == self._scenario.id:
            self.history.edit(old, new, text=text, merge_key=merge_key)

    def note(self, new: Scenario) -> None:
        """Swap in a change that is no step of undo: the wizard's page, remembered filters."""
        if self._scenario is not None and new.id == self._scenario.id and new != self._scenario:
            self._swap_in(new)

    def rename(self, name: str) -> None:
        if self._scenario is not None and name.strip():
            self.edit(self._scenario, replace(self._scenario, name=name.strip()), text="Rename")

    def save_again(self) -> None:
        """After a failure: try once more with what is on screen."""
        if self._scenario is not None:
            self._save_soon(self._scenario)

    # inside

    def _open(self, load: Callable[[], Scenario]) -> None:
        def load_and_list() -> tuple[Scenario, tuple[ScenarioRow, ...]]:
            return load(), self._scenarios().list()

        self._tasks.start(load_and_list, lane="db", done=self._show_opened, failed=self.failed.emit, owner=self)

    def _show_opened(self, loaded: tuple[Scenario, tuple[ScenarioRow, ...]]) -> None:
        scenario, rows = loaded
        self._show_rows(rows)
        if self._unsaved is not None and self._unsaved.id == scenario.id:
            self._unsaved = None  # read again, it is what the store has
        self._versions[scenario.id] = scenario.version
        self._lay_out(scenario)

    def _show_rows(self, rows: tuple[ScenarioRow, ...]) -> None:
        self._rows = rows
        self.listed.emit(rows)

    def _lay_out(self, scenario: Scenario | None) -> None:
        if self._scenario is not None and (scenario is None or scenario.id != self._scenario.id):
            self.leaving.emit()
        self.history.turn_to(scenario, left=self._scenario)
        self._scenario = scenario
        self.opened.emit(scenario)

    def _write(self, call: Callable[[], Changes]) -> None:
        def told(changes: Changes) -> None:
            self._hub.tell(changes)
            self.list_again()

        self._tasks.start(call, lane="db", done=told, failed=self.failed.emit, owner=self)

    def _swap_in(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.changed.emit(scenario)
        self._save_soon(scenario)

    def _save_soon(self, scenario: Scenario) -> None:
        """Queue a save; edits that come before it begins are written with it."""
        self._unsaved = scenario
        with self._lock:
            is_queued = self._waiting is not None
            self._waiting = scenario
        if not is_queued:
            self._tasks.start(
                self._save_waiting, lane="db", done=self._show_saved, failed=self._show_failure, owner=self
            )

    def _save_waiting(self) -> tuple[Scenario, Scenario] | None:
        """In the db lane: write the newest version under the version number that the store last gave.

        Gives what was to be saved and what was stored.
        """
        with self._lock:
            scenario, self._waiting = self._waiting, None
        if scenario is None:
            return None
        known = self._versions.get(scenario.id, scenario.version)
        stored = self._scenarios().replace(scenario.id, replace(scenario, version=known), expected_version=known)
        self._versions[scenario.id] = stored.version
        return scenario, stored

    def _show_saved(self, saved: tuple[Scenario, Scenario] | None) -> None:
        if saved is not None:
            edited, stored = saved
            if edited is self._unsaved:
                self._unsaved = None
            self.saved.emit(stored.updated_at)
            self._hub.tell(Changes(scenarios=frozenset({stored.id})))

    def _show_failure(self, error: WorkbenchError) -> None:
        self.save_failed.emit(error)


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that it is there whole or not at all. Raises WorkbenchError when it cannot be written."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise WorkbenchError(
            f"The file could not be written: {error.strerror or error}",
            where=str(path),
            mend="Choose another folder, or make room on the disk.",
        ) from error
