"""The 13 conflicts of methods.md section 6, each as the engine meets it and the way out it names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from workbench.analysis.conflicts import model_conflicts
from workbench.domain.evidence import Evidence, Quality
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.option import OptionSet, Strategy, Technique
from workbench.domain.verdict import Conflict, Hosting

from matching_values import catalog, changed, options, sample, scenario, shortlist, shortlists, verdict


def conflict(number: int, **answers: Any) -> Conflict | None:
    return next((item for item in shortlist(**answers).conflicts if item.number == number), None)


def among(found: OptionSet, number: int) -> Conflict | None:
    return next((item for item in found.conflicts if item.number == number), None)


LOCAL = {"sensitivity": "confidential", "third_party": "forbidden"}
MIXED = {"sensitivity": "confidential", "third_party": "sensitive-stays", "papers": ["dpa", "no-training"]}


def test_that_conflict_1_local_data_and_best_quality_names_the_best_open_model_and_the_gap() -> None:
    found = conflict(1, **LOCAL, priority="quality")
    assert found is not None
    axis = shortlists().matched(scenario(**LOCAL, priority="quality")).axis.qualities
    names = {model.name: axis[model.id].value for model in catalog().models if model.id in axis}
    own = next(name for name in names if f"yourself is {name} (" in found.text)
    hosted = next(name for name in names if f"one is {name} (" in found.text)
    assert f"{round(names[hosted] - names[own])} points ahead" in found.text
    assert "Measure the gap" in found.way_out
    mixed = conflict(1, **MIXED, priority="quality")
    assert mixed is not None and "Blend: clean requests, about 17 %" in mixed.way_out
    assert conflict(1, priority="quality") is None


def test_that_conflict_2_local_data_and_ten_million_tokens_need_half_a_terabyte_of_cache() -> None:
    found = conflict(2, **LOCAL, context_tokens=10_000_000)
    assert found is not None
    assert "493 GB" in found.text
    assert "Fetch the passages" in found.way_out


def test_that_conflict_3_the_lowest_latency_cautions_reasoning_models_and_says_to_cap_their_thinking() -> None:
    found = conflict(3, ttft_limit_s=1)
    assert found is not None
    assert "Cap the thinking tokens" in found.way_out
    thinker = next(m for m in catalog().models if m.capabilities.reasoning and m.offers and m.offers[0].available)
    reasons = verdict(shortlist(ttft_limit_s=1), thinker.id, thinker.offers[0].provider).reasons
    assert any(r.rule.startswith("R1.6") and (r.warning or not r.kept) for r in reasons)
    assert conflict(3, ttft_limit_s=10) is None


def test_that_conflict_4_local_sound_and_film_are_looked_up_kind_by_kind() -> None:
    found = conflict(4, **LOCAL, input_modalities=["text", "audio", "video"])
    assert found is not None
    assert "sound: " in found.text and "film: none" in found.text
    assert "Gemma 4 E4B" in found.text


def test_that_conflict_5_the_answer_about_third_parties_decides_over_a_signed_agreement() -> None:
    answers = {"sensitivity": "health", "third_party": "forbidden", "papers": ["baa", "dpa"]}
    found = conflict(5, **answers)
    assert found is not None
    assert "Not legal advice" in found.way_out
    kept = [v for v in shortlist(**answers).verdicts if v.kept]
    assert kept and all(v.hosting is not Hosting.API for v in kept)
    assert conflict(5, sensitivity="health", third_party="contract", papers=["baa"]) is None


def test_that_conflict_6_cheapest_with_redundancy_loses_to_an_api_below_the_break_even() -> None:
    asked = scenario(priority="cost", min_replicas=2, requests_per_day=1_000, staff_fte=0.25)
    found = options().options(asked)
    told = among(found, 6)
    assert told is not None and "2 copies" in told.text
    # The largest model on a small API price never pays; whatever crosses does so above the volume of today.
    assert all(b.requests_per_day is None or b.requests_per_day > 1_000 for b in found.breakevens)
    buy = next(o for o in found.options if o.draft.strategy is Strategy.BUY)
    build = next(o for o in found.options if o.draft.strategy is Strategy.BUILD)
    assert buy.figures["monthly_usd"].likely < build.figures["monthly_usd"].likely


def test_that_conflict_7_six_weeks_rule_out_own_servers_and_stage_them_only_if_the_data_permits() -> None:
    near = changed(sample(), weeks_limit=6)
    found = options().options(near)
    told = among(found, 7)
    assert told is not None and "B needs 14 weeks" in told.text and "you allow 6" in told.text
    assert "A could bridge the time, but it is out" in told.way_out
    free = options().options(changed(near, third_party="contract", papers=["dpa", "sub-processors", "no-training"]))
    told = among(free, 7)
    assert told is not None and "In stages: A live in 6 weeks" in told.way_out


def test_that_conflict_7_is_about_own_servers_and_bridges_no_gap_with_what_is_late_itself() -> None:
    nearer = options().options(changed(sample(), weeks_limit=5, third_party="free", sensitivity="internal"))
    told = among(nearer, 7)
    assert told is not None and "A needs" not in told.text
    assert told.way_out == "Allow more weeks, or take an option that is ready in time."
    bought = replace(sample(), options=sample().options[:1])
    assert among(options().options(changed(bought, weeks_limit=5)), 7) is None


def test_that_conflict_8_tuning_a_model_nobody_tunes_points_to_open_weights() -> None:
    untunable = next(m for m in catalog().models if m.capabilities.fine_tuning is False and m.offers)
    draft = sample().options[0]
    role = replace(draft.models[0], model_id=untunable.id, offer=untunable.offers[0].provider)
    tuned = replace(draft, models=(role,), technique=Technique.FINE_TUNING)
    found = options().options(replace(sample(), options=(tuned, *sample().options[1:])))
    told = among(found, 8)
    assert told is not None and "Tune an open model" in told.way_out
    assert "R1.7" in {reason.rule for reason in found.options[0].excluded_by}


def test_that_conflict_9_a_company_in_the_eu_loses_llama_4_and_hears_of_the_next_open_model() -> None:
    found = conflict(9, company_in_eu=True)
    assert found is not None
    assert "Llama 4" in found.text
    assert "best open model left is" in found.way_out and "Not legal advice" in found.way_out
    assert "Llama 4" not in found.way_out


def test_that_conflict_10_a_bar_above_the_oracle_of_all_models_asks_for_people_or_less_scope() -> None:
    matched = shortlists().matched(scenario(quality_target=95))
    told = model_conflicts(matched.requirements, matched.matching, matched.axis.qualities, oracle=92.9)
    found = next(item for item in told if item.number == 10)
    assert "only 93 would be right" in found.text
    assert "Let a person check" in found.way_out
    reached = model_conflicts(matched.requirements, matched.matching, matched.axis.qualities, oracle=96.0)
    assert "Even if every case" not in " ".join(item.text for item in reached if item.number == 10)


def test_that_conflict_10_reads_the_oracle_of_the_teams_own_eval() -> None:
    own = Quality(70, 65, 75, "your eval", 100, "your eval")
    evidence = Evidence({"meta/llama-4-scout": own}, "your eval", oracle=80.0)
    found = shortlists().shortlist(scenario(quality_target=90), evidence=evidence)
    assert any(item.number == 10 and "only 80" in item.text for item in found.conflicts)


def test_that_conflict_11_a_tiny_clean_share_makes_the_blend_a_built_option() -> None:
    """TV-4g: 30 % sensitive and five passages leave 17 % clean; with a fifth of the requests hard, 3 % are both."""
    told = among(options().options(sample()), 11)
    assert told is not None
    assert "20 % of the requests are hard and 17 % are clean" in told.text and "about 3 % are both" in told.text
    assert "B does the same with one stack" in told.way_out
    assert among(options().options(changed(sample(), passages=1)), 11) is None
    proposed = options().propose(scenario(**MIXED, sensitive_share=0.6))
    assert {draft.strategy for draft in proposed} == {Strategy.BUILD, Strategy.BUY}
    with_blend = options().propose(scenario(**MIXED, sensitive_share=0.1, priority="quality"))
    assert Strategy.BLEND in {draft.strategy for draft in with_blend}


def test_that_conflict_12_one_vendor_and_a_fallback_are_one_model_at_two_hosts() -> None:
    found = conflict(12, one_vendor=True, fallback=True)
    assert found is not None
    assert "can be had at two places" in found.way_out
    assert conflict(12, one_vendor=True) is None
    assert conflict(12, fallback=True) is None


def test_that_conflict_13_a_budget_below_every_price_shows_what_the_cheapest_would_cost() -> None:
    found = conflict(13, monthly_cap_usd=1, requests_per_day=50_000)
    assert found is not None
    nearest = min(
        (v for v in shortlist(requests_per_day=50_000).verdicts if v.kept and v.monthly_usd),
        key=lambda v: v.monthly_usd.likely if v.monthly_usd else 0.0,
    )
    assert nearest.model_name in found.text
    assert conflict(13, monthly_cap_usd=1e9) is None
    poor = options().options(changed(sample(), sensitivity="public", weeks_limit="no limit", monthly_cap_usd=100))
    told = among(poor, 13)
    assert told is not None and "$100" in told.text


def test_that_the_smallest_set_of_limits_is_named_when_no_option_is_inside() -> None:
    """B breaks one limit, A and C break two: loosening B's is the smallest set."""
    none_left = changed(sample(), third_party="forbidden")
    found = options().options(none_left)
    assert not found.recommendation.option
    assert found.relaxations[0].answers == {"weeks_limit": 14}
    assert found.relaxations[0].text == "Allow 14 weeks and B is inside your limits."
    let_in = options().options(changed(none_left, **found.relaxations[0].answers))
    assert let_in.recommendation.option == "B"


def test_that_two_limits_are_loosened_together_when_one_is_not_enough() -> None:
    tight = changed(sample(), third_party="forbidden", weeks_limit=9, setup_cap_usd=50_000)
    found = options().options(tight)
    assert set(found.relaxations[0].answers) == {"weeks_limit", "setup_cap_usd"}
    assert all("third_party" in item.answers for item in found.relaxations[1:])
    let_in = options().options(changed(tight, **found.relaxations[0].answers))
    assert let_in.recommendation.option


@pytest.mark.parametrize("passages", [0, 1, 5, 20])
def test_that_the_clean_share_follows_the_passages_the_person_gave(passages: int) -> None:
    found = options().options(changed(sample(), passages=passages))
    clean = 0.7**passages
    note = next((n for n in found.notes if n.startswith("C: only about")), "")
    assert f"only about {clean * 100:.0f} %" in note or f"{clean * 100:.1g} %" in note


def test_that_an_entered_figure_keeps_its_words_in_the_way_out() -> None:
    slow = sample().options[1]
    figures = {**slow.figures, "weeks": Figure(Estimate.exact(30), Origin.YOURS)}
    drafts = (sample().options[0], replace(slow, figures=figures), sample().options[2])
    told = among(options().options(replace(sample(), options=drafts)), 7)
    assert told is not None and "B needs 30 weeks" in told.text
