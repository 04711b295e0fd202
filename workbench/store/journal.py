"""Many small writes, each safe on the disk before its caller goes on, for the price of few.

A commit costs a flush to the disk. Whoever calls thirty servers at once must not wait for thirty of them one after
another: what arrives while one transaction is written goes into the next one together.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from workbench.store.store import Store

T = TypeVar("T")
MOST_AT_ONCE = 256
_CLOSE_S = 10.0


class _Piece(Generic[T]):
    """One caller's write and where its result goes."""

    def __init__(self, work: Callable[[Connection], T]) -> None:
        self.work = work
        self.future: Future[T] = Future()
        self.result: T | None = None


class Journal:
    """One thread over a store; it starts with the first write."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: queue.SimpleQueue[_Piece[object] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """`work` is called with an open transaction; the future is done when that is on the disk.

        What `work` raises goes to its future and spoils nobody else's write, so it must raise before it changes
        anything. When the transaction fails, everybody's future in it says so (WorkbenchError).
        """
        piece: _Piece[T] = _Piece(work)
        with self._lock:
            if self._is_closed:
                piece.future.set_exception(WorkbenchError("The program is closing", mend="Start it again."))
                return piece.future
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
            self._waiting.put(piece)  # type: ignore[arg-type]
        return piece.future

    def close(self) -> None:
        """Writes what waits, then ends. Later writes are refused."""
        with self._lock:
            self._is_closed = True
            thread = self._thread
            if thread is not None:
                self._waiting.put(None)
        if thread is not None:
            thread.join(_CLOSE_S)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            pieces, ends = self._together(first)
            self._write(pieces)
            if ends:
                return

    def _together(self, first: _Piece[object]) -> tuple[list[_Piece[object]], bool]:
        pieces = [first]
        while len(pieces) < MOST_AT_ONCE:
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                return pieces, False
            if following is None:
                return pieces, True
            pieces.append(following)
        return pieces, False

    def _write(self, pieces: list[_Piece[object]]) -> None:
        wrong: dict[int, BaseException] = {}
        try:
            with self._store.write() as connection:
                for place, piece in enumerate(pieces):
                    try:
                        piece.result = piece.work(connection)
                    except WorkbenchError as error:
                        wrong[place] = error
        except BaseException as error:
            for piece in pieces:
                piece.future.set_exception(error)
            return
        for place, piece in enumerate(pieces):
            if place in wrong:
                piece.future.set_exception(wrong[place])
            else:
                piece.future.set_result(piece.result)
