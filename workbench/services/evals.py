"""The team's own cases on local models: run, resume, sum up, and hand on as evidence."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.chat import Sampling
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import (
    CaseOutcome,
    CaseResult,
    DataSetVersion,
    Design,
    EvalCase,
    EvalRun,
    EvalSet,
    EvalSettings,
    EvalStatus,
    EvalSummary,
    Mark,
    PairSummary,
    RunsCompared,
)
from workbench.domain.evidence import Evidence, Quality
from workbench.domain.ids import new_id
from workbench.domain.numbers import digits

if TYPE_CHECKING:
    from workbench.domain.chat import ChatModel
    from workbench.domain.eval_plan import EvalPlan
    from workbench.evals.columns import Columns
    from workbench.evals.confusion import Confusion
    from workbench.evals.datasets import Examined, Preview
    from workbench.evals.eval_file import EvalFile
    from workbench.evals.executor import Executor
    from workbench.evals.imported import ImportedRun
    from workbench.evals.money import Cap
    from workbench.evals.own_python import OwnPythonScorers
    from workbench.evals.runner import RunEvent
    from workbench.evals.scorers import Aids, Embed, Need, Scorer
    from workbench.evals.templates import PromptTemplate
    from workbench.inference.local.model import LocalModel
    from workbench.net.cluster import Cluster
    from workbench.services.chat_models import ChatModelService
    from workbench.services.library import LibraryService
    from workbench.services.spend import SpendService
    from workbench.store.journal import Journal
    from workbench.store.store import Store

BASIS = "your eval"
DEFAULT_SCORER = "contains"
ANSWER_TOKENS = 96
#: cases that are shown before all of a long run are read
A_SCREENFUL = 200


class RunsAtHand(Protocol):
    """What stands in for a store where results are read only."""

    @property
    def eval_runs(self) -> ReadRuns: ...


class ReadRuns(Protocol):
    """As much of the repository of runs as summing up asks for."""

    def runs(self, scenario_id: str | None = None) -> tuple[EvalRun, ...]: ...
    def run(self, run_id: str) -> EvalRun | None: ...
    def results(self, run_id: str) -> tuple[CaseResult, ...]: ...
    def marks(self, run_id: str) -> tuple[Mark, ...]: ...


class Connect(Protocol):
    """Connects to a Dask cluster for data of a scenario (None: of none), as far as the guard allows."""

    def __call__(
        self, address: str, scenario_id: str | None, *, sensitive: bool | None
    ) -> AbstractAsyncContextManager[Cluster]: ...


class EvalService:
    """Runs cases on models. Every result is on the disk before the next one is reported."""

    def __init__(
        self,
        *,
        library: LibraryService,
        models: ChatModelService,
        store: Store,
        journal: Callable[[], Journal],
        spend: Callable[[], SpendService],
        cluster: Connect,
        own_python: Callable[[], bool] = lambda: False,
        set_own_python: Callable[[bool], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._library = library
        self._models = models
        self._store = store
        self._journal = journal
        self._spend = spend
        self._cluster = cluster
        self._own_python_allowed = own_python
        self._set_own_python = set_own_python
        self._now = now
        self._pauses: dict[str, asyncio.Event] = {}
        self._evidence: dict[str, tuple[EvalRun, int, Evidence | None]] = {}

    @classmethod
    def reading(cls, runs: RunsAtHand) -> EvalService:
        """One that only reads: runs and results from elsewhere than a store, such as a bundle."""
        service = cls.__new__(cls)
        service._store, service._evidence = cast("Store", runs), {}
        return service

    # Data sets

    def dataset(self, path: Path, *, columns: Mapping[str, str] | None = None, mark: bool = True) -> EvalSet:
        """The cases of a file, as `examine` has them. Raises Problems that name every bad line."""
        from workbench.evals.datasets import without_problems

        return without_problems(self.examine(path, columns=columns, mark=mark))

    def examine(
        self,
        path: Path,
        *,
        progress: Callable[[float], None] | None = None,
        columns: Mapping[str, str] | None = None,
        mark: bool = True,
    ) -> Examined:
        """The good cases of a file, how it is written, every problem, and what should be known of the cases.

        `columns` says which of its columns is what ("input": "Frage"). Rows with personal data are marked sensitive
        unless `mark` is off. Raises WorkbenchError for no data set.
        """
        from workbench.evals.datasets import examine, looked_through

        return looked_through(examine(path, progress=progress, columns=columns), mark=mark)

    def preview(self, path: Path, *, progress: Callable[[float], None] | None = None) -> tuple[Preview, dict[str, str]]:
        """A file's first rows under its own column names, and which column is likely what. Raises WorkbenchError."""
        from workbench.evals.datasets import preview
        from workbench.evals.datasets.guess import guessed

        found = preview(path, progress=progress)
        return found, guessed(found.header, found.rows)

    def data_sets(self) -> tuple[DataSetVersion, ...]:
        """Every version of a data set that an eval was made with, by name, the newest first."""
        return self._store.data_sets.versions()

    def stored_data(self, run: EvalRun) -> EvalSet | None:
        """The cases a run was made with, as they were kept; None for runs from before they were."""
        kept = getattr(self._store, "data_sets", None)
        return None if kept is None else kept.load(run.dataset_hash)

    def data_of(self, run: EvalRun, file: Path | None = None) -> EvalSet:
        """The cases a run was made with, to ask about them again: as they were kept, with the columns and marks that
        were chosen then; of a run from before they were kept, those of `file`, or of the file they were read from.

        Raises WorkbenchError when there are none.
        """
        kept = self.stored_data(run)
        if kept is not None:
            return kept
        file = file or (Path(run.settings.dataset_path) if run.settings.dataset_path else None)
        if file is None:
            raise WorkbenchError(
                "Nobody remembers where the cases of this eval are",
                where=run.name,
                mend="Give the file of its data set (in the window under New eval), and try again.",
            )
        return self.dataset(file)

    def version_of(self, run: EvalRun) -> DataSetVersion | None:
        """Which version of its data set a run was made with; None when it is not kept."""
        return self._store.data_sets.version(run.dataset_hash)

    def scorers(self) -> tuple[Scorer, ...]:
        """What answers can be judged by, the default first; they can be combined. Some need a judge, an embedding model
        or leave to run Python (`wants`)."""
        from workbench.evals.scorers import BUILTIN, Group

        alone = (each for each in BUILTIN.values() if each.group is not Group.COMBINED)
        return tuple(sorted(alone, key=lambda each: each.id != DEFAULT_SCORER))

    @staticmethod
    def unusable(data: EvalSet, scorers: Sequence[str]) -> list[WorkbenchError]:
        """One problem for each case that one of these scorers cannot use; with any of them no run can be made."""
        from workbench.evals.usable import unusable

        return unusable(scorers, data.cases, data.name)

    def own_python_allowed(self) -> bool:
        """Whether evals may run a Python file of the person's own to score."""
        return self._own_python_allowed()

    def allow_own_python(self, allowed: bool) -> None:
        """Keeps the person's choice, for every eval."""
        self._set_own_python(allowed)

    # Running

    def new_run(
        self,
        data: EvalSet,
        models: Sequence[str],
        *,
        scorers: Sequence[str] = (DEFAULT_SCORER,),
        scenario_id: str | None = None,
        name: str = "",
        system: str = "",
        sampling: Sampling | None = None,
        settings: EvalSettings | None = None,
    ) -> EvalRun:
        """A run of these cases on these models, checked and stored but not started.

        `scenario_id` must be stored; None keeps the run apart from every scenario. `settings` say how it is run; a
        sequential run gets its order here.

        Raises WorkbenchError for a model or scorer that is none, settings that cannot be, an empty data set, or a
        provider whose key is not here.
        """
        run, _ = self._made(data, models, scorers, scenario_id, name, system, sampling, settings)
        self.check_keys((*models, *run.settings.judges))
        self._store.data_sets.keep(data, run.started_at)
        self._store.eval_runs.save_run(run)
        return run

    def check_keys(self, references: Sequence[str]) -> None:
        """Raises WorkbenchError for the first model whose provider needs a key and has none. May wait for the
        keychain: a window asks beforehand, where waiting is allowed."""
        for reference in references:
            self._models.check_key(reference)

    def _made(
        self,
        data: EvalSet,
        models: Sequence[str],
        scorers: Sequence[str],
        scenario_id: str | None,
        name: str,
        system: str,
        sampling: Sampling | None,
        settings: EvalSettings | None,
    ) -> tuple[EvalRun, list[ChatModel]]:
        from workbench.evals.usable import check

        if not data.cases:
            raise WorkbenchError(
                "The data set has no cases", where=data.name, mend="Add a line with input and expected."
            )
        if not models:
            raise WorkbenchError("No model was chosen", where="models", mend="Choose one or more.")
        from workbench.evals.rivals import check_rivals
        from workbench.evals.templates import check_templates, crossed

        settings = settings or EvalSettings()
        sampling = sampling or Sampling(max_tokens=ANSWER_TOKENS)
        templates = _templates(settings)
        check_templates(templates, data.cases, data.examples)
        plain = [self._checked_model(reference, scenario_id) for reference in models]
        chosen = crossed(plain, templates, data.examples, system=system, sampling=sampling)
        settings = _checked(settings, len(chosen))
        run_id = new_id()
        run = EvalRun(
            id=run_id,
            scenario_id=scenario_id,
            name=name or f"{data.name} on {words.count(len(models), 'model')}",
            dataset_name=data.name,
            dataset_hash=data.hash,
            case_count=len(data.cases),
            model_ids=tuple(model.describe().model_id for model in chosen),
            scorers=tuple(scorers),
            status=EvalStatus.RUNNING,
            started_at=self._now(),
            system_prompt=system,
            sampling=sampling,
            settings=replace(
                settings,
                seed=settings.seed or int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:4], "little"),
                dataset_path=settings.dataset_path or data.source,
            ),
        )
        check_rivals(run, [model.describe() for model in chosen])
        problems = check(run, data.cases, have=self._at_hand(run.settings))
        if len(problems) == 1:
            raise problems[0]
        if problems:
            raise Problems(
                "These cases cannot be scored", problems, where=data.name, mend="Mend them, or choose another scorer."
            )
        return run, chosen

    async def run(
        self,
        run: EvalRun,
        data: EvalSet,
        *,
        models: Sequence[str] = (),
        on_event: Callable[[RunEvent], None] | None = None,
        executor: Executor | None = None,
    ) -> EvalRun:
        """Asks every model every case that has no result yet; the same call resumes a run after any interruption.

        `models` are references for those of its models that the library does not name; `executor` asks them elsewhere
        than here. Cancelling the task pauses the run and loses the answers under way; `pause` lets them arrive. A run
        whose model is not asked any more (cap, Offline switch, one failure after the other) is paused, too: the event
        `Finished` says why. Raises WorkbenchError when the data set or a model's file is not the one the run began
        with, a model is none of its own, or a provider's key is not here.
        """
        from workbench.evals.executor import Here
        from workbench.evals.money import Cap
        from workbench.evals.rivals import compare_answers
        from workbench.evals.runner import Finished, Means, run_eval
        from workbench.evals.templates import marked_as_shown

        _check_repeatable(run)
        if data.hash != run.dataset_hash:
            raise WorkbenchError(
                f"{data.name} is not the data set this eval began with",
                where=run.name,
                mend="Give the same file, or start a new eval.",
            )
        data = marked_as_shown(data, _templates(run.settings))
        chosen = self._models_of(run, models, data)
        await asyncio.to_thread(self.check_keys, [*_asked(chosen), *run.settings.judges])
        done = await asyncio.to_thread(self._store.eval_runs.results, run.id)
        identities = await asyncio.to_thread(_identities, chosen)
        _check_same(run, data, chosen, identities, done)
        cap = Cap(run.settings.cap_usd, done)
        own = self._own_python()
        means = Means(
            store=self._put,
            known=lambda keys: asyncio.to_thread(self._store.eval_runs.known_answers, keys),
            identities=identities,
            executor=executor or Here(),
            aids=self._aids(run, cap, own),
            cap=cap,
        )
        await self._set_status(run, EvalStatus.RUNNING)
        self._pauses[run.id] = means.pause
        status, is_whole = EvalStatus.PAUSED, False
        try:
            async with contextlib.aclosing(run_eval(run, data.cases, chosen, means, done)) as events:
                async for event in events:
                    is_whole = isinstance(event, Finished) and event.is_whole
                    if on_event is not None:
                        on_event(event)
            if is_whole:
                abouts = [model.describe() for model in chosen]
                results = await asyncio.to_thread(self._store.eval_runs.results, run.id)
                await compare_answers(run, data.cases, abouts, results, means.aids, means.store)
                status = EvalStatus.FINISHED
        finally:
            self._pauses.pop(run.id, None)
            if own is not None:
                await asyncio.shield(own.close())
            finished = await asyncio.shield(self._set_status(run, status))
        if status is EvalStatus.FINISHED:
            await asyncio.to_thread(self._forget_paid_for, run)
        return finished

    def _at_hand(self, settings: EvalSettings) -> frozenset[Need]:
        """What scorers may need and get. Raises WorkbenchError for a judge or an embedding model that is none."""
        from workbench.evals.scorers import Need

        for reference in (*settings.judges, *filter(None, [settings.embedder])):
            self._checked_model(reference, None)
        found = {Need.JUDGE} if settings.judges else set()
        found |= {Need.PYTHON} if self._own_python_allowed() else set()
        return frozenset(found | ({Need.EMBEDDING} if settings.embedder else set()))

    def _own_python(self) -> OwnPythonScorers | None:
        """What runs scorers of one's own, where the person has allowed it."""
        from workbench.evals.own_python import OwnPythonScorers

        return OwnPythonScorers() if self._own_python_allowed() else None

    def _aids(self, run: EvalRun, cap: Cap, own: OwnPythonScorers | None) -> Callable[[EvalCase, CaseResult], Aids]:
        """The judges and the embedding model of a run, for each case: a sensitive one stays on this machine."""
        from workbench.evals.panel import Panel
        from workbench.evals.scorers import NO_AIDS, Aids
        from workbench.inference.local.model import LocalModel

        settings = run.settings
        if not settings.judges and not settings.embedder:
            aids = NO_AIDS if own is None else Aids(run_python=own)
            return lambda _case, _answer: aids
        judges = [self._models.model(reference, scenario_id=run.scenario_id) for reference in settings.judges]
        panel = Panel(
            judges,
            run_id=run.id,
            cap=cap,
            identities=_identities(judges),
            timeout_s=settings.timeout_s,
            retries=settings.retries,
            is_marked=settings.marked,
        )
        embedder = self._models.model(settings.embedder) if settings.embedder else None
        embed = _embed_with(embedder) if isinstance(embedder, LocalModel) else None
        return lambda case, _answer: Aids(ask=panel.ask_about(case) if judges else None, embed=embed, run_python=own)

    async def run_on_cluster(
        self,
        run: EvalRun,
        data: EvalSet,
        address: str,
        *,
        models: Sequence[str] = (),
        on_event: Callable[[RunEvent], None] | None = None,
    ) -> EvalRun:
        """The same on the workers of a Dask cluster, which hold engines of their own; results come into this store.

        Raises GuardRefusal when the scenario's data may not go there, and WorkbenchError for a model of a provider,
        without Dask, or when no scheduler answers.
        """
        from workbench.evals.cluster import OnCluster
        from workbench.evals.templates import marked_as_shown, plain_model
        from workbench.inference.local.model import LocalModel
        from workbench.services.cluster_worker import answer

        data = marked_as_shown(data, _templates(run.settings))
        chosen = self._models_of(run, models, data)
        own = ((model.describe().model_id, plain_model(model)) for model in chosen)
        files = {name: str(model.path) for name, model in own if isinstance(model, LocalModel)}
        if len(files) < len(chosen):
            raise WorkbenchError(
                "A cluster runs models of your own files only",
                where=run.name,
                mend="Leave models of providers out, or run the eval without --cluster.",
            )
        identities = await asyncio.to_thread(_identities, chosen)
        marked = run.settings.marked or any(case.sensitive for case in data.cases)
        async with self._cluster(address, run.scenario_id, sensitive=False if marked else None) as cluster:
            executor = OnCluster(cluster, answer, files=files, identities=identities)
            return await self.run(run, data, models=models, on_event=on_event, executor=executor)

    def with_cap(self, run: EvalRun, cap_usd: float) -> EvalRun:
        """The run with another cap, stored. Raises WorkbenchError for what is no amount."""
        changed = replace(run, settings=_checked(replace(run.settings, cap_usd=cap_usd), len(run.model_ids)))
        self._store.eval_runs.save_run(changed)
        return changed

    def pause(self, run_id: str) -> bool:
        """Lets the answers under way arrive and asks no more; False when the run is not under way here. Call it where
        the run runs (`net` lane)."""
        event = self._pauses.get(run_id)
        if event is not None:
            event.set()
        return event is not None

    async def _put(self, results: Sequence[CaseResult]) -> None:
        await self._store.eval_runs.put(self._journal(), results)

    def _forget_paid_for(self, run: EvalRun) -> None:
        """The purse keeps paid answers until they are safe here."""
        keys = {result.content_key for result in self._store.eval_runs.results(run.id) if not result.cached}
        self._spend().forget_answers(frozenset(f"{run.id}/{key}" for key in keys if key))

    def _checked_model(self, reference: str, scenario_id: str | None) -> ChatModel:
        """A model, once it is sure that it can be asked at all. Raises WorkbenchError."""
        if not self._models.is_remote(reference):
            self._library.checked(reference)
        return self._models.model(reference, scenario_id=scenario_id)

    def _models_of(self, run: EvalRun, references: Sequence[str], data: EvalSet) -> list[ChatModel]:
        """Every model of the run, with its prompt, in its order: a run is finished only when all of them were asked."""
        from workbench.evals.templates import base_id, crossed

        templates = _templates(run.settings)
        bases = tuple(dict.fromkeys(base_id(name, templates) for name in run.model_ids))
        found = [self._models.model(reference, scenario_id=run.scenario_id) for reference in references]
        given = {model.describe().model_id: model for model in found}
        strangers = [name for name in given if name not in bases]
        if strangers:
            raise WorkbenchError(
                f"{', '.join(strangers)} is not in this eval",
                where=run.name,
                mend=f"Its models are {', '.join(bases)}; for others start a new eval.",
            )
        plain = [
            given[name] if name in given else self._models.model(name, scenario_id=run.scenario_id) for name in bases
        ]
        return crossed(plain, templates, data.examples, system=run.system_prompt, sampling=run.sampling)

    async def _set_status(self, run: EvalRun, status: EvalStatus) -> EvalRun:
        ended = self._now() if status is EvalStatus.FINISHED else None
        changed = replace(run, status=status, finished_at=ended)
        await asyncio.to_thread(self._store.eval_runs.save_run, changed)
        return changed

    async def stop(self) -> None:
        """Ends every model process of this program and closes its connections."""
        await self._models.close()

    # Results

    def runs(self, scenario_id: str | None = None) -> tuple[EvalRun, ...]:
        """The runs of a scenario (all for None), newest first."""
        return self._store.eval_runs.runs(scenario_id)

    def interrupted(self, scenario_id: str | None = None) -> EvalRun | None:
        """The newest run that waits to be gone on with, paused or cut off, of a scenario (None: of any); None when
        there is none."""
        waiting = (run for run in self.runs(scenario_id) if run.status is not EvalStatus.FINISHED)
        return next((run for run in waiting if run.scenario_id and run.id not in self._pauses), None)

    def find(self, run_id: str) -> EvalRun:
        """One run. Raises WorkbenchError when there is none."""
        found = self._store.eval_runs.run(run_id)
        if found is None:
            raise WorkbenchError(
                f"There is no eval {run_id!r}", where="evals", mend="List them with `workbench eval results`."
            )
        return found

    def results(self, run_id: str) -> tuple[CaseResult, ...]:
        """Every result with its texts, scores given by hand in place. Raises WorkbenchError for a damaged one."""
        from workbench.evals.marks import with_marks

        return with_marks(self._store.eval_runs.results(run_id), self._store.eval_runs.marks(run_id))

    def columns(self, run: EvalRun) -> Columns:
        """A run's results as columns of numbers, marks given by hand in place: for figures and tables of any length.

        Each result is read whole and checked; raises WorkbenchError for a damaged one.
        """
        from workbench.evals.columns import columns_of

        return self._marked(run, columns_of(run, self._store.eval_runs.results(run.id)))

    def numbers(self, run: EvalRun) -> Columns:
        """The same without reading a text, for a window that opens a hundred thousand results at once. What is damaged
        shows when its case is read."""
        from workbench.evals.columns import columns_from

        return self._marked(run, columns_from(run, *self._store.eval_runs.numbers(run.id)))

    def first_numbers(self, run: EvalRun, order: Iterable[str]) -> Columns:
        """The same of a screenful of cases, to look at while the others are read: the first in this order of ids, or in
        their own when nobody knows one."""
        from workbench.evals.columns import columns_from

        kept = self._store.eval_runs
        ids = tuple(islice(order, A_SCREENFUL)) or kept.first_cases(run.id, A_SCREENFUL)
        return self._marked(run, columns_from(run, *kept.numbers(run.id, ids)))

    def _marked(self, run: EvalRun, data: Columns) -> Columns:
        marks = self._store.eval_runs.marks(run.id)
        return data.with_scores((m.case_id, m.model_id, m.repeat, m.scorer, m.score) for m in marks) if marks else data

    def summary(self, run: EvalRun) -> EvalSummary:
        """Means with intervals, pairs with verdict words: computed from the stored results each time."""
        from workbench.evals.results import summarise

        return summarise(run, self.columns(run))

    def summary_of(self, run: EvalRun, results: Sequence[CaseResult] | Columns) -> EvalSummary:
        """The same from results at hand; touches no file."""
        from workbench.evals.results import summarise

        return summarise(run, results)

    def cases_of(self, run: EvalRun, source: Path | Examined | None) -> tuple[EvalCase, ...]:
        """The cases a run was made with: those that were kept, which takes a thirtieth of reading a file and looking
        through it; of a run from before they were, those of `source` when it is still that file; () when there are
        none."""
        if source is not None and not isinstance(source, Path) and source.dataset.hash == run.dataset_hash:
            return source.dataset.cases
        kept = self.stored_data(run)
        if kept is not None:
            return kept.cases
        try:
            found = self.examine(source).dataset if isinstance(source, Path) else None
        except WorkbenchError:
            found = None
        return found.cases if found is not None and found.hash == run.dataset_hash else ()

    def confusion(self, run: EvalRun) -> dict[tuple[str, str], Confusion]:
        """By (model, scorer): which class was read as which, for the run's classifying scorers; {} when there are none,
        or its cases are not at hand."""
        from workbench.evals.confusion import confusion_of

        cases, results = self.cases_of(run, None), self.results(run.id)
        found = {(m, s): confusion_of(results, cases, s, m) for m in run.model_ids for s in run.scorers}
        return {key: value for key, value in found.items() if value is not None}

    def compare(self, run: EvalRun, a: str, b: str) -> tuple[PairSummary, ...]:
        """Two models of a run under every scorer, `a` first; a name stands for its id.

        Raises WorkbenchError when one of them is not in the run.
        """
        from workbench.services.eval_words import pair_of

        first, second = self._model_of(run, a), self._model_of(run, b)
        summary = self.summary(run)
        found = (pair_of(summary, scorer, first, second) for scorer in run.scorers)
        return tuple(pair for pair in found if pair is not None)

    def compare_runs(self, before: EvalRun, after: EvalRun) -> tuple[RunsCompared, ...]:
        """What changed from one run to another, model by model, on the cases both have.

        Raises WorkbenchError when they share no case, no model or no scorer.
        """
        from workbench.evals.results import compare_runs

        old, new = self.columns(before), self.columns(after)
        for what, first, second in (
            ("model", before.model_ids, after.model_ids),
            ("scorer", before.scorers, after.scorers),
            ("case", old.case_ids, new.case_ids),
        ):
            if not set(first) & set(second):
                raise WorkbenchError(
                    f"The two evals have no {what} in common",
                    where=f"{before.name}, {after.name}",
                    mend="Compare two runs of the same cases on the same models.",
                )
        return compare_runs(before, old, after, new)

    def _model_of(self, run: EvalRun, name: str) -> str:
        for id in run.model_ids:
            if name in (id, id.removeprefix("local/")):
                return id
        raise WorkbenchError(
            f"{name} is not in this eval", where=run.name, mend=f"Choose two of {', '.join(run.model_ids)}."
        )

    # Scores given by hand

    def case(self, run_id: str, case_id: str) -> tuple[tuple[CaseResult, ...], tuple[Mark, ...]]:
        """Everything about one case: each model's results with their texts, and the marks, oldest first.

        Raises WorkbenchError for a damaged row.
        """
        runs = self._store.eval_runs
        marks = tuple(mark for mark in runs.marks(run_id) if mark.case_id == case_id)
        return runs.results_of_case(run_id, case_id), marks

    def marks(self, run_id: str) -> tuple[Mark, ...]:
        """All marks of a run, oldest first: the trail of what was overruled."""
        return self._store.eval_runs.marks(run_id)

    def mark(
        self,
        run: EvalRun,
        case_id: str,
        model: str,
        score: float | None,
        *,
        scorer: str = "",
        repeat: int = 0,
        by: str = "",
        why: str = "",
    ) -> Mark:
        """Overrules the score of one answer under one scorer (default: the run's first), with a trail; None puts the
        scorer's own back. A name stands for a model's id; `repeat` counts from 0 where a case was asked several times.

        Raises WorkbenchError when there is no such answer, the score is none of 0 to 1, or the scorer gave none to go
        back to.
        """
        model_id, scorer = self._model_of(run, model), scorer or run.scorers[0]
        results, marks = self.case(run.id, case_id)
        found = [r for r in results if (r.model_id, r.scorer, r.repeat) == (model_id, scorer, repeat)]
        if not found:
            raise WorkbenchError(
                f"{model_id} has no answer to case {case_id} scored by {scorer}",
                where=run.name,
                mend="Look at the cases of this eval and its scorers.",
            )
        own = found[0].score
        value = own if score is None else score
        if value is None or not 0 <= value <= 1:
            raise WorkbenchError(
                "The scorer gave no score to go back to" if value is None else f"{digits(value)} is no score",
                where=f"{run.name}, case {case_id}",
                mend="Give a score from 0 (wrong) to 1 (right).",
            )
        earlier = [m.score for m in marks if (m.model_id, m.scorer, m.repeat) == (model_id, scorer, repeat)]
        mark = Mark(
            id=new_id(),
            eval_run_id=run.id,
            case_id=case_id,
            model_id=model_id,
            scorer=scorer,
            score=float(value),
            was=earlier[-1] if earlier else own,
            at=self._now().isoformat(),
            by=by,
            why=why,
            repeat=repeat,
        )
        self._store.eval_runs.add_mark(mark)
        return mark

    # Before it runs

    def outlook(
        self,
        data: EvalSet,
        models: Sequence[str],
        *,
        scorers: Sequence[str] = (DEFAULT_SCORER,),
        scenario_id: str | None = None,
        system: str = "",
        sampling: Sampling | None = None,
        settings: EvalSettings | None = None,
        difference: float = 0.1,
        disagree: float = 0.25,
    ) -> EvalPlan:
        """What such a run can prove, costs and takes: nothing is stored, nothing is asked.

        `difference` is the smallest that matters and `disagree` the share of cases that two models are expected to
        disagree on. Raises WorkbenchError as `new_run` does, and for shares that cannot be.
        """
        from workbench.evals.templates import marked_as_shown
        from workbench.services.eval_plan import EvalPlanning

        run, chosen = self._made(data, models, scorers, scenario_id, "", system, sampling, settings)
        shown = marked_as_shown(data, _templates(run.settings))
        planning = EvalPlanning(library=self._library, answers=lambda: self._store.eval_runs)
        plan = planning.plan(run, shown, chosen, difference=difference, disagree=disagree)
        if shown is data or all(one.local for one in plan.models):
            return plan
        why = "The prompt shows an example that is marked sensitive, so no question of this eval leaves this machine."
        return replace(plan, warnings=(why, *plan.warnings))

    def plan(self, *, difference: float, disagree: float) -> int:
        """Cases on which a true difference (a share) shows 4 times in 5, when two models disagree on that share.

        Raises WorkbenchError for shares that cannot be.
        """
        from workbench.analysis.power import cases_exact
        from workbench.services.eval_plan import checked_shares

        checked_shares(difference, disagree)
        return cases_exact(difference, disagree)

    def detectable(self, cases: int, *, disagree: float) -> float:
        """The smallest difference, as a share, that this many cases show 4 times in 5."""
        from workbench.analysis.power import detectable_exact

        return detectable_exact(cases, disagree)

    # Files

    def export(self, run: EvalRun, file: Path) -> int:
        """Writes every result to a .csv, .jsonl, .xlsx or .html file, whole or not at all; returns how many there are.

        Raises WorkbenchError for another ending, or when the disk refuses.
        """
        from workbench.reports.files import check_file
        from workbench.services.eval_export import Exported, write

        check_file(file, "The results")
        results = self.results(run.id)
        write(Exported(run, self.summary_of(run, results), results, self.cases_of(run, None)), file)
        return len(results)

    def save(self, run: EvalRun, file: Path) -> Path:
        """Writes the eval as a file that `workbench eval run` repeats, and its cases beside it; returns their file.

        It requires that each model does as well again as the lower end of its interval. Raises WorkbenchError when the
        cases are not at hand, or the disk refuses.
        """
        from workbench.evals.eval_file import write_eval_file
        from workbench.evals.templates import base_id
        from workbench.reports.files import check_file

        check_file(file, "The eval")
        _check_repeatable(run)
        data = self.stored_data(run)
        if data is None:
            raise WorkbenchError(
                "The cases of this eval were not kept", where=run.name, mend="Run it again with this workbench."
            )
        templates = _templates(run.settings)
        models = tuple(dict.fromkeys(base_id(name, templates) for name in run.model_ids))
        try:
            return write_eval_file(run, data, self.summary(run), models, file)
        except OSError as error:
            raise WorkbenchError(
                f"The eval cannot be written: {error.strerror}",
                where=str(file),
                mend="Choose a folder you may write to, with room on its disk.",
            ) from error

    def import_results(self, path: Path, *, scenario_id: str | None = None) -> tuple[EvalRun, ImportedRun]:
        """Results of another program as a finished eval, stored; the same file twice is the same eval.

        Cases are looked through as those of a data set are. Raises WorkbenchError for a file that nobody knows, and
        when the scenario is gone.
        """
        from workbench.evals.checks import checked
        from workbench.evals.imported import read_results

        found = read_results(path)
        data = checked(EvalSet(found.name, found.sha256, found.cases, str(path))).dataset
        known = {case.id: case for case in data.cases}
        id = f"imported-{hashlib.sha256(f'{found.sha256} {scenario_id}'.encode()).hexdigest()[:24]}"
        at = self._now()
        run = EvalRun(
            id=id,
            scenario_id=scenario_id,
            name=f"{found.name} (from {found.program})",
            dataset_name=found.name,
            dataset_hash=found.sha256,
            case_count=len(data.cases),
            model_ids=found.model_ids,
            scorers=found.scorers,
            status=EvalStatus.FINISHED,
            started_at=at,
            finished_at=at,
            settings=EvalSettings(repeats=found.repeats, dataset_path=str(path)),
        )
        self._store.data_sets.keep(data, at)
        self._store.eval_runs.save_run(run)
        self._store.eval_runs.append(
            replace(
                result,
                eval_run_id=id,
                sensitive=known[result.case_id].sensitive,
                source_document=known[result.case_id].cluster or None,
            )
            for result in found.results
        )
        return run, found

    def from_file(self, file: EvalFile, models: Sequence[str] = ()) -> tuple[EvalRun, EvalSet]:
        """A new run of an eval that came as a file, stored but not started, and its cases.

        `models` stand in for those of the file. Raises WorkbenchError when its cases are not those it was written with.
        """
        import hashlib

        try:
            found = hashlib.sha256(file.data.read_bytes()).hexdigest() if file.sha256 else ""
        except OSError as error:
            raise WorkbenchError(
                f"The cases of the eval cannot be read: {error.strerror}", where=str(file.data), mend="Put them there."
            ) from error
        if found != file.sha256:
            raise WorkbenchError(
                "These are not the cases that the eval was written with",
                where=str(file.data),
                mend="Restore them, or write the new SHA-256 into the eval (or none).",
            )
        data = self.dataset(file.data, columns=file.columns or None, mark=file.mark)
        run = self.new_run(
            data,
            models or file.models,
            scorers=file.scorers,
            name=file.name,
            system=file.system,
            sampling=file.sampling,
            settings=file.settings,
        )
        return run, data

    def latest_run(self, scenario_id: str) -> EvalRun | None:
        """The scenario's newest finished run; None when it has none."""
        runs = self._store.eval_runs.runs(scenario_id)
        return next((run for run in runs if run.status is EvalStatus.FINISHED), None)

    def measured_scenarios(self) -> frozenset[str]:
        """Ids of the scenarios that have a finished run."""
        return self._store.eval_runs.scenarios_with(EvalStatus.FINISHED)

    def evidence(self, scenario_id: str) -> Evidence | None:
        """What the newest finished run that scored quality says about each model, by the first scorer that does (time
        and cost are none), 0 to 100; what was overruled by hand counts.

        None when there is none. Every page asks for it, and a long run takes seconds to be read whole: what was made of
        a run is kept for as long as neither it nor its marks have changed.
        """
        from workbench.evals.scorers import of_quality

        finished = (each for each in self._store.eval_runs.runs(scenario_id) if each.status is EvalStatus.FINISHED)
        found = next(((each, scorer) for each in finished if (scorer := of_quality(each.scorers))), None)
        if found is None:
            return None
        run, scorer = found
        marks = self._store.eval_runs.marks(run.id)
        kept = self._evidence.get(scenario_id)
        if kept is None or kept[0] != run or kept[1] != len(marks):
            kept = self._evidence[scenario_id] = (run, len(marks), self._evidence_of(run, scorer, marks))
        return kept[2]

    def _evidence_of(self, run: EvalRun, scorer: str, marks: Sequence[Mark]) -> Evidence | None:
        from workbench.evals.paired import instruction_gap, side_by_side, speeds

        results = _with_marks(self.results(run.id), marks)
        label = f"your eval “{run.name}”, {run.case_count} cases, {run.started_at.day} {run.started_at:%B %Y}"
        qualities = {
            model.model_id: Quality(100 * model.mean, 100 * model.low, 100 * model.high, BASIS, model.n, label)
            for model in self.summary_of(run, results).models
            if model.scorer == scorer
            if model.mean is not None and model.low is not None and model.high is not None
        }
        if not qualities:
            return None
        oracle = side_by_side(results, run.model_ids, scorer).oracle
        best = max(qualities, key=lambda name: qualities[name].value)
        gap = instruction_gap(results, best, run.scorers)
        return Evidence(
            qualities,
            label,
            oracle=None if oracle is None else 100 * oracle,
            speeds=speeds(results, scorer, label),
            gaps={} if gap is None else {"instruction": gap},
        )

    def delete(self, run_id: str) -> Changes:
        """Removes a run and its results."""
        gone = self._store.eval_runs.delete(run_id)
        return Changes(evals=frozenset({run_id}) if gone else frozenset())


def _check_repeatable(run: EvalRun) -> None:
    """Raises WorkbenchError for results of another program: nothing here scores as its scorers did."""
    from workbench.evals.scorers import scorer

    for name in run.scorers:
        try:
            scorer(name)
        except WorkbenchError as error:
            raise WorkbenchError(
                f"The answers were scored by {name}, which is not of this workbench",
                where=run.name,
                mend="Results of another program stay as they came; start a new eval of the same cases.",
            ) from error


def _with_marks(results: Sequence[CaseResult], marks: Sequence[Mark]) -> tuple[CaseResult, ...]:
    """The results with what a person gave in place of what the scorers did."""
    given = {(mark.case_id, mark.model_id, mark.scorer, mark.repeat): mark.score for mark in marks}
    return tuple(
        replace(each, score=given[each.key], outcome=CaseOutcome.SCORED) if each.key in given else each
        for each in results
    )


def _templates(settings: EvalSettings) -> list[PromptTemplate]:
    from workbench.evals.templates import PromptTemplate

    return [PromptTemplate(text, name) for name, text in settings.prompts]


def _check_same(
    run: EvalRun,
    data: EvalSet,
    models: Sequence[ChatModel],
    identities: Mapping[str, str],
    done: Sequence[CaseResult],
) -> None:
    """Raises WorkbenchError when a model on this machine has another content than the one that answered so far: an
    answer's address says which it was. One answer of each model is looked at."""
    from workbench.evals.content import content_key
    from workbench.evals.runner import asked_of

    cases = {case.id: case for case in data.cases}
    for model in models:
        about = model.describe()
        answered = (one for one in done if one.model_id == about.model_id and one.content_key and one.case_id in cases)
        first = next(answered, None)
        if first is None or not about.local:
            continue
        request = asked_of(run, cases[first.case_id], model)
        if first.content_key != content_key(identities[about.model_id], request, first.repeat):
            raise WorkbenchError(
                f"The file of {about.name} is not the one this eval began with",
                where=run.name,
                mend="Put the earlier file back, or start a new eval: answers of two models must not be mixed.",
            )


def _asked(models: Sequence[ChatModel]) -> list[str]:
    """References of the models themselves, however they are prompted."""
    from workbench.evals.templates import plain_model

    return [plain_model(model).describe().model_id for model in models]


def _embed_with(model: LocalModel) -> Embed:
    """Vectors from a local model; what it cannot do leaves an answer without a score."""

    async def embed(texts: Sequence[str]) -> Sequence[Sequence[float]]:
        from workbench.evals.scorers import NotScored

        try:
            return await model.embed(texts)
        except WorkbenchError as error:
            raise NotScored(f"The texts could not be compared: {error.what}.") from None

    return embed


def _identities(models: Sequence[ChatModel]) -> dict[str, str]:
    from workbench.services.chat_models import identity_of

    return {model.describe().model_id: identity_of(model) for model in models}


def _checked(settings: EvalSettings, models: int) -> EvalSettings:
    """Raises WorkbenchError for settings that cannot be."""
    faults = {
        "Each case is asked at least once, and at most 100 times": not 1 <= settings.repeats <= 100,
        "An answer needs more than no time": not settings.timeout_s > 0,
        "Another try can be made 0 to 10 times": not 0 <= settings.retries <= 10,
        "That many answers at once cannot be": not 0 <= settings.at_once <= 1_000,
        "A cap is an amount of US dollars": settings.cap_usd is not None and not settings.cap_usd >= 0,
        "The error rate is a share between 0 and 0.5": not 0 < settings.alpha <= 0.5,
    }
    for what, is_so in faults.items():
        if is_so:
            raise WorkbenchError(what, where="settings of the eval", mend="Choose another number.")
    if settings.design is Design.SEQUENTIAL and models < 2:
        raise WorkbenchError(
            "One model alone has nobody to be compared with, so there is no early end",
            where="settings of the eval",
            mend="Add a model, or leave --sequential out.",
        )
    return settings
