"""Payments in the data file. A cap is checked in the transaction that writes the row: no two calls slip by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.payment import Caps, Payment, PaymentState
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import PAYMENT, SCENARIO, SPEND_CAP
from workbench.store.upsert import put, put_many

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from workbench.store.journal import Journal
    from workbench.store.repositories import Repositories

_COUNTS = func.coalesce(PAYMENT.c.usd, PAYMENT.c.most_usd)


class CapReached(GuardRefusal):
    """A paid call would pass a cap. Nothing was sent."""


class PaidInDoubt(WorkbenchError):
    """The question was sent before the program ended; nobody knows whether it was paid for."""


class Payments:
    """The repository: writes through the journal, reads straight from the store."""

    def __init__(self, store: Repositories, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    async def begin(self, payment: Payment, caps: Caps) -> Payment:
        """Writes an open row within the caps; gives back the payment that already answered its key, when there is one.

        Raises CapReached, PaidInDoubt. The scenario's own cap, where it has one, stands for that of `caps`.
        """

        def write(connection: Connection) -> Payment:
            known = _of_key(connection, payment.key) if payment.key else None
            if known is not None and known.state is PaymentState.PAID:
                return known
            if known is not None and known.state is PaymentState.OPEN:
                raise _in_doubt(known)
            _check_caps(connection, payment, caps)
            put_many(connection, PAYMENT, [_row(payment)])
            return payment

        found: Payment = await self._journal.do(write)
        return found

    async def end(self, payment: Payment) -> None:
        """Completes the row; on the disk when it comes back."""
        await self._journal.put([(PAYMENT, _row(payment))])

    def open_ones(self) -> tuple[Payment, ...]:
        """Those whose end is not known, oldest first."""
        query = select(PAYMENT).where(PAYMENT.c.state == PaymentState.OPEN.value).order_by(PAYMENT.c.id)
        with self._store.read() as connection:
            return tuple(_payment(row) for row in connection.execute(query).mappings().all())

    def settle(self, ids: frozenset[str]) -> int:
        """Open ones become doubtful: the most they may have cost counts, and their questions may be asked again."""
        with self._store.write() as connection:
            query = select(PAYMENT).where(PAYMENT.c.state == PaymentState.OPEN.value)
            rows = connection.execute(query).mappings().all()
            found = [_payment(row) for row in rows if row["id"] in ids]
            put(connection, PAYMENT, [_row(replace(one, state=PaymentState.DOUBTFUL)) for one in found])
        return len(found)

    def forget_answers(self, asker: str) -> None:
        """Takes the answers under the keys `asker/…` out: whoever asked has them safe. Those of deleted scenarios go
        too."""
        with self._store.write() as connection:
            gone = and_(PAYMENT.c.scenario_id.is_not(None), PAYMENT.c.scenario_id.not_in(select(SCENARIO.c.id)))
            asked = PAYMENT.c.key.startswith(f"{asker}/", autoescape=True)
            query = select(PAYMENT).where(PAYMENT.c.answer != "", gone | asked)
            rows = connection.execute(query).mappings().all()
            put(connection, PAYMENT, [_row(replace(_payment(row), answer="")) for row in rows])

    def spent_on(self, day: str) -> float:
        """US dollars that count for a day."""
        with self._store.read() as connection:
            return _sum(connection, PAYMENT.c.day == day)

    def spent_for(self, scenario_id: str) -> float:
        """US dollars that count for a scenario."""
        with self._store.read() as connection:
            return _sum(connection, PAYMENT.c.scenario_id == scenario_id)

    def by_model(self, scenario_id: str | None = None) -> tuple[tuple[str, str, int, float], ...]:
        """(provider, model, calls, US dollars) of a scenario (None: all), the dearest first."""
        query = select(
            PAYMENT.c.provider,
            PAYMENT.c.model,
            func.sum(case((PAYMENT.c.state == PaymentState.FAILED.value, 0), else_=1)),
            func.sum(_COUNTS),
        )
        if scenario_id is not None:
            query = query.where(PAYMENT.c.scenario_id == scenario_id)
        query = query.group_by(PAYMENT.c.provider, PAYMENT.c.model).order_by(func.sum(_COUNTS).desc())
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return tuple((str(row[0]), str(row[1]), int(row[2]), float(row[3])) for row in rows)

    def cap_of(self, scenario_id: str) -> float | None:
        """The cap that was set for a scenario; None: none of its own."""
        with self._store.read() as connection:
            return _own_cap(connection, scenario_id)

    def set_cap(self, scenario_id: str, usd: float) -> None:
        """Sets a scenario's own cap."""
        row = sealed({"scenario_id": scenario_id, "usd": usd})
        with self._store.write() as connection:
            put(connection, SPEND_CAP, [row])


def _check_caps(connection: Connection, payment: Payment, caps: Caps) -> None:
    spent = _sum(connection, PAYMENT.c.day == payment.day)
    if spent + payment.most_usd > caps.day_usd:
        raise _over("today", spent, payment.most_usd, caps.day_usd, "--day")
    if payment.scenario_id is None:
        return
    own = _own_cap(connection, payment.scenario_id)
    cap = caps.scenario_usd if own is None else own
    spent = _sum(connection, PAYMENT.c.scenario_id == payment.scenario_id)
    if spent + payment.most_usd > cap:
        raise _over("for this scenario", spent, payment.most_usd, cap, "--scenario NAME")


def _over(where: str, spent: float, most: float, cap: float, option: str) -> CapReached:
    return CapReached(
        f"Nothing was sent: ${spent:.4f} is spent {where}, this call may cost ${most:.4f}, and the cap is ${cap:.2f}",
        where="spend cap",
        mend=f"Ask for a shorter answer, take a cheaper model, or raise the cap under Settings, or: workbench "
        f"spend cap {option} USD",
    )


def _in_doubt(known: Payment) -> PaidInDoubt:
    return PaidInDoubt(
        f"This question was sent to {known.provider} at {known.at[:19]} and its answer never arrived here",
        where=f"{known.provider}/{known.model}",
        mend="It may have been paid for. To ask once more: workbench spend settle",
    )


def _sum(connection: Connection, where: Any) -> float:
    return float(connection.execute(select(func.sum(_COUNTS)).where(where)).scalar() or 0.0)


def _own_cap(connection: Connection, scenario_id: str) -> float | None:
    query = select(SPEND_CAP).where(SPEND_CAP.c.scenario_id == scenario_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else float(unsealed(dict(row), "spend cap")["usd"])


def _of_key(connection: Connection, key: str) -> Payment | None:
    """The newest payment under a key that did not fail."""
    settled = (PaymentState.FAILED.value, PaymentState.DOUBTFUL.value)
    query = select(PAYMENT).where(PAYMENT.c.key == key, PAYMENT.c.state.not_in(settled))
    row = connection.execute(query.order_by(PAYMENT.c.id.desc())).mappings().first()
    return None if row is None else _payment(row)


def _row(payment: Payment) -> dict[str, Any]:
    return sealed(
        {
            "id": payment.id,
            "at": payment.at,
            "day": payment.day,
            "scenario_id": payment.scenario_id,
            "provider": payment.provider,
            "model": payment.model,
            "key": payment.key or None,
            "state": payment.state.value,
            "most_usd": float(payment.most_usd),
            "usd": None if payment.usd is None else float(payment.usd),
            "tokens_in": payment.tokens_in,
            "tokens_out": payment.tokens_out,
            "ended_at": payment.ended_at,
            "answer": payment.answer,
        }
    )


def _payment(row: Mapping[Any, Any]) -> Payment:
    values = unsealed(dict(row), f"payment {row['id']}")
    return Payment(**{**values, "key": values["key"] or "", "state": PaymentState(values["state"])})
