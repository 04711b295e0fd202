"""A short benchmark of a local model in the engine child: how fast it really is on this machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from workbench.domain.chat import ChatRequest, Done, Failed, Finish, Sampling, Timing, ask
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import GgufFile
from workbench.inference.local.measured import Measurement, Measurements
from workbench.inference.local.model import LocalModel
from workbench.inference.local.pool import LocalModels
from workbench.services.library import LibraryService

#: a question of usual length
PROMPT = (
    "You are asked about the travel policy of a company with two thousand employees. Hotels are paid up to a limit "
    "that depends on the city. Trains are booked second class, flights in the cheapest class that can be changed. "
    "Meals are paid by a daily rate, without receipts. Whoever drives uses the pool cars first. Every journey is "
    "approved before it is booked, and every claim is handed in within thirty days of the return. Write down "
    "everything that a new employee should know about it, in whole sentences, one after the other, with an example "
    "for each, and do not stop early."
)
#: a character may be a token: half of the context is left to the answer
CHARACTERS_PER_CONTEXT = 0.5
USUAL_CONTEXT = 2048
ANSWER_TOKENS = 48
LEAST_ANSWER = 8
ROUNDS = 6
LEAST_ROUNDS = 2
ENOUGH_S = 12.0

Report = Callable[[int, int], None]


class MeasuringService:
    """Runs the benchmark and keeps its result."""

    def __init__(self, *, library: LibraryService, engines: LocalModels, measurements: Measurements) -> None:
        self._library = library
        self._engines = engines
        self._measurements = measurements

    async def measure(self, reference: str, report: Report | None = None) -> Measurement:
        """Loads the model, lets it answer some times (for about ten seconds) and keeps the best round.

        `report` is told rounds done and rounds in all. Raises WorkbenchError when the model cannot be loaded or does
        not answer; cancelling the task ends it, and nothing is kept.
        """
        path = await asyncio.to_thread(self._library.checked, reference)
        model = self._engines.model(path)
        begun = time.monotonic()
        await model.load()
        load_s = model.ready.load_s if model.ready else time.monotonic() - begun
        rounds = await self._rounds(model, report or (lambda done, most: None))
        measured = _summary(model, rounds, load_s)
        await asyncio.to_thread(self._keep, model.file, measured)
        return measured

    async def _rounds(self, model: LocalModel, report: Report) -> list[Timing]:
        prompt = PROMPT[: max(16, int((model.file.context or USUAL_CONTEXT) * CHARACTERS_PER_CONTEXT))]
        request = ask(prompt, sampling=Sampling(max_tokens=ANSWER_TOKENS), fresh=True)
        rounds: list[Timing] = []
        begun = time.monotonic()
        for number in range(ROUNDS):
            report(number, ROUNDS)
            rounds.append(await _one_round(model, request))
            if len(rounds) >= LEAST_ROUNDS and time.monotonic() - begun > ENOUGH_S:
                break
        return rounds

    def _keep(self, file: GgufFile, measured: Measurement) -> None:
        try:
            self._measurements.keep(file, measured)
        except OSError as error:
            raise WorkbenchError(
                f"The measurement could not be kept: {error.strerror}",
                where=file.name,
                mend="Make room on the disk, then measure again.",
            ) from error


async def _one_round(model: LocalModel, request: ChatRequest) -> Timing:
    timing, finish = None, None
    async for event in model.chat(request):
        match event:
            case Done():
                timing, finish = event.timing, event.finish
            case Failed(reason):
                raise reason
    if timing is None or finish is Finish.CANCELLED:
        raise WorkbenchError(
            "The model was unloaded while it was measured", where=model.model_id, mend="Measure again."
        )
    return timing


def _summary(model: LocalModel, rounds: list[Timing], load_s: float) -> Measurement:
    """The best round: what other programs take away differs from second to second."""
    speeds = [timing.tokens_per_s for timing in rounds if timing.tokens_per_s and timing.tokens_out >= LEAST_ANSWER]
    ready = model.ready
    if not speeds:  # short answers: the time from token to token, which counts the one that ended the answer
        speeds = [1 / timing.itl_p50_s for timing in rounds if timing.itl_p50_s]
    if not speeds and ready is not None and ready.token_s > 0:  # it ends its answers at once: the engine's own test
        speeds = [1 / ready.token_s]
    first = [timing.ttft_s for timing in rounds if timing.ttft_s]
    if not speeds or not first:
        raise WorkbenchError(
            "The model gave no answer that could be timed", where=model.model_id, mend="Ask it something on Validate."
        )
    prompts = [timing.tokens_in / timing.prompt_s for timing in rounds if timing.prompt_s]
    return Measurement(
        tokens_per_s=max(speeds),
        slowest_tokens_per_s=min(speeds),
        ttft_s=min(first),
        prompt_tokens=rounds[0].tokens_in,
        prompt_tokens_per_s=max(prompts, default=rounds[0].tokens_in / min(first)),
        answer_tokens=max(timing.tokens_out for timing in rounds),
        rounds=len(rounds),
        threads=ready.threads if ready else 1,
        load_s=load_s,
        memory_bytes=model.memory_bytes(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        engine=_engine(),
    )


def _engine() -> str:
    """Name and version of what computes; the package is not imported for it."""
    import importlib.metadata

    try:
        return f"llama-cpp-python {importlib.metadata.version('llama-cpp-python')}"
    except importlib.metadata.PackageNotFoundError:
        return "llama.cpp"
