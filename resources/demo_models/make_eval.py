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
            document = source_document(sample, numbers[sample.task])
            writer.writerow((case_id, sample.task, sample.prompt, sample.answer, sample.scorer, document, sensitive))


def source_document(sample: Sample, number: int) -> str:
    """What the case was made from: several questions share a policy; every ticket, remark or form is its own document.

    The statistics need it, because cases from one document are not independent of each other.
    """
    return sample.document if sample.task == "policy-question" else f"{sample.document}, item {number:02}"


def main() -> None:
    EVAL_FILE.parent.mkdir(parents=True, exist_ok=True)
    samples, _ = eval_set()
    write_eval(samples, EVAL_FILE)


if __name__ == "__main__":
    main()
