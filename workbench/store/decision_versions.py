"""The history of decisions: a scenario's state is added when its decision is recorded or signed, and never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from workbench.domain.history import DecisionVersion
from workbench.domain.ids import new_id
from workbench.domain.scenario import Scenario
from workbench.store.codec import CODEC_VERSION, COLUMNS, decode, scenario_to_plain
from workbench.store.comparisons import scenario_gone
from workbench.store.plain import to_json
from workbench.store.refusals import unreadable
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import DECISION_VERSION
from workbench.store.upsert import put

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from workbench.store.repositories import Repositories

_HEAD = ("id", "name", "created_at", "updated_at", "sample", "eval_dataset", "step")


class DecisionVersions:
    """The repository."""

    def __init__(self, store: Repositories, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def of(self, scenario_id: str) -> tuple[DecisionVersion, ...]:
        """Every version of one scenario's decision, the oldest first."""
        query = select(DECISION_VERSION).where(DECISION_VERSION.c.scenario_id == scenario_id)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(DECISION_VERSION.c.at, DECISION_VERSION.c.id)).mappings()
            return tuple(_version(row) for row in rows)

    def keep(self, scenario: Scenario, why: str) -> None:
        """Adds the scenario's state. Raises WorkbenchError when the scenario is not in the store."""
        with self._store.write() as connection:
            keep(connection, scenario, why, self._now())

    def add(self, versions: Iterable[DecisionVersion]) -> None:
        """Adds versions from elsewhere; one whose id is here already stays as it is here."""
        with self._store.write() as connection:
            known = set(connection.execute(select(DECISION_VERSION.c.id)).scalars())
            put(connection, DECISION_VERSION, [version_row(each) for each in versions if each.id not in known])


def keep(connection: Connection, scenario: Scenario, why: str, at: datetime) -> None:
    """Adds the scenario's state inside a transaction that is open."""
    row = version_row(DecisionVersion(new_id(), at.astimezone(UTC), why, scenario))
    try:
        connection.execute(insert(DECISION_VERSION).values(row))
    except IntegrityError as error:
        raise scenario_gone(scenario.id) from error


def version_row(version: DecisionVersion) -> dict[str, Any]:
    """The version as a row of its table."""
    return sealed(
        {
            "id": version.id,
            "scenario_id": version.scenario.id,
            "at": version.at.astimezone(UTC).isoformat(),
            "why": version.why,
            "codec": CODEC_VERSION,
            "content": to_json(scenario_to_plain(version.scenario)),
        }
    )


def _version(row: Mapping[Any, Any]) -> DecisionVersion:
    where = f"version {row['id']} of a decision"
    values = unsealed(dict(row), where)
    try:
        plain = json.loads(values["content"])
        head = {name: plain[name] for name in _HEAD}
        columns = {name: to_json(plain[name]) for name in COLUMNS}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise unreadable(where) from error
    scenario = Scenario(
        **{
            **head,
            "created_at": datetime.fromisoformat(head["created_at"]),
            "updated_at": datetime.fromisoformat(head["updated_at"]),
            **decode(columns, values["codec"], where),
        }
    )
    return DecisionVersion(values["id"], datetime.fromisoformat(values["at"]), values["why"], scenario)
