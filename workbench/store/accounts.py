"""Servers of one's own and other addresses of known providers, in the data file. Keys are not: those are sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from workbench.domain.account import Account
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import PROVIDER_ACCOUNT
from workbench.store.upsert import put

if TYPE_CHECKING:
    from workbench.store.repositories import Repositories


class Accounts:
    """The repository."""

    def __init__(self, store: Repositories) -> None:
        self._store = store

    def all(self) -> tuple[Account, ...]:
        """In the order of their names."""
        with self._store.read() as connection:
            query = select(PROVIDER_ACCOUNT).order_by(PROVIDER_ACCOUNT.c.name, PROVIDER_ACCOUNT.c.id)
            rows = connection.execute(query).mappings().all()
        return tuple(_account(row) for row in rows)

    def save(self, account: Account) -> None:
        """Adds it, or replaces the one with its id."""
        row = sealed(
            {
                "id": account.id,
                "name": account.name,
                "protocol": account.protocol,
                "base_url": account.base_url,
                "needs_key": int(account.needs_key),
                "changed_at": datetime.now(UTC).isoformat(),
            }
        )
        with self._store.write() as connection:
            put(connection, PROVIDER_ACCOUNT, [row])

    def delete(self, id: str) -> bool:
        """Whether there was one."""
        with self._store.write() as connection:
            gone = connection.execute(delete(PROVIDER_ACCOUNT).where(PROVIDER_ACCOUNT.c.id == id))
            return bool(gone.rowcount)


def _account(row: Mapping[Any, Any]) -> Account:
    values = unsealed(dict(row), f"server {row['id']}")
    return Account(
        values["id"], values["name"], values["protocol"], values["base_url"], needs_key=bool(values["needs_key"])
    )
