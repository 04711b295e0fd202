"""The library: inspecting a large file, searching folders, and agreeing with the `gguf` package on real vocabularies.

    python tests/benchmarks/bench_library.py [--vocabularies FOLDER]

Makes 10,000 models in 500 folders, and a sparse file of more than 4 GB with 150,000 tokens and 280,000 merges. With a
folder (vendor/llama.cpp/models of llama-cpp-python) every GGUF file in it is read by `workbench library
inspect --json --all` and by `gguf.GGUFReader`, and compared field by field and key by key. Ends with code 1 when a goal
or a field is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import gguf  # noqa: E402
import numpy as np  # noqa: E402
from workbench.inference.local.described import DescribedFiles  # noqa: E402
from workbench.inference.local.discover import scan  # noqa: E402
from workbench.inference.local.gguf import inspect  # noqa: E402
from workbench.inference.local.walk import walk  # noqa: E402

from gguf_files import write_model  # noqa: E402
from gguf_oracle import differences, expected, read_keys  # noqa: E402

Result = TypeVar("Result")
ROUNDS = 7
INSPECT_GOAL_S = 0.3
TIMES_FASTER_GOAL = 50.0
SEARCH_GOAL_S = 2.0
FILES, FOLDERS = 10_000, 500
TOKENS, MERGES = 150_000, 280_000
LAYERS, WIDTH, KV_WIDTH, FEED_FORWARD = 32, 4096, 1024, 14336
PARTS = {
    "attn_q": (WIDTH, WIDTH), "attn_k": (KV_WIDTH, WIDTH), "attn_v": (KV_WIDTH, WIDTH), "attn_output": (WIDTH, WIDTH),
    "ffn_gate": (FEED_FORWARD, WIDTH), "ffn_up": (FEED_FORWARD, WIDTH), "ffn_down": (WIDTH, FEED_FORWARD),
}  # fmt: skip


def write_sparse(path: Path) -> Path:
    """An 8-billion-parameter file in Q4_0 whose weights are a hole in the file."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Sparse 8B")
    writer.add_block_count(LAYERS)
    writer.add_context_length(8192)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(32)
    writer.add_head_count_kv(8)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(2)
    writer.add_tokenizer_model("gpt2")
    lengths = np.random.default_rng(3).integers(0, 9, TOKENS)
    writer.add_token_list([f"t{number:x}{'x' * int(more)}" for number, more in enumerate(lengths)])
    writer.add_token_types([1] * TOKENS)
    writer.add_token_merges([f"a{number:x} b" for number in range(MERGES)])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template("{% for m in messages %}{{ m.content }}{% endfor %}" * 40)

    def add(name: str, rows: int, columns: int) -> None:
        shape = (rows, columns // 32 * 18)
        kind = gguf.GGMLQuantizationType.Q4_0
        writer.add_tensor_info(name, shape, np.dtype(np.uint8), shape[0] * shape[1], raw_dtype=kind)

    add("token_embd.weight", TOKENS, WIDTH)
    for layer in range(LAYERS):
        for part, (rows, columns) in PARTS.items():
            add(f"blk.{layer}.{part}.weight", rows, columns)
    add("output.weight", TOKENS, WIDTH)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    weights = sum(info.nbytes for tensors in writer.tensors for info in tensors.values())
    writer.close()
    os.truncate(path, -(-path.stat().st_size // 32) * 32 + weights)
    return path


def best(work: Callable[[], Result], rounds: int = ROUNDS) -> tuple[float, Result]:
    """Shortest of some runs in seconds, and the last result."""
    shortest = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        result = work()
        shortest = min(shortest, time.perf_counter() - begun)
    return shortest, result


def compare_inspecting(folder: Path) -> bool:
    path = write_sparse(folder / "sparse.gguf")
    ours_s, ours = best(lambda: inspect(path))
    theirs_s, theirs = best(lambda: expected(path), rounds=1)
    wrong = differences(ours.as_json(), theirs)
    print("| file | workbench, s | gguf.GGUFReader, s | times faster | differing fields |")
    print("|---|---|---|---|---|")
    size = f"{path.stat().st_size / 1e9:.1f} GB, {TOKENS:,} tokens, {MERGES:,} merges"
    print(f"| {size} | {ours_s:.3f} | {theirs_s:.1f} | {theirs_s / ours_s:.0f} | {len(wrong)} |\n", flush=True)
    path.unlink()
    return ours_s <= INSPECT_GOAL_S and theirs_s / ours_s >= TIMES_FASTER_GOAL and not wrong


def compare_vocabularies(folder: Path) -> bool:
    print("| file | bytes | fields compared | keys compared | gguf.GGUFReader, s | differing |")
    print("|---|---|---|---|---|---|", flush=True)
    right = True
    for path in sorted(folder.glob("*.gguf")):
        command = [sys.executable, "-m", "workbench", "library", "inspect", str(path), "--json", "--all"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        ours = json.loads(done.stdout)
        begun = time.perf_counter()
        fields, keys = expected(path), read_keys(gguf.GGUFReader(path))
        seconds = time.perf_counter() - begun
        wrong = [*differences(ours, fields), *differences(ours["keys"], keys)]
        right = right and not wrong and set(keys) == set(ours["keys"])
        shown = "; ".join(wrong)[:200] or "none"
        size = path.stat().st_size
        print(f"| {path.name} | {size:,} | {len(fields)} | {len(keys)} | {seconds:.1f} | {shown} |", flush=True)
    print(flush=True)
    return right


def write_many(folder: Path) -> Path:
    """Small whole models of one size, each with a name of its own, 20 in a folder."""
    model = write_model(folder / "one.gguf").read_bytes()
    root = folder / "many"
    for number in range(FOLDERS):
        place = root / f"publisher{number % 20}" / f"repository{number}"
        place.mkdir(parents=True)
        for copy in range(FILES // FOLDERS):
            named = model.replace(b"Random test model", b"Model %011d" % (number * 100 + copy))
            (place / f"model-{number}-{copy}.gguf").write_bytes(named)
    return root


def compare_searching(folder: Path) -> bool:
    root, store = write_many(folder), folder / "models.json"

    def listing() -> int:
        memory = DescribedFiles(store)
        found = sum(1 for _ in scan([root], memory.describe))
        memory.save()
        return found

    search_s, searched = best(lambda: sum(1 for _ in walk(root)))
    first_s, first = best(listing, rounds=1)
    again_s, again = best(listing, rounds=3)
    print(f"| {FILES:,} models in {FOLDERS} folders | s |")
    print("|---|---|")
    print(f"| found by name, size and time | {search_s:.2f} |")
    print(f"| found and described, at a later start | {again_s:.2f} |")
    print(f"| found and every description read for the first time | {first_s:.1f} |\n", flush=True)
    return searched == first == again == FILES and search_s <= SEARCH_GOAL_S


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabularies", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        reached = [compare_inspecting(Path(folder)), compare_searching(Path(folder))]
    if given.vocabularies is not None:
        reached.append(compare_vocabularies(given.vocabularies))
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
