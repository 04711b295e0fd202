"""Evals when the world fails them: a full disk, a model that vanishes, a server that never answers, a shut door."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from workbench.app import build
from workbench.cli.main import run
from workbench.domain.evals import CaseOutcome, EvalCase
from workbench.evals.gauge import MOST_FAILURES
from workbench.evals.runner import CaseDone, Finished, Means, run_eval

from engine_models import local
from eval_going import Kept, eval_run, no_wait
from gguf_files import write_model
from scenario_values import child

CASES = [EvalCase(f"c{number}", f"question {number}", "answer") for number in range(30)]

FULL_DISK = """
import asyncio, resource, sys
from pathlib import Path
from workbench.app import build
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase, EvalSet
from chat_models import ScriptedModel, use_remote

class Whole(str):
    def __iter__(self):  # said in one piece
        return iter([str(self)])

home = Path(sys.argv[1])
services = build(home)
model = ScriptedModel("far/a", lambda question: Whole(question + "x" * 20_000), local=False, parallel=4)
use_remote(services, model)
data = EvalSet("full", "00", tuple(EvalCase(f"c{n}", f"q{n}", "x") for n in range(60)))
run = services.eval_setup.new_run(data, ["far/a"])
log = services.store.path.with_name(services.store.path.name + "-wal")
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 700_000, hard))
try:
    asyncio.run(services.evals.run(run, data))
    print("finished")
except WorkbenchError as error:
    print("refused:", error.what, "|", error.mend)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
kept = {result.case_id for result in services.eval_results.results(run.id)}
asked = len(model.asked)
print(len(kept), services.eval_results.find(run.id).status)
ended = asyncio.run(services.evals.run(services.eval_results.find(run.id), data))
results = services.eval_results.results(run.id)
print(ended.status, len(results), len({result.case_id for result in results}))
print(len(model.asked) - asked == 60 - len(kept))
services.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_that_a_full_disk_pauses_an_eval_in_words_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    out, err = child(FULL_DISK, str(tmp_path)).communicate()
    assert err == ""
    refused, state, ended, no_repeats = out.splitlines()
    assert refused.startswith("refused:") and refused.partition("|")[2].strip()
    kept, status = state.split()
    assert 0 < int(kept) < 60 and status in ("paused", "running")
    assert (ended, no_repeats) == ("finished 60 60", "True")


@pytest.mark.slow
def test_that_a_model_process_that_dies_in_an_eval_is_started_anew_and_nothing_is_lost(tmp_path: Path) -> None:
    async def session() -> None:
        model = local(write_model(tmp_path / "model.gguf"))
        run_of = eval_run(CASES, [model], ("contains",))
        kept, events = Kept(), []
        async for event in run_eval(run_of, CASES, [model], Means(kept.store, sleep=no_wait)):
            events.append(event)
            if isinstance(event, CaseDone) and sum(isinstance(one, CaseDone) for one in events) == 5 and model.pid:
                os.kill(model.pid, signal.SIGKILL)
        await model.close()
        end = events[-1]
        assert isinstance(end, Finished)
        assert (end.answered, end.errors, end.left) == (30, 0, 0)

    asyncio.run(session())


def test_that_a_model_that_vanishes_in_an_eval_is_given_up_and_the_next_one_is_asked(tmp_path: Path) -> None:
    async def session() -> None:
        gone, stays = write_model(tmp_path / "gone.gguf"), write_model(tmp_path / "stays.gguf")
        models = [local(gone), local(stays)]
        run_of = eval_run(CASES, models, ("contains",))
        kept, end = Kept(), None
        async for event in run_eval(run_of, CASES, models, Means(kept.store, sleep=no_wait)):
            if isinstance(event, CaseDone) and event.results[0].case_id == "c4" and models[0].pid:
                gone.unlink()
                os.kill(models[0].pid, signal.SIGKILL)
            end = event
        for model in models:
            await model.close()
        assert isinstance(end, Finished)
        ((name, why),) = end.stopped
        assert (
            name == "local/gone"
            and f"{MOST_FAILURES} answers in a row failed" in why.what
            and "no such file" in why.what
        )
        errors = [one for one in kept.results if one.outcome is CaseOutcome.ERROR]
        assert MOST_FAILURES <= len(errors) <= MOST_FAILURES + 16 and all(one.score is None for one in errors)
        assert sum(one.model_id == "local/stays" for one in kept.results) == 30

    asyncio.run(session())


def written(path: Path) -> str:
    path.write_text("input,expected\n" + "".join(f"question {n},answer {n}\n" for n in range(20)), encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_that_a_server_that_is_not_there_ends_the_eval_with_a_sentence_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.inference.remote.model.wait_s", lambda *_: 0.0)
    monkeypatch.setattr("workbench.evals.runner.RETRY_WAIT_S", 0.0)
    home = tmp_path / "home"
    services = build(home)
    services.credentials.save_server("mine", "http://127.0.0.1:9/v1")
    services.close()
    cases = written(tmp_path / "cases.csv")
    assert run(["--home", str(home), "eval", "run", cases, "-m", "mine/m", "--json"]) == 1
    out, err = capsys.readouterr()
    shown = json.loads(out)
    assert shown["models"][0]["n"] == 0 and shown["models"][0]["errors"] >= MOST_FAILURES
    assert "answers in a row failed" in json.loads(err)["error"]["what"]


def test_that_an_eval_behind_a_shut_door_sends_nothing_and_ends_with_exit_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path / "home")
    assert run(["--home", home, "network", "offline"]) == 0
    capsys.readouterr()
    assert run(["--home", home, "eval", "run", written(tmp_path / "cases.csv"), "-m", "openai/gpt-x"]) == 3
    out, err = capsys.readouterr()
    assert "Offline" in err and "eval resume" in err
    with contextlib.closing(build(Path(home))) as services:
        (made,) = (run for run in services.eval_results.runs() if run.scenario_id is None)
        assert services.eval_results.results(made.id) == ()
        assert made.status == "paused"
    assert "sum" not in out
