"""quality.md: one axis from many benchmarks, on the shipped catalog and on small made-up ones."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import yaml
from workbench.analysis import quality
from workbench.analysis.quality import ScoreRow
from workbench.domain.errors import WorkbenchError

CATALOG = Path(__file__).parents[3] / "models_catalog" / "models"
REFERENCE = "livebench-2026-06-25"
# Image and embedding models have axes of their own.
TEXT = {"llm", "multimodal", "code"}


@pytest.fixture(scope="module")
def rows() -> list[ScoreRow]:
    found = []
    for path in sorted(CATALOG.rglob("*.yaml")):
        model = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if model["kind"] in TEXT:
            found += [ScoreRow(model["id"], q["benchmark"], q["value"], q["unit"]) for q in model["quality"] or []]
    return found


@pytest.fixture(scope="module")
def fit(rows: list[ScoreRow]) -> quality.QualityFit:
    return quality.fit_quality(rows)


def test_that_the_fit_covers_what_the_catalog_holds(fit: quality.QualityFit) -> None:
    assert len(fit.abilities) == 96
    assert len(fit.benchmarks) == 10
    assert sum(b.rows for b in fit.benchmarks.values()) == 226
    assert fit.left_out == ("mmlu",)


@pytest.mark.parametrize(
    ("model", "n", "theta", "sd", "scale"),
    [
        ("anthropic/claude-fable-5", 1, 1.28, 0.13, 82.9),
        ("anthropic/claude-opus-4-6", 4, 0.86, 0.08, 75.5),
        ("openai/gpt-5.2", 4, 0.76, 0.08, 73.4),
        ("google/gemini-3-flash", 4, 0.71, 0.10, 72.3),
        ("deepseek/deepseek-v3.2", 3, 0.33, 0.11, 63.5),
        ("meta/llama-4-maverick", 5, -0.40, 0.10, 44.3),
        ("meta/llama-4-scout", 2, -0.61, 0.12, 38.8),
        ("meta/llama-3.2-1b", 1, -2.35, 0.22, 8.9),
    ],
)
def test_that_the_published_fit_comes_back(
    fit: quality.QualityFit, model: str, n: int, theta: float, sd: float, scale: float
) -> None:
    ability, shown = fit.abilities[model], fit.on_scale_of(REFERENCE)[model]
    assert ability.rows == shown.rows == n
    assert ability.theta == pytest.approx(theta, abs=0.02)
    assert ability.sd == pytest.approx(sd, abs=0.01)
    assert shown.value == pytest.approx(scale, abs=0.5)
    assert shown.low < shown.value < shown.high


def test_that_slopes_and_noise_lie_where_published(fit: quality.QualityFit) -> None:
    slopes = {name: b.slope for name, b in fit.benchmarks.items()}
    noise = {name: b.noise for name, b in fit.benchmarks.items()}
    assert min(slopes, key=slopes.__getitem__) == "lmarena-text-style-control"
    assert max(slopes, key=slopes.__getitem__) == "gpqa-diamond"
    assert (min(slopes.values()), max(slopes.values())) == pytest.approx((0.66, 1.27), abs=0.01)
    assert noise[REFERENCE] == pytest.approx(0.14, abs=0.01)
    assert noise["aider-polyglot"] == max(noise.values()) == pytest.approx(0.95, abs=0.01)


def test_that_held_out_scores_are_predicted_well_enough_to_trust_the_axis(rows: list[ScoreRow]) -> None:
    result = quality.leave_one_out(rows)
    assert result.mean_absolute_error <= 0.32
    assert result.mean_absolute_error < 0.6 * result.baseline_error
    assert 0.85 <= result.coverage <= 0.95


def test_that_the_order_of_the_rows_does_not_matter(rows: list[ScoreRow], fit: quality.QualityFit) -> None:
    again = quality.fit_quality(list(reversed(rows)))
    for model, ability in fit.abilities.items():
        assert again.abilities[model].theta == pytest.approx(ability.theta, abs=1e-4)


def test_that_doubling_a_groups_rows_narrows_its_models(rows: list[ScoreRow], fit: quality.QualityFit) -> None:
    coding = quality.fit_quality(rows, doubled=frozenset({"swe-bench-pro-public"}))
    assert coding.abilities["openai/gpt-5.2"].sd < fit.abilities["openai/gpt-5.2"].sd
    same = coding.abilities["meta/llama-3.2-1b"].sd
    assert same == pytest.approx(fit.abilities["meta/llama-3.2-1b"].sd, rel=0.05)


def test_that_an_own_eval_calibrates_the_axis_even_with_few_models(rows: list[ScoreRow]) -> None:
    mine = [
        ScoreRow("openai/gpt-5.2", "our eval", 0.92, "share", 0.02),
        ScoreRow("deepseek/deepseek-v3.2", "our eval", 0.85, "share", 0.03),
        ScoreRow("meta/llama-4-scout", "our eval", 0.70, "share", 0.04),
    ]
    calibrated = quality.fit_quality([*rows, *mine], own_evals=frozenset({"our eval"}))
    shown = calibrated.on_scale_of("our eval")
    assert shown["openai/gpt-5.2"].value == pytest.approx(92, abs=3)
    assert 70 < shown["meta/llama-4-maverick"].value < 85
    assert "our eval" not in quality.fit_quality([*rows, *mine]).benchmarks


def test_that_an_elo_benchmark_shows_ratings(fit: quality.QualityFit) -> None:
    rating = fit.on_scale_of("lmarena-text-style-control")["openai/gpt-5.2"]
    assert 1_350 < rating.low < rating.value < rating.high < 1_550


def made_up(models: int, benchmarks: int, noise: float, seed: int) -> tuple[np.ndarray, list[ScoreRow]]:
    rng = np.random.default_rng(seed)
    ability = rng.normal(0, 1, models)
    made = [
        ScoreRow(f"m{m}", f"b{b}", 100 / (1 + math.exp(-(0.3 * b + ability[m] + rng.normal(0, noise)))), "percent")
        for m in range(models)
        for b in range(benchmarks)
    ]
    return ability, made


def test_that_known_abilities_are_found_again() -> None:
    ability, made = made_up(30, 6, 0.2, 1)
    found = quality.fit_quality(made)
    thetas = np.array([found.abilities[f"m{m}"].theta for m in range(30)])
    assert np.corrcoef(ability, thetas)[0, 1] > 0.98


def test_that_more_benchmarks_narrow_the_interval() -> None:
    _, made = made_up(10, 5, 0.2, 2)
    few = [row for row in made if not (row.model == "m0" and row.benchmark != "b0")]
    fitted = quality.fit_quality(few)
    assert fitted.abilities["m0"].sd > 1.8 * fitted.abilities["m1"].sd


def test_that_a_model_without_a_row_is_not_imputed() -> None:
    _, made = made_up(8, 2, 0.2, 3)
    lonely = ScoreRow("lonely", "tiny benchmark", 50, "percent")
    fitted = quality.fit_quality([*made, lonely])
    assert "lonely" not in fitted.abilities
    assert fitted.left_out == ("tiny benchmark",)


def test_that_scores_at_the_ends_stay_finite() -> None:
    assert quality.logit_of(100, "percent") == quality.logit_of(99, "percent") == pytest.approx(math.log(99))
    assert quality.logit_of(0, "share") == pytest.approx(-math.log(99))
    assert quality.logit_of(400, "elo") == pytest.approx(math.log(10))


def test_that_bad_rows_are_refused() -> None:
    _, made = made_up(8, 1, 0.2, 4)
    for extra, words in (
        ([ScoreRow("m0", "b0", 50, "percent")], "two scores"),
        ([ScoreRow("m9", "b0", math.nan, "percent")], "Benchmark score"),
        ([ScoreRow("m9", "b0", 101, "percent")], "out of range"),
        ([ScoreRow("m9", "b0", -5, "elo")], "Elo rating"),
        ([ScoreRow("m9", "b0", 50, "percent", -1)], "Standard error"),
    ):
        with pytest.raises(WorkbenchError, match=words):
            quality.fit_quality([*made, *extra])
    with pytest.raises(WorkbenchError, match="covers enough models"):
        quality.fit_quality([])
    with pytest.raises(WorkbenchError, match="no fit"):
        quality.fit_quality(made).on_scale_of("nowhere")
    with pytest.raises(WorkbenchError, match="two scores, so none"):
        quality.leave_one_out(made)
