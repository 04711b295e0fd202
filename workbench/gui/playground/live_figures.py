"""What an answer takes while it is written: seconds to the first text, tokens a second, what it has cost so far.

Nobody has counted tokens yet, so they are guessed from the letters; the figures of the finished answer replace these.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from workbench.analysis import words
from workbench.gui.playground.frame_clock import FrameClock
from workbench.gui.playground.wording import price, seconds
from workbench.services.prompt_text import CHARACTERS_PER_TOKEN

#: pictures between two figures: about twice a second, for all panes in the same picture (a label that changes lets the
#: whole page be laid out again)
EVERY_FRAMES = 16


class LiveFigures:
    """Calls `show` twice a second between `start` and `stop`."""

    def __init__(self, show: Callable[[str], None], clock: FrameClock) -> None:
        self._show, self._clock = show, clock
        self._began = 0.0
        self._first: float | None = None
        self._first_s: float | None = None
        self._characters = 0
        self._usd_per_mtok: float | None = 0.0

    def start(self, usd_per_mtok: float | None) -> None:
        """An answer was asked for, at this price of a million tokens (None: not known)."""
        self._characters, self._usd_per_mtok = 0, usd_per_mtok
        self.begin_again()
        self._clock.watch(self._frame)

    def begin_again(self) -> None:
        """Time counts from now."""
        self._began, self._first = time.monotonic(), None

    def saw(self, text: str, first_s: float | None = None) -> bool:
        """More text came; True when it is the first, of which the model says how long it took."""
        self._characters += len(text)
        if self._first is None:
            self._first, self._first_s = time.monotonic(), first_s
            return True
        return False

    def stop(self) -> None:
        self._clock.leave(self._frame)

    def _frame(self) -> None:
        if self._clock.frame % EVERY_FRAMES == 0:
            self._draw()

    def _draw(self) -> None:
        now = time.monotonic()
        if self._first is None:
            waited = now - self._began
            self._show(f"no token for {waited:.0f} s" if waited >= 2 else "")
            return
        tokens = self._characters / CHARACTERS_PER_TOKEN
        parts = [] if self._first_s is None else [f"first token {seconds(self._first_s)}"]
        if now - self._first >= 1 and tokens >= 2:
            parts.append(f"about {words.rounded(tokens / (now - self._first), 2)} tokens/s")
        parts.append(f"about {words.rounded(max(tokens, 1), 2)} tokens so far")
        cost = None if self._usd_per_mtok is None else tokens * self._usd_per_mtok / 1e6
        self._show(" · ".join([*parts, price(cost)]))
