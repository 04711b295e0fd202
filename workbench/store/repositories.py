"""What every store has, wherever its rows lie: transactions, and a repository for each kind of thing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from workbench.domain.scenario import Scenario
    from workbench.store.accounts import Accounts
    from workbench.store.arrivals import Arrivals
    from workbench.store.catalog_changes import CatalogChanges
    from workbench.store.comparisons import Comparisons
    from workbench.store.data_sets import DataSets
    from workbench.store.decision_versions import DecisionVersions
    from workbench.store.eval_runs import EvalRuns
    from workbench.store.judge_cards import JudgeCards
    from workbench.store.scenarios import Scenarios
    from workbench.store.sharing import Sharing
    from workbench.store.votes import Votes


class Gate(Protocol):
    """Lets changes of scenarios that are held elsewhere be made there first."""

    def is_held(self, scenario_id: str) -> bool:
        """Whether it is; asks nobody outside."""

    def pass_on(self, before: Scenario, after: Scenario) -> None:
        """Makes the change there, or raises WorkbenchError; called outside any transaction."""


class Repositories(ABC):
    """A store. Calls may come from any thread; they are let in one after another.

    `read_only`: nothing can be saved at present; `notices` are sentences to show. `gate`, when set, is asked before a
    scenario is changed: when it raises, nothing is written.
    """

    gate: Gate | None = None

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.read_only = False
        self.notices: tuple[str, ...] = ()
        self._now = now

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state from beginning to end."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Connection]:
        """A transaction alone among all writers: safe when the block ends, or not there at all when it raises."""

    @abstractmethod
    def is_there(self) -> bool:
        """Whether there is anything to read; nothing is made by asking."""

    @abstractmethod
    def open(self) -> None:
        """Opens it now rather than at the first call. Raises WorkbenchError."""

    @abstractmethod
    def close(self) -> None:
        """Closes it; it opens again when it is used again."""

    @cached_property
    def scenarios(self) -> Scenarios:
        from workbench.store.scenarios import Scenarios

        return Scenarios(self, now=self._now)

    @cached_property
    def decision_versions(self) -> DecisionVersions:
        from workbench.store.decision_versions import DecisionVersions

        return DecisionVersions(self, now=self._now)

    @cached_property
    def comparisons(self) -> Comparisons:
        from workbench.store.comparisons import Comparisons

        return Comparisons(self)

    @cached_property
    def votes(self) -> Votes:
        from workbench.store.votes import Votes

        return Votes(self)

    @cached_property
    def eval_runs(self) -> EvalRuns:
        from workbench.store.eval_runs import EvalRuns

        return EvalRuns(self)

    @cached_property
    def judge_cards(self) -> JudgeCards:
        from workbench.store.judge_cards import JudgeCards

        return JudgeCards(self)

    @cached_property
    def data_sets(self) -> DataSets:
        from workbench.store.data_sets import DataSets

        return DataSets(self)

    @cached_property
    def catalog_changes(self) -> CatalogChanges:
        from workbench.store.catalog_changes import CatalogChanges

        return CatalogChanges(self)

    @cached_property
    def arrivals(self) -> Arrivals:
        from workbench.store.arrivals import Arrivals

        return Arrivals(self)

    @cached_property
    def sharing(self) -> Sharing:
        from workbench.store.sharing import Sharing

        return Sharing(self)

    @cached_property
    def accounts(self) -> Accounts:
        from workbench.store.accounts import Accounts

        return Accounts(self)
