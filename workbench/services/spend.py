"""What providers' models cost: caps that are checked before anything is sent, and what was spent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.domain.changes import Changes
from workbench.domain.chat import Done, Finish, Timing, ToolCall
from workbench.domain.ids import new_id
from workbench.domain.payment import Caps, Payment, PaymentState
from workbench.inference.remote.purse import Paid, Question
from workbench.settings import DAY_CAP_USD, SCENARIO_CAP_USD, Settings

if TYPE_CHECKING:
    from workbench.store.payments import Payments


@dataclass(frozen=True, slots=True)
class Spent:
    """US dollars: what counts so far, and the cap."""

    usd: float
    cap_usd: float

    @property
    def left_usd(self) -> float:
        return max(self.cap_usd - self.usd, 0.0)


class SpendService:
    """Also the purse of remote models (`inference.remote.purse`). Its plain methods read the store: `db` lane."""

    def __init__(
        self,
        *,
        settings: Settings,
        payments: Callable[[], Payments],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._payments = payments
        self._now = now
        self._open: dict[str, Payment] = {}

    # What a person can see and set

    def today(self) -> Spent:
        """What counts for today (UTC)."""
        return Spent(self._payments().spent_on(self._day()), self._settings.value(DAY_CAP_USD))

    def of_scenario(self, scenario_id: str) -> Spent:
        """What counts for a scenario, over all days."""
        own = self._payments().cap_of(scenario_id)
        cap = self._settings.value(SCENARIO_CAP_USD) if own is None else own
        return Spent(self._payments().spent_for(scenario_id), cap)

    def by_model(self, scenario_id: str | None = None) -> tuple[tuple[str, str, int, float], ...]:
        """(provider, model, calls, US dollars), the dearest first."""
        return self._payments().by_model(scenario_id)

    def set_day_cap(self, usd: float) -> Changes:
        """0 lets nothing through that costs anything. Raises WorkbenchError for what is no amount."""
        self._settings.choose(DAY_CAP_USD, float(usd))
        return Changes(settings=True)

    def set_scenario_cap(self, usd: float, scenario_id: str | None = None) -> Changes:
        """For one scenario, or for all that have none of their own. Raises WorkbenchError for what is no amount."""
        amount = SCENARIO_CAP_USD.checked(float(usd))
        if scenario_id is None:
            self._settings.choose(SCENARIO_CAP_USD, amount)
            return Changes(settings=True)
        self._payments().set_cap(scenario_id, amount)
        return Changes(scenarios=frozenset({scenario_id}))

    def in_doubt(self) -> tuple[Payment, ...]:
        """Calls whose end nobody knows, other than those that are under way in this program."""
        return tuple(one for one in self._payments().open_ones() if one.id not in self._open)

    def settle(self) -> int:
        """Counts the most that calls in doubt may have cost; their questions may be asked again. Gives how many."""
        return self._payments().settle(frozenset(one.id for one in self.in_doubt()))

    def forget_answers(self, asker: str) -> None:
        """For whoever asked under keys of its own (`asker/…`) and has the answers safe: they are not kept twice."""
        self._payments().forget_answers(asker)

    # The purse

    async def begin(self, question: Question) -> str | Paid:
        """See `Purse`. What costs nothing has no row."""
        if question.most_usd == 0.0:
            return ""
        now = self._now()
        payment = Payment(
            id=new_id(),
            at=now.isoformat(),
            day=now.date().isoformat(),
            scenario_id=question.scenario_id,
            provider=question.provider,
            model=question.model,
            most_usd=question.most_usd or 0.0,
            key=question.key,
        )
        caps = Caps(self._settings.value(DAY_CAP_USD), self._settings.value(SCENARIO_CAP_USD))
        self._open[payment.id] = payment
        try:
            written = await self._payments().begin(payment, caps)
        except BaseException:
            self._open.pop(payment.id, None)
            raise
        if written.id != payment.id:
            self._open.pop(payment.id, None)
            return _paid(written.answer)
        return payment.id

    async def paid(self, id: str, text: str, done: Done, counts_usd: float | None) -> None:
        """See `Purse`."""
        if id:
            opened = self._open[id]
            await self._end(
                replace(
                    opened,
                    state=PaymentState.PAID,
                    usd=counts_usd,
                    tokens_in=done.timing.tokens_in,
                    tokens_out=done.timing.tokens_out,
                    answer=_kept(text, done) if opened.key else "",
                )
            )

    async def unpaid(self, id: str, why: str, most_usd: float | None) -> None:
        """See `Purse`."""
        if id:
            await self._end(replace(self._open[id], state=PaymentState.FAILED, usd=most_usd))

    async def _end(self, payment: Payment) -> None:
        await self._payments().end(replace(payment, ended_at=self._now().isoformat()))
        self._open.pop(payment.id, None)

    def _day(self) -> str:
        return self._now().date().isoformat()


def _kept(text: str, done: Done) -> str:
    """An answer as it lies beside its payment until it is forgotten."""
    return json.dumps({"text": text, "done": asdict(done)}, ensure_ascii=False)


def _paid(kept: str) -> Paid:
    """What was paid for once, again. An answer that was forgotten is an empty one."""
    values: dict[str, Any] = json.loads(kept) if kept else {"text": "", "done": None}
    found = values["done"]
    if found is None:
        return Paid("", Done(Timing(None, None, 0, 0, 0.0), Finish.STOP, "Paid for earlier; the answer is kept there."))
    calls = tuple(ToolCall(**call) for call in found.pop("tool_calls", ()))
    timing, finish = Timing(**found.pop("timing")), Finish(found.pop("finish"))
    return Paid(values["text"], Done(timing, finish, tool_calls=calls, **found))
