"""A process made to be killed. Run as a script it loads everything once, then forks a writer for every line on stdin.

A line is `<what> <folder>`. The writer opens the store in that folder itself, writes without end and says on stdout
what is on the disk after each commit. Its first line is `pid <number>`; the script says `end` when the writer is gone.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workbench.services.scenarios import ScenarioService

from scenario_values import a_full_scenario, a_result, a_run, store_in


def say(*words: object) -> None:
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


def save(folder: Path) -> None:
    """Answers, eval results and whole scenarios, one after the other; each is acknowledged after its commit."""
    store = store_in(folder)
    scenarios = ScenarioService(store=store)
    scenario = scenarios.new("Killed")
    say("scenario", scenario.id)
    run = a_run(scenario.id)
    store.eval_runs.save_run(run)
    say("run", run.id)
    for number in itertools.count(1):
        scenario = scenarios.answer(scenario.id, "horizon_months", 1 + number % 240)
        say("answer", scenario.id, scenario.version, scenario.answers["horizon_months"])
        store.eval_runs.append([a_result(run.id, f"case-{number}", answer="x" * 300)])
        say("result", run.id, f"case-{number}")
        if number % 7 == 0:
            scenario = scenarios.save(replace(scenario, options=a_full_scenario().options, step=str(number)))
            say("answer", scenario.id, scenario.version, scenario.answers["horizon_months"])


def open_only(folder: Path) -> None:
    """Makes or migrates the file, then says so."""
    store_in(folder).open()
    say("open")
    signal.pause()


EVAL_CASES, EVAL_AT_ONCE = 60_000, 8


def go_on_with_eval(folder: Path) -> None:
    """An eval of paid answers, begun or resumed. Says what is asked before it is, and what is stored after it is."""
    from workbench.app import build
    from workbench.domain.evals import EvalCase, EvalSet, EvalSettings
    from workbench.evals.runner import CaseDone, RunEvent

    from chat_models import ScriptedModel, use_remote

    def answer(question: str) -> str:
        say("asked", question)
        return question[::-1]

    services = build(folder)
    use_remote(services, ScriptedModel("far/a", answer, local=False, parallel=EVAL_AT_ONCE))
    cases = tuple(EvalCase(f"c{number}", f"q{number}", "x") for number in range(EVAL_CASES))
    data = EvalSet("killed", "00", cases)
    runs = services.eval_results.runs()
    run = runs[0] if runs else services.eval_setup.new_run(data, ["far/a"], settings=EvalSettings(retries=0))
    say("run", run.id)

    def hear(event: RunEvent) -> None:
        if isinstance(event, CaseDone):
            say("stored", event.results[0].case_id.replace("c", "q"))

    asyncio.run(services.evals.run(run, data, on_event=hear))


WRITERS: dict[str, Callable[[Path], None]] = {"save": save, "open": open_only, "eval": go_on_with_eval}


def main() -> None:
    # Loaded once, before the forks, so that the kills hit the work and not the imports.
    for name in (
        "sqlalchemy.dialects.sqlite",
        "alembic.command",
        "workbench.store.scenarios",
        "workbench.store.eval_runs",
        "workbench.services.eval_data",
        "workbench.services.eval_results",
        "workbench.services.eval_setup",
        "workbench.services.evals",
        "workbench.services.remote_models",
        "workbench.evals.runner",
        "workbench.store.journal",
        "workbench.inference.remote.model",
        "chat_models",
    ):
        importlib.import_module(name)
    for line in sys.stdin:
        what, folder = line.rstrip("\n").split(" ", 1)
        pid = os.fork()
        if pid == 0:
            say("pid", os.getpid())
            WRITERS[what](Path(folder))
            os._exit(0)
        os.waitpid(pid, 0)
        say("end")


if __name__ == "__main__":
    main()
