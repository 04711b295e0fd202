"""Scenarios in the data file. A change is read, made and written in one transaction, so autosaves never overtake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, insert, select, update

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalStatus
from workbench.domain.scenario import Scenario
from workbench.store.codec import CODEC_VERSION, decode, encode
from workbench.store.refusals import StaleScenario
from workbench.store.seal import sealed, unsealed
from workbench.store.slugs import free_slug
from workbench.store.tables import EVAL_RUN, SCENARIO

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from workbench.store.evidence_text import Evidence
    from workbench.store.repositories import Repositories


@dataclass(frozen=True, slots=True)
class Found:
    """A stored scenario with what only the store knows: its slug, and whether an eval of it was finished.

    `scenario` is None when its row is damaged; `id` and `name` are then as they stand in the file.
    """

    id: str
    name: str
    slug: str
    scenario: Scenario | None
    has_eval: bool


class Scenarios:
    """The repository. Scenarios in the bin are found by id only."""

    def __init__(self, store: Repositories, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def all(self, *, deleted: bool = False) -> tuple[Found, ...]:
        """Every scenario, or everything in the bin; newest change first."""
        wanted = SCENARIO.c.deleted_at.is_not(None) if deleted else SCENARIO.c.deleted_at.is_(None)
        finished = exists().where(
            EVAL_RUN.c.scenario_id == SCENARIO.c.id, EVAL_RUN.c.status == EvalStatus.FINISHED.value
        )
        query = select(SCENARIO, finished.label("has_eval")).where(wanted)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(SCENARIO.c.updated_at.desc(), SCENARIO.c.id.desc())).mappings()
            return tuple(_found(dict(row)) for row in rows)

    def is_empty(self) -> bool:
        """Whether there never was a scenario: nothing in the list, nothing in the bin."""
        with self._store.read() as connection:
            return connection.execute(select(SCENARIO.c.id).limit(1)).first() is None

    def names(self) -> tuple[tuple[str, str, str], ...]:
        """(id, slug, name) of every scenario that is not in the bin."""
        query = select(SCENARIO.c.id, SCENARIO.c.slug, SCENARIO.c.name).where(SCENARIO.c.deleted_at.is_(None))
        with self._store.read() as connection:
            return tuple((row.id, row.slug, row.name) for row in connection.execute(query))

    def get(self, scenario_id: str) -> Scenario | None:
        """The scenario, also from the bin. Raises WorkbenchError when its row is damaged."""
        with self._store.read() as connection:
            return get(connection, scenario_id)

    def add(self, scenario: Scenario, evidence: Evidence | None = None) -> Scenario:
        """Stores a scenario that is new here, as version 1, with its evidence, all or nothing.

        Raises WorkbenchError when its id is taken.
        """
        with self._store.write() as connection:
            stored = insert_new(connection, scenario)
            if evidence is not None:
                put_evidence(connection, stored.id, evidence)
            return stored

    def change(self, scenario_id: str, change: Callable[[Scenario], Scenario], *, kept_because: str = "") -> Scenario:
        """Reads the scenario, applies `change`, and writes the result as the next version.

        Nothing is written when `change` gives back an equal scenario, or the store's gate refuses. Id, creation time
        and version stay the store's.
        With `kept_because` the result also goes into the history of its decision, in the same transaction.
        """
        if self._store.gate is not None and self._store.gate.is_held(scenario_id):
            before = self.get(scenario_id) or _gone(scenario_id)
            after = next_state(before, change(before), self._now())
            if after is not before:
                self._store.gate.pass_on(before, after)
        with self._store.write() as connection:
            current = get(connection, scenario_id) or _gone(scenario_id)
            stored = next_state(current, change(current), self._now())
            if stored is current:
                return current
            write_state(connection, stored)
            if kept_because:
                from workbench.store.decision_versions import keep

                keep(connection, stored, kept_because, stored.updated_at)
            return stored

    def save(self, scenario: Scenario, *, kept_because: str = "") -> Scenario:
        """Writes a scenario that was read and changed. Raises StaleScenario when somebody saved in between.

        Saving again what a failed save did write after all changes nothing. `kept_because` as in `change`.
        """

        def checked(current: Scenario) -> Scenario:
            if current.version == scenario.version:
                return scenario
            same = replace(current, version=scenario.version, updated_at=scenario.updated_at)
            if same != scenario:
                raise StaleScenario(scenario.name)
            return current

        return self.change(scenario.id, checked, kept_because=kept_because)

    def purge(self, scenario_id: str) -> bool:
        """Removes a scenario and its evidence for good; False when there was none."""
        with self._store.write() as connection:
            return connection.execute(delete(SCENARIO).where(SCENARIO.c.id == scenario_id)).rowcount > 0


def insert_new(connection: Connection, scenario: Scenario) -> Scenario:
    """Adds a scenario as version 1 inside a transaction that is open. Raises WorkbenchError when its id is taken."""
    if get(connection, scenario.id) is not None:
        raise WorkbenchError("There is a scenario with this id already", where=scenario.id)
    stored = replace(scenario, version=1)
    connection.execute(insert(SCENARIO).values(_row(stored, free_slug(connection, stored))))
    return stored


def _gone(scenario_id: str) -> Scenario:
    raise WorkbenchError("The scenario is gone", where=scenario_id, mend="Choose another one.")


def next_state(current: Scenario, changed: Scenario, now: datetime) -> Scenario:
    """The next version of a stored scenario; the stored one itself when nothing has changed."""
    same = replace(changed, id=current.id, created_at=current.created_at, version=current.version)
    if replace(same, updated_at=current.updated_at) == current:
        return current
    return replace(same, version=current.version + 1, updated_at=now.astimezone(UTC))


def write_state(connection: Connection, scenario: Scenario) -> None:
    """Writes a scenario over its stored state inside a transaction that is open."""
    values = _row(scenario, free_slug(connection, scenario))
    connection.execute(update(SCENARIO).where(SCENARIO.c.id == scenario.id).values(values))


def put_evidence(connection: Connection, scenario_id: str, evidence: Evidence) -> None:
    """Stores runs as the scenario's, and results, inside a transaction that is open."""
    # Here and not above: a start that finds its scenario in the file loads nothing that evals need.
    from workbench.store.eval_runs import put_results, put_run

    for run in evidence.runs:
        put_run(connection, replace(run, scenario_id=scenario_id))
    put_results(connection, evidence.results)


def get(connection: Connection, scenario_id: str) -> Scenario | None:
    row = connection.execute(select(SCENARIO).where(SCENARIO.c.id == scenario_id)).mappings().first()
    return None if row is None else _scenario(row)


def _found(row: dict[str, Any]) -> Found:
    has_eval = bool(row.pop("has_eval"))
    try:
        scenario = _scenario(row)
    except WorkbenchError:
        scenario = None  # one damaged row must not hide the others
    return Found(row["id"], row["name"], row["slug"], scenario, has_eval)


def _row(scenario: Scenario, slug: str) -> dict[str, Any]:
    deleted_at = scenario.deleted_at
    return sealed(
        {
            "id": scenario.id,
            "slug": slug,
            "name": scenario.name,
            "created_at": scenario.created_at.isoformat(),
            "updated_at": scenario.updated_at.isoformat(),
            "deleted_at": None if deleted_at is None else deleted_at.isoformat(),
            "version": scenario.version,
            "sample": int(scenario.sample),
            "step": scenario.step,
            "eval_dataset": scenario.eval_dataset,
            "codec": CODEC_VERSION,
            **encode(scenario),
        }
    )


def _scenario(row: Mapping[Any, Any]) -> Scenario:
    where = f"scenario “{row['name']}”"
    values = unsealed(dict(row), where)
    deleted_at = values["deleted_at"]
    return Scenario(
        id=values["id"],
        name=values["name"],
        created_at=datetime.fromisoformat(values["created_at"]),
        updated_at=datetime.fromisoformat(values["updated_at"]),
        deleted_at=None if deleted_at is None else datetime.fromisoformat(deleted_at),
        version=values["version"],
        sample=bool(values["sample"]),
        step=values["step"],
        eval_dataset=values["eval_dataset"],
        **decode(values, values["codec"], where),
    )
