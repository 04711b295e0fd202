"""Providers and keys: who can be asked, whose key is there, servers of one's own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMessageBox

from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.gui.ports import SettingsPort
from workbench.gui.settings.server_form import ServerForm
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Tone
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.rows import Column, Mark
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.keychain import KeyStore
from workbench.net.grant import PrivateHostRefusal
from workbench.services.credentials import CredentialService, ProviderRow
from workbench.services.privacy import PrivacyService


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """One row, with the models that were listed when it was last asked."""

    row: ProviderRow
    models: tuple[str, ...]


class ProvidersCard(Card):
    """`changed` (Changes) when providers, keys or allowed hosts changed."""

    changed = Signal(object)

    def __init__(
        self,
        *,
        tasks: Tasks,
        settings: SettingsPort,
        credentials: CredentialService,
        privacy: PrivacyService,
        hang_up: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        super().__init__("Providers and keys")
        self._tasks, self._credentials, self._privacy, self._hang_up = tasks, credentials, privacy, hang_up
        self._lines: dict[str, ProviderLine] = {}
        self._wanted = ""  # what was just added, to be selected: the next key or question is for it
        self._store = Words("", "muted")
        self._error = ErrorBox()
        self._told = Words("", "small", "good")
        self._table: DataTable[ProviderLine] = DataTable(
            "providers",
            _columns(),
            row_id=lambda line: line.row.endpoint.id,
            name="Providers and servers",
            settings=settings,
            filterable=False,
            visible_rows=6,
        )
        self._table.picked.connect(lambda _id: self._show_picked())
        self._key = TextField("Key", placeholder="Paste the key here", max_length=20_000)
        self._key.setEchoMode(QLineEdit.EchoMode.Password)
        self._key.returnPressed.connect(self._keep_key)
        self._keep = button("Keep the key", self._keep_key)
        self._test = button("List its models", self._list_models, hint="Asks the provider; this is a call")
        self._forget = button("Delete the key", self._delete_key)
        self._remove = button("Take the server off", self._remove_server)
        self._form = ServerForm(self._save_server)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._key, 1)
        for each in (self._keep, self._test, self._forget, self._remove):
            row.addWidget(each)
        for part in (self._store, self._error, self._told, self._table):
            self.body.addWidget(part)
        self.body.addLayout(row)
        self.body.addWidget(self._form)

    def read(self) -> None:
        """Reads servers in the `db` lane; asks which keychain there is in a thread of its own."""
        self._tasks.start(self._read_lines, lane="db", done=self._show, failed=self._error.show_error, owner=self)
        self._tasks.start(
            self._credentials.store, lane="pool", done=self._show_store, failed=self._error.show_error, owner=self
        )

    def pick(self, provider: str) -> None:
        """Select one, once the list is read; the next key is for it."""
        self._wanted = provider
        self._key.setFocus()
        self.read()

    def _read_lines(self) -> tuple[ProviderLine, ...]:
        rows = self._credentials.providers()
        return tuple(ProviderLine(row, self._credentials.remembered(row.endpoint.id)) for row in rows)

    def _show(self, lines: tuple[ProviderLine, ...]) -> None:
        self._lines = {line.row.endpoint.id: line for line in lines}
        self._table.set_rows(lines)
        wanted, self._wanted = self._wanted, ""
        if wanted in self._lines:
            self._table.select(wanted)
        elif not self._table.current_id and lines:
            self._table.select(lines[0].row.endpoint.id)
        self._show_picked()

    def _show_store(self, store: KeyStore) -> None:
        kept = f"Keys are kept in {store.name}" if store.keeps else "There is no keychain: keys last for this session"
        self._store.set_text(f"{kept}, never in a file. {store.why}".strip())

    @property
    def picked(self) -> ProviderLine | None:
        return self._lines.get(self._table.current_id)

    def _show_picked(self) -> None:
        line = self.picked
        for each in (self._key, self._keep, self._test, self._forget, self._remove):
            each.setEnabled(line is not None)
        if line is not None:
            name = line.row.endpoint.name
            self._key.setPlaceholderText(f"Paste the key for {name} here")
            self._forget.setEnabled(line.row.has_key)
            self._test.setEnabled(line.row.is_ready)
            self._remove.setVisible(line.row.endpoint.own)

    def _keep_key(self) -> None:
        line, text = self.picked, self._key.text()
        if line is None:
            return
        self._key.clear()  # it stands nowhere longer than it takes to hand it over
        endpoint = line.row.endpoint

        def done(store: KeyStore) -> None:
            where = store.name if store.keeps else "memory, for this session only"
            self._say(f"The key for {endpoint.name} is kept in {where}. {_next_words(line)}")
            self._has_changed(Changes(settings=True))

        self._start(lambda: self._credentials.set_key(endpoint.id, text), done)

    def _delete_key(self) -> None:
        line = self.picked
        if line is None or not self._is_sure(f"Delete the key for {line.row.endpoint.name}?"):
            return
        id, name = line.row.endpoint.id, line.row.endpoint.name

        def done(_there: bool) -> None:
            self._say(f"The key for {name} is deleted.")
            self._has_changed(Changes(settings=True))

        self._start(lambda: self._credentials.delete_key(id), done)

    def _list_models(self) -> None:
        line = self.picked
        if line is None:
            return
        endpoint = line.row.endpoint

        async def ask() -> int:
            try:
                return len(await self._credentials.models(endpoint.id))
            finally:
                await self._hang_up()

        def done(count: int) -> None:
            words = "It works, and lists one model." if count == 1 else f"It works, and lists {count:,} models."
            self._say(f"{endpoint.name}: {words} They can be chosen in the playground.")
            self._has_changed(Changes(settings=True))

        self._error.clear()
        self._told.set_text("")
        self._tasks.start(ask, lane="net", name=f"Ask {endpoint.name}", done=done, failed=self._explain, owner=self)

    def _explain(self, error: WorkbenchError) -> None:
        """A server in one's own network is asked about here, once."""
        if not isinstance(error, PrivateHostRefusal):
            self._error.show_error(error)
            return
        host = error.host

        def allow() -> None:
            self._has_changed(self._privacy.allow_host(host))
            self._list_models()

        self._error.show_error(error, action=f"Allow {host}", run=allow)

    def _save_server(self, id: str, address: str, protocol: str, needs_key: bool, models: tuple[str, ...]) -> None:
        def done(changes: Changes) -> None:
            self._form.clear()
            self._say(f"Models are named {id.casefold()}/… from now on.")
            self._wanted = id.casefold()
            self._has_changed(changes)

        def save() -> Changes:
            return self._credentials.save_server(id, address, protocol=protocol, needs_key=needs_key, models=models)

        self._start(save, done, lane="db")

    def _remove_server(self) -> None:
        line = self.picked
        if line is not None and self._is_sure(f"Take {line.row.endpoint.name} off?"):
            id = line.row.endpoint.id
            self._start(lambda: self._credentials.remove_server(id), self._has_changed, lane="db")

    def _start(self, work: Callable[[], Any], done: Callable[[Any], None], *, lane: Any = "pool") -> None:
        self._error.clear()
        self._told.set_text("")
        self._tasks.start(work, lane=lane, done=done, failed=self._error.show_error, owner=self)

    def _say(self, words: str) -> None:
        self._told.set_text(words)

    def _has_changed(self, changes: Changes) -> None:
        self.read()
        self.changed.emit(changes)

    def _is_sure(self, question: str) -> bool:
        """A key cannot be brought back, so this asks."""
        yes = QMessageBox.StandardButton.Yes
        asked = QMessageBox.question(self, "Model Selection Workbench", question, yes | QMessageBox.StandardButton.No)
        return asked == yes


def _next_words(line: ProviderLine) -> str:
    """What a kept key leads to: models to choose from at once, or the button to press for them."""
    if line.models or (line.row.endpoint.catalog_id and not line.row.endpoint.own):
        known = "listed" if line.models else "that the catalog knows"
        return f"Its models {known} can be chosen in the playground now; “List its models” asks which there are today."
    return "Press “List its models” to choose them in the playground."


def _columns() -> tuple[Column[ProviderLine], ...]:
    return (
        Column("name", "Provider", lambda line: line.row.endpoint.name, aside=_id, width=200),
        Column("key", "Key", _key_words, mark=_key_mark, width=150),
        Column(
            "models", "Models listed", _models, right=True, sort=lambda line: len(line.models), width=110, hint=_when
        ),
        Column("address", "Address", lambda line: line.row.endpoint.base_url, stretch=True, width=260),
    )


def _id(line: ProviderLine) -> str:
    return f"{line.row.endpoint.id}/…"


def _key_words(line: ProviderLine) -> str:
    if line.row.has_key:
        return "entered"
    return "missing" if line.row.endpoint.needs_key else "needs none"


def _key_mark(line: ProviderLine) -> Mark | None:
    return Mark(Tone.GOOD) if line.row.is_ready else None


def _models(line: ProviderLine) -> str:
    return f"{len(line.models)}" if line.models else "—"


def _when(line: ProviderLine) -> str:
    return "" if line.models else "It was not asked yet."
