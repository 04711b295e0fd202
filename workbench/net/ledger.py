"""Where the door writes what it lets through. The store keeps it; tests keep it in memory."""

from __future__ import annotations

from typing import Protocol

from workbench.domain.calls import Call


class Ledger(Protocol):
    """Rows by id. `begin` comes back once the row is safe on the disk: no row, no call."""

    async def begin(self, call: Call) -> None:
        """Writes an open row. Raises WorkbenchError when it cannot be kept; then the call is not made."""
        ...

    def end(self, call: Call) -> None:
        """Completes the row, or writes a whole one (a refusal). Any thread; does not wait for the disk."""
        ...
