"""An answer on its way: its clock, and its pieces about thirty times a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

from workbench.domain.chat import Timing, Token, TokenLogprob
from workbench.inference.remote.pieces import Ended, Piece, Usage

FRAME_S = 1 / 30
CHARACTERS_PER_TOKEN = 4.0


class Clock:
    """When the pieces of one answer came."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._first: float | None = None
        self._last: float | None = None
        self._gaps: list[float] = []
        self.characters = 0
        self.pieces = 0

    def piece(self, text: str) -> None:
        """A piece of the answer came (thoughts are not one)."""
        now = time.perf_counter()
        if self._first is None:
            self._first = now
        elif self._last is not None:
            self._gaps.append(now - self._last)
        self._last = now
        self.pieces += 1
        self.characters += len(text)

    @property
    def first_s(self) -> float | None:
        """Seconds until the first piece."""
        return None if self._first is None else self._first - self._began

    def timing(self, usage: Usage | None, tokens_in: int) -> Timing:
        """`tokens_in` is an estimate that counts when the provider said nothing."""
        total = time.perf_counter() - self._began
        counted = usage or Usage(tokens_in, max(self.pieces, round(self.characters / CHARACTERS_PER_TOKEN)))
        said = max(counted.tokens_out - counted.reasoning, 0)
        after = (self._last - self._first) if self._first is not None and self._last is not None else 0.0
        gaps = sorted(self._gaps)
        return Timing(
            ttft_s=self.first_s,
            tokens_per_s=(said - 1) / after if said > 1 and after > 0 else None,
            tokens_in=counted.tokens_in,
            tokens_out=counted.tokens_out,
            total_s=total,
            shared_tokens=counted.cached,
            itl_p50_s=gaps[len(gaps) // 2] if gaps else None,
            itl_p95_s=gaps[min(int(len(gaps) * 0.95), len(gaps) - 1)] if gaps else None,
            reasoning_tokens=counted.reasoning,
        )


async def paced(pieces: AsyncGenerator[Piece, None], clock: Clock) -> AsyncGenerator[Token | Ended, None]:
    """Text at most every thirtieth of a second, the first piece at once, none held back longer than that."""
    held: list[str] = []
    probs: list[TokenLogprob] = []
    shown = 0.0
    following: asyncio.Future[Piece] | None = None
    try:
        while True:
            if held:
                left = shown + FRAME_S - time.perf_counter()
                if left > 0:
                    following = following or asyncio.ensure_future(anext(pieces))
                    await asyncio.wait({following}, timeout=left)
                if following is None or not following.done():
                    yield Token("".join(held), tuple(probs))
                    held, probs, shown = [], [], time.perf_counter()
                    continue
            try:
                piece = await (following or anext(pieces))
                following = None
            except Exception:
                if held:
                    yield Token("".join(held), tuple(probs))
                raise
            if isinstance(piece, Ended):
                if held:
                    yield Token("".join(held), tuple(probs))
                yield piece
                return
            if not piece.thought:
                clock.piece(piece.text)
                held.append(piece.text)
                probs.extend(piece.logprobs)
    finally:
        if following is not None and not following.done():
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        await pieces.aclose()
