"""What a run may cost at most: checked before each question, with what is under way counted at its dearest."""

from __future__ import annotations

import math
from collections.abc import Iterable

from workbench.domain.chat import ChatRequest, ModelDescription
from workbench.domain.errors import GuardRefusal
from workbench.domain.evals import CaseResult

_CHARACTERS_PER_TOKEN = 3.0  # fewer than in English prose, so that a prompt is never cheaper than thought
_PER_MTOK = 1e-6


class RunCapReached(GuardRefusal):
    """The next question could take the run above its cap. It was not asked."""


class Cap:
    """One run's money in US dollars; `earlier` are its stored results."""

    def __init__(self, cap_usd: float | None, earlier: Iterable[CaseResult] = ()) -> None:
        self._cap_usd = cap_usd
        paid = {result.question: result.cost_usd or 0.0 for result in earlier if not result.cached}
        self.spent_usd = math.fsum(paid.values())
        self._reserved_usd = 0.0

    def reserve(self, model: ModelDescription, request: ChatRequest) -> float:
        """Takes the most that a question may cost out of what is left and returns it.

        Raises RunCapReached when that is not there, or when nobody knows the model's price.
        """
        if self._cap_usd is None or model.local:
            return 0.0
        most = most_usd(model, request)
        if most is None:
            raise RunCapReached(
                f"The price of {model.model_id} is not known, so the cap of this eval cannot be kept",
                where="cap of this eval",
                mend="Enter its price in the catalog, or run it without --max-cost; the caps of Settings hold anyway.",
            )
        if self.spent_usd + self._reserved_usd + most > self._cap_usd:
            raise RunCapReached(
                f"${self.spent_usd:.4f} is spent, the next answer may cost ${most:.4f}, "
                f"and this eval may cost ${self._cap_usd:.2f}",
                where="cap of this eval",
                mend="What was answered is kept. Resume with a higher --max-cost.",
            )
        self._reserved_usd += most
        return most

    def settle(self, reserved_usd: float, cost_usd: float | None) -> None:
        """Gives a reservation back for what the answer did cost (None: as much as was reserved)."""
        self._reserved_usd -= reserved_usd
        self.spent_usd += reserved_usd if cost_usd is None else cost_usd


def tokens_in_at_most(request: ChatRequest) -> int:
    """More tokens than a conversation is likely to have."""
    texts = (len(message.text.encode("utf-8", "replace")) for message in request.messages)
    return math.ceil(sum(8 + size / _CHARACTERS_PER_TOKEN for size in texts))


def most_usd(model: ModelDescription, request: ChatRequest) -> float | None:
    """The most one answer may cost; None when a price is not known."""
    return usd(model, tokens_in_at_most(request), request.sampling.max_tokens)


def usd(model: ModelDescription, tokens_in: int | None, tokens_out: int | None) -> float | None:
    """What so many tokens cost by the model's prices; None when a price or a number is not known."""
    if model.usd_per_mtok_in is None or model.usd_per_mtok_out is None or tokens_in is None or tokens_out is None:
        return None
    return (tokens_in * model.usd_per_mtok_in + tokens_out * model.usd_per_mtok_out) * _PER_MTOK
