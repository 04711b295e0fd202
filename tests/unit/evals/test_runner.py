"""Running an eval: every case to every model, stored as it arrives, stopped and resumed."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.domain.chat import Role
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, EvalCase, EvalSettings
from workbench.evals.results import summarise
from workbench.evals.runner import CaseDone, Finished, Means, Progress, run_eval
from workbench.evals.scorers import Need, Score
from workbench.evals.scorers.exact import Exact
from workbench.evals.usable import check

from chat_models import ScriptedModel, SilentModel
from engine_models import local
from eval_going import AT_ONCE_3, CASES, Kept, eval_run, finish, right
from gguf_files import write_model


def test_that_every_model_gets_every_case_once_with_the_run_s_prompt_and_a_clear_memory() -> None:
    models = [ScriptedModel("a", right), ScriptedModel("b", lambda _: "no")]
    events, stored = asyncio.run(finish(models))
    assert [model.asked for model in models] == [[case.input for case in CASES]] * 2
    request = models[0].requests[0]
    assert [(m.role, m.text) for m in request.messages] == [(Role.SYSTEM, "Be exact"), (Role.USER, "question 0")]
    assert request.fresh
    assert request.sampling.max_tokens == 20
    assert {(r.model_id, r.score) for r in stored} == {("a", 1.0), ("b", 0.0)}
    assert events[-1] == Finished(12, 0, 0)


def test_that_each_result_is_stored_before_it_is_announced_and_progress_counts_up() -> None:
    kept = Kept()

    async def session() -> None:
        models = [ScriptedModel("a", right)]
        counts = []
        async for event in run_eval(eval_run(CASES, models), CASES, models, Means(kept.store)):
            match event:
                case CaseDone(results):
                    assert set(results) <= set(kept.results)
                case Progress(done, total, _):
                    counts.append((done, total))
        assert counts == [(number, 6) for number in range(7)]

    asyncio.run(session())


def test_that_an_error_is_counted_and_never_scored() -> None:
    def script(question: str) -> str | WorkbenchError:
        return WorkbenchError("It broke", mend="Ask again.") if question.endswith("3") else right(question)

    events, stored = asyncio.run(finish([ScriptedModel("a", script)]))
    failed = [result for result in stored if result.outcome is CaseOutcome.ERROR]
    assert [(result.case_id, result.score, result.error) for result in failed] == [
        ("case-3", None, "It broke. Ask again.")
    ]
    assert events[-1] == Finished(5, 1, 0)


def test_that_a_sensitive_case_never_reaches_a_model_elsewhere() -> None:
    away, here = ScriptedModel("away", right, local=False), ScriptedModel("here", right)
    events, stored = asyncio.run(finish([away, here]))
    assert away.asked == ["question 0", "question 2", "question 4"]
    assert len(here.asked) == 6
    withheld = [result for result in stored if result.outcome is CaseOutcome.WITHHELD]
    assert {(result.case_id, result.model_id) for result in withheld} == {(f"case-{n}", "away") for n in (1, 3, 5)}
    assert all(result.score is None and result.sensitive for result in withheld)
    assert events[-1] == Finished(9, 0, 3)


def test_that_a_guard_decides_row_by_row() -> None:
    model = ScriptedModel("a", right)
    _, stored = asyncio.run(finish([model], may_send=lambda case, _: "not this one" if case.id == "case-2" else None))
    assert len(model.asked) == 5
    assert [r.error for r in stored if r.outcome is CaseOutcome.WITHHELD] == ["not this one"]


def test_that_a_case_that_takes_too_long_is_an_error_and_the_rest_goes_on() -> None:
    model = SilentModel("a", right)
    events, stored = asyncio.run(finish([model], cases=CASES[:2], settings=EvalSettings(timeout_s=0.01, retries=0)))
    assert [result.error for result in stored] == ["No whole answer within 0.01 s."] * 2
    assert model.under_way == 0
    assert events[-1] == Finished(0, 2, 0)


def test_that_a_stopped_run_resumes_with_what_is_missing() -> None:
    kept = Kept()
    broken = {"question 1"}

    def script(question: str) -> str | WorkbenchError:
        return WorkbenchError("It broke") if question in broken else right(question)

    async def session() -> None:
        models = [ScriptedModel("a", script), ScriptedModel("b", script)]
        run = replace(eval_run(CASES, models), settings=EvalSettings(retries=0))
        async with contextlib.aclosing(run_eval(run, CASES, models, Means(kept.store))) as events:
            async for event in events:
                if isinstance(event, Progress) and event.done == 4:
                    break
        assert [model.under_way for model in models] == [0, 0]
        before = len(kept.results)
        assert before >= 4
        broken.clear()
        again = [ScriptedModel("a", script), ScriptedModel("b", script)]
        means = Means(kept.store)
        last = [event async for event in run_eval(run, CASES, again, means, tuple(kept.results))][-1]
        assert set(again[0].asked) == {case.input for case in CASES[before:]} | {"question 1"}
        assert len(again[1].asked) == 6
        assert last == Finished(len(again[0].asked) + 6, 0, 0)

    asyncio.run(session())


def test_that_cancelling_the_task_stops_the_answers_under_way() -> None:
    async def session() -> None:
        model = SilentModel("a", right, parallel=3, local=False)
        task = asyncio.create_task(finish([model], settings=AT_ONCE_3))
        while model.under_way < 3:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert model.under_way == 0

    asyncio.run(session())


def test_that_cases_run_side_by_side_only_as_far_as_the_model_can() -> None:
    wide = ScriptedModel("wide", right, parallel=4, local=False)
    narrow = ScriptedModel("narrow", right, parallel=1)
    asyncio.run(finish([wide, narrow], settings=AT_ONCE_3))
    assert (wide.most_under_way, narrow.most_under_way) == (3, 1)


def test_that_a_case_s_own_scorer_stands_in_for_the_run_s() -> None:
    cases = [EvalCase("1", "q", "YES", scorer="normalised-exact"), EvalCase("2", "q", "YES")]
    _, stored = asyncio.run(finish([ScriptedModel("a", lambda _: "yes")], cases=cases, scorers=("exact", "contains")))
    assert [(r.case_id, r.scorer, r.scored_by, r.score) for r in stored] == [
        ("1", "exact", "normalised-exact/1", 1.0),
        ("1", "contains", "normalised-exact/1", 1.0),
        ("2", "exact", "exact/1", 0.0),
        ("2", "contains", "contains/1", 1.0),
    ]


def test_that_a_case_s_own_scorer_leaves_what_the_run_asks_of_every_answer() -> None:
    cases = [EvalCase("1", "q", "YES", scorer="normalised-exact")]
    scorers = ("exact", 'length(expected="1 word")', 'all-of(exact, length(expected="1 word"))')
    _, stored = asyncio.run(finish([ScriptedModel("a", lambda _: "yes")], cases=cases, scorers=scorers))
    assert [result.scored_by for result in stored] == [
        "normalised-exact/1",
        'length/1(expected="1 word")',
        "normalised-exact/1",
    ]


def test_that_an_answer_a_scorer_fails_on_is_counted_and_never_scored_0(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Score:
        raise ZeroDivisionError("our bug")

    monkeypatch.setattr(Exact, "compare", fail)
    cases = [EvalCase("1", "q", "yes")]
    run = eval_run(cases, [ScriptedModel("a", right)], ("exact", "contains"))
    _, stored = asyncio.run(finish([ScriptedModel("a", lambda _: "yes")], cases=cases, scorers=("exact", "contains")))
    assert [(r.scorer, r.outcome, r.score) for r in stored] == [
        ("exact", CaseOutcome.UNSCORED, None),
        ("contains", CaseOutcome.SCORED, 1.0),
    ]
    assert "ZeroDivisionError: our bug" in stored[0].error
    summary = summarise(run, stored)
    assert [(m.n, m.mean, m.errors, m.unscored) for m in summary.models] == [(0, None, 0, 1), (1, 1.0, 0, 0)]


def test_that_what_stands_against_a_run_is_known_before_it() -> None:
    models = [ScriptedModel("a", right)]
    assert check(eval_run(CASES, models), CASES) == []
    assert "no scorer named exactly" in check(eval_run(CASES, models, ("exactly",)), CASES)[0].what
    assert "needs a model that judges" in check(eval_run(CASES, models, ("not(rubric)",)), CASES)[0].what
    assert check(eval_run(CASES, models, ("not(rubric)",)), CASES, have=[Need.JUDGE]) == []
    assert check(eval_run(CASES, models, ("human-rating",)), CASES) == []
    assert "Two models" in check(eval_run(CASES, models * 2), CASES)[0].what
    problems = check(eval_run(CASES, models, ("number",)), CASES)
    assert len(problems) == len(CASES)
    assert "case-0" in problems[0].what


def test_that_a_real_model_is_run_and_gives_the_same_answers_twice(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf")

    async def session() -> None:
        model = local(path)
        first = (await finish([model]))[1]
        second = (await finish([model]))[1]
        assert [result.answer for result in first] == [result.answer for result in second]
        assert all(result.tokens_in and result.ttft_s and result.total_s for result in first)
        await model.unload()

    asyncio.run(session())


def test_that_a_broken_file_is_an_error_in_every_case_and_not_an_exception(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", keys={"llama.block_count": 0})

    async def session() -> None:
        events, stored = await finish([local(path)])
        assert events[-1] == Finished(0, 6, 0)
        assert "0 layers" in stored[0].error

    asyncio.run(session())
