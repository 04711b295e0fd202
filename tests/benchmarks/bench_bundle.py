"""Bundles: export, import and verify of a scenario with 20,000 results.

    python tests/benchmarks/bench_bundle.py [--results 20000] [--row]

Each step is measured beside writing and reading the same results as plain JSON, so that a busy machine changes both;
CPU seconds tell what a quiet machine would take. While a step runs in a thread, another one that only sleeps notes its
longest gap, which is what the window would feel. Goal: 3 s each on a quiet machine,
where plain JSON takes half a second; ends with code 1 when a step takes more than six times what plain JSON does.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from workbench.app import Services, build  # noqa: E402
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalStatus  # noqa: E402
from workbench.domain.ids import new_id  # noqa: E402

GOAL_TIMES = 6.0
MODELS = ("local/demo-nano", "local/demo-small", "local/demo-medium", "anthropic/claude-sonnet-4-6")
AT = datetime(2026, 11, 20, tzinfo=UTC)


def filled(services: Services, count: int) -> str:
    """A copy of the sample with an eval of so many results; its id."""
    scenario = services.scenarios.duplicate(services.scenarios.open_sample().id)
    cases = count // len(MODELS)
    run = EvalRun(
        new_id(),
        scenario.id,
        "Large",
        "cases.csv",
        "ab" * 32,
        cases,
        MODELS,
        ("contains",),
        EvalStatus.FINISHED,
        AT,
        AT,
    )
    services.store.eval_runs.save_run(run)
    draw = random.Random(1)
    services.store.eval_runs.append(
        [
            CaseResult(
                run.id, f"case-{case}", model, "contains", CaseOutcome.SCORED,
                answer=f"The answer to question {case} is {draw.random()}, as the handbook says on page {case % 90}.",
                score=float(draw.random() < 0.2 + 0.2 * place), scored_by="contains", why="it holds the expected words",
                finish="stop", ttft_s=draw.random(), tokens_per_s=100 * draw.random(), tokens_in=200, tokens_out=40,
                total_s=3 * draw.random(), cost_usd=0.001, source_document=f"document-{case % 300}",
            )
            for case in range(cases)
            for place, model in enumerate(MODELS)
        ]
    )  # fmt: skip
    return scenario.id


def measured(work: Callable[[], Any]) -> tuple[Any, float, float, float]:
    """What it gives, wall seconds, CPU seconds, and the longest gap of a thread that only sleeps."""
    outcome: list[Any] = []
    thread = threading.Thread(target=lambda: outcome.append(work()))
    cpu, start = time.process_time(), time.perf_counter()
    thread.start()
    gap, last = 0.0, time.perf_counter()
    while thread.is_alive():
        time.sleep(0.002)
        now = time.perf_counter()
        gap, last = max(gap, now - last - 0.002), now
    return outcome[0], time.perf_counter() - start, time.process_time() - cpu, gap


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--results", type=int, default=20_000)
    parser.add_argument("--row", action="store_true", help="a row for RESULTS.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        here, there = build(Path(folder) / "here"), build(Path(folder) / "there")
        scenario = here.scenarios.load(filled(here, arguments.results))
        file, plain = Path(folder) / "large.mswb", Path(folder) / "plain.json"
        results = [r for run in here.eval_results.runs(scenario.id) for r in here.eval_results.results(run.id)]
        there.scenarios.list()  # the file is made
        here.catalog.catalog()  # as in a window that has been open for a second

        def beside() -> object:
            plain.write_text(json.dumps([asdict(result) for result in results]))
            return json.loads(plain.read_text())

        opened: list[Any] = []
        _, _, plain_cpu, _ = measured(beside)
        steps: list[tuple[str, Callable[[], Any]]] = [
            ("export", lambda: here.bundles.export(scenario, file)),
            ("open", lambda: opened.append(there.bundles.open(file))),
            ("import", lambda: there.bundles.bring_in(opened[0])),
            ("verify", lambda: there.bundles.verify(opened[0])),
        ]
        missed, rows = False, []
        gc.collect()
        gc.freeze()  # as the window does once its first page is up: the longest gap was a search for garbage
        for name, work in steps:
            found, wall, cpu, gap = measured(work)
            rows.append((name, wall, cpu, cpu / plain_cpu, gap))
            missed |= cpu > GOAL_TIMES * plain_cpu or (name == "verify" and not found.ok)
        print(f"{arguments.results:,} results, {file.stat().st_size / 1e6:.1f} MB; plain JSON {plain_cpu:.2f} s CPU")
        for name, wall, cpu, ratio, gap in rows:
            print(f"{name:8} {wall:6.2f} s, {cpu:5.2f} s CPU, {ratio:5.1f} times plain JSON, longest gap {gap:.3f} s")
        if arguments.row:
            cells = " | ".join(f"{cpu:.2f} ({ratio:.1f})" for _, _, cpu, ratio, _ in rows)
            print(f"| {datetime.now(UTC):%Y-%m-%d} | {arguments.results:,} | {plain_cpu:.2f} | {cells} |")
        here.close()
        there.close()
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
