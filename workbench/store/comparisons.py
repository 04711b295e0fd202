"""Playground comparisons in the data file: one prompt, the answers of several models."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Answer, Comparison
from workbench.store.codec import to_json
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import COMPARISON
from workbench.store.upsert import put

if TYPE_CHECKING:
    from workbench.store.store import Store


class Comparisons:
    """The repository."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, comparison: Comparison) -> None:
        """Stores it, in place of an earlier one with its id. Raises WorkbenchError when its scenario is gone."""
        answers = [dataclasses.asdict(answer) for answer in comparison.answers]
        row = sealed(
            {
                "id": comparison.id,
                "scenario_id": comparison.scenario_id,
                "at": comparison.at,
                "system": comparison.system,
                "prompt": comparison.prompt,
                "answers": to_json(answers),
            }
        )
        with self._store.write() as connection:
            try:
                put(connection, COMPARISON, [row])
            except IntegrityError as error:
                raise scenario_gone(comparison.scenario_id) from error

    def of(self, scenario_id: str | None) -> tuple[Comparison, ...]:
        """Those of one scenario, or of none; newest first."""
        query = select(COMPARISON).where(COMPARISON.c.scenario_id == scenario_id)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(COMPARISON.c.at.desc(), COMPARISON.c.id.desc())).mappings()
            return tuple(_comparison(row) for row in rows)

    def delete(self, comparison_id: str) -> bool:
        """Removes one; False when there was none."""
        with self._store.write() as connection:
            return connection.execute(delete(COMPARISON).where(COMPARISON.c.id == comparison_id)).rowcount > 0


def scenario_gone(scenario_id: str | None) -> WorkbenchError:
    """The error for evidence whose scenario is not in the store."""
    return WorkbenchError(
        "The scenario this belongs to is not in the store",
        where=str(scenario_id),
        mend="Import the scenario first, or save without one.",
    )


def _comparison(row: Mapping[Any, Any]) -> Comparison:
    values = unsealed(dict(row), f"comparison {row['id']}")
    answers = tuple(Answer(**answer) for answer in json.loads(values.pop("answers")))
    return Comparison(**values, answers=answers)
