"""Run the sample eval over the demo models through llama-cpp-python and print a table: `python measure.py`.

Answers are greedy (temperature 0) under each file's own chat template. `--json FILE` also writes the numbers.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

from llama_cpp import Llama

HERE = Path(__file__).parent
EVAL_FILE = HERE.parent / "evals" / "knowledge-assistant.csv"
MODELS = ("demo-nano.gguf", "demo-small.gguf", "demo-medium.gguf")
MAX_ANSWER_TOKENS = 80
OVERALL = "overall"

Case = dict[str, str]


def read_cases(path: Path) -> list[Case]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_right(answer: str, case: Case) -> bool:
    """Whether the stripped answer is the expected text, or has it inside where the case says `contains`."""
    expected = case["expected"]
    return expected in answer if case["scorer"] == "contains" else answer.strip() == expected


def answers_of(model_file: Path, cases: list[Case]) -> list[str]:
    """The model's answers in the cases' order. One thread: two on busy cores wait for each other at every step."""
    llama = Llama(str(model_file), n_ctx=512, n_threads=1, n_threads_batch=1, verbose=False)
    return [_answer(llama, case["input"]) for case in cases]


def _answer(llama: Llama, prompt: str) -> str:
    reply = llama.create_chat_completion(
        [{"role": "user", "content": prompt}], temperature=0.0, max_tokens=MAX_ANSWER_TOKENS
    )
    return str(reply["choices"][0]["message"]["content"])


def accuracy(answers: list[str], cases: list[Case]) -> dict[str, float]:
    """Share of right answers, overall and by task."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for answer, case in zip(answers, cases, strict=True):
        for group in (OVERALL, case["task"]):
            hits[group].append(is_right(answer, case))
    return {group: sum(values) / len(values) for group, values in hits.items()}


def print_table(results: dict[str, dict[str, float]]) -> None:
    names = list(results)
    print(f"{'accuracy, %':<18}" + "".join(f"{name:>20}" for name in names))
    for group in results[names[0]]:
        print(f"{group:<18}" + "".join(f"{100 * results[name][group]:>20.1f}" for name in names))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=MODELS, help="GGUF files, by default the three demo models")
    parser.add_argument("--json", type=Path, help="also write the numbers to this file")
    parser.add_argument("--wrong", action="store_true", help="also print the answers that are wrong")
    arguments = parser.parse_args()
    cases = read_cases(EVAL_FILE)
    results: dict[str, dict[str, float]] = {}
    for name in arguments.models:
        answers = answers_of(HERE / name, cases)
        results[name] = accuracy(answers, cases)
        if arguments.wrong:
            for answer, case in zip(answers, cases, strict=True):
                if not is_right(answer, case):
                    print(f"{name} {case['id']}: {answer!r}, expected {case['expected']!r}")
    print_table(results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
