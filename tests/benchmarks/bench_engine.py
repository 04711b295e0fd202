"""The engine child against llama-cpp-python in this process, side by side in one run, one thread each, greedy.

Run: `python tests/benchmarks/bench_engine.py [--rounds 8]`. Prints Markdown tables and ends with code 1 when a goal is
missed:

- one answer through the child has at least 0.97 of the tokens per second of `create_completion`;
- its first token comes within 10 ms;
- 16 prompts that share 200 tokens take at most two thirds of the time of the quicker sequential loop on the 0.4 B file,
  and are never slower than it on the smallest demo model;
- idle children use no processor time.

What other programs take away differs from second to second. So the two take turns in the order A B B A, a round
is about a second, and beside the wall clock stands the ratio of processor time, which others cannot take away: when the
two disagree, the machine was busy, and a goal counts as missed only when both columns say so.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmark_models import write_endless, write_large  # noqa: E402
from workbench.domain.chat import Done, Failed, Sampling, Timing, Token, ask  # noqa: E402
from workbench.inference.local.model import LocalModel, LocalSettings  # noqa: E402
from workbench.inference.local.template import ChatTemplate  # noqa: E402

PROMPT = "Write down everything that the policy says about travel, meals and hotels, one sentence after the other. "
STREAMING, TOGETHER, FIRST_MS = 0.97, 1.5, 10.0
CONTEXT = 1024
SHARED_TOKENS = 200
PROMPTS = 16
ANSWER_TOKENS = 48
IDLE_CHILDREN, IDLE_S = 3, 3.0


@dataclass(frozen=True, slots=True)
class Round:
    """One run: tokens per second after the first token, seconds to the first, seconds in all, processor seconds."""

    tokens_per_s: float
    first_s: float
    wall_s: float
    cpu_s: float


def cpu_of(pid: int) -> float:
    """Processor seconds of another process so far (Linux); elsewhere nothing is known, and it counts as 0."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class InProcess:
    """llama-cpp-python in this process, one thread."""

    def __init__(self, path: Path) -> None:
        from llama_cpp import Llama

        self._llama = Llama(
            str(path), n_ctx=CONTEXT, n_threads=1, n_threads_batch=1, verbose=False, seed=1, no_perf=True
        )
        self._template = ChatTemplate(self._llama.metadata.get("tokenizer.chat_template"))

    def cut(self, text: str) -> str:
        """The first 200 tokens of a text."""
        tokens = self._llama.tokenize(text.encode(), add_bos=False)[:SHARED_TOKENS]
        return str(self._llama.detokenize(tokens).decode())

    async def answer(self, text: str, tokens: int, *, again: bool = False) -> Round:
        """Its public streaming call; `again` lets it reuse what it remembers of the last prompt."""
        if not again:
            self._llama.reset()
        cpu, begin = time.process_time(), time.perf_counter()
        prompt = self._llama.tokenize(self._template.render(ask(text).messages).text.encode(), special=True)
        stream = self._llama.create_completion(prompt, max_tokens=tokens, temperature=0.0, stream=True)
        times = _times(stream, tokens)
        return _round(times, len(times), begin, time.process_time() - cpu)


class ThroughChild:
    """The same, seen from the parent: text arriving over the pipe."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model

    async def answer(self, text: str, tokens: int, *, again: bool = False) -> Round:
        assert self._model.pid
        cpu, begin, first = time.process_time() + cpu_of(self._model.pid), time.perf_counter(), 0.0
        request = ask(text, sampling=Sampling(max_tokens=tokens), fresh=not again)
        async for event in self._model.chat(request):
            match event:
                case Token():
                    first = first or time.perf_counter()
                case Done(timing):
                    spent = time.process_time() + cpu_of(self._model.pid) - cpu
                    return _round([first, time.perf_counter()], timing.tokens_out, begin, spent)
                case Failed(reason):
                    raise reason
        raise AssertionError("the answer has no end")


def _times(stream: Iterable[object], tokens: int) -> list[float]:
    times = []
    for _ in stream:
        times.append(time.perf_counter())
        if len(times) == tokens:
            break
    return times


def _round(times: Sequence[float], tokens: int, begin: float, cpu_s: float) -> Round:
    return Round((tokens - 1) / max(times[-1] - times[0], 1e-9), times[0] - begin, times[-1] - begin, cpu_s)


Run = Callable[[int], Awaitable[Round]]


async def by_turns(ours: Run, theirs: Run, rounds: int) -> list[tuple[Round, Round]]:
    """Pairs of rounds in the order A B B A; the first pair warms the caches and is left out."""
    pairs = []
    gc.disable()
    for number in range(rounds + 1):
        if number % 2:
            b, a = await theirs(number), await ours(number)
        else:
            a, b = await ours(number), await theirs(number)
        if number:
            pairs.append((a, b))
    gc.enable()
    return pairs


def blocks(pairs: Sequence[tuple[Round, Round]], value: Callable[[Round], float]) -> float:
    """The median over A B B A blocks of the ratio of ours to theirs."""
    halves = [pairs[at : at + 2] for at in range(0, len(pairs) - 1, 2)]
    return statistics.median(sum(value(a) for a, _ in half) / sum(value(b) for _, b in half) for half in halves)


def cpu_ratio(pairs: Sequence[tuple[Round, Round]]) -> float:
    """Processor time of theirs over ours: above 1, ours needs less."""
    return sum(b.cpu_s for _, b in pairs) / max(sum(a.cpu_s for a, _ in pairs), 1e-9)


async def streaming(name: str, path: Path, tokens: int, rounds: int) -> bool:
    """One row: one answer at a time."""
    model = LocalModel(path, settings=LocalSettings(threads=1, context_tokens=CONTEXT))
    child, rival = ThroughChild(model), InProcess(path)
    await model.load()
    try:
        pairs = await by_turns(lambda _: child.answer(PROMPT, tokens), lambda _: rival.answer(PROMPT, tokens), rounds)
        short = await by_turns(lambda _: child.answer("Hi", 2), lambda _: rival.answer("Hi", 2), 2 * rounds)
    finally:
        await model.unload()
    best = max(a.tokens_per_s for a, _ in pairs) / max(b.tokens_per_s for _, b in pairs)
    middle = 1 / blocks(pairs, lambda one: 1 / one.tokens_per_s)
    cpu = cpu_ratio(pairs)
    late = 1000 * statistics.median(a.first_s - b.first_s for a, b in short)
    least = 1000 * (min(a.first_s for a, _ in short) - min(b.first_s for _, b in short))
    rate = statistics.median(a.tokens_per_s for a, _ in pairs)
    print(f"| {name} | {rate:,.1f} | {best:.3f} | {middle:.3f} | {cpu:.3f} | {late:+.1f} | {least:+.1f} |", flush=True)
    return (min(best, middle) >= STREAMING or cpu >= STREAMING) and min(late, least) <= FIRST_MS


class Together:
    """16 prompts that share 200 tokens, each round with another beginning, so that nothing is remembered of it."""

    def __init__(self, model: LocalModel, rival: InProcess) -> None:
        self._model, self._rival = model, rival

    def prompts(self, number: int, kind: str) -> list[str]:
        shared = self._rival.cut(f"{kind}{number}: You answer from the policy only, in one short sentence. " * 30)
        return [f"{shared} Rule {place:2}?" for place in range(PROMPTS)]

    async def batched(self, number: int) -> Round:
        timings, spent = await self._timed(lambda texts: asyncio.gather(*map(self._ask, texts)), number, "b")
        shared = sum(timing.shared_tokens >= SHARED_TOKENS - 5 for timing in timings)
        assert shared >= PROMPTS - 1, f"only {shared} prompts shared their beginning"
        return spent

    async def in_turn(self, number: int) -> Round:
        async def one_by_one(texts: list[str]) -> list[Timing]:
            return [await self._ask(text) for text in texts]

        return (await self._timed(one_by_one, number, "t"))[1]

    async def _timed(
        self, work: Callable[[list[str]], Awaitable[Sequence[Timing]]], number: int, kind: str
    ) -> tuple[Sequence[Timing], Round]:
        assert self._model.pid
        cpu, begin = time.process_time() + cpu_of(self._model.pid), time.perf_counter()
        timings = await work(self.prompts(number, kind))
        wall = time.perf_counter() - begin
        spent = time.process_time() + cpu_of(self._model.pid) - cpu
        return timings, Round(sum(timing.tokens_out for timing in timings) / wall, 0.0, wall, spent)

    async def _ask(self, text: str) -> Timing:
        async for event in self._model.chat(ask(text, sampling=Sampling(max_tokens=ANSWER_TOKENS))):
            if isinstance(event, Done):
                return event.timing
            assert not isinstance(event, Failed), event
        raise AssertionError("the answer has no end")

    async def rival(self, number: int) -> Round:
        """The usual loop over llama-cpp-python, which keeps the beginning it has in common with the prompt before."""
        cpu, begin, tokens = time.process_time(), time.perf_counter(), 0
        for text in self.prompts(number, "r"):
            await self._rival.answer(text, ANSWER_TOKENS, again=True)
            tokens += ANSWER_TOKENS
        wall = time.perf_counter() - begin
        return Round(tokens / wall, 0.0, wall, time.process_time() - cpu)


async def together(name: str, path: Path, rounds: int, goal: float) -> bool:
    """One row: 16 at once, against one after the other here and through the child."""
    model = LocalModel(path, settings=LocalSettings(threads=1, context_tokens=CONTEXT))
    await model.load()
    try:
        both = Together(model, InProcess(path))
        here = await by_turns(both.batched, both.rival, rounds)
        child = await by_turns(both.batched, both.in_turn, rounds)
    finally:
        await model.unload()
    wall = [1 / blocks(pairs, lambda one: one.wall_s) for pairs in (here, child)]
    cpu = [cpu_ratio(pairs) for pairs in (here, child)]
    rate = statistics.median(a.tokens_per_s for a, _ in here)
    print(f"| {name} | {rate:,.0f} | {wall[0]:.2f} | {cpu[0]:.2f} | {wall[1]:.2f} | {cpu[1]:.2f} |", flush=True)
    return min(wall) >= goal or min(cpu) >= goal


async def idle(path: Path, folder: Path) -> bool:
    """Processor time and wake-ups of children that have answered once and are asked nothing more."""
    models = []
    for number in range(IDLE_CHILDREN):
        copy = folder / f"idle{number}.gguf"
        copy.write_bytes(path.read_bytes())
        models.append(LocalModel(copy, settings=LocalSettings(threads=1, context_tokens=CONTEXT)))
    try:
        for model in models:
            await ThroughChild(model).answer("Hi", 2) if model.pid else await model.load()
        await asyncio.sleep(3.0)  # the watch over an answer ends by itself
        before = [(cpu_of(m.pid or 0), _switches(m.pid or 0)) for m in models], time.process_time()
        await asyncio.sleep(IDLE_S)
        after = [(cpu_of(m.pid or 0), _switches(m.pid or 0)) for m in models], time.process_time()
    finally:
        for model in models:
            await model.unload()
    cpu = sum(b[0] - a[0] for a, b in zip(before[0], after[0], strict=True))
    switches = sum(b[1] - a[1] for a, b in zip(before[0], after[0], strict=True))
    parent = 1000 * (after[1] - before[1])
    what = f"{IDLE_CHILDREN} idle children, {IDLE_S:g} s"
    print(f"\n{what}: {cpu:.2f} s of processor, {switches} wake-ups; in this process {parent:.1f} ms")
    return cpu == 0 and switches == 0


def _switches(pid: int) -> int:
    """How often the threads of a process gave up a core so far."""
    count = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = status.read_text().splitlines()
        count += sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))
    return count


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=8, help="an even number")
    rounds = parser.parse_args().rounds
    demos = sorted((ROOT / "resources" / "demo_models").glob("*.gguf"), key=lambda path: path.stat().st_size)
    print(f"load before: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, medium = (write_endless(path, folder / f"{path.stem}.gguf") for path in (demos[0], demos[-1]))
        large = write_large(folder / "large.gguf")
        print("| model | child, tokens/s | best rounds | median | processor | first token, ms | best |")
        print("|---|---|---|---|---|---|---|", flush=True)
        reached = [
            await streaming(medium.stem, medium, 400, rounds),
            await streaming("random 0.4 B, Q8_0", large, 32, rounds),
        ]
        print(
            "\n| 16 prompts, 200 tokens in common | tokens/s | to llama-cpp-python | processor | to turns | processor |"
        )
        print("|---|---|---|---|---|---|", flush=True)
        reached += [
            await together(small.stem, small, rounds, 1.0),
            await together("random 0.4 B, Q8_0", large, max(2, rounds // 4 * 2), TOGETHER),
            await idle(small, folder),
        ]
    print(f"load after: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
