"""Votes on blind comparisons in the data file: added, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from workbench.domain.errors import WorkbenchError
from workbench.domain.votes import Choice, Vote
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import COMPARISON, VOTE

if TYPE_CHECKING:
    from workbench.store.repositories import Repositories


class Votes:
    """The repository."""

    def __init__(self, store: Repositories) -> None:
        self._store = store

    def add(self, vote: Vote) -> None:
        """Stores it. Raises WorkbenchError when this rater has judged this pair, or the comparison is gone."""
        with self._store.write() as connection:
            try:
                connection.execute(insert(VOTE).values(vote_row(vote)))
            except IntegrityError as error:
                raise WorkbenchError(
                    "This pair was voted on already, or its comparison is gone",
                    where=vote.comparison_id,
                    mend="Go on to the next pair; a vote that is given stays as it is.",
                ) from error

    def of(self, scenario_id: str | None) -> tuple[Vote, ...]:
        """Those on one scenario's comparisons, in the order they were given."""
        query = select(VOTE).join(COMPARISON).where(COMPARISON.c.scenario_id == scenario_id)
        with self._store.read() as connection:
            rows = connection.execute(query.order_by(VOTE.c.at, VOTE.c.id)).mappings().all()
        return tuple(_vote(row) for row in rows)

    def on(self, comparison_id: str) -> tuple[Vote, ...]:
        """Those on one comparison."""
        with self._store.read() as connection:
            query = select(VOTE).where(VOTE.c.comparison_id == comparison_id)
            rows = connection.execute(query.order_by(VOTE.c.at, VOTE.c.id)).mappings().all()
        return tuple(_vote(row) for row in rows)


def vote_row(vote: Vote) -> dict[str, Any]:
    """The vote as a row of its table."""
    return sealed(
        {
            "id": vote.id,
            "comparison_id": vote.comparison_id,
            "rater": vote.rater,
            "at": vote.at,
            "left_place": vote.left,
            "right_place": vote.right,
            "choice": vote.choice.value,
            "is_repeat": int(vote.repeat),
        }
    )


def _vote(row: Mapping[Any, Any]) -> Vote:
    values = unsealed(dict(row), f"vote {row['id']}")
    return Vote(
        id=values["id"],
        comparison_id=values["comparison_id"],
        rater=values["rater"],
        at=values["at"],
        left=values["left_place"],
        right=values["right_place"],
        choice=Choice(values["choice"]),
        repeat=bool(values["is_repeat"]),
    )
