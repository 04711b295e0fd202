"""One window per person and data folder: a second start hands its files over and leaves.

The only user of QtNetwork: a local socket (no network), named after the user and the data folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCryptographicHash, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 500
_LONGEST_MESSAGE = 64 * 1024


def server_name(home: Path) -> str:
    """The socket's name for this user and this data folder."""
    user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    digest = QCryptographicHash.hash(os.fsencode(home), QCryptographicHash.Algorithm.Sha256)
    return f"workbench-{user}-{bytes(digest.toHex().data()).decode()[:12]}"


class FirstInstance(QObject):
    """Listens for later starts; `called` brings the paths that a later start was given."""

    called = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._take)
        if not self._server.listen(name):
            QLocalServer.removeServer(name)
            self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    def _take(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.bytesAvailable():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST_MESSAGE:
                socket.abort()
            return
        line = bytes(socket.readLine(_LONGEST_MESSAGE).data())
        try:
            paths = json.loads(line)
        except ValueError:
            paths = None
        if not isinstance(paths, list):
            socket.abort()
            return
        socket.write(b"here\n")
        socket.flush()
        self.called.emit(tuple(Path(path) for path in paths if isinstance(path, str)))


def hand_over(name: str, paths: Sequence[Path]) -> bool:
    """Send `paths` to the window that is already open; False when there is none that answers."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(json.dumps([str(path) for path in paths]).encode() + b"\n")
    socket.flush()
    answered = socket.waitForReadyRead(4 * _WAIT_MS)
    socket.disconnectFromServer()
    return answered
