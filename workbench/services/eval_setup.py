"""An eval before it runs: which scorers there are, a run made of what was chosen, and what it can prove."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.domain.chat import Sampling
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import MOST_REPEATS, Design, EvalRun, EvalSet, EvalSettings, EvalStatus
from workbench.domain.ids import new_id

if TYPE_CHECKING:
    from workbench.domain.chat import ChatModel
    from workbench.domain.eval_plan import EvalPlan
    from workbench.evals.scorers import Need, Scorer
    from workbench.services.chat_models import ChatModelService
    from workbench.services.library import LibraryService
    from workbench.store.store import Store

DEFAULT_SCORER = "contains"
ANSWER_TOKENS = 96


class EvalSetup:
    """Makes runs, checked and stored but not started, and plans them. Asks no model anything."""

    def __init__(
        self,
        *,
        library: LibraryService,
        models: ChatModelService,
        store: Store,
        own_python: Callable[[], bool] = lambda: False,
        set_own_python: Callable[[bool], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._library = library
        self._models = models
        self._store = store
        self._own_python_allowed = own_python
        self._set_own_python = set_own_python
        self._now = now

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

    def with_cap(self, run: EvalRun, cap_usd: float) -> EvalRun:
        """The run with another cap, stored. Raises WorkbenchError for what is no amount."""
        changed = replace(run, settings=_checked(replace(run.settings, cap_usd=cap_usd), len(run.model_ids)))
        self._store.eval_runs.save_run(changed)
        return changed

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
        from workbench.evals.templates import check_templates, crossed, templates_of

        if not data.cases:
            raise WorkbenchError(
                "The data set has no cases", where=data.name, mend="Add a line with input and expected."
            )
        if not models:
            raise WorkbenchError("No model was chosen", where="models", mend="Choose one or more.")
        settings = settings or EvalSettings()
        sampling = sampling or Sampling(max_tokens=ANSWER_TOKENS)
        templates = templates_of(settings)
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
                judges=tuple(self._known_as(reference) for reference in settings.judges),
                embedder=self._known_as(settings.embedder) if settings.embedder else "",
            ),
        )
        self._refuse(run, data, chosen)
        return run, chosen

    def _known_as(self, reference: str) -> str:
        """A file by its name in the library, where it has one: its path means nothing on another machine."""
        if self._models.is_remote(reference):
            return reference
        try:
            name = self._models.model(reference).describe().model_id
            return name if self._library.resolve(name) == self._library.resolve(reference) else reference
        except WorkbenchError:
            return reference  # said where it is looked for

    def _refuse(self, run: EvalRun, data: EvalSet, models: Sequence[ChatModel]) -> None:
        """Raises WorkbenchError for scorers that these cases or models do not go with."""
        from workbench.evals.rivals import check_rivals
        from workbench.evals.usable import check

        check_rivals(run, [model.describe() for model in models])
        problems = check(run, data.cases, have=self._at_hand(run.settings))
        if len(problems) == 1:
            raise problems[0]
        if problems:
            raise Problems(
                "These cases cannot be scored", problems, where=data.name, mend="Mend them, or choose another scorer."
            )

    def _at_hand(self, settings: EvalSettings) -> frozenset[Need]:
        """What scorers may need and get. Raises WorkbenchError for a judge or an embedding model that is none."""
        from workbench.evals.scorers import Need

        for reference in (*settings.judges, *filter(None, [settings.embedder])):
            self._checked_model(reference, None)
        found = {Need.JUDGE} if settings.judges else set()
        found |= {Need.PYTHON} if self._own_python_allowed() else set()
        return frozenset(found | ({Need.EMBEDDING} if settings.embedder else set()))

    def _checked_model(self, reference: str, scenario_id: str | None) -> ChatModel:
        """A model, once it is sure that it can be asked at all. Raises WorkbenchError."""
        if not self._models.is_remote(reference):
            self._library.checked(reference)
        return self._models.model(reference, scenario_id=scenario_id)

    # What it can prove

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
        from workbench.evals.templates import marked_as_shown, templates_of
        from workbench.services.eval_plan import EvalPlanning

        run, chosen = self._made(data, models, scorers, scenario_id, "", system, sampling, settings)
        shown = marked_as_shown(data, templates_of(run.settings))
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


def _checked(settings: EvalSettings, models: int) -> EvalSettings:
    """Raises WorkbenchError for settings that cannot be."""
    faults = {
        f"A case is asked at least once, and at most {MOST_REPEATS} times": not 1 <= settings.repeats <= MOST_REPEATS,
        "An answer needs more than no time": not settings.timeout_s > 0,
        "Another try can be made 0 to 10 times": not 0 <= settings.retries <= 10,
        "1 to 1,000 answers can be under way at once (0: as many as a model takes)": not 0 <= settings.at_once <= 1_000,
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
