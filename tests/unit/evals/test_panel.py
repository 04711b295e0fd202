"""Judges that are asked, several of them together, and what keeps a sensitive case from them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from workbench.domain.chat import ModelDescription
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase, EvalRun, EvalSettings, EvalStatus
from workbench.evals.money import Cap
from workbench.evals.panel import Panel, combined
from workbench.evals.rivals import compare_answers
from workbench.evals.scorers import Aids, Answer, NotScored, Score, judged, scorer
from workbench.evals.scorers.judged_by_model import verdict_schema

from chat_models import ScriptedModel
from eval_going import CASES, finish, no_wait, right

YES_NO = verdict_schema(("yes", "partly", "no"))
SIDES = verdict_schema(("first", "second", "tie"))
CASE = EvalCase("c", "How many days?", "It names the number of days.")


def verdict(word: str) -> str:
    return json.dumps({"because": f"it is {word}", "verdict": word})


def judge(name: str, word: str, **about: object) -> ScriptedModel:
    return ScriptedModel(name, lambda _: verdict(word), **about)  # type: ignore[arg-type]


def scored(*judges: ScriptedModel, case: EvalCase = CASE, spec: str = "rubric", **options: object) -> Score:
    panel = Panel(judges, run_id="r", sleep=no_wait, **options)  # type: ignore[arg-type]
    return asyncio.run(judged(scorer(spec), Answer("29 days"), case, Aids(ask=panel.ask_about(case))))


@pytest.mark.parametrize(
    ("words", "schema", "together"),
    [
        (("yes", "yes", "no"), YES_NO, "yes"),
        (("yes", "no"), YES_NO, "partly"),
        (("yes", "partly", "no"), YES_NO, "partly"),
        (("yes", "partly"), YES_NO, "partly"),
        (("first", "first", "second"), SIDES, "first"),
        (("first", "second"), SIDES, "tie"),
        (("first", "nonsense", "first"), SIDES, "first"),
    ],
)
def test_that_several_judges_give_one_verdict(words: tuple[str, ...], schema: str, together: str) -> None:
    said = json.loads(combined([verdict(word) for word in words], schema))
    assert said["verdict"] == together
    assert "judges say" in said["because"]


def test_that_judges_who_say_nothing_of_use_leave_no_score() -> None:
    with pytest.raises(NotScored, match="No judge's reply"):
        combined(["hm", "{}"], YES_NO)
    with pytest.raises(NotScored, match="gave no reply"):
        scored(ScriptedModel("a", lambda _: WorkbenchError("It died")))
    with pytest.raises(NotScored, match="do not agree"):
        combined([verdict("a"), verdict("b")], verdict_schema(("a", "b")))


def test_that_one_judge_scores_and_is_told_what_its_reply_must_look_like() -> None:
    one = judge("a", "partly")
    assert scored(one).value == 0.5
    assert one.requests[0].json_schema == YES_NO
    assert one.requests[0].key.startswith("r/judge/")
    assert scored(judge("a", "yes"), judge("b", "yes"), judge("c", "no")).value == 1.0


def test_that_a_failing_judge_is_asked_again_and_the_others_of_a_panel_go_on_without_it() -> None:
    replies = iter([WorkbenchError("busy"), verdict("yes")])
    flaky = ScriptedModel("a", lambda _: next(replies))
    assert scored(flaky).value == 1.0
    broken = ScriptedModel("b", lambda _: WorkbenchError("gone"))
    assert scored(broken, judge("a", "no"), judge("c", "no")).value == 0.0


def test_that_a_judge_elsewhere_never_sees_a_sensitive_case() -> None:
    away = judge("away", "no", local=False)
    secret = replace(CASE, sensitive=True)
    with pytest.raises(NotScored, match="sensitive"):
        scored(away, case=secret)
    assert scored(away, judge("here", "yes"), case=secret).value == 1.0
    assert away.asked == []


def test_that_what_judges_cost_counts_against_the_cap_of_the_eval() -> None:
    cap = Cap(0.5)
    paid = judge("paid", "yes", local=False, usd_per_mtok_in=100.0, usd_per_mtok_out=100.0)
    assert scored(paid, cap=cap).value == 1.0
    assert 0 < cap.spent_usd < 0.5
    with pytest.raises(NotScored, match="not asked"):
        scored(paid, cap=Cap(0.0001))
    assert len(paid.asked) == 1


def test_that_a_pair_is_shown_in_both_orders_and_a_changed_mind_is_a_tie() -> None:
    first_place = judge("biased", "first")
    found = scored(first_place, spec="pairwise", case=replace(CASE, expected="some leave"))
    assert (found.value, found.label, len(first_place.asked)) == (0.5, "flipped", 2)
    assert first_place.asked[0] != first_place.asked[1]
    fair = ScriptedModel("fair", lambda q: verdict("first" if q.index("29 days") < q.index("some leave") else "second"))
    assert scored(fair, spec="pairwise", case=replace(CASE, expected="some leave")).value == 1.0


def test_that_a_run_scores_with_its_judge() -> None:
    panel = Panel([judge("j", "yes")], run_id="run-1")
    _, stored = asyncio.run(
        finish(
            [ScriptedModel("a", right)],
            scorers=("rubric", "contains"),
            settings=EvalSettings(judges=("j",)),
            aids=lambda case, _: Aids(ask=panel.ask_about(case)),
        )
    )
    assert {(one.scorer, one.score) for one in stored} == {("rubric", 1.0), ("contains", 1.0)}
    assert len(stored) == 2 * len(CASES)


def test_that_answers_that_were_compared_before_a_run_was_cut_off_are_not_compared_again() -> None:
    spec = 'pairwise(against="b")'
    models = [ModelDescription(name, name, True, 1) for name in "ab"]
    cases = [EvalCase(f"c{n}", f"question {n}", "") for n in range(3)]
    run = EvalRun(
        "r", None, "Try", "set", "00", 3, ("a", "b"), (spec,), EvalStatus.PAUSED, datetime(2026, 11, 28, tzinfo=UTC)
    )
    waiting = [
        CaseResult("r", case.id, name, spec, CaseOutcome.UNSCORED, answer=f"{name} says {case.id}")
        for case in cases
        for name in "ab"
    ]
    waiting[0] = replace(waiting[0], outcome=CaseOutcome.SCORED, score=1.0)
    asked: list[str] = []
    kept: list[CaseResult] = []

    async def ask(prompt: str, *, schema: str = "") -> str:
        asked.append(prompt)
        return '{"because": "", "verdict": "tie"}'

    async def store(results: Sequence[CaseResult]) -> None:
        kept.extend(results)

    asyncio.run(compare_answers(run, cases, models, waiting, lambda *_: Aids(ask=ask), store))
    assert sorted((one.case_id, one.model_id) for one in kept) == [
        ("c0", "b"), ("c1", "a"), ("c1", "b"), ("c2", "a"), ("c2", "b"),
    ]  # fmt: skip
    assert len(asked) == 4, "both orders of the two that are left; an answer beside itself is a tie"
