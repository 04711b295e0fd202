"""The Offline switch, hosts of one's own network, and the proxy."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words
from workbench.services.privacy import PrivacyService


class NetworkCard(Card):
    """Everything takes effect at once; `changed` (Changes) tells the rest of the window."""

    changed = Signal(object)

    def __init__(self, *, privacy: PrivacyService) -> None:
        super().__init__("Network")
        self._privacy = privacy
        self._error = ErrorBox()
        self._offline = QCheckBox("Offline: nothing goes further than this machine")
        self._offline.setAccessibleName("Offline")
        self._offline.clicked.connect(lambda on: self._do(lambda: privacy.set_offline(bool(on))))
        self._hosts = QVBoxLayout()
        self._host = TextField("Server in your own network", placeholder="gpu-box or 192.168.1.7", max_length=253)
        self._proxy = TextField("Proxy", placeholder="http://host:port", max_length=300)
        self._proxy.editingFinished.connect(self._set_proxy)
        self.body.addWidget(self._error)
        self.body.addWidget(self._offline, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(Words("Servers in your own network are asked about once. Allowed:", "muted"))
        self.body.addLayout(self._hosts)
        self.body.addLayout(_row(self._host, button("Allow it", self._allow)))
        self.body.addWidget(Words("Proxy to the internet (empty: none; environment variables do not count)", "muted"))
        self.body.addWidget(self._proxy)

    def show_now(self) -> None:
        """Draws what is set."""
        policy = self._privacy.policy()
        self._offline.setChecked(policy.offline)
        self._proxy.set_value(policy.proxy)
        while (item := self._hosts.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for host in sorted(policy.private_hosts):
            self._hosts.addWidget(self._host_row(host))
        if not policy.private_hosts:
            self._hosts.addWidget(Words("None.", "muted"))

    def _host_row(self, host: str) -> QWidget:
        box = QWidget()
        forget = button("Forget it", lambda: self._do(lambda: self._privacy.forget_host(host)), kind="plain")
        forget.setAccessibleName(f"Forget {host}")
        line = _row(Words(host), forget)
        line.setContentsMargins(0, 0, 0, 0)
        box.setLayout(line)
        return box

    def _allow(self) -> None:
        text = self._host.text().strip()
        if text and self._do(lambda: self._privacy.allow_host(text)):
            self._host.set_value("")

    def _set_proxy(self) -> None:
        text = self._proxy.text().strip()
        if text != self._privacy.policy().proxy:
            self._do(lambda: self._privacy.set_proxy(text))

    def _do(self, what: Callable[[], Changes]) -> bool:
        """In memory, so at once: settings reach the disk by themselves."""
        try:
            changes = what()
        except WorkbenchError as error:
            self._error.show_error(error)
            return False
        self._error.clear()
        self.show_now()
        self.changed.emit(changes)
        return True


def _row(first: QWidget, second: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(first, 1)
    row.addWidget(second)
    return row
