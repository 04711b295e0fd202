from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from workbench.analysis import matching
from workbench.analysis.chartspec import Line, Points
from workbench.analysis.tradeoffs import TradePoint
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Evidence, Quality
from workbench.domain.verdict import LocalModel

from matching_values import changed, sample, scenario, shortlists, tradeoffs

FILE = LocalModel("local/tiny", "tiny.gguf", "Tiny", 6_000_000, 16_000, 10_000_000, True)


def on_front(points: tuple[TradePoint, ...]) -> list[TradePoint]:
    return [point for point in points if point.pareto]


def test_that_nothing_kept_beats_a_point_of_the_front_and_every_other_names_what_does() -> None:
    points = tradeoffs().points(scenario()).points
    placed = [p for p in points if p.kept and p.cost_usd and p.quality]
    by_id = {p.id: p for p in points}
    for point in placed:
        better = [
            p
            for p in placed
            if p.cost_usd.likely <= point.cost_usd.likely
            and p.quality.value >= point.quality.value
            and (p.cost_usd.likely, p.quality.value) != (point.cost_usd.likely, point.quality.value)
        ]
        assert point.pareto is not bool(better)
        if better:
            dominator = by_id[point.dominated_by]
            assert dominator.cost_usd.likely <= point.cost_usd.likely
            assert dominator.quality.value >= point.quality.value


@pytest.mark.parametrize(
    ("volume", "said"),
    [(0.5, "at 0.5 requests a day"), (1, "at 1 request a day"), (7_000.4, "at 7,000 requests a day")],
)
def test_that_the_axis_names_the_volume_as_it_is(volume: float, said: str) -> None:
    assert said in tradeoffs().points(scenario(), requests_per_day=volume).chart.x.label


def test_that_with_mixed_data_own_models_are_compared_with_own_ones_only() -> None:
    view = tradeoffs().points(sample())
    own = [point for point in on_front(view.points) if not point.leaves]
    assert own and view.best in {point.id for point in own}
    assert "which sensitive requests need" in view.sentence and "for clean requests only" in view.sentence


def test_that_own_models_without_a_score_are_not_called_outside_the_limits() -> None:
    view = tradeoffs().points(changed(sample(), tasks=["image-generation"], output_modalities=["image"]))
    assert any(point.kept and not point.leaves for point in view.points)
    assert view.sentence.startswith("No model of your own inside your limits has an independent score")


def test_that_local_data_draws_hosted_models_pale_and_says_they_are_out() -> None:
    view = tradeoffs().points(scenario(third_party="forbidden"))
    assert not any(point.kept for point in view.points if point.leaves)
    assert any("outside your limits" in part for part in [view.sentence])
    pale = [mark for s in view.chart.series if isinstance(s, Points) and s.label == "hosted" for mark in s.points]
    assert pale and all(mark.faint for mark in pale)


def test_that_an_api_costs_in_proportion_to_the_volume_and_own_servers_in_steps() -> None:
    service, asked = tradeoffs(), scenario()
    once = {p.id: p for p in service.points(asked, requests_per_day=10_000).points}
    twice = {p.id: p for p in service.points(asked, requests_per_day=20_000).points}
    shared = [key for key in once if key in twice and once[key].leaves and once[key].cost_usd]
    assert len(shared) > 30
    for key in shared:
        assert twice[key].cost_usd.likely == pytest.approx(2 * once[key].cost_usd.likely)
    own = [key for key in once if key in twice and not once[key].leaves and once[key].cost_usd]
    assert any(once[key].cost_usd.likely == twice[key].cost_usd.likely for key in own)


def test_that_more_volume_pushes_models_over_the_budget() -> None:
    service, asked = tradeoffs(), scenario(monthly_cap_usd=2_000)
    few = sum(p.kept for p in service.points(asked, requests_per_day=1_000).points)
    many = sum(p.kept for p in service.points(asked, requests_per_day=100_000).points)
    assert many < few


def test_that_weights_move_the_best_point_along_the_front() -> None:
    service, asked = tradeoffs(), scenario()
    cheap = service.points(asked, weights={"quality": 1, "monthly_usd": 100})
    good = service.points(asked, weights={"quality": 100, "monthly_usd": 1})
    by_id = {p.id: p for p in cheap.points}
    assert by_id[cheap.best].cost_usd.likely < by_id[good.best].cost_usd.likely
    assert by_id[cheap.best].quality.value < by_id[good.best].quality.value


def test_that_nonsense_is_refused_with_a_sentence() -> None:
    for volume in (0, -5, float("nan"), 1e12):
        with pytest.raises(WorkbenchError):
            tradeoffs().points(scenario(), requests_per_day=volume)
    with pytest.raises(WorkbenchError):
        tradeoffs().points(scenario(), weights={"quality": -1, "monthly_usd": 1})
    with pytest.raises(WorkbenchError, match="Nothing would count"):
        tradeoffs().points(scenario(), weights={"quality": 0, "monthly_usd": 0})


def test_that_a_model_without_a_score_stands_at_the_foot_and_is_never_given_one() -> None:
    view = tradeoffs().points(scenario())
    unscored = [p for p in view.points if p.quality is None and p.kept and p.cost_usd]
    assert unscored and all(p.score is None and not p.pareto for p in unscored)
    marks = {m.id: m for s in view.chart.series if isinstance(s, Points) for m in s.points}
    floor = min(p.quality.low for p in view.points if p.quality and p.cost_usd)
    for point in unscored:
        assert marks[point.id].y < floor and marks[point.id].y_low is None


def test_that_own_results_move_a_point() -> None:
    service, asked = tradeoffs([FILE]), scenario()
    measured = Quality(83, 77, 88, "your eval", 150, "your eval of today")
    evidence = Evidence({"local/tiny": measured}, "your eval of today")
    before = {p.model_id: p for p in service.points(asked).points}["local/tiny"]
    after_view = service.points(asked, evidence=evidence)
    after = {p.model_id: p for p in after_view.points}["local/tiny"]
    assert before.quality is None and after.quality.value == 83
    assert "your eval of today" in after_view.basis_label


def test_that_a_measured_model_is_shown_and_named_even_where_it_cannot_do_the_job() -> None:
    short = replace(FILE, context_tokens=512)
    service, asked = tradeoffs([short]), scenario(context_tokens=8_000)
    assert "local/tiny" not in {p.model_id for p in service.points(asked).points}
    measured = Quality(83, 77, 88, "your eval", 150, "your eval of today")
    view = service.points(asked, evidence=Evidence({"local/tiny": measured}, "your eval of today"))
    point = next(p for p in view.points if p.model_id == "local/tiny")
    assert not point.kept and "512 tokens" in point.why_out
    marks = [m for s in view.chart.series if isinstance(s, Points) for m in s.points if m.id == point.id]
    assert marks[0].labelled and marks[0].faint


def test_that_three_own_results_put_the_other_models_on_the_scale_of_the_eval() -> None:
    service, asked = tradeoffs(), scenario()
    public = {p.model_id: p.quality.value for p in service.points(asked).points if p.quality}
    own = {
        model: Quality(public[model] + 15, public[model] + 10, public[model] + 20, "your eval", 200, "e")
        for model in ("openai/gpt-5.2", "meta/llama-4-scout", "deepseek/deepseek-v3.2", "openai/gpt-oss-120b")
    }
    view = service.points(asked, evidence=Evidence(own, "your eval of today"))
    moved = {p.model_id: p.quality.value for p in view.points if p.quality}
    others = [model for model in moved if model not in own and 30 < public[model] < 70]
    assert sum(moved[m] > public[m] for m in others) > 0.9 * len(others)
    assert "moved to your eval's scale" in view.basis_label


def test_that_a_mix_is_a_straight_line_in_cost_and_quality_up_to_the_clean_share() -> None:
    mixes = tradeoffs().points(sample()).mixes
    first = [m for m in mixes if (m.weak, m.strong) == (mixes[0].weak, mixes[0].strong)]
    assert first[0].share == 0 and first[-1].share == pytest.approx(0.7**5)
    steps = {round(b.cost_usd_month - a.cost_usd_month, 6) for a, b in pairwise(first)}
    assert len(steps) == 1
    assert first[0].weak.startswith("meta/llama-4-scout@self-host"), "the sample's own blend comes first"


def test_that_without_sensitive_data_a_mix_runs_all_the_way() -> None:
    mixes = tradeoffs().points(scenario()).mixes
    assert max(mix.share for mix in mixes) == 1


def test_that_the_chart_says_what_is_on_it() -> None:
    chart = tradeoffs().points(changed(sample(), quality_target=60)).chart
    assert "below the bar you set (60)" in [getattr(s, "label", "") for s in chart.series]
    assert chart.x.log and "7,000 requests a day" in chart.x.label
    assert "LiveBench" in chart.note and chart.description.startswith("The front from cheap to good")
    assert len([s for s in chart.series if isinstance(s, Line) and not s.dashed]) == 2
    low, high = chart.range_x
    assert 0 < low < high


def test_that_nothing_kept_is_a_sentence_and_no_crash() -> None:
    view = tradeoffs().points(scenario(third_party="forbidden", monthly_cap_usd=1))
    assert view.sentence == "No model is inside your limits, so there is nothing to trade off yet."
    assert view.best == "" and view.mixes == ()


def test_that_moving_the_volume_judges_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slider is followed within a frame because only prices are computed."""
    judged: list[object] = []
    match = matching.match
    monkeypatch.setattr(matching, "match", lambda *given: judged.append(given) or match(*given))
    service = tradeoffs()
    service.points(sample())
    assert len(judged) == 1
    for volume in (8e3, 9e3, 1e4):
        service.points(sample(), requests_per_day=volume)
    assert len(judged) == 1


def test_that_the_services_share_one_matching() -> None:
    service = shortlists()
    assert service.matched(sample()) is service.matched(sample())


def test_that_the_order_is_said_in_words_and_kept_by_the_points() -> None:
    mixed, free = tradeoffs().points(sample()), tradeoffs().points(scenario(), weights={"quality": 3, "monthly_usd": 1})
    assert mixed.order_words.startswith("Your own models first, as sensitive requests need one; then the best value")
    assert free.order_words.startswith("First the best value: quality counts 75 %, cost 25 %")
    scores = [point.score or 0.0 for point in free.points if point.kept]
    assert scores == sorted(scores, reverse=True)


def test_that_the_knee_is_the_point_of_the_front_farthest_above_the_line_between_its_ends() -> None:
    view = tradeoffs().points(scenario())
    front = sorted(on_front(view.points), key=lambda p: p.cost_usd.likely)
    costs = [math.log10(p.cost_usd.likely) for p in front]
    scores = [p.quality.value for p in front]
    above = [
        (q - scores[0]) / (scores[-1] - scores[0]) - (c - costs[0]) / (costs[-1] - costs[0])
        for c, q in zip(costs, scores, strict=True)
    ]
    assert view.knee == front[above.index(max(above))].id
    assert tradeoffs().points(scenario(tasks=["image-generation"], output_modalities=["image"])).knee == ""


def test_that_an_announced_price_goes_with_the_point_that_stands_at_todays() -> None:
    flash = next(p for p in tradeoffs().points(scenario()).points if p.model_id == "google/gemini-3.7-flash")
    assert flash.later is not None and flash.cost_usd is not None and flash.later[0] == "2027-01-01"
    assert flash.later[1].likely == pytest.approx(2 * flash.cost_usd.likely)
