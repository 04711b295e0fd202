"""What comes in from a bundle: added in one transaction, all or nothing. What is here already is never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from workbench.domain.evals import CaseResult, EvalRun, EvalSet, Mark
from workbench.domain.evidence import Comparison
from workbench.domain.history import DecisionVersion
from workbench.domain.scenario import Scenario
from workbench.domain.votes import Vote
from workbench.store import comparisons, scenarios
from workbench.store.data_sets import put_new
from workbench.store.decision_versions import version_row
from workbench.store.eval_runs import mark_row
from workbench.store.evidence_text import Evidence
from workbench.store.tables import COMPARISON, DECISION_VERSION, EVAL_MARK, EVAL_RUN, SCENARIO, VOTE
from workbench.store.votes import vote_row

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection

    from workbench.store.repositories import Repositories

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """What to add, under the ids it will have here. `scenario` None: it is here already, under `scenario_id`.

    `results` are those that the runs lack here; all the others are new here.
    """

    scenario_id: str
    scenario: Scenario | None = None
    runs: tuple[EvalRun, ...] = ()
    results: tuple[CaseResult, ...] = ()
    marks: tuple[Mark, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    votes: tuple[Vote, ...] = ()
    versions: tuple[DecisionVersion, ...] = ()
    data_sets: tuple[EvalSet, ...] = ()

    @property
    def is_empty(self) -> bool:
        parts = (self.runs, self.results, self.marks, self.comparisons, self.votes, self.versions, self.data_sets)
        return self.scenario is None and not any(parts)


@dataclass(frozen=True, slots=True)
class Known:
    """Which of some ids are in the store, the bin included."""

    scenarios: frozenset[str]
    runs: frozenset[str]
    marks: frozenset[str]
    comparisons: frozenset[str]
    votes: frozenset[str]
    versions: frozenset[str]


class Arrivals:
    """The repository."""

    def __init__(self, store: Repositories) -> None:
        self._store = store

    def known(
        self,
        *,
        scenarios: Sequence[str] = (),
        runs: Sequence[str] = (),
        marks: Sequence[str] = (),
        comparisons: Sequence[str] = (),
        votes: Sequence[str] = (),
        versions: Sequence[str] = (),
    ) -> Known:
        """Those of the ids that are here."""
        with self._store.read() as connection:
            return Known(
                _present(connection, SCENARIO.c.id, scenarios),
                _present(connection, EVAL_RUN.c.id, runs),
                _present(connection, EVAL_MARK.c.id, marks),
                _present(connection, COMPARISON.c.id, comparisons),
                _present(connection, VOTE.c.id, votes),
                _present(connection, DECISION_VERSION.c.id, versions),
            )

    def add(self, arrival: Arrival) -> None:
        """Stores it. What got here since `known` was asked stays. Raises WorkbenchError; then nothing is in."""
        with self._store.write() as connection:
            if arrival.scenario is not None:
                scenarios.insert_new(connection, arrival.scenario)
            here = _present(connection, EVAL_RUN.c.id, [run.id for run in arrival.runs])
            runs = tuple(run for run in arrival.runs if run.id not in here)
            scenarios.put_evidence(connection, arrival.scenario_id, Evidence(runs, arrival.results))
            for data in arrival.data_sets:
                put_new(connection, data, datetime.now(UTC))
            _add_new(connection, EVAL_MARK.c.id, [mark_row(mark) for mark in arrival.marks])
            _add_comparisons(connection, arrival)
            _add_new(connection, DECISION_VERSION.c.id, [version_row(version) for version in arrival.versions])


def _add_comparisons(connection: Connection, arrival: Arrival) -> None:
    here = _present(connection, COMPARISON.c.id, [comparison.id for comparison in arrival.comparisons])
    for comparison in arrival.comparisons:
        if comparison.id not in here:
            comparisons.write(connection, comparison)
    given = _given(connection, [vote.comparison_id for vote in arrival.votes])
    fresh = [vote for vote in arrival.votes if _pair(vote) not in given]
    _add_new(connection, VOTE.c.id, [vote_row(vote) for vote in fresh])


def _given(connection: Connection, comparison_ids: Iterable[str]) -> set[tuple[str, str, int, int]]:
    """The pairs that were judged: a rater judges one once."""
    part, found = VOTE.c, set[tuple[str, str, int, int]]()
    for comparison_id in dict.fromkeys(comparison_ids):
        query = select(part.comparison_id, part.rater, part.left_place, part.right_place)
        rows = connection.execute(query.where(part.comparison_id == comparison_id))
        found.update((row[0], row[1], row[2], row[3]) for row in rows)
    return found


def _pair(vote: Vote) -> tuple[str, str, int, int]:
    return (vote.comparison_id, vote.rater, vote.left, vote.right)


def _add_new(connection: Connection, key: Column[str], rows: Sequence[dict[str, object]]) -> None:
    here = _present(connection, key, [str(row["id"]) for row in rows])
    new = [row for row in rows if row["id"] not in here]
    if new:
        connection.execute(insert(key.table), new)


def _present(connection: Connection, key: Column[str], ids: Iterable[str]) -> frozenset[str]:
    wanted, found = list(dict.fromkeys(ids)), set[str]()
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(key).where(key.in_(wanted[start : start + _AT_ONCE]))
        found.update(connection.execute(query).scalars())
    return frozenset(found)
