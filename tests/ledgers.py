"""A ledger without a store."""

from __future__ import annotations

from workbench.domain.calls import Call


class MemoryLedger:
    """Keeps rows in memory, the newest state by id."""

    def __init__(self) -> None:
        self.rows: dict[str, Call] = {}

    @property
    def calls(self) -> list[Call]:
        return list(self.rows.values())

    async def begin(self, call: Call) -> None:
        self.rows[call.id] = call

    def end(self, call: Call) -> None:
        self.rows[call.id] = call
