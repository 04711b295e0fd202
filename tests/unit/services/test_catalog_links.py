"""From a file on the disk to the catalog model that it is, and what the shortlist makes of it."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest
from workbench.analysis.catalog_match import Relation
from workbench.app import build
from workbench.services.local_models import local_models

from matching_values import catalog


def write_named(path: Path, model_id: str, *, repository: str = "", base: str = "", name: str = "") -> Path:
    """A sparse file with the shape and number of weights of a catalog model."""
    model = catalog().model_by_id[model_id]
    shape = model.architecture
    assert shape is not None and shape.layers and shape.hidden and shape.heads and model.params_total_b
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(name or model.name)
    writer.add_block_count(shape.layers)
    writer.add_embedding_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads or shape.heads)
    writer.add_context_length(8192)
    writer.add_token_list(["a"])
    writer.add_chat_template("{{ messages }}")
    if repository:
        writer.add_repo_url(repository)
    if base:
        writer.add_base_model_count(1)
        writer.add_base_model_repo_url(0, base)
    rows = round(model.params_total_b * 1e9 / shape.hidden)
    size = rows * shape.hidden // 32 * 18
    kind = gguf.GGMLQuantizationType.Q4_0
    writer.add_tensor_info("w", (rows, shape.hidden // 32 * 18), np.dtype(np.uint8), size, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with path.open("r+b") as stream:
        stream.truncate(-(-path.stat().st_size // 32) * 32 + size)
    return path


def test_that_a_file_is_linked_to_its_catalog_model_with_the_reason(tmp_path: Path) -> None:
    services = build(tmp_path / "home")
    path = write_named(tmp_path / "x.gguf", "meta/llama-3.1-8b", name="Meta Llama 3.1 8B Instruct")
    found = services.library.catalog_match(services.library.entry(str(path)))
    assert found is not None and (found.model_id, found.relation) == ("meta/llama-3.1-8b", Relation.IS)
    assert "Its name is “Meta Llama 3.1 8B Instruct”" in found.reason and "32 layers" in found.reason


@pytest.mark.parametrize("tuned", [False, True])
def test_that_the_shortlist_knows_a_linked_file_by_its_catalog_model_and_a_fine_tuning_not(
    tmp_path: Path, tuned: bool
) -> None:
    services = build(tmp_path / "home")
    base = "https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct"
    name = "Hermes 3" if tuned else "Llama 3.1 8B Instruct"
    services.library.add_file(write_named(tmp_path / "own.gguf", "meta/llama-3.1-8b", name=name, base=base))
    own = next(item for item in local_models(services.library)() if item.id == "local/own")
    assert own.catalog_id == (None if tuned else "meta/llama-3.1-8b")


def test_that_the_demo_models_are_linked_to_nothing(tmp_path: Path) -> None:
    library = build(tmp_path / "home").library
    assert [library.catalog_match(item) for item in library.demo_models()] == [None] * 3
