"""One prompt to several local models side by side."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from workbench.domain.chat import ChatEvent, ChatRequest, Done, Failed, Finish, Sampling, Token, ask
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.domain.evidence import Answer, Comparison
from workbench.domain.ids import new_id
from workbench.domain.scenario import Scenario
from workbench.inference.local.model import LocalModel
from workbench.inference.local.pool import LocalModels
from workbench.services.library import LibraryService
from workbench.services.scenarios import ScenarioService

MOST_PANES = 4
FAILED = "failed"
EXAMPLES = 12
OWN_EXAMPLE = EvalCase(
    id="an example of ours",
    input="Policy: HR-04 Leave policy\nEmployees can take up to 28 days of annual leave per year. The last day for "
    "leave requests is 6 March.\n\nQuestion: How much annual leave do staff get?",
    expected="28 days",
)


@dataclass(frozen=True, slots=True)
class PaneEvent:
    """Something happened in pane `pane` (0 is the first model)."""

    pane: int
    event: ChatEvent


@dataclass(frozen=True, slots=True)
class PaneEnded:
    """Pane `pane` will say nothing more: its answer, however it ended."""

    pane: int
    answer: Answer


Listener = Callable[[PaneEvent | PaneEnded], None]


class Asking:
    """One prompt on its way to several models. Made by `PlaygroundService.begin`; `run` it once.

    `stop` may be called from any thread.
    """

    def __init__(
        self, panes: Sequence[_Pane], request: ChatRequest, keep: Callable[[tuple[Answer, ...]], Comparison]
    ) -> None:
        self._panes = tuple(panes)
        self._request = request
        self._keep = keep
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> Comparison:
        """All answers once the last one has ended.

        A model that fails or is stopped is an answer too. When the task itself is cancelled, what was said so far is
        kept as cancelled answers, and CancelledError goes on.
        """
        self._loop = asyncio.get_running_loop()
        self._tasks = [asyncio.create_task(pane.fill(self._request)) for pane in self._panes]
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        except asyncio.CancelledError:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await asyncio.shield(self._kept())
            raise
        for task in self._tasks:
            if not task.cancelled() and (bug := task.exception()) is not None:
                raise bug
        return await self._kept()

    async def _kept(self) -> Comparison:
        return await asyncio.to_thread(self._keep, tuple(pane.answer() for pane in self._panes))

    def stop(self, pane: int | None = None) -> None:
        """Ends one pane between two tokens, or all of them. What was said stays."""
        if self._loop is None or self._loop.is_closed():
            return
        for place, task in enumerate(self._tasks):
            if pane is None or pane == place:
                self._loop.call_soon_threadsafe(task.cancel)


class PlaygroundService:
    """Asks models and keeps what they answered as evidence."""

    def __init__(self, *, library: LibraryService, scenarios: ScenarioService, engines: LocalModels) -> None:
        self._library = library
        self._scenarios = scenarios
        self._engines = engines

    def begin(
        self,
        prompt: str,
        models: Sequence[str],
        *,
        system: str = "",
        sampling: Sampling | None = None,
        scenario_id: str | None = None,
        on_event: Listener | None = None,
    ) -> Asking:
        """Every model is going to be asked the same; events arrive in `on_event` while `run` is under way.

        Raises WorkbenchError for an empty prompt, no or too many models, or a reference that names no model. With a
        scenario the comparison is stored when it ends. The engines take the first thread's event loop: run every one
        in the same.
        """
        if not prompt.strip():
            raise WorkbenchError("The prompt is empty", where="prompt", mend="Write what the models should answer.")
        if not 1 <= len(models) <= MOST_PANES:
            raise WorkbenchError(
                f"{len(models)} models were chosen; 1 to {MOST_PANES} can be compared",
                where="models",
                mend="Choose two to four.",
            )
        paths = [self._library.resolve(reference) for reference in models]
        panes = [_Pane(place, self._engines.model(path), on_event) for place, path in enumerate(paths)]

        def keep(answers: tuple[Answer, ...]) -> Comparison:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            return self._saved(Comparison(new_id(), scenario_id, at, system, prompt, answers))

        return Asking(panes, _request(prompt, system, sampling), keep)

    def again(
        self,
        comparison: Comparison,
        place: int,
        model: str,
        *,
        sampling: Sampling | None = None,
        on_event: Listener | None = None,
    ) -> Asking:
        """One model of a comparison is asked once more; its new answer takes the place of the old one.

        Events carry `place` as their pane. Raises WorkbenchError when `model` names none.
        """
        pane = _Pane(place, self._engines.model(self._library.resolve(model)), on_event)

        def keep(answers: tuple[Answer, ...]) -> Comparison:
            merged = (*comparison.answers[:place], *answers, *comparison.answers[place + 1 :])
            return self._saved(replace(comparison, answers=merged))

        return Asking([pane], _request(comparison.prompt, comparison.system, sampling), keep)

    def _saved(self, comparison: Comparison) -> Comparison:
        """Stored, when it belongs to a scenario."""
        if comparison.scenario_id is not None:
            self._scenarios.save_comparison(comparison)
        return comparison

    async def compare(
        self,
        prompt: str,
        models: Sequence[str],
        *,
        system: str = "",
        sampling: Sampling | None = None,
        scenario_id: str | None = None,
        on_event: Listener | None = None,
    ) -> Comparison:
        """`begin` and `run` in one, for callers that stop all panes or none."""
        asking = self.begin(
            prompt, models, system=system, sampling=sampling, scenario_id=scenario_id, on_event=on_event
        )
        return await asking.run()

    def history(self, scenario_id: str) -> tuple[Comparison, ...]:
        """The scenario's comparisons, newest first."""
        return self._scenarios.comparisons(scenario_id)

    def examples(self, scenario: Scenario) -> tuple[EvalCase, ...]:
        """Cases to try a prompt with: a few of the scenario's eval data, from all over it; else one of our own."""
        from workbench.evals.datasets import examine

        path = self._scenarios.dataset_path(scenario)
        cases: tuple[EvalCase, ...] = ()
        if path is not None:
            with contextlib.suppress(WorkbenchError):
                cases = examine(path).dataset.cases
        step = max(len(cases) // EXAMPLES, 1)
        return cases[::step] or (OWN_EXAMPLE,)

    async def stop(self) -> None:
        """Ends every model process of this program."""
        await self._engines.close()


def _request(prompt: str, system: str, sampling: Sampling | None) -> ChatRequest:
    """Fresh: a model that remembered the prompt of a moment ago would look quicker than one that did not."""
    return ask(prompt, system=system, sampling=sampling, fresh=True)


class _Pane:
    """One model's answer while it streams."""

    def __init__(self, place: int, model: LocalModel, tell: Listener | None) -> None:
        self._place = place
        self._model = model
        self._tell = tell
        self._text: list[str] = []
        self._end: Done | Failed | None = None
        self._memory: int | None = None
        self._first_s: float | None = None

    async def fill(self, request: ChatRequest) -> None:
        began = time.perf_counter()
        try:
            async with contextlib.aclosing(self._model.chat(request)) as events:
                async for event in events:
                    self._note(event, time.perf_counter() - began)
                    self._say(PaneEvent(self._place, event))
        finally:
            self._say(PaneEnded(self._place, self.answer()))

    def _note(self, event: ChatEvent, elapsed_s: float) -> None:
        match event:
            case Token(text):
                if self._first_s is None:
                    self._first_s = elapsed_s
                    self._memory = self._model.memory_bytes()
                self._text.append(text)
            case Done() | Failed():
                self._end = event
                self._memory = self._model.memory_bytes() or self._memory
            case _:
                pass

    def _say(self, event: PaneEvent | PaneEnded) -> None:
        if self._tell is not None:
            self._tell(event)

    def answer(self) -> Answer:
        """What was said so far, with its timing when it is whole; a stopped one has only its first token's."""
        text = "".join(self._text)
        model = self._model.model_id
        if isinstance(self._end, Done):
            timing = self._end.timing
            return Answer(
                model=model,
                text=text,
                finish=self._end.finish,
                ttft_s=timing.ttft_s,
                tokens_per_s=timing.tokens_per_s,
                tokens_in=timing.tokens_in,
                tokens_out=timing.tokens_out,
                total_s=timing.total_s,
                cost_usd=0.0,
                memory_bytes=self._memory,
            )
        error = self._end.reason if isinstance(self._end, Failed) else None
        return Answer(
            model=model,
            text=text,
            finish=FAILED if error else Finish.CANCELLED,
            ttft_s=self._first_s,
            tokens_per_s=None,
            tokens_in=0,
            tokens_out=0,
            total_s=None,
            cost_usd=0.0,
            memory_bytes=self._memory,
            error_what=error.what if error else "",
            error_where=error.where if error else "",
            error_mend=error.mend if error else "",
        )
