"""A file is a catalog model only when its name says exactly that one and its numbers agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from workbench.analysis.catalog_match import FileFacts, Relation, match

from matching_values import catalog

LLAMA = FileFacts((("Its name", "Meta Llama 3.1 8B Instruct"),), (), 8_030_261_248, 32, 4096, 32)


def called(name: str, file: FileFacts = LLAMA) -> str | None:
    found = match(replace(file, names=(("Its name", name),)), catalog().models)
    return found.model_id if found is not None else None


def of(model_id: str) -> FileFacts:
    """A file with the numbers of a catalog model."""
    model = catalog().model_by_id[model_id]
    shape = model.architecture
    parameters = round((model.params_total_b or 0) * 1e9)
    if shape is None:
        return FileFacts((), (), parameters, None, None, None)
    return FileFacts((), (), parameters, shape.layers, shape.hidden, shape.heads)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("Meta-Llama-3.1-8B-Instruct-Q4_K_M", "meta/llama-3.1-8b"),
        ("llama3.1-8b", "meta/llama-3.1-8b"),
        ("gemma-3-4b-it-Q4_0", "google/gemma-3-4b"),
        ("google_gemma-3-4b-it", "google/gemma-3-4b"),
        ("Qwen_Qwen3-8B", "alibaba/qwen3-8b"),
        ("Qwen3-30B-A3B-Instruct-2507-UD-Q4_K_XL", "alibaba/qwen3-30b-a3b"),
        ("gpt-oss-20b-mxfp4", "openai/gpt-oss-20b"),
        ("Mistral-7B-Instruct-v0.3", "mistral/mistral-7b"),
        ("Mixtral-8x7B-Instruct-v0.1", "mistral/mixtral-8x7b"),
        ("Mistral-Small-3.2-24B-Instruct-2506", "mistral/mistral-small-3.2"),
        ("DeepSeek-V3.2", "deepseek/deepseek-v3.2"),
        ("NVIDIA-Nemotron-3-Nano-30B-A3B", "nvidia/nemotron-3-nano-30b-a3b"),
    ],
)
def test_that_published_names_lead_to_their_models(name: str, model: str) -> None:
    assert called(name, of(model)) == model


@pytest.mark.parametrize(
    ("name", "sibling"),
    [
        ("Hermes-3-Llama-3.1-8B", "meta/llama-3.1-8b"),
        ("Llama-3.1-8B-abliterated", "meta/llama-3.1-8b"),
        ("DeepSeek-R1-Distill-Llama-8B", "meta/llama-3.1-8b"),
        ("Qwen3-4B", "alibaba/qwen3-4b-2507"),
        ("Qwen3-30B-A3B-Thinking-2507", "alibaba/qwen3-30b-a3b"),
        ("Mistral-7B-Instruct-v0.1", "mistral/mistral-7b"),
        ("DeepSeek-V3", "deepseek/deepseek-v3.2"),
        ("Qwen2.5-7B-Instruct-1M", "alibaba/qwen2.5-7b"),
        ("model", "meta/llama-3.1-8b"),
        ("", "meta/llama-3.1-8b"),
    ],
)
def test_that_a_relative_of_the_same_shape_is_not_taken_for_the_model(name: str, sibling: str) -> None:
    assert called(name, of(sibling)) is None


def test_that_numbers_that_contradict_the_name_win() -> None:
    assert called("Llama-3.1-8B-Instruct", replace(LLAMA, layers=16)) is None
    assert called("Llama-3.1-8B-Instruct", replace(LLAMA, parameters=1_000_000_000)) is None


def test_that_a_base_model_is_not_the_one_tuned_for_chat() -> None:
    assert called("Llama-3.1-8B", replace(LLAMA, answers=False)) is None
    assert called("Llama-3.1-8B") == "meta/llama-3.1-8b"


def test_that_a_fine_tuning_is_made_from_its_base_and_says_why() -> None:
    tuned = replace(LLAMA, names=(("Its name", "Hermes 3"),), bases=("meta-llama/Llama-3.1-8B-Instruct",))
    found = match(tuned, catalog().models)
    assert found is not None and found.relation is Relation.MADE_FROM
    assert "names “meta-llama/Llama-3.1-8B-Instruct” as its base" in found.reason
    assert "8.03 B parameters" in found.reason and "32 layers" in found.reason


def test_that_every_open_model_of_the_catalog_is_found_by_its_own_id_or_name() -> None:
    models = [model for model in catalog().models if model.open_weights and model.params_total_b]
    found = {model.id: {called(name, of(model.id)) for name in (model.id, model.name)} for model in models}
    assert [name for name, ids in found.items() if name not in ids] == []
