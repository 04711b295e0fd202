"""Adds a server of one's own: a name, an address, what it speaks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.text import Words
from workbench.inference.remote.endpoints import SUGGESTIONS, Suggestion, Wire

Save = Callable[[str, str, str, bool, tuple[str, ...]], None]
_PROTOCOLS = {
    Wire.CHAT: "OpenAI's Chat Completions (most servers)",
    Wire.RESPONSES: "OpenAI's Responses",
    Wire.ANTHROPIC: "Anthropic's Messages",
}


class ServerForm(QWidget):
    """Calls `save` with name, address, protocol, whether it needs a key, and models that are named."""

    def __init__(self, save: Save) -> None:
        super().__init__()
        self._save = save
        self._id = TextField("Name of your server", placeholder="my-server", max_length=40)
        self._address = TextField("Base address", placeholder="http://127.0.0.1:8080/v1", max_length=500)
        self._protocol = QComboBox()
        self._protocol.setAccessibleName("What it speaks")
        self._protocol.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for wire, words in _PROTOCOLS.items():
            self._protocol.addItem(words, wire.value)
        self._models = TextField("Models, if it lists none", placeholder="models, if it lists none", max_length=2_000)
        self._models.setToolTip("Names with commas between them, such as an Azure deployment's")
        self._needs_key = QCheckBox("It needs a key")
        self._needs_key.setAccessibleName("It needs a key")
        entries = {one.name: lambda one=one: self._suggest(one) for one in SUGGESTIONS}
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(Space.S)
        first.addWidget(self._id, 1)
        first.addWidget(self._address, 2)
        first.addWidget(menu_button("Usual addresses", entries, hint="Where these programs answer on this machine"))
        second.addWidget(self._protocol, 1)
        second.addWidget(self._models, 1)
        second.addWidget(self._needs_key)
        second.addWidget(button("Add the server", self._add))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.S, 0, 0)
        column.addWidget(
            Words("A server of your own, or another address for a provider above (give its name):", "muted")
        )
        column.addLayout(first)
        column.addLayout(second)

    def clear(self) -> None:
        self._id.set_value("")
        self._address.set_value("")
        self._models.set_value("")
        self._needs_key.setChecked(False)

    def _suggest(self, one: Suggestion) -> None:
        self._id.set_value(self._id.text() or one.name.casefold().replace(" ", "-"))
        self._address.set_value(one.base_url)

    def _add(self) -> None:
        self._save(
            self._id.text().strip(),
            self._address.text().strip(),
            str(self._protocol.currentData()),
            self._needs_key.isChecked(),
            tuple(self._models.text().split(",")),
        )
