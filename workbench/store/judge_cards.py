"""Bias cards: how judges were found to judge, newest first."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.domain.bias_card import BiasCard, Finding
from workbench.domain.ids import new_id
from workbench.store.plain import to_json
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import JUDGE_CARD
from workbench.store.upsert import put

if TYPE_CHECKING:
    from workbench.store.repositories import Repositories


class JudgeCards:
    """The repository."""

    def __init__(self, store: Repositories) -> None:
        self._store = store

    def add(self, card: BiasCard) -> None:
        row = {"id": new_id(), "judge": card.judge, "rubric": card.scorer, "at": card.at}
        with self._store.write() as connection:
            put(connection, JUDGE_CARD, [sealed({**row, "content": to_json(asdict(card))})])

    def of(self, judge: str | None = None) -> tuple[BiasCard, ...]:
        """Those of one judge, or all; newest first."""
        query = select(JUDGE_CARD).order_by(JUDGE_CARD.c.at.desc(), JUDGE_CARD.c.id.desc())
        if judge is not None:
            query = query.where(JUDGE_CARD.c.judge == judge)
        with self._store.read() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_card(json.loads(unsealed(dict(row), f"judge {row['judge']}")["content"])) for row in rows)


def _card(plain: dict[str, Any]) -> BiasCard:
    known = {part.name for part in fields(BiasCard)}
    values: dict[str, Any] = {
        name: Finding(**value) if isinstance(value, dict) else value for name, value in plain.items() if name in known
    }
    return BiasCard(**{**values, "notes": tuple(values.get("notes", ()))})
