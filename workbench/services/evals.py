"""Evals under way: cases asked of models, here or on a cluster, paused and gone on with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseResult, EvalCase, EvalRun, EvalSet, EvalStatus

if TYPE_CHECKING:
    from workbench.domain.chat import ChatModel
    from workbench.evals.executor import Executor
    from workbench.evals.money import Cap
    from workbench.evals.own_python import OwnPythonScorers
    from workbench.evals.runner import Means, RunEvent
    from workbench.evals.scorers import Aids, Embed
    from workbench.inference.local.model import LocalModel
    from workbench.net.cluster import Cluster
    from workbench.services.chat_models import ChatModelService
    from workbench.services.eval_setup import EvalSetup
    from workbench.services.spend import SpendService
    from workbench.store.journal import Journal
    from workbench.store.store import Store


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
        setup: EvalSetup,
        models: ChatModelService,
        store: Store,
        journal: Callable[[], Journal],
        spend: Callable[[], SpendService],
        cluster: Connect,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._setup = setup
        self._models = models
        self._store = store
        self._journal = journal
        self._spend = spend
        self._cluster = cluster
        self._now = now
        self._pauses: dict[str, asyncio.Event] = {}

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
        from workbench.evals.runner import Means
        from workbench.evals.templates import marked_as_shown, templates_of
        from workbench.evals.usable import check_repeatable
        from workbench.store.eval_runs import run_gone

        check_repeatable(run)
        if data.hash != run.dataset_hash:
            raise WorkbenchError(
                f"{data.name} is not the data set this eval began with",
                where=run.name,
                mend="Give the same file, or start a new eval.",
            )
        data = marked_as_shown(data, templates_of(run.settings))
        chosen = self._models_of(run, models, data)
        await asyncio.to_thread(self._setup.check_keys, [*_asked(chosen), *run.settings.judges])
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
        if not await self._set_status(run, EvalStatus.RUNNING):
            raise run_gone(run.id)
        self._pauses[run.id] = means.pause
        status = EvalStatus.PAUSED
        try:
            if await self._ask(run, data, chosen, means, done, on_event or (lambda _: None)):
                status = EvalStatus.FINISHED
        finally:
            self._pauses.pop(run.id, None)
            if own is not None:
                await asyncio.shield(own.close())
            finished = await asyncio.shield(self._set_status(run, status))
        if finished is None:
            raise run_gone(run.id)
        if status is EvalStatus.FINISHED:
            await asyncio.to_thread(self._spend().forget_answers, run.id)  # they are safe here
        return finished

    async def _ask(
        self,
        run: EvalRun,
        data: EvalSet,
        models: Sequence[ChatModel],
        means: Means,
        done: Sequence[CaseResult],
        on_event: Callable[[RunEvent], None],
    ) -> bool:
        """Asks what is open, then compares answers where a scorer does; whether the run has come to its end."""
        from workbench.evals.rivals import compare_answers, compares
        from workbench.evals.runner import Finished, run_eval

        is_whole = False
        async with contextlib.aclosing(run_eval(run, data.cases, models, means, done)) as events:
            async for event in events:
                is_whole = isinstance(event, Finished) and event.is_whole
                on_event(event)
        if is_whole and compares(run):
            abouts = [model.describe() for model in models]
            results = await asyncio.to_thread(self._store.eval_runs.results, run.id)
            await compare_answers(run, data.cases, abouts, results, means.aids, means.store)
        return is_whole

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
        from workbench.evals.templates import marked_as_shown, plain_model, templates_of
        from workbench.inference.local.model import LocalModel
        from workbench.services.cluster_worker import answer

        data = marked_as_shown(data, templates_of(run.settings))
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

    def pause(self, run_id: str) -> bool:
        """Lets the answers under way arrive and asks no more; False when the run is not under way here. Call it where
        the run runs (`net` lane)."""
        event = self._pauses.get(run_id)
        if event is not None:
            event.set()
        return event is not None

    def interrupted(self, scenario_id: str | None = None) -> EvalRun | None:
        """The newest run that waits to be gone on with, paused or cut off, of a scenario (None: of any); None when
        there is none."""
        waiting = (run for run in self._store.eval_runs.runs(scenario_id) if run.status is not EvalStatus.FINISHED)
        return next((run for run in waiting if run.scenario_id and run.id not in self._pauses), None)

    async def stop(self) -> None:
        """Ends every model process of this program and closes its connections."""
        await self._models.close()

    def _own_python(self) -> OwnPythonScorers | None:
        """What runs scorers of one's own, where the person has allowed it."""
        from workbench.evals.own_python import OwnPythonScorers

        return OwnPythonScorers() if self._setup.own_python_allowed() else None

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

    async def _put(self, results: Sequence[CaseResult]) -> None:
        await self._store.eval_runs.put(self._journal(), results)

    def _models_of(self, run: EvalRun, references: Sequence[str], data: EvalSet) -> list[ChatModel]:
        """Every model of the run, with its prompt, in its order: a run is finished only when all of them were asked."""
        from workbench.evals.templates import base_id, crossed, templates_of

        templates = templates_of(run.settings)
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

    async def _set_status(self, run: EvalRun, status: EvalStatus) -> EvalRun | None:
        """The run as it is stored now; None when it was deleted meanwhile, and it is not brought back."""
        ended = self._now() if status is EvalStatus.FINISHED else None
        changed = replace(run, status=status, finished_at=ended)
        return changed if await asyncio.to_thread(self._store.eval_runs.update_run, changed) else None


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
