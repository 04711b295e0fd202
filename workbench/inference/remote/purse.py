"""What stands between a question and its price: asked before anything is sent, told when the answer is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from workbench.domain.chat import Done


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens; None: nobody knows. Where a cache price is unknown the input's counts."""

    usd_in: float | None = None
    usd_out: float | None = None
    usd_cached: float | None = None
    usd_written: float | None = None

    def of(self, tokens_in: int, tokens_out: int, cached: int = 0, written: int = 0) -> float | None:
        """What so many tokens cost, `cached` and `written` of them read from and put into the provider's cache."""
        if self.usd_in is None or self.usd_out is None:
            return None
        read = self.usd_in if self.usd_cached is None else self.usd_cached
        put = self.usd_in if self.usd_written is None else self.usd_written
        plain = max(tokens_in - cached - written, 0)
        return (plain * self.usd_in + cached * read + written * put + tokens_out * self.usd_out) / 1e6


@dataclass(frozen=True, slots=True)
class Question:
    """What is about to be asked: whose data, of whom, and the most it may cost (None: the price is not known)."""

    scenario_id: str | None
    provider: str
    model: str
    most_usd: float | None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Paid:
    """An answer that was paid for under a question's key, before a crash: it is given again."""

    text: str
    done: Done


class Purse(Protocol):
    """Keeps count of what is spent, on the disk."""

    async def begin(self, question: Question) -> str | Paid:
        """A row before anything is sent; its id. Raises GuardRefusal over a cap, WorkbenchError for a question that may
        have been paid for and whose answer was lost."""
        ...

    async def paid(self, id: str, text: str, done: Done, counts_usd: float | None) -> None:
        """The answer is there; on the disk when this comes back. `counts_usd` None: the most it might cost counts."""
        ...

    async def unpaid(self, id: str, why: str, most_usd: float | None) -> None:
        """It failed or was stopped: `most_usd` is what it may have cost all the same (0: nothing was taken)."""
        ...
