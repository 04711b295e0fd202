"""What happens to data by provider, model and account mode, each clause with its source, and what rules make of it."""

from __future__ import annotations

import pytest
from workbench.analysis.data_policy import STANDARD, mode_with, modes_of, policy, price_factor
from workbench.domain.questions import requirements_from
from workbench.domain.verdict import Reason

from matching_values import catalog, scenario, shortlists


def _reason(model: str, offer: str, rule: str, **answers: object) -> Reason:
    found = shortlists().shortlist(scenario(**answers))
    verdict = next(v for v in found.verdicts if v.model_id == model and v.offer == offer)
    return next(reason for reason in verdict.reasons if reason.rule == rule)


def _monthly(model: str, offer: str, **answers: object) -> float:
    found = shortlists().shortlist(scenario(**answers))
    verdict = next(v for v in found.verdicts if v.model_id == model and v.offer == offer)
    assert verdict.monthly_usd is not None
    return verdict.monthly_usd.likely


def test_that_every_clause_of_every_provider_and_mode_has_a_source() -> None:
    for provider in catalog().providers:
        for mode in (STANDARD, *(mode.id for mode in modes_of(provider))):
            found = policy(provider, None, mode)
            titles = [clause.title for clause in found.clauses]
            assert titles[:4] == ["Training", "Retention", "Zero retention", "Regions"]
            assert all(clause.source and clause.text.endswith(".") for clause in found.clauses)


def test_that_a_mode_changes_its_clauses_and_no_others() -> None:
    openai = catalog().provider_by_id["openai"]
    standard, zero = policy(openai, None), policy(openai, None, "zero-retention")
    kept = standard.clause("Retention"), zero.clause("Retention")
    assert kept[0] is not None and kept[1] is not None
    assert (kept[0].value, kept[1].value) == ("30", "0")
    assert standard.clause("Training") == zero.clause("Training")
    assert zero.how == "they have to approve it"


def test_that_no_mode_lifts_a_models_own_policy() -> None:
    model = catalog().model_by_id["anthropic/claude-fable-5"]
    provider = catalog().provider_by_id["anthropic"]
    for mode in (STANDARD, "zero-retention"):
        first = policy(provider, model, mode).clauses[0]
        assert first.value == "retained_30_days"
        assert first.text.endswith("No account mode changes that.")


def test_that_what_nobody_opened_is_marked() -> None:
    provider = catalog().provider_by_id["moonshot"]
    assert not any(clause.read for clause in policy(provider, None).clauses)


def test_that_sub_processors_are_named_with_their_list() -> None:
    found = policy(catalog().provider_by_id["openai"], None).clause("Sub-processors")
    assert found is not None
    assert found.value == "https://openai.com/policies/sub-processor-list/"
    reason = _reason(
        "openai/gpt-5.4", "openai", "R0.2.sub", sensitivity="confidential", papers=["dpa", "sub-processors"]
    )
    assert reason.source == f"published at {found.value}"


def test_that_a_region_that_costs_extra_raises_the_monthly_cost() -> None:
    plain = _monthly("mistral/mistral-medium-3.5", "mistral")
    inside = _monthly("mistral/mistral-medium-3.5", "mistral", regions=["EU"])
    assert inside == pytest.approx(1.1 * plain)
    reason = _reason("mistral/mistral-medium-3.5", "mistral", "R0.4.region", regions=["EU"])
    assert reason.text == (
        "Mistral AI processes data in EU as “EU endpoint”: you switch it on yourself; 1.1 times the price."
    )
    assert reason.source.startswith("https://docs.mistral.ai/studio/regional-inference")


def test_that_a_mode_they_must_approve_is_a_point_to_check() -> None:
    reason = _reason("openai/gpt-5.4", "openai", "R0.4.region", regions=["EU"])
    assert reason.kept and reason.warning
    assert "they have to approve it; 1.1 times the price" in reason.text


def test_that_a_mode_for_one_developers_models_is_none_for_others() -> None:
    vertex = catalog().provider_by_id["google-vertex"]
    claude, gemini = (catalog().model_by_id[name] for name in ("anthropic/claude-opus-4-6", "google/gemini-3-flash"))
    eu = frozenset({"EU"})
    assert mode_with(vertex, claude, eu) is not None
    assert mode_with(vertex, gemini, eu) is None
    requirements = requirements_from(scenario(regions=["EU"]).answers)
    assert (price_factor(vertex, claude, requirements), price_factor(vertex, gemini, requirements)) == (1.1, 1.0)


def test_that_zero_retention_is_named_with_the_way_to_get_it_and_its_source() -> None:
    reason = _reason("openai/gpt-5.4", "openai", "R0.2.retain", papers=["zero-retention"])
    assert reason.text == "OpenAI API offers zero retention as “Zero data retention”: they have to approve it."
    assert "your-data" in reason.source


def test_that_training_that_can_be_switched_off_names_the_switch() -> None:
    reason = _reason("cohere/command-a", "cohere", "R0.2.train")
    assert reason.warning
    assert reason.text.endswith("Its mode “Training switched off” ends that: you switch it on yourself.")
