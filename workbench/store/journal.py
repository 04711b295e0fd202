"""Many small writes, each safe on the disk before its caller goes on, for the price of few.

A commit costs a flush to the disk. Whoever calls thirty servers at once must not wait for thirty of them one after
another: what arrives while one transaction is written goes into the next one together.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Any

from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from workbench.store.repositories import Repositories

MOST_AT_ONCE = 256
#: how long a write that nobody waits for may lie, so that it goes along with one that somebody waits for
_PATIENCE_S = 0.1
_CLOSE_S = 10.0


class _Piece:
    """One caller's write, where its result goes, and whether somebody waits for it."""

    def __init__(self, work: Callable[[Connection], Any] | None, table: Table | None, row: dict[str, Any]) -> None:
        self.work = work
        self.table = table
        self.row = row
        self.is_urgent = True
        self.future: Future[Any] = Future()
        self.result: Any = None


class Journal:
    """One thread over a store; it starts with the first write."""

    def __init__(self, store: Repositories) -> None:
        self._store = store
        self._waiting: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def submit(self, work: Callable[[Connection], Any]) -> Future[Any]:
        """`work` is called with an open transaction; the future is done when that is on the disk. Cancelled before its
        turn, it is not written.

        What `work` raises goes to its future and spoils nobody else's write, so it must raise before it changes
        anything. When the transaction fails, everybody's future in it says so (WorkbenchError).
        """
        return self._add(_Piece(work, None, {}))

    def put(self, table: Table, row: dict[str, Any], *, urgent: bool = True) -> Future[Any]:
        """Inserts or replaces a row by its primary key; the future is done when it is on the disk.

        One that is not urgent may wait a tenth of a second for company. Rows are written after what was submitted.
        """
        piece = _Piece(None, table, row)
        piece.is_urgent = urgent
        return self._add(piece)

    def settle(self) -> None:
        """Comes back when everything that was given is on the disk, or was refused by it."""
        with self._lock:
            is_idle = self._thread is None or self._is_closed
        if not is_idle:
            wait([self.submit(lambda _connection: None)], _CLOSE_S)

    def close(self) -> None:
        """Writes what waits, then ends. Later writes are refused."""
        with self._lock:
            self._is_closed = True
            thread = self._thread
            if thread is not None:
                self._waiting.put(None)
        if thread is not None:
            thread.join(_CLOSE_S)

    def _add(self, piece: _Piece) -> Future[Any]:
        with self._lock:
            if self._is_closed:
                piece.future.set_exception(WorkbenchError("The program is closing", mend="Start it again."))
                return piece.future
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
            self._waiting.put(piece)
        return piece.future

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            pieces, ends = self._together(first)
            self._write(pieces)
            if ends:
                return

    def _together(self, first: _Piece) -> tuple[list[_Piece], bool]:
        """What goes into one transaction, and whether nothing comes after it."""
        pieces, someone_waits = [first], first.is_urgent
        until = time.monotonic() + _PATIENCE_S
        while len(pieces) < MOST_AT_ONCE:
            try:
                left = 0.0 if someone_waits else until - time.monotonic()
                following = self._waiting.get(timeout=left) if left > 0 else self._waiting.get_nowait()
            except queue.Empty:
                return pieces, False
            if following is None:
                return pieces, True
            pieces.append(following)
            someone_waits = someone_waits or following.is_urgent
        return pieces, False

    def _write(self, pieces: list[_Piece]) -> None:
        from workbench.store.upsert import put_many

        # Whoever gave up waiting before its turn did not go on either, so its write is not made.
        pieces = [piece for piece in pieces if piece.future.set_running_or_notify_cancel()]
        wrong: dict[int, BaseException] = {}
        rows: dict[Table, list[dict[str, Any]]] = {}
        try:
            with self._store.write() as connection:
                for place, piece in enumerate(pieces):
                    if piece.table is not None:
                        rows.setdefault(piece.table, []).append(piece.row)
                    elif piece.work is not None:
                        try:
                            piece.result = piece.work(connection)
                        except WorkbenchError as error:
                            wrong[place] = error
                for table, some in rows.items():
                    put_many(connection, table, some)
        except BaseException as error:
            for piece in pieces:
                piece.future.set_exception(error)
            return
        for place, piece in enumerate(pieces):
            if place in wrong:
                piece.future.set_exception(wrong[place])
            else:
                piece.future.set_result(piece.result)
