"""One prompt to several local models side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from workbench.domain.chat import ChatEvent, ChatRequest, Done, Failed, Sampling, Token, ask
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Answer, Comparison
from workbench.domain.ids import new_id
from workbench.inference.local.model import LocalModel
from workbench.inference.local.pool import LocalModels
from workbench.services.library import LibraryService
from workbench.services.scenarios import ScenarioService

MOST_PANES = 4
CANCELLED = "cancelled"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PaneEvent:
    """Something happened in pane `pane` (0 is the first model)."""

    pane: int
    event: ChatEvent


class PlaygroundService:
    """Asks models and keeps what they answered as evidence."""

    def __init__(self, *, library: LibraryService, scenarios: ScenarioService, engines: LocalModels) -> None:
        self._library = library
        self._scenarios = scenarios
        self._engines = engines

    async def compare(
        self,
        prompt: str,
        models: Sequence[str],
        *,
        system: str = "",
        sampling: Sampling | None = None,
        scenario_id: str | None = None,
        on_event: Callable[[PaneEvent], None] | None = None,
    ) -> Comparison:
        """Asks every model the same and returns all answers once the last is done; events arrive while they stream.

        A model that fails is an answer with an error; the others go on. When the task is cancelled, what was said so
        far is kept as cancelled answers. Raises WorkbenchError for an empty prompt, no or too many models, or a
        reference that names no model. With a scenario the comparison is stored.
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
        request = ask(prompt, system=system, sampling=sampling)
        panes = [_Pane(index, self._engines.model(path), on_event) for index, path in enumerate(paths)]
        try:
            await asyncio.gather(*(pane.fill(request) for pane in panes))
        finally:
            comparison = Comparison(
                id=new_id(),
                scenario_id=scenario_id,
                at=datetime.now(UTC).isoformat(timespec="seconds"),
                system=system,
                prompt=prompt,
                answers=tuple(pane.answer() for pane in panes),
            )
            if scenario_id is not None:
                await asyncio.shield(asyncio.to_thread(self._scenarios.save_comparison, comparison))
        return comparison

    def history(self, scenario_id: str) -> tuple[Comparison, ...]:
        """The scenario's comparisons, newest first."""
        return self._scenarios.comparisons(scenario_id)

    async def stop(self) -> None:
        """Ends every model process of this program."""
        await self._engines.close()


class _Pane:
    """One model's answer while it streams."""

    def __init__(self, index: int, model: LocalModel, on_event: Callable[[PaneEvent], None] | None) -> None:
        self._index = index
        self._model = model
        self._tell = on_event
        self._text: list[str] = []
        self._end: Done | Failed | None = None
        self._memory: int | None = None

    async def fill(self, request: ChatRequest) -> None:
        async for event in self._model.chat(request):
            match event:
                case Token(text):
                    self._text.append(text)
                case Done() | Failed():
                    self._end = event
                    self._memory = self._model.memory_bytes()
                case _:
                    pass
            if self._tell is not None:
                self._tell(PaneEvent(self._index, event))

    def answer(self) -> Answer:
        """What was said so far, with its timing when it is whole."""
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
            finish=FAILED if error else CANCELLED,
            ttft_s=None,
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
