"""Looking models up by what a person may type."""

from __future__ import annotations

import pytest
from workbench.analysis.browsing import BrowseIndex
from workbench.domain.catalog_filters import CatalogFilter
from workbench.domain.model import Model

from matching_values import TODAY, catalog


@pytest.fixture(scope="module")
def index() -> BrowseIndex:
    return BrowseIndex(catalog(), TODAY)


def found(index: BrowseIndex, words: str) -> list[Model]:
    rows = index.arranged(CatalogFilter(), words, "name", descending=False)
    return [index.models[place] for place in rows]


@pytest.mark.parametrize(
    ("words", "ability"),
    [
        ("vision", "vision"),
        ("function calling", "tools"),
        ("reasoning", "reasoning"),
        ("JSON schema", "structured_output"),
    ],
)
def test_that_an_ability_is_found_by_the_words_for_it(index: BrowseIndex, words: str, ability: str) -> None:
    with_it = {model.id for model in index.models if getattr(model.capabilities, ability) is True}
    assert with_it <= {model.id for model in found(index, words)}
    assert len(with_it) > 20


def test_that_a_maker_and_an_ability_together_narrow_the_list(index: BrowseIndex) -> None:
    both = found(index, "gemma vision")
    assert both and all("gemma" in model.id and model.capabilities.vision for model in both)


def test_that_rows_come_in_the_order_of_their_names(index: BrowseIndex) -> None:
    names = [model.name.casefold() for model in found(index, "")]
    assert names == sorted(names) and len(names) == len(index.models)
