from __future__ import annotations

import pytest
from workbench.domain.verdict import Hosting

from matching_values import rules_against, shortlist, verdict, warnings_of

SONNET, SCOUT = "anthropic/claude-sonnet-4-6", "meta/llama-4-scout"


def test_that_data_that_must_stay_local_excludes_every_api_offer_and_says_why() -> None:
    found = shortlist(sensitivity="confidential", third_party="forbidden")
    hosted = [v for v in found.verdicts if v.hosting is Hosting.API and v.offer]
    assert len(hosted) > 100
    assert not any(v.kept for v in hosted)
    for item in hosted:
        assert item.excluded_by is not None and item.excluded_by.rule == "R0.1"
        assert item.offer_name in item.excluded_by.text


def test_that_local_data_keeps_open_models_on_own_servers() -> None:
    found = shortlist(third_party="forbidden")
    assert any(v.kept and v.hosting is Hosting.SELF_HOST for v in found.verdicts)
    assert found.removed_most[0][0] == "third_party"
    assert "C3" in {category.id for category in found.categories}


def test_that_mixed_data_keeps_hosted_offers_for_the_clean_part_with_a_warning() -> None:
    found = shortlist(sensitivity="confidential", third_party="sensitive-stays", sensitive_share=0.3)
    item = verdict(found, SONNET, "anthropic")
    assert item.kept and "R0.1" in warnings_of(item)
    assert any("30 %" in reason.text for reason in item.reasons if reason.rule == "R0.1")


def test_that_confidential_data_under_contract_needs_its_papers() -> None:
    bare = shortlist(sensitivity="confidential", third_party="contract", papers=[])
    assert rules_against(verdict(bare, SONNET, "anthropic")) == {"R0.2.dpa", "R0.2.sub"}
    signed = shortlist(sensitivity="confidential", third_party="contract", papers=["dpa", "sub-processors"])
    assert verdict(signed, SONNET, "anthropic").kept


def test_that_papers_nobody_asked_about_yet_are_warnings_only() -> None:
    found = shortlist(sensitivity="confidential", third_party="contract", papers="unknown")
    item = verdict(found, SONNET, "anthropic")
    assert item.kept and {"R0.2.dpa", "R0.2.sub"} <= warnings_of(item)


def test_that_a_provider_that_trains_on_the_data_is_out_for_anything_but_public_data() -> None:
    internal = verdict(shortlist(sensitivity="internal"), "deepseek/deepseek-v3.2", "deepseek")
    assert rules_against(internal) == {"R0.2.train"}
    public = verdict(shortlist(sensitivity="public"), "deepseek/deepseek-v3.2", "deepseek")
    assert "R0.2.train" not in rules_against(public)


def test_that_health_data_needs_a_host_that_is_known_to_sign() -> None:
    papers = ["dpa", "baa", "sub-processors", "no-training"]
    found = shortlist(sensitivity="health", third_party="contract", papers=papers)
    assert verdict(found, SONNET, "anthropic").kept
    unknown = verdict(found, SCOUT, "groq")
    assert rules_against(unknown) == {"R0.2.baa"}
    assert "no source says" in unknown.excluded_by.offered  # type: ignore[union-attr]


def test_that_regulated_data_is_never_approved_without_a_lawyer() -> None:
    papers = ["dpa", "sub-processors", "no-training"]
    found = shortlist(sensitivity="eu-special", third_party="contract", papers=papers)
    hosted = [v for v in found.verdicts if v.kept and v.hosting is Hosting.API]
    assert hosted and all("R0.2.review" in warnings_of(v) for v in hosted)


def test_that_a_regulated_scenario_that_must_stay_local_is_decided_by_that_answer() -> None:
    """Conflict 5 of methods.md: an agreement does not help when no other company may process the data."""
    found = shortlist(sensitivity="health", third_party="forbidden", papers=["baa", "dpa"])
    assert not any(v.kept for v in found.verdicts if v.hosting is Hosting.API)


def test_that_llama_4_is_out_for_a_company_in_the_eu_and_named_with_its_licence() -> None:
    """Conflict 9 of methods.md."""
    found = shortlist(company_in_eu=True)
    item = verdict(found, SCOUT, "self-host")
    assert "R0.3.eu" in rules_against(item)
    assert "Llama 4 Community License" in item.excluded_by.text  # type: ignore[union-attr]
    assert "R0.3.eu" in warnings_of(verdict(shortlist(company_in_eu="unknown"), SCOUT, "self-host"))


def test_that_weights_for_research_only_are_out_when_the_use_is_commercial() -> None:
    commercial = shortlist(licence="commercial")
    assert rules_against(verdict(commercial, "cohere/command-a", "self-host")) == {"R0.3"}
    assert verdict(commercial, "cohere/command-a", "cohere").kept
    assert "R0.3" in warnings_of(verdict(shortlist(licence="any"), "cohere/command-a", "self-host"))


def test_that_asking_for_the_weights_leaves_open_models_only() -> None:
    found = shortlist(licence="open-weights")
    assert rules_against(verdict(found, SONNET, "anthropic")) == {"R0.3"}
    assert "C7" in {category.id for category in found.categories}


@pytest.mark.parametrize(("region", "kept"), [("EU", True), ("CN", False)])
def test_that_a_region_keeps_only_hosts_that_process_there(region: str, kept: bool) -> None:
    assert verdict(shortlist(regions=[region]), "openai/gpt-5.2", "openai").kept is kept


def test_that_a_region_no_source_tells_of_is_a_warning_for_internal_and_excludes_confidential_data() -> None:
    internal = verdict(shortlist(regions=["EU"]), SCOUT, "groq")
    assert internal.kept and "R0.4.region" in warnings_of(internal)
    papers = ["dpa", "sub-processors", "no-training"]
    confidential = shortlist(sensitivity="confidential", third_party="contract", regions=["EU"], papers=papers)
    assert rules_against(verdict(confidential, SCOUT, "groq")) == {"R0.4.region"}


def test_that_unknown_certificates_warn_and_missing_ones_exclude() -> None:
    found = shortlist(certifications=["SOC 2", "FedRAMP"])
    assert verdict(found, "openai/gpt-5.2", "openai").kept
    assert rules_against(verdict(found, SONNET, "anthropic")) == {"R0.4.cert"}
    assert "R0.4.cert" in warnings_of(verdict(found, SCOUT, "openrouter"))


def test_that_the_host_counts_as_processor_and_not_the_maker() -> None:
    found = shortlist(excluded_countries=["CN"])
    assert rules_against(verdict(found, "deepseek/deepseek-v3.2", "deepseek")) >= {"R2.6"}
    china_hosted_abroad = verdict(shortlist(), "deepseek/deepseek-v3.2", "fireworks")
    assert "Fireworks" in next(r.offered for r in china_hosted_abroad.reasons if r.rule == "R0.1")
