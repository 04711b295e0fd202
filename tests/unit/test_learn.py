"""Learn below the window: texts are whole and dated, and the figures told in them are the figures computed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from workbench.analysis.breakeven import SelfHosting, break_even
from workbench.analysis.chartspec import Line, Points
from workbench.analysis.concentration import concentration
from workbench.analysis.learning_charts import (
    CLOSED_USD_PER_MTOK,
    OPEN_USD_PER_MTOK,
    break_even_chart,
    break_even_sentence,
    concentration_chart,
    emergence_chart,
    large_number,
    mix_sentence,
    mix_usd_per_mtok,
    scaled_models,
    scaling_chart,
)
from workbench.analysis.scaling import (
    implied_mfu,
    kaplan_loss_of_compute,
    kaplan_loss_of_params,
    kaplan_loss_of_tokens,
    loss,
    optimal_run,
    training_cost,
    training_flop,
)
from workbench.analysis.sensitivity import clean_share
from workbench.app import build
from workbench.domain.errors import WorkbenchError
from workbench.domain.model import ModelKind
from workbench.paths import data_dir
from workbench.services.learn import Lesson, lessons

SMALL = SelfHosting(1, 2.5, 35.9, 18_000, 1_500)
VERDICTS = {"holds", "partly", "wrong", "unchecked"}
MONTH = re.compile(r"20\d\d-\d\d")


@pytest.mark.parametrize("lesson", lessons().values(), ids=lessons().keys())
def test_that_every_lesson_opens_with_its_answer_in_one_sentence(lesson: Lesson) -> None:
    assert lesson.answer.endswith(".")
    assert ". " not in lesson.answer
    assert len(lesson.answer) < 160


@pytest.mark.parametrize("lesson", lessons().values(), ids=lessons().keys())
def test_that_every_part_is_whole_and_has_a_source(lesson: Lesson) -> None:
    for part in lesson.parts:
        assert part.source, part.title
        assert part.text or part.points or part.rows, part.title
        assert all(len(row) == len(part.columns) for row in part.rows), part.title
        assert all(topic in lessons() for topic in part.see), part.title


def test_that_no_claim_says_its_verdict_twice() -> None:
    """The verdict stands before the short answer: "Not verified. Not verified; the order …"."""
    words = {"holds": "holds", "partly": "in part", "wrong": "wrong", "unchecked": "not "}
    for claim in lessons()["claims"].claims:
        assert not claim.short.lower().startswith(words[claim.verdict]), claim.id


def test_that_every_claim_has_a_known_verdict_a_source_and_a_date() -> None:
    claims = lessons()["claims"].claims
    assert len({claim.id for claim in claims}) == len(claims) >= 12
    for claim in claims:
        assert claim.verdict in VERDICTS
        assert claim.source and claim.finding and claim.short
        assert MONTH.fullmatch(claim.as_of)


def test_that_the_practice_holds_the_sample_and_one_example_of_each_strategy() -> None:
    exercises = {exercise.id: exercise for exercise in lessons()["practice"].exercises}
    assert {id: e.best for id, e in exercises.items()} == {
        "knowledge-assistant": "C",
        "duolingo": "buy",
        "harvey": "build",
        "shopify": "blend",
    }
    for exercise in exercises.values():
        assert exercise.pick(exercise.best) is not None
        assert all(pick.reply for pick in exercise.picks)
        assert exercise.caveat and exercise.source
        assert MONTH.fullmatch(exercise.as_of)


def test_that_no_topic_has_the_id_of_a_term() -> None:
    terms = json.loads((data_dir("resources") / "glossary.json").read_text(encoding="utf-8"))
    assert not set(lessons()) & set(terms)


@pytest.mark.parametrize("method", ["AHP", "TOPSIS", "PROMETHEE", "SMAA", "Sobol", "Pareto", "HHI"])
def test_that_a_method_that_is_named_on_screen_is_explained_in_the_glossary(method: str) -> None:
    terms = json.loads((data_dir("resources") / "glossary.json").read_text(encoding="utf-8"))
    assert any(method in f"{term['title']} {term['text']}" for term in terms.values())


def test_that_a_part_that_is_not_there_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError, match="no part"):
        lessons()["scaling"].part("nothing")


def test_tv_2i_that_87_percent_less_is_8_times_as_much() -> None:
    told = next(claim for claim in lessons()["claims"].claims if claim.id == "claim-87").finding
    assert f"{(1 - OPEN_USD_PER_MTOK / CLOSED_USD_PER_MTOK) * 100:.1f} % less" in told
    assert f"{CLOSED_USD_PER_MTOK / OPEN_USD_PER_MTOK:.1f} times" in told
    assert f"{(CLOSED_USD_PER_MTOK / OPEN_USD_PER_MTOK - 1) * 100:.0f} % more" in told
    assert f"{(1 - 1 / 1.87) * 100:.1f} % less" in told


def test_tv_2i_that_an_80_20_mix_costs_56_cents_a_million_tokens() -> None:
    assert mix_usd_per_mtok(0.8) == pytest.approx(0.556)
    assert mix_sentence(0.8) == "$0.56 for a million tokens: 70.1 % less than all on closed models."
    assert "All on closed" in mix_sentence(0.0)
    with pytest.raises(WorkbenchError, match="out of range"):
        mix_usd_per_mtok(1.2)


def test_that_the_powers_told_of_2020_are_those_of_the_formulas() -> None:
    told = " ".join(lessons()["scaling"].part("What the laws say").points)
    for law, word in (
        (kaplan_loss_of_params, "the parameters lower it by"),
        (kaplan_loss_of_tokens, "the tokens by"),
        (kaplan_loss_of_compute, "the compute by"),
    ):
        assert f"ten times {word} {(1 - law(1e10) / law(1e9)) * 100:.0f} %" in told


def test_that_reported_training_runs_used_a_plausible_share_of_peak_speed() -> None:
    for run in lessons()["scaling"].runs:
        assert run.gpu_hours is not None
        assert 0.1 < implied_mfu(training_flop(run.params, run.tokens), run.gpu_hours) < 0.5


def test_that_the_bill_of_llama_405b_is_told_as_computed() -> None:
    told = next(claim for claim in lessons()["claims"].claims if claim.id == "claim-gpt4").finding
    run = next(run for run in lessons()["scaling"].runs if "405B" in run.name)
    assert run.gpu_hours is not None
    assert f"${run.gpu_hours * 2 / 1e6:.0f} million at $2" in told
    assert training_cost(run.params, run.tokens, usd_per_gpu_hour=2.0).usd < run.gpu_hours * 2


def test_that_the_best_split_lies_lowest_on_the_curve_of_its_compute() -> None:
    chart = scaling_chart(8e9, 15e12)
    curve = next(series for series in chart.series if isinstance(series, Line))
    points = {p.id: p for s in chart.series if isinstance(s, Points) for p in s.points}
    assert points["best"].y <= min(curve.ys) + 1e-9
    assert points["yours"].y == pytest.approx(loss(8e9, 15e12))
    assert points["best"].x == pytest.approx(optimal_run(training_flop(8e9, 15e12)).params)
    assert [row[0] for row in chart.rows] == ["Your run", "Best split"]


def test_that_one_token_makes_both_yardsticks_the_same_and_many_part_them() -> None:
    assert all(model.exact == model.token_accuracy for model in scaled_models(1))
    many = scaled_models(30)
    assert [m.token_accuracy for m in many] == [m.token_accuracy for m in scaled_models(1)]
    assert all(model.exact == pytest.approx(model.token_accuracy**30) for model in many)
    assert many[2].token_accuracy > 0.8 and many[2].exact < 0.02


def test_that_the_emergence_chart_shows_both_yardsticks_with_a_table() -> None:
    chart = emergence_chart(30)
    assert [s.label for s in chart.series if isinstance(s, Points)] == ["single tokens", "whole answers"]
    assert len(chart.rows) == len(scaled_models(30))
    with pytest.raises(WorkbenchError):
        emergence_chart(0)


def test_tv_2h_that_the_break_even_told_is_the_one_computed() -> None:
    found = break_even(0.000165, SMALL)
    assert "6,800,000 requests a day" in break_even_sentence(found)
    assert "holds" in break_even_sentence(found)
    assert "far too long" in break_even_sentence(break_even(0.00375, SMALL))
    never = break_even(0.00001, SMALL)
    assert break_even_sentence(never).startswith("Own servers never cost less")
    assert not any(type(s).__name__ == "Marker" for s in break_even_chart(0.00001, SMALL, never).series)


def finding(claim_id: str) -> str:
    return next(claim.finding for claim in lessons()["claims"].claims if claim.id == claim_id)


def test_that_the_break_evens_of_the_claim_are_those_computed() -> None:
    told = finding("claim-breakeven")
    large = SelfHosting(2, 2.5, 2.46, 27_000, 3_000)
    cheap, premium, long_prompt = (
        break_even(usd, hosting).requests_per_day or 0.0
        for usd, hosting in ((0.000165, SMALL), (0.00375, SMALL), (0.015, large))
    )
    assert f"{cheap / 1e6:.1f} million" in told
    assert f"{premium / 1e3:.0f},000" in told
    assert f"{long_prompt / 1e3:.0f},000" in told
    assert 75 < cheap / long_prompt < 90


def test_tv_2i_that_a_tenth_of_the_price_is_told_as_computed() -> None:
    told = finding("claim-tenth")
    dear = 3 * 1.75 + 14
    assert f"{(3 * 0.15 + 0.60) / dear * 100:.1f} %" in told
    assert f"{(3 * 0.35 + 1.00) / dear * 100:.1f} %" in told


def test_that_the_clean_share_of_the_exercise_is_the_one_computed() -> None:
    exercise = next(e for e in lessons()["practice"].exercises if e.figures)
    assert f"only {clean_share(0.3, 5) * 100:.0f} % of the questions are clean" in " ".join(exercise.reasoning)


def test_that_the_catalog_bears_out_what_is_told_of_context_windows(tmp_path: Path) -> None:
    services = build(tmp_path)
    windows = {model.id: model.context_tokens for model in services.catalog.catalog().models}
    assert windows["anthropic/claude-opus-4-5"] == 200_000
    assert windows["anthropic/claude-opus-4-6"] == 1_000_000
    services.close()


def test_that_the_concentration_chart_puts_the_largest_vendor_on_top() -> None:
    chart = concentration_chart(["A", "B"], concentration([20, 80]))
    assert chart.rows == (("B", "80 %"), ("A", "20 %"))
    with pytest.raises(WorkbenchError, match="name"):
        concentration_chart(["A"], concentration([20, 80]))


@pytest.mark.parametrize(
    ("value", "words"),
    [(8.03e9, "8.03 billion"), (1.5e13, "15 trillion"), (507_000, "507,000"), (1.46e6, "1.46 million")],
)
def test_that_large_numbers_are_told_in_words(value: float, words: str) -> None:
    assert large_number(value) == words


def test_that_the_sample_of_the_exercise_is_computed_as_its_text_tells(tmp_path: Path) -> None:
    services = build(tmp_path)
    found = services.learn.sample()
    a, c = found.options.option("A"), found.options.option("C")
    assert a is not None and c is not None
    assert found.options.recommendation.option == "C"
    assert a.excluded_by and not c.excluded_by
    assert c.tco_usd[36] - a.tco_usd[36] == pytest.approx(400)
    assert found.chart.rows
    services.close()


def test_that_models_of_every_type_are_counted_from_the_catalog(tmp_path: Path) -> None:
    services = build(tmp_path)
    counts = services.learn.counts()
    taught = {ModelKind(row[0]) for row in lessons()["types"].part("The types").rows}
    assert all(counts[kind].models > 0 and counts[kind].newest for kind in taught)
    assert sum(count.models for count in counts.values()) == len(services.catalog.catalog().models)
    services.close()
