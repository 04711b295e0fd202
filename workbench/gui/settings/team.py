"""The team store: where it is, what is here and there, and what both sides changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMessageBox, QVBoxLayout, QWidget

from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.gui.ports import SettingsPort
from workbench.gui.settings.team_merge import MergeForm
from workbench.gui.settings.team_words import STATE_TONES, shared_words, told
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.rows import Column, Mark
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.net.grant import PrivateHostRefusal
from workbench.services.privacy import PrivacyService
from workbench.services.team_words import carried, size_words

if TYPE_CHECKING:
    from workbench.services.team import MergeView, SharedRow, Synced, TeamService, TeamView

_INTRO = (
    "Share scenarios with your team over a PostgreSQL database. Work goes on here; what is shared is brought to the "
    "same state when you sync. Nothing is called before you press a button."
)


@dataclass(frozen=True, slots=True)
class _Done:
    """What a call gave: what became of scenarios, and how both sides look since."""

    done: tuple[Synced, ...]
    view: TeamView


class TeamCard(Card):
    """Connects, shows, shares, syncs and merges; everything that waits for the server runs in the pool lane.

    `changed` (Changes) when scenarios or settings were written.
    """

    changed = Signal(object)

    def __init__(
        self, *, tasks: Tasks, settings: SettingsPort, team: Callable[[], TeamService], privacy: PrivacyService
    ) -> None:
        super().__init__("Team store")
        self._tasks, self._team, self._privacy = tasks, team, privacy
        self._view: TeamView | None = None
        self._error = ErrorBox()
        self._told = Words("", "small", "good")
        self._still = Words("", "small", "caution")
        self._away = Words("", "small", "caution")
        self._door = _Door(partial(self._connect, set_up=False))
        self._inside = QWidget()
        self._place = Words("")
        self._table: DataTable[SharedRow] = DataTable(
            "team-store",
            _columns(),
            row_id=lambda row: row.id,
            name="Scenarios here and in the team store",
            settings=settings,
            filterable=False,
            visible_rows=6,
        )
        self._table.picked.connect(lambda _id: self._show_may())
        self._copied = Words("", "muted")
        self._look = button("See what is there", self._read, hint="Asks the team store; this is a call")
        self._sync = button("Sync what is shared", self._sync_all, hint="Brings both sides to the same state")
        self._leave = button("Disconnect", self._disconnect)
        self._actions = {
            "share": button("Share it", partial(self._share, move=False), hint="It stays here, and is kept in step"),
            "move": button("Move it there", partial(self._share, move=True), hint="Changes are made there first"),
            "fetch": button("Take it in", self._fetch),
            "merge": button("Merge …", self._merge, hint="Part by part, what both sides changed"),
            "stop": button("Stop sharing", self._stop, hint="It stays on both sides"),
        }
        self._form = MergeForm(self._store_merged, self._close_merge)
        self._lay_out()
        self.show_now()

    def _lay_out(self) -> None:
        self.body.addWidget(Words(_INTRO, "muted"))
        for part in (self._error, self._told, self._still, self._away, self._door, self._inside):
            self.body.addWidget(part)
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(_row(self._place, self._look, self._sync, self._leave))
        column.addWidget(self._table)
        column.addWidget(self._copied)
        actions = QHBoxLayout()
        actions.setSpacing(Space.S)
        for each in self._actions.values():
            actions.addWidget(each)
        actions.addStretch(1)
        column.addLayout(actions)
        column.addWidget(self._form)

    def show_now(self) -> None:
        """Draws what is set; asks nobody."""
        address = self._team().address
        self._door.setVisible(not address)
        self._inside.setVisible(bool(address))
        self._place.set_text(address)
        if not address:
            self._view = None
        self._table.setVisible(self._view is not None)
        self._form.setVisible(self._form.is_open)
        self._show_may()

    # what a person can press

    def _connect(self, address: str, password: str, *, set_up: bool) -> None:
        def work() -> tuple[str, TeamView]:
            kept = self._team().connect(address, password, set_up=set_up)
            return kept, self._team().view()

        def done(found: tuple[str, TeamView]) -> None:
            self._door.clear()
            self._say("Connected." if found[0] == "no password" else f"Connected. The password is kept in {found[0]}.")
            self._show(found[1])
            self.changed.emit(Changes(settings=True))

        self._start(work, done, "Connecting to the team store", failed=partial(self._refused, address, password))

    def _refused(self, address: str, password: str, error: WorkbenchError) -> None:
        """An empty database can be set up, an older store brought up to date, a server in one's own network allowed."""
        from workbench.store.refusals import StoreNotSetUp, StoreOlder

        if isinstance(error, StoreNotSetUp | StoreOlder):
            again = partial(self._connect, address, password, set_up=True)
            action = "Set it up" if isinstance(error, StoreNotSetUp) else "Bring it up to date"
            self._error.show_error(error, action=action, run=again)
        elif isinstance(error, PrivateHostRefusal):
            host = error.host

            def allow() -> None:
                self.changed.emit(self._privacy.allow_host(host))
                self._connect(address, password, set_up=False)

            self._error.show_error(error, action=f"Allow {host}", run=allow)
        else:
            self._error.show_error(error)

    def _disconnect(self) -> None:
        yes = QMessageBox.StandardButton.Yes
        question = "Forget the team store and its password? Scenarios stay on both sides."
        if QMessageBox.question(self, "Team store", question, yes | QMessageBox.StandardButton.No) != yes:
            return

        def done(changes: Changes) -> None:
            self._view = None
            self._form.close_view()
            self.show_now()
            self.changed.emit(changes)

        self._start(self._team().disconnect, done, "")

    def _read(self) -> None:
        self._start(self._team().view, self._show, "Looking into the team store")

    def _sync_all(self) -> None:
        self._do(lambda team: team.sync(), "Syncing with the team store")

    def _share(self, *, move: bool) -> None:
        id = self._table.current_id
        if id:
            self._do(lambda team: team.share([id], move=move), "Sharing a scenario")

    def _fetch(self) -> None:
        id = self._table.current_id
        if id:
            self._do(lambda team: team.fetch([id]), "Taking a scenario in")

    def _stop(self) -> None:
        id = self._table.current_id
        if id:
            self._do(lambda team: (team.stop_sharing(id), ())[1], "")

    def _merge(self) -> None:
        id = self._table.current_id
        if id:
            self._start(lambda: self._team().merge_view(id), self._open_merge, "Looking at both sides")

    def _store_merged(self, view: MergeView, picks: dict[str, str]) -> None:
        self._do(lambda team: (team.merge(view, picks),), "Storing the merged scenario", merged=True)

    # inside

    def _do(self, call: Callable[[TeamService], tuple[Synced, ...]], name: str, *, merged: bool = False) -> None:
        def work() -> _Done:
            found = call(self._team())
            return _Done(found, self._team().view())

        def done(found: _Done) -> None:
            if merged:
                self._close_merge()
            self._say(*told(found.done))
            self._show(found.view)
            touched = frozenset(each.id for each in found.done if each.what in ("fetched", "deleted"))
            if touched:
                self.changed.emit(Changes(scenarios=touched, evals=touched, comparisons=touched))

        self._start(work, done, name)

    def _start(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        name: str,
        *,
        failed: Callable[[WorkbenchError], None] | None = None,
    ) -> None:
        self._error.clear()
        self._say("")
        self._tasks.start(
            work, lane="pool", name=name or None, done=done, failed=failed or self._error.show_error, owner=self
        )

    def _say(self, text: str, still: str = "") -> None:
        for shown, said in ((self._told, text), (self._still, still)):
            shown.set_text(said)
            shown.setVisible(bool(said))

    def _show(self, view: TeamView) -> None:
        self._view = view
        self._table.set_rows(view.rows)
        if not self._table.current_id and view.rows:
            self._table.select(view.rows[0].id)
        away = f"{view.away} What the team store holds can be read and not changed meanwhile." if view.away else ""
        self._away.set_text(away)
        self._away.setVisible(bool(away))
        self.show_now()

    def _show_may(self) -> None:
        """Which actions make sense for the selected row."""
        from workbench.services.team import Meeting

        rows = self._view.rows if self._view is not None else ()
        row = next((each for each in rows if each.id == self._table.current_id), None)
        away = self._view is not None and bool(self._view.away)
        here = row is not None and row.meeting is not Meeting.ONLY_THERE
        may = {
            "share": here and row is not None and row.may_go and not row.shared and not away,
            "move": here and row is not None and row.may_go and not row.held and not away,
            "fetch": row is not None and row.meeting is Meeting.ONLY_THERE and not away,
            "merge": row is not None and row.meeting is Meeting.CONFLICT and not away,
            "stop": row is not None and row.shared,
        }
        for name, made in self._actions.items():
            made.setEnabled(may[name])
            made.setVisible(self._view is not None)
        copied = row is not None and here and row.may_go
        self._copied.set_text(f"Would be copied: {carried(row)}." if row is not None and copied else "")
        self._copied.setVisible(bool(copied))
        self._sync.setEnabled(any(each.shared for each in rows) and not away)

    def _open_merge(self, view: MergeView) -> None:
        self._form.show_view(view)
        self._form.show()

    def _close_merge(self) -> None:
        self._form.close_view()
        self._form.hide()


class _Door(QWidget):
    """The address, the password, and the button that tries them."""

    def __init__(self, connect: Callable[[str, str], None]) -> None:
        super().__init__()
        self._connect = connect
        self._address = TextField("Address of the team store", placeholder="postgresql://ann@db.example.com/models")
        self._password = TextField("Password of the team store", placeholder="Password", max_length=1_000)
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        for field in (self._address, self._password):
            field.returnPressed.connect(self._go)
        row = _row(self._address, self._password, button("Connect", self._go))
        row.setStretch(0, 3)
        row.setStretch(1, 1)
        row.setContentsMargins(0, 0, 0, 0)
        self.setLayout(row)

    def clear(self) -> None:
        self._address.set_value("")

    def _go(self) -> None:
        password = self._password.text()
        self._password.clear()  # it stands nowhere longer than it takes to hand it over
        self._connect(self._address.text().strip(), password)


def _row(first: QWidget, *others: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.S)
    row.addWidget(first, 1)
    for each in others:
        row.addWidget(each)
    return row


def _columns() -> Sequence[Column[SharedRow]]:
    return (
        Column("name", "Scenario", lambda row: row.name, stretch=True, width=170),
        Column(
            "state",
            "State",
            lambda row: row.meeting.value,
            mark=lambda row: Mark(STATE_TONES[row.meeting.value]),
            width=170,
        ),
        Column("shared", "Shared", shared_words, hint=lambda row: row.stays, width=130),
        Column("copied", "Would be copied", size_words, hint=lambda row: row.stays, width=130, right=True),
    )
