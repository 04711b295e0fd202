"""From the bytes of tokens to the text of an answer: UTF-8 across token borders, and stop strings."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class AnswerText:
    """Collects tokens' bytes; `take` gives the text that is certain by now.

    A character cut between two tokens waits for its rest; invalid bytes become U+FFFD at once. Text that
    may be the beginning of a stop string is held back; the stop string and what follows it are dropped.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self.stopped = False

    def feed(self, piece: bytes) -> None:
        """Add one token's bytes; sets `stopped` when a stop string is complete."""
        if not self.stopped:
            self._text += self._decoder.decode(piece)
            if self._stop:
                self._look_for_stop()

    def _look_for_stop(self) -> None:
        ends = [at for at in (self._text.find(text) for text in self._stop) if at >= 0]
        if ends:
            self._text = self._text[: min(ends)]
            self.stopped = True

    def take(self) -> str:
        """The text that can be shown since the last call."""
        held = 0 if self.stopped or not self._stop else self._held()
        cut = len(self._text) - held
        ready, self._text = self._text[:cut], self._text[cut:]
        return ready

    def _held(self) -> int:
        """How many characters at the end may begin a stop string."""
        longest = min(len(self._text), max(len(text) for text in self._stop) - 1)
        for length in range(longest, 0, -1):
            tail = self._text[-length:]
            if any(text.startswith(tail) for text in self._stop):
                return length
        return 0

    def finish(self) -> str:
        """The rest, at the end of the answer."""
        if not self.stopped:
            self._text += self._decoder.decode(b"", final=True)
        ready, self._text = self._text, ""
        return ready
