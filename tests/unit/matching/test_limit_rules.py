from __future__ import annotations

import pytest
from workbench.domain.evidence import Evidence, Quality

from matching_values import rules_against, scenario, shortlist, shortlists, verdict, warnings_of

SONNET, SCOUT = "anthropic/claude-sonnet-4-6", "meta/llama-4-scout"


def own(value: float, low: float, high: float, model: str = SONNET) -> Evidence:
    return Evidence({model: Quality(value, low, high, "your eval", 150, "your eval of today")}, "your eval of today")


def test_that_the_likely_cost_decides_and_a_high_one_only_warns() -> None:
    """Sonnet 4.6: 10,000 requests of 3,000 in and 400 out at $3/$15 are $0.015 each, $4,565.625 a month."""
    item = verdict(shortlist(monthly_cap_usd=4_566), SONNET, "anthropic")
    assert item.monthly_usd.likely == pytest.approx(4565.625)  # type: ignore[union-attr]
    assert item.kept and "R2.1" in warnings_of(item)
    assert rules_against(verdict(shortlist(monthly_cap_usd=4_565), SONNET, "anthropic")) == {"R2.1"}
    assert "R2.1" not in warnings_of(verdict(shortlist(monthly_cap_usd=50_000), SONNET, "anthropic"))


def test_that_public_benchmarks_never_exclude_for_quality() -> None:
    found = shortlist(quality_target=99)
    assert "quality_target" not in dict(found.removed_most)
    item = verdict(found, SONNET, "anthropic")
    assert item.kept and "R2.2" in warnings_of(item)


def test_that_a_model_without_any_score_is_unproven_and_not_zero() -> None:
    item = next(v for v in shortlist(quality_target=50).verdicts if v.kept and v.quality is None)
    assert "R2.2" in warnings_of(item)


def test_that_an_own_eval_must_show_the_bar_with_its_lower_end() -> None:
    service, asked = shortlists(), scenario(quality_target=75)
    shown = service.shortlist(asked, evidence=own(85, 78, 90))
    assert verdict(shown, SONNET, "anthropic").kept and "R2.2" not in warnings_of(verdict(shown, SONNET, "anthropic"))
    not_shown = service.shortlist(asked, evidence=own(80, 72, 87))
    assert rules_against(verdict(not_shown, SONNET, "anthropic")) == {"R2.2"}


def test_that_own_results_replace_the_public_value_of_that_model_only() -> None:
    service, asked = shortlists(), scenario()
    plain = service.shortlist(asked)
    measured = service.shortlist(asked, evidence=own(41, 30, 52))
    assert verdict(measured, SONNET, "anthropic").quality.value == 41  # type: ignore[union-attr]
    assert verdict(measured, SCOUT, "groq").quality == verdict(plain, SCOUT, "groq").quality


def test_that_own_servers_count_their_weeks_and_an_api_its_minutes() -> None:
    found = shortlist(weeks_limit=0.5, skill="none")
    assert verdict(found, SONNET, "anthropic").kept
    assert "R2.3" in rules_against(verdict(found, SCOUT, "self-host"))
    assert "C9" in {category.id for category in found.categories}


def test_that_a_team_that_never_ran_servers_is_warned() -> None:
    assert "R2.4" in warnings_of(verdict(shortlist(skill="api"), SCOUT, "self-host"))
    assert "R2.4" not in warnings_of(verdict(shortlist(skill="operations"), SCOUT, "self-host"))


def test_that_makers_and_countries_ruled_out_are_out() -> None:
    assert rules_against(verdict(shortlist(excluded_developers=["anthropic"]), SONNET, "anthropic")) == {"R2.5"}
    by_country = shortlist(excluded_countries=["FR"])
    assert "R2.6" in rules_against(verdict(by_country, "mistral/mistral-small-3.2", "openrouter"))


def test_that_a_lower_tier_names_the_exclusion() -> None:
    item = verdict(shortlist(third_party="forbidden", monthly_cap_usd=1), SONNET, "anthropic")
    assert rules_against(item) >= {"R0.1", "R2.1"}
    assert item.excluded_by is not None and item.excluded_by.rule == "R0.1"


def test_that_staff_platform_and_copies_make_own_servers_dearer() -> None:
    bare = verdict(shortlist(min_replicas=1, platform_month_usd=0), SCOUT, "self-host").monthly_usd
    full = verdict(
        shortlist(min_replicas=2, platform_month_usd=1_500, staff_fte=0.5, staff_month_usd=10_000), SCOUT, "self-host"
    ).monthly_usd
    assert bare is not None and full is not None
    assert round(full.likely - 2 * bare.likely) == 6_500


def test_that_every_exclusion_has_words_for_what_was_asked_and_offered() -> None:
    found = shortlist(
        third_party="forbidden", monthly_cap_usd=500, weeks_limit=1, context_tokens=100_000, company_in_eu=True
    )
    for item in found.verdicts:
        if not item.kept:
            reason = item.excluded_by
            assert reason is not None and reason.text and reason.asked and reason.offered and reason.source
