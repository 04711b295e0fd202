"""Evals on the smallest demo model: stored as they run, resumed without asking twice, handed on as evidence."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from workbench.app import Services, build
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalSettings, EvalStatus, PairVerdict
from workbench.evals.runner import CaseDone, RunEvent
from workbench.paths import data_dir
from workbench.services.bundle_figures import EvalsAtHand
from workbench.services.eval_results import EvalReading
from workbench.services.eval_words import state_words

T = TypeVar("T")
QUESTION = "Policy: HR-04 Leave policy\nEmployees can take up to {n} days of annual leave per year.\n\nQuestion: {q}"
ROWS = [
    ("id", "input", "expected", "sensitive", "source_document"),
    *(
        (
            f"c{n}",
            QUESTION.format(n=n, q="How much annual leave do staff get?"),
            f"{n} days",
            "yes" if n % 2 else "",
            f"doc {n}",
        )
        for n in range(20, 32)
    ),
]


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return build(tmp_path / "home")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "leave.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(ROWS)
    return path


def session(services: Services, work: Callable[[], Awaitable[T]]) -> T:
    async def inside() -> T:
        try:
            return await work()
        finally:
            await services.evals.stop()

    return asyncio.run(inside())


def finished_run(services: Services, data: Path, **parts: object) -> EvalRun:
    found = services.eval_data.dataset(data)
    run = services.eval_setup.new_run(found, ["demo-nano", "demo-small"], **parts)  # type: ignore[arg-type]
    return session(services, lambda: services.evals.run(run, found))


def test_that_a_finished_run_has_a_result_for_each_case_and_model_and_is_evidence(
    services: Services, data: Path
) -> None:
    scenario = services.scenarios.new("Support chat")
    run = finished_run(services, data, scenario_id=scenario.id)
    assert run.status is EvalStatus.FINISHED
    results = services.eval_results.results(run.id)
    assert len({result.key for result in results}) == len(results) == 12 * 2
    assert sum(result.sensitive for result in results) == 12
    summary = services.eval_results.summary(run)
    evidence = services.eval_results.evidence(scenario.id)
    assert evidence is not None
    for model in summary.models:
        quality = evidence.qualities[model.model_id]
        assert model.mean is not None
        assert quality.value == pytest.approx(100 * model.mean)
        assert 0 <= quality.low <= quality.value <= quality.high <= 100
        assert quality.n == 12


def test_that_evidence_counts_what_was_overruled_and_is_made_once(
    services: Services, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = services.scenarios.new("Support chat")
    run = finished_run(services, data, scenario_id=scenario.id, scorers=("json-valid",))
    read: list[str] = []
    results = services.eval_results.results

    def counted(run_id: str) -> tuple[CaseResult, ...]:
        read.append(run_id)
        return results(run_id)

    monkeypatch.setattr(services.eval_results, "results", counted)
    before = services.eval_results.evidence(scenario.id)
    assert before is services.eval_results.evidence(scenario.id) and before is not None and before.oracle == 0.0
    assert read == [run.id], "a page that asks again waits for nothing"
    for case in ("c20", "c21", "c22"):
        services.eval_results.mark(run, case, "demo-nano", 1.0)
    after = services.eval_results.evidence(scenario.id)
    assert after is not None and after.oracle == after.qualities["local/demo-nano"].value == pytest.approx(25.0)


def test_that_each_answer_to_a_case_that_was_asked_repeatedly_is_overruled_by_itself(
    services: Services, data: Path
) -> None:
    run = finished_run(services, data, scorers=("json-valid",), settings=EvalSettings(repeats=3))
    for repeat in (0, 2):
        services.eval_results.mark(run, "c20", "demo-nano", 1.0, repeat=repeat)
    (nano, _) = services.eval_results.summary(run).models
    assert nano.mean == pytest.approx(2 / 3 / 12)
    assert services.eval_results.mark(run, "c20", "demo-nano", None, repeat=2).was == 1.0
    assert services.eval_results.summary(run).models[0].mean == pytest.approx(1 / 3 / 12)
    with pytest.raises(WorkbenchError, match="has no answer to case c20"):
        services.eval_results.mark(run, "c20", "demo-nano", 1.0, repeat=3)


def test_that_evidence_of_cases_asked_repeatedly_takes_the_mean_of_each_case() -> None:
    at = datetime(2026, 11, 28, tzinfo=UTC)
    scorers = ("contains", "exact")
    run = EvalRun("r", "s", "Twice", "leave", "00", 20, ("a", "b"), scorers, EvalStatus.FINISHED, at)

    def right(model: str, scorer: str, repeat: int) -> float:
        return float(scorer == "contains" and (model == "a") == (repeat == 0))

    results = [
        CaseResult("r", f"c{n}", model, name, CaseOutcome.SCORED, score=right(model, name, repeat), repeat=repeat)
        for n in range(20)
        for model in run.model_ids
        for name in scorers
        for repeat in (0, 1)
    ]
    evidence = EvalReading(EvalsAtHand([run], results)).evidence("s")
    assert evidence is not None and [each.value for each in evidence.qualities.values()] == [50.0, 50.0]
    assert evidence.oracle == 50.0, "each case is right once in two for either model"
    assert evidence.gaps["instruction"].likely == pytest.approx(50.0)


def test_that_evidence_follows_the_first_scorer(services: Services, data: Path) -> None:
    scenario = services.scenarios.new("Support chat")
    run = finished_run(services, data, scenario_id=scenario.id, scorers=("json-valid", "contains"))
    evidence = services.eval_results.evidence(scenario.id)
    assert evidence is not None
    first = {m.model_id: m.mean for m in services.eval_results.summary(run).models if m.scorer == "json-valid"}
    assert {id: quality.value / 100 for id, quality in evidence.qualities.items()} == first
    fast = 'all-of(latency(expected="9 s"), cost(expected="$1"))'
    finished_run(services, data, scenario_id=scenario.id, scorers=(fast,))
    assert services.eval_results.evidence(scenario.id) == evidence, "to be fast and cheap is no quality"
    finished_run(services, data, scenario_id=scenario.id, scorers=(fast, "json-valid"))
    again = services.eval_results.evidence(scenario.id)
    assert again is not None and again.qualities.keys() == evidence.qualities.keys()
    assert all(again.qualities[id].value == quality.value for id, quality in evidence.qualities.items())


def test_that_a_cancelled_run_resumes_and_asks_nothing_twice(services: Services, data: Path) -> None:
    found = services.eval_data.dataset(data)
    run = services.eval_setup.new_run(found, ["demo-nano", "demo-small"])
    asked: list[tuple[str, str]] = []

    def hear(event: RunEvent) -> None:
        if isinstance(event, CaseDone):
            asked.append((event.results[0].case_id, event.results[0].model_id))

    async def cancelled_after_five() -> None:
        def until_five(event: RunEvent) -> None:
            hear(event)
            if len(asked) == 5:
                going.cancel()

        going = asyncio.create_task(services.evals.run(run, found, on_event=until_five))
        with pytest.raises(asyncio.CancelledError):
            await going

    session(services, cancelled_after_five)
    paused = services.eval_results.find(run.id)
    assert paused.status is EvalStatus.PAUSED
    assert len(services.eval_results.results(run.id)) == len(asked) < 24
    done = session(services, lambda: services.evals.run(paused, found, on_event=hear))
    assert done.status is EvalStatus.FINISHED
    assert len(asked) == len(set(asked)) == 24 == len(services.eval_results.results(run.id))


def test_that_a_run_goes_on_only_with_the_model_file_it_began_with(
    services: Services, data: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.gguf"
    shutil.copy(services.library.resolve("demo-nano"), own)
    found = services.eval_data.dataset(data)
    run = services.eval_setup.new_run(found, [str(own)], settings=EvalSettings(together=False))

    async def paused_after_two() -> EvalRun:
        def until_two(event: RunEvent) -> None:
            if isinstance(event, CaseDone) and len(services.eval_results.results(run.id)) >= 2:
                services.evals.pause(run.id)

        return await services.evals.run(run, found, models=[str(own)], on_event=until_two)

    paused = session(services, paused_after_two)
    kept = services.eval_results.results(run.id)
    assert paused.status is EvalStatus.PAUSED and state_words(paused) == "interrupted"
    shutil.copy(services.library.resolve("demo-small"), own)
    with pytest.raises(WorkbenchError, match="not the one this eval began with"):
        session(services, lambda: services.evals.run(paused, found, models=[str(own)]))
    assert services.eval_results.results(run.id) == kept
    assert services.eval_results.find(run.id).status is EvalStatus.PAUSED
    shutil.copy(services.library.resolve("demo-nano"), own)
    done = session(services, lambda: services.evals.run(paused, found, models=[str(own)]))
    assert done.status is EvalStatus.FINISHED
    assert state_words(replace(done, status=EvalStatus.RUNNING)) == "not finished", "one that was killed"


def test_that_a_run_goes_on_only_with_the_data_it_began_with(services: Services, data: Path) -> None:
    found = services.eval_data.dataset(data)
    run = services.eval_setup.new_run(found, ["demo-nano"])
    other = replace(found, hash="0" * 64)
    with pytest.raises(WorkbenchError, match="not the data set this eval began with"):
        session(services, lambda: services.evals.run(run, other))
    assert services.eval_results.results(run.id) == ()


def test_that_a_run_is_finished_only_when_every_model_was_asked(services: Services, data: Path) -> None:
    found = services.eval_data.dataset(data)
    run = services.eval_setup.new_run(found, ["demo-nano", "demo-small"])
    done = session(services, lambda: services.evals.run(run, found, models=["demo-small"]))
    assert done.status is EvalStatus.FINISHED
    assert [model.n for model in services.eval_results.summary(done).models] == [12, 12]


def test_that_a_run_goes_on_only_with_its_own_models(services: Services, data: Path) -> None:
    found = services.eval_data.dataset(data)
    run = services.eval_setup.new_run(found, ["demo-nano"])
    with pytest.raises(WorkbenchError, match="local/demo-small is not in this eval"):
        session(services, lambda: services.evals.run(run, found, models=["demo-nano", "demo-small"]))
    assert services.eval_results.results(run.id) == ()


def test_that_cases_a_scorer_cannot_use_are_named_before_anything_runs(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("input,expected\nHow many?,ten\nAnd now?,eleven\n")
    with pytest.raises(Problems) as refusal:
        services.eval_setup.new_run(services.eval_data.dataset(path), ["demo-nano"], scorers=("number",))
    assert [problem.where for problem in refusal.value.problems] == ["numbers, line 2", "numbers, line 3"]
    assert services.eval_results.runs() == ()


def test_that_a_run_needs_models_that_exist(services: Services, data: Path, tmp_path: Path) -> None:
    found = services.eval_data.dataset(data)
    with pytest.raises(WorkbenchError, match="No model was chosen"):
        services.eval_setup.new_run(found, [])
    with pytest.raises(WorkbenchError, match="no such file"):
        services.eval_setup.new_run(found, [str(tmp_path / "gone.gguf")])
    assert services.eval_results.runs() == ()


def test_that_a_pair_can_be_asked_for_by_names_in_either_order(services: Services, data: Path) -> None:
    run = finished_run(services, data)
    (forward,) = services.eval_results.compare(run, "demo-nano", "local/demo-small")
    (backward,) = services.eval_results.compare(run, "demo-small", "demo-nano")
    assert (forward.a, forward.b) == (backward.b, backward.a)
    assert forward.difference is not None and backward.difference is not None
    assert forward.difference == pytest.approx(-backward.difference)
    assert {forward.verdict, backward.verdict} in (
        {PairVerdict.NOT_SHOWN},
        {PairVerdict.EQUIVALENT},
        {PairVerdict.BETTER, PairVerdict.WORSE},
    )
    with pytest.raises(WorkbenchError, match="demo-huge is not in this eval"):
        services.eval_results.compare(run, "demo-nano", "demo-huge")


def test_that_results_are_exported_without_formulas_and_never_half(
    services: Services, data: Path, tmp_path: Path
) -> None:
    run = finished_run(services, data)
    hostile = replace(services.eval_results.results(run.id)[0], answer='=HYPERLINK("http://x")')
    services.store.eval_runs.append([hostile])
    assert services.eval_files.export(run, tmp_path / "out.csv") == 24
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    assert '\'=HYPERLINK("http://x")' in {row["answer"] for row in rows}
    services.eval_files.export(run, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["answer"] for line in lines} >= {hostile.answer}
    with pytest.raises(WorkbenchError, match=r"cannot be written as \.doc"):
        services.eval_files.export(run, tmp_path / "out.doc")
    assert not (tmp_path / "out.doc").exists()


def test_that_a_deleted_run_is_no_evidence_any_more(services: Services, data: Path) -> None:
    scenario = services.scenarios.new("Support chat")
    run = finished_run(services, data, scenario_id=scenario.id)
    assert services.eval_results.delete(run.id).evals == {run.id}
    assert services.eval_results.evidence(scenario.id) is None
    assert services.eval_results.delete(run.id).evals == frozenset()


def test_that_the_cases_of_a_run_are_kept_when_its_file_changes_or_is_gone(services: Services, data: Path) -> None:
    run = services.eval_setup.new_run(services.eval_data.dataset(data), ["demo-nano"])
    cases = services.eval_data.cases_of(run, data)
    assert len(cases) == 12
    data.write_text(data.read_text() + "\n")
    again = services.eval_setup.new_run(services.eval_data.dataset(data), ["demo-nano"])
    data.unlink()
    assert services.eval_data.cases_of(run, data) == cases
    assert services.eval_data.stored_data(run) is not None
    versions = [services.eval_data.version_of(each) for each in (run, again)]
    assert [version.number for version in versions if version] == [1, 2]


def test_that_a_run_from_before_data_sets_were_kept_has_no_cases_without_its_file(
    services: Services, data: Path
) -> None:
    run = services.eval_setup.new_run(services.eval_data.dataset(data), ["demo-nano"])
    old = replace(run, dataset_hash="00")
    assert services.eval_data.cases_of(old, data) == ()
    assert services.eval_data.cases_of(old, None) == ()


def test_that_rows_with_personal_data_stay_here_and_other_columns_can_be_chosen(
    services: Services, tmp_path: Path
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Frage,Soll\nWho is ada@example.org?,Solberg\nWho decides?,Kenji\n")
    preview, guess = services.eval_data.preview(path)
    assert preview.rows[1] == {"Frage": "Who decides?", "Soll": "Kenji"}
    assert guess == {"input": "Frage", "expected": "Soll"}
    found = services.eval_data.examine(path, columns=guess)
    assert [case.sensitive for case in found.dataset.cases] == [True, False]
    assert [finding.kind for finding in found.findings] == ["personal"]
    as_chosen = services.eval_data.examine(path, columns=guess, mark=False)
    assert [case.sensitive for case in as_chosen.dataset.cases] == [False, False]
    assert as_chosen.dataset.hash != found.dataset.hash


def test_that_more_cases_show_smaller_differences(services: Services) -> None:
    few = services.eval_setup.plan(difference=0.2, disagree=0.3)
    many = services.eval_setup.plan(difference=0.1, disagree=0.3)
    assert few < many
    assert services.eval_setup.detectable(many, disagree=0.3) < services.eval_setup.detectable(few, disagree=0.3)
    with pytest.raises(WorkbenchError, match="cannot differ"):
        services.eval_setup.plan(difference=0.4, disagree=0.3)


def test_that_a_judge_of_the_library_is_kept_by_its_name_and_another_by_its_path(
    services: Services, data: Path, tmp_path: Path
) -> None:
    demo = data_dir("resources") / "demo_models" / "demo-nano.gguf"
    mine = shutil.copy(demo, tmp_path / "mine.gguf")
    settings = EvalSettings(judges=(str(demo), str(mine)), embedder=str(demo))
    cases = services.eval_data.dataset(data)
    run = services.eval_setup.new_run(cases, ["demo-nano"], scorers=("rubric",), settings=settings)
    assert run.settings.judges == ("local/demo-nano", str(mine)), "the file that an eval is saved to goes elsewhere"
    assert run.settings.embedder == "local/demo-nano"
