"""Run the sample eval over the demo models through llama-cpp-python and print a table: `python measure.py`.

Answers are greedy (temperature 0) under each file's own chat template. `--card` also writes `card.json`, with what
each file says of its training beside what was measured here.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llama_cpp import Llama

HERE = Path(__file__).parent
EVAL_FILE = HERE.parent / "evals" / "knowledge-assistant.csv"
CARD_FILE = HERE / "card.json"
MODELS = ("demo-nano.gguf", "demo-small.gguf", "demo-medium.gguf")
MAX_ANSWER_TOKENS = 80
OVERALL = "overall"

Case = dict[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """What one model file says of itself, and its share of right answers overall and by task."""

    file: Path
    metadata: dict[str, str]
    accuracy: dict[str, float]


def read_cases(path: Path) -> list[Case]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measure(file: Path, cases: list[Case], show_wrong: bool) -> Result:
    """Ask the model every case. One thread: two on busy cores wait for each other at every step."""
    llama = Llama(str(file), n_ctx=512, n_threads=1, n_threads_batch=1, verbose=False)
    hits: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        answer = _answer(llama, case["input"])
        right = is_right(answer, case)
        if show_wrong and not right:
            print(f"{file.name} {case['id']}: {answer!r}, expected {case['expected']!r}")
        for group in (OVERALL, case["task"]):
            hits[group].append(right)
    return Result(file, dict(llama.metadata), {group: sum(values) / len(values) for group, values in hits.items()})


def _answer(llama: Llama, prompt: str) -> str:
    messages: Any = [{"role": "user", "content": prompt}]
    reply: Any = llama.create_chat_completion(messages, temperature=0.0, max_tokens=MAX_ANSWER_TOKENS)
    return str(reply["choices"][0]["message"]["content"])


def is_right(answer: str, case: Case) -> bool:
    """Whether the stripped answer is the expected text, or has it inside where the case says `contains`."""
    expected = case["expected"]
    return expected in answer if case["scorer"] == "contains" else answer.strip() == expected


def print_table(results: list[Result]) -> None:
    print(f"{'accuracy, %':<18}" + "".join(f"{result.file.stem:>14}" for result in results))
    for group in results[0].accuracy:
        print(f"{group:<18}" + "".join(f"{100 * result.accuracy[group]:>14.1f}" for result in results))


def card_entry(result: Result) -> dict[str, Any]:
    """One model's entry in the card; the training figures were written into the file by `export.py`."""
    metadata = result.metadata
    return {
        "file": result.file.name,
        "name": metadata["general.name"],
        "parameters": int(metadata["general.parameter_count"]),
        "bytes": result.file.stat().st_size,
        "steps": int(metadata["training.steps"]),
        "seconds": int(metadata["training.seconds"]),
        "seed": int(metadata["training.seed"]),
        "accuracy": {group: round(share, 4) for group, share in result.accuracy.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=MODELS, help="files in this folder, by default all three")
    parser.add_argument("--card", action="store_true", help="also write card.json")
    parser.add_argument("--wrong", action="store_true", help="also print the answers that are wrong")
    arguments = parser.parse_args()
    cases = read_cases(EVAL_FILE)
    results = [measure(HERE / name, cases, arguments.wrong) for name in arguments.models]
    print_table(results)
    if arguments.card:
        card = {"models": [card_entry(result) for result in results]}
        CARD_FILE.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
