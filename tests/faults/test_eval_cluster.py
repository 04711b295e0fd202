"""An eval on a cluster of two workers, one of which is killed in the middle; and clusters that may not be used."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.domain.chat import Sampling
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.evals import CaseOutcome, EvalRun, EvalSettings, EvalStatus
from workbench.evals.runner import CaseDone, RunEvent

from gguf_files import write_model

CASES = 160
FEW_TOKENS, ONCE = Sampling(max_tokens=6), EvalSettings(retries=0)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return build(tmp_path / "home")


def written(path: Path, sensitive: str = "") -> Path:
    rows = [(f"c{n}", f"question {n}", f"answer {n}", sensitive if n % 2 else "") for n in range(CASES)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "input", "expected", "sensitive"), *rows])
    return path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_that_a_killed_worker_of_two_costs_no_answer_and_no_answer_comes_twice(
    services: Services, tmp_path: Path
) -> None:
    from distributed import LocalCluster

    file = written(tmp_path / "cases.csv")
    data = services.eval_data.dataset(file)
    model = write_model(tmp_path / "model.gguf", layers=2, width=128, heads=4, feed_forward=512)
    run = services.eval_setup.new_run(data, [str(model)], scorers=("contains",), sampling=FEW_TOKENS, settings=ONCE)
    events: list[RunEvent] = []

    async def session() -> tuple[EvalRun, set[int], set[int]]:
        options = {"n_workers": 2, "threads_per_worker": 4, "processes": True, "dashboard_address": None}
        async with LocalCluster(asynchronous=True, silence_logs=50, host="127.0.0.1", **options) as cluster:
            before = {worker.pid for worker in cluster.workers.values()}

            def hear(event: RunEvent) -> None:
                events.append(event)
                if sum(isinstance(one, CaseDone) for one in events) == 40 and isinstance(event, CaseDone):
                    os.kill(min(before), signal.SIGKILL)

            address = cluster.scheduler_address
            ended = await services.evals.run_on_cluster(run, data, address, models=[str(model)], on_event=hear)
            return ended, before, {worker.pid for worker in cluster.workers.values() if worker.pid}

    ended, before, after = asyncio.run(session())
    assert min(before) not in after, "it was killed"
    assert ended.status is EvalStatus.FINISHED
    results = services.eval_results.results(run.id)
    assert {result.outcome for result in results} == {CaseOutcome.SCORED}
    assert len(results) == CASES
    announced = Counter(event.results[0].case_id for event in events if isinstance(event, CaseDone))
    assert len(announced) == CASES and set(announced.values()) == {1}
    (call,) = services.privacy.ledger(limit=10)
    assert (call.provider, call.local, call.outcome) == ("cluster", True, "answered")
    assert call.bytes_out >= sum(len(case.input) for case in data.cases)


class NoWorkers:
    """A cluster whose workers are elsewhere."""

    stays_here = False
    threads = 4

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def run(self, work: object, *arguments: object, key: str, size: int) -> object:
        self.asked.append(arguments[2].messages[-1].text)  # type: ignore[attr-defined]
        return work(*arguments)  # type: ignore[operator]


def test_that_a_sensitive_case_never_goes_to_a_cluster_with_other_machines(services: Services, tmp_path: Path) -> None:
    from workbench.domain.chat import Done, Finish, Timing
    from workbench.evals.cluster import OnCluster
    from workbench.evals.executor import Said

    file = written(tmp_path / "cases.csv", sensitive="yes")
    data = services.eval_data.dataset(file)
    run = services.eval_setup.new_run(data, ["demo-nano"])
    workers = NoWorkers()
    said = Said("answer", Done(Timing(0.1, 10.0, 1, 2, 0.2), Finish.STOP))
    executor = OnCluster(
        workers,  # type: ignore[arg-type]
        lambda *_: said,
        files={"local/demo-nano": "x"},
        identities={"local/demo-nano": "y"},
    )
    ended = asyncio.run(services.evals.run(run, data, executor=executor))
    assert ended.status is EvalStatus.FINISHED
    outcomes = Counter(result.outcome for result in services.eval_results.results(run.id))
    assert outcomes == {CaseOutcome.SCORED: CASES // 2, CaseOutcome.WITHHELD: CASES // 2}
    assert len(workers.asked) == CASES // 2


@pytest.mark.parametrize(
    ("address", "kind", "words"),
    [
        ("tcp://10.1.2.3:8786", GuardRefusal, "10.1.2.3"),
        ("tcp://127.0.0.1:9", WorkbenchError, "Nobody answers"),
        ("http://127.0.0.1:9", WorkbenchError, "no address of a cluster"),
    ],
)
def test_that_a_cluster_that_may_not_or_cannot_be_used_is_refused_before_anything_is_sent(
    services: Services,
    tmp_path: Path,
    address: str,
    kind: type[WorkbenchError],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workbench.net.cluster.CONNECT_S", 0.5)
    data = services.eval_data.dataset(written(tmp_path / "cases.csv"))
    run = services.eval_setup.new_run(data, ["demo-nano"])
    with pytest.raises(kind, match=words):
        asyncio.run(services.evals.run_on_cluster(run, data, address))
    assert all(call.bytes_out == 0 for call in services.privacy.ledger(limit=10))


def test_that_data_that_must_stay_here_goes_to_no_cluster_elsewhere_and_providers_models_to_none(
    services: Services, tmp_path: Path
) -> None:
    data = services.eval_data.dataset(written(tmp_path / "cases.csv"))
    scenario = services.scenarios.new("Secret")
    run = services.eval_setup.new_run(data, ["demo-nano"], scenario_id=scenario.id)
    services.privacy.allow_host("10.1.2.3")
    with pytest.raises(GuardRefusal, match="nobody has said"):
        asyncio.run(services.evals.run_on_cluster(run, data, "tcp://10.1.2.3:8786"))
    services.credentials.save_server("mine", "http://127.0.0.1:9/v1")
    away = services.eval_setup.new_run(data, ["mine/m"])
    with pytest.raises(WorkbenchError, match="your own files only"):
        asyncio.run(services.evals.run_on_cluster(away, data, "tcp://127.0.0.1:8786"))


def test_that_a_worker_takes_only_a_file_with_the_same_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.domain.chat import Failed, ask
    from workbench.inference.local.same import fingerprint
    from workbench.services.cluster_worker import FOLDERS_VARIABLE, answer

    (tmp_path / "there").mkdir()
    path = write_model(tmp_path / "there" / "model.gguf")
    found = fingerprint(path)
    assert found is not None
    elsewhere = str(tmp_path / "model.gguf")
    with contextlib.suppress(WorkbenchError):
        said = answer(elsewhere, "file 00", ask("hello"), 30)
        assert isinstance(said.end, Failed) and "no file model.gguf" in said.end.reason.what
    monkeypatch.setenv(FOLDERS_VARIABLE, str(path.parent))
    said = answer(elsewhere, f"file {found.hex()}", ask("hello"), 60)
    assert not isinstance(said.end, Failed), said.end
