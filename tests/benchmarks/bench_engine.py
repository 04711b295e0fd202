"""Tokens per second through the engine child against llama-cpp-python in this process, side by side in one run.

Run: `python tests/benchmarks/bench_engine.py [--tokens 64] [--rounds 8]`. They take turns on the same file, one thread
each, greedy. Prints a Markdown table and ends with code 1 when the ratio of the best rounds is under 0.95.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from workbench.domain.chat import Done, Failed, Sampling, Token, ask  # noqa: E402
from workbench.inference.local.model import LocalModel, LocalSettings  # noqa: E402
from workbench.inference.local.template import ChatTemplate  # noqa: E402

PROMPT = "Write down everything that the policy says about travel, meals and hotels, one sentence after the other. "
GOAL = 0.95
CONTEXT = 512
UNUSED_TOKEN = 5


@dataclass(frozen=True, slots=True)
class Rate:
    """One run: tokens per second after the first token, and seconds to the first."""

    tokens_per_s: float
    first_s: float


def write_large(path: Path) -> Path:
    """About 0.4 billion random weights in Q8_0: 24 layers, width 1,024, feed-forward 4,096; only speed matters.

    The blocks are seeded random bytes with one small scale, so that nothing overflows.
    """
    import gguf
    import numpy as np

    from gguf_files import SPECIAL, vocabulary

    layers, width, feed_forward = 24, 1024, 4096
    random = np.random.default_rng(7)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Random 0.4 B")
    writer.add_block_count(layers)
    writer.add_context_length(2048)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(feed_forward)
    writer.add_head_count(16)
    writer.add_head_count_kv(16)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // 16)
    texts, scores, kinds = vocabulary()
    writer.add_tokenizer_model("llama")
    writer.add_token_list(texts)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)

    def add(name: str, rows: int, columns: int, silent: int = 0) -> None:
        blocks = random.integers(0, 256, (rows, columns // 32, 34), dtype=np.uint8)
        blocks[:, :, :2] = np.frombuffer(np.float16(0.0003).tobytes(), np.uint8)
        blocks[:silent, :, 2:] = 0
        writer.add_tensor(name, blocks.reshape(rows, -1), raw_dtype=gguf.GGMLQuantizationType.Q8_0)

    add("token_embd.weight", len(texts), width)
    for layer in range(layers):
        block = f"blk.{layer}"
        writer.add_tensor(f"{block}.attn_norm.weight", np.ones(width, np.float32))
        for part in ("q", "k", "v", "output"):
            add(f"{block}.attn_{part}.weight", width, width)
        writer.add_tensor(f"{block}.ffn_norm.weight", np.ones(width, np.float32))
        add(f"{block}.ffn_gate.weight", feed_forward, width)
        add(f"{block}.ffn_up.weight", feed_forward, width)
        add(f"{block}.ffn_down.weight", width, feed_forward)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    # only printable tokens are ever likely: create_completion stalls on invalid UTF-8, and the end token would end it
    add("output.weight", len(texts), width, silent=len(SPECIAL) + 256)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_endless(source: Path, path: Path) -> Path:
    """A copy of a model that never ends its answer: its end tokens get other names, and `eos` another number.

    Speed is the same; only an answer of a given length can be timed.
    """
    raw = source.read_bytes()
    for name, other in ((b"<|im_end|>", b"<|im_fin|>"), (b"<|endoftext|>", b"<|endofbook|>")):
        raw = raw.replace(name, other)
    for key in (b"tokenizer.ggml.eos_token_id", b"tokenizer.ggml.eot_token_id"):
        at = raw.find(key)
        if at >= 0:
            at += len(key) + 4
            raw = raw[:at] + UNUSED_TOKEN.to_bytes(4, "little") + raw[at + 4 :]
    path.write_bytes(raw)
    return path


class InProcess:
    """llama-cpp-python in this process, one thread."""

    def __init__(self, path: Path) -> None:
        from llama_cpp import Llama

        self._llama = Llama(
            str(path), n_ctx=CONTEXT, n_threads=1, n_threads_batch=1, verbose=False, seed=1, no_perf=True
        )
        template = ChatTemplate(self._llama.metadata.get("tokenizer.chat_template"))
        text = template.render(ask(PROMPT).messages).text
        self._prompt = self._llama.tokenize(text.encode(), special=True)

    def completion(self, tokens: int) -> Rate:
        """Its public streaming call, which gives text as the child does."""
        self._llama.reset()
        stream = self._llama.create_completion(self._prompt, max_tokens=tokens, temperature=0.0, stream=True)
        return _timed(stream, tokens)

    def bare(self, tokens: int) -> Rate:
        """Its inner loop, which gives token numbers and no text."""
        self._llama.reset()
        return _timed(self._llama.generate(self._prompt, temp=0.0), tokens)


def _timed(stream: Iterable[object], tokens: int) -> Rate:
    begin = time.perf_counter()
    times = []
    for _ in stream:
        times.append(time.perf_counter())
        if len(times) == tokens:
            break
    return Rate((len(times) - 1) / (times[-1] - times[0]), times[0] - begin)


async def through_child(model: LocalModel, tokens: int) -> Rate:
    """The same, seen from the parent: text arriving over the pipe."""
    begin = time.perf_counter()
    first = 0.0
    async for event in model.chat(ask(PROMPT, sampling=Sampling(max_tokens=tokens), fresh=True)):
        match event:
            case Token():
                first = first or time.perf_counter()
            case Done(timing):
                return Rate((timing.tokens_out - 1) / (time.perf_counter() - first), first - begin)
            case Failed(reason):
                raise reason
    raise AssertionError("the answer has no end")


async def compare(name: str, path: Path, tokens: int, rounds: int) -> bool:
    """Print one row; True when the child reaches the goal.

    The three take turns, and the best round of each counts: what other programs take away differs from second to
    second, and the least disturbed round says most about the engine.
    """
    ours, public, bare = [], [], []
    rival = InProcess(path)
    model = LocalModel(path, settings=LocalSettings(threads=1, context_tokens=CONTEXT))
    try:
        await model.load()
        for number in range(rounds + 1):
            taken = (await through_child(model, tokens), rival.completion(tokens), rival.bare(tokens))
            if number:  # the first round warms the caches
                for rates, rate in zip((ours, public, bare), taken, strict=True):
                    rates.append(rate)
    finally:
        await model.unload()
    child, theirs, inner = (max(rate.tokens_per_s for rate in rates) for rates in (ours, public, bare))
    middle = statistics.median(a.tokens_per_s / b.tokens_per_s for a, b in zip(ours, public, strict=True))
    delay = 1000 * (min(rate.first_s for rate in ours) - min(rate.first_s for rate in public))
    print(
        f"| {name} | {child:,.1f} | {theirs:,.1f} | {inner:,.1f} | {child / theirs:.3f} | {middle:.3f} "
        f"| {child / inner:.3f} | {delay:+.1f} |",
        flush=True,
    )
    return child / theirs >= GOAL


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=8)
    given = parser.parse_args()
    largest = max((ROOT / "resources" / "demo_models").glob("*.gguf"), key=lambda path: path.stat().st_size)
    print(
        "| model | child, tokens/s | create_completion | bare generate | ratio | median | to bare | first token, ms |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = write_endless(largest, Path(folder) / "demo.gguf")
        large = write_large(Path(folder) / "large.gguf")
        reached = [
            await compare(largest.stem, demo, given.tokens, given.rounds),
            await compare("random 0.4 B, Q8_0", large, given.tokens, given.rounds),
        ]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
