"""What an eval says in words and as a chart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalStatus, EvalSummary, PairVerdict
from workbench.evals.results import summarise
from workbench.services.eval_words import (
    answer_words,
    eval_chart,
    pair_of,
    pair_words,
    percent,
    plain_points,
    signed,
    turned,
)

NAMES = {"local/a": "Ann", "local/b": "Bob", "local/c": "Cid"}
SCORER = "contains"


def a_run(models: tuple[str, ...] = ("local/a", "local/b"), cases: int = 100) -> EvalRun:
    return EvalRun(
        id="run",
        scenario_id=None,
        name="Try",
        dataset_name="data",
        dataset_hash="0" * 64,
        case_count=cases,
        model_ids=models,
        scorers=(SCORER,),
        status=EvalStatus.FINISHED,
        started_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def results(model: str, right: int, cases: int = 100, errors: int = 0) -> list[CaseResult]:
    """The first `right` cases right, the last `errors` without an answer, the rest wrong."""
    found = []
    for n in range(cases):
        scored = n < cases - errors
        found.append(
            CaseResult(
                eval_run_id="run",
                case_id=f"c{n}",
                model_id=model,
                scorer=SCORER,
                outcome=CaseOutcome.SCORED if scored else CaseOutcome.ERROR,
                score=(1.0 if n < right else 0.0) if scored else None,
                error="" if scored else "It broke.",
                sensitive=n % 10 == 0,
            )
        )
    return found


def summary_of(**right: int) -> EvalSummary:
    models = tuple(f"local/{name}" for name in right)
    every = [result for name, count in right.items() for result in results(f"local/{name}", count)]
    return summarise(a_run(models), every)


def name_of(model_id: str) -> str:
    return NAMES[model_id]


def test_that_a_clear_difference_is_called_better_with_its_interval() -> None:
    lead, rest = answer_words(summary_of(a=50, b=90), SCORER, name_of)
    assert lead.startswith("Bob is better than Ann: +40 points, ")
    assert "Bob 90 % (" in rest and "Ann 50 % (" in rest and "100 cases." in rest


def test_that_a_small_difference_is_called_not_shown() -> None:
    lead, _ = answer_words(summary_of(a=50, b=54), SCORER, name_of)
    assert lead.startswith("Not shown that Bob and Ann differ: +4 points, ")


def test_that_no_rounding_makes_all_of_nearly_all_or_hides_the_side_of_0() -> None:
    assert [percent(share) for share in (0.0, 0.0001, 0.003, 0.5, 0.9967, 0.99999, 1.0)] == [
        "0 %", "0.1 %", "0.3 %", "50 %", "99.7 %", "99.9 %", "100 %",
    ]  # fmt: skip
    assert [plain_points(end) for end in (-0.031, -0.004, 0.0, 0.0001, 0.004, 0.22)] == [
        "−3", "−0.4", "0", "0", "0.4", "22",
    ]  # fmt: skip
    assert [signed(difference) for difference in (0.2, 0.004, 0.0001, 0.0, -0.004)] == ["+20", "+0.4", "0", "0", "−0.4"]


def test_that_one_model_is_described_alone() -> None:
    lead, rest = answer_words(summary_of(a=70), SCORER, name_of)
    assert lead.startswith("Ann answers 70 % of 100 cases right: 6")
    assert lead.endswith("% with 95 % confidence.") and rest == ""


def test_that_a_mean_of_grades_is_no_share_of_right_answers() -> None:
    run = a_run(("local/a", "local/b"))
    every = [replace(each, score=0.5) for name in run.model_ids for each in results(name, 100)]
    summary = summarise(run, [*every[:150], *(replace(each, score=0.7) for each in every[150:])])
    lead, rest = answer_words(summary, SCORER, name_of)
    assert rest.startswith("Mean score: Bob 60 % (") and "right" not in lead + rest
    chart = eval_chart(summary, SCORER, name_of)
    assert chart.title == "Mean score" and "right" not in chart.x.label
    alone, _ = answer_words(summarise(a_run(("local/a",)), every[:100]), SCORER, name_of)
    assert alone.startswith("Ann scores 50 % on average over 100 cases: ")
    twice = replace(run, settings=replace(run.settings, repeats=2))
    repeated = [replace(each, repeat=n, score=float(n)) for each in every for n in (0, 1)]
    assert answer_words(summarise(twice, repeated), SCORER, name_of)[1].startswith("Answered right: "), (
        "half of the times"
    )


def test_that_a_headline_says_when_nothing_was_right() -> None:
    lead, rest = answer_words(summary_of(a=0, b=0), SCORER, name_of)
    assert lead == "Neither model answered any of 100 cases right."
    assert "another way to score" in rest and "Ann 0 % (0 to 5)" in rest
    assert answer_words(summary_of(a=0, b=0, c=0), SCORER, name_of)[0].startswith("None of the 3 models ")
    lead, _ = answer_words(summary_of(a=0), SCORER, name_of)
    assert lead.startswith("Ann answered none of 100 cases right: at most 5 % with 95 % confidence.")


def test_that_answers_that_wait_for_a_person_are_not_called_failed() -> None:
    run = replace(a_run(("local/a",), 2), scorers=("human-rating",))
    waits = [
        replace(each, scorer="human-rating", outcome=CaseOutcome.UNSCORED, score=None)
        for each in results("local/a", 2, cases=2)
    ]
    lead, rest = answer_words(summarise(run, waits), "human-rating", NAMES.__getitem__)
    assert lead == "Nobody has rated an answer yet." and rest.endswith("2 answers wait for somebody to rate.")
    assert "Choose a case below" in rest


def test_that_nothing_scored_is_said_instead_of_a_zero() -> None:
    summary = summarise(a_run(("local/a",), 3), results("local/a", 0, cases=3, errors=3))
    lead, rest = answer_words(summary, SCORER, name_of)
    assert lead == "No answer could be scored."
    assert rest == "3 answers could not be had."


def test_that_the_answer_names_the_two_best_of_three() -> None:
    lead, rest = answer_words(summary_of(a=20, b=95, c=60), SCORER, name_of)
    assert lead.startswith("Bob is better than Cid: +35 points")
    assert rest.index("Bob") < rest.index("Cid") < rest.index("Ann")


def test_that_a_pair_seen_from_the_other_side_says_the_same() -> None:
    summary = summary_of(a=50, b=90)
    pair = pair_of(summary, SCORER, "local/a", "local/b")
    assert pair is not None
    assert turned(turned(pair)) == pair
    assert pair_of(summary, SCORER, "local/b", "local/a") == turned(pair)
    assert pair_words(pair, name_of).startswith("Ann is worse than Bob: −40 points, −")
    assert turned(pair).only_a == pair.only_b == 40


@pytest.mark.parametrize("verdict", list(PairVerdict))
def test_that_every_verdict_has_words_with_both_names(verdict: PairVerdict) -> None:
    pair = replace(summary_of(a=50, b=60).pairs[0], verdict=verdict)
    words = pair_words(pair, name_of)
    assert "Ann" in words and "Bob" in words and "points" in words


def test_that_the_chart_shows_each_share_with_its_interval_and_the_target() -> None:
    summary = summary_of(a=50, b=90)
    chart = eval_chart(summary, SCORER, name_of, target=0.75)
    points = chart.series[0].points  # type: ignore[union-attr]
    assert [(point.label, round(point.x, 2)) for point in points] == [("Ann", 0.5), ("Bob", 0.9)]
    assert all(point.x_low < point.x < point.x_high for point in points)  # type: ignore[operator]
    assert chart.series[1].label == "target 75 %"  # type: ignore[union-attr]
    assert [row[0] for row in chart.rows] == ["Ann", "Bob"]
