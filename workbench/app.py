"""Composition root: the one place that knows which concrete class does what.

Services are made when first asked for, so that the window can be painted before the store is opened and the command
line loads only what its noun needs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from workbench.paths import Paths, data_dir

if TYPE_CHECKING:
    from workbench.analysis.local_speed import EngineSpeed
    from workbench.domain.catalog import Catalog
    from workbench.domain.scenario import Scenario
    from workbench.inference.local.measured import Measurements
    from workbench.inference.local.pool import LocalModels
    from workbench.keychain import Keychain
    from workbench.net.cluster import Cluster
    from workbench.net.door import Doorway
    from workbench.services.adaptation import AdaptationService
    from workbench.services.bundles import BundleService
    from workbench.services.catalog import CatalogService
    from workbench.services.catalog_export import CatalogExport
    from workbench.services.catalog_history import CatalogHistory
    from workbench.services.catalog_imports import CatalogImports
    from workbench.services.catalog_own import OwnFacts
    from workbench.services.catalog_refresh import CatalogRefresh
    from workbench.services.chat_models import ChatModelService
    from workbench.services.credentials import CredentialService
    from workbench.services.decisions import DecisionService
    from workbench.services.downloads import DownloadService
    from workbench.services.eval_data import EvalData
    from workbench.services.eval_files import EvalFiles
    from workbench.services.eval_results import EvalResults
    from workbench.services.eval_setup import EvalSetup
    from workbench.services.evals import EvalService
    from workbench.services.judging import JudgingService
    from workbench.services.learn import LearnService
    from workbench.services.library import LibraryService
    from workbench.services.measuring import MeasuringService
    from workbench.services.model_memory import ModelMemoryService
    from workbench.services.options import OptionService
    from workbench.services.playground import PlaygroundService
    from workbench.services.portfolio import PortfolioService
    from workbench.services.privacy import PrivacyService
    from workbench.services.remote_models import RemoteModels
    from workbench.services.reports import ReportService
    from workbench.services.routing import RoutingService
    from workbench.services.scenarios import ScenarioService
    from workbench.services.shortlist import ShortlistService
    from workbench.services.side_by_side import SideBySideService
    from workbench.services.spend import SpendService
    from workbench.services.team import TeamService
    from workbench.services.tradeoffs import TradeoffService
    from workbench.services.votes import VoteService
    from workbench.services.watch import WatchService
    from workbench.settings import Settings
    from workbench.store.calls import Calls
    from workbench.store.journal import Journal
    from workbench.store.payments import Payments
    from workbench.store.refusals import StoreBroken
    from workbench.store.store import Store

T = TypeVar("T")


class once(Generic[T]):
    """A property made at first use, once, whichever of the lanes asks first."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, instance: Services, owner: type) -> T: ...
    def __get__(self, instance: Services | None, owner: type) -> T | once[T]:
        if instance is None:
            return self
        with instance.lock:
            if self._name not in instance.made:
                instance.made[self._name] = self._make(instance)
            found: T = instance.made[self._name]
            return found


class TeamGate:
    """Asks the team service about scenarios it holds; without a team store it loads nothing."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def is_held(self, scenario_id: str) -> bool:
        from workbench.settings import TEAM_STORE

        return bool(self._services.settings.value(TEAM_STORE)) and self._services.team.is_held(scenario_id)

    def pass_on(self, before: Scenario, after: Scenario) -> None:
        self._services.team.pass_on(before, after)


class Services:
    """Everything a person can do, one attribute per noun. Close it when done; safe to use from several threads.

    `today` is the one clock that says which day prices, deadlines and shutdowns count for; tests set it.
    `with_sample` puts the sample decision into a data file when it is made.
    """

    def __init__(self, paths: Paths, *, today: Callable[[], date] = date.today, with_sample: bool = False) -> None:
        self.paths = paths
        self.with_sample = with_sample
        self.today = today
        self.lock = threading.RLock()
        self.made: dict[str, Any] = {}

    @once
    def settings(self) -> Settings:
        from workbench.settings import Settings

        return Settings(self.paths.settings_file)

    @once
    def store(self) -> Store:
        from workbench.store.store import Store

        def put_sample() -> None:
            from workbench.services.scenarios import ScenarioService

            ScenarioService(store=store).open_sample()

        store = Store(
            self.paths.database,
            backups_folder=self.paths.backups,
            when_made=put_sample if self.with_sample else None,
        )
        store.gate = TeamGate(self)
        return store

    @once
    def team(self) -> TeamService:
        from workbench.services.team import TeamService
        from workbench.services.team_links import Links

        return TeamService(
            settings=self.settings,
            store=lambda: self.store,
            keychain=self.keychain,
            doorway=lambda: self.doorway,
            calls=lambda: self.calls,
            links=Links(self.paths.home / "team.json"),
        )

    @once
    def journal(self) -> Journal:
        from workbench.store.journal import Journal

        return Journal(self.store)

    @once
    def calls(self) -> Calls:
        from workbench.store.calls import Calls

        return Calls(self.store, self.journal)

    @once
    def privacy(self) -> PrivacyService:
        from workbench.services.privacy import PrivacyService

        return PrivacyService(settings=self.settings, calls=lambda: self.calls)

    @once
    def doorway(self) -> Doorway:
        """The only way out of this machine; see `net.door`."""
        from workbench.net.door import Doorway

        return Doorway(policy=self.privacy.policy, ledger=self.calls)

    @once
    def keychain(self) -> Keychain:
        from workbench.keychain import Keychain

        return Keychain()

    @once
    def credentials(self) -> CredentialService:
        from workbench.services.credentials import CredentialService

        return CredentialService(
            settings=self.settings,
            keychain=self.keychain,
            accounts=lambda: self.store.accounts,
            doorway=lambda: self.doorway,
        )

    @once
    def payments(self) -> Payments:
        from workbench.store.payments import Payments

        return Payments(self.store, self.journal)

    @once
    def spend(self) -> SpendService:
        from workbench.services.spend import SpendService

        return SpendService(settings=self.settings, payments=lambda: self.payments)

    @once
    def remote_models(self) -> RemoteModels:
        from workbench.services.remote_models import RemoteModels

        return RemoteModels(
            credentials=self.credentials,
            doorway=lambda: self.doorway,
            scenarios=lambda: self.scenarios,
            catalog=self._facts,
            purse=lambda: self.spend,
            policy=self.privacy.policy,
            today=self.today,
        )

    @once
    def model_memory(self) -> ModelMemoryService:
        from workbench.services.model_memory import ModelMemoryService

        return ModelMemoryService(settings=self.settings)

    @once
    def engines(self) -> LocalModels:
        from workbench.inference.local.pool import LocalModels
        from workbench.inference.local.threads import JsonThreadMemory

        return LocalModels(
            thread_memory=JsonThreadMemory(self.paths.cache / "threads.json"),
            budget=self.model_memory.cap_bytes,
            names=self.library.name_of,
        )

    @once
    def catalog(self) -> CatalogService:
        from workbench.services.catalog import CatalogService

        return CatalogService(
            folder=data_dir("models_catalog"),
            cache_file=self.paths.catalog_cache,
            changes=lambda: self.store.catalog_changes,
            today=self.today,
        )

    def _facts(self) -> Catalog:
        """The catalog, for those who seldom need it: nothing of it is loaded before."""
        return self.catalog.catalog()

    @once
    def catalog_imports(self) -> CatalogImports:
        from workbench.services.catalog_imports import CatalogImports

        return CatalogImports(catalog=self.catalog, changes=lambda: self.store.catalog_changes, today=self.today)

    @once
    def catalog_refresh(self) -> CatalogRefresh:
        from workbench.services.catalog_refresh import CatalogRefresh

        return CatalogRefresh(imports=self.catalog_imports, doorway=lambda: self.doorway)

    @once
    def catalog_export(self) -> CatalogExport:
        from workbench.services.catalog_export import CatalogExport

        return CatalogExport(catalog=self.catalog, changes=lambda: self.store.catalog_changes)

    @once
    def catalog_own(self) -> OwnFacts:
        from workbench.services.catalog_own import OwnFacts

        return OwnFacts(catalog=self.catalog, changes=lambda: self.store.catalog_changes)

    @once
    def catalog_history(self) -> CatalogHistory:
        from workbench.services.catalog_history import CatalogHistory

        return CatalogHistory(catalog=self.catalog, changes=lambda: self.store.catalog_changes)

    @once
    def scenarios(self) -> ScenarioService:
        from workbench.services.scenarios import ScenarioService

        return ScenarioService(store=self.store)

    @once
    def library(self) -> LibraryService:
        from workbench.inference.local.described import DescribedFiles
        from workbench.inference.local.machine import Machine
        from workbench.inference.local.places import known_places
        from workbench.services.catalog_links import CatalogLinks
        from workbench.services.library import LibraryService

        demo_folder = data_dir("resources") / "demo_models"

        def probe() -> EngineSpeed | None:
            from workbench.inference.local import engine_probe

            return engine_probe.probe(demo_folder / engine_probe.SMALLEST)

        return LibraryService(
            demo_folder=demo_folder,
            kept=self.settings,
            places=known_places,
            described=DescribedFiles(self.paths.cache / "models.json"),
            machine=Machine(self.paths.cache / "machine.json", probe=probe),
            measurements=self.measurements,
            links=CatalogLinks(self._facts),
        )

    @once
    def measurements(self) -> Measurements:
        from workbench.inference.local.measured import Measurements

        return Measurements(self.paths.home / "measured")

    @once
    def downloads(self) -> DownloadService:
        from workbench.services.downloads import DownloadService

        return DownloadService(
            doorway=lambda: self.doorway,
            library=self.library,
            folder=self.paths.home / "models",
            notes=self.paths.home / "downloads",
        )

    @once
    def measuring(self) -> MeasuringService:
        from workbench.services.measuring import MeasuringService

        return MeasuringService(library=self.library, engines=self.engines, measurements=self.measurements)

    @once
    def shortlist(self) -> ShortlistService:
        from workbench.services.local_models import local_models
        from workbench.services.shortlist import ShortlistService

        return ShortlistService(catalog=self.catalog.catalog, local=local_models(self.library), today=self.today)

    @once
    def tradeoffs(self) -> TradeoffService:
        from workbench.services.tradeoffs import TradeoffService

        return TradeoffService(shortlist=self.shortlist)

    @once
    def options(self) -> OptionService:
        from workbench.services.options import OptionService

        return OptionService(shortlist=self.shortlist)

    @once
    def chat_models(self) -> ChatModelService:
        from workbench.services.chat_models import ChatModelService

        return ChatModelService(
            library=self.library,
            engines=self.engines,
            remote=self.remote_models,
            hang_up=self.hang_up,
        )

    async def farewell(self) -> None:
        """Ends model processes and closes connections, those that there are."""
        if "engines" in self.made:
            await self.engines.close()
        await self.hang_up()

    async def hang_up(self) -> None:
        """Closes the connections of this event loop, when any were opened."""
        if "doorway" in self.made:
            await self.doorway.close()

    @once
    def adaptation(self) -> AdaptationService:
        from workbench.services.adaptation import AdaptationService

        return AdaptationService(options=self.options, evals=self.eval_results, scenarios=self.scenarios)

    @once
    def routing(self) -> RoutingService:
        from workbench.services.routing import RoutingService

        return RoutingService(shortlist=self.shortlist, options=self.options, evals=self.eval_results)

    @once
    def playground(self) -> PlaygroundService:
        from workbench.services.playground import PlaygroundService

        return PlaygroundService(models=self.chat_models, scenarios=self.scenarios)

    @once
    def votes(self) -> VoteService:
        from workbench.services.votes import VoteService

        return VoteService(store=self.store)

    @once
    def eval_data(self) -> EvalData:
        from workbench.services.eval_data import EvalData

        return EvalData(kept=self.store.data_sets)

    @once
    def eval_setup(self) -> EvalSetup:
        from workbench.services.eval_setup import EvalSetup

        return EvalSetup(
            library=self.library,
            models=self.chat_models,
            store=self.store,
            own_python=self._may_run_own_python,
            set_own_python=self._allow_own_python,
        )

    @once
    def evals(self) -> EvalService:
        from workbench.services.evals import EvalService

        return EvalService(
            setup=self.eval_setup,
            models=self.chat_models,
            store=self.store,
            journal=lambda: self.journal,
            spend=lambda: self.spend,
            cluster=self._cluster,
        )

    @once
    def eval_results(self) -> EvalResults:
        from workbench.services.eval_results import EvalResults

        return EvalResults(runs=self.store.eval_runs, data=self.eval_data)

    @once
    def eval_files(self) -> EvalFiles:
        from workbench.services.eval_files import EvalFiles

        return EvalFiles(store=self.store, data=self.eval_data, setup=self.eval_setup, results=self.eval_results)

    def _may_run_own_python(self) -> bool:
        from workbench.settings import OWN_PYTHON

        return self.settings.value(OWN_PYTHON)

    def _allow_own_python(self, allowed: bool) -> None:
        from workbench.settings import OWN_PYTHON

        self.settings.choose(OWN_PYTHON, allowed)

    def _cluster(
        self, address: str, scenario_id: str | None, *, sensitive: bool | None
    ) -> AbstractAsyncContextManager[Cluster]:
        from workbench.net.cluster import connected

        whose = self.remote_models.whose(scenario_id)
        guard = self.doorway.guard
        return connected(address, guard=guard, ledger=self.calls, whose=whose, sensitive=sensitive)

    @once
    def judging(self) -> JudgingService:
        from workbench.services.judging import JudgingService

        return JudgingService(models=self.chat_models, store=self.store)

    @once
    def learn(self) -> LearnService:
        from workbench.services.learn import LearnService

        return LearnService(catalog=self.catalog.catalog, options=lambda: self.options)

    @once
    def decisions(self) -> DecisionService:
        from workbench.services.decisions import DecisionService

        return DecisionService(
            scenarios=self.scenarios,
            options=self.options,
            catalog=self.catalog.catalog,
            evidence=self.eval_results.evidence,
            today=self.today,
        )

    @once
    def watch(self) -> WatchService:
        from workbench.services.watch import WatchService

        return WatchService(
            scenarios=self.scenarios,
            options=self.options,
            evals=self.eval_results,
            catalog=self.catalog.catalog,
            today=self.today,
        )

    @once
    def portfolio(self) -> PortfolioService:
        from workbench.services.portfolio import PortfolioService

        return PortfolioService(
            watch=self.watch,
            options=self.options,
            shortlist=self.shortlist,
            evals=self.eval_results,
            catalog=self.catalog.catalog,
            today=self.today,
        )

    @once
    def reports(self) -> ReportService:
        from workbench.services.reports import ReportService

        return ReportService(
            catalog=self.catalog,
            scenarios=self.scenarios,
            shortlist=self.shortlist,
            tradeoffs=self.tradeoffs,
            options=self.options,
            evals=self.eval_results,
            privacy=self.privacy,
            votes=self.votes,
            routing=self.routing,
            judging=lambda: self.judging,
            settings=self.settings,
            today=self.today,
        )

    @once
    def bundles(self) -> BundleService:
        from workbench.services.bundles import BundleService
        from workbench.services.local_models import local_models

        return BundleService(
            store=self.store,
            scenarios=self.scenarios,
            catalog=self.catalog.catalog,
            local=local_models(self.library),
            reports=lambda: self.reports,
            outflow=self.privacy.outflow,
            keychain=lambda: self.keychain,
            data_folder=self.paths.home / "eval_data",
            today=self.today,
        )

    @once
    def side_by_side(self) -> SideBySideService:
        from workbench.services.side_by_side import SideBySideService

        return SideBySideService(
            scenarios=self.scenarios,
            options=self.options,
            evals=self.eval_results,
            votes=self.votes,
            bundles=lambda: self.bundles,
            facts=lambda: self.catalog.catalog().collected,
        )

    def claim_window(self) -> None:
        """Makes this process the one window over the data folder. Raises WorkbenchError when there is another."""
        from workbench.store.locks import claim_window

        self.made["window_claim"] = claim_window(self.paths.database)

    def restore_backup(self, broken: StoreBroken) -> None:
        """Puts the newest good backup in the place of a damaged data file (without one: starts empty).

        The damaged file stays beside it under a new name. Raises WorkbenchError when the folder cannot be written.
        """
        from datetime import UTC, datetime

        from workbench.domain.errors import WorkbenchError
        from workbench.store.backups import restore

        self.store.close()
        try:
            restore(broken.path, broken.backup, datetime.now(UTC))
        except OSError as error:
            mend = "Free some space or get the right to write there, then try again."
            what = f"The backup cannot be put back: {error.strerror}"
            raise WorkbenchError(what, where=str(broken.path), mend=mend) from error

    def close(self) -> None:
        """Writes waiting settings and closes the data file, when they were opened."""
        for name in ("team", "settings", "journal", "store", "window_claim"):
            if name in self.made:
                self.made[name].close()


def build(home: Path | None = None, *, today: Callable[[], date] = date.today, with_sample: bool = False) -> Services:
    """The services over one data folder (default: WORKBENCH_HOME, else the platform's data folder)."""
    return Services(Paths.resolve(home), today=today, with_sample=with_sample)
