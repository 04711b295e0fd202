"""Many small writes, each safe on the disk before its caller goes on, for the price of few.

A commit costs a flush to the disk. Whoever calls thirty servers at once must not wait for thirty of them one after
another: what arrives while one transaction is written goes into the next one together, rows of a table in one
statement, and an event loop is woken once for all of them.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from workbench.store.repositories import Repositories

Row = tuple["Table", dict[str, Any]]

MOST_AT_ONCE = 256
#: how long a write that nobody waits for may lie, so that it goes along with one that somebody waits for
_PATIENCE_S = 0.1
_CLOSE_S = 10.0


@dataclass(slots=True, eq=False)
class _Piece:
    """One caller's write, and who waits for it (None: nobody), in an event loop or a thread."""

    work: Callable[[Connection], Any] | None = None
    rows: Sequence[Row] = ()
    told: asyncio.Future[Any] | concurrent.futures.Future[Any] | None = None
    loop: asyncio.AbstractEventLoop | None = None
    result: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        """For the thread that waits. One that gave up is not told."""
        if self.told is None or self.told.done():
            return
        if self.error is None:
            self.told.set_result(self.result)
        else:
            self.told.set_exception(self.error)


class Journal:
    """One thread over a store; it starts with the first write."""

    def __init__(self, store: Repositories) -> None:
        self._store = store
        self._waiting: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    async def do(self, work: Callable[[Connection], Any]) -> Any:
        """Calls `work` with an open transaction and gives its result when that is on the disk. Cancelled before its
        turn, it is not called.

        What `work` raises as WorkbenchError comes back here and spoils nobody else's write, so it must raise before it
        changes anything. When the transaction fails, everybody in it hears so.
        """
        loop = asyncio.get_running_loop()
        told = loop.create_future()
        self._add(_Piece(work=work, told=told, loop=loop))
        return await told

    async def put(self, rows: Sequence[Row], *, at_any_rate: bool = False) -> None:
        """Inserts rows, or replaces those of their primary key; comes back when they are on the disk. They are written
        after what was to be done.

        Cancelled before its turn, they are not written, unless `at_any_rate`. Raises IntegrityError for rows that
        refer to nothing; nobody else's are spoilt by that.
        """
        loop = asyncio.get_running_loop()
        told = loop.create_future()
        self._add(_Piece(rows=rows, told=told, loop=loop))
        await (asyncio.shield(told) if at_any_rate else told)

    def put_later(self, table: Table, row: dict[str, Any]) -> None:
        """The same for a row that nobody waits for: it may lie a tenth of a second for company. When the program is
        closing it is not written."""
        with contextlib.suppress(WorkbenchError):
            self._add(_Piece(rows=((table, row),)))

    def settle(self) -> None:
        """Comes back when everything that was given is on the disk, or was refused by it."""
        with self._lock:
            is_idle = self._thread is None or self._is_closed
        if not is_idle:
            told: concurrent.futures.Future[Any] = concurrent.futures.Future()
            self._add(_Piece(told=told))
            concurrent.futures.wait([told], _CLOSE_S)

    def close(self) -> None:
        """Writes what waits, then ends. Later writes are refused."""
        with self._lock:
            self._is_closed = True
            thread = self._thread
            if thread is not None:
                self._waiting.put(None)
        if thread is not None:
            thread.join(_CLOSE_S)

    def _add(self, piece: _Piece) -> None:
        with self._lock:
            if self._is_closed:
                raise WorkbenchError("The program is closing", mend="Start it again.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
            self._waiting.put(piece)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            pieces, ends = self._together(first)
            self._write(pieces)
            if ends:
                return

    def _together(self, first: _Piece) -> tuple[list[_Piece], bool]:
        """What goes into one transaction, and whether nothing comes after it."""
        pieces, someone_waits = [first], first.told is not None
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
            someone_waits = someone_waits or following.told is not None
        return pieces, False

    def _write(self, pieces: list[_Piece]) -> None:
        from sqlalchemy.exc import IntegrityError

        try:
            self._transact(pieces)
        except BaseException as error:
            if isinstance(error, IntegrityError) and len(pieces) > 1:  # somebody's rows: each by itself, to see whose
                for piece in pieces:
                    self._write([piece])
                return
            for piece in pieces:
                piece.error = error
        self._tell(pieces)

    def _transact(self, pieces: list[_Piece]) -> None:
        from workbench.store.upsert import put_many

        by_table: dict[Table, list[dict[str, Any]]] = {}
        with self._store.write() as connection:
            for piece in pieces:
                if piece.told is not None and piece.told.cancelled():
                    continue  # who gave up waiting did not go on either
                piece.error = None
                for table, row in piece.rows:
                    by_table.setdefault(table, []).append(row)
                if piece.work is not None:
                    try:
                        piece.result = piece.work(connection)
                    except WorkbenchError as error:
                        piece.error = error
            for table, rows in by_table.items():
                put_many(connection, table, rows)

    def _tell(self, pieces: Sequence[_Piece]) -> None:
        """Wakes each loop once: with every wakeup this thread loses its turn, and the others would wait for it."""
        for loop in {piece.loop for piece in pieces if piece.told is not None}:
            some = [piece for piece in pieces if piece.loop is loop]
            if loop is None:
                _tell_all(some)
            else:
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                    loop.call_soon_threadsafe(_tell_all, some)


def _tell_all(pieces: Sequence[_Piece]) -> None:
    for piece in pieces:
        piece.tell()
