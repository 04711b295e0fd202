from __future__ import annotations

from dataclasses import replace

from workbench.domain.figures import Estimate
from workbench.domain.verdict import LocalModel, LocalPace, Verdict
from workbench.services.shortlist import ShortlistService

from matching_values import TODAY, catalog, rules_against, scenario, shortlist, shortlists, verdict, warnings_of

SONNET, SCOUT = "anthropic/claude-sonnet-4-6", "meta/llama-4-scout"


def a_file(**parts: object) -> LocalModel:
    values = {
        "id": "local/tiny", "file": "tiny.gguf", "name": "Tiny", "parameters": 1_000_000, "context_tokens": 8_192,
        "need_bytes": 10_000_000, "fits": True,
    }  # fmt: skip
    return LocalModel(**{**values, **parts})  # type: ignore[arg-type]


def test_that_every_model_of_the_catalog_gets_a_verdict() -> None:
    found = shortlists().shortlist(replace(scenario(), filters={"extended": True}))
    assert {v.model_id for v in found.verdicts} == {model.id for model in catalog().models}
    assert found.all_models == len(catalog().models)
    assert shortlist().all_models < found.all_models


def test_that_a_model_for_another_task_is_out() -> None:
    found = shortlist(tasks=["speech-to-text"], input_modalities=None, output_modalities=None)
    assert verdict(found, "openai/whisper-large-v3", "self-host").kept
    assert "R1.1" in rules_against(verdict(found, "meta/llama-3.3-70b", "groq"))


def test_that_a_model_that_cannot_see_is_out_when_pictures_come_in() -> None:
    found = shortlist(input_modalities=["text", "image"])
    assert rules_against(verdict(found, "deepseek/deepseek-v3.2", "fireworks")) == {"R1.2.in"}
    assert verdict(found, SONNET, "anthropic").kept
    assert {"C4", "T2"} <= {category.id for category in found.categories}


def test_that_a_request_longer_than_the_window_excludes_and_names_both_lengths() -> None:
    found = shortlist(context_tokens=300_000)
    item = verdict(found, "openai/gpt-oss-120b", "together")
    assert rules_against(item) == {"R1.3"}
    assert "131,072" in item.excluded_by.text and "300,000" in item.excluded_by.text  # type: ignore[union-attr]
    assert "C5" in {category.id for category in found.categories}


def test_that_without_a_context_answer_the_longest_request_counts() -> None:
    found = shortlist(tokens_in={"low": 1, "likely": 10, "high": 1_500_000})
    assert "R1.3" in rules_against(verdict(found, SONNET, "anthropic"))


def test_that_retired_and_deprecated_models_are_out_whatever_is_answered() -> None:
    found = shortlist()
    assert "R1.4" in rules_against(verdict(found, "openai/gpt-4", "openai"))
    gone = verdict(found, "openai/gpt-4o", "openai")
    assert "R1.4" in rules_against(gone) and "14 January 2027" in gone.excluded_by.text  # type: ignore[union-attr]


def test_that_a_model_too_large_for_every_server_says_how_much_is_missing() -> None:
    small_servers = replace(catalog(), hardware=tuple(h for h in catalog().hardware if h.memory_gib <= 24))
    service = ShortlistService(catalog=lambda: small_servers, today=lambda: TODAY)
    item = verdict(service.shortlist(scenario()), "deepseek/deepseek-v3.2", "self-host")
    assert rules_against(item) == {"R1.5"}
    assert "805 GB" in item.excluded_by.text and "short" in item.excluded_by.text  # type: ignore[union-attr]


def test_that_an_open_model_of_unknown_size_is_out_and_says_that_no_source_gives_it() -> None:
    item = verdict(shortlist(), "zai/glm-5.3", "self-host")
    assert rules_against(item) == {"R1.5"} and "No source" in item.excluded_by.text  # type: ignore[union-attr]


def test_that_a_published_median_above_the_limit_excludes_and_below_it_proves_nothing_for_95_in_100() -> None:
    fast = verdict(shortlist(ttft_limit_s=0.5), SONNET, "anthropic")
    assert rules_against(fast) == {"R1.6.first"}
    slow = verdict(shortlist(ttft_limit_s=2, latency_percentile="95"), SONNET, "anthropic")
    assert slow.kept and "R1.6.first" in warnings_of(slow)
    half = verdict(shortlist(ttft_limit_s=2, latency_percentile="50"), SONNET, "anthropic")
    assert half.kept and "R1.6.first" not in warnings_of(half)


def test_that_an_unpublished_speed_is_unproven_and_never_excludes() -> None:
    item = verdict(shortlist(ttft_limit_s=0.2), "openai/gpt-5.2", "openai")
    assert item.kept and "R1.6.first" in warnings_of(item)


def test_that_a_model_that_thinks_first_is_flagged_when_the_first_words_must_come_soon() -> None:
    """Conflict 3 of methods.md."""
    assert "R1.6.think" in warnings_of(verdict(shortlist(ttft_limit_s=1), "openai/gpt-5.2", "openai"))
    assert "R1.6.think" not in warnings_of(verdict(shortlist(ttft_limit_s=60), "openai/gpt-5.2", "openai"))


def test_that_a_file_of_this_machine_is_judged_like_any_other_offer() -> None:
    files = [a_file(), a_file(id="local/big", file="big.gguf", fits=False), a_file(id="local/new", fits=None)]
    found = shortlists(files).shortlist(scenario(third_party="forbidden"))
    assert verdict(found, "local/tiny", "local:").kept
    assert rules_against(verdict(found, "local/big", "local:")) == {"R1.5"}
    assert "R1.5" in warnings_of(verdict(found, "local/new", "local:"))


def test_that_a_file_with_a_short_context_is_out_for_long_requests() -> None:
    found = shortlists([a_file(context_tokens=512)]).shortlist(scenario())
    assert rules_against(verdict(found, "local/tiny", "local:")) == {"R1.3"}


MEASURED = LocalPace(Estimate.exact(20.0), Estimate.exact(1500.0), measured=True, as_of="2026-11-26")
PREDICTED = LocalPace(Estimate(10.0, 15.0, 20.0), Estimate(500.0, 900.0, 1500.0), measured=False)


def file_verdict(pace: LocalPace | None, **answers: object) -> Verdict:
    found = shortlists([a_file(pace=pace)]).shortlist(scenario(**answers))
    return verdict(found, "local/tiny", "local:")


def test_that_a_measured_file_is_judged_by_what_was_measured() -> None:
    # 3,000 tokens of prompt at 1,500 a second, then 400 at 20 a second
    fast = file_verdict(MEASURED, ttft_limit_s=2.5, total_limit_s=23.0)
    assert fast.kept
    text = " ".join(reason.text + reason.source for reason in fast.reasons if reason.rule.startswith("R1.6"))
    assert "2 s" in text and "22 s" in text and "measured on this machine, 2026-11-26" in text
    slow = file_verdict(MEASURED, ttft_limit_s=1.5, total_limit_s=23.0)
    assert rules_against(slow) == {"R1.6.first"}


def test_that_a_predicted_file_is_out_only_when_its_best_case_is_too_slow() -> None:
    hopeful = file_verdict(PREDICTED, ttft_limit_s=2.5, total_limit_s=23.0)
    assert hopeful.kept and {"R1.6.first", "R1.6.total"} <= warnings_of(hopeful)
    assert rules_against(file_verdict(PREDICTED, ttft_limit_s=1.5)) == {"R1.6.first"}


def test_that_a_file_nobody_measured_is_unproven() -> None:
    assert "R1.6.first" in warnings_of(file_verdict(None, ttft_limit_s=2.5))
