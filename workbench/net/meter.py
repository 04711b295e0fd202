"""Counts and bounds what comes back, and closes the ledger's row when it ends, however it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime

import httpx2

from workbench.domain.calls import Call, Outcome
from workbench.net.faults import explained, too_long, too_much, too_slow
from workbench.net.grant import Bounds

#: what of a finished answer may still lie in the connection when its reader has seen enough
_DRAIN_BYTES, _DRAIN_S = 65_536, 0.25


class Meter:
    """One call's row and clock."""

    def __init__(self, call: Call, bounds: Bounds, end: Callable[[Call], None]) -> None:
        self.call = call
        self._bounds = bounds
        self._end = end
        self._began = time.monotonic()
        self._bytes = 0
        self._line = 0
        self.is_over = False

    def headers(self, response: httpx2.Response) -> None:
        """Counts a response's first lines; its status belongs to the row."""
        size = sum(len(name) + len(value) + 4 for name, value in response.headers.raw) + 19
        self.call = replace(self.call, status=response.status_code, bytes_in=self.call.bytes_in + size)

    def left_s(self) -> float | None:
        """Seconds until the next piece must have come."""
        total, idle = self._bounds.total_s, self._bounds.idle_s
        if total is None:
            return idle
        left = max(total - (time.monotonic() - self._began), 0.0)
        return left if idle is None else min(left, idle)

    def take(self, piece: bytes) -> None:
        """Counts a piece of the body. Raises WorkbenchError past a bound."""
        self._bytes += len(piece)
        self.call = replace(self.call, bytes_in=self.call.bytes_in + len(piece))
        most, line = self._bounds.answer_bytes, self._bounds.line_bytes
        if most is not None and self._bytes > most:
            raise too_much(self.call.host, most)
        if line is not None:
            last = piece.rfind(b"\n")
            self._line = self._line + len(piece) if last < 0 else len(piece) - last - 1
            if self._line > line:
                raise too_long(self.call.host, line)

    def finish(self, outcome: Outcome, why: str = "") -> None:
        """Closes the row, once."""
        if self.is_over:
            return
        self.is_over = True
        if outcome is Outcome.ANSWERED and (self.call.status or 0) >= 400:
            outcome, why = Outcome.ERROR, f"{self.call.host} answered with status {self.call.status}"
        now = datetime.now(UTC).isoformat()
        self._end(replace(self.call, outcome=outcome, ended_at=now, why=why))

    def too_slow(self) -> Exception:
        total = self._bounds.total_s
        over = total is not None and time.monotonic() - self._began >= total
        return too_slow(self.call.host, total if over else self._bounds.idle_s, all_of_it=over)


class MeteredBody(httpx2.AsyncByteStream):
    """A response's body under a meter."""

    def __init__(self, body: AsyncIterable[bytes], meter: Meter) -> None:
        self._body = body
        self._pieces = body.__aiter__()
        self._meter = meter
        self._is_cut = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while True:
                piece = await self._next()
                if piece is None:
                    break
                self._meter.take(piece)
                yield piece
            self._meter.finish(Outcome.ANSWERED)
        except (asyncio.CancelledError, GeneratorExit):
            raise  # aclose, which follows, says how it ended
        except Exception as error:
            self._meter.finish(Outcome.ERROR, str(error))
            raise

    async def _next(self) -> bytes | None:
        try:
            async with asyncio.timeout(self._meter.left_s()):
                return await anext(self._pieces, None)
        except TimeoutError as error:
            raise self._meter.too_slow() from error
        except asyncio.CancelledError:
            self._is_cut = True
            raise
        except httpx2.TransportError as error:
            raise explained(error, self._meter.call.host, begun=True) from error

    async def aclose(self) -> None:
        """Reads what is left of an answer that is complete, so that its connection serves the next one."""
        try:
            if not self._meter.is_over:
                await self._drain()
        finally:
            self._meter.finish(Outcome.STOPPED)
            if hasattr(self._body, "aclose"):
                await self._body.aclose()

    async def _drain(self) -> None:
        task = asyncio.current_task()
        if self._is_cut or task is None or task.cancelling():
            return
        seen = 0
        try:
            async with asyncio.timeout(_DRAIN_S):
                while seen < _DRAIN_BYTES:
                    piece = await anext(self._pieces, None)
                    if piece is None:
                        self._meter.finish(Outcome.ANSWERED)
                        return
                    self._meter.take(piece)
                    seen += len(piece)
        except Exception:
            return
