"""Write the sample eval set: `python make_eval.py`. The seed is fixed, so the file is always the same."""

from __future__ import annotations

import csv
from pathlib import Path

from generator import TASKS, Sample, eval_set

EVAL_FILE = Path(__file__).parent.parent / "evals" / "knowledge-assistant.csv"
COLUMNS = ("id", "task", "input", "expected", "scorer", "source_document", "sensitive")


def write_eval(samples: list[Sample], path: Path) -> None:
    numbers = dict.fromkeys(TASKS, 0)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for sample in samples:
            numbers[sample.task] += 1
            case_id = f"{sample.task}-{numbers[sample.task]:02}"
            sensitive = "yes" if sample.sensitive else "no"
            writer.writerow(
                (case_id, sample.task, sample.prompt, sample.answer, sample.scorer, sample.document, sensitive)
            )


def main() -> None:
    EVAL_FILE.parent.mkdir(parents=True, exist_ok=True)
    samples, _ = eval_set()
    write_eval(samples, EVAL_FILE)


if __name__ == "__main__":
    main()
