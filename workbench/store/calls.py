"""The ledger in the data file: a row for each call out of the program, kept when its scenario is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from workbench.domain.calls import Call, DataClass, Outcome, Purpose
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import CALL

if TYPE_CHECKING:
    from sqlalchemy import Select

    from workbench.store.journal import Journal
    from workbench.store.repositories import Repositories

PAGE = 200


@dataclass(frozen=True, slots=True)
class ToHost:
    """How much left this machine, to whom: calls that got through, bytes out and in, and calls that were refused."""

    host: str
    calls: int
    bytes_out: int
    bytes_in: int
    refused: int


class Calls:
    """The repository, and the door's ledger: writes go through the journal, reads straight to the store."""

    def __init__(self, store: Repositories, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    async def begin(self, call: Call) -> None:
        """On the disk when it comes back. Raises WorkbenchError when it cannot be kept."""
        await self._journal.put([(CALL, _row(call))])

    def end(self, call: Call) -> None:
        """Completes the row or writes a whole one; on the disk soon."""
        self._journal.put_later(CALL, _row(call))

    def latest(
        self,
        *,
        scenario_id: str | None = None,
        words: str = "",
        outcome: Outcome | None = None,
        limit: int = PAGE,
        before: Call | None = None,
        far: bool = False,
    ) -> tuple[Call, ...]:
        """Newest first: of one scenario (None: all), with `words` in host, provider, purpose or reason."""
        query = select(CALL)
        if scenario_id is not None:
            query = query.where(CALL.c.scenario_id == scenario_id)
        if outcome is not None:
            query = query.where(CALL.c.outcome == outcome.value)
        if far:
            query = query.where(CALL.c.local == 0)
        if before is not None:
            query = query.where(CALL.c.id < before.id)
        for word in words.casefold().split():
            text = CALL.c.host + " " + CALL.c.provider + " " + CALL.c.purpose + " " + CALL.c.why
            query = query.where(func.lower(text).contains(word, autoescape=True))
        return self._read(query.order_by(CALL.c.id.desc()).limit(limit))

    def outflow(self, scenario_id: str | None = None) -> tuple[ToHost, ...]:
        """Sums by host of what went to other machines, the largest first; of one scenario (None: all)."""
        refused = case((CALL.c.outcome == Outcome.REFUSED.value, 1), else_=0)
        query = select(
            CALL.c.host,
            func.sum(1 - refused),
            func.sum(CALL.c.bytes_out),
            func.sum(CALL.c.bytes_in),
            func.sum(refused),
        ).where(CALL.c.local == 0)
        if scenario_id is not None:
            query = query.where(CALL.c.scenario_id == scenario_id)
        self._journal.settle()
        with self._store.read() as connection:
            rows = connection.execute(query.group_by(CALL.c.host).order_by(func.sum(CALL.c.bytes_out).desc())).all()
        return tuple(ToHost(str(row[0]), *(int(value) for value in row[1:])) for row in rows)

    def _read(self, query: Select[Any]) -> tuple[Call, ...]:
        self._journal.settle()
        with self._store.read() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_call(row) for row in rows)


def _row(call: Call) -> dict[str, Any]:
    return sealed(
        {
            "id": call.id,
            "at": call.at,
            "host": call.host,
            "purpose": call.purpose.value,
            "provider": call.provider,
            "scenario_id": call.scenario_id,
            "data": call.data.value,
            "local": int(call.local),
            "bytes_out": call.bytes_out,
            "bytes_in": call.bytes_in,
            "outcome": call.outcome.value,
            "status": call.status,
            "ended_at": call.ended_at,
            "why": call.why,
            "rule": call.rule,
        }
    )


def _call(row: Mapping[Any, Any]) -> Call:
    values = unsealed(dict(row), f"ledger row {row['id']}")
    return Call(
        **{
            **values,
            "purpose": Purpose(values["purpose"]),
            "data": DataClass(values["data"]),
            "outcome": Outcome(values["outcome"]),
            "local": bool(values["local"]),
        }
    )
