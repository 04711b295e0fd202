"""An eval before it runs, and runs that end otherwise than whole, from the command line and the service."""

from __future__ import annotations

import asyncio
import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.app import Services, build
from workbench.cli.eval_running import end_words
from workbench.cli.main import run
from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import Design, EvalRun, EvalSettings, EvalStatus
from workbench.domain.figures import Estimate
from workbench.evals.runner import CaseDone, Finished, RunEvent
from workbench.services.eval_words import left_words, time_range, time_words

from chat_models import ScriptedModel, use_remote


def written(path: Path, rows: int, **columns: str) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "input", "expected", *columns))
        writer.writerows((f"c{n}", f"question {n}", f"answer {n}", *columns.values()) for n in range(rows))
    return path


def right(question: str) -> str | WorkbenchError:
    return question.replace("question", "answer")


def paid(script: object = right, name: str = "far/a", usd: float = 10.0) -> ScriptedModel:
    return ScriptedModel(name, script, local=False, parallel=8, usd_per_mtok_in=usd, usd_per_mtok_out=usd)  # type: ignore[arg-type]


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return build(tmp_path / "home")


def finish(services: Services, eval_run: EvalRun, file: Path, **options: object) -> tuple[EvalRun, Finished]:
    events: list[RunEvent] = []
    data = services.eval_data.dataset(file)
    work = services.evals.run(eval_run, data, on_event=events.append, **options)  # type: ignore[arg-type]
    ended = asyncio.run(work)
    assert isinstance(events[-1], Finished)
    return ended, events[-1]


# The plan


def test_that_a_plan_says_what_is_shown_what_it_costs_and_what_is_known_already(
    services: Services, tmp_path: Path
) -> None:
    file = written(tmp_path / "cases.csv", 200)
    use_remote(services, paid(), paid(name="far/b", usd=1.0))
    data = services.eval_data.dataset(file)
    plan = services.eval_setup.outlook(data, ["far/a", "far/b"], sampling=Sampling(max_tokens=100))
    assert (plan.cases, plan.answers, plan.pairs) == (200, 400, 1)
    assert plan.cases_needed == 207 and not plan.can_decide, "by the exact test, not by the normal formula"
    assert plan.detectable == pytest.approx(0.102, abs=0.002)
    assert plan.usd is not None and plan.usd.high == pytest.approx(1.1 * plan.models[0].usd.high)  # type: ignore[union-attr]
    assert plan.seconds is None and "never asked" in plan.models[0].basis

    sampling = Sampling(max_tokens=100)
    made = services.eval_setup.new_run(data, ["far/a"], sampling=sampling)
    _, end = finish(services, made, file)
    assert end == Finished(200, 0, 0)
    again = services.eval_setup.outlook(data, ["far/a", "far/b"], sampling=sampling)
    assert [(one.known, one.to_ask) for one in again.models] == [(200, 0), (0, 200)]
    assert again.models[0].usd == again.models[0].seconds == Estimate.exact(0.0)
    other = services.eval_setup.outlook(data, ["far/a"], sampling=Sampling(max_tokens=90))
    assert other.models[0].known == 0 and "200 earlier answers" in other.models[0].basis
    assert other.seconds is not None and other.seconds.low > 0


def test_that_a_plan_warns_when_the_data_cannot_decide(services: Services, tmp_path: Path) -> None:
    use_remote(services, paid(), paid(name="far/b"))
    few = services.eval_data.dataset(written(tmp_path / "few.csv", 12, sensitive="yes"))
    plan = services.eval_setup.outlook(few, ["far/a", "far/b"], settings=EvalSettings(cap_usd=0.0001))
    text = "\n".join(plan.warnings)
    assert not plan.can_decide
    for words in ("cannot decide", "12 cases are few", "12 of 12 cases are sensitive", "far/a may reach the cap"):
        assert words in text
    one = services.eval_data.dataset(written(tmp_path / "one.csv", 1))
    alone = services.eval_setup.outlook(one, ["far/a", "far/b"])
    assert "This 1 case cannot decide" in alone.warnings[0] and alone.warnings[1].startswith("1 case is few")
    shared = services.eval_data.dataset(written(tmp_path / "shared.csv", 12, source_document="one.txt"))
    for design, warned in ((Design.SEQUENTIAL, True), (Design.FIXED, False)):
        plan = services.eval_setup.outlook(shared, ["far/a", "far/b"], settings=EvalSettings(design=design))
        assert any("early end rests on cases that are independent" in each for each in plan.warnings) is warned
    named = services.eval_data.dataset(written(tmp_path / "named.csv", 12, scorer="exact"))
    exact, length = "exact", 'length(expected="at most 9 words")'
    for specs, says in (((exact, length), False), (("contains", length), True)):
        warned = "\n".join(services.eval_setup.outlook(named, ["far/a"], scorers=specs).warnings)
        assert ("12 of 12 cases name their own scorer; it stands in for contains there." in warned) is says
        assert "length" not in warned, "what is asked of every answer stays"
    assert "come from 1 document and" in "\n".join(services.eval_setup.outlook(shared, ["far/a"]).warnings)


def test_that_an_example_that_is_sensitive_keeps_every_question_that_shows_it_on_this_machine(
    services: Services, tmp_path: Path
) -> None:
    asked: list[str] = []

    def hear(question: str) -> str:
        asked.append(question)
        return "answer"

    use_remote(services, ScriptedModel("far/a", hear, local=False))
    path = tmp_path / "cases.csv"
    rows = (
        "input,expected,sensitive,split",
        "secret?,secret,yes,train",
        *(f"question {n},answer,no," for n in range(4)),
    )
    path.write_text("\n".join(rows))
    data = services.eval_data.dataset(path)
    assert [example.sensitive for example in data.examples] == [True]
    shows = "{% for each in examples %}{{ each.input }} {{ each.expected }}\n{% endfor %}{{ input }}"
    settings = EvalSettings(prompts=(("", shows),), marked=True)
    plan = services.eval_setup.outlook(data, ["far/a"], settings=settings)
    assert "shows an example that is marked sensitive" in plan.warnings[0]
    assert any("4 of 4 cases are sensitive" in warning for warning in plan.warnings)
    run = services.eval_setup.new_run(data, ["far/a"], settings=settings)
    _, finished = finish(services, run, path)
    assert (finished.withheld, finished.answered, asked) == (4, 0, [])
    plain = services.eval_setup.new_run(
        data, ["far/a"], settings=EvalSettings(prompts=(("", "{{ input }}"),), marked=True)
    )
    assert finish(services, plain, path)[1].answered == 4 and len(asked) == 4


def test_that_three_models_share_the_error_rate_and_need_more_cases(services: Services, tmp_path: Path) -> None:
    use_remote(services, *(paid(name=f"far/{name}") for name in "abc"))
    data = services.eval_data.dataset(written(tmp_path / "cases.csv", 200))
    outlook = services.eval_setup.outlook
    two, three = (outlook(data, names) for names in (["far/a", "far/b"], ["far/a", "far/b", "far/c"]))
    assert three.cases_needed > two.cases_needed and three.detectable > two.detectable


def test_that_a_sequential_plan_says_when_it_is_likely_to_end(services: Services, tmp_path: Path) -> None:
    use_remote(services, paid(), paid(name="far/b"))
    data = services.eval_data.dataset(written(tmp_path / "cases.csv", 400))
    sequential = EvalSettings(design=Design.SEQUENTIAL)
    sure = services.eval_setup.outlook(data, ["far/a", "far/b"], settings=sequential, difference=0.4, disagree=0.5)
    unsure = services.eval_setup.outlook(data, ["far/a", "far/b"], settings=sequential, difference=0.02, disagree=0.5)
    assert sure.sequential_cases is not None and 10 < sure.sequential_cases < 100
    assert unsure.sequential_cases is None
    with pytest.raises(WorkbenchError, match="One model alone"):
        services.eval_setup.outlook(data, ["far/a"], settings=sequential)


def test_that_the_plan_of_a_local_model_has_minutes_and_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "cases.csv", 40)
    home = str(tmp_path / "home")
    assert run(["--home", home, "eval", "plan", str(file), "-m", "demo-nano", "demo-small", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["cases"] == 40 and plan["cases_needed"] == 207 and plan["detectable_difference"] > 0.1
    for model in plan["models"]:
        assert model["seconds"]["low"] > 0 and model["usd"]["high"] == 0 and model["memory_bytes"] > 1_000_000
    assert plan["seconds"]["likely"] == pytest.approx(sum(one["seconds"]["likely"] for one in plan["models"]), rel=0.02)
    assert run(["--home", home, "eval", "plan", str(file), "-m", "demo-nano", "--sequential"]) == 1
    assert run(["--home", home, "eval", "plan", str(file), "-m", "demo-nano", "demo-small", "--sequential"]) == 0
    shown = capsys.readouterr().out
    assert "predicted speed" in shown and "In random order" in shown and "cannot decide" in shown


@pytest.mark.parametrize(
    "settings",
    [EvalSettings(repeats=0), EvalSettings(timeout_s=0), EvalSettings(cap_usd=-1), EvalSettings(alpha=0.9)],
)
def test_that_settings_that_cannot_be_are_refused(services: Services, tmp_path: Path, settings: EvalSettings) -> None:
    use_remote(services, paid())
    data = services.eval_data.dataset(written(tmp_path / "cases.csv", 3))
    with pytest.raises(WorkbenchError, match="Choose another number"):
        services.eval_setup.new_run(data, ["far/a"], settings=settings)


# Runs that end otherwise


def test_that_a_model_far_away_is_run_beside_local_ones_and_answers_are_known_in_the_next_run(
    services: Services, tmp_path: Path
) -> None:
    file = written(tmp_path / "cases.csv", 5)
    model = paid()
    use_remote(services, model)
    data = services.eval_data.dataset(file)
    first = services.eval_setup.new_run(data, ["far/a", "demo-nano"], scorers=("exact",))
    ended, end = finish(services, first, file)
    assert (ended.status, end.answered) == (EvalStatus.FINISHED, 10)
    results = services.eval_results.results(first.id)
    assert {one.score for one in results if one.model_id == "far/a"} == {1.0}
    assert all(one.cost_usd for one in results if one.model_id == "far/a")
    assert all(one.cost_usd == 0 for one in results if one.model_id == "local/demo-nano")
    second = services.eval_setup.new_run(data, ["far/a", "demo-nano"], scorers=("contains",))
    _, end = finish(services, second, file)
    assert (end.cached, len(model.asked)) == (10, 5)


def test_that_a_run_stopped_by_its_cap_is_paused_and_goes_on_with_a_higher_one(
    services: Services, tmp_path: Path
) -> None:
    file = written(tmp_path / "cases.csv", 20)
    use_remote(services, paid())
    settings = EvalSettings(cap_usd=0.005)
    made = services.eval_setup.new_run(services.eval_data.dataset(file), ["far/a"], settings=settings)
    ended, end = finish(services, made, file)
    assert (ended.status, end.stopped[0][1].exit_code) == (EvalStatus.PAUSED, 3)
    assert 0 < end.answered < 20
    raised = services.eval_setup.with_cap(ended, 1.0)
    ended, more = finish(services, raised, file)
    assert (ended.status, more.answered) == (EvalStatus.FINISHED, 20 - end.answered)


def test_that_a_model_that_fails_every_time_leaves_the_run_to_be_resumed(services: Services, tmp_path: Path) -> None:
    file = written(tmp_path / "cases.csv", 30)
    gone = True
    use_remote(services, paid(lambda question: WorkbenchError("The server is gone") if gone else right(question)))
    settings = EvalSettings(retries=0)
    made = services.eval_setup.new_run(services.eval_data.dataset(file), ["far/a"], settings=settings)
    ended, end = finish(services, made, file)
    assert ended.status is EvalStatus.PAUSED
    assert end.errors >= 10 and end.left + end.errors == 30
    gone = False
    ended, end = finish(services, ended, file)
    assert (ended.status, end.answered) == (EvalStatus.FINISHED, 30)
    assert services.eval_results.summary(ended).models[0].errors == 0


def test_that_a_paused_run_is_resumed_from_the_file_it_was_made_from(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "cases.csv", 30)
    data = services.eval_data.dataset(file)
    made = services.eval_setup.new_run(data, ["demo-nano"])

    async def paused() -> EvalRun:
        def hear(event: RunEvent) -> None:
            if isinstance(event, CaseDone):
                assert services.evals.pause(made.id)

        try:
            return await services.evals.run(made, data, on_event=hear)
        finally:
            await services.evals.stop()

    assert asyncio.run(paused()).status is EvalStatus.PAUSED
    assert not services.evals.pause(made.id)
    kept = services.eval_results.results(made.id)
    assert 0 < len(kept) < 30
    services.close()
    assert run(["--home", str(tmp_path / "home"), "eval", "resume", made.id]) == 0
    shown = capsys.readouterr()
    assert "30" in shown.out and "Finished" not in shown.err
    assert set(kept) <= set(build(tmp_path / "home").eval_results.results(made.id))


def test_that_a_local_model_shows_its_speed_alone_before_it_answers_several_at_once(
    services: Services, tmp_path: Path
) -> None:
    scenario = services.scenarios.new("Support chat")
    file = written(tmp_path / "cases.csv", 40)
    made = services.eval_setup.new_run(services.eval_data.dataset(file), ["demo-nano"], scenario_id=scenario.id)

    async def whole() -> None:
        try:
            await services.evals.run(made, services.eval_data.dataset(file))
        finally:
            await services.evals.stop()

    asyncio.run(whole())
    results = services.eval_results.results(made.id)
    alone = [one for one in results if one.at_once == 1]
    assert 12 <= len(alone) < 40
    evidence = services.eval_results.evidence(scenario.id)
    assert evidence is not None
    assert len(evidence.speeds["local/demo-nano"].total_s) == len(alone)


def test_that_the_end_of_a_run_is_said_in_sentences() -> None:
    end = Finished(5, 2, 3, cached=1, left=4)
    text = " ".join(end_words(end))
    for words in (
        "1 answer came from earlier evals or rows that ask the same, and cost nothing.",
        "3 questions stayed here",
        "2 answers failed",
        "4 questions were",
    ):
        assert words in text
    assert "did not have to be asked" in " ".join(end_words(replace(end, decided=True)))
    assert end_words(Finished(5, 0, 0)) == []


def test_that_times_are_said_in_words() -> None:
    said = [time_words(seconds) for seconds in (0.2, 40, 89, 90, 720, 12_000)]
    assert said == ["under 1 s", "40 s", "89 s", "2 min", "12 min", "3 h 20 min"]
    assert (left_words(None), left_words(130)) == ("", ", about 2 min left")
    assert time_range(None) == "not known yet"
    assert time_range(Estimate(60, 120, 300)) == "2 min (60 s to 5 min)"


def test_that_a_deleted_eval_stays_deleted_when_it_was_under_way(services: Services, tmp_path: Path) -> None:
    use_remote(services, paid())
    data = services.eval_data.dataset(written(tmp_path / "cases.csv", 30))
    run = services.eval_setup.new_run(data, ["far/a"])

    def delete(_: RunEvent) -> None:
        services.eval_results.delete(run.id)

    with pytest.raises(WorkbenchError, match="not in the store"):
        asyncio.run(services.evals.run(run, data, on_event=delete))
    assert services.eval_results.runs() == ()
    with pytest.raises(WorkbenchError, match="not in the store"):
        asyncio.run(services.evals.run(run, data))
    assert services.eval_results.runs() == (), "nor does going on bring it back"
